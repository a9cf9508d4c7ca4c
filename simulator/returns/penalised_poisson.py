"""Poisson regression with a normal prior, where what is counted is a sum of parts that are each log-linear.

A count in a cell is Poisson with a mean that is a sum of parts, ``sum of offset * exp(design @ coefficients)``:
children of a cell are in several phases, and leave by hazards of phase and of placement, which no return tells apart
(a composite link, Thompson and Baker 1981, Applied Statistics 30, 125-131). Coefficients have independent normal
priors. What is found is the most probable value, by Fisher's scoring, and the normal distribution about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDS = 60
HALVINGS = 30
CLOSE = 1e-8
"""Change of the log posterior below which it has settled."""

NOTHING = 1e-12
"""Least mean of a cell in which something happened."""


@dataclass(frozen=True)
class NormalPosterior:
    """What is known of coefficients.

    Attributes
    ----------
    mean : (coefficient,)
    covariance : (coefficient, coefficient)
    """

    mean: Array
    covariance: Array

    @property
    def sd(self) -> Array:
        """Standard deviations: (coefficient,)."""
        return np.sqrt(np.diag(self.covariance))


Means = Callable[[Array], tuple[Array, Array]]
"""From coefficients to the means of cells, (cell,), and what they change by with each: (cell, coefficient)."""


def most_probable(events: Array, means: Means, prior_mean: Array, prior_sd: Array) -> NormalPosterior:
    """Fit coefficients.

    Parameters
    ----------
    events : (cell,)
        Counts, or counts that weigh less for being old.
    means : callable
        See `Means`.
    prior_mean, prior_sd : (coefficient,)
    """
    precision = 1.0 / prior_sd**2

    def log_posterior(at: Array) -> tuple[float, Array, Array]:
        mean, change = means(at)
        mean = np.maximum(mean, NOTHING)
        fit = float((events * np.log(mean) - mean).sum() - (precision * (at - prior_mean) ** 2).sum() / 2.0)
        return fit, mean, change

    now = prior_mean.copy()
    fit, mean, change = log_posterior(now)
    for _ in range(ROUNDS):
        information = _information(mean, change) + np.diag(precision)
        slope = change.T @ (events / mean - 1.0) - precision * (now - prior_mean)
        step = np.linalg.solve(information, slope)
        for _ in range(HALVINGS):
            then = log_posterior(now + step)
            if then[0] >= fit:
                break
            step = step / 2.0
        else:
            break
        settled = then[0] - fit < CLOSE
        now, (fit, mean, change) = now + step, then
        if settled:
            break
    covariance = np.linalg.inv(_information(mean, change) + np.diag(precision))
    return NormalPosterior(now, np.asarray(covariance, dtype=np.float64))


def _information(mean: Array, change: Array) -> Array:
    """Return what counts tell of coefficients: (coefficient, coefficient)."""
    scaled = change / np.sqrt(mean)[:, None]
    told: Array = scaled.T @ scaled
    return told
