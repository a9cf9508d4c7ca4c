"""What keeps the sum of all authorities on the path of England run by itself.

Areas differ, and the mean of what their rates make is not what the mean of their rates makes. In each year of a run
hazards of leaving are multiplied by one factor for each stream, fitted once so that in the status quo the sum of all
areas follows England's children (`simulator.calibrate.fit_benchmarking`). Where asylum-seeking children are passed on
within weeks they are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]


@cache
def factors(base: int) -> Mapping[str, Array]:
    """Return factors of hazards of leaving by stream, for each year from a base: (year,)."""
    read = packaged.table("local_reconciled")
    of, factor, here = (np.array(read[name]) for name in ("stream", "exit_factor", "base"))
    return {stream: factor[(of == stream) & (here == base)] for stream in dict.fromkeys(read["stream"])}


def by_month(base: int, stream: str, acts: NDArray[np.bool_], months: int) -> Array:
    """Return factors of each month of a run: (area, month); of one, if it acts on no area.

    Parameters
    ----------
    base : int
    stream : str
    acts : (area,) bool
        Whether an area is held to England; another keeps its own pace.
    months : int
        After the last year that was fitted, factors are those of that year.
    """
    if not acts.any():
        return np.ones((1, 1))
    of_year = factors(base)[stream]
    year = np.minimum(np.arange(months) // MONTHS_A_YEAR, of_year.size - 1)
    factor: Array = np.where(acts[:, None], of_year[year], 1.0)
    return factor
