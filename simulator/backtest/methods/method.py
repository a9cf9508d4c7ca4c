"""What a method is: what was known in, the growth of every area out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.panel import Known, Series

Array = NDArray[np.float64]
Growth = Mapping[str, Array]
"""Level to median log growth of children since the origin: (area, horizon), horizons of 1 year on."""

HORIZONS = 10
"""Years ahead."""
YEARS = np.arange(1, HORIZONS + 1, dtype=float)


@dataclass(frozen=True)
class Method:
    """One way to forecast.

    Attributes
    ----------
    name, label : str
        Key in tables; words for charts and pages.
    growth : callable
        From what was known to median log growth.
    """

    name: str
    label: str
    growth: Callable[[Known], Growth]


def each_level(function: Callable[[Series], Array]) -> Callable[[Known], Growth]:
    """Lift a function of one level's series to all levels, each by itself."""
    return lambda known: {
        level: function(series) if series.areas else np.empty((0, HORIZONS)) for level, series in known.levels.items()
    }
