"""What a pilot could show: the chance to detect each ratio, and what it would take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.pilot_design import PilotDesign
from simulator.decisions.pilot_noise import PilotNoise, pilot_noise
from simulator.decisions.pilot_plan import PilotPlan

Array = NDArray[np.float64]

RATIOS = np.arange(60, 101) / 100
"""Ratios whose chance is told."""

TIMES = (1, 2, 4, 8)
"""Areas that are told beside those of the plan, as multiples of them."""


@dataclass(frozen=True)
class PowerCurve:
    """The chance to detect each ratio with some areas.

    Attributes
    ----------
    design : PilotDesign
    areas : int
    named : bool
        Whether they are those that the plan names; others are drawn.
    ratios, chance : (ratio,)
    all_starts : (ratio,)
        What is left of starts of all children in the last year that is counted, over starts without help.
    """

    design: PilotDesign
    areas: int
    named: bool
    ratios: Array
    chance: Array
    all_starts: Array


@dataclass(frozen=True)
class PilotNeeds:
    """What a design can show with the areas and years of the plan, and what it would need.

    Attributes
    ----------
    design : PilotDesign
    chance : float
        To detect the ratio of the plan.
    smallest_ratio : float
        Nearest to 1 that is detected with a chance of 80%; NaN if none is.
    smallest_ratio_in_all_starts : float
        What that leaves of starts of all children in the last year that is counted.
    areas_needed, years_needed : int or None
        Areas, drawn, with the plan's years, and years with its areas, that detect its ratio with a chance of 80%; None
        if no number that there is does.
    chance_at_best, smallest_ratio_at_best : float
        The same if the effect was at once and on every start.
    false_alarms : float
        How often the test finds an effect in the published record, without any; NaN if that can't be tried.
    """

    design: PilotDesign
    chance: float
    smallest_ratio: float
    smallest_ratio_in_all_starts: float
    areas_needed: int | None
    years_needed: int | None
    chance_at_best: float
    smallest_ratio_at_best: float
    false_alarms: float


@dataclass(frozen=True)
class PilotAnswer:
    """All that is told of a plan."""

    plan: PilotPlan
    noise: PilotNoise
    curves: tuple[PowerCurve, ...]
    needs: tuple[PilotNeeds, ...]


def answer(plan: PilotPlan, progress: Callable[[int, int], None] = lambda done, of: None) -> PilotAnswer:
    """Work out what a plan could show.

    Parameters
    ----------
    plan : PilotPlan
    progress : callable
        Told how many designs are done, and how many there are.

    Raises
    ------
    PilotError
        If there can be no such pilot.
    """
    plan.check()
    curves: list[PowerCurve] = []
    needs = []
    for i, design in enumerate(plan.chosen):
        progress(i, len(plan.chosen))
        curves += _curves(plan, design)
        needs.append(_needs(plan, design))
    progress(len(plan.chosen), len(plan.chosen))
    return PilotAnswer(plan, pilot_noise(), tuple(curves), tuple(needs))


def _curves(plan: PilotPlan, design: PilotDesign) -> Iterator[PowerCurve]:
    ratios = np.unique(np.append(RATIOS, plan.ratio))
    left = _in_all_starts(plan, ratios)
    numbers = [times * plan.number for times in TIMES if times * plan.number <= design.most_areas(plan.of)]
    for number in numbers:
        own = number == plan.number
        study = plan.study(design, None if own else number)
        named = own and not isinstance(plan.areas, int)
        yield PowerCurve(design, number, named, ratios, study.power(ratios), left)


def _needs(plan: PilotPlan, design: PilotDesign) -> PilotNeeds:
    study, best = plan.study(design), plan.at_best(design)
    at = np.array([plan.ratio])
    smallest = study.smallest_ratio()
    return PilotNeeds(
        design=design,
        chance=float(study.power(at)[0]),
        smallest_ratio=smallest,
        smallest_ratio_in_all_starts=float(_in_all_starts(plan, np.array([smallest]))[0]),
        areas_needed=plan.areas_needed(design),
        years_needed=plan.years_needed(design),
        chance_at_best=float(best.power(at)[0]),
        smallest_ratio_at_best=best.smallest_ratio(),
        false_alarms=plan.false_alarms(design),
    )


def _in_all_starts(plan: PilotPlan, ratios: Array) -> Array:
    """Return starts of all children with the help over those without, in the last year counted."""
    return np.asarray(1.0 + (ratios - 1.0) * plan.reach[plan.years - 1])
