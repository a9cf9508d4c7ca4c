"""Who is in which phase of time in care: children are followed in expectation from every age of start.

No return records phases. What it tells, bands of time in care, phases average out in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.hazards import month_operators
from simulator.engine.rates import StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES, TIME_BANDS
from simulator.vocabulary.calendar import DAYS_A_YEAR, MONTHS_A_YEAR

Array = NDArray[np.float64]

ADULT = len(AGES)
EDGES = np.array(list(TIME_BANDS.values())[1:])

QUARTERS = 4
"""Children start at the middle of each quarter of a year of age, and at birth."""
FINE, COARSE = 1 / 52, 1 / 8
"""Steps, years, while time in care is under that of the last band, and in it."""


def hazards_at(rates: StreamRates, age: int) -> tuple[Array, Array]:
    """Return hazards of leaving, (phase, place, reason), and of moving, (phase, place, place), a year at an age."""
    by_place = rates.exit_pace[0, 0][..., None] * rates.place_exit_per_year[0, 0, age]
    leave = (rates.phase_exit_per_year[0, 0, age][:, None] + by_place) * rates.exit_ratio[0, 0, 0, age]
    move = rates.placement_pace[0, 0][..., None] * rates.move_per_year[0, 0, age] * rates.move_ratio[0, 0, 0]
    return leave, move


def _generator(rates: StreamRates, age: int) -> Array:
    """Return the generator of phase and place at an age: (state, state)."""
    leave, move = hazards_at(rates, age)
    phases, places = leave.shape[:2]
    flow = np.zeros((phases, places, phases, places))
    for phase in range(phases):
        flow[phase, :, phase] = move[phase]
        if phase + 1 < phases:
            flow[phase, np.arange(places), phase + 1, np.arange(places)] = rates.progress_per_year[0, 0, phase]
    generator = flow.reshape(phases * places, -1)
    generated: Array = generator - np.diag(generator.sum(axis=1) + leave.sum(axis=-1).ravel())
    return generated


def _returns_by_age(rates: StreamRates, cohort_months: int) -> Array:
    """Return children who come back from home, a year, by age at the opening: (age,)."""
    by_row = (rates.opening_home[0, 0] * rates.return_per_year).sum(axis=-1)
    age = np.minimum(np.arange(len(by_row)) * cohort_months // MONTHS_A_YEAR, ADULT - 1)
    return np.bincount(age, by_row, minlength=len(AGES)).astype(float)


def child_years(rates: StreamRates, cohort_months: int) -> tuple[Array, Array]:
    """Return how long children are in each state, of one draw and one area whose rates do not change.

    Parameters
    ----------
    rates : StreamRates
        Of the opening stock, only the children at home are used: they tell how many come back, by age.
    cohort_months : int
        Width of its birth cohorts.

    Returns
    -------
    (age, time, phase, place)
        Child-years a year.
    (age,)
        Starts a year, returns from home included.
    """
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

    generators, which = _different([_generator(rates, age) for age in AGES])
    operators = {step: month_operators(np.stack(generators) * step)[:2] for step in (FINE, COARSE)}
    here = {step: np.zeros((len(AGES), len(TIME_BANDS), states)) for step in operators}  # as its steps begin
    since = 0.0
    while since < ADULT:
        step = FINE if since + FINE / 2 < EDGES[-1] / DAYS_A_YEAR else COARSE
        age = np.minimum((ages + since + step / 2).astype(int), ADULT)
        band = np.searchsorted(EDGES / DAYS_A_YEAR, since + step / 2, side="right")
        in_care = np.searchsorted(age, ADULT)
        first = np.flatnonzero(np.diff(age[:in_care], prepend=-1))
        here[step][age[first], band] += np.add.reduceat(now[:in_care], first)
        edges = np.searchsorted(which[age], np.arange(len(generators) + 1))
        for after, low, high in zip(operators[step][0], edges[:-1], edges[1:], strict=True):
            now[low:high] = now[low:high] @ after
        since += step
    time = np.sum([step * (here[step] @ operators[step][1][which[:ADULT]]) for step in here], axis=0)
    return time.reshape(len(AGES), len(TIME_BANDS), phases, places), starts


def _different(generators: list[Array]) -> tuple[list[Array], NDArray[np.intp]]:
    """Return generators that are not those of the age before, and which of them each age has; an adult has none.

    Neighbouring ages mostly have the same hazards.
    """
    is_new = [age == 0 or not np.array_equal(one, generators[age - 1]) for age, one in enumerate(generators)]
    found = [one for one, new in zip(generators, is_new, strict=True) if new]
    return found, np.append(np.cumsum(is_new) - 1, len(found))


def phases_of(spent: Array) -> Array:
    """Return how children of a cell that a return tells are spread over states of the model.

    Parameters
    ----------
    spent : (age, time, phase, place)
        See :func:`child_years`.

    Returns
    -------
    (age, time, phase, place)
        Shares that sum to 1 over phases and the placements that are reported as one. Where nobody is expected they are
        those of all ages, or of all placements.
    """
    group = placements.groups()
    together = (group[:, None] == group).astype(float)
    itself = np.array([one.reported_as == one.name for one in placements.placements()], dtype=float)
    found = spent
    any_age, any_place = spent.sum(axis=0, keepdims=True), spent.sum(axis=(0, 3), keepdims=True) * itself
    for less in (any_age, any_place, any_place.sum(axis=1, keepdims=True)):
        there = found.sum(axis=2) @ together
        found = np.where(there[:, :, None] > 0, found, less)
    shares: Array = found / np.maximum((found.sum(axis=2) @ together)[:, :, None], 1e-300)
    return shares
