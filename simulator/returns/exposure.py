"""Events over exposure: who was at risk, for how long, and what happened, counted from stays in care.

Every count is exact to the day. A stay still open on the last day is censored there; a child in care when the window
opens comes under observation then, and not before (left truncation), with the time in care that it has by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.time_in_care import EDGES
from simulator.returns.clean import Stays
from simulator.returns.codes import ADULT, AGE_18, PLACES, STAYS_ON
from simulator.returns.dates import LAST_DATE
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS, TIME_BANDS
from simulator.vocabulary.calendar import DAYS_A_YEAR, MONTHS_A_YEAR

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Days = NDArray[np.int64]
Dates = NDArray[np.datetime64]
Flags = NDArray[np.bool_]

TIMES = (*TIME_BANDS, "unknown")
"""Bands, and children who came into care before the returns begin, until they are in the last band for certain."""

UNKNOWN_TIME = len(TIME_BANDS)
LAST_BAND = UNKNOWN_TIME - 1

EXITS = tuple(reason for i, reason in enumerate(REASONS) if i != AGE_18)
EVENTS = (*(f"exit_{reason}" for reason in EXITS), *(f"move_to_{place}" for place in PLACES))
"""What can happen to a child in care, birthdays apart: leaving at 18 is certain and has no rate."""

NO_EVENT = -1


@dataclass(frozen=True)
class Exposure:
    """Events and time at risk in a window.

    Attributes
    ----------
    events : (stream, age, time, place, event) int
    child_years : (stream, age, time, place)
    years : int
        Length of the window.
    starts : (stream, age, place) int
        Periods of care that began in it, by first placement.
    """

    events: Counts
    child_years: Array
    years: int
    starts: Counts


@dataclass(frozen=True)
class Years:
    """Counts by financial year; the first axis is the year that ends on 31 March.

    Attributes
    ----------
    years : tuple of int
        Of flows. Stocks have one more: that of the day before the first year is first.
    stock : (year + 1, stream, age band, time, place) int
    starts : (year, stream, age, place) int
    exits : (year, stream, age, place, reason) int
        Leaving at 18 counts under age 17.
    moves : (year, stream, place, place) int
        From and to. The diagonal holds moves to another home of the same kind.
    """

    years: tuple[int, ...]
    stock: Counts
    starts: Counts
    exits: Counts
    moves: Counts


def day_number(year: int, month: int, day: int) -> int:
    """Return days since 1 January 1970."""
    return (date(year, month, day) - date(1970, 1, 1)).days


_MONTHS = np.arange("1970-01", f"{LAST_DATE.year + ADULT + 1}-01", dtype="datetime64[M]")
_FIRST_OF = _MONTHS.astype("datetime64[D]").astype(np.int64)
"""First day of each month from January 1970 to the last birthday that can come up."""
_MONTH_OF = np.repeat(np.arange(len(_FIRST_OF) - 1), np.diff(_FIRST_OF))
"""Month of each day: looked up ten times as fast as dates are converted."""


def birthdays(born: Dates, age: NDArray[np.int64]) -> Days:
    """Return days of birthdays; that of 29 February falls on 1 March of other years."""
    month, day = _month_and_day(born.astype(np.int64))
    return _FIRST_OF[month + MONTHS_A_YEAR * age] + day


def age_on(born: Dates, day: Days) -> NDArray[np.int64]:
    """Return completed years of age on a day: its months, of which one is not whole until the day of birth."""
    born_month, born_day = _month_and_day(born.astype(np.int64))
    month, day_of_month = _month_and_day(day)
    return (month - born_month - (day_of_month < born_day)) // MONTHS_A_YEAR


def month_of(day: Days) -> NDArray[np.int64]:
    """Return months since January 1970."""
    return _MONTH_OF[day]


def _month_and_day(day: Days) -> tuple[NDArray[np.int64], Days]:
    """Return months since January 1970, and days since the first of the month."""
    month = month_of(day)
    return month, day - _FIRST_OF[month]


def time_band(since: Days, known: Flags, day: Days) -> NDArray[np.int64]:
    """Return the position in `TIMES` of time in care on a day."""
    band = np.searchsorted(EDGES, day - since, side="right")
    return np.where(known | (band == LAST_BAND), band, UNKNOWN_TIME)


@dataclass(frozen=True)
class _Pieces:
    """Parts of stays in which age and band of time in care do not change.

    Attributes
    ----------
    stay : (piece,) int
        Position of the stay.
    start, end : (piece,) int
    """

    stay: NDArray[np.intp]
    start: Days
    end: Days

    def split(self, first: Days, last: Days, boundary: Days) -> _Pieces:
        """Cut each piece into ``last - first + 1``; `boundary` holds the first days of all cuts but each first."""
        counts = last - first + 1
        which = np.repeat(np.arange(len(counts)), counts)
        opens = np.cumsum(counts) - counts
        start, end = self.start[which], self.end[which]
        inner = np.ones(len(which), dtype=np.bool_)
        inner[opens] = False
        start[inner] = boundary
        before_inner = np.flatnonzero(inner) - 1
        end[before_inner] = boundary
        return _Pieces(self.stay[which], start, end)


def _steps(first: Days, last: Days) -> tuple[NDArray[np.intp], Days]:
    """For each whole number after `first` up to `last`: which entry it belongs to, and the number itself."""
    counts = last - first
    which = np.repeat(np.arange(len(counts)), counts)
    order = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return which, first[which] + 1 + order


def _pieces(stays: Stays, opening: int, closing: int) -> _Pieces:
    start, end = np.maximum(stays.start, opening), np.minimum(stays.end, closing)
    seen = np.flatnonzero(start < end)
    pieces = _Pieces(seen, start[seen], end[seen])

    born = stays.born[pieces.stay]
    first, last = age_on(born, pieces.start), age_on(born, pieces.end - 1)
    which, age = _steps(first, last)
    pieces = pieces.split(first, last, birthdays(born[which], age))

    since = stays.period_start[pieces.stay]
    first, last = (np.searchsorted(EDGES, day - since, side="right") for day in (pieces.start, pieces.end - 1))
    which, band = _steps(first, last)
    return pieces.split(first, last, since[which] + EDGES[band - 1])


def _event(stays: Stays) -> NDArray[np.int64]:
    """Return what each stay ended with: a position in `EVENTS`, or `NO_EVENT`."""
    event = np.full(len(stays.start), NO_EVENT)
    leaves = (stays.exit != STAYS_ON) & (stays.exit != AGE_18)
    event[leaves] = np.array([EXITS.index(r) if r in EXITS else NO_EVENT for r in REASONS])[stays.exit[leaves]]
    goes_on = ~stays.new[1:]
    changes = np.flatnonzero(goes_on & (stays.place[1:] != stays.place[:-1]))
    event[changes] = len(EXITS) + stays.place[changes + 1]
    return event


def _count(shape: tuple[int, ...], *positions: NDArray[np.int64]) -> Counts:
    """Count rows by cell."""
    cell = np.ravel_multi_index(positions, shape)
    return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)


def exposure(stays: Stays, years: int) -> Exposure:
    """Count events and child-years in the last `years` years that are covered.

    An event counts on the last day in care before it, so that it falls in the cell the child was in.
    """
    return _between(stays, day_number(stays.years[-1] - years, 4, 1), stays.closing, years)


def exposure_of(stays: Stays, year: int) -> Exposure:
    """Count events and child-years of one financial year, by the 31 March that it ends on."""
    return _between(stays, day_number(year - 1, 4, 1), day_number(year, 4, 1), 1)


def _between(stays: Stays, opening: int, closing: int, years: int) -> Exposure:
    """Count events and child-years from a day to the day before another."""
    pieces = _pieces(stays, opening, closing)
    stay = pieces.stay
    age = age_on(stays.born[stay], pieces.start)
    band = time_band(stays.period_start[stay], stays.start_known[stay], pieces.start)
    stream = stays.uasc[stay].astype(np.int64)
    shape = (len(STREAMS), len(AGES), len(TIMES), len(PLACES))
    cell = np.ravel_multi_index((stream, age, band, stays.place[stay]), shape)
    days = np.bincount(cell, weights=pieces.end - pieces.start, minlength=int(np.prod(shape)))
    event = np.where(pieces.end == stays.end[stay], _event(stays)[stay], NO_EVENT)
    happened = event != NO_EVENT
    events = np.bincount(cell[happened] * len(EVENTS) + event[happened], minlength=days.size * len(EVENTS))
    began = stays.new & (stays.start >= opening) & (stays.start < closing)
    starts = _count(
        (len(STREAMS), len(AGES), len(PLACES)),
        stays.uasc[began].astype(np.int64), age_on(stays.born[began], stays.start[began]), stays.place[began],
    )  # fmt: skip
    return Exposure(
        events=events.reshape(*shape, len(EVENTS)),
        child_years=days.reshape(shape) / DAYS_A_YEAR,
        years=years,
        starts=starts,
    )


def stock_by_age(stays: Stays) -> Counts:
    """Count children in care on each 31 March by single age: (year + 1, stream, age, time, place)."""
    years = (stays.years[0] - 1, *stays.years)
    shape = (len(STREAMS), len(AGES), len(TIMES), len(PLACES))
    stock = np.zeros((len(years), *shape), dtype=np.int64)
    for i, year in enumerate(years):
        day = day_number(year, 3, 31)
        here = np.flatnonzero((stays.start <= day) & (day < stays.end))
        when = np.full(len(here), day)
        band = time_band(stays.period_start[here], stays.start_known[here], when)
        age = age_on(stays.born[here], when)
        stock[i] = _count(shape, stays.uasc[here].astype(np.int64), age, band, stays.place[here])
    return stock


def moved(stays: Stays) -> Flags:
    """Say which stays children moved into from another home, or from another kind of placement: (stay,)."""
    differs = np.append(False, stays.place[1:] != stays.place[:-1])
    return ~stays.new & (stays.moved | differs)


def by_year(stays: Stays) -> Years:
    """Count stocks, starts, exits and moves of every year that is covered.

    stock at the end = stock at the start + starts - exits, in every year and stream.
    """
    years = tuple(stays.years)
    streams, places = len(STREAMS), len(PLACES)
    stream = stays.uasc.astype(np.int64)
    band_of_age = np.array([i for i, (low, high) in enumerate(AGE_BANDS.values()) for _ in range(low, high + 1)])
    stock = np.zeros((len(years) + 1, streams, len(AGE_BANDS), len(TIMES), places), dtype=np.int64)
    for i, year in enumerate((years[0] - 1, *years)):
        day = day_number(year, 3, 31)
        here = np.flatnonzero((stays.start <= day) & (day < stays.end))
        when = np.full(len(here), day)
        age = age_on(stays.born[here], when)
        band = time_band(stays.period_start[here], stays.start_known[here], when)
        stock[i] = _count(stock.shape[1:], stream[here], band_of_age[age], band, stays.place[here])

    def year_of(day: Days) -> NDArray[np.int64]:
        return 1970 + (month_of(day) + 9) // MONTHS_A_YEAR - years[0]

    def within(day: Days) -> Flags:
        return (day >= stays.opening) & (day < stays.closing)

    began = np.flatnonzero(stays.new & within(stays.start))
    starts = _count(
        (len(years), streams, len(AGES), places),
        year_of(stays.start[began]), stream[began], age_on(stays.born[began], stays.start[began]), stays.place[began],
    )  # fmt: skip
    left = np.flatnonzero((stays.exit != STAYS_ON) & within(stays.end))
    exits = _count(
        (len(years), streams, len(AGES), places, len(REASONS)),
        year_of(stays.end[left]), stream[left], age_on(stays.born[left], stays.end[left] - 1), stays.place[left],
        stays.exit[left],
    )  # fmt: skip
    went = np.flatnonzero(moved(stays) & within(stays.start))
    moves = _count(
        (len(years), streams, places, places),
        year_of(stays.start[went]), stream[went], stays.place[went - 1], stays.place[went],
    )  # fmt: skip
    return Years(years, stock, starts, exits, moves)
