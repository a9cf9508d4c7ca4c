"""What information is worth before a decision, from draws of the net benefit of each option.

The options of a decision have net benefits that depend on numbers nobody knows. Today the option with the greatest mean
is taken. Who knew more could take another one where that is better, and gains by so much on average:

- perfect information on everything (EVPI), ``E[max_d B_d] - max_d E[B_d]``;
- perfect information on some numbers (EVPPI), ``E[max_d E[B_d | x]] - max_d E[B_d]``;
- a study of one number (EVSI), the same with what the study finds in place of ``x``.

What is expected given ``x`` is a smooth regression on draws (:class:`simulator.decisions.smooth.Smooth`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.smooth import Smooth

Array = NDArray[np.float64]

_SHUFFLES = 100
_SHUFFLE_SEED = 1
NOISE_PERCENT = 99
_STUDIES = 8
"""Times that a study is imagined in every draw."""


def best_now(benefits: Array) -> int:
    """Return the option with the greatest mean: (draw, option)."""
    return int(np.argmax(benefits.mean(axis=0)))


def perfect(benefits: Array) -> float:
    """Return the value of knowing everything, and never less than nothing.

    Parameters
    ----------
    benefits : (draw, option)
        Net benefit of each option in each draw.
    """
    return float((benefits.max(axis=1) - benefits[:, best_now(benefits)]).mean())


def partial(benefits: Array, columns: Array) -> float:
    """Return the value of knowing some numbers.

    Parameters
    ----------
    benefits : (draw, option)
    columns : (draw, column)
        The numbers, or what sums them up.
    """
    return _gain(Smooth(columns), benefits)


def noise(benefits: Array, columns: Array) -> float:
    """Return what `partial` finds by chance alone in 1 of 100 cases: of numbers shuffled among draws."""
    rng, smooth = np.random.default_rng(_SHUFFLE_SEED), Smooth(columns)
    found = [_gain(smooth, benefits[rng.permutation(len(benefits))]) for _ in range(_SHUFFLES)]
    return float(np.percentile(found, NOISE_PERCENT))


def of_study(benefits: Array, truth: Array, standard_error: float, seed: int) -> float:
    """Return what a decision is worth on average once a study has measured one number.

    The study finds the truth of a draw and a normal error. It is imagined several times in each draw.

    Parameters
    ----------
    benefits : (draw, option)
        Net benefit of each option in each draw.
    truth : (draw,)
        What is measured, on the scale on which its error is normal.
    standard_error : float
        Of the study.
    seed : int
        Of its errors.

    Returns
    -------
    float
        Mean net benefit, not a difference from deciding now.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(_STUDIES):
        measured = truth + standard_error * rng.standard_normal(len(truth))
        found.append(_worth(Smooth(measured[:, None]).expected, benefits))
    return float(np.mean(found))


def _gain(smooth: Smooth, benefits: Array) -> float:
    """Return what is gained over the best option now; differences from that option are what a regression has to fit."""
    return _worth(smooth.expected, benefits - benefits[:, [best_now(benefits)]])


def _worth(expected: Callable[[Array], Array], benefits: Array) -> float:
    """Return the mean benefit of the option that is expected to be best, by what is expected of it."""
    return float(expected(benefits).max(axis=1).mean())
