"""How wide a forecast must be, from the errors that its own method has made before.

The log of children is a Student t about the method's median. Its variance has two parts, both measured at horizon h on
past forecasts whose outcome was known at the origin:

- England's: the mean square of the method's errors on England's children, 1997 on;
- an area's own: errors beyond England's, fitted as ``a + b / children`` (drift of rates, and chance that falls with
  size).

Errors overlap: those of n origins h years ahead are worth n / h independent ones. So an area's own variance at h is
drawn towards what that at h - 1 says of it, which counts as one more independent error; and England's variance,
measured on m independent errors, makes the forecast a t with m degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulator.backtest.area_growth import REVERSION
from simulator.backtest.methods.method import HORIZONS, YEARS, Growth
from simulator.backtest.panel import Known

Array = NDArray[np.float64]

LEVELS = np.arange(1, 100) / 100
"""Levels of the quantiles that are scored."""
LEAST_ERRORS = 2
"""Fewest past origins that a variance is measured on; longer horizons are extended from shorter ones."""
COMMON_GROWTH = YEARS**1.5
"""How England's variance grows with the horizon: half-way between steps that are independent and steps that last."""
OWN_GROWTH = 1 - (1 - REVERSION) ** (2 * YEARS)
"""How areas' own variance grows: independent steps, each going back to the region as the local part has it."""
LEAST_DF = 3.0
TAILS = (3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 30.0)
"""Degrees of freedom that are tried for areas' own errors."""


@dataclass(frozen=True)
class Spread:
    """Spread of log children about the median of one level: a Student t.

    Attributes
    ----------
    scale : array (area, horizon)
    degrees_of_freedom : array (horizon,)
    """

    scale: Array
    degrees_of_freedom: Array


def log_errors(growth: Growth, then: Known, happened: Mapping[str, Array]) -> dict[str, Array]:
    """Return log outcome less log forecast of each level: (area, horizon), NaN where nothing happened yet."""
    errors = {}
    for level, series in then.levels.items():
        error = np.full((len(series.areas), HORIZONS), np.nan)
        if not series.areas:
            errors[level] = error
            continue
        seen = min(happened[level].shape[1], HORIZONS)
        actual = np.log(happened[level][:, :seen] / series.children[:, -1:])
        error[:, :seen] = actual - growth[level][:, :seen]
        errors[level] = error
    return errors


def spread(now: Known, past: Mapping[int, tuple[Known, Mapping[str, Array]]]) -> dict[str, Spread]:
    """Return the spread of a method's forecasts from an origin.

    Parameters
    ----------
    now : Known
    past : mapping of origin to (Known, errors)
        Earlier origins, with the method's errors as far as they were known at this one; see :func:`log_errors`.
    """
    england = of_one(np.array([errors["england"][0] for _, errors in past.values()]))
    areas = {level: _of_areas(level, now, past, england.scale[0] ** 2) for level in ("authority", "region")}
    return {"england": england, **areas}


def of_one(errors: Array) -> Spread:
    """Return the spread of a series that stands by itself, from its past errors: (origin, horizon)."""
    count = np.isfinite(errors).sum(axis=0)
    mean = np.nansum(errors**2, axis=0) / np.maximum(count, 1)
    variance = _extended(np.where(count >= LEAST_ERRORS * YEARS, mean, np.nan), COMMON_GROWTH)
    return Spread(np.sqrt(variance)[None, :], np.maximum(count / YEARS, LEAST_DF))


def _of_areas(level: str, now: Known, past: Mapping[int, tuple[Known, Mapping[str, Array]]], common: Array) -> Spread:
    """Return England's variance and areas' own."""
    series = now.levels[level]
    local = [(then, errors) for then, errors in past.values() if then.levels[level].areas]
    if not local or not series.areas:
        return Spread(np.empty((0, HORIZONS)), np.full(HORIZONS, LEAST_DF))
    own = np.concatenate([errors[level] - errors["england"] for _, errors in local])
    inverse = np.concatenate([1 / then.levels[level].children[:, -1] for then, _ in local])
    origins = np.sum([np.isfinite(errors[level]).any(axis=0) for _, errors in local], axis=0)
    a, b = _lines(inverse, own**2, origins).T
    standard = own / np.sqrt(a + b * inverse[:, None])
    tails = _tails(standard[np.isfinite(standard)])
    variance = common + a + b / series.children[:, -1:]
    return Spread(np.sqrt(variance * (tails - 2) / tails), np.full(HORIZONS, tails))


def _extended(by_horizon: Array, growth: Array) -> Array:
    """Fill horizons that have no past error from the longest that has one."""
    last = np.flatnonzero(np.isfinite(by_horizon))[-1]
    return np.where(np.isfinite(by_horizon), by_horizon, by_horizon[last] * growth / growth[last])


def _lines(x: Array, square: Array, origins: NDArray[np.int64]) -> Array:
    """Fit mean square errors at each horizon as a + b x: (horizon, 2).

    Parameters
    ----------
    x : array (error,)
    square : array (error, horizon)
        NaN where nothing happened yet; horizon 1 has errors.
    origins : array (horizon,)
        From how many origins they are.
    """
    lines = np.empty((HORIZONS, 2))
    for h in range(HORIZONS):
        seen = np.isfinite(square[:, h])
        if h == 0:
            lines[h] = _line(x[seen], square[seen, h])
            continue
        lines[h] = lines[h - 1] * OWN_GROWTH[h] / OWN_GROWTH[h - 1]
        if seen.any():
            independent = origins[h] / YEARS[h]
            lines[h] = (independent * np.array(_line(x[seen], square[seen, h])) + lines[h]) / (independent + 1)
    return lines


def _line(x: Array, square: Array) -> tuple[float, float]:
    """Fit mean square errors as a + b x, neither negative, weighted as squares of a normal are."""
    a, b = float(square.mean()), 0.0
    for _ in range(10):
        weight = (a + b * x) ** -2
        mx, my = np.average(x, weights=weight), np.average(square, weights=weight)
        slope = np.average((x - mx) * (square - my), weights=weight) / np.average((x - mx) ** 2, weights=weight)
        b = float(np.clip(slope, 0.0, my / mx))
        a = float(my - b * mx)
        a = max(a, 1e-6)
    return a, b


def _tails(standard: Array) -> float:
    """Return the degrees of freedom under which errors of unit variance are likeliest."""
    fits = [stats.t.logpdf(standard, df, scale=np.sqrt((df - 2) / df)).sum() for df in TAILS]
    return TAILS[int(np.argmax(fits))]


def quantiles(children: Array, growth: Array, spread: Spread, levels: Array = LEVELS) -> Array:
    """Return quantiles of children: (area, horizon, level).

    Parameters
    ----------
    children : array (area,)
        At the origin.
    growth : array (area, horizon)
    spread : Spread
    levels : array (level,)
    """
    step = stats.t.ppf(levels, spread.degrees_of_freedom[:, None])
    return np.asarray(children[:, None, None] * np.exp(growth[:, :, None] + spread.scale[:, :, None] * step))
