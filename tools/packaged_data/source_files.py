"""Files of the shared evidence folder as they are read, and the rows and files that are made of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("table", "year", "category", "value", "unit", "vintage", "status", "source")
PUBLISHED = "published"
SUPPRESSED = "suppressed"
HIDDEN = {"c", "low", "k", "x", SUPPRESSED}
AGE_BANDS = {
    "Under 1 year": "under_1",
    "1 to 4 years": "1_to_4",
    "5 to 9 years": "5_to_9",
    "10 to 15 years": "10_to_15",
    "16 years and over": "16_and_over",
    "Under 16 years": "under_16",
    "Total": "total",
    "Total children": "total",
}
Row = dict[str, str]


UNVERIFIED = "unverified"
"""Status of a figure that was recalled, and seen on no page."""


def read(path: Path, *, unverified: bool = False) -> list[Row]:
    """Read a CSV file as a list of rows keyed by column, with rows that no page bears out if they are asked for."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [row for row in rows if unverified or row.get("status", "") != UNVERIFIED]


def named_and_dated(row: Row) -> tuple[str, str]:
    """Return what a row of the evidence folder counts, and of when it is, whatever its columns are called."""
    return row.get("metric") or row["item"], row.get("year") or row.get("price_year", "")


def number(value: float | int | str) -> str:
    """Give a number one stable text form, without trailing zeros."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


@dataclass
class Tables:
    """Rows of one output file, checked for repeats as they are added."""

    rows: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)

    def has(self, table: str, year: int | str, category: str) -> bool:
        """Say whether a figure is already held."""
        return (table, str(year), category) in self.rows

    def add(
        self,
        table: str,
        year: int | str,
        category: str,
        value: float | int | str | None,
        unit: str,
        vintage: int | str,
        source: str,
        status: str = PUBLISHED,
    ) -> None:
        """Add one figure; an empty value is held as suppressed."""
        key = (table, str(year), category)
        if key in self.rows:
            raise ValueError(f"repeated figure: {key}")
        if value is None or value == "":
            status, text = SUPPRESSED, ""
        else:
            text = number(value)
        status = " ".join((status or PUBLISHED).split())
        self.rows[key] = (*key, text, unit, str(vintage), status, source)


def write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write sorted rows with a header and plain line feeds."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that orders numbers inside text by size."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts)


def add_count(out: Tables, table: str, row: Mapping[str, str], category: str, unit: str = "children") -> None:
    """Add one published count from a national file."""
    value = row["children"] if "children" in row else row["children_or_count"]
    status = row.get("status", "")
    if not value and status not in HIDDEN:
        return
    out.add(
        table,
        row["year_ending_31_march"],
        category,
        value,
        unit,
        row["release_vintage_year"],
        row["source"],
        status or PUBLISHED,
    )


def is_number(text: str) -> bool:
    """Say whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
