"""Distributions in scenario files: a mapping where the schema has a number.

The reader replaces each by its central value before the schema is checked, so the rest of the package sees
plain numbers, and keeps the distribution beside them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from simulator.interventions.fields import FieldNote, Quality, Wrong, nearest, source_key
from simulator.scenario.errors import Problem
from simulator.scenario.nodes import Node, Place
from simulator.scenario.translate import Path, dotted, empties, note_of, shown
from simulator.uncertainty import (
    FAMILIES,
    Distribution,
    Fault,
    Misstated,
    Mix,
    Parameter,
    Point,
    Quantiles,
    Triangular,
)

_QUANTILE = re.compile(r"p(0[1-9]|[1-9][0-9]?)")
_INTERVAL = re.compile(r"ci([1-9][0-9])")
_EVIDENCE = ("source", "quality", "note", "group", "correlation")
_NUMBERS = ("median", "mean", "low", "mode", "high", *(name for family in FAMILIES.values() for name in family[1]))
_USUAL = ("p5", "p10", "p25", "p75", "p90", "p95", "ci50", "ci80", "ci90", "ci95")
_SHAPE = ("family", "mix", *dict.fromkeys(_NUMBERS), *_USUAL)
_LEADING = {"median", "mean", "mode", "family", "mix"}
_FORMS = (
    "a number, {median, p10, p90}, {median, ci95: [low, high]}, {mean, ci95: [low, high]}, {low, mode, high}, "
    "{family: ...} or {mix: [...]}"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")

_TAIL = 1e-3
"""Probability that a distribution may have beyond each bound of its field that is not a limit of the quantity."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A number that a file gives as a distribution.

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
    """

    parameter: Parameter
    path: Path
    place: Place
    source: str
    quality: str
    note: str


def is_shape(key: str) -> bool:
    """Tell whether a key says how a distribution looks, rather than what it rests on."""
    return key in _SHAPE or bool(_QUANTILE.fullmatch(key) or _INTERVAL.fullmatch(key))


def replaces(old: Iterable[str], new: Iterable[str]) -> bool:
    """Tell whether a mapping takes the place of another as a whole, rather than changing keys of it.

    It does if the old one is a distribution and the new one has a key of shape that the old one has not:
    numbers of another form rest on other evidence.
    """
    before = set(old)
    return bool(_LEADING & before) and any(is_shape(key) and key not in before for key in new)


def without_distributions(root: Node) -> tuple[Node, tuple[Uncertain, ...], list[Problem]]:
    """Replace distributions by their central values.

    Parameters
    ----------
    root
        Tree of a scenario.

    Returns
    -------
    Node, tuple of Uncertain, list of Problem
        The tree with numbers only; the distributions, in the order of the file; what is wrong with them. A
        distribution that cannot be read leaves a number that its field allows.
    """
    reader = _Reader(root)
    return reader.plain(root, ()), tuple(reader.found), reader.problems


def key_of(root: Node, path: Path) -> str:
    """Name of a number: its path, with an intervention's id in the place of its position if it has one."""
    if path[:1] == ("interventions",) and len(path) > 2:
        entry = root.value["interventions"].value[path[1]].value
        name = entry["id"].value if "id" in entry else None
        if isinstance(name, str):
            return f"interventions[{name}].{dotted(path[2:])}"
    return dotted(path)


@dataclass(slots=True)
class _Reader:
    """Reads the distributions of one tree: those found, and what is wrong."""

    root: Node
    found: list[Uncertain] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def plain(self, node: Node, path: Path) -> Node:
        """Return a tree with central values for distributions."""
        if isinstance(node.value, list):
            return replace(node, value=[self.plain(inner, (*path, i)) for i, inner in enumerate(node.value)])
        if not isinstance(node.value, dict):
            return node
        note = note_of(self.root, path)
        if note is not None and note.uncertain:
            return Node(self.central(node, path, note), node.place)
        return replace(node, value={key: self.plain(inner, (*path, key)) for key, inner in node.value.items()})

    def central(self, node: Node, path: Path, note: FieldNote) -> float:
        """Read a distribution and return its central value."""
        stated = _Stated(node, path, note)
        uncertain = stated.uncertain(key_of(self.root, path))
        self.problems += stated.problems
        if uncertain is None or stated.problems:
            return note.low or 0.0
        self.found.append(uncertain)
        return uncertain.parameter.distribution.central


@dataclass(slots=True)
class _Stated:
    """One mapping that stands for a number, and what is wrong with it."""

    node: Node
    path: Path
    note: FieldNote
    problems: list[Problem] = field(default_factory=list)

    def uncertain(self, key: str) -> Uncertain | None:
        """Read it, if nothing is wrong."""
        if any(empties(self.node)):  # told already
            return None
        evidence = self.evidence()
        distribution = self.distribution(self.node, self.path, _EVIDENCE)
        if distribution is None:
            return None
        correlation = evidence.get("correlation", 1.0)
        parameter = Parameter(key, distribution, evidence.get("group", ""), correlation)
        texts = (evidence.get(name, "") for name in ("source", "quality", "note"))
        return Uncertain(parameter, self.path, self.node.place, *texts)

    def wrong(self, node: Node, path: Path, what: str, allowed: str = "", near: str = "") -> None:
        """Add a problem."""
        self.problems.append(node.place.problem(dotted(path), what, allowed, near))

    def distribution(self, node: Node, path: Path, others: tuple[str, ...]) -> Distribution | None:
        """Read the distribution in a mapping that may also hold other keys."""
        if not isinstance(node.value, dict):
            self.wrong(node, path, f"{shown(node.plain())} is not a distribution", _FORMS)
            return None
        keys = [key for key in node.value if key not in others]
        meant = [key if is_shape(key) else nearest(key, _SHAPE) or key for key in keys]
        form = self.form(node, path, meant)
        if form is None:
            return None
        allowed = (*form, *others)
        unknown = [key for key in keys if key not in form]
        for key in unknown:
            place = Node(None, node.keys[key])
            self.wrong(place, (*path, key), "unknown key", ", ".join(allowed), nearest(key, allowed))
        for key in form:
            if key not in meant:
                self.wrong(node, (*path, key), "is missing", f"{{{', '.join(form)}}}")
        if unknown or not set(form) <= set(meant):
            return None
        made = self.mix(node, path) if form == ("mix",) else self.smooth(node, path, form)
        return made if made is not None and self.suits(node, path, made) else None

    def form(self, node: Node, path: Path, keys: list[str]) -> tuple[str, ...] | None:
        """Keys of the form that a mapping is in, as far as its own keys tell; None if they do not."""
        if "mix" in keys:
            return ("mix",)
        if "family" in keys:
            return self.family(node, path)
        ends = [key for key in keys if _QUANTILE.fullmatch(key) or _INTERVAL.fullmatch(key)]
        centre = next((key for key in keys if key in ("median", "mean")), "median")
        if {"mode", "low", "high"} & set(keys):
            if centre in keys and "mode" not in keys:
                allowed = "p10 and p90, for example, or ci95: [low, high]"
                self.wrong(node, path, "low and high do not say which interval they give", allowed)
                return None
            return ("low", "mode", "high")
        if ends:
            return self.ends(node, path, centre, ends)
        if centre in keys:
            self.wrong(node, path, f"the {centre} has no interval", f"{{{centre}, p10, p90}} or {{{centre}, ci95}}")
        else:
            self.wrong(node, path, f"{shown(node.plain())} is not a distribution", _FORMS)
        return None

    def family(self, node: Node, path: Path) -> tuple[str, ...] | None:
        """Keys of a named family."""
        named = node.value.get("family")
        if named is None:  # misspelt
            key = next(key for key in node.value if nearest(key, _SHAPE) == "family")
            self.wrong(Node(None, node.keys[key]), (*path, key), "unknown key", ", ".join(_SHAPE[:2]), "family")
            return None
        if not isinstance(named.value, str) or named.value not in FAMILIES:
            name = shown(named.plain())
            near = nearest(str(named.value), FAMILIES)
            self.wrong(named, (*path, "family"), f"unknown family {name}", ", ".join(FAMILIES), near)
            return None
        return "family", *FAMILIES[named.value].parameters

    def ends(self, node: Node, path: Path, centre: str, ends: list[str]) -> tuple[str, ...] | None:
        """Keys of a centre and an interval: a symmetric pair of quantiles, or one interval."""
        pair = sorted(ends, key=_probability)
        whole = len(pair) == 1 and _INTERVAL.fullmatch(pair[0])
        if whole or (len(pair) == 2 and 0 < _probability(pair[0]) == 100 - _probability(pair[1]) < 50):
            return centre, *pair
        allowed = "one pair such as p10 and p90, or one interval such as ci95: [low, high]"
        self.wrong(node, path, f"{' and '.join(ends)} do not make an interval", allowed)
        return None

    def smooth(self, node: Node, path: Path, form: tuple[str, ...]) -> Distribution | None:
        """Make any distribution but a mix."""
        numbers: dict[str, float | None] = {}
        for key in form:
            if _INTERVAL.fullmatch(key):
                numbers |= self.pair(node.value[key], (*path, key))
            elif key != "family":
                numbers[key] = self.number(node.value[key], (*path, key))
        known = {key: value for key, value in numbers.items() if value is not None}
        if len(known) < len(numbers):
            return None
        names = {}
        if "family" in form:
            make: Any = FAMILIES[node.value["family"].value].make
        elif "mode" in form:
            make = Triangular
        else:
            names = {"low": form[1], "high": form[-1]}
            known = {_role(key): value for key, value in known.items()}
            known["percent"] = _percent(form[1])
            make = Quantiles.with_mean if form[0] == "mean" else Quantiles
            known["limits"] = self.note.limits  # type: ignore[assignment]
        try:
            return make(**known)
        except Misstated as error:
            self.report(node, path, error.faults, names)
            return None

    def mix(self, node: Node, path: Path) -> Distribution | None:
        """Make a mix."""
        listed, path = node.value["mix"], (*path, "mix")
        if not isinstance(listed.value, list):
            what = f"{shown(listed.plain())} is not a list"
            self.wrong(listed, path, what, "[{weight: 0.5, value: 0.8, says: works}, ...]")
            return None
        before = len(self.problems)
        weights, parts = [], []
        for position, item in enumerate(listed.value):
            weights.append(self.weight(item, (*path, position)))
            parts.append(self.part(item, (*path, position)))
        if len(self.problems) > before:
            return None
        try:
            return Mix(tuple(filter(None, weights)), tuple(filter(None, parts)))
        except Misstated as error:
            self.report(node, path[:-1], error.faults, {})
            return None

    def weight(self, item: Node, path: Path) -> float | None:
        """Read the weight of a part of a mix."""
        given = item.value.get("weight") if isinstance(item.value, dict) else None
        if given is None:
            self.wrong(item, (*path, "weight"), "is missing", "above 0, up to 1 (probability)")
            return None
        weight = self.number(given, (*path, "weight"))
        if weight is not None and not 0 < weight <= 1:
            self.wrong(given, (*path, "weight"), f"{weight:g} is not a weight", "above 0, up to 1 (probability)")
        return weight

    def part(self, item: Node, path: Path) -> Distribution | None:
        """Read what a part of a mix says: one value or a distribution."""
        if not isinstance(item.value, dict):
            return None
        says = item.value.get("says")
        if says is not None and not isinstance(says.value, str):
            self.wrong(says, (*path, "says"), f"{shown(says.plain())} is not text")
        if "value" not in item.value:
            return self.distribution(item, path, ("weight", "says"))
        for key in item.value.keys() - {"weight", "says", "value"}:
            self.wrong(Node(None, item.keys[key]), (*path, key), "stands beside a value", "weight, says, value")
        given = item.value["value"]
        value = self.number(given, (*path, "value"))
        if value is None:
            return None
        low, high = self.bounds
        if not low <= value <= high:
            what = f"{value:.15g} is below {low:.15g}" if value < low else f"{value:.15g} is above {high:.15g}"
            self.wrong(given, (*path, "value"), what, self.note.allowed)
        return Point(value)

    def suits(self, node: Node, path: Path, made: Distribution) -> bool:
        """Refuse a distribution of values that the quantity cannot have."""
        before = len(self.problems)
        key = "family" if "family" in node.value else next(key for key in node.value if is_shape(key))
        place, path = Node(None, node.keys[key]), (*path, key)
        limits, (low, high) = self.note.limits, self.bounds
        least, most = made.support
        if least < limits[0]:
            self.wrong(place, path, f"this distribution reaches below {limits[0]:g}", self.suitable())
        if most > limits[1]:
            self.wrong(place, path, f"this distribution reaches above {limits[1]:g}", self.suitable())
        if len(self.problems) == before and least < low and made.ppf(_TAIL) < low:
            self.wrong(place, path, f"more than 1 in 1,000 draws would be below {low:.15g}", self.note.allowed)
        if len(self.problems) == before and most > high and made.ppf(1.0 - _TAIL) > high:
            self.wrong(place, path, f"more than 1 in 1,000 draws would be above {high:.15g}", self.note.allowed)
        return len(self.problems) == before

    @property
    def bounds(self) -> tuple[float, float]:
        """Bounds of the field, infinite where there is none."""
        low, high = self.note.low, self.note.high
        return (-math.inf if low is None else low, math.inf if high is None else high)

    def suitable(self) -> str:
        """Name distributions that suit the quantity."""
        families = "family beta" if self.note.limits[1] == 1 else "family lognormal or gamma"
        return f"{{median, p10, p90}}, {families}, or limits inside {self.note.allowed}"

    def evidence(self) -> dict[str, Any]:
        """Read what the distribution rests on."""
        checks = {"source": _sources, "quality": _quality, "note": _text, "group": _group, "correlation": _share}
        read = {}
        for key, check in checks.items():
            if key not in self.node.value:
                continue
            given = self.node.value[key]
            try:
                read[key] = check(given.plain())
            except Wrong as wrong:
                self.wrong(given, (*self.path, key), wrong.what, wrong.allowed, wrong.near)
        if "correlation" in self.node.value and "group" not in self.node.value:
            place = Node(None, self.node.keys["correlation"])
            self.wrong(place, (*self.path, "correlation"), "there is no group to correlate with", "group: a name")
        return read

    def number(self, node: Node, path: Path) -> float | None:
        """Read a finite number."""
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self.wrong(node, path, f"{shown(node.plain())} is not a finite number")
            return None
        return float(value)

    def pair(self, node: Node, path: Path) -> dict[str, float | None]:
        """Read both ends of an interval."""
        if not isinstance(node.value, list) or len(node.value) != 2:
            self.wrong(node, path, f"{shown(node.plain())} is not an interval", "[low, high]")
            return {"low": None, "high": None}
        low, high = (self.number(inner, (*path, i)) for i, inner in enumerate(node.value))
        return {"low": low, "high": high}

    def report(self, node: Node, path: Path, faults: Iterable[Fault], names: Mapping[str, str]) -> None:
        """Turn what a distribution says of its parameters into problems where they stand."""
        for fault in faults:
            key = names.get(fault.name, fault.name)
            self.wrong(node.value[key], (*path, key), fault.what, fault.allowed)


def _probability(key: str) -> int:
    """Probability of a quantile, percent; 0 for an interval."""
    found = _QUANTILE.fullmatch(key)
    return int(found[1]) if found else 0


def _percent(key: str) -> int:
    """Probability of an interval, percent, from its key or that of its lower end."""
    found = _INTERVAL.fullmatch(key)
    return int(found[1]) if found else 100 - 2 * _probability(key)


def _role(key: str) -> str:
    """Name the parameter that a key stands for."""
    found = _QUANTILE.fullmatch(key)
    if found is None:
        return key
    return "low" if int(found[1]) < 50 else "high"


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


def _share(value: object) -> float:
    """Check a correlation."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise Wrong(f"{shown(value)} is not a correlation", "0 to 1")
    return float(value)
