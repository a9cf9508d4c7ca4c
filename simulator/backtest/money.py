"""Spend on children looked after in England: children times spend per child, scored as children are.

Spend per child is spend of a financial year over the mean of the children at its two ends. Its growth goes on at the
mean of the last three years. Section 251 has one scope from 2012-13, and no total for 2014-15; 2024-25 is from another
return. A financial year is named here by the year in which it ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulator.backtest.intervals import LEAST_DF, LEVELS
from simulator.backtest.score import cells
from simulator.data.tables import series

Array = NDArray[np.float64]
Spend = Mapping[int, float]

FIRST = 2013
GROWTH_YEARS = 3
FIRST_ORIGIN = 2016
"""First origin: two gaps of one year and one of two behind it."""
HORIZONS = 3
FEWEST_ERRORS = 2
"""Past errors at one year that a spread is measured on."""
LABELS = {
    "model": "Children of this model, mean price growth of 3 years",
    "last_trend": "Last year's growth of spend",
    "no_change": "No change in cash",
}


def published() -> Spend:
    """Return gross spend in pounds, cash, by year of its end."""
    return {
        int(str(year)[:4]) + 1: value
        for year, value in series("spend_total").items()
        if int(str(year)[:4]) >= FIRST - 1
    }


@dataclass(frozen=True)
class SpendForecast:
    """Median log growth of spend since the origin, and its split: each (horizon,)."""

    growth: Array
    children: Array


def cut(spend: Spend, origin: int) -> Spend:
    """Leave out every year after the origin."""
    return {year: value for year, value in spend.items() if year <= origin}


def ahead(spend: Spend, children: Mapping[int, float], growth: Array, method: str) -> SpendForecast:
    """Forecast spend from the last year held.

    Parameters
    ----------
    spend : mapping of year to float
        Up to the origin; see `cut`.
    children : mapping of year to float
        England's children at 31 March, up to the origin.
    growth : array (horizon,)
        Log growth of England's children that is forecast.
    method : str
        A key of `LABELS`.
    """
    years = np.arange(1, HORIZONS + 1, dtype=float)
    origin = max(spend)
    if method == "no_change":
        return SpendForecast(np.zeros(HORIZONS), np.zeros(HORIZONS))
    if method == "last_trend":
        return SpendForecast(_yearly(spend, 1) * years, np.zeros(HORIZONS))
    stock = children[origin] * np.exp(np.concatenate([[0.0], growth[:HORIZONS]]))
    numbers: Array = np.log((stock[1:] + stock[:-1]) / (children[origin] + children[origin - 1]))
    price = {year: value / (children[year] + children[year - 1]) for year, value in spend.items()}
    total: Array = numbers + _yearly(price, GROWTH_YEARS) * years
    return SpendForecast(total, numbers)


def _yearly(values: Spend, years: int) -> float:
    """Return mean log growth a year since the last year that is at least so far back."""
    last = max(values)
    start = max(year for year in values if year <= last - years)
    return float(np.log(values[last] / values[start]) / (last - start))


def quantiles(spend: Spend, now: SpendForecast, past: Mapping[int, SpendForecast], levels: Array = LEVELS) -> Array:
    """Return quantiles of spend: (horizon, level).

    The log is a Student t: its scale is the root mean square of past errors at one year, times the horizon, because an
    error in growth lasts; its degrees of freedom are their number.
    """
    errors = [
        np.log(spend[origin + 1] / spend[origin]) - one.growth[0]
        for origin, one in past.items()
        if origin in spend and origin + 1 in spend
    ]
    scale = np.sqrt(np.mean(np.square(errors))) * np.arange(1, HORIZONS + 1)
    step = stats.t.ppf(levels, max(float(len(errors)), LEAST_DF))
    return np.asarray(spend[max(spend)] * np.exp(now.growth[:, None] + scale[:, None] * step))


def forecasts(
    spend: Spend, children: Mapping[int, float], growth_at: Mapping[int, Array], method: str
) -> dict[int, tuple[SpendForecast, Array]]:
    """Forecast from every origin: origin to medians and quantiles (horizon, level).

    Parameters
    ----------
    spend, children : mapping of year to float
    growth_at : mapping of origin to array (horizon,)
        Log growth of England's children forecast from each origin.
    method : str
    """
    medians: dict[int, SpendForecast] = {}
    found = {}
    for origin in [year for year in sorted(spend) if year >= FIRST_ORIGIN and year in growth_at]:
        held, stock = cut(spend, origin), cut(children, origin)
        now = ahead(held, stock, growth_at[origin], method)
        if len(medians) >= FEWEST_ERRORS:
            found[origin] = (now, quantiles(held, now, medians))
        medians[origin] = now
    return found


def scored(spend: Spend, made: Mapping[int, tuple[SpendForecast, Array]]) -> NDArray[np.void]:
    """Score forecasts on what was spent: `score.CELL` rows, as shares of spend in the year of the origin."""
    rows = []
    for origin, (_, ahead_) in made.items():
        actual = np.array([[spend.get(origin + h, np.nan) for h in range(1, HORIZONS + 1)]])
        rows.append(cells(origin, ("ENG",), np.array([spend[origin]]), ahead_[None], actual))
    return np.concatenate(rows)


@dataclass(frozen=True)
class Parts:
    """What an error of spend is made of.

    Attributes
    ----------
    origin, horizon : int
    numbers, mix, price : float
        Log outcome less log forecast that comes from the number of children, from the share of them in foster care, and
        from spend per child in foster care and of all others. They add up to the log error of spend.
    """

    origin: int
    horizon: int
    numbers: float
    mix: float
    price: float


def published_fostering() -> Spend:
    """Return spend on fostering in pounds, cash, by year of its end."""
    return {int(str(year)[:4]) + 1: value for year, value in series("spend_line", "fostering_total").items()}


def split(
    spend: Spend,
    fostering: Spend,
    children: Mapping[int, float],
    foster: Mapping[int, float],
    made: Mapping[int, tuple[SpendForecast, Array]],
    foster_growth: Mapping[int, Array],
) -> Sequence[Parts]:
    """Split the log error of each forecast.

    The mix acts at the prices of the origin: it is the log of spend per child that the shares of a year give at those
    prices, outcome less forecast. What is left of the error of spend per child is price.

    Parameters
    ----------
    spend, fostering : mapping of year to float
    children, foster : mapping of year to float
        All children and those in foster care at 31 March.
    made : mapping of origin to (SpendForecast, quantiles)
    foster_growth : mapping of origin to array (horizon,)
        Log growth of children in foster care that is forecast.
    """
    rows = []
    for origin, (now, _) in made.items():
        if origin not in fostering:
            continue
        base, base_foster = (_two_ends(count, origin) for count in (children, foster))
        price_foster = fostering[origin] / base_foster
        price_other = (spend[origin] - fostering[origin]) / (base - base_foster)
        stock = np.exp(np.pad(foster_growth[origin], (1, 0))) * foster[origin]
        for h in range(1, HORIZONS + 1):
            if origin + h not in spend:
                continue
            happened = _two_ends(children, origin + h)
            share = _two_ends(foster, origin + h) / happened
            said = (stock[h] + stock[h - 1]) / (base * np.exp(now.children[h - 1]))
            numbers = np.log(happened / base) - now.children[h - 1]
            at_prices = [price_other + part * (price_foster - price_other) for part in (share, said)]
            mix = np.log(at_prices[0] / at_prices[1])
            total = np.log(spend[origin + h] / spend[origin]) - now.growth[h - 1]
            rows.append(Parts(origin, h, float(numbers), float(mix), float(total - numbers - mix)))
    return rows


def _two_ends(count: Mapping[int, float], year: int) -> float:
    """Return the sum of a count at the two ends of a financial year."""
    return count[year] + count[year - 1]
