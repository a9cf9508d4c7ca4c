"""A run of one year that notes what the tables publish."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE, EXIT_GROUPS, GROUP_OF_AGE
from simulator.calibrate.england_series import DURATION_BANDS
from simulator.engine.grid import make_grid
from simulator.engine.hazards import chain, generator, month_operators
from simulator.engine.rates import StreamRates
from simulator.engine.step import Operators, StreamMonth, grow_up, home_operators, operators, step
from simulator.vocabulary.axes import AGE_BANDS, PHASES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

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


@dataclass(frozen=True)
class _OneMonth:
    """A month of a fitted year: ages of rows (row, age), operators, the stock before it, and what it did."""

    ages: Array
    ops: Operators
    before: Array
    done: StreamMonth

    def by_phase_hazards(self) -> Array:
        """Exits of children already in care by the hazards that go with time in care: (bin, row, phase)."""
        leaving: Array = self.before[:, 0].sum(axis=-1) * self.ops.phase_exit[0, 0].sum(axis=-1)
        return leaving

    def entrants_by_phase_hazards(self) -> Array:
        """The same of those who came in during the month: (row,)."""
        chance: Array = self.ops.phase_part_exit[0, 0, :, 0].sum(axis=-1)
        return self.done.starts.sum(axis=(0, 1, 3)) * chance

    def by_place_hazards(self) -> Array:
        """Exits by the hazards that go with the placement: (row, place, reason)."""
        leaving: Array = (self.before[:, 0].sum(axis=0)[..., None] * self.ops.place_exit[0, 0]).sum(axis=1)
        return leaving

    def by_bin(self) -> Array:
        """All exits of children already in care by months in care, spread over phases as the children are."""
        phases = self.before[:, 0].sum(axis=(1, 3))
        whole = phases.sum(axis=1, keepdims=True)
        share = np.divide(phases, whole, out=np.zeros_like(phases), where=whole > 0)
        spread: Array = self.done.exits.sum(axis=(1, 2, 3, 4))[:, None] * share
        return spread


def run_year(rates: StreamRates, width: int) -> Flows:
    """Run twelve months of one stream with no limit on foster places.

    The draw axis of the opening stock, where it is longer than one, is time in care in months: children move one along
    it each month, and those who come in start at its beginning.
    """
    months, stock, home = _run_months(rates, width)
    groups, bands = np.eye(len(EXIT_GROUPS))[GROUP_OF_AGE], np.eye(len(AGE_BANDS))[BAND_OF_AGE]
    starts = np.sum([m.done.start_ages.sum(axis=(0, 1, 2)) for m in months], axis=0)
    exits = [(m.done.exits + m.done.entrant_exits).sum(axis=(0, 1)) for m in months]
    phase_exits = np.sum([(m.ages @ groups).T @ m.by_phase_hazards().sum(axis=0) for m in months], axis=0)
    phase_exits[:, 0] += np.sum([m.entrants_by_phase_hazards() @ m.ages @ groups for m in months], axis=0)
    return Flows(
        stock=stock,
        home=home,
        starts=starts,
        returns=starts - rates.new_starts_per_month[0, 0, 0] * MONTHS_A_YEAR,
        exits=np.sum([m.ages.T @ e.sum(axis=1) for m, e in zip(months, exits, strict=True)], axis=0),
        exits_by_place=np.sum([e.sum(axis=0) for e in exits], axis=0),
        place_exits_by_band=np.sum(
            [np.einsum("rb,rkq->bkq", m.ages @ bands, m.by_place_hazards()) for m in months], axis=0
        ),
        phase_exits=phase_exits,
        moves=np.sum([m.done.moves.sum(axis=(0, 1)) for m in months], axis=0),
        exits_by_bin=np.sum([m.by_bin() for m in months], axis=0),
        phase_exits_by_bin=np.sum([m.by_phase_hazards().sum(axis=1) for m in months], axis=0),
        entrant_exits=float(sum(m.done.entrant_exits.sum() for m in months)),
    )


def _run_months(rates: StreamRates, width: int) -> tuple[list[_OneMonth], Array, Array]:
    """Return the months of a year, and the stock and the children at home at its end."""
    grid = make_grid(width, rates.youngest_age)
    stock, home = rates.opening, rates.opening_home
    bins = stock.shape[0]
    only_first = (np.arange(bins) == 0.0)[:, None, None, None]
    entering = replace(rates, new_starts_per_month=rates.new_starts_per_month * only_first)
    by_age, at_home = operators(rates, 0), home_operators(rates)
    by_cycle_month = [by_age.by_row(ages) for ages in grid.age_of_row]
    months = []
    for month in range(MONTHS_A_YEAR):
        ops = by_cycle_month[month % width]
        done = step(entering, grid, ops, at_home, month, stock, home * only_first)
        months.append(_OneMonth(grid.age_of_row[month % width], ops, stock, done))
        if bins > 1:
            stock = np.concatenate([done.entrants.sum(axis=0, keepdims=True), done.stock[:-1]])
            stock[-1] += done.stock[-1]
        else:
            stock = done.stock + done.entrants
        home = done.home.sum(axis=0, keepdims=True)
        if (month + 1) % width == 0:
            stock, home = grow_up(stock, 2), grow_up(home, 2)
    return months, stock, home


def short_stay_shares(rates: StreamRates, months: tuple[float, ...]) -> Array:
    """Return the chance that a start has ended within each short time, in months, by age at start: (age, time).

    Children stay in their first placement meanwhile.
    """
    by_phase = rates.phase_exit_per_year[0, 0].sum(axis=-1)[:, None, :]
    by_place = rates.place_exit_per_year[0, 0].sum(axis=-1)[:, :, None]
    leave = (by_phase + by_place * rates.placement_pace[0, 0].T) / MONTHS_A_YEAR
    progress = chain(rates.progress_per_year[0, 0] / MONTHS_A_YEAR)
    q = generator(np.broadcast_to(progress, (*leave.shape[:2], *progress.shape)), leave)
    stay = np.stack([month_operators(q * time)[0][:, :, 0].sum(axis=-1) for time in months], axis=-1)
    ended: Array = 1.0 - (rates.start_place[0, 0, 0][:, :, None] * stay).sum(axis=1)
    return ended


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
