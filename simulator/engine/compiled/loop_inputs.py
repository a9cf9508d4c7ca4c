"""From rates to what the compiled loops read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.compiled.loop_records import Array, Bools, FosterInputs, FosterLayout, Ints, Layout, StreamInputs
from simulator.engine.compiled.vector_types import Vectors2
from simulator.engine.compiled.vectors import numbers, zeros, zeros_of
from simulator.engine.fostering import AGENCIES
from simulator.engine.grid import make_grid
from simulator.engine.step import home_operators
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates, StreamRates


def _side_by_side(values: Array, where: tuple[Any, ...]) -> Any:
    """Pick the draw and area of every lane from an array that may not vary along either."""
    draws, areas = where
    picked = values[np.minimum(draws, values.shape[0] - 1), np.minimum(areas, values.shape[1] - 1)]
    vectors = zeros_of(picked.shape[1:])
    numbers(vectors)[...] = picked.transpose(*range(1, picked.ndim), 0)
    return vectors


def stream_layout(rates: StreamRates, width: int) -> Layout:
    """Return what the draws and areas of a stream share: which moves and exits there are, and who is of what age."""
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
    return Layout(
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
        late_back=home.late_back,
        late_part=home.late_part,
    )


def _listed(there: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List by age what is there of (age, line, i), in order, by its position; and where each line begins and ends."""
    flat = there.reshape(len(there), -1)
    listed = np.argsort(~flat, axis=1, kind="stable")[:, : flat.sum(axis=1).max()]
    return listed, np.pad(there.sum(axis=2).cumsum(axis=1), ((0, 0), (1, 0)))


def _positions(values: NDArray[np.intp]) -> Ints:
    return np.ascontiguousarray(values, dtype=np.uintp)


_AS_THEY_ARE = (
    "opening",
    "opening_home",
    "new_starts_per_month",
    "start_place",
    "progress_per_year",
    "phase_exit_per_year",
    "placement_pace",
    "exit_pace",
    "exit_ratio",
    "phase_exit_ratio",
    "return_ratio",
    "unfostered_place",
)


def stream_inputs(rates: StreamRates, layout: Layout, where: tuple[Any, ...]) -> StreamInputs:
    """Return the rates of a stream for the runs side by side, whose draws and areas are (lane,) each."""
    moving = layout.edge_to < rates.opening.shape[-1]
    origin, to = layout.edge_from[moving], layout.edge_to[moving]
    leaving, reason = layout.edge_from[~moving], layout.reasons[layout.edge_to[~moving] - rates.opening.shape[-1]]

    def by_edge(moves: Array, exits: Array) -> Vectors2:
        found = zeros(moves.shape[0], moving.size)
        numbers(found)[:, moving], numbers(found)[:, ~moving] = moves, exits
        return found

    exit_ratio = _full(rates.place_exit_ratio, rates.place_exit_per_year.shape[3:])
    moves, exits = (
        _side_by_side(values, where)
        for values in (rates.move_per_year[..., origin, to], rates.place_exit_per_year[..., leaving, reason])
    )
    ratios = _in_one_time(rates.move_ratio[..., origin, to], exit_ratio[..., leaving, reason])
    arrays: dict[str, Any] = {name: _side_by_side(getattr(rates, name), where) for name in _AS_THEY_ARE}
    arrays["edge_per_year"] = by_edge(moves, exits)
    arrays["edge_ratio"] = by_edge(*(_side_by_side(values, where) for values in ratios))
    arrays["order_return_share"] = _side_by_side(_full(rates.order_return_share, rates.opening.shape[-1:]), where)
    arrays["growth_per_month"] = _side_by_side(_expm1(rates.balancing_per_year[..., None] / MONTHS_A_YEAR), where)
    return StreamInputs(**arrays)


def _in_one_time(*values: Array) -> tuple[Array, ...]:
    """Let arrays (draw, area, month, x) have as many months as any of them."""
    months = max(one.shape[2] for one in values)
    return tuple(np.broadcast_to(one, (*one.shape[:2], months, one.shape[3])) for one in values)


def _expm1(values: Array) -> Array:
    """Return exp - 1 of each; numpy's own may round by where in an array a number stands."""
    return np.array([math.expm1(value) for value in values.flat]).reshape(values.shape)


def _full(values: Array, axes: tuple[int, ...]) -> Array:
    """Give an array (draw, area, month, ...) its full axes after the month."""
    return np.broadcast_to(values, (*values.shape[:3], *axes))


def new_hazards(stream: StreamInputs, months: int) -> Bools:
    """Return in which months hazards are not those of the month before: (month,)."""
    new = np.zeros(months, dtype=bool)
    new[:1] = True
    for ratio in (numbers(stream.exit_ratio), numbers(stream.phase_exit_ratio), numbers(stream.edge_ratio)):
        if len(ratio) > 1:
            new[1:] |= (ratio[1:months] != ratio[: months - 1]).any(axis=(1, 2))
    return new


def foster_layout(rates: Rates, layouts: tuple[Layout, ...], band_of_age: NDArray[np.intp]) -> FosterLayout:
    """Return what draws and areas share of foster capacity.

    Raises
    ------
    ValueError
        If usable places follow children of a part of an age band.
    """
    foster = rates.foster
    if foster is None:
        none = _positions(np.zeros(0, dtype=np.intp))
        return FosterLayout(False, False, 0, 0, none, none, none, 0, np.zeros((0, 0, 0)), np.zeros(0), 1.0)
    unfostered = [np.nonzero(stream.unfostered_place.any(axis=(0, 1, 2)))[0] for stream in rates.streams]
    weight = np.zeros((len(layouts), len(layouts[0].low), max(layout.low.shape[1] for layout in layouts)))
    for of_stream, one in zip(weight, layouts, strict=True):
        low, high = foster.wait_weight[one.low], foster.wait_weight[one.high]
        of_stream[:, : one.low.shape[1]] = one.low_share * low + one.high_share * high
    return FosterLayout(
        limited=foster.limited,
        at_market=foster.agencies is not None,
        council=foster.council,
        independent=foster.independent,
        queued=_positions(foster.queued),
        takers=_positions(np.unique(np.concatenate([[foster.council, foster.independent], *unfostered]))),
        needing=_positions(foster.needing),
        young_bands=_whole_bands(band_of_age, foster.followed_below_age),
        wait_weight=weight,
        stage_per_year=foster.stage_per_year,
        usable_stays=math.exp(-foster.places_response_per_year / MONTHS_A_YEAR),
    )


def _whole_bands(band_of_age: NDArray[np.intp], below_age: int) -> int:
    """Return how many age bands hold the children below an age."""
    young, older = band_of_age[:below_age], band_of_age[below_age:]
    if len(young) and len(older) and young.max() >= older.min():
        raise ValueError(f"children below {below_age} are part of an age band")
    return int(young.max()) + 1 if len(young) else 0


def foster_inputs(foster: FosterRates | None, where: tuple[Any, ...]) -> FosterInputs:
    """Return foster capacity for the runs side by side, whose draws and areas are (lane,) each."""
    if foster is None:
        by_month, agencies = zeros(1, 2), zeros(1, len(AGENCIES))
        return FosterInputs(
            zeros(2), zeros(2), zeros(1), zeros(2), zeros(2), zeros(2, 0), by_month, zeros(1, 2, 0), by_month, zeros(2),
            by_month, zeros(2), zeros(1), zeros(1), agencies, zeros(1, 2, 0), by_month, zeros(2), zeros(2),
        )  # fmt: skip
    return FosterInputs(
        base_households=_side_by_side(foster.base_households, where),
        base_need=_side_by_side(foster.base_need, where),
        young_share=_side_by_side(foster.young_share[..., None], where),
        households=_side_by_side(foster.opening_households, where),
        usable=_side_by_side(foster.opening_usable, where),
        pipeline=_side_by_side(foster.opening_pipeline, where),
        enquiries_per_month=_side_by_side(foster.enquiries_per_month, where),
        stage_pass_share=_side_by_side(foster.stage_pass_share, where),
        deregistration_per_year=_side_by_side(foster.deregistration_per_year, where),
        places_per_household=_side_by_side(foster.places_per_household, where),
        usable_share=_side_by_side(foster.usable_share, where),
        places_elasticity=_side_by_side(foster.places_elasticity, where),
        need_elasticity=_side_by_side(foster.need_elasticity[..., None], where),
        matched_share=_side_by_side(-_expm1(-foster.step_down_per_year[..., None] / MONTHS_A_YEAR), where),
        agencies=zeros(1, len(AGENCIES)) if foster.agencies is None else _side_by_side(foster.agencies, where),
        stage_ratio=_side_by_side(_full(foster.stage_ratio, foster.opening_pipeline.shape[2:]), where),
        approval_weight=_side_by_side(_full(foster.approval_weight, foster.opening_pipeline.shape[2:3]), where),
        weighted=_side_by_side(foster.weighted, where),
        most_usable_share=_side_by_side(foster.most_usable_share, where),
    )
