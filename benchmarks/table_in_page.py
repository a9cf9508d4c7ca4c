"""Put a table of measured speed into a page of the docs, between its marks."""

from __future__ import annotations

import re
from pathlib import Path


def put(table: str, page: Path) -> None:
    """Write a table in the place of the one that stands between the marks.

    Raises
    ------
    ValueError
        If the marks are not there once.
    """
    pattern = re.compile(r"(<!-- speed: [^>]*-->\n).*?(\n<!-- end of speed -->)", re.DOTALL)
    text, count = pattern.subn(lambda found: f"{found[1]}{table}{found[2]}", page.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{page.name}: the marks of the table are not there once")
    page.write_text(text, encoding="utf-8")
