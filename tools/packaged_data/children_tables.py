"""children.csv: stock, flows, ages, reasons and durations of England."""

from __future__ import annotations

from pathlib import Path

from packaged_data.source_files import AGE_BANDS, Row, Tables, add_count, read

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
    for row in read(national / "cla_starts_by_legal_status.csv"):
        add_count(out, "starts_by_legal_status", row, row["category"])
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
