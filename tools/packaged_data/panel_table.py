"""panel.csv and local_placements.csv: children, flows, population and placements of every area and year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaged_data.source_files import is_number, number, read

PANEL_COLUMNS = ("series", "area", "source", "first_year", "values")
Cell = tuple[str, str]
"""A value, `c` where the publisher hides it, and its source."""


def build_panel(shared: Path) -> list[tuple[str, ...]]:
    """Return children, starts, ceased, UASC and population of every area and year, a run of years a row.

    A population is that of the mid-year before, which is the one that rates at 31 March are given on.
    """
    local = shared / "data/local_authority"
    cells: dict[tuple[str, str], dict[int, Cell]] = {}

    def add(series: str, area: str, year: int, value: str, source: str) -> None:
        cells.setdefault((series, area), {})[year] = (number(value) if is_number(value) else "c", source)

    counts = {"children": "stock_31_march", "starts": "starts", "ceased": "ceased"}
    england = {**counts, "uasc": "uasc_stock_31_march", "population": "population_0_17_mid_year_before"}
    for row in read(shared / "data/national/cla_headline.csv"):
        for series, column in england.items():
            if row[column]:
                add(series, "ENG", int(row["year_ending_31_march"]), row[column], row["source"])
    for row in read(local / "la_cla_headline.csv"):
        if any(row[column] for column in counts.values()):  # an area that is not there any more has no figure at all
            for series, column in counts.items():
                add(series, row["old_la_code"], int(row["year_ending_31_march"]), row[column], row["source"])
    for row in read(local / "la_spend_unit_costs_foster_places_lait.csv"):
        if row["measure"] == "uasc_stock":
            add("uasc", row["old_la_code"], int(row["period"]), row["value"], row["source"])
    for row in read(local / "la_population_under_18.csv"):
        add("population", row["old_la_code"], int(row["mid_year"]) + 1, row["population_0_17"], row["source"])
    return [row for key in sorted(cells) for row in runs_of_years(*key, cells[key])]


PLACEMENT_COLUMNS = ("group", "area", "source", "first_year", "values")
GROUPS = {"foster_placements": "foster_total", "placed_with_parents": "placed_with_parents",
          "placed_for_adoption": "placed_for_adoption"}  # fmt: skip
"""Placements of authorities that are published alike in all years, and what England's longest series call them."""
THE_OTHERS = "homes_supported_and_other"


def build_local_placements(shared: Path) -> list[tuple[str, ...]]:
    """Return children by group of placements of every authority and year, a run of years a row.

    Classifications of homes, supported accommodation and others changed, so they are what a total leaves; it is hidden
    where any of the figures is.
    """
    local = shared / "data/local_authority"
    total = {
        (row["old_la_code"], row["year_ending_31_march"]): row["stock_31_march"]
        for row in read(local / "la_cla_headline.csv")
    }
    shown: dict[tuple[str, str], dict[str, Cell]] = {}
    for row in read(local / "la_cla_stock_by_characteristic.csv"):
        if row["breakdown"].startswith("placement_") and row["category"] in GROUPS and row["status"] not in ("x", "z"):
            at = shown.setdefault((row["old_la_code"], row["year_ending_31_march"]), {})
            at[GROUPS[row["category"]]] = (
                number(row["children"]) if is_number(row["children"]) else "c",
                row["source"],
            )
    cells: dict[tuple[str, str], dict[int, Cell]] = {}
    for (area, year), parts in shown.items():
        known = [value for value, _ in parts.values()]
        whole, source = total.get((area, year), ""), next(iter(parts.values()))[1]
        rest = "c"
        if "c" not in known and is_number(whole) and len(known) == len(GROUPS):
            rest = number(str(float(whole) - sum(map(float, known))))
        for group, cell in {**parts, THE_OTHERS: (rest, source)}.items():
            cells.setdefault((group, area), {})[int(year)] = cell
    return [row for key in sorted(cells) for row in runs_of_years(*key, cells[key])]


def runs_of_years(series: str, area: str, cells: Mapping[int, Cell]) -> list[tuple[str, ...]]:
    """Return one row for each run of years that follow each other and share a source."""
    runs: list[list[int]] = []
    for year in sorted(cells):
        if runs and year == runs[-1][-1] + 1 and cells[year][1] == cells[runs[-1][-1]][1]:
            runs[-1].append(year)
        else:
            runs.append([year])
    return [
        (series, area, cells[years[0]][1], str(years[0]), " ".join(cells[year][0] for year in years)) for years in runs
    ]
