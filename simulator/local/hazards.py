"""How many children hazards make leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.grid import make_grid
from simulator.rates import StreamRates

Array = NDArray[np.float64]


def expected_exits(rates: StreamRates, cohort_months: int) -> Array:
    """Return exits before 18 that the hazards of the first instant make of the opening stock, a year: (draw, area)."""
    ages = make_grid(cohort_months, rates.youngest_age).age_at[0]
    by_phase = rates.phase_exit_per_year.sum(axis=-1)[..., None]
    by_place = rates.place_exit_per_year.sum(axis=-1)[:, :, :, None] * rates.placement_pace[:, :, None]
    hazard = (by_phase + by_place) * rates.exit_ratio[:, :, 0, :, None, None]
    by_row = np.einsum("ra,xyakp->xyrkp", ages, hazard)
    exits: Array = (rates.opening * by_row).sum(axis=(-3, -2, -1))
    return exits
