"""Controls of a page, built from the fields of interventions and assumptions themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from simulator.interventions import Intervention, kinds
from simulator.interventions.fields import FieldNote, notes
from simulator.scenario import LoadedScenario, Uncertain, load, shipped
from simulator.scenario.cautions import cautions, surroundings
from simulator.scenario.explain import worded
from simulator.scenario.in_words import added_words, brief, label_of, named, quality, short, steps_of, titles_of
from simulator.scenario.schema import Scenario
from simulator.scenario.translate import note_of
from simulator.uncertainty import Interval
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.pounds import pounds
from simulator.web.carried import CARRIED, spread

Kind = Literal["number", "words", "month", "flag", "ages", "names"]

FIRST = (
    "starts.hold", "assumptions.foster_places", "assumptions.placement_trend", "assumptions.real_price_growth",
    "assumptions.births_per_year", "assumptions.drift",
)  # fmt: skip
"""Assumptions that move spend or a verdict most; the others stand under "all assumptions"."""

_LEFT_OUT = ("name", "description", "purpose", "base", "areas", "sources", "interventions")
_MOST_FIRST = 6

CHOICES: Mapping[str, str] = {
    "starts.hold=numbers": "As many children start each year as now",
    "starts.hold=rates": "As many of each age start as now, so that births and migration matter",
    "assumptions.foster_places=limited": "Limited: children wait when usable foster places run out",
    "assumptions.foster_places=as_needed": "As needed: a foster place is always found",
    "assumptions.placement_trend=as_recorded": "They go on as they have, fading",
    "assumptions.placement_trend=none": "They are held as they are",
    "assumptions.real_price_growth=as_recorded": "They grow above inflation as they have, fading",
    "assumptions.real_price_growth=none": "They follow inflation as it is forecast, the deflator",
    "assumptions.drift=as_recorded": "Rates drift in draws as far as they have in the past",
    "assumptions.drift=none": "Rates are held as in the central run, so ranges leave their drift out",
}
"""What choices mean, by the path of what is chosen, as the same word means another thing elsewhere."""


@dataclass(frozen=True)
class Control:
    """One value that can be changed.

    Attributes
    ----------
    path : str
        Where it stands in the scenario, an intervention by its id.
    key : str
        The same, fit for the id of an element.
    label, hint : str
        What it is, and its unit, bounds and default in words.
    type : {"number", "words", "month", "flag", "ages", "names"}
    value : object
        As JSON has it; None where it is left to the base data.
    unit : str
    low, high, step : float or None
        Of a number; a range is shown beside its field where both bounds are known.
    choices : tuple of (str, str)
        Values of words and what they mean.
    interval : (float, float) or None
        Where the evidence has it, or this file, and `interval_words` says how surely. What the shipped scenario has of
        evidence stays in sight when a file puts a value of its own in its place.
    ranged : bool
        Whether it is drawn from a range.
    interval_words, evidence : str
    sources : tuple of (str, str)
        Titles of sources and where they are published.
    changed : bool
        Whether this file gives it, and not a parent or a default.
    was : str
        What holds without it.
    doubtful : bool
        Whether a file may say how sure it is.
    has_evidence : bool
        Whether there is a range to go back to: the shipped scenario's, or that of the kind itself.
    carry : mapping or None
        The spread of the evidence, for another value (:func:`simulator.web.carried.spread`).
    carried : bool
        Whether it is drawn from that spread, around a value of the file's own.
    shrunk : bool
        Whether the reader takes it nearer to no effect by the design of its study, unless a file says not to.
    """

    path: str
    key: str
    label: str
    hint: str
    type: Kind
    value: Any
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    interval: tuple[float, float] | None = None
    ranged: bool = False
    interval_words: str = ""
    evidence: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    changed: bool = False
    was: str = ""
    doubtful: bool = False
    has_evidence: bool = False
    carry: Mapping[str, Any] | None = None
    carried: bool = False
    shrunk: bool = False

    @property
    def sure(self) -> str:
        """How sure it is: as the evidence has it, as this file has it, or certain; empty where that is not asked."""
        if self.carried:
            return "carried"
        if self.ranged:
            return "own" if self.changed else "evidence"
        return "certain" if self.changed and self.doubtful else ""

    @property
    def sliding(self) -> bool:
        """Whether a range stands beside its field."""
        return self.type == "number" and self.step is not None and self.value is not None

    @property
    def ends(self) -> tuple[float, float]:
        """Where the range begins and ends: the bounds, or what is near the value where bounds are far."""
        assert self.low is not None
        assert self.high is not None
        value = float(self.value)
        reach = max(abs(value), *(abs(end) for end in self.interval or (0.0,)))
        far = self.high - self.low > 1_000 and reach > 0
        return (self.low, min(self.high, _round_up(2 * reach))) if far else (self.low, self.high)


@dataclass(frozen=True)
class Card:
    """A programme or a trend, or the assumptions of the scenario as a whole.

    Attributes
    ----------
    key, title, says, evidence : str
        `says` is its line when it is closed.
    kind : str
        Kind of intervention; empty for the scenario's own.
    first, more : tuple of Control
        What is shown when it is opened, and what stands under "more".
    removable : bool
    """

    key: str
    title: str
    kind: str
    says: str
    evidence: str
    first: tuple[Control, ...]
    more: tuple[Control, ...]
    removable: bool = False
    money: str = ""
    sources: tuple[tuple[str, str], ...] = ()


def cards(loaded: LoadedScenario, content: Mapping[str, Any]) -> tuple[Card, ...]:
    """Return the controls of a scenario.

    Parameters
    ----------
    loaded : LoadedScenario
    content : mapping
        The scenario as the page's state has it, so that what it changes is told.
    """
    around = surroundings(loaded)
    found = []
    for at, one in enumerate(loaded.scenario.interventions):
        paths = [path for path in loaded.provenance if path.startswith(f"interventions.{at}.")]
        controls = [c for path in paths if (c := _control(loaded, path, content)) is not None] if one.id else []
        ranked = sorted((rank, n) for n, c in enumerate(controls) if (rank := _rank(loaded, at, c)) is not None)
        first = [controls[n] for _, n in ranked[:_MOST_FIRST]]
        rest = [c for c in controls if c not in first]
        money = "; ".join(one.money_and_reach(around))
        found.append(
            Card(
                one.id or str(at), one.title, type(one).model_fields["kind"].default, one.in_words,
                quality(loaded, at), tuple(first), tuple(rest), removable=bool(one.id), money=money,
                sources=tuple(dict.fromkeys(source for c in controls for source in c.sources)),
            )
        )  # fmt: skip
    top = [
        path for path in loaded.provenance if not path.startswith(("interventions.", "claims", "questions", "local"))
    ]
    whole = [c for path in top if path not in _LEFT_OUT and (c := _control(loaded, path, content)) is not None]
    first = [c for path in FIRST for c in whole if c.path == path]
    rest = [c for c in whole if c not in first]
    end = loaded.scenario.end
    found.append(Card("scenario", "Everything else", "", f"to {end}", "", tuple(first), tuple(rest)))
    return tuple(found)


def _rank(loaded: LoadedScenario, at: int, control: Control) -> int | None:
    """Return how soon a control is shown; None if it stands under "more": nobody has given it a value."""
    if control.interval or control.changed:
        return 0
    steps = control.path.split(".")
    origin = loaded.provenance[".".join(["interventions", str(at), *steps[2:]])]
    if control.type == "flag":
        return 3
    if origin.default or control.value is None:
        return None
    return 1 if control.type == "number" and "GBP" not in control.unit else 2 if control.type == "month" else 4


def _control(loaded: LoadedScenario, path: str, content: Mapping[str, Any]) -> Control | None:
    origin, steps = loaded.provenance[path], steps_of(path)
    note = note_of(loaded.stated, steps)
    if note is None or note.describes or note.path.rpartition(".")[2] in ("kind", "price_year"):
        return None
    type_ = _type(note, origin.value)
    if type_ is None:
        return None
    where = _by_id(loaded, path)
    own = given(content, where)
    evidence = _evidence(str(content.get("extends"))).get(where) if own else origin.uncertain
    uncertain, base = origin.uncertain or evidence, evidence or origin.uncertain
    carried = own and origin.uncertain is not None and origin.uncertain.note == CARRIED
    interval, said = None, ""
    if uncertain is not None and uncertain.interval is not None:
        interval = uncertain.interval.low, uncertain.interval.high
        whose = "the evidence" if not own or not origin.uncertain else "your own range"
        said = _between(CARRIED if carried else whose, uncertain.interval)
        if carried and evidence is not None and evidence.interval is not None:
            said += f"; {_between('the evidence itself', evidence.interval)}"
    keys = [uncertain.source] if uncertain is not None and uncertain.source else [origin.source]
    quality = uncertain.quality if uncertain is not None else ""
    step = _step(note, origin.value) if type_ == "number" else None
    return Control(
        where, where.replace(".", "--"), label_of(note, steps), _hint(note), type_, _json(origin.value), note.unit,
        note.low, note.high, step, _choices(note, where) if type_ == "words" else (), interval,
        origin.uncertain is not None and origin.uncertain.is_drawn, said, quality, tuple(titles_of(keys)), own,
        _otherwise(note), note.uncertain, evidence is not None and evidence.is_drawn,
        None if base is None else spread(base, note), carried, base is not None and bool(base.shrink),
    )  # fmt: skip


def _between(whose: str, interval: Interval) -> str:
    """Say whose interval it is, and how many draws it holds."""
    said = f"{whose}: {worded(short(interval.low))} to {worded(short(interval.high))}"
    return said if interval.percent == 100 else f"{said}, {interval.percent:g} times in 100"


@cache
def _evidence(name: str) -> Mapping[str, Uncertain]:
    """Return what a shipped scenario has as a range, by path with an intervention's id; nothing if there is none."""
    if name not in shipped():
        return {}
    loaded = load(name)
    found = {path: origin.uncertain for path, origin in loaded.provenance.items() if origin.uncertain is not None}
    return {_by_id(loaded, path): uncertain for path, uncertain in found.items()}


def _by_id(loaded: LoadedScenario, path: str) -> str:
    """Return a path with the id of an intervention in place of its position."""
    top, _, rest = path.partition(".")
    position, _, inner = rest.partition(".")
    return f"{top}.{loaded.scenario.interventions[int(position)].id}.{inner}" if top == "interventions" else path


def _type(note: FieldNote, value: Any) -> Kind | None:
    if note.choices and not isinstance(value, tuple):
        return "words" if len(note.choices) > 1 else None
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, Month):
        return "month"
    if note.unit:
        return "number"
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(one, int) for one in value):
        return "ages"
    return "month" if note.name in ("start", "end", "month") else None


def _json(value: Any) -> Any:
    if isinstance(value, Month):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return math.ceil(value / power) * power


def _step(note: FieldNote, value: Any) -> float | None:
    """Return a step that makes sense for a number; None where there are no bounds, or nothing to begin from."""
    if note.low is None or note.high is None or value is None:
        return None
    if isinstance(value, int) and not note.uncertain and "GBP" not in note.unit:
        return 1.0
    size = abs(float(value))
    if note.high - note.low <= 50:
        return 0.01 if note.high - note.low <= 5 else 0.1
    return max(1.0, 10.0 ** (math.floor(math.log10(size)) - 1)) if size >= 10 else 1.0


def _hint(note: FieldNote) -> str:
    """Say what is allowed, and what holds if nothing is given."""
    allowed = ""
    if note.low is not None and note.high is not None:
        allowed = f"From {_end(note.low, note.unit)} to {_end(note.high, note.unit)}"
        allowed += "" if "GBP" in note.unit else f" ({note.unit})"
    return ". ".join(filter(None, (allowed, f"Left empty: {note.if_empty}" if note.if_empty else "")))


def _end(value: float, unit: str) -> str:
    return pounds(value) if "GBP" in unit else worded(value)


def _otherwise(note: FieldNote) -> str:
    if note.if_empty:
        return note.if_empty
    return "" if note.default is None or note.required else worded(note.default)


def _choices(note: FieldNote, path: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, CHOICES.get(f"{path}={word}") or word.replace("_", " ").capitalize()) for word in note.choices)


def given(content: Mapping[str, Any], path: str) -> bool:
    """Tell whether a scenario of the page gives a value itself, which its parent may give too."""
    steps = path.split(".")
    holder: Any = content
    if steps[0] == "interventions":
        listed = content.get("interventions")
        entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        holder = next((one for one in entries if one.get("id") == steps[1]), None)
        steps = steps[2:]
    for step in steps:
        if not isinstance(holder, dict) or step not in holder:
            return False
        holder = holder[step]
    return True


def changes(loaded: LoadedScenario, content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what a scenario of the page changes in the one that it extends.

    Returns
    -------
    list of dict
        Of each change its path, with an intervention's id, what it is in words, and the value before and after; an
        empty one where there is none.
    """
    if len(loaded.files) < 2:
        return []
    own = loaded.files[0].path.name
    found = [
        {**named(loaded, one.path), "before": brief(one.old), "after": brief(one.new)}
        for one in loaded.overrides
        if one.new_file == own
    ]
    listed = content.get("interventions")
    told = {change["path"] for change in found}
    for entry in listed if isinstance(listed, list) else []:
        path = f"interventions.{entry.get('id')}"
        if "kind" in entry and path not in told and not any(one.startswith(f"{path}.") for one in told):
            at = next(n for n, one in enumerate(loaded.scenario.interventions) if one.id == entry.get("id"))
            title = loaded.scenario.interventions[at].title
            found.append({"path": path, "title": title, "before": "", "after": added_words(loaded, at)})
    return found


def remarks(loaded: LoadedScenario) -> list[str]:
    """Return what is allowed in a scenario and rarely meant."""
    return [one.note for one in cautions(loaded)]


@cache
def kind_list() -> list[dict[str, Any]]:
    """Return the kinds of intervention: what commissioners would call them, one line, and their fields."""
    return [
        {
            "kind": name,
            "title": _called(kind),
            "says": " ".join((kind.__doc__ or "").partition("\n")[0].split()),
            "programme": kind.is_programme,
            "fields": [_field(note) for note in notes(kind) if not note.path.endswith(".*")],
        }
        for name, kind in kinds().items()
    ]


def _called(kind: type[Intervention]) -> str:
    note = next(note for note in notes(kind) if note.path == "kind")
    return note.label.rstrip(".")


def _field(note: FieldNote) -> dict[str, Any]:
    return {
        "path": note.path, "says": note.label, "unit": note.unit, "low": note.low, "high": note.high,
        "choices": list(note.choices), "required": note.required, "if_empty": note.if_empty,
        "distribution": note.uncertain, "changes_results": not note.describes,
    }  # fmt: skip


@cache
def scenario_list() -> list[dict[str, Any]]:
    """Return the shipped scenarios by purpose."""
    found = []
    for name in shipped():
        scenario: Scenario = load(name).scenario
        found.append(
            {
                "key": name, "name": scenario.name, "purpose": scenario.purpose, "base": scenario.base,
                "says": scenario.description.partition(". ")[0].rstrip(".") + ".",
            }
        )  # fmt: skip
    return found


def starter(kind: str, taken: Sequence[str], first: Month) -> dict[str, Any]:
    """Return an entry of a kind to begin from, with an id of its own: it does what its defaults say, often nothing.

    Raises
    ------
    KeyError
        If there is no such kind.
    """
    name = kind.replace("_", "-")
    number = next(n for n in range(1, len(taken) + 2) if (name if n == 1 else f"{name}-{n}") not in taken)
    own = name if number == 1 else f"{name}-{number}"
    return {"kind": kind, "id": own, "label": _called(kinds()[kind]), **kinds()[kind].starter(first)}
