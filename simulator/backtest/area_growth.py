"""How an area grows beside England: a ridge regression on its own rates, shrunk to its region.

The regression is over all areas, origins and horizons whose outcome was known at the origin: log growth beyond
England's on the terms of a form, each to be shrunk,

- ``flows``: what fixed rates of one year and of three say for the area beyond its region, and the region beyond
  England;
- ``density``: children per head against the region's, which goes back by `REVERSION` a year;
- ``trend``: growth of the last year and of the last three, area beyond region and region beyond England.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from simulator.backtest.methods.method import HORIZONS, Array
from simulator.backtest.methods.naive import mean_growth
from simulator.backtest.methods.stock_flow import stock_flow
from simulator.backtest.panel import Known

FORMS: dict[str, tuple[str, ...]] = {
    "none": (),
    "density": ("density",),
    "flows": ("flows",),
    "flows_density": ("flows", "density"),
    "all": ("flows", "density", "trend"),
}
"""Forms that are tried, by the groups of terms they hold."""

REVERSION = 0.12
"""Share of the distance to the region that goes in a year; the study fitted 8% to 15%."""
PENALTY = 200.0
"""Weight of the ridge: how many usual observations say that a term is nothing. From 20 to 1,000 it matters little."""
RATE_VARIANCE, CHANCE_VARIANCE = 0.004, 1.0
"""Variance of a year's log growth, a + b / children: weights of observations, from the study's drift and dispersion."""
FIT_YEARS = 5
"""Horizons that are fitted; beyond them the local part stays as it is."""
YEARS = np.arange(1, FIT_YEARS + 1, dtype=float)


def terms(known: Known) -> dict[str, Array]:
    """Return the terms of each group at an origin: (area, horizon, term)."""
    levels = (known.authorities, known.regions, known.england)

    def beyond(area: Array, region: Array, england: Array) -> tuple[Array, Array]:
        return area - region[known.region_of], (region - england)[known.region_of]

    flows = [beyond(*(stock_flow(s, years)[:, :FIT_YEARS] for s in levels)) for years in (3, 1)]
    growth = [beyond(*(mean_growth(s, years)[:, None] for s in levels)) for years in (1, 3)]
    going = ((1 - (1 - REVERSION) ** YEARS) / REVERSION)[None, :]
    heads = _beyond_region(known)[:, None] * going
    trend = [*(term * np.ones_like(going) for term in growth[0]), *(term * going for term in growth[1])]
    groups = {"flows": [term for pair in flows for term in pair], "density": [heads], "trend": trend}
    return {name: np.stack(group, axis=-1) for name, group in groups.items()}


def _beyond_region(known: Known) -> Array:
    """Return log children per head against those of the region, 0 where the population is not held: (area,)."""
    children, people = known.authorities.children[:, -1], known.authorities.population[:, -1]
    held = np.isfinite(people)
    beyond = np.zeros(len(children))
    for r in range(len(known.regions.areas)):
        inside = held & (known.region_of == r)
        if inside.any():
            beyond[inside] = np.log(children[inside] / people[inside] * people[inside].sum() / children[inside].sum())
    return beyond


def chosen(groups: Mapping[str, Array], form: str) -> Array:
    """Return the terms of a form: (area, horizon, term)."""
    first = groups["density"]
    return np.concatenate([np.empty((*first.shape[:2], 0)), *(groups[name] for name in FORMS[form])], axis=-1)


def ridge(observations: Iterable[tuple[Known, Array, Array]]) -> Array:
    """Fit growth beyond England's.

    Parameters
    ----------
    observations : of (Known, terms, growth)
        One for each past origin: terms (area, horizon, term), log growth beyond England's (area, horizon), NaN where it
        was not known yet.

    Returns
    -------
    array (term,)
        Coefficients: ``(X'WX + penalty) b = X'Wy`` with terms in units of their root mean square.
    """
    xs, ys, ws = [], [], []
    for then, x, y in observations:
        seen = np.isfinite(y)
        variance = (RATE_VARIANCE + CHANCE_VARIANCE / then.authorities.children[:, -1:]) * YEARS**2
        xs.append(x[seen])
        ys.append(y[seen])
        ws.append(1 / variance[seen])
    x, y, w = np.concatenate(xs), np.concatenate(ys), np.concatenate(ws)
    scale = np.sqrt(np.average(x**2, axis=0, weights=w)) + 1e-12
    x = x / scale
    penalty = PENALTY * np.median(w) * np.eye(x.shape[1])
    coefficients: Array = np.linalg.solve((x * w[:, None]).T @ x + penalty, (x * w[:, None]).T @ y) / scale
    return coefficients


def beyond_england(growth: Array) -> Array:
    """Return a local part for all horizons from that of the fitted ones: (area, horizon)."""
    return np.concatenate([growth, np.repeat(growth[:, -1:], HORIZONS - FIT_YEARS, axis=1)], axis=1)
