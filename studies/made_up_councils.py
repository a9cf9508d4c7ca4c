"""Councils made up apart from England, one child at a time: what their returns hold, and what becomes of them.

It shares nothing with the model's engine or with how returns are read, but names. Children come at exact ages, are
stopped at birthdays, at bounds of time in care and on 31 March, and wait for the next event in between. England's
hazards are only where a council's are drawn from: flatter or steeper over age, time in care and placement together,
each hazard times a lognormal; gross moves, first placements, ages of starts and the share of asylum-seeking children
of its own; and, in all worlds but one, rates that are others in other years.

- ``S``: as it is for ever;
- ``D``: the log of starts takes a step of 8% a year, that of leaving one of 5%, from ten years before the base;
- ``T``: starts grow or fall by 3% a year from six years before the base;
- ``C``: other levels until four years before the base, and the same since;
- ``H``: half as many leave in the last two years, and after them, as before. No study's figures count it: it is what a
  check against the past has to catch.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import load_baseline
from simulator.returns.clean import Stays
from simulator.returns.codes import AGE_18, PLACES, STAYS_ON
from simulator.returns.exposure import EXITS, birthdays, day_number
from simulator.returns.national import National, national
from simulator.vocabulary.axes import AGE_BANDS, REASONS, TIME_BANDS
from simulator.vocabulary.calendar import DAYS_A_YEAR, LATEST_BASE
from simulator.vocabulary.where_placed import DISTANCES, LOCALITIES, PROVIDERS

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

BASE = 2026
ADULT = 18
BURN_IN = 18
SEEN = 6
"""Years of returns."""

AHEAD = 10
EDGES = np.array([14, 91, 182, 365, 730, 1461]) / DAYS_A_YEAR
"""Bounds of time in care, years: those of a return, and one of four years that no return tells."""

LATE = (1.3, 0.75)
"""Hazards after two years and after four, over those of two years and over."""

ALONE = len(EDGES)
DAY = 1.0 / DAYS_A_YEAR
BIRTH_SHARE = 0.72
WORLDS = ("S", "D", "T", "C", "H")
PATTERNS = ("like England", "flat", "steep", "noise 0.5")
POWER = {"flat": 0.3, "steep": 1.35}
NOISE = {"noise 0.5": 0.5}
SIZES = (60, 150, 400, 1500)

GROSS = {
    "kinship_foster": {"council_foster": 0.03, "ifa_foster": 0.025, "childrens_home": 0.01, "with_parents": 0.03,
                       "supported": 0.08, "other": 0.005},
    "council_foster": {"kinship_foster": 0.02, "ifa_foster": 0.05, "childrens_home": 0.035, "with_parents": 0.03,
                       "supported": 0.22, "secure_residential": 0.002, "other": 0.01, "for_adoption": 0.22},
    "ifa_foster": {"kinship_foster": 0.012, "council_foster": 0.04, "childrens_home": 0.05, "with_parents": 0.02,
                   "supported": 0.25, "other": 0.01, "for_adoption": 0.08},
    "childrens_home": {"kinship_foster": 0.01, "council_foster": 0.05, "ifa_foster": 0.08, "with_parents": 0.05,
                       "supported": 0.5, "secure_residential": 0.02, "other": 0.05},
    "supported": {"childrens_home": 0.04, "council_foster": 0.02, "ifa_foster": 0.02, "with_parents": 0.02,
                  "other": 0.05},
    "with_parents": {"kinship_foster": 0.03, "council_foster": 0.05, "ifa_foster": 0.05, "childrens_home": 0.03,
                     "supported": 0.08},
    "for_adoption": {"council_foster": 0.04, "ifa_foster": 0.03},
    "secure_residential": {"kinship_foster": 0.25, "council_foster": 0.7, "ifa_foster": 0.3, "childrens_home": 0.3,
                           "with_parents": 0.5, "supported": 0.5},
    "other": {"council_foster": 0.08, "ifa_foster": 0.06, "childrens_home": 0.2, "with_parents": 0.08,
              "supported": 0.4},
}  # fmt: skip
"""Moves a child-year of resident children, before a council's own: a judgement, as no table tells them."""

GROSS_UASC = {
    "council_foster": {"supported": 0.3}, "ifa_foster": {"supported": 0.35, "childrens_home": 0.03},
    "childrens_home": {"supported": 0.6, "ifa_foster": 0.08}, "supported": {"other": 0.08, "childrens_home": 0.02},
    "other": {"supported": 0.5},
}  # fmt: skip

AGES_INTO = {"supported": (16, 17), "for_adoption": (0, 6), "secure_residential": (10, 17)}
MOVES_BY_TIME = np.array([1.8, 1.8, 1.8, 1.0, 1.0, 0.6, 0.6])
MOVES_BY_AGE = np.repeat([1.0, 0.8, 1.3], [5, 7, 6])


@dataclass(frozen=True)
class Truth:
    """How a council's children live.

    Attributes
    ----------
    hazard : (stream, age, time, place, event)
        Events a child-year, of `EVENTS`; times are between `EDGES`.
    starts : (stream, age)
        A year, in a year whose factor is 1.
    first : (stream, age, place)
    starts_factor, exits_factor : (year,)
        From `BURN_IN` + `SEEN` years before the base on.
    """

    hazard: Array
    starts: Array
    first: Array
    starts_factor: Array
    exits_factor: Array


@dataclass
class Record:
    """Stays of children, in no order: times in years from the base."""

    child: list[Ints] = field(default_factory=list)
    stream: list[Ints] = field(default_factory=list)
    born: list[Array] = field(default_factory=list)
    came: list[Array] = field(default_factory=list)
    start: list[Array] = field(default_factory=list)
    end: list[Array] = field(default_factory=list)
    place: list[Ints] = field(default_factory=list)
    reason: list[Ints] = field(default_factory=list)


@dataclass
class Children:
    """Children in care, an entry each: when they were born, came, came to where they live, and where they are now."""

    child: Ints
    stream: Ints
    born: Array
    came: Array
    since: Array
    now: Array
    place: Ints

    def __getitem__(self, which: NDArray[np.bool_] | Ints) -> Children:
        return Children(*(values[which] for values in vars(self).values()))


@dataclass(frozen=True)
class Council:
    """A made-up council.

    Attributes
    ----------
    size, world, pattern, seed : int, str, str, int
    truth : Truth
    stays : Stays
        Of the years that returns cover.
    mean : (year + 1, place)
        Children in care at the base and in each year after it, by placement: the mean over chance, given the base.
    rate : (stream, age, time, place, event)
        True rate at the base in the cells of a return, as its children of the years seen were spread within them.
    expected : (stream, age, time, place, event)
        Events expected in those years.
    """

    size: int
    world: str
    pattern: str
    seed: int
    truth: Truth
    stays: Stays
    mean: Array
    rate: Array
    expected: Array


@cache
def england() -> National:
    """England's rates, from which councils' are drawn."""
    return national(load_baseline(LATEST_BASE))


def _gross(moves: dict[str, dict[str, float]]) -> Array:
    """Return gross moves: (age, time, place, place)."""
    table = np.zeros((ADULT, ALONE + 1, len(PLACES), len(PLACES)))
    for origin, into in moves.items():
        for to, hazard in into.items():
            low, high = AGES_INTO.get(to, (0, 17))
            table[low : high + 1, :, PLACES.index(origin), PLACES.index(to)] = hazard
    return table * MOVES_BY_TIME[:, None, None] * MOVES_BY_AGE[:, None, None, None]


@cache
def like_england() -> Truth:
    """Return the council that the others are drawn from."""
    rate = england().rate[..., : len(EXITS)]
    exits = np.concatenate([rate[:, :, :5], rate[:, :, 5:] * LATE[0], rate[:, :, 5:] * LATE[1]], axis=2)
    moves = np.stack([_gross(GROSS), _gross(GROSS_UASC)])
    first = np.repeat(england().first_place, [high - low + 1 for low, high in AGE_BANDS.values()], axis=1)
    ones = np.ones(BURN_IN + SEEN + AHEAD)
    return Truth(np.concatenate([exits, moves], axis=-1), england().starts_per_year, first, ones, ones)


@cache
def _usual_time() -> Array:
    """Return child-years by cell in a council like England: (stream, age, time, place)."""
    truth = like_england()
    ours = replace(truth, starts=truth.starts * 500.0 / truth.starts.sum())
    rng = np.random.default_rng(1)
    time = np.zeros(truth.hazard.shape[:-1])
    _lives(ours, _new(ours, rng, -BURN_IN, 0), 0.0, rng, Record(), spent=time)
    return time


def draw(size: int, world: str, pattern: str, seed: int, *, ahead: int = 5, at_base: int = 40_000) -> Council:
    """Make up a council, its returns and what becomes of it.

    Parameters
    ----------
    size : int
        Children in care, about.
    world, pattern : str
    seed : int
    ahead : int
        Years to follow it for.
    at_base : int
        Children to follow, in as many copies as it takes.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, size, WORLDS.index(world), PATTERNS.index(pattern)]))
    truth = _truth(rng, world, pattern)
    truth = replace(truth, starts=truth.starts * size / _stock_of_one_start(truth, rng))
    record = Record()
    seen, expected = np.zeros((2, *truth.hazard.shape))
    there = _lives(truth, _new(truth, rng, -BURN_IN - SEEN, 0), 0.0, rng, record, expected=expected, seen=seen)
    copies = max(2, round(at_base / max(len(there.child), 1)))
    mean = _future(truth, there, ahead, copies, rng)
    cells = _to_return(np.stack([expected, seen]))
    rate = np.divide(cells[0], cells[1], out=np.zeros_like(cells[0]), where=cells[1] > 0)
    return Council(size, world, pattern, seed, truth, _stays(record, there), mean, rate, cells[0])


def _to_return(values: Array) -> Array:
    """Add up the times that a return does not tell apart: (..., age, time, place, event)."""
    last = len(TIME_BANDS) - 1
    return np.concatenate([values[..., :last, :, :], values[..., last:, :, :].sum(axis=-3, keepdims=True)], axis=-3)


def _truth(rng: np.random.Generator, world: str, pattern: str) -> Truth:
    base = like_england()
    hazard, exits = base.hazard.copy(), len(EXITS)
    if power := POWER.get(pattern):
        bent = np.where(hazard[..., :exits] > 0, np.maximum(hazard[..., :exits], 1e-4) ** power, 0.0)
        time = _usual_time()[..., None]
        before, after = ((one * time).sum(axis=(1, 2, 3)) for one in (hazard[..., :exits], bent))
        hazard[..., :exits] = (
            bent * np.divide(before, after, out=np.ones_like(before), where=after > 0)[:, None, None, None]
        )
    sd = NOISE.get(pattern, 0.3)
    kinds = np.array([0, 1, 1, 2, 3])  # guardianship and arrangements go together
    level = rng.normal(0.0, 0.3, (2, 1, 1, 1, 4))
    by_time = rng.normal(0.0, sd, (2, 1, ALONE + 1, 1, 4))
    by_age = rng.normal(0.0, 0.6 * sd, (2, len(AGE_BANDS), 1, 1, 4))
    by_age = np.repeat(by_age, [high - low + 1 for low, high in AGE_BANDS.values()], axis=1)
    by_cell = rng.normal(0.0, 0.3, (2, len(AGE_BANDS), 1, len(PLACES), 4))
    by_cell = np.repeat(by_cell, [high - low + 1 for low, high in AGE_BANDS.values()], axis=1) * 0.5
    hazard[..., :exits] *= np.exp((level + by_time + by_age + by_cell)[..., kinds])
    to = rng.normal(0.0, 0.4, (2, 1, 1, 1, len(PLACES)))
    pair = rng.normal(0.0, 0.3, (2, 1, 1, len(PLACES), len(PLACES)))
    hazard[..., exits:] *= np.exp(to + pair)
    starts = base.starts * np.exp(rng.normal(0.0, 0.25, base.starts.shape))
    share = np.clip(0.1 * np.exp(rng.normal(0.0, 0.6)), 0.01, 0.4)
    starts = starts / starts.sum(axis=1, keepdims=True) * np.array([[1.0 - share], [share]])
    mix = np.repeat(rng.normal(0.0, 0.3, (2, len(AGE_BANDS), len(PLACES))),
                    [high - low + 1 for low, high in AGE_BANDS.values()], axis=1)  # fmt: skip
    first = base.first * np.exp(mix)
    years = BURN_IN + SEEN + AHEAD
    at = np.arange(years) - BURN_IN - SEEN  # the year that begins so long after the base
    moved = np.zeros((2, years))
    if world == "D":
        steps = rng.normal(0.0, 1.0, (2, years)) * np.array([[0.08], [0.05]]) * (at >= -10)
        moved = np.cumsum(steps, axis=1)
    if world == "T":
        moved[0] = rng.choice([-0.03, 0.03]) * np.maximum(at + SEEN, 0)
    if world == "C":
        moved = np.where(at < -4, rng.normal(0.0, 0.2, (2, 1)), 0.0)
    moved -= moved[:, BURN_IN + SEEN - 1 : BURN_IN + SEEN]
    if world == "H":
        moved[1] = np.where(at >= -2, np.log(0.5), 0.0)
    return Truth(hazard, starts, first / first.sum(axis=-1, keepdims=True), *np.exp(moved))


def _stock_of_one_start(truth: Truth, rng: np.random.Generator) -> float:
    """Return children in care at the base for each start a year, by a trial."""
    trial = replace(truth, starts=truth.starts * 300.0)
    return len(_lives(trial, _new(trial, rng, -BURN_IN, 0), 0.0, rng, Record()).child) / 300.0


def _new(truth: Truth, rng: np.random.Generator, first: int, last: int, copies: int = 1) -> Children:
    """Draw children who come from one year to another."""
    years = np.arange(first, last)
    number = rng.poisson(copies * truth.starts_factor[years + BURN_IN + SEEN][:, None, None] * truth.starts)
    year, stream, age = np.nonzero(number)
    each = number[year, stream, age]
    year, stream, age = (np.repeat(values, each) for values in (years[year], stream, age))
    came = year + rng.random(len(year))
    at_birth = (age == 0) & (stream == 0) & (rng.random(len(year)) < BIRTH_SHARE)
    exact = age + np.where(at_birth, 0.0, rng.random(len(year)))
    upto = np.cumsum(truth.first, axis=-1)
    upto[..., -1] = 1.0
    place = (rng.random(len(year))[:, None] >= upto[stream, age]).sum(axis=1)
    return Children(np.arange(len(year)), stream, came - exact, came, came, came.copy(), place)


def _lives(
    truth: Truth,
    now: Children,
    until: float,
    rng: np.random.Generator,
    record: Record,
    *,
    spent: Array | None = None,
    expected: Array | None = None,
    seen: Array | None = None,
) -> Children:
    """Let children live until a time; return those who are in care then.

    Parameters
    ----------
    truth : Truth
    now : Children
    until : float
    rng : Generator
    record : Record
        Takes their stays.
    spent : (stream, age, time, place), optional
        Takes the time they spend in cells.
    expected, seen : (stream, age, time, place, event), optional
        Take events expected in the years of returns at the rates of the base, and the time they are expected over.
    """
    exits = len(EXITS)
    upto = np.cumsum(truth.hazard, axis=-1)
    edges = np.append(EDGES, np.inf)
    stay: list[Children] = []
    while now.child.size:
        age = np.minimum((now.now - now.born + 1e-9).astype(np.intp), ADULT - 1)
        held = np.searchsorted(EDGES, now.now - now.came + 1e-9, side="right")
        year = np.floor(now.now + 1e-9).astype(np.intp)
        factor = truth.exits_factor[year + BURN_IN + SEEN]
        hazards = upto[now.stream, age, held, now.place]
        leaving, all_events = hazards[:, exits - 1], hazards[:, -1]
        moving = all_events - leaving
        bound = np.minimum(np.minimum(now.born + age + 1, now.came + edges[held]), np.minimum(year + 1.0, until))
        bound = np.maximum(bound, now.now)
        total = factor * leaving + moving
        with np.errstate(divide="ignore"):
            wait = rng.standard_exponential(len(total)) / total
        then = np.maximum(now.now + wait, np.minimum(now.since + DAY, bound))
        happens = (then < bound) & (then < now.born + ADULT - 3 * DAY)
        then = np.minimum(then, bound)
        cell = (now.stream, age, held, now.place)
        if spent is not None:
            np.add.at(spent, cell, then - now.now)
        if expected is not None and seen is not None:
            time = np.clip(then, -SEEN, None) - np.clip(now.now, -SEEN, None)
            on = time > 0
            at = tuple(values[on] for values in cell)
            np.add.at(seen, at, time[on][:, None])
            np.add.at(expected, at, time[on][:, None] * truth.hazard[at])
        point = rng.random(len(total)) * total
        leaves = happens & (point < factor * leaving)
        chosen = np.where(leaves, point / factor, point - factor * leaving + leaving)
        kind = np.minimum((chosen[:, None] >= hazards).sum(axis=1), hazards.shape[1] - 1)
        turns = ~happens & (age == ADULT - 1) & (then >= now.born + ADULT - 1e-9)
        moves = happens & ~leaves
        ends = leaves | turns | moves
        reasons = np.array([REASONS.index(name) for name in EXITS])
        reason = np.where(turns, len(REASONS) - 1, np.where(leaves, reasons[np.minimum(kind, exits - 1)], STAYS_ON))
        _note(record, now[ends], then[ends], reason[ends])
        now.now = then
        now.since = np.where(moves, then, now.since)
        now.place = np.where(moves, kind - exits, now.place)
        here = ~(leaves | turns)
        done = here & (then >= until - 1e-12)
        if done.any():
            stay.append(now[done])
        now = now[here & ~done]
    return _joined(*stay, now)


def _joined(*groups: Children) -> Children:
    return Children(*(np.concatenate([getattr(one, name) for one in groups]) for name in vars(groups[0])))


def _note(record: Record, ended: Children, when: Array, reason: Ints) -> None:
    record.child.append(ended.child)
    record.stream.append(ended.stream)
    record.born.append(ended.born)
    record.came.append(ended.came)
    record.start.append(ended.since)
    record.end.append(when)
    record.place.append(ended.place)
    record.reason.append(reason)


def _future(truth: Truth, there: Children, ahead: int, copies: int, rng: np.random.Generator) -> Array:
    """Return the mean of children in care in each year from the base on, by placement: (year + 1, place)."""
    mean = np.zeros((ahead + 1, len(PLACES)))
    mean[0] = np.bincount(there.place, minlength=len(PLACES))
    now = there[np.tile(np.arange(len(there.child)), copies)]
    now.since = now.since.copy()
    for year in range(ahead):
        now = _lives(truth, _joined(now, _new(truth, rng, year, year + 1, copies)), year + 1.0, rng, Record())
        mean[year + 1] = np.bincount(now.place, minlength=len(PLACES)) / copies
    return mean


def _stays(record: Record, there: Children) -> Stays:
    """Write stays as a council's returns would tell them, whole days each."""
    zero = day_number(BASE, 4, 1)

    def day(time: Array) -> NDArray[np.int64]:
        return zero + np.floor(time * DAYS_A_YEAR).astype(np.int64)

    _note(record, there, np.zeros(len(there.child)), np.full(len(there.child), STAYS_ON))
    many = {name: np.concatenate(values) for name, values in vars(record).items()}
    order = np.lexsort((many["start"], many["child"]))
    many = {name: values[order] for name, values in many.items()}
    born = day(many["born"]).astype("datetime64[D]")
    end = np.where(many["reason"] == AGE_18, birthdays(born, np.full(len(born), ADULT)), day(many["end"]))
    grown = birthdays(born, np.full(len(born), ADULT))
    many["reason"] = np.where(grown < end, AGE_18, many["reason"])  # a day before the last, by the calendar
    end = np.minimum(end, grown)
    new = np.append(True, many["child"][1:] != many["child"][:-1])
    start = day(many["start"])
    opening = day_number(BASE - SEEN, 4, 1)
    seen = (end >= opening) & (end > start)
    # A child who was there before the returns is known from the first episode that they hold, which may be an old one.
    first = np.append(True, many["child"][seen][1:] != many["child"][seen][:-1])
    began, known = (values[seen][first][np.cumsum(first) - 1] for values in (start, new))
    last = np.append(first[1:], True)
    moved = np.append(False, many["place"][seen][1:] != many["place"][seen][:-1]) & ~first
    untold = {
        what: np.full(int(seen.sum()), len(names) - 1, dtype=np.intp)
        for what, names in (("provider", PROVIDERS), ("locality", LOCALITIES), ("distance", DISTANCES))
    }
    return Stays(
        start=start[seen], end=np.minimum(end[seen], zero), born=born[seen], place=many["place"][seen],
        uasc=many["stream"][seen] == 1, new=first, period_start=began,
        start_known=known, exit=many["reason"][seen], last=last, moved=moved,
        opening=opening, closing=zero, **untold,
    )  # fmt: skip
