"""How the front door goes on in a draw: shares that are drawn, and referrals that stray as they have before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.front_door_flows import FrontDoor, year_before
from simulator.baseline.structure import structure
from simulator.data.population import population_by_age
from simulator.interventions.context import Context
from simulator.interventions.reach import Reach
from simulator.projection.foster_supply import DrawnNumber, drawn_number
from simulator.scenario.schema import Scenario
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

_PREFIX = "front_door."
_ENGLAND, _LEVEL = "drift.referrals", "level"


def drawn_shares() -> Mapping[str, DrawnNumber]:
    """Return shares that are drawn, by name."""
    return {name: drawn_number(entry) for name, entry in structure()["front_door"]["drawn"].items()}


def parameters(baseline: Baseline, financial_years: Sequence[str]) -> tuple[Parameter, ...]:
    """Return what is drawn of the front door: shares, and how referrals of England and of each area stray.

    The year to the base has a part of its own too, which is gone after it: what is called its level here.
    """
    fitted = structure()["front_door"]
    own, areas_own, step = (
        Normal(0.0, fitted[name]) for name in ("england_own_year", "authority_own_year", "authority_step")
    )
    when = (*financial_years, _LEVEL) if financial_years else ()
    return (
        *(Parameter(f"{_PREFIX}{name}", one.distribution) for name, one in drawn_shares().items()),
        *(Parameter(f"{_ENGLAND}.{year}", own) for year in when),
        *(Parameter(_key(code, "year", year), areas_own) for code in baseline.walking for year in when),
        *(Parameter(_key(code, "drift", year), step) for code in baseline.walking for year in financial_years),
    )


def _key(code: str, what: str, financial_year: str) -> str:
    return f"local.{code}.{what}_referrals.{financial_year}"


def front_door(
    scenario: Scenario, baseline: Baseline, context: Context, drawn: Mapping[str, float], prices: float
) -> FrontDoor:
    """Return the front door of the areas of a run in one draw.

    Parameters
    ----------
    scenario : Scenario
    baseline : Baseline
    context : Context
        Areas and calendar of the run.
    drawn : mapping of key to float
        See :func:`parameters`; shares that are not in it are at their central values, steps at nought.
    prices : float
        General prices of the lines of spend over those of the year to the base.
    """
    share = Reach(share=1.0).of_total(context.areas, context.part_of_england)
    year = year_before(context.areas, baseline.england.base, share)
    shares = {
        name: np.full((1, 1), drawn.get(f"{_PREFIX}{name}", one.distribution.central))
        for name, one in drawn_shares().items()
    }
    return FrontDoor(
        referrals=year.referrals[None],
        need_started=year.need_started[None],
        plans_started=year.plans_started[None],
        outside=year.outside[None],
        plans=year.plans[None],
        closing_per_year=year.closing_per_year[None],
        plans_end_per_year=year.plans_end_per_year[None],
        cases_before=year.cases[None],
        safeguarding_gbp=year.safeguarding_gbp[None] * prices,
        family_support_gbp=year.family_support_gbp[None] * prices,
        growth=_growth(scenario, context.births_per_year)[None, None],
        stray=_stray(baseline, scenario.year_of_month, drawn)[None],
        **shares,
    )


def _growth(scenario: Scenario, births: float) -> Array:
    """Return children under 18 over those of the year to the base where starts go with them, else 1: (month,)."""
    if scenario.starts.hold != "rates":
        return np.ones(scenario.months)
    now = population_by_age(scenario.base, scenario.months, births)[:, :18].sum(axis=1)
    before = population_by_age(scenario.base, MONTHS_A_YEAR, births, first=-MONTHS_A_YEAR)[:, :18].sum(axis=1)
    return np.asarray(now / before.mean())


def _stray(baseline: Baseline, year_of_month: Sequence[str], drawn: Mapping[str, float]) -> Array:
    """Return referrals of a draw over those of the central run: (area, month), which authorities' mean leaves alone."""
    years = list(dict.fromkeys(year_of_month))
    at = [years.index(year) for year in year_of_month]

    def own(key: Callable[[str], str]) -> Array:
        """What is each year's own, without what was the base year's."""
        return np.array([drawn.get(key(year), 0.0) for year in years]) - drawn.get(key(_LEVEL), 0.0)

    log = own(lambda year: f"{_ENGLAND}.{year}")[None]
    if any(_key(code, "drift", years[0]) in drawn for code in baseline.walking):
        fitted = structure()["front_door"]
        steps = [[drawn.get(_key(code, "drift", year), 0.0) for year in years] for code in baseline.walking]
        walk = np.cumsum(np.array(steps) - fitted["authority_step"] ** 2 / 2.0, axis=1)
        ends = [own(partial(_key, code, "year")) for code in baseline.walking]
        log = log + walk + np.array(ends) - fitted["authority_own_year"] ** 2
    return np.asarray(np.exp(log)[:, at])
