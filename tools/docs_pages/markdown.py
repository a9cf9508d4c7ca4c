"""Markdown: tables, and parts of a page between marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

NONE = "–"


def between(text: str, name: str, new: str) -> str:
    """Replace what stands between two marks in a Markdown file.

    Parameters
    ----------
    text : str
        The file.
    name : str
        Of the marks ``<!-- name: ... -->`` and ``<!-- end of name -->``.
    new : str
        What is to stand there.

    Raises
    ------
    ValueError
        If the marks are not there once.
    """
    pattern = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(\n<!-- end of {name} -->)", re.DOTALL)
    result, count = pattern.subn(lambda found: f"{found[1]}{new}{found[2]}", text)
    if count != 1:
        raise ValueError(f"marks of {name!r} found {count} times")
    return result


def standing(text: str, name: str) -> str:
    """Return what stands between two marks in a Markdown file; see :func:`between`."""
    found = re.findall(rf"<!-- {name}: [^>]*-->\n(.*?)\n<!-- end of {name} -->", text, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"marks of {name!r} found {len(found)} times")
    return str(found[0])


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    heads : sequence of str
    rows : sequence of sequence of str
    numbers : int
        Columns at the right that hold numbers.
    """
    rule = ["---"] * (len(heads) - numbers) + ["---:"] * numbers
    lines = [heads, rule, *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
