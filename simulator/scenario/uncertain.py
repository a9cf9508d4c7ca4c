"""Numbers of a scenario file that are distributions.

The reader replaces each by its central value before the schema is checked, so the rest of the package sees
plain numbers, and keeps the distribution beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from simulator.data.evidence_library import SHRINKAGE, weakest_design
from simulator.interventions import Intervention, kinds
from simulator.interventions.fields import FieldNote, Quality, Wrong, nearest, notes, source_key
from simulator.scenario.errors import Problem
from simulator.scenario.nodes import Node, Place
from simulator.scenario.stated import CERTAIN, At, read_distribution
from simulator.scenario.translate import Path, dotted, empties, find, note_of, shown
from simulator.uncertainty import Interval, Parameter, PointMass, shrunken

RATIOS = ("ratio", "risk ratio", "odds ratio", "hazard ratio")
"""Units of numbers of which 1 is no effect."""

NO_SHRINKAGE = "none"
"""What a file says to take a ratio as its study found it."""

JUDGEMENT = "judgement"
"""Quality of a number that somebody judged, and source of a default that is one."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A number that a file gives as a distribution, or as a value with what it rests on.

    Attributes
    ----------
    parameter
        Key, distribution, group and correlation.
    path
        Steps from the top of the scenario to the number.
    place
        Where the distribution stands.
    source, quality, note
        As the distribution gives them; empty if it does not.
    shrink
        Design of the study that it rests on, by which it is taken nearer to no effect; empty if it is taken as it is.
    shrunk_unasked
        Whether that is by default, as the file does not say how far its study is believed.
    """

    parameter: Parameter
    path: Path
    place: Place
    source: str
    quality: str
    note: str
    shrink: str = ""
    shrunk_unasked: bool = False

    @property
    def is_drawn(self) -> bool:
        """Whether draws differ in it."""
        return not isinstance(self.parameter.distribution, PointMass)

    @property
    def interval(self) -> Interval | None:
        """The interval to show; None for a number that is certain."""
        return self.parameter.distribution.interval if self.is_drawn else None


def without_distributions(root: Node) -> tuple[Node, tuple[Uncertain, ...], list[Problem]]:
    """Replace distributions by their central values, and take effects of weak studies nearer to none.

    An effect whose studies compare less well than a trial is shrunk by the weakest of their designs, unless the file
    says how (`shrink`), or that its number is a judgement, which is between the studies and no effect already.

    Parameters
    ----------
    root
        Tree of a scenario.

    Returns
    -------
    Node, tuple of Uncertain, list of Problem
        The tree with numbers only; the distributions, in the order of the file, and then those of defaults; what is
        wrong with them. A distribution that cannot be read leaves a number that its field allows.
    """
    found: list[Uncertain] = []
    problems: list[Problem] = []

    def plain(node: Node, path: Path) -> Node:
        if isinstance(node.value, list):
            return replace(node, value=[plain(inner, (*path, i)) for i, inner in enumerate(node.value)])
        if not isinstance(node.value, dict):
            number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
            if number and design_unasked(root, At(node, path)):
                return plain(Node({CERTAIN: node}, node.place, {CERTAIN: node.place}), path)
            return node
        note = note_of(root, path)
        if note is None or not note.uncertain:
            return replace(node, value={key: plain(inner, (*path, key)) for key, inner in node.value.items()})
        at = At(node, path)
        uncertain, wrong = _uncertain(at, note, _key(root, path), design_unasked(root, at))
        problems.extend(wrong)
        if uncertain is None:
            return Node(note.low or 0.0, node.place)
        found.append(uncertain)
        return Node(uncertain.parameter.distribution.central, node.place)

    numbers = plain(root, ())
    return numbers, (*found, *_of_defaults(root)), problems


def _of_defaults(root: Node) -> Iterator[Uncertain]:
    """Yield the distributions of numbers of interventions that no file gives, from the studies of their defaults."""
    entries, _ = find(root, ("interventions",))
    for i, entry in enumerate(entries.value if isinstance(entries.value, list) else ()):
        kind = _kind(root, ("interventions", i))
        for note in notes(kind) if kind is not None else ():
            path: Path = ("interventions", i, *note.path.split("."))
            if note.spread is None or find(root, path)[1]:
                continue
            keys = {} if note.source == JUDGEMENT else {"source": note.source}
            at = At(made_node({**note.spread, **keys}, entry.place), path)
            uncertain, _ = _uncertain(at, note, _key(root, path), "")
            if uncertain is not None:
                yield uncertain


def made_node(value: object, place: Place) -> Node:
    """Return what a file would have if it gave a value there."""
    if isinstance(value, dict):
        return Node({key: made_node(inner, place) for key, inner in value.items()}, place, dict.fromkeys(value, place))
    return Node([made_node(inner, place) for inner in value] if isinstance(value, list) else value, place)


def _kind(root: Node, path: Path) -> type[Intervention] | None:
    """Return the kind of the intervention that a path leads into; None if it leads into none that is known."""
    entry, _ = find(root, path[:2])
    kind = entry.value.get("kind") if path[:1] == ("interventions",) and isinstance(entry.value, dict) else None
    return kinds().get(kind.value) if kind is not None and isinstance(kind.value, str) else None


def is_effect(kind: type[Intervention], steps: Path, unit: str) -> bool:
    """Tell whether a number of an intervention is a ratio by which a programme acts, and of which 1 is no effect."""
    return unit in RATIOS and kind.is_programme and kind.moves_children and steps[0] not in kind.money_fields


def design_unasked(root: Node, at: At) -> str:
    """Return the design by which an effect is shrunk where its file does not say how; empty if it is not.

    Its studies are those that its number names, or what holds it; the intervention's own list is of all its numbers,
    and so of its effect only where it is of one source.
    """
    kind, note = _kind(root, at.path), note_of(root, at.path)
    if "shrink" in at or kind is None or note is None or not is_effect(kind, at.path[2:], note.unit):
        return ""
    if given_nearest(root, at, "quality") == JUDGEMENT:
        return ""
    own, of_all = (given_nearest(root, at, "source", above=above) for above in (2, 1))
    design = weakest_design(own.split(";") if own or ";" in of_all else [of_all])
    return design if SHRINKAGE.get(design, 1.0) < 1.0 else ""


def given_nearest(root: Node, at: At, name: str, above: int = 0) -> str:
    """Return the source keys, or the quality, given nearest to a value: in it, beside it or beside what holds it.

    What holds it is looked at from the nearest on, as far as those of more than so many steps.
    """
    holders = [at.node, *(find(root, at.path[:length])[0] for length in range(len(at.path) - 1, above, -1))]
    for holder in holders:
        if isinstance(holder.value, dict) and name in holder.value:
            said = holder.value[name].plain()
            return "; ".join(map(str, said)) if isinstance(said, list) else str(said)
    return ""


def _key(root: Node, path: Path) -> str:
    """Name of a number: its path, with an intervention's id in the place of its position if it has one."""
    if path[0] != "interventions":
        return dotted(path)
    entry = At(root, ())[path[0]][path[1]]
    name = entry["id"].node.value if "id" in entry else None
    return f"interventions[{name}].{dotted(path[2:])}" if isinstance(name, str) else dotted(path)


def _uncertain(at: At, note: FieldNote, key: str, unasked: str) -> tuple[Uncertain | None, list[Problem]]:
    """Read a mapping that stands for a number, shrunk by a design if it does not say how; None if anything is wrong."""
    if any(empties(at.node)):  # told by the reader, as for every value
        return None, []
    distribution, problems = read_distribution(at, note, tuple(EVIDENCE))
    evidence: dict[str, Any] = {}
    for name, check in EVIDENCE.items():
        if name in at:
            try:
                evidence[name] = check(at[name].node.plain())
            except Wrong as wrong:
                problems.append(at[name].problem(wrong.what, wrong.allowed, wrong.near))
    if "correlation" in at and "group" not in at:
        problems.append(at.key("correlation").problem("there is no group to correlate with", "group: a name"))
    if "group" in at and isinstance(distribution, PointMass):
        problems.append(at.key("group").problem("a value that is certain moves with no others"))
    if distribution is None or problems:
        return None, problems
    if (shrink := evidence.get("shrink", unasked)) in ("", NO_SHRINKAGE):
        shrink = ""
    elif note.unit not in RATIOS:
        problems.append(at.key("shrink").problem(f"a number of {note.unit} is not a ratio of which 1 is no effect"))
        return None, problems
    else:
        distribution = shrunken(distribution, SHRINKAGE[shrink])
    parameter = Parameter(key, distribution, evidence.get("group", ""), evidence.get("correlation", 1.0))
    source, quality, remark = (evidence.get(name, "") for name in ("source", "quality", "note"))
    return Uncertain(parameter, at.path, at.node.place, source, quality, remark, shrink, bool(unasked)), []


def _sources(value: object) -> str:
    """Check one source key or a list of them."""
    keys = value if isinstance(value, list) else [value]
    if not keys:
        raise Wrong("the list is empty", "at least one name, or leave the line out")
    return "; ".join(source_key(_text(key)) for key in keys)


def _quality(value: object) -> str:
    """Check a quality."""
    words = get_args(Quality)
    if value not in words:
        raise Wrong(f"{shown(value)} is not allowed", ", ".join(words), nearest(str(value), words))
    return str(value)


def _text(value: object) -> str:
    """Check a text."""
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not text (put it in quotes if it should be)")
    return value


def _group(value: object) -> str:
    """Check the name of a group."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Wrong(f"{shown(value)} is not a short name (small letters, digits, - and _)")
    return value


def _correlation(value: object) -> float:
    """Check a correlation."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise Wrong(f"{shown(value)} is not a correlation", "0 to 1")
    return float(value)


def _shrink(value: object) -> str:
    """Check the design of a study."""
    words = (*SHRINKAGE, NO_SHRINKAGE)
    if value not in words:
        raise Wrong(f"{shown(value)} is not a design", ", ".join(words), nearest(str(value), words))
    return str(value)


EVIDENCE = {
    "source": _sources,
    "quality": _quality,
    "note": _text,
    "group": _group,
    "correlation": _correlation,
    "shrink": _shrink,
}
"""What a distribution may say beside its numbers, and how each is checked."""
