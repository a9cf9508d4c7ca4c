"""How a council's children move between placements, beside what is taken for England's gross moves.

A hazard of the council is

    England's gross hazard * exp(level + to + from + pair + band) * pace of the phase * exp(phase),

by where a move leads, by where it comes from, by the pair of placements, by the age band and where it leads, and by the
phase of time in care.
England's fitted moves are net: published tables tell what one placement gains from another, and not how many go each
way. So a council's own gross moves are never set over them. What they are pooled towards is the gross flows of
data/structure.yaml, which are a judgement, and loosely so (`simulator.returns.fit_moves`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, England, placement_pace
from simulator.baseline.structure import BAND_OF_AGE, edges
from simulator.engine.grid import make_grid
from simulator.engine.rates import StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, PHASES

Array = NDArray[np.float64]

UNLISTED_PER_YEAR = 0.005
"""Hazard of a move that data/structure.yaml does not list, at a pace of 1 (a judgement; it is loosely held)."""


def parts(values: Array) -> tuple[float, Array, Array, Array, Array, Array]:
    """Return coefficients by what they go with: level, (phase,), (to,), (from,), (from, to), (band, to)."""
    n = len(placements.reported())
    cut = np.cumsum([1, len(PHASES), n, n, n * n, len(AGE_BANDS) * n])
    level, phase, to, origin, pair, band = np.split(values, cut[:-1])
    return float(level[0]), phase, to, origin, pair.reshape(n, n), band.reshape(-1, n)


def gross_of_england(england: England) -> Array:
    """Return gross moves a child-year at a pace of 1, between placements that are reported: (age, from, to)."""
    ages = make_grid(england.cohort_months).age_of_row[0]
    group, n = placements.groups(), len(placements.reported())
    at_pace = np.einsum("ra,rhp,hp->ap", ages, england.resident[0, 0], placement_pace())
    children = np.stack([at_pace[:, group == g].sum(axis=1) for g in range(n)], axis=1)
    names = placements.names()
    found = np.zeros((len(AGES), n, n))
    for edge in edges():
        origin, to = group[names.index(edge.origin)], group[names.index(edge.to)]
        if origin != to:
            low, high = edge.ages
            found[low : high + 1, origin, to] += edge.children_per_year / children[low : high + 1, origin].sum()
    found = np.maximum(found, UNLISTED_PER_YEAR * ~np.eye(n, dtype=np.bool_))
    every = [one for one in placements.placements() if one.reported_as == one.name]
    may_live = np.array([[one.ages[0] <= age <= one.ages[1] for one in every] for age in AGES])
    return found * may_live[:, None, :]


def listed(england: England) -> NDArray[np.bool_]:
    """Return which pairs of placements data/structure.yaml lists: (from, to)."""
    table: NDArray[np.bool_] = np.asarray((gross_of_england(england) > UNLISTED_PER_YEAR).any(axis=0))
    return table


def gross_of_council(england: England, coefficient: Array) -> Array:
    """Return a council's gross moves a child-year at a pace of 1: (age, from, to)."""
    level, _, to, origin, pair, band = parts(coefficient)
    by_age = band[BAND_OF_AGE][:, None, :]
    found: Array = gross_of_england(england) * np.exp(level + to + origin[:, None] + pair + by_age)
    return found


def with_own_moves(
    stream: StreamRates, england: England, coefficient: Array, ratio: Array, *, limited: bool
) -> StreamRates:
    """Put a council's moves in place of England's, with the pace of leaving as it is.

    Whether a child waits for a foster home is in no return. Of those who go from fostering to a placement where
    children wait, as many begin to wait as in England; who waits moves on as others in the placement do.

    Parameters
    ----------
    stream : StreamRates
    england : England
    coefficient : (coefficient,)
        See `simulator.data.own_rates.of_moving`.
    ratio : (to,)
        How far a draw lies from it.
    limited : bool
        Whether the engine finds foster homes for those who wait, so that they do not move there otherwise.
    """
    group = placements.groups()
    gross = gross_of_council(england, coefficient) * ratio
    move = gross[:, group[:, None], group[None, :]] * _part_of_group(stream)
    within = group[:, None] == group
    move = np.where(within, stream.move_per_year[0, 0], move)
    if limited:
        move[:, placements.waiting_places()[:, None], FOSTER] = 0.0
    pace = stream.placement_pace * np.exp(parts(coefficient)[1])[:, None]
    return replace(stream, move_per_year=move[None, None], placement_pace=pace, exit_pace_ratio=stream.exit_pace / pace)


def _part_of_group(stream: StreamRates) -> Array:
    """Return how moves into a reported placement fall to those of the model: (age, from, to)."""
    group = placements.groups()
    england = stream.move_per_year[0, 0] * stream.move_ratio[0, 0, 0]
    together = england @ (group[:, None] == group)
    itself = np.array([one.reported_as == one.name for one in placements.placements()])
    share = np.divide(england, together, out=np.zeros_like(england), where=together > 0)
    # Where England's data have no such move, it leads to the placement itself.
    return np.where(together > 0, share, itself.astype(float))
