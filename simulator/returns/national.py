"""Rates for England by what a return can tell: age, time in care and placement. They are the prior of every council.

The model passes children through phases of time in care that no return records. Here children who start at each age are
followed in expectation, so that phases average out within each band of time in care.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England, resident_rates, uasc_rates
from simulator.engine.rates import StreamRates
from simulator.returns.codes import ADULT, PLACES
from simulator.returns.exposure import EDGES, EVENTS, EXITS
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, STREAMS, TIME_BANDS
from simulator.vocabulary.calendar import DAYS_A_YEAR, MONTHS_A_YEAR

Array = NDArray[np.float64]

QUARTERS = 4
"""Children start at the middle of each quarter of a year of age, and at birth."""
FINE, COARSE = 1 / 52, 1 / 8
"""Steps, years, while time in care is under that of the last band, and in it."""

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
    """

    base: int
    rate: Array
    starts_per_year: Array
    first_place: Array


def national(baseline: England) -> National:
    """Work out the rates of a baseline."""
    streams = (
        resident_rates(baseline.parameters, baseline.resident, baseline.resident_home),
        uasc_rates(baseline.parameters, baseline.uasc, np.zeros_like(baseline.resident_home)),
    )
    assert len(streams) == len(STREAMS)
    found = [cell_rates(rates, baseline.cohort_months) for rates in streams]
    first = [_first_place(one, starts) for one, (_, starts) in zip(streams, found, strict=True)]
    return National(baseline.base, np.stack([r for r, _ in found]), np.stack([s for _, s in found]), np.stack(first))


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


def _returns_by_age(rates: StreamRates, cohort_months: int) -> Array:
    """Return children who come back from home, a year, by age at the opening: (age,)."""
    by_row = (rates.opening_home[0, 0] * rates.return_per_year).sum(axis=-1)
    age = np.minimum(np.arange(len(by_row)) * cohort_months // MONTHS_A_YEAR, ADULT - 1)
    return np.bincount(age, by_row, minlength=len(AGES)).astype(float)


def _generator(rates: StreamRates, age: int) -> tuple[Array, Array]:
    """Return the generator of phase and place at an age (state, state), and rates of events (state, event), a year."""
    exit_ratio = rates.exit_ratio[0, 0, 0, age]
    pace = rates.placement_pace[0, 0]  # (phase, place)
    leave = rates.phase_exit_per_year[0, 0, age][:, None] + pace[..., None] * rates.place_exit_per_year[0, 0, age]
    leave = leave * exit_ratio  # (phase, place, reason)
    move = pace[..., None] * rates.move_per_year[0, 0, age] * rates.move_ratio[0, 0, 0]  # (phase, place, place)
    phases, places = pace.shape
    flow = np.zeros((phases, places, phases, places))
    for phase in range(phases):
        flow[phase, :, phase] = move[phase]
        if phase + 1 < phases:
            flow[phase, np.arange(places), phase + 1, np.arange(places)] = rates.progress_per_year[0, 0, phase]
    states = phases * places
    generator = flow.reshape(states, states)
    generator = generator - np.diag(generator.sum(axis=1) + leave.sum(axis=-1).ravel())
    told_apart = placements.groups()
    events = np.zeros((phases, places, len(EVENTS)))
    events[..., : len(EXITS)] = leave[..., : len(EXITS)]
    for to, group in enumerate(told_apart):
        events[..., len(EXITS) + group] += move[..., to] * (told_apart != group)
    return generator, events.reshape(states, len(EVENTS))


def cell_rates(rates: StreamRates, cohort_months: int) -> tuple[Array, Array]:
    """Work out rates by what a return can tell, of one draw and one area whose rates do not change.

    Parameters
    ----------
    rates : StreamRates
        Of the opening stock, only the children at home are used: they tell how many come back, by age.
    cohort_months : int
        Width of its birth cohorts.

    Returns
    -------
    (age, time, place, event)
        Events to a child-year.
    (age,)
        Starts a year, returns from home included.
    """
    from scipy.linalg import expm

    phases, places = rates.placement_pace.shape[2:]
    states = phases * places
    new = rates.new_starts_per_month[0, 0, 0] * MONTHS_A_YEAR
    starts = new + _returns_by_age(rates, cohort_months)
    at_birth = new[0] * rates.birth_share
    ages = np.append(0.0, (np.arange(ADULT * QUARTERS) + 0.5) / QUARTERS)
    weight = np.append(at_birth, np.repeat((starts - np.append(at_birth, np.zeros(ADULT - 1))) / QUARTERS, QUARTERS))
    first_place = rates.start_place[0, 0, 0][ages.astype(int)]
    now = np.zeros((len(ages), states))
    now[:, :places] = weight[:, None] * first_place  # in the first phase

    made = [_generator(rates, age) for age in AGES]
    events = np.stack([e for _, e in made])
    operators = {step: [_operator(q, step, expm) for q, _ in made] for step in (FINE, COARSE)}
    time = np.zeros((len(AGES), len(TIME_BANDS), states))
    since = 0.0
    while since < ADULT:
        step = FINE if since + FINE / 2 < EDGES[-1] / DAYS_A_YEAR else COARSE
        age = (ages + since + step / 2).astype(int)
        band = np.searchsorted(EDGES / DAYS_A_YEAR, since + step / 2, side="right")
        for year in np.unique(age[age < ADULT]):
            here = age == year
            after, spent = operators[step][year]
            time[year, band] += (now[here] @ spent).sum(axis=0)
            now[here] = now[here] @ after
        now[age >= ADULT] = 0.0
        since += step
    shape = (len(AGES), len(TIME_BANDS), phases, places)
    count = np.einsum("atsp,asp...->atp...", time.reshape(shape), events.reshape(len(AGES), phases, places, -1))
    return _rate(_grouped(time.reshape(shape).sum(axis=2)), _grouped(count)), starts


def _operator(generator: Array, step: float, expm: object) -> tuple[Array, Array]:
    """Return how a state changes in a step (years), and the time spent in each state meanwhile."""
    size = len(generator)
    block = np.zeros((2 * size, 2 * size))
    block[:size, :size] = generator
    block[:size, size:] = np.eye(size)
    both = expm(block * step)  # type: ignore[operator]
    return both[:size, :size], both[:size, size:]


def _grouped(values: Array) -> Array:
    """Add up placements that a return can't tell apart: (age, time, place, ...)."""
    grouped = np.zeros((*values.shape[:2], len(PLACES), *values.shape[3:]))
    for place, group in enumerate(placements.groups()):
        grouped[:, :, group] += values[:, :, place]
    return grouped


def _rate(time: Array, count: Array) -> Array:
    return np.divide(count, time[..., None], out=np.zeros_like(count), where=time[..., None] > 0)
