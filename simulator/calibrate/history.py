"""The fit: run England through its published years, and in each find the rates that reproduce the tables.

The order of things:

1. a run-in of 18 years at the flows of 1993-94, and then of each published year to 2010-11 with leaving scaled to the
   published exits, gives the mix of time in care; it is scaled to the stock by age of 31 March 2011;
2. each year to 31 March 2025 is run again and again, each hazard scaled by published over modelled exits, until the
   year's tables are met (`simulator.calibrate.fit_year`);
3. the stock at the end is compared with the published one and scaled to it (by age, then by placement) before the next
   (`simulator.calibrate.scale_stock`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import PLACE, PLACES, REASON, Parameters, resident_rates, uasc_rates
from simulator.baseline.structure import BAND_OF_AGE, EXIT_GROUPS, edges, return_hazards, structure
from simulator.calibrate.england_series import published
from simulator.calibrate.fit_year import ROUNDS, FittedYear, fit_year
from simulator.calibrate.run_year import DURATION_BINS, run_year
from simulator.calibrate.scale_stock import State, age_of_row, bands_of, scale_to_bands
from simulator.calibrate.starts import starts_for, uasc_place_to_begin
from simulator.data import tables
from simulator.engine.grid import make_grid
from simulator.vocabulary.axes import AGE_BANDS, PHASES, REASONS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]

FIRST = 2012
RUN_IN_FROM = 1994

RUN_INS = 3
"""Times that the run-in is repeated with the rates fitted to the first year."""

LEAVING = (
    "group_ratio", "adoption_per_year", "parents_home_per_year", "guardianship_per_year",
    "foster_guardianship_per_year", "phase_ratio", "tilt",
)  # fmt: skip
"""Parameters of leaving before 18."""

_SHAPE = ("phase_ratio", "tilt")
"""Of those, the ones that say how leaving goes with time in care, and not how much of it there is."""


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
        uasc_start_place=uasc_place_to_begin(published(2020)),
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
    width: int = MONTHS_A_YEAR,
    bins: int = DURATION_BINS,
    last: int = LATEST_BASE,
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
    guess = starts_for(published(FIRST), follow[FIRST].parameters if follow else first_guess())
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
    ages = age_of_row(state.resident.shape[2], width)
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
    return State(scale_to_bands(stock, target, width), home, ustock, uhome), levels


def _faster(p: Parameters, ratio: float) -> Parameters:
    """Scale every hazard of leaving before 18."""
    return replace(p, **{name: getattr(p, name) * ratio for name in LEAVING if name not in _SHAPE})


def _residual(year: int) -> float:
    """Counting residual of a year: stock now, less stock a year ago, less starts, plus exits."""
    before = tables.series("stock").get(year - 1)
    if before is None:
        return _residual(year + 1)
    return tables.value("stock", year) - before - tables.value("starts", year) + tables.value("ceased", year)
