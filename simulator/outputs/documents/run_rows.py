"""Rows of a folder's tables, each of which knows its file and where in it it stands."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class TableRow:
    """A row of a table.

    Attributes
    ----------
    file : str
    number : int
        As a spreadsheet counts: names of columns are row 1.
    cells : mapping of str to str
    """

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell as it is written."""
        return self.cells[column]

    def figure(self, column: str = "central") -> float | None:
        """Return a figure; None where there is none, or where it is hidden."""
        try:
            return float(self.cells[column])
        except ValueError:
            return None


@dataclass(frozen=True)
class RunFolder:
    """A folder that a run wrote."""

    folder: Path

    @cached_property
    def _read(self) -> dict[str, list[TableRow]]:
        return {}

    def rows(self, file: str, **wanted: str) -> list[TableRow]:
        """Return the rows of a table in which some columns hold what is wanted; none where there is no such table."""
        if file not in self._read:
            path = self.folder / file
            self._read[file] = _rows(path) if path.is_file() else []
        return [row for row in self._read[file] if all(row.cells.get(key) == value for key, value in wanted.items())]

    def row(self, file: str, **wanted: str) -> TableRow | None:
        """Return the only row of a table in which some columns hold what is wanted; None where there is none."""
        found = self.rows(file, **wanted)
        if len(found) > 1:
            raise ValueError(f"{file}: {len(found)} rows with {wanted}")
        return found[0] if found else None


def _rows(path: Path) -> list[TableRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return [TableRow(path.name, number, row) for number, row in enumerate(csv.DictReader(file), start=2)]


def numbered(rows: Sequence[TableRow | None]) -> str:
    """Return in which rows of their file figures stand, in the order of the figures."""
    return ", ".join(str(row.number) for row in rows if row is not None)


def traced(rows: Sequence[TableRow | None]) -> str:
    """Return where figures stand: their file, and its rows in the order of the figures."""
    known = [row for row in rows if row is not None]
    return f"{known[0].file}, row{'s' * (len(known) > 1)} {numbered(known)}" if known else ""
