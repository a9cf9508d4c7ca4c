"""projections.csv, reactions.csv and sources.csv: claims about the future, figures that stand beside them, sources."""

from __future__ import annotations

from pathlib import Path

from packaged_data.source_files import UNVERIFIED, is_number, named_and_dated, natural, read

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
REACTION_COLUMNS = ("key", "what", "year", "value", "unit", "scope", "source", "status", "note")
SOURCE_COLUMNS = ("key", "title", "publisher", "year", "url", "licence")

MORE = Path(__file__).with_name("more_sources.csv")
"""Sources of figures that were copied for this package alone."""


_REACTIONS = {
    "market_and_workforce": {
        "registered places in mainstream children's homes 2025": "homes-places-2025",
        "children in council-run homes 2024-09": "homes-council-run-2024",
        "children in homes who live outside their council 2024": "homes-outside-council-2024",
        "siblings separated at first placement 2023": "siblings-separated-2023",
        "average caseload of children's social workers 2024": "caseload-2024",
        "National Transfer Scheme threshold 2016": "transfer-threshold-2016",
    },
    "unit_costs": {
        "agency share of children's social workers September 2023": "agency-share-2023",
        "agency share of children's social workers September 2024": "agency-share-2024",
        "agency social worker premium 2021": "agency-premium-2021",
        "unregistered placements 2024": "unregistered-placements-2024",
        "children's home place 2023-24": "home-place-cost-2024",
        "independent children's home, one county 2018-19": "home-week-private-2019",
        "council children's home, one county 2018-19": "home-week-council-2019",
        "failed returns home, all 2022-23": "failed-returns-2023",
        "special guardian allowance below kinship foster allowance 2023": "guardian-allowance-below-2023",
        "Home Office rate, care leaver who was an asylum-seeking child 2023-24": "asylum-care-leaver-rate-2024",
    },
    "fostering": {
        "extra families needed 2025": "foster-families-needed-2025",
        "vacant share 2024": "foster-vacant-2024",
        "share of households leaving each year about 2021": "foster-leaving-claimed-2021",
        "share of carers leaving service 2013-14": "foster-leaving-2014",
        "carers who considered resigning 2024": "foster-resigning-2024",
        "completed applications withdrawn by applicants 2023": "foster-withdrawn-2023",
        "enquiry to application 2024": "hub-enquiry-to-application-2024",
    },
}
"""Rows that a reader of the strategy meets in what was published of it, by file, name and year, and their keys here."""


def build_projections(shared: Path) -> list[tuple[str, ...]]:
    """Select claims with a value; those that no page bears out are in, marked so."""
    rows = []
    for row in read(shared / "evidence/projections.csv", unverified=True):
        if is_number(row["value"]) and row["who"] != "this evidence pack":
            rows.append(tuple(_sourced(row)[column] for column in PROJECTION_COLUMNS))
    return sorted(rows, key=lambda r: tuple(natural(part) for part in r))


def build_reactions(shared: Path) -> list[tuple[str, ...]]:
    """Select published figures of homes, carers and the workforce beside which the strategy was read.

    Raises
    ------
    ValueError
        If one is not there, or is there twice.
    """
    rows = []
    for file, wanted in _REACTIONS.items():
        found = [
            (key, row)
            for row in read(shared / f"evidence/{file}.csv", unverified=True)
            if (key := wanted.get(" ".join(named_and_dated(row))))
        ]
        if sorted(key for key, _ in found) != sorted(wanted.values()):
            raise ValueError(f"{file}.csv: rows of {', '.join(wanted)} are not there once each")
        for key, row in found:
            what, year = named_and_dated(row)
            scope = row.get("scope") or row.get("sector", "")
            values = {**_sourced(row), "key": key, "what": what, "year": year, "scope": scope}
            rows.append(tuple(values[column] for column in REACTION_COLUMNS))
    return sorted(rows)


def _sourced(row: dict[str, str]) -> dict[str, str]:
    """Return a row; one that was seen on no page has no source."""
    return {**row, "source": ""} if row["status"] == UNVERIFIED else row


def read_sources(shared: Path) -> dict[str, tuple[str, ...]]:
    """Merge the source lists; the data list wins where several hold a key."""
    merged: dict[str, tuple[str, ...]] = {}
    for path in (MORE, shared / "evidence/sources.csv", shared / "data/sources.csv"):
        for row in read(path):
            if row["key"] != "brief":
                merged[row["key"]] = tuple(row.get(c) or "" for c in SOURCE_COLUMNS)
    return merged
