"""What is wrong with returns that no honest projection can be made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a file.

    Attributes
    ----------
    file : str
        Name below the folder or inside the archive; empty for the whole.
    row : int
        As a spreadsheet counts: the heading is row 1. 0 for the whole file.
    text : str
        What is wrong. Never a value from the file: it could name a child.
    """

    file: str
    row: int
    text: str

    def __str__(self) -> str:
        """Write as ``file: row 12: what is wrong``."""
        where = [self.file] if self.file else []
        where += [f"row {self.row}"] if self.row else []
        return ": ".join([*where, self.text])


class ReturnsError(Exception):
    """The returns can't be used; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
