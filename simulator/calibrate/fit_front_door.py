"""How far starts and spend have gone with the front door: regressions over authorities, 2013 to 2025.

Changes of logs over some years, less the mean change of all authorities in the same years, so that what moved all of
England is not taken for what moved one place. Authorities weigh as many children as they have; standard errors let the
years of one authority hang together. A coefficient is an elasticity, and so the share of a flow that goes along with
another one. That is an association: it holds whatever moves both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.data.front_door_figures import ENGLAND_CODE, YEARS, every_area, figures

Array = NDArray[np.float64]

SPAN = 3
"""Years over which changes are taken. Over one, counts of small areas are half noise, which draws coefficients to
nought; over five they are a little higher still (docs/front-door.md)."""

SPANS = (1, 2, 3, 5)

MOST_SPAN = 6
"""Longest span, in years, of which the record holds enough for how far referrals go."""


@dataclass(frozen=True)
class Elasticities:
    """What one flow went along with.

    Attributes
    ----------
    of : str
    along_with : tuple of str
    estimate, standard_error : (series,)
    r_squared : float
        Share of the spread of changes between authorities that they explain.
    changes : int
    """

    of: str
    along_with: tuple[str, ...]
    estimate: Array
    standard_error: Array
    r_squared: float
    changes: int


REGRESSIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "need": ("need_started", ("referrals",)),
    "plans": ("plans_started", ("referrals",)),
    "starts": ("starts", ("plans_started", "need_started")),
    "safeguarding": ("safeguarding_gbp", ("cases",)),
    "family_support": ("family_support_gbp", ("cases",)),
}
"""What is followed, and along with what, by the name of the regression."""


def series(name: str) -> Array:
    """Return a series of all authorities: (area, year). `cases` are children in need, the mean of a year's ends."""
    if name != "cases":
        return figures(name, every_area())
    stock = figures("in_need", every_area())
    before = np.c_[np.full(len(stock), np.nan), stock[:, :-1]]
    return (before + stock) / 2.0


def fit(name: str, span: int = SPAN, years: Sequence[int] = YEARS) -> Elasticities:
    """Return how far changes of one series went along with those of others.

    Parameters
    ----------
    name : str
        Of `REGRESSIONS`.
    span : int
        Years of a change.
    years : sequence of int
        Last years of the changes that are used.
    """
    of, along_with = REGRESSIONS[name]
    y, *x = (_changes(series(one), span) for one in (of, *along_with))
    last = np.array(YEARS[span:])
    known = np.isfinite(y) & np.isfinite(x).all(axis=0) & np.isin(last, list(years))
    weight = np.where(known, _size(series(of)), 0.0)
    y, *x = (_less_mean(one, weight) for one in (y, *x))
    return _least_squares(of, along_with, y, np.stack(x, axis=-1), weight, int(known.sum()))


def _changes(values: Array, span: int) -> Array:
    """Return changes of logs over some years, NaN where either end is not known or nought: (area, year)."""
    logs = np.log(np.where(values > 0.0, values, np.nan))
    changes: Array = logs[:, span:] - logs[:, :-span]
    return changes


def _size(values: Array) -> Array:
    """Return the mean of the years of each area that are known and above nought: (area, 1)."""
    known = values > 0.0
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    size: Array = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return size


def _less_mean(changes: Array, weight: Array) -> Array:
    """Take the weighted mean of each year off; what has no weight is nought."""
    held = np.where(weight > 0.0, changes, 0.0)
    total = weight.sum(axis=0)
    mean = np.divide((held * weight).sum(axis=0), total, out=np.zeros_like(total), where=total > 0.0)
    return np.where(weight > 0.0, held - mean, 0.0)


def _least_squares(
    of: str, along_with: tuple[str, ...], y: Array, x: Array, weight: Array, changes: int
) -> Elasticities:
    """Fit `y`, (area, year), to `x`, (area, year, series), with standard errors that are clustered by area."""
    inverse = np.linalg.inv(np.einsum("aty,atz,at->yz", x, x, weight))
    estimate = inverse @ np.einsum("aty,at,at->y", x, y, weight)
    left = y - x @ estimate
    scores = np.einsum("aty,at,at->ay", x, left, weight)
    error = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))
    explained = 1.0 - (left**2 * weight).sum() / (y**2 * weight).sum()
    return Elasticities(of, along_with, estimate, error, float(explained), changes)


@dataclass(frozen=True)
class Moves:
    """How far log referrals go from year to year, as standard deviations.

    Attributes
    ----------
    england_own_year : float
        What is each year's own, of England: its level has stayed.
    authority_step : float
        A year's step of an authority beside England, which stays.
    authority_own_year : float
        What is each year's own of an authority, besides.
    """

    england_own_year: float
    authority_step: float
    authority_own_year: float


def moves_of_referrals() -> Moves:
    """Return how far log referrals go, by how changes spread over one to six years.

    Of what is a year's own, a change holds that of both its ends; of steps that stay, one for each year. England's
    changes over six years spread no further than those over one, so that it has no such steps.
    """
    spans = np.arange(1, MOST_SPAN + 1)
    england = np.log(figures("referrals", (ENGLAND_CODE,))[0])
    whole = [float(((england[span:] - england[:-span]) ** 2).mean()) for span in spans]
    step, own = np.polyfit(spans, [_variance(int(span)) for span in spans], 1)
    return Moves(float(np.sqrt(np.mean(whole) / 2.0)), float(np.sqrt(step)), float(np.sqrt(own / 2.0)))


def _variance(span: int) -> float:
    """Return the variance of authorities' changes over some years beside the mean of all."""
    values = figures("referrals", every_area())
    changes = _changes(values, span)
    weight = np.where(np.isfinite(changes), _size(values), 0.0)
    return float((_less_mean(changes, weight) ** 2 * weight).sum() / weight.sum())
