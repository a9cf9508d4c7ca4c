"""Optimism bias: uplifts on cost, on delivery time and on effect, each by itself and all together.

An effect is taken nearer to none by the design of the study that it rests on, as the library of evidence has it; what
does harm stays as it is, in each draw, as to doubt it would be hope. A programme's plans are late, while its money is
spent as planned. The cost uplift needs no run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulator.data.appraisal_rules import appraisal_numbers
from simulator.data.evidence_library import SHRINKAGE, weakest_design
from simulator.interventions import Intervention, notes
from simulator.scenario import LoadedScenario, Scenario
from simulator.scenario.translate import Path, dotted
from simulator.scenario.uncertain import JUDGEMENT, is_effect
from simulator.vocabulary.calendar import Month


@dataclass(frozen=True)
class Optimism:
    """How far plans are taken to be too hopeful.

    Attributes
    ----------
    cost_uplift : float
        Share by which planned money is more.
    years_late : int
        By which programmes that start within the run do so later.
    kept_of_judged : float
        Share of the logarithm of a ratio that rests on judgement which is kept.
    """

    cost_uplift: float
    years_late: int
    kept_of_judged: float

    @classmethod
    def usual(cls) -> Optimism:
        """Return what is taken unless another is asked for (`simulator/data/appraisal.csv`)."""
        held = appraisal_numbers()
        return cls(held["cost_uplift"].value, int(held["years_late"].value), held["kept_of_judged"].value)


@dataclass(frozen=True)
class OptimismStep:
    """Which of the uplifts are taken.

    Attributes
    ----------
    name : str
        In tables and in words.
    cost, late, shrunk : bool
    """

    name: str
    cost: bool = False
    late: bool = False
    shrunk: bool = False

    @property
    def runs(self) -> tuple[bool, bool]:
        """What of it asks for other runs than those as stated; the cost uplift asks for none."""
        return self.late, self.shrunk


STEPS = (
    OptimismStep("as stated"),
    OptimismStep("cost", cost=True),
    OptimismStep("delivery time", late=True),
    OptimismStep("effect", shrunk=True),
    OptimismStep("all together", cost=True, late=True, shrunk=True),
)


@dataclass(frozen=True)
class Shrinkage:
    """How an effect is taken nearer to none.

    Attributes
    ----------
    programme, number : str
        Title of the programme, and the number in words.
    path : tuple of str or int
        Steps from the top of the scenario to it.
    design : str
        Of the study, as the library of evidence has it; ``judgement`` where there is none.
    hoped : {"less", "more"}
        On which side of 1 the ratio does what the programme is for.
    kept : float
        Share of its logarithm that is kept there.
    stated : float
        The central value.
    why : str
    """

    programme: str
    number: str
    path: Path
    design: str
    hoped: str
    kept: float
    stated: float
    why: str

    @property
    def after(self) -> float:
        """The central value with the uplift."""
        return self.of(self.stated)

    def of(self, ratio: float) -> float:
        """Return a value of the ratio nearer to none, or as it is where it does harm."""
        does_harm = ratio > 1.0 if self.hoped == "less" else ratio < 1.0
        return ratio if does_harm else towards_none(ratio, self.kept)


def towards_none(ratio: float, kept: float) -> float:
    """Return a ratio of whose logarithm a part is kept; 1 where none is, whatever the ratio.

    >>> round(towards_none(0.64, 0.5), 6), towards_none(0.0, 0.0), towards_none(0.9, 1.0)
    (0.8, 1.0, 0.9)
    """
    return float(ratio**kept)


def shrinkages(loaded: LoadedScenario, kept_of_judged: float) -> tuple[Shrinkage, ...]:
    """Return how each ratio of a scenario's programmes is taken nearer to none.

    What programmes buy by number (households, places) is no effect that a study found, and stays as it is: that it
    comes dearer or later is what the other two uplifts are for.
    """
    uncertain = {one.path for one in loaded.uncertain}
    every = (
        _shrinkage(loaded, at, one, path, hoped, kept_of_judged)
        for at, one in enumerate(loaded.scenario.interventions)
        if one.is_programme and one.moves_children
        for path, hoped in _ratios(one)
    )
    return tuple(one for one in every if one.stated != 1.0 or one.path in uncertain)


def shrunk(scenario: Scenario, many: tuple[Shrinkage, ...]) -> Scenario:
    """Return a scenario, its central run or a draw, with its effects nearer to none."""
    for one in many:
        scenario = scenario.with_value(one.path, one.of(scenario.value_at(one.path)))
    return scenario


def late(scenario: Scenario, years: int, prices: Callable[[str], float]) -> Scenario:
    """Return a scenario whose programmes come some years later; those that began before the run do not.

    Parameters
    ----------
    scenario : Scenario
    years : int
    prices : callable
        General price level of a financial year.
    """
    if not years:
        return scenario
    later = tuple(
        one.at_level(1.0, years, prices) if _starts_in(one, scenario.first_month) else one
        for one in scenario.interventions
    )
    return scenario.model_copy(update={"interventions": later})


def _starts_in(one: Intervention, first: Month) -> bool:
    return one.is_programme and not one.began_before(first)


def _ratios(one: Intervention) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the steps to each ratio of a programme of which 1 is no effect, its money apart, and the side hoped for."""
    for note in notes(type(one)):
        steps = tuple(note.path.split("."))
        if is_effect(type(one), steps, note.unit) and isinstance(_value(one, steps), float | int):
            yield steps, note.hoped


def _value(holder: object, steps: tuple[str, ...]) -> object:
    """Return what stands at the end of some steps; None where one of them leads nowhere."""
    for step in steps:
        holder = getattr(holder, step, None)
    return holder


def _shrinkage(
    loaded: LoadedScenario, at: int, one: Intervention, steps: tuple[str, ...], hoped: str, kept_of_judged: float
) -> Shrinkage:
    path: Path = ("interventions", at, *steps)
    holders = [_value(one, steps[:i]) for i in range(len(steps) - 1, 0, -1)]
    design, kept, why = _believed(loaded, path, [*holders, one], kept_of_judged)
    number = " ".join(steps).replace("_", " ")
    return Shrinkage(one.title, number, path, design, hoped, kept, float(loaded.scenario.value_at(path)), why)


def _believed(
    loaded: LoadedScenario, path: Path, holders: Sequence[object], kept_of_judged: float
) -> tuple[str, float, str]:
    """Return the design behind a ratio, the share of its logarithm that is kept, and why.

    Parameters
    ----------
    loaded : LoadedScenario
    path : tuple of str or int
    holders : sequence
        What the ratio stands in, from the nearest to the programme.
    kept_of_judged : float
    """
    uncertain = {one.path: one for one in loaded.uncertain}.get(path)
    if uncertain is not None and uncertain.shrink:
        return uncertain.shrink, 1.0, "the file has it nearer to none already"
    origin = loaded.provenance.get(dotted(path))
    stated = [uncertain.quality if uncertain is not None else "", *(getattr(one, "quality", None) for one in holders)]
    quality = next(filter(None, stated), "")
    keys = (origin.source if origin is not None else "").split(";")
    weakest = weakest_design(keys)
    if quality == JUDGEMENT or not weakest:
        why = "its file calls it so" if quality == JUDGEMENT else "it names no study of the library"
        return JUDGEMENT, kept_of_judged, why
    return weakest, SHRINKAGE[weakest], "the weakest design of the studies named"
