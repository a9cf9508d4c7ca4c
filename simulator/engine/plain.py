"""The plain engine: the month loop, written for the reader and run by numpy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fostering import (
    Filled,
    Households,
    PlaceShares,
    as_wished,
    children_needing,
    fill_places,
    recruit,
    shares_over_time,
)
from simulator.engine.grid import Grid, make_grid
from simulator.engine.paths import Paths
from simulator.engine.rates import Rates, StreamRates, batch_shape
from simulator.engine.step import Operators, StreamMonth, grow_up, home_operators, operators, step

Array = NDArray[np.float64]

Seen = dict[str, list[Array]]
"""What was noted, by the names that it has in paths: an array for each instant, or each month."""

ROW_AXIS = 2


@dataclass(frozen=True)
class Happened:
    """One month of a run, for all draws and areas.

    Attributes
    ----------
    month : int
    done : tuple of StreamMonth, one a stream
        What happened before foster places were filled.
    filled : Filled
        What the filling of foster places made of it.
    households : Households
        At the end of the month.
    stocks : tuple of (draw, area, row, phase, place), one a stream
        At the end of the month, when cohorts have grown up.
    homes : tuple of (draw, area, row, spell), one a stream
    """

    month: int
    done: tuple[StreamMonth, ...]
    filled: Filled
    households: Households
    stocks: tuple[Array, ...]
    homes: tuple[Array, ...]


def unfold(rates: Rates) -> Iterator[Happened]:
    """Yield the months of a run, one after the other."""
    grids = make_grids(rates)
    shape = batch_shape(rates)
    stocks = tuple(np.broadcast_to(s.opening, (*shape, *s.opening.shape[2:])).copy() for s in rates.streams)
    homes = tuple(np.broadcast_to(s.opening_home, (*shape, *s.opening_home.shape[2:])).copy() for s in rates.streams)
    households = opening_households(rates)
    known = [OperatorsByRow(stream, grid) for stream, grid in zip(rates.streams, grids, strict=True)]
    at_home = [home_operators(stream) for stream in rates.streams]
    for month in range(rates.months):
        chances = tuple(one.at(month) for one in known)
        done = tuple(
            step(stream, grid, ops, back, month, stock, home)
            for stream, grid, ops, back, stock, home in zip(
                rates.streams, grids, chances, at_home, stocks, homes, strict=True
            )
        )
        if rates.foster is not None:
            households = recruit(rates.foster, month, households, children_needing(rates.foster, grids, month, stocks))
        if rates.foster is not None and rates.foster.limited:
            unfostered = tuple(stream.unfostered_place for stream in rates.streams)
            filled = fill_places(rates.foster, unfostered, grids, month, done, households.usable)
        else:
            filled = as_wished(done, households.usable)
        households = replace(households, usable=filled.usable)
        stocks, homes = filled.stocks, tuple(m.home for m in done)
        if (month + 1) % rates.cohort_months == 0:
            stocks = tuple(grow_up(s, ROW_AXIS) for s in stocks)
            homes = tuple(grow_up(h, ROW_AXIS) for h in homes)
        yield Happened(month, done, filled, households, stocks, homes)


def make_grids(rates: Rates) -> tuple[Grid, ...]:
    """Return the birth cohorts of each stream."""
    return tuple(make_grid(rates.cohort_months, s.youngest_age) for s in rates.streams)


def run(rates: Rates, band_of_age: NDArray[np.intp]) -> Paths:
    """Run all months.

    Parameters
    ----------
    rates : Rates
        The compiled scenario.
    band_of_age : (age,) int
        The age band under which each completed year of age is reported.
    """
    children: Seen = defaultdict(list)
    rest = _households_and_ends(rates, _children_seen(rates, band_of_age, unfold(rates), children))
    return Paths(**_over_time(children), **rest)


def follow(rates: Rates, band_of_age: NDArray[np.intp]) -> tuple[dict[str, Any], PlaceShares | None]:
    """Run all months for whole children to be followed beside (`simulator.engine.stochastic`).

    Parameters
    ----------
    rates : Rates
    band_of_age : (age,) int
        As for :func:`run`; children by band are not counted here.

    Returns
    -------
    dict of str to array
        What paths hold besides counts of children, by name: foster homes as they come and go, and the state in which
        the run ends.
    PlaceShares or None
        Of every month, on the third axis; None where foster places are not limited.
    """
    seen: list[PlaceShares] = []
    rest = _households_and_ends(rates, _shares_seen(unfold(rates), seen))
    return rest, shares_over_time(seen) if seen else None


def _shares_seen(months: Iterable[Happened], seen: list[PlaceShares]) -> Iterator[Happened]:
    """Note what children who need a foster place meet with in each month, and pass it on."""
    for now in months:
        if now.filled.shares is not None:
            seen.append(now.filled.shares)
        yield now


def _households_and_ends(rates: Rates, months: Iterable[Happened]) -> dict[str, Any]:
    """Return foster homes as they come and go in the months of a run, and the state in which it ends."""
    households = opening_households(rates)
    shape = batch_shape(rates)
    stocks = tuple(np.broadcast_to(s.opening, (*shape, *s.opening.shape[2:])) for s in rates.streams)
    homes = tuple(np.broadcast_to(s.opening_home, (*shape, *s.opening_home.shape[2:])) for s in rates.streams)
    seen: Seen = defaultdict(list)
    see_households(seen, households)
    for now in months:
        stocks, homes, households = now.stocks, now.homes, now.households
        see_households(seen, households)
        seen["agencies"].append(now.filled.agencies)
    ends = {"state": stocks, "home": homes, "pipeline": households.pipeline, "weighted": households.weighted}
    return _over_time(seen) | ends


def _children_seen(
    rates: Rates, band_of_age: NDArray[np.intp], months: Iterable[Happened], seen: Seen
) -> Iterator[Happened]:
    """Note children in care and what happens to them in each month, and pass it on."""
    grids = make_grids(rates)
    bands = np.eye(int(band_of_age.max()) + 1)[band_of_age]
    grouping = np.eye(int(rates.place_groups.max()) + 1)[rates.place_groups]
    between = 1.0 - np.eye(grouping.shape[1])
    shape = batch_shape(rates)
    opening = tuple(np.broadcast_to(s.opening, (*shape, *s.opening.shape[2:])) for s in rates.streams)
    seen["children"].append(_children(opening, grids, bands, 0))
    for now in months:
        by_band = [grid.age_of_row[now.month % grid.width] @ bands for grid in grids]
        exits = [m.exits.sum(axis=-1) + e for m, e in zip(now.done, now.filled.entrant_exits, strict=True)]
        reasons = [(m.exits + m.entrant_exits).sum(axis=-2) for m in now.done]
        seen["starts"].append(_to_bands(now.filled.starts, [_shares(m.start_ages @ bands) for m in now.done]))
        seen["exits"].append(_to_bands(exits, by_band))
        seen["exits_by_reason"].append(_to_bands(reasons, by_band))
        seen["returns"].append(np.stack([m.returns for m in now.done], axis=-1))
        seen["balancing"].append(np.stack([m.balancing.sum(axis=-2) for m in now.done], axis=-2))
        moves = np.sum([m.moves for m in now.done], axis=0) + now.filled.moves
        between_groups = grouping.T @ moves @ grouping * between
        seen["moves_in"].append(between_groups.sum(axis=-2))
        seen["moves_out"].append(between_groups.sum(axis=-1))
        seen["children"].append(_children(now.stocks, grids, bands, (now.month + 1) % rates.cohort_months))
        yield now


class OperatorsByRow:
    """The chances of each month by row, worked out anew only when hazards change."""

    def __init__(self, rates: StreamRates, grid: Grid) -> None:
        self._rates, self._grid = rates, grid
        self._known = -1
        self._by_age: Operators
        self._by_row: dict[int, Operators] = {}

    def at(self, month: int) -> Operators:
        """Return the operators of a month by row."""
        if self._known < 0 or not self._as_in(self._known, month):
            self._known, self._by_age = month, operators(self._rates, month)
            self._by_row.clear()
        cycle_month = month % self._grid.width
        if cycle_month not in self._by_row:
            self._by_row[cycle_month] = self._by_age.by_row(self._grid.age_of_row[cycle_month])
        return self._by_row[cycle_month]

    def _as_in(self, known: int, month: int) -> bool:
        r = self._rates
        ratios = (r.exit_ratio, r.move_ratio, r.phase_exit_ratio, r.place_exit_ratio)
        return all(r.shape[2] == 1 or np.array_equal(r[:, :, known], r[:, :, month]) for r in ratios)


def opening_households(rates: Rates) -> Households:
    """Return foster households and their pipeline at the first instant."""
    foster, shape = rates.foster, batch_shape(rates)
    if foster is None:
        none = np.zeros((*shape, 2))
        return Households(none, none, none, np.zeros((*shape, 2, 0)), none, none)
    return Households(
        households=np.broadcast_to(foster.opening_households, (*shape, 2)),
        weighted=np.broadcast_to(foster.weighted, (*shape, 2)),
        usable=np.broadcast_to(foster.opening_usable, (*shape, 2)),
        pipeline=np.broadcast_to(foster.opening_pipeline, (*shape, *foster.opening_pipeline.shape[2:])),
        approvals=np.zeros((*shape, 2)),
        deregistrations=np.zeros((*shape, 2)),
    )


def _over_time(seen: Seen) -> dict[str, Any]:
    """Put what was noted one after the other on the time axis."""
    return {name: np.stack(arrays, axis=2) for name, arrays in seen.items()}


def see_households(seen: Seen, now: Households) -> None:
    """Note households and places at an instant and, from the second instant on, the flows of the month before."""
    first = "households" not in seen
    shape = now.households.shape
    seen["households"].append(now.households)
    seen["places_usable"].append(np.broadcast_to(now.usable, shape))
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
