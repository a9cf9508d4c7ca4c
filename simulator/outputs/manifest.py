"""The manifest of an output folder: what the output was made from, so that it can be made again."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.data.provenance import data_hashes, package_version
from simulator.outputs.folder import MADE_BY, MANIFEST
from simulator.results.protocol import Results
from simulator.scenario import LoadedScenario


def _chain(loaded: LoadedScenario) -> list[dict[str, str]]:
    """Return name (without folder), hash and text of a scenario's file and of each it extends."""
    return [{"file": file.path.name, "sha256": file.sha256, "text": file.text} for file in loaded.files]


def manifest(
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    command: str,
    *,
    seed: int,
    written: Sequence[str],
    charts: bool,
) -> dict[str, Any]:
    """Return what the output was made from; no time and no folder, so that a repeat gives the same bytes."""
    versions = {MADE_BY: package_version(), "python": platform.python_version(), "numpy": np.__version__}
    if charts:
        import matplotlib

        versions["matplotlib"] = matplotlib.__version__
    council = loaded[0].council
    own = {} if council is None else {"returns": {"area": council.name, "last_31_march": council.base}}
    if council is not None and many[0].showing.inputs_hashed:
        own["returns"]["sha256"] = council.digest
    return {
        "made_by": MADE_BY,
        "command": command,
        **own,
        "seed": seed,
        "draws": many[0].draws - 1,
        "versions": versions,
        "scenarios": [
            {
                "name": results.name,
                "title": results.title,
                "price_year": results.price_year,
                "reference_year": results.reference_year,
                "files": _chain(one),
            }
            for results, one in zip(many, loaded, strict=True)
        ],
        "data": data_hashes(),
        "files": sorted([*written, MANIFEST]),
    }
