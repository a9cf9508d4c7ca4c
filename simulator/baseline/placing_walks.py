"""The record of how placements of an area walk away from England's, year by year.

Whom a council places with kin, in homes or with parents changes from year to year beside what changes everywhere. The
log of the ratio by which an area's first placements and moves into a group of placements differ takes a normal step a
year, of which a part is left each year later: changes over ten years are little larger than those over six. A year has
something of its own besides, which is the smaller the more children are there: brothers and sisters go together, and so
do children of a closing home, so that counts vary more than chance would make them.

Both are of the size that the record up to a base shows (`simulator.calibrate.fit_placing_walks`). Of homes, supported
accommodation and other placements only the sum is on record for long, so they take their steps together, as kin and
mainstream carers do; what is a year's own, each placement has by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from simulator.baseline.placement_levels import plans
from simulator.data import packaged
from simulator.vocabulary import placements

FOSTER, THE_OTHERS = "foster_total", "homes_supported_and_other"
_LEAVES_FOR = {"home": "placed_with_parents", "adoption": "placed_for_adoption"}


@dataclass(frozen=True)
class PlacingWalk:
    """How far placements of areas in one group walk from England's.

    Attributes
    ----------
    base : int
        Year up to which the record was known.
    group : str
        As data/local_placements.csv names it.
    sd_per_year : float
        Standard deviation of a year's step of the log ratio.
    kept : float
        Share of how far it has walked that is left a year later.
    year_variance : float
        Variance of what is a year's own of the log ratio, times the children who are there.
    first, last : str
        Years of the record.
    source : str
        Source keys.
    taken_off : float
        Part of half the variance that draws take off the log ratio (`simulator.projection.drift.Process`).
    """

    base: int
    group: str
    sd_per_year: float
    kept: float
    year_variance: float
    first: str
    last: str
    source: str
    taken_off: float


@cache
def placing_walks(base: int) -> Mapping[str, PlacingWalk]:
    """Return every walk as known at a base by group, from data/local_placing_drift.csv.

    Raises
    ------
    LookupError
        If the base is not in it.
    """
    return {one.group: one for one in packaged.of_base("local_placing_drift", PlacingWalk, base)}


@cache
def group_of_plan() -> Mapping[str, str]:
    """Return the group that each plan is published in."""
    every = {place.name: place for place in placements.placements()}

    def group(names: tuple[str, ...]) -> str:
        if any(every[name].is_foster for name in names):
            return FOSTER
        return next((_LEAVES_FOR[reason] for name in names if (reason := every[name].leaves_for)), THE_OTHERS)

    return {plan: group(names) for plan, names in plans().items()}
