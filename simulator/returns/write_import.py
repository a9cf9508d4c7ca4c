"""The output folder of an import: tables of counts and rates, the quality report, a summary and a manifest.

Numbers only: years are written as numbers, never as dates, so that a date in a file can't be a date of birth.
"""

from __future__ import annotations

import csv
import json
import platform
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.baseline.england import load_baseline
from simulator.data.council import FITTED
from simulator.data.provenance import data_hashes, package_version
from simulator.disclosure.register import Earlier
from simulator.disclosure.suppression import BASE_LOCAL
from simulator.outputs.folder import MADE_BY, MANIFEST, FolderError, held, whole_folder
from simulator.returns import placed, publish_counts, rate_table
from simulator.returns.calibrate_council import FittedCouncil, fit_council
from simulator.returns.check_past import CheckRow, PastCheck, check
from simulator.returns.clean import Stays, clean
from simulator.returns.codes import AGE_18, PLACES
from simulator.returns.councils import folder_name
from simulator.returns.draw_past import draw_past
from simulator.returns.exposure import EVENTS, TIMES, Years, by_year
from simulator.returns.fitted_tables import (
    FIRST_PLACES,
    LEAVING,
    LEVELS,
    MOVING,
    YEARLY,
    first_place_rows,
    leaving_rows,
    level_rows,
    moving_rows,
    yearly_rows,
)
from simulator.returns.gates import warnings
from simulator.returns.import_errors import ReturnsError, ReturnsProblem, sentence
from simulator.returns.limits import MEMORY_MB, Budget
from simulator.returns.national import national
from simulator.returns.quality import Report, counted, report_text
from simulator.returns.rate_changes import Drift, drifts
from simulator.returns.read_files import Reading, Returns, read_councils
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE

RECENT_YEARS = 3
"""Years that are compared with those before them, if the returns cover more."""

DIGITS = 4
"""Significant digits of rates and child-years. No more, so that none can pass for an identifier."""
_FIGURES, _WHOLE = f"%.{DIGITS}g", 10**DIGITS - 0.5
"""How they are written, and from where on as whole numbers."""

Cell = str | int | float

README = """\
SSDA903 returns, imported by care-demand
========================================

These tables are for the council's own use. They hold counts, never a child's identifier, date of birth,
UPN or postcode; but cells are small, and a small count can tell who a child is. DO NOT PUBLISH COUNTS UNDER 6,
nor figures from which they could be worked out: a total beside all its parts but one, a rate beside its exposure.

summary.txt           Children in care, starts, exits and moves by year, and warnings
quality.txt           What each rule found in the data and did about it, and what became of every row and child
quality.csv           The findings as a table
quality-rows.csv      Their rows, as a spreadsheet counts (the heading is row 1); files are numbered by order of names,
                      and a file in a folder named for a year of the returns has that year
account.csv           Rows and children read, by what became of them
check.csv             The model run from an earlier base with the starts that happened, beside the returns; and the
                      first year of a projection beside a year on average
check.svg, check.png  Its children in care, drawn
stock.csv             Children in care on 31 March of each year
stock-by-age.csv      The same by single age, as a run starts from them
starts.csv            Periods of care that began, by financial year
exits.csv             Periods of care that ended, by financial year and reason; at 18, under age 17
where-placed.csv      Children in care on 31 March by where they live: placement, who provides it, inside the authority
                      or outside, and over 20 miles from home or not (PLACE_PROVIDER, PL_LOCATION, PL_DISTANCE)
moves.csv             Moves between homes, by financial year; those within a kind of placement count too
exposure.csv          Child-years at risk in the years that rates rest on, by age, time in care and placement
events.csv            What happened in them: leaving before 18 by reason, and moves between kinds of placement
levels.csv            Events; those expected at England's rates (of moves: the gross ones that the fit begins from);
                      and how many times as many there were (ratio), and are fitted (pooled)
leaving.csv           What was fitted to how children leave: level, strength of England's pattern, deviations
moving.csv            What was fitted to moves between placements
yearly-levels.csv     Starts and leaving at the base, how far they move in a year, and starts that would hold the
                      children
rates.csv             Events over child-years: the council's own rate, England's, and as fitted and pooled, with the
                      middle 80 per cent (p10 to p90) and the weight of the cell's own evidence
first-placements.csv  Starts by age band and first placement: shares of the council, England's, and pooled
drift.csv             Whether rates in the window differ from those of the years before, by more than chance
manifest.json         Hashes of the files read, and what they were read with

A year is the financial year that ends on 31 March of it. Age is in completed years. Cells with nothing in them
are left out. The rules and the method are in docs/returns.md of care-demand.
"""

COUNCILS = """\
SSDA903 returns of several councils, imported by care-demand
===========================================================

Each council has a folder of its own, which says what is in it and what may not be published:

{councils}
"""


def import_ssda903(
    source: Path,
    folder: Path,
    window: int | None,
    *,
    publish: bool = False,
    memory_mb: int = MEMORY_MB,
    how: Reading | None = None,
    earlier: Sequence[Earlier] = (),
) -> str:
    """Read returns, and write the output folder, whole or not at all.

    Parameters
    ----------
    source : Path
        Folder, zip archive or single file.
    folder : Path
        See :func:`simulator.outputs.folder.whole_folder`.
    window : int or None
        Years that rates rest on, the last ones; all if left out, older ones with less weight.
    publish : bool
        Whether to write only what may be published, with small counts hidden.
    memory_mb : int
        Memory that it may need; returns that need more are refused.
    how : Reading, optional
        How the files are to be read.
    earlier : sequence of Earlier
        What was published of the same children, where this is to be published too.

    Returns
    -------
    str
        The summary, and warnings with the files that they are about.

    Raises
    ------
    ReturnsError
        If the returns can't be used.
    FolderError, WriteError
        If the folder can't.
    """
    real = folder.resolve()
    if real in (source.resolve(), *source.resolve().parents):
        raise FolderError(f"{folder} holds the returns; name another folder (nothing was changed)")
    with held(folder):
        councils = read_councils(source, Budget(memory_mb), how)
        command = _command(window, publish, how or Reading())
        prepared = {name: _prepared(name, returns, window, command) for name, returns in councils.items()}
        write = partial(_publish, earlier=earlier) if publish else _write
        with whole_folder(folder, private=not publish) as part:
            if len(prepared) == 1 and "" in prepared:
                return write(part, prepared[""])
            said = []
            for name, one in prepared.items():
                (part / folder_name(name)).mkdir()
                said.append(f"{name}\n\n{write(part / folder_name(name), one)}")
            _write_text(part / "README.txt", COUNCILS.format(councils="\n".join(prepared)))
            _write_manifest(part, {"made_by": MADE_BY, "command": command, "councils": list(prepared)})
            return "\n".join(said)


@dataclass(frozen=True)
class _Prepared:
    """A council's returns, cleaned and counted.

    Attributes
    ----------
    length : int
        Years that rates rest on.
    fitted : FittedCouncil or None
        Not where only what may be published is written.
    command : str
        What made it, without names and paths.
    """

    returns: Returns
    stays: Stays
    report: Report
    years: Years
    warnings: tuple[ReturnsProblem, ...]
    length: int
    command: str


def _prepared(name: str, returns: Returns, window: int | None, command: str) -> _Prepared:
    """Clean and count the returns of a council, before anything is written.

    Raises
    ------
    ReturnsError
        With the council's name, if there are several.
    """
    try:
        stays, report = clean(returns)
        years = by_year(stays)
        covered = len(years.years)
        if window is not None and window > covered:
            raise ReturnsError([ReturnsProblem(f"--window {window}: the returns cover {covered} years in a row")])
        doubts = tuple(warnings(returns, stays, report, years))
    except ReturnsError as error:
        told = [replace(one, text=f"{name}: {one.text}" if name else one.text) for one in error.problems]
        raise ReturnsError(told) from None
    return _Prepared(returns, stays, report, years, doubts, window or covered, command)


def _write(part: Path, one: _Prepared) -> str:
    """Write the output of a council, and return its summary."""
    england = load_baseline(LATEST_BASE)
    prior = national(england)
    fitted = fit_council(one.stays, england, prior, one.length)
    past = check(fitted)
    covered = len(one.years.years)
    changes = drifts(one.years, one.length if one.length < covered else min(RECENT_YEARS, covered))
    summary = summary_text(one.years, one.report, changes, past, one.length)
    found = [ReturnsProblem(text) for text in past.warnings]
    texts = [warning.text for warning in (*one.warnings, *found)]
    _write_text(part / "README.txt", README)
    _write_text(part / "summary.txt", summary + _warnings(texts))
    _write_quality(part, one.report, folder_years(one.returns), [*past.said], texts)
    _write_years(part, one.years)
    _write_table(part / "where-placed.csv", placed.COLUMNS, placed.rows(one.stays))
    _write_fitted(part, fitted, rate_table.pooled_rates(fitted, prior), past)
    _write_table(part / "drift.csv", Drift._fields, changes)
    draw_past(fitted, past, part)
    _write_manifest(part, _manifest(one))
    return summary + _warnings((*one.warnings, *found))


def _publish(part: Path, one: _Prepared, earlier: Sequence[Earlier]) -> str:
    """Write what may be published of a council, and return its summary; warnings go to the screen alone."""
    shown = publish_counts.counted(one.years, earlier)
    summary = published_summary(one.years, shown)
    _write_text(part / "README.txt", publish_counts.README)
    _write_text(part / "summary.txt", summary)
    _write_table(part / "counts.csv", publish_counts.COLUMNS, shown.rows())
    _write_manifest(part, _published_manifest(one))
    return summary + _warnings(one.warnings)


def _warnings(texts: Iterable[object]) -> str:
    """Write warnings, one a line."""
    return "".join(f"Warning: {sentence(text)}\n" for text in texts)


# --------------------------------------------------------------------------------------------------
# Tables


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_shown(cell) if isinstance(cell, float) else cell for cell in row] for row in rows)


def _shown(number: float) -> str:
    return _FIGURES % number if abs(number) < _WHOLE else f"{number:.0f}"


def _cells(values: NDArray[Any], *labels: Sequence[Cell]) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of an array that are not zero, with their labels."""
    where = np.nonzero(values)
    named = [[names[i] for i in at.tolist()] for names, at in zip(labels, where, strict=True)]
    yield from zip(*named, values[where].tolist(), strict=True)


def _write_quality(
    part: Path, report: Report, years: dict[int, int], past: Sequence[str], warnings: Sequence[str]
) -> None:
    _write_text(part / "quality.txt", report_text(report, warnings, past))
    columns = ("rule", "file_kind", "rows", "children", "action", "done", "why")
    rows = [(f.rule.name, f.rule.kind, f.rows, f.children, f.rule.action, f.rule.done, f.rule.why) for f in report.dirt]
    _write_table(part / "quality.csv", columns, rows)
    touched = ([rule, kind, years.get(file, ""), file, row] for rule, kind, file, row in report.touched.rows())
    _write_table(part / "quality-rows.csv", ("rule", "file_kind", "year", "file", "row"), touched)
    _write_table(
        part / "account.csv", ("of", "outcome", "number"), ((o.kind, o.outcome, o.number) for o in report.account)
    )


def folder_years(returns: Returns) -> dict[int, int]:
    """Return the year of each file, by number, whose folder is named for a year that the returns cover.

    A name is otherwise written nowhere, as it can hold what names a child.
    """
    covered = {str(year): year for part in returns.parts for year in range(part.first_year, part.last_year + 1)}
    folders = {file.number: PurePosixPath(file.name).parent.name for file in returns.files}
    return {number: covered[folder] for number, folder in folders.items() if folder in covered}


def _write_years(part: Path, years: Years) -> None:
    stocks = (years.years[0] - 1, *years.years)
    bands, places = tuple(AGE_BANDS), PLACES
    _write_table(
        part / "stock.csv",
        ("year", "stream", "age_band", "time_in_care", "placement", "children"),
        _cells(years.stock, stocks, STREAMS, bands, TIMES, places),
    )
    _write_table(
        part / "starts.csv",
        ("year", "stream", "age", "placement", "starts"),
        _cells(years.starts, years.years, STREAMS, AGES, places),
    )
    _write_table(
        part / "exits.csv",
        ("year", "stream", "age", "placement", "reason", "exits"),
        _cells(years.exits, years.years, STREAMS, AGES, places, REASONS),
    )
    _write_table(
        part / "moves.csv",
        ("year", "stream", "from", "to", "moves"),
        _cells(years.moves, years.years, STREAMS, places, places),
    )


def _write_fitted(part: Path, fitted: FittedCouncil, table: rate_table.RateTable, past: PastCheck) -> None:
    labels = (STREAMS, AGES, TIMES, PLACES)
    at_risk = np.sum([one.child_years for one in fitted.seen], axis=0)
    columns = ("stream", "age", "time_in_care", "placement", "child_years")
    _write_table(part / "exposure.csv", columns, _cells(at_risk, *labels))
    _write_table(
        part / "events.csv",
        ("stream", "age", "time_in_care", "placement", "event", "events"),
        _cells(np.sum([one.events for one in fitted.seen], axis=0), *labels, EVENTS),
    )
    _write_table(
        part / "stock-by-age.csv",
        ("year", "stream", "age", "time_in_care", "placement", "children"),
        _cells(fitted.stocks, (fitted.years.years[0] - 1, *fitted.years.years), *labels),
    )
    _write_table(part / "levels.csv", LEVELS, level_rows(table))
    _write_table(part / "rates.csv", rate_table.COLUMNS, rate_table.rows(table))
    _write_table(part / "leaving.csv", LEAVING, leaving_rows(fitted.council))
    _write_table(part / "moving.csv", MOVING, moving_rows(fitted.council))
    _write_table(part / "yearly-levels.csv", YEARLY, yearly_rows(fitted.council))
    _write_table(part / "first-placements.csv", FIRST_PLACES, first_place_rows(fitted))
    _write_table(part / "check.csv", CheckRow._fields, past.rows)


# --------------------------------------------------------------------------------------------------
# Summary and manifest


def summary_text(years: Years, report: Report, changes: Sequence[Drift], past: PastCheck, window: int) -> str:
    """Return the summary: what was read, children in care and flows by year, findings and warnings."""
    used, of = (report.number("episodes", "used"), sum(o.number for o in report.account if o.kind == "episodes"))
    children = report.number("children", "used"), sum(o.number for o in report.account if o.kind == "children")
    stock = years.stock.sum(axis=(1, 2, 3, 4))
    by_reason = years.exits.sum(axis=(1, 2, 3))
    columns = {
        "Year to 31 March": [str(years.years[0] - 1), *map(str, years.years)],
        "In care then": [f"{n:,}" for n in stock],
        "of them UASC": [f"{n:,}" for n in years.stock[:, 1].sum(axis=(1, 2, 3))],
        "Starts": ["", *(f"{n:,}" for n in years.starts.sum(axis=(1, 2, 3)))],
        "Exits before 18": ["", *(f"{n:,}" for n in by_reason.sum(axis=1) - by_reason[:, AGE_18])],
        "Exits at 18": ["", *(f"{n:,}" for n in by_reason[:, AGE_18])],
        "Moves": ["", *(f"{n:,}" for n in years.moves.sum(axis=(1, 2, 3)))],
    }
    lines = [
        _heading(years),
        f"Used: {used:,} of {of:,} episode rows, {children[0]:,} of {children[1]:,} children (see quality.txt)",
        "",
        *_table_lines(columns),
        "",
        f"Rates: the last {window} of {counted(len(years.years), 'year')}, pooled towards England's of {LATEST_BASE}.",
        *past.said,
        *map(_warning, (change for change in changes if change.drifted == "yes")),
    ]
    if not changes:
        lines.append("With one year there is nothing to compare, so drift can't be seen.")
    found = len(report.dirt)
    quality = (
        f"{found} rule{'s' * (found != 1)} found something; see quality.txt" if found else "no rule found anything"
    )
    lines += [f"Data quality: {quality}.", "For the council's own use: do not publish counts under 6."]
    return "\n".join(lines) + "\n"


def published_summary(years: Years, shown: publish_counts.Counted) -> str:
    """Return the summary of what may be publish_counts."""
    lines = [
        _heading(years),
        "",
        *_table_lines(publish_counts.summary_columns(years, shown)),
        "",
        "For publication: counts of 1 to 5, and those that would give them away, are hidden (c); others are to the "
        f"nearest {BASE_LOCAL}.",
    ]
    return "\n".join(lines) + "\n"


def _heading(years: Years) -> str:
    first, last = years.years[0], years.years[-1]
    span = f"returns for the years to 31 March {first} to" if first != last else "return for the year to 31 March"
    return f"SSDA903 {span} {last}"


def _warning(change: Drift) -> str:
    name = change.measure.replace("_", " ")
    rates = f"{change.earlier_rate:.3g} in {change.earlier_years} and {change.later_rate:.3g} in {change.later_years}"
    per = "a year" if name == "starts" else "a child-year"
    return f"Warning: {name} were {rates} ({per}), more than chance; another --window gives another answer."


def _table_lines(columns: dict[str, list[str]]) -> Iterator[str]:
    for cells in zip(*([name, *values] for name, values in columns.items()), strict=True):
        yield "  ".join(cell.rjust(len(name)) for name, cell in zip(columns, cells, strict=True)).rstrip()


def _write_manifest(part: Path, content: dict[str, object]) -> None:
    written = sorted([*(path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file()), MANIFEST])
    _write_text(part / MANIFEST, json.dumps({**content, "files": written}, indent=2) + "\n")


def _versions() -> dict[str, str]:
    return {
        MADE_BY: package_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "polars": pl.__version__,
    }


def _published_manifest(one: _Prepared) -> dict[str, object]:
    """Return what the output was made from, without numbers and hashes of the files read."""
    return {
        "made_by": MADE_BY,
        "command": one.command,
        "versions": _versions(),
        "years": list(one.years.years),
        "read": sorted({f.kind for f in one.returns.files}),
    }


def _manifest(one: _Prepared) -> dict[str, object]:
    """Return what the output was made from: hashes of files, not their names, which could tell who is in them.

    Hashes stand in groups of four, so that no run of digits in them can pass for an identifier.
    """
    parts: dict[int, list[int]] = {}
    for p in one.returns.parts:
        parts.setdefault(p.file, []).extend(p.years)
    return {
        "made_by": MADE_BY,
        "command": one.command,
        "versions": _versions(),
        "years": list(one.years.years),
        "window_years": one.length,
        "fitted": FITTED,
        "rates_for_england": LATEST_BASE,
        "read": [
            {
                "file": f.number,
                "kind": f.kind,
                "rows": f.rows,
                "years": sorted(set(parts.get(f.number, []))),
                "sha256": _grouped(f.sha256),
            }
            for f in one.returns.files
        ],
        "data": {name: _grouped(digest) for name, digest in data_hashes().items()},
    }


def _command(window: int | None, publish: bool, how: Reading) -> str:
    """Return the command without paths, and without names that the user gave."""
    words = [*(["--window", str(window)] if window else []), *(["--publish"] if publish else [])]
    return shlex.join((MADE_BY, "import", "ssda903", *words, *(["--month-first"] if how.month_first else [])))


def _grouped(digest: str) -> str:
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))
