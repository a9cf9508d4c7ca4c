"""population.csv, areas.csv and local.csv: people under 18, authorities and their published figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaged_data.source_files import PUBLISHED, SUPPRESSED, Row, Tables, natural, number, read

# Authorities made from others: the first 31 March that counts the new one, and whose children it took over.
NEW_AUTHORITIES = {
    "838": (2020, ("835", "836", "837")),
    "839": (2020, ("835", "836", "837")),
    "940": (2022, ("928",)),
    "941": (2022, ("928",)),
    "942": (2024, ("909",)),
    "943": (2024, ("909",)),
}
FIRST_LOCAL_YEAR = 2011


def build_population(national: Path, years: Mapping[str, str]) -> Tables:
    """Build population at mid-year: single years of age and all children."""
    out = Tables()
    for row in read(national / "population_by_single_year_of_age_mid_2023.csv"):
        out.add(
            "population_by_age",
            row["mid_year"],
            row["age"],
            row["population"],
            "people",
            years[row["source"]],
            row["source"],
            "published: before the later revision of mid-2023",
        )
    for row in read(national / "population_under_18.csv"):
        if row["geographic_level"] == "national":
            out.add(
                "population_0_17",
                row["mid_year"],
                "all",
                row["population_0_17"],
                "people",
                years[row["source"]],
                row["source"],
            )
    return out


LOCAL_COLUMNS = ("table", "year", "area", "category", "value", "vintage", "status", "source")
AREA_COLUMNS = (
    "old_code", "code", "name", "region", "type", "children", "status", "first_year", "parents", "source",
)  # fmt: skip
LOCAL_YEARS = range(2021, 2026)
LOCAL_PLACEMENT_YEARS = range(2022, 2026)
"""Bases of authorities, and what became of them."""
LOCAL_FLOW_YEARS = range(2022, 2026)
LOCAL_FILES = {
    "stock_by_age": ("la_cla_stock_by_characteristic", "age_band", LOCAL_YEARS),
    "stock_by_uasc": ("la_cla_stock_by_characteristic", "uasc", LOCAL_YEARS),
    "stock_by_placement": ("la_cla_stock_by_characteristic", "placement_new_classification", LOCAL_PLACEMENT_YEARS),
    "stock_by_provider": ("la_cla_stock_by_characteristic", "provider", LOCAL_PLACEMENT_YEARS),
    "stock_by_locality": ("la_cla_stock_by_characteristic", "locality", LOCAL_PLACEMENT_YEARS),
    "stock_by_distance": ("la_cla_stock_by_characteristic", "distance", LOCAL_PLACEMENT_YEARS),
    "stock_by_distance_and_locality": (
        "la_cla_stock_by_characteristic",
        "distance_and_locality",
        LOCAL_PLACEMENT_YEARS[-1:],
    ),
    "starts_by_age": ("la_cla_starts_by_characteristic", "age_band", LOCAL_FLOW_YEARS),
    "starts_by_uasc": ("la_cla_starts_by_characteristic", "uasc", LOCAL_FLOW_YEARS),
    "ceased_by_age": ("la_cla_ceased_by_characteristic", "age_band", LOCAL_FLOW_YEARS),
    "ceased_by_uasc": ("la_cla_ceased_by_characteristic", "uasc", LOCAL_FLOW_YEARS),
}
"""Local tables: file, its breakdown, and the years ending 31 March that are kept."""
LOCAL_COSTS = {"residential_weekly_unit_cost_gbp": "residential", "fostering_weekly_unit_cost_gbp": "fostering"}
LOCAL_FOSTER_PLACES = {
    "la_mainstream_approved_foster_places": "approved",
    "la_mainstream_filled_foster_places": "filled",
}
LOCAL_COST_YEARS = ("2019-20", "2020-21", "2021-22", "2022-23", "2023-24", "2024-25")
LOCAL_HISTORY = range(2020, 2026)
FORMER_AREAS = {"835", "836", "837", "909", "928"}
"""Dorset, Poole and Bournemouth to 2019, Cumbria to 2023 and Northamptonshire to 2021: authorities that are no more."""
TYPES = {"E06": "unitary", "E08": "metropolitan", "E09": "London", "E10": "county"}


def build_areas(local: Path) -> list[tuple[str, ...]]:
    """List authorities, those that are no more as well.

    Each has its steady code, ONS code, name, region, type, children looked after in March 2025, the first year that
    counts it and the codes whose children it took over then. Those that are no more have no ONS code, type or children.
    A hidden number of children is taken as the mean rate of the others on the authority's population.
    """
    people = {
        row["old_la_code"]: float(row["population_0_17"])
        for row in read(local / "la_population_under_18.csv")
        if row["mid_year"] == "2024"
    }
    newest = {
        row["old_la_code"]: row
        for row in read(local / "la_cla_headline.csv")
        if row["year_ending_31_march"] == "2025" and row["old_la_code"] not in FORMER_AREAS
    }
    known = [row for row in newest.values() if row["stock_31_march"]]
    rate = sum(float(r["stock_31_march"]) for r in known) / sum(people[r["old_la_code"]] for r in known)
    found = {}
    for row in read(local / "la_children_in_need.csv"):
        old = row["old_la_code"]
        region = "London" if row["region_name"].endswith(" London") else row["region_name"]
        first, parents = NEW_AUTHORITIES.get(old, (FIRST_LOCAL_YEAR, ()))
        code, kind, children, status = "", "", "", "no more"
        name = row["la_name"]
        if old in newest:
            name = newest[old]["la_name"]
            code, children, status = newest[old]["la_code"], newest[old]["stock_31_march"], PUBLISHED
            kind = TYPES[code[:3]]
        if old in newest and not children:
            children, status = f"{rate * people[old]:.1f}", "derived: hidden, mean rate on its population"
        found[old] = (
            old, code, name.replace(" & ", " and "), region, kind, children, status, str(first), " ".join(parents),
            row["source"],
        )  # fmt: skip
    return sorted(found.values())


def build_local(local: Path, years: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Select local stocks, flows, population and unit costs, hidden figures included."""
    out = []
    for table, (name, breakdown, kept) in LOCAL_FILES.items():
        for row in read(local / f"{name}.csv"):
            if row["breakdown"] == breakdown and int(row["year_ending_31_march"]) in kept:
                out.append(local_row(table, row["year_ending_31_march"], row, row["category"], row["children"]))
    for row in read(local / "la_cla_headline.csv"):
        if int(row["year_ending_31_march"]) in LOCAL_HISTORY:
            out.append(local_row("stock", row["year_ending_31_march"], row, "all", row["stock_31_march"]))
    for row in read(local / "la_population_under_18.csv"):
        if int(row["mid_year"]) + 1 in LOCAL_YEARS:
            row["release_vintage_year"] = years[row["source"]]
            out.append(local_row("population_0_17", row["mid_year"], row, "all", row["population_0_17"]))
    for row in read(local / "la_spend_unit_costs_foster_places_lait.csv"):
        if row["measure"] in LOCAL_COSTS and row["period"] in LOCAL_COST_YEARS:
            row["release_vintage_year"] = years[row["source"]]
            out.append(local_row("weekly_unit_cost", row["period"], row, LOCAL_COSTS[row["measure"]], row["value"]))
        if row["measure"] in LOCAL_FOSTER_PLACES and int(row["period"][:4]) in LOCAL_PLACEMENT_YEARS:
            row["release_vintage_year"] = years[row["source"]]
            kind = LOCAL_FOSTER_PLACES[row["measure"]]
            out.append(local_row("council_foster_places", row["period"], row, kind, row["value"]))
    steady = {row["la_code"]: row["old_la_code"] for row in read(local / "la_cla_headline.csv")}
    for row in read(local / "la_spend_ro3_2024_25.csv"):
        about = (row["service"], row["measure"])
        if about == ("Children Looked After", "total_expenditure") and row["la_code"] in steady:
            row |= {"old_la_code": steady[row["la_code"]], "release_vintage_year": years[row["source"]]}
            out.append(local_row("spend_reported", row["financial_year"], row, "all", row["gbp"]))
    known = [row for row in out if row[4] or row[6] == SUPPRESSED]
    return sorted(known, key=lambda r: tuple(natural(part) for part in r[:4]))


def local_row(table: str, year: str, row: Row, category: str, value: str) -> tuple[str, ...]:
    """Make one local figure; hidden ones have no value, those that do not apply are told apart by their status."""
    status = PUBLISHED if value else SUPPRESSED if row.get("status", "c") != "z" else "not applicable"
    shown = number(value) if value else ""
    return (table, year, row["old_la_code"], category, shown, row["release_vintage_year"], status, row["source"])
