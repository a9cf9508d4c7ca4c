"""Scores of forecasts against what happened."""

from __future__ import annotations

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.intervals import LEVELS
from simulator.vocabulary.extras import install

Array = NDArray[np.float64]

COVERED = {50: (25, 75), 80: (10, 90), 90: (5, 95)}
"""Intervals whose coverage is told: per cent to the levels of their ends."""


def crps(quantiles: Array, happened: Array) -> Array:
    """Return the continuous ranked probability score of each forecast: twice the mean pinball loss over the levels.

    Parameters
    ----------
    quantiles : array (..., level)
        At `LEVELS`.
    happened : array (...)
    """
    try:
        scoring = import_module("scoringrules")
    except ModuleNotFoundError as error:
        if error.name != "scoringrules":
            raise
        raise RuntimeError(f"the back-test needs scoringrules: {install('backtest')}") from error
    return np.asarray(scoring.crps_quantile(happened, quantiles, LEVELS))


def at(quantiles: Array, percent: int) -> Array:
    """Return the quantile of a whole per cent: (...)."""
    return quantiles[..., percent - 1]


CELL = np.dtype(
    [
        ("origin", "i4"), ("area", "U32"), ("horizon", "i4"), ("children", "f8"), ("happened", "f8"), ("crps", "f8"),
        ("error", "f8"), ("width", "f8"), ("in50", "?"), ("in80", "?"), ("in90", "?"),
    ]
)  # fmt: skip
"""One forecast of one area and year. Scores are shares of children at the origin; width is of the 80% interval."""


def cells(origin: int, areas: tuple[str, ...], children: Array, quantiles: Array, happened: Array) -> NDArray[np.void]:
    """Score the forecasts of one method from one origin; those whose outcome is not known are left out.

    Parameters
    ----------
    origin : int
    areas : tuple of str
    children : array (area,)
        At the origin.
    quantiles : array (area, horizon, level)
    happened : array (area, horizon)
    """
    seen = np.isfinite(happened)
    row, column = np.nonzero(seen)
    ahead, actual, base = quantiles[:, : happened.shape[1]][seen], happened[seen], children[row]
    table = np.zeros(len(row), CELL)
    table["origin"] = origin
    table["area"] = np.array(areas)[row]
    table["horizon"] = column + 1
    table["children"] = base
    table["happened"] = actual
    table["crps"] = crps(ahead, actual) / base
    table["error"] = np.abs(at(ahead, 50) - actual) / base
    table["width"] = (at(ahead, 90) - at(ahead, 10)) / base
    for percent, (low, high) in COVERED.items():
        table[f"in{percent}"] = (at(ahead, low) <= actual) & (actual <= at(ahead, high))
    return table


def skill(table: NDArray[np.void], reference: NDArray[np.void], field: str = "crps") -> float:
    """Return the share by which a mean score is below that of the reference on the same cells."""
    return float(1 - table[field].mean() / reference[field].mean())
