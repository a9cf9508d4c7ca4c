"""Starts of past years forecast from the front door, beside rules that know nothing of it.

From each origin, with figures up to it alone, starts of every authority are forecast one to three years on. A forecast
is last year's starts times the exponential of a change that is fitted over authorities on earlier years: to how far
starts lie from their own mean of three years, and, with the front door, to how far plans, need and referrals lie from
theirs. What all of England does in a year is in no forecast. Beside them stands what would be forecast if the front
door of the years to come were known, which nobody can have had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.panel import NOT_SCORED
from simulator.data.front_door_figures import ENGLAND_CODE, YEARS, every_area, figures

Array = NDArray[np.float64]

ORIGINS = tuple(range(2019, 2025))
AHEAD = (1, 2, 3)
MEAN_YEARS = 3
FRONT_DOOR = ("plans_started", "need_started", "referrals")

LAST_YEAR, MEAN, BACK = "last_year", "mean_of_three_years", "back_to_mean"
FROM_FRONT_DOOR, IF_KNOWN = "from_front_door", "if_front_door_were_known"
METHODS = (LAST_YEAR, MEAN, BACK, FROM_FRONT_DOOR, IF_KNOWN)


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one horizon, and what happened.

    Attributes
    ----------
    ahead : int
        Years from the origin.
    origins : tuple of int
    starts : (origin, area)
        What happened, NaN where it is not published; the last area is England.
    by_method : mapping of str to (origin, area)
    """

    ahead: int
    origins: tuple[int, ...]
    starts: Array
    by_method: dict[str, Array]

    def error(self, method: str, *, england: bool = False) -> float:
        """Return the mean absolute error over mean starts: of authorities together, or of England."""
        off, starts = self._scored(method, england)
        return float(np.nansum(off) / np.nansum(starts))

    def better_by(self, method: str, other: str) -> tuple[float, float]:
        """Return how much smaller the error of authorities is than another's, and its standard error by authority.

        Both are shares of mean starts; below nought the other is better.
        """
        (one, starts), (two, _) = self._scored(method, False), self._scored(other, False)
        gain = np.nansum(two - one, axis=0) / np.nansum(starts)
        areas = len(gain)
        return float(gain.sum()), float(gain.std(ddof=1) * np.sqrt(areas))

    def _scored(self, method: str, england: bool) -> tuple[Array, Array]:
        """Return absolute errors and starts where every method has a forecast."""
        chosen = slice(-1, None) if england else slice(0, -1)
        known = np.isfinite([self.starts, *self.by_method.values()]).all(axis=0)
        off = np.where(known, np.abs(self.by_method[method] - self.starts), np.nan)[:, chosen]
        return off, np.where(known, self.starts, np.nan)[:, chosen]


@dataclass(frozen=True)
class _FrontDoorRecord:
    """Logs of figures, (area, year), and how far each year lies from the mean of three."""

    log: dict[str, Array]
    gap: dict[str, Array]


def hindcast(ahead: int, origins: Sequence[int] = ORIGINS) -> Forecasts:
    """Return forecasts of starts some years on from each origin whose target is known.

    Parameters
    ----------
    ahead : int
        Years.
    origins : sequence of int
    """
    held = tuple(origin for origin in origins if origin + ahead <= YEARS[-1])
    areas = (*(code for code in every_area() if code not in NOT_SCORED), ENGLAND_CODE)
    known = _known(areas)
    rows: dict[str, list[Array]] = {method: [] for method in METHODS}
    for origin in held:
        at = YEARS.index(origin)
        for method, change in _changes(known, at, ahead).items():
            rows[method].append(np.exp(known.log["starts"][:, at] + change))
    starts = np.stack([np.exp(known.log["starts"][:, YEARS.index(origin + ahead)]) for origin in held])
    return Forecasts(ahead, held, starts, {method: np.stack(found) for method, found in rows.items()})


def _known(areas: Sequence[str]) -> _FrontDoorRecord:
    log, gap = {}, {}
    for name in ("starts", *FRONT_DOOR):
        values = figures(name, areas)
        log[name] = np.log(np.where(values > 0.0, values, np.nan))
        mean = np.full(values.shape, np.nan)
        for year in range(MEAN_YEARS - 1, values.shape[1]):
            mean[:, year] = values[:, year + 1 - MEAN_YEARS : year + 1].mean(axis=1)
        gap[name] = np.log(np.where(mean > 0.0, mean, np.nan)) - log[name]
    return _FrontDoorRecord(log, gap)


def _changes(known: _FrontDoorRecord, at: int, ahead: int) -> dict[str, Array]:
    """Return changes of log starts from an origin, by method: (area,) each.

    A fit takes only changes that had ended by the origin.
    """
    past = [year for year in range(MEAN_YEARS - 1, at - ahead + 1)]
    back = [known.gap["starts"]]
    door = [*back, *(known.gap[name] for name in FRONT_DOOR)]
    came = [*back, *(_change(known.log[name], ahead) for name in FRONT_DOOR)]
    wanted = _change(known.log["starts"], ahead)
    size = np.exp(known.log["starts"])
    found = {LAST_YEAR: np.zeros(len(size)), MEAN: known.gap["starts"][:, at]}
    for method, x in ((BACK, back), (FROM_FRONT_DOOR, door), (IF_KNOWN, came)):
        of = np.stack(x, axis=-1)
        found[method] = of[:, at] @ _fit(wanted[:-1, past], of[:-1][:, past], size[:-1, past])
    return found


def _change(log: Array, ahead: int) -> Array:
    """Return the change of a log over the years that follow each: (area, year), NaN at the end."""
    found = np.full(log.shape, np.nan)
    found[:, :-ahead] = log[:, ahead:] - log[:, :-ahead]
    return found


def _fit(y: Array, x: Array, size: Array) -> Array:
    """Fit changes, (area, year), to (area, year, x) by least squares, authorities weighed by size, in each year."""
    known = np.isfinite(y) & np.isfinite(x).all(axis=-1)
    weight = np.where(known, size, 0.0)
    total = weight.sum(axis=0)
    y, x = np.where(known, y, 0.0), np.where(known[..., None], x, 0.0)
    y = np.where(known, y - (y * weight).sum(axis=0) / total, 0.0)
    x = np.where(known[..., None], x - (x * weight[..., None]).sum(axis=0) / total[:, None], 0.0)
    found: Array = np.linalg.solve(np.einsum("aty,atz,at->yz", x, x, weight), np.einsum("aty,at,at->y", x, y, weight))
    return found
