"""Exits by reason: one measure a reason, as the tables' placement column holds placements."""

from __future__ import annotations

from collections.abc import Callable

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import Publication
from simulator.vocabulary.axes import AGE_BANDS, REASONS

PART_OF_EXITS = Publication("count", part_of="exits")

_TITLES = {
    "home": "Went home to parents",
    "guardianship": "Left under a special guardianship order",
    "arrangements": "Left under a child arrangements order or to live with relatives",
    "adoption": "Adopted",
    "other": "Left for another reason before 18",
    "age_18": "Left at 18",
}


def _exits_for(position: int, reason: str) -> Callable[[View], Values]:
    def compute(view: View) -> Values:
        by_band = view.exits_by_reason[..., position]
        return Values(by_band[..., None, :], age_bands=tuple(AGE_BANDS))

    compute.__name__ = f"exits_{reason}"
    compute.__doc__ = f"Exits: {_TITLES[reason][0].lower()}{_TITLES[reason][1:]}; part of `exits`."
    return compute


for _position, _reason in enumerate(REASONS):
    measure(10 + _position, _TITLES[_reason], "children", "flow", PART_OF_EXITS)(_exits_for(_position, _reason))
