"""Whole children of one stream, moved on by the chances of the engine's month.

Each child is moved by itself, with the chances that the engine applies to numbers of children, so that the mean over
chance is the engine's path, and the scatter is that of independent children: binomial for those in care at the start,
Poisson for those who come in. Foster places are filled as on the expected path.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, auto
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.engine.grid import Grid
from simulator.engine.step import AGE_18, HOME, ORDER, HomeOperators, Operators, at_month
from simulator.engine.stochastic.keyed import Key, about, keys, of_scattered, scattered, uniform, uniforms
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import StreamRates

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Chosen = NDArray[np.bool_]


class Event(IntEnum):
    """What a random number decides; each event has numbers of its own, so that no two are linked."""

    OPENING = auto()
    IN_CARE = auto()
    AT_HOME = auto()
    POSITION = auto()
    BIRTHDAY = auto()
    REASON = auto()
    PLACE = auto()
    PHASE = auto()
    SPELL = auto()
    HOME_BIRTHDAY = auto()
    BACK = auto()
    HOME_SPELL = auto()
    ARRIVALS = auto()
    NEW = auto()
    AGE = auto()
    FIRST_PLACE = auto()
    ENTRY_BIRTHDAY = auto()
    ENTRY_REASON = auto()
    ENTRY_PHASE = auto()
    ENTRY_SPELL = auto()
    RESIDUAL = auto()
    TWIN = auto()
    LOSE = auto()
    INTO = auto()
    ENTRY_INTO = auto()
    STEP_DOWN = auto()
    ORDER = auto()
    ENTRY_ORDER = auto()


@dataclass(frozen=True)
class Children:
    """Some children: (child,) each.

    Attributes
    ----------
    area : int
    id : uint64
        The child's number, scattered (:func:`.keyed.scattered`): its random numbers hang on it.
    row : int
        Birth cohort.
    position : float
        Where in the cohort's months of birth the child stands, 0 (youngest) to 1.
    """

    area: Ints
    id: Key
    row: Ints
    position: Array


@dataclass(frozen=True)
class InCare(Children):
    """Children looked after, with their phase of time in care and placement."""

    phase: Ints
    place: Ints


@dataclass(frozen=True)
class AtHome(Children):
    """Children who went home and may come back, with their spell at home."""

    spell: Ints


Some = TypeVar("Some", InCare, AtHome)


def take(children: Some, chosen: Chosen) -> Some:
    """Return some of the children."""
    return type(children)(**{f.name: getattr(children, f.name)[chosen] for f in fields(children)})


def join(*groups: Some) -> Some:
    """Return all children of some groups."""
    names = [f.name for f in fields(groups[0])]
    return type(groups[0])(**{name: np.concatenate([getattr(group, name) for group in groups]) for name in names})


@dataclass
class Seen:
    """What happened to children in a month, to be counted."""

    exits: list[tuple[InCare, Ints]] = field(default_factory=list)
    """Children who left, where they last lived, and why."""

    starts: list[tuple[InCare, Ints]] = field(default_factory=list)
    """Children who came in, by first placement, and their ages."""

    back: list[Ints] = field(default_factory=list)
    """Areas of the children who came back from home."""

    moves: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    """Area, from and to."""

    residual: list[tuple[InCare, float]] = field(default_factory=list)
    """Children whom the counting residual adds (1) or takes out (-1)."""


@dataclass(frozen=True)
class Stream:
    """One stream.

    Attributes
    ----------
    rates : StreamRates
    grid : Grid
    at_home : HomeOperators
    key : (area,)
        Of each area's random numbers.
    place_groups : (place,) int
        Placements that are counted as one.
    """

    rates: StreamRates
    grid: Grid
    at_home: HomeOperators
    key: Key
    place_groups: Ints

    def open(self) -> tuple[InCare, AtHome]:
        """Return the children at the first instant: as many as there are, spread over the cells as they are.

        One random offset serves all cells of an area (systematic sampling), by placement and within each by age, so
        that both are met to within a child: exactly where children were counted by them.
        """
        areas = len(self.key)
        offset = uniforms(self.key[:, None], Event.OPENING, 0, np.arange(2, dtype=np.uint64))
        stock = _areas(self.rates.opening, areas)
        row, phase, place = (index.ravel() for index in np.indices(stock.shape[1:]))
        order = np.lexsort((phase, place, row, self.place_groups[place]))
        home = _areas(self.rates.opening_home, areas)
        area, cell, nth = _systematic(stock.reshape(areas, -1)[:, order], offset[:, 0])
        row, phase, place = (index[order][cell] for index in (row, phase, place))
        ids = scattered(keys(self.key[area], Event.IN_CARE, 0, nth))
        care = InCare(area, ids, row, self._uniform(0, Event.POSITION, area, ids), phase, place)
        area, cell, nth = _systematic(home.reshape(areas, -1), offset[:, 1])
        row, spell = np.unravel_index(cell, home.shape[1:])
        ids = scattered(keys(self.key[area], Event.AT_HOME, 0, nth))
        return care, AtHome(area, ids, row, self._uniform(0, Event.POSITION, area, ids), spell)

    def live(self, month: int, ops: Operators, care: InCare, home: AtHome, seen: Seen) -> tuple[InCare, InCare, AtHome]:
        """Return children still in care, those who came in, and those at home, before foster places are filled."""
        still, left_for_home, ordered = self._leave_and_move(month, ops, care, seen)
        away, back = self._stay_home(month, home, left_for_home, ordered)
        entrants, went_home = self._come_in(month, ops, back, seen)
        return self._residual(month, still, seen), entrants, join(away, went_home)

    def ages(self, children: Children, elapsed: float) -> Ints:
        """Return completed ages, `elapsed` months into a cohort cycle."""
        months = (children.row + self.grid.first_row - 1 + children.position) * self.grid.width + elapsed
        return np.clip(months // MONTHS_A_YEAR, self.rates.youngest_age, 17).astype(np.int64)

    def draw(self, month: int, what: Event, children: Children) -> Array:
        """Return a uniform number for each child."""
        return self._uniform(month, what, children.area, children.id)

    def _uniform(self, month: int, what: Event, area: Ints, ids: Key) -> Array:
        return uniform(of_scattered(about(self.key, what, month)[area], ids))

    def _turns_18(self, month: int, what: Event, children: Children) -> Chosen:
        share = self.grid.leave_share[month % self.grid.width]
        turns: Chosen = (children.row == self.grid.rows - 1) & (self.draw(month, what, children) < share)
        return turns

    def _leave_and_move(self, month: int, ops: Operators, care: InCare, seen: Seen) -> tuple[InCare, InCare, InCare]:
        """Let children leave or move; return those still in care, who went home, and whose order may break down."""
        a, row, k, p = care.area, care.row, care.phase, care.place
        turns = self._turns_18(month, Event.BIRTHDAY, care)
        chances = _leave_chances(ops.phase_exit[0, a, row, k], ops.place_exit[0, a, row, k, p])
        a, row, k, p = a[turns], row[turns], k[turns], p[turns]
        chances[turns] = _leave_chances(ops.phase_part_exit[0, a, row, k], ops.place_part_exit[0, a, row, k, p])
        reason = pick(chances, self.draw(month, Event.REASON, care))
        reasons = chances.shape[1]
        reason = np.where(turns & (reason == reasons), reasons + AGE_18, reason)
        leaves = reason < reasons
        seen.exits.append((take(care, leaves), reason[leaves]))

        stay = take(care, ~leaves)
        a, row, k, p = stay.area, stay.row, stay.phase, stay.place
        place = pick(_shares(ops.place[0, a, row, k, p]), self.draw(month, Event.PLACE, stay))
        phase = pick(_shares(ops.phase[0, a, row, k]), self.draw(month, Event.PHASE, stay))
        seen.moves.append((a, p, place))
        ordered = self._may_return(month, Event.ORDER, take(care, reason == ORDER))
        return replace(stay, place=place, phase=phase), take(care, reason == HOME), ordered

    def _may_return(self, month: int, what: Event, ordered: InCare) -> InCare:
        """Return those of the children who left under an order whose order may break down."""
        share = at_month(self.rates.order_return_share, month)
        share = _areas(np.broadcast_to(share, (*share.shape[:-1], self.rates.opening.shape[-1])), len(self.key))
        return take(ordered, self.draw(month, what, ordered) < share[ordered.area, ordered.place])

    def _stay_home(self, month: int, home: AtHome, left: InCare, ordered: InCare) -> tuple[AtHome, AtHome]:
        """Return children who are at home at the end of the month, and those who come back in it."""
        ops = self.at_home
        home = take(home, ~self._turns_18(month, Event.HOME_BIRTHDAY, home))
        ratio = _areas(at_month(self.rates.return_ratio, month), len(self.key))
        back = self.draw(month, Event.BACK, home) < (ops.back * ratio)[home.area, home.spell]
        away = take(home, ~back)
        there = ops.fade + (ops.back * (1.0 - ratio))[:, :, None] * np.eye(len(ops.back))
        spells = _shares(there[away.area, away.spell])
        away = replace(away, spell=pick(spells, self.draw(month, Event.HOME_SPELL, away)))
        soon = np.tile(np.append(ops.fade_part, ops.back_soon), (len(left.id), 1))
        kept = ops.back_soon * (1.0 - ratio[left.area, 0])
        soon[:, 0] += kept
        soon[:, -1] -= kept
        spell = pick(_shares(soon), self.draw(month, Event.SPELL, left))
        new = _go_home(left, spell)
        soon_back = spell == len(ops.fade_part)
        late = _go_home(ordered, np.full_like(ordered.row, len(ops.fade_part) - 1))
        late_back = self.draw(month, Event.SPELL, late) < ops.late_back * ratio[late.area, -1]
        return (
            join(away, take(new, ~soon_back), take(late, ~late_back)),
            join(take(home, back), take(new, soon_back), take(late, late_back)),
        )

    def _come_in(self, month: int, ops: Operators, back: AtHome, seen: Seen) -> tuple[InCare, AtHome]:
        """Let children come in, new and returned; return those in care at the end of the month, and those at home."""
        seen.back.append(back.area)
        children, age = self._arrivals(month, back)
        seen.starts.append((children, age))
        a, row, place = children.area, children.row, children.place
        chances = _leave_chances(ops.phase_part_exit[0, a, row, 0], ops.place_part_exit[0, a, row, 0, place])
        reason = pick(chances, self.draw(month, Event.ENTRY_REASON, children))
        share = self.grid.entrant_leave_share[month % self.grid.width]
        adult = (row == self.grid.rows - 1) & (self.draw(month, Event.ENTRY_BIRTHDAY, children) < share)
        reason = np.where(adult, chances.shape[1] + AGE_18, reason)
        leaves = reason < chances.shape[1]
        seen.exits.append((take(children, leaves), reason[leaves]))
        stay, gone = take(children, ~leaves), take(children, reason == HOME)
        phase = pick(_shares(ops.phase_part[0, stay.area, stay.row, 0]), self.draw(month, Event.ENTRY_PHASE, stay))
        spells = np.tile(self.at_home.fade_entrant, (len(gone.id), 1))
        spell = pick(_shares(spells), self.draw(month, Event.ENTRY_SPELL, gone))
        ordered = self._may_return(month, Event.ENTRY_ORDER, take(children, reason == ORDER))
        late = _go_home(ordered, np.full_like(ordered.row, spells.shape[1] - 1))
        return replace(stay, phase=phase), join(_go_home(gone, spell), late)

    def _arrivals(self, month: int, back: AtHome) -> tuple[InCare, Ints]:
        """Return children who come in, and their ages: a Poisson number of new ones, then those who came back."""
        cycle_month = month % self.grid.width
        at_birth = np.zeros((self.grid.rows, 18))
        if self.grid.first_row == 0:
            at_birth[0, 0] = self.rates.birth_share
        share = self.grid.row_of_age[cycle_month].T * (1.0 - at_birth.sum(axis=0)) + at_birth
        rows, ages = np.nonzero(share)
        starts = _areas(at_month(self.rates.new_starts_per_month, month), len(self.key))
        cells = (18 * rows + ages).astype(np.uint64)
        count = _poisson(starts[:, ages] * share[rows, ages], uniforms(self.key[:, None], Event.ARRIVALS, month, cells))
        area, cell = (np.repeat(i.ravel(), count.ravel()) for i in np.indices(count.shape))
        nth = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count.ravel(), count.ravel())
        ids = scattered(keys(self.key[area], Event.NEW, month, cells[cell] << np.uint64(32) | nth.astype(np.uint64)))
        new = Children(area, ids, rows[cell], self._position(month, area, rows[cell], ages[cell], ids))
        came = _join_any(new, back)
        back_age = pick(_shares(self.grid.age_of_row[cycle_month][back.row]), self.draw(month, Event.AGE, back))
        age = np.concatenate([ages[cell], back_age])
        first = _areas(at_month(self.rates.start_place, month), len(self.key))[came.area, age]
        place = pick(_shares(first), self.draw(month, Event.FIRST_PLACE, came))
        return InCare(came.area, came.id, came.row, came.position, np.zeros_like(came.row), place), age

    def _position(self, month: int, area: Ints, row: Ints, age: Ints, ids: Key) -> Array:
        """Return positions in the cohort that agree with an age in the middle of a month."""
        width = self.grid.width
        elapsed = month % width + 0.5
        before = row + self.grid.first_row - 1
        low = np.clip((MONTHS_A_YEAR * age - elapsed) / width - before, 0.0, 1.0)
        high = np.clip((MONTHS_A_YEAR * (age + 1) - elapsed) / width - before, 0.0, 1.0)
        position: Array = low + (high - low) * self._uniform(month, Event.POSITION, area, ids)
        return position

    def _residual(self, month: int, care: InCare, seen: Seen) -> InCare:
        """Add the counting residual: some children are counted twice, or not at all."""
        growth = np.expm1(_areas(self.rates.balancing_per_year, len(self.key)) / MONTHS_A_YEAR)[care.area]
        hit = self.draw(month, Event.RESIDUAL, care) < np.abs(growth)
        lost, twins = take(care, hit & (growth < 0)), take(care, hit & (growth > 0))
        seen.residual += [(lost, -1.0), (twins, 1.0)]
        ids = of_scattered(about(self.key, Event.TWIN, month)[twins.area], twins.id)
        return join(take(care, ~(hit & (growth < 0))), replace(twins, id=scattered(ids)))


def pick(chances: Array, uniform: Array) -> Ints:
    """Return which of the chances (child, choice) each child's uniform number falls on; how many there are if none."""
    picked: Ints = (uniform[:, None] >= np.cumsum(chances, axis=1)).sum(axis=1)
    return picked


def _areas(array: Array, areas: int) -> Array:
    """Return the first draw of an array, for every area: (area, ...)."""
    return np.broadcast_to(array[0], (areas, *array.shape[2:]))


def _go_home(left: InCare, spell: Ints) -> AtHome:
    return AtHome(left.area, left.id, left.row, left.position, spell)


def _join_any(first: Children, second: Children) -> Children:
    names = ("area", "id", "row", "position")
    return Children(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in names))


def _leave_chances(by_phase: Array, by_place: Array) -> Array:
    """Return the chance of leaving for each reason when both kinds of hazard act (see `step._leave`)."""
    p, q = by_phase.sum(axis=-1, keepdims=True), by_place.sum(axis=-1, keepdims=True)
    chances: Array = by_phase * (1.0 - q / 2.0) + by_place * (1.0 - p / 2.0)
    return chances


def _shares(weights: Array) -> Array:
    """Scale weights to shares that leave no number without a choice."""
    shares: Array = weights / weights.sum(axis=-1, keepdims=True)
    shares[..., -1] += 1e-9
    return shares


def _systematic(expected: Array, offset: Array) -> tuple[Ints, Ints, Key]:
    """Return area, cell and number of whole children, so that every run of cells holds its number to within one.

    Parameters
    ----------
    expected : (area, cell)
    offset : (area,)
    """
    upto = np.floor(np.cumsum(expected, axis=1) + offset[:, None])
    count = np.diff(upto, axis=1, prepend=0.0).astype(np.int64)
    area, cell = (np.repeat(i.ravel(), count.ravel()) for i in np.indices(count.shape))
    nth = np.arange(len(area)) - np.searchsorted(area, area)
    return area, cell, nth.astype(np.uint64)


def _poisson(expected: Array, uniform: Array) -> Ints:
    """Return Poisson numbers by inversion, so that they rise with the expected number."""
    from scipy.special import pdtr, pdtrik

    number = np.zeros(expected.shape, dtype=np.int64)
    some = uniform > np.exp(-expected)  # most are none, and the rest costs much
    expected, uniform = expected[some], uniform[some]
    above = np.ceil(pdtrik(uniform, expected))
    below = np.maximum(above - 1.0, 0.0)
    number[some] = np.where(pdtr(below, expected) >= uniform, below, above)
    return number
