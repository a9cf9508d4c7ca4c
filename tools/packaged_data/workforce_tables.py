"""workforce.csv: children's social workers, cases each, and how far from home children live."""

from __future__ import annotations

import re
from pathlib import Path

from packaged_data.source_files import Row, Tables, read

AGENCY_SHARE, CASELOAD = "agency share of children's social workers", "average caseload of children's social workers"
EARLIER = re.compile(r"([\d.]+) in (\d{4})")
WORKERS = re.compile(r"([\d,]+) full-time equivalent")
DISTANCE_GROUPS = {
    "Foster placements": "foster",
    "Placed for adoption": "for_adoption",
    "Placed with parents or other person with parental responsibility": "with_parents",
    "Secure homes and children's homes": "homes",
    "Independent and semi-independent living arrangements/ supported accommodation": "supported",
    "Other placements": "other",
    "All children": "all",
}
"""Published group of placements to ours; residential schools and others are in none, and are taken as all children."""
NOT_KNOWN, TOTAL = "Distance not known or not recorded", "Total"
DISTANCE_LINES = {
    "far_from_home": ("2.i Over 20 miles inside LA boundary", "2.ii Over 20 miles outside LA boundary"),
    "outside_area": ("1.ii 20 miles or less outside LA boundary", "2.ii Over 20 miles outside LA boundary"),
}
"""Our table to the published lines that make it up."""


def build_workforce(shared: Path, years: dict[str, str]) -> Tables:
    """Agency share and full-time equivalents, caseloads, and distance from home by placement."""
    out = Tables()
    for row in read(shared / "evidence/unit_costs.csv"):
        if row["item"] == AGENCY_SHARE and row["status"] == "page":
            year, source = row["price_year"].split()[-1], row["source"]
            out.add("agency_share", year, "all", float(row["value"]) / 100, "share", years[source], source)
            if found := WORKERS.search(row["note"]):
                workers = found.group(1).replace(",", "")
                out.add("agency_social_workers", year, "all", workers, "full-time equivalent", years[source], source)
    for row in read(shared / "evidence/market_and_workforce.csv"):
        if row["metric"] == CASELOAD and row["status"] == "page":
            found_in = [(row["value"], row["year"]), *EARLIER.findall(row["note"])]
            for value, year in found_in:
                out.add("caseload", year, "all", value, "cases", years[row["source"]], row["source"])
    add_distance(out, read(shared / "data/national" / "cla_stock_by_placement_distance_locality.csv"))
    return out


def add_distance(out: Tables, rows: list[Row]) -> None:
    """Add shares of children, of those whose home is known, who live over 20 miles from it or outside their area."""
    counts: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row["cla_group"] in DISTANCE_GROUPS:
            key = (row["year_ending_31_march"], DISTANCE_GROUPS[row["cla_group"]])
            counts.setdefault(key, {})[row["characteristic"]] = row
    for (year, group), lines in counts.items():
        known = _children(lines[TOTAL]) - _children(lines[NOT_KNOWN])
        for table, parts in DISTANCE_LINES.items():
            share = round(sum(_children(lines[part]) for part in parts) / known, 4)
            row = lines[TOTAL]
            out.add(
                table, year, group, share, "share", row["release_vintage_year"], row["source"],
                "derived: of children whose distance from home is known",
            )  # fmt: skip


def _children(row: Row) -> float:
    return float(row["children_or_count"])
