"""Gaps with the front door: what claims of all children's social care can be set beside."""

from __future__ import annotations

import numpy as np

from simulator.results.labelled import RunResults
from simulator.results.quantities import Array

CLAIMED_OF_ALL = ("overspend", "standstill")
"""Gaps of which claims count all children's social care."""


def with_front_door(results: RunResults, measure: str) -> Array:
    """Return a gap of the first area with what the front door costs beyond its own budget: (1 + draw, year), in cash.

    Its budget is held as that of care is: at what was spent in the year before the run, in real terms (`standstill`),
    or at that of the year before each year (`overspend`). Where a council's spend of the year before is not published,
    the first year of the run stands in for it, which it hardly differs from.

    Parameters
    ----------
    results : RunResults
    measure : str
        One of `CLAIMED_OF_ALL`.
    """
    cash, real = (results.year_totals("front_door_spend", real=one).area() for one in (False, True))
    level = cash / real
    past = results.history["front_door_spend"]
    published = dict(zip(past.dates, map(float, past.values), strict=True))
    # Published in cash of the reference year, whose prices real money of a run of its own is in.
    before = published.get(results.reference_year, real[:, :1])
    budget = np.broadcast_to(before, real.shape).copy()
    if measure == "overspend":
        budget[:, 1:] = real[:, :-1]
    found: Array = results.gap(measure).area() + (real - budget) * level
    return found
