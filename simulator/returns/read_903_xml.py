"""The SSDA903 return as XML: children, episodes and unaccompanied children as the tables that they are in CSV files.

Each CHILD holds a HEADER (CHILDID, DOB, UASC, ...) and EPISODEs; UASC and DUC are read in an element UASC of its own
too. What stands within others of its elements is not read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from simulator.returns.codes import FLAGGED
from simulator.returns.column_names import SURELY, ColumnNames
from simulator.returns.limits import MOST_IN_A_ROW, Budget, TooMuch
from simulator.returns.open_files import TableFile
from simulator.returns.table_rows import RowKeeper, TableRows, nothing_of
from simulator.returns.xml_stream import BadXml, stream

TABLES = {
    "header": ("CHILD", "DOB"),
    "episodes": ("CHILD", "DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "PL_LOCATION", "PL_DISTANCE"),
    "uasc": ("CHILD", "DOB"),
}
"""Columns of the tables that are made of it."""

_ELEMENTS = {"CHILDID": "CHILD", "PL": "PLACE"} | dict.fromkeys(SURELY["UASC"], "UASC")
"""Elements that have another name than their column."""


def read_903_xml(file: TableFile, names: ColumnNames, budget: Budget) -> Iterator[TableRows]:
    """Read the tables of a return in XML; a file that holds no episode is left.

    Raises
    ------
    ReturnsError
        If its bytes can't be read.
    TooMuch
        If it holds more than an import takes in.
    """
    digest = hashlib.sha256()
    children = _Children({kind: RowKeeper(f"{file.name}/{kind}", names, budget) for kind in TABLES})

    def chunks() -> Iterator[bytes]:
        for chunk in file.chunks():
            budget.read(len(chunk))
            digest.update(chunk)
            yield chunk

    try:
        for _ in stream(chunks(), children):
            pass
    except BadXml as bad:
        if not children.tables["episodes"].rows:
            yield nothing_of(file.name, digest.hexdigest(), left=f"{bad}, and no SSDA903 return")
        else:
            yield children.tables["episodes"].broken(digest.hexdigest(), children.tables["episodes"].next_row, str(bad))
        return
    except TooMuch as much:
        raise TooMuch(str(much), much.row or children.tables["episodes"].next_row) from None
    if not children.tables["episodes"].rows:
        yield nothing_of(file.name, digest.hexdigest(), left="no SSDA903 return: it holds no EPISODE of a CHILD")
        return
    for kind, table in children.tables.items():
        if table.rows or kind != "uasc" or children.tells_uasc:
            yield table.table(digest.hexdigest())


class _Children:
    """Rows of tables, as the elements of a return go by.

    Attributes
    ----------
    tables : dict
    tells_uasc : bool
        Whether an element says who is unaccompanied, or that a child is not.
    """

    def __init__(self, tables: dict[str, RowKeeper]) -> None:
        self.tables = tables
        self.tells_uasc = False
        for kind, table in tables.items():
            table.start(list(TABLES[kind]))
        self._child: dict[str, str] = {}
        self._row: dict[str, str] = {}
        self._path: list[str] = []
        self._length = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name.upper())
        if self._path[-1] == "CHILD" and len(self._path) == 2:
            self._child = {}
        if len(self._path) <= 3:
            self._row, self._length = {}, 0

    def end(self, _: str, text: str) -> None:
        name = self._path.pop()
        match len(self._path), self._path[-1:], name:
            case 3, ["HEADER" | "EPISODE" | "UASC"], _:
                self._length += len(text)
                if self._length > MOST_IN_A_ROW:
                    raise TooMuch(f"an element with more than {MOST_IN_A_ROW:,} characters")
                self._row.setdefault(_ELEMENTS.get(name, name), text.strip())
            case 2, ["CHILD"], "HEADER":
                self._child = self._row
                self._add("header", self._row)
                self._tell_uasc(self._row.get("UASC", "").upper() in FLAGGED or bool(self._row.get("DUC")))
            case 2, ["CHILD"], "UASC":
                said = self._row.get("UASC", "1") if self._row else text.strip()
                self._row = {"DOB": self._child.get("DOB", ""), **self._row, "UASC": said}
                self._tell_uasc(said.upper() in FLAGGED)
            case 2, ["CHILD"], "EPISODE":
                self._add("episodes", {"CHILD": self._child.get("CHILD", ""), **self._row})

    def _tell_uasc(self, flagged: bool) -> None:
        self.tells_uasc |= flagged or "UASC" in self._row
        if flagged:
            self._add("uasc", {**self._row, "CHILD": self._child.get("CHILD", "")})

    def _add(self, kind: str, row: dict[str, str]) -> None:
        self.tables[kind].add([row.get(column, "") for column in TABLES[kind]], self._length)
