"""Whether intervals hold what they say: how often the central interval of draws covers a truth that is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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
