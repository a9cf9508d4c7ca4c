"""Scenarios that come with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def shipped() -> dict[str, Path]:
    """Scenario files that come with the package, by name, in order.

    In a checkout they are in the folder ``scenarios`` beside the package; once installed, inside the package.
    """
    package = Path(__file__).parents[1]
    for folder in (package.parent / "scenarios", package / "scenarios_shipped"):
        if (folder / "status-quo.yaml").is_file():
            return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    return {}
