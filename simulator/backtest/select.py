"""Choices that are made at each origin, on the scores of forecasts whose outcome was known by then.

Two things are chosen: how much weight each method has in England's forecast, and the form of the local part.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST = 2
"""Past forecasts of one horizon that say something about England."""
HORIZONS = 5
"""Horizons that choices are made on."""


def relative(scores: Array, reference: Array, fewest: int) -> Array:
    """Return mean past score over that of the reference, the mean of horizons: (choice,).

    Parameters
    ----------
    scores : array (choice, past origin, horizon)
        NaN where the outcome was not known.
    reference : array (past origin, horizon)
    fewest : int
        Horizons with fewer past origins say nothing. Where none says anything, all choices get 1.
    """
    seen = np.isfinite(reference).sum(axis=0) >= fewest
    if not seen.any():
        return np.ones(len(scores))
    means = np.nanmean(scores[:, :, seen], axis=1) / np.nanmean(reference[:, seen], axis=0)
    return np.asarray(means.mean(axis=1))


def weights(relative_scores: Array) -> Array:
    """Return weights by the inverse square of past scores: (choice,).

    A score is in proportion to the spread of errors, and the mean of forecasts with independent errors is best when
    each is weighted by its inverse variance (Bates and Granger 1969, https://doi.org/10.1057/jors.1969.103).
    """
    inverse = relative_scores**-2
    return np.asarray(inverse / inverse.sum())


def best(relative_scores: Mapping[str, float]) -> str:
    """Return the choice with the lowest past score, the first of equals."""
    return min(relative_scores, key=lambda name: relative_scores[name])
