"""How likely a pilot is to show an effect on starts, in closed form.

Log starts of the areas of a study over some years, half of them before the help and half after, say, are

    log starts[i, t] = level[i] + year[t] + log(1 + (ratio - 1) x reach[t since i joined]) + noise[i, t]

with the noise of :mod:`simulator.decisions.pilot_noise`. Reach is how much of the effect is seen in starts of all
children that many years on (:mod:`simulator.decisions.pilot_effect`): it is built up with the lag of the help, and it
stays below 1 as help is for some ages only and as children come back into care. What is estimated is the log of the
ratio, by generalised least squares on reach, which of all linear estimates from these logs is the best.

Levels are free. So is each year where areas are compared (Hussey and Hughes 2007, Contemporary Clinical Trials 28: 182,
is the same with noise of one kind). Where pilot areas stand alone, years move as England has in the past, which some
thirty changes tell: the test is then Student's, with the degrees of freedom of Satterthwaite (1946, Biometrics Bulletin
2: 110).

An effect is detected if the ratio differs from 1 at the 5% level, two-sided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.pilot_design import PilotDesign
from simulator.decisions.pilot_noise import PilotNoise, level_removed

Array = NDArray[np.float64]

LEVEL = 0.05
"""Chance of an alarm where there is no effect, two-sided."""

WANTED_POWER = 0.8
"""Chance to detect that is asked of a pilot, as is usual in trials."""

_NODES = 24
"""Points of the sum over what a variance may be judged to be; 24 are right to 1e-4."""

LEAST_RATIO = 0.05
"""Smallest ratio that is searched: nothing that was ever studied comes near it."""


@dataclass(frozen=True)
class Study:
    """Areas and years that are compared, in one or more draws of the areas.

    Attributes
    ----------
    design : PilotDesign
    membership : (draw, joining year + never, area) of bool
    starts_per_year : (area,)
    reach : (year of help,)
        Share of the effect that is in starts of all children, from the year in which an area joins.
    years_before : int
        Years that are counted before the first areas join; there are as many after as `reach` has.
    noise : PilotNoise
    """

    design: PilotDesign
    membership: NDArray[np.bool_]
    starts_per_year: Array
    reach: Array
    years_before: int
    noise: PilotNoise

    @property
    def years(self) -> int:
        """Years that are counted."""
        return self.years_before + len(self.reach)

    @cached_property
    def exposure(self) -> Array:
        """Reach of those who join in each year, and of those who never do: (group, year)."""
        groups = self.membership.shape[1]
        found = np.zeros((groups, self.years))
        for step in range(groups - 1):
            found[step, self.years_before + step :] = self.reach[: len(self.reach) - step]
        return found

    @cached_property
    def covariance(self) -> Array:
        """Of log starts of each area, beside what all share: (area, year, year)."""
        return self.noise.of_areas(self.starts_per_year, self.years)

    @cached_property
    def weights(self) -> Array:
        """Weight of each log count in the estimate of the log ratio: (draw, area, year); NaN if nothing tells it."""
        precision = level_removed(self.covariance)
        inside = self.membership.any(axis=1).astype(float)  # (draw, area)
        pattern = np.einsum("dga,gt->dat", self.membership.astype(float), self.exposure)
        of_years = np.einsum("da,ast->dst", inside, precision)[:, 1:, 1:]
        if not self.design.years_from_areas:
            of_years = of_years + np.linalg.inv(self.noise.of_years(self.years))
        with_years = np.einsum("dat,ast->ds", pattern, precision)[:, 1:, None]
        shared = np.linalg.solve(of_years, with_years)[..., 0]
        left = pattern.copy()
        left[:, :, 1:] -= inside[..., None] * shared[:, None]
        weighted = np.einsum("das,ast->dat", left, precision)
        told = np.einsum("dat,dat->d", weighted, pattern)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(told > 1e-9, 1.0 / told, np.nan)[:, None, None] * weighted)

    @cached_property
    def variances(self) -> tuple[Array, Array]:
        """Variance of the estimate from areas' own noise, and from what years do to all: (draw,) each."""
        own = np.einsum("das,ast,dat->d", self.weights, self.covariance, self.weights)
        if self.design.years_from_areas:
            return own, np.zeros_like(own)
        by_year = self.weights.sum(axis=1)[:, 1:]
        return own, np.einsum("ds,st,dt->d", by_year, self.noise.of_years(self.years), by_year)

    @property
    def standard_error(self) -> Array:
        """Of the log ratio: (draw,)."""
        return np.asarray(np.sqrt(sum(self.variances)))

    @property
    def degrees(self) -> Array:
        """Degrees of freedom of the test: (draw,); infinite where years are told by areas that are compared."""
        own, common = self.variances
        with np.errstate(divide="ignore"):
            return np.asarray(self.noise.common_changes * ((own + common) / common) ** 2)

    def expected(self, ratios: Array) -> Array:
        """Return what the log ratio is estimated to be on average: (draw, ratio)."""
        by_group = np.einsum("dga,dat->dgt", self.membership.astype(float), self.weights)
        effect = np.log1p((ratios[:, None, None] - 1.0) * self.exposure)
        return np.einsum("dgt,rgt->dr", by_group, effect)

    def power(self, ratios: Array) -> Array:
        """Return the chance that an effect is detected, on average over draws: (ratio,). NaN if nothing tells it."""
        away = self.expected(ratios) / self.standard_error[:, None]
        return np.asarray(chance_beyond(away, self.degrees[:, None]).mean(axis=0))

    def detected(self, logs: Array) -> NDArray[np.bool_]:
        """Return whether the test detects an effect in each draw.

        Parameters
        ----------
        logs : (draw, area, year)
            Logs of counts.
        """
        away = np.einsum("dat,dat->d", self.weights, logs) / self.standard_error
        return np.asarray(np.abs(away) > critical(self.degrees))

    def smallest_ratio(self) -> float:
        """Return the ratio nearest to 1, from below, that is detected with the wanted chance; NaN if none is."""
        from scipy.optimize import brentq

        def short(ratio: float) -> float:
            return float(self.power(np.array([ratio]))[0]) - WANTED_POWER

        if not short(LEAST_RATIO) > 0:
            return float("nan")
        return float(brentq(short, LEAST_RATIO, 1.0, xtol=1e-5))


def critical(degrees: Array) -> Array:
    """Return by how many standard errors an estimate has to differ from nought."""
    from scipy import stats

    return np.asarray(stats.t.ppf(1.0 - LEVEL / 2.0, degrees))


def chance_beyond(away: Array, degrees: Array) -> Array:
    """Return the chance that an estimate is beyond the critical value on either side.

    Parameters
    ----------
    away : (draw, ratio)
        Mean of the estimate, in standard errors.
    degrees : (draw, 1)
        Degrees of freedom; infinite for the normal distribution.
    """
    from scipy import stats

    line = critical(degrees)
    if np.isinf(degrees).all():
        return np.asarray(stats.norm.sf(line - away) + stats.norm.cdf(-line - away))
    # Given how far the variance is misjudged, the test is that of a known variance: average over what may be judged.
    nodes, parts = np.polynomial.legendre.leggauss(_NODES)
    misjudged = np.sqrt(stats.chi2.ppf((nodes + 1.0) / 2.0, degrees) / degrees)  # (draw, node)
    lines = (line * misjudged)[:, None, :]
    beyond = stats.norm.sf(lines - away[..., None]) + stats.norm.cdf(-lines - away[..., None])
    return np.asarray(beyond @ parts / 2.0)


def first_with_power(studies: Callable[[int], Study], tried: range, ratio: float) -> int | None:
    """Return the first of some numbers, of areas or of years, whose study detects a ratio with the wanted chance."""
    at = np.array([ratio])
    return next((n for n in tried if studies(n).power(at)[0] >= WANTED_POWER), None)
