"""Build the package's compact data tables from the shared evidence folder.

Usage: ``python tools/build_data.py --from PATH/TO/shared [--to PATH/TO/simulator/data]``.

The output is the same for the same input: rows are sorted, numbers have one form and lines
end in a line feed. Only the standard library is used. Rows marked unverified are left out.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("table", "year", "category", "value", "unit", "vintage", "status", "source")
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
DURATION_BANDS = {
    "1_under_2_weeks": "under_2_weeks",
    "2_from_2_weeks_to_under_8_weeks": "2_to_8_weeks",
    "3_from_8_weeks_to_under_6_months": "8_weeks_to_6_months",
    "4_from_6_months_to_under_1_year": "6_to_12_months",
    "5_from_1_year_to_under_2_years": "1_to_2_years",
    "6_from_2_years_to_under_3_years": "2_to_3_years",
    "7_from_3_years_to_under_5_years": "3_to_5_years",
    "8_from_5_years_to_under_10_years": "5_to_10_years",
    "9_10_years_and_over": "10_years_and_over",
    "total": "total",
}
LONG_DURATIONS = {
    "Under 1 year": "under_1_year",
    "1 to 2 years": "1_to_2_years",
    "2 to 3 years": "2_to_3_years",
    "3 years and over": "3_years_and_over",
    "Total": "total",
}
GUARDIANSHIP_CARERS = {
    "Made to former foster carer, who was/are a relative or friend": "foster_relative_or_friend",
    "Made to former foster carer, other than relative or friend": "foster_other_carer",
    "Made to carer, other than former foster carer, who was/are a relative or friend": ("other_relative_or_friend"),
    "Made to carer, other than former foster carer, other than relative or friend": "other_carer",
    "Total": "total",
}
UASC_PLACEMENTS = {
    "1. Foster placements": "foster_total",
    "2. Secure homes and children's homes": "secure_and_childrens_homes",
    "3. Independent and semi-independent living arrangements/ supported accommodation": ("supported_and_independent"),
    "4. Other placements": "other_placements",
    "Total": "total",
}
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
SECTORS = {
    "england": "england",
    "local_authority": "local_authority",
    "independent_fostering_agency": "independent",
}
# (measure, scope) in the Ofsted file to (table, unit). No prefix means mainstream.
FOSTERING_TABLES = {
    ("approved_fostering_households", "mainstream"): ("mainstream_households", "households"),
    ("approved_fostering_households", "kinship"): ("kinship_households", "households"),
    ("approved_fostering_households", "all"): ("all_households", "households"),
    ("approved_foster_places", "mainstream"): ("mainstream_places_approved", "places"),
    ("approved_foster_places", "all"): ("all_places_approved", "places"),
    ("filled_foster_places", "mainstream"): ("mainstream_places_filled", "places"),
    ("filled_foster_places", "all"): ("all_places_filled", "places"),
    ("vacant_foster_places", "mainstream"): ("mainstream_places_vacant", "places"),
    ("vacant_foster_places", "all"): ("all_places_vacant", "places"),
    ("foster_places_not_available", "all"): ("all_places_not_available", "places"),
    ("approved_foster_carers", "mainstream"): ("mainstream_carers", "carers"),
    ("households_approved_in_year", "mainstream"): ("households_approved_in_year", "households"),
    ("households_approved_in_year", "kinship"): (
        "kinship_households_approved_in_year",
        "households",
    ),
    ("households_deregistered", "mainstream"): ("households_deregistered", "households"),
    ("households_deregistered", "all"): ("all_households_deregistered", "households"),
    ("applications_received", "mainstream"): ("applications_received", "applications"),
    ("applications_received", "all"): ("all_applications_received", "applications"),
    ("applications_accepted", "mainstream"): ("applications_accepted", "applications"),
    ("applications_approved", "mainstream"): ("applications_approved", "applications"),
    ("applications_approved", "all"): ("all_applications_approved", "applications"),
    ("applications_withdrawn", "mainstream"): ("applications_withdrawn", "applications"),
    ("initial_enquiries", "mainstream"): ("initial_enquiries", "enquiries"),
    ("initial_enquiries", "all"): ("all_initial_enquiries", "enquiries"),
    ("enquiries_per_application", "mainstream"): ("enquiries_per_application", "enquiries"),
    ("share_of_new_approvals_percent", "mainstream"): ("share_of_new_approvals", "percent"),
    ("children_in_kinship_foster_households", "kinship"): (
        "children_in_kinship_households",
        "children",
    ),
}
# (metric, year text, scope) in the evidence file to (table, year, category). Used only where
# the Ofsted file has no figure for the same place.
FOSTERING_EVIDENCE = {
    ("approved households", "2023", "mainstream, 31 March"): ("mainstream_households", 2023),
    ("approved households", "2018", "family and friends, 31 March"): ("kinship_households", 2018),
    ("approved carers", "2023", "mainstream, 31 March"): ("mainstream_carers", 2023),
    ("initial enquiries", "2020-21", "mainstream"): ("initial_enquiries", 2021),
    ("applications", "2017-18", "mainstream"): ("applications_received", 2018),
    ("vacant share", "2024", "mainstream"): ("mainstream_places_vacant_percent", 2024),
    ("fill rate", "2025", "mainstream"): ("mainstream_fill_rate", 2025),
    ("places per household", "2025", "mainstream"): ("places_per_household", 2025),
    ("children placed per household", "2025", "mainstream"): ("children_per_household", 2025),
    ("deregistration rate", "2021-22", "mainstream"): ("deregistration_rate", 2022),
    ("deregistration rate", "2022-23", "mainstream"): ("deregistration_rate", 2023),
    ("deregistration rate", "2023-24", "mainstream"): ("deregistration_rate", 2024),
    ("share of carers leaving service", "2013-14", "council"): ("carers_leaving_percent", 2014),
    ("enquiry to application", "2022-23", "all"): ("enquiry_to_application_percent", 2023),
    ("enquiry to application", "2024", "North East hub"): ("enquiry_to_application_percent", 2024),
    ("approvals per enquiry", "2022-23", "mainstream"): ("approvals_per_enquiry_percent", 2023),
    ("enquiry to approval", "2013-14", "council"): ("enquiry_to_approval_percent", 2014),
    ("completed applications approved", "2016-17", "all"): (
        "completed_applications_approved_percent",
        2017,
    ),
    ("enquiry to approval time", "2013-14", "council"): ("enquiry_to_approval_days", 2014),
    ("application to approval time", "2024", "national"): ("application_to_approval_months", 2024),
    ("application to approval time", "2024", "North East hub"): (
        "application_to_approval_months",
        2024,
    ),
    ("assessment time limit", "standing", "national minimum standard"): (
        "assessment_limit_months",
        2023,
    ),
    ("carers aged 60 or over among leavers", "2022-23", "mainstream"): (
        "leavers_aged_60_or_over_percent",
        2023,
    ),
    ("extra families needed", "2025", "England"): ("extra_families_needed", 2025),
    ("target extra places", "2029", "England"): ("target_extra_places", 2029),
}
EVIDENCE_SCOPES = {"council": "local_authority", "North East hub": "north_east_hub"}
# Figures the evidence file gives in the note of a row, not in a row of their own.
EVIDENCE_NOTES = (
    ("enquiry_to_application_percent", 2023, "independent", 5, "ofsted_rr_2024"),
    ("enquiry_to_application_percent", 2023, "local_authority", 12, "ofsted_rr_2024"),
    ("enquiry_to_application_percent", 2024, "local_authority", 12, "fwne_echo_2024"),
)
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
LAIT_COSTS = {
    "residential_weekly_unit_cost_gbp": "residential",
    "fostering_weekly_unit_cost_gbp": "fostering",
    "adoption_weekly_unit_cost_gbp": "adoption",
    "cla_weekly_unit_cost_gbp": "all_looked_after",
    "social_work_weekly_unit_cost_gbp": "social_work",
}

PANEL_COLUMNS = ("series", "area", "source", "first_year", "values")
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

# Homes, supported and other placements have been split in several ways; together they are what these leave.
GROUP_TABLE = "stock_by_placement_group"
PLACEMENT_GROUPS = ("foster_total", "placed_with_parents", "placed_for_adoption")

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """Read a CSV file as a list of rows keyed by column."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [row for row in rows if row.get("status", "") != "unverified"]


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


def build_children(national: Path) -> Tables:
    """Stock, flows, ages, reasons and durations."""
    out = Tables()
    headline = (
        ("stock_31_march", "stock"),
        ("starts", "starts"),
        ("ceased", "ceased"),
        ("adopted", "adopted"),
        ("ceased_special_guardianship", "special_guardianship"),
        ("uasc_stock_31_march", "uasc_stock"),
        ("uasc_starts", "uasc_starts"),
        ("uasc_ceased", "uasc_ceased"),
        ("looked_after_at_any_time_in_year", "looked_after_in_year"),
    )
    for row in read(national / "cla_headline.csv"):
        year = row["year_ending_31_march"]
        for column, table in headline:
            if row[column]:
                out.add(
                    table,
                    year,
                    "all",
                    row[column],
                    "children",
                    row["release_vintage_year"],
                    row["source"],
                )
    for flow in ("stock", "starts"):
        for row in read(national / f"cla_{flow}_by_age.csv"):
            add_count(out, f"{flow}_by_age", row, row["category"])
    add_ceased_by_age(out, read(national / "cla_ceased_by_age.csv"))
    for row in read(national / "cla_ceased_by_reason_grouped.csv"):
        add_count(out, "ceased_by_reason", row, row["reason_group"])
    for row in read(national / "cla_ceased_by_duration.csv"):
        if row["category"] in DURATION_BANDS:
            add_count(out, "ceased_by_duration", row, DURATION_BANDS[row["category"]])
        else:
            add_count(out, "ceased_mean_days", row, "all", unit="days")
    for row in read(national / "cla_placement_count_by_characteristic.csv"):
        if (row["cla_group"], row["population_group"], row["placement_stability"]) == (
            "CLA less than 12 months on 31 March",
            "Age group",
            "Total children",
        ):
            add_count(out, "under_12_months_by_age", row, AGE_BANDS[row["characteristic"]])
    for name, kind in (("adopted", "adopted"), ("special_guardianship", "guardianship")):
        add_order_tables(out, kind, read(national / f"ceased_{name}_characteristics.csv"))
    for row in read(national / "uasc_stock_characteristics.csv"):
        if row["cla_group"] == "Age group":
            add_count(out, "uasc_by_age", row, AGE_BANDS[row["characteristic"]])
        elif row["cla_group"] == "Placements":
            add_count(out, "uasc_by_placement", row, UASC_PLACEMENTS[row["characteristic"]])
    return out


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


def add_ceased_by_age(out: Tables, rows: list[Row]) -> None:
    """Ceased by age, with the two bands for leaving at 18 or later made one."""
    at_18: dict[str, list[Row]] = {}
    for row in rows:
        if row["category"] in ("ceased_on_18th_birthday", "ceased_older_than_18"):
            at_18.setdefault(row["year_ending_31_march"], []).append(row)
        else:
            add_count(out, "ceased_by_age", row, row["category"])
    for year, parts in at_18.items():
        out.add(
            "ceased_by_age",
            year,
            "18_and_over",
            sum(float(part["children"]) for part in parts),
            "children",
            parts[0]["release_vintage_year"],
            parts[0]["source"],
            "derived: on 18th birthday plus older than 18",
        )


def add_order_tables(out: Tables, kind: str, rows: list[Row]) -> None:
    """Age, duration and carer tables for adoptions or special guardianship orders."""
    for row in rows:
        group, characteristic = row["cla_group"].lower(), row["characteristic"]
        if characteristic.startswith("Average"):
            years, _, months = row["status"].partition(":")
            measure = "mean_age" if group.startswith("age at") else "mean_duration"
            if months and (measure == "mean_age" or group.startswith("duration")):
                out.add(
                    f"{kind}_{measure}_months",
                    row["year_ending_31_march"],
                    "all",
                    12 * int(years) + int(months),
                    "months",
                    row["release_vintage_year"],
                    row["source"],
                    "derived: published years and months as months",
                )
        elif group.startswith("age at"):
            add_count(out, f"{kind}_by_age", row, AGE_BANDS[characteristic])
        elif group.startswith("duration"):
            add_count(out, f"{kind}_by_duration", row, LONG_DURATIONS[characteristic])
        elif group.startswith("status of"):
            add_count(out, f"{kind}_by_carer", row, GUARDIANSHIP_CARERS[characteristic])


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
    return out


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


def build_fostering(shared: Path, years: Mapping[str, str]) -> Tables:
    """Foster households, places, approvals and stage timings."""
    out = Tables()
    for row in read(shared / "data/national/fostering_ofsted.csv"):
        wanted = FOSTERING_TABLES.get((row["measure"], row["scope"]))
        if wanted is None or not row["value"]:
            continue
        out.add(
            wanted[0],
            row["year_ending_31_march"],
            SECTORS[row["sector"]],
            row["value"],
            wanted[1],
            years[row["source"]],
            row["source"],
            plain_status(row["status"]),
        )
    for row in read(shared / "evidence/fostering.csv"):
        place = FOSTERING_EVIDENCE.get((row["metric"], row["year"], row["scope"]))
        if place is None or not row["value"]:
            continue
        table, year = place
        category = EVIDENCE_SCOPES.get(row["scope"], "england")
        if out.has(table, year, category):
            continue
        status = PUBLISHED if row["status"] == "page" else row["status"]
        if row["note"]:
            status += f": {row['note']}"
        out.add(
            table,
            year,
            category,
            row["value"],
            row["unit"],
            max(years[key] for key in row["source"].split(";")),
            row["source"],
            status,
        )
    for table, year, category, value, source in EVIDENCE_NOTES:
        out.add(table, year, category, value, "percent", years[source], source)
    return out


def plain_status(text: str) -> str:
    """Turn a status of the Ofsted file into one of ours."""
    if not text:
        return PUBLISHED
    return text if text.startswith("derived") else f"published: {text}"


def build_money(national: Path, years: Mapping[str, str]) -> Tables:
    """Spend lines, totals, weekly unit costs, deflators and the discount rate."""
    out = Tables()
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
LOCAL_YEARS = range(2022, 2026)
LOCAL_PLACEMENT_YEARS = (2022, 2025)
"""The base, and when levels of placements are compared with it."""
LOCAL_FILES = {
    "stock_by_age": ("la_cla_stock_by_characteristic", "age_band", LOCAL_YEARS),
    "stock_by_uasc": ("la_cla_stock_by_characteristic", "uasc", LOCAL_YEARS),
    "stock_by_placement": ("la_cla_stock_by_characteristic", "placement_new_classification", LOCAL_PLACEMENT_YEARS),
    "stock_by_provider": ("la_cla_stock_by_characteristic", "provider", LOCAL_PLACEMENT_YEARS),
    "starts_by_age": ("la_cla_starts_by_characteristic", "age_band", range(2023, 2026)),
    "starts_by_uasc": ("la_cla_starts_by_characteristic", "uasc", range(2023, 2026)),
    "ceased_by_age": ("la_cla_ceased_by_characteristic", "age_band", range(2023, 2026)),
    "ceased_by_uasc": ("la_cla_ceased_by_characteristic", "uasc", range(2023, 2026)),
}
"""Local tables: file, its breakdown, and the years ending 31 March that are kept."""
LOCAL_COSTS = {"residential_weekly_unit_cost_gbp": "residential", "fostering_weekly_unit_cost_gbp": "fostering"}
LOCAL_COST_YEARS = ("2022-23", "2023-24", "2024-25")
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
        if row["measure"] == "la_mainstream_filled_foster_places" and int(row["period"][:4]) in LOCAL_PLACEMENT_YEARS:
            row["release_vintage_year"] = years[row["source"]]
            out.append(local_row("council_foster_places", row["period"], row, "filled", row["value"]))
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


def is_number(text: str) -> bool:
    """Say whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def build_projections(shared: Path) -> list[tuple[str, ...]]:
    """Select published claims about children or spend, with a value and verified."""
    rows = []
    for row in read(shared / "evidence/projections.csv"):
        about = row["unit"] not in ("carers", "places", "households")
        if is_number(row["value"]) and about and row["who"] != "this evidence pack":
            rows.append(tuple(row[column] for column in PROJECTION_COLUMNS))
    return sorted(rows, key=lambda r: tuple(natural(part) for part in r))


def read_sources(shared: Path) -> dict[str, tuple[str, ...]]:
    """Merge the two source lists; the data list wins where both hold a key."""
    merged: dict[str, tuple[str, ...]] = {}
    for path in (shared / "evidence/sources.csv", shared / "data/sources.csv"):
        for row in read(path):
            if row["key"] != "brief":
                merged[row["key"]] = tuple(row.get(c) or "" for c in SOURCE_COLUMNS)
    return merged


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
    return [row for key in sorted(cells) for row in _runs(*key, cells[key])]


def _runs(series: str, area: str, cells: Mapping[int, Cell]) -> list[tuple[str, ...]]:
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


def build(shared: Path, target: Path) -> dict[str, int]:
    """Build every file and return the row count of each."""
    national = shared / "data/national"
    sources = read_sources(shared)
    years = {key: row[3] for key, row in sources.items()}
    files = {
        "children": build_children(national),
        "placements": build_placements(national, years),
        "fostering": build_fostering(shared, years),
        "money": build_money(national, years),
        "population": build_population(national, years),
    }
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, tables in files.items():
        rows = sorted(tables.rows.values(), key=lambda r: tuple(natural(p) for p in r[:3]))
        write(target / f"{name}.csv", COLUMNS, rows)
        counts[name] = len(rows)
    local = shared / "data/local_authority"
    areas, figures = build_areas(local), build_local(local, years)
    write(target.parent / "vocabulary" / "areas.csv", AREA_COLUMNS, areas)
    write(target / "local.csv", LOCAL_COLUMNS, figures)
    panel = build_panel(shared)
    write(target / "panel.csv", PANEL_COLUMNS, panel)
    projections = build_projections(shared)
    write(target / "projections.csv", PROJECTION_COLUMNS, projections)
    write(target / "sources.csv", SOURCE_COLUMNS, sorted(sources.values()))
    others: dict[str, Sized] = {"areas": areas, "local": figures, "panel": panel}
    others |= {"projections": projections, "sources": sources}
    return counts | {name: len(rows) for name, rows in others.items()}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--from", dest="shared", type=Path, required=True)
    default = Path(__file__).resolve().parents[1] / "simulator" / "data"
    parser.add_argument("--to", dest="target", type=Path, default=default)
    arguments = parser.parse_args()
    for name, count in build(arguments.shared, arguments.target).items():
        print(f"{name}.csv: {count} rows")


if __name__ == "__main__":
    main()
