"""A scenario given as a mapping in Python, as the text of a file, so that it is read and checked as files are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.merge import SourceFile
from simulator.vocabulary.calendar import Month

_MOST_DEPTH = 20
_MOST_KEY = 60
_ALLOWED = "text, a number, true or false, a list or a mapping with text as keys"


def made_file(key: str, content: Mapping[str, Any]) -> SourceFile:
    """Return the file that a scenario would be, by its key; JSON is YAML."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    return SourceFile(Path(f"{key}.yaml"), text, hashlib.sha256(text.encode()).hexdigest())


def file_of(content: Mapping[str, Any]) -> SourceFile:
    """Return a mapping as the file that it would be, called by the scenario's name.

    Raises
    ------
    ScenarioError
        If it holds what no file could, by path.
    """
    problems: list[Problem] = []
    plain = _plain(content, (), problems)
    if problems:
        raise ScenarioError(problems)
    key = re.sub(r"[^a-z0-9]+", "-", str(plain.get("name", "")).lower()).strip("-")[:_MOST_KEY] or "scenario"
    if key == Path(str(plain.get("extends", ""))).stem:
        key += "-changed"  # or a manifest would hold two files of one name
    return made_file(key, plain)


def _plain(value: Any, path: tuple[str, ...], problems: list[Problem]) -> Any:
    """Return a value as JSON has it, and note what it cannot have."""
    if hasattr(value, "item") and not isinstance(value, Mapping) and not getattr(value, "shape", None):
        value = value.item()  # a number of numpy
    if isinstance(value, Month):
        return str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if len(path) > _MOST_DEPTH:
        problems.append(_problem(path[:1], f"values are nested more than {_MOST_DEPTH} deep"))
        return None
    if isinstance(value, Mapping):
        return dict(_pairs(value, path, problems))
    if isinstance(value, (list, tuple)):
        return [_plain(one, (*path, str(i)), problems) for i, one in enumerate(value)]
    problems.append(_problem(path, f"a value of type {type(value).__name__} is nothing that a scenario file holds"))
    return None


def _pairs(content: Mapping[Any, Any], path: tuple[str, ...], problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(key, str):
            yield key, _plain(value, (*path, key), problems)
        else:
            problems.append(
                _problem(
                    (*path, repr(key)), f"a key of type {type(key).__name__} is nothing that a scenario file holds"
                )
            )


def _problem(path: tuple[str, ...], what: str) -> Problem:
    return Problem("", 0, 0, ".".join(path), what, _ALLOWED)
