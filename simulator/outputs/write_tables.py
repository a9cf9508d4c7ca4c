"""The tables of an output folder, as lines of CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.results.analysis import answers
from simulator.results.figures import ShownFigure, less
from simulator.results.long_tables import PERIODS, STATISTICS, Row, price_bases, year_rows
from simulator.results.quantities import POUNDS, Quantity
from simulator.results.results_protocol import Results
from simulator.results.value_for_money import SHARE, YEAR
from simulator.vocabulary.calendar import Month, is_financial_year
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.printable import cell

Array = NDArray[np.float64]

DECIMALS = {POUNDS: 0, SHARE: 9, YEAR: 0}
COUNT_DECIMALS = 6
"""Decimals in tables, by unit: whole pounds, and counts so that stocks and flows balance to 1e-5 from the files alone.

Another kind of processor moves the 14th digit or so of a figure, so what is printed is the same, unless the figure lies
on the edge between two.
"""


def _cell(text: str) -> str:
    text = cell(text)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"') else text


def _decimals(unit: str) -> int:
    return DECIMALS.get(unit, COUNT_DECIMALS)


def _number(value: float | None, decimals: int, hidden: str = "") -> str:
    """Write a number without zeros at its end, or the word for one that is hidden (NaN)."""
    if value is None or value != value:
        return hidden
    text = f"{value:.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def row_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of rows that have a unit, all at once."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    unit = columns.index("unit")
    for row in rows:
        decimals = _decimals(str(row[unit]))
        writer.writerow([cell(value) if isinstance(value, str) else _number(value, decimals) for value in row])
    yield buffer.getvalue()


def monthly_lines(results: Results) -> Iterator[str]:
    """Yield the lines of `results.csv` without the header, many at a time.

    The rows are those of :func:`simulator.results.long_tables.monthly_rows`, formatted a column at a time, which is
    faster.

    Raises
    ------
    ValueError
        If a central figure is not finite where none is hidden.
    """
    name, hidden = _cell(results.name), results.showing.hidden
    for measure in results.measures.values():
        write = partial(_number, decimals=_decimals(measure.unit), hidden=hidden)
        period = PERIODS[measure.kind]
        for placement, band, dates, table in results.slices(measure.name):
            if not hidden and not np.isfinite(table[0]).all():
                raise ValueError(
                    f"{results.name}: {measure.name} ({placement}, {band}) holds a number that is not finite"
                )
            middle = ",".join(_cell(text) for text in (period, measure.name, placement, band, measure.unit))
            for a, area in enumerate(results.areas):
                head = f"{name},{_cell(area)}"
                columns = table[:, a].tolist()
                central = map(write, columns[0])
                if len(columns) == 1:
                    tail = "," * (len(STATISTICS) - 1) + "\n"
                    lines = (f"{head},{d},{middle},{c}{tail}" for d, c in zip(dates, central, strict=True))
                else:
                    figures = map(",".join, zip(central, *(map(write, c) for c in columns[1:]), strict=True))
                    lines = (f"{head},{d},{middle},{c}\n" for d, c in zip(dates, figures, strict=True))
                yield "".join(lines)


def chance_rows(results: Results) -> Iterator[Row]:
    """Yield a row for each question that draws answered: the chance, in the (last) financial year it is about."""
    for answer in answers(results):
        if answer.share is not None:
            last = answer.question.when[-1]
            year = last if is_financial_year(last) else Month.parse(last[:7]).financial_year
            head = (results.name, results.areas[0], year, f"chance:{answer.question.id}", ALL, SHARE, "")
            yield (*head, answer.share, *([None] * (len(STATISTICS) - 1)))


def difference_rows(results: Results, reference: Results) -> Iterator[Row]:
    """Yield the rows of `differences.csv`: a scenario less the reference, in financial years both cover.

    There are none for a scenario that starts from another date: the difference would mix scenarios with what was known.

    Differences are taken draw by draw before quantiles.
    """
    together = results.first_month == reference.first_month
    years = [y for y in results.financial_years if together and y in reference.financial_years]
    areas = [a for a in results.areas if a in reference.areas]
    for measure in sorted(results.measures.values(), key=lambda one: one.difference):
        if not measure.difference or not years or measure.name not in reference.measures:
            continue
        for basis, real in price_bases(results, measure):
            by_area = [_differences(results, reference, measure, area, years, real) for area in areas]
            for placement in by_area[0] if by_area else ():
                table = np.stack([differences[placement] for differences in by_area], axis=1)
                yield from year_rows(
                    results, table, measure.name, measure.unit, basis, placement, areas=areas, years=years
                )


def _differences(
    results: Results, reference: Results, measure: Quantity, area: str, years: Sequence[str], real: bool
) -> dict[str, Array]:
    """Return (statistic, year) of differences in an area, of the total and, of money by placement, of each part."""
    ours, theirs = (_by_placement(one, measure.name, area, years, real) for one in (results, reference))
    parts = [name for name in dict.fromkeys([*ours, *theirs]) if name != ALL]
    shown = [ALL, *parts] if measure.is_money and len(parts) > 1 else [ALL]
    quantiles, nothing = results.year_totals(measure.name).quantiles, np.zeros_like(ours[ALL])
    draws = {name: less(ours.get(name, nothing), theirs.get(name, nothing), quantiles=quantiles) for name in shown}
    return {name: ShownFigure.of(values[:, None]).statistics()[:, 0] for name, values in draws.items()}


def _by_placement(results: Results, measure: str, area: str, years: Sequence[str], real: bool) -> dict[str, Array]:
    """Return (draw, year) in an area for each placement and, under ``all``, for their total."""
    when, at = [results.financial_years.index(y) for y in years], results.areas.index(area)
    parts = results.year_parts(measure, real=real).area(at)[:, when]
    by_name = {name: parts[..., i] for i, name in enumerate(results[measure].placements)}
    if results.showing.parts_add_up:
        return by_name | {ALL: np.sum(list(by_name.values()), axis=0)}
    return by_name | {ALL: results.year_totals(measure, real=real).area(at)[:, when]}


def write_table(path: Path, columns: Sequence[str], blocks: Iterable[str]) -> None:
    """Write a table: its columns, then lines, many at a time."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(blocks)
