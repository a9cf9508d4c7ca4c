"""What reports say of the record and limits of the model, as docs/hindcast.md, backtest.md and limits.md have it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from docs_pages.markdown import standing

KEPT = (
    "Children looked after", "Starts", "Children's homes", "Foster care", "Mainstream foster households",
    "Filled mainstream places", "All spend on children looked after, real",
)  # fmt: skip
"""Figures of the hindcast that reports show too."""

METHODS = ("This model", "No change", "Damped trend")


def packaged_record(docs: Path) -> str:
    """Return `simulator/outputs/documents/record.json`.

    Raises
    ------
    ValueError
        If a page no longer has what is taken from it.
    """
    hindcast, backtest, limits = (
        (docs / f"{name}.md").read_text(encoding="utf-8") for name in ("hindcast", "backtest", "limits")
    )
    content = {
        "verdict": plain(standing(hindcast, "verdict")),
        "hindcast": _kept(_table(_section(hindcast, "By years ahead")), KEPT),
        "hindcast_authorities": _table(_section(hindcast, "Authorities"), at=1),
        "skill_authorities": _kept(_table(_section(backtest, "Authorities")), METHODS),
        "skill_england": _kept(_table(_section(backtest, "England and regions")), METHODS),
        "limits": _bullets(limits),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def plain(text: str) -> str:
    """Return Markdown as plain text on one line: links and emphasis as their words."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"\*+", "", text).split())


def _section(page: str, title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"there is no section {title!r}")
    return found[1]


def _table(section: str, at: int = 0) -> list[list[str]]:
    """Return a table of a section: its head and its rows."""
    tables = re.findall(r"(?:^\|.*\|\n)+", section, re.MULTILINE)
    lines = [[plain(cell) for cell in line.strip("|\n").split("|")] for line in tables[at].splitlines()]
    return [lines[0], *lines[2:]]


def _kept(table: list[list[str]], names: tuple[str, ...]) -> list[list[str]]:
    rows = {row[0]: row for row in table[1:]}
    if missing := [name for name in names if name not in rows]:
        raise ValueError(f"there is no row {', '.join(missing)}")
    return [table[0], *(rows[name] for name in names)]


def _bullets(section: str) -> list[list[str]]:
    """Return the heading and the rest of each point of a list."""
    points = re.findall(r"^- \*\*(.+?)\*\*(.*?)(?=^- |\Z)", section, re.MULTILINE | re.DOTALL)
    return [[plain(head).rstrip(".,:"), plain(rest).lstrip(":, ")] for head, rest in points]
