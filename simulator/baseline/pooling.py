"""Partial pooling: levels of many areas, each drawn towards the others by as much as its own evidence lacks.

Empirical Bayes: what all areas share is found by maximum marginal likelihood, and each area's level is its posterior
given that (Carlin and Louis, Bayesian Methods for Data Analysis, chapter 5). The logs of both spreads are added to the
log likelihood, which is else often greatest at a spread of none, where areas would be taken for alike (Chung and others
2013, A nondegenerate penalized likelihood estimator for variance parameters in multilevel models).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

_NODES = np.linspace(-4.0, 4.0, 161)  # close enough for regions of many areas, whose mean is known well
_WEIGHTS = np.exp(-(_NODES**2) / 2.0)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()

_FIRST_STEPS = np.array([0.05, 0.25, 0.25])
"""First steps of the search: of the log mean, of the log gamma shape and of the log spread of groups.

They are given, as scipy's own are a part of the number that is begun at: of a log mean that is nought but for rounding
they are as good as none, and hang on the kind of processor.
"""

_ONE_GROUP = math.exp(-7.0)
"""Spread of the log means of groups where there is but one, whose mean is then known as well as can be."""


@dataclass(frozen=True)
class Pooled:
    """Levels of areas.

    Attributes
    ----------
    mean, sd : (area,)
        Of the posterior of each level.
    within : float
        Variance of levels within a group, relative to the square of their mean.
    between : float
        Standard deviation of the log means of groups.
    """

    mean: Array
    sd: Array
    within: float
    between: float

    @property
    def log_sd(self) -> Array:
        """Standard deviation of the log of a lognormal with the same mean and standard deviation: (area,)."""
        spread: Array = np.sqrt(np.log1p((self.sd / self.mean) ** 2))
        return spread


def overdispersion(events: Array, expected: Array) -> float:
    """Return how much wider than Poisson counts vary between years around each area's own level, 1 at the least.

    One year tells nothing of it: 1.

    Pearson's chi-squared over its degrees of freedom (McCullagh and Nelder, Generalized Linear Models, section 4.5).

    Parameters
    ----------
    events, expected : (area, year)
        Counts, and those expected at levels of 1, in which years may differ.
    """
    whole = expected.sum(axis=1)
    level = np.divide(events.sum(axis=1), whole, out=np.zeros_like(whole), where=whole > 0)
    mean = level[:, None] * expected
    there = mean > 0
    chi = np.divide((events - mean) ** 2, mean, out=np.zeros_like(mean), where=there).sum()
    freedom = there.sum() - there.any(axis=1).sum()
    return max(float(chi / freedom), 1.0) if freedom else 1.0


def pool_counts(
    events: Array,
    expected: Array,
    group: Ints,
    dispersion: float = 1.0,
    apart: NDArray[np.bool_] | None = None,
) -> Pooled:
    """Pool counts over expected counts: gamma levels within groups, lognormal means of groups.

    ``events ~ Poisson(level x expected)``, ``level ~ Gamma(mean of the group)``, ``log mean ~ Normal``. Where counts
    are wider than Poisson, counts and expected are divided by the dispersion, which makes the evidence as much weaker.

    Parameters
    ----------
    events, expected : (area,)
    group : (area,) int
    dispersion : float
    apart : (area,) bool, optional
        Areas of another kind, which say nothing of the others: their own counts alone say what they are.
    """
    from scipy.optimize import minimize

    shared = np.ones(len(events)) if apart is None else 1.0 - apart
    y, e = events / dispersion, expected / dispersion
    seen = shared * y, shared * e
    middle = np.log(seen[0].sum() / seen[1].sum())

    def loss(theta: Array) -> float:
        centre, shape, between = _unpacked(theta)
        spreads = -0.5 * np.log(shape) + np.log(between)
        return -float(_group_evidence(*seen, group, centre, shape, between)[1].sum() + spreads)

    searched = 3 if np.ptp(group) else 2
    start = np.array([middle, np.log(10.0), np.log(0.15)])[:searched]
    simplex = start + np.vstack([np.zeros(searched), np.diag(_FIRST_STEPS[:searched])])
    found = minimize(loss, start, method="Nelder-Mead",
                     options={"initial_simplex": simplex, "xatol": 1e-4, "fatol": 1e-5, "maxiter": 2000})  # fmt: skip
    centre, shape, between = _unpacked(found.x)
    chance, _ = _group_evidence(*seen, group, centre, shape, between)
    prior = np.exp(centre + between * _NODES)
    alpha = (shared * shape + y)[:, None]
    beta = shared[:, None] * shape / prior + e[:, None]
    weight = chance[group]
    mean = (weight * alpha / beta).sum(axis=1)
    square = (weight * alpha * (alpha + 1.0) / beta**2).sum(axis=1)
    return Pooled(mean, np.sqrt(square - mean**2), 1.0 / shape, between)


def _unpacked(theta: Array) -> tuple[float, float, float]:
    """Return log mean, gamma shape and spread of groups, kept where the likelihood can be computed."""
    between = float(np.exp(np.clip(theta[2], -7.0, 1.0))) if theta.size == 3 else _ONE_GROUP
    return float(theta[0]), float(np.exp(np.clip(theta[1], -4.0, 9.0))), between


def _group_evidence(
    y: Array, e: Array, group: Ints, centre: float, shape: float, between: float
) -> tuple[Array, Array]:
    """Return the posterior of each group's mean over the nodes, (group, node), and its log evidence, (group,).

    What does not hang on the three numbers is left out of the evidence.
    """
    from scipy.special import gammaln, logsumexp

    prior = np.exp(centre + between * _NODES)
    rate = shape / prior
    by_area = (
        gammaln(shape + y)[:, None] - gammaln(shape) + shape * np.log(rate)
        - (shape + y)[:, None] * np.log(rate + e[:, None])
    )  # fmt: skip
    by_group = np.zeros((int(group.max()) + 1, _NODES.size))
    np.add.at(by_group, group, by_area)
    joint = by_group + np.log(_WEIGHTS)
    evidence = logsumexp(joint, axis=1)
    return np.exp(joint - evidence[:, None]), evidence


def pool_ratios(log_ratio: Array, size: Array) -> Pooled:
    """Pool ratios whose noise falls with size: ``log ratio ~ Normal(level, noise / size)``, levels normal too.

    Parameters
    ----------
    log_ratio : (area, year)
        NaN where it is not known.
    size : (area,)
        Children that a ratio rests on, in a year.

    Returns
    -------
    Pooled
        Of ratios; an area without any has the mean of all.
    """
    from scipy.optimize import minimize

    known = np.isfinite(log_ratio)
    years = known.sum(axis=1)
    mean = np.divide(np.nansum(log_ratio, axis=1), years, out=np.zeros(len(years)), where=years > 0)
    some = years > 0
    left = np.where(known, log_ratio - mean[:, None], 0.0)
    noise = float((left**2 * size[:, None]).sum() / np.maximum(years - 1, 0).sum())
    variance = noise / (size * np.maximum(years, 1))

    def loss(theta: Array) -> float:
        spread = np.exp(2.0 * theta[1]) + variance[some]
        return float(0.5 * (np.log(spread) + (mean[some] - theta[0]) ** 2 / spread).sum())

    found = minimize(loss, np.array([mean[some].mean(), np.log(0.2)]), method="Nelder-Mead")
    centre, within = float(found.x[0]), float(np.exp(2.0 * found.x[1]))
    trust = np.where(some, within / (within + variance), 0.0)
    log_level, log_variance = centre + trust * (mean - centre), within * (1.0 - trust)
    level = np.exp(log_level + log_variance / 2.0)
    return Pooled(level, level * np.sqrt(np.expm1(log_variance)), within, 0.0)
