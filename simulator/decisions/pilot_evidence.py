"""How exactly a pilot in some authorities would measure an effect on starts, by the record of all authorities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.panel import panel

Array = NDArray[np.float64]

RECENT_CHANGES = 6
"""Years from which changes are measured, the latest ones."""


@dataclass(frozen=True)
class Noise:
    """How far starts of authorities change by themselves.

    Attributes
    ----------
    sd_log_change : float
        Standard deviation, over authorities, of the change in the logarithm of starts from the mean of some years to
        the mean of as many years after them, without what all authorities share.
    authorities : int
        With figures, on average over years.
    years : int
    first, last : int
        Years, ending on 31 March, with which the first and the last later periods end.
    """

    sd_log_change: float
    authorities: float
    years: int
    first: int
    last: int


@cache
def noise_of_starts(years: int) -> Noise:
    """Measure how far starts of authorities change from some years to as many after them.

    What all authorities share in a year is taken away, as areas without a pilot show it.

    Parameters
    ----------
    years : int
        In each period.
    """
    found = panel().authorities
    starts, last = found.starts, found.last_year
    squares, counts = 0.0, []
    ends = [last - back for back in range(RECENT_CHANGES)]
    for end in ends:
        column = end - found.first_year + 1
        after, before = starts[:, column - years : column], starts[:, column - 2 * years : column - years]
        known = np.isfinite(after).all(axis=1) & np.isfinite(before).all(axis=1)
        known &= (np.nan_to_num(after).sum(axis=1) > 0.0) & (np.nan_to_num(before).sum(axis=1) > 0.0)
        change = np.log(after[known].mean(axis=1) / before[known].mean(axis=1))
        squares += ((change - change.mean()) ** 2).sum()
        counts.append(int(known.sum()))
    spare = sum(counts) - len(counts)
    return Noise(float(np.sqrt(squares / spare)), float(np.mean(counts)), years, ends[-1], ends[0])


def standard_error(areas: int, years: int) -> float:
    """Return the standard error of the logarithm of a pilot's ratio of starts.

    The change in starts of the pilot's authorities is held against that of all others: the noise of an authority times
    the root of ``1 / areas + 1 / others``.

    Parameters
    ----------
    areas : int
        Authorities of average noise in the pilot.
    years : int
        With the effect, and before it.
    """
    noise = noise_of_starts(years)
    return noise.sd_log_change * float(np.sqrt(1.0 / areas + 1.0 / (noise.authorities - areas)))
