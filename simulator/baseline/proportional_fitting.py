"""Iterative proportional fitting: the table nearest to a seed whose sums are given (Deming and Stephan 1940)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


MOST_OFF = 5.0
"""Children in one sum beyond which a fit has not converged. Margins of authorities are published and filled apart, and
agree to within 2."""


class NotConverged(UserWarning):
    """A fitted table is further from its margins than it should be."""


@dataclass(frozen=True)
class Margin:
    """Sums that a table is to have.

    Attributes
    ----------
    total : array
        The sums: the axes of the table that are left, in order.
    over : tuple of int
        Axes of the table that are summed over.
    groups : (n,) int, optional
        Where one axis is left and figures of its positions belong together: the position in `total` of each.
    """

    total: Array
    over: tuple[int, ...]
    groups: NDArray[np.intp] | None = None

    def of(self, table: Array) -> Array:
        """Return the sums that a table has, in the shape of `total`."""
        sums: Array = table.sum(axis=self.over)
        if self.groups is None:
            return sums
        return np.bincount(self.groups, weights=sums, minlength=len(self.total)).astype(np.float64)

    def met(self, table: Array) -> Array:
        """Return a table scaled to the sums; what has a sum of 0 stays 0."""
        sums = self.of(table)
        ratio = np.divide(self.total, sums, out=np.zeros(sums.shape), where=sums > 0)
        if self.groups is not None:
            ratio = ratio[self.groups]
        scaled: Array = table * np.expand_dims(ratio, self.over)
        return scaled


@dataclass(frozen=True)
class Fitted:
    """A fitted table.

    Attributes
    ----------
    table : array
    off : float
        How far the sum that is furthest off lies from its margin, in the unit of the table.
    rounds : int
        That were run.
    """

    table: Array
    off: float
    rounds: int

    def within(self, what: str, most: float = MOST_OFF) -> Array:
        """Return the table; warn if it is further off.

        Parameters
        ----------
        what : str
            What the table holds, for the warning.
        most : float
            In the unit of the table.

        Warns
        -----
        NotConverged
            If a sum is further from its margin.
        """
        if not self.off <= most:
            text = f"{what}: after {self.rounds} rounds a sum is {self.off:.3g} from its margin, more than {most:g}"
            warnings.warn(text, NotConverged, stacklevel=2)
        return self.table


def fit(seed: Array, margins: Sequence[Margin], rounds: int) -> Fitted:
    """Scale a table to each of its margins in turn, and again.

    Where margins agree with each other and with the zeros of the seed, the table comes to meet them all. Where they do
    not, it goes on from one to the other and meets the last one alone; `Fitted.off` tells.

    Parameters
    ----------
    seed : array
        Not below 0. A cell of 0 stays 0.
    margins : sequence of Margin
    rounds : int
        Always run in full, so that a table does not hang on when the last change was small enough.
    """
    table = seed
    for _ in range(rounds):
        for margin in margins:
            table = margin.met(table)
    off = [np.abs(margin.of(table) - margin.total).max(initial=0.0) for margin in margins]
    return Fitted(table, float(np.max(off)), rounds)
