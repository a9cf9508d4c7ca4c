"""YAML text as a tree in which every value and key knows its line and column.

Only a safe part of YAML 1.2 is read: mappings, lists, text, decimal numbers, true, false and null. Anchors,
aliases, tags, directives and several documents in one file are refused, so no file can run code or grow when
it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.scenario.errors import Problem
from simulator.vocabulary.printable import acting

_MOST_DEPTH = 20
_MOST_NODES = 50_000
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
_NUMBER = re.compile(r"[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
_OTHER_NUMBER = re.compile(r"0[xXoObB][0-9a-fA-F_]+")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file, and line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def problem(self, path: str, what: str, allowed: str = "", near: str = "") -> Problem:
        """Say what is wrong here."""
        return Problem(self.file, self.line, self.column, path, what, allowed, near)


@dataclass(frozen=True, slots=True)
class Node:
    """One value.

    Attributes
    ----------
    value
        A ``dict`` of nodes by key, a ``list`` of nodes, or text, a number, true, false or None.
    place
        Where the value stands.
    keys
        Where the keys of a mapping stand.
    """

    value: Any
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)

    def plain(self) -> Any:
        """Return the value without positions; empty values are left out of mappings."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items() if node.value is not None}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class Unreadable(Exception):
    """A file that is not YAML of the kind that is read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def parse(text: str, file: str) -> tuple[Node, list[Problem]]:
    """Read YAML text.

    Parameters
    ----------
    text
        Text of one document.
    file
        Name to put before line numbers.

    Returns
    -------
    Node, list of Problem
        The tree, and what is wrong with it but does not stop reading (keys given twice).

    Raises
    ------
    Unreadable
        If reading stops.
    """
    builder = _Builder(_events(text, file), file)
    return builder.document(), builder.problems


def _events(text: str, file: str) -> Iterator[Any]:
    """Yield the events of the YAML parser, which raises ValueError for some of what is not YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        what = " ".join(str(error.problem or error.context).split())
        raise Unreadable(place.problem("", f"this is not YAML: {what}")) from None
    except ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, error.position - before.rfind("\n"))
        what = f"holds {acting(chr(error.character)) or f'U+{error.character:04X}'}, which is not read"
        raise Unreadable(place.problem("", what, "text without such characters")) from None
    except (YAMLError, ValueError) as error:
        raise Unreadable(Place(file).problem("", f"this is not YAML: {str(error).splitlines()[0]}")) from None


class _Builder:
    """Turns the events of a YAML parser into nodes."""

    def __init__(self, events: Iterator[Any], file: str) -> None:
        self.events = events
        self.file = file
        self.problems: list[Problem] = []
        self.count = 0

    def place(self, event: Any) -> Place:
        """Tell where an event starts."""
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def stop(self, event: Any, what: str) -> Unreadable:
        """Make the error that ends reading."""
        return Unreadable(self.place(event).problem("", what))

    def document(self) -> Node:
        """Read the one document of a file."""
        next(self.events)
        start = next(self.events)
        if type(start).__name__ == "StreamEndEvent":
            raise Unreadable(Place(self.file).problem("", "the file is empty"))
        if start.version or start.tags:
            raise self.stop(start, "directives (lines that start with %) are not read; remove them")
        node = self.node(next(self.events), "", 0)
        next(self.events)
        after = next(self.events)
        if type(after).__name__ != "StreamEndEvent":
            raise self.stop(after, "a second document starts here; write one scenario in each file")
        if node.value is None:
            raise Unreadable(node.place.problem("", "the file is empty"))
        if not isinstance(node.value, dict):
            raise Unreadable(node.place.problem("", "this is not a scenario: it should be lines of `key: value`"))
        return node

    def node(self, event: Any, path: str, depth: int) -> Node:
        """Read one value that starts with an event."""
        self.count += 1
        kind = type(event).__name__
        if kind == "AliasEvent":
            raise self.stop(event, f"aliases (*{event.anchor}) are not read; write the value out")
        if event.anchor:
            raise self.stop(event, f"anchors (&{event.anchor}) are not read; write the value out each time")
        if event.tag:
            raise self.stop(event, f"tags ({event.tag}) are not read; remove it")
        if depth > _MOST_DEPTH:
            raise self.stop(event, f"values are nested more than {_MOST_DEPTH} deep")
        if self.count > _MOST_NODES:
            raise self.stop(event, f"the file holds more than {_MOST_NODES} values")
        if kind == "MappingStartEvent":
            return self.mapping(event, path, depth)
        if kind == "SequenceStartEvent":
            return self.sequence(event, path, depth)
        return Node(self.scalar(event, path), self.place(event))

    def mapping(self, start: Any, path: str, depth: int) -> Node:
        """Read keys and values up to the end of a mapping."""
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for event in self.events:
            if type(event).__name__ == "MappingEndEvent":
                break
            if type(event).__name__ != "ScalarEvent":
                raise self.stop(event, "a key should be one word")
            key = event.value
            self.node(event, path, depth)
            inner = f"{path}.{key}" if path else key
            node = self.node(next(self.events), inner, depth + 1)
            if key in keys:
                what = f"the key is given twice; it is on line {keys[key].line} as well"
                self.problems.append(self.place(event).problem(inner, what))
                continue
            keys[key] = self.place(event)
            values[key] = Node(None, keys[key]) if node.value is None else node
        return Node(values, self.place(start), keys)

    def sequence(self, start: Any, path: str, depth: int) -> Node:
        """Read items up to the end of a list."""
        items: list[Node] = []
        for event in self.events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self.node(event, f"{path}.{len(items)}", depth + 1))
        return Node(items, self.place(start))

    def scalar(self, event: Any, path: str) -> Any:
        """Read text, a number, true, false or null."""
        text: str = event.value
        if found := acting(text, lines=True):
            what = f"holds {found}, which is not seen but acts on what shows it"
            self.problems.append(self.place(event).problem(path, what, "text without such characters"))
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _OTHER_NUMBER.fullmatch(text):
            what = f"{text} is not a decimal number"
            self.problems.append(self.place(event).problem(path, what, "digits 0 to 9, or text in quotes"))
        digits = text.replace("_", "")
        if _INTEGER.fullmatch(text) and len(digits) < 20:
            return int(digits)
        return float(digits) if _NUMBER.fullmatch(text) else text
