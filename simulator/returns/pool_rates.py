"""Partial pooling of a council's rates towards a prior, by how much evidence it has (gamma-Poisson, empirical Bayes).

A count ``y`` of events of one kind over exposure ``E`` (child-years) is Poisson with mean ``rate * E``. The rate of a
cell is ``prior * t``, where ``t ~ Gamma(strength, strength)``: mean 1, variance ``1 / strength``.

A strength is how many events the prior is worth: the more events a cell has, the less the prior weighs. A cell without
any evidence takes the prior. The prior is an argument: what was fitted to the whole record of a council, or England's
pattern.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALVINGS = 24
"""Of the bounds of a strength, on a log scale, to find the most likely: to one part in a million."""

WEAKEST, STRONGEST = 1.0, 400.0
"""Bounds of strengths, in events (a judgement): councils differ by 5 per cent at least, which is 1 / sqrt(400), and by
100 at most (standard deviations). Without an upper bound a council with few events would pass for the nation."""


@dataclass(frozen=True)
class GammaPosterior:
    """What is known about positive numbers: gamma distributions.

    Attributes
    ----------
    mean, shape : (n,)
    """

    mean: Array
    shape: Array

    def quantile(self, probability: float) -> Array:
        """Return quantiles."""
        from scipy.special import gammaincinv

        return self.mean * gammaincinv(self.shape, probability) / self.shape


def strength(events: Array, expected: Array) -> float:
    """Return how many events a prior is worth, by maximum marginal likelihood (negative binomial).

    Parameters
    ----------
    events : (n,)
        Counts of things that differ from the prior by chance and by as much as is asked.
    expected : (n,)
        What the prior expects; entries with none are left out.

    Returns
    -------
    float
        Between `WEAKEST` and `STRONGEST`; the latter if nothing tells.
    """
    from scipy.special import digamma, gammaln

    told = expected > 0
    y, m = events[told], expected[told]
    if not y.size:
        return STRONGEST

    def log_likelihood(k: float) -> float:
        return float((gammaln(k + y) - gammaln(k) + k * np.log(k / (k + m)) + y * np.log(m / (k + m))).sum())

    def slope(k: float) -> float:
        return float((digamma(k + y) - digamma(k) + np.log(k / (k + m)) + (m - y) / (k + m)).sum())

    low, high = WEAKEST, STRONGEST
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return max((math.sqrt(low * high), WEAKEST, STRONGEST), key=log_likelihood)


def pool_cells(
    events: Array,
    child_years: Array,
    prior_rate: Array,
    strength: float,
    level: tuple[float | Array, float | Array] = (1.0, np.inf),
) -> tuple[GammaPosterior, Array]:
    """Pool the cells of one kind of event.

    Parameters
    ----------
    events, child_years : (cell,)
        The council's counts and exposure.
    prior_rate : (cell,)
        Events to a child-year; more than 0.
    strength : float
        Of the prior in each cell, in events.
    level : (mean, shape)
        Of the prior over what is given, or one for each cell; by default 1, for certain.

    Returns
    -------
    GammaPosterior
        Rates a child-year. The shape counts the uncertainty of the level too, by the delta method.
    (cell,)
        Weight of the council's own evidence in each cell, 0 to 1.

    Raises
    ------
    ValueError
        If a prior rate is not positive.
    """
    if not (prior_rate > 0).all():
        raise ValueError("a prior rate is not positive: pool only what can happen")
    ratio, level_shape = level
    prior_years = strength / (prior_rate * ratio)
    weight = child_years / (prior_years + child_years)
    variance_of_log = 1 / (strength + events) + (1 - weight) ** 2 / level_shape
    return GammaPosterior((strength + events) / (prior_years + child_years), 1 / variance_of_log), weight
