"""What one kind of spend cost in the year to the base, and which children it goes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS

Array = NDArray[np.float64]

LEAST_WEEKS = 1e-6
"""Weeks in care a year where an area has no child of a kind, so that its unit cost is defined."""


@dataclass(frozen=True)
class CostLine:
    """What one kind of spend cost in the year to the base.

    Attributes
    ----------
    key : str
        Cost key of a placement, or the name of another line.
    driver : {"placement", "children", "uasc"}
        Whose weeks in care it goes with: children in the placements with this cost key, all, or asylum-seeking ones.
    spend_gbp : float or (area,)
        Gross, cash, in the financial year that ended at the base.
    child_weeks : float or (area,)
        Weeks in care of those children in that year.
    overhead_share : float
        Share that does not change with the number of children.
    source : str
    """

    key: str
    driver: Literal["placement", "children", "uasc"]
    spend_gbp: float | Array
    child_weeks: float | Array
    overhead_share: float
    source: str

    @property
    def streams(self) -> tuple[str, ...]:
        """Streams of the children whose weeks it goes with."""
        return ("uasc",) if self.driver == "uasc" else STREAMS

    @property
    def places(self) -> NDArray[np.bool_]:
        """Placements of the children whose weeks it goes with: (place,)."""
        return np.array([self.driver != "placement" or p.cost == self.key for p in placements.placements()])

    def children(self, by_place: Mapping[str, Array]) -> Array:
        """Return the children whose weeks it goes with: (area,).

        Parameters
        ----------
        by_place : mapping of stream to (area, place)
        """
        if self.driver == "uasc":
            return np.asarray(by_place["uasc"].sum(axis=-1))
        return np.asarray(np.sum(list(by_place.values()), axis=0)[:, self.places].sum(axis=-1))
