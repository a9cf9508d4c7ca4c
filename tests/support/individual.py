"""The rules of the model, one child at a time in continuous time: a referee for the stock-flow engine.

Nothing is shared with the engine but the record of rates. There are no months, no cohorts and no matrices:
every child has an exact age, waits an exponential time for the next event at the hazards of its age, phase
and placement, is stopped at each birthday (where hazards change), and leaves on the 18th.

Hazards don't depend on the date, and starts come evenly over time. So what a child does is independent of
the date of its start, and what children do in the `t` years after it tells the stock `t` years after starts
began:

    stock at t = starts a year x mean time in care in the first t years since a child's first start,

for the stock of any age, phase or placement. This averages over start dates instead of drawing them, which
cuts the noise; `counted` draws them, as a check on the argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from simulator.engine.rates import StreamRates

Array = NDArray[np.float64]

ADULT = 18
HOME, ORDER = 0, 1
"""Positions of going home, and of guardianship, on the reason axis; leaving at 18 is the last."""


@dataclass(frozen=True)
class Lives:
    """What children do, in children (stocks) and children a year (flows). The first axis is a batch.

    Attributes
    ----------
    stock : (batch, age, phase, place)
        Children in care once starts have come for 18 years or more.
    counted : (batch, age, phase, place)
        The same by counting the children in care on a date.
    grown : (batch, horizon)
        Children in care when starts have come for so many years, from an empty stock. One fifth of it is also
        by how much the stock is lower after so many years with one fifth fewer starts.
    grown_once : (batch, horizon)
        Of those, children who did not go home and come back: the stock by time since the spell of care began.
    left_once : (batch, horizon)
        Exits from such spells, a year, in the quarter that ends at the horizon.
    home : (batch, spell)
        Children at home who may come back.
    starts : (batch, age, place)
        Returns included.
    returns : (batch,)
    exits : (batch, age, reason)
    """

    stock: Array
    counted: Array
    grown: Array
    grown_once: Array
    left_once: Array
    home: Array
    starts: Array
    returns: Array
    exits: Array


def mean(batches: Array) -> Array:
    """Return the estimate: the mean over batches."""
    return np.asarray(batches.mean(axis=0))


def standard_error(batches: Array) -> Array:
    """Return the Monte Carlo standard error of the estimate."""
    return np.asarray(batches.std(axis=0, ddof=1) / np.sqrt(len(batches)))


def simulate(rates: StreamRates, horizons: Array, *, children: int, batches: int, seed: int) -> Lives:
    """Live the lives of `batches` independent batches of about `children` children each.

    Parameters
    ----------
    rates : StreamRates
        One draw and one area, with nothing that changes from month to month, and no balancing that adds
        children. One that takes them away is one more hazard: a child is no longer counted.
    horizons : (horizon,)
        Years.
    """
    varying = (rates.new_starts_per_month, rates.start_place, rates.exit_ratio, rates.move_ratio)
    varying += (rates.phase_exit_ratio, rates.return_ratio, rates.place_exit_ratio, rates.order_return_share)
    if any(a.shape[:3] != (1, 1, 1) for a in varying) or (rates.balancing_per_year > 0).any():
        raise ValueError("the referee knows one draw, one area and rates that are constant over time")
    hazards = _hazards(rates)
    seeds = np.random.SeedSequence(seed).spawn(batches)
    done = [_Batch(rates, hazards, horizons, np.random.default_rng(s)).live(children) for s in seeds]
    return Lives(**{f.name: np.stack([getattr(d, f.name) for d in done]) for f in fields(Lives)})


@dataclass(frozen=True)
class _Hazards:
    """A row for each (age, phase, place); a column for each event: progress, exits by reason, moves, no longer counted.

    Attributes
    ----------
    total : (cell,)
    cumulative : (cell, event)
    """

    total: Array
    cumulative: Array


def _hazards(rates: StreamRates) -> _Hazards:
    exit_ratio = rates.exit_ratio[0, 0, 0]
    by_phase = rates.phase_exit_per_year[0, 0] * rates.phase_exit_ratio[0, 0, 0]
    by_place = rates.place_exit_per_year[0, 0] * rates.place_exit_ratio[0, 0, 0]
    ages, phases, reasons = by_phase.shape
    places = by_place.shape[1]
    table = np.zeros((ages, phases, places, 1 + reasons + places + 1))
    table[..., -1] = -rates.balancing_per_year[0, 0]
    for age in range(ages):
        for phase in range(phases):
            for place in range(places):
                cell = table[age, phase, place]
                if phase + 1 < phases:
                    cell[0] = rates.progress_per_year[0, 0, phase]
                pace = rates.placement_pace[0, 0, phase, place]
                leave = by_phase[age, phase] + rates.exit_pace[0, 0, phase, place] * by_place[age, place]
                cell[1 : 1 + reasons] = leave * exit_ratio[age]
                move = rates.move_per_year[0, 0, age, place] * rates.move_ratio[0, 0, 0, place]
                cell[1 + reasons : -1] = pace * move
    cumulative = np.cumsum(table.reshape(-1, table.shape[-1]), axis=1)
    return _Hazards(cumulative[:, -1].copy(), cumulative)


@dataclass
class _Children:
    """Children, one an entry. `weight` is the number of children a year that each stands for.

    `since` counts years from the first start; on that clock, the child is looked up at `seen` to be counted.
    `once` holds until the child comes back from home.
    """

    age: Array
    year: NDArray[np.intp]
    phase: NDArray[np.intp]
    place: NDArray[np.intp]
    since: Array
    seen: Array
    weight: Array
    once: NDArray[np.bool_]

    def __getitem__(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> _Children:
        return _Children(*(getattr(self, f.name)[which] for f in fields(self)))

    def __add__(self, other: _Children) -> _Children:
        return _Children(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


@dataclass
class _Batch:
    """One batch: the sums as they grow, and the laws that children live by."""

    rates: StreamRates
    hazards: _Hazards
    horizons: Array
    rng: np.random.Generator
    stock: Array = field(init=False)
    counted: Array = field(init=False)
    grown: Array = field(init=False)
    grown_once: Array = field(init=False)
    left_once: Array = field(init=False)
    home: Array = field(init=False)
    starts: Array = field(init=False)
    returns: float = 0.0
    exits: Array = field(init=False)

    def __post_init__(self) -> None:
        ages, phases, self.reasons = self.rates.phase_exit_per_year.shape[2:]
        self.places = self.rates.place_exit_per_year.shape[3]
        self.shape = (ages, phases, self.places)
        self.stock = np.zeros(self.shape)
        self.counted = np.zeros(self.shape)
        self.grown, self.grown_once, self.left_once = np.zeros((3, len(self.horizons)))
        self.home = np.zeros(len(self.rates.return_per_year))
        self.starts = np.zeros((ages, self.places))
        self.exits = np.zeros((ages, self.reasons))

    def live(self, children: int) -> _Batch:
        """Bring children into care and follow each until 18."""
        in_care = self._new_children(children)
        while in_care.age.size:
            in_care = self._next_event(in_care)
        return self

    def _new_children(self, children: int) -> _Children:
        """Share out children by age in proportion to starts, ages spread evenly over the year of age."""
        starts = self.rates.new_starts_per_month[0, 0, 0] * 12.0
        at_birth = starts[0] * self.rates.birth_share
        strata = [(0, at_birth, True)]
        strata += [(a, n - at_birth if a == 0 else n, False) for a, n in enumerate(starts)]
        ages: list[Array] = []
        weights: list[Array] = []
        for year, number, born in strata:
            if number <= 0:
                continue
            size = max(1, round(children * number / starts.sum()))
            spread = np.zeros(size) if born else (np.arange(size) + self.rng.random(size)) / size
            ages.append(year + spread)
            weights.append(np.full(size, number / size))
        age, weight = np.concatenate(ages), np.concatenate(weights)
        seen = ADULT * self.rng.random(age.size)
        return self._start(age, np.zeros(age.size), seen, weight, np.ones(age.size, dtype=np.bool_))

    def _start(self, age: Array, since: Array, seen: Array, weight: Array, once: NDArray[np.bool_]) -> _Children:
        """Start to look after children: first placement by age, first phase."""
        year = np.minimum(age.astype(np.intp), ADULT - 1)
        cumulative = np.cumsum(self.rates.start_place[0, 0, 0], axis=1)
        cumulative[:, -1] = 1.0
        place = (self.rng.random(age.size)[:, None] >= cumulative[year]).sum(axis=1)
        np.add.at(self.starts, (year, place), weight)
        return _Children(age, year, np.zeros_like(year), place, since, seen, weight, once)

    def _next_event(self, now: _Children) -> _Children:
        """Take each child to its next event or birthday, whichever is first; return those then in care."""
        cell = (now.year * self.shape[1] + now.phase) * self.places + now.place
        total = self.hazards.total[cell]
        with np.errstate(divide="ignore"):
            wait = self.rng.standard_exponential(now.age.size) / total
        to_birthday = now.year + 1 - now.age
        birthday = wait >= to_birthday
        wait = np.minimum(wait, to_birthday)
        self._note_time(now, cell, wait)
        now.since = now.since + wait
        now.age = np.where(birthday, now.year + 1.0, now.age + wait)

        event = (self.rng.random(now.age.size) * total)[:, None] >= self.hazards.cumulative[cell]
        kind = event.sum(axis=1)
        reason = np.where(birthday, self.reasons - 1, kind - 1)
        leaves = np.where(birthday, now.year == ADULT - 1, (kind >= 1) & (kind <= self.reasons))
        np.add.at(self.exits, (now.year[leaves], reason[leaves]), now.weight[leaves])
        lost = ~birthday & (kind > self.reasons + self.places)
        gone = now[leaves & now.once]
        for i, horizon in enumerate(self.horizons):
            self.left_once[i] += gone.weight @ np.clip(4.0 * (horizon - gone.since), 0.0, 1.0)
        # An order that may break down is, when it begins, as likely to as that of a child long home.
        share = np.broadcast_to(self.rates.order_return_share[0, 0, 0], self.places)[now.place]
        breaking = leaves & ~birthday & (reason == ORDER) & (share > 0)
        breaking[breaking] = self.rng.random(breaking.sum()) < share[breaking]
        back = self._come_back(now[leaves & ~birthday & (reason == HOME)], now[breaking])

        now.year = now.year + birthday
        now.phase = now.phase + (~birthday & (kind == 0))
        now.place = np.where(~birthday & ~lost & (kind > self.reasons), kind - 1 - self.reasons, now.place)
        stay = now[~leaves & ~lost]
        return stay + back if back.age.size else stay

    def _note_time(self, now: _Children, cell: NDArray[np.intp], wait: Array) -> None:
        """Add the time that children spend in a state, and count those who are looked up in it."""
        size = self.stock.size
        self.stock += np.bincount(cell, now.weight * wait, minlength=size).reshape(self.shape)
        found = (now.since <= now.seen) & (now.seen < now.since + wait)
        self.counted += ADULT * np.bincount(cell[found], now.weight[found], minlength=size).reshape(self.shape)
        for i, horizon in enumerate(self.horizons):
            time = now.weight * np.clip(horizon - now.since, 0.0, wait)
            self.grown[i] += time.sum()
            self.grown_once[i] += time @ now.once

    def _come_back(self, gone: _Children, ordered: _Children) -> _Children:
        """Let children who went home pass through spells there, and others join the last; return who start again."""
        returning = []
        hazards = self.rates.return_per_year * self.rates.return_ratio[0, 0, 0]
        for spell, hazard in enumerate(hazards):
            last = spell == len(self.rates.return_per_year) - 1
            fade = 0.0 if last else self.rates.fade_per_year[spell]
            gone = gone + ordered if last else gone
            with np.errstate(divide="ignore"):
                to_return = self.rng.standard_exponential(gone.age.size) / hazard
                to_fade = self.rng.standard_exponential(gone.age.size) / fade
            wait = np.minimum(np.minimum(to_return, to_fade), ADULT - gone.age)
            self.home[spell] += gone.weight @ wait
            gone.age, gone.since = gone.age + wait, gone.since + wait
            child = gone.age < ADULT
            returning.append(gone[child & (to_return <= to_fade)])
            gone = gone[child & (to_return > to_fade)]
        back = returning[0]
        for more in returning[1:]:
            back = back + more
        self.returns += float(back.weight.sum())
        return self._start(back.age, back.since, back.seen, back.weight, np.zeros_like(back.once))
