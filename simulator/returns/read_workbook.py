"""The sheets of an Excel workbook (.xlsx, .xlsm), each a table: streamed, with the standard library alone.

Values are taken as they were last saved. Formulas are not worked out, macros and links are not looked at, and nothing
is fetched. Dates are numbers of days, which :func:`simulator.returns.dates.read_date` reads. What is spent on a
workbook is bounded as for text: bytes as they are unpacked, names, cells and rows.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from simulator.returns.column_names import ColumnNames
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.limits import MOST_COLUMNS, MOST_IN_A_ROW, Budget, TooMuch
from simulator.returns.open_files import TableFile, chunks_of, member, workbook_of
from simulator.returns.table_rows import RowKeeper, TableRows, from_heading, nothing_of
from simulator.returns.xml_stream import BadXml, stream

MOST_SHEETS = 200

_EXACT = 10**15
"""Whole numbers from which Excel no longer keeps every digit: identifiers of that size are destroyed."""

_SHARED = 60
"""Bytes of a text that cells share, beside its letters."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True)
class _Sheet:
    """A sheet, and the file of the workbook that holds it."""

    name: str
    at: str
    hidden: bool


def read_workbook(file: TableFile, names: ColumnNames, budget: Budget) -> Iterator[TableRows]:
    """Read the sheets of a workbook in their order; hidden ones are left.

    Raises
    ------
    ReturnsError
        If it can't be read.
    TooMuch
        If it holds more than an import takes in.
    """
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    sha256 = digest.hexdigest()
    with workbook_of(file) as archive:
        book = _Workbook(archive, file.name, budget)
        try:
            sheets, shared = book.contents()
            for sheet in sheets:
                name = f"{file.name}/{sheet.name}"
                if sheet.hidden:
                    yield nothing_of(name, sha256, left="a hidden sheet")
                else:
                    yield _table(book, sheet, shared, RowKeeper(name, names, budget), names, sha256)
        except BadXml as bad:
            raise ReturnsError([ReturnsProblem(f"no workbook that can be read: {bad}", file.name)]) from None


def _table(
    book: _Workbook, sheet: _Sheet, shared: list[str], table: RowKeeper, names: ColumnNames, sha256: str
) -> TableRows:
    cells = _Cells(shared)
    rows = from_heading(_rows(book, sheet, cells), names)
    try:
        heading = next(rows, None)
        if heading is None:
            return table.nothing(sha256)
        table.start(heading)
        for row in rows:
            table.add(row[: len(heading)], sum(map(len, row)))
    except TooMuch as much:
        raise TooMuch(str(much), much.row or table.next_row) from None
    broken = [ReturnsProblem(_NO_VALUES)] if cells.without_value else []
    return table.table(sha256, broken)


_NO_VALUES = "formulas without values: open it in Excel, save it, and import it again"


def _rows(book: _Workbook, sheet: _Sheet, cells: _Cells) -> Iterator[list[str]]:
    """Yield the rows of a sheet; blank ones at either end are left out."""
    begun, last = False, 0
    for _ in stream(book.chunks(sheet.at), cells):
        for number, row in cells.taken():
            if begun:
                for _ in range(last + 1, number):
                    yield []
            begun, last = True, number
            yield row


class _Workbook:
    """The files in a workbook."""

    def __init__(self, archive: zipfile.ZipFile, name: str, budget: Budget) -> None:
        self._archive, self._name, self._budget = archive, name, budget
        self._members = {info.filename.lower().lstrip("/"): info for info in archive.infolist()}

    def chunks(self, at: str) -> Iterator[bytes]:
        """Yield the bytes of a file, counted against the budget."""
        info = self._members.get(at.lower())
        if info is None:
            raise BadXml("a file that it names is not in it")
        for chunk in chunks_of(lambda: member(self._archive, info), self._name):
            self._budget.read(len(chunk))
            yield chunk

    def contents(self) -> tuple[list[_Sheet], list[str]]:
        """Return the sheets, and the texts that their cells share."""
        top = self._links("_rels/.rels", "")
        book = next((at for kind, at in top.values() if kind == "officeDocument"), "xl/workbook.xml")
        folder, _, name = book.rpartition("/")
        links = self._links(f"{folder}/_rels/{name}.rels", folder)
        told = _Contents()
        for _ in stream(self.chunks(book), told):
            pass
        if told.since_1904:
            raise BadXml("its dates are days since 1904; save it with days since 1900 (Excel's options)")
        sheets = [_Sheet(name, links[at][1], hidden) for name, at, hidden in told.sheets if at in links]
        if len(sheets) > MOST_SHEETS:
            raise TooMuch(f"{len(sheets):,} sheets; at most {MOST_SHEETS} are read")
        shared = _Shared(self._budget)
        for kind, at in links.values():
            if kind == "sharedStrings":
                for _ in stream(self.chunks(at), shared):
                    pass
        return sheets, shared.texts

    def _links(self, at: str, folder: str) -> dict[str, tuple[str, str]]:
        """Return the kind and place of each file that another refers to, by what it calls it."""
        found = _Links()
        for _ in stream(self.chunks(at), found):
            pass
        return {
            key: (kind.rpartition("/")[2], to.lstrip("/") if to.startswith("/") or not folder else f"{folder}/{to}")
            for key, kind, to in found.links
        }


class _Links:
    def __init__(self) -> None:
        self.links: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            self.links.append(tuple(attributes.get(key, "") for key in ("Id", "Type", "Target")))  # type: ignore[arg-type]

    def end(self, name: str, text: str) -> None:
        pass


class _Contents:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), link, hidden))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true")

    def end(self, name: str, text: str) -> None:
        pass


class _Shared:
    """Texts that cells share; how they are to be read aloud (``rPh``) is no part of them."""

    def __init__(self, budget: Budget) -> None:
        self.texts: list[str] = []
        self._budget = budget
        self._parts: list[str] = []
        self._aloud = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._aloud = True

    def end(self, name: str, text: str) -> None:
        if name == "t" and not self._aloud:
            self._parts.append(text)
            self._budget.hold(len(text))
        elif name == "rPh":
            self._aloud = False
        elif name == "si":
            self.texts.append("".join(self._parts))
            self._budget.hold(_SHARED)


class _Cells:
    """The cells of a sheet, row by row.

    Attributes
    ----------
    without_value : bool
        Whether there are formulas whose value was not saved.
    """

    def __init__(self, shared: list[str]) -> None:
        self.without_value = False
        self._shared = shared
        self._rows: list[tuple[int, list[str]]] = []
        self._row: list[str] = []
        self._number = 0
        self._column = -1
        self._type = ""
        self._value: str | None = None
        self._formula = False
        self._length = 0

    def taken(self) -> list[tuple[int, list[str]]]:
        """Return the rows with something in them since they were last taken, with their numbers."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._type = attributes.get("t", "n")
            self._value, self._formula = None, False
        elif name == "row":
            told = attributes.get("r", "")
            self._number = int(told) if told.isdecimal() and len(told) < 8 else self._number + 1
            self._row, self._column, self._length = [], -1, 0

    def end(self, name: str, text: str) -> None:
        if name == "v":
            self._value = text
        elif name == "t" and self._type == "inlineStr":
            self._value = (self._value or "") + text
        elif name == "f":
            self._formula = True
        elif name == "c":
            if self._value:
                self._put(self._text(self._value))
            elif self._formula and self._type != "str":
                self.without_value = True
        elif name == "row" and any(self._row):
            self._rows.append((self._number, self._row))

    def _text(self, value: str) -> str:
        if self._type == "s":
            if value.isdecimal() and len(value) < 10 and int(value) < len(self._shared):
                return self._shared[int(value)]
            raise BadXml("a cell refers to a text that is not there")
        return _number(value) if self._type == "n" and ("E" in value or "e" in value) else value

    def _put(self, text: str) -> None:
        if self._column >= MOST_COLUMNS:
            raise TooMuch(f"a cell in column {self._column + 1:,}; at most {MOST_COLUMNS:,} are read")
        self._length += len(text)
        if self._length > MOST_IN_A_ROW:
            raise TooMuch(f"a row of more than {MOST_IN_A_ROW:,} characters")
        self._row += [""] * (self._column + 1 - len(self._row))
        self._row[self._column] = text


def _column(reference: str) -> int:
    """Return the position of a cell's column: 0 for A1."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise BadXml("a cell has no place")
    return _position(found[1])


@cache
def _position(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _number(text: str) -> str:
    """Write a number without a power of ten, as far as it holds every digit."""
    with suppress(InvalidOperation, ValueError, OverflowError):
        value = Decimal(text)
        if abs(value) < _EXACT and value == value.to_integral_value():
            return str(int(value))
    return text
