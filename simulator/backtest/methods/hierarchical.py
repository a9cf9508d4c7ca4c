"""England's forecast for everyone, and a local part shrunk to the region.

An area grows as England does, and beside that as its own stock and flow say, as far as areas have in the past. How
far is a ridge regression over all areas, origins and horizons known at the origin: growth beyond England's on

- what fixed rates of one and of three years say beyond what England's say,
- children per head against the region's, and the region's against England's, both to shrink,
- last year's growth beyond England's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.backtest.methods.base import HORIZONS, YEARS, Array, Growth, Method
from simulator.backtest.methods.naive import mean_growth
from simulator.backtest.methods.autoregressive import ar1
from simulator.backtest.methods.stock_flow import stock_flow
from simulator.backtest.panel import FIRST_LOCAL_YEAR, Known, Series

REVERSION = 0.12
"""Share of the distance to the region that goes in a year; the study fitted 8% to 15%."""
PENALTY = 40.0
"""Weight of the ridge: how many standard observations say that the local part is nothing."""
FIT_YEARS = 5


def density(series: Series) -> Array:
    """Return log children per head of population in the last year: (area,)."""
    return np.log(series.children[:, -1] / series.population[:, -1])
