"""deprivation.csv: the share of children in income-deprived families, of authorities, from that of districts."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from packaged_data.source_files import PUBLISHED, number, read

DEPRIVATION_COLUMNS = ("code", "year", "income_deprived_children_share", "status", "source")

DISTRICTS = Path(__file__).with_name("idaci_2019.csv")
"""Average scores of the income deprivation affecting children index of 2019, by district, and the authority of today
that holds it."""

OLDEST = 15
"""The index is of children up to this age."""


def build_deprivation(shared: Path) -> list[tuple[str, ...]]:
    """Return a row for each authority: its own score, or that of its districts by their children of 2023.

    Districts that were gone by 2023 count alike, as their children are not in the tables.
    """
    children: dict[str, float] = defaultdict(float)
    populations = read(shared / "data/local_authority/la_district_population_single_year_mid_2023.csv")
    for row in populations:
        if int(row["age"]) <= OLDEST:
            children[row["lower_tier_la_code"]] += float(row["population"])
    held: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in read(DISTRICTS):
        held[row["authority_code"]].append((row["lower_tier_la_code"], float(row["average_score"])))
    rows = []
    for code, districts in sorted(held.items()):
        known = all(one in children for one, _ in districts)
        weights = [children[one] if known else 1.0 for one, _ in districts]
        score = sum(w * s for w, (_, s) in zip(weights, districts, strict=True)) / sum(weights)
        how = "by children of 2023" if known else "each alike"
        status = PUBLISHED if len(districts) == 1 else f"derived: mean of {len(districts)} districts, {how}"
        rows.append((code, "2019", number(score), status, "mhclg_idaci_2019"))
    return rows
