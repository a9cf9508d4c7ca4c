r"""Text at the border: nothing that a user or a file names acts on the terminal, chart, table or page that shows it.

Characters that act instead of being seen (control characters such as those of a terminal, those that turn the direction
of text, line separators, halves of characters) are refused where a name is read, and written as ``\u001b`` where else
text goes out. Within JSON that is the same text.
"""

from __future__ import annotations

import re
import unicodedata

_ACTING = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_IN_TEXT = re.compile(f"[{_ACTING}]")
_IN_LINE = re.compile(f"[\\t\\n{_ACTING}]")

_FORMULA = ("=", "+", "-", "@")
"""What a cell begins with that a spreadsheet takes for a formula; tabs and carriage returns are written out before."""


def printable(text: str) -> str:
    r"""Return text in which nothing acts; it may have several lines, and tabs.

    >>> printable("a\x1b[31m b")
    'a\\u001b[31m b'
    """
    return _IN_TEXT.sub(_written, text)


def one_line(text: object) -> str:
    """Return a name or a path on one line, with nothing in it that acts."""
    return _IN_LINE.sub(_written, str(text))


def cell(text: str) -> str:
    """Return text for a cell of a table: on one line, and after an apostrophe where it would be a formula.

    >>> cell("=1+1"), cell("Hull")
    ("'=1+1", 'Hull')
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def acting(text: str, *, lines: bool = False) -> str:
    r"""Return words for the first character of a name that acts; empty if none does.

    Parameters
    ----------
    text : str
    lines : bool
        Whether it may have several lines, and tabs.

    >>> acting("a\u202eb")
    'U+202E (right-to-left override)'
    """
    found = (_IN_TEXT if lines else _IN_LINE).search(text)
    if found is None:
        return ""
    name = unicodedata.name(found[0], "half a character" if "\ud800" <= found[0] <= "\udfff" else "control character")
    return f"U+{ord(found[0]):04X} ({name.lower()})"


def _written(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
