"""A run of one year that notes what the tables publish."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.axes import AGE_BANDS, PHASES, REASONS
from simulator.calibrate.published import DURATION_BANDS
from simulator.engine.grid import make_grid
from simulator.engine.hazards import chain, generator, month_operators
from simulator.engine.step import grow_up, operators, step
from simulator.rates import StreamRates
from simulator.structure import BAND_OF_AGE, EXIT_GROUPS, GROUP_OF_AGE

Array = NDArray[np.float64]

MONTHS = 12
DURATION_BINS = 217
"""Months of time in care that are told apart while fitting; the last holds 18 years and over."""


@dataclass(frozen=True)
class Flows:
    """What a stream did in a year.

    Attributes
    ----------
    stock : (bin, 1, row, phase, place)
        At the end; the first axis is time in care in months where it is followed, else of size 1.
    home : (1, 1, row, spell)
    starts : (age,)
    returns : (age,)
        Of those, children who came back from home.
    exits : (age, reason)
    exits_by_place : (place, reason)
    place_exits_by_band : (band, place, reason)
        Exits by the hazards that go with the placement.
    phase_exits : (exit group, phase)
        Exits by the hazards that go with time in care.
    moves : (place, place)
    exits_by_bin : (bin, phase)
        Exits by months in care (placement hazards spread over phases), reasons and 18th birthdays included.
    phase_exits_by_bin : (bin, phase)
        Of those, by the hazards that go with time in care.
    entrant_exits : float
        Exits in the month of entry.
    balancing : float
    """

    stock: Array
    home: Array
    starts: Array
    returns: Array
    exits: Array
    exits_by_place: Array
    place_exits_by_band: Array
    phase_exits: Array
    moves: Array
    exits_by_bin: Array
    phase_exits_by_bin: Array
    entrant_exits: float
    balancing: float


def run_year(rates: StreamRates, width: int) -> Flows:
    """Run twelve months of one stream with no limit on foster places.

    The draw axis of the opening stock, where it is longer than one, is time in care in months: children move one along
    it each month, and those who come in start at its beginning.
    """
    grid = make_grid(width, rates.youngest_age)
    bins = rates.opening.shape[0]
    stock, home = rates.opening, rates.opening_home
    first = np.zeros((bins, 1, 1, 1))
    first[0] = 1.0
    entering = replace(rates, new_starts_per_month=rates.new_starts_per_month * first)
    ages, groups, bands = np.eye(18), np.eye(len(EXIT_GROUPS))[GROUP_OF_AGE], np.eye(len(AGE_BANDS))[BAND_OF_AGE]
    places, reasons, phases = stock.shape[-1], len(REASONS), stock.shape[-2]
    starts = np.zeros(18)
    exits, by_place = np.zeros((18, reasons)), np.zeros((places, reasons))
    place_by_band = np.zeros((len(AGE_BANDS), places, reasons))
    phase_exits, moves = np.zeros((len(EXIT_GROUPS), phases)), np.zeros((places, places))
    by_bin, phase_by_bin = np.zeros((bins, phases)), np.zeros((bins, phases))
    early, balancing = 0.0, 0.0
    ops_of = [operators(rates, grid, m) for m in range(grid.width)]
    for month in range(MONTHS):
        ops = ops_of[month % width]
        at_home = np.zeros((bins, *home.shape[1:]))
        at_home[0] = home[0]
        m = step(entering, grid, ops, month, stock, at_home)
        age_row = grid.age_of_row[month % width]
        all_exits = (m.exits + m.entrant_exits).sum(axis=(0, 1))
        starts += m.start_ages.sum(axis=(0, 1, 2))
        exits += age_row.T @ all_exits.sum(axis=1)
        by_place += all_exits.sum(axis=0)
        by_phase = stock[:, 0].sum(axis=0)[..., None] * ops.place_exit[0, 0]
        place_by_band += np.einsum("rb,rkq->bkq", age_row @ bands, by_phase.sum(axis=1))
        leaving = stock[:, 0].sum(axis=-1) * ops.phase_exit[0, 0].sum(axis=-1)
        phase_exits += np.einsum("ra,ag,brp->gp", age_row @ ages, groups, leaving)
        phase_by_bin += leaving.sum(axis=1)
        by_bin_total = m.exits.sum(axis=(1, 2, 3, 4))
        share = stock[:, 0].sum(axis=(1, 3))
        whole = share.sum(axis=1, keepdims=True)
        by_bin += by_bin_total[:, None] * np.divide(share, whole, out=np.zeros_like(share), where=whole > 0)
        moves += m.moves.sum(axis=(0, 1))
        entrant = float(m.entrant_exits.sum())
        early += entrant
        phase_exits[:, 0] += np.einsum("ra,ag,r->g", age_row, groups, _entrant_phase_exits(m.starts, ops))
        balancing += float(m.balancing.sum())
        if bins > 1:
            stock = np.concatenate([m.entrants.sum(axis=0, keepdims=True), m.stock[:-1]])
            stock[-1] += m.stock[-1]
        else:
            stock = m.stock + m.entrants
        home = m.home.sum(axis=0, keepdims=True)
        if (month + 1) % width == 0:
            stock, home = grow_up(stock, 2), grow_up(home, 2)
    return Flows(
        stock, home, starts, starts - _new_by_age(rates), exits, by_place, place_by_band, phase_exits, moves,
        by_bin, phase_by_bin, early, balancing,
    )  # fmt: skip


def _new_by_age(rates: StreamRates) -> Array:
    new: Array = rates.new_starts_per_month[0, 0, 0] * MONTHS
    return new


def _entrant_phase_exits(starts: Array, ops: object) -> Array:
    share: Array = ops.phase_part_exit[0, 0, :, 0].sum(axis=-1)  # type: ignore[attr-defined]
    return starts.sum(axis=(0, 1, 3)) * share


def short_stay_shares(rates: StreamRates, months: tuple[float, ...]) -> Array:
    """Return the chance that a start has ended within each time, in months, by age at start: (age, time)."""
    hazard = rates.phase_exit_per_year[0, 0].sum(axis=-1) / MONTHS
    progress = chain(rates.progress_per_year[0, 0] / MONTHS)
    q = generator(np.broadcast_to(progress, (18, *progress.shape)), hazard)
    place = rates.place_exit_per_year[0, 0].sum(axis=-1) / MONTHS
    result = []
    for time in months:
        stay = month_operators(q * time)[0][:, 0].sum(axis=-1)
        stay_placed = (rates.start_place[0, 0, 0] * np.exp(-place * time)).sum(axis=-1)
        result.append(1.0 - stay * stay_placed)
    return np.stack(result, axis=-1)


def exits_by_duration(runs: list[tuple[StreamRates, Flows]]) -> tuple[Array, Array, float]:
    """Return exits by published band of time in care, the same by phase, and the mean days in care of those who left.

    A child who came in `d` months ago, give or take half a month, leaves after `d` to `d + 2` months, `d + 1` on
    average. Exits within eight weeks come from the chance itself, as those bands are shorter than the months.
    """
    bands = list(DURATION_BANDS.values())
    total, months = np.zeros((len(bands), len(PHASES))), 0.0
    for rates, flows in runs:
        bins = np.arange(flows.exits_by_bin.shape[0])
        below = np.stack([np.clip((b - bins) / 2.0, 0, 1) for b in bands[:-1]] + [np.ones(len(bins))])
        cumulative = below @ flows.exits_by_bin
        cumulative[:, 0] += flows.entrant_exits
        short = (flows.starts @ short_stay_shares(rates, (bands[0], bands[1]))).ravel()
        early_phase = cumulative[1] / max(cumulative[1].sum(), 1e-12)
        cumulative[0], cumulative[1] = short[0] * np.eye(len(PHASES))[0], short[1] * early_phase
        total += np.diff(cumulative, axis=0, prepend=0.0)
        months += float((flows.exits_by_bin.sum(axis=1) * (bins + 1)).sum()) + flows.entrant_exits / 3.0
    exits = float(total.sum())
    return total.sum(axis=1), total, months * 30.4375 / exits
