"""Theta and exponential smoothing, as statsmodels has them, on the log of children."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from simulator.backtest.methods.method import HORIZONS, Array, Method, each_level
from simulator.backtest.panel import Series
from simulator.vocabulary.extras import install

SHORTEST = 4
"""Years a series needs; a shorter one is forecast as no change."""
TREND_FROM = 10
"""Years from which ETS has a damped trend; with fewer it has a level alone. It starts from the first year's figures."""


def statsmodels(module: str) -> Any:
    """Return a module of statsmodels, or say which extra has it."""
    try:
        return import_module(f"statsmodels.tsa.{module}")
    except ModuleNotFoundError as error:
        if error.name != "statsmodels":
            raise
        raise RuntimeError(f"the back-test needs statsmodels: {install('backtest')}") from error


def _theta(log: Array) -> Array:
    model = statsmodels("forecasting.theta").ThetaModel(log, period=1, deseasonalize=False)
    return np.asarray(model.fit().forecast(HORIZONS))


def _ets(log: Array) -> Array:
    start: dict[str, Any] = {"initialization_method": "known", "initial_level": log[0]}
    if len(log) >= TREND_FROM:
        start |= {"trend": "add", "damped_trend": True, "initial_trend": log[1] - log[0]}
    model = statsmodels("exponential_smoothing.ets").ETSModel(log, **start)
    return np.asarray(model.fit(disp=False).forecast(HORIZONS))


def _by_area(one: Callable[[Array], Array]) -> Callable[[Series], Array]:
    """Apply a forecast of one log series to each area: (area, horizon)."""

    def growth(series: Series) -> Array:
        log = np.log(series.children)
        if log.shape[1] < SHORTEST:
            return np.zeros((len(series.areas), HORIZONS))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on short series the optimiser often stops at a bound
            return np.stack([one(row) - row[-1] for row in log])

    return growth


METHODS = (
    Method("theta", "Theta", each_level(_by_area(_theta))),
    Method("ets", "ETS", each_level(_by_area(_ets))),
)
