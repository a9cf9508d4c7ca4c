"""How a council's children leave care, beside England's: a level, a strength of the pattern, and deviations from it.

For each kind of leaving, a hazard of the council is

    England's * exp(level) * (England's / its mean) ** (strength - 1) * exp(deviations),

where the mean is over the council's own children, and deviations go with the phase of time in care, the age band, the
single age and the placement. With strength 1 the council has England's pattern, with 0 it is flat: all its children
leave alike. A level alone cannot bend a pattern, and puts exits where England has them: a flat council then piles up
(docs/returns.md). The import fits it to a council's own record (`simulator.returns.fit_leaving`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.own_rates import KINDS, LEVEL, STRENGTH, Leaving, of_leaving
from simulator.engine.rates import StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, PHASES, REASONS

Array = NDArray[np.float64]

LEAST_PER_YEAR = 2e-4
"""Hazard at which what England's baseline leaves out is taken to happen, where a child can live or be of the age."""

_PHASE = 2
_BAND = _PHASE + len(PHASES)
_AGE = _BAND + len(AGE_BANDS)
_PLACE = _AGE + len(AGES)


@dataclass(frozen=True)
class Hazards:
    """England's hazards of one kind of leaving, in parts that go with time in care alone and with placements.

    Attributes
    ----------
    by_phase : (age, phase)
    by_place : (age, phase, place)
    """

    by_phase: Array
    by_place: Array


def hazards(stream: StreamRates, reasons: tuple[str, ...]) -> Hazards:
    """Return England's hazards of leaving for some reasons, a year; of one draw and one area."""
    chosen = [REASONS.index(reason) for reason in reasons]
    by_phase = stream.phase_exit_per_year[0, 0][..., chosen].sum(axis=-1)
    by_place = stream.place_exit_per_year[0, 0][..., chosen].sum(axis=-1)[:, None] * stream.exit_pace[0, 0]
    return Hazards(np.maximum(by_phase, LEAST_PER_YEAR), by_place)


def design(one: Hazards, log_mean: float) -> tuple[Array, Array]:
    """Return how the log of each part goes with coefficients: (age, phase, coefficient), (age, phase, place, ...)."""
    ages, phases, places = one.by_place.shape
    found = []
    for values in (one.by_phase[..., None], one.by_place):
        x = np.zeros((*values.shape, len(of_leaving())))
        x[..., LEVEL] = 1.0
        x[..., STRENGTH] = np.log(np.maximum(values, LEAST_PER_YEAR)) - log_mean
        x[:, np.arange(phases), :, _PHASE + np.arange(phases)] = 1.0
        x[np.arange(ages), :, :, _BAND + BAND_OF_AGE] = 1.0
        x[np.arange(ages), :, :, _AGE + np.arange(ages)] = 1.0
        found.append(x)
    found[1][:, :, np.arange(places), _PLACE + placements.groups()] = 1.0
    return found[0][:, :, 0], found[1]


def ratios(one: Hazards, log_mean: float, coefficient: Array) -> tuple[Array, Array]:
    """Return a council's hazards over England's, in parts: (age, phase), (age, phase, place)."""
    by_phase, by_place = design(one, log_mean)
    return _over_england(by_phase, coefficient), _over_england(by_place, coefficient)


def _over_england(x: Array, coefficient: Array) -> Array:
    ratio: Array = np.exp(x @ (coefficient - (np.arange(len(coefficient)) == STRENGTH)))
    return ratio


def drawn_leaving(
    england: Hazards, own: Leaving, level: float, level_sd: float, strength: float, children: Array
) -> Array:
    """Return coefficients of a draw: (coefficient,).

    The level says how many leave, and on average over draws as many do as in the central run: the log level that is
    most probable given a Poisson count is the log of the rate's mean. The strength says who leaves, and not how many.
    Without either, more would leave in draws than the record tells, as hazards are convex in both.

    Parameters
    ----------
    england : Hazards
    own : Leaving
    level, strength : float
        How far they lie from what is most probable (`simulator.data.own_rates.Leaving.off`).
    level_sd : float
        Spread of levels over draws.
    children : (age, phase, place)
        In care at the base.
    """
    by_phase, by_place = design(england, own.log_mean)

    def leave(at: Array) -> float:
        of_phase, of_place = _over_england(by_phase, at), _over_england(by_place, at)
        return float((children * ((england.by_phase * of_phase)[..., None] + england.by_place * of_place)).sum())

    found = own.off(level, strength)
    if children.any():
        # The mean over a normal level, by the two points of Gauss and Hermite.
        mean = (leave(own.off(level_sd, 0.0)) + leave(own.off(-level_sd, 0.0))) / 2.0
        found[LEVEL] += np.log(leave(own.off(level, 0.0)) / leave(found) * leave(own.coefficient) / mean)
    return found


def with_own_leaving(
    stream: StreamRates, name: str, own: Mapping[str, Leaving], coefficient: Mapping[str, Array]
) -> StreamRates:
    """Put a council's hazards of leaving in place of England's; kinds that it has none of stay.

    Parameters
    ----------
    stream : StreamRates
        Of England, one draw and one area.
    name : str
        Of the stream.
    own : mapping of kind to Leaving
    coefficient : mapping of kind to (coefficient,)
        As drawn.
    """
    kinds = KINDS[name]
    phase_exit, place_exit = stream.phase_exit_per_year.copy(), stream.place_exit_per_year.copy()
    pace = stream.exit_pace.copy()
    for kind, one in own.items():
        england, chosen = hazards(stream, kinds[kind]), [REASONS.index(reason) for reason in kinds[kind]]
        by_phase, by_place = ratios(england, one.log_mean, coefficient[kind])
        share = _shares(stream, kinds[kind], one)
        phase_exit[..., chosen] = (england.by_phase * by_phase)[..., None] * share
        for place in np.flatnonzero(england.by_place.any(axis=(0, 1))):
            # Hazards of a placement are a pace by phase times a hazard by age, and so are their ratios.
            at = int(england.by_place[:, 0, place].argmax())
            pace[0, 0, :, place] *= by_place[at, :, place] / by_place[at, 0, place]
            place_exit[0, 0, :, place] *= by_place[:, :1, place]
    return replace(
        stream,
        phase_exit_per_year=phase_exit,
        place_exit_per_year=place_exit,
        exit_pace_ratio=pace / stream.placement_pace,
    )


def _shares(stream: StreamRates, reasons: tuple[str, ...], one: Leaving) -> Array:
    """Return shares of reasons of what goes with time in care: England's by age and phase, bent to the council's."""
    chosen = [REASONS.index(reason) for reason in reasons]
    weight = england_shares(stream, reasons) * one.reason_ratio[chosen]
    shares: Array = weight / weight.sum(axis=-1, keepdims=True)
    return shares


def england_shares(stream: StreamRates, reasons: tuple[str, ...]) -> Array:
    """Return England's shares of reasons of what goes with time in care: (age, phase, reason).

    One that it does not have is taken to be as likely as all of them are on average.
    """
    england = stream.phase_exit_per_year[0, 0][..., [REASONS.index(reason) for reason in reasons]]
    weight = np.where(england.any(axis=(0, 1)), england, england.mean(axis=-1, keepdims=True)) + LEAST_PER_YEAR
    shares: Array = weight / weight.sum(axis=-1, keepdims=True)
    return shares
