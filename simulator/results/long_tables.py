"""Results as rows of tidy tables: the columns of `results.csv` and `financial-years.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.results.figures import QUANTILES
from simulator.results.quantities import POUNDS, Quantity
from simulator.results.results_protocol import Results
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]
Row = tuple[str | float | None, ...]

CASH = "cash"
"""What tables call prices as they are paid."""

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
        for basis, real in price_bases(results, measure):
            tables = [(ALL, results.year_totals(measure.name, real=real).statistics())]
            if len(measure.placements) > 1:
                parts = results.year_parts(measure.name, real=real).statistics()
                tables += [(name, parts[..., i]) for i, name in enumerate(measure.placements)]
            for placement, table in tables:
                yield from year_rows(results, table, measure.name, measure.unit, basis, placement)


def price_bases(results: Results, measure: Quantity) -> tuple[tuple[str, bool], ...]:
    """Return what yearly tables call the prices of a measure, and whether they are real: none of a count."""
    return ((CASH, False), (f"real {results.price_year}", True)) if measure.is_money else (("", False),)


def extra_rows(results: Results) -> Iterator[Row]:
    """Yield yearly rows of the spend above the reference year, in all and by cause, in cash."""
    causes = {f"extra_spend_{name}": figure for name, figure in results.causes().items()}
    for name, figure in {"extra_spend": results.extra_spend(), **causes}.items():
        yield from year_rows(results, figure.statistics(), name, POUNDS, CASH)


def year_rows(
    results: Results,
    table: Array,
    measure: str,
    unit: str,
    basis: str,
    placement: str = ALL,
    *,
    areas: Sequence[str] | None = None,
    years: Sequence[str] | None = None,
) -> Iterator[Row]:
    """Yield a row of the columns of `financial-years.csv` for each area and financial year.

    Parameters
    ----------
    results : Results
    table : (statistic, area, year)
    measure, unit, basis, placement : str
    areas, years : sequence of str, optional
        Those of the table; all of the results if left out.
    """
    for a, area in enumerate(results.areas if areas is None else areas):
        for y, year in enumerate(results.financial_years if years is None else years):
            head = (results.name, area, year, measure, placement, unit, basis)
            yield head + cells(results, table[:, a, y])


def cells(results: Results, statistics: Array) -> tuple[str | float | None, ...]:
    """Return the cells of a row: numbers, a word where they are hidden, nothing where there are none.

    Parameters
    ----------
    results : Results
    statistics : (statistic,)
        The central run alone where there are no draws.
    """
    hidden = results.showing.hidden or None
    known = (hidden if np.isnan(v) else float(v) for v in statistics)
    return (*known, *[None] * (len(STATISTICS) - len(statistics)))
