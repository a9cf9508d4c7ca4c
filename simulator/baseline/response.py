"""How many of the children in care, and of those who start, leave before 18 within a year at England's rates.

A council that takes in more children for its size has more who leave within weeks. So what leaves it is set beside what
England's rates would make of its own stock *and* of its own starts, and only the rest is a pace of leaving of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.proportional_fitting import Margin, fit
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import BANDS
from simulator.engine.grid import first_row
from simulator.engine.plain import run
from simulator.engine.rates import Rates, StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import PHASES, REASONS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

EARLY = (0, 1, 2, 3)
"""Phases that last under a year together, so that who is in them follows from the starts of the year."""

TRANSFER_PHASES = (0, 1)
"""Phases in which children are moved to another council: the first weeks and months."""

TRANSFER_PER_YEAR = 6.0
"""Hazard of being moved to another council that a level of leaving of 2 adds to England's, in those phases: as much as
England's own in the first weeks (data/structure.yaml)."""


BEFORE_18, AT_18 = 0, 1
_NO_CHILD = 1e-12

MOST_EARLY = 0.9
"""Most of an area's stock of an age that the early phases hold."""

ROUNDS = 50


@dataclass(frozen=True)
class Pace:
    """How fast children of some areas leave, against England.

    Attributes
    ----------
    ratio : (area,)
        Of all hazards of leaving.
    transfer_per_year : (area,)
        Added to the hazards of the first phases, before `ratio`.
    """

    ratio: Array
    transfer_per_year: Array


def pace(level: Array, transfers: bool) -> Pace:
    """Return what a level of leaving stands for.

    Where an area is one that children pass through (`transfers`), a level over 1 leaves the pace of those who stay as
    in England, and what is above 1 acts in the first phases alone.
    """
    if not transfers:
        return Pace(level, np.zeros_like(level))
    return Pace(np.minimum(level, 1.0), TRANSFER_PER_YEAR * np.maximum(level - 1.0, 0.0))


def passes_through(stream: StreamRates) -> bool:
    """Say whether children pass through areas that take in many: asylum-seeking children do."""
    return stream.youngest_age > 0


def band_of_row(stream: StreamRates, cohort_months: int) -> Ints:
    """Return the age band of each row at the first instant: (row,)."""
    row = np.arange(stream.opening.shape[2]) + first_row(cohort_months, stream.youngest_age)
    band: Ints = BAND_OF_AGE[np.maximum(row - 1, 0) * cohort_months // MONTHS_A_YEAR]
    return band


def with_pace(stream: StreamRates, one: Pace) -> StreamRates:
    """Scale hazards of leaving in each area."""
    extra = np.zeros((1, one.ratio.size, 1, len(PHASES), len(REASONS)))
    extra[..., TRANSFER_PHASES, REASONS.index("other")] = one.transfer_per_year[:, None, None]
    transfers = bool(one.transfer_per_year.any())
    return replace(
        stream,
        exit_ratio=stream.exit_ratio * one.ratio[None, :, None, None],
        phase_exit_per_year=stream.phase_exit_per_year + extra if transfers else stream.phase_exit_per_year,
    )


@dataclass(frozen=True)
class Response:
    """Children who leave within a year.

    Attributes
    ----------
    level : (level,)
        Levels of leaving that were tried.
    of_stock : (outcome, level, band, phase)
        Of a child in care at its start: who leave before 18, who leave at 18.
    of_start : (outcome, level, band)
        Of a child who starts in it, evenly over it.
    """

    level: Array
    of_stock: Array
    of_start: Array

    def leavers(self, stock: Array, starts: Array, outcome: int = BEFORE_18) -> Array:
        """Return those who leave at each level: (area, level).

        Parameters
        ----------
        stock : (area, band, phase)
        starts : (area, band)
            A year.
        outcome : int
        """
        left: Array = np.einsum("abk,lbk->al", stock, self.of_stock[outcome]) + starts @ self.of_start[outcome].T
        return left

    def at(self, leavers: Array, level: Array) -> Array:
        """Return those who leave at each area's level: (area,)."""
        return np.array(
            [np.interp(np.log(one), np.log(self.level), row) for one, row in zip(level, leavers, strict=True)]
        )

    def level_of(self, leavers: Array, wanted: Array) -> Array:
        """Return the level at which a wanted number leave: (area,); at either end of those that were tried, that end.

        Parameters
        ----------
        leavers : (area, level)
            See :meth:`leavers`.
        wanted : (area,)
        """
        return np.array(
            [
                np.exp(np.interp(np.log(max(want, _NO_CHILD)), np.log(np.maximum(row, _NO_CHILD)), np.log(self.level)))
                for want, row in zip(wanted, leavers, strict=True)
            ]
        )


def respond(stream: StreamRates, cohort_months: int, levels: Array, parts: tuple[tuple[int, ...], ...]) -> Response:
    """Run England's rates for a year from every part of the stock and of starts, at some levels of leaving.

    Parameters
    ----------
    stream : StreamRates
        Of England at the base.
    cohort_months : int
    levels : (level,)
    parts : tuple of tuples of phases
        Phases that are told apart in the stock, in England's mix within each.
    """
    band = band_of_row(stream, cohort_months)
    bands = sorted(set(band.tolist()))
    of_age = BAND_OF_AGE[None] == np.array(bands)[:, None]  # (band, age)
    opening = []
    for b in bands:
        for part in parts:
            kept = np.zeros_like(stream.opening[0, 0])
            at = np.ix_(band == b, part, range(kept.shape[-1]))
            kept[at] = stream.opening[0, 0][at]
            opening.append(kept / kept.sum())
    starts = stream.new_starts_per_month[0, 0, 0] * of_age
    starts /= starts.sum(axis=1, keepdims=True) * MONTHS_A_YEAR
    none = np.zeros_like(opening[0])
    cells = np.array([*opening, *(none for _ in bands)])
    each = np.concatenate([np.zeros((len(opening), BAND_OF_AGE.size)), starts])
    tried = pace(np.repeat(levels, len(cells)), passes_through(stream))
    many = np.tile(np.arange(len(cells)), levels.size)
    paced = with_pace(
        replace(
            stream,
            opening=cells[many][None],
            opening_home=np.zeros((1, 1, *stream.opening_home.shape[2:])),
            new_starts_per_month=each[many][None, :, None],
            return_per_year=np.zeros_like(stream.return_per_year),
            balancing_per_year=np.zeros((1, 1)),
        ),
        tried,
    )
    year = Rates(
        months=MONTHS_A_YEAR, cohort_months=cohort_months, streams=(paced,), foster=None,
        place_groups=placements.groups(), price_ratio=np.ones((1, 1, 1, 1)),
        cost_weight=np.ones((1, 1, len(placements.names()))), programme_spend_gbp=np.zeros((1, 1, 1)),
    )  # fmt: skip
    reasons = run(year, BAND_OF_AGE).exits_by_reason[0].sum(axis=(1, 2, 3)).reshape(levels.size, len(cells), -1)
    at_18 = reasons[..., REASONS.index("age_18")]
    of_stock = np.zeros((2, levels.size, len(BANDS), len(PHASES)))
    of_start = np.zeros((2, levels.size, len(BANDS)))
    for outcome, left in ((BEFORE_18, reasons.sum(axis=-1) - at_18), (AT_18, at_18)):
        for i, b in enumerate(bands):
            for j, part in enumerate(parts):
                of_stock[outcome, :, b, list(part)] = left[:, i * len(parts) + j]
            of_start[outcome, :, b] = left[:, len(bands) * len(parts) + i]
    return Response(levels, of_stock, of_start)


def stock_by_phase(stream: StreamRates, cohort_months: int, stock: Array, starts: Array, one: Pace) -> Array:
    """Return the stock of all areas by phase as their own starts make it: (area, band, phase).

    In the early phases as many as the area's share of starts makes of England's, longer or shorter as children there
    leave more slowly or faster; in the later ones the rest, in England's proportions. Then fitted so that areas add up
    to England's mix of phases.

    Parameters
    ----------
    stream : StreamRates
        Of England at the base.
    cohort_months : int
    stock, starts : (area, band)
        Of all areas.
    one : Pace
    """
    england = np.zeros((len(BANDS), len(PHASES)))
    np.add.at(england, band_of_row(stream, cohort_months), stream.opening[0, 0].sum(axis=-1))
    england *= ratio_of(stock.sum(axis=0), england.sum(axis=-1))[:, None]
    share = ratio_of(starts, starts.sum(axis=0))
    is_early = np.isin(np.arange(len(PHASES)), EARLY)
    early = england * is_early * share[..., None] * _time_in_phase(stream, one)[:, None, :]
    early *= np.minimum(1.0, ratio_of(MOST_EARLY * stock, early.sum(axis=-1)))[..., None]
    late = england * ~is_early
    table = early + (stock - early.sum(axis=-1))[..., None] * ratio_of(late, late.sum(axis=-1, keepdims=True))
    margins = (Margin(stock, (2,)), Margin(england, (0,)))
    return fit(table, margins, ROUNDS).within("children of areas by phase of time in care")


def _time_in_phase(stream: StreamRates, one: Pace) -> Array:
    """Return how long a child who starts spends in each phase over how long in England: (area, phase).

    Leaving that goes with the placement is left out.
    """
    entering = stream.new_starts_per_month[0, 0, 0]
    hazard = np.einsum("a,akq->k", entering / entering.sum(), stream.phase_exit_per_year[0, 0])
    passing = np.append(stream.progress_per_year[0, 0], 0.0)
    extra = one.transfer_per_year[:, None] * np.isin(np.arange(len(PHASES)), TRANSFER_PHASES)

    def months(leaving: Array) -> Array:
        there = np.cumprod(np.c_[np.ones(len(leaving)), (passing / (passing + leaving))[:, :-1]], axis=1)
        return np.asarray(there / (passing + leaving))

    time: Array = months((hazard + extra) * one.ratio[:, None]) / months(hazard[None])
    return time


def ratio_of(part: Array, whole: Array) -> Array:
    """Return a part over a whole, 0 where the whole is none."""
    ratio: Array = np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
    return ratio
