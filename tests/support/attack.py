"""An attack on published tables: all that can be told of hidden counts from figures shown and sums, by optimisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

MOST = 1e6


def told(
    shown: Sequence[float | None],
    bases: Sequence[int],
    sums: Sequence[tuple[int, Sequence[int]]],
    balances: Sequence[tuple[Sequence[int], Sequence[int]]],
    cells: Sequence[int],
    *,
    whole: bool | Sequence[bool] = True,
) -> dict[int, tuple[float, float]]:
    """Return the least and the most that some hidden cells can be.

    Parameters
    ----------
    shown : sequence of float or None
        Figures as published; None where hidden.
    bases : sequence of int
        What each is rounded to.
    sums : sequence of (cell, cells)
        A total and its parts. Where the total is hidden so are all parts, noughts among them.
    balances : sequence of (cells, cells)
        Cells that add up to as many as others. Where all are hidden there may be noughts among them.
    cells : sequence of int
        Which to attack.
    whole : bool, or a sequence of them
        Whether counts, or each of them, are known to be whole numbers.
    """
    low, high = [], []
    wholes = np.broadcast_to(whole, len(shown))
    for value, base, is_whole in zip(shown, bases, wholes, strict=True):
        if value is None:
            low.append(1.0 if is_whole else 0.5)
            high.append(MOST)
        elif value == 0:
            low.append(0.0)
            high.append(0.0 if is_whole else 0.5)
        else:
            reach = base // 2 if is_whole else base / 2
            low.append(max(value - reach, 6.0 if is_whole else 5.5))
            high.append(value + reach)
    for total, parts in sums:
        for part in parts if shown[total] is None else ():
            low[part] = 0.0
    for left, right in balances:
        for part in (*left, *right) if all(shown[i] is None for i in (*left, *right)) else ():
            low[part] = 0.0
    sides = [((total,), parts) for total, parts in sums] + list(balances)
    matrix = np.zeros((len(sides), len(shown)))
    for i, (left, right) in enumerate(sides):
        matrix[i, list(left)] += 1.0
        matrix[i, list(right)] -= 1.0
    found = {}
    for cell in cells:
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(shown))
            goal[cell] = sign
            solved = milp(
                goal,
                constraints=LinearConstraint(matrix, 0.0, 0.0) if sides else (),
                bounds=Bounds(np.array(low), np.array(high)),
                integrality=wholes.astype(int),
            )
            assert solved.success, solved.message
            ends.append(sign * solved.fun)
        found[cell] = (ends[0], ends[1])
    return found
