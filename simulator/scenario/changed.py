"""A scenario with other values for some of its numbers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.interventions.fields import nearest
from simulator.scenario.checking import Origin
from simulator.scenario.errors import Problem
from simulator.scenario.mapping import made_file
from simulator.scenario.merge import SourceFile
from simulator.scenario.nodes import Node, Place
from simulator.scenario.schema import MOST_NAME, Scenario
from simulator.scenario.stated import CERTAIN, At
from simulator.scenario.translate import Path, find, note_of
from simulator.scenario.uncertain import NO_SHRINKAGE, design_unasked, made_node

_GIVEN = Place("", 0, 0)
"""Where a value stands that was given in Python or on the command line."""

_MOST_KEY = 100


def number_paths(
    stated: Node, provenance: Mapping[str, Origin], scenario: Scenario, values: Mapping[str, Any]
) -> tuple[dict[str, Path], list[Problem]]:
    """Find the numbers that are to be changed: steps from the top, by the text that names each.

    Returns
    -------
    dict, list of Problem
        Those that can be; every path that leads to no number, and every value that is none.
    """
    known = _numbers(stated, provenance, scenario)
    problems: list[Problem] = []
    found: dict[str, Path] = {}
    for text, value in values.items():
        if text not in known:
            what = "is not a number" if text in _named(provenance, scenario) else "there is no such number"
            near = nearest(text, known)
            problems.append(Problem("", 0, 0, str(text), what, "a number that `care-demand check` shows", near))
            continue
        if known[text] in found.values():
            problems.append(Problem("", 0, 0, text, "is given twice, by its id and its position"))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            problems.append(Problem("", 0, 0, text, f"{value!r} is not a finite number"))
        else:
            found[text] = known[text]
    return found, problems


def _named(provenance: Mapping[str, Origin], scenario: Scenario) -> dict[str, tuple[Path, Origin]]:
    """Return every value by its path, and what stands in an intervention by its id too."""
    found: dict[str, tuple[Path, Origin]] = {}
    for path, origin in provenance.items():
        steps: Path = tuple(path.split("."))
        if steps[0] == "interventions" and len(steps) > 2:
            at = int(steps[1])
            steps = ("interventions", at, *steps[2:])
            if name := scenario.interventions[at].id:
                found[".".join(["interventions", name, *map(str, steps[2:])])] = steps, origin
        found[path] = steps, origin
    return found


def _numbers(stated: Node, provenance: Mapping[str, Origin], scenario: Scenario) -> dict[str, Path]:
    """Return the path of every number, and of every one that is left to the base data."""
    return {
        text: steps
        for text, (steps, origin) in _named(provenance, scenario).items()
        if (isinstance(origin.value, (int, float)) and not isinstance(origin.value, bool))
        or (origin.value is None and (note := note_of(stated, steps)) is not None and note.unit)
    }


def labels(values: Mapping[str, float], name: str) -> str:
    """Return the name of a scenario with what was changed."""
    whole = ", ".join([name, *(f"{_last(text)} {value:.12g}" for text, value in values.items())])
    return whole if len(whole) <= MOST_NAME else f"{whole[: MOST_NAME - 3]}..."


def with_numbers(stated: Node, numbers: Mapping[Path, float], name: str) -> Node:
    """Return what a scenario states with other numbers and another name; the numbers are taken as they are."""
    for path, value in {**numbers, ("name",): name}.items():
        stated = _set(stated, path, value)
        if design_unasked(stated, At(find(stated, path)[0], path)):
            stated = _set(stated, path, {CERTAIN: value, "shrink": NO_SHRINKAGE})
    return stated


def _set(node: Node | None, path: Path, value: object) -> Node:
    if not path:
        return made_node(value, _GIVEN)
    step, *rest = path
    if node is not None and isinstance(node.value, list):
        items = list(node.value)
        items[int(step)] = _set(items[int(step)], tuple(rest), value)
        return Node(items, node.place, node.keys)
    values, keys, place = (node.value, node.keys, node.place) if node is not None else ({}, {}, _GIVEN)
    changed = _set(values.get(step), tuple(rest), value)
    return Node({**values, step: changed}, place, {str(step): _GIVEN, **keys})


def changed_file(key: str, values: Mapping[str, float], stated: Node) -> SourceFile:
    """Return the file that a changed scenario would be, called by what was changed."""
    changed = "+".join([key, *_short(values)])
    if len(changed) > _MOST_KEY:
        changed = f"{key[:_MOST_KEY]}+{hashlib.sha256(changed.encode()).hexdigest()[:8]}"
    return made_file(changed, stated.plain())


def _short(values: Mapping[str, float]) -> Iterator[str]:
    yield from (f"{_last(text)}={value:.12g}" for text, value in values.items())


def _last(text: str) -> str:
    return text.rsplit(".", 1)[-1]
