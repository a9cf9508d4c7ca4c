"""Figures that tables, charts and the summary show: each with its central run and its draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

QUANTILES = (5, 10, 25, 50, 75, 90, 95)
"""Percentiles that tables give when there are draws."""

Way = Literal["up", "down", "same", "unsure"]

LEAST = 0.005
"""A change of less than this part of the whole is none to speak of."""

READ_BYTES = 32_000_000
"""Statistics are worked out from as much of all draws at a time, however many draws and areas there are."""


@dataclass(frozen=True)
class ShownFigure:
    """One figure by area: its central run is held, and its draws are read when they are asked for.

    Attributes
    ----------
    central : (area, ...)
        The other axes are the figure's own, such as time and placement.
    draws : int
        Draws beside the central run.
    read : callable
        Returns cells of the draws, from a first one up to one that is left out: (cell, draw). A cell is a position in
        `central`, in order.
    quantiles : bool
        Whether `QUANTILES` stand in place of draws.
    """

    central: Array
    draws: int
    read: Callable[[int, int], Array]
    quantiles: bool = False

    @classmethod
    def of(cls, values: Array, *, quantiles: bool = False) -> ShownFigure:
        """Return a figure of values in memory: (draw, area, ...), the central run first."""
        cells = values[1:].reshape(len(values) - 1, values[0].size).T
        return cls(values[0], len(values) - 1, lambda start, stop: cells[start:stop], quantiles)

    def area(self, area: int = 0) -> Array:
        """Return the central run, then the draws, of one area: (1 + draw, ...)."""
        central = self.central[area]
        values = np.empty((1 + self.draws, *central.shape))
        values[0] = central
        cells = self.read(area * central.size, (area + 1) * central.size)
        values[1:] = cells.T.reshape(values[1:].shape)
        return values

    def middle(self, area: int = 0) -> Array:
        """Return the median of draws of an area, or its central run where there are none: (...)."""
        return middle(self.area(area), quantiles=self.quantiles)

    def statistics(self) -> Array:
        """Return the central run and, where there are draws, each of `QUANTILES`: (statistic, area, ...)."""
        if not self.draws:
            return self.central[None]
        central = self.central.ravel()
        table = np.empty((1 + len(QUANTILES), central.size))
        table[0] = central
        step = max(1, READ_BYTES // (self.draws * table.itemsize))
        for start in range(0, central.size, step):
            cells = self.read(start, min(start + step, central.size))
            at = slice(start, start + step)
            table[1:, at] = cells.T if self.quantiles else np.quantile(cells, np.array(QUANTILES) / 100, axis=1)
        return table.reshape(len(table), *self.central.shape)


def interval(draws: Array, low: int, high: int, *, quantiles: bool) -> tuple[Array, Array] | None:
    """Return two percentiles of draws; None where there are no draws.

    Parameters
    ----------
    draws : (1 + draw, ...)
        The central run first, as `ShownFigure.area` gives it.
    low, high : int
        Two of `QUANTILES`.
    quantiles : bool
        Whether `QUANTILES` stand in place of draws.
    """
    if len(draws) == 1:
        return None
    if quantiles:
        return draws[1 + QUANTILES.index(low)], draws[1 + QUANTILES.index(high)]
    return np.percentile(draws[1:], low, axis=0), np.percentile(draws[1:], high, axis=0)


def middle(draws: Array, *, quantiles: bool) -> Array:
    """Return the median of draws, or the central run where there are none: (...).

    Parameters
    ----------
    draws : (1 + draw, ...)
        The central run first, as `ShownFigure.area` gives it.
    quantiles : bool
        Whether `QUANTILES` stand in place of draws.
    """
    if len(draws) == 1:
        found: Array = draws[0]
    else:
        found = draws[1 + QUANTILES.index(50)] if quantiles else np.median(draws[1:], axis=0)
    return found


def way(change: Array, whole: float, *, quantiles: bool = False, least: float = LEAST) -> Way:
    """Return which way a figure goes; unsure where 80% of draws hold no change.

    Parameters
    ----------
    change : (1 + draw,)
        The change, the central run first.
    whole : float
        What it is a change of.
    quantiles : bool
        Whether quantiles stand in place of draws.
    least : float
        Part of the whole that is a change to speak of.
    """
    ends = interval(change, 10, 90, quantiles=quantiles)
    if ends is not None and not (ends[0] > 0.0 or ends[1] < 0.0):
        return "same" if ends[0] == ends[1] == 0.0 else "unsure"
    shown = float(middle(change, quantiles=quantiles))
    if abs(shown) <= least * abs(whole):
        return "same"
    return "up" if shown > 0.0 else "down"


def less(draws: Array, reference: Array, *, quantiles: bool) -> Array:
    """Return a difference draw by draw, or of the central runs alone: quantiles can't be subtracted.

    Parameters
    ----------
    draws, reference : (1 + draw, ...)
        The central run first. Draws are paired if both have as many.
    quantiles : bool
        Whether `QUANTILES` stand in place of draws.
    """
    paired = len(draws) if len(draws) == len(reference) and not quantiles else 1
    return draws[:paired] - reference[:paired]
