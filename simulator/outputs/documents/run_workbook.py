"""The tables of a run's folder as one Excel workbook, in which every name is text: no formula, no link, no macro.

It follows the Analysis Function's guidance for spreadsheets: a cover, contents and notes, and one table a sheet, each
with a title, a line that says what it is, and names of columns that a screen reader finds.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.data import tables as packaged_tables
from simulator.data.model_version import MODEL_VERSION
from simulator.data.provenance import package_version
from simulator.results.long_tables import STATISTICS
from simulator.results.measures import measures
from simulator.vocabulary.printable import one_line
from simulator.vocabulary.told import is_said

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MOST_ROWS = 200_000
"""Rows of a table; a longer one stays a CSV file, as the contents then say."""

MOST_PRINTED, PRINTED_OF_LONG = 1_000, 40
"""Rows up to which a table is set to print whole, and rows of a longer one, which is for the screen."""

TITLES: Mapping[str, str] = {
    "results.csv": "Results by month: every measure, by placement and by age band",
    "financial-years.csv": "Results by financial year",
    "history.csv": "Figures before the run, as published or as the council has them",
    "placements-by-age.csv": "Children by placement and age band on each 31 March",
    "value-for-money.csv": "Value for money of programmes, under both rules for foster places",
    "attribution.csv": "What each programme brings",
    "gap.csv": "Pressure, funding and the gap",
    "differences.csv": "Differences from the first scenario, draw by draw",
    "placements-needed.csv": "Placements needed by type and age, beside what there is",
    "needs-and-gaps.csv": "Need, places, unmet need and what it costs",
    "in-and-out-of-area.csv": "Where children are placed",
    "beside-others.csv": "The council beside its neighbours, its region and England",
    "sweep.csv": "Results over the values that were swept",
}
"""What each table is."""

_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDEST = 60
_FIGURES = (*STATISTICS, "value", "children", "percent", "has")
_FORMATS = {"GBP": "#,##0", "share": "0.000", "ratio": "0.000", "percent": "0.0"}
_PLAIN = "#,##0.0"
_PAGE = 100
_LINE = 15.0
_HEAD_ROW = 3


@dataclass(frozen=True)
class _BookSheet:
    """A table, and what stands above it."""

    name: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def run_workbook(folder: Path, manifest: Mapping[str, Any]) -> bytes:
    """Return the tables of a folder as a workbook.

    Parameters
    ----------
    folder : Path
        Of `run`, `compare`, `sufficiency` or `sweep`.
    manifest : mapping
        Of that folder.

    Raises
    ------
    ModuleNotFoundError
        If xlsxwriter is not installed: ``pip install 'care-demand[report]'``.
    """
    from xlsxwriter import Workbook

    order = {name: at for at, name in enumerate(TITLES)}
    names = sorted(manifest["tables"], key=lambda name: (order.get(name, len(order)), name))
    found = {name: _read(folder / name) for name in names}
    left_out = [name for name, sheet in found.items() if sheet is None]
    data = [sheet for sheet in found.values() if sheet is not None]
    sheets = [*data, _measures(data), _sources(data, manifest)]
    title = " and ".join(str(one["title"]) for one in manifest["scenarios"])
    stream = io.BytesIO()
    book = Workbook(stream, {**_TEXT_ONLY, "in_memory": True})
    book.set_properties(
        {"title": one_line(f"care-demand: {title}")[:250], "author": "care-demand", "company": "",
         "subject": "Children in care in England: projection", "created": datetime(2000, 1, 1)}
    )  # fmt: skip
    _page(book, "Cover", _cover(title, manifest))
    _table(book, _contents(sheets, left_out))
    _page(book, "Notes", _notes(folder))
    for sheet in sheets:
        _table(book, sheet)
    book.close()
    return stream.getvalue()


def _read(path: Path) -> _BookSheet | None:
    """Read a table; None if it is too long for a sheet that people open."""
    with path.open(encoding="utf-8", newline="") as file:
        columns, *rows = (tuple(map(_plain, row)) for row in csv.reader(file))
    if len(rows) > MOST_ROWS:
        return None
    title = TITLES.get(path.name, path.stem.replace("-", " ").capitalize())
    return _BookSheet(path.stem[:31], title, f"The table of {path.name}, a row each.", columns, tuple(rows))


def _plain(text: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from taking a CSV's text for a formula."""
    return text[1:] if re.match("'[=+@-]", text) else text


def _cover(title: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    yield title
    yield "Tables of a projection of children in care in England, where they live and what it costs."
    made = manifest["versions"]
    draws = f"; {manifest['draws']:,} draws, seed {manifest['seed']}" if "draws" in manifest else ""
    yield f"Made by care-demand {made.get('care-demand', '')}, model {made.get('model', '')}{draws}."
    yield f"Command: {manifest['command']}"
    yield "Every result holds if the assumptions of its scenario hold; manifest.json of the run has its scenario files."
    yield "Not an official statistic, and not a government service."
    yield "Contains public sector information licensed under the Open Government Licence v3.0."
    yield f"This workbook was written by care-demand {package_version()}, model {MODEL_VERSION}."


def _contents(sheets: Iterable[_BookSheet], left_out: Iterable[str]) -> _BookSheet:
    rows = [(sheet.name, sheet.title, f"{len(sheet.rows)}") for sheet in sheets]
    rows += [(f"{name} (not here)", f"Longer than {MOST_ROWS:,} rows: a file of the run", "") for name in left_out]
    first = [("Cover", "What this is", ""), ("Notes", "What must be said with every figure", "")]
    says = "One table a sheet; a row each."
    return _BookSheet("Contents", "Contents", says, ("Sheet", "What it holds", "Rows"), tuple([*first, *rows]))


def _notes(folder: Path) -> Iterator[str]:
    """Yield what must be said with every figure, and how tables are read."""
    yield "Notes"
    names = [name for name in ("summary.txt", "sufficiency.txt") if (folder / name).is_file()]
    lines = (line for name in names for line in (folder / name).read_text(encoding="utf-8").splitlines())
    yield from dict.fromkeys(line for line in lines if is_said(line))
    yield "central is the run with every number at its middle; 80% of draws lie between p10 and p90."
    yield "Columns p05 to p95 are empty where a run has no draws. Money is in whole pounds."
    yield "A stock (period: instant) is of the day in its row; a flow is of the month or financial year that ends then."


def _measures(data: Iterable[_BookSheet]) -> _BookSheet:
    """Return what measures of the tables are."""
    used = {
        row[sheet.columns.index("measure")] for sheet in data if "measure" in sheet.columns for row in sheet.rows
    }  # fmt: skip
    rows = tuple((kind.name, kind.title, kind.unit) for kind in measures().values() if kind.name in used)
    columns = ("Name", "What it is", "Unit")
    return _BookSheet("Measures", "What measures are", "A measure of the tables each.", columns, rows)


def _sources(data: Iterable[_BookSheet], manifest: Mapping[str, Any]) -> _BookSheet:
    """Return the sources that tables and scenario files name by their keys."""
    cells = (row[sheet.columns.index("source")] for sheet in data if "source" in sheet.columns for row in sheet.rows)
    texts = (file["text"] for scenario in manifest["scenarios"] for file in scenario["files"])
    named = {key for text in chain(set(cells), texts) for key in re.findall(r"\w+", text)}
    known = [one for key, one in sorted(packaged_tables.sources().items()) if key in named]
    rows = tuple((one.key, one.title, one.publisher, str(one.year), one.url) for one in known)
    columns = ("Key", "Title", "Publisher", "Year", "Address")
    return _BookSheet("Sources", "Sources", "A source that tables or scenario files name each.", columns, rows)


def _page(book: Workbook, name: str, paragraphs: Iterable[str]) -> None:
    """Write a sheet of text."""
    sheet = book.add_worksheet(name)
    _printing(sheet)
    sheet.set_column(0, 0, _PAGE)
    heading = book.add_format({"bold": True, "font_size": 15, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for row, text in enumerate(paragraphs):
        line = one_line(text)
        sheet.set_row(row, (_LINE if row else 1.4 * _LINE) * _lines(line, _PAGE))
        sheet.write_string(row, 0, line, wrap if row else heading)


def _printing(sheet: Any) -> None:
    sheet.hide_gridlines(2)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _table(book: Workbook, of: _BookSheet) -> None:
    """Write a sheet with one table."""
    sheet = book.add_worksheet(of.name)
    _printing(sheet)
    sheet.write_string(0, 0, one_line(of.title), book.add_format({"bold": True, "font_size": 13}))
    sheet.write_string(1, 0, one_line(of.says))
    long = len(of.rows) > MOST_PRINTED
    printed = f" Its first {PRINTED_OF_LONG} of {len(of.rows):,} rows are set to print." if long else ""
    sheet.write_string(2, 0, f"This sheet holds one table.{printed}")
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    plain = book.add_format({"valign": "top"})
    formats = {text: book.add_format({"num_format": text, "valign": "top"}) for text in {*_FORMATS.values(), _PLAIN}}
    unit = of.columns.index("unit") if "unit" in of.columns else None
    widths = [len(name) + 4 for name in of.columns]
    for at, row in enumerate(of.rows, start=_HEAD_ROW + 1):
        shown = _FORMATS.get(row[unit], _PLAIN) if unit is not None else _PLAIN
        high = 1
        for column, text in enumerate(row):
            number = _number(text) if of.columns[column] in _FIGURES else None
            if number is not None:
                sheet.write_number(at, column, number, formats[shown])
                widths[column] = max(widths[column], len(f"{number:,.0f}") + 5)
            elif text:
                line = one_line(text)
                high = max(high, _lines(line, _WIDEST))
                sheet.write_string(at, column, line, wrap if len(line) > _WIDEST else plain)
                widths[column] = max(widths[column], len(line) + 2)
        if high > 1:
            sheet.set_row(at, _LINE * high)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, _WIDEST + 2))
    last = max(len(of.rows), 1)
    sheet.add_table(
        _HEAD_ROW, 0, _HEAD_ROW + last, len(of.columns) - 1,
        {"columns": [{"header": name, "header_format": head} for name in of.columns], "style": None,
         "name": f"table_{re.sub('[^a-z0-9]', '_', of.name.lower())}"},
    )  # fmt: skip
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    if long:
        sheet.print_area(0, 0, _HEAD_ROW + PRINTED_OF_LONG, len(of.columns) - 1)
    sheet.repeat_rows(_HEAD_ROW)


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column, as programs differ in whether they make room for them."""
    return -(-len(text) // round(0.85 * width))


def _number(text: str) -> float | None:
    """Return a figure, or None where there is none or it is hidden."""
    try:
        return float(text)
    except ValueError:
        return None
