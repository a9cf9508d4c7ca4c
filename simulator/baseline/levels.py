"""The record of how authorities differ: children at the base, and how starts, leaving and prices stand to England's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.placement_levels import PlacementMix
from simulator.data.authority_tables import BANDS, FOSTERED, costs_of

Array = NDArray[np.float64]

COST_LINES = {"residential": costs_of("homes"), "fostering": costs_of(*FOSTERED)}
"""Lines of spend that follow each unit cost."""


@dataclass(frozen=True)
class Levels:
    """How areas differ. Spreads are standard deviations of logs.

    Attributes
    ----------
    codes : tuple of str
    stock_by_band : (area, band)
    stock_by_group : (area, placement group)
    uasc : (area,)
        Unaccompanied asylum-seeking children looked after.
    starts : (area, band)
        Resident starts a year, in proportion; those who came back from home left out.
    uasc_starts : (area,)
        In proportion.
    exits, uasc_exits : (area,)
        Levels of leaving before 18, of resident and of asylum-seeking children (`simulator.baseline.response.pace`).
    prices : mapping of cost to (area,)
        Unit cost over England's.
    spread : mapping of parameter to (area,)
        Uncertainty of ``starts``, ``uasc_starts``, ``exits``, ``uasc_exits`` and ``price_...``.
    placement_mix : PlacementMix
    last_starts : mapping of stream to (area, band), optional
        Starts of the year before the base, which say how long children of the base have been there; levels if left out.
    turning_18 : (area,), optional
        Asylum-seeking children of the base who turn 18 in a year, over what England's ages make of them; 1 if left out.
    leavers : (area,), optional
        Resident children who leave before 18 in the first year at these levels.
    left_at_18 : (area,), optional
        Young people who left care at 18 in the last published years.
    """

    codes: tuple[str, ...]
    stock_by_band: Array
    stock_by_group: Array
    uasc: Array
    starts: Array
    uasc_starts: Array
    exits: Array
    uasc_exits: Array
    prices: Mapping[str, Array]
    spread: Mapping[str, Array]
    placement_mix: PlacementMix
    last_starts: Mapping[str, Array] | None = None
    turning_18: Array | None = None
    leavers: Array | None = None
    left_at_18: Array | None = None

    def starts_of(self, stream: str) -> Array:
        """Return starts of a run in proportion: (area, band)."""
        return self.starts if stream == "resident" else np.repeat(self.uasc_starts[:, None], len(BANDS), axis=1)

    def entered(self, stream: str) -> Array:
        """Return starts before the base in proportion: (area, band)."""
        return self.starts_of(stream) if self.last_starts is None else self.last_starts[stream]
