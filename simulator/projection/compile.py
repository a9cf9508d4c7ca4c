"""From a scenario and its baseline to rates: the only place where names become positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import AfterCare
from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.choose import baseline_of
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.distance_from_home import NONE_OF_ITS_OWN, at_base
from simulator.baseline.england import FOSTER, PLACE, England, placement_pace, resident_rates, uasc_rates
from simulator.baseline.front_door_flows import FrontDoor
from simulator.baseline.sharing import with_need
from simulator.baseline.social_workers import caseload, children_in_need, workers_in_england
from simulator.baseline.structure import edges, structure
from simulator.data import tables
from simulator.data.population import births_per_year, population_by_age
from simulator.engine.grid import make_grid
from simulator.engine.rates import FosterRates, Rates
from simulator.interventions import apply_all
from simulator.interventions.context import Context
from simulator.interventions.local import split_waiting, waiting_share, with_local
from simulator.interventions.reach import Reach
from simulator.projection.drift import processes
from simulator.projection.foster_supply import (
    FosterSupply,
    cost_weight,
    foster_supply,
    more_in_homes,
    of_one_council,
)
from simulator.projection.front_door_course import front_door
from simulator.projection.funding_paths import FundingPaths, funding_paths
from simulator.projection.go_on import WayOn, course, go_on
from simulator.projection.localise import localise
from simulator.projection.recorded_trends import INTO, PRICE, RecordedTrend, trends
from simulator.projection.stated_figures import with_own
from simulator.scenario.schema import Assumptions, Scenario
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR, financial_year

Array = NDArray[np.float64]

DEFLATOR_PERCENT = 2.0
"""Default growth of the GDP deflator, percent a year: the inflation target (a judgement; a scenario can change it)."""

MONTHS_FROM_MID_BASE_YEAR = 6.5
"""From the middle of the financial year that ends at the base to the middle of the first month."""


@dataclass(frozen=True)
class Compiled:
    """A scenario ready to run.

    Attributes
    ----------
    scenario : Scenario
    baseline : Baseline
    rates : Rates
    context : Context
    cost_lines, grant_lines : tuple of CostLine
        Of spend and of income of the areas of the rates.
    after_care : AfterCare
        Those who have left care and are still paid for.
    price_year : str
        Financial year in whose prices results give real money.
    england : Rates or None
        Of England in the same scenario and draw, whose agencies serve the areas of the rates; None where these are
        England's own, or places are not limited.
    agency_odds : (area,)
        Ratio of the odds of a place with an agency to England's.
    front_door : FrontDoor
        What comes before care, before programmes.
    funding : FundingPaths or None
        Money beside spend, where the scenario carries funding.
    record : Rates or None
        Of the areas without programmes and limit, where foster places are those that their own record fills.
    """

    scenario: Scenario
    baseline: Baseline
    rates: Rates
    context: Context
    cost_lines: tuple[CostLine, ...]
    grant_lines: tuple[CostLine, ...]
    after_care: AfterCare
    price_year: str
    front_door: FrontDoor
    england: Rates | None = None
    agency_odds: Array = field(default_factory=lambda: np.ones(1))
    funding: FundingPaths | None = None
    record: Rates | None = None

    @property
    def deflator(self) -> Array:
        """GDP deflator over its level in the price year: (month,)."""
        return self.context.deflator / self.context.price_level(self.price_year)


def compile_scenario(
    scenario: Scenario,
    drawn: Mapping[str, float] | None = None,
    baseline: Baseline | None = None,
    price_year: str | None = None,
) -> Compiled:
    """Build the rates of a scenario.

    Parameters
    ----------
    scenario : Scenario
    drawn : mapping of key to float, optional
        How rates stray in one draw (`simulator.projection.drift`), and how far levels of areas lie from
        their means (`simulator.projection.localise`); rates and levels are held where there are none.
    baseline : Baseline, optional
        Who is run; the scenario's areas if left out.
    price_year : str, optional
        Financial year in whose prices results give real money; that before the run if left out.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had (`simulator.interventions.impossible`).
    """
    baseline = baseline or baseline_of(scenario.base, scenario.areas)
    england = baseline.england
    context = _context(scenario, baseline)
    supply = foster_supply(scenario.assumptions, drawn or {})
    prices = 1.0 / context.price_level(financial_year(england.base - 1))
    front = front_door(scenario, baseline, context, drawn or {}, prices)
    everywhere = replace(context, areas=england.codes, part_of_england=1.0)
    bare = _with_people(_base_rates(scenario, england, context, supply), everywhere, england.base)
    bare = replace(bare, starts_per_referral=front.starts_per_referral)
    years = scenario.year_of_month
    strays = processes(england.base) if drawn and scenario.assumptions.drift == "as_recorded" else ()
    trends = going_on(scenario.assumptions, england.base)

    def way_of(one: Baseline) -> WayOn:
        on = [trend for trend in trends if one.takes_trend(trend.name)]
        return course(on, [stray for stray in strays if one.takes_drift(stray.name)], years, drawn or {})

    def with_scenario(rates: Rates, context: Context, of: Baseline) -> Rates:
        """Put in how rates go on, which all areas share, and what the scenario does, which may set a level in draws."""
        context = replace(context, bare=rates, england=bare)
        rates = apply_all(go_on(rates, context.cost_keys, way_of(of)), scenario.interventions, context)
        rates = replace(rates, cost_weight=cost_weight(rates.streams, supply.waiting_cost_ratio))
        rates.check()
        return rates

    rates, start = localise(bare, baseline, drawn or {}, years)
    rates = _with_people(rates, context, england.base, start.away)
    if england is not baseline:
        rates = replace(rates, foster=of_one_council(rates.foster, supply))
    rates, cost_lines = with_own(rates, _uprated(start.cost_lines, prices), scenario.own, context)
    beside = record = None
    limited = bare.foster is not None and bare.foster.limited
    if limited and baseline.places_of_record:
        record = _record(bare, baseline, drawn or {}, years)
    elif limited and england is not baseline:
        # What is assumed of single areas does not move agencies, which are large beside them.
        of_england = _uprated(england.costs.lines_of(drawn or {}), prices)
        beside = with_scenario(
            bare, replace(_context(scenario, england), gbp_per_week=_gbp_per_week(of_england)), england
        )
    context = replace(context, gbp_per_week=_gbp_per_week(cost_lines))
    if record is not None:
        record = go_on(record, context.cost_keys, way_of(baseline))
    rates = with_scenario(with_local(rates, scenario.local, context), context, baseline)
    return Compiled(
        scenario=scenario,
        baseline=baseline,
        rates=rates,
        context=context,
        cost_lines=cost_lines,
        grant_lines=_uprated(start.grant_lines, prices),
        after_care=start.after_care,
        england=beside,
        agency_odds=start.placement_mix.agency_odds,
        record=record,
        price_year=price_year or scenario.price_year,
        front_door=front,
        funding=None if scenario.funding is None else funding_paths(scenario, context),
    )


def _with_people(
    rates: Rates, context: Context, base: int, away: Mapping[tuple[str, str], float] = NONE_OF_ITS_OWN
) -> Rates:
    """Return rates with the social workers and the cases of their areas, and how far from home children live there."""
    children = np.sum([stream.opening.sum(axis=(0, 2, 3)) for stream in rates.streams], axis=0)
    share = Reach(share=1.0).of_total(context.areas, context.part_of_england)
    workers, cases = workers_in_england(base), children_in_need(base)
    return replace(
        rates,
        social_workers=(share[:, None] * workers)[None, :, None],
        open_cases=share[None] * cases,
        case_holding_share=np.full((1, 1), cases / caseload(base) / workers.sum()),
        away_share=at_base(context.areas, children, base, away)[None, :, None],
    )


def _record(bare: Rates, baseline: Baseline, drawn: Mapping[str, float], years: Sequence[str]) -> Rates:
    """Return the rates of areas as their record says, with foster homes as they are needed."""
    assert bare.foster is not None
    rates, _ = localise(replace(bare, foster=replace(bare.foster, limited=False)), baseline, drawn, years)
    return rates


def _uprated(lines: tuple[CostLine, ...], ratio: float) -> tuple[CostLine, ...]:
    """Return lines of spend at another level of general prices."""
    return tuple(replace(line, spend_gbp=line.spend_gbp * ratio) for line in lines)


def going_on(assumptions: Assumptions, base: int) -> tuple[RecordedTrend, ...]:
    """Return the trends on record at England's base that a scenario lets go on."""
    held = {INTO: assumptions.placement_trend, PRICE: assumptions.real_price_growth}
    on = tuple(name for name, says in held.items() if says == "as_recorded")
    return tuple(one for one in trends(base) if one.name.startswith(on)) if on else ()


def _gbp_per_week(lines: tuple[CostLine, ...]) -> Array:
    """Return the cost of a week in the placements of each line, 0 for lines that go with no placement: (area, cost)."""
    per_week = [np.atleast_1d(line.spend_gbp) / np.atleast_1d(line.units) * line.driver.of_placements for line in lines]
    return np.stack(per_week, axis=-1)


def deflator_growth(assumptions: Assumptions) -> float:
    """Return the assumed growth of the GDP deflator, a year."""
    percent = assumptions.deflator_percent_per_year
    return (DEFLATOR_PERCENT if percent is None else percent) / 100.0


def _context(scenario: Scenario, baseline: Baseline) -> Context:
    growth = deflator_growth(scenario.assumptions)
    price_year = scenario.price_year
    known = {str(y): v for y, v in tables.series("gdp_deflator").items()}
    last = max(known)
    for year in range(int(last[:4]) + 1, scenario.base + 50):
        known[financial_year(year)] = known[financial_year(year - 1)] * (1.0 + growth)
    years = sorted(known)
    middles = np.array([MONTHS_A_YEAR * (int(y[:4]) - scenario.base + 1) - MONTHS_FROM_MID_BASE_YEAR for y in years])
    levels = np.log([known[y] / known[price_year] for y in years])
    return Context(
        first_month=scenario.first_month,
        months=scenario.months,
        areas=baseline.codes,
        places=placements.names(),
        cost_keys=tuple(line.key for line in baseline.england.costs.lines),
        deflator=np.exp(np.interp(np.arange(scenario.months, dtype=float), middles, levels)),
        price_levels={y: v / known[price_year] for y, v in known.items()},
        part_of_england=baseline.part_of_england,
        births_per_year=_births(scenario.assumptions),
    )


def _base_rates(scenario: Scenario, baseline: England, context: Context, supply: FosterSupply) -> Rates:
    """Return the rates before any intervention."""
    a = scenario.assumptions
    p = baseline.parameters
    if a.balancing_percent_per_year is not None:
        p = replace(p, balancing_per_year=a.balancing_percent_per_year / 100.0)
    p = replace(p, move_per_year=_exchange(baseline, a, supply))
    opening = baseline.resident
    # Where places are found as needed, as many wait as moves were fitted for.
    if a.foster_places == "limited" or a.homes_waiting_share is not None:
        opening = split_waiting(opening, np.array([[supply.homes_waiting_share]]))
    resident = resident_rates(p, opening, baseline.resident_home)
    uasc = uasc_rates(p, baseline.uasc, np.zeros((1, 1, baseline.uasc.shape[2], 3)))
    resident, uasc = (
        replace(stream, unfostered_place=more_in_homes(stream.unfostered_place, supply.unfostered_home_log_odds))
        for stream in (resident, uasc)
    )
    growth = _population_growth(scenario)
    if growth is not None:
        resident = replace(resident, new_starts_per_month=resident.new_starts_per_month * growth)
    # Children who wait step down only when a foster place is free, so their moves into fostering are the engine's.
    if a.foster_places == "limited":
        move = resident.move_per_year.copy()
        move[..., placements.waiting_places()[:, None], FOSTER] = 0.0
        resident = replace(resident, move_per_year=move)
    return Rates(
        months=context.months,
        cohort_months=baseline.cohort_months,
        streams=(resident, uasc),
        foster=with_need(_foster_rates(baseline, a, supply), (resident, uasc), baseline.cohort_months),
        place_groups=placements.groups(),
        price_ratio=np.repeat(context.deflator[None, None, :, None], len(context.cost_keys), axis=-1),
        cost_weight=np.ones((1, 1, len(placements.names()))),
        programme_spend_gbp=np.zeros((1, 1, context.months)),
    )


def _exchange(baseline: England, a: Assumptions, supply: FosterSupply) -> Array:
    """Return hazards of moving, those from foster care to homes shared out between who waits there and who does not.

    A scenario may state how many begin to wait a year. If it does not, and places are limited, those who wait are more
    or less as the share of children in homes who wait is, and others make up for them. Otherwise moves are as fitted.
    """
    p, every = baseline.parameters, placements.placements()
    origin, to = ([PLACE[name] for name in names] for names in zip(*((e.origin, e.to) for e in edges()), strict=True))
    waits = np.array([bool(every[i].waits_for) for i in to]) & np.isin(origin, FOSTER)
    if a.exchange_homes_per_year is not None:
        ages = make_grid(baseline.cohort_months).age_of_row[0]
        at_pace = np.einsum("ra,rhp,hp->ap", ages, baseline.resident[0, 0], placement_pace())
        now = [
            hazard * at_pace[e.ages[0] : e.ages[1] + 1, PLACE[e.origin]].sum()
            for e, hazard in zip(edges(), p.move_per_year, strict=True)
        ]
        return np.where(waits, p.move_per_year * a.exchange_homes_per_year / np.sum(now, where=waits), p.move_per_year)
    if a.foster_places == "as_needed":
        return p.move_per_year
    move = p.move_per_year.copy()
    more = supply.homes_waiting_share / float(waiting_share(baseline.resident)[0, 0]) - 1.0
    for i in np.flatnonzero(waits):
        home = placements.index(every[to[i]].reported_as)
        others = (np.array(origin) == origin[i]) & (np.array(to) == home)
        moving = np.minimum(more * move[i], move[others].sum())
        move[i] += moving
        move[others] -= moving
    return move


def _births(assumptions: Assumptions) -> float:
    """Return the births a year that a scenario rests on."""
    return births_per_year() if assumptions.births_per_year is None else assumptions.births_per_year


def _population_growth(scenario: Scenario) -> Array | None:
    """Return what starts go with, over the year before the run: (month, age); None if nothing moves them.

    Held rates go with all children of an age; held numbers only with births that the file says are others.
    """
    stated = scenario.assumptions.births_per_year

    def growth(births: float) -> Array:
        now = population_by_age(scenario.base, scenario.months, births)
        before = population_by_age(scenario.base, MONTHS_A_YEAR, births, first=-MONTHS_A_YEAR).mean(axis=0)
        return np.asarray(now / before)

    if scenario.starts.hold == "rates":
        return growth(_births(scenario.assumptions))
    return None if stated is None else growth(stated) / growth(births_per_year())


def _foster_rates(baseline: England, a: Assumptions, supply: FosterSupply) -> FosterRates:
    """Foster capacity at the base, with the pipeline as full as its inflow keeps it."""
    s, f = structure()["fostering"], baseline.foster
    steps = np.array([stage["steps"] for stage in s["stages"]])
    months = np.repeat([stage["months"] for stage in s["stages"]] / steps, steps)
    pass_share = np.ones((2, steps.sum()))
    pass_share[:, np.cumsum(steps) - 1] = f.pass_share
    inflow = f.enquiries_per_year[:, None] / MONTHS_A_YEAR * np.cumprod(np.c_[np.ones(2), pass_share[:, :-1]], axis=1)
    step_down = s["step_down_per_year"] if a.step_down_match_per_year is None else a.step_down_match_per_year
    return FosterRates(
        council=FOSTER[0],
        independent=FOSTER[1],
        limited=a.foster_places == "limited",
        wait_weight=np.array([0.0 if age < s["youngest_waiting_age"] else 1.0 for age in range(18)]),
        queued=placements.waiting_places(),
        needing=placements.not_with_kin(),
        base_households=f.households[None, None],
        followed_below_age=int(s["followed_below_age"]),
        base_need=np.zeros((1, 1, 2)),
        young_share=np.zeros((1, 1)),
        opening_households=f.households[None, None],
        opening_usable=f.children[None, None],
        opening_pipeline=(inflow * months)[None, None],
        enquiries_per_month=f.enquiries_per_year[None, None, None] / MONTHS_A_YEAR,
        stage_per_year=MONTHS_A_YEAR / months,
        stage_pass_share=pass_share[None, None, None],
        deregistration_per_year=np.full((1, 1, 1, 2), f.deregistration_per_year),
        places_per_household=(f.places_approved / f.households)[None, None],
        usable_share=(f.children / f.places_approved)[None, None, None],
        places_elasticity=np.full((1, 1, 2), supply.places_elasticity),
        need_elasticity=np.full((1, 1), supply.need_elasticity),
        places_response_per_year=float(s["places_response_per_year"]),
        step_down_per_year=np.full((1, 1), float(step_down)),
    )
