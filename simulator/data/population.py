"""Children in the population, by age and month: mid-2023 single years carried forward and back, births assumed.

No migration and no deaths: a child aged 8 at mid-2023 is one aged 9 at mid-2024. Real numbers under 18 have been rising
by about 1% a year through migration, so holding rates on this population gives fewer starts than holding numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.data import tables
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

MID_YEAR = 2023
MID_YEAR_MONTHS_AFTER_MARCH = 3.0


def births_per_year() -> float:
    """Return the default number of births a year: those aged under 1 at mid-2023."""
    return tables.value("population_by_age", MID_YEAR, "0")


def population_by_age(base: int, months: int, births: float, first: int = 0) -> Array:
    """Return children by completed year of age at the middle of each month: (month, age).

    Parameters
    ----------
    base : int
        The run starts after 31 March of this year.
    months : int
        Number of months, from month `first` (negative for months before the base).
    births : float
        Births a year after mid-2023.

    Notes
    -----
    Children of each single year of age at mid-2023 are taken as evenly spread over that year; those who were 19 and
    over then are taken to be as many as those aged 18.
    """
    counts = np.array([tables.value("population_by_age", MID_YEAR, str(a)) for a in range(19)])
    youngest = -60
    density = np.concatenate([np.full(-youngest, births), counts, np.full(30, counts[-1])])
    edges = np.arange(youngest, youngest + len(density) + 1)
    cumulative = np.concatenate([[0.0], np.cumsum(density)])
    months_on = (base - MID_YEAR) * MONTHS_A_YEAR - MID_YEAR_MONTHS_AFTER_MARCH + first + np.arange(months) + 0.5
    age_in_2023 = np.arange(19)[None, :] - months_on[:, None] / MONTHS_A_YEAR
    return np.diff(np.interp(age_in_2023, edges, cumulative), axis=1)


def added_children(born: Array, moved: Array) -> Array:
    """Return how many more children there are at each age in the middle of each month: (month, age).

    Parameters
    ----------
    born : (month,)
        More births in a month.
    moved : (month, age)
        More children in a month who came at each completed age, evenly over it.

    Notes
    -----
    Each month's children are followed by age in months; nobody dies. Of those who came in a month of age, half have
    passed into the next by the end of the calendar month.
    """
    months, ages = moved.shape
    came = np.repeat(moved / MONTHS_A_YEAR, MONTHS_A_YEAR, axis=1)  # (month, month of age)
    older = np.zeros_like(came)
    older[:, 1:] = came[:, :-1]
    coming = (came + older) / 2.0
    by_month_of_age = np.zeros(ages * MONTHS_A_YEAR)
    at_ends = np.zeros((months + 1, ages))
    for month in range(months):
        by_month_of_age[1:] = by_month_of_age[:-1]
        by_month_of_age[0] = born[month]
        by_month_of_age += coming[month]
        at_ends[month + 1] = by_month_of_age.reshape(ages, MONTHS_A_YEAR).sum(axis=-1)
    return (at_ends[:-1] + at_ends[1:]) / 2.0
