"""How much an import takes in: what is in a file's row, and how much memory all files together may need."""

from __future__ import annotations

from dataclasses import dataclass

MOST_COLUMNS = 1_000
"""Columns of a table, and cells of a row; a return has about thirty."""

MOST_IN_A_ROW = 1_000_000
"""Characters of a row, those of cells that go over several lines among them."""

MOST_IN_A_CELL = 131_072
"""Characters of a cell: the limit of Python's csv."""

MOST_YEARS = 100
"""Different values in a column YEAR."""

MEMORY_MB, LEAST_MEMORY_MB = 500, 250
"""Memory that an import may need by default, and the least that it can be told to keep to."""

_PROGRAM = 150_000_000
"""Bytes that the program needs without any rows."""

_TIMES = 5
"""Bytes needed at most over the bytes of the cells that are kept: measured (docs/returns.md)."""


class TooMuch(Exception):
    """A file holds more than an import takes in; the message says of what, and no value.

    Attributes
    ----------
    row : int
        Row at which it does, the heading being row 1; 0 for the whole file.
    """

    def __init__(self, text: str, row: int = 0) -> None:
        self.row = row
        super().__init__(text)


@dataclass
class Budget:
    """What an import may still take in.

    Attributes
    ----------
    memory_mb : int
        Memory that it may need. As many bytes of text are read at most.
    text, kept : int
        Bytes read so far, as they are and not as an archive says, and bytes of the cells that are kept.
    """

    memory_mb: int = MEMORY_MB
    text: int = 0
    kept: int = 0

    def read(self, size: int) -> None:
        """Count bytes of text.

        Raises
        ------
        TooMuch
            If they are too many.
        """
        self.text += size
        if self.text > self.memory_mb * 1_000_000:
            raise TooMuch(f"more than {self.memory_mb:,} MB of text in all; {self._more}")

    def keep(self, size: int) -> None:
        """Count bytes of cells that are kept.

        Raises
        ------
        TooMuch
            If what is made of them would need more than the memory.
        """
        self.kept += size
        if _PROGRAM + _TIMES * self.kept > self.memory_mb * 1_000_000:
            raise TooMuch(f"with these rows, empty ones too, it needs more than {self.memory_mb:,} MB; {self._more}")

    def hold(self, size: int) -> None:
        """Count bytes that are held as they are while a file is read, and not in the several copies of kept cells."""
        self.keep(-(-size // _TIMES))

    @property
    def _more(self) -> str:
        return f"--memory-mb {2 * self.memory_mb} allows more"
