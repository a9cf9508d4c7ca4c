"""Files behind a scenario: safety checks, ``extends``, and laying a file over its parent."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.interventions.fields import nearest
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.nodes import Node, Place, Unreadable, parse
from simulator.scenario.shipped import shipped
from simulator.scenario.stated import replaces
from simulator.scenario.uncertain import EVIDENCE
from simulator.vocabulary.file_names import unfit
from simulator.vocabulary.printable import acting

SUFFIXES = (".yaml", ".yml")
_MOST_BYTES = 1_000_000
_MOST_PARENTS = 10
OWN = ("name", "description", "purpose", "questions")
"""Keys that are about one file and are not taken from its parent, whose questions may lie outside the child's run."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that a scenario was read from.

    Attributes
    ----------
    path
        Where it was read.
    text, sha256
        Its text, and the hash of its bytes.
    """

    path: Path
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Override:
    """A value that a file changes in its parent.

    Attributes
    ----------
    path
        Name of the value.
    old, new
        Value before and after; None where there was or is none.
    old_file, old_line, new_file, new_line
        Where each stands; an empty file if there is no such value.
    """

    path: str
    old: Any
    new: Any
    old_file: str
    old_line: int
    new_file: str
    new_line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file, parsed."""

    file: SourceFile
    node: Node


@dataclass(slots=True)
class Merge:
    """Merging of files, from the oldest parent down: what was changed, and what is wrong."""

    overrides: list[Override] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def over(self, parent: Node, child: Node) -> Node:
        """Lay a file over its merged parent."""
        values = {key: node for key, node in parent.value.items() if key not in OWN}
        keys = {key: place for key, place in parent.keys.items() if key in values}
        removed = child.value.get("remove")
        listed = self._interventions(values.get("interventions"), child.value.get("interventions"), removed)
        for key, node in child.value.items():
            if key in ("extends", "remove", "interventions"):
                continue
            merged = self._value(values.get(key), node, key)
            values.pop(key, None)
            if merged is not None:
                values[key], keys[key] = merged, child.keys[key]
        if listed is not None:
            values["interventions"] = listed
            keys.setdefault("interventions", child.keys.get("interventions", listed.place))
        return Node(values, child.place, keys)

    def _value(self, old: Node | None, new: Node, path: str) -> Node | None:
        """Lay one value over another; an empty value takes the old one away.

        Mappings are merged key by key, unless the new one is a distribution of another form.
        """
        if old is None:
            return new
        both = isinstance(old.value, dict) and isinstance(new.value, dict)
        if both and not replaces(old.value, new.value, EVIDENCE):
            return self._mapping(old, new, path)
        before, after = old.plain(), new.plain()
        if before != after:
            self._record(path, before, after, old.place, new.place)
        return None if after is None else new

    def _mapping(self, old: Node, new: Node, path: str) -> Node:
        """Lay a mapping over another, key by key."""
        values, keys = dict(old.value), dict(old.keys)
        for key, node in new.value.items():
            inner = f"{path}.{key}"
            if key not in values:
                self._record(inner, None, node.plain(), None, node.place)
            merged = self._value(values.get(key), node, inner)
            values.pop(key, None)
            if merged is not None:
                values[key], keys[key] = merged, new.keys[key]
        return Node(values, new.place, keys)

    def _interventions(self, old: Node | None, new: Node | None, remove: Node | None) -> Node | None:
        """Remove, change and add interventions; a list that is not one is left to be reported later."""
        if old is not None and not isinstance(old.value, list):
            return new if new is not None else old
        kept = self._without(list(old.value) if old is not None else [], remove)
        if new is None:
            return Node(kept, old.place) if old is not None else None
        if not isinstance(new.value, list):
            return new
        parents = len(kept)
        for number, item in enumerate(new.value):
            if _replaced(item) is not None:
                self._replace(kept, parents, item, number)
                continue
            position = _position(kept, _id(item))
            if position is None:
                self._known_kind(item, kept)
                kept.append(item)
            else:
                self._same_kind(kept[position], item, position)
                kept[position] = self._mapping(kept[position], item, f"interventions.{position}")
        return Node(kept, new.place)

    def _replace(self, kept: list[Node], parents: int, item: Node, number: int) -> None:
        """Put an intervention in the place of one of the parent's, which goes with all that it said."""
        named = _replaced(item)
        assert named is not None
        position = _position(kept[:parents], named.value if isinstance(named.value, str) else None)
        if position is None:
            self._unknown(f"interventions.{number}.replaces", named, kept[:parents])
            return
        if _position(kept, _id(item)) not in (None, position):
            place = item.value["id"].place
            self.problems.append(place.problem(f"interventions.{number}.id", f"the id {_id(item)!r} is given twice"))
        new = Node({key: inner for key, inner in item.value.items() if key != "replaces"}, item.place, item.keys)
        self._record(
            f"interventions.{named.value}", kept[position].plain(), new.plain(), kept[position].place, item.place
        )
        kept[position] = new

    def _unknown(self, path: str, node: Node, items: list[Node]) -> None:
        """Tell of a name that is the id of none of the parent's interventions."""
        known = [name for name in map(_id, items) if name]
        meant = str(node.plain())
        what = f"there is no intervention with id {meant!r}"
        self.problems.append(node.place.problem(path, what, ", ".join(known), nearest(meant, known)))

    def _without(self, items: list[Node], remove: Node | None) -> list[Node]:
        """Take out the interventions that a file removes by id."""
        if remove is None:
            return items
        named = remove.value if isinstance(remove.value, list) else [remove]
        for number, node in enumerate(named):
            path = f"remove.{number}" if named is remove.value else "remove"
            position = _position(items, node.value if isinstance(node.value, str) else None)
            if position is None:
                self._unknown(path, node, items)
                continue
            self._record(
                f"interventions.{node.value}",
                items[position].plain(),
                None,
                items[position].place,
                node.place,
            )
            del items[position]
        return items

    def _known_kind(self, item: Node, kept: list[Node]) -> None:
        """Explain an entry without a kind whose id is not the parent's: it was meant as an override."""
        name = _id(item)
        if name is None or not isinstance(item.value, dict) or "kind" in item.value:
            return
        known = [other for other in map(_id, kept) if other]
        what = f"there is no intervention with id {name!r} to change, and no kind for a new one"
        place = item.value["id"].place
        path = f"interventions.{len(kept)}.id"
        self.problems.append(place.problem(path, what, ", ".join(known), nearest(name, known)))

    def _same_kind(self, old: Node, new: Node, position: int) -> None:
        """Refuse a change of kind."""
        kind = new.value.get("kind")
        before = old.value.get("kind")
        if kind is not None and before is not None and kind.value != before.value:
            what = f"an override cannot turn {before.value} into {kind.value}; remove it and add a new one"
            self.problems.append(kind.place.problem(f"interventions.{position}.kind", what))

    def _record(self, path: str, old: Any, new: Any, old_place: Place | None, new_place: Place) -> None:
        """Note one change."""
        before = old_place or Place("", 0)
        self.overrides.append(Override(path, old, new, before.file, before.line, new_place.file, new_place.line))


def _id(node: Node) -> str | None:
    """Id of an intervention, if it has one."""
    if not isinstance(node.value, dict) or "id" not in node.value:
        return None
    name = node.value["id"].value
    return name if isinstance(name, str) else None


def _replaced(item: Node) -> Node | None:
    """Name of the intervention that another takes the place of, if it says so."""
    named = item.value.get("replaces") if isinstance(item.value, dict) else None
    return None if named is None or named.value is None else named


def _position(items: list[Node], name: str | None) -> int | None:
    """Position of the intervention with an id."""
    return next((i for i, item in enumerate(items) if name is not None and _id(item) == name), None)


def _twice(node: Node) -> list[Problem]:
    """Report ids that are given twice in one file."""
    items = node.value.get("interventions")
    if items is None or not isinstance(items.value, list):
        return []
    problems, seen = [], set()
    for position, item in enumerate(items.value):
        name = _id(item)
        if name in seen:
            place = item.value["id"].place
            problems.append(place.problem(f"interventions.{position}.id", f"the id {name!r} is given twice"))
        if name is not None:
            seen.add(name)
    return problems


def read_text(path: Path) -> SourceFile:
    """Read the text of one scenario file.

    Raises
    ------
    Unreadable
        If it is missing, too big, of another kind, or not text.
    """
    place = Place(str(path))
    if path.suffix.lower() not in SUFFIXES:
        what = f"this is not a scenario file ({path.suffix or 'no extension'})"
        raise Unreadable(place.problem("", what, "a file that ends in .yaml or .yml"))
    if wrong := unfit(path):  # before it is looked at: a device would be read from
        raise Unreadable(place.problem("", wrong, "another file name"))
    if found := acting(path.name):  # it names the scenario in tables, charts and folders
        raise Unreadable(place.problem("", f"the name of the file holds {found}", "a name without such characters"))
    if not os.path.exists(path):  # False of a name too long to be one, of which Path.exists raises OSError
        raise Unreadable(place.problem("", "there is no such file", near=nearest(path.name, _beside(path))))
    if not path.is_file():
        raise Unreadable(place.problem("", "this is not a file"))
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(place.problem("", f"the file cannot be read: {error.strerror}")) from None
    return source_file(path, data)


def source_file(path: Path, data: bytes) -> SourceFile:
    """Take the bytes of one scenario file.

    Raises
    ------
    Unreadable
        If they are too many, or not text.
    """
    place = Place(str(path))
    if len(data) > _MOST_BYTES:
        raise Unreadable(place.problem("", "the file is too big", f"up to {_MOST_BYTES // 1_000_000} MB"))
    return SourceFile(path, _decoded(data, place), hashlib.sha256(data).hexdigest())


def _decoded(data: bytes, place: Place) -> str:
    """Turn bytes into text, or say where they are not text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise Unreadable(
            Place(place.file, line, column).problem("", "this is not text in UTF-8", "save it as UTF-8")
        ) from None
    for number, line_text in enumerate(text.split("\n"), start=1):
        blank = line_text[: len(line_text) - len(line_text.lstrip(" \t"))]
        if "\t" in blank:
            here = Place(place.file, number, blank.index("\t") + 1)
            raise Unreadable(here.problem("", "a tab is used to indent", "spaces"))
        for column, character in enumerate(line_text, start=1):
            if ord(character) < 32 and character not in "\t\r":
                here = Place(place.file, number, column)
                raise Unreadable(here.problem("", f"character {ord(character)} (a control code) is not text"))
    return text


def _beside(path: Path) -> list[str]:
    """Names of scenario files in the folder of a file."""
    try:
        return sorted(other.name for other in path.parent.iterdir() if other.suffix.lower() in SUFFIXES)
    except OSError:
        return []


def _parent(document: Document) -> Path | None:
    """Find the file that a file extends.

    Raises
    ------
    Unreadable
        If the name is not allowed, or there is no such file.
    """
    node = document.node.value.get("extends")
    if node is None:
        return None
    name = node.value
    if not isinstance(name, str) or not _is_file_name(name):
        raise Unreadable(node.place.problem("extends", f"{_cut(node.plain())} is not a file name", "one scenario file"))
    folder = document.file.path.parent
    outside = "the name of a scenario file in the same folder or one below it"
    relative = Path(name)
    if relative.is_absolute() or ".." in relative.parts or "\\" in name or ":" in name or name[0] == "~":
        raise Unreadable(node.place.problem("extends", f"{_cut(name)} is outside the folder", outside))
    if wrong := unfit(relative):
        raise Unreadable(node.place.problem("extends", wrong, outside))
    path = folder / relative
    if not relative.suffix:
        path = path.with_suffix(SUFFIXES[0])
    there = os.path.exists(path)
    if not there and len(relative.parts) == 1 and path.stem in shipped():
        return shipped()[path.stem]
    if not there:
        others = [other for other in _beside(path) if other != document.file.path.name]
        near = nearest(path.name, [*others, *(f"{key}.yaml" for key in shipped())])
        raise Unreadable(node.place.problem("extends", f"there is no file {_cut(name)}", outside, near))
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        kind = f" ({path.suffix})" if path.suffix.lower() not in SUFFIXES else ""
        raise Unreadable(node.place.problem("extends", f"{_cut(name)} is not a scenario file{kind}", outside))
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Unreadable(node.place.problem("extends", f"{_cut(name)} is outside the folder", outside))
    return path


def _is_file_name(name: str) -> bool:
    """Whether a text can name a file at all."""
    try:
        return bool(Path(name.strip()).name) and b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def _cut(value: object) -> str:
    """Write a name in a line of reasonable length."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(frozen=True, slots=True)
class Chain:
    """A file and those it extends.

    Attributes
    ----------
    documents
        The file itself first.
    problems
        What is wrong with the files as YAML, and with ``extends``.
    whole
        False if a parent is missing or cannot be read, so that what it would have given is not known.
    """

    documents: list[Document]
    problems: list[Problem]
    whole: bool


def read_chain(start: Path | SourceFile) -> Chain:
    """Read a file and the files it extends.

    Parameters
    ----------
    start
        The file, or one that was made in memory, which has no name in what is told of it.

    Raises
    ------
    ScenarioError
        If the file itself cannot be read.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    step: Path | SourceFile | None = start
    try:
        while step is not None:
            file = read_text(step) if isinstance(step, Path) else step
            node, found = parse(file.text, str(step) if isinstance(step, Path) else "")
            documents.append(Document(file, node))
            problems += found + _twice(node)
            step = _parent(documents[-1])
            _stop_circles(documents, step, made=isinstance(start, SourceFile))
    except Unreadable as error:
        if not documents:
            raise ScenarioError([error.problem]) from None
        return Chain(documents, [*problems, error.problem], whole=False)
    return Chain(documents, problems, whole=True)


def given_chain(files: Sequence[tuple[Path, bytes]]) -> Chain:
    """Take a file and those it extends as they are given, without looking for any of them.

    Parameters
    ----------
    files
        Name and bytes of each, in the order of :func:`read_chain`.

    Raises
    ------
    ScenarioError
        If one of them cannot be read, or extends another than the one after it.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    parents: list[Path | None] = [*(path for path, _ in files[1:]), None]
    try:
        for (path, data), parent in zip(files, parents, strict=True):
            node, found = parse(source_file(path, data).text, str(path))
            documents.append(Document(source_file(path, data), node))
            problems += found + _twice(node)
            named = node.value.get("extends")
            meant = None if named is None else Path(str(named.value)).stem
            if meant != (None if parent is None else parent.stem):
                place = node.place if named is None else named.place
                raise Unreadable(place.problem("extends", "this is not the file that is given as its parent"))
    except Unreadable as error:
        raise ScenarioError([*problems, error.problem]) from None
    return Chain(documents, problems, whole=True)


def _stop_circles(documents: list[Document], step: Path | None, *, made: bool) -> None:
    """Refuse a file that extends itself, however far round, and a chain that is too long.

    A first one that was made in memory is no file, so none extends it.
    """
    if step is None:
        return
    place = documents[-1].node.value["extends"].place
    seen = [document.file.path.resolve() for document in documents[1 if made else 0 :]]
    if step.resolve() in seen:
        chain = " -> ".join(file.name for file in [*seen[seen.index(step.resolve()) :], step])
        raise Unreadable(place.problem("extends", f"the files extend each other in a circle: {chain}"))
    if len(documents) > _MOST_PARENTS:
        raise Unreadable(place.problem("extends", f"more than {_MOST_PARENTS} files extend each other"))


def merge_chain(documents: list[Document]) -> tuple[Node, Merge]:
    """Lay files over their parents, the oldest first.

    Parameters
    ----------
    documents
        From the file itself to its oldest parent.

    Returns
    -------
    Node, Merge
        The merged tree, without ``extends`` and ``remove``; what was changed and what is wrong.
    """
    merge = Merge()
    oldest = documents[-1].node
    if "remove" in oldest.value:
        what = "there is no parent to remove from; it needs extends"
        merge.problems.append(oldest.keys["remove"].problem("remove", what))
    listed = oldest.value["interventions"].value if "interventions" in oldest.value else None
    for position, item in enumerate(listed if isinstance(listed, list) else []):
        if _replaced(item) is not None:
            what = "there is no parent to replace from; it needs extends"
            merge.problems.append(item.keys["replaces"].problem(f"interventions.{position}.replaces", what))
    values = {key: node for key, node in oldest.value.items() if key not in ("extends", "remove")}
    merged = Node(values, oldest.place, oldest.keys)
    for document in reversed(documents[:-1]):
        merged = merge.over(merged, document.node)
    return merged, merge
