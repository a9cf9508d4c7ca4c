"""The returns in a folder, an archive or a file: which of its tables are which, the columns that are used, their years.

Tables are recognised by their columns, then by name. No message holds a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import polars as pl

from simulator.returns import codes
from simulator.returns.column_names import (
    COUNCIL,
    OTHER,
    REQUIRED,
    USED,
    WANTED,
    ColumnNames,
    guessed,
    kind_of,
    surely,
)  # fmt: skip
from simulator.returns.councils import split
from simulator.returns.dates import READ, First, read_date, what_is_first
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.limits import MOST_YEARS, Budget, TooMuch
from simulator.returns.open_files import table_files
from simulator.returns.read_tables import read_tables
from simulator.returns.table_rows import TableRows
from simulator.returns.versions import check_versions
from simulator.returns.years_covered import BrokenYear, Part, broken_year, covered_years

NOTHING = ("", "NULL", "NAN", "NAT", "NONE", "N/A", "#N/A", "<NA>")
"""What programs write for an empty cell."""

_SCIENTIFIC = r"^\d(\.\d+)?E\+\d+$"
_THOUSANDS = r"^\d{1,3}(,\d{3})+(\.0+)?$"


@dataclass(frozen=True)
class Reading:
    """How returns are to be read.

    Attributes
    ----------
    names : ColumnNames
        What the council calls columns.
    month_first : bool
        Whether dates that can be read in either way have the month before the day.
    council : str
        Of returns of several, the one that is read; empty for all.
    """

    names: ColumnNames = field(default_factory=ColumnNames)
    month_first: bool = False
    council: str = ""


@dataclass(frozen=True)
class File:
    """One table that was read.

    Attributes
    ----------
    number : int
        From 1, in the order of names; sheets in the order of their workbook.
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
class Returns:
    """Returns of one council as read: every row of every table that is used.

    Attributes
    ----------
    files : tuple of File
    parts : tuple of Part
        In order of time; later ones correct earlier ones.
    broken : BrokenYear or None
        A last year that is not whole, and of which nothing is used.
    episodes : DataFrame
        file, row, part (position in `parts`), child, decom, dec, bad_dec (something is there that is no date), rne, ls,
        place, provider, rec, location, distance, blank (nothing in any of these).
    births : DataFrame
        file, row, kind, child, dob, bad_dob, year (as the table calls it), flagged (as an unaccompanied child), blank:
        from headers and from every other table with both columns.
    uasc : DataFrame
        file, row, child, blank.
    warnings : tuple of ReturnsProblem
        What is told of files that are used, or left.
    """

    files: tuple[File, ...]
    parts: tuple[Part, ...]
    broken: BrokenYear | None
    episodes: pl.DataFrame
    births: pl.DataFrame
    uasc: pl.DataFrame
    warnings: tuple[ReturnsProblem, ...] = ()

    @property
    def whole_until(self) -> int:
        """Last financial year that is covered whole."""
        last = max(part.last_year for part in self.parts)
        return last - 1 if self.broken else last

    @property
    def stacked(self) -> frozenset[int]:
        """Files of headers that hold several years without saying which, as those of episodes are."""
        several = len(self.parts) > len({part.file for part in self.parts}) or any(len(p.years) > 1 for p in self.parts)
        named = self.births.filter(pl.col("year").is_not_null())["file"].unique()
        return frozenset(self.births["file"].unique()) - frozenset(named) if several else frozenset()


def read(source: Path, budget: Budget | None = None, how: Reading | None = None) -> Returns:
    """Read the returns of one council.

    Raises
    ------
    ReturnsError
        As :func:`read_councils` does; or if there are several councils.
    """
    found = read_councils(source, budget, how)
    if len(found) > 1:
        raise ReturnsError([ReturnsProblem(f"returns of {len(found)} councils: {', '.join(found)}")])
    return next(iter(found.values()))


def read_councils(source: Path, budget: Budget | None = None, how: Reading | None = None) -> dict[str, Returns]:
    """Read the returns in a folder, a zip archive, or a single file.

    Parameters
    ----------
    source : Path
    budget : Budget, optional
        What may be taken in; by default that of :mod:`simulator.returns.limits`.
    how : Reading, optional

    Returns
    -------
    dict
        Returns by council; of one, whose name is empty, if no column tells councils apart or one was chosen.

    Raises
    ------
    ReturnsError
        With all problems of all files, if no projection can be made from what there is.
    """
    how = how or Reading()
    found, warnings = _used_tables(source, budget or Budget(), how)
    dates = _Dates(how.month_first)
    episodes = [_episodes(file, table.kept, dates) for file, table in found if file.kind == "episodes"]
    births = [_births(file, table.kept, dates) for file, table in found if _has_births(table) or _has_flags(table)]
    uasc = [_unaccompanied(file, table.kept) for file, table in found if file.kind == "uasc"]
    frames = pl.concat(episodes), pl.concat(births), pl.concat(uasc) if uasc else _no_uasc()
    if not frames[1]["dob"].count():
        dates.problems.append(ReturnsProblem(f"no date in DOB can be read; {READ} are"))
    if dates.problems:
        raise ReturnsError(dates.problems)
    files = tuple(file for file, _ in found)
    told = (*warnings, *dates.warnings, *_untold(found, frames[0]))
    councils = split(*frames, how.council)
    return {name: _of_council(files, *parts, (*told, *doubts)) for name, (parts, doubts) in councils.items()}


def _untold(found: Sequence[tuple[File, TableRows]], episodes: pl.DataFrame) -> Iterator[ReturnsProblem]:
    """Warn of what returns can do without, where no table tells it."""
    untold = {
        "PL_LOCATION": episodes["location"].is_null().all(),
        "PL_DISTANCE": episodes["distance"].is_null().all(),
        "UASC": not any(file.kind == "uasc" or _has_flags(table) for file, table in found),
    }
    for column, what in WANTED.items():
        if untold[column]:
            yield ReturnsProblem(
                f"no table tells {what}, so that is not told: column {column} is not there or empty; if it has another "
                "name, --columns FILE.yaml says which"
            )


# --------------------------------------------------------------------------------------------------
# Tables


def _used_tables(
    source: Path, budget: Budget, how: Reading
) -> tuple[list[tuple[File, TableRows]], list[ReturnsProblem]]:
    """Read every table; return those that are used, and warnings of those that are left."""
    problems: list[ReturnsProblem] = []
    warnings: list[ReturnsProblem] = []
    tables: list[TableRows] = []
    with table_files(source) as files:
        for one in files:
            try:
                tables += read_tables(one, how.names, budget)
            except TooMuch as much:
                raise ReturnsError(
                    [*problems, ReturnsProblem(str(much), one.name, (much.row,) if much.row else ())]
                ) from None  # what follows could be as big
            except ReturnsError as error:
                problems += error.problems
    complete = {
        (kind, _folder(table)) for table in tables for kind in [_kind(table)] if kind != OTHER and not _missing(table)
    }
    found: list[tuple[File, TableRows]] = []
    for number, table in enumerate(tables, start=1):
        kind = _kind(table)
        if table.left:
            warnings.append(ReturnsProblem(f"{table.left}; it is left", table.name))
        elif _only_looks_like(table, complete):
            warnings.append(ReturnsProblem(f"looks like {kind}, but lacks {_missing(table)}; it is left", table.name))
            kind = OTHER
        elif kind != OTHER:
            faults = table.broken or _shortcomings(kind, table)
            problems += [replace(fault, file=table.name) for fault in faults]
        problems += [replace(fault, file=table.name) for fault in _repeated(kind, table.columns)]
        found.append((File(number, table.name, kind, table.rows, table.sha256), table))
    kinds = {file.kind for file, _ in found}
    if "episodes" not in kinds:
        problems.append(ReturnsProblem("no Episodes file: none has the columns " + ", ".join(REQUIRED["episodes"])))
        problems += warnings  # one of them may be it
    if not any(_has_births(table) for _, table in found):
        problems.append(ReturnsProblem("no Header file, so no ages: none has the columns CHILD and DOB"))
    if problems:
        if guessed(table.columns for table in tables):
            problems.append(ReturnsProblem("columns of other names? --columns FILE.yaml writes down what they may be"))
        raise ReturnsError(problems)
    return found, warnings


def _kind(table: TableRows) -> str:
    return OTHER if table.left else kind_of(table.name, table.columns)


def _folder(table: TableRows) -> str:
    return str(PurePosixPath(table.name).parent)


def _missing(table: TableRows) -> str:
    """Return the columns that a table lacks to be used, with commas between."""
    return ", ".join(column for column in REQUIRED[_kind(table)] if column not in table.columns)


def _only_looks_like(table: TableRows, complete: set[tuple[str, str]]) -> bool:
    """Say whether a table is named or headed as a return is, and lacks columns, beside a whole one of its kind.

    Enough columns of episodes are never a coincidence: then it is a return with a fault.
    """
    kind = _kind(table)
    if kind == OTHER or not _missing(table) or (kind, _folder(table)) not in complete:
        return False
    return kind != "episodes" or not surely(kind, table.columns)


def _shortcomings(kind: str, table: TableRows) -> list[ReturnsProblem]:
    """Tell what a table lacks to be used."""
    if missing := _missing(table):
        return [ReturnsProblem(f"looks like {kind}, but has no column {missing}")]
    if kind == "episodes" and not table.rows:
        return [ReturnsProblem("an empty return: it holds no episodes")]
    return []


def _repeated(kind: str, columns: Sequence[str]) -> list[ReturnsProblem]:
    """Tell of columns that are used and stand in a table more than once: nobody can say which is meant."""
    used = USED[kind] if kind != OTHER or {"CHILD", "DOB"} <= set(columns) else set()
    repeated = [name for name in dict.fromkeys(columns) if name in used and columns.count(name) > 1]
    return [ReturnsProblem(f"more than one column {', '.join(repeated)}")] if repeated else []


def _has_births(table: TableRows) -> bool:
    return set(table.kept.columns) >= {"CHILD", "DOB"}


def _has_flags(table: TableRows) -> bool:
    return set(table.kept.columns) >= {"CHILD", "UASC"}


# --------------------------------------------------------------------------------------------------
# Rows


def text_of(column: str) -> pl.Expr:
    """Return a column's text without the spaces, quotes and signs that programs add; null for nothing."""
    text = pl.col(column).str.strip_chars(" \t\r\n\u00a0'\"=").str.to_uppercase()
    return pl.when(text.is_in(NOTHING)).then(None).otherwise(text)


def identifier_of(column: str) -> pl.Expr:
    """Return identifiers as any program would write them: no ``.0``, commas and leading zeros; null if destroyed.

    Excel strips leading zeros from numbers, and turns long ones into powers of ten (``1.23E+09``), which no longer tell
    children apart.
    """
    text = pl.col(column)
    text = pl.when(text.str.contains(_THOUSANDS)).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    text = text.str.replace(r"^(\d+)\.0+$", "$1")
    text = pl.when(text.str.contains(r"^0+\d+$")).then(text.str.strip_chars_start("0")).otherwise(text)
    return pl.when(text.str.contains(_SCIENTIFIC)).then(None).otherwise(text)


@dataclass
class _Dates:
    """Reads columns of dates, and keeps what is told of them.

    Attributes
    ----------
    month_first : bool
        Whether columns in which no date tells otherwise have the month first.
    problems, warnings : list of ReturnsProblem
    """

    month_first: bool
    problems: list[ReturnsProblem] = field(default_factory=list)
    warnings: list[ReturnsProblem] = field(default_factory=list)

    def read(self, file: File, table: pl.DataFrame, column: str) -> pl.DataFrame:
        """Replace a column of text by dates, and add ``bad_`` for text that is no date. Each text is read once."""
        texts = table[column].unique().drop_nulls().to_list()
        written = [read_date(text) for text in texts]
        first = what_is_first(written)
        name = column.upper()
        month_first = self.month_first and first is not First.DAY
        if first is First.MIXED:
            told = f"in some dates of {name} the month is first and in others the day; they can't be told apart"
            self.problems.append(ReturnsProblem(told, file.name))
        elif first is First.TURNED:
            told = (
                f"dates of {name} stand in two forms, with no day over 12 in one and none up to 12 in the other: a "
                "program has turned day and month of those it could; export them again as text or ISO dates"
            )
            self.problems.append(ReturnsProblem(told, file.name))
        elif first is First.MONTH and not self.month_first:
            told = f"dates of {name} have the month first; --month-first reads them so"
            self.problems.append(ReturnsProblem(told, file.name))
        elif month_first and len(texts):
            self.warnings.append(ReturnsProblem(f"dates of {name} are read with the month first", file.name))
        dates = pl.Series([one.when(month_first=month_first) for one in written], dtype=pl.Date)
        known = pl.DataFrame({column: pl.Series(texts, dtype=pl.String), "date": dates})
        joined = table.join(known, on=column, how="left", maintain_order="left")
        bad = pl.col(column).is_not_null() & pl.col("date").is_null()
        return joined.with_columns(bad.alias(f"bad_{column}"), pl.col("date").alias(column)).drop("date")


def _rows(file: File, table: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    """Return the columns that are used, by their new names, with file, row (the heading is row 1), year and council."""
    also = {"year": "YEAR", "council": COUNCIL}
    texts = [
        (text_of(c) if c in table.columns else pl.lit(None, pl.String)).alias(new)
        for new, c in (columns | also).items()
    ]
    number = pl.lit(file.number, pl.Int32).alias("file")
    row = pl.int_range(2, pl.len() + 2, dtype=pl.Int32).alias("row")
    nothing = pl.all_horizontal(pl.col(*columns).is_null()).alias("blank")
    rows = table.lazy().select(row, number, *texts).with_columns(nothing, child=identifier_of("child"))
    return rows.select("file", "row", *columns, *also, "blank").collect()  # lazily, what recurs is worked out once


def _no_uasc() -> pl.DataFrame:
    text = dict.fromkeys(("child", "year", "council"), pl.String)
    return pl.DataFrame(schema={"file": pl.Int32, "row": pl.Int32, **text, "blank": pl.Boolean})


def _unaccompanied(file: File, table: pl.DataFrame) -> pl.DataFrame:
    """Return the children of a UASC table: those it flags, where a column tells them from others, or else all."""
    rows = _rows(file, table, {"child": "CHILD", "flag": "UASC"})
    flagged = pl.col("flag").is_in(codes.FLAGGED).fill_null(False)
    return rows.filter(flagged | pl.col("flag").is_null().all()).drop("flag")


def _births(file: File, table: pl.DataFrame, dates: _Dates) -> pl.DataFrame:
    """Return dates of birth and flags of unaccompanied children; of a table of episodes, each once a child."""
    rows = _rows(file, table, {"child": "CHILD", "dob": "DOB", "flag": "UASC", "ceased": "DUC"})
    flagged = pl.col("flag").is_in(codes.FLAGGED).fill_null(False) | pl.col("ceased").is_not_null()
    rows = dates.read(file, rows.with_columns(flagged.alias("flagged")), "dob")
    other = rows.filter(pl.col("flag").is_not_null() & ~pl.col("flag").is_in((*codes.FLAGGED, *codes.NOT_FLAGGED)))
    if other.height:
        allowed = ", ".join((*codes.FLAGGED, *codes.NOT_FLAGGED))
        told = f"column UASC holds something else than {allowed}; it counts as no"
        dates.warnings.append(ReturnsProblem(told, file.name, tuple(other["row"])))
    if file.kind == "episodes":
        rows = rows.unique(["child", "dob", "flagged"], keep="first", maintain_order=True)
    kind = pl.lit(file.kind).alias("kind")
    return rows.select("file", "row", kind, "child", "dob", "bad_dob", "year", "flagged", "council", "blank")


def _episodes(file: File, table: pl.DataFrame, dates: _Dates) -> pl.DataFrame:
    names = {"child": "CHILD", "decom": "DECOM", "dec": "DEC", "rne": "RNE", "ls": "LS", "place": "PLACE",
             "provider": "PLACE_PROVIDER", "rec": "REC", "location": "PL_LOCATION",
             "distance": "PL_DISTANCE"}  # fmt: skip
    coded = ("rne", "ls", "place", "provider", "rec", "location")
    rows = _rows(file, table, names).with_columns(
        *(codes.code_in(names[column], column) for column in coded), codes.miles_in("distance")
    )
    if rows["year"].n_unique() > MOST_YEARS:
        dates.problems.append(ReturnsProblem(f"more than {MOST_YEARS} different values in YEAR", file.name))
    rows = dates.read(file, dates.read(file, rows, "decom"), "dec")
    if not (rows["decom"].count() or rows["dec"].count()):
        dates.problems.append(ReturnsProblem(f"no date in DECOM or DEC can be read; {READ} are", file.name))
    return rows


# --------------------------------------------------------------------------------------------------
# One council


def _of_council(
    files: tuple[File, ...],
    episodes: pl.DataFrame,
    births: pl.DataFrame,
    uasc: pl.DataFrame,
    warnings: tuple[ReturnsProblem, ...],
) -> Returns:
    """Find out which financial years each return covers, and put them in order of time."""
    pieces: list[tuple[Part, pl.DataFrame]] = []
    for file in episodes.partition_by("file", maintain_order=True):
        number = int(file["file"][0])
        for stack in file.partition_by("year", maintain_order=True):
            if years := covered_years(stack) or covered_years(file):
                pieces.append((Part(number, *years), stack))
    pieces.sort(key=lambda piece: (piece[0].last_year, piece[0].first_year, piece[0].file))
    names = {file.number: file.name for file in files}
    told = check_versions(pieces, names)
    parts = tuple(part for part, _ in pieces)
    stacked = pl.concat([rows.with_columns(pl.lit(i, pl.Int32).alias("part")) for i, (_, rows) in enumerate(pieces)])
    broken = broken_year(stacked, parts)
    if broken and all(part.last_year == part.first_year == broken.year for part in parts):
        raise ReturnsError([ReturnsProblem(f"{broken}, and it is the only one")])
    return Returns(files, parts, broken, stacked, births, uasc, (*warnings, *told))
