"""Evidence beside a projection of one council or region: where its children are placed, and how others stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.start import PastSeries
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]


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
        Children in the category, and in all categories; NaN where it is hidden.
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
    notes : tuple of str
        What must be said of the figures.
    """

    where: tuple[PlacedCount, ...] = ()
    peers: tuple[Peer, ...] = ()
    under_18s: float = float("nan")
    mix: Mapping[str, PastSeries] = field(default_factory=dict)
    capacity: Mapping[str, Capacity] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of_all(self) -> tuple[PlacedCount, ...]:
        """Return counts of all placements together."""
        return tuple(one for one in self.where if one.placement == ALL)
