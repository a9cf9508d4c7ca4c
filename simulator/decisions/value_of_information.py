"""A decision between options that scenarios are, and what it is worth to know more before it is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.drawn_inputs import families, inputs_of, levels
from simulator.decisions.figures_at_points import AskedOfPoints, PointFigures, Progress, nobody_told
from simulator.decisions.finished_work import FinishedWork
from simulator.decisions.information import best_now, noise, of_study, partial, perfect
from simulator.decisions.pilot_evidence import most_areas, standard_error
from simulator.interventions.early_help import EarlyHelp
from simulator.interventions.fields import Wrong, nearest
from simulator.runs.single_run import Engine
from simulator.scenario import LoadedScenario
from simulator.scenario.uncertain import Uncertain
from simulator.uncertainty import Parameter, sample
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

NOTHING = "nothing"
DRAWS = 1000
LEAST_DRAWS = 100
"""With fewer draws regressions say nothing."""
_SAME_GBP = 1.0


@dataclass(frozen=True)
class Pilot:
    """A pilot that is asked about.

    Attributes
    ----------
    areas, years : int
        Authorities in it, and years of its effect that are measured.
    """

    areas: int
    years: int


@dataclass(frozen=True)
class Worth:
    """What knowing some numbers is worth.

    Attributes
    ----------
    name : str
    group : bool
        Whether it is several inputs together.
    evppi_gbp, noise_gbp : float
        The value, and what chance alone would make of it in 1 of 100 cases.
    """

    name: str
    group: bool
    evppi_gbp: float
    noise_gbp: float

    @property
    def seen(self) -> bool:
        """Whether it is more than chance may make of nothing."""
        return self.evppi_gbp > self.noise_gbp


@dataclass(frozen=True)
class PilotWorth:
    """What a pilot is worth before the decision.

    Attributes
    ----------
    pilot : Pilot
    standard_error : float
        Of the logarithm of the ratio.
    delay_years : int
        By which all options but nothing come later: its years, and those until the effect shows.
    evsi_gbp : float
        Value of what it finds, if that came at once.
    delay_gbp : float
        What waiting for it takes away where the run's years are all that counts, so that a programme which comes later
        has fewer of them.
    moved_gbp : float
        The same where a programme that comes later is counted for as many years.
    own_gbp : float
        Net benefit of the programme in the pilot's areas, which have it for the pilot's years: what these cost, and
        what they save to the end of the run.
    evaluation_gbp : float
        Cost of measuring.
    """

    pilot: Pilot
    standard_error: float
    delay_years: int
    evsi_gbp: float
    delay_gbp: float
    moved_gbp: float
    own_gbp: float
    evaluation_gbp: float

    @property
    def net_gbp(self) -> float:
        """What a pilot first is worth over deciding now, where the run's years are all that counts."""
        return self.evsi_gbp - self.delay_gbp + self.own_gbp - self.evaluation_gbp

    @property
    def net_moved_gbp(self) -> float:
        """The same where a programme that comes later is counted for as many years."""
        return self.evsi_gbp - self.moved_gbp + self.own_gbp - self.evaluation_gbp


@dataclass(frozen=True)
class Information:
    """What more knowledge is worth before a decision.

    Attributes
    ----------
    options : tuple of str
        Doing nothing first.
    benefits : (draw, option)
        Net present value of each against doing nothing.
    costs_gbp : (option,)
        Mean spend on the programmes of each, at present value.
    evpi_gbp, evpi_error_gbp : float
        With its standard error over draws.
    worths : tuple of Worth
        The greatest first, groups and inputs.
    measured : str
        Key of the number that pilots measure; empty if there are none.
    pilots : tuple of PilotWorth
    figures : PointFigures
        Of the last option, for its years, area and prices.
    draws, seed : int
    """

    options: tuple[str, ...]
    benefits: Array
    costs_gbp: Array
    evpi_gbp: float
    evpi_error_gbp: float
    worths: tuple[Worth, ...]
    measured: str
    pilots: tuple[PilotWorth, ...]
    figures: PointFigures
    draws: int
    seed: int

    @property
    def best(self) -> int:
        """The option that is best on average."""
        return best_now(self.benefits)

    @property
    def chances_best(self) -> Array:
        """Share of draws in which each option is best; of options as good, the first: (option,)."""
        return np.bincount(self.benefits.argmax(axis=1), minlength=len(self.options)) / len(self.benefits)

    @property
    def horizon(self) -> str:
        """For whom and how long the decision is."""
        years = self.figures.years
        return f"{self.figures.area}, {years[0]} to {years[-1]} ({len(years)} years)"


def value_of_information(
    options: Mapping[str, LoadedScenario],
    *,
    draws: int = DRAWS,
    seed: int = 1,
    pilots: Sequence[Pilot] = (),
    measures: str = "",
    evaluation_gbp: float = 0.0,
    engine: Engine | None = None,
    progress: Progress = nobody_told,
    work: Path | None = None,
) -> Information:
    """Work out what it is worth to know more before one of several options is taken, or none.

    Every option is run with the same draws, and held against the same scenario without its programmes. So is every
    pilot, by itself. A roll-out after it is in all areas, those of the pilot among them, and pays for the years from
    then on.

    Parameters
    ----------
    options : mapping of str to LoadedScenario
        By what they are called; doing nothing is one beside them.
    draws, seed : int
    pilots : sequence of Pilot
    measures : str
        Key of the effect on starts that pilots measure, or the end of it; if left out, the one that is uncertain.
    evaluation_gbp : float
        Cost of measuring, of each pilot.
    engine : {"plain", "compiled"}, optional
    progress : callable
        Told how many model runs are done, and how many there are.
    work : Path, optional
        Folder for finished runs, from which the same call goes on after an interruption; the caller deletes it
        (`simulator.runs.folders.own_folders`). Nothing is kept if left out.

    Raises
    ------
    Wrong
        If options are not of the same world without their programmes, or a pilot cannot be had.
    Impossible
        If a draw asks for what cannot be had.
    """
    of = runs_needed(options, pilots, draws)
    for name, loaded in options.items():
        if not any(one.is_programme for one in loaded.scenario.interventions):
            raise Wrong(
                f"nobody does anything in {name}", "scenarios with programmes; doing nothing is an option anyway"
            )
    questions = {name: AskedOfPoints(one, engine=engine, kept=FinishedWork(work)) for name, one in options.items()}
    parameters = tuple({one.key: one for q in questions.values() for one in q.parameters}.values())
    key = measured_ratio(options, measures) if pilots else ""
    delays = [_delay(options, key, one) for one in pilots]
    for name, loaded in options.items():
        years = loaded.scenario.months // MONTHS_A_YEAR
        if max(delays, default=0) >= years:
            what = f"{name} runs {years} years, and a pilot would delay it by {max(delays)}"
            raise Wrong(what, "a longer run, or fewer years of a pilot")
    errors = [_error(options, key, one, delay) for one, delay in zip(pilots, delays, strict=True)]
    drawn = sample(parameters, draws, seed)
    alone = [AskedOfPoints(pilot_alone(options, key, one), engine=engine, kept=FinishedWork(work)) for one in pilots]
    done, run = 0, []
    for one in (*questions.values(), *alone):
        run.append(one.figures(drawn, lambda n, _, done=done: progress(done + n, of)))  # type: ignore[misc]
        done += draws
    found, in_pilots = run[: len(questions)], run[len(questions) :]
    _same_world(options, found)
    benefits = np.stack([np.zeros(draws), *(one.of("npv") for one in found)], axis=1)
    gains = benefits.max(axis=1) - benefits[:, best_now(benefits)]
    return Information(
        options=(NOTHING, *options),
        benefits=benefits,
        costs_gbp=np.array([0.0, *((one.programme_gbp @ one.discount).mean() for one in found)]),
        evpi_gbp=perfect(benefits),
        evpi_error_gbp=float(gains.std() / math.sqrt(draws)),
        worths=_worths(parameters, drawn, benefits),
        measured=key,
        pilots=tuple(
            _pilot(one, delay, error, benefits, found, np.log(drawn[key]), own.of("npv"), evaluation_gbp, seed)
            for one, delay, error, own in zip(pilots, delays, errors, in_pilots, strict=True)
        ),
        figures=found[-1],
        draws=draws,
        seed=seed,
    )


def measured_ratio(options: Mapping[str, LoadedScenario], measures: str = "") -> str:
    """Return the key of the effect on starts that pilots measure: that of help for families.

    Raises
    ------
    Wrong
        If there is none, or more than one.
    """
    uncertain = dict.fromkeys(
        one.parameter.key
        for loaded in options.values()
        for one in loaded.uncertain
        if one.is_drawn
        and one.path[0] == "interventions"
        and one.path[2:] == ("effect", "risk_ratio")
        and isinstance(loaded.scenario.interventions[int(one.path[1])], EarlyHelp)
    )
    found = [key for key in uncertain if key.endswith(measures)]
    if len(found) != 1:
        what = f"{len(found)} uncertain effects on starts could be what a pilot measures"
        allowed = f"one of {', '.join(uncertain)}" if uncertain else "help for families whose effect is a distribution"
        raise Wrong(what, allowed, nearest(measures, uncertain))
    return found[0]


def _holders(options: Mapping[str, LoadedScenario], key: str) -> dict[str, EarlyHelp]:
    """Return the programme that holds a ratio in each option that has it."""
    found = {}
    for name, loaded in options.items():
        for one in loaded.uncertain:
            if one.parameter.key == key:
                holder = loaded.scenario.interventions[int(one.path[1])]
                assert isinstance(holder, EarlyHelp)
                found[name] = holder
    return found


def _delay(options: Mapping[str, LoadedScenario], key: str, pilot: Pilot) -> int:
    """Return by how many years a pilot delays: those that it measures, and those until its effect shows."""
    most = most_areas()
    if not 1 <= pilot.areas <= most:
        raise Wrong(f"a pilot in {pilot.areas} areas leaves none to hold it against", f"1 to {most} areas")
    lag = max(one.delay_months for one in _holders(options, key).values())
    return pilot.years + math.ceil(lag / MONTHS_A_YEAR)


def _error(options: Mapping[str, LoadedScenario], key: str, pilot: Pilot, years: int) -> float:
    """Return the standard error of what a pilot finds; of options that do the help otherwise, the largest."""
    return max(standard_error(one, pilot.areas, years) for one in _holders(options, key).values())


def pilot_alone(options: Mapping[str, LoadedScenario], key: str, pilot: Pilot) -> LoadedScenario:
    """Return the widest option that holds a ratio with that help alone, in a pilot's areas and for its years.

    Each area has what the option gives one on average, in reach and in money; where the reach or the money is uncertain
    it is central, as more or less of what a draw says is not in a file.
    """
    holders = _holders(options, key)
    name = max(holders, key=lambda name: holders[name].areas.fraction)
    loaded, holder = options[name], holders[name]
    [at] = [i for i, one in enumerate(loaded.scenario.interventions) if one is holder]
    level = pilot.areas / (holder.areas.fraction * len(authorities()))
    piloted = holder.at_level(level).for_years(pilot.years)
    kept = [i for i, one in enumerate(loaded.scenario.interventions) if i == at or not one.is_programme]
    everything = tuple(piloted if i == at else loaded.scenario.interventions[i] for i in kept)
    uncertain = [
        replace(one, path=(one.path[0], kept.index(int(one.path[1])), *one.path[2:])) if _of_one(one) else one
        for one in loaded.uncertain
        if not _of_one(one) or (int(one.path[1]) in kept and one.path[2] not in ("areas", "cost"))
    ]
    scenario = loaded.scenario.model_copy(update={"interventions": everything})
    return replace(loaded, scenario=scenario, uncertain=tuple(uncertain))


def _of_one(number: Uncertain) -> bool:
    """Say whether a number is of an intervention."""
    return number.path[0] == "interventions"


def runs_needed(options: Mapping[str, LoadedScenario], pilots: Sequence[Pilot], draws: int) -> int:
    """Return how many runs of the simulator it takes: the draws of every option and of every pilot alone.

    Raises
    ------
    Wrong
        If there are too few draws to say anything.
    """
    if draws < LEAST_DRAWS:
        raise Wrong(f"{draws} draws are too few to see what numbers tell", f"{LEAST_DRAWS} or more")
    return draws * (len(options) + len(pilots))


def _same_world(options: Mapping[str, LoadedScenario], found: Sequence[PointFigures]) -> None:
    """Refuse options that differ in more than their programmes."""
    names = list(options)
    first = found[0]
    bare = first.spend_gbp + first.net_benefit_gbp
    for name, one in zip(names[1:], found[1:], strict=True):
        other = one.spend_gbp + one.net_benefit_gbp
        if other.shape != bare.shape or np.abs(other - bare).max() > _SAME_GBP:
            what = f"without their programmes, {name} is another world than {names[0]}"
            raise Wrong(what, "scenarios that differ in their programmes alone")


def _worths(parameters: Sequence[Parameter], drawn: Mapping[str, Array], benefits: Array) -> tuple[Worth, ...]:
    inputs = [one for one in inputs_of(parameters) if one.keys]
    groups = families(inputs)
    found = []
    for one in (*groups, *inputs):
        columns = levels(one, drawn)
        found.append(Worth(one.name, one in groups, partial(benefits, columns), noise(benefits, columns)))
    return tuple(sorted(found, key=lambda one: -one.evppi_gbp))


def _pilot(
    pilot: Pilot, delay: int, error: float, benefits: Array, found: Sequence[PointFigures], truth: Array,
    own: Array, evaluation_gbp: float, seed: int,
) -> PilotWorth:  # fmt: skip
    discount = found[-1].discount
    later = np.stack([np.zeros(len(truth)), *(delayed(one.net_benefit_gbp, delay) @ discount for one in found)], axis=1)
    now = of_study(benefits, truth, error, seed)
    pound = discount[delay] / discount[0]
    return PilotWorth(
        pilot=pilot,
        standard_error=error,
        delay_years=delay,
        evsi_gbp=now - float(benefits.mean(axis=0).max()),
        delay_gbp=now - of_study(later, truth, error, seed),
        moved_gbp=now * (1.0 - float(pound)),
        own_gbp=float(own.mean()),
        evaluation_gbp=evaluation_gbp,
    )


def delayed(by_year: Array, years: int) -> Array:
    """Return what comes some years later, of which the end of the run cuts off the last: (draw, year)."""
    found = np.zeros_like(by_year)
    if years < by_year.shape[1]:
        found[:, years:] = by_year[:, : by_year.shape[1] - years]
    return found
