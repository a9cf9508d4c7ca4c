"""The month loop: rates in, paths out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fostering import Households, fill_places, recruit, usable_places
from simulator.engine.grid import Grid, make_grid
from simulator.engine.step import Operators, grow_up, operators, step

if TYPE_CHECKING:
    from simulator.rates import Rates, StreamRates

Array = NDArray[np.float64]

ROW_AXIS = 2


@dataclass(frozen=True)
class Paths:
    """What happened: stocks at instants (months + 1), flows over months.

    Attributes
    ----------
    children : (draw, area, instant, stream, band, place)
    starts : (draw, area, month, stream, band, place)
        Children who came into care, those who came back from home included.
    returns : (draw, area, month, stream)
        Of those, children who came back from home.
    exits : (draw, area, month, stream, band, place)
    exits_by_reason : (draw, area, month, stream, band, reason)
    moves_in, moves_out : (draw, area, month, place)
        Moves between placements that are reported apart, by where they end and where they begin.
    balancing : (draw, area, month, stream, place)
    households, places_usable : (draw, area, instant, sector)
    approvals, deregistrations : (draw, area, month, sector)
    state : tuple of (draw, area, row, phase, place), one a stream
        The whole stock at the last instant, to go on from.
    home : tuple of (draw, area, row, spell)
    pipeline : (draw, area, sector, stage)
    """

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
    state: tuple[Array, ...]
    home: tuple[Array, ...]
    pipeline: Array


def run(rates: Rates, band_of_age: NDArray[np.intp]) -> Paths:
    """Run all months.

    Parameters
    ----------
    rates : Rates
        The compiled scenario.
    band_of_age : (age,) int
        The age band under which each completed year of age is reported.
    """
    grids = tuple(make_grid(rates.cohort_months, s.youngest_age) for s in rates.streams)
    bands = np.eye(int(band_of_age.max()) + 1)[band_of_age]
    apart = rates.place_groups[:, None] != rates.place_groups[None, :]
    shape = _batch_shape(rates)
    stocks = tuple(np.broadcast_to(s.opening, (*shape, *s.opening.shape[2:])).copy() for s in rates.streams)
    homes = tuple(np.broadcast_to(s.opening_home, (*shape, *s.opening_home.shape[2:])).copy() for s in rates.streams)
    now = _opening_households(rates, shape)

    seen: defaultdict[str, list[Array]] = defaultdict(list)
    seen["children"].append(_children(stocks, grids, bands, 0))
    _see_households(seen, rates, 0, now)

    caches: list[dict[int, tuple[int, Operators]]] = [{} for _ in grids]
    for month in range(rates.months):
        done = [
            step(stream, grid, _operators(cache, stream, grid, month), month, stock, home)
            for stream, grid, cache, stock, home in zip(rates.streams, grids, caches, stocks, homes, strict=True)
        ]
        moves = np.sum([m.moves for m in done], axis=0)
        if rates.foster is not None:
            now = recruit(rates.foster, month, now)
        if rates.foster is None or not rates.foster.limited:
            stocks = tuple(m.stock + m.entrants for m in done)
            starts = tuple(m.starts for m in done)
            entrant_exits = tuple(m.entrant_exits.sum(axis=-1) for m in done)
        else:
            usable = usable_places(rates.foster, month, now.households)
            filled = fill_places(rates.foster, grids, month, tuple(done), usable)
            stocks, starts, entrant_exits = filled.stocks, filled.starts, filled.entrant_exits
            moves = moves + filled.moves
        homes = tuple(m.home for m in done)

        by_band = [grid.age_of_row[month % grid.width] @ bands for grid in grids]
        exits = [m.exits.sum(axis=-1) + e for m, e in zip(done, entrant_exits, strict=True)]
        reasons = [(m.exits + m.entrant_exits).sum(axis=-2) for m in done]
        seen["starts"].append(_to_bands(starts, [_shares(m.start_ages @ bands) for m in done]))
        seen["exits"].append(_to_bands(exits, by_band))
        seen["exits_by_reason"].append(_to_bands(reasons, by_band))
        seen["returns"].append(np.stack([m.returns for m in done], axis=-1))
        seen["balancing"].append(np.stack([m.balancing.sum(axis=-2) for m in done], axis=-2))
        seen["moves_in"].append((moves * apart).sum(axis=-2))
        seen["moves_out"].append((moves * apart).sum(axis=-1))

        cycle_month = (month + 1) % rates.cohort_months
        if cycle_month == 0:
            stocks = tuple(grow_up(s, ROW_AXIS) for s in stocks)
            homes = tuple(grow_up(h, ROW_AXIS) for h in homes)
        seen["children"].append(_children(stocks, grids, bands, cycle_month))
        _see_households(seen, rates, month, now)

    return Paths(
        **{name: np.stack(arrays, axis=2) for name, arrays in seen.items()},
        state=stocks,
        home=homes,
        pipeline=now.pipeline,
    )


def _batch_shape(rates: Rates) -> tuple[int, int]:
    """Return how many draws and areas the rates hold, after broadcasting."""
    arrays = [a for s in rates.streams for a in vars(s).values() if isinstance(a, np.ndarray) and a.ndim > 1]
    if rates.foster is not None:
        arrays += [a for a in vars(rates.foster).values() if isinstance(a, np.ndarray) and a.ndim > 1]
    draws, areas = np.broadcast_shapes(*(a.shape[:2] for a in arrays))
    return draws, areas


def _operators(cache: dict[int, tuple[int, Operators]], rates: StreamRates, grid: Grid, month: int) -> Operators:
    """Return a month's operators, worked out anew only if hazards differ from the last time at this cycle month."""
    cycle_month = month % grid.width
    if cycle_month in cache:
        known, ops = cache[cycle_month]
        if _same(rates.exit_ratio, known, month) and _same(rates.move_ratio, known, month):
            return ops
    ops = operators(rates, grid, month)
    cache[cycle_month] = (month, ops)
    return ops


def _same(values: Array, month: int, other: int) -> bool:
    return values.shape[2] == 1 or np.array_equal(values[:, :, month], values[:, :, other])


def _opening_households(rates: Rates, shape: tuple[int, int]) -> Households:
    foster = rates.foster
    if foster is None:
        none = np.zeros((*shape, 2))
        return Households(none, np.zeros((*shape, 2, 0)), none, none)
    return Households(
        households=np.broadcast_to(foster.opening_households, (*shape, 2)),
        pipeline=np.broadcast_to(foster.opening_pipeline, (*shape, *foster.opening_pipeline.shape[2:])),
        approvals=np.zeros((*shape, 2)),
        deregistrations=np.zeros((*shape, 2)),
    )


def _see_households(seen: dict[str, list[Array]], rates: Rates, month: int, now: Households) -> None:
    """Note households and places at an instant and, from the second instant on, the flows of the month before."""
    first = "households" not in seen
    seen["households"].append(now.households)
    foster = rates.foster
    shape = now.households.shape
    places = np.zeros(shape) if foster is None else usable_places(foster, month, now.households)
    seen["places_usable"].append(np.broadcast_to(places, shape))
    if not first:
        seen["approvals"].append(np.broadcast_to(now.approvals, shape))
        seen["deregistrations"].append(np.broadcast_to(now.deregistrations, shape))


def _children(stocks: tuple[Array, ...], grids: tuple[Grid, ...], bands: Array, cycle_month: int) -> Array:
    """Return children looked after by stream, band and placement at an instant."""
    totals = [s.sum(axis=-2) for s in stocks]
    return _to_bands(totals, [grid.age_at[cycle_month] @ bands for grid in grids])


def _to_bands(by_row: tuple[Array, ...] | list[Array], row_bands: list[Array]) -> Array:
    """Add rows up to age bands and stack the streams: (draw, area, stream, band, x)."""
    return np.stack([np.swapaxes(b, -1, -2) @ x for x, b in zip(by_row, row_bands, strict=True)], axis=2)


def _shares(counts: Array) -> Array:
    """Scale the last axis to sum to 1; where there is nothing the shares are zero."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
