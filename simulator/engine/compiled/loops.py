"""The compiled month loop: what :mod:`.compiled` runs, in numba.

Numbers are those of all lanes (:mod:`.lanes`), except for shares that the calendar gives. Chances come first, then a
month of one stream, foster places, and what is seen of it all. Names are those of :mod:`.step` and :mod:`.fostering`,
and arrays those of the records in :mod:`.compiled`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulator.engine.compiled.vectors import any_above, choose, in_every_lane, lanes_of
from simulator.engine.fostering import FOUND, LOST, OFFERED, SPARE
from simulator.engine.step import AGE_18, HOME

_TERMS = 12
_SMALL = 0.5
"""As in :mod:`.hazards`: terms of the Taylor series, and the largest norm that it is used for."""

_NEGLIGIBLE = 1e-13
"""The Taylor series of moves stops at the first term below this."""

_LESS_SMALL = 2.0
"""Norm up to which moves are not halved: a halving, which multiplies tables, takes as long as several terms."""

MOST_TERMS = 24
"""More than it ever takes with a norm of `_LESS_SMALL`."""

# Without counting of references, which would be half the work (these loops make no arrays), and in one piece: to call a
# function with a record of arrays takes longer than many of them run.
_compiled = njit(cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=True)


@_compiled
def run_months(
    months, width, layouts, fostering, streams, foster, renewed, groups, bands, out, works, known, rooms, places
):  # fmt: skip
    """Run draws or areas side by side; write into `out` and `works`, and the pipeline into `foster`."""
    _follow_households(fostering, foster, months, out)
    seen, shared = lanes_of(out), lanes_of(places)
    for s in range(len(streams)):
        _see_stock(layouts[s], lanes_of(works[s]).stock, bands, 0, seen.children[0, s])

    for month in range(months):
        cycle_month = month % width
        for s in range(len(streams)):
            layout, stream, chances, work = layouts[s], lanes_of(streams[s]), lanes_of(known[s]), lanes_of(works[s])
            if renewed[s, month]:
                chain, alone = rooms[s]
                _work_out(layout, stream, month, groups, chances, lanes_of(chain), lanes_of(alone))
            _advance(layout, stream, chances, groups, bands, month, cycle_month, work, seen, s)
        if fostering.limited:
            _fill_places(fostering, layouts, lanes_of(foster), cycle_month, month, groups, works, shared, seen)
        for s in range(len(streams)):
            layout, work = layouts[s], lanes_of(works[s])
            _join(layout, cycle_month, work)
            _see_flows(layout, bands, cycle_month, work, seen.starts[month, s], seen.exits[month, s])
            if cycle_month == width - 1:
                _grow_up(work.stock)
                _grow_up(work.home)
            _see_stock(layout, work.stock, bands, (month + 1) % width, seen.children[month + 1, s])


@_compiled
def _at_month(values, month):
    """Position of a month on an axis that may hold one entry for all of them."""
    return min(month, values.shape[0] - 1)


@_compiled
def _grow_up(state):
    """Make every row the next one (see `step.grow_up`)."""
    flat = state.reshape((state.shape[0], -1))
    for i in range(flat.shape[1]):
        for row in range(flat.shape[0] - 1, 0, -1):
            flat[row, i] = flat[row - 1, i]
        flat[0, i] = in_every_lane(0.0)


@_compiled
def _join(layout, cycle_month, work):
    """Add those who came in to the stock."""
    phases, places = work.there.shape
    for n in range(layout.low.shape[1]):
        for row in range(layout.span[cycle_month, n], layout.span[cycle_month, n + 1]):
            for k in range(phases):
                for p in range(places):
                    work.stock[row, k, p] += work.coming[row, p] * work.arriving[n, k]


# --------------------------------------------------------------------------------------------------
# The chances of a month


@_compiled
def _work_out(layout, stream, month, groups, chances, room, alone):
    """Work out a month's operators by age (see `step.operators`)."""
    ages, phases = stream.phase_exit_per_year.shape[:2]
    exit_at, edge_at = _at_month(stream.exit_ratio, month), _at_month(stream.edge_ratio, month)
    places = stream.placement_pace.shape[1]
    for age in range(layout.youngest_age, ages):
        ratio = stream.exit_ratio[exit_at, age] / 12.0
        _work_out_phases(stream, age, ratio, chances, room)
        for i in range(layout.edges_from[age, places]):
            e = layout.edge[age, i]
            if layout.edge_into[age, i] < places:
                room.hazard[i] = stream.edge_per_year[age, e] * stream.edge_ratio[edge_at, e] / 12.0
            else:
                room.hazard[i] = stream.edge_per_year[age, e] * ratio
        for k in range(phases):
            _mean_pace(room.part, stream.placement_pace, k, room.pace)
            _work_out_ways(layout, age, room, chances.way[age, k])
            _add_up_ways(layout, groups, age, k, chances)
        _mean_pace(room.parts, stream.placement_pace, 0, room.pace)
        _work_out_part(layout, age, room, alone, chances.place_part[age], chances.place_part_exit[age])
        _combine(layout, age, chances)
    unused = chances.place_part[ages]
    for k in range(phases):  # of the oldest
        _mean_pace(room.parts, stream.placement_pace, k, room.pace)
        _work_out_part(layout, ages - 1, room, alone, unused, chances.place_turning_exit[k])


@_compiled
def _work_out_phases(stream, age, ratio, chances, room):
    """Work out how children of an age pass through phases and leave by the hazards of time in care."""
    phases, reasons = stream.phase_exit_per_year.shape[1:]
    for k in range(phases):
        total = in_every_lane(0.0)
        for reason in range(reasons):
            total += stream.phase_exit_per_year[age, k, reason] * ratio
        if k + 1 < phases:
            room.q[k, k + 1] = stream.progress_per_year[k] / 12.0
            total += room.q[k, k + 1]
        room.q[k, k] = 0.0 - total
    _month_operators(room.q, room.whole, room.part, room.parts, room.power, room.product)
    for k in range(phases):
        for to in range(k, phases):
            chances.phase[age, k, to] = room.whole[k, to]
        for reason in range(reasons):
            exits = part_exits = in_every_lane(0.0)
            for to in range(k, phases):
                hazard = stream.phase_exit_per_year[age, to, reason] * ratio
                exits += room.part[k, to] * hazard
                part_exits += room.parts[k, to] * hazard
            chances.phase_exit[age, k, reason] = exits
            chances.phase_turning_exit[k, reason] = part_exits
        chances.phase_part[age, k] = room.part[0, k]
    for reason in range(reasons):
        chances.phase_part_exit[age, reason] = chances.phase_turning_exit[0, reason]


@_compiled
def _mean_pace(time, pace, k, mean):
    """Mean pace by placement of a month that begins in phase k, from the time spent in each phase."""
    total = in_every_lane(0.0)
    for phase in range(k, time.shape[0]):
        total += time[k, phase]
    for p in range(mean.size):
        paced = in_every_lane(0.0)
        for phase in range(k, time.shape[0]):
            paced += time[k, phase] * pace[phase, p]
        mean[p] = paced / total


@_compiled
def _work_out_part(layout, age, room, alone, stay, leave):
    """Work out how children who come in over a month stay, and leave by the hazards of their first placement."""
    places = room.pace.size
    for p in range(places):
        total = in_every_lane(0.0)
        for j in range(leave.shape[1]):
            leave[p, j] = in_every_lane(0.0)
        for i in range(layout.edges_from[age, p], layout.edges_from[age, p + 1]):
            if layout.edge_into[age, i] >= places:
                hazard = room.hazard[i] * room.pace[p]
                leave[p, layout.edge_into[age, i] - places] = hazard
                total += hazard
        alone.q[0, 0] = 0.0 - total
        _month_operators(alone.q, alone.whole, alone.part, alone.parts, alone.power, alone.product)
        stay[p] = alone.part[0, 0]
        for j in range(leave.shape[1]):
            leave[p, j] *= alone.parts[0, 0]


@_compiled
def _steps(norm, small):
    """Halve a month until a norm is small; return the length of the steps, and how often the shortest was halved."""
    step, halvings = in_every_lane(1.0), 0
    while any_above(norm * step, small):
        step = choose(norm * step - small, step * 0.5, step)
        halvings += 1
    return step, halvings


@_compiled
def _month_operators(q, whole, part, parts, power, product):
    """As `hazards.month_operators`, for chains: below the diagonal there is nothing, and nothing is read."""
    n = q.shape[0]
    norm = in_every_lane(0.0)
    for i in range(n):
        total = 0.0 - q[i, i]
        for j in range(i + 1, n):
            total += q[i, j]
        norm = _larger(norm, total)
    step, halvings = _steps(norm, _SMALL)
    for i in range(n):
        for j in range(i, n):
            start = in_every_lane(1.0 if i == j else 0.0)
            power[i, j] = whole[i, j] = part[i, j] = start
            parts[i, j] = start / 2.0
    factorial = 1.0
    for term in range(1, _TERMS + 1):
        _multiply(power, q, product)
        factorial *= term
        for i in range(n):
            for j in range(i, n):
                power[i, j] = product[i, j] * step
                whole[i, j] += power[i, j] * (1.0 / factorial)
                part[i, j] += power[i, j] * (1.0 / (factorial * (term + 1)))
                parts[i, j] += power[i, j] * (1.0 / (factorial * (term + 1) * (term + 2)))
    for i in range(n):
        for j in range(i, n):
            part[i, j] *= step
            parts[i, j] *= step * step
    for _ in range(halvings):
        more = 1.0 - step
        _multiply(whole, parts, product)
        for i in range(n):
            for j in range(i, n):
                parts[i, j] = choose(more, parts[i, j] + step * part[i, j] + product[i, j], parts[i, j])
        _multiply(whole, part, product)
        for i in range(n):
            for j in range(i, n):
                part[i, j] = choose(more, part[i, j] + product[i, j], part[i, j])
        _multiply(whole, whole, product)
        for i in range(n):
            for j in range(i, n):
                whole[i, j] = choose(more, product[i, j], whole[i, j])
        step = choose(more, step * 2.0, step)


@_compiled
def _multiply(a, b, product):
    """Matrix product, above the diagonal."""
    for i in range(a.shape[0]):
        for j in range(i, a.shape[0]):
            total = a[i, i] * b[i, j]
            for k in range(i + 1, j + 1):
                total += a[i, k] * b[k, j]
            product[i, j] = total


@_compiled
def _work_out_ways(layout, age, room, way):
    """Write the chance of each way: exp(Q), for a generator given by its few edges. Tables are by where children go."""
    places, columns = room.pace.size, room.table.shape[1]
    norm = in_every_lane(0.0)
    for p in range(places):
        total = in_every_lane(0.0)
        for i in range(layout.edges_from[age, p], layout.edges_from[age, p + 1]):
            room.edge[i] = room.hazard[i] * room.pace[p]
            total += room.edge[i]
        room.outward[p] = total
        norm = _larger(norm, 2.0 * total)
    step, halvings = _steps(norm, _LESS_SMALL)
    terms, rest = 0, norm * step
    while any_above(rest, _NEGLIGIBLE):  # a lane whose rest is negligible has a scale of nothing: it adds no term
        terms += 1
        room.scale[terms] = choose(rest - _NEGLIGIBLE, step / terms, 0.0)
        rest *= norm * step / (terms + 1)
    now, then = room.table[0], room.table[1]
    for to in range(columns):
        for p in range(columns):
            now[to, p] = then[to, p] = in_every_lane(1.0 if p == to else 0.0)
    for term in range(terms, 0, -1):
        for to in range(columns):
            for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
                p = layout.way_from[age, c]
                total = in_every_lane(0.0) - room.outward[p] * now[to, p]
                for i in range(layout.edges_from[age, p], layout.edges_from[age, p + 1]):
                    total += room.edge[i] * now[to, layout.edge_into[age, i]]
                then[to, p] = total * room.scale[term]
            if to < places:
                then[to, to] += 1.0
        now, then = then, now
    for _ in range(halvings):
        more = 1.0 - step
        for to in range(columns):
            for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
                p = layout.way_from[age, c]
                total = in_every_lane(0.0)
                for by in range(columns):
                    total += now[by, p] * now[to, by]
                then[to, p] = choose(more, total, now[to, p])
        step = choose(more, step * 2.0, step)
        now, then = then, now
    for to in range(columns):
        for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
            way[c] = now[to, layout.way_from[age, c]]


@_compiled
def _add_up_ways(layout, groups, age, k, chances):
    """Add up ways that are seen together."""
    places = groups.size
    for p in range(places):
        chances.by_place[age, k, p] = chances.place_home[age, k, p] = in_every_lane(0.0)
        chances.move_out[age, k, p] = in_every_lane(0.0)
    for to in range(layout.ways_into.shape[1] - 1):
        for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
            p = layout.way_from[age, c]
            if to >= places:
                chances.by_place[age, k, p] += chances.way[age, k, c]
                if layout.reasons[to - places] == HOME:
                    chances.place_home[age, k, p] = chances.way[age, k, c]
            elif groups[to] != groups[p]:
                chances.move_out[age, k, p] += chances.way[age, k, c]


@_compiled
def _combine(layout, slot, chances):
    """Work out who goes home when both kinds of hazard act on children of one slot (see `step._leave`)."""
    phases, places = chances.by_place.shape[1:]
    for k in range(phases):
        by_phase = _total(chances.phase_exit[slot, k])
        for p in range(places):
            by_place, home = chances.by_place[slot, k, p], chances.phase_exit[slot, k, HOME]
            both = home * (1.0 - by_place / 2.0) + chances.place_home[slot, k, p] * (1.0 - by_phase / 2.0)
            chances.leave_home[slot, k, p] = both
    by_phase = _total(chances.phase_part_exit[slot])
    for p in range(places):
        by_place = _total(chances.place_part_exit[slot, p])
        both = chances.phase_part_exit[slot, HOME] * (1.0 - by_place / 2.0)
        for j in range(layout.reasons.size):
            if layout.reasons[j] == HOME:
                both += chances.place_part_exit[slot, p, j] * (1.0 - by_phase / 2.0)
        chances.leave_home_part[slot, p] = both


@_compiled
def _total(numbers):
    """Sum of a line of numbers, in order."""
    total = in_every_lane(0.0)
    for i in range(numbers.size):
        total += numbers[i]
    return total


@_compiled
def _mix_ages(low, high, w0, w1, slot, chances):
    """Fill a slot with the mean of two ages, for all but ways."""
    _mix(chances.phase, low, high, w0, w1, slot)
    _mix(chances.phase_part, low, high, w0, w1, slot)
    _mix(chances.phase_exit, low, high, w0, w1, slot)
    _mix(chances.phase_part_exit, low, high, w0, w1, slot)
    _mix(chances.place_part, low, high, w0, w1, slot)
    _mix(chances.place_part_exit, low, high, w0, w1, slot)
    _mix(chances.by_place, low, high, w0, w1, slot)
    _mix(chances.place_home, low, high, w0, w1, slot)
    _mix(chances.move_out, low, high, w0, w1, slot)


@_compiled
def _mix(chances, low, high, w0, w1, slot):
    flat = chances.reshape((chances.shape[0], -1))
    for i in range(flat.shape[1]):
        flat[slot, i] = w0 * flat[low, i] + w1 * flat[high, i]


# --------------------------------------------------------------------------------------------------
# A month of one stream


@_compiled
def _advance(layout, stream, chances, groups, bands, month, cycle_month, work, out, s):
    """Advance a stream by a month before foster places are filled (see `step.step`)."""
    rows, phases, places = work.stock.shape
    spells, mixed = work.home.shape[1], chances.phase.shape[0] - 1
    new_starts = stream.new_starts_per_month[_at_month(stream.new_starts_per_month, month)]
    start_place = stream.start_place[_at_month(stream.start_place, month)]
    growth = stream.growth_per_month[0]
    for p in range(places):
        work.grown[p] = in_every_lane(0.0)

    for n in range(layout.low.shape[1]):
        low, high = layout.low[cycle_month, n], layout.high[cycle_month, n]
        w0, w1 = layout.low_share[cycle_month, n], layout.high_share[cycle_month, n]
        ages, shares, slot = (low, high), (w0, w1), low
        if w1 > 0.0:
            slot = np.uintp(mixed)
            _mix_ages(low, high, w0, w1, slot, chances)
            _combine(layout, slot, chances)
        home_low = home_high = returned = young = old = young_in = old_in = in_every_lane(0.0)
        for p in range(places):
            work.exits[p] = in_every_lane(0.0)
            work.enter_low[p] = start_place[low, p] * chances.place_part[slot, p]
            work.enter_high[p] = start_place[high, p] * chances.place_part[slot, p]
            home_low += start_place[low, p] * chances.leave_home_part[slot, p]
            home_high += start_place[high, p] * chances.leave_home_part[slot, p]
            for k in range(phases):
                work.there[k, p] = work.came[k, p] = in_every_lane(0.0)
        for k in range(phases):
            work.arriving[n, k] = chances.phase_part[slot, k]
        for reason in range(work.by_reason.size):
            work.by_reason[reason] = in_every_lane(0.0)

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
            returns = gone_home * layout.back_soon
            for to in range(spells - 1, -1, -1):
                at_home = work.home[row, to] * stay
                returns += at_home * layout.back[to]
                at_home *= layout.fade[to, to]
                for spell in range(to):
                    at_home += work.home[row, spell] * stay * layout.fade[spell, to]
                work.home[row, to] = at_home + gone_home * layout.fade_part[to]
            returned += returns

            # Children who come in, evenly over the month, in the first phase.
            row_young = new_starts[low] * layout.start_share[cycle_month, row, low] + returns * w0
            row_old = in_every_lane(0.0)
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


@_compiled
def _move(layout, chances, slot, ages, shares, first, after, leave_share, growth, work):
    """Move the children of a span who do not turn 18, and pass them through phases."""
    rows, phases, places = work.stock.shape
    for row in range(first, after):
        work.gone_home[row] = in_every_lane(0.0)
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
            everybody = in_every_lane(0.0)
            for k in range(phases - 1, -1, -1):
                total = work.stock[row, 0, p] * chances.phase[slot, 0, k]
                for before in range(1, k + 1):
                    total += work.stock[row, before, p] * chances.phase[slot, before, k]
                everybody += total
                work.stock[row, k, p] = total + total * growth
            work.grown[p] += everybody


@_compiled
def _arrive(layout, way, ages, shares, children, k, to):
    """Count the children of a phase who are in a place, or left for a reason, at the end of a month."""
    arrived = _arrive_at(layout, way, ages[0], children, k, to)
    if shares[1] > 0.0:
        arrived = shares[0] * arrived + shares[1] * _arrive_at(layout, way, ages[1], children, k, to)
    return arrived


@_compiled
def _arrive_at(layout, way, age, children, k, to):
    """Count them as if all were of one age."""
    arrived = in_every_lane(0.0)
    for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
        arrived += children[layout.way_from[age, c]] * way[age, k, c]
    return arrived


@_compiled
def _leave(layout, chances, slot, ages, shares, groups, work, moves_in, moves_out):
    """Add up the exits of a span by placement and by reason, and its moves by group."""
    phases, places = work.there.shape
    for k in range(phases):
        by_phase = _total(chances.phase_exit[slot, k])
        survive = untouched = in_every_lane(0.0)
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


@_compiled
def _leave_part(phase_exit, place_exit, reasons, children, exits, by_reason):
    """Add the exits by placement and reason of children exposed to hazards for half a month; return how many left."""
    by_phase = _total(phase_exit)
    left = untouched = in_every_lane(0.0)
    for p in range(children.size):
        by_place = _total(place_exit[p])
        for j in range(reasons.size):
            by_reason[reasons[j]] += children[p] * place_exit[p, j] * (1.0 - by_phase / 2.0)
        leaving = children[p] * (by_phase + by_place - by_phase * by_place)
        exits[p] += leaving
        left += leaving
        untouched += children[p] * (1.0 - by_place / 2.0)
    for reason in range(by_reason.size):
        by_reason[reason] += untouched * phase_exit[reason]
    return left


@_compiled
def _turn_18(share, chances, reasons, work):
    """Let a share of the last row turn 18; some leave for another reason before their birthday."""
    phases, places = work.there.shape
    for k in range(phases):
        turning = in_every_lane(0.0)
        for p in range(places):
            work.entering[p] = work.stock[-1, k, p] * share
            turning += work.entering[p]
            work.exits[p] += work.entering[p]
        leave, leave_place = chances.phase_turning_exit[k], chances.place_turning_exit[k]
        earlier = work.staying  # their placements are counted above
        left = _leave_part(leave, leave_place, reasons, work.entering, earlier, work.by_reason)
        work.by_reason[AGE_18] += turning - left


# --------------------------------------------------------------------------------------------------
# Foster places


@_compiled
def _follow_households(fostering, foster, months, out):
    """Follow households and the pipeline, which hang on no child (see `fostering.recruit`)."""
    sectors, stages, lanes = foster.pipeline.shape
    for sector in range(sectors):
        for lane in range(lanes):
            households = foster.households[sector, lane]
            places = foster.places_per_household[sector, lane]
            out.households[0, sector, lane] = households
            out.places_usable[0, sector, lane] = households * places * foster.usable_share[0, sector, lane]
            for month in range(months):
                arriving = foster.enquiries_per_month[_at_month(foster.enquiries_per_month, month), sector, lane]
                for stage in range(stages):
                    hazard, before = fostering.stage_per_year[stage] / 12.0, foster.pipeline[sector, stage, lane]
                    waiting = before * np.exp(-hazard) + arriving * (-np.expm1(-hazard) / hazard)
                    foster.pipeline[sector, stage, lane] = waiting
                    share = foster.stage_pass_share[_at_month(foster.stage_pass_share, month), sector, stage, lane]
                    arriving = (before + arriving - waiting) * share
                at = _at_month(foster.deregistration_per_year, month)
                leave = foster.deregistration_per_year[at, sector, lane] / 12.0
                stay_part = -np.expm1(-leave) / leave if leave > 0.0 else 1.0
                after = households * np.exp(-leave) + arriving * stay_part
                out.approvals[month, sector, lane] = arriving
                out.deregistrations[month, sector, lane] = households + arriving - after
                households = after
                usable_share = foster.usable_share[_at_month(foster.usable_share, month), sector, lane]
                out.households[month + 1, sector, lane] = households
                out.places_usable[month + 1, sector, lane] = households * places * usable_share


@_compiled
def _smaller(a, b):
    return choose(b - a, a, b)


@_compiled
def _larger(a, b):
    return choose(a - b, a, b)


@_compiled
def _ratio(part, whole, empty):
    """Divide, with a stated answer where there is nothing to divide by."""
    return choose(whole, part / whole, empty)


@_compiled
def _fill_places(fostering, layouts, foster, cycle_month, month, groups, works, shared, out):
    """Fill foster places (see `fostering.fill_places`); whose plan is fostering leaves `coming` for the stock."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    streams, none = len(works), in_every_lane(0.0)
    queue = none
    for s in range(streams):
        queue += _look(fostering, layouts[s], cycle_month, lanes_of(works[s]), s, shared)

    # Children who lose their place, and those who look for one.
    free_council = _lose(shared, fostering.wait_weight[:, cycle_month], 0, out.places_usable[month + 1, 0])
    there = _fostered(shared, 1)
    usable, market = out.places_usable[month + 1, 1], foster.agencies[_at_month(foster.agencies, month)]
    if fostering.at_market:
        usable = there - market[LOST] * there
    excess = _larger(there - usable, none)
    free_independent = _lose(shared, fostering.wait_weight[:, cycle_month], 1, usable)
    pool = none
    for s in range(streams):
        for n in range(shared.looking.shape[1]):
            for i in range(2):
                shared.looking[s, n] += shared.fostered[i, s, n] * shared.lose[i, s, n]
            pool += shared.looking[s, n]

    to_council = _smaller(_ratio(free_council, pool, 1.0), in_every_lane(1.0))
    beyond = (1.0 - to_council) * pool
    if fostering.at_market:
        free_independent = market[FOUND] * beyond + market[OFFERED] * queue
    agencies = out.agencies[month]
    agencies[FOUND] = _smaller(_ratio(free_independent, beyond, 1.0), in_every_lane(1.0))
    agencies[LOST] = _ratio(excess, there, 0.0)
    to_independent = _smaller(_ratio(free_independent, pool, 1.0), 1.0 - to_council)
    waiting = (1.0 - to_council - to_independent) * pool
    _take(shared.looking, fostering.wait_weight[:, cycle_month], waiting, shared.waits)
    council_first = _ratio(to_council, to_council + to_independent, 0.0)
    free_council -= to_council * pool
    free_independent -= to_independent * pool
    agencies[OFFERED] = _larger(_smaller(_ratio(free_independent, queue, 1.0), in_every_lane(1.0)), none)
    matched = _smaller(queue * foster.matched_share[0], free_council + free_independent)
    matched_council = _smaller(matched, free_council)
    filled = there - excess + to_independent * pool + matched - matched_council
    agencies[SPARE] = _ratio(_larger(out.places_usable[month + 1, 1] - filled, none), filled, 0.0)
    if fostering.at_market:
        agencies[SPARE] = market[SPARE]
        out.places_usable[month + 1, 1] = filled * (1.0 + market[SPARE])
    down_council, down_independent = _ratio(matched_council, queue, 0.0), _ratio(matched - matched_council, queue, 0.0)

    moves_in, moves_out = out.moves_in[month], out.moves_out[month]
    for q in fostering.queued:
        shared.stepped[q] = none
    for s in range(streams):
        layout, work = layouts[s], lanes_of(works[s])
        for n in range(layout.low.shape[1]):
            waits = shared.waits[s, n]
            for p in fostering.takers:
                shared.into[p] = none
            shared.into[fostering.waiting[layout.low[cycle_month, n]]] += layout.low_share[cycle_month, n] * waits
            shared.into[fostering.waiting[layout.high[cycle_month, n]]] += layout.high_share[cycle_month, n] * waits
            shared.into[council] += (1.0 - waits) * council_first
            shared.into[independent] += (1.0 - waits) * (1.0 - council_first)
            first, after = layout.span[cycle_month, n], layout.span[cycle_month, n + 1]
            _place(fostering, first, after, n, s, down_council, down_independent, work, shared)
            for p in fostering.takers:
                for i, sector in enumerate((council, independent)):
                    lost = shared.fostered[i, s, n] * shared.lose[i, s, n]
                    _see_move(lost * shared.into[p], sector, p, groups, moves_in, moves_out)
            _spread(work.starts, n, fostering, shared.into)
            _spread(work.entrant_exits, n, fostering, shared.into)
    for q in fostering.queued:
        _see_move(shared.stepped[q] * down_council, q, council, groups, moves_in, moves_out)
        _see_move(shared.stepped[q] * down_independent, q, independent, groups, moves_in, moves_out)


@_compiled
def _look(fostering, layout, cycle_month, work, s, shared):
    """Count children by span: those in foster places, and those who come in and look for one. Return the queue."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    phases = work.stock.shape[1]
    queue = in_every_lane(0.0)
    for n in range(shared.looking.shape[1]):
        in_council = in_independent = in_every_lane(0.0)
        coming = stay = in_every_lane(0.0)
        if n < layout.low.shape[1]:
            for row in range(layout.span[cycle_month, n], layout.span[cycle_month, n + 1]):
                for k in range(phases):
                    in_council += work.stock[row, k, council]
                    in_independent += work.stock[row, k, independent]
                    for q in fostering.queued:
                        queue += work.stock[row, k, q]
                coming += work.coming[row, council] + work.coming[row, independent]
            for k in range(phases):
                stay += work.arriving[n, k]
        shared.fostered[0, s, n], shared.fostered[1, s, n] = in_council, in_independent
        shared.looking[s, n] = coming * stay
    return queue


@_compiled
def _fostered(shared, i):
    """Count the children in the places of a sector."""
    fostered = shared.fostered[i]
    total = in_every_lane(0.0)
    for s in range(fostered.shape[0]):
        for n in range(fostered.shape[1]):
            total += fostered[s, n]
    return total


@_compiled
def _lose(shared, weight, i, usable):
    """Work out who of a sector lose their place, where children outnumber places; return places that are free."""
    total = _fostered(shared, i)
    _take(shared.fostered[i], weight, _larger(total - usable, in_every_lane(0.0)), shared.lose[i])
    return _larger(usable - total, in_every_lane(0.0))


@_compiled
def _take(there, weight, amount, share):
    """Write the share of each span to take so that an amount is taken in all (see `fostering._taken`)."""
    weighted = got = rest = in_every_lane(0.0)
    for s in range(there.shape[0]):
        for n in range(there.shape[1]):
            weighted += there[s, n] * weight[s, n]
    level = _ratio(amount, weighted, 0.0)
    for s in range(there.shape[0]):
        for n in range(there.shape[1]):
            share[s, n] = _smaller(level * weight[s, n], in_every_lane(1.0))
            got += share[s, n] * there[s, n]
            rest += (1.0 - share[s, n]) * there[s, n]
    more = _smaller(_ratio(_larger(amount - got, in_every_lane(0.0)), rest, 0.0), in_every_lane(1.0))
    for s in range(there.shape[0]):
        for n in range(there.shape[1]):
            share[s, n] += (1.0 - share[s, n]) * more


@_compiled
def _place(fostering, first, after, n, s, down_council, down_independent, work, shared):
    """Place the children of a span's rows who lost a place, came in for one, or step down."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    lose_council, lose_independent = shared.lose[0, s, n], shared.lose[1, s, n]
    for row in range(first, after):
        coming = work.coming[row, council] + work.coming[row, independent]
        work.coming[row, council] = work.coming[row, independent] = in_every_lane(0.0)
        for k in range(work.stock.shape[1]):
            stepping = in_every_lane(0.0)
            for q in fostering.queued:
                waited = work.stock[row, k, q]
                stepping += waited
                shared.stepped[q] += waited
                work.stock[row, k, q] = waited - waited * (down_council + down_independent)
            from_council = work.stock[row, k, council] * lose_council
            from_independent = work.stock[row, k, independent] * lose_independent
            work.stock[row, k, council] += stepping * down_council - from_council
            work.stock[row, k, independent] += stepping * down_independent - from_independent
            placed = from_council + from_independent + coming * work.arriving[n, k]
            for p in fostering.takers:
                work.stock[row, k, p] += placed * shared.into[p]


@_compiled
def _see_move(children, origin, to, groups, moves_in, moves_out):
    """Count a move between placements that are reported apart."""
    if groups[origin] != groups[to]:
        moves_out[groups[origin]] += children
        moves_in[groups[to]] += children


@_compiled
def _spread(by_place, n, fostering, into):
    """Move what stands under the foster sectors to where those children were in fact placed."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    both = by_place[n, council] + by_place[n, independent]
    by_place[n, council] = by_place[n, independent] = in_every_lane(0.0)
    for p in fostering.takers:
        by_place[n, p] += both * into[p]


# --------------------------------------------------------------------------------------------------
# What is seen of it


@_compiled
def _see_stock(layout, stock, bands, cycle_month, children):
    """Add up children looked after at an instant: (band, place)."""
    rows, phases, places = stock.shape
    age_at = layout.age_at[cycle_month]
    for row in range(rows):
        for age in range(age_at.shape[1]):
            if age_at[row, age] > 0.0:
                for p in range(places):
                    total = stock[row, 0, p]
                    for k in range(1, phases):
                        total += stock[row, k, p]
                    children[bands[age], p] += age_at[row, age] * total


@_compiled
def _see_flows(layout, bands, cycle_month, work, starts, exits):
    """Add up a month's starts, and the exits of those who came in: (band, place) each."""
    for n in range(layout.low.shape[1]):
        low, high = bands[layout.low[cycle_month, n]], bands[layout.high[cycle_month, n]]
        w0, w1 = layout.low_share[cycle_month, n], layout.high_share[cycle_month, n]
        young, old = work.young[n], work.old[n]
        for p in range(work.starts.shape[1]):
            exits[low, p] += w0 * work.entrant_exits[n, p]
            exits[high, p] += w1 * work.entrant_exits[n, p]
            starts[low, p] += _ratio(young, young + old, 0.0) * work.starts[n, p]
            starts[high, p] += _ratio(old, young + old, 0.0) * work.starts[n, p]
