"""What studies found, as the package holds it, and how far a design is to be believed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from simulator.data import packaged

SHRINKAGE: Mapping[str, float] = {
    "trial": 1.0,
    "matched": 0.5,
    "meta_analysis": 0.5,
    "area_study": 0.5,
    "extrapolation": 0.5,
    "before_and_after": 0.25,
    "description": 0.0,
}
"""What of a log ratio is kept, by the design of the study that found it: a judgement. All of a randomised trial's; half
of what rests on comparison without randomising (reviews here pool mostly such studies); a quarter of a change over time
in places that were picked at a peak; nothing of a description, which compares nothing."""


_NO_UNIT = ("ratio", "risk", "rate", "direction")
"""How types of effect end that are no unit of an amount."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One finding of one study.

    Attributes
    ----------
    key, topic, study
        Name of the row, what it bears on, and which programme or cause was studied.
    outcome, effect_type, estimate, ci_low, ci_high
        What was measured and found, as it was published; empty where it was not.
    design, design_words, participants, population
        One of `SHRINKAGE`, the study's own words for it, and who took part.
    quality
        ``high``, ``medium``, ``low``, ``pending`` where no result is known, or ``none``.
    cost, price_year, source, status, note
        As published; ``derived`` rows are worked out from published figures, as the note says.
    """

    key: str
    topic: str
    study: str
    outcome: str
    effect_type: str
    estimate: str
    ci_low: float | None
    ci_high: float | None
    design: str
    design_words: str
    participants: str
    quality: str
    population: str
    cost: str
    price_year: str
    source: str
    status: str
    note: str

    @property
    def sources(self) -> tuple[str, ...]:
        """Source keys."""
        return tuple(self.source.split(";"))

    @property
    def is_ratio(self) -> bool:
        """Whether the estimate is a ratio of which 1 is no effect."""
        return self.effect_type in ("relative risk", "relative rate", "odds ratio") and bool(self.estimate)

    @property
    def found(self) -> str:
        """What was found, in words."""
        if not self.estimate:
            return "no result found"
        ends = "" if self.ci_low is None else f" (95%: {self.ci_low:g} to {self.ci_high:g})"
        if self.effect_type.endswith(_NO_UNIT):
            return f"{self.effect_type} {self.estimate}{ends}"
        shown = f"{int(self.estimate):,}" if self.estimate.isdecimal() else self.estimate
        first, _, of = self.effect_type.partition(" ")
        if first == "GBP":
            size = "m" if of.partition(" ")[0] == "m" else ""
            return " ".join(filter(None, (f"£{shown}{size}", of.removeprefix("m ")))) + ends
        if first == "percent":
            return " ".join(filter(None, (f"{shown}%", of))) + ends
        return f"{shown} {self.effect_type}{ends}"


@dataclass(frozen=True, slots=True)
class StrategyLine:
    """One line of money or people of a government strategy, as published.

    Attributes
    ----------
    key, what, funder, year
        Name of the row, what it is for, who gives it and when.
    amount, unit
        How much.
    source, status, note
        As in `EvidenceRow`.
    """

    key: str
    what: str
    funder: str
    year: str
    amount: float
    unit: str
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """A published figure of homes, carers or the workforce beside which the strategy was read.

    Attributes
    ----------
    key, what, year
        Name of the row, what it counts, and when.
    value, unit, scope
        How much, and of what.
    source, status, note
        As in `EvidenceRow`; ``unverified`` rows were seen on no page, are shown as claims and used for nothing.
    """

    key: str
    what: str
    year: str
    value: float
    unit: str
    scope: str
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class FrameworkOutcome:
    """An outcome or enabler of the children's social care national framework, and what of the model bears on it.

    Which measure bears on which is a judgement.

    Attributes
    ----------
    outcome
        As the framework words it.
    measures, placements
        Measures that bear on it, and placements of which the number of children does.
    nothing
        What of it the model has nothing on.
    """

    outcome: str
    measures: tuple[str, ...]
    placements: tuple[str, ...]
    nothing: str


@cache
def framework() -> tuple[FrameworkOutcome, ...]:
    """Return the outcomes of the national framework, in its order."""
    return tuple(packaged.table("framework").rows(FrameworkOutcome))


@cache
def evidence() -> tuple[EvidenceRow, ...]:
    """Return every finding held, by key."""
    return tuple(packaged.table("evidence").rows(EvidenceRow))


@cache
def strategy_lines() -> tuple[StrategyLine, ...]:
    """Return every line of strategies held, by key."""
    return tuple(packaged.table("strategy").rows(StrategyLine))


@cache
def reactions() -> tuple[Reaction, ...]:
    """Return every published figure beside which strategies were read, by key."""
    return tuple(packaged.table("reactions").rows(Reaction))


def topics() -> tuple[str, ...]:
    """Return what evidence bears on, in order of the alphabet."""
    return tuple(sorted({row.topic for row in evidence()}))


def weakest_design(keys: Iterable[str]) -> str:
    """Return the design of the weakest of the studies that source keys name; empty if none of them is held.

    A description of a count or a cost is no study of an effect.
    """
    named = {key.strip() for key in keys}
    studies = (row for row in evidence() if named & set(row.sources) and (row.is_ratio or SHRINKAGE[row.design] > 0.0))
    designs = (row.design for row in studies)
    return min(designs, key=lambda design: SHRINKAGE[design], default="")


def shrunk(log_ratio: float, design: str) -> float:
    """Return what is kept of a log ratio that a study of a design found: nearer to no effect the weaker the design.

    Raises
    ------
    KeyError
        If the design is none of `SHRINKAGE`.
    """
    return SHRINKAGE[design] * log_ratio


def shrunk_ratio(ratio: float, design: str) -> float:
    """Return what is kept of a ratio, of which 1 is no effect."""
    return math.exp(shrunk(math.log(ratio), design))
