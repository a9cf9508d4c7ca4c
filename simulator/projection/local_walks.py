"""Rates of areas walk away from England's in a draw (the record: `simulator.baseline.random_walk`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.random_walk import RandomWalk, left_of_steps, year_sd
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal

Array = NDArray[np.float64]


def parameters(
    walks: Mapping[str, RandomWalk], codes: Sequence[str], financial_years: Sequence[str], counts: Mapping[str, Array]
) -> tuple[Parameter, ...]:
    """Return what is drawn for some areas in every financial year of a run: a step, and what is that year's.

    Areas are independent of each other.

    Parameters
    ----------
    walks : mapping of name to RandomWalk
    codes, financial_years : sequence of str
    counts : mapping of name to (area,)
        Events in a year.
    """
    found = []
    for one in walks.values():
        shock_sd = year_sd(one, counts[one.name])
        for i, code in enumerate(codes):
            for year in financial_years:
                tied = f"local.{code}.drift.{one.group}.{year}" if one.group else ""
                step, shock = _keys(code, one, year)
                if one.sd_per_year > 0:
                    found.append(Parameter(step, Normal(0.0, one.sd_per_year), tied, one.correlation))
                if shock_sd[i] > 0:
                    found.append(Parameter(shock, Normal(0.0, float(shock_sd[i]))))
    return tuple(found)


def _keys(code: str, one: RandomWalk, financial_year: str) -> tuple[str, str]:
    """Return the keys of the step and of what is the year's own."""
    return f"local.{code}.drift_{one.name}.{financial_year}", f"local.{code}.year_{one.name}.{financial_year}"


def walk(
    walks: Mapping[str, RandomWalk],
    name: str,
    codes: Sequence[str],
    year_of_month: Sequence[str],
    drawn: Mapping[str, float],
    count: Array,
) -> Array:
    """Return rates of areas over those of the base year in a draw: (area, month).

    Their mean or their median over draws is 1 (`simulator.baseline.random_walk.RandomWalk`). Rates that are held have
    one area and one month, of 1.

    Parameters
    ----------
    walks : mapping of name to RandomWalk
    name : str
    codes : sequence of str
    year_of_month : sequence of str
    drawn : mapping of key to float
        See :func:`parameters`.
    count : (area,)
        Events in a year.
    """
    if name not in walks or not drawn or not year_of_month:
        return np.ones((1, 1))
    one = walks[name]
    years = list(dict.fromkeys(year_of_month))
    keys = [[_keys(code, one, year) for year in years] for code in codes]
    if all(key not in drawn for row in keys for pair in row for key in pair):
        return np.ones((1, 1))
    step, shock = (np.array([[drawn.get(pair[i], 0.0) for pair in row] for row in keys]) for i in range(2))
    left = left_of_steps(one.kept, len(years))
    variance = one.sd_per_year**2 * (left**2).sum(axis=0) + year_sd(one, count)[:, None] ** 2
    log = step @ left + shock - one.taken_off * variance / 2.0
    factor: Array = np.exp(log)[:, [years.index(year) for year in year_of_month]]
    return factor
