"""What a tree of nodes states: a checked scenario whose every value knows where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.nodes import Node
from simulator.scenario.schema import Scenario, window
from simulator.scenario.stated import At
from simulator.scenario.translate import dotted, empties, find, note_of, problems
from simulator.scenario.uncertain import Uncertain, given_nearest, without_distributions


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
    uncertain
        The distribution whose central value it is, if it is one.
    """

    value: Any
    unit: str
    file: str
    line: int
    column: int
    default: bool
    source: str
    if_empty: str
    uncertain: Uncertain | None = None

    @property
    def told(self) -> Any:
        """The value as people are told it: what was worked out, as a shrunk effect is, to four digits."""
        shrunk = self.uncertain is not None and self.uncertain.shrink
        return float(f"{self.value:.4g}") if shrunk and isinstance(self.value, float) else self.value


@dataclass(frozen=True)
class Checked:
    """A scenario that is checked, with where its values came from and which of them are distributions."""

    scenario: Scenario
    provenance: dict[str, Origin]
    uncertain: tuple[Uncertain, ...]


def checked(stated: Node, found: Sequence[Problem] = (), *, whole: bool = True) -> Checked:
    """Check what a scenario states.

    Parameters
    ----------
    stated : Node
        Its files, merged.
    found : sequence of Problem
        What is wrong already, to be told with the rest.
    whole : bool
        False if a parent cannot be read: what it would have given may not be missing.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    root, uncertain, misstated = without_distributions(stated)
    wrong = [*found, *empties(stated), *misstated]
    data = root.plain()
    try:
        scenario = Scenario.model_validate(data, context=window(data))
    except ValidationError as error:
        said = {problem.path for problem in wrong}
        ignored = () if whole else ("missing", "union_tag_not_found")
        wrong += [problem for problem in problems(error, root, ignored) if problem.path not in said]
    if wrong:
        raise ScenarioError(wrong)
    origins = dict(_origins(scenario, root, {one.path: one for one in uncertain}))
    return Checked(scenario, origins, uncertain)


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
            source = (stated.source if stated is not None else "") or given_nearest(root, At(node, path), "source")
            yield (
                dotted(path),
                Origin(value, unit, place.file, place.line, place.column, False, source, if_empty, stated),
            )
        else:
            source = note.source if note is not None else ""
            yield dotted(path), Origin(value, unit, "", 0, 0, True, source, if_empty, uncertain.get(path))
