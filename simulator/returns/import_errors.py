"""Returns that no honest projection can be made from; and how faults are told without a value of the data."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.vocabulary.printable import one_line

ROWS_SHOWN = 10
"""Rows of one problem that a message names."""


@dataclass(frozen=True)
class ReturnsProblem:
    """One thing that is wrong with a file.

    Attributes
    ----------
    text : str
        What is wrong. Never a value from the file: it could name a child.
    file : str
        Name below the folder or inside the archive; empty for the whole.
    rows : tuple of int
        As a spreadsheet counts: the heading is row 1. Empty for the whole file.
    """

    text: str
    file: str = ""
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Write as ``file: rows 2, 12: what is wrong``."""
        parts = [one_line(self.file)] if self.file else []
        if self.rows:
            shown = ", ".join(map(str, self.rows[:ROWS_SHOWN]))
            more = f" and {len(self.rows) - ROWS_SHOWN:,} more" if len(self.rows) > ROWS_SHOWN else ""
            parts.append(f"row{'s' * (len(self.rows) > 1)} {shown}{more}")
        return ": ".join([*parts, self.text])


def sentence(text: object) -> str:
    """Return what is wrong as a sentence: with a full stop, unless it asks something or has one."""
    said = str(text)
    return said if said.endswith((".", "?")) else f"{said}."


class ReturnsError(Exception):
    """The returns can't be used; nothing was written."""

    def __init__(self, problems: Sequence[ReturnsProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def fault(error: BaseException) -> str:
    """Say which fault of the program happened, and where, without its message: that could hold a value of the data."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"a fault in the program: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
