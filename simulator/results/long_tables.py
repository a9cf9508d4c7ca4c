"""Results as rows of tidy tables: `results.csv`, `financial-years.csv`, `placements-by-age.csv` and `history.csv`.

Every `date` is a day: the instant of a stock, the last day of the month of a flow, or of a financial year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.results.attribution import FIGURES
from simulator.results.figures import QUANTILES
from simulator.results.quantities import POUNDS, Kind, Quantity
from simulator.results.results_protocol import Results
from simulator.results.timeline import marches
from simulator.vocabulary.calendar import Month, financial_year_months, instant_date
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]
Row = tuple[str | float | None, ...]

CASH = "cash"
"""What tables call prices as they are paid."""

STATISTICS = ("central", *(f"p{q:02d}" for q in QUANTILES))
COLUMNS = ("scenario", "area", "date", "period", "measure", "placement", "age_band", "unit", *STATISTICS)
YEAR_COLUMNS = (
    "scenario", "area", "financial_year", "measure", "placement", "unit", "price_basis", *STATISTICS,
)  # fmt: skip
HISTORY_COLUMNS = (
    "area", "financial_year", "date", "measure", "placement", "unit", "price_basis", "value", "source",
)  # fmt: skip

VALUE_COLUMNS = ("scenario", "area", "item", "unit", "price_basis", *STATISTICS)
ATTRIBUTION_COLUMNS = (
    "scenario", "area", "financial_year", "measure", "programme", "counted", "unit", "price_basis", *STATISTICS,
)  # fmt: skip

GAP_COLUMNS = ("scenario", "area", "financial_year", "measure", "part", "unit", "price_basis", *STATISTICS)

PERIODS: Mapping[Kind, str] = {"stock": "instant", "flow": "month"}
"""What monthly tables say that a date is of."""


def monthly_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `results.csv`: every measure at each instant or month, in total and by part."""
    for measure in results.measures.values():
        period = PERIODS[measure.kind]
        for placement, band, dates, table in results.slices(measure.name):
            for a, area in enumerate(results.areas):
                for t, date in enumerate(dates):
                    head = (results.name, area, date, period, measure.name, placement, band, measure.unit)
                    yield head + cells(results, table[:, a, t])


def placement_age_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `placements-by-age.csv`, in the columns of `results.csv`: stocks by both at each 31 March."""
    dates = marches(results.dates("stock"))
    for measure in results.measures.values():
        figure = results.by_placement_and_age(measure.name)
        if figure is None:
            continue
        table, period = figure.statistics(), PERIODS[measure.kind]
        for p, placement in enumerate(measure.placements):
            for b, band in enumerate(measure.age_bands):
                for a, area in enumerate(results.areas):
                    for t, date in enumerate(dates):
                        head = (results.name, area, date, period, measure.name, placement, band, measure.unit)
                        yield head + cells(results, table[:, a, t, p, b])


def history_rows(many: Sequence[Results]) -> Iterator[Row]:
    """Yield the rows of `history.csv`: what charts draw before projections, and spend in the year before the run.

    Scenarios of a comparison have their history in common; a figure that several hold stands once.
    """
    seen: set[tuple[str, str, str, str]] = set()
    for results in many:
        for area, year, name, placement, value, source in _past(results):
            if name in results.measures and (key := (area, year, name, placement)) not in seen:
                seen.add(key)
                of = results.measures[name]
                basis = CASH if of.is_money else ""
                shown = (results.showing.hidden or None) if np.isnan(value) else value
                day = instant_date(financial_year_months(year)[-1])
                yield area, year, day, name, placement, of.unit, basis, shown, source


def _past(results: Results) -> Iterator[tuple[str, str, str, str, float, str]]:
    """Yield area, financial year (at whose end a stock stands), measure, placement, value and source."""
    for name, actual in results.history.items():
        for when, value in zip(actual.dates, actual.values, strict=True):
            year = when if len(when) == 7 else Month.parse(when[:7]).financial_year
            yield results.areas[0], year, name, ALL, float(value), actual.origin
    for one in results.spend_before():
        yield one.area, results.reference_year, one.measure, one.placement, one.gbp, one.source


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
    """Yield yearly rows of the spend above the reference year: in cash and real prices, and that in cash by cause."""
    for basis, real in ((CASH, False), (f"real {results.price_year}", True)):
        yield from year_rows(results, results.extra_spend(real=real).statistics(), "extra_spend", POUNDS, basis)
    for name, figure in results.causes().items():
        yield from year_rows(results, figure.statistics(), f"extra_spend_{name}", POUNDS, CASH)


def value_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `value-for-money.csv`: each item of each package of programmes, by area."""
    for a, area in enumerate(results.areas):
        for package in results.packages:
            if package.kept:
                for item in results.account(package, a).items():
                    known = (None if np.isnan(value) else float(value) for value in item.statistics())
                    head = (results.name, area, f"{item.name}{package.name}", item.unit, item.price_basis)
                    row = (*head, *known)
                    yield (*row, *[None] * (len(VALUE_COLUMNS) - len(row)))


def attribution_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `attribution.csv`: what each programme brings, counted in each way, and what all bring."""
    figures = (
        ("children", "children", ""),
        ("total_spend", POUNDS, CASH),
        ("total_spend", POUNDS, f"real {results.price_year}"),
    )
    for figure, (measure, unit, basis) in zip(FIGURES, figures, strict=True):
        for way, programme in results.attributed.parts():
            table = results.brings(figure, way, programme).statistics()
            for a, area in enumerate(results.areas):
                for y, year in enumerate(results.financial_years):
                    head = (results.name, area, year, measure, programme or ALL, way, unit, basis)
                    yield head + cells(results, table[:, a, y])


def gap_rows(results: Results) -> Iterator[Row]:
    """Yield the rows of `gap.csv`: pressure, funding and gaps with their parts, and published claims beside them."""
    if results.funded is None:
        return
    for basis, real in ((CASH, False), (f"real {results.price_year}", True)):
        for measure, part in results.funded.parts(real=real):
            table = results.gap(measure, part, real=real).statistics()
            for a, area in enumerate(results.areas):
                for y, year in enumerate(results.financial_years):
                    head = (results.name, area, year, measure, part, POUNDS, basis)
                    yield head + cells(results, table[:, a, y])
    for claim in results.funded.claims:
        if claim.area in results.areas:
            head = (results.name, claim.area, claim.financial_year, claim.gap, f"claim: {claim.label}", POUNDS, CASH)
            yield head + cells(results, np.array([claim.gbp]))


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
