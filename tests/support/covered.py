"""Whether intervals hold what they say: how often the central interval of draws covers a truth that is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulator.uncertainty import Parameter

Array = NDArray[np.float64]

Sampler = Callable[[int], tuple[Array, float]]
"""From the number of a case to its draws, (draw,), and its truth."""


def share_covered(sampler: Sampler, cases: int, percent: float = 80.0) -> float:
    """Return the share of cases in which the truth lies in the central interval of the draws."""
    tails = [50.0 - percent / 2.0, 50.0 + percent / 2.0]
    covered = 0
    for case in range(cases):
        draws, truth = sampler(case)
        low, high = np.percentile(draws, tails)
        covered += bool(low <= truth <= high)
    return covered / cases


def plain_draws(parameters: Sequence[Parameter], many: int, rng: np.random.Generator) -> dict[str, Array]:
    """Return values by key, (many,), from plain random numbers: what is stated, without the design of draws."""
    groups = {group: rng.standard_normal(many) for group in dict.fromkeys(p.group for p in parameters)}
    values = {}
    for p in parameters:
        shared = p.correlation if p.group else 0.0
        z = np.sqrt(shared) * groups[p.group] + np.sqrt(1.0 - shared) * rng.standard_normal(many)
        values[p.key] = p.distribution.ppf(ndtr(z))
    return values
