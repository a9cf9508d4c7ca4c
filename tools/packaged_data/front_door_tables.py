"""front_door.csv: referrals, children in need, protection plans and what they cost, of every area and year."""

from __future__ import annotations

from pathlib import Path

from packaged_data.panel_table import Cell, runs_of_years
from packaged_data.source_files import Row, is_number, number, read

FRONT_DOOR_COLUMNS = ("series", "area", "source", "first_year", "values")
COUNTS = {
    "referrals": {"referrals": "referral_count"},
    "children_in_need": {
        "need_started": "started_episodes", "need_ended": "ended_episodes", "in_need": "at31_episodes",
    },
    "child_protection_plans_starting": {"plans_started": "cpp_start"},
    "child_protection_plans_by_duration": {"plans": "cpp_at31"},
}  # fmt: skip
"""Our series and the published columns, by file; files of authorities have the same name after ``la_``."""
SPEND = {
    "safeguarding_gross_expenditure_gbp": "safeguarding_gbp",
    "family_support_gross_expenditure_gbp": "family_support_gbp",
}
REPORTED_SPEND = {
    "Safeguarding children and young people’s services": "safeguarding_gbp",
    "Family Support Services": "family_support_gbp",
}
"""Services of the outturn return of 2024-25, which takes the place of the other source for England in that year."""


def build_front_door(shared: Path) -> list[tuple[str, ...]]:
    """Return figures of the front door of England and every authority, a run of years a row.

    Years end on 31 March. Spend is gross and in cash; it is known from 2016-17.
    """
    national, local = shared / "data/national", shared / "data/local_authority"
    cells: dict[tuple[str, str], dict[int, Cell]] = {}

    def add(series: str, area: str, year: str, value: str, source: str) -> None:
        cells.setdefault((series, area), {})[int(year)] = (number(value) if is_number(value) else "c", source)

    for name, columns in COUNTS.items():
        for of_england, rows in ((True, read(national / f"{name}.csv")), (False, read(local / f"la_{name}.csv"))):
            for row in rows:
                area = "ENG" if of_england else row["old_la_code"]
                if not any(row[column] for column in columns.values()):
                    continue  # an area that is not there any more has no figure at all
                for series, column in columns.items():
                    add(series, area, row["year_ending_31_march"], row[column], row["source"])
    for row in read(national / "unit_costs_and_spend_lait_england_regions.csv"):
        if row["measure"] in SPEND and row["area_name"] == "England":
            add(SPEND[row["measure"]], "ENG", _year(row["period"]), row["value"], row["source"])
    for row in read(national / "spend_ro3_2024_25.csv"):
        if series := REPORTED_SPEND.get(row["service"]):
            add(series, "ENG", _year(row["financial_year"]), row["total_expenditure_gbp"], row["source"])
    for row in read(local / "la_spend_unit_costs_foster_places_lait.csv"):
        if row["measure"] in SPEND and _there(row):
            add(SPEND[row["measure"]], row["old_la_code"], _year(row["period"]), row["value"], row["source"])
    return [row for key in sorted(cells) for row in runs_of_years(*key, cells[key])]


def _year(financial_year: str) -> str:
    """Return the year in which a financial year ends: 2025 for 2024-25."""
    return str(int(financial_year[:4]) + 1)


def _there(row: Row) -> bool:
    """Say whether an authority reported spend; one that is not there has none, or a dash."""
    return is_number(row["value"]) and float(row["value"]) > 0.0
