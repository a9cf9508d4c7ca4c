"""Stock and flow with fixed rates: what existing tools do."""

from __future__ import annotations

import numpy as np

from simulator.backtest.methods.method import HORIZONS, Array, Method, each_level
from simulator.backtest.panel import Series


def rates(series: Series, years: int) -> tuple[Array, Array]:
    """Return inflow in children a year and exits per child of the year's mean stock, over the last years: (area,).

    Inflow is starts and the counting residual, which makes last year's stock and flows add up to this year's.
    """
    span = min(years, series.children.shape[1] - 1)
    stock = series.children[:, -1 - span :]
    ceased = series.ceased[:, -span:].sum(axis=1)
    inflow = (stock[:, -1] - stock[:, 0] + ceased) / span
    return inflow, ceased / ((stock[:, 1:] + stock[:, :-1]) / 2).sum(axis=1)


def project(children: Array, inflow: Array, exit_rate: Array) -> Array:
    """Return log growth with fixed inflow and exit rate, exits falling on the mean stock of a year: (area, horizon)."""
    stock = [children]
    for _ in range(HORIZONS):
        stock.append((stock[-1] * (1 - exit_rate / 2) + inflow) / (1 + exit_rate / 2))
    return np.log(np.stack(stock[1:], axis=1) / children[:, None])


def stock_flow(series: Series, years: int) -> Array:
    """Forecast with the rates of the last years: (area, horizon)."""
    return project(series.children[:, -1], *rates(series, years))


METHODS = (
    Method("stock_flow_1", "Stock-flow, last year's rates", each_level(lambda s: stock_flow(s, 1))),
    Method("stock_flow_3", "Stock-flow, 3-year rates", each_level(lambda s: stock_flow(s, 3))),
)
