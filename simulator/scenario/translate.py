"""Errors of the schema in plain English, each with the line it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from simulator.interventions import kind_like, kinds
from simulator.interventions.fields import FieldNote, Wrong, nearest, notes
from simulator.scenario.errors import Problem
from simulator.scenario.nodes import Node, Place
from simulator.scenario.schema import Scenario

Path = tuple[str | int, ...]
_EMPTY = "no value is given; give one, or leave the line out"


def problems(error: ValidationError, root: Node, ignored: Sequence[str] = ()) -> Iterator[Problem]:
    """Translate every error of the schema.

    Parameters
    ----------
    error
        What pydantic found.
    root
        The tree that was checked.
    ignored
        Types of error that say nothing here.
    """
    for item in error.errors(include_url=False):
        if item["type"] in ignored or _follows(item):
            continue
        path = _clean(item["loc"])
        if item["type"].startswith("union_tag"):
            path = (*path, "kind")
        if path and isinstance(path[-1], int) and not isinstance(find(root, path[:-1])[0].value, list):
            path = path[:-1]
        place = _place(root, path, at_key=item["type"] == "extra_forbidden" or item["loc"][-1:] == ("[key]",))
        what, allowed, near = _words(item, path, root)
        yield place.problem(dotted(path), what, allowed, near)


def _follows(item: Any) -> bool:
    """Tell whether a list is too short only because pydantic left out its faulty entries."""
    return item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]


def empties(node: Node, path: Path = ()) -> Iterator[Problem]:
    """Report every value that is left empty."""
    if isinstance(node.value, dict):
        for key, inner in node.value.items():
            if inner.value is None:
                yield inner.place.problem(dotted((*path, key)), _EMPTY)
            yield from empties(inner, (*path, key))
    elif isinstance(node.value, list):
        for position, inner in enumerate(node.value):
            if inner.value is None:
                yield inner.place.problem(dotted((*path, position)), _EMPTY)
            yield from empties(inner, (*path, position))


def dotted(path: Path) -> str:
    """Join the steps of a path."""
    return ".".join(str(step) for step in path)


def find(root: Node, path: Path) -> tuple[Node, bool]:
    """Follow a path as far as it goes; tell whether it was followed to its end."""
    node = root
    for step in path:
        inside: Any = dict(enumerate(node.value)) if isinstance(node.value, list) else node.value
        if not isinstance(inside, dict) or step not in inside:
            return node, False
        node = inside[step]
    return node, True


def note_of(root: Node, path: Path) -> FieldNote | None:
    """Find what is known of the field at a path."""
    model: Any = Scenario
    names: tuple[str | int, ...] = path
    if path[:1] == ("interventions",) and len(path) > 2:
        entry, whole = find(root, path[:2])
        kind = entry.value.get("kind") if whole and isinstance(entry.value, dict) else None
        model = kinds().get(kind.value) if kind is not None and isinstance(kind.value, str) else None
        names = path[2:]
    if model is None:
        return None
    known = _by_path(model)
    exact = _starred(model, names)
    return known.get(exact) or (known.get(exact.removesuffix(".*")) if exact.endswith("*") else None)


def _starred(model: type[BaseModel], names: Path) -> str:
    """Write a path with a star for each number of a list and each key that a file may choose."""
    steps: list[str] = []
    for step in names:
        free = isinstance(step, int) or ".".join([*steps, "*"]) in _by_path(model)
        steps.append("*" if free else str(step))
    return ".".join(steps)


@cache
def _by_path(model: type[BaseModel]) -> dict[str, FieldNote]:
    """Describe every field of a model, by path."""
    return {note.path: note for note in notes(model)}


def _clean(loc: tuple[str | int, ...]) -> Path:
    """Drop the steps that pydantic adds: the kind of an intervention, and the mark of a key."""
    path = tuple(step for step in loc if step != "[key]")
    if path[:1] == ("interventions",) and len(path) > 2:
        path = (*path[:2], *path[3:])
    return path


def _place(root: Node, path: Path, at_key: bool) -> Place:
    """Find where a path stands: its value, its key, or what should hold it."""
    if at_key and path:
        holder, whole = find(root, path[:-1])
        if whole and str(path[-1]) in holder.keys:
            return holder.keys[str(path[-1])]
    return find(root, path)[0].place


def _siblings(root: Node, path: Path) -> list[str]:
    """Names of the fields that could stand beside a path."""
    model: Any = Scenario
    names = path[:-1]
    extra = ["extends", "remove"] if not names else []
    if path[:1] == ("interventions",) and len(path) > 2:
        kind = find(root, path[:2])[0].value["kind"].value
        model, names = kinds()[kind], path[2:-1]
    prefix = f"{_starred(model, names)}." if names else ""
    found = [note.path.removeprefix(prefix) for note in notes(model) if note.path.startswith(prefix)]
    return [name for name in found if "." not in name and name != "*"] + extra


def _words(item: Any, path: Path, root: Node) -> tuple[str, str, str]:
    """Say what is wrong, what is allowed and what may have been meant."""
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    wrong = context.get("error")
    if isinstance(wrong, Wrong):
        return wrong.what, wrong.allowed, wrong.near
    if isinstance(wrong, Exception):
        raise wrong  # of a validator, so a fault of the program
    if kind == "extra_forbidden":
        names = _siblings(root, path)
        return "unknown key", ", ".join(names), nearest(str(path[-1]), names)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        tag = context.get("tag")
        what = f"unknown kind {tag!r}" if tag is not None else "is missing"
        return what, ", ".join(kinds()), kind_like(str(tag)) if tag is not None else ""
    note = note_of(root, path)
    allowed = note.allowed if note is not None else ""
    if kind == "missing":
        return "is missing", allowed, ""
    if kind == "literal_error":
        choices = note.choices if note is not None else ()
        return f"{shown(value)} is not allowed", allowed or context["expected"], nearest(str(value), choices)
    return _typed(kind, value, context), allowed, ""


def _typed(kind: str, value: Any, context: dict[str, Any]) -> str:
    """Say what is wrong with a number, a text or a list."""
    if kind == "greater_than_equal":
        return f"{shown(value)} is below {context['ge']:.15g}"
    if kind == "less_than_equal":
        return f"{shown(value)} is above {context['le']:.15g}"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is not a short name (small letters, digits, - and _)"
    what = {
        "finite_number": "is not a finite number",
        "float_type": "is not a number",
        "int_type": "is not a whole number",
        "int_from_float": "is not a whole number",
        "bool_type": "is neither true nor false",
        "string_type": "is not text (put it in quotes if it should be)",
        "model_type": "is not a set of `key: value` lines",
        "model_attributes_type": "is not a set of `key: value` lines",
        "dict_type": "is not a set of `key: value` lines",
        "tuple_type": "is not a list",
        "too_short": "has too few entries",
    }.get(kind, "is not allowed")
    if isinstance(value, dict) and kind in ("float_type", "int_type"):
        what += ", and a distribution is not read here"
    if isinstance(value, str) and _COMMA.search(value) and kind in ("float_type", "int_type"):
        what += " (a point stands before decimals, and no commas)"
    return f"{shown(value)} {what}"


_COMMA = re.compile(r"\d,\d")


def shown(value: Any) -> str:
    """Write a value in a few characters, as a file would."""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(shown(inner) for inner in value) + "]"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
