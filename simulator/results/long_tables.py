"""Results as rows of tidy tables: the columns of `results.csv` and `financial-years.csv`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.results.figures import QUANTILES
from simulator.results.labelled import Published, Results
from simulator.vocabulary.labels import ALL, HIDDEN

Array = NDArray[np.float64]
Row = tuple[str | float | None, ...]

STATISTICS = ("central", *(f"p{q:02d}" for q in QUANTILES))
COLUMNS = ("scenario", "area", "date", "measure", "placement", "age_band", "unit", *STATISTICS)
YEAR_COLUMNS = (
    "scenario", "area", "financial_year", "measure", "placement", "unit", "price_basis", *STATISTICS,
)  # fmt: skip


def monthly_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `results.csv`: every measure at each instant or month, in total and by part."""
    for measure in results.measures.values():
        for placement, band, dates, table in results.slices(measure.name):
            for a, area in enumerate(results.areas):
                for t, date in enumerate(dates):
                    head = (results.name, area, date, measure.name, placement, band, measure.unit)
                    yield head + cells(results, table[:, a, t])


def yearly_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `financial-years.csv`: counts once, money in cash and in real prices."""
    for measure in results.measures.values():
        bases = (("cash", False), (f"real {results.price_year}", True)) if measure.is_money else (("", False),)
        for basis, real in bases:
            tables = [(ALL, results.year_totals(measure.name, real=real).statistics())]
            if len(measure.placements) > 1:
                parts = results.year_parts(measure.name, real=real).statistics()
                tables += [(name, parts[..., i]) for i, name in enumerate(measure.placements)]
            for placement, table in tables:
                for a, area in enumerate(results.areas):
                    for y, year in enumerate(results.financial_years):
                        head = (results.name, area, year, measure.name, placement, measure.unit, basis)
                        yield head + cells(results, table[:, a, y])


def cells(results: Results, statistics: Array) -> tuple[str | float | None, ...]:
    """Return the cells of a row: numbers, in published results a word where hidden, nothing where there are none.

    Parameters
    ----------
    results : Results
    statistics : (statistic,)
        The central run alone where there are no draws.
    """
    hidden = HIDDEN if isinstance(results, Published) else None
    known = (hidden if np.isnan(v) else float(v) for v in statistics)
    return (*known, *[None] * (len(STATISTICS) - len(statistics)))
