"""Rules of thumb: no change, and the trend of the last years, kept or damped."""

from __future__ import annotations

import numpy as np

from simulator.backtest.methods.method import HORIZONS, YEARS, Array, Method, each_level
from simulator.backtest.panel import Series

DAMPING = 0.7
"""Share of growth that is left a year on, the study's best round figure for a damped local trend."""


def no_change(series: Series) -> Array:
    """Return no growth: (area, horizon)."""
    return np.zeros((len(series.areas), HORIZONS))


def mean_growth(series: Series, years: int) -> Array:
    """Return mean log growth a year over the last years, or as many as are held: (area,)."""
    log = np.log(series.children)
    span = min(years, log.shape[1] - 1)
    return (log[:, -1] - log[:, -1 - span]) / span


def damped_sum(damping: float) -> Array:
    """Return the sum of `damping` to the powers 1 to h: (horizon,)."""
    return np.cumsum(damping**YEARS)


METHODS = (
    Method("no_change", "No change", each_level(no_change)),
    Method("last_trend", "Last year's trend", each_level(lambda s: mean_growth(s, 1)[:, None] * YEARS)),
    Method("damped", "Damped trend", each_level(lambda s: mean_growth(s, 3)[:, None] * damped_sum(DAMPING))),
)
