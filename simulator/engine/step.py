"""One month for one stream of children: who leaves, who moves, who grows up, who comes in.

Order of a month (the only place where it is written down):

1. children at home come back, and new children start (both evenly over the month);
2. children already in care pass through phases, move and leave; at 18 they leave on their birthday;
3. children who go home join those who may come back, and so do some of those who leave under an order;
4. the counting residual is added;
5. (in `run`) foster places are filled, children wait or step down, households come and go;
6. cohorts become one row older when a cycle ends.

Time in care and placement act independently within a month: hazards of leaving add up, so the month's matrix is the
product of one over phases and one over placements, and both are exact. Hazards that go with the placement may run at a
different pace in each phase (long-term placements are settled); a month runs at the mean pace of the phases that a
child passes through in it. A child stays in the first placement until the month of entry ends. Chances are those of a
completed year of age; a cohort that straddles two ages has the mean of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.engine.grid import Grid
from simulator.engine.hazards import chain, generator, month_operators
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import StreamRates

Array = NDArray[np.float64]

HOME, ORDER, AGE_18 = 0, 1, -1
"""Positions of going home, of a special guardianship order, and of reaching 18, on the reason axis."""


@dataclass(frozen=True)
class Operators:
    """What a month does to a child, by completed age or by row. Every value is a probability.

    Attributes
    ----------
    phase, phase_part : (draw, area, age, phase, phase)
        Phase at the end of the month: of those present at the start, and of those who come in over it.
    phase_exit, phase_part_exit : (draw, area, age, phase, reason)
        Chance of leaving by the hazards that go with time in care, for the same two groups.
    place : (draw, area, age, phase, place, place)
    place_part : (draw, area, age, place)
        Chance that the placement's own hazards let one who comes in over the month stay.
    place_exit, place_part_exit : (draw, area, age, phase, place, reason)
    """

    phase: Array
    phase_part: Array
    phase_exit: Array
    phase_part_exit: Array
    place: Array
    place_part: Array
    place_exit: Array
    place_part_exit: Array

    @cached_property
    def place_spares(self) -> Array:
        """See :func:`_spares`: of those present at the start; worked out once for all months with these chances."""
        return _spares(self.place_exit)

    def by_row(self, age_of_row: Array) -> Operators:
        """Return the chances of each row, whose children are of the ages that it overlaps: (row, age) shares."""
        return Operators(**{f.name: _by_row(getattr(self, f.name), age_of_row) for f in fields(self)})


def operators(rates: StreamRates, month: int) -> Operators:
    """Work out a month's operators by age from the hazards."""
    exit_ratio = at_month(rates.exit_ratio, month)
    by_reason = at_month(rates.phase_exit_ratio, month)[:, :, None, None]
    phase_exit = rates.phase_exit_per_year * exit_ratio[..., None, None] * by_reason / MONTHS_A_YEAR
    place_ratio = at_month(rates.place_exit_ratio, month)[:, :, None] * exit_ratio[..., None, None]
    place_exit = rates.place_exit_per_year * place_ratio / MONTHS_A_YEAR
    move = rates.move_per_year * at_month(rates.move_ratio, month)[:, :, None] / MONTHS_A_YEAR
    progress = chain(rates.progress_per_year / MONTHS_A_YEAR)[:, :, None]

    phase, phase_part, phase_parts = month_operators(generator(progress, phase_exit.sum(axis=-1)))
    pace = _mean_pace(phase_part, rates.placement_pace)[..., None]
    paced_exit = place_exit[:, :, :, None] * _mean_pace(phase_part, rates.exit_pace)[..., None]
    place, place_part, _ = month_operators(generator(move[:, :, :, None] * pace, paced_exit.sum(axis=-1)))
    first_exit = place_exit[:, :, :, None] * _mean_pace(phase_parts, rates.exit_pace)[..., None]
    _, alone, alones = month_operators(-first_exit.sum(axis=-1)[..., None, None])
    return Operators(
        phase=phase,
        phase_part=phase_part,
        phase_exit=phase_part @ phase_exit,
        phase_part_exit=phase_parts @ phase_exit,
        place=place,
        place_part=alone[..., 0, :, 0, 0],
        place_exit=place_part @ paced_exit,
        place_part_exit=alones[..., 0] * first_exit,
    )


@dataclass(frozen=True)
class HomeOperators:
    """What a month does to a child who went home and may come back.

    Attributes
    ----------
    back, fade : (spell,), (spell, spell)
        Chance that a child at home comes back, and where those who do not are, at the end of the month.
    back_soon, fade_part : float, (spell,)
        The same for a child in care all month until going home.
    fade_entrant : (spell,)
        Where children are who came in and went home within the month; none of them is back by its end.
    late_back, late_part : float
        Chance that a child of the last spell comes back, and is still there, who joins it during the month.
    """

    back: Array
    fade: Array
    back_soon: float
    fade_part: Array
    fade_entrant: Array
    late_back: float
    late_part: float


def home_operators(rates: StreamRates) -> HomeOperators:
    """Work out what a month does to children at home."""
    back = rates.return_per_year / MONTHS_A_YEAR
    fade, fade_part, fade_parts = month_operators(generator(chain(rates.fade_per_year / MONTHS_A_YEAR), back))
    return HomeOperators(
        back=fade_part @ back,
        fade=fade,
        back_soon=float((fade_parts @ back)[0]),
        fade_part=fade_part[0],
        fade_entrant=fade_parts[0] / fade_parts[0].sum(),
        late_back=float((fade_parts @ back)[-1]),
        late_part=float(fade_part[-1, -1]),
    )


@dataclass(frozen=True)
class StreamMonth:
    """What a month did to a stream.

    Attributes
    ----------
    stock : (draw, area, row, phase, place)
        Those who were in care and still are, at the end of the month, and the counting residual.
    entrants : (draw, area, row, phase, place)
        Those who came in and are still in care.
    home : (draw, area, row, spell)
        Children at home who may come back.
    starts : (draw, area, row, place)
    start_ages : (draw, area, row, age)
        Those who came in by age.
    returns : (draw, area)
    exits, entrant_exits : (draw, area, row, place, reason)
        Exits of children who were in care when the month began, and of those who came in during it.
    balancing : (draw, area, row, place)
    staying : (draw, area, row, phase, place)
        Children of the start of the month who do not turn 18 in it.
    chances : Operators
        By row.
    """

    stock: Array
    entrants: Array
    home: Array
    starts: Array
    start_ages: Array
    returns: Array
    exits: Array
    entrant_exits: Array
    balancing: Array
    staying: Array
    chances: Operators

    @property
    def moves(self) -> Array:
        """Children by placement at the start and at the end of the month, who were in care at both: (..., from, to)."""
        kept = self.staying * self.chances.phase.sum(axis=-1)[..., None]
        moves: Array = (kept[..., None] * self.chances.place).sum(axis=(-4, -3))
        return moves


def step(
    rates: StreamRates,
    grid: Grid,
    ops: Operators,
    at_home: HomeOperators,
    month: int,
    stock: Array,
    home: Array,
) -> StreamMonth:
    """Advance a stream by one month (before foster places are filled and cohorts shift).

    Parameters
    ----------
    ops : Operators
        By row.
    stock : (draw, area, row, phase, place)
    home : (draw, area, row, spell)
    """
    cycle_month = month % grid.width
    leave = grid.leave_share[cycle_month]
    stay = np.ones(grid.rows)
    stay[-1] = 1.0 - leave

    # Children already in care who do not turn 18 this month.
    staying = stock * stay[:, None, None]
    moved = _apply(staying, ops.place)
    after = np.swapaxes(ops.phase, -1, -2) @ moved
    exits = _leave(staying, ops.phase_exit, ops.place_exit, ops.place_spares)

    # Those who turn 18: on average half a month, in which they may still leave for another reason.
    turning = stock[..., -1:, :, :] * leave
    early = _leave_part(turning, ops.phase_part_exit[..., -1:, :, :], ops.place_part_exit[..., -1:, :, :, :])
    at_18 = turning[..., 0, :, :].sum(axis=-2) - early[..., 0, :, :].sum(axis=-1)
    exits[..., -1:, :, :] += early
    exits[..., -1, :, AGE_18] += at_18

    # Children who went home, or left under an order that may break down, and come back.
    may_return = at_month(rates.order_return_share, month)[..., None, :]
    gone_home, ordered = exits[..., HOME].sum(axis=-1), (exits[..., ORDER] * may_return).sum(axis=-1)
    home_at_risk = home * stay[:, None]
    back = home_at_risk * at_home.back
    back[..., 0] += gone_home * at_home.back_soon
    back[..., -1] += ordered * at_home.late_back
    coming = back * at_month(rates.return_ratio, month)[:, :, None]
    returns = coming.sum(axis=-1)
    home = home_at_risk @ at_home.fade + gone_home[..., None] * at_home.fade_part + (back - coming)
    home[..., -1] += ordered * at_home.late_part

    # Children who come in, evenly over the month, in the first phase.
    by_age = _starts(rates, grid, month, returns)
    starts = by_age @ at_month(rates.start_place, month)
    still_under_18 = np.ones(grid.rows)
    still_under_18[-1] = 1.0 - grid.entrant_leave_share[cycle_month]
    entering = starts * still_under_18[:, None]
    into = ops.phase_part[..., 0, :]
    entrants = into[..., :, None] * (entering * ops.place_part)[..., None, :]
    first_phase = ops.phase_part_exit[..., :1, :], ops.place_part_exit[..., :1, :, :]
    entrant_exits = _leave_part(entering[..., None, :], *first_phase)
    entrant_exits[..., AGE_18] += starts - entering
    home = home + entrant_exits[..., HOME].sum(axis=-1)[..., None] * at_home.fade_entrant
    home[..., -1] += (entrant_exits[..., ORDER] * may_return).sum(axis=-1)

    growth = np.expm1(rates.balancing_per_year / MONTHS_A_YEAR)[..., None, None, None]
    balancing = after * growth
    return StreamMonth(
        stock=after + balancing,
        entrants=entrants,
        home=home,
        starts=starts,
        start_ages=by_age,
        returns=returns.sum(axis=-1),
        exits=exits,
        entrant_exits=entrant_exits,
        balancing=balancing.sum(axis=-2),
        staying=staying,
        chances=ops,
    )


def grow_up(state: Array, row_axis: int) -> Array:
    """Make every row the next one, at the end of a cohort cycle. The last row is empty by then."""
    grown = np.roll(state, 1, axis=row_axis)
    first = [slice(None)] * state.ndim
    first[row_axis] = slice(0, 1)
    grown[tuple(first)] = 0.0
    return grown


def _starts(rates: StreamRates, grid: Grid, month: int, returns: Array) -> Array:
    """Children who come in by row and age: (draw, area, row, age)."""
    cycle_month = month % grid.width
    new = at_month(rates.new_starts_per_month, month)
    at_birth = np.zeros((grid.rows, new.shape[-1]))
    if grid.first_row == 0:
        at_birth[0, 0] = rates.birth_share
    share = grid.row_of_age[cycle_month].T * (1.0 - at_birth.sum(axis=0)) + at_birth
    return new[..., None, :] * share + returns[..., None] * grid.age_of_row[cycle_month]


def _apply(stock: Array, place: Array) -> Array:
    """Move children between placements: (..., row, phase, place) times (..., row, phase, place, place)."""
    draws, areas = stock.shape[:2]
    if draws * areas > 1 and place.shape[:2] == (1, 1):
        # One matrix serves the whole batch, so the batch can be the rows of a single matrix product.
        batch_last = np.moveaxis(stock.reshape(draws * areas, *stock.shape[2:]), 0, -2)
        moved: Array = np.moveaxis(batch_last @ place[0, 0], -2, 0).reshape(stock.shape)
        return moved
    return np.asarray((stock[..., None, :] @ place)[..., 0, :])


def _leave(stock: Array, phase_exit: Array, place_exit: Array, place_spares: Array) -> Array:
    """Exits by placement and reason when both kinds of hazard act: (..., row, place, reason).

    A child who would leave by either leaves by the one that comes first; the overlap is shared evenly.

    Parameters
    ----------
    stock : (..., row, phase, place)
    phase_exit : (..., row, phase, reason)
        Chance of leaving by the hazards that go with time in care.
    place_exit : (..., row, phase, place, reason)
        Chance of leaving by the hazards that go with the placement.
    place_spares : (..., row, phase, place)
        See :func:`_spares`.
    """
    by_phase = np.swapaxes(stock * place_spares, -1, -2) @ phase_exit
    by_place = (stock * (1.0 - phase_exit.sum(axis=-1, keepdims=True) / 2.0))[..., None] * place_exit
    exits: Array = by_phase + by_place.sum(axis=-3)
    return exits


def _leave_part(stock: Array, phase_exit: Array, place_exit: Array) -> Array:
    """Exits of children who are there for part of the month, who are few."""
    return _leave(stock, phase_exit, place_exit, _spares(place_exit))


def _spares(place_exit: Array) -> Array:
    """Return the share of who leaves by time in care that hazards of the placement leave to it: half of any overlap."""
    spares: Array = 1.0 - np.einsum("...r->...", place_exit) / 2.0  # `sum` is slow over a short last axis
    return spares


def _mean_pace(time: Array, pace: Array) -> Array:
    """Mean pace of a month by phase at its start, from time spent in each phase: (draw, area, row, phase, place)."""
    mean: Array = time @ pace[:, :, None] / time.sum(axis=-1, keepdims=True)
    return mean


def at_month(values: Array, month: int) -> Array:
    """Pick a month of an array whose third axis is the month, or the only entry of one that does not vary."""
    picked: Array = values[:, :, min(month, values.shape[2] - 1)]
    return picked


def _by_row(by_age: Array, ages: Array) -> Array:
    """Average an array (draw, area, age, ...) over the ages of each row: (draw, area, row, ...)."""
    shape = by_age.shape
    flat = by_age.reshape(*shape[:2], shape[2], -1)
    result: Array = ages @ flat
    return result.reshape(*shape[:2], ages.shape[0], *shape[3:])
