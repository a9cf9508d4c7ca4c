"""The forecast of no change: as many children in care as at the base, with an interval of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.baseline.start import OwnPast
from simulator.results.results_protocol import Results
from simulator.results.timeline import marches

Z80 = 1.2815515655446004
"""Standard deviations from the middle to either end of an 80% interval of a normal distribution."""


class NoChange(NamedTuple):
    """Children in care at one 31 March if nothing changes; `low` and `high` hold the middle 80 per cent."""

    date: str
    central: float
    low: float
    high: float


def no_change(results: Results, past: OwnPast) -> list[NoChange]:
    """Return the forecast at the start and on each 31 March: the log of children is off by a sum of yearly changes."""
    now = float(results.stock_totals("children").area()[0, 0])
    dates = marches(results.dates("stock"))
    wide = np.exp(Z80 * past.no_change_sd * np.sqrt(np.arange(len(dates))))
    return [NoChange(date, now, now / one, now * one) for date, one in zip(dates, wide, strict=True)]


COLUMNS = ("scenario", "area", "date", "measure", "unit", "central", "p10", "p90")


def rows(results: Results) -> Iterator[tuple[str | float, ...]]:
    """Yield the rows of `no-change.csv`; none where no past is looked at."""
    if results.own_past is not None:
        unit = results.measures["children"].unit
        for one in no_change(results, results.own_past):
            yield (
                results.name,
                results.areas[0],
                one.date,
                "children_if_no_change",
                unit,
                one.central,
                one.low,
                one.high,
            )
