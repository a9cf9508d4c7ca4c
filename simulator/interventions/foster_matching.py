"""How many more of its places a foster household fills if it is recruited for children who wait. It holds no kind.

About 60% of approved places are filled while children wait, as not every household suits every child. Children are of
types: four age groups, alone or with brothers and sisters, and asylum-seeking. Households are of types: the age group
they take, whether they also take the neighbouring ones, whether they take siblings together, and whether they are open
to asylum-seeking children. :func:`simulator.engine.matching.match` says who finds a place.

Two numbers of the mix of households are fitted: how much it leans to young children, so that as many places are filled
as are (and not more, though children wait); and how many take siblings, so that as many siblings are separated as are.
How many take neighbouring ages, or asylum-seeking children, no table tells: a scenario states it. Who waits, and what
one more place of any household adds, then come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Literal

from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS

if TYPE_CHECKING:
    from simulator.interventions.context import Array

Group = Literal["siblings", "teenagers", "uasc", "complex_needs", "parent_and_child"]
"""Children with a shortage of foster homes, for whom households are recruited."""

AGE_GROUPS = ((0, 4), (5, 9), (10, 15), (16, 17))
TEENS = (2, 3)
"""Positions of the age groups of teenagers, of whom asylum-seeking children are."""

SPECIAL: dict[str, int] = {"complex_needs": 2, "parent_and_child": 0}
"""Groups that only households of their own kind can take, and their age group. No table counts them."""

STEEPEST, LEAST_SIBLING, MOST_SIBLING = 4.0, 0.02, 0.98
"""Ends of the search for how the mix leans to young children, and for the share that takes siblings together."""

ADDED = (0.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 32_000.0)
"""Approved places of a group that are added, up to which gains are worked out."""


@dataclass(frozen=True)
class Shortage:
    """Children and places at the base, and what is stated of households.

    Attributes
    ----------
    children : (age group, stream)
        Who are in mainstream foster care, or wait for it.
    filled, approved : float
        Places of England.
    wider_ages_share, open_to_uasc_share : float
        Of households, those who also take neighbouring ages, and asylum-seeking children.
    special : str
        Group of `SPECIAL` that is in it, or nothing.
    special_children : float
        Children of it, who wait.
    """

    children: tuple[tuple[float, ...], ...]
    filled: float
    approved: float
    wider_ages_share: float
    open_to_uasc_share: float
    special: str = ""
    special_children: float = 0.0


@dataclass(frozen=True)
class Gains:
    """What places added to a mix of households bring.

    Attributes
    ----------
    of_group, of_any : (n - 1,)
        Children placed more for one more approved place of the group, and of the mix as it is, between so many
        (`ADDED`) of them and the next.
    waiting : (age group, 2)
        Children without a place at the base, resident and asylum-seeking.
    separated : (n,)
        Share of placed siblings who are separated, with so many places of the group.
    """

    of_group: Array
    of_any: Array
    waiting: Array
    separated: Array

    def usable(self, places: Array, rates: Array) -> Array:
        """Return a rate (`of_group` or `of_any`) when so many places are there already."""
        import numpy as np

        ends = np.array(ADDED)
        return np.asarray(np.interp(places, (ends[1:] + ends[:-1]) / 2.0, rates))


def needing(openings: Sequence[Array], cohort_months: int) -> tuple[tuple[float, ...], ...]:
    """Children of England in mainstream foster care or waiting for it, by age group and stream.

    Parameters
    ----------
    openings : sequence of (draw, area, row, phase, place), one a stream
        Of which the first draw is taken. Rows end with the oldest.
    cohort_months : int
    """
    from simulator.engine.grid import make_grid

    places = [*placements.sector_places(), *placements.waiting_places()]
    age_at = make_grid(cohort_months).age_at[0]
    found = []
    for opening in openings:
        by_row = opening[0][..., places].sum(axis=(0, 2, 3))
        by_age = by_row @ age_at[-len(by_row) :]
        found.append([float(by_age[low : high + 1].sum()) for low, high in AGE_GROUPS])
    return tuple(zip(*found, strict=True))


@cache
def gains(shortage: Shortage, group: Group) -> Gains:
    """Fit the mix of households, and return what places of a group add to it."""
    import numpy as np

    from simulator.baseline.structure import structure
    from simulator.engine.matching import match

    known, kinds, households = structure()["fostering"]["matching"], _children(), _households()
    children = _numbers(shortage)
    best, suits = _suits()
    siblings = np.array([of.siblings for of in kinds])

    def placed(supply: Array) -> tuple[Array, Array]:
        found = match(np.repeat(children[None], len(supply), axis=0), supply, best, suits)
        apart, together = (array[:, siblings].sum(axis=(1, 2)) for array in (found.other, found.best))
        return found.placed, apart / np.maximum(apart + together, np.finfo(float).tiny)

    def mix(lean: Array, sibling: Array) -> Array:
        of_age = np.array(shortage.children).sum(axis=1) * np.exp(-lean[:, None] * np.arange(len(AGE_GROUPS)))
        of_age = of_age / np.maximum(of_age.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        ways = (
            (shortage.wider_ages_share, [h.wider for h in households]),
            (shortage.open_to_uasc_share, [h.open_to_uasc for h in households]),
        )
        share = np.where([h.special for h in households], 0.0, of_age[:, [h.age for h in households]])
        share = share * np.where([h.siblings for h in households], sibling[:, None], 1.0 - sibling[:, None])
        for of, having in ways:
            share = share * np.where(having, of, 1.0 - of)
        return np.asarray(share * shortage.approved * known["available_share"])

    lean, sibling = np.zeros(1), np.full(1, 0.5)
    for width in (1.0, 0.25, 0.06, 0.015, 0.004):  # each searches between the neighbours of the best before
        tried = np.clip(lean + width * STEEPEST * np.linspace(-1.0, 1.0, 11), 0.0, STEEPEST)
        total = placed(mix(tried, np.repeat(sibling, 11)))[0].sum(axis=1)
        lean = tried[[np.abs(total - shortage.filled).argmin()]]
        tried = np.clip(sibling + width * np.linspace(-0.5, 0.5, 11), LEAST_SIBLING, MOST_SIBLING)
        apart = placed(mix(np.repeat(lean, 11), tried))[1]
        sibling = tried[[np.abs(apart - known["separated_share"]).argmin()]]

    base = mix(lean, sibling)[0]
    alike = np.ones(base.shape)
    aimed = np.where([h.suits_group(group) for h in households], alike if group in SPECIAL else base, 0.0)
    added = np.array(ADDED)
    more = [of / max(of.sum(), np.finfo(float).tiny) * known["available_share"] for of in (aimed, base)]
    found, apart = placed(np.concatenate([base + added[:, None] * each for each in more]))
    of_group, of_any = (np.diff(total) / np.diff(added) for total in np.split(found.sum(axis=-1), 2))
    left = children - found[0]
    waiting = np.zeros((len(AGE_GROUPS), len(STREAMS)))
    for of, without in zip(kinds, left, strict=True):
        waiting[of.age, int(of.uasc)] += without
    return Gains(of_group, of_any, waiting, apart[: len(added)])


@dataclass(frozen=True)
class _Child:
    """A type of child."""

    age: int
    siblings: bool = False
    uasc: bool = False
    special: bool = False


@dataclass(frozen=True)
class _Household:
    """A type of household."""

    age: int
    wider: bool
    siblings: bool
    open_to_uasc: bool
    special: bool = False

    def takes(self, child: _Child) -> bool:
        """Say whether a place of it suits a child at all."""
        if child.special:
            return self.special and self.age == child.age
        return abs(self.age - child.age) <= self.wider and (self.open_to_uasc or not child.uasc)

    def takes_best(self, child: _Child) -> bool:
        """Say whether it suits best: siblings together, and places for special children kept for them."""
        return self.takes(child) and (self.siblings or not child.siblings) and self.special == child.special

    def suits_group(self, group: Group) -> bool:
        """Say whether it is one that is recruited for a group."""
        if group in SPECIAL or self.special:
            return self.special and SPECIAL.get(group) == self.age
        if group == "siblings":
            return self.siblings
        return self.age in TEENS and (self.open_to_uasc or group == "teenagers")


@cache
def _children() -> tuple[_Child, ...]:
    ages = range(len(AGE_GROUPS))
    resident = [_Child(age, siblings) for age, siblings in product(ages, (False, True))]
    uasc = [_Child(age, uasc=True) for age in ages]
    return (*resident, *uasc, *(_Child(age, special=True) for age in SPECIAL.values()))


@cache
def _households() -> tuple[_Household, ...]:
    yes_no = (False, True)
    every = [_Household(*of) for of in product(range(len(AGE_GROUPS)), yes_no, yes_no, yes_no)]
    return (*every, *(_Household(age, False, False, False, special=True) for age in SPECIAL.values()))


@cache
def _suits() -> tuple[Array, Array]:
    """Return which places suit best, and which at all: two of (child type, household type)."""
    import numpy as np

    best = [[float(h.takes_best(child)) for h in _households()] for child in _children()]
    suits = [[float(h.takes(child)) for h in _households()] for child in _children()]
    return np.array(best), np.array(suits)


def _numbers(shortage: Shortage) -> Array:
    """Return children by type."""
    import numpy as np

    from simulator.baseline.structure import structure

    with_siblings = structure()["fostering"]["matching"]["with_siblings_share"]
    found = []
    special = SPECIAL.get(shortage.special)
    for child in _children():
        resident, uasc = shortage.children[child.age]
        apart = min(shortage.special_children, resident * (1.0 - with_siblings)) if child.age == special else 0.0
        if child.special:
            found.append(apart)
        elif child.uasc:
            found.append(uasc)
        else:
            found.append(resident * with_siblings if child.siblings else resident * (1.0 - with_siblings) - apart)
    return np.array(found)
