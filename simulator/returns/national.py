"""Rates for England by what a return can tell: age, time in care and placement. They are the prior of every council.

The model passes children through phases of time in care that no return records. Here children who start at each age are
followed in expectation, so that phases average out within each band of time in care.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England, resident_rates, uasc_rates
from simulator.baseline.time_in_care import child_years, hazards_at
from simulator.engine.rates import StreamRates
from simulator.returns.codes import PLACES
from simulator.returns.exposure import EVENTS, EXITS
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, STREAMS

Array = NDArray[np.float64]

NOBODY = 1e-6
"""Share of starts that the fit of a baseline leaves where nobody starts."""


@dataclass(frozen=True)
class National:
    """England, a year, at the rates of a base year.

    Attributes
    ----------
    base : int
        31 March of this year.
    rate : (stream, age, time, place, event)
        Events to a child-year; 0 where nobody is. Times are ``TIME_BANDS``: all are known.
    starts_per_year : (stream, age)
        Periods of care that begin, returns from home included.
    first_place : (stream, band, place)
        Shares of the starts of an age band by first placement.
    streams : tuple of StreamRates
        The rates that all of it is worked out from.
    spent : tuple of (age, time, phase, place)
        By stream: child-years by what a return tells, by phase, and by placement of the model.
    """

    base: int
    rate: Array
    starts_per_year: Array
    first_place: Array
    streams: tuple[StreamRates, ...]
    spent: tuple[Array, ...]


def national(baseline: England) -> National:
    """Work out the rates of a baseline."""
    streams = (
        resident_rates(baseline.parameters, baseline.resident, baseline.resident_home),
        uasc_rates(baseline.parameters, baseline.uasc, np.zeros_like(baseline.resident_home)),
    )
    assert len(streams) == len(STREAMS)
    found = [cell_rates(rates, baseline.cohort_months) for rates in streams]
    rates, starts, spent = zip(*found, strict=True)
    first = [_first_place(one, number) for one, number in zip(streams, starts, strict=True)]
    return National(baseline.base, np.stack(rates), np.stack(starts), np.stack(first), streams, spent)


def _first_place(rates: StreamRates, starts: Array) -> Array:
    """Return shares of starts by first placement: (band, place). Where none start, all ages of a band weigh alike."""
    by_place = rates.start_place[0, 0, 0] @ np.eye(len(PLACES))[placements.groups()]
    bands = []
    for low, high in AGE_BANDS.values():
        weight = starts[low : high + 1]
        weight = weight if weight.any() else np.ones_like(weight)
        bands.append(weight @ by_place[low : high + 1] / weight.sum())
    shares = np.stack(bands)
    return np.where(shares < NOBODY, 0.0, shares)


def cell_rates(rates: StreamRates, cohort_months: int) -> tuple[Array, Array, Array]:
    """Work out rates by what a return can tell, of one draw and one area whose rates do not change.

    Parameters
    ----------
    rates : StreamRates
    cohort_months : int
        See `simulator.baseline.time_in_care.child_years`.

    Returns
    -------
    (age, time, place, event)
        Events to a child-year.
    (age,)
        Starts a year, returns from home included.
    (age, time, phase, place)
        Child-years in the states of the model.
    """
    spent, starts = child_years(rates, cohort_months)
    events = np.stack([_events(rates, age) for age in AGES])
    count = np.einsum("atsp,asp...->atp...", spent, events)
    return _rate(_grouped(spent.sum(axis=2)), _grouped(count)), starts, spent


def _events(rates: StreamRates, age: int) -> Array:
    """Return rates of events at an age: (phase, place, event)."""
    leave, move = hazards_at(rates, age)
    told_apart = placements.groups()
    events = np.zeros((*leave.shape[:2], len(EVENTS)))
    events[..., : len(EXITS)] = leave[..., : len(EXITS)]
    for to, group in enumerate(told_apart):
        events[..., len(EXITS) + group] += move[..., to] * (told_apart != group)
    return events


def _grouped(values: Array) -> Array:
    """Add up placements that a return can't tell apart: (age, time, place, ...)."""
    grouped = np.zeros((*values.shape[:2], len(PLACES), *values.shape[3:]))
    for place, group in enumerate(placements.groups()):
        grouped[:, :, group] += values[:, :, place]
    return grouped


def _rate(time: Array, count: Array) -> Array:
    return np.divide(count, time[..., None], out=np.zeros_like(count), where=time[..., None] > 0)
