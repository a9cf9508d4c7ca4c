"""projections.csv and sources.csv: published claims about the future, and where every figure comes from."""

from __future__ import annotations

from pathlib import Path

from packaged_data.source_files import is_number, natural, read

PROJECTION_COLUMNS = (
    "who",
    "published",
    "scenario",
    "year",
    "metric",
    "value",
    "unit",
    "source",
    "status",
    "note",
)
SOURCE_COLUMNS = ("key", "title", "publisher", "year", "url", "licence")

MORE = Path(__file__).with_name("more_sources.csv")
"""Sources of figures that were copied for this package alone."""


def build_projections(shared: Path) -> list[tuple[str, ...]]:
    """Select published claims, with a value."""
    rows = []
    for row in read(shared / "evidence/projections.csv"):
        if is_number(row["value"]) and row["who"] != "this evidence pack":
            rows.append(tuple(row[column] for column in PROJECTION_COLUMNS))
    return sorted(rows, key=lambda r: tuple(natural(part) for part in r))


def read_sources(shared: Path) -> dict[str, tuple[str, ...]]:
    """Merge the source lists; the data list wins where several hold a key."""
    merged: dict[str, tuple[str, ...]] = {}
    for path in (MORE, shared / "evidence/sources.csv", shared / "data/sources.csv"):
        for row in read(path):
            if row["key"] != "brief":
                merged[row["key"]] = tuple(row.get(c) or "" for c in SOURCE_COLUMNS)
    return merged
