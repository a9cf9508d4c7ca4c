"""The scenario file that holds what `solve` found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.runs.solve import Solution, Target, Unknown, Unsolvable
from simulator.scenario import LoadedScenario
from simulator.scenario.uncertain import NO_SHRINKAGE


def solved_file(
    loaded: LoadedScenario,
    parent: str,
    targets: Sequence[Target],
    unknowns: Sequence[Unknown],
    solutions: Sequence[Solution],
) -> str:
    """Return the text of a scenario file that extends another with the values found.

    Parameters
    ----------
    loaded : LoadedScenario
    parent : str
        The scenario as its file is to name it.
    targets, unknowns, solutions
        What was asked, and found.

    Raises
    ------
    Unsolvable
        If a value stands in an intervention without an id, which another file cannot change.
    """
    asked = ", ".join(one.in_words for one in targets)
    tree: dict[str, Any] = {}
    for unknown, solution in zip(unknowns, solutions, strict=True):
        *holders, name = unknown.path
        steps = [str(step) for step in holders]
        if steps[:1] == ["interventions"]:
            if not unknown.id:
                raise Unsolvable(f"interventions.{steps[1]} has no id; give it one, so that another file can change it")
            steps[1] = unknown.id
        at = tree
        for step in steps:
            at = at.setdefault(step, {})
        at[str(name)] = (
            f"{_in_yaml(as_found(loaded, unknown, solution.value))}  # found by care-demand solve for {asked}"
        )
    changed = tree.pop("interventions", {})
    lines = ["interventions:"] if changed else []
    for entry, inside in changed.items():
        lines += [f"  - id: {entry}", *_lines(inside, 4)]
    head = [f"name: {loaded.scenario.name}, solved", f"extends: {parent}", ""]
    return "\n".join([*head, *lines, *_lines(tree, 0)]) + "\n"


def as_found(loaded: LoadedScenario, unknown: Unknown, value: float) -> float | dict[str, Any]:
    """Return a value as a file holds it: not to be shrunk once more where the scenario shrinks it."""
    found = float(f"{value:.10g}")
    shrunk = any(one.path == unknown.path and one.shrink for one in loaded.uncertain)
    return {"value": found, "shrink": NO_SHRINKAGE} if shrunk else found


def _in_yaml(found: float | dict[str, Any]) -> str:
    """Write a value on one line."""
    if isinstance(found, float):
        return f"{found:.10g}"
    return f"{{value: {found['value']:.10g}, shrink: {found['shrink']}}}"


def _lines(tree: Mapping[str, Any], indent: int) -> list[str]:
    """Return the lines of a mapping as YAML has it."""
    lines: list[str] = []
    for name, inside in tree.items():
        if isinstance(inside, Mapping):
            lines += [f"{' ' * indent}{name}:", *_lines(inside, indent + 2)]
        else:
            lines.append(f"{' ' * indent}{name}: {inside}")
    return lines
