"""The returns in a folder or an archive: which of its files are which, the columns that are used, and their years.

Files are recognised by their columns, then by name. No message holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path, PurePosixPath

import polars as pl

from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.limits import MOST_YEARS, Budget, TooMuch
from simulator.returns.open_files import table_files
from simulator.returns.read_rows import TableRows, read_rows

REQUIRED = {
    "episodes": ("CHILD", "DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
    "header": ("CHILD", "DOB"),
    "uasc": ("CHILD",),
}
"""Columns without which a file can't be used."""

USED = {
    "episodes": {*REQUIRED["episodes"], "YEAR"},
    "header": {"CHILD", "DOB"},
    "uasc": {"CHILD", "DOB"},
    "other": {"CHILD", "DOB"},
}
"""Columns that are read where a file has them."""

TELLING = {
    "episodes": {"DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC"},
    "header": {"UPN", "MOTHER", "MC_DOB", "ETHNIC", "ETHNICITY"},
    "uasc": {"DUC"},
}
"""Columns that tell what a file is: any of them, or four in the case of episodes, which share names with others."""

EPISODE_COLUMNS = 4
OTHER = "other"
NOTHING = ("", "NULL", "NAN", "NONE", "N/A", "#N/A")
"""What programs write for an empty cell."""

YEAR_SHARE = 0.1
"""A file covers a financial year that holds at least this share of the end dates that its fullest year holds, and two.

A return holds end dates of one year; an extract of several years holds many of each; mistyped years are few.
"""

EXCEL_EPOCH = date(1899, 12, 30)
FIRST_DATE, LAST_DATE = date(1980, 1, 1), date(2100, 1, 1)
"""Dates outside are impossible: nobody who was a child in a return was born before."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[A-Z]{3,9})[-/. ](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_SERIAL = re.compile(r"(\d{5})(\.0+)?")
_SCIENTIFIC = r"^\d(\.\d+)?E\+\d+$"


@dataclass(frozen=True)
class File:
    """One file that was read.

    Attributes
    ----------
    number : int
        From 1, in the order of names.
    name : str
        Below the folder or inside the archive. For messages only: written nowhere.
    kind : str
        ``episodes``, ``header``, ``uasc``; ``other`` for tables of which dates of birth are used at most.
    rows : int
        Blank ones included, the heading not.
    sha256 : str
    """

    number: int
    name: str
    kind: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """Episodes of one return: a file, or those rows of a file that name the same year.

    Attributes
    ----------
    file : int
    first_year, last_year : int
        It covers the financial years that end on 31 March of these, and all between.
    """

    file: int
    first_year: int
    last_year: int

    @property
    def closes(self) -> date:
        """Last day that it covers."""
        return date(self.last_year, 3, 31)


@dataclass(frozen=True)
class Returns:
    """Returns as read: every row of every file that is used.

    Attributes
    ----------
    files : tuple of File
    parts : tuple of Part
        In order of time; later ones correct earlier ones.
    episodes : DataFrame
        file, row, part (position in `parts`), child, decom, dec, bad_dec (something is there that is no date), rne, ls,
        place, provider, rec, blank (nothing in any of these).
    births : DataFrame
        file, row, kind, child, dob, bad_dob, blank: from headers and from every other table with both columns.
    uasc : DataFrame
        file, row, child, blank.
    """

    files: tuple[File, ...]
    parts: tuple[Part, ...]
    episodes: pl.DataFrame
    births: pl.DataFrame
    uasc: pl.DataFrame


def read(source: Path, budget: Budget | None = None) -> Returns:
    """Read the returns in a folder or a zip archive.

    Parameters
    ----------
    source : Path
    budget : Budget, optional
        What may be taken in; by default that of :mod:`simulator.returns.limits`.

    Raises
    ------
    ReturnsError
        With all problems of all files, if no projection can be made from what there is.
    """
    problems: list[ReturnsProblem] = []
    found: list[tuple[File, pl.DataFrame]] = []
    budget = budget or Budget()
    with table_files(source) as files:
        for number, one in enumerate(files, start=1):
            try:
                rows = read_rows(one, partial(_used, one.name), budget)
            except TooMuch as much:
                problems.append(ReturnsProblem(str(much), one.name, (much.row,) if much.row else ()))
                raise ReturnsError(problems) from None  # what follows could be as big
            kind = _kind(one.name, rows.columns)
            broken = rows.broken if kind != OTHER else ()
            found.append((File(number, one.name, kind, rows.rows, rows.sha256), rows.kept))
            if kind != OTHER:
                problems += [replace(fault, file=one.name) for fault in broken or _shortcomings(kind, rows)]
            problems += [replace(fault, file=one.name) for fault in _repeated(kind, rows.columns)]
    kinds = {file.kind for file, _ in found}
    if "episodes" not in kinds:
        problems.append(ReturnsProblem("no Episodes file: none has the columns " + ", ".join(REQUIRED["episodes"])))
    with_births = [(f, t) for f, t in found if {"CHILD", "DOB"} <= set(t.columns) and f.kind != "episodes"]
    if not with_births:
        problems.append(ReturnsProblem("no Header file, so no ages: none has the columns CHILD and DOB"))
    if problems:
        raise ReturnsError(problems)
    episodes, parts = _episodes([(f, t) for f, t in found if f.kind == "episodes"])
    births = [_births(f, t) for f, t in with_births]
    uasc = [_rows(f, t, {"child": "CHILD"}) for f, t in found if f.kind == "uasc"]
    none = pl.DataFrame(schema={"file": pl.Int32, "row": pl.Int32, "child": pl.String, "blank": pl.Boolean})
    return Returns(tuple(f for f, _ in found), parts, episodes, pl.concat(births), pl.concat(uasc) if uasc else none)


# --------------------------------------------------------------------------------------------------
# Files


def _used(name: str, columns: Sequence[str]) -> set[str]:
    """Return the columns that are used of a file."""
    return USED[_kind(name, columns)]


def _shortcomings(kind: str, rows: TableRows) -> list[ReturnsProblem]:
    """Tell what a file lacks to be used."""
    if missing := [column for column in REQUIRED[kind] if column not in rows.columns]:
        return [ReturnsProblem(f"looks like {kind}, but has no column {', '.join(missing)}")]
    if kind == "episodes" and not rows.rows:
        return [ReturnsProblem("an empty return: it holds no episodes")]
    return []


def _repeated(kind: str, columns: Sequence[str]) -> list[ReturnsProblem]:
    """Tell of columns that are used and stand in a file more than once: nobody can say which is meant."""
    used = USED[kind] if kind != OTHER or USED[kind] <= set(columns) else set()
    repeated = [name for name in dict.fromkeys(columns) if name in used and columns.count(name) > 1]
    return [ReturnsProblem(f"more than one column {', '.join(repeated)}")] if repeated else []


def _kind(name: str, columns: Sequence[str]) -> str:
    for kind, telling in TELLING.items():
        if len(telling.intersection(columns)) >= (EPISODE_COLUMNS if kind == "episodes" else 1):
            return kind
    stem = PurePosixPath(name).stem.lower()
    return next((kind for kind in TELLING if kind in stem or kind.rstrip("s") in stem), OTHER)


# --------------------------------------------------------------------------------------------------
# Rows


def text_of(column: str) -> pl.Expr:
    """Return a column's text without the spaces, quotes and signs that programs add; null for nothing."""
    text = pl.col(column).str.strip_chars(" \t\r\u00a0'\"=").str.to_uppercase()
    return pl.when(text.is_in(NOTHING)).then(None).otherwise(text)


def child_of(column: str) -> pl.Expr:
    """Return identifiers as any program would write them: no ``.0`` and no leading zeros; null if destroyed.

    Excel strips leading zeros from numbers, and turns long ones into powers of ten (``1.23E+09``), which no longer tell
    children apart.
    """
    text = text_of(column).str.replace(r"^(\d+)\.0+$", "$1")
    text = pl.when(text.str.contains(r"^0+\d+$")).then(text.str.strip_chars_start("0")).otherwise(text)
    return pl.when(text.str.contains(_SCIENTIFIC)).then(None).otherwise(text)


def parse_date(text: str) -> date | None:
    """Read a date as councils' systems and Excel write it, day before month; None if it is none.

    >>> parse_date("09/04/2017") == parse_date("2017-04-09") == parse_date("9-Apr-17") == parse_date("42834")
    True
    """
    text = _TIME.sub("", text.upper())
    if serial := _SERIAL.fullmatch(text):
        return _possible(EXCEL_EPOCH + timedelta(days=int(serial[1])))
    if iso := _ISO.fullmatch(text):
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif found := _DAY_FIRST.fullmatch(text):
        day = int(found[1])
        name = found[2][:3]
        month = int(name) if name.isdigit() else _MONTHS.index(name) + 1 if name in _MONTHS else 0
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        year -= 100 if len(found[3]) == 2 and year > 2069 else 0
    else:
        return None
    try:
        return _possible(date(year, month, day))
    except ValueError:
        return None


def _possible(when: date) -> date | None:
    return when if FIRST_DATE <= when < LAST_DATE else None


def _dates(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Replace a column of text by dates, and add ``bad_`` for text that is no date. Each text is read once."""
    texts = table[column].unique().drop_nulls()
    dates = pl.Series([parse_date(t) for t in texts], dtype=pl.Date)
    known = pl.DataFrame({column: texts, "date": dates})
    joined = table.join(known, on=column, how="left", maintain_order="left")
    bad = pl.col(column).is_not_null() & pl.col("date").is_null()
    return joined.with_columns(bad.alias(f"bad_{column}"), pl.col("date").alias(column)).drop("date")


def _rows(file: File, table: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    """Return the columns that are used, by their new names, with file and row (the heading is row 1)."""
    texts = [(child_of(c) if c == "CHILD" else text_of(c)).alias(new) for new, c in columns.items()]
    number = pl.lit(file.number, pl.Int32).alias("file")
    row = pl.int_range(2, pl.len() + 2, dtype=pl.Int32).alias("row")
    rows = table.select(row, number, *texts).select("file", "row", *columns)
    nothing = pl.all_horizontal(text_of(c).is_null() for c in columns.values())
    return rows.with_columns(table.select(nothing.alias("blank")))


def _births(file: File, table: pl.DataFrame) -> pl.DataFrame:
    rows = _dates(_rows(file, table, {"child": "CHILD", "dob": "DOB"}), "dob")
    return rows.select("file", "row", pl.lit(file.kind).alias("kind"), "child", "dob", "bad_dob", "blank")


def _episodes(tables: Sequence[tuple[File, pl.DataFrame]]) -> tuple[pl.DataFrame, tuple[Part, ...]]:
    """Stack episodes, and find out which financial years each return covers."""
    names = {"child": "CHILD", "decom": "DECOM", "dec": "DEC", "rne": "RNE", "ls": "LS", "place": "PLACE",
             "provider": "PLACE_PROVIDER", "rec": "REC"}  # fmt: skip
    pieces: list[tuple[Part, pl.DataFrame]] = []
    problems = []
    for file, table in tables:
        has_year = "YEAR" in table.columns
        rows = _rows(file, table, names | ({"stack": "YEAR"} if has_year else {}))
        rows = _dates(_dates(rows, "decom"), "dec")
        of_file = covered_years(rows)
        if of_file is None:
            problems.append(ReturnsProblem("no date in DECOM or DEC can be read", file.name))
            continue
        if has_year and rows["stack"].n_unique() > MOST_YEARS:
            problems.append(ReturnsProblem(f"more than {MOST_YEARS} different values in YEAR", file.name))
            continue
        for stack in rows.partition_by("stack", include_key=False) if has_year else [rows]:
            pieces.append((Part(file.number, *(covered_years(stack) or of_file)), stack))
    if problems:
        raise ReturnsError(problems)
    pieces.sort(key=lambda piece: (piece[0].last_year, piece[0].first_year, piece[0].file))
    parts = tuple(part for part, _ in pieces)
    stacked = [rows.with_columns(pl.lit(i, pl.Int32).alias("part")) for i, (_, rows) in enumerate(pieces)]
    return pl.concat(stacked), parts


def year_ending(column: str) -> pl.Expr:
    """Return the year on whose 31 March the financial year of a date ends."""
    when = pl.col(column).dt
    return when.year() + (when.month() >= 4).cast(pl.Int32)


def covered_years(rows: pl.DataFrame) -> tuple[int, int] | None:
    """Return the first and last financial year that episodes of one return cover, by the year they end in.

    Episodes that ended in the year carry an end date, so the years of end dates tell (see `YEAR_SHARE`): the fullest
    (of equals, that with most starts, or the latest), and others that are full enough. If none ended, the year of the
    latest start does. None if there is no date.
    """
    years = {
        name: rows.select(year_ending(name).alias("year")).drop_nulls().group_by("year").agg(pl.len().alias(name))
        for name in ("decom", "dec")
    }
    ended = years["dec"].join(years["decom"], on="year", how="left").with_columns(pl.col("decom").fill_null(0))
    if not ended.height:
        latest = rows.select(year_ending("decom").max()).item()
        return None if latest is None else (latest, latest)
    fullest, most, _ = ended.sort("dec", "decom", "year", descending=True).select("year", "dec", "decom").row(0)
    enough = (pl.col("year") == fullest) | (pl.col("dec") >= max(YEAR_SHARE * most, 2))
    first, last = ended.filter(enough).select(first=pl.col("year").min(), last=pl.col("year").max()).row(0)
    return int(first), int(last)
