"""What later pounds are worth today: HM Treasury's schedule of discount rates."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from simulator.data import tables

_SPAN = re.compile(r"years_(\d+)_to_(\d+)")


def discount_factors(years: int, percent: float | None = None) -> NDArray[np.float64]:
    """Return the present value of a pound of each financial year of a run, in the first: (year,).

    The first year is year 0 and is not discounted; a later one is discounted by the rate of each year up to it.

    Parameters
    ----------
    years : int
    percent : float, optional
        One rate for all years, percent a year; if left out, the latest schedule of the Green Book (table
        `discount_rate`: 3.5% to year 30, 3.0% from year 31, and less later).
    """
    rates = np.array([_rate(year) if percent is None else percent / 100.0 for year in range(years)])
    rates[:1] = 0.0
    return np.asarray(1.0 / np.cumprod(1.0 + rates), dtype=np.float64)


def _rate(year: int) -> float:
    """Return the rate of a year after the first, a year."""
    published = tables.figures("discount_rate")
    latest = max(int(one.year) for one in published)
    for one in published:
        span = _SPAN.fullmatch(one.category)
        if int(one.year) == latest and span and int(span[1]) <= year <= int(span[2]) and one.value is not None:
            return one.value
    raise LookupError(f"the schedule of discount rates has none for year {year}")
