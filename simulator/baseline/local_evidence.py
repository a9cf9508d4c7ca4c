"""Evidence beside a projection of one council or region: where its children are placed, and how others stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.start import PastSeries
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.where_placed import DISTANCE_TABLES, UNKNOWN

Array = NDArray[np.float64]


FILLED = "places of its own carers that children are in at the base, carried on: usable ones are not stated"
"""Where places come from that are no count of what a council's own carers could take."""


@dataclass(frozen=True)
class PlacedCount:
    """Children in care on a day by one thing about where they are placed.

    Attributes
    ----------
    date : str
        ISO date of a 31 March.
    placement : str
        Reported placement; ``all`` for all of them.
    by : str
        ``locality``, ``distance``, ``distance_and_locality`` or ``provider``.
    category : str
    children, whole : float
        Children in the category, and in all categories; of distances, in all that are known, as are the shares of
        others that a council is set beside, and the projected number far from home. NaN where it is hidden.
    source : str
        Source keys; empty where it is counted from a council's own returns.
    """

    date: str
    placement: str
    by: str
    category: str
    children: float
    whole: float
    source: str = ""

    @property
    def share(self) -> float:
        """Share of the whole that is in the category; NaN where nobody is."""
        return self.children / self.whole if self.whole else math.nan

    @property
    def is_known(self) -> bool:
        """Whether the category says where children are."""
        return not self.category.endswith(UNKNOWN)


def counted_far(counts: Iterable[PlacedCount]) -> str:
    """Say how many were counted over 20 miles from home, and who is added; nothing where the distance of all is known.

    Parameters
    ----------
    counts : iterable of PlacedCount
        Of all placements on one day.
    """
    by_distance = {one.category: one for one in counts if one.by == "distance"}
    far, unknown = (by_distance.get(name) for name in ("over_20_miles", UNKNOWN))
    if far is None or unknown is None or not unknown.children > 0 or math.isnan(far.share):
        return ""
    return (
        f"Over 20 miles from home {far.children:,.0f} of {far.whole:,.0f} children whose distance is known were "
        f"counted on 31 March {far.date[:4]}; numbers by distance take the others to be placed as far as these in the "
        "same placement."
    )


def placed_counts(
    date: str, placement: str, by: str, categories: Mapping[str, float], whole: float, source: str = ""
) -> Iterator[PlacedCount]:
    """Yield the counts of one table: distances that are known are shares of each other, and all else of the whole."""
    known = sum(children for category, children in categories.items() if not category.endswith(UNKNOWN))
    for category, children in categories.items():
        one = PlacedCount(date, placement, by, category, children, whole, source)
        yield replace(one, whole=known) if one.is_known and by in DISTANCE_TABLES else one


@dataclass(frozen=True)
class Peer:
    """Published figures of an area to set a council beside.

    Attributes
    ----------
    name : str
    relation : str
        ``itself``, ``neighbour``, ``neighbours`` (together), ``region`` or ``England``.
    distance : float
        How unlike the council it is (`simulator.baseline.neighbours`); NaN where that is not measured.
    figures : mapping of str to float
        By indicator; NaN where it is hidden or missing.
    """

    name: str
    relation: str
    distance: float
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Capacity:
    """What a council has of a placement.

    Attributes
    ----------
    basis : str
        Where the number comes from, in words.
    places : (instant,), optional
        Beds that are paid for; None where usable foster places of the run are meant.
    """

    basis: str
    places: Array | None = None


@dataclass(frozen=True)
class Evidence:
    """What is known of one council or region beside its projection.

    Attributes
    ----------
    where : tuple of PlacedCount
    peers : tuple of Peer
    under_18s : float
        People under 18 in it; NaN if that is not known.
    mix : mapping of placement to PastSeries
        Children by placement on each 31 March before the run.
    capacity : mapping of placement to Capacity
        What it has, by reported placement; none where all is bought as it is needed.
    tells_approved : bool
        Whether foster places that are approved with its own carers are known; else they are England's, shared out.
    notes : tuple of str
        What must be said of the figures.
    """

    where: tuple[PlacedCount, ...] = ()
    peers: tuple[Peer, ...] = ()
    under_18s: float = float("nan")
    mix: Mapping[str, PastSeries] = field(default_factory=dict)
    capacity: Mapping[str, Capacity] = field(default_factory=dict)
    tells_approved: bool = False
    notes: tuple[str, ...] = ()

    def of_all(self) -> tuple[PlacedCount, ...]:
        """Return counts of all placements together."""
        return tuple(one for one in self.where if one.placement == ALL)
