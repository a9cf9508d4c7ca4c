"""How an area's rates wander away from England's, beside the drift that all share (`simulator.projection.drift`).

The log of an area's rate over England's is a level that takes a normal step a year and is seen with chance that falls
with the number of events, wider than Poisson (Durbin and Koopman 2012, Time Series Analysis by State Space Methods,
section 2.2). Steps and dispersion are those of the published record (`simulator.backtest.fit_random_walk`). The same
two numbers say how much older years tell of the level at the base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal

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
class Wander:
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


@cache
def wanders() -> Mapping[str, Wander]:
    """Return every group of rates by name, from data/local_drift.csv."""
    return {one.name: one for one in packaged.table("local_drift").rows(Wander)}


def step_parameters(
    codes: Sequence[str], financial_years: Sequence[str], counts: Mapping[str, Array]
) -> tuple[Parameter, ...]:
    """Return what is drawn for some areas in every financial year of a run: a step that stays, and what is that year's.

    Areas are independent of each other.

    Parameters
    ----------
    codes, financial_years : sequence of str
    counts : mapping of name to (area,)
        Events in a year.
    """
    found = []
    for one in wanders().values():
        own = year_sd(one, counts[one.name])
        for i, code in enumerate(codes):
            for year in financial_years:
                tied = f"local.{code}.drift.{one.group}.{year}" if one.group else ""
                step, shock = _keys(code, one, year)
                found.append(Parameter(step, Normal(0.0, one.sd_per_year), tied, one.correlation))
                if own[i] > 0:
                    found.append(Parameter(shock, Normal(0.0, float(own[i]))))
    return tuple(found)


def year_sd(one: Wander, count: Array) -> Array:
    """Return how far a year's rate lies from its level beyond chance, standard deviation of the log: (area,)."""
    sd: Array = np.sqrt((one.dispersion - 1.0) / np.maximum(count, 1.0)) / one.response
    return sd


def _keys(code: str, one: Wander, financial_year: str) -> tuple[str, str]:
    """Return the keys of the step that stays and of what is the year's own."""
    return f"local.{code}.drift_{one.name}.{financial_year}", f"local.{code}.year_{one.name}.{financial_year}"


def wander(
    name: str, codes: Sequence[str], year_of_month: Sequence[str], drawn: Mapping[str, float], count: Array
) -> Array:
    """Return rates of areas over those of the base year in a draw: (area, month).

    Their mean over draws is 1, so that areas add up to what England's own draws make on average. Rates that are held
    have one month, of 1.

    Parameters
    ----------
    name : str
    codes : sequence of str
    year_of_month : sequence of str
    drawn : mapping of key to float
        See :func:`step_parameters`.
    count : (area,)
        Events in a year.
    """
    if name not in wanders() or not drawn or not year_of_month:
        return np.ones((len(codes), 1))
    one = wanders()[name]
    years = list(dict.fromkeys(year_of_month))
    keys = [[_keys(code, one, year) for year in years] for code in codes]
    if all(key not in drawn for row in keys for pair in row for key in pair):
        return np.ones((len(codes), 1))
    step, shock = (np.array([[drawn.get(pair[i], 0.0) for pair in row] for row in keys]) for i in range(2))
    log = np.cumsum(step - one.sd_per_year**2 / 2.0, axis=1) + shock - year_sd(one, count)[:, None] ** 2 / 2.0
    factor: Array = np.exp(log)[:, [years.index(year) for year in year_of_month]]
    return factor


def weights(name: str, counts: Array) -> Array:
    """Return how much the count of each year says of the level in the last one: (area, year), 1 for the last.

    Those of the filter of a level that wanders.

    Parameters
    ----------
    name : str
    counts : (area, year)
        Expected at an area's mean level.
    """
    one = wanders()[name]
    known, weight = np.zeros(len(counts)), np.zeros_like(counts)
    for year in range(counts.shape[1]):
        kept = 1.0 / (1.0 + (one.sd_per_year * one.response) ** 2 * known)
        weight[:, :year] *= kept[:, None]
        weight[:, year] = 1.0
        known = known * kept + counts[:, year] / one.dispersion
    return weight
