"""A month of one stream, compiled: what `step.step` does for numpy."""

from __future__ import annotations

import numpy as np

from simulator.engine.compiled.chances import combine, mix_ages
from simulator.engine.compiled.compiler import inlined
from simulator.engine.compiled.loop_records import Chances, Ints, Layout, Outputs, StreamInputs, StreamWorkspace
from simulator.engine.compiled.vector_arithmetic import at_month, sum_of
from simulator.engine.compiled.vector_types import Index, Vector, Vectors1, Vectors2, Vectors3
from simulator.engine.compiled.vectors import broadcast
from simulator.engine.step import AGE_18, HOME


@inlined
def advance(
    layout: Layout,
    stream: StreamInputs,
    chances: Chances,
    groups: Ints,
    bands: Ints,
    month: int,
    cycle_month: int,
    work: StreamWorkspace,
    out: Outputs,
    s: int,
) -> None:
    """Advance a stream by a month before foster places are filled (see `step.step`)."""
    rows, phases, places = work.stock.shape
    spells, mixed = work.home.shape[1], chances.phase.shape[0] - 1
    new_starts = stream.new_starts_per_month[at_month(stream.new_starts_per_month, month)]
    start_place = stream.start_place[at_month(stream.start_place, month)]
    return_ratio = stream.return_ratio[at_month(stream.return_ratio, month)]
    growth = stream.growth_per_month[0]
    for p in range(places):
        work.grown[p] = broadcast(0.0)

    for n in range(layout.low.shape[1]):
        low, high = layout.low[cycle_month, n], layout.high[cycle_month, n]
        w0, w1 = layout.low_share[cycle_month, n], layout.high_share[cycle_month, n]
        ages, shares, slot = (low, high), (w0, w1), low
        if w1 > 0.0:
            slot = np.uintp(mixed)
            mix_ages(low, high, w0, w1, slot, chances)
            combine(layout, slot, chances)
        home_low = home_high = returned = young = old = young_in = old_in = broadcast(0.0)
        for p in range(places):
            work.exits[p] = broadcast(0.0)
            work.enter_low[p] = start_place[low, p] * chances.place_part[slot, p]
            work.enter_high[p] = start_place[high, p] * chances.place_part[slot, p]
            home_low += start_place[low, p] * chances.leave_home_part[slot, p]
            home_high += start_place[high, p] * chances.leave_home_part[slot, p]
            for k in range(phases):
                work.there[k, p] = work.came[k, p] = broadcast(0.0)
        for k in range(phases):
            work.arriving[n, k] = chances.phase_part[slot, k]
        for reason in range(work.by_reason.size):
            work.by_reason[reason] = broadcast(0.0)

        first, after = layout.span[cycle_month, n], layout.span[cycle_month, n + 1]
        leave_share = layout.leave_share[cycle_month]
        if first < after == rows:
            _turn_18(leave_share, chances, layout.reasons, work)
        turned_18 = work.by_reason[HOME]
        _move(layout, chances, slot, ages, shares, first, after, leave_share, growth, work)
        for row in range(first, after):
            stay, gone_home = 1.0, work.gone_home[row]
            if row == rows - 1:
                stay -= leave_share
                gone_home += turned_18

            # Children who went home, and come back.
            returns = broadcast(0.0)
            for to in range(spells - 1, -1, -1):
                at_home = work.home[row, to] * stay
                back = at_home * layout.back[to]
                if to == 0:
                    back += gone_home * layout.back_soon
                coming = back * return_ratio[to]
                returns += coming
                at_home *= layout.fade[to, to]
                at_home += back - coming
                for spell in range(to):
                    at_home += work.home[row, spell] * stay * layout.fade[spell, to]
                work.home[row, to] = at_home + gone_home * layout.fade_part[to]
            returned += returns

            # Children who come in, evenly over the month, in the first phase.
            row_young = new_starts[low] * layout.start_share[cycle_month, row, low] + returns * w0
            row_old = broadcast(0.0)
            if w1 > 0.0:
                row_old += new_starts[high] * layout.start_share[cycle_month, row, high] + returns * w1
            young += row_young
            old += row_old
            if row == rows - 1:
                row_young *= 1.0 - layout.entrant_leave_share[cycle_month]
            young_in += row_young
            old_in += row_old
            for p in range(places):
                work.coming[row, p] = row_young * work.enter_low[p] + row_old * work.enter_high[p]
            gone_home = row_young * home_low + row_old * home_high
            for spell in range(spells):
                work.home[row, spell] += gone_home * layout.fade_entrant[spell]

        # What need not be known by row.
        _leave(layout, chances, slot, ages, shares, groups, work, out.moves_in[month], out.moves_out[month])
        for p in range(places):
            starts = young * start_place[low, p] + old * start_place[high, p]
            work.entering[p] = young_in * start_place[low, p] + old_in * start_place[high, p]
            work.starts[n, p] = starts
            work.entrant_exits[n, p] = starts - work.entering[p]
            work.by_reason[AGE_18] += starts - work.entering[p]
        _leave_part(
            chances.phase_part_exit[slot], chances.place_part_exit[slot], layout.reasons, work.entering,
            work.entrant_exits[n], work.by_reason,
        )  # fmt: skip
        work.young[n], work.old[n] = young, old
        out.returns[month, s] += returned
        for p in range(places):
            out.exits[month, s, bands[low], p] += w0 * work.exits[p]
            out.exits[month, s, bands[high], p] += w1 * work.exits[p]
        for reason in range(work.by_reason.size):
            out.exits_by_reason[month, s, bands[low], reason] += w0 * work.by_reason[reason]
            out.exits_by_reason[month, s, bands[high], reason] += w1 * work.by_reason[reason]
    for p in range(places):
        out.balancing[month, s, p] = work.grown[p] * growth


@inlined
def _move(
    layout: Layout,
    chances: Chances,
    slot: Index,
    ages: tuple[int, int],
    shares: tuple[float, float],
    first: int,
    after: int,
    leave_share: float,
    growth: Vector,
    work: StreamWorkspace,
) -> None:
    """Move the children of a span who do not turn 18, and pass them through phases."""
    rows, phases, places = work.stock.shape
    for row in range(first, after):
        work.gone_home[row] = broadcast(0.0)
    for k in range(phases):  # all rows of a phase after each other, since they share its chances
        for row in range(first, after):
            stay = 1.0 - leave_share if row == rows - 1 else 1.0
            gone_home = work.gone_home[row]
            for p in range(places):
                staying = work.stock[row, k, p] * stay
                work.staying[p] = staying
                work.there[k, p] += staying
                gone_home += staying * chances.leave_home[slot, k, p]
            work.gone_home[row] = gone_home
            for to in range(places):
                moved = _arrive(layout, chances.way, ages, shares, work.staying, k, to)
                work.stock[row, k, to] = moved
                work.came[k, to] += moved
    for row in range(first, after):
        for p in range(places):
            everybody = broadcast(0.0)
            for k in range(phases - 1, -1, -1):
                total = work.stock[row, 0, p] * chances.phase[slot, 0, k]
                for before in range(1, k + 1):
                    total += work.stock[row, before, p] * chances.phase[slot, before, k]
                everybody += total
                work.stock[row, k, p] = total + total * growth
            work.grown[p] += everybody


@inlined
def _arrive(
    layout: Layout,
    way: Vectors3,
    ages: tuple[int, int],
    shares: tuple[float, float],
    children: Vectors1,
    k: int,
    to: int,
) -> Vector:
    """Count the children of a phase who are in a place, or left for a reason, at the end of a month."""
    arrived = _arrive_at(layout, way, ages[0], children, k, to)
    if shares[1] > 0.0:
        arrived = shares[0] * arrived + shares[1] * _arrive_at(layout, way, ages[1], children, k, to)
    return arrived


@inlined
def _arrive_at(layout: Layout, way: Vectors3, age: int, children: Vectors1, k: int, to: int) -> Vector:
    """Count them as if all were of one age."""
    arrived = broadcast(0.0)
    for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
        arrived += children[layout.way_from[age, c]] * way[age, k, c]
    return arrived


@inlined
def _leave(
    layout: Layout,
    chances: Chances,
    slot: Index,
    ages: tuple[int, int],
    shares: tuple[float, float],
    groups: Ints,
    work: StreamWorkspace,
    moves_in: Vectors1,
    moves_out: Vectors1,
) -> None:
    """Add up the exits of a span by placement and by reason, and its moves by group."""
    phases, places = work.there.shape
    for k in range(phases):
        by_phase = sum_of(chances.phase_exit[slot, k])
        survive = untouched = broadcast(0.0)
        for to in range(k, phases):
            survive += chances.phase[slot, k, to]
        for p in range(places):
            there, by_place = work.there[k, p], chances.by_place[slot, k, p]
            work.exits[p] += there * (by_phase + by_place - by_phase * by_place)
            untouched += there * (1.0 - by_place / 2.0)
            moves = survive * there * chances.move_out[slot, k, p]
            moves_out[groups[p]] += moves
            # Moves within a group cancel in the net.
            moves_in[groups[p]] += survive * (work.came[k, p] - there * (1.0 - by_place)) + moves
        for reason in range(work.by_reason.size):
            work.by_reason[reason] += untouched * chances.phase_exit[slot, k, reason]
        for j in range(layout.reasons.size):
            left = _arrive(layout, chances.way, ages, shares, work.there[k], k, places + j)
            work.by_reason[layout.reasons[j]] += left * (1.0 - by_phase / 2.0)


@inlined
def _leave_part(
    phase_exit: Vectors1, place_exit: Vectors2, reasons: Ints, children: Vectors1, exits: Vectors1, by_reason: Vectors1
) -> Vector:
    """Add the exits by placement and reason of children exposed to hazards for half a month; return how many left."""
    by_phase = sum_of(phase_exit)
    left = untouched = broadcast(0.0)
    for p in range(children.size):
        by_place = sum_of(place_exit[p])
        for j in range(reasons.size):
            by_reason[reasons[j]] += children[p] * place_exit[p, j] * (1.0 - by_phase / 2.0)
        leaving = children[p] * (by_phase + by_place - by_phase * by_place)
        exits[p] += leaving
        left += leaving
        untouched += children[p] * (1.0 - by_place / 2.0)
    for reason in range(by_reason.size):
        by_reason[reason] += untouched * phase_exit[reason]
    return left


@inlined
def _turn_18(share: float, chances: Chances, reasons: Ints, work: StreamWorkspace) -> None:
    """Let a share of the last row turn 18; some leave for another reason before their birthday."""
    phases, places = work.there.shape
    for k in range(phases):
        turning = broadcast(0.0)
        for p in range(places):
            work.entering[p] = work.stock[-1, k, p] * share
            turning += work.entering[p]
            work.exits[p] += work.entering[p]
        leave, leave_place = chances.phase_turning_exit[k], chances.place_turning_exit[k]
        earlier = work.staying  # their placements are counted above
        left = _leave_part(leave, leave_place, reasons, work.entering, earlier, work.by_reason)
        work.by_reason[AGE_18] += turning - left


@inlined
def join_entrants(layout: Layout, cycle_month: int, work: StreamWorkspace) -> None:
    """Add those who came in to the stock."""
    phases, places = work.there.shape
    for n in range(layout.low.shape[1]):
        for row in range(layout.span[cycle_month, n], layout.span[cycle_month, n + 1]):
            for k in range(phases):
                for p in range(places):
                    work.stock[row, k, p] += work.coming[row, p] * work.arriving[n, k]


@inlined
def grow_up(state: Vectors2 | Vectors3) -> None:
    """Make every row the next one (see `step.grow_up`)."""
    flat = state.reshape((state.shape[0], -1))
    for i in range(flat.shape[1]):
        for row in range(flat.shape[0] - 1, 0, -1):
            flat[row, i] = flat[row - 1, i]
        flat[0, i] = broadcast(0.0)
