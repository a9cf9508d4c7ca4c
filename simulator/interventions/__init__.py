"""Kinds of intervention. Each is one module of this package, found by itself; see :mod:`.base` to add one."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from simulator.interventions.base import Intervention
from simulator.interventions.context import Context
from simulator.interventions.fields import FieldNote, nearest, notes
from simulator.interventions.impossible import within

if TYPE_CHECKING:
    from simulator.engine.rates import Rates

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["Context", "FieldNote", "Intervention", "apply_all", "kind_like", "kinds", "notes", "words_of"]


def kinds() -> dict[str, type[Intervention]]:
    """All kinds by name, in order of name."""
    return dict(sorted(Intervention.register.items()))


def words_of(kind: str) -> tuple[str, ...]:
    """Return what people call a kind besides its name; KeyError if there is no such kind."""
    extra = kinds()[kind].model_fields["kind"].json_schema_extra
    return tuple(extra.get("also_called", ())) if isinstance(extra, dict) else ()  # type: ignore[arg-type]


def kind_like(word: str) -> str:
    """Return the kind that is most likely meant by a word: called so, or named like it; nothing if none is.

    Of several that are called so, it is the one that is called so first of all.
    """
    typed = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
    called = [(words.index(typed), kind) for kind in kinds() if typed in (words := words_of(kind))]
    return min(called)[1] if called else nearest(typed, kinds())


def apply_all(rates: Rates, interventions: Sequence[Intervention], context: Context) -> Rates:
    """Apply interventions: what happens by itself first, then what somebody does, each in order.

    So a level that an input is set to is that of the run without programmes, whose effects come on top.

    Parameters
    ----------
    rates
        Rates without them.
    interventions
        In the order of the scenario.
    context
        Calendar, names and prices of the run.

    Raises
    ------
    Impossible
        If one is impossible with these rates; its path starts with ``interventions.N``.
    """
    for position, intervention in sorted(enumerate(interventions), key=lambda one: one[1].is_programme):
        with within("interventions", position):
            intervention.stand_beside([other for at, other in enumerate(interventions) if at != position])
            rates = intervention.apply(rates, context)
    return rates
