"""A smooth regression on draws: what is expected of figures once some drawn numbers are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KNOTS = 9
"""Knots of a natural cubic spline, at even quantiles of its number."""

_PENALTIES = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 49)])
"""Ridge penalties that are tried, as multiples of the number of draws."""
_RANK = 1e-9
"""Size of a direction, over the largest, below which columns hold nothing of it."""


class Smooth:
    """An additive regression on columns: a natural cubic spline of each, shrunk by a ridge penalty.

    The penalty is that with the least generalised cross-validation of each figure, so that columns which say nothing
    are shrunk to nothing. Interactions between columns are left out.

    Parameters
    ----------
    columns : (draw, column)

    References
    ----------
    Golub, G. H., Heath, M. and Wahba, G. (1979), Generalized cross-validation as a method for choosing a good ridge
    parameter, Technometrics 21(2), 215-223. Strong, M., Oakley, J. E. and Brennan, A. (2014), Estimating multiparameter
    partial expected value of perfect information from a probabilistic sensitivity analysis sample, Medical Decision
    Making 34(3), 311-326.
    """

    def __init__(self, columns: Array) -> None:
        parts = [_natural(values) for values in columns.T if np.ptp(values) > 0.0]
        self._draws = len(columns)
        basis = np.concatenate(parts, axis=1) if parts else np.zeros((self._draws, 0))
        left, sizes, _ = np.linalg.svd(basis, full_matrices=False)
        kept = sizes > _RANK * sizes.max(initial=0.0)
        self._left, self._squares = left[:, kept], sizes[kept] ** 2

    def expected(self, figures: Array) -> Array:
        """Return what is expected of figures at the columns of each draw: (draw, figure), of the same shape."""
        means = figures.mean(axis=0)
        centred = figures - means
        along = self._left.T @ centred
        whole = (centred**2).sum(axis=0)
        best = np.full(figures.shape[1], np.inf)
        fitted = np.zeros_like(centred)
        for penalty in _PENALTIES * self._draws:
            kept = (self._squares / (self._squares + penalty))[:, None]
            left_over = whole - ((2.0 * kept - kept**2) * along**2).sum(axis=0)
            spare = self._draws - 1.0 - kept.sum()
            if spare <= 0.0:
                continue
            score = left_over / spare**2
            better = score < best
            best = np.where(better, score, best)
            fitted[:, better] = self._left @ (kept * along[:, better])
        return means + fitted


def _natural(values: Array) -> Array:
    """Return the columns of a natural cubic spline, each of mean 0 and variance 1: (draw, column).

    Hastie, T., Tibshirani, R. and Friedman, J. (2009), The Elements of Statistical Learning, 2nd edition, (5.4)-(5.5).
    """
    scaled = (values - values.mean()) / values.std()
    knots = np.unique(np.quantile(scaled, np.linspace(0.01, 0.99, KNOTS)))
    columns = [scaled]
    if len(knots) > 2:

        def bent(knot: float) -> Array:
            cubes: Array = np.maximum(scaled - knot, 0.0) ** 3 - np.maximum(scaled - knots[-1], 0.0) ** 3
            return cubes / (knots[-1] - knot)

        last = bent(knots[-2])
        columns += [bent(knot) - last for knot in knots[:-2]]
    found = np.stack(columns, axis=1)
    found -= found.mean(axis=0)
    spread = found.std(axis=0)
    return found[:, spread > 0.0] / spread[spread > 0.0]
