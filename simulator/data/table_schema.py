"""What the columns of a packaged table may hold, and the check of a table against it.

Each distinct text of a column is read once, so that a whole table is checked in about the time in which it is read.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Record = TypeVar("Record")
Cells = tuple[Any, ...]

MOST_TOLD = 20
"""Problems of one table that an error tells; it says how many more there are."""

HIDDEN = "c"
"""A count that is not published, in a cell that holds several."""

_YEAR = re.compile(r"\d{4}")
_FINANCIAL_YEAR = re.compile(r"(\d{4})-(\d{2})")
_REQUIRED = object()


class TableError(Exception):
    """A packaged table is not what its schema says: a fault of the package. Each line tells a file, line and column."""


@dataclass(frozen=True)
class Column:
    """What the cells of one column may hold.

    Attributes
    ----------
    read : callable
        Returns the value of a text, or raises ValueError that says what would do.
    unit : str
        What a number counts or measures; empty for names and years.
    """

    read: Callable[[str], Any]
    unit: str = ""


@dataclass(frozen=True)
class Schema:
    """One packaged table.

    Attributes
    ----------
    columns : mapping of name to Column
        In the order of the file. A name that ends in ``*`` stands for one or more columns that begin so.
    key : tuple of str
        Columns that together name a row: no two rows have the same.
    folder : str
        Folder of the package that holds the file.
    """

    columns: Mapping[str, Column]
    key: tuple[str, ...]
    folder: str = "data"


@dataclass(frozen=True)
class Table:
    """A table as read and checked.

    Attributes
    ----------
    name : str
        Of the file.
    columns : mapping of name to tuple
        Values, from the first row to the last.
    """

    name: str
    columns: Mapping[str, Cells]

    def __getitem__(self, column: str) -> Cells:
        """Return one column.

        Raises
        ------
        TableError
            If there is none of the name.
        """
        if column not in self.columns:
            raise TableError(f"{self.name}:1: {column}: no such column")
        return self.columns[column]

    def rows(self, record: type[Record]) -> Iterator[Record]:
        """Return each row as a record, whose fields have to be the columns, in order.

        Raises
        ------
        TypeError
            If they are not.
        """
        fields: tuple[str, ...] = record.__match_args__  # type: ignore[attr-defined]
        if fields != tuple(self.columns):
            raise TypeError(f"{record.__name__} has {', '.join(fields)}; {self.name} has {', '.join(self.columns)}")
        return map(record, *self.columns.values())


def text(*allowed: str, empty: bool = False) -> Column:
    """Return a column of texts: any, or those allowed."""

    def read(cell: str) -> str:
        if not cell and not empty:
            raise ValueError("must not be empty")
        if allowed and cell and cell not in allowed:
            raise ValueError(f"{cell!r} is not one of {', '.join(allowed)}")
        return cell

    return Column(read)


def texts() -> Column:
    """Return a column of texts, several to a cell with semicolons between, or none."""
    return Column(lambda cell: tuple(filter(None, cell.split(";"))))


def number(unit: str, least: float = -math.inf, most: float = math.inf, empty: Any = _REQUIRED) -> Column:
    """Return a column of numbers within bounds, both allowed; where a cell may be empty, with the value that it has."""
    return Column(lambda cell: _within(float, "a number", cell, least, most, empty), unit)


def whole(unit: str, least: int, most: int, empty: Any = _REQUIRED) -> Column:
    """Return a column of whole numbers within bounds, both allowed; see :func:`number`."""
    return Column(lambda cell: _within(int, "a whole number", cell, least, most, empty), unit)


def _within(kind: Callable[[str], float], what: str, cell: str, least: float, most: float, empty: Any) -> Any:
    """Read a number within bounds."""
    if not cell and empty is not _REQUIRED:
        return empty
    try:
        value = kind(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not {what}") from None
    if not math.isfinite(value):
        raise ValueError(f"{cell!r} is not {what}")
    if not least <= value <= most:
        raise ValueError(f"{cell} is not within {least:g} to {most:g}")
    return value


def year() -> Column:
    """Return a column of years: a number, or text such as ``2024-25`` for a financial year."""

    def read(cell: str) -> int | str:
        if _YEAR.fullmatch(cell):
            return int(cell)
        found = _FINANCIAL_YEAR.fullmatch(cell)
        if not found or int(found[2]) != (int(found[1]) + 1) % 100:
            raise ValueError(f"{cell!r} is not a year, such as 2025 or 2024-25")
        return cell

    return Column(read)


def counts(unit: str) -> Column:
    """Return a column of several counts a cell, with spaces between; one that is hidden is NaN."""

    def read(cell: str) -> tuple[float, ...]:
        parts = cell.split()
        if not parts:
            raise ValueError("must not be empty")
        return tuple(
            math.nan if part == HIDDEN else float(_within(float, "a number", part, 0.0, math.inf, _REQUIRED))
            for part in parts
        )

    return Column(read, unit)


def parse(content: str, schema: Schema, name: str) -> Table:
    """Read a table and check every cell and key.

    Parameters
    ----------
    content : str
        Of a CSV file, with a header.
    schema : Schema
    name : str
        Of the file, for errors.

    Raises
    ------
    TableError
        If anything is not what the schema says; each problem as ``file:line: column: what is wrong``.
    """
    reader = csv.reader(content.splitlines())
    header = next(reader, [])
    named, problems = _named(header, schema)
    cells: list[str] = []  # of all rows in one list: as many lists as rows would take twice as long
    for line, row in enumerate(reader, start=2):
        if len(row) != len(header):
            problems.append((line, "", f"{len(row)} cells; the header has {len(header)}"))
        cells += row
    if not cells:
        problems.append((1, "", "no rows"))
    columns: dict[str, Cells] = {}
    if not problems:
        texts = {column: cells[i :: len(header)] for i, column in enumerate(header)}
        columns = {column: _read(column, texts[column], named[column], problems) for column in header}
        problems += _doubled([texts[column] for column in schema.key], schema.key)
    if problems:
        told = [f"{name}:{line}: {f'{column}: ' if column else ''}{what}" for line, column, what in sorted(problems)]
        more = [f"{name}: {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
        raise TableError("\n".join(told[:MOST_TOLD] + more))
    return Table(name, columns)


_Problem = tuple[int, str, str]
"""Line, column (or none) and what is wrong."""


def _named(header: list[str], schema: Schema) -> tuple[dict[str, Column], list[_Problem]]:
    """Return what each column of a header may hold; the header has the columns of the schema, in order."""
    named: dict[str, Column] = {}
    problems: list[_Problem] = []
    left = list(header)
    for name, column in schema.columns.items():
        found = [one for one in left if one == name or (name.endswith("*") and one.startswith(name[:-1]))]
        if not found:
            problems.append((1, name, "no such column"))
        for one in found:
            if one in named:
                problems.append((1, one, "there twice"))
            left.remove(one)
            named[one] = column
    problems += [(1, one, "a column that the schema doesn't have") for one in left]
    if not problems and list(named) != header:
        problems.append((1, "", f"columns are to stand in the order {', '.join(named)}"))
    return named, problems


class _Known(dict[str, Any]):
    """Values of a column by text, each read when it is first met; `wrong` holds what is wrong with a text."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read
        self.wrong: dict[str, str] = {}

    def __missing__(self, cell: str) -> Any:
        value = None
        try:
            value = self.read(cell)
        except ValueError as error:
            self.wrong[cell] = str(error)
        self[cell] = value
        return value


def _read(name: str, cells: list[str], column: Column, problems: list[_Problem]) -> Cells:
    """Read the cells of a column; note what is wrong."""
    known = _Known(column.read)
    values = tuple(map(known.__getitem__, cells))
    if known.wrong:
        problems += [(line, name, known.wrong[cell]) for line, cell in enumerate(cells, start=2) if cell in known.wrong]
    return values


def _doubled(key: list[list[str]], names: tuple[str, ...]) -> Iterator[_Problem]:
    """Yield each row whose key an earlier row has."""
    if len(set(map(",".join, zip(*key, strict=True)))) == len(key[0]):
        return
    first: dict[tuple[str, ...], int] = {}
    for line, one in enumerate(zip(*key, strict=True), start=2):
        if first.setdefault(one, line) != line:
            yield line, ", ".join(names), f"{', '.join(one)} is on line {first[one]} already"
