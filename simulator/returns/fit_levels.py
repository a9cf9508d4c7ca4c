"""How many start, and leave for what is expected, at the base.

All years tell, recent ones more as rates move: the log of a rate takes a normal step a year and is seen with Poisson
chance (a local level; Durbin and Koopman 2012, Time Series Analysis by State Space Methods, chapter 2). How large steps
are, the years tell in part: with few events hardly, with many well. So every size is tried, and weighed by how likely
it is before the years are seen and by how well it makes them.

Six years cannot tell a trend from steps that happened to go one way, so the central path holds the level. Where an even
growth of the years is beyond chance, draws take one of that size, up or down.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.data.own_rates import Level

Array = NDArray[np.float64]


class Steps(NamedTuple):
    """How large yearly steps of the log of a rate are before the years are seen: normal.

    Attributes
    ----------
    mean, sd : float
    """

    mean: float
    sd: float


STEPS_OF_STARTS, STEPS_OF_LEAVING = Steps(0.08, 0.03), Steps(0.06, 0.02)
"""Judgements: what intervals of made-up councils need whose rates drift (docs/returns.md). In the record of authorities
starts of 2020 to 2025 beside England's step by 0.06 to 0.12 a year in nearly all of 146 (by maximum marginal likelihood
of this model, with the dispersion of data/local_drift.csv). None stands still, so that no size of its own is kept for
councils that do."""

SIZES = np.linspace(0.0, 0.3, 31)
"""Steps that are tried."""

HALF = 0.5
"""Events more that each year is taken to have: there may be none."""

TREND_SD, TREND_YEARS = 1.96, 4
"""Standard errors from which a growth is told as a trend, and least years for one."""

GROWTH_SD = 0.03
"""Spread of growths a year among councils: what the years tell of one is pooled towards none by it (a judgement)."""


def fit_level(events: Array, expected: Array, steps: Steps | None) -> Level:
    """Return the level at the end of the last year.

    Parameters
    ----------
    events, expected : (year,)
    steps : Steps or None
        None if the rate is known to stay as it is.
    """
    told = expected > 0
    y, e = events[told].astype(float), expected[told]
    ratio = max(float(y.sum()), HALF) / float(e.sum())
    seen = np.log((y + HALF) / (e + HALF / ratio))
    chance = 1.0 / (ratio * e + HALF)
    seen += np.log(ratio) - np.average(seen, weights=1.0 / chance)  # a rate that stays as it is has that of all years
    sizes = np.zeros(1) if steps is None else SIZES
    means, variances, likely = np.transpose([filtered(seen, chance, size) for size in sizes])
    before = 0.0 if steps is None else -(((sizes - steps.mean) / steps.sd) ** 2) / 2.0
    weight = np.exp(likely + before - (likely + before).max())
    weight /= weight.sum()
    mean = float(weight @ means)
    variance = float(weight @ (variances + (means - mean) ** 2))
    grows = growth(events.astype(float), expected)
    return Level(
        float(np.exp(mean)),
        float(np.sqrt(variance)),
        float(np.sqrt(weight @ sizes**2)),
        _trend_sd(*grows) if grows is not None and is_trend(*grows) else 0.0,
    )


def filtered(seen: Array, chance: Array, size: float) -> tuple[float, float, float]:
    """Return mean and variance of the level of the last year, and the log likelihood.

    The step from the last year to the first ahead is no part of it: draws take it with the others
    (`simulator.projection.local_walks`).
    """
    mean, variance, likely = seen[0], chance[0], 0.0
    for value, noise in zip(seen[1:], chance[1:], strict=True):
        variance += size**2
        of_value = variance + noise
        likely -= (np.log(of_value) + (value - mean) ** 2 / of_value) / 2.0
        gain = variance / of_value
        mean, variance = mean + gain * (value - mean), variance * (1.0 - gain)
    return float(mean), float(variance), float(likely)


def growth(events: Array, at_risk: Array) -> tuple[float, float] | None:
    """Return the growth a year of a rate and its standard error, of Poisson counts; None with too few.

    Parameters
    ----------
    events, at_risk : (year,)
    """
    if len(events) < TREND_YEARS or events.sum() == 0 or not (at_risk > 0).all():
        return None
    rate = events.sum() / at_risk.sum()
    weight, value = rate * at_risk, np.log((events + HALF) / (at_risk + HALF / rate))
    year = np.arange(len(events)) - np.average(np.arange(len(events)), weights=weight)
    spread = float((weight * year**2).sum())
    return float((weight * year * value).sum() / spread), spread**-0.5


def _trend_sd(grows: float, error: float) -> float:
    """Return the size of a trend, pooled towards none by evidence: few events can look like a steep one."""
    return abs(grows) * GROWTH_SD**2 / (GROWTH_SD**2 + error**2)


def is_trend(grows: float, error: float) -> bool:
    """Say whether a growth is beyond chance."""
    return abs(grows) > TREND_SD * error
