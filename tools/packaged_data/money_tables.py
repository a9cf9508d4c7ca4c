"""money.csv: spend, unit costs and prices in England."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaged_data.source_files import PUBLISHED, Row, Tables, read

LOOKED_AFTER_LINES = {
    "3.1.1": "residential",
    "3.1.2": "fostering_total",
    "3.1.2a": "fostering_excl_allowances",
    "3.1.2b": "fostering_allowances",
    "3.1.3": "adoption",
    "3.1.4": "special_guardianship",
    "3.1.5": "other_looked_after",
    "3.1.6": "short_breaks",
    "3.1.7": "family_and_friends",
    "3.1.8": "education",
    "3.1.9": "leaving_care",
    "3.1.10": "asylum",
    "3.1.11": "total_looked_after",
}
WIDER_LINES = {
    "3.0.5": "sure_start_and_under_5s",
    "3.3.1": "social_work",
    "3.4.4": "targeted_family_support",
    "3.4.6": "family_support_total",
    "5.0.2": "children_and_young_people_total",
}
GRANTED_LINES = {"asylum", "leaving_care"}
SPLIT_LINES = {
    "residential",
    "fostering_total",
    "fostering_excl_allowances",
    "fostering_allowances",
}
RO3_LINES = {
    "Children Looked After": ("spend_line", "total_looked_after"),
    "Children Looked After of which residential care": ("spend_line", "residential"),
    "Children Looked After of which fostering services": ("spend_line", "fostering_total"),
    "Children Looked After of which other": ("spend_line", "other_including_adoption"),
    "Children Looked After of which asylum seeking children who are looked after": (
        "spend_line",
        "asylum",
    ),
    "Asylum Seekers": ("spend_line_wider", "asylum_seekers_not_looked_after"),
    "Family Support Services": ("spend_line_wider", "family_support_total"),
    "Safeguarding children and young people\u2019s services": (
        "spend_line_wider",
        "safeguarding",
    ),
    "Services for young people": ("spend_line_wider", "services_for_young_people"),
    "Youth Justice": ("spend_line_wider", "youth_justice"),
}
GRANT_RATES = {
    "Home Office daily rate, asylum-seeking child under 16": (2019, "under_16_per_night"),
    "Home Office rate, care leaver who was an asylum-seeking child": (2024, "care_leaver_per_week"),
}
"""Rates of the Home Office, by item of the evidence: financial year that ends in this year, and name."""
LAIT_COSTS = {
    "residential_weekly_unit_cost_gbp": "residential",
    "fostering_weekly_unit_cost_gbp": "fostering",
    "adoption_weekly_unit_cost_gbp": "adoption",
    "cla_weekly_unit_cost_gbp": "all_looked_after",
    "social_work_weekly_unit_cost_gbp": "social_work",
}


def build_money(shared: Path, years: Mapping[str, str]) -> Tables:
    """Spend lines, totals, grants, weekly unit costs, deflators and the discount rate."""
    out, national = Tables(), shared / "data/national"
    for row in read(shared / "evidence/unit_costs.csv"):
        if row["item"] in GRANT_RATES:
            year, category = GRANT_RATES[row["item"]]
            unit = row["unit"].replace("GBP a ", "gbp_per_person_per_")
            out.add("home_office_grant_gbp", year, category, row["value"], unit, years[row["source"]], row["source"])
    for row in read(national / "spend_s251_outturn_2015_16_to_2023_24.csv"):
        add_section_251(out, row, years[row["source"]])
    for row in read(national / "spend_ro3_2024_25.csv"):
        if row["service"] in RO3_LINES:
            table, category = RO3_LINES[row["service"]]
            out.add(
                table,
                row["financial_year"],
                category,
                row["total_expenditure_gbp"],
                "gbp",
                years[row["source"]],
                row["source"],
                "published: RO3 return, not section 251",
            )
    for row in read(national / "spend_headline.csv"):
        lait = row["source"] == "dfe_lait_2026"
        derived = row["basis"].startswith("summed")
        status = f"{'derived' if derived else PUBLISHED}: {row['basis']}"
        headline = (
            ("residential_gross_gbp", "spend_headline", "residential"),
            ("fostering_gross_gbp", "spend_headline", "fostering_total"),
            ("cla_total_gross_gbp", "spend_total", "section_251_lait" if lait else "all"),
            ("cla_total_net_current_gbp", "spend_total_net_current", "all"),
        )
        for column, table, category in headline:
            if row[column]:
                out.add(
                    table,
                    row["financial_year"],
                    category,
                    row[column],
                    "gbp",
                    years[row["source"]],
                    row["source"],
                    status,
                )
    for row in read(national / "unit_costs_and_spend_lait_england_regions.csv"):
        if row["area_name"] == "England" and row["measure"] in LAIT_COSTS and row["value"]:
            out.add(
                "unit_cost_gbp_per_week",
                row["period"],
                LAIT_COSTS[row["measure"]],
                row["value"],
                "gbp_per_child_per_week",
                years[row["source"]],
                row["source"],
            )
    add_deflators(out, read(national / "gdp_deflator_calendar_year.csv"), years)
    for row in read(national / "discount_rates_green_book.csv"):
        span = f"years_{row['year_from']}_to_{row['year_to']}"
        year = years[row["source"]]
        out.add("discount_rate", year, span, row["standard_rate"], "rate", year, row["source"])
    return out


def add_section_251(out: Tables, row: Row, vintage: str) -> None:
    """Add a section 251 line: gross, and own and external where asked for."""
    code = row["line"].split(" ", 1)[0]
    year, gross = row["financial_year"], row["gross_expenditure_gbp"]
    if code in WIDER_LINES:
        if gross:
            out.add("spend_line_wider", year, WIDER_LINES[code], gross, "gbp", vintage, row["source"])
        return
    category = LOOKED_AFTER_LINES[code]
    status = PUBLISHED
    if year == "2017-18" and category == "total_looked_after":
        status = "published: GBP 60m above the sum of its published lines"
    out.add("spend_line", year, category, gross, "gbp", vintage, row["source"], status)
    if category in GRANTED_LINES:
        inside, outside = (float(row[f"grants_{where}_aef_gbp"]) for where in ("inside", "outside"))
        out.add("spend_line_income", year, category, row["income_gbp"], "gbp", vintage, row["source"])
        summed = "derived: grants inside and outside aggregate external finance"
        out.add("spend_line_grants", year, category, inside + outside, "gbp", vintage, row["source"], summed)
    if category not in SPLIT_LINES:
        return
    note = f"; {row['note']}" if row["note"] else ""
    own = row["own_provision_gbp"]
    external = sum(
        float(row[column])
        for column in (
            "private_provision_gbp",
            "other_public_provision_gbp",
            "voluntary_provision_gbp",
        )
        if row[column]
    )
    own_status = "derived: total lines less other lines" if row["note"] else PUBLISHED
    out.add("spend_line_own", year, category, own, "gbp", vintage, row["source"], own_status)
    out.add(
        "spend_line_external",
        year,
        category,
        external,
        "gbp",
        vintage,
        row["source"],
        f"derived: private plus other public plus voluntary{note}",
    )


def add_deflators(out: Tables, rows: list[Row], years: Mapping[str, str]) -> None:
    """Calendar-year deflator, and a financial-year blend as far as two years allow."""
    index = {int(r["calendar_year"]): r for r in rows}
    for year, row in index.items():
        value = float(row["gdp_deflator_index_2024_100"])
        vintage = years[row["source"]]
        unit = "index_2024_100"
        out.add("gdp_deflator_calendar", year, "all", value, unit, vintage, row["source"])
        if year + 1 in index:
            following = float(index[year + 1]["gdp_deflator_index_2024_100"])
            out.add(
                "gdp_deflator",
                f"{year}-{(year + 1) % 100:02d}",
                "all",
                round(0.75 * value + 0.25 * following, 3),
                unit,
                vintage,
                row["source"],
                "derived: 0.75 of first calendar year and 0.25 of the next; not the HM Treasury financial-year series",
            )
