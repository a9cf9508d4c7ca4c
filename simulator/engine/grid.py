"""Birth cohorts: how ages sit in rows.

Children are followed by cohorts born within the same `width` months, so that each leaves on the 18th birthday and not
"on average" (moving 1/12 of an age a month overstates the stock by 3% and that of asylum-seeking children by a fifth).
Time runs in cycles of `width` months. In a cycle, row 0 holds the children born in it and row r >= 1 those aged
(r - 1) * width to r * width months when it began; the last row turns 18 during the cycle. When a cycle ends, every row
becomes the next. Births are taken as even within a cohort.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.vocabulary.calendar import MONTHS_A_YEAR

MONTHS_AT_18 = 216


@dataclass(frozen=True)
class Grid:
    """Overlaps of cohort rows with completed years of age.

    Attributes
    ----------
    width : int
        Months of birth in a cohort; divides 12.
    first_row : int
        Rows below this one are left out (a stream that has no young children).
    age_of_row : (cycle month, row, age)
        Shares of a row's child-months by age, over a month; rows sum to 1.
    row_of_age : (cycle month, age, row)
        Shares of the child-months at an age by row, over a month; ages sum to 1.
    age_at : (cycle month, row, age)
        Shares of a row by age at the instant when a month begins; rows sum to 1 (row 0 is age 0).
    leave_share : (cycle month,)
        Share of the last row that turns 18 in a month.
    entrant_leave_share : (cycle month,)
        The same, of those of the last row who came into care in that month.
    """

    width: int
    first_row: int
    age_of_row: NDArray[np.float64]
    row_of_age: NDArray[np.float64]
    age_at: NDArray[np.float64]
    leave_share: NDArray[np.float64]
    entrant_leave_share: NDArray[np.float64]

    @property
    def rows(self) -> int:
        """Number of rows kept."""
        return self.age_of_row.shape[1]


def row_count(width: int) -> int:
    """Return the number of rows of the whole age range: the births of the cycle, and 18 years of cohorts."""
    return MONTHS_AT_18 // width + 1


def first_row(width: int, youngest_age: int) -> int:
    """Return the first row that can hold a child of the youngest age during a cycle."""
    return youngest_age * MONTHS_A_YEAR // width


@cache
def make_grid(width: int, youngest_age: int = 0) -> Grid:
    """Work out the overlaps for cohorts of `width` months. Kept, as every draw asks for the same.

    The overlap of a row with a year of age is linear in time within a month, so its value at mid-month is its mean.

    Raises
    ------
    ValueError
        If `width` does not divide 12.
    """
    if width not in (1, 2, 3, 4, 6, 12):
        raise ValueError(f"cohort width must divide 12 months, not {width}")
    first = first_row(width, youngest_age)
    mid = np.stack([_overlap(width, i + 0.5) for i in range(width)])[:, first:]
    start = np.stack([_overlap(width, float(i)) for i in range(width)])[:, first:]
    if first > 0:
        mid[..., :youngest_age] = 0.0
        start[..., :youngest_age] = 0.0
    months = np.arange(width)
    by_age = mid.sum(axis=1, keepdims=True)
    return Grid(
        width=width,
        first_row=first,
        age_of_row=_shares(mid),
        row_of_age=np.swapaxes(np.divide(mid, by_age, out=np.zeros_like(mid), where=by_age > 0), 1, 2),
        age_at=_shares(start),
        leave_share=np.asarray(1.0 / (width - months), dtype=np.float64),
        entrant_leave_share=np.asarray(0.5 / (width - months - 0.5), dtype=np.float64),
    )


def _overlap(width: int, elapsed: float) -> NDArray[np.float64]:
    """Months of birth shared by each row and each year of age, `elapsed` months into a cycle: (row, age)."""
    rows = np.arange(row_count(width))[:, None]
    low = np.maximum((rows - 1) * width + elapsed, 0.0)
    high = rows * width + elapsed
    year = np.arange(18)[None, :] * MONTHS_A_YEAR
    return np.clip(np.minimum(high, year + MONTHS_A_YEAR) - np.maximum(low, year), 0.0, None)


def _shares(overlap: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale rows to sum to 1; a row with no child-months takes the nearest age (it holds nobody)."""
    total = overlap.sum(axis=-1, keepdims=True)
    shares = np.divide(overlap, total, out=np.zeros_like(overlap), where=total > 0)
    empty = total[..., 0] == 0
    for i, row in zip(*np.nonzero(empty), strict=True):
        shares[i, row, 0 if row == 0 else -1] = 1.0
    return shares
