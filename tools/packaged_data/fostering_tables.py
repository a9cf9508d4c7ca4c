"""fostering.csv: foster households, places and recruitment in England."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaged_data.source_files import PUBLISHED, Tables, read

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
# Mainstream households fell by 9% from March 2020 to March 2024 [pac_2026]; no table tells kin apart in 2020.
FALL_2020_TO_2024 = 0.09
# Figures the evidence file gives in the note of a row, not in a row of their own.
EVIDENCE_NOTES = (
    ("enquiry_to_application_percent", 2023, "independent", 5, "ofsted_rr_2024"),
    ("enquiry_to_application_percent", 2023, "local_authority", 12, "ofsted_rr_2024"),
    ("enquiry_to_application_percent", 2024, "local_authority", 12, "fwne_echo_2024"),
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
    _add_households_of_2020(out, years)
    return out


def _add_households_of_2020(out: Tables, years: Mapping[str, str]) -> None:
    """Work back the mainstream households of March 2020 from those of 2024."""
    later = out.rows["mainstream_households", "2024", "england"]
    value, source = float(later[3]), later[-1]
    out.add(
        "mainstream_households",
        2020,
        "england",
        round(value / (1.0 - FALL_2020_TO_2024)),
        "households",
        years["pac_2026"],
        f"{source};pac_2026",
        f"derived: March 2024 over one less the fall since 2020 of {FALL_2020_TO_2024:.0%}",
    )


def plain_status(text: str) -> str:
    """Turn a status of the Ofsted file into one of ours."""
    if not text:
        return PUBLISHED
    return text if text.startswith("derived") else f"published: {text}"
