"""Results as rows of tidy tables: the columns of `results.csv` and `financial-years.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.disclosure import HIDDEN
from simulator.results import ALL, QUANTILES, Published, Results

Array = NDArray[np.float64]
Row = tuple[str | float | None, ...]

STATISTICS = ("central", *(f"p{q:02d}" for q in QUANTILES))
COLUMNS = ("scenario", "area", "date", "measure", "placement", "age_band", "unit", *STATISTICS)
YEAR_COLUMNS = (
    "scenario", "area", "financial_year", "measure", "placement", "unit", "price_basis", *STATISTICS,
)  # fmt: skip


def statistics(results: Results, values: Array) -> Array:
    """Return the central run and quantiles of draws 1 and on: (statistic, ...) from (draw, ...).

    Quantiles are NaN where there are no draws beside the central run. Published results hold quantiles already.
    """
    if isinstance(results, Published) and values.shape[0] > 1:
        return values
    if values.shape[0] == 1:
        empty = np.full((len(QUANTILES), *values.shape[1:]), np.nan)
    else:
        empty = np.quantile(values[1:], np.array(QUANTILES) / 100, axis=0)
    return np.concatenate([values[:1], empty])


MOST_AREAS_IN_FULL = 10
"""With more areas than this, parts of measures stand in monthly tables at 31 March only."""


def shown(results: Results, kind: Literal["stock", "flow"], placement: str, band: str) -> list[int]:
    """Return the positions in time at which tables show a total or a part of a measure.

    Every month, unless there are many areas; then parts of stocks at each 31 March, and parts of flows in the table of
    financial years alone.
    """
    dates = results.dates(kind)
    if len(results.areas) <= MOST_AREAS_IN_FULL or (placement, band) == (ALL, ALL):
        return list(range(len(dates)))
    return [i for i, date in enumerate(dates) if date.endswith("-03-31")]


def monthly_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `results.csv`: every measure at each instant or month, in total and by part."""
    for measure in results.measures.values():
        dates = results.dates(measure.kind)
        for placement, band, values in results.slices(measure.name):
            table = statistics(results, values)
            for a, area in enumerate(results.areas):
                for t in shown(results, measure.kind, placement, band):
                    head = (results.name, area, dates[t], measure.name, placement, band, measure.unit)
                    yield head + cells(results, table[:, a, t], len(values))


def yearly_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `financial-years.csv`: counts once, money in cash and in real prices."""
    for measure in results.measures.values():
        bases = (("cash", False), (f"real {results.price_year}", True)) if measure.is_money else (("", False),)
        for basis, real in bases:
            columns = [(ALL, results.year_totals(measure.name, real=real))]
            if len(measure.placements) > 1:
                by_year = results.year_parts(measure.name, real=real)
                columns += [(name, by_year[..., i]) for i, name in enumerate(measure.placements)]
            for placement, values in columns:
                table = statistics(results, values)
                for a, area in enumerate(results.areas):
                    for y, year in enumerate(results.financial_years):
                        head = (results.name, area, year, measure.name, placement, measure.unit, basis)
                        yield head + cells(results, table[:, a, y], len(values))


def cells(results: Results, statistics: Array, known: int) -> tuple[str | float | None, ...]:
    """Return the cells of a row: numbers, nothing where there is none, and in published results a word where hidden.

    Parameters
    ----------
    results : Results
    statistics : (statistic,)
    known : int
        How many of them there are figures of; the others are nothing.
    """
    hidden = HIDDEN if isinstance(results, Published) else None
    return tuple((hidden if i < known else None) if np.isnan(v) else float(v) for i, v in enumerate(statistics))
