"""How good forecasts of the scenario model were, beside naive rules: all as shares of what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.hindcast.run_bases import Ahead, quantiles
from simulator.backtest.score import COVERED

Array = NDArray[np.float64]


def crps(draws: Array, happened: float) -> float:
    """Return the continuous ranked probability score of draws: mean distance to the outcome less half of that between.

    In closed form: with draws in order, the mean distance between two of them is a weighted sum.
    """
    ordered = np.sort(draws)
    n = len(ordered)
    between = 2.0 * float(ordered @ (2.0 * np.arange(1, n + 1) - n - 1)) / n**2
    return float(np.abs(ordered - happened).mean()) - between / 2.0


@dataclass(frozen=True)
class Scores:
    """Scores of some forecasts.

    Attributes
    ----------
    count : int
    error, hold_error, trend_error : float
        Mean absolute error of the median, and of each naive rule, as a share of what happened.
    bias : float
        Mean of the median less what happened, so too.
    crps, hold_crps, trend_crps : float
        Mean scores, so too; a naive rule has the model's own spread about it, as its own record is too short to tell
        one.
    covered : dict of per cent to float
        Share of outcomes inside each interval.
    """

    count: int
    error: float
    hold_error: float
    trend_error: float
    bias: float
    crps: float
    hold_crps: float
    trend_crps: float
    covered: dict[int, float]

    @property
    def better_naive(self) -> float:
        """Error of the better of the naive rules."""
        return min(self.hold_error, self.trend_error)


def inside(one: Ahead, percent: int) -> bool:
    """Whether what happened lies in an interval of the draws."""
    low, high = quantiles(one.draws, COVERED[percent])
    return bool(low <= one.actual <= high)


def scores(many: Iterable[Ahead], *, together: bool = False) -> Scores:
    """Score forecasts, each as a share of its own outcome.

    Parameters
    ----------
    many : iterable of Ahead
    together : bool
        Whether they are shares of the mean outcome instead, so that large areas count as what they are and small ones
        may be nought.

    Raises
    ------
    ValueError
        If there are none.
    """
    found = list(many)
    if not found:
        raise ValueError("no forecasts to score")

    actual = np.array([one.actual for one in found])
    scale = np.full(len(found), actual.mean()) if together else actual

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(np.array(values) / scale))

    def about(point: Callable[[Ahead], float]) -> float:
        return mean([crps(one.draws + (point(one) - one.median), one.actual) for one in found])

    return Scores(
        count=len(found),
        error=mean([abs(one.median - one.actual) for one in found]),
        hold_error=mean([abs(one.hold - one.actual) for one in found]),
        trend_error=mean([abs(one.trend - one.actual) for one in found]),
        bias=mean([one.median - one.actual for one in found]),
        crps=mean([crps(one.draws, one.actual) for one in found]),
        hold_crps=about(lambda one: one.hold),
        trend_crps=about(lambda one: one.trend),
        covered={percent: float(np.mean([inside(one, percent) for one in found])) for percent in COVERED},
    )
