"""How far rates of authorities have wandered from England's, and how much wider than Poisson their counts are.

Over a lag of some years the log of an area's rate over England's changes by steps, whose variance grows with the lag,
and by chance at either end, whose variance falls with the number of events. Both are found by least squares over lags.

A rate of leaving is that of all exits, but only those before 18 can go faster or slower: so their rate has moved as
much further as they are fewer, and what is wider than Poisson is theirs. Their hazards have moved further still, as
hazards that rise leave fewer to leave later in the year.
"""

from __future__ import annotations

import numpy as np

from simulator.backtest.flows import exit_rates
from simulator.backtest.methods.method import Array
from simulator.backtest.panel import Panel, Series
from simulator.baseline.random_walk import RandomWalk
from simulator.data.authority_tables import FLOW_YEARS, Published

LAGS = range(1, 6)
"""Years over which moves are compared: as far as forecasts of areas are scored."""

LEAST = 30
"""Events in a year below which a log ratio says too little and is skewed."""

MOST_MOVED = 1.5
"""Moves of the log of a rate beyond this are cut off there: they are a hotel, a port or a change of boundary."""


def measured(panel: Panel, published: Published, response: float) -> list[RandomWalk]:
    """Measure every group of rates of areas.

    Parameters
    ----------
    panel : Panel
    published : Published
    response : float
        By how much a year's leavers before 18 move, in per cent, as hazards move by one.
    """
    local, england = panel.authorities, panel.england
    first = local.first_year
    starts = np.log(local.starts / local.population) - np.log(_last(england.starts / england.population, local))
    exits = np.log(exit_rates(local)) - np.log(exit_rates(england))[:, -(local.starts.shape[1] - 1) :]
    counts = (local.starts[:, 1:], local.ceased[:, 1:])
    logs = (starts[:, 1:], exits)
    (starts_step, starts_wide), (exits_step, exits_wide) = (
        fitted(log, log, count) for log, count in zip(logs, counts, strict=True)
    )
    together, _ = fitted(*logs, np.minimum(*counts))
    tied = float(together / np.sqrt(starts_step * exits_step))
    arrivals = np.where(published.uasc_starts >= LEAST, published.uasc_starts, np.nan)
    arrivals = np.log(arrivals / published.uasc_starts.sum(axis=0))
    uasc_step, uasc_wide = fitted(arrivals, arrivals, published.uasc_starts)
    early = float(published.left.sum() / (published.left + published.left_at_18).sum())
    exits_step, exits_wide = exits_step / (early * response) ** 2, (exits_wide - (1.0 - early)) / early
    span, years = (str(first + 1), str(local.last_year)), FLOW_YEARS[published.base]
    return [
        RandomWalk("starts", float(np.sqrt(starts_step)), starts_wide, *span, "dfe_cla_2025", "flows", tied),
        RandomWalk("exits", float(np.sqrt(exits_step)), exits_wide, *span, "dfe_cla_2025", "flows", tied, response),
        RandomWalk("uasc_starts", float(np.sqrt(uasc_step)), uasc_wide, str(years[0]), str(years[-1]), "dfe_cla_2025"),
    ]


def _last(values: Array, series: Series) -> Array:
    """Return the years that a series has."""
    return values[:, -series.starts.shape[1] :]


def fitted(one: Array, other: Array, count: Array) -> tuple[float, float]:
    """Return the covariance of a year's steps of two log rates, and of what chance does to counts over their mean.

    Parameters
    ----------
    one, other : (area, year)
        The same log rate twice for a variance.
    count : (area, year)
    """
    rows, products = [], []
    for lag in LAGS:
        if lag >= one.shape[1]:
            break
        moves = [np.clip(log[:, lag:] - log[:, :-lag], -MOST_MOVED, MOST_MOVED) for log in (one, other)]
        known = np.isfinite(moves[0] * moves[1]) & (count[:, lag:] >= LEAST) & (count[:, :-lag] >= LEAST)
        inverse = 1.0 / count[:, lag:][known] + 1.0 / count[:, :-lag][known]
        rows.append((float(lag), float(inverse.mean())))
        products.append(float((moves[0] * moves[1])[known].mean()))
    step, wide = np.linalg.lstsq(np.array(rows), np.array(products), rcond=None)[0]
    return max(float(step), 0.0), max(float(wide), 1.0)
