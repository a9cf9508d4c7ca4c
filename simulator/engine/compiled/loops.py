"""The compiled month loop, and what is seen of it.

Numbers are those of all runs side by side (:mod:`.vectors`), except for shares that the calendar gives. The rules stand
in :mod:`simulator.engine.step` and :mod:`simulator.engine.fostering`, whose names the parts use: :mod:`.chances` first,
then a month of one stream (:mod:`.stream_month`), and foster places (:mod:`.foster_filling`).
"""

from __future__ import annotations

from simulator.engine.compiled.chances import work_out_chances
from simulator.engine.compiled.compiler import compiled, inlined
from simulator.engine.compiled.foster_filling import fill_places, follow_households, follow_places
from simulator.engine.compiled.loop_records import (
    Bools,
    Chances,
    ChanceWorkspace,
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
from simulator.engine.compiled.stream_month import advance, grow_up, join_entrants
from simulator.engine.compiled.vector_arithmetic import ratio
from simulator.engine.compiled.vector_types import Vectors2, Vectors3
from simulator.engine.compiled.vectors import as_vectors


@compiled
def run_months(
    months: int,
    width: int,
    layouts: tuple[Layout, ...],
    fostering: FosterLayout,
    streams: tuple[StreamInputs, ...],
    foster: FosterInputs,
    renewed: Bools,
    groups: Ints,
    bands: Ints,
    out: Outputs,
    shares: SharesSeen,
    works: tuple[StreamWorkspace, ...],
    all_chances: tuple[Chances, ...],
    chance_works: tuple[tuple[ChanceWorkspace, ChanceWorkspace], ...],
    foster_work: FosterWorkspace,
) -> None:
    """Run draws or areas side by side; write into `out`, `shares` and `works`, the pipeline into `foster`."""
    follow_households(fostering, foster, months, out)
    seen, placed, shared = as_vectors(out), as_vectors(shares), as_vectors(foster_work)
    for s in range(len(streams)):
        _see_stock(layouts[s], as_vectors(works[s]).stock, bands, 0, seen.children[0, s])

    for month in range(months):
        cycle_month = month % width
        follow_places(fostering, foster, month, out)
        for s in range(len(streams)):
            layout, stream, work = layouts[s], as_vectors(streams[s]), as_vectors(works[s])
            chances = as_vectors(all_chances[s])
            if renewed[s, month]:
                chain, alone = chance_works[s]
                work_out_chances(layout, stream, month, groups, chances, as_vectors(chain), as_vectors(alone))
            advance(layout, stream, chances, groups, bands, month, cycle_month, work, seen, s)
        if fostering.limited:
            supply = as_vectors(foster)
            fill_places(fostering, layouts, streams, supply, cycle_month, month, groups, works, shared, seen, placed)
        for s in range(len(streams)):
            layout, work = layouts[s], as_vectors(works[s])
            join_entrants(layout, cycle_month, work)
            _see_flows(layout, bands, cycle_month, work, seen.starts[month, s], seen.exits[month, s])
            if cycle_month == width - 1:
                grow_up(work.stock)
                grow_up(work.home)
            _see_stock(layout, work.stock, bands, (month + 1) % width, seen.children[month + 1, s])


@inlined
def _see_stock(layout: Layout, stock: Vectors3, bands: Ints, cycle_month: int, children: Vectors2) -> None:
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


@inlined
def _see_flows(
    layout: Layout, bands: Ints, cycle_month: int, work: StreamWorkspace, starts: Vectors2, exits: Vectors2
) -> None:
    """Add up a month's starts, and the exits of those who came in: (band, place) each."""
    for n in range(layout.low.shape[1]):
        low, high = bands[layout.low[cycle_month, n]], bands[layout.high[cycle_month, n]]
        w0, w1 = layout.low_share[cycle_month, n], layout.high_share[cycle_month, n]
        young, old = work.young[n], work.old[n]
        for p in range(work.starts.shape[1]):
            exits[low, p] += w0 * work.entrant_exits[n, p]
            exits[high, p] += w1 * work.entrant_exits[n, p]
            starts[low, p] += ratio(young, young + old, 0.0) * work.starts[n, p]
            starts[high, p] += ratio(old, young + old, 0.0) * work.starts[n, p]
