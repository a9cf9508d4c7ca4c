"""placements.csv: stock, first and last placements, and providers of England."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from packaged_data.area_tables import FIRST_LOCAL_YEAR
from packaged_data.source_files import HIDDEN, PUBLISHED, Row, Tables, add_count, number, read

# Published lines that make up each placement category; the first list for 2019, the second
# for 2020 on. Each entry is the start of the published label.
PLACEMENT_LINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "foster_total": (("1_total_",), ("1_total_",)),
    "foster_relative_or_friend": (("1a_1_", "1b_1_"), ("1a_1_", "1b_1_")),
    "foster_other_carer": (("1a_2_", "1b_2_"), ("1a_2_", "1b_2_")),
    "placed_for_adoption": (("2_total_",), ("2_total_",)),
    "placed_with_parents": (("3_total_",), ("3_total_",)),
    "secure_homes": (("5a_secure_", "5b_secure_"), ("4a_secure_", "4b_secure_")),
    "childrens_homes": (("5c_total_",), ("4c_total_",)),
    "secure_and_childrens_homes": (
        ("5a_secure_", "5b_secure_", "5c_total_"),
        ("4_total_secure_",),
    ),
    "supported_and_independent": (
        ("4a_living_", "5d_semi_"),
        ("5_total_independent_",),
    ),
    "semi_independent": (("5d_semi_",), ("5a_semi_",)),
    "independent_living": (("4a_living_",), ("5b_living_",)),
    "supported_accommodation": ((), ("5c_supported_",)),
    "other_residential": (("6_total_",), ("6_total_",)),
    "residential_care_home": (("6a_",), ("6a_",)),
    "nhs": (("6b_",), ("6b_",)),
    "family_centre": (("6c_",), ("6c_",)),
    "young_offender": (("6d_",), ("6d_",)),
    "residential_employment": (("4b_residential_",), ("6e_",)),
    "residential_schools": (("7_total_",), ("7_total_",)),
    "other_placements": (("8_total_",), ("8_total_",)),
    "total": (("total",), ("total",)),
}
NEW_PLACEMENTS = {
    "foster_placements": "foster_total",
    "independent_semi_independent_supported_accommodation": "supported_and_independent",
    "other_placements": "other_placements",
    "other_residential_settings": "other_residential",
    "placed_for_adoption": "placed_for_adoption",
    "placed_with_parents": "placed_with_parents",
    "residential_schools": "residential_schools",
    "secure_homes_and_childrens_homes": "secure_and_childrens_homes",
    "total": "total",
}
# The short list kept in the mixed-vintage stock table.
STOCK_CATEGORIES = (
    "foster_total",
    "foster_relative_or_friend",
    "foster_other_carer",
    "childrens_homes",
    "secure_homes",
    "secure_and_childrens_homes",
    "supported_and_independent",
    "placed_with_parents",
    "placed_for_adoption",
    "other_residential",
    "residential_schools",
    "other_placements",
    "total",
)
PROVIDER_TABLES = {
    "foster_by_provider": re.compile(r"^[23][a-z]\. Foster placements$"),
    "homes_by_provider": re.compile(r"^[23][a-z]\. Secure homes and children's homes$"),
    "supported_by_provider": re.compile(r"^[23][a-z]\. Independent and semi-independent"),
}
PROVIDERS = {
    "own_la": "own_la",
    "other_la": "other_la",
    "other_public": "other_public",
    "Other public provision (eg by PCT)": "other_public",
    "private": "private",
    "voluntary": "voluntary",
    "total": "total",
}
# Homes, supported and other placements have been split in several ways; together they are what these leave.
REGISTERED_HOMES = {"places": ("registered_home_places", "places"), "providers": ("registered_homes", "homes")}
"""Measure in the file of children's homes to table and unit."""
PLACES_ROSE_TO_2025 = 0.11
"""Growth of registered places over the year to 31 March 2025, as reported with them [community_care_homes_2025]."""
GROUP_TABLE = "stock_by_placement_group"
PLACEMENT_GROUPS = ("foster_total", "placed_with_parents", "placed_for_adoption")


def placement_figures(rows: list[Row]) -> dict[tuple[str, str], tuple[str, Row, str]]:
    """Work out each placement category of the detailed tables.

    Parameters
    ----------
    rows
        Rows of one detailed file with published line labels.

    Returns
    -------
    dict
        Year and category to the value text, one row it came from and the status.
    """
    found: dict[tuple[str, str], tuple[str, Row, str]] = {}
    by_year: dict[str, list[Row]] = {}
    for row in rows:
        by_year.setdefault(row["year_ending_31_march"], []).append(row)
    for year, lines in by_year.items():
        for category, (old, new) in PLACEMENT_LINES.items():
            starts = old if int(year) <= 2019 else new
            parts = [r for s in starts for r in lines if r["category"].startswith(s)]
            if len(parts) != len(starts) or not parts:
                if starts:
                    raise ValueError(f"{year} {category}: {len(parts)} of {len(starts)} lines")
                continue
            shown = [p for p in parts if p["children"]]
            hidden = [p for p in parts if p["status"] in HIDDEN]
            if not shown and not hidden:
                continue
            status = PUBLISHED
            if len(parts) > 1:
                status = f"derived: sum of {len(parts)} published lines"
                if hidden:
                    status += f"; {len(hidden)} hidden (c) taken as 0"
            total = sum(float(p["children"]) for p in shown)
            value = number(total) if shown else ""
            found[year, category] = (value, parts[0], status)
    return found


def build_placements(national: Path, years: Mapping[str, str]) -> Tables:
    """Stock, first placements, last placements and providers."""
    out = Tables()
    stock = read(national / "cla_stock_by_placement.csv")
    detail = placement_figures([r for r in stock if r["breakdown"] == "placement_detail"])
    sources = (
        ("stock_by_placement_2024_release", detail),
        ("starts_by_placement", placement_figures(read(national / "cla_starts_by_placement.csv"))),
        (
            "ceased_by_last_placement",
            placement_figures(read(national / "cla_ceased_by_last_placement.csv")),
        ),
    )
    for table, figures in sources:
        for (year, category), (value, row, status) in figures.items():
            out.add(
                table,
                year,
                category,
                value,
                "children",
                row["release_vintage_year"],
                row["source"],
                status,
            )
    for row in stock:
        if row["breakdown"] == "placement_new_classification":
            add_count(out, "stock_by_placement", row, NEW_PLACEMENTS[row["category"]])
    for (year, category), (value, row, status) in detail.items():
        if category not in STOCK_CATEGORIES or out.has("stock_by_placement", year, category):
            continue
        if out.has("stock_by_placement", year, "total"):
            joint = ": " if status == PUBLISHED else "; "
            status += f"{joint}2024 release, so does not add exactly to the 2025-release totals"
        out.add(
            "stock_by_placement",
            year,
            category,
            value,
            "children",
            row["release_vintage_year"],
            row["source"],
            status,
        )
    add_providers(out, read(national / "cla_stock_by_placement_and_provider.csv"))
    add_placement_groups(out, national, years)
    add_registered_homes(out, national, years)
    return out


def add_registered_homes(out: Tables, national: Path, years: Mapping[str, str]) -> None:
    """Add registered mainstream children's homes and their places at 31 March; 2024 is worked back from 2025."""
    for row in read(national / "childrens_homes_ofsted.csv"):
        table = REGISTERED_HOMES.get(row["measure"])
        if table is None or (row["provision_type"], row["sector"]) != ("childrens_homes_mainstream", "all"):
            continue
        out.add(table[0], row["at_31_march"], "all", row["value"], table[1], years[row["source"]], row["source"])
    places, unit = REGISTERED_HOMES["places"]
    newest = out.rows[places, "2025", "all"]
    said = f"derived: 2025 less the {PLACES_ROSE_TO_2025:.0%} that it was reported to have risen by"
    before = number(round(float(newest[3]) / (1.0 + PLACES_ROSE_TO_2025), -1))
    out.add(places, "2024", "all", before, unit, newest[5], newest[7], said)


def add_placement_groups(out: Tables, national: Path, years: Mapping[str, str]) -> None:
    """Add stock by the few groups that have one definition in every year, newest release first."""
    held = {key: row for key, row in out.rows.items() if key[0] == "stock_by_placement"}
    for row in read(national / "cla_stock_by_placement_summary.csv"):
        year, group = row["year_ending_31_march"], row["placement"]
        key = (GROUP_TABLE, year, group)
        if group not in PLACEMENT_GROUPS or int(year) < FIRST_LOCAL_YEAR:
            continue
        if newest := held.get(("stock_by_placement", year, group)):
            out.rows[key] = (*key, *newest[3:])
        else:
            out.add(*key, row["children"], "children", years[row["source"]], row["source"])
    for row in read(national / "cla_headline.csv"):
        year = row["year_ending_31_march"]
        parts = [out.rows[GROUP_TABLE, year, group] for group in PLACEMENT_GROUPS if out.has(GROUP_TABLE, year, group)]
        if parts:
            rest = float(row["stock_31_march"]) - sum(float(part[3]) for part in parts)
            status = "derived: all children less the other three groups"
            vintage, source = parts[0][5], ";".join(sorted({row["source"], *(part[7] for part in parts)}))
            out.add(GROUP_TABLE, year, "homes_supported_and_other", rest, "children", vintage, source, status)


def add_providers(out: Tables, rows: list[Row]) -> None:
    """Children by provider, inside and outside the council boundary together."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        for table, pattern in PROVIDER_TABLES.items():
            label = row["placement_type_and_locality"]
            if pattern.match(label) and row["provider"] in PROVIDERS:
                key = (table, row["year_ending_31_march"], PROVIDERS[row["provider"]])
                groups.setdefault(key, []).append(row)
    for (table, year, provider), parts in groups.items():
        if len(parts) != 2:
            raise ValueError(f"{table} {year} {provider}: {len(parts)} lines")
        hidden = sum(1 for p in parts if p["status"] in HIDDEN)
        shown = [float(p["children"]) for p in parts if p["children"]]
        if not shown and not hidden:
            continue
        status = "derived: inside plus outside the council boundary"
        if hidden:
            status += f"; {hidden} hidden (c) taken as 0"
        out.add(
            table,
            year,
            provider,
            sum(shown) if shown else None,
            "children",
            parts[0]["release_vintage_year"],
            parts[0]["source"],
            status,
        )
