"""How scenario files state a distribution: its forms, and reading one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.interventions.fields import FieldNote, nearest
from simulator.scenario.errors import Problem
from simulator.scenario.nodes import Node
from simulator.scenario.translate import Path, dotted, shown
from simulator.uncertainty import FAMILIES, Distribution, Misstated, Mix, PointMass, Quantiles, Triangular

LEADING = ("median", "mean", "mode", "family", "mix")
"""Keys one of which is in every distribution, and in no other mapping of a scenario file."""

CERTAIN = "value"
"""Key of a number without an interval that says what it rests on."""

_QUANTILE = re.compile(r"p(0[1-9]|[1-9][0-9]?)")
_INTERVAL = re.compile(r"ci([1-9][0-9])")
_USUAL = ("p5", "p10", "p25", "p75", "p90", "p95", "ci50", "ci80", "ci90", "ci95")
_PARAMETERS = (name for family in FAMILIES.values() for name in family.parameters)
_SHAPE = tuple(dict.fromkeys((*LEADING, CERTAIN, "low", "high", *_PARAMETERS, *_USUAL)))
_PART = ("weight", "says")
_FORMS = (
    "a number, {median, p10, p90}, {median, ci95: [low, high]}, {mean, ci95: [low, high]}, {low, mode, high}, "
    "{family: ...}, {mix: [...]} or {value: ...}"
)
_WEIGHT = "above 0, up to 1 (probability)"

_MOST = 1e15
"""Greatest number in a distribution: beyond every field, and small enough to reckon with."""

_TAIL = 1e-3
"""Probability that a distribution may have beyond each bound of its field that is not a limit of the quantity."""


def replaces(old: Iterable[str], new: Iterable[str], beside: Iterable[str]) -> bool:
    """Tell whether a mapping takes the place of another as a whole, rather than changing keys of it.

    It does if the old one is a distribution and the new one has a key of shape that the old one has not:
    numbers of another form rest on other evidence.

    Parameters
    ----------
    old, new
        Keys of the mappings.
    beside
        Keys that may stand beside the numbers of a distribution. Other mappings than distributions have a `value` too,
        and other keys with it.
    """
    before = set(old)
    stated = not before.isdisjoint(LEADING) or (CERTAIN in before and before <= {CERTAIN, *beside})
    return stated and any(_is_shape(key) and key not in before for key in new)


@dataclass(frozen=True, slots=True)
class At:
    """A value of a scenario file and the path that leads to it."""

    node: Node
    path: Path

    def __getitem__(self, step: str | int) -> At:
        """Step into a mapping or a list."""
        return At(self.node.value[step], (*self.path, step))

    def __contains__(self, key: str) -> bool:
        """Tell whether it is a mapping with a key."""
        return isinstance(self.node.value, dict) and key in self.node.value

    def key(self, name: str) -> At:
        """Step to a key itself rather than its value."""
        return At(Node(None, self.node.keys[name]), (*self.path, name))

    def without(self, name: str) -> At:
        """Step to where a key should be."""
        return At(self.node, (*self.path, name))

    @property
    def shown(self) -> str:
        """The value in a few characters."""
        return shown(self.node.plain())

    def problem(self, what: str, allowed: str = "", near: str = "") -> Problem:
        """Say what is wrong here."""
        return self.node.place.problem(dotted(self.path), what, allowed, near)


def read_distribution(at: At, note: FieldNote, beside: tuple[str, ...]) -> tuple[Distribution | None, list[Problem]]:
    """Read a distribution.

    Parameters
    ----------
    at
        A mapping that stands for a number.
    note
        The field that the number is of.
    beside
        Other keys that the mapping may have.

    Returns
    -------
    Distribution or None, list of Problem
        None if anything is wrong.
    """
    reading = _Reading(at, note, beside)
    return reading.distribution(), reading.problems


@dataclass(slots=True)
class _Reading:
    """Reading of one mapping, and what is wrong with it so far."""

    at: At
    note: FieldNote
    beside: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, at: At, what: str, allowed: str = "", near: str = "") -> None:
        """Add a problem."""
        self.problems.append(at.problem(what, allowed, near))

    def distribution(self) -> Distribution | None:
        """Read the distribution; None if anything is wrong."""
        form = self.form()
        if not self.problems:
            self.check_keys(form)
        if self.problems:
            return None
        made = self.mix() if form == ("mix",) else self.value() if form == (CERTAIN,) else self.smooth(form)
        if made is not None and not self.problems:
            self.check_reach(made)
        return None if self.problems else made

    def keys(self) -> list[str]:
        """Keys that may say how the distribution looks, as written."""
        return [key for key in self.at.node.value if key not in self.beside]

    def meant(self) -> list[str]:
        """Return the same, misspelt ones put right."""
        return [key if _is_shape(key) else nearest(key, _SHAPE) or key for key in self.keys()]

    def form(self) -> tuple[str, ...]:
        """Keys of the form that the mapping is in, as far as its own keys tell."""
        keys = self.meant()
        centre = next((key for key in keys if key in ("median", "mean")), "")
        ends = sorted(filter(_percent, keys), key=_percent)
        if "mix" in keys:
            return ("mix",)
        if CERTAIN in keys and not centre and "family" not in keys:
            return (CERTAIN,)
        if "family" in keys:
            return self.family()
        if "mode" in keys or (not centre and not {"low", "high"}.isdisjoint(keys)):
            return ("low", "mode", "high")
        if ends:
            self.check_ends(ends)
            return (centre or "median", *ends)
        if "low" in keys or "high" in keys:
            allowed = "p10 and p90, for example, or ci95: [low, high]"
            self.wrong(self.at, "low and high do not say which interval they give", allowed)
        elif centre:
            self.wrong(self.at, f"the {centre} has no interval", f"{{{centre}, p10, p90}} or {{{centre}, ci95}}")
        else:
            self.wrong(self.at, f"{self.at.shown} is not a distribution", _FORMS)
        return ()

    def family(self) -> tuple[str, ...]:
        """Keys of a named family."""
        if "family" not in self.at:  # misspelt, so that its name cannot be told
            return ("family",)
        named = self.at["family"]
        name = named.node.value
        if isinstance(name, str) and name in FAMILIES:
            return "family", *FAMILIES[name].parameters
        self.wrong(named, f"unknown family {named.shown}", ", ".join(FAMILIES), nearest(str(name), FAMILIES))
        return ()

    def check_ends(self, ends: list[str]) -> None:
        """Ask for one symmetric pair of quantiles, or one interval."""
        one = len(ends) == 1 and _INTERVAL.fullmatch(ends[0])
        pair = len(ends) == 2 and all(map(_QUANTILE.fullmatch, ends)) and sum(map(_percent, ends)) == 100
        if not one and not pair:
            allowed = "one pair such as p10 and p90, or one interval such as ci95: [low, high]"
            self.wrong(self.at, f"{' and '.join(ends)} do not make an interval", allowed)

    def check_keys(self, form: tuple[str, ...]) -> None:
        """Ask for the keys of a form, and no others."""
        allowed = (*form, *self.beside)
        for key in self.keys():
            if key not in form:
                self.wrong(self.at.key(key), "unknown key", ", ".join(allowed), nearest(key, allowed))
        for key in form:
            if key not in self.meant():
                self.wrong(self.at.without(key), "is missing", f"{{{', '.join(form)}}}")

    def smooth(self, form: tuple[str, ...]) -> Distribution | None:
        """Make any distribution but a mix."""
        if "family" in form:
            make: Any = FAMILIES[self.at["family"].node.value].make
            return self.made(make, {key: self.at[key] for key in form[1:]})
        if "mode" in form:
            return self.made(Triangular, {key: self.at[key] for key in form})
        centre, *ends = form
        if len(ends) == 1:
            percent, given = _percent(ends[0]), self.at[ends[0]]
            if not isinstance(given.node.value, list) or len(given.node.value) != 2:
                self.wrong(given, f"{given.shown} is not an interval", "[low, high]")
                return None
            low, high = given[0], given[1]
        else:
            percent = 100 - 2 * _percent(ends[0])
            low, high = self.at[ends[0]], self.at[ends[1]]
        make = Quantiles.with_mean if centre == "mean" else Quantiles
        numbers = {centre: self.at[centre], "low": low, "high": high}
        return self.made(make, numbers, percent=percent, limits=self.note.limits)

    def made(self, make: Any, numbers: Mapping[str, At], **others: Any) -> Distribution | None:
        """Make a distribution from numbers, or say what is wrong with them where they stand."""
        values = {name: self.number(at) for name, at in numbers.items()}
        if self.problems:
            return None
        try:
            return make(**values, **others)
        except Misstated as error:
            for fault in error.faults:
                self.wrong(numbers[fault.name], fault.what, fault.allowed)
            return None

    def number(self, at: At) -> float:
        """Read a finite number."""
        value = at.node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self.wrong(at, f"{at.shown} is not a finite number")
            return math.nan
        if abs(value) > _MOST:
            self.wrong(at, f"{at.shown} is too big a number", f"{-_MOST:g} to {_MOST:g}")
        return float(value)

    def mix(self) -> Distribution | None:
        """Make a mix."""
        listed = self.at["mix"]
        if not isinstance(listed.node.value, list):
            self.wrong(listed, f"{listed.shown} is not a list", "[{weight: 0.5, value: 0.8, says: works}, ...]")
            return None
        readings = [_Reading(listed[i], self.note, _PART) for i in range(len(listed.node.value))]
        parts = [reading.part() for reading in readings]
        self.problems += [problem for reading in readings for problem in reading.problems]
        if self.problems:
            return None
        try:
            return Mix(*zip(*parts, strict=True)) if parts else Mix((), ())
        except Misstated as error:
            for fault in error.faults:
                self.wrong(listed, fault.what, fault.allowed)
            return None

    def part(self) -> tuple[float, Distribution | None]:
        """Read one part of a mix: its weight, and one value or a distribution."""
        if not isinstance(self.at.node.value, dict):
            self.wrong(self.at, f"{self.at.shown} is not a part of a mix", "{weight: 0.5, value: 0.8, says: works}")
            return math.nan, None
        if "says" in self.at and not isinstance(self.at["says"].node.value, str):
            self.wrong(self.at["says"], f"{self.at['says'].shown} is not text")
        weight = self.weight()
        if CERTAIN in self.at:
            return weight, self.value()
        reading = _Reading(self.at, self.note, _PART)
        made = reading.distribution()
        self.problems += reading.problems
        return weight, made

    def weight(self) -> float:
        """Read the weight of a part of a mix."""
        if "weight" not in self.at:
            self.wrong(self.at.without("weight"), "is missing", _WEIGHT)
            return math.nan
        weight = self.number(self.at["weight"])
        if weight <= 0 or weight > 1:
            self.wrong(self.at["weight"], f"{weight:g} is not a weight", _WEIGHT)
        return weight

    def value(self) -> Distribution:
        """Read a number that is certain."""
        for key in self.keys():
            if key != CERTAIN:
                self.wrong(self.at.key(key), "stands beside a value", ", ".join((*self.beside, CERTAIN)))
        value = self.number(self.at[CERTAIN])
        low, high = self.bounds
        if value < low or value > high:
            beyond = f"below {low:.15g}" if value < low else f"above {high:.15g}"
            self.wrong(self.at[CERTAIN], f"{value:.15g} is {beyond}", self.note.allowed)
        return PointMass(value)

    def check_reach(self, made: Distribution) -> None:
        """Refuse a distribution of values that the quantity cannot have, or that are not plausible."""
        at = self.at.key("family" if "family" in self.at else next(filter(_is_shape, self.keys())))
        (least, most), (low, high) = self.note.limits, self.bounds
        reach = made.support
        if reach[0] < least:
            self.wrong(at, f"this distribution reaches below {least:g}", self.suitable)
        elif reach[0] < low and made.ppf(_TAIL) < low:
            self.wrong(at, f"more than 1 in 1,000 draws would be below {low:.15g}", self.note.allowed)
        if reach[1] > most:
            self.wrong(at, f"this distribution reaches above {most:g}", self.suitable)
        elif reach[1] > high and made.ppf(1.0 - _TAIL) > high:
            self.wrong(at, f"more than 1 in 1,000 draws would be above {high:.15g}", self.note.allowed)

    @property
    def bounds(self) -> tuple[float, float]:
        """Bounds of the field, infinite where there is none."""
        low, high = self.note.low, self.note.high
        return -math.inf if low is None else low, math.inf if high is None else high

    @property
    def suitable(self) -> str:
        """Distributions that suit a quantity with limits."""
        families = "family beta" if self.note.limits[1] == 1 else "family lognormal or gamma"
        return f"{{median, p10, p90}}, {families}, or limits inside {self.note.allowed}"


def _is_shape(key: str) -> bool:
    """Tell whether a key says how a distribution looks, rather than what it rests on."""
    return key in _SHAPE or _percent(key) > 0


def _percent(key: str) -> int:
    """Percent that a key such as ``p10`` or ``ci95`` names; 0 for any other key."""
    found = _QUANTILE.fullmatch(key) or _INTERVAL.fullmatch(key)
    return int(found[1]) if found else 0
