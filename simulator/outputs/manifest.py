"""The manifest of an output folder: what the output was made from, so that it can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulator.data.provenance import data_hashes, versions
from simulator.outputs.folder import MADE_BY, MANIFEST
from simulator.results.results_protocol import Results
from simulator.runs.engines import engine_told
from simulator.scenario import LoadedScenario


def chain(loaded: LoadedScenario) -> list[dict[str, str]]:
    """Return name (without folder), hash and text of a scenario's file and of each it extends."""
    return [{"file": file.path.name, "sha256": file.sha256, "text": file.text} for file in loaded.files]


def table_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each table in a folder, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.csv"))}


def manifest(
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    command: str,
    *,
    seed: int,
    written: Sequence[str],
    tables: dict[str, str],
    charts: bool,
) -> dict[str, Any]:
    """Return what the output was made from; no time and no folder, so that a repeat gives the same bytes."""
    own = loaded[0].baseline.manifest(in_full=many[0].showing.inputs_hashed)
    return {
        "made_by": MADE_BY,
        "command": command,
        **own,
        "seed": seed,
        "draws": many[0].draws - 1,
        **engine_told(many[0]),
        "versions": versions(many[0].engine, *(("matplotlib",) if charts else ())),
        "scenarios": [
            {
                "name": results.name,
                "title": results.title,
                "price_year": results.price_year,
                "reference_year": results.reference_year,
                "files": chain(one),
            }
            for results, one in zip(many, loaded, strict=True)
        ],
        "data": data_hashes(),
        "tables": tables,
        "files": sorted([*written, MANIFEST]),
    }
