"""The table in a text file, whatever program wrote it: its letters, line ends, separator, and titles above it."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat

from simulator.returns.column_names import ColumnNames
from simulator.returns.limits import MOST_IN_A_CELL, MOST_IN_A_ROW, Budget, TooMuch
from simulator.returns.open_files import TableFile
from simulator.returns.table_rows import HEADING_WITHIN, LEAST_KNOWN, RowKeeper, TableRows, best_heading, nothing_of

_AROUND = "\r\n\t \x1a"
"""What programs leave before and after a table."""

_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""A line by which a file tells Excel its separator."""


def read_rows(file: TableFile, names: ColumnNames, budget: Budget) -> Iterator[TableRows]:
    """Read the table of a text file.

    Raises
    ------
    ReturnsError
        If its bytes can't be read.
    TooMuch
        If it holds more than an import takes in.
    """
    look = _looked_at(file, budget)
    lines = _Lines(file, look)
    top, separator = _from_heading(lines, names)
    if not top:
        yield nothing_of(file.name, look.sha256)
        return
    reader = csv.reader(chain(top, lines), delimiter=separator, strict=True)
    table = RowKeeper(file.name, names, budget)
    try:
        table.start(top[0].split(separator))  # what it is, if it turns out to be no heading
        table.start(next(reader))
        for row in reader:
            table.add(row, lines.since_row)
            lines.since_row = 0
        yield table.table(look.sha256)
    except csv.Error as error:  # what it says holds no value, but is not passed on
        at = table.next_row if reader.line_num > 1 else 1
        yield table.broken(look.sha256, at, _LONG_CELL if "field limit" in str(error) else _NO_TABLE)
    except TooMuch as much:
        raise TooMuch(str(much), much.row or table.next_row) from None


_LONG_CELL = f"a cell of more than {MOST_IN_A_CELL:,} characters (an open quotation mark?)"
_NO_TABLE = "not a table that can be read (an open quotation mark, or a line break in a cell without them?)"


def _from_heading(lines: _Lines, names: ColumnNames) -> tuple[list[str], str]:
    """Return the first lines from the heading on, and the separator, by which most columns of a return are named."""
    top = lines.first(HEADING_WITHIN)
    if told := _SEPARATOR_LINE.fullmatch(top[0]) if top else None:
        top = top[1:]
    scores = {each: [names.known(line.split(each)) for line in top] for each in (told[1] if told else _SEPARATORS)}
    separator = max(scores, key=lambda each: max(scores[each], default=0))
    if max(scores[separator], default=0) < LEAST_KNOWN and top:
        separator = max(scores, key=top[0].count)
    top = top[best_heading(scores[separator]) :]
    return [line.lstrip(_AROUND) if i == 0 else line for i, line in enumerate(top)], separator


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
        Characters given, many lines at a time, since it was last set to nothing.
    """

    def __init__(self, file: TableFile, look: _Look) -> None:
        self.since_row = 0
        self._lines = chain.from_iterable(self._together(file, look))

    def __iter__(self) -> Iterator[str]:
        """Go on with the lines that were not given yet."""
        return self._lines

    def first(self, number: int) -> list[str]:
        """Return the first lines, so many at most."""
        found: list[str] = []
        try:
            for line in islice(self._lines, number):
                found.append(line)
                self.since_row = 0
        except TooMuch as much:
            raise TooMuch(str(much), len(found) + 1) from None
        return found

    def _together(self, file: TableFile, look: _Look) -> Iterator[Iterable[str]]:
        blank, begun = 0, False
        for lines in _split(file, look):
            filled = [i for i, line in enumerate(lines) if line[:1] not in _AROUND or line.strip(_AROUND)]
            if not filled:
                blank += len(lines) * begun
                continue
            while blank:
                some = min(blank, MOST_IN_A_ROW)
                yield self._given(repeat("\n", some), some)
                blank -= some
            whole = lines[0 if begun else filled[0] : filled[-1] + 1]
            if max(map(len, whole)) > MOST_IN_A_ROW:
                raise TooMuch(_LONG)
            yield self._given(whole, sum(map(len, whole)))
            blank, begun = len(lines) - filled[-1] - 1, True

    def _given(self, lines: Iterable[str], characters: int) -> Iterable[str]:
        """Count lines that are given, unless the row before them is too long already: then no more are."""
        if self.since_row > MOST_IN_A_ROW:
            raise TooMuch(_LONG)
        self.since_row += characters
        return lines


_LONG = f"a row of more than {MOST_IN_A_ROW:,} characters (an open quotation mark?)"


def _split(file: TableFile, look: _Look) -> Iterator[list[str]]:
    """Yield the lines of a file, some at a time."""
    decoder, rest = codecs.getincrementaldecoder(look.encoding)(errors="replace"), ""
    for chunk in file.chunks():
        *whole, rest = (rest + decoder.decode(chunk)).split(look.line_end)
        yield [f"{line}\n" for line in whole]
        if len(rest) > MOST_IN_A_ROW:
            raise TooMuch(_LONG)
    yield [(rest + decoder.decode(b"", final=True)).rstrip(_AROUND)]
