"""Disclosure control: which counts may be shown, as the Department for Education rounds and hides them.

Counts of 1 to 5 are hidden, and others rounded. Totals are rounded on their own, so parts need not add up. What is
left could still tell: a total less its other parts, or a stock less that of a year ago. So more counts are hidden until
nobody can narrow a count of 1 to 5 from all that is shown. :func:`known` is that reader, who takes every figure as the
range that rounds to it, and every sum as an equation.

Pure functions on a list of cells with the sums that tie them together; what the cells mean is up to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import SupportsInt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.intp]

LARGEST_HIDDEN = 5
"""Counts from 1 to this are hidden."""

BASE_ENGLAND, BASE_LOCAL = 10, 5
"""What counts are rounded to: England's, and those of areas."""

LEAST_FOR_PERCENT = 100.0
"""Children from which a change of figures that are rounded to 5 is given per cent: it may then be 5 points out."""

NO_LIMIT = 1e7
"""Upper end of what is known of a hidden count: more than there are children."""

_TOLERANCE = 1e-6
_MOST_SWEEPS = 200


@dataclass
class Tables:
    """Counts that are published together, and how they add up.

    Attributes
    ----------
    values : list of float
        Children, in cells. The numbers of cells are what :meth:`add` returns.
    bases : list of int
        What each is rounded to.
    sums : list of (int, tuple of int)
        A total and its parts.
    balances : list of (tuple of int, tuple of int)
        Cells that add up to as many as others, such as stock and starts to exits and the next stock.
    """

    values: list[float] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)
    sums: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    balances: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)

    def add(self, values: Iterable[float], base: int) -> Ints:
        """Add cells and return their numbers."""
        first = len(self.values)
        self.values.extend(float(v) for v in values)
        self.bases.extend([base] * (len(self.values) - first))
        return np.arange(first, len(self.values))

    def total(self, whole: SupportsInt, parts: Iterable[SupportsInt]) -> None:
        """Say that some cells are the parts of another."""
        self.sums.append((int(whole), tuple(int(p) for p in parts)))

    def balance(self, left: Iterable[SupportsInt], right: Iterable[SupportsInt]) -> None:
        """Say that some cells add up to as many as others."""
        self.balances.append((tuple(int(i) for i in left), tuple(int(i) for i in right)))


@dataclass(frozen=True)
class Equations:
    """Sums of cells that are zero: one entry for each cell in each.

    Attributes
    ----------
    row, cell : (entry,) int
    sign : (entry,)
    rows : int
    """

    row: Ints
    cell: Ints
    sign: Array
    rows: int


def equations(tables: Tables) -> Equations:
    """Return all that ties cells together."""
    sides = [((whole,), parts) for whole, parts in tables.sums] + tables.balances
    row = [i for i, (left, right) in enumerate(sides) for _ in (*left, *right)]
    cell = [c for left, right in sides for c in (*left, *right)]
    sign = [s for left, right in sides for s in (*[1.0] * len(left), *[-1.0] * len(right))]
    return Equations(np.array(row, dtype=np.intp), np.array(cell, dtype=np.intp), np.array(sign), len(sides))


def is_small(values: Array) -> Flags:
    """Return which counts are 1 to 5, to the nearest whole child."""
    small: Flags = (values >= 0.5) & (values < LARGEST_HIDDEN + 0.5)
    return small


def rounded(values: Array, base: Array | float) -> Array:
    """Return counts to the nearest multiple of a base, halves up."""
    nearest: Array = np.floor(values / base + 0.5) * base
    return nearest


def known(tables: Tables, hidden: Flags, *, whole: bool | Flags) -> tuple[Array, Array]:
    """Return the range in which a reader of all published figures knows each cell to lie: lowest and highest.

    A figure shown is any count that rounds to it and is not hidden by rule; nothing is nothing; a hidden figure is one
    or more, or nothing where noughts are hidden too (:func:`may_be_nothing`). Then each equation narrows each of its
    cells by what is known of the others, again and again. Where equations form no circles this is all that can be told;
    where they do, linear programming could tell more (tests try it).

    Parameters
    ----------
    tables : Tables
    hidden : (cell,) bool
    whole : bool or (cell,) bool
        Whether counts are whole numbers, which a reader knows of real children and not of a projection.
    """
    values, bases = np.array(tables.values), np.array(tables.bases, dtype=float)
    shown = rounded(values, bases)
    reach = np.where(whole, np.floor(bases / 2.0), bases / 2.0)
    least = LARGEST_HIDDEN + np.where(whole, 1.0, 0.5)
    some = np.where(may_be_nothing(tables, hidden), 0.0, np.where(whole, 1.0, 0.5))
    nothing = values < 0.5
    low = np.where(hidden, some, np.where(nothing, 0.0, np.maximum(shown - reach, least)))
    high = np.where(hidden, NO_LIMIT, np.where(nothing, np.where(whole, 0.0, 0.5), shown + reach))
    return _narrowed(equations(tables), low, high)


def may_be_nothing(tables: Tables, hidden: Flags) -> Flags:
    """Return where noughts are hidden too: all parts of a hidden total, and balances that are hidden altogether."""
    found = np.zeros(len(hidden), dtype=np.bool_)
    for whole, parts in tables.sums:
        found[list(parts)] |= hidden[whole]
    for left, right in tables.balances:
        found[[*left, *right]] |= hidden[[*left, *right]].all()
    return found & hidden


def _narrowed(of: Equations, low: Array, high: Array) -> tuple[Array, Array]:
    low, high = low.copy(), high.copy()
    for _ in range(_MOST_SWEEPS):
        before = low.copy(), high.copy()
        least, most = _implied(of, low, high)
        np.maximum.at(low, of.cell, least)
        np.minimum.at(high, of.cell, most)
        if np.allclose(low, before[0], rtol=0, atol=_TOLERANCE) and np.allclose(
            high, before[1], rtol=0, atol=_TOLERANCE
        ):
            break
    return low, high


def _implied(of: Equations, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the range that each equation alone leaves each of its cells: two of (entry,)."""
    up = of.sign > 0
    lowest = np.where(up, low[of.cell], -high[of.cell])  # of sign x cell
    highest = np.where(up, high[of.cell], -low[of.cell])
    others_low = np.bincount(of.row, lowest, of.rows)[of.row] - lowest
    others_high = np.bincount(of.row, highest, of.rows)[of.row] - highest
    return np.where(up, -others_high, others_low), np.where(up, -others_low, others_high)


def exposed(small: Flags, low: Array, high: Array) -> Flags:
    """Return which counts of 1 to 5 a reader can narrow: those that can't be every one of 1 to 5."""
    narrow: Flags = small & ((low > 1.0 + _TOLERANCE) | (high < LARGEST_HIDDEN - _TOLERANCE))
    return narrow


def hide(tables: Tables, *, whole: bool | Flags, start: Flags | None = None, told: Flags | None = None) -> Flags:
    """Return which cells to hide: (cell,).

    First all counts of 1 to 5; then, where one part of a total is hidden alone, the smallest other part; then, as long
    as a reader can narrow a count of 1 to 5, the smallest figure with which it is narrowed. All parts of a hidden total
    are hidden. A nought is hidden for no other reason, unless nothing else is left to hide.

    Parameters
    ----------
    tables : Tables
    whole : bool or (cell,) bool
        See :func:`known`.
    start : (cell,) bool, optional
        Cells that are hidden for another reason.
    told : (cell,) bool, optional
        Cells that a reader knows from elsewhere, as shown: nothing is safe behind them. What can be told with them
        whatever is hidden here is left as it is.
    """
    values, of = np.array(tables.values), equations(tables)
    small = is_small(values)
    told = np.zeros(len(values), dtype=np.bool_) if told is None else told & ~small
    hidden = small.copy() if start is None else small | start
    while True:
        _hide_partners(tables, values, hidden, told)
        low, high = known(tables, hidden & ~told, whole=whole)
        found = np.flatnonzero(exposed(small, low, high))
        if not found.size:
            return hidden
        least, most = _implied(of, low, high)
        narrows = (least > 1.0 + _TOLERANCE) | (most < LARGEST_HIDDEN - _TOLERANCE)
        before = hidden.sum()
        for cell in found:
            hidden[_next_to_hide(of, values, hidden | told, int(cell), narrows)] = True
        if hidden.sum() == before:
            if told.any():
                return hidden
            raise RuntimeError("a count can be narrowed with nothing left to hide")


def _hide_partners(tables: Tables, values: Array, hidden: Flags, told: Flags) -> None:
    """Hide all parts of hidden totals, and give each part that is hidden alone a partner: the smallest other part."""
    changed = True
    while changed:
        before = hidden.copy()
        for whole, parts in tables.sums:
            at = np.array(parts, dtype=np.intp)
            if hidden[whole]:
                hidden[at] = True
            elif (hidden & ~told)[at].sum() == 1:
                others = at[~hidden[at] & ~told[at] & (values[at] >= 0.5)]
                if others.size:
                    hidden[others[values[others].argmin()]] = True
        changed = bool((hidden != before).any())


def _next_to_hide(of: Equations, values: Array, hidden: Flags, cell: int, narrows: Flags) -> Ints:
    """Return the smallest figure shown in the equations that narrow a cell, or else nearby; else noughts there."""
    own = set(of.row[of.cell == cell].tolist())
    rows = set(of.row[(of.cell == cell) & narrows].tolist()) or own
    seen: set[int] = set()
    while rows - seen:
        seen |= rows
        cells = of.cell[np.isin(of.row, list(rows))]
        shown = cells[~hidden[cells] & (values[cells] >= 0.5)]
        if shown.size:
            return shown[[values[shown].argmin()]]
        rows = set(of.row[np.isin(of.cell, cells)].tolist())
    noughts: Ints = of.cell[np.isin(of.row, list(seen))]
    return noughts
