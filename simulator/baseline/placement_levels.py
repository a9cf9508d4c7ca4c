"""Where children of an area are placed, beside England's of the same ages.

Areas differ by what they place children in: with kin, in homes, with parents. A level is an area's children in a
placement over those whom England's shares at the same ages make of its children, pooled as other levels are. First
placements and moves into the placement are multiplied by one ratio, such that in the status quo the level stays as it
is while England's shares change (`simulator.calibrate.fit_placement_levels` fits it, if children are placed as
planned).

Whose plan is mainstream fostering is one such placement, in whichever home the child waits. Who finds a place with the
council is a matter of its own carers, and who of the others finds an agency's, of agencies everywhere
(`simulator.engine.fostering`): more readily in some areas than in others, as fewer wait beside those whom they serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.data.authority_tables import PLACEMENT_GROUPS, group_of_place
from simulator.vocabulary import placements

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

MAINSTREAM = "mainstream"


@cache
def plans() -> Mapping[str, tuple[str, ...]]:
    """Return what children are placed in by plan: placements of the model by name."""
    mainstream = tuple(p.name for p in placements.placements() if p.capacity or p.waits_for == "fostering")
    found = {MAINSTREAM: mainstream}
    for group, names in PLACEMENT_GROUPS.items():
        if others := tuple(name for name in names if name not in mainstream):
            found[group] = others
    return found


def into(plan: str) -> str:
    """Return the name of the ratio of a plan."""
    return f"into_{plan}"


def spread_of(plan: str) -> str:
    """Return the name of the spread of the log of a plan's ratio."""
    return f"log_sd_{plan}"


def plan_of_place() -> Ints:
    """Return the position of each placement's plan: (place,)."""
    return group_of_place(plans())


@dataclass(frozen=True)
class PlacementMix:
    """How areas differ in where children are placed.

    Attributes
    ----------
    into : (area, plan)
        Ratio of first placements and moves into a placement, before shares are brought to sum to 1.
    agency_odds : (area,)
        Ratio of the odds of a place with an agency, for who finds none with the council.
    spread : (area, plan)
        Uncertainty of `into`: standard deviation of its log.
    leaving : (area,)
        Ratio of hazards of leaving of resident children. Levels of leaving are found with England's placements; with
        the area's own as many are to leave in the first year.
    """

    into: Array
    agency_odds: Array
    spread: Array
    leaving: Array


def as_england(areas: int) -> PlacementMix:
    """Return the placement mix of some areas as England's."""
    ones = np.ones((areas, len(plans())))
    return PlacementMix(into=ones, agency_odds=np.ones(areas), spread=np.zeros_like(ones), leaving=np.ones(areas))


@cache
def placement_mix(base: int, codes: tuple[str, ...]) -> PlacementMix:
    """Read data/local_placing.csv for some areas at a base."""
    read = packaged.table("local_placing")
    position = {code: row for row, (of, code) in enumerate(zip(read["base"], read["area"], strict=True)) if of == base}
    rows = [position[code] for code in codes]

    def column(name: str) -> Array:
        return np.array(read[name], dtype=np.float64)[rows]

    return PlacementMix(
        into=np.stack([column(into(plan)) for plan in plans()], axis=1),
        agency_odds=column("agency_odds"),
        spread=np.stack([column(spread_of(plan)) for plan in plans()], axis=1),
        leaving=column("leaving"),
    )
