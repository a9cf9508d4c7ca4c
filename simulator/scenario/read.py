"""From a file to a checked scenario whose every value knows where it came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from simulator.interventions.fields import nearest
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.explain import explain
from simulator.scenario.loaded import LoadedScenario, Origin
from simulator.scenario.merge import merge_chain, read_chain
from simulator.scenario.nodes import Node
from simulator.scenario.schema import Scenario, window
from simulator.scenario.shipped import shipped
from simulator.scenario.translate import dotted, empties, find, note_of, problems
from simulator.scenario.uncertain import Uncertain, without_distributions

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


def load(name: str | Path) -> LoadedScenario:
    """Read and check a scenario.

    Parameters
    ----------
    name
        Path of a file, or name of a scenario that comes with the package.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    path = find_scenario(name)
    chain = read_chain(path)
    stated, merge = merge_chain(chain.documents)
    root, uncertain, misstated = without_distributions(stated)
    found = [*chain.problems, *(merge.problems if chain.whole else ()), *empties(stated), *misstated]
    data = root.plain()
    try:
        scenario = Scenario.model_validate(data, context=window(data))
    except ValidationError as error:
        said = {problem.path for problem in found}
        # What a parent that cannot be read would have given may not be missing.
        ignored = () if chain.whole else ("missing", "union_tag_not_found")
        found += [problem for problem in problems(error, root, ignored) if problem.path not in said]
    if found:
        raise ScenarioError(found)
    return LoadedScenario(
        key=path.stem,
        path=path,
        scenario=scenario,
        provenance=dict(_origins(scenario, root, {one.path: one for one in uncertain})),
        overrides=tuple(merge.overrides),
        files=tuple(document.file for document in chain.documents),
        uncertain=uncertain,
    )


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the path of each value that holds no others."""
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _leaves(getattr(value, name), (*path, info.alias or name))
    elif isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, tuple) and any(isinstance(inner, BaseModel) for inner in value):
        for position, inner in enumerate(value):
            yield from _leaves(inner, (*path, position))
    else:
        yield path, value


def _origins(
    scenario: Scenario, root: Node, uncertain: Mapping[tuple[str | int, ...], Uncertain]
) -> Iterator[tuple[str, Origin]]:
    """Tell where each value came from, in the order of the schema."""
    for path, value in _leaves(scenario, ()):
        node, given = find(root, path)
        note = note_of(root, path)
        unit, if_empty = (note.unit, note.if_empty) if note is not None else ("", "")
        if given:
            place, stated = node.place, uncertain.get(path)
            source = (stated.source if stated is not None else "") or _source_beside(root, path)
            yield (
                dotted(path),
                Origin(value, unit, place.file, place.line, place.column, False, source, if_empty, stated),
            )
        else:
            source = note.source if note is not None else ""
            yield dotted(path), Origin(value, unit, "", 0, 0, True, source, if_empty)


def _source_beside(root: Node, path: tuple[str | int, ...]) -> str:
    """Source keys given nearest to a value: beside it, or beside what holds it."""
    for length in range(len(path) - 1, 0, -1):
        holder, _ = find(root, path[:length])
        if isinstance(holder.value, dict) and "source" in holder.value:
            keys = holder.value["source"].plain()
            return "; ".join(keys) if isinstance(keys, list) else str(keys)
    return ""
