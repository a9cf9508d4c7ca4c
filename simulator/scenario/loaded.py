"""What reading a scenario gives: its checked values and where each came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.scenario.merge import Override, SourceFile
from simulator.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Origin:
    """One value and where it came from.

    Attributes
    ----------
    value
        A number, word, month, financial year, yes or no; None if nothing is given.
    unit
        Unit of a number.
    file, line, column
        Where it stands; an empty file for a default.
    default
        True if no file gives it.
    source
        Source of a default, or the source keys that the file gives beside the value.
    if_empty
        What is done without a value.
    """

    value: Any
    unit: str
    file: str
    line: int
    column: int
    default: bool
    source: str
    if_empty: str


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario and where it came from.

    Attributes
    ----------
    key
        Name of the file without its extension; it names the scenario in tables.
    path
        The file.
    scenario
        The checked values.
    provenance
        Path of each value to where it came from.
    overrides
        What each file changes in its parent, the oldest first.
    files
        The file and those it extends, itself first.
    """

    key: str
    path: Path
    scenario: Scenario
    provenance: dict[str, Origin]
    overrides: tuple[Override, ...]
    files: tuple[SourceFile, ...]
