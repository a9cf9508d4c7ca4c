"""A council's own rates: everything that a run takes, fitted to all years of its returns.

Recent years tell more. What leaving is like counts half for every three years that pass; how many start, and leave, at
the base is a level that walks (`simulator.returns.fit_levels`); moves and first placements, of which there are few,
count alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England
from simulator.baseline.own_returns import OwnReturns
from simulator.baseline.time_in_care import phases_of
from simulator.data.council import Council
from simulator.data.own_rates import Level
from simulator.returns.clean import Stays
from simulator.returns.exposure import EXITS, UNKNOWN_TIME, Exposure, Years, by_year, exposure_of, stock_by_age
from simulator.returns.fit_leaving import FittedKind, fit_leaving
from simulator.returns.fit_levels import Yearly, filtered, fit_levels
from simulator.returns.fit_moves import FittedMoves, fit_moves
from simulator.returns.national import National
from simulator.returns.pool_rates import pool_cells, strength
from simulator.returns.run_own_record import starts_to_hold
from simulator.vocabulary.axes import AGE_BANDS, AGES, STREAMS

Array = NDArray[np.float64]

HALF_LIFE_YEARS = 3.0
"""Age at which a year tells half as much of how children leave as the last one: events are few, and rates move
slowly."""

PLACE_STRENGTH = 20.0
"""How many starts England's mix of first placements is worth in an age band. A judgement: the share of a placement that
takes a quarter then differs between authorities by 38 per cent, as levels of leaving do.

No table tells first placements by authority. Their stocks of March 2025 by six kinds of placement differ less (87, by
maximum marginal likelihood in 150 authorities), but don't tell council, agency and kinship foster care apart.
"""

MOST_STARTS = 25.0
"""Most starts of an age that England's pattern by age is worth: councils differ from it by 20 per cent at least."""

RARE = 0.01
"""England's rates leave out what is rare, but it happens: a prior share is at least this."""

NO_CHANGE_SD, NO_CHANGE_YEARS = 0.06, 4
"""Standard deviation of a year's change in the log of a council's children, and how many years that is worth beside its
own: what a forecast of no change needs to hold the truth of made-up councils (docs/returns.md)."""


@dataclass(frozen=True)
class FittedCouncil:
    """What was fitted to a council's returns.

    Attributes
    ----------
    years : Years
    seen : tuple of Exposure
        Events and child-years of each year that rates rest on, the last one last.
    stocks : (year + 1, stream, age, time, place)
        Children in care on each 31 March.
    leaving : mapping of stream to mapping of kind to FittedKind
    moves : mapping of stream to FittedMoves
    starts_evidence : (stream, age)
        Starts that shares by age rest on, pooled.
    own : OwnReturns
        What a run takes.
    """

    years: Years
    seen: tuple[Exposure, ...]
    stocks: NDArray[np.int64]
    leaving: dict[str, dict[str, FittedKind]]
    moves: dict[str, FittedMoves]
    starts_evidence: Array
    own: OwnReturns

    @property
    def council(self) -> Council:
        """What a run reads."""
        return self.own.council


def fit_council(stays: Stays, england: England, prior: National, window: int | None = None) -> FittedCouncil:
    """Fit a council.

    Parameters
    ----------
    stays : Stays
    england : England
    prior : National
        England's rates as a return would tell them.
    window : int, optional
        Years that rates rest on; all if left out.
    """
    years = by_year(stays)
    used = years.years[-(window or len(years.years)) :]
    seen = tuple(exposure_of(stays, year) for year in used)
    stocks = stock_by_age(stays)
    weight = 0.5 ** (np.arange(len(seen))[::-1] / HALF_LIFE_YEARS)
    starts = np.array([one.starts for one in seen]).astype(float)  # (year, stream, age, place)
    first = pooled_first_places(starts.sum(axis=0), prior)
    shape, evidence = _shape_of_starts(starts.sum(axis=(0, 3)), prior)
    children = stocks.sum(axis=(1, 2, 3, 4)).astype(float)
    yearly = {
        (stream, "starts"): Yearly(starts[:, s].sum(axis=(1, 2)), np.ones(len(starts)))
        for s, stream in enumerate(STREAMS)
        if starts[:, s].any()
    }
    levels = fit_levels(yearly, children[-len(seen) - 1 :])
    council = Council(
        name="", base=years.years[-1], window=len(used), stock=stocks[-1].astype(float),
        starts=_starts_at_base(shape, levels),
        first_places=first, first_places_of_england=prior.first_place * (first > 0), leaving={}, moving={},
        levels=levels,
        hold=1.0, no_change_sd=no_change_sd(children),
        years=(years.years[0] - 1, *years.years), history=children, check=(),
        digest="",
    )  # fmt: skip
    leaving: dict[str, dict[str, FittedKind]] = {}
    moves: dict[str, FittedMoves] = {}
    shares = [phases_of(spent) for spent in prior.spent]
    for again in (False, True):
        if again:
            shares = _own_phases(prior, england, council)
        for s, stream in enumerate(STREAMS):
            at_risk = np.array([one.child_years[s, :, :UNKNOWN_TIME] for one in seen])
            events = np.array([one.events[s, :, :UNKNOWN_TIME] for one in seen]).astype(float)
            if not at_risk.any():
                continue
            leaving[stream] = fit_leaving(
                stream, prior.streams[s], shares[s], np.tensordot(weight, events, 1), np.tensordot(weight, at_risk, 1)
            )
            moves[stream] = fit_moves(england, shares[s], events.sum(axis=0), at_risk.sum(axis=0))
            rate = np.sum([one.rate for one in leaving[stream].values()], axis=0)
            left = events[..., : len(EXITS)].sum(axis=(1, 2, 3, 4))
            yearly[stream, "exits"] = Yearly(left, (at_risk * rate).sum(axis=(1, 2, 3)))
        levels = {
            key: beside_what_was_fitted(level, yearly[key], weight) if "exits" in key else level
            for key, level in fit_levels(yearly, children[-len(seen) - 1 :]).items()
        }
        council = replace(
            council,
            starts=_starts_at_base(shape, levels),
            leaving={(stream, kind): one.leaving for stream, kinds in leaving.items() for kind, one in kinds.items()},
            moving={stream: one.moving for stream, one in moves.items()},
            levels=levels,
        )
    own = OwnReturns(england, council)
    own = replace(own, council=replace(council, hold=starts_to_hold(own)), known_phases=own.phases)
    return FittedCouncil(years, seen, stocks, leaving, moves, evidence, own)


def beside_what_was_fitted(level: Level, yearly: Yearly, weight: Array) -> Level:
    """Return leaving at the base over what was fitted, with what walking adds to what is not known of it.

    What is fitted leaves open as much as events that count by their years do, which is more than whole ones would.

    Parameters
    ----------
    level : Level
    yearly : Yearly
        Of whole years.
    weight : (year,)
        As what leaving is like counts years.
    """
    _, fitted, _ = filtered(*Yearly(weight * yearly.events, weight * yearly.expected).as_logs, 0.0)
    return replace(level, log_sd=float(np.sqrt(max(level.log_sd**2 - fitted, 0.0))))


def _starts_at_base(shape: Array, levels: Mapping[tuple[str, str], Level]) -> Array:
    """Return starts a year by age: (stream, age), given their pattern."""
    found = np.zeros(shape.shape)
    for s, stream in enumerate(STREAMS):
        if level := levels.get((stream, "starts")):
            found[s] = level.mean * shape[s] / shape[s].sum()
    return found


def _shape_of_starts(starts: Array, prior: National) -> tuple[Array, Array]:
    """Return starts by age, pooled towards England's pattern at the council's own total, and the starts they rest on.

    A return does not know the population, so the total is the council's own.
    """
    shape, evidence = np.zeros(starts.shape), np.zeros(starts.shape)
    for s, pattern in enumerate(prior.starts_per_year):
        total, ages = starts[s].sum(), np.flatnonzero((pattern > 0) | (starts[s] > 0))
        if total:
            expected = np.maximum(pattern[ages] / pattern.sum(), RARE / len(AGES)) * total
            told = min(strength(starts[s, ages], expected), MOST_STARTS)
            rate, _ = pool_cells(starts[s, ages], np.ones(len(ages)), expected, told)
            shape[s, ages], evidence[s, ages] = rate.mean, rate.shape
    return shape, evidence


def pooled_first_places(starts: Array, prior: National) -> Array:
    """Return the starts that shares by first placement rest on: (stream, band, place); Dirichlet-multinomial.

    Parameters
    ----------
    starts : (stream, age, place)
    prior : National
    """
    found = np.zeros(prior.first_place.shape)
    for s, b in np.ndindex(found.shape[:2]):
        low, high = tuple(AGE_BANDS.values())[b]
        seen, england = starts[s, low : high + 1].sum(axis=0), prior.first_place[s, b]
        if seen.sum():
            worth = np.where((england > 0) | (seen > 0), np.maximum(england, RARE), 0.0)
            found[s, b] = seen + PLACE_STRENGTH * worth / worth.sum()
    return found


def _own_phases(prior: National, england: England, council: Council) -> list[Array]:
    """Return how children of cells are spread over phases at the council's own rates, with England's if none start."""
    own = OwnReturns(england, council).phases
    return [
        phases if starts.any() else phases_of(spent)
        for phases, starts, spent in zip(own, council.starts, prior.spent, strict=True)
    ]


def no_change_sd(children: Array) -> float:
    """Return the standard deviation of a year's change in the log of children in care, where none is expected."""
    seen = np.diff(np.log(np.maximum(children, 1.0)))
    return float(np.sqrt((NO_CHANGE_YEARS * NO_CHANGE_SD**2 + (seen**2).sum()) / (NO_CHANGE_YEARS + len(seen))))
