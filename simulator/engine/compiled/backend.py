"""The same month loop as :mod:`simulator.engine.plain`, compiled by numba, for several draws or areas side by side.

The rules are written down in :mod:`.step` and :mod:`.fostering`; :mod:`.loops` repeats them, for speed, and must be
changed with them; this module makes its arrays. `tests/unit/engine/test_compiled.py` compares the two at every month.
Nothing falls back from one to the other: who asks for this one without numba gets an error that names the extra.

Every number of the loops stands for as many runs as there are lanes (:mod:`.lanes`). Three things save work:

- To leave by a hazard of the placement is to move to a place that nobody leaves again, one for each reason. So one
  exponential gives moves and exits, and only for pairs between which there is a way.
- A *span* is neighbouring rows whose children are of the same ages, and so have the same chances. What need not be
  known by row (who leaves, for which reason; who finds a foster place) is worked out for a span.
- Children who come in during a month are kept as their placements and their phases, whose product they are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.engine.compiled.loops import MOST_TERMS, run_months
from simulator.engine.compiled.vectors import LANES, zeros
from simulator.engine.fostering import AGENCIES
from simulator.engine.grid import make_grid
from simulator.engine.plain import Paths, batch_shape
from simulator.engine.step import home_operators
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates, StreamRates

Array = NDArray[np.float64]
Ints = NDArray[np.uintp]


class _Layout(NamedTuple):
    """What all draws and areas share of a stream.

    Places are followed by the `reasons` for leaving. Edges are the pairs of them that a hazard joins. By age, `edge`
    lists those that are there, ordered by where they begin: those from place p are `edges_from[p]` to
    `edges_from[p + 1]`, and `edge_into` is where they end. Ways are the pairs such that a child of an age in the first
    can be in the second by the end of a month; they are ordered by the second, and found in the same manner.

    By cycle month, span n is of rows `span[n]` to `span[n + 1]`; its children are of the ages `low` and `high`, with
    their shares. Chances are kept in slots: one for each age, and a last one for the mean of two ages.
    """

    edge_from: Ints
    edge_to: Ints
    edge: Ints
    edge_into: Ints
    edges_from: Ints
    way_from: Ints
    ways_into: Ints
    reasons: Ints
    youngest_age: int
    span: Ints
    low: Ints
    high: Ints
    low_share: Array
    high_share: Array
    start_share: Array
    age_at: Array
    leave_share: Array
    entrant_leave_share: Array
    back: Array
    fade: Array
    back_soon: float
    fade_part: Array
    fade_entrant: Array


class _Stream(NamedTuple):
    """One stream of the runs side by side. Shapes as in `StreamRates`, with the lane for draw and area.

    `edge_per_year` holds hazards of moving and leaving by age and edge, `edge_ratio` the `move_ratio` of edges.
    """

    opening: Array
    opening_home: Array
    new_starts_per_month: Array
    start_place: Array
    progress_per_year: Array
    phase_exit_per_year: Array
    placement_pace: Array
    exit_ratio: Array
    edge_per_year: Array
    edge_ratio: Array
    growth_per_month: Array


class _Fostering(NamedTuple):
    """What all draws and areas share of foster capacity.

    `at_market` says whether places of agencies are not the runs' own.
    `queued` are the placements where children wait, `takers` those that may take a child in need. By stream, cycle
    month and span, `wait_weight` is how readily a child is the one left without a place.
    """

    limited: bool
    at_market: bool
    council: int
    independent: int
    queued: Ints
    takers: Ints
    waiting: Ints
    wait_weight: Array
    stage_per_year: Array


class _Foster(NamedTuple):
    """Foster capacity of the runs side by side. Shapes as in `FosterRates`, with the lane for draw and area."""

    households: Array
    pipeline: Array
    enquiries_per_month: Array
    stage_pass_share: Array
    deregistration_per_year: Array
    places_per_household: Array
    usable_share: Array
    matched_share: Array
    agencies: Array


class _Out(NamedTuple):
    """Where paths are written; as in `Paths`, with the lane for draw and area."""

    children: Array
    starts: Array
    returns: Array
    exits: Array
    exits_by_reason: Array
    moves_in: Array
    moves_out: Array
    balancing: Array
    households: Array
    places_usable: Array
    approvals: Array
    deregistrations: Array
    agencies: Array


class _MonthChances(NamedTuple):
    """A month's operators (see `step.Operators`), and what follows from them.

    `way` is by age, the last two are for those who turn 18, and the others are by slot. `way` is the chance of each
    way, so it holds moves and exits; of these are summed `by_place`, the chance of leaving by the placement's hazards,
    `place_home` for home, and `move_out`, that of moving to a placement that is reported apart. Those who come in are
    in the first phase. `leave_home` and `leave_home_part` are chances of going home when both kinds of hazard act.
    """

    way: Array
    phase: Array
    phase_part: Array
    phase_exit: Array
    phase_part_exit: Array
    place_part: Array
    place_part_exit: Array
    by_place: Array
    place_home: Array
    move_out: Array
    leave_home: Array
    leave_home_part: Array
    phase_turning_exit: Array
    place_turning_exit: Array


class _Work(NamedTuple):
    """The state of a stream, what a month did to it, and room to work in.

    `stock` and `home` are by row, and so is `coming`: those who came in and stay, by placement; `arriving` is how they
    are spread over phases, by span. By span are also `starts`, by placement, `young` and `old`, the starts of either
    age, and `entrant_exits`. The rest is used within a span.
    """

    stock: Array
    home: Array
    coming: Array
    arriving: Array
    starts: Array
    young: Array
    old: Array
    entrant_exits: Array
    exits: Array
    by_reason: Array
    gone_home: Array
    staying: Array
    there: Array
    came: Array
    entering: Array
    enter_low: Array
    enter_high: Array
    grown: Array


class _Room(NamedTuple):
    """Room to work in while chances are worked out."""

    q: Array
    whole: Array
    part: Array
    parts: Array
    power: Array
    product: Array
    hazard: Array
    edge: Array
    outward: Array
    pace: Array
    scale: Array
    table: Array


class _Places(NamedTuple):
    """Room to work in while foster places are filled: by stream, span, and sector or place."""

    fostered: Array
    lose: Array
    looking: Array
    waits: Array
    into: Array
    stepped: Array


def run_compiled(rates: Rates, band_of_age: NDArray[np.intp]) -> Paths:
    """Run all months, as :func:`simulator.engine.plain.run` does.

    Parameters
    ----------
    rates : Rates
    band_of_age : (age,) int

    Returns
    -------
    Paths
        Equal to those of `run` to rounding. A draw and an area alone give the same bits as among others.
    """
    shape = draws, areas = batch_shape(rates)
    layouts = tuple(_layout(s, rates.cohort_months) for s in rates.streams)
    fostering = _fostering(rates.foster, layouts)
    groups, bands = rates.place_groups.astype(np.uintp), band_of_age.astype(np.uintp)
    paths = _empty_paths(rates, shape, int(band_of_age.max()) + 1)
    out = _Out(*(zeros(*getattr(paths, name).shape[2:]) for name in _Out._fields))
    work = tuple(_work(s, layout) for s, layout in zip(rates.streams, layouts, strict=True))
    chances = tuple(_chances(s, layout) for s, layout in zip(rates.streams, layouts, strict=True))
    rooms = tuple(_rooms(s, layout) for s, layout in zip(rates.streams, layouts, strict=True))
    places = _places(rates, layouts)
    for first in range(0, draws * areas, LANES):
        of_lane = np.minimum(np.arange(first, first + LANES), draws * areas - 1)  # lanes to spare repeat the last run
        where = np.unravel_index(of_lane, shape)
        streams = tuple(_stream(s, layout, where) for s, layout in zip(rates.streams, layouts, strict=True))
        foster = _foster(rates.foster, where)
        renewed = np.stack([_renewed(stream, rates.months) for stream in streams])
        for one, stream in zip(work, streams, strict=True):
            one.stock[...], one.home[...] = stream.opening, stream.opening_home
        for array in out:
            array[...] = 0.0
        run_months(
            rates.months, rates.cohort_months, layouts, fostering, streams, foster, renewed, groups, bands,
            out, work, chances, rooms, places,
        )  # fmt: skip
        states = [(to, one.stock) for to, one in zip(paths.state, work, strict=True)]
        homes = [(to, one.home) for to, one in zip(paths.home, work, strict=True)]
        flows = [(getattr(paths, name), array) for name, array in out._asdict().items()]
        runs = draws * areas - first  # fewer than lanes in the last round
        for to, array in [*flows, *states, *homes, (paths.pipeline, foster.pipeline)]:
            to[where[0][:runs], where[1][:runs]] = array[..., :runs].transpose(-1, *range(array.ndim - 1))
    return paths


# --------------------------------------------------------------------------------------------------
# From rates to what the loop reads


def _side_by_side(values: Array, where: tuple[Any, ...]) -> Array:
    """Pick the draw and area of every lane from an array that may not vary along either."""
    draws, areas = where
    picked = values[np.minimum(draws, values.shape[0] - 1), np.minimum(areas, values.shape[1] - 1)]
    lanes = zeros(*picked.shape[1:])
    lanes[...] = picked.transpose(*range(1, picked.ndim), 0)
    return lanes


def _layout(rates: StreamRates, width: int) -> _Layout:
    grid = make_grid(width, rates.youngest_age)
    places = rates.opening.shape[-1]
    leaving: NDArray[np.bool_] = np.any(rates.place_exit_per_year > 0.0, axis=(0, 1))
    moving: NDArray[np.bool_] = np.any(rates.move_per_year > 0.0, axis=(0, 1))
    changing: NDArray[np.bool_] = np.any(rates.move_ratio > 0.0, axis=(0, 1, 2))
    reasons = np.nonzero(leaving.any(axis=(0, 1)))[0]
    columns = places + reasons.size
    joined = np.zeros((len(moving), columns, columns), dtype=np.bool_)
    joined[:, :places, :places] = moving & changing
    joined[:, :places, places:] = leaving[..., reasons]
    edge_from, edge_to = np.nonzero(joined.any(axis=0))
    edge, edges_from = _listed(joined[:, :places])
    reached = joined.astype(np.float64) + np.eye(columns)
    for _ in range(columns.bit_length()):
        reached = np.minimum(reached @ reached, 1.0)
    way, ways_into = _listed(np.swapaxes(reached[:, :places] > 0.0, 1, 2))

    low = (grid.age_of_row > 0).argmax(axis=-1)
    low_share = np.take_along_axis(grid.age_of_row, low[..., None], axis=-1)[..., 0]
    begins = np.ones(low.shape, dtype=bool)
    begins[:, 1:] = (low[:, 1:] != low[:, :-1]) | (low_share[:, 1:] != low_share[:, :-1])
    span = np.full((width, int(begins.sum(axis=1).max()) + 1), grid.rows)
    for cycle_month in range(width):
        found = np.nonzero(begins[cycle_month])[0]
        span[cycle_month, : found.size] = found
    first = np.minimum(span[:, :-1], grid.rows - 1)
    low, low_share = (np.take_along_axis(values, first, axis=1) for values in (low, low_share))
    at_birth = np.zeros(grid.age_of_row.shape[1:])
    if grid.first_row == 0:
        at_birth[0, 0] = rates.birth_share
    start_share = np.swapaxes(grid.row_of_age, -1, -2) * (1.0 - at_birth.sum(axis=0)) + at_birth
    home = home_operators(rates)
    return _Layout(
        edge_from=_positions(edge_from),
        edge_to=_positions(edge_to),
        edge=_positions((np.cumsum(joined.any(axis=0)) - 1)[edge]),
        edge_into=_positions(edge % columns),
        edges_from=_positions(edges_from),
        way_from=_positions(way % places),
        ways_into=_positions(ways_into),
        reasons=_positions(reasons),
        youngest_age=rates.youngest_age,
        span=_positions(span),
        low=_positions(low),
        high=_positions(np.minimum(low + 1, grid.age_of_row.shape[-1] - 1)),
        low_share=low_share,
        high_share=1.0 - low_share,
        start_share=np.ascontiguousarray(start_share),
        age_at=grid.age_at,
        leave_share=grid.leave_share,
        entrant_leave_share=grid.entrant_leave_share,
        back=home.back,
        fade=home.fade,
        back_soon=home.back_soon,
        fade_part=home.fade_part,
        fade_entrant=home.fade_entrant,
    )


def _listed(there: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List by age what is there of (age, line, i), in order, by its position; and where each line begins and ends."""
    flat = there.reshape(len(there), -1)
    listed = np.argsort(~flat, axis=1, kind="stable")[:, : flat.sum(axis=1).max()]
    return listed, np.pad(there.sum(axis=2).cumsum(axis=1), ((0, 0), (1, 0)))


def _positions(values: NDArray[np.intp]) -> Ints:
    """Return positions without a sign: compiled code then need not ask whether they count from the end."""
    return np.ascontiguousarray(values, dtype=np.uintp)


_AS_THEY_ARE = (
    "opening",
    "opening_home",
    "new_starts_per_month",
    "start_place",
    "progress_per_year",
    "phase_exit_per_year",
    "placement_pace",
    "exit_ratio",
)


def _stream(rates: StreamRates, layout: _Layout, where: tuple[Any, ...]) -> _Stream:
    moving = layout.edge_to < rates.opening.shape[-1]
    origin, to = layout.edge_from[moving], layout.edge_to[moving]
    leaving, reason = layout.edge_from[~moving], layout.reasons[layout.edge_to[~moving] - rates.opening.shape[-1]]

    def by_edge(moves: Array, exits: Array) -> Array:
        found = zeros(moves.shape[0], moving.size)
        found[:, moving], found[:, ~moving] = moves, exits
        return found

    moves, exits, ratio = (
        _side_by_side(values, where)
        for values in (
            rates.move_per_year[..., origin, to],
            rates.place_exit_per_year[..., leaving, reason],
            rates.move_ratio[..., origin, to],
        )
    )
    arrays: dict[str, Any] = {name: _side_by_side(getattr(rates, name), where) for name in _AS_THEY_ARE}
    arrays["edge_per_year"] = by_edge(moves, exits)
    arrays["edge_ratio"] = by_edge(ratio, np.ones((1, 1, 1)))
    arrays["growth_per_month"] = _side_by_side(_expm1(rates.balancing_per_year[..., None] / MONTHS_A_YEAR), where)
    return _Stream(**arrays)


def _expm1(values: Array) -> Array:
    """Return exp - 1 of each; numpy's own may round by where in an array a number stands."""
    return np.array([math.expm1(value) for value in values.flat]).reshape(values.shape)


def _renewed(stream: _Stream, months: int) -> NDArray[np.bool_]:
    """Return in which months hazards are not those of the month before: (month,)."""
    new = np.zeros(months, dtype=bool)
    new[:1] = True
    for ratio in (stream.exit_ratio, stream.edge_ratio):
        if len(ratio) > 1:
            new[1:] |= (ratio[1:months] != ratio[: months - 1]).any(axis=(1, 2))
    return new


def _fostering(foster: FosterRates | None, layouts: tuple[_Layout, ...]) -> _Fostering:
    if foster is None:
        none = _positions(np.zeros(0, dtype=np.intp))
        return _Fostering(False, False, 0, 0, none, none, none, np.zeros((0, 0, 0)), np.zeros(0))
    queued = np.unique(foster.waiting)
    weight = np.zeros((len(layouts), len(layouts[0].low), max(layout.low.shape[1] for layout in layouts)))
    for of_stream, one in zip(weight, layouts, strict=True):
        low, high = foster.wait_weight[one.low], foster.wait_weight[one.high]
        of_stream[:, : one.low.shape[1]] = one.low_share * low + one.high_share * high
    return _Fostering(
        limited=foster.limited,
        at_market=foster.agencies is not None,
        council=foster.council,
        independent=foster.independent,
        queued=_positions(queued),
        takers=_positions(np.unique([foster.council, foster.independent, *queued])),
        waiting=_positions(foster.waiting),
        wait_weight=weight,
        stage_per_year=foster.stage_per_year,
    )


def _foster(foster: FosterRates | None, where: tuple[Any, ...]) -> _Foster:
    if foster is None:
        by_sector = zeros(1, 2)
        none = zeros(1, len(AGENCIES))
        return _Foster(zeros(2), zeros(2, 0), by_sector, zeros(1, 2, 0), by_sector, zeros(2), by_sector, zeros(1), none)
    return _Foster(
        households=_side_by_side(foster.opening_households, where),
        pipeline=_side_by_side(foster.opening_pipeline, where),
        enquiries_per_month=_side_by_side(foster.enquiries_per_month, where),
        stage_pass_share=_side_by_side(foster.stage_pass_share, where),
        deregistration_per_year=_side_by_side(foster.deregistration_per_year, where),
        places_per_household=_side_by_side(foster.places_per_household, where),
        usable_share=_side_by_side(foster.usable_share, where),
        matched_share=_side_by_side(-_expm1(-foster.step_down_per_year[..., None] / MONTHS_A_YEAR), where),
        agencies=zeros(1, len(AGENCIES)) if foster.agencies is None else _side_by_side(foster.agencies, where),
    )


def _empty_paths(rates: Rates, shape: tuple[int, int], bands: int) -> Paths:
    months, streams, places = rates.months, len(rates.streams), rates.streams[0].opening.shape[-1]
    reasons = rates.streams[0].phase_exit_per_year.shape[-1]
    stages = 0 if rates.foster is None else rates.foster.stage_per_year.size
    groups = int(rates.place_groups.max()) + 1

    def of_all(*axes: int) -> Array:
        return np.zeros((*shape, *axes))

    return Paths(
        children=of_all(months + 1, streams, bands, places),
        starts=of_all(months, streams, bands, places),
        returns=of_all(months, streams),
        exits=of_all(months, streams, bands, places),
        exits_by_reason=of_all(months, streams, bands, reasons),
        moves_in=of_all(months, groups),
        moves_out=of_all(months, groups),
        balancing=of_all(months, streams, places),
        households=of_all(months + 1, 2),
        places_usable=of_all(months + 1, 2),
        approvals=of_all(months, 2),
        deregistrations=of_all(months, 2),
        agencies=of_all(months, len(AGENCIES)),
        state=tuple(of_all(*s.opening.shape[2:]) for s in rates.streams),
        home=tuple(of_all(*s.opening_home.shape[2:]) for s in rates.streams),
        pipeline=of_all(2, stages),
    )


def _chances(rates: StreamRates, layout: _Layout) -> _MonthChances:
    ages, phases, reasons = rates.phase_exit_per_year.shape[2:]
    places, slots = rates.opening.shape[-1], ages + 1
    return _MonthChances(
        way=zeros(ages, phases, layout.way_from.shape[1]),
        phase=zeros(slots, phases, phases),
        phase_part=zeros(slots, phases),
        phase_exit=zeros(slots, phases, reasons),
        phase_part_exit=zeros(slots, reasons),
        place_part=zeros(slots, places),
        place_part_exit=zeros(slots, places, layout.reasons.size),
        by_place=zeros(slots, phases, places),
        place_home=zeros(slots, phases, places),
        move_out=zeros(slots, phases, places),
        leave_home=zeros(slots, phases, places),
        leave_home_part=zeros(slots, places),
        phase_turning_exit=zeros(phases, reasons),
        place_turning_exit=zeros(phases, places, layout.reasons.size),
    )


def _work(rates: StreamRates, layout: _Layout) -> _Work:
    rows, phases, places = rates.opening.shape[2:]
    reasons, spells, spans = rates.phase_exit_per_year.shape[-1], rates.opening_home.shape[-1], layout.low.shape[1]
    return _Work(
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
        staying=zeros(places),
        there=zeros(phases, places),
        came=zeros(phases, places),
        entering=zeros(places),
        enter_low=zeros(places),
        enter_high=zeros(places),
        grown=zeros(places),
    )


def _rooms(rates: StreamRates, layout: _Layout) -> tuple[_Room, _Room]:
    """Return room for all phases and ways of a stream, and for the hazards of a placement alone."""
    phases, places = rates.opening.shape[-2:]
    edges, columns = layout.edge.shape[1], layout.ways_into.shape[1] - 1

    def room(states: int) -> _Room:
        shapes = [*[(states, states)] * 6, (edges,), (edges,), (places,), (places,), (MOST_TERMS,)]
        return _Room(*(zeros(*shape) for shape in [*shapes, (2, columns, columns)]))

    return room(phases), room(1)


def _places(rates: Rates, layouts: tuple[_Layout, ...]) -> _Places:
    streams, spans = len(layouts), max(layout.low.shape[1] for layout in layouts)
    places = rates.streams[0].opening.shape[-1]
    return _Places(
        fostered=zeros(2, streams, spans),
        lose=zeros(2, streams, spans),
        looking=zeros(streams, spans),
        waits=zeros(streams, spans),
        into=zeros(places),
        stepped=zeros(places),
    )
