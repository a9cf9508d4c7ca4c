"""Lives of children in care, one child at a time in continuous time, at the rates of a :class:`StreamRates`.

Every child has an exact age, waits an exponential time for the next event at the hazards of its age, phase of time
in care and placement, is stopped at each birthday, where hazards change, and leaves on the 18th. Starts come evenly
from 18 years before the first day that is wanted, so that whoever is in care then has a whole history. Foster places
have no limit here: who waits for one is among the placements.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from simulator.engine.rates import StreamRates
from simulator.returns.codes import ADULT, AGE_18, HOME, STAYS_ON
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]
Whole = NDArray[np.intp]


@dataclass(frozen=True)
class Lives:
    """Stays in one placement, in no order. Times are in years from the first day that is wanted.

    Attributes
    ----------
    child : (stay,) int
    born, start, end : (stay,)
    place : (stay,) int
        Position in :func:`simulator.vocabulary.placements.names`.
    reason : (stay,) int
        Why care ended with the stay, or ``codes.STAYS_ON`` if another stay follows.
    """

    child: Whole
    born: Array
    start: Array
    end: Array
    place: Whole
    reason: Whole


@dataclass
class _Now:
    """Children in care, one an entry, as they are at `time`; `year` is the completed age."""

    child: Whole
    born: Array
    time: Array
    year: Whole
    phase: Whole
    place: Whole
    since: Array

    def __getitem__(self, which: NDArray[np.bool_]) -> _Now:
        return _Now(*(getattr(self, f.name)[which] for f in fields(self)))

    def __add__(self, other: _Now) -> _Now:
        return _Now(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


def live(rates: StreamRates, years: float, rng: np.random.Generator) -> Lives:
    """Let children come into care until `years` after the first day, and follow each to the end of care, for ever.

    Parameters
    ----------
    rates : StreamRates
        One draw and one area, with nothing that changes from month to month. Balancing is left out.
    years : float
        Stays that end before the first day are left out, and so are starts after `years`.
    rng : Generator

    Raises
    ------
    ValueError
        If rates change over time.
    """
    varying = (rates.new_starts_per_month, rates.start_place, rates.exit_ratio, rates.move_ratio)
    if any(a.shape[:3] != (1, 1, 1) for a in varying):
        raise ValueError("rates have to be of one draw and one area, and constant over time")
    hazards = _hazards(rates)
    now = _new_children(rates, years, rng)
    found: list[Lives] = []
    while now.child.size:
        now, stays = _next_event(rates, hazards, now, years, rng)
        found.append(stays)
    return Lives(*(np.concatenate([getattr(f, name.name) for f in found]) for name in fields(Lives)))


def _hazards(rates: StreamRates) -> Array:
    """Return cumulative hazards a year of all events: progress, exits by reason, moves: (age, phase, place, event)."""
    exit_ratio, move_ratio = rates.exit_ratio[0, 0, 0], rates.move_ratio[0, 0, 0]
    pace = rates.placement_pace[0, 0]
    by_phase, by_place = rates.phase_exit_per_year[0, 0], rates.place_exit_per_year[0, 0]
    ages, phases, reasons = by_phase.shape
    places = pace.shape[1]
    table = np.zeros((ages, phases, places, 1 + reasons + places))
    table[:, :-1, :, 0] = rates.progress_per_year[0, 0][:, None]
    leave = by_phase[:, :, None] + rates.exit_pace[0, 0][:, :, None] * by_place[:, None]
    table[..., 1 : 1 + reasons] = leave * exit_ratio[:, None, None, None]
    table[..., 1 + reasons :] = pace[:, :, None] * (rates.move_per_year[0, 0] * move_ratio)[:, None]
    return np.cumsum(table, axis=-1)


def _new_children(rates: StreamRates, years: float, rng: np.random.Generator) -> _Now:
    """Draw children who start for the first time, from 18 years before the first day: Poisson, even over time."""
    span = ADULT + years
    starts = rates.new_starts_per_month[0, 0, 0] * MONTHS_A_YEAR
    at_birth = np.zeros_like(starts)
    at_birth[0] = starts[0] * rates.birth_share
    born_in, later = (rng.poisson(n * span) for n in (at_birth, starts - at_birth))
    year = np.concatenate([np.repeat(np.arange(len(starts)), n) for n in (born_in, later)])
    age = year + np.concatenate([np.zeros(born_in.sum()), rng.random(later.sum())])
    time = -ADULT + span * rng.random(len(age))
    return _start(rates, np.arange(len(age)), time - age, time, rng)


def _start(rates: StreamRates, child: Whole, born: Array, time: Array, rng: np.random.Generator) -> _Now:
    """Start to look after children: first placement by age, first phase."""
    year = np.minimum((time - born + 1e-9).astype(np.intp), ADULT - 1)
    cumulative = np.cumsum(rates.start_place[0, 0, 0], axis=1)
    cumulative[:, -1] = 1.0
    place = (rng.random(len(child))[:, None] >= cumulative[year]).sum(axis=1)
    return _Now(child, born, time, year, np.zeros_like(year), place, time)


def _next_event(
    rates: StreamRates, hazards: Array, now: _Now, years: float, rng: np.random.Generator
) -> tuple[_Now, Lives]:
    """Take each child to its next event or birthday, whichever is first; return those then in care, and stays ended."""
    reasons = rates.phase_exit_per_year.shape[-1]
    cumulative = hazards[now.year, now.phase, now.place]
    total = cumulative[:, -1]
    with np.errstate(divide="ignore"):
        wait = rng.standard_exponential(len(total)) / total
    to_birthday = np.maximum(now.born + now.year + 1 - now.time, 0.0)
    birthday = wait >= to_birthday
    time = now.time + np.minimum(wait, to_birthday)
    kind = ((rng.random(len(total)) * total)[:, None] >= cumulative).sum(axis=1)
    leaves = np.where(birthday, now.year == ADULT - 1, (kind >= 1) & (kind <= reasons))
    moves = ~birthday & (kind > reasons)
    reason = np.where(leaves, np.where(birthday, AGE_18, kind - 1), STAYS_ON)
    seen = (leaves | moves) & (time >= 0) & (now.since < years)
    stays = Lives(now.child[seen], now.born[seen], now.since[seen], time[seen], now.place[seen], reason[seen])

    now.time = time
    back = _come_back(rates, now[leaves & (reason == HOME)], years, rng)
    now.year = now.year + birthday
    now.phase = now.phase + (~birthday & (kind == 0))
    now.since = np.where(moves, time, now.since)
    now.place = np.where(moves, kind - 1 - reasons, now.place)
    return now[~leaves & (now.since < years)] + back, stays


def _come_back(rates: StreamRates, gone: _Now, years: float, rng: np.random.Generator) -> _Now:
    """Let children who went home pass through the spells there; return those who start again."""
    back = gone[np.zeros(gone.child.size, dtype=np.bool_)]
    fades = [*rates.fade_per_year, 0.0]
    for hazard, fade in zip(rates.return_per_year, fades, strict=True):
        with np.errstate(divide="ignore"):
            to_return = rng.standard_exponential(gone.child.size) / hazard
            to_fade = rng.standard_exponential(gone.child.size) / fade
        gone.time = gone.time + np.minimum(to_return, to_fade)
        child = (gone.time < gone.born + ADULT) & (gone.time < years)
        back = back + gone[child & (to_return <= to_fade)]
        gone = gone[child & (to_return > to_fade)]
    return _start(rates, back.child, back.born, back.time, rng)
