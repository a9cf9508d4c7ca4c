"""Small tables in words: lined up as text, or taken apart for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WordTable:
    """A table in words.

    Attributes
    ----------
    head : str
        What it is of; empty where its first cell says so.
    rows : tuple of tuple of str
        The first holds names of columns. A name of a row that begins with blanks belongs to the row above.
    said : tuple of str
        Sentences below it.
    """

    head: str
    rows: tuple[tuple[str, ...], ...]
    said: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        return [*([self.head] if self.head else []), *grid(self.rows), *self.said]


def grid(rows: Sequence[Sequence[str]]) -> list[str]:
    """Line up rows: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(text.rjust(w) for text, w in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines
