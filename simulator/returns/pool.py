"""Partial pooling of a council's rates towards a prior, by how much evidence it has (gamma-Poisson, empirical Bayes).

A count ``y`` of events of one kind over exposure ``E`` (child-years) is Poisson with mean ``rate * E``. In two steps,
as councils differ in level and, less so, in pattern:

1. the kind's level over the prior's is ``r ~ Gamma(level, level)``: mean 1, standard deviation ``1 / sqrt(level)``;
2. the rate of a cell is ``prior * r * t``, where ``t ~ Gamma(pattern, pattern)``.

``level`` and ``pattern`` are strengths: how many events the prior is worth. The more events a council has, the less the
prior weighs; a cell without any takes the prior at the council's level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEAKEST, STRONGEST = 1.0, 400.0
"""Bounds of strengths, in events (a judgement): councils' rates differ by at least 5 per cent, which is 1 / sqrt(400), and
at most by two or three times. Without bounds, a council with few events would pass for the nation."""


@dataclass(frozen=True)
class Pooled:
    """Pooled rates of one kind of event.

    Attributes
    ----------
    rate : (cell,)
        Posterior mean, events to a child-year.
    shape : (cell,)
        Shape of the gamma distribution that stands for its uncertainty, that of the level included.
    weight : (cell,)
        Weight of the council's own evidence in the cell, from 0 (none) to 1.
    level : float
        Of the council over the prior, all cells together.
    """

    rate: Array
    shape: Array
    weight: Array
    level: float

    def quantile(self, probability: float) -> Array:
        """Return quantiles of the rates."""
        from scipy.special import gammaincinv

        return self.rate * gammaincinv(self.shape, probability) / self.shape


def strength(events: Array, expected: Array) -> float:
    """Return how many events a prior is worth, by maximum marginal likelihood (negative binomial).

    Parameters
    ----------
    events : (n,)
        Counts.
    expected : (n,)
        What the prior expects; entries with none are left out.

    Returns
    -------
    float
        Between `WEAKEST` and `STRONGEST`; the latter if nothing tells.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    told = expected > 0
    y, m = events[told], expected[told]
    if not y.size:
        return STRONGEST

    def loss(log_k: float) -> float:
        k = np.exp(log_k)
        terms = gammaln(k + y) - gammaln(k) + k * np.log(k / (k + m)) + y * np.log(m / (k + m))
        return -float(terms.sum())

    low, high = np.log(WEAKEST), np.log(STRONGEST)
    best = minimize_scalar(loss, bounds=(low, high), method="bounded").x
    ends = min((low, high, best), key=loss)
    return float(np.exp(ends))


def pool(events: Array, child_years: Array, prior_rate: Array, *, level: float, pattern: float) -> Pooled:
    """Pool one kind of event.

    Parameters
    ----------
    events, child_years : (cell,)
        The council's counts and exposure.
    prior_rate : (cell,)
        Events to a child-year; more than 0.
    level, pattern : float
        Strengths of the prior, in events (see :func:`strength`).

    Raises
    ------
    ValueError
        If a prior rate is not positive.
    """
    if not (prior_rate > 0).all():
        raise ValueError("a prior rate is not positive: pool only what can happen")
    total, expected = float(events.sum()), float((prior_rate * child_years).sum())
    ratio = (level + total) / (level + expected)
    prior_years = pattern / (prior_rate * ratio)
    rate = (pattern + events) / (prior_years + child_years)
    weight = child_years / (prior_years + child_years)
    variance = 1 / (pattern + events) + (1 - weight) ** 2 / (level + total)  # of the log, of cell and level
    return Pooled(rate, 1 / variance, weight, ratio)
