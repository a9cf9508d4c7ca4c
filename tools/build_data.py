"""Build the package's compact data tables from the shared evidence folder.

Usage: ``python tools/build_data.py --from PATH/TO/shared [--to PATH/TO/simulator]``.

The output is the same for the same input: rows are sorted, numbers have one form and lines
end in a line feed. Only the standard library is used. Rows marked unverified are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sized
from pathlib import Path

from packaged_data.area_tables import AREA_COLUMNS, LOCAL_COLUMNS, build_areas, build_local, build_population
from packaged_data.children_tables import build_children
from packaged_data.claims_and_sources import (
    PROJECTION_COLUMNS,
    REACTION_COLUMNS,
    SOURCE_COLUMNS,
    build_projections,
    build_reactions,
    read_sources,
)
from packaged_data.deprivation_table import DEPRIVATION_COLUMNS, build_deprivation
from packaged_data.evidence_table import EVIDENCE_COLUMNS, STRATEGY_COLUMNS, build_evidence, build_strategy
from packaged_data.fostering_tables import build_fostering
from packaged_data.front_door_tables import FRONT_DOOR_COLUMNS, build_front_door
from packaged_data.money_tables import build_money
from packaged_data.panel_table import PANEL_COLUMNS, PLACEMENT_COLUMNS, build_local_placements, build_panel
from packaged_data.placement_tables import build_placements
from packaged_data.source_files import COLUMNS, natural, write
from packaged_data.workforce_tables import build_workforce


def build(shared: Path, target: Path) -> dict[str, int]:
    """Build every file below the folder of the package, and return the row count of each."""
    national = shared / "data/national"
    sources = read_sources(shared)
    years = {key: row[3] for key, row in sources.items()}
    files = {
        "children": build_children(national),
        "placements": build_placements(national, years),
        "fostering": build_fostering(shared, years),
        "money": build_money(shared, years),
        "population": build_population(national, years),
        "workforce": build_workforce(shared, years),
    }
    data, vocabulary = target / "data", target / "vocabulary"
    for folder in (data, vocabulary):
        folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, tables in files.items():
        rows = sorted(tables.rows.values(), key=lambda r: tuple(natural(p) for p in r[:3]))
        write(data / f"{name}.csv", COLUMNS, rows)
        counts[name] = len(rows)
    local = shared / "data/local_authority"
    areas, figures = build_areas(local), build_local(local, years)
    write(vocabulary / "areas.csv", AREA_COLUMNS, areas)
    write(data / "local.csv", LOCAL_COLUMNS, figures)
    panel = build_panel(shared)
    write(data / "panel.csv", PANEL_COLUMNS, panel)
    front_door = build_front_door(shared)
    write(data / "front_door.csv", FRONT_DOOR_COLUMNS, front_door)
    placed = build_local_placements(shared)
    write(data / "local_placements.csv", PLACEMENT_COLUMNS, placed)
    projections = build_projections(shared)
    write(data / "projections.csv", PROJECTION_COLUMNS, projections)
    reactions = build_reactions(shared)
    write(data / "reactions.csv", REACTION_COLUMNS, reactions)
    evidence, strategy = build_evidence(shared), build_strategy(shared)
    write(data / "evidence.csv", EVIDENCE_COLUMNS, evidence)
    write(data / "strategy.csv", STRATEGY_COLUMNS, strategy)
    write(data / "sources.csv", SOURCE_COLUMNS, sorted(sources.values()))
    deprivation = build_deprivation(shared)
    write(data / "deprivation.csv", DEPRIVATION_COLUMNS, deprivation)
    others: dict[str, Sized] = {"areas": areas, "local": figures, "panel": panel, "local_placements": placed}
    others |= {"front_door": front_door, "deprivation": deprivation}
    others |= {"projections": projections, "evidence": evidence, "strategy": strategy, "sources": sources}
    others |= {"reactions": reactions}
    return counts | {name: len(rows) for name, rows in others.items()}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--from", dest="shared", type=Path, required=True)
    default = Path(__file__).resolve().parents[1] / "simulator"
    parser.add_argument("--to", dest="target", type=Path, default=default)
    arguments = parser.parse_args()
    for name, count in build(arguments.shared, arguments.target).items():
        print(f"{name}.csv: {count} rows")


if __name__ == "__main__":
    main()
