"""The chances of a month, compiled: what :mod:`simulator.engine.hazards` and `step.operators` work out for numpy."""

from __future__ import annotations

from simulator.engine.compiled.compiler import inlined
from simulator.engine.compiled.loop_records import Chances, ChanceWorkspace, Ints, Layout, StreamInputs
from simulator.engine.compiled.vector_arithmetic import at_month, larger, sum_of
from simulator.engine.compiled.vector_types import Index, Vector, Vectors1, Vectors2, Vectors3
from simulator.engine.compiled.vectors import any_above, broadcast, choose
from simulator.engine.step import HOME, ORDER
from simulator.vocabulary.calendar import MONTHS_A_YEAR

_TERMS = 12
_SMALL = 0.5
"""As in :mod:`.hazards`: terms of the Taylor series, and the largest norm that it is used for."""

_NEGLIGIBLE = 1e-13
"""The Taylor series of moves stops at the first term below this."""

_LESS_SMALL = 2.0
"""Norm up to which moves are not halved: a halving, which multiplies tables, takes as long as several terms."""

MOST_TERMS = 24
"""More than it ever takes with a norm of `_LESS_SMALL`."""


@inlined
def work_out_chances(
    layout: Layout,
    stream: StreamInputs,
    month: int,
    groups: Ints,
    chances: Chances,
    work: ChanceWorkspace,
    alone: ChanceWorkspace,
) -> None:
    """Work out a month's operators by age (see `step.operators`)."""
    ages, phases = stream.phase_exit_per_year.shape[:2]
    exit_at, edge_at = at_month(stream.exit_ratio, month), at_month(stream.edge_ratio, month)
    by_reason = stream.phase_exit_ratio[at_month(stream.phase_exit_ratio, month)]
    places = stream.placement_pace.shape[1]
    for age in range(layout.youngest_age, ages):
        ratio = stream.exit_ratio[exit_at, age] / MONTHS_A_YEAR
        _work_out_phases(stream, age, ratio, by_reason, chances, work)
        for i in range(layout.edges_from[age, places]):
            e = layout.edge[age, i]
            if layout.edge_into[age, i] < places:
                work.hazard[i] = stream.edge_per_year[age, e] * stream.edge_ratio[edge_at, e] / MONTHS_A_YEAR
            else:
                work.hazard[i] = stream.edge_per_year[age, e] * stream.edge_ratio[edge_at, e] * ratio
        for k in range(phases):
            _mean_pace(work.part, stream.placement_pace, k, work.pace)
            _mean_pace(work.part, stream.exit_pace, k, work.exit_pace)
            _work_out_ways(layout, age, work, chances.way[age, k])
            _add_up_ways(layout, groups, age, k, chances)
        _mean_pace(work.parts, stream.exit_pace, 0, work.exit_pace)
        _work_out_part(layout, age, work, alone, chances.place_part[age], chances.place_part_exit[age])
        combine(layout, age, chances)
    unused = chances.place_part[ages]
    for k in range(phases):  # of the oldest
        _mean_pace(work.parts, stream.exit_pace, k, work.exit_pace)
        _work_out_part(layout, ages - 1, work, alone, unused, chances.place_turning_exit[k])


@inlined
def _work_out_phases(
    stream: StreamInputs, age: int, ratio: Vector, by_reason: Vectors1, chances: Chances, work: ChanceWorkspace
) -> None:
    """Work out how children of an age pass through phases and leave by the hazards of time in care."""
    phases, reasons = stream.phase_exit_per_year.shape[1:]
    for k in range(phases):
        total = broadcast(0.0)
        for reason in range(reasons):
            total += stream.phase_exit_per_year[age, k, reason] * ratio * by_reason[reason]
        if k + 1 < phases:
            work.q[k, k + 1] = stream.progress_per_year[k] / MONTHS_A_YEAR
            total += work.q[k, k + 1]
        work.q[k, k] = 0.0 - total
    _month_operators(work.q, work.whole, work.part, work.parts, work.power, work.product)
    for k in range(phases):
        for to in range(k, phases):
            chances.phase[age, k, to] = work.whole[k, to]
        for reason in range(reasons):
            exits = part_exits = broadcast(0.0)
            for to in range(k, phases):
                hazard = stream.phase_exit_per_year[age, to, reason] * ratio * by_reason[reason]
                exits += work.part[k, to] * hazard
                part_exits += work.parts[k, to] * hazard
            chances.phase_exit[age, k, reason] = exits
            chances.phase_turning_exit[k, reason] = part_exits
        chances.phase_part[age, k] = work.part[0, k]
    for reason in range(reasons):
        chances.phase_part_exit[age, reason] = chances.phase_turning_exit[0, reason]


@inlined
def _mean_pace(time: Vectors2, pace: Vectors2, k: int, mean: Vectors1) -> None:
    """Mean pace by placement of a month that begins in phase k, from the time spent in each phase."""
    total = broadcast(0.0)
    for phase in range(k, time.shape[0]):
        total += time[k, phase]
    for p in range(mean.size):
        paced = broadcast(0.0)
        for phase in range(k, time.shape[0]):
            paced += time[k, phase] * pace[phase, p]
        mean[p] = paced / total


@inlined
def _work_out_part(
    layout: Layout, age: int, work: ChanceWorkspace, alone: ChanceWorkspace, stay: Vectors1, leave: Vectors2
) -> None:
    """Work out how children who come in over a month stay, and leave by the hazards of their first placement."""
    places = work.pace.size
    for p in range(places):
        total = broadcast(0.0)
        for j in range(leave.shape[1]):
            leave[p, j] = broadcast(0.0)
        for i in range(layout.edges_from[age, p], layout.edges_from[age, p + 1]):
            if layout.edge_into[age, i] >= places:
                hazard = work.hazard[i] * work.exit_pace[p]
                leave[p, layout.edge_into[age, i] - places] = hazard
                total += hazard
        alone.q[0, 0] = 0.0 - total
        _month_operators(alone.q, alone.whole, alone.part, alone.parts, alone.power, alone.product)
        stay[p] = alone.part[0, 0]
        for j in range(leave.shape[1]):
            leave[p, j] *= alone.parts[0, 0]


@inlined
def _steps(norm: Vector, small: float) -> tuple[Vector, int]:
    """Halve a month until a norm is small; return the length of the steps, and how often the shortest was halved."""
    step, halvings = broadcast(1.0), 0
    while any_above(norm * step, small):
        step = choose(norm * step - small, step * 0.5, step)
        halvings += 1
    return step, halvings


@inlined
def _month_operators(
    q: Vectors2, whole: Vectors2, part: Vectors2, parts: Vectors2, power: Vectors2, product: Vectors2
) -> None:
    """As `hazards.month_operators`, for chains: below the diagonal there is nothing, and nothing is read."""
    n = q.shape[0]
    norm = broadcast(0.0)
    for i in range(n):
        total = 0.0 - q[i, i]
        for j in range(i + 1, n):
            total += q[i, j]
        norm = larger(norm, total)
    step, halvings = _steps(norm, _SMALL)
    for i in range(n):
        for j in range(i, n):
            start = broadcast(1.0 if i == j else 0.0)
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


@inlined
def _multiply(a: Vectors2, b: Vectors2, product: Vectors2) -> None:
    """Matrix product, above the diagonal."""
    for i in range(a.shape[0]):
        for j in range(i, a.shape[0]):
            total = a[i, i] * b[i, j]
            for k in range(i + 1, j + 1):
                total += a[i, k] * b[k, j]
            product[i, j] = total


@inlined
def _work_out_ways(layout: Layout, age: int, work: ChanceWorkspace, way: Vectors1) -> None:
    """Write the chance of each way: exp(Q), for a generator given by its few edges. Tables are by where children go."""
    places, columns = work.pace.size, work.table.shape[1]
    norm = broadcast(0.0)
    for p in range(places):
        total = broadcast(0.0)
        for i in range(layout.edges_from[age, p], layout.edges_from[age, p + 1]):
            pace = work.pace[p] if layout.edge_into[age, i] < places else work.exit_pace[p]
            work.edge[i] = work.hazard[i] * pace
            total += work.edge[i]
        work.outward[p] = total
        norm = larger(norm, 2.0 * total)
    step, halvings = _steps(norm, _LESS_SMALL)
    terms, rest = 0, norm * step
    while any_above(rest, _NEGLIGIBLE):  # a lane whose rest is negligible has a scale of nothing: it adds no term
        terms += 1
        work.scale[terms] = choose(rest - _NEGLIGIBLE, step / terms, 0.0)
        rest *= norm * step / (terms + 1)
    now, then = work.table[0], work.table[1]
    for to in range(columns):
        for p in range(columns):
            now[to, p] = then[to, p] = broadcast(1.0 if p == to else 0.0)
    for term in range(terms, 0, -1):
        for to in range(columns):
            for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
                p = layout.way_from[age, c]
                total = broadcast(0.0) - work.outward[p] * now[to, p]
                for i in range(layout.edges_from[age, p], layout.edges_from[age, p + 1]):
                    total += work.edge[i] * now[to, layout.edge_into[age, i]]
                then[to, p] = total * work.scale[term]
            if to < places:
                then[to, to] += 1.0
        now, then = then, now
    for _ in range(halvings):
        more = 1.0 - step
        for to in range(columns):
            for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
                p = layout.way_from[age, c]
                total = broadcast(0.0)
                for by in range(columns):
                    total += now[by, p] * now[to, by]
                then[to, p] = choose(more, total, now[to, p])
        step = choose(more, step * 2.0, step)
        now, then = then, now
    for to in range(columns):
        for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
            way[c] = now[to, layout.way_from[age, c]]


@inlined
def _add_up_ways(layout: Layout, groups: Ints, age: int, k: int, chances: Chances) -> None:
    """Add up ways that are seen together."""
    places = groups.size
    for p in range(places):
        chances.by_place[age, k, p] = chances.place_home[age, k, p] = broadcast(0.0)
        chances.move_out[age, k, p] = chances.place_order[age, k, p] = broadcast(0.0)
    for to in range(layout.ways_into.shape[1] - 1):
        for c in range(layout.ways_into[age, to], layout.ways_into[age, to + 1]):
            p = layout.way_from[age, c]
            if to >= places:
                chances.by_place[age, k, p] += chances.way[age, k, c]
                if layout.reasons[to - places] == HOME:
                    chances.place_home[age, k, p] = chances.way[age, k, c]
                elif layout.reasons[to - places] == ORDER:
                    chances.place_order[age, k, p] = chances.way[age, k, c]
            elif groups[to] != groups[p]:
                chances.move_out[age, k, p] += chances.way[age, k, c]


@inlined
def combine(layout: Layout, slot: Index, chances: Chances) -> None:
    """Work out who goes home, or to guardians, when both kinds of hazard act on children of a slot (`step._leave`)."""
    phases, places = chances.by_place.shape[1:]
    for k in range(phases):
        by_phase = sum_of(chances.phase_exit[slot, k])
        for p in range(places):
            by_place, home = chances.by_place[slot, k, p], chances.phase_exit[slot, k, HOME]
            both = home * (1.0 - by_place / 2.0) + chances.place_home[slot, k, p] * (1.0 - by_phase / 2.0)
            chances.leave_home[slot, k, p] = both
            order = chances.phase_exit[slot, k, ORDER] * (1.0 - by_place / 2.0)
            chances.leave_order[slot, k, p] = order + chances.place_order[slot, k, p] * (1.0 - by_phase / 2.0)
    by_phase = sum_of(chances.phase_part_exit[slot])
    for p in range(places):
        by_place = sum_of(chances.place_part_exit[slot, p])
        both = chances.phase_part_exit[slot, HOME] * (1.0 - by_place / 2.0)
        order = chances.phase_part_exit[slot, ORDER] * (1.0 - by_place / 2.0)
        for j in range(layout.reasons.size):
            if layout.reasons[j] == HOME:
                both += chances.place_part_exit[slot, p, j] * (1.0 - by_phase / 2.0)
            elif layout.reasons[j] == ORDER:
                order += chances.place_part_exit[slot, p, j] * (1.0 - by_phase / 2.0)
        chances.leave_home_part[slot, p] = both
        chances.leave_order_part[slot, p] = order


@inlined
def mix_ages(low: Index, high: Index, w0: float, w1: float, slot: Index, chances: Chances) -> None:
    """Fill a slot with the mean of two ages, for all but ways."""
    _mix(chances.phase, low, high, w0, w1, slot)
    _mix(chances.phase_part, low, high, w0, w1, slot)
    _mix(chances.phase_exit, low, high, w0, w1, slot)
    _mix(chances.phase_part_exit, low, high, w0, w1, slot)
    _mix(chances.place_part, low, high, w0, w1, slot)
    _mix(chances.place_part_exit, low, high, w0, w1, slot)
    _mix(chances.by_place, low, high, w0, w1, slot)
    _mix(chances.place_home, low, high, w0, w1, slot)
    _mix(chances.place_order, low, high, w0, w1, slot)
    _mix(chances.move_out, low, high, w0, w1, slot)


@inlined
def _mix(chances: Vectors2 | Vectors3, low: Index, high: Index, w0: float, w1: float, slot: Index) -> None:
    flat = chances.reshape((chances.shape[0], -1))
    for i in range(flat.shape[1]):
        flat[slot, i] = w0 * flat[low, i] + w1 * flat[high, i]
