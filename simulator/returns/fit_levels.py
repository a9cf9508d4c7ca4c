"""How many start, and leave for what is expected, at the base.

All years tell, recent ones more as rates move: the log of a rate takes a normal step a year and is seen with Poisson
chance (a local level; Durbin and Koopman 2012, Time Series Analysis by State Space Methods, chapter 2). How large steps
are, the years tell in part: with few events hardly, with many well. So every size is tried, and weighed by how likely
it is before the years are seen and by how well it makes them.

A council's rates move together or stand still together. Whether they stand still is weighed by the years of all of
them, and by the children in care: in a council that stands still their number changes by chance alone, while steps of
years long past go on to move it. Six years cannot tell a trend from steps that happened to go one way, so the central
path holds the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.data.own_rates import Level

Array = NDArray[np.float64]


class Steps(NamedTuple):
    """How large yearly steps of the log of a rate that moves are before the years are seen: normal.

    Attributes
    ----------
    mean, sd : float
    """

    mean: float
    sd: float


STEPS = {
    ("resident", "starts"): Steps(0.11, 0.04), ("uasc", "starts"): Steps(0.25, 0.10),
    ("resident", "exits"): Steps(0.08, 0.03), ("uasc", "exits"): Steps(0.08, 0.03),
}  # fmt: skip
"""By stream and measure: judgements. Rates of made-up councils step by 0.08 and 0.05; those of authorities, of which
less is left a year later, by 0.14 and 0.10, with counts wider than Poisson's (studies/steps_of_authorities.py);
arrivals of asylum-seeking children by 0.33 in the record of three years (data/local_drift.csv)."""

STILL = 0.3
"""Chance that a council's rates stand still, before its years are seen: what made-up councils need (docs/returns.md).
Authorities hardly ever do: of six years of theirs, 4% say so with more than half."""

BALANCE_YEARS = 5.0
"""Years in which two thirds of what a step of starts does to the number of children in care has happened: in the model
20% of it has in one year, 43% in three and 58% in five."""

SIZES = np.linspace(0.0, 0.3, 31)
"""Steps that are tried."""

HALF = 0.5
"""Events more that each year is taken to have: there may be none."""

TREND_SD, TREND_YEARS = 1.96, 4
"""Standard errors from which a growth is told as a trend, and least years for one."""


class Yearly(NamedTuple):
    """Events by year, and those expected: (year,) each."""

    events: Array
    expected: Array

    @property
    def as_logs(self) -> tuple[Array, Array]:
        """Logs of rates over what is expected, and the variance that chance gives them, of years that expect any."""
        told = self.expected > 0
        y, e = self.events[told].astype(float), self.expected[told]
        ratio = max(float(y.sum()), HALF) / float(e.sum())
        seen, chance = np.log((y + HALF) / (e + HALF / ratio)), 1.0 / (ratio * e + HALF)
        # A rate that stays as it is has that of all years.
        return seen + np.log(ratio) - np.average(seen, weights=1.0 / chance), chance


class Tried(NamedTuple):
    """The level of the last year by size of the step, and how well that makes the years: (size,) each."""

    mean: Array
    variance: Array
    log_likelihood: Array


def fit_levels(seen: Mapping[tuple[str, str], Yearly], children: Array) -> dict[tuple[str, str], Level]:
    """Return levels at the end of the last year.

    Parameters
    ----------
    seen : mapping of (stream, measure) to Yearly
    children : (year + 1,)
        In care at the beginning of the years and at the end of each.
    """
    tried = tried_sizes(seen)
    still = chance_of_standing_still(tried, children)
    return {key: _level(one, _weights(key, one, still)) for key, one in tried.items()}


def tried_sizes(seen: Mapping[tuple[str, str], Yearly]) -> dict[tuple[str, str], Tried]:
    """Return the level of the last year of each rate, by size of its step."""
    return {key: Tried(*np.transpose([filtered(*one.as_logs, size) for size in SIZES])) for key, one in seen.items()}


def chance_of_standing_still(tried: Mapping[tuple[str, str], Tried], children: Array) -> float:
    """Return the chance that no rate of a council moves, given its years."""
    log_odds = np.log(STILL / (1.0 - STILL)) + growth_says(children)
    for key, one in tried.items():
        most = one.log_likelihood.max()
        moves = np.log(_before(STEPS[key]) @ np.exp(one.log_likelihood - most)) + most
        log_odds += one.log_likelihood[0] - moves
    return float((1.0 + np.tanh(log_odds / 2.0)) / 2.0)


def growth_says(children: Array) -> float:
    """Return what the growth of the children in care says for rates that stand still: a log likelihood ratio.

    Of children who come by chance and stay for an exponential time, the log of their number changes by chance with the
    variance 2 (1 - r^h) / number in h years, r being what is left of one year's after another. A step of starts has
    done a share 1 - r^k of its work after k years, whether it was taken within the years seen or before.

    Parameters
    ----------
    children : (year + 1,)
    """
    years = len(children) - 1
    grown = np.log(np.maximum(children[-1], HALF) / np.maximum(children[0], HALF))
    left = np.exp(-1.0 / BALANCE_YEARS)
    chance = 2.0 * (1.0 - left**years) / max(float(children.mean()), 1.0)
    within = ((1.0 - left ** np.arange(1, years + 1)) ** 2).sum()
    before = (1.0 - left**years) ** 2 * left**2 / (1.0 - left**2)
    moved = chance + (within + before) * STEPS["resident", "starts"].mean ** 2
    return float((np.log(moved / chance) + grown**2 / moved - grown**2 / chance) / 2.0)


def _before(steps: Steps) -> Array:
    """Return how likely each size is before the years are seen, of a rate that moves."""
    weight = np.exp(-(((SIZES - steps.mean) / steps.sd) ** 2) / 2.0)
    found: Array = weight / weight.sum()
    return found


def _weights(key: tuple[str, str], tried: Tried, still: float) -> Array:
    """Return how likely each size is when the years are seen: none where the council stands still."""
    moves = _before(STEPS[key]) * np.exp(tried.log_likelihood - tried.log_likelihood.max())
    found: Array = still * (SIZES == 0.0) + (1.0 - still) * moves / moves.sum()
    return found


def _level(tried: Tried, weight: Array) -> Level:
    mean = float(weight @ tried.mean)
    variance = float(weight @ (tried.variance + (tried.mean - mean) ** 2))
    return Level(float(np.exp(mean)), float(np.sqrt(variance)), float(np.sqrt(weight @ SIZES**2)))


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


def is_trend(grows: float, error: float) -> bool:
    """Say whether a growth is beyond chance."""
    return abs(grows) > TREND_SD * error
