"""From a file to a checked scenario whose every value knows where it came from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.interventions.fields import nearest
from simulator.scenario.checking import Origin, checked
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.explain import explain
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.mapping import file_of
from simulator.scenario.merge import Chain, given_chain, merge_chain, read_chain
from simulator.scenario.own_files import with_own_files
from simulator.scenario.shipped import shipped

__all__ = ["LoadedScenario", "Origin", "ScenarioError", "explain", "find_scenario", "load", "shipped"]


def find_scenario(name: str | Path) -> Path:
    """Find a scenario file by path, or one that comes with the package by name.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    path = Path(name)
    if os.path.exists(path) or path.suffix or len(path.parts) != 1:
        return path
    if str(name) in shipped():
        return shipped()[str(name)]
    known = ", ".join(shipped())
    what = "there is no such file, nor a scenario of this name"
    raise ScenarioError([Problem(str(name), 1, 1, "", what, known, nearest(str(name), shipped()))])


def load(name: str | Path, own: Path | None = None) -> LoadedScenario:
    """Read and check a scenario.

    Parameters
    ----------
    name
        Path of a file, or name of a scenario that comes with the package.
    own
        Folder with tables of a council's own figures, which go before those of the file
        (`simulator.scenario.own_files`).

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    path = find_scenario(name)
    if own is None:
        return _loaded(path.stem, path, read_chain(path))
    chain = with_own_files(read_chain(path), own)
    made = chain.documents[0].file.path
    return _loaded(made.stem, made, chain)


def load_mapping(content: Mapping[str, Any]) -> LoadedScenario:
    """Check a scenario given as a mapping, with the keys and values that a file would have.

    It may extend a shipped scenario, or a file in the folder that the program runs in. Tables call it by its name.

    Raises
    ------
    ScenarioError
        With everything that is wrong, by the path of each value.
    """
    file = file_of(content)
    return _loaded(file.path.stem, file.path, read_chain(file))


def load_given(files: Sequence[tuple[Path, bytes]]) -> LoadedScenario:
    """Check a scenario whose file, and those it extends, are given as names and bytes; nothing else is read.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    path = files[0][0]
    return _loaded(path.stem, path, given_chain(files))


def _loaded(key: str, path: Path, chain: Chain) -> LoadedScenario:
    stated, merge = merge_chain(chain.documents)
    found = checked(stated, [*chain.problems, *(merge.problems if chain.whole else ())], whole=chain.whole)
    loaded = LoadedScenario(
        key=key,
        path=path,
        scenario=found.scenario,
        provenance=found.provenance,
        overrides=tuple(merge.overrides),
        files=tuple(document.file for document in chain.documents),
        stated=stated,
        uncertain=found.uncertain,
    )
    return loaded.with_own_programmes()
