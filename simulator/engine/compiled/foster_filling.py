"""Foster places, compiled: what :mod:`simulator.engine.fostering` does for numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.engine.compiled.compiler import inlined
from simulator.engine.compiled.loop_records import (
    Array,
    FosterInputs,
    FosterLayout,
    FosterWorkspace,
    Ints,
    Layout,
    Outputs,
    SharesSeen,
    StreamInputs,
    StreamWorkspace,
)
from simulator.engine.compiled.vector_arithmetic import at_month, larger, ratio, smaller
from simulator.engine.compiled.vector_types import Index, Vector, Vectors1, Vectors2
from simulator.engine.compiled.vectors import as_vectors, broadcast
from simulator.engine.fostering import FOUND, LOST, OFFERED, SPARE
from simulator.vocabulary.calendar import MONTHS_A_YEAR


@inlined
def follow_households(fostering: FosterLayout, foster: Any, months: int, out: Any) -> None:
    """Follow households, the pipeline, and what households make of places (see `fostering.recruit`).

    They hang on no child. Vectors have no exponential, so lane by lane: `foster` and `out` are records of floats, with
    the lane as last axis.
    """
    sectors, stages, lanes = foster.pipeline.shape
    for sector in range(sectors):
        for lane in range(lanes):
            households, weighted = foster.households[sector, lane], foster.weighted[sector, lane]
            base, elasticity = foster.base_households[sector, lane], foster.places_elasticity[sector, lane]
            places = foster.places_per_household[sector, lane]
            out.households[0, sector, lane] = households
            out.places_usable[0, sector, lane] = foster.usable[sector, lane]
            for month in range(months):
                arriving = foster.enquiries_per_month[at_month(foster.enquiries_per_month, month), sector, lane]
                for stage in range(stages):
                    ratio_at = at_month(foster.stage_ratio, month)
                    hazard = fostering.stage_per_year[stage] * foster.stage_ratio[ratio_at, sector, stage, lane]
                    hazard /= MONTHS_A_YEAR
                    before = foster.pipeline[sector, stage, lane]
                    waiting = before * np.exp(-hazard) + arriving * (-np.expm1(-hazard) / hazard)
                    foster.pipeline[sector, stage, lane] = waiting
                    share = foster.stage_pass_share[at_month(foster.stage_pass_share, month), sector, stage, lane]
                    arriving = (before + arriving - waiting) * share
                at = at_month(foster.deregistration_per_year, month)
                leave = foster.deregistration_per_year[at, sector, lane] / MONTHS_A_YEAR
                stay_part = -np.expm1(-leave) / leave if leave > 0.0 else 1.0
                after = households * np.exp(-leave) + arriving * stay_part
                out.approvals[month, sector, lane] = arriving
                out.deregistrations[month, sector, lane] = households + arriving - after
                households = after
                weight = foster.approval_weight[at_month(foster.approval_weight, month), sector, lane]
                weighted = weighted * np.exp(-leave) + arriving * weight * stay_part
                usable_share = foster.usable_share[at_month(foster.usable_share, month), sector, lane]
                out.households[month + 1, sector, lane] = households
                grown = base * (weighted / base) ** elasticity if base > 0.0 else weighted
                out.places_usable[month + 1, sector, lane] = grown * places * usable_share
            foster.weighted[sector, lane] = weighted


@inlined
def follow_places(fostering: FosterLayout, foster: Any, month: int, out: Any) -> None:
    """Let usable places follow households and need in a month (see `fostering.usable_places`), lane by lane."""
    _, streams, bands, _, lanes = out.children.shape
    for lane in range(lanes):
        young = older = 0.0
        for s in range(streams):
            for band in range(bands):
                for p in fostering.needing:
                    if band < fostering.young_bands:
                        young += out.children[month, s, band, p, lane]
                    else:
                        older += out.children[month, s, band, p, lane]
        base_young, base_older = foster.base_need[0, lane], foster.base_need[1, lane]
        share = foster.young_share[0, lane]
        more = share * (young / base_young if base_young > 0.0 else 1.0)
        more += (1.0 - share) * ((older / base_older) ** foster.need_elasticity[0, lane] if base_older > 0.0 else 1.0)
        for sector in range(out.places_usable.shape[1]):
            target = out.places_usable[month + 1, sector, lane] * more
            gap = out.places_usable[month, sector, lane] - target
            usable = target + gap * fostering.usable_stays
            approved = out.households[month + 1, sector, lane] * foster.places_per_household[sector, lane]
            out.places_usable[month + 1, sector, lane] = min(usable, approved * foster.most_usable_share[sector, lane])


@inlined
def fill_places(
    fostering: FosterLayout,
    layouts: tuple[Layout, ...],
    rates: tuple[StreamInputs, ...],
    foster: FosterInputs,
    cycle_month: int,
    month: int,
    groups: Ints,
    works: tuple[StreamWorkspace, ...],
    shared: FosterWorkspace,
    out: Outputs,
    shares: SharesSeen,
) -> None:
    """Fill foster places (see `fostering.fill_places`); whose plan is fostering leaves `coming` for the stock."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    streams, none = len(works), broadcast(0.0)
    queue = none
    for s in range(streams):
        queue += _look(fostering, layouts[s], cycle_month, as_vectors(works[s]), s, shared)

    # Children who lose their place, and those who look for one.
    free_council = _lose(shared, fostering.wait_weight[:, cycle_month], 0, out.places_usable[month + 1, 0])
    there = _fostered(shared, 1)
    usable, market = out.places_usable[month + 1, 1], foster.agencies[at_month(foster.agencies, month)]
    if fostering.at_market:
        usable = there - market[LOST] * there
    excess = larger(there - usable, none)
    free_independent = _lose(shared, fostering.wait_weight[:, cycle_month], 1, usable)
    pool = none
    for s in range(streams):
        for n in range(shared.looking.shape[1]):
            for i in range(2):
                shared.looking[s, n] += shared.fostered[i, s, n] * shared.lose[i, s, n]
            pool += shared.looking[s, n]

    to_council = smaller(ratio(free_council, pool, 1.0), broadcast(1.0))
    beyond = (1.0 - to_council) * pool
    if fostering.at_market:
        free_independent = market[FOUND] * beyond + market[OFFERED] * queue
    agencies = out.agencies[month]
    agencies[FOUND] = smaller(ratio(free_independent, beyond, 1.0), broadcast(1.0))
    agencies[LOST] = ratio(excess, there, 0.0)
    to_independent = smaller(ratio(free_independent, pool, 1.0), 1.0 - to_council)
    left = (1.0 - to_council - to_independent) * pool
    _take(shared.looking, fostering.wait_weight[:, cycle_month], left, shared.without)
    council_first = ratio(to_council, to_council + to_independent, 0.0)
    free_council -= to_council * pool
    free_independent -= to_independent * pool
    agencies[OFFERED] = larger(smaller(ratio(free_independent, queue, 1.0), broadcast(1.0)), none)
    matched = smaller(queue * foster.matched_share[0], free_council + free_independent)
    matched_council = smaller(matched, free_council)
    filled = there - excess + to_independent * pool + matched - matched_council
    agencies[SPARE] = ratio(larger(out.places_usable[month + 1, 1] - filled, none), filled, 0.0)
    if fostering.at_market:
        agencies[SPARE] = market[SPARE]
        out.places_usable[month + 1, 1] = filled * (1.0 + market[SPARE])
    down_council, down_independent = ratio(matched_council, queue, 0.0), ratio(matched - matched_council, queue, 0.0)

    if shares.step_down.shape[0] > 0:
        shares.step_down[month, 0], shares.step_down[month, 1] = down_council, down_independent
    moves_in, moves_out = out.moves_in[month], out.moves_out[month]
    for q in fostering.queued:
        shared.stepped[q] = none
    for s in range(streams):
        layout, work, elsewhere = layouts[s], as_vectors(works[s]), as_vectors(rates[s]).unfostered_place
        for n in range(layout.low.shape[1]):
            without = shared.without[s, n]
            low, high = layout.low[cycle_month, n], layout.high[cycle_month, n]
            low_share, high_share = layout.low_share[cycle_month, n], layout.high_share[cycle_month, n]
            for p in fostering.takers:
                shared.into[p] = (low_share * elsewhere[low, p] + high_share * elsewhere[high, p]) * without
            shared.into[council] += (1.0 - without) * council_first
            shared.into[independent] += (1.0 - without) * (1.0 - council_first)
            first, after = layout.span[cycle_month, n], layout.span[cycle_month, n + 1]
            _place(fostering, first, after, n, s, down_council, down_independent, work, shared)
            if shares.step_down.shape[0] > 0:
                for row in range(first, after):
                    for i in range(2):
                        shares.lose[month, s, row, i] = shared.lose[i, s, n]
                    for p in fostering.takers:
                        shares.into[month, s, row, p] = shared.into[p]
            for p in fostering.takers:
                for i, sector in enumerate((council, independent)):
                    lost = shared.fostered[i, s, n] * shared.lose[i, s, n]
                    _see_move(lost * shared.into[p], sector, p, groups, moves_in, moves_out)
            _spread(work.starts, n, fostering, shared.into)
            _spread(work.entrant_exits, n, fostering, shared.into)
    for q in fostering.queued:
        _see_move(shared.stepped[q] * down_council, q, council, groups, moves_in, moves_out)
        _see_move(shared.stepped[q] * down_independent, q, independent, groups, moves_in, moves_out)


@inlined
def _look(
    fostering: FosterLayout, layout: Layout, cycle_month: int, work: StreamWorkspace, s: int, shared: FosterWorkspace
) -> Vector:
    """Count children by span: those in foster places, and those who come in and look for one. Return the queue."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    phases = work.stock.shape[1]
    queue = broadcast(0.0)
    for n in range(shared.looking.shape[1]):
        in_council = in_independent = broadcast(0.0)
        coming = stay = broadcast(0.0)
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


@inlined
def _fostered(shared: FosterWorkspace, i: int) -> Vector:
    """Count the children in the places of a sector."""
    fostered = shared.fostered[i]
    total = broadcast(0.0)
    for s in range(fostered.shape[0]):
        for n in range(fostered.shape[1]):
            total += fostered[s, n]
    return total


@inlined
def _lose(shared: FosterWorkspace, weight: Array, i: int, usable: Vector) -> Vector:
    """Work out who of a sector lose their place, where children outnumber places; return places that are free."""
    total = _fostered(shared, i)
    _take(shared.fostered[i], weight, larger(total - usable, broadcast(0.0)), shared.lose[i])
    return larger(usable - total, broadcast(0.0))


@inlined
def _take(there: Vectors2, weight: Array, amount: Vector, share: Vectors2) -> None:
    """Write the share of each span to take so that an amount is taken in all (see `fostering._taken`)."""
    weighted = got = rest = broadcast(0.0)
    for s in range(there.shape[0]):
        for n in range(there.shape[1]):
            weighted += there[s, n] * weight[s, n]
    level = ratio(amount, weighted, 0.0)
    for s in range(there.shape[0]):
        for n in range(there.shape[1]):
            share[s, n] = smaller(level * weight[s, n], broadcast(1.0))
            got += share[s, n] * there[s, n]
            rest += (1.0 - share[s, n]) * there[s, n]
    more = smaller(ratio(larger(amount - got, broadcast(0.0)), rest, 0.0), broadcast(1.0))
    for s in range(there.shape[0]):
        for n in range(there.shape[1]):
            share[s, n] += (1.0 - share[s, n]) * more


@inlined
def _place(
    fostering: FosterLayout,
    first: int,
    after: int,
    n: int,
    s: int,
    down_council: Vector,
    down_independent: Vector,
    work: StreamWorkspace,
    shared: FosterWorkspace,
) -> None:
    """Place the children of a span's rows who lost a place, came in for one, or step down."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    lose_council, lose_independent = shared.lose[0, s, n], shared.lose[1, s, n]
    for row in range(first, after):
        coming = work.coming[row, council] + work.coming[row, independent]
        work.coming[row, council] = work.coming[row, independent] = broadcast(0.0)
        for k in range(work.stock.shape[1]):
            stepping = broadcast(0.0)
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


@inlined
def _see_move(
    children: Vector, origin: Index, to: Index, groups: Ints, moves_in: Vectors1, moves_out: Vectors1
) -> None:
    """Count a move between placements that are reported apart."""
    if groups[origin] != groups[to]:
        moves_out[groups[origin]] += children
        moves_in[groups[to]] += children


@inlined
def _spread(by_place: Vectors2, n: int, fostering: FosterLayout, into: Vectors1) -> None:
    """Move what stands under the foster sectors to where those children were in fact placed."""
    council, independent = np.uintp(fostering.council), np.uintp(fostering.independent)
    both = by_place[n, council] + by_place[n, independent]
    by_place[n, council] = by_place[n, independent] = broadcast(0.0)
    for p in fostering.takers:
        by_place[n, p] += both * into[p]
