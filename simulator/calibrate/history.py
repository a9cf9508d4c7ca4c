"""The fit: run England through its published years, and in each find the rates that reproduce the tables.

The order of things:

1. a run-in of 18 years at the flows of 1993-94, and then of each published year to 2010-11 with leaving scaled to the
   published exits, gives the mix of time in care; it is scaled to the stock by age of 31 March 2011;
2. each year to 31 March 2025 is run again and again, each hazard scaled by published over modelled exits, until the
   year's tables are met (iterative proportional fitting; moves by bounded least squares);
3. the stock at the end is compared with the published one and scaled to it (by age, then by placement) before the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from simulator.baseline.england import FOSTER, PLACE, PLACES, REASON, Parameters, resident_rates, uasc_rates
from simulator.baseline.structure import (
    BAND_OF_AGE,
    EXIT_GROUPS,
    GROUP_OF_AGE,
    edges,
    return_hazards,
    structure,
    within_bands,
)
from simulator.calibrate.england_series import (
    DURATION_BANDS,
    PLACEMENT_YEARS,
    Year,
    council_share,
    published,
    reasons_of_groups,
)
from simulator.calibrate.fit_year import DURATION_BINS, Flows, exits_by_duration, run_year
from simulator.data import tables
from simulator.data.population import births_per_year, population_by_age
from simulator.engine.grid import make_grid
from simulator.engine.rates import StreamRates
from simulator.vocabulary.axes import AGE_BANDS, PHASES, REASONS

Array = NDArray[np.float64]

FIRST, LAST = 2012, 2025
RUN_IN_FROM = 1994
ARRIVING_AT_17 = {2011: (0.08, 0.36), 2022: (0.09, 0.335), 2024: (0.09, 0.28)}
"""Least and largest share of asylum-seeking arrivals who are 17, from each year on. Exits at 18 and the stock at 16
and over pull the share apart; the bounds (a judgement) keep both within 2%."""

UASC_PLACES = {"foster": FOSTER, "childrens_home": [PLACE["childrens_home"]], "supported": [PLACE["supported"]],
               "other": [PLACE["other"]]}  # fmt: skip
"""Published placements of asylum-seeking children, as positions on the axis of placements."""
UASC_FOSTER = np.array([0.35, 0.65])
"""Council's and agencies' share of those fostered: they are more often placed through agencies (a judgement)."""

RUN_INS = 3
"""Times that the run-in is repeated with the rates fitted to the first year."""

LEAVING = (
    "group_ratio", "adoption_per_year", "parents_home_per_year", "guardianship_per_year",
    "foster_guardianship_per_year", "phase_ratio", "tilt",
)  # fmt: skip
"""Parameters of leaving before 18."""

_SHAPE = ("phase_ratio", "tilt")
"""Of those, the ones that say how leaving goes with time in care, and not how much of it there is."""

ROUNDS = 10
DURATION_YEARS = range(2019, 2025)
"""Years whose exits by time in care are published."""

SETTLING_ROUNDS = 3
"""Last rounds, in which leaving by phase is left alone while everything else settles."""

EXIT_REASONS = ("home", "guardianship", "arrangements", "other")


@dataclass(frozen=True)
class State:
    """Both streams at an instant: stocks (bin, 1, row, phase, place) and children at home (1, 1, row, spell)."""

    resident: Array
    resident_home: Array
    uasc: Array
    uasc_home: Array


@dataclass(frozen=True)
class FittedYear:
    """One year as fitted.

    Attributes
    ----------
    year : int
    parameters : Parameters
    opening : State
        Where the year was run from.
    resident, uasc : Flows
    modelled_end : State
        As the model ran it.
    end : State
        Scaled to the published stock by age and placement.
    durations : (duration band,)
        Modelled exits by time in care.
    mean_days : float
    """

    year: int
    parameters: Parameters
    opening: State
    resident: Flows
    uasc: Flows
    modelled_end: State
    end: State
    durations: Array
    mean_days: float


def first_guess() -> Parameters:
    """Return parameters to start the first year from."""
    n_places = len(PLACES)
    shares = np.zeros((18, n_places))
    shares[:, PLACE["kinship_foster"]], shares[:, PLACE["council_foster"]] = 0.2, 0.45
    shares[:, PLACE["ifa_foster"]] = 0.35
    reason = np.zeros((len(EXIT_GROUPS), len(REASONS)))
    reason[:, REASON["home"]] = 1.0
    stock = published(2024).stock_by_place
    assert stock is not None
    hazards = [e.children_per_year / (stock[PLACE[e.origin]] * _age_share(e.ages)) for e in edges()]
    return Parameters(
        group_ratio=np.ones(len(EXIT_GROUPS)),
        phase_ratio=np.ones(len(PHASES)),
        tilt=np.array([structure()["leaving"]["tilt"][g] for g in EXIT_GROUPS]),
        reason_share=reason,
        adoption_per_year=1.4,
        parents_home_per_year=0.4,
        guardianship_per_year=np.full(len(AGE_BANDS), 0.2),
        foster_guardianship_per_year=np.full(len(AGE_BANDS), 0.01),
        move_per_year=np.array(hazards),
        new_starts=np.zeros(18),
        start_place=shares,
        uasc_starts=np.zeros(18),
        uasc_exit_ratio=0.5,
        uasc_start_place=_uasc_place_to_begin(published(2020)),
        balancing_per_year=0.008,
        return_per_year=return_hazards()[0],
    )


def _age_share(ages: tuple[int, int]) -> float:
    """Share of the stock at some ages, from the published stock by age of 2024 spread evenly."""
    bands = published(2024).stock_by_band
    counts = np.bincount(BAND_OF_AGE)
    by_age = (bands / counts)[BAND_OF_AGE]
    return float(by_age[ages[0] : ages[1] + 1].sum() / by_age.sum())


def fit_history(
    width: int = 12,
    bins: int = DURATION_BINS,
    last: int = LAST,
    rounds: int = ROUNDS,
    follow: dict[int, FittedYear] | None = None,
) -> dict[int, FittedYear]:
    """Fit every year from 2012 to `last`.

    Parameters
    ----------
    width : int
        Months of birth in a cohort.
    bins : int
        Months of time in care told apart; 1 leaves the lengths of stay as `known` has them.
    follow : mapping of year to FittedYear, optional
        An earlier fit, with lengths of stay, whose leaving by phase and mix of phases by age are taken over.
    """  # fmt: skip
    guess = _starts_for(published(FIRST), follow[FIRST].parameters if follow else first_guess())
    for _ in range(RUN_INS - 1):
        state, _ = _run_in(guess, width, 1)
        guess = fit_year(published(FIRST), state, guess, width, follow=False, rounds=rounds).parameters
    state, _ = _run_in(guess, width, bins)
    fitted: dict[int, FittedYear] = {}
    for year in range(FIRST, last + 1):
        if follow:
            guess = follow[year].parameters
            state = _take_phases(state, follow[year].opening, width)
        fitted[year] = fit_year(published(year), state, guess, width, follow=bins > 1, rounds=rounds)
        state, guess = fitted[year].end, fitted[year].parameters
    return fitted


def _take_phases(state: State, other: State, width: int) -> State:
    """Give the resident stock the mix of phases by age of another fit's (in yearly cohorts)."""
    rows = state.resident.shape[2]
    ages = np.clip((np.arange(rows) - 1) * width // 12, 0, 17)
    yearly = other.resident.sum(axis=(0, 1, 4))[1:]
    mine = np.zeros_like(yearly)
    np.add.at(mine, ages, state.resident.sum(axis=(0, 1, 4)))
    wanted = yearly / yearly.sum(axis=1, keepdims=True) * mine.sum(axis=1, keepdims=True)
    ratio = np.divide(wanted, mine, out=np.ones_like(mine), where=mine > 0)
    return replace(state, resident=state.resident * ratio[ages][:, :, None])


def leaving_levels(fitted: Mapping[int, FittedYear], width: int) -> dict[int, float]:
    """Return how readily children left before 18 in each year since 1994, over the first fitted year: year to ratio.

    Of hazards, not of the crude rate of leaving: who is in care, by age, time in care and placement, is allowed for.

    Parameters
    ----------
    fitted : mapping of year to FittedYear
        Without a gap, from the first.
    width : int
        Months of birth in a cohort of the fit.
    """
    first = fitted[FIRST].parameters
    _, levels = _run_in(first, width, 1)
    for year, one in fitted.items():
        as_first = replace(one.parameters, **{name: getattr(first, name) for name in LEAVING})
        expected = run_year(resident_rates(as_first, one.opening.resident, one.opening.resident_home), width)
        levels[year] = float(one.resident.exits[:, :-1].sum() / expected.exits[:, :-1].sum())
    return levels


def _run_in(p: Parameters, width: int, bins: int) -> tuple[State, dict[int, float]]:
    """Fill the model from an empty stock and bring it to 31 March 2011.

    Eighteen years at the flows of 1993-94 and then each published year to 2010-11: starts are the published number, by
    age as in 2010-11, and leaving before 18 is scaled so that as many leave as were published. The stock is then scaled
    to the published stock by age. The second value is how much leaving was scaled in each published year.
    """
    levels: dict[int, float] = {}
    grid, ugrid = make_grid(width), make_grid(width, int(structure()["uasc"]["youngest_age"]))
    shape = (len(PHASES), len(PLACES))
    stock, home = np.zeros((bins, 1, grid.rows, *shape)), np.zeros((1, 1, grid.rows, 3))
    ustock, uhome = np.zeros((bins, 1, ugrid.rows, *shape)), np.zeros((1, 1, ugrid.rows, 3))
    base = published(2011)
    faster = 1.0
    for year in range(RUN_IN_FROM - 18, 2012):
        known = max(year, RUN_IN_FROM)
        residual = _residual(known) / tables.value("stock", known)
        year_p = replace(
            p, new_starts=p.new_starts * tables.value("starts", known) / base.starts, balancing_per_year=residual
        )
        for _ in range(2):
            flows = run_year(resident_rates(_faster(year_p, faster), stock, home), width)
            levels[known] = faster
            leaving = flows.exits[:, :-1].sum()
            if year >= RUN_IN_FROM:
                wanted = tables.value("ceased", year) - flows.exits[:, -1].sum()
                faster = float(np.clip(faster * wanted / leaving, 0.5, 4.0))
            else:
                grown = flows.stock.sum() - tables.value("stock", RUN_IN_FROM)
                faster = float(np.clip(faster * (1.0 + 0.3 * grown / leaving), 0.5, 4.0)) if year > 1985 else 1.5
        stock, home = flows.stock, flows.home
        uflows = run_year(uasc_rates(p, ustock, uhome), width)
        ustock, uhome = uflows.stock, uflows.home
    ustock = ustock * tables.value("uasc_stock", 2011) / ustock.sum()
    target = base.stock_by_band - bands_of(ustock, ugrid.first_row, width)
    return State(_scale_to_bands(stock, target, width), home, ustock, uhome), levels


def _faster(p: Parameters, ratio: float) -> Parameters:
    """Scale every hazard of leaving before 18."""
    return replace(p, **{name: getattr(p, name) * ratio for name in LEAVING if name not in _SHAPE})


def _residual(year: int) -> float:
    """Counting residual of a year: stock now, less stock a year ago, less starts, plus exits."""
    before = tables.series("stock").get(year - 1)
    if before is None:
        return _residual(year + 1)
    return tables.value("stock", year) - before - tables.value("starts", year) + tables.value("ceased", year)


def fit_year(year: Year, opening: State, p: Parameters, width: int, *, follow: bool, rounds: int) -> FittedYear:
    """Find the parameters that reproduce one year's tables from an opening stock."""
    p = _starts_for(year, p)
    for n in range(rounds):
        p, uasc = _fit_uasc(year, opening, p, width)
        rates = resident_rates(p, opening.resident, opening.resident_home)
        flows = run_year(rates, width)
        urates = uasc_rates(p, opening.uasc, opening.uasc_home)
        durations, by_phase, mean = exits_by_duration([(rates, flows), (urates, uasc)])
        if n == rounds - 1:
            break
        p = _improve(year, p, flows, uasc)
        if follow and year.year in DURATION_YEARS:
            opening = replace(opening, resident=_scale_to_durations(year, opening.resident, durations, mean))
        if follow and n < rounds - SETTLING_ROUNDS:
            p = replace(p, phase_ratio=p.phase_ratio * _phase_step(year, p.phase_ratio, durations, by_phase, flows))
    modelled = State(flows.stock, flows.home, uasc.stock, uasc.home)
    left_at_18 = float((flows.exits + uasc.exits)[:, REASON["age_18"]].sum())
    corrected = replace(modelled, resident=_correct_17(flows.stock, left_at_18 - year.exits_at_18, width))
    return FittedYear(year.year, p, opening, flows, uasc, modelled, _scale(year, corrected, width), durations, mean)


def _starts_for(year: Year, p: Parameters) -> Parameters:
    """Set starts by age and first placement from the year's tables."""
    s = structure()
    before = p.uasc_starts if p.uasc_starts.sum() > 0 else _arrivals(float(s["uasc"]["arrival_share"][17]))
    arrivals = before * (year.uasc_starts or year.uasc_stock * 0.72) / before.sum()
    bands = year.starts_by_band - np.bincount(BAND_OF_AGE, weights=arrivals)
    p = replace(
        p,
        uasc_starts=arrivals,
        new_starts=bands[BAND_OF_AGE] * start_shares(year.year) * 0.93,
        uasc_start_place=_uasc_place_to_begin(year),
        balancing_per_year=year.residual / (year.stock - year.uasc_stock),
    )
    return replace(p, start_place=_start_place(year, p))


def start_shares(year: int) -> Array:
    """Spread the starts of each band over ages: log-linear start rates on the year's children of each age, (age,)."""
    rates = within_bands(structure()["starts"]["slope_per_year"], AGE_BANDS)
    weight = rates * population_by_age(year - 1, 12, births_per_year()).mean(axis=0)
    shares: Array = weight / np.bincount(BAND_OF_AGE, weights=weight)[BAND_OF_AGE]
    return shares


def _arrivals(at_17: float) -> Array:
    """Shares of asylum-seeking arrivals by age, of which a given share at 17: (age,)."""
    shares = np.zeros(18)
    for age, share in structure()["uasc"]["arrival_share"].items():
        shares[age] = share
    shares[:17] *= (1.0 - at_17) / shares[:17].sum()
    shares[17] = at_17
    return shares


def _later_arrivals(year: Year, p: Parameters, at_18: float) -> Array:
    """Shift asylum-seeking arrivals between 17 and younger ages, so that exits at 18 come near the published number.

    About half of those who arrive at 17 turn 18 within the year. The share stays within `ARRIVING_AT_17`.
    """
    total = p.uasc_starts.sum()
    if year.uasc_starts is None:
        return p.uasc_starts
    share = p.uasc_starts[17] / total + 0.5 * (year.exits_at_18 - at_18) / (0.5 * total)
    bounds = ARRIVING_AT_17[max(y for y in ARRIVING_AT_17 if y <= year.year)]
    return _arrivals(float(np.clip(share, *bounds))) * total


def _uasc_place(of_older: Mapping[str, float]) -> Array:
    """First placements of unaccompanied children: those under 16 fostered, others by some weights; (age, place)."""
    shares = np.zeros((18, len(PLACES)))
    for ages, mix in ((slice(0, 16), structure()["uasc"]["under_16_place"]), (slice(16, 18), of_older)):
        for name, weight in mix.items():
            share = weight / sum(mix.values())
            shares[ages, UASC_PLACES[name]] = share * UASC_FOSTER if name == "foster" else share
    return shares


def _uasc_place_to_begin(year: Year) -> Array:
    """First placements such that those of 16 and 17 in care, with those younger, live where the table says."""
    younger = structure()["uasc"]["under_16_place"]
    figures = tables.categories("uasc_by_age", min(max(year.year, 2020), 2024))
    under = figures["under_16"] / figures["total"]
    return _uasc_place({name: max(s - under * younger.get(name, 0.0), 0.0) for name, s in year.uasc_by_place.items()})


def _later_uasc_place(year: Year, p: Parameters, uasc: Flows) -> Array:
    """Change where those of 16 and 17 are first placed, so that as many are fostered a year on as the table says.

    Children who came younger stay with foster carers as they grow older, so of those who come later fewer begin there.
    The others begin where the table says that such children live: in 2024-25 many homes changed only their name.
    """
    if year.year not in PLACEMENT_YEARS:
        return p.uasc_start_place
    wanted = year.uasc_by_place
    by_place, came = uasc.stock.sum(axis=(0, 1, 2, 3)), p.uasc_starts[16:].sum()
    gap = wanted["foster"] * by_place.sum() - by_place[FOSTER].sum()
    foster = float(np.clip(p.uasc_start_place[-1, FOSTER].sum() + gap / came, 0.01, 0.99))
    elsewhere = (1.0 - foster) / (1.0 - wanted["foster"])
    return _uasc_place({name: foster if name == "foster" else share * elsewhere for name, share in wanted.items()})


def _start_place(year: Year, p: Parameters) -> Array:
    """First placements of resident children by age: assumed weights raked to published starts by placement and age."""
    s = structure()["start_place_weight"]
    arrivals = p.uasc_starts
    bands = year.starts_by_band - np.bincount(BAND_OF_AGE, weights=arrivals)
    resident = bands[BAND_OF_AGE] * start_shares(year.year)
    names = list(s)
    weight = np.array([[s[n][g] for n in names] for g in EXIT_GROUPS])[GROUP_OF_AGE]
    asylum = arrivals @ p.uasc_start_place
    total = np.array([year.starts_by_place[n] for n in names]) * (resident.sum() + arrivals.sum())
    minus = np.array([asylum[FOSTER].sum() if n == "mainstream_foster" else asylum[PLACE[n]] for n in names])
    target = np.maximum(total - minus, 1.0)
    target *= resident.sum() / target.sum()
    table = weight * resident[:, None]
    for _ in range(200):
        table *= target / table.sum(axis=0)
        table *= (resident / table.sum(axis=1))[:, None]
    table /= table.sum(axis=1, keepdims=True)
    shares = np.zeros((18, len(PLACES)))
    council = council_share(max(year.year, PLACEMENT_YEARS[0]))
    for i, name in enumerate(names):
        if name == "mainstream_foster":
            shares[:, FOSTER[0]], shares[:, FOSTER[1]] = table[:, i] * council, table[:, i] * (1 - council)
        else:
            shares[:, PLACE[name]] = table[:, i]
    return shares


def _fit_uasc(year: Year, opening: State, p: Parameters, width: int) -> tuple[Parameters, Flows]:
    """Scale the hazard of leaving before 18 (or, before 2019, arrivals) so that the published account closes."""
    flows = run_year(uasc_rates(p, opening.uasc, opening.uasc_home), width)
    if year.uasc_exits is not None:
        early = flows.exits[:, REASON["other"]].sum()
        wanted = year.uasc_exits - flows.exits[:, REASON["age_18"]].sum()
        p = replace(p, uasc_exit_ratio=p.uasc_exit_ratio * float(np.clip(wanted / early, 0.5, 2.0)))
    else:
        stock = flows.stock.sum()
        stayed = stock - opening.uasc.sum() + flows.exits.sum()
        arrivals = stayed + (year.uasc_stock - stock) * 1.3
        p = replace(p, uasc_starts=p.uasc_starts * float(np.clip(arrivals / p.uasc_starts.sum(), 0.5, 2.0)))
    return p, run_year(uasc_rates(p, opening.uasc, opening.uasc_home), width)


def _improve(year: Year, p: Parameters, flows: Flows, uasc: Flows) -> Parameters:
    """Scale every hazard by published over modelled."""
    # New starts are published starts less those who came back from home, by band.
    bands = year.starts_by_band - np.bincount(BAND_OF_AGE, weights=uasc.starts)
    new_bands = bands - np.bincount(BAND_OF_AGE, weights=flows.returns)
    new_starts = new_bands[BAND_OF_AGE] * start_shares(year.year)

    guardianship = reasons_of_groups("guardianship_by_age", year.year, year.reasons["guardianship"])
    carers = tables.categories("guardianship_by_carer", min(max(year.year, 2020), 2024))
    kin = carers["foster_relative_or_friend"] / carers["total"]
    other_carer = carers["foster_other_carer"] / carers["total"]
    by_kin = flows.place_exits_by_band[:, PLACE["kinship_foster"], REASON["guardianship"]]
    by_foster = flows.place_exits_by_band[:, FOSTER, REASON["guardianship"]].sum(axis=1)
    adopted = flows.exits[:, REASON["adoption"]].sum()
    parents = float(flows.exits_by_place[PLACE["with_parents"], :-1].sum())
    parents_18 = float(flows.exits_by_place[PLACE["with_parents"], REASON["age_18"]])
    parents_ratio = 1.0
    if year.parents_exits is not None:
        by_place = float(flows.place_exits_by_band[:, PLACE["with_parents"], REASON["home"]].sum())
        parents_ratio = max(by_place + year.parents_exits - parents_18 - parents, 0.2 * by_place) / by_place

    # Exits that go with time in care: what is left of each age group, split by reason.
    exits = np.zeros((len(EXIT_GROUPS), len(REASONS)))
    np.add.at(exits, GROUP_OF_AGE, flows.exits)
    asylum = np.zeros(len(EXIT_GROUPS))
    np.add.at(asylum, GROUP_OF_AGE, uasc.exits[:, :-1].sum(axis=1))
    wanted = year.exits_by_group - asylum
    before_18 = exits[:, :-1].sum(axis=1)
    by_phase = flows.phase_exits.sum(axis=1)
    group_step = np.clip((by_phase + wanted - before_18) / by_phase, 0.3, 3.0)

    p = replace(
        p,
        uasc_starts=_later_arrivals(year, p, float((flows.exits + uasc.exits)[:, REASON["age_18"]].sum())),
        uasc_start_place=_later_uasc_place(year, p, uasc),
    )
    return replace(
        p,
        start_place=_start_place(year, p),
        new_starts=np.maximum(new_starts, 0.0),
        adoption_per_year=_adoption(year, p, float(adopted)),
        guardianship_per_year=p.guardianship_per_year * _step(guardianship * kin, by_kin),
        foster_guardianship_per_year=p.foster_guardianship_per_year * _step(guardianship * other_carer, by_foster),
        parents_home_per_year=p.parents_home_per_year * parents_ratio,
        group_ratio=p.group_ratio * group_step,
        reason_share=_reason_shares(year, p, by_phase, by_phase * group_step, exits),
        move_per_year=p.move_per_year * _move_steps(year, flows, uasc),
    )


def _adoption(year: Year, p: Parameters, adopted: float) -> float:
    """Scale the hazard of adoption where the stock placed for adoption is published (else moves into it are)."""
    if year.year - 1 not in PLACEMENT_YEARS:
        return p.adoption_per_year
    return float(np.clip(p.adoption_per_year * _step(year.reasons["adoption"], adopted), 0.7, 2.5))


def _reason_shares(year: Year, p: Parameters, by_phase: Array, wanted: Array, exits: Array) -> Array:
    """Split the leaving of each age group by reason: assumed weights raked to what is left of the published totals."""
    weights = structure()["leaving"]["reason_weight"]
    table = np.zeros((len(EXIT_GROUPS), len(REASONS)))
    for g, name in enumerate(EXIT_GROUPS):
        for reason, weight in weights[name].items():
            table[g, REASON[reason]] = weight
    table *= wanted[:, None]
    with_placement = exits.sum(axis=0) - by_phase @ p.reason_share
    target = np.zeros(len(REASONS))
    for reason in ("home", "guardianship", "arrangements"):
        target[REASON[reason]] = max(year.reasons[reason] - with_placement[REASON[reason]], 0.01 * year.reasons[reason])
    target[REASON["other"]] = max(wanted.sum() - target.sum(), 0.01 * wanted.sum())
    target *= wanted.sum() / target.sum()
    for _ in range(100):
        column = table.sum(axis=0)
        table *= np.divide(target, column, out=np.zeros_like(target), where=column > 0)
        table *= (wanted / table.sum(axis=1))[:, None]
    return table / table.sum(axis=1, keepdims=True)


def _move_steps(year: Year, flows: Flows, uasc: Flows) -> Array:
    """Change assumed gross moves as little as can be, so that the stock by placement is met at the year's end.

    Minimises the sum over moves of (change / flow)^2 * flow, subject (with a heavy weight) to every placement's net.
    """
    if year.stock_by_place is None or year.year - 1 not in PLACEMENT_YEARS:
        adopted = flows.exits[:, REASON["adoption"]].sum()
        step = float(_step(year.reasons["adoption"], float(adopted)))
        return np.array([step if e.to == "for_adoption" else 1.0 for e in edges()])
    stock = flows.stock.sum(axis=(0, 1, 2, 3)) + uasc.stock.sum(axis=(0, 1, 2, 3))
    gap = year.stock_by_place * stock.sum() / year.stock - stock
    moves = flows.moves + uasc.moves
    now = np.array([max(moves[PLACE[e.origin], PLACE[e.to]], 1e-9) for e in edges()])
    incidence = np.zeros((len(PLACES), len(now)))
    for i, edge in enumerate(edges()):
        incidence[PLACE[edge.to], i] += 1.0
        incidence[PLACE[edge.origin], i] -= 1.0
    heavy = 100.0
    solution = lsq_linear(
        np.vstack([np.diag(1.0 / np.sqrt(now)), heavy * incidence]),
        np.concatenate([np.zeros(len(now)), heavy * gap]),
        bounds=(-0.9 * now, np.inf),
    )
    steps: Array = 1.0 + solution.x / now
    return steps


def _phase_step(year: Year, ratio: Array, durations: Array, by_phase: Array, flows: Flows) -> Array:
    """Scale hazards by phase so that exits by time in care come near the published shares (bounded least squares).

    A weak pull of the ratios towards 1 settles what the nine bands cannot tell apart. The last phase stays as it is: a
    year's exits after many years in care say more about who came long ago than about who leaves now.
    """
    target = year.durations * durations.sum()
    total = flows.exits_by_bin.sum(axis=0)
    part = np.divide(flows.phase_exits_by_bin.sum(axis=0), total, out=np.ones_like(total), where=total > 0)
    part[0] = 1.0
    effect = (by_phase * part)[:, :-1]
    pull = 0.03
    solution = lsq_linear(
        np.vstack([effect / target[:, None], pull * np.diag(ratio[:-1])]),
        np.concatenate([(target - durations) / target, pull * (1.0 - ratio[:-1])]),
        bounds=(-0.4, 0.6),
    )
    step = 1.0 + 0.7 * solution.x
    leaving = flows.phase_exits.sum(axis=0)[:-1]
    # Age groups carry the level (`group_ratio`), phases only the shape.
    return np.append(step * leaving.sum() / (step @ leaving), 1.0)


def _scale_to_durations(year: Year, opening: Array, durations: Array, mean_days: float) -> Array:
    """Scale the children in care for more than a year when a year began, so that its long stays come out as published.

    The factor is that of the published band that a child would be in at mid-year, and beyond ten years it falls or
    rises with time in care so that the mean length is met too; children of each age stay as many as they were.
    """
    target = year.durations * durations.sum()
    ends = np.array(list(DURATION_BANDS.values()))
    band = np.searchsorted(ends, np.arange(opening.shape[0]) + 6.0, side="right")
    factor = np.clip(target / durations, 0.8, 1.25) ** 0.6
    factor[ends <= 12.0] = 1.0
    assert year.mean_days is not None
    beyond_10_years = np.maximum(np.arange(opening.shape[0]) - 114.0, 0.0) / 12.0
    weight = factor[band] * np.clip(year.mean_days / mean_days, 0.97, 1.03) ** (0.5 * beyond_10_years)
    scaled = opening * weight[:, None, None, None, None]
    by_age, now = opening.sum(axis=(0, 1, 3, 4)), scaled.sum(axis=(0, 1, 3, 4))
    return scaled * np.divide(by_age, now, out=np.ones_like(now), where=now > 0)[:, None, None]


def _correct_17(stock: Array, too_many: float, width: int) -> Array:
    """Give children who left at 18 in the model but not in the tables back to those aged 17, or take them thence."""
    ages = np.clip((np.arange(stock.shape[2]) - 1) * width // 12, 0, 17)
    at_17 = stock[:, :, ages == 17].sum()
    factor = np.where(ages == 17, (at_17 + too_many) / at_17, 1.0)
    corrected: Array = stock * factor[:, None, None]
    return corrected


def _scale(year: Year, state: State, width: int) -> State:
    """Scale a modelled stock to the published one: asylum-seeking children, age bands, then placements."""
    youngest = int(structure()["uasc"]["youngest_age"])
    uasc = state.uasc * year.uasc_stock / state.uasc.sum()
    if year.year in PLACEMENT_YEARS:
        uasc = uasc * _uasc_ratio(year, uasc)
    resident = state.resident
    first = make_grid(width, youngest).first_row
    target = year.stock_by_band - bands_of(uasc, first, width)
    for _ in range(30):
        if year.stock_by_place is not None:
            place = year.stock_by_place - uasc.sum(axis=(0, 1, 2, 3))
            now = resident.sum(axis=(0, 1, 2, 3))
            place = np.maximum(place, 0.02 * year.stock_by_place)
            resident = resident * np.divide(place, now, out=np.ones_like(now), where=now > 0)
        resident = _scale_by_band(resident, target, width)
        if year.stock_by_place is None:
            break
    return State(resident, state.resident_home, uasc, state.uasc_home)


def _uasc_ratio(year: Year, uasc: Array) -> Array:
    """Ratio by placement that brings asylum-seeking children to the published placements: (place,)."""
    by_place = uasc.sum(axis=(0, 1, 2, 3))
    ratio = np.ones(len(PLACES))
    for name, places in UASC_PLACES.items():
        ratio[places] = year.uasc_by_place[name] * by_place.sum() / by_place[places].sum()
    return ratio


def bands_of(stock: Array, first_row: int, width: int) -> Array:
    """Children by age band on 31 March, when every row lies within one year of age: (band,)."""
    rows = np.arange(stock.shape[2]) + first_row
    ages = np.clip((rows - 1) * width // 12, 0, 17)
    weights = stock.sum(axis=(0, 1, 3, 4))
    return np.bincount(BAND_OF_AGE[ages], weights=weights, minlength=len(AGE_BANDS)).astype(np.float64)


def _scale_to_bands(stock: Array, target: Array, width: int) -> Array:
    """Scale a stock to published age bands by a factor that runs smoothly (log-linearly) over age."""
    middles = np.array([(low + high + 1) / 2.0 for low, high in AGE_BANDS.values()])
    ages = np.clip((np.arange(stock.shape[2]) - 1) * width // 12, 0, 17)
    by_age = np.bincount(ages, weights=stock.sum(axis=(0, 1, 3, 4)), minlength=18)
    nodes = np.zeros(len(AGE_BANDS))
    for _ in range(100):
        factor = np.exp(np.interp(np.arange(18) + 0.5, middles, nodes))
        nodes += np.log(target / np.bincount(BAND_OF_AGE, weights=by_age * factor))
    factor = np.exp(np.interp(np.arange(18) + 0.5, middles, nodes))
    factor *= (target / np.bincount(BAND_OF_AGE, weights=by_age * factor))[BAND_OF_AGE]
    scaled: Array = stock * factor[ages][:, None, None]
    return scaled


def _scale_by_band(stock: Array, target: Array, width: int) -> Array:
    """Scale each published age band of a stock by one factor."""
    ages = np.clip((np.arange(stock.shape[2]) - 1) * width // 12, 0, 17)
    ratio = target / bands_of(stock, 0, width)
    scaled: Array = stock * ratio[BAND_OF_AGE[ages]][:, None, None]
    return scaled


def _step(published_value: Array | float, modelled: Array | float) -> Array:
    """Published over modelled, within bounds, so that a poor start cannot run away."""
    modelled = np.asarray(modelled, dtype=float)
    ratio = np.divide(published_value, modelled, out=np.ones_like(modelled), where=modelled > 1e-9)
    return np.clip(ratio, 0.3, 3.0)


__all__ = ["FittedYear", "State", "StreamRates", "fit_history", "fit_year", "leaving_levels"]
