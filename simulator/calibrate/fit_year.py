"""The fit of one year: run it again and again, each hazard scaled by published over modelled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from simulator.baseline.england import FOSTER, PLACE, PLACES, REASON, Parameters, resident_rates, uasc_rates
from simulator.baseline.proportional_fitting import Margin, fit
from simulator.baseline.structure import BAND_OF_AGE, EXIT_GROUPS, GROUP_OF_AGE, edges, structure
from simulator.calibrate.england_series import Year, reasons_of_groups
from simulator.calibrate.run_year import Flows, exits_by_duration, run_year
from simulator.calibrate.scale_stock import State, correct_17, scale, scale_to_durations
from simulator.calibrate.starts import first_places, later_arrivals, later_uasc_place, start_shares, starts_for
from simulator.data import tables
from simulator.vocabulary.axes import REASONS

Array = NDArray[np.float64]

ROUNDS = 10
DURATION_YEARS = range(2019, 2025)
"""Years whose exits by time in care are published."""

SETTLING_ROUNDS = 3
"""Last rounds, in which leaving by phase is left alone while everything else settles."""

REASON_ROUNDS = 100


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


def fit_year(year: Year, opening: State, p: Parameters, width: int, *, follow: bool, rounds: int) -> FittedYear:
    """Find the parameters that reproduce one year's tables from an opening stock."""
    p = starts_for(year, p)
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
            opening = replace(opening, resident=scale_to_durations(year, opening.resident, durations, mean))
        if follow and n < rounds - SETTLING_ROUNDS:
            p = replace(p, phase_ratio=p.phase_ratio * _phase_step(year, p.phase_ratio, durations, by_phase, flows))
    modelled = State(flows.stock, flows.home, uasc.stock, uasc.home)
    left_at_18 = float((flows.exits + uasc.exits)[:, REASON["age_18"]].sum())
    corrected = replace(modelled, resident=correct_17(flows.stock, left_at_18 - year.exits_at_18, width))
    return FittedYear(year.year, p, opening, flows, uasc, modelled, scale(year, corrected, width), durations, mean)


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
        uasc_starts=later_arrivals(year, p, float((flows.exits + uasc.exits)[:, REASON["age_18"]].sum())),
        uasc_start_place=later_uasc_place(year, p, uasc),
    )
    return replace(
        p,
        start_place=first_places(year, p),
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
    if not year.moves_known:
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
    margins = (Margin(target, (0,)), Margin(wanted, (1,)))
    table = fit(table, margins, REASON_ROUNDS).within("children who leave by age and reason")
    return table / table.sum(axis=1, keepdims=True)


def _move_steps(year: Year, flows: Flows, uasc: Flows) -> Array:
    """Change assumed gross moves as little as can be, so that the stock by placement is met at the year's end.

    Minimises the sum over moves of (change / flow)^2 * flow, subject (with a heavy weight) to every placement's net.
    """
    if year.stock_by_place is None or not year.moves_known:
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


def _step(published_value: Array | float, modelled: Array | float) -> Array:
    """Published over modelled, within bounds, so that a poor start cannot run away."""
    modelled = np.asarray(modelled, dtype=float)
    ratio = np.divide(published_value, modelled, out=np.ones_like(modelled), where=modelled > 1e-9)
    return np.clip(ratio, 0.3, 3.0)
