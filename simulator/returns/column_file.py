"""The file in which a council says what it calls columns: read, or written for it with what is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from simulator.returns.codes import FLAGGED, LOCATIONS, NOT_FLAGGED, code_in, miles_in
from simulator.returns.column_names import COUNCIL, GUESSES, REQUIRED, WANTED, ColumnNames, as_columns, guessed
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.limits import Budget, TooMuch
from simulator.returns.open_files import table_files
from simulator.returns.read_files import text_of
from simulator.returns.read_tables import read_tables
from simulator.returns.table_rows import TableRows
from simulator.scenario.nodes import Unreadable, parse
from simulator.vocabulary.printable import one_line

MOST_BYTES = 100_000

FITTING = {
    "PL_LOCATION": code_in("PL_LOCATION", "text").is_in(list(LOCATIONS)),
    "PL_DISTANCE": miles_in("text").cast(pl.Float64, strict=False).is_not_null(),
    "UASC": pl.col("text").is_in((*FLAGGED, *NOT_FLAGGED)),
}
"""What a column holds that is guessed for one which a return can do without: their headings mean other things too."""

_HEAD = """\
# What your tables call the columns of SSDA903, for `care-demand import ssda903 --columns`.
# A line is `NAME_OF_SSDA903: your heading`, or a list of headings. Capitals, spaces and signs are of no matter.
# Lines below were guessed from your tables. CHECK EACH, write what is missing, and import again.
"""


def column_names(path: Path, source: Path, memory_mb: int) -> ColumnNames:
    """Return what a council calls columns.

    Parameters
    ----------
    path : Path
        The file.
    source : Path
        Returns from which names are guessed if the file is not there.
    memory_mb : int

    Raises
    ------
    ReturnsError
        With all that is wrong with the file; or if it was not there, and was written.
    """
    if not path.exists():
        _write(path, source, memory_mb)
        told = "written with what your columns may mean; check it, and give the same command again"
        raise ReturnsError([ReturnsProblem(told, str(path))])
    return ColumnNames(_read(path))


def _write(path: Path, source: Path, memory_mb: int) -> None:
    """Write what is guessed; columns that are needed or wanted, and none is guessed for, stand as comments."""
    headings = [table.columns for table in _tables(source, ColumnNames(), memory_mb)]
    unfit: dict[str, str] = {}
    while more := _misfits(found := guessed(headings, unfit), headings, source, memory_mb):
        unfit |= more
    there = {column for heading in headings for column in heading}
    needed = dict.fromkeys(column for columns in REQUIRED.values() for column in columns)
    missing = [column for column in needed if column not in found and column not in there]
    also = {name: what for name, what in WANTED.items() if name not in found and name not in there}
    if "DUC" in there:
        also.pop("UASC", None)  # a table of such children alone tells who they are
    lines = [
        *(f"{name}: {heading}" for name, heading in found.items()),
        *(f"# {name}: ?" for name in missing),
        *(f"# {name}: ?   # {what}; not needed, but without it that is not told" for name, what in also.items()),
        *(f"# {heading} is not taken for {name}, which it does not hold" for heading, name in unfit.items()),
    ]
    try:
        path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReturnsError([ReturnsProblem(f"can't be written: {error.strerror}", str(path))]) from None


def _tables(source: Path, names: ColumnNames, memory_mb: int) -> list[TableRows]:
    budget = Budget(memory_mb)
    try:
        with table_files(source) as files:
            return [table for file in files for table in read_tables(file, names, budget)]
    except TooMuch as much:
        raise ReturnsError([ReturnsProblem(str(much))]) from None


def _misfits(found: dict[str, str], headings: Sequence[Sequence[str]], source: Path, memory_mb: int) -> dict[str, str]:
    """Return headings that do not hold what they are guessed for, with that.

    Parameters
    ----------
    found : dict
        Guessed headings, by what they are guessed for.
    headings : sequence of sequence of str
        Of each table, as it is read without these names.
    source : Path
    memory_mb : int
    """
    tried = {heading: name for name, heading in found.items() if name in FITTING}
    if not tried:
        return {}
    named = _tables(source, ColumnNames({heading: name for name, heading in found.items()}), memory_mb)
    tables = list(zip(headings, (table.kept for table in named), strict=True))
    return {
        heading: name
        for heading, name in tried.items()
        if not _fits(name, [kept[name] for columns, kept in tables
                            if heading in columns and name not in columns and name in kept.columns])
    }  # fmt: skip


def _fits(name: str, columns: Iterable[pl.Series]) -> bool:
    """Say whether most of what columns hold is what one of a name does."""
    cells = pl.concat([pl.Series("text", [], pl.String), *(column.alias("text") for column in columns)]).to_frame()
    held = cells.select(text_of("text").alias("text")).drop_nulls()
    return held.filter(FITTING[name]).height > held.height / 2


def _read(path: Path) -> dict[str, str]:
    """Return names of SSDA903 by the council's own."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        node, problems = parse(content[:MOST_BYTES].decode("utf-8-sig"), path.name)
    except OSError as error:
        raise ReturnsError([ReturnsProblem(f"can't be read: {error.strerror}", str(path))]) from None
    except UnicodeDecodeError:
        raise ReturnsError([ReturnsProblem("no text in UTF-8", str(path))]) from None
    except Unreadable as error:
        raise ReturnsError([ReturnsProblem(str(error.problem))]) from None
    told = [ReturnsProblem(str(problem)) for problem in problems]
    own: dict[str, str] = {}
    allowed = (COUNCIL, *GUESSES)
    for name, value in node.plain().items():
        if name not in allowed:
            told.append(ReturnsProblem(f"{one_line(name)} is no column that is read: {', '.join(allowed)}", path.name))
            continue
        for heading in as_columns(_headings(value)):
            if heading in own:
                told.append(ReturnsProblem(f"{one_line(heading)} stands for two columns", path.name))
            own[heading] = name
    if told:
        raise ReturnsError(told)
    return own


def _headings(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
