"""How much starts of authorities move from year to year by themselves, estimated from the panel of authorities.

The log of starts of authority i in year t is, beside its own level and a shock that all authorities share,

    passing[i, t] + lasting[i, t] + chance[i, t]

- *passing*: a good or bad spell, of which a fixed part is kept from one year to the next (first-order autoregression);
- *lasting*: a random walk, which never comes back by itself;
- *chance*: who happens to come in. Its variance is `chance` over the expected number, and `chance` is 1 where children
  come one by one and more where they come as brothers and sisters.

The four numbers maximise the restricted likelihood, with a level for each authority and an effect for each year, which
takes shared shocks out. Those are estimated apart, from England's own series: a random walk whose yearly changes are
measured about no change, as a comparison of before with after takes none to be the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.panel import Panel, authorities, panel

Array = NDArray[np.float64]

LATEST_YEARS = 3
"""Last published years whose mean is what an authority is expected to start to look after."""

_START = (1.2, 0.15, 0.6, 0.05)
_BOUNDS = ((0.1, 10.0), (0.0, 1.0), (0.0, 0.98), (0.0, 0.5))
"""Where the search begins, and what it may find: chance, passing SD, kept, lasting SD."""


@dataclass(frozen=True)
class PilotNoise:
    """What moves the log of an authority's starts from year to year, without any pilot.

    Attributes
    ----------
    chance : float
        Variance of a count over its mean.
    passing_sd : float
        Standard deviation of the passing part, log points.
    passing_kept : float
        Share of the passing part that is still there a year later.
    lasting_sd : float
        Standard deviation of a year's step of the lasting part, log points.
    common_sd : float
        Standard deviation of a year's step that all authorities share, log points.
    common_changes : int
        Yearly changes of England that it is measured from.
    authorities, first_year, last_year : int
        What the others are measured from: authorities with a figure for every year, and years ending 31 March.
    """

    chance: float
    passing_sd: float
    passing_kept: float
    lasting_sd: float
    common_sd: float
    common_changes: int
    authorities: int
    first_year: int
    last_year: int

    def of_areas(self, starts_per_year: Array, years: int) -> Array:
        """Return the covariance of log starts of areas over years that follow each other: (area, year, year).

        The level of the first year is no part of it: who uses it has a level for each area.

        Parameters
        ----------
        starts_per_year : (area,)
            Expected.
        years : int
        """
        at = np.arange(years)
        apart = np.abs(at[:, None] - at)
        shared = self.passing_sd**2 * self.passing_kept**apart + self.lasting_sd**2 * np.minimum(at[:, None], at)
        return shared + (self.chance / starts_per_year)[:, None, None] * np.eye(years)

    def of_years(self, years: int) -> Array:
        """Return the covariance of what all areas share, over that of the first year: (year - 1, year - 1)."""
        at = np.arange(1, years)
        return np.asarray(self.common_sd**2 * np.minimum(at[:, None], at))

    def change_sd(self, starts_per_year: float, years: int) -> float:
        """Return the standard deviation of an area's log change over some years, beside what all share."""
        covariance = self.of_areas(np.array([starts_per_year]), years + 1)[0]
        return float(np.sqrt(covariance[0, 0] + covariance[-1, -1] - 2.0 * covariance[0, -1]))


@dataclass(frozen=True)
class StudyArea:
    """An authority that can be in a study: what it is called, expected starts a year, and people under 18."""

    name: str
    starts_per_year: float
    children: float


@cache
def study_areas() -> tuple[StudyArea, ...]:
    """Return every authority of today that has published figures, in order of codes.

    City of London and Isles of Scilly have too few children to show any.
    """
    known = panel().authorities
    latest, heads = known.starts[:, -LATEST_YEARS:], known.population[:, -1]
    return tuple(
        StudyArea(authorities()[code].name, float(np.nanmean(latest[i])), float(heads[i]))
        for i, code in enumerate(known.areas)
        if np.isfinite(latest[i, -1])
    )


@cache
def pilot_noise() -> PilotNoise:
    """Estimate the noise from the packaged panel."""
    return estimate(panel())


def estimate(whole: Panel) -> PilotNoise:
    """Estimate the noise from a panel.

    Authorities that are new, no more, or have a hidden figure are left out: a level needs all years.
    """
    from scipy.optimize import minimize

    counts = full_records(whole)
    size, years = counts.mean(axis=1), counts.shape[1]
    logs = np.log(counts)
    changes = np.diff(np.log(whole.england.starts[0]))
    changes = changes[np.isfinite(changes)]
    apart: dict[str, Any] = {
        "common_sd": float(np.sqrt(np.mean(changes**2))),
        "common_changes": len(changes),
        "authorities": len(counts),
        "first_year": whole.authorities.first_year,
        "last_year": whole.authorities.last_year,
    }

    def with_values(values: Array) -> PilotNoise:
        chance, passing_sd, passing_kept, lasting_sd = (float(value) for value in values)
        return PilotNoise(chance, passing_sd, passing_kept, lasting_sd, **apart)

    found = minimize(
        lambda values: -_log_likelihood(logs, with_values(values).of_areas(size, years)),
        _START, bounds=_BOUNDS, method="L-BFGS-B",
    )  # fmt: skip
    if not found.success:
        raise ArithmeticError(f"the noise of authorities could not be fitted: {found.message}")
    return with_values(found.x)


def full_records(whole: Panel) -> Array:
    """Return starts of the authorities of a panel that have a figure for every year: (area, year)."""
    starts = whole.authorities.starts
    return np.asarray(starts[(starts > 0).all(axis=1)])  # a hidden figure, NaN, is not above 0


def level_removed(covariance: Array) -> Array:
    """Return precisions of areas with a free level for each: (area, year, year). A constant has none."""
    precision = np.linalg.inv(covariance)
    by_year = precision.sum(axis=2)
    return np.asarray(precision - by_year[:, :, None] * by_year[:, None, :] / by_year.sum(axis=1)[:, None, None])


def _log_likelihood(logs: Array, covariance: Array) -> float:
    """Return the restricted log likelihood of logs of counts, (area, year), but for a constant."""
    precision = level_removed(covariance)
    of_years = precision.sum(axis=0)
    effects = np.linalg.lstsq(of_years, np.einsum("ast,at->s", precision, logs), rcond=None)[0]
    left = logs - effects
    misfit = np.einsum("as,ast,at->", left, precision, left)
    levels = np.log(np.linalg.inv(covariance).sum(axis=(1, 2))).sum()
    spread = np.linalg.slogdet(covariance)[1].sum() + levels + np.linalg.slogdet(of_years[1:, 1:])[1]
    return float(-0.5 * (misfit + spread))
