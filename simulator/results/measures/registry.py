"""The register of measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.results.quantities import Array, Kind, Measure, Publication
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.results.measures.view import View


@dataclass(frozen=True)
class Values:
    """Values of a measure, (draw, area, time, placement, age band), and the labels of its last two axes.

    A ratio has in `per` what its values are divided by, of the same axes, once both are added up over areas.
    """

    values: Array
    placements: tuple[str, ...] = (ALL,)
    age_bands: tuple[str, ...] = (ALL,)
    per: Array | None = None


@dataclass(frozen=True)
class MeasureKind:
    """A measure as registered: all that anything shows or publishes of it follows from its entry.

    Attributes
    ----------
    name, title, unit, kind, publication, difference
        As in :class:`~simulator.results.quantities.Quantity`.
    charted : bool
        Whether its total has a chart of its own.
    description : str
    order : int
        Its place in tables.
    compute : callable
    note : str
        What must be said wherever it is shown.
    in_returns : bool
        Whether a council's own returns tell what it starts from.
    """

    name: str
    title: str
    unit: str
    kind: Kind
    publication: Publication
    difference: int
    charted: bool
    description: str
    order: int
    compute: Callable[[View], Values]
    note: str = ""
    in_returns: bool = True

    def labelled(self, values: Values, added: Array) -> Measure:
        """Return the measure with its values, added up to the areas asked for: (draw, area, time, place, band)."""
        return Measure(
            self.name, self.title, self.unit, self.kind, values.placements, values.age_bands, added,
            publication=self.publication, difference=self.difference,
        )  # fmt: skip


_KINDS: dict[str, MeasureKind] = {}


def registered() -> dict[str, MeasureKind]:
    """Return the measures registered so far."""
    return _KINDS


def measure(
    order: int,
    title: str,
    unit: str,
    kind: Kind,
    publication: Publication,
    *,
    difference: int = 0,
    charted: bool = False,
    note: str = "",
    in_returns: bool = True,
) -> Callable[[Callable[[View], Values]], Callable[[View], Values]]:
    """Register a function as the measure of its name; its docstring is the description.

    Parameters
    ----------
    order : int
        Its place in tables.
    title, unit, kind, publication, difference
        As in :class:`~simulator.results.quantities.Quantity`.
    charted : bool
        Whether its total has a chart of its own; those that charts of others draw need none.
    note, in_returns
        As in :class:`MeasureKind`.

    Raises
    ------
    ValueError
        If the name is taken.
    """

    def register(compute: Callable[[View], Values]) -> Callable[[View], Values]:
        name = compute.__name__
        if name in _KINDS:
            raise ValueError(f"two measures are named {name!r}")
        description = (compute.__doc__ or "").strip()
        _KINDS[name] = MeasureKind(
            name, title, unit, kind, publication, difference, charted, description, order, compute, note, in_returns
        )
        return compute

    return register
