"""The record of how rates of an area walk away from England's, beside the drift that all share.

The log of an area's rate over England's is a level that takes a normal step a year and is seen with chance that falls
with the number of events, wider than Poisson (Durbin and Koopman 2012, Time Series Analysis by State Space Methods,
section 2.2). Steps and dispersion are those of the published record (`simulator.backtest.fit_random_walk`). The same
two numbers say how much older years tell of the level at the base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged

Array = NDArray[np.float64]

BEFORE_18_SHARE = 0.6
"""Share of children who leave that do so before 18 (published, 2023 to 2025)."""


def events(resident_starts: Array, uasc_starts: Array) -> dict[str, Array]:
    """Return about how many start, and leave before 18, in a year, by name of their rates: (area,).

    As many leave, at whatever age, as start.
    """
    return {
        "starts": resident_starts,
        "exits": BEFORE_18_SHARE * resident_starts,
        "uasc_starts": uasc_starts,
        "uasc_exits": uasc_starts,
    }


@dataclass(frozen=True)
class RandomWalk:
    """How far one group of rates of an area moves from England's.

    Attributes
    ----------
    name : {"starts", "exits", "uasc_starts"}
    sd_per_year : float
        Standard deviation of a year's step of the log level.
    dispersion : float
        Variance of a year's count about its level, over its mean.
    first, last : str
        Years of the record.
    source : str
        Source keys.
    group : str
        Steps of one year and group are tied, with `correlation` between any two.
    correlation : float
    response : float
        By how much a year's count moves, in per cent, as its rate moves by one: where hazards of leaving rise, fewer
        are left to leave later in the year.
    taken_off : float
        Part of half the variance that draws take off the log: with 1 their mean is that of the central run, so that
        areas add up to what England's own draws make; with 0 their middle is. No part of the record.
    kept : float
        What is left a year later of how far a rate has walked.
    """

    name: str
    sd_per_year: float
    dispersion: float
    first: str
    last: str
    source: str
    group: str = ""
    correlation: float = 0.0
    response: float = 1.0
    taken_off: float = field(default=1.0, kw_only=True)
    kept: float = field(default=1.0, kw_only=True)


@cache
def random_walks() -> Mapping[str, RandomWalk]:
    """Return every group of rates by name, from data/local_drift.csv."""
    return {one.name: one for one in packaged.table("local_drift").rows(RandomWalk)}


def left_of_steps(kept: float, years: int) -> Array:
    """Return what is left of the step of each year in each year: (of, in)."""
    since = np.arange(years) - np.arange(years)[:, None]
    return np.where(since >= 0, kept ** np.maximum(since, 0), 0.0)


def year_sd(one: RandomWalk, count: Array) -> Array:
    """Return how far a year's rate lies from its level beyond chance, standard deviation of the log: (area,)."""
    sd: Array = np.sqrt((one.dispersion - 1.0) / np.maximum(count, 1.0)) / one.response
    return sd


def weights(name: str, counts: Array) -> Array:
    """Return how much the count of each year says of the level in the last one: (area, year), 1 for the last.

    Those of the filter of a random walk.

    Parameters
    ----------
    name : str
    counts : (area, year)
        Expected at an area's mean level.
    """
    one = random_walks()[name]
    known, weight = np.zeros(len(counts)), np.zeros_like(counts)
    for year in range(counts.shape[1]):
        kept = 1.0 / (1.0 + (one.sd_per_year * one.response) ** 2 * known)
        weight[:, :year] *= kept[:, None]
        weight[:, year] = 1.0
        known = known * kept + counts[:, year] / one.dispersion
    return weight
