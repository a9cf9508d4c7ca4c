"""The rows of one file as text, whatever program wrote it: its letters, line ends, separator and headings.

Rows go by one at a time and only the columns that are used are kept, so memory goes with what is kept and not with what
somebody sent. No message holds a value, nor what a library says of a cell that it can't read.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

import polars as pl

from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.limits import MOST_COLUMNS, MOST_IN_A_CELL, MOST_IN_A_ROW, Budget, TooMuch
from simulator.returns.open_files import TableFile

_AROUND = "\r\n\t \x1a"
"""What programs leave before and after a table."""

_ROWS, _CHARACTERS = 50_000, 8_000_000
"""Rows, and characters of them, after which those that are kept are packed."""


_VIEW = 16
"""Bytes of a cell beside those of its text."""


@dataclass(frozen=True)
class TableRows:
    """What was read of one file.

    Attributes
    ----------
    columns : tuple of str
        Its headings, in capitals and without what programs add.
    kept : DataFrame
        The columns that are used, as text. Of columns with one name, the first.
    rows : int
    sha256 : str
    broken : tuple of ReturnsProblem
        What is wrong with its rows; none is kept of a file that is no table.
    """

    columns: tuple[str, ...]
    kept: pl.DataFrame
    rows: int
    sha256: str
    broken: tuple[ReturnsProblem, ...]


Choice = Callable[[Sequence[str]], AbstractSet[str]]
"""Says which of a file's columns are used."""


def read_rows(file: TableFile, used: Choice, budget: Budget) -> TableRows:
    """Read a file.

    Raises
    ------
    ReturnsError
        If its bytes can't be read.
    TooMuch
        If it holds more than an import takes in.
    """
    look = _looked_at(file, budget)
    lines = _Lines(file, look)
    first = next(lines, "").lstrip(_AROUND)
    if not first:
        return TableRows((), pl.DataFrame(), 0, look.sha256, ())
    separator = max(",;\t", key=first.count)
    columns = as_columns(first.split(separator))
    if len(columns) > MOST_COLUMNS:
        raise TooMuch(f"{len(columns):,} columns; at most {MOST_COLUMNS:,} are read")
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    table = _Table(budget)
    try:
        heading = as_columns(next(reader))
        table.start(heading, used(columns))
        for row in reader:
            table.add(row, lines.since_row)
            lines.since_row = 0
        kept = table.packed()
    except csv.Error as error:
        return TableRows(tuple(columns), pl.DataFrame(), 0, look.sha256, (table.fault(error),))
    except TooMuch as much:
        raise TooMuch(str(much), much.row or table.rows + 2) from None
    return TableRows(tuple(columns), kept, table.rows, look.sha256, table.ragged())


@dataclass(frozen=True)
class _Look:
    """What a first look at all bytes of a file tells."""

    encoding: str
    line_end: str
    sha256: str


def _looked_at(file: TableFile, budget: Budget) -> _Look:
    """Hash the bytes of a file, count them, and see which letters and line ends they are."""
    digest, begins, lines = hashlib.sha256(), b"", False
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    for chunk in file.chunks():
        budget.read(len(chunk))
        digest.update(chunk)
        begins = begins or chunk[:2]
        lines = lines or b"\n" in chunk
        try:
            if decoder is not None:
                decoder.decode(chunk)
        except UnicodeDecodeError:
            decoder = None
    try:
        if decoder is not None:
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        decoder = None
    wide = begins in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if wide else "utf-8-sig" if decoder is not None else "cp1252"
    return _Look(encoding, "\n" if lines else "\r", digest.hexdigest())


class _Lines:
    """The lines of a file, without blank ones at either end.

    Attributes
    ----------
    since_row : int
        Characters given since it was last set to nothing.
    """

    def __init__(self, file: TableFile, look: _Look) -> None:
        self.since_row = 0
        self._lines = self._all(file, look)

    def __iter__(self) -> Iterator[str]:
        """Iterate."""
        return self

    def __next__(self) -> str:
        """Return the next line."""
        line = next(self._lines)
        self.since_row += len(line)
        if self.since_row > MOST_IN_A_ROW:
            raise TooMuch(_LONG)
        return line

    @staticmethod
    def _all(file: TableFile, look: _Look) -> Iterator[str]:
        blank, begun = 0, False
        for line in _split(file, look):
            if not line.strip(_AROUND):
                blank += begun
                continue
            for _ in range(blank):
                yield "\n"
            blank, begun = 0, True
            yield line


_LONG = f"a row of more than {MOST_IN_A_ROW:,} characters (an open quotation mark?)"


def _split(file: TableFile, look: _Look) -> Iterator[str]:
    decoder, rest = codecs.getincrementaldecoder(look.encoding)(errors="replace"), ""
    for chunk in file.chunks():
        *whole, rest = (rest + decoder.decode(chunk)).split(look.line_end)
        for line in whole:
            yield f"{line}\n"
        if len(rest) > MOST_IN_A_ROW:
            raise TooMuch(_LONG)
    yield (rest + decoder.decode(b"", final=True)).rstrip(_AROUND)


class _Table:
    """The rows that are kept of a file, packed as they come."""

    def __init__(self, budget: Budget) -> None:
        self.rows = 0
        self._budget = budget
        self._names: list[str] = []
        self._width = 0
        self._long: list[int] = []
        self._picked: list[Sequence[str]] = []
        self._characters = 0
        self._pieces: list[pl.DataFrame] = []

    def start(self, heading: list[str], used: AbstractSet[str]) -> None:
        """Take the headings."""
        self._names = [name for name in dict.fromkeys(heading) if name in used]
        self._width = len(heading)
        at = [heading.index(name) for name in self._names]
        self._pick: Callable[[Sequence[str]], Sequence[str]] = (
            itemgetter(*at) if len(at) > 1 else lambda row: [row[i] for i in at]
        )

    def add(self, row: list[str], characters: int) -> None:
        """Take a row."""
        self.rows += 1
        if len(row) != self._width:
            if len(row) > MOST_COLUMNS:
                self.rows -= 1
                raise TooMuch(f"{len(row):,} cells; at most {MOST_COLUMNS:,} are read")
            if any(row[self._width :]):
                self._long.append(self.rows + 1)
            row += [""] * (self._width - len(row))
        if not self._names:
            return
        self._picked.append(self._pick(row))
        self._characters += characters
        if len(self._picked) >= _ROWS or self._characters > _CHARACTERS:
            self._pack()

    def fault(self, error: csv.Error) -> ReturnsProblem:
        """Tell that the next row can't be read; what the library says holds no value, but is not passed on."""
        if "field limit" in str(error):
            text = f"a cell of more than {MOST_IN_A_CELL:,} characters (an open quotation mark?)"
        else:
            text = "not a table that can be read (an open quotation mark, or a line break in a cell without them?)"
        return ReturnsProblem(text, rows=(self.rows + 2 if self._width else 1,))

    def ragged(self) -> tuple[ReturnsProblem, ...]:
        """Tell of rows with something in more cells than there are headings: their cells can't be told apart."""
        text = "more cells than the heading has (a separator within a cell?)"
        return (ReturnsProblem(text, rows=tuple(self._long)),) if self._long else ()

    def packed(self) -> pl.DataFrame:
        """Return the rows that are kept."""
        self._pack()
        return pl.concat(self._pieces)

    def _pack(self) -> None:
        columns = zip(*self._picked, strict=True) if self._picked else ([] for _ in self._names)
        piece = pl.DataFrame([pl.Series(n, c, pl.String) for n, c in zip(self._names, columns, strict=True)])
        self._picked, self._characters = [], 0
        try:
            self._budget.keep(int(piece.estimated_size()) + _VIEW * piece.width * piece.height)
        except TooMuch as much:
            raise TooMuch(str(much), self.rows + 1) from None
        self._pieces.append(piece)


def as_columns(heading: Sequence[str]) -> list[str]:
    """Return headings in capitals, without the spaces and quotes that programs add."""
    return [re.sub(r"[ -]+", "_", name.strip(" \t\r\n'\"").upper()) for name in heading]
