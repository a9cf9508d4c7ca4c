"""A table as it is read: its heading found, and the columns that are used kept, packed as rows come.

Memory goes with what is kept and not with what somebody sent. No message holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import polars as pl

from simulator.returns.column_names import ColumnNames, used_of
from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.limits import MOST_COLUMNS, Budget, TooMuch

HEADING_WITHIN = 10
"""Rows among which the heading is looked for: titles stand above it."""

LEAST_KNOWN = 2
"""Columns of a return that make a row its heading; without them it is the first row."""

_HELD = 2_000_000
"""Characters and cells of rows after which what is kept of them is packed."""

_VIEW = 16
"""Bytes of a cell beside those of its text."""


@dataclass(frozen=True)
class TableRows:
    """What was read of one table.

    Attributes
    ----------
    name : str
        Of its file; of a sheet or a part of an XML return, below that of the file.
    columns : tuple of str
        Its headings, by their names of SSDA903 where they are known.
    kept : DataFrame
        The columns that are used, as text. Of columns with one name, the first.
    rows : int
    sha256 : str
        Of its file.
    broken : tuple of ReturnsProblem
        What is wrong with its rows; none is kept of a file that is no table.
    left : str
        Why it was not looked into; empty if it was.
    """

    name: str
    columns: tuple[str, ...]
    kept: pl.DataFrame
    rows: int
    sha256: str
    broken: tuple[ReturnsProblem, ...] = ()
    left: str = ""


def nothing_of(name: str, sha256: str, *broken: ReturnsProblem, left: str = "") -> TableRows:
    """Return a table of which nothing is kept."""
    return TableRows(name, (), pl.DataFrame(), 0, sha256, broken, left)


def best_heading(scores: Sequence[int]) -> int:
    """Return which of the first rows is the heading, by how many columns of a return each names."""
    best = max(scores, default=0)
    return scores.index(best) if best >= LEAST_KNOWN else 0


def from_heading(rows: Iterator[list[str]], names: ColumnNames) -> Iterator[list[str]]:
    """Leave out the titles above the heading of a table."""
    top = list(islice(rows, HEADING_WITHIN))
    return chain(top[best_heading([names.known(row) for row in top]) :], rows)


class RowKeeper:
    """The rows that are kept of a table.

    Attributes
    ----------
    columns : tuple of str
    """

    def __init__(self, name: str, names: ColumnNames, budget: Budget) -> None:
        self.columns: tuple[str, ...] = ()
        self._name, self._names, self._budget = name, names, budget
        self._kept: dict[str, int] = {}
        self._heading: list[str] = []
        self._long: list[int] = []
        self._rows: list[list[str]] = []
        self._packed, self._held = 0, 0
        self._pieces: list[pl.DataFrame] = []

    def start(self, heading: list[str]) -> None:
        """Take the heading."""
        if len(heading) > MOST_COLUMNS:
            raise TooMuch(f"{len(heading):,} columns; at most {MOST_COLUMNS:,} are read")
        self._heading = heading
        self.columns = tuple(self._names.standard(heading))
        used = used_of(self._name, self.columns)
        self._kept = {name: self.columns.index(name) for name in dict.fromkeys(self.columns) if name in used}

    def add(self, row: list[str], characters: int) -> None:
        """Take a row; one that repeats the heading, as in files put together, is a blank one."""
        self._rows.append(row)
        self._held += characters + max(len(row), len(self._heading))
        if self._held > _HELD:
            self._pack()

    @property
    def rows(self) -> int:
        """Rows below the heading, so far."""
        return self._packed + len(self._rows)

    @property
    def next_row(self) -> int:
        """The number of the row that comes next, the heading being row 1."""
        return self.rows + 2

    def table(self, sha256: str, broken: Iterable[ReturnsProblem] = ()) -> TableRows:
        """Return what was read."""
        self._pack()
        kept = pl.concat(self._pieces)
        return TableRows(self._name, self.columns, kept, self.rows, sha256, (*broken, *self._ragged()))

    def nothing(self, sha256: str) -> TableRows:
        """Return a table without a heading."""
        return nothing_of(self._name, sha256)

    def broken(self, sha256: str, row: int, what: str) -> TableRows:
        """Return a table of which a row can't be read."""
        fault = ReturnsProblem(what, rows=(row,))
        return TableRows(self._name, self.columns, pl.DataFrame(), 0, sha256, (fault,))

    def _ragged(self) -> tuple[ReturnsProblem, ...]:
        """Tell of rows with something in more cells than there are headings: their cells can't be told apart."""
        text = "more cells than the heading has (a separator within a cell?)"
        return (ReturnsProblem(text, rows=tuple(self._long)),) if self._long else ()

    def _pack(self) -> None:
        width, first = len(self._heading), self.next_row - len(self._rows)
        for at in [at for at, row in enumerate(self._rows) if len(row) != width or row == self._heading]:
            row, number = self._rows[at], first + at
            if len(row) > MOST_COLUMNS:
                raise TooMuch(f"{len(row):,} cells; at most {MOST_COLUMNS:,} are read", number)
            if any(row[width:]):
                self._long.append(number)
            row[:] = (row + [""] * width)[:width]
            if row == self._heading:
                row[:] = [""] * width
        piece = pl.DataFrame(
            [pl.Series(name, [row[at] for row in self._rows], pl.String) for name, at in self._kept.items()]
        )
        self._packed, self._rows, self._held = self.rows, [], 0
        try:
            self._budget.keep(int(piece.estimated_size()) + _VIEW * piece.width * piece.height)
        except TooMuch as much:
            raise TooMuch(str(much), self.next_row - 1) from None
        self._pieces.append(piece)
