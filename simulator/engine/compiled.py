"""The same month loop as :mod:`simulator.engine.run`, compiled: one draw of one area at a time, by numba.

The rules are written down in :mod:`.step` and :mod:`.fostering`; this module repeats them in loops, for speed, and must
be changed with them. `tests/test_compiled.py` compares the two at every month. Nothing falls back from one to the
other: who asks for this engine without numba gets an error that names the extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulator.engine.grid import Grid, make_grid
from simulator.engine.run import Paths, batch_shape
from simulator.engine.step import AGE_18, HOME, home_operators

if TYPE_CHECKING:
    from simulator.rates import FosterRates, Rates, StreamRates

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_TERMS = 12
_SMALL = 0.5
"""As in :mod:`.hazards`: terms of the Taylor series, and the largest norm that it is used for."""

_NEGLIGIBLE = 1e-13
"""The Taylor series of moves stops at the first term below this."""

_compiled = njit(cache=True, nogil=True, error_model="numpy")


class _Stream(NamedTuple):
    """One stream of one draw and area. Shapes as in `StreamRates`, without the first two axes.

    Edges are the pairs of placements between which any child can move, `reasons` those for which any child can leave
    a placement by its own hazard; `low` and `high` are the two ages that a row overlaps, with their shares. Chances
    are kept in slots: one for each age, and one for each row of each cycle month that straddles two ages (`mixed`, in
    the order of the slots after the ages); `slot` is where a row finds its own.
    """

    opening: Array
    opening_home: Array
    new_starts_per_month: Array
    start_place: Array
    progress_per_year: Array
    phase_exit_per_year: Array
    place_exit_per_year: Array
    move_per_year: Array
    placement_pace: Array
    exit_ratio: Array
    move_ratio: Array
    balancing_per_year: Array
    edge_from: Ints
    edge_to: Ints
    reasons: Ints
    back: Array
    fade: Array
    back_soon: float
    fade_part: Array
    fade_entrant: Array
    youngest_age: int
    low: Ints
    high: Ints
    low_share: Array
    high_share: Array
    slot: Ints
    mixed: Ints
    start_share: Array
    age_at: Array
    leave_share: Array
    entrant_leave_share: Array


class _Foster(NamedTuple):
    """Foster capacity of one draw and area. Shapes as in `FosterRates`, without the first two axes."""

    followed: bool
    limited: bool
    sectors: Ints
    queued: Ints
    waiting: Ints
    wait_weight: Array
    households: Array
    pipeline: Array
    enquiries_per_month: Array
    stage_per_year: Array
    stage_pass_share: Array
    deregistration_per_year: Array
    places_per_household: Array
    usable_share: Array
    step_down_per_year: Array


class _Out(NamedTuple):
    """Where the paths of one draw and area are written; as in `Paths`, without the first two axes."""

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
    pipeline: Array


class _Chances(NamedTuple):
    """A month's operators by slot (see `step.Operators`), and what follows from them for children present all month.

    Chances of leaving by the hazards of the placement are for the stream's `reasons` only. `leave` is the chance of
    leaving for each reason when both kinds of hazard act, `leave_any` for any of them, `move_out` that of moving to a
    placement that is reported apart if the child stays.
    """

    phase: Array
    phase_part: Array
    phase_exit: Array
    phase_part_exit: Array
    place: Array
    place_part: Array
    place_exit: Array
    place_part_exit: Array
    leave: Array
    leave_any: Array
    stay: Array
    move_out: Array


class _Done(NamedTuple):
    """What a month did to a stream (see `step.Month`), by row; exits without their reason."""

    stock: Array
    entrants: Array
    home: Array
    starts: Array
    start_band: Array
    exits: Array
    entrant_exits: Array


def run_compiled(rates: Rates, band_of_age: NDArray[np.intp]) -> Paths:
    """Run all months, as :func:`simulator.engine.run.run` does.

    Parameters
    ----------
    rates : Rates
    band_of_age : (age,) int

    Returns
    -------
    Paths
        Equal to those of `run` to rounding. A draw and an area alone give the same bits as among others.
    """
    draws, areas = batch_shape(rates)
    grids = [make_grid(rates.cohort_months, s.youngest_age) for s in rates.streams]
    fixed = [_fixed(s, g) for s, g in zip(rates.streams, grids, strict=True)]
    paths = _empty_paths(rates, (draws, areas), int(band_of_age.max()) + 1)
    groups, bands = rates.place_groups.astype(np.int64), band_of_age.astype(np.int64)
    for draw in range(draws):
        for area in range(areas):
            streams = tuple(_stream(s, f, draw, area) for s, f in zip(rates.streams, fixed, strict=True))
            foster = _foster(rates, draw, area)
            out = _Out(*(getattr(paths, name)[draw, area] for name in _Out._fields))
            state = tuple(s[draw, area] for s in paths.state)
            home = tuple(h[draw, area] for h in paths.home)
            _run(rates.months, rates.cohort_months, streams, foster, groups, bands, out, state, home)
    return paths


# --------------------------------------------------------------------------------------------------
# From rates to what the loop reads


_BY_MONTH = ("new_starts_per_month", "start_place", "exit_ratio", "move_ratio")
_PLAIN = (
    "opening",
    "opening_home",
    *_BY_MONTH[:2],
    "progress_per_year",
    "phase_exit_per_year",
    "place_exit_per_year",
    "move_per_year",
    "placement_pace",
    *_BY_MONTH[2:],
    "balancing_per_year",
)


def _at(values: Array, draw: int, area: int) -> Array:
    """Pick a draw and an area of an array that may not vary along either."""
    picked = values[min(draw, values.shape[0] - 1), min(area, values.shape[1] - 1)]
    return np.ascontiguousarray(picked, dtype=np.float64)


def _fixed(rates: StreamRates, grid: Grid) -> tuple[Any, ...]:
    """Return what all draws and areas share, in the order of `_Stream` from `edge_from` on."""
    moving = (rates.move_per_year > 0).any(axis=(0, 1, 2)) & (rates.move_ratio > 0).any(axis=(0, 1, 2))
    # Numba tells arrays by their layout, and those of nonzero and argwhere have one that depends on how many they find.
    edge_from, edge_to = map(np.ascontiguousarray, np.nonzero(moving))
    reasons = np.nonzero((rates.place_exit_per_year > 0).any(axis=(0, 1, 2, 3)))[0]
    low = (grid.age_of_row > 0).argmax(axis=-1)
    high = np.minimum(low + 1, grid.age_of_row.shape[-1] - 1)
    low_share = np.take_along_axis(grid.age_of_row, low[..., None], axis=-1)[..., 0]
    mixed = np.ascontiguousarray(np.argwhere(low_share < 1.0))
    slot = low.copy()
    slot[mixed[:, 0], mixed[:, 1]] = grid.age_of_row.shape[-1] + np.arange(len(mixed))
    at_birth = np.zeros(grid.age_of_row.shape[1:])
    if grid.first_row == 0:
        at_birth[0, 0] = rates.birth_share
    start_share = np.swapaxes(grid.row_of_age, -1, -2) * (1.0 - at_birth.sum(axis=0)) + at_birth
    home = home_operators(rates)
    return (
        edge_from,
        edge_to,
        reasons,
        home.back,
        home.fade,
        home.back_soon,
        home.fade_part,
        home.fade_entrant,
        rates.youngest_age,
        low,
        high,
        low_share,
        1.0 - low_share,
        slot,
        mixed,
        start_share,
        grid.age_at,
        grid.leave_share,
        grid.entrant_leave_share,
    )


def _stream(rates: StreamRates, fixed: tuple[Any, ...], draw: int, area: int) -> _Stream:
    varying: list[Any] = [np.atleast_1d(_at(getattr(rates, name), draw, area)) for name in _PLAIN]
    return _Stream(*varying, *fixed)


def _foster(rates: Rates, draw: int, area: int) -> _Foster:
    f: FosterRates | None = rates.foster
    if f is None:
        none, empty = np.zeros((1, 2)), np.zeros(0, dtype=np.int64)
        return _Foster(
            False, False, empty, empty, empty, none[0], none[0], np.zeros((2, 0)), none, np.zeros(0),
            np.zeros((1, 2, 0)), none, none[0], none, none[0],
        )  # fmt: skip
    return _Foster(
        followed=True,
        limited=f.limited,
        sectors=np.array([f.council, f.independent]),
        queued=np.unique(f.waiting),
        waiting=f.waiting.astype(np.int64),
        wait_weight=f.wait_weight,
        households=_at(f.opening_households, draw, area),
        pipeline=_at(f.opening_pipeline, draw, area),
        enquiries_per_month=_at(f.enquiries_per_month, draw, area),
        stage_per_year=f.stage_per_year,
        stage_pass_share=_at(f.stage_pass_share, draw, area),
        deregistration_per_year=_at(f.deregistration_per_year, draw, area),
        places_per_household=_at(f.places_per_household, draw, area),
        usable_share=_at(f.usable_share, draw, area),
        step_down_per_year=np.atleast_1d(_at(f.step_down_per_year, draw, area)),
    )


def _empty_paths(rates: Rates, shape: tuple[int, int], bands: int) -> Paths:
    months, streams, places = rates.months, len(rates.streams), rates.streams[0].opening.shape[-1]
    reasons = rates.streams[0].phase_exit_per_year.shape[-1]
    stages = 0 if rates.foster is None else rates.foster.stage_per_year.size
    groups = int(rates.place_groups.max()) + 1

    def zeros(*axes: int) -> Array:
        return np.zeros((*shape, *axes))

    return Paths(
        children=zeros(months + 1, streams, bands, places),
        starts=zeros(months, streams, bands, places),
        returns=zeros(months, streams),
        exits=zeros(months, streams, bands, places),
        exits_by_reason=zeros(months, streams, bands, reasons),
        moves_in=zeros(months, groups),
        moves_out=zeros(months, groups),
        balancing=zeros(months, streams, places),
        households=zeros(months + 1, 2),
        places_usable=zeros(months + 1, 2),
        approvals=zeros(months, 2),
        deregistrations=zeros(months, 2),
        state=tuple(zeros(*s.opening.shape[2:]) for s in rates.streams),
        home=tuple(zeros(*s.opening_home.shape[2:]) for s in rates.streams),
        pipeline=zeros(2, stages),
    )


# --------------------------------------------------------------------------------------------------
# The loop


@_compiled
def _run(months, width, streams, foster, groups, bands, out, state, home):
    """Run one draw of one area; write into `out`, `state` and `home`."""
    for s in range(len(streams)):
        state[s][:] = streams[s].opening
        home[s][:] = streams[s].opening_home
    households, pipeline = foster.households.copy(), foster.pipeline.copy()
    chances = [_no_chances(stream) for stream in streams]
    worked_out = np.full(len(streams), -1)
    done = [_nothing_done(stream, out.children.shape[2]) for stream in streams]
    _see_stock(streams, state, bands, 0, out.children[0])
    _see_places(foster, 0, households, out.households[0], out.places_usable[0])

    for month in range(months):
        cycle_month = month % width
        for s in range(len(streams)):
            if worked_out[s] < 0 or not _same_hazards(streams[s], worked_out[s], month):
                _work_out(streams[s], month, groups, chances[s])
                worked_out[s] = month
            _advance(streams[s], chances[s], groups, bands, month, cycle_month, state[s], home[s], done[s], out, s)
        if foster.followed:
            _recruit(foster, month, households, pipeline, out)
        if foster.limited:
            share = foster.usable_share[_at_month(foster.usable_share, month)]
            usable = households * foster.places_per_household * share
            _fill_places(foster, streams, cycle_month, done, usable, groups, out.moves_in[month], out.moves_out[month])
            for s in range(len(streams)):
                state[s][:] = done[s].stock
        else:
            for s in range(len(streams)):
                state[s][:] = done[s].stock + done[s].entrants
        for s in range(len(streams)):
            _see_flows(streams[s], bands, cycle_month, done[s], out.starts[month, s], out.exits[month, s])
            home[s][:] = done[s].home
            if cycle_month == width - 1:
                for row in range(state[s].shape[0] - 1, 0, -1):
                    state[s][row] = state[s][row - 1]
                    home[s][row] = home[s][row - 1]
                state[s][0] = 0.0
                home[s][0] = 0.0
        _see_stock(streams, state, bands, (month + 1) % width, out.children[month + 1])
        _see_places(foster, month, households, out.households[month + 1], out.places_usable[month + 1])
    out.pipeline[:] = pipeline


@_compiled
def _at_month(values, month):
    """Position of a month on an axis that may hold one entry for all of them."""
    return min(month, values.shape[0] - 1)


@_compiled
def _same_hazards(stream, known, month):
    """Whether the hazards of a month are those of another."""
    if stream.exit_ratio.shape[0] > 1 and not (stream.exit_ratio[known] == stream.exit_ratio[month]).all():
        return False
    return stream.move_ratio.shape[0] == 1 or (stream.move_ratio[known] == stream.move_ratio[month]).all()


@_compiled
def _no_chances(stream):
    ages, phases, reasons = stream.phase_exit_per_year.shape
    places, few, slots = stream.opening.shape[2], stream.reasons.size, ages + stream.mixed.shape[0]
    return _Chances(
        np.zeros((slots, phases, phases)),
        np.zeros((slots, phases, phases)),
        np.zeros((slots, phases, reasons)),
        np.zeros((slots, phases, reasons)),
        np.zeros((slots, phases, places, places)),
        np.zeros((slots, places)),
        np.zeros((slots, phases, places, few)),
        np.zeros((slots, phases, places, few)),
        np.zeros((slots, reasons, phases, places)),
        np.zeros((slots, phases, places)),
        np.zeros((slots, phases, places)),
        np.zeros((slots, phases, places)),
    )


@_compiled
def _nothing_done(stream, bands):
    rows, phases, places = stream.opening.shape
    return _Done(
        np.zeros((rows, phases, places)),
        np.zeros((rows, phases, places)),
        np.zeros((rows, stream.back.size)),
        np.zeros((rows, places)),
        np.zeros((rows, bands)),
        np.zeros((rows, places)),
        np.zeros((rows, places)),
    )


# --------------------------------------------------------------------------------------------------
# The chances of a month


@_compiled
def _work_out(stream, month, groups, chances):
    """Work out a month's operators by age (see `step.operators`), and of the rows that straddle two ages."""
    _work_out_ages(stream, month, chances)
    ages = stream.phase_exit_per_year.shape[0]
    for i in range(stream.mixed.shape[0]):
        cycle_month, row = stream.mixed[i, 0], stream.mixed[i, 1]
        low, high = stream.low[cycle_month, row], stream.high[cycle_month, row]
        w0, w1 = stream.low_share[cycle_month, row], stream.high_share[cycle_month, row]
        _mix(chances.phase, low, high, w0, w1, ages + i)
        _mix(chances.phase_part, low, high, w0, w1, ages + i)
        _mix(chances.phase_exit, low, high, w0, w1, ages + i)
        _mix(chances.phase_part_exit, low, high, w0, w1, ages + i)
        _mix(chances.place, low, high, w0, w1, ages + i)
        _mix(chances.place_part, low, high, w0, w1, ages + i)
        _mix(chances.place_exit, low, high, w0, w1, ages + i)
        _mix(chances.place_part_exit, low, high, w0, w1, ages + i)
    for slot in range(stream.youngest_age, chances.place.shape[0]):
        for k in range(chances.place.shape[1]):
            _combine(stream.reasons, groups, slot, k, chances)


@_compiled
def _combine(reasons, groups, slot, k, chances):
    """Work out what both kinds of hazard do together to children of one slot and phase (see `step._leave`)."""
    places = groups.size
    by_phase = chances.phase_exit[slot, k].sum()
    for p in range(places):
        by_place = 0.0
        for j in range(reasons.size):
            by_place += chances.place_exit[slot, k, p, j]
        chances.stay[slot, k, p] = 1.0 - by_place
        chances.leave_any[slot, k, p] = by_phase + by_place - by_phase * by_place
        for reason in range(chances.leave.shape[1]):
            chances.leave[slot, reason, k, p] = chances.phase_exit[slot, k, reason] * (1.0 - by_place / 2.0)
        for j in range(reasons.size):
            chances.leave[slot, reasons[j], k, p] += chances.place_exit[slot, k, p, j] * (1.0 - by_phase / 2.0)
        chances.move_out[slot, k, p] = 0.0
        for to in range(places):
            if groups[to] != groups[p]:
                chances.move_out[slot, k, p] += chances.place[slot, k, p, to]


@_compiled
def _mix(chances, low, high, w0, w1, slot):
    """Fill a slot with the mean of two ages."""
    flat = chances.reshape(chances.shape[0], -1)
    for i in range(flat.shape[1]):
        flat[slot, i] = w0 * flat[low, i] + w1 * flat[high, i]


@_compiled
def _work_out_ages(stream, month, chances):
    """Work out a month's operators by age."""
    ages, phases, reasons = stream.phase_exit_per_year.shape
    places, few = stream.opening.shape[2], stream.reasons.size
    exit_ratio = stream.exit_ratio[_at_month(stream.exit_ratio, month)]
    move_ratio = stream.move_ratio[_at_month(stream.move_ratio, month)]
    q = np.zeros((phases, phases))
    whole, part, parts = np.zeros((phases, phases)), np.zeros((phases, phases)), np.zeros((phases, phases))
    edge = np.zeros(stream.edge_from.size)
    diagonal = np.zeros(places)
    leave = np.zeros((places, few))
    pace = np.zeros(places)
    for age in range(stream.youngest_age, ages):
        ratio = exit_ratio[age] / 12.0
        for k in range(phases):
            q[k] = 0.0
            total = 0.0
            for reason in range(reasons):
                total += stream.phase_exit_per_year[age, k, reason] * ratio
            onward = stream.progress_per_year[k] / 12.0 if k + 1 < phases else 0.0
            q[k, k] = -(total + onward)
            if k + 1 < phases:
                q[k, k + 1] = onward
        _month_operators(q, whole, part, parts)
        chances.phase[age] = whole
        chances.phase_part[age] = part
        for k in range(phases):
            for reason in range(reasons):
                present = coming = 0.0
                for to in range(k, phases):
                    hazard = stream.phase_exit_per_year[age, to, reason] * ratio
                    present += part[k, to] * hazard
                    coming += parts[k, to] * hazard
                chances.phase_exit[age, k, reason] = present
                chances.phase_part_exit[age, k, reason] = coming
            _mean_pace(part, stream.placement_pace, k, pace)
            for p in range(places):
                diagonal[p] = 0.0
                for j in range(few):
                    leave[p, j] = stream.place_exit_per_year[age, p, stream.reasons[j]] * ratio * pace[p]
                    diagonal[p] -= leave[p, j]
            for e in range(edge.size):
                origin, to = stream.edge_from[e], stream.edge_to[e]
                edge[e] = stream.move_per_year[age, origin, to] * move_ratio[origin, to] / 12.0 * pace[origin]
                diagonal[origin] -= edge[e]
            _place_operators(
                stream.edge_from, stream.edge_to, edge, diagonal, leave,
                chances.place[age, k], chances.place_exit[age, k],
            )  # fmt: skip
            _mean_pace(parts, stream.placement_pace, k, pace)
            for p in range(places):
                total = 0.0
                for j in range(few):
                    hazard = stream.place_exit_per_year[age, p, stream.reasons[j]] * ratio * pace[p]
                    chances.place_part_exit[age, k, p, j] = hazard
                    total += hazard
                stay_part, stay_parts = _alone(total)
                for j in range(few):
                    chances.place_part_exit[age, k, p, j] *= stay_parts
                if k == 0:
                    chances.place_part[age, p] = stay_part


@_compiled
def _mean_pace(time, pace, k, mean):
    """Mean pace by placement of a month that begins in phase k, from the time spent in each phase."""
    total = time[k].sum()
    for p in range(mean.size):
        mean[p] = 0.0
        for phase in range(k, time.shape[0]):
            mean[p] += time[k, phase] * pace[phase, p]
        mean[p] /= total


@_compiled
def _alone(hazard):
    """Return the first and second integral of exp(-hazard s) over a month."""
    if hazard < 1e-2:  # the closed forms cancel here; seven terms leave less than 1e-16
        part, parts, term = 1.0, 0.5, 1.0
        for n in range(1, 8):
            term *= -hazard / n
            part += term / (n + 1)
            parts += term / ((n + 1) * (n + 2))
        return part, parts
    part = -np.expm1(-hazard) / hazard
    return part, (1.0 - part) / hazard


@_compiled
def _multiply(a, b, out):
    """Matrix product of small matrices."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            out[i, j] = 0.0
        for k in range(a.shape[1]):
            if a[i, k] != 0.0:
                for j in range(b.shape[1]):
                    out[i, j] += a[i, k] * b[k, j]


@_compiled
def _month_operators(q, whole, part, parts):
    """As `hazards.month_operators`, for one generator."""
    n = q.shape[0]
    norm = _SMALL
    for i in range(n):
        norm = max(norm, np.abs(q[i]).sum())
    doublings = int(np.ceil(np.log2(norm / _SMALL)))
    step = 0.5**doublings
    scaled = q * step
    power, product = np.eye(n), np.zeros((n, n))
    whole[:] = power
    part[:] = power
    parts[:] = power / 2.0
    factorial = 1.0
    for term in range(1, _TERMS + 1):
        _multiply(power, scaled, product)
        power[:] = product
        factorial *= term
        whole += power / factorial
        part += power / (factorial * (term + 1))
        parts += power / (factorial * (term + 1) * (term + 2))
    part *= step
    parts *= step**2
    for _ in range(doublings):
        _multiply(whole, parts, product)
        parts += step * part + product
        _multiply(whole, part, product)
        part += product
        _multiply(whole, whole, product)
        whole[:] = product
        step *= 2.0


@_compiled
def _place_operators(edge_from, edge_to, edge, diagonal, leave, whole, exits):
    """Write exp(Q) and the chances of leaving of a month, for a generator given by its few moves and its diagonal."""
    places, few = leave.shape
    norm = 0.0
    for p in range(places):
        norm = max(norm, -2.0 * diagonal[p])
    doublings = max(int(np.ceil(np.log2(norm / _SMALL))), 0) if norm > 0.0 else 0
    step = 0.5**doublings
    terms, rest = 1, (norm * step) ** 2 / 2.0
    while rest > _NEGLIGIBLE:
        terms += 1
        rest *= norm * step / (terms + 1)
    product, leaving = np.zeros((places, places)), np.zeros((places, few))
    whole[:] = 0.0
    for p in range(places):
        whole[p, p] = 1.0
    exits[:] = leave
    for term in range(terms, 0, -1):
        scale = step / term
        for p in range(places):
            for j in range(places):
                product[p, j] = diagonal[p] * scale * whole[p, j]
        for e in range(edge.size):
            hazard = edge[e] * scale
            if hazard != 0.0:
                for j in range(places):
                    product[edge_from[e], j] += hazard * whole[edge_to[e], j]
        for p in range(places):
            product[p, p] += 1.0
        whole[:] = product
        scale = step / (term + 1)
        for p in range(places):
            for j in range(few):
                leaving[p, j] = leave[p, j] + diagonal[p] * scale * exits[p, j]
        for e in range(edge.size):
            hazard = edge[e] * scale
            if hazard != 0.0:
                for j in range(few):
                    leaving[edge_from[e], j] += hazard * exits[edge_to[e], j]
        exits[:] = leaving
    exits *= step
    for _ in range(doublings):
        _multiply(whole, exits, leaving)
        exits += leaving
        _multiply(whole, whole, product)
        whole[:] = product


# --------------------------------------------------------------------------------------------------
# A month of one stream


@_compiled
def _advance(stream, chances, groups, bands, month, cycle_month, stock, home, done, out, s):
    """Advance a stream by a month before foster places are filled (see `step.step`)."""
    rows, phases, places = stock.shape
    reasons, spells = out.exits_by_reason.shape[3], home.shape[1]
    growth = np.expm1(stream.balancing_per_year[0] / 12.0)
    by_reason, residual, moved, entering = np.zeros(reasons), np.zeros(places), np.zeros(places), np.zeros(places)
    net_in, moves_out = np.zeros(places), np.zeros(places)
    staying = np.zeros((phases, places))
    done.stock[:] = 0.0

    for row in range(rows):
        slot, last = stream.slot[cycle_month, row], row == rows - 1
        turn_18 = stream.leave_share[cycle_month] if last else 0.0

        # Children already in care.
        for k in range(phases):
            for p in range(places):
                staying[k, p] = stock[row, k, p] * (1.0 - turn_18)
        for k in range(phases):
            _move(staying, chances.place, slot, k, moved)
            survive = 0.0
            for to in range(k, phases):
                chance = chances.phase[slot, k, to]
                survive += chance
                for p in range(places):
                    done.stock[row, to, p] += chance * moved[p]
            for p in range(places):
                net_in[p] += survive * (moved[p] - staying[k, p] * chances.stay[slot, k, p])
                moves_out[p] += survive * staying[k, p] * chances.move_out[slot, k, p]
        _leave(staying, chances.leave, chances.leave_any, slot, done.exits, row, by_reason)
        if last:
            _turn_18(stock, turn_18, chances, slot, stream.reasons, done.exits, row, by_reason)

        # Children who went home, and come back.
        gone_home = by_reason[HOME]
        returns = gone_home * stream.back_soon
        for spell in range(spells):
            returns += home[row, spell] * (1.0 - turn_18) * stream.back[spell]
            done.home[row, spell] = gone_home * stream.fade_part[spell]
        for spell in range(spells):
            for to in range(spell, spells):
                done.home[row, to] += home[row, spell] * (1.0 - turn_18) * stream.fade[spell, to]
        out.returns[month, s] += returns

        # Children who come in, evenly over the month, in the first phase.
        _start(stream, bands, month, cycle_month, row, returns, done)
        leaving = stream.entrant_leave_share[cycle_month] if last else 0.0
        for p in range(places):
            done.entrant_exits[row, p] = done.starts[row, p] * leaving
            entering[p] = done.starts[row, p] - done.entrant_exits[row, p]
            by_reason[AGE_18] += done.entrant_exits[row, p]
            moved[p] = entering[p] * chances.place_part[slot, p]
        for k in range(phases):
            for p in range(places):
                done.entrants[row, k, p] = chances.phase_part[slot, 0, k] * moved[p]
        _leave_part(entering, chances, slot, 0, stream.reasons, done.entrant_exits, row, by_reason)
        for spell in range(spells):
            done.home[row, spell] += (by_reason[HOME] - gone_home) * stream.fade_entrant[spell]

        low, high = bands[stream.low[cycle_month, row]], bands[stream.high[cycle_month, row]]
        for reason in range(reasons):
            out.exits_by_reason[month, s, low, reason] += stream.low_share[cycle_month, row] * by_reason[reason]
            out.exits_by_reason[month, s, high, reason] += stream.high_share[cycle_month, row] * by_reason[reason]

    for p in range(places):  # moves within a group cancel in the net
        out.moves_out[month, groups[p]] += moves_out[p]
        out.moves_in[month, groups[p]] += net_in[p] + moves_out[p]
    if growth != 0.0:
        for row in range(rows):
            for k in range(phases):
                for p in range(places):
                    residual[p] += done.stock[row, k, p] * growth
                    done.stock[row, k, p] += done.stock[row, k, p] * growth
        out.balancing[month, s] = residual


@_compiled
def _move(staying, place, slot, k, moved):
    """Move the children of one row and phase between placements."""
    for to in range(moved.size):
        moved[to] = 0.0
    for p in range(moved.size):
        if staying[k, p] != 0.0:
            for to in range(moved.size):
                moved[to] += staying[k, p] * place[slot, k, p, to]


@_compiled
def _leave(staying, leave, leave_any, slot, exits, row, by_reason):
    """Write the exits of a row by placement and by reason."""
    phases, places = staying.shape
    for reason in range(by_reason.size):
        total = 0.0
        for k in range(phases):
            for p in range(places):
                total += staying[k, p] * leave[slot, reason, k, p]
        by_reason[reason] = total
    for p in range(places):
        exits[row, p] = 0.0
    for k in range(phases):
        for p in range(places):
            exits[row, p] += staying[k, p] * leave_any[slot, k, p]


@_compiled
def _leave_part(children, chances, slot, k, reasons, exits, row, by_reason):
    """Add the exits by placement and reason of children exposed to the hazards of a phase for half a month."""
    by_phase = chances.phase_part_exit[slot, k].sum()
    untouched = 0.0
    for p in range(children.size):
        by_place = 0.0
        for j in range(reasons.size):
            chance = chances.place_part_exit[slot, k, p, j]
            by_place += chance
            by_reason[reasons[j]] += children[p] * chance * (1.0 - by_phase / 2.0)
        exits[row, p] += children[p] * (by_phase + by_place - by_phase * by_place)
        untouched += children[p] * (1.0 - by_place / 2.0)
    for reason in range(by_reason.size):
        by_reason[reason] += untouched * chances.phase_part_exit[slot, k, reason]


@_compiled
def _turn_18(stock, turn_18, chances, slot, reasons, exits, row, by_reason):
    """Add the exits of those who turn 18 in the month; some leave for another reason before their birthday."""
    earlier = np.zeros((1, stock.shape[2]))
    for k in range(stock.shape[1]):
        turning = stock[row, k] * turn_18
        before = by_reason.sum()
        _leave_part(turning, chances, slot, k, reasons, earlier, 0, by_reason)
        by_reason[AGE_18] += turning.sum() - (by_reason.sum() - before)
        exits[row] += turning


@_compiled
def _start(stream, bands, month, cycle_month, row, returns, done):
    """Write the starts of a row by placement, and their shares by age band."""
    start_place, at = stream.start_place, _at_month(stream.start_place, month)
    new_starts, now = stream.new_starts_per_month, _at_month(stream.new_starts_per_month, month)
    low, high = stream.low[cycle_month, row], stream.high[cycle_month, row]
    young = new_starts[now, low] * stream.start_share[cycle_month, row, low]
    young += returns * stream.low_share[cycle_month, row]
    old = 0.0
    if high != low:
        old = new_starts[now, high] * stream.start_share[cycle_month, row, high]
        old += returns * stream.high_share[cycle_month, row]
    for p in range(start_place.shape[2]):
        done.starts[row, p] = young * start_place[at, low, p] + old * start_place[at, high, p]
    for band in range(done.start_band.shape[1]):
        done.start_band[row, band] = 0.0
    if young + old > 0.0:
        done.start_band[row, bands[low]] += young / (young + old)
        done.start_band[row, bands[high]] += old / (young + old)


# --------------------------------------------------------------------------------------------------
# Foster places


@_compiled
def _recruit(foster, month, households, pipeline, out):
    """Advance households and the pipeline by one month (see `fostering.recruit`)."""
    enquiries = foster.enquiries_per_month[_at_month(foster.enquiries_per_month, month)]
    pass_share = foster.stage_pass_share[_at_month(foster.stage_pass_share, month)]
    leaving = foster.deregistration_per_year[_at_month(foster.deregistration_per_year, month)]
    for sector in range(households.size):
        arriving = enquiries[sector]
        for stage in range(foster.stage_per_year.size):
            hazard = foster.stage_per_year[stage] / 12.0
            waiting = pipeline[sector, stage] * np.exp(-hazard) + arriving * (-np.expm1(-hazard) / hazard)
            finished = pipeline[sector, stage] + arriving - waiting
            pipeline[sector, stage] = waiting
            arriving = finished * pass_share[sector, stage]
        leave = leaving[sector] / 12.0
        stay_part = -np.expm1(-leave) / leave if leave > 0.0 else 1.0
        after = households[sector] * np.exp(-leave) + arriving * stay_part
        out.approvals[month, sector] = arriving
        out.deregistrations[month, sector] = households[sector] + arriving - after
        households[sector] = after


@_compiled
def _ratio(part, whole, empty):
    """Divide, with a stated answer where there is nothing to divide by."""
    return part / whole if whole > 0.0 else empty


@_compiled
def _fill_places(foster, streams, cycle_month, done, usable, groups, moves_in, moves_out):
    """Fill foster places (see `fostering.fill_places`); adds the children who came in to `done.stock`."""
    sectors, queued = foster.sectors, foster.queued
    phases, places = done[0].stock.shape[1], done[0].stock.shape[2]
    most = 0
    for d in done:
        most = max(most, d.stock.shape[0])
    weight = np.zeros((len(done), most))
    fostered = np.zeros((len(done), most, 2))
    for s in range(len(done)):
        stream, d = streams[s], done[s]
        for row in range(d.stock.shape[0]):
            weight[s, row] = (
                stream.low_share[cycle_month, row] * foster.wait_weight[stream.low[cycle_month, row]]
                + stream.high_share[cycle_month, row] * foster.wait_weight[stream.high[cycle_month, row]]
            )
            for k in range(phases):
                for i in range(2):
                    fostered[s, row, i] += d.stock[row, k, sectors[i]]

    # Children who lose their place, and those who look for one.
    free = np.zeros(2)
    lose = np.zeros((len(done), most, 2))
    for i in range(2):
        total = fostered[:, :, i].sum()
        free[i] = max(usable[i] - total, 0.0)
        _taken(fostered[:, :, i], weight, max(total - usable[i], 0.0), lose[:, :, i])
    looking = np.zeros((len(done), most))
    pool = queue = 0.0
    for s in range(len(done)):
        d = done[s]
        for row in range(d.stock.shape[0]):
            for i in range(2):
                looking[s, row] += fostered[s, row, i] * lose[s, row, i]
                for k in range(phases):
                    looking[s, row] += d.entrants[row, k, sectors[i]]
            pool += looking[s, row]
            for k in range(phases):
                for q in range(queued.size):
                    queue += d.stock[row, k, queued[q]]

    to_council = min(_ratio(free[0], pool, 1.0), 1.0)
    to_independent = min(_ratio(free[1], pool, 1.0), 1.0 - to_council)
    waits = np.zeros((len(done), most))
    _taken(looking, weight, (1.0 - to_council - to_independent) * pool, waits)
    council_first = _ratio(to_council, to_council + to_independent, 0.0)
    free[0] -= to_council * pool
    free[1] -= to_independent * pool
    matched = min(queue * -np.expm1(-foster.step_down_per_year[0] / 12.0), free.sum())
    down = np.zeros(2)
    down[0] = _ratio(min(matched, free[0]), queue, 0.0)
    down[1] = _ratio(matched - min(matched, free[0]), queue, 0.0)

    into = np.zeros(places)
    lost, stepped = np.zeros(2), np.zeros(queued.size)
    for s in range(len(done)):
        stream, d = streams[s], done[s]
        for row in range(d.stock.shape[0]):
            into[:] = 0.0
            into[foster.waiting[stream.low[cycle_month, row]]] += stream.low_share[cycle_month, row] * waits[s, row]
            into[foster.waiting[stream.high[cycle_month, row]]] += stream.high_share[cycle_month, row] * waits[s, row]
            into[sectors[0]] += (1.0 - waits[s, row]) * council_first
            into[sectors[1]] += (1.0 - waits[s, row]) * (1.0 - council_first)
            lost[:] = 0.0
            for k in range(phases):
                stepping = 0.0
                for q in range(queued.size):
                    from_queue = d.stock[row, k, queued[q]]
                    stepping += from_queue
                    stepped[q] += from_queue
                    d.stock[row, k, queued[q]] -= from_queue * (down[0] + down[1])
                placed = 0.0
                for i in range(2):
                    losing = d.stock[row, k, sectors[i]] * lose[s, row, i]
                    d.stock[row, k, sectors[i]] -= losing
                    lost[i] += losing
                    placed += losing + d.entrants[row, k, sectors[i]]
                for p in range(places):
                    d.stock[row, k, p] += placed * into[p]
                    if p != sectors[0] and p != sectors[1]:
                        d.stock[row, k, p] += d.entrants[row, k, p]
                for i in range(2):
                    d.stock[row, k, sectors[i]] += stepping * down[i]
            for i in range(2):
                for p in range(places):
                    _see_move(lost[i] * into[p], sectors[i], p, groups, moves_in, moves_out)
            _spread(d.starts, row, sectors, into)
            _spread(d.entrant_exits, row, sectors, into)
    for q in range(queued.size):
        for i in range(2):
            _see_move(stepped[q] * down[i], queued[q], sectors[i], groups, moves_in, moves_out)


@_compiled
def _see_move(children, origin, to, groups, moves_in, moves_out):
    """Count a move between placements that are reported apart."""
    if groups[origin] != groups[to]:
        moves_out[groups[origin]] += children
        moves_in[groups[to]] += children


@_compiled
def _taken(there, weight, amount, share):
    """Write the share of each row to take so that an amount is taken in all (see `fostering._taken`)."""
    level = _ratio(amount, (there * weight).sum(), 0.0)
    got = rest = 0.0
    for s in range(there.shape[0]):
        for row in range(there.shape[1]):
            share[s, row] = min(level * weight[s, row], 1.0)
            got += share[s, row] * there[s, row]
            rest += (1.0 - share[s, row]) * there[s, row]
    more = min(_ratio(max(amount - got, 0.0), rest, 0.0), 1.0)
    for s in range(there.shape[0]):
        for row in range(there.shape[1]):
            share[s, row] += (1.0 - share[s, row]) * more


@_compiled
def _spread(by_place, row, sectors, into):
    """Move what stands under the foster sectors to where those children were in fact placed."""
    both = by_place[row, sectors[0]] + by_place[row, sectors[1]]
    by_place[row, sectors[0]] = 0.0
    by_place[row, sectors[1]] = 0.0
    for p in range(into.size):
        by_place[row, p] += both * into[p]


# --------------------------------------------------------------------------------------------------
# What is seen of it


@_compiled
def _see_stock(streams, state, bands, cycle_month, children):
    """Add up children looked after at an instant: (stream, band, place)."""
    for s in range(len(streams)):
        age_at = streams[s].age_at[cycle_month]
        rows, phases, places = state[s].shape
        for row in range(rows):
            for age in range(age_at.shape[1]):
                if age_at[row, age] > 0.0:
                    for k in range(phases):
                        for p in range(places):
                            children[s, bands[age], p] += age_at[row, age] * state[s][row, k, p]


@_compiled
def _see_flows(stream, bands, cycle_month, done, starts, exits):
    """Add up a month's starts and exits: (band, place) each."""
    for row in range(done.starts.shape[0]):
        low, high = bands[stream.low[cycle_month, row]], bands[stream.high[cycle_month, row]]
        w0, w1 = stream.low_share[cycle_month, row], stream.high_share[cycle_month, row]
        for p in range(done.starts.shape[1]):
            left = done.exits[row, p] + done.entrant_exits[row, p]
            exits[low, p] += w0 * left
            exits[high, p] += w1 * left
            for band in range(done.start_band.shape[1]):
                starts[band, p] += done.start_band[row, band] * done.starts[row, p]


@_compiled
def _see_places(foster, month, households, seen, usable):
    """Note households and usable places at an instant, by sector."""
    if foster.followed:
        share = foster.usable_share[_at_month(foster.usable_share, month)]
        for sector in range(households.size):
            seen[sector] = households[sector]
            usable[sector] = households[sector] * foster.places_per_household[sector] * share[sector]
