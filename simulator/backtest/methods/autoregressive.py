"""AR(1) with a constant on yearly log growth."""

from __future__ import annotations

import numpy as np

from simulator.backtest.methods.method import HORIZONS, Array, Method, each_level
from simulator.backtest.panel import Series

PRIOR_YEARS = 4.0
"""Weight of the prior, in years of growth of usual size: none of a year's growth carries over, the mean is zero."""
MOST = 0.95
"""Most of a year's growth that may carry over."""


def ar1(series: Series) -> Array:
    """Forecast each area by least squares of growth on the growth before: (area, horizon).

    The slope is shrunk to zero as `PRIOR_YEARS` more years of growth without memory would, so that a short series
    gives a finite answer.
    """
    growth = np.diff(np.log(series.children), axis=1)
    mean = growth.sum(axis=1, keepdims=True) / (growth.shape[1] + PRIOR_YEARS)
    off = growth - mean
    carried = (off[:, 1:] * off[:, :-1]).sum(axis=1)
    weight = (off**2).sum(axis=1) * (1 + PRIOR_YEARS / growth.shape[1])
    slope = np.clip(carried / np.maximum(weight, 1e-12), -MOST, MOST)[:, None]
    ahead = mean + off[:, -1:] * slope ** np.arange(1, HORIZONS + 1)
    total: Array = np.cumsum(ahead, axis=1)
    return total


METHODS = (Method("ar1", "AR(1)", each_level(ar1)),)
