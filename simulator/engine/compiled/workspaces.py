"""Room for the compiled loops, which make no arrays themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.compiled.chances import MOST_TERMS
from simulator.engine.compiled.loop_records import Chances, ChanceWorkspace, FosterWorkspace, Layout, StreamWorkspace
from simulator.engine.compiled.vectors import zeros

if TYPE_CHECKING:
    from simulator.engine.rates import Rates, StreamRates


def room_for_chances(rates: StreamRates, layout: Layout) -> Chances:
    """Return room for the chances of a stream's month."""
    ages, phases, reasons = rates.phase_exit_per_year.shape[2:]
    places, slots = rates.opening.shape[-1], ages + 1
    return Chances(
        way=zeros(ages, phases, layout.way_from.shape[1]),
        phase=zeros(slots, phases, phases),
        phase_part=zeros(slots, phases),
        phase_exit=zeros(slots, phases, reasons),
        phase_part_exit=zeros(slots, reasons),
        place_part=zeros(slots, places),
        place_part_exit=zeros(slots, places, layout.reasons.size),
        by_place=zeros(slots, phases, places),
        place_home=zeros(slots, phases, places),
        place_order=zeros(slots, phases, places),
        move_out=zeros(slots, phases, places),
        leave_home=zeros(slots, phases, places),
        leave_order=zeros(slots, phases, places),
        leave_home_part=zeros(slots, places),
        leave_order_part=zeros(slots, places),
        phase_turning_exit=zeros(phases, reasons),
        place_turning_exit=zeros(phases, places, layout.reasons.size),
    )


def stream_workspace(rates: StreamRates, layout: Layout) -> StreamWorkspace:
    """Return room for the state of a stream and what a month does to it."""
    rows, phases, places = rates.opening.shape[2:]
    reasons, spells, spans = rates.phase_exit_per_year.shape[-1], rates.opening_home.shape[-1], layout.low.shape[1]
    return StreamWorkspace(
        stock=zeros(rows, phases, places),
        home=zeros(rows, spells),
        coming=zeros(rows, places),
        arriving=zeros(spans, phases),
        starts=zeros(spans, places),
        young=zeros(spans),
        old=zeros(spans),
        entrant_exits=zeros(spans, places),
        exits=zeros(places),
        by_reason=zeros(reasons),
        gone_home=zeros(rows),
        ordered=zeros(rows),
        staying=zeros(places),
        there=zeros(phases, places),
        came=zeros(phases, places),
        entering=zeros(places),
        enter_low=zeros(places),
        enter_high=zeros(places),
        grown=zeros(places),
    )


def chance_workspaces(rates: StreamRates, layout: Layout) -> tuple[ChanceWorkspace, ChanceWorkspace]:
    """Return room for all phases and ways of a stream, and for the hazards of a placement alone."""
    phases, places = rates.opening.shape[-2:]
    edges, columns = layout.edge.shape[1], layout.ways_into.shape[1] - 1

    def room(states: int) -> ChanceWorkspace:
        q, whole, part, parts, power, product = (zeros(states, states) for _ in range(6))
        return ChanceWorkspace(
            q, whole, part, parts, power, product,
            hazard=zeros(edges), edge=zeros(edges), outward=zeros(places), pace=zeros(places), exit_pace=zeros(places),
            scale=zeros(MOST_TERMS), table=zeros(2, columns, columns),
        )  # fmt: skip

    return room(phases), room(1)


def foster_workspace(rates: Rates, layouts: tuple[Layout, ...]) -> FosterWorkspace:
    """Return room for the filling of foster places."""
    streams, spans = len(layouts), max(layout.low.shape[1] for layout in layouts)
    places = rates.streams[0].opening.shape[-1]
    return FosterWorkspace(
        fostered=zeros(2, streams, spans),
        lose=zeros(2, streams, spans),
        looking=zeros(streams, spans),
        without=zeros(streams, spans),
        into=zeros(places),
        stepped=zeros(places),
    )
