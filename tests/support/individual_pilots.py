"""Pilots of made-up councils in which children come in one by one: a referee for the closed form of their power.

Children live by the rules of `individual`: each history is one child's, with every time it comes back into care. Help
keeps some from coming in, month by month as it builds up; brothers and sisters come together; good and bad years act on
those who come and on those who come back. What a year counts is starts, as published, and so all of these together move
as published starts do. Nothing is shared with `simulator.decisions.pilot_power` but the study whose test is
tried and the size of the noise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from individual import _Batch, _Children, _hazards
from numpy.typing import NDArray
from scipy import stats

from simulator.decisions.pilot_power import LEVEL, Study
from simulator.engine.rates import StreamRates

Array = NDArray[np.float64]

SIBLINGS = 3
"""Children who come together, if more than one does."""


class _Recorded(_Batch):
    """A batch that notes when each child starts: `weight` is the number of the child."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.started: list[tuple[Array, Array, Array]] = []

    def _start(self, age: Array, since: Array, seen: Array, weight: Array, once: NDArray[np.bool_]) -> _Children:
        if not self.started:
            weight = np.arange(age.size, dtype=float)
        self.started.append((weight, since, age))
        return super()._start(age, since, seen, weight, once)


@dataclass(frozen=True)
class Histories:
    """Children's starts in the year of their first one and in those after it.

    Attributes
    ----------
    starts : (child, year) of int
    month : (child,) of int
        Of the first start, in its year.
    helped : (child,) of bool
        Whether the help is for the child.
    """

    starts: NDArray[np.int8]
    month: NDArray[np.intp]
    helped: NDArray[np.bool_]

    def kept(self, ratio: float, strength: Array) -> Array:
        """Return the chance that each child comes in with help of some strength, (month,), over that without."""
        return np.asarray(1.0 + (ratio - 1.0) * strength[self.month] * self.helped)


def live(streams: Iterable[tuple[StreamRates, bool]], ages: tuple[int, int], children: int, years: int) -> Histories:
    """Live children's lives.

    Parameters
    ----------
    streams : iterable of (StreamRates, bool)
        Children of each, and whether help is for any of them.
    ages : tuple of int
        Of those it is for.
    children : int
        Of all streams, in proportion to their starts.
    years : int
        After the first start that are followed.
    """
    streams = list(streams)
    number = [float(one.new_starts_per_month.sum()) for one, _ in streams]
    rng = np.random.default_rng(18)
    found = []
    for (rates, is_helped), part in zip(streams, np.array(number) / sum(number), strict=True):
        batch = _Recorded(rates, _hazards(rates), np.array([1.0]), rng)
        batch.live(round(children * part))
        first = batch.started[0][2]
        at = rng.random(first.size)  # of the first start, in its year
        starts = np.zeros((first.size, years), dtype=np.int8)
        for child, since, _ in batch.started:
            which = child.astype(np.intp)
            year = (at[which] + since).astype(np.intp)
            np.add.at(starts, (which[year < years], year[year < years]), 1)
        helped = is_helped & (first >= ages[0]) & (first < ages[1] + 1)
        found.append((starts, (12 * at).astype(np.intp), helped))
    return Histories(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def pilots(study: Study, histories: Histories, strength: Array, ratio: float, rng: np.random.Generator) -> Array:
    """Hold pilots, one for each draw of a study; return counts of starts: (draw, area, year).

    Parameters
    ----------
    study : Study
    histories : Histories
    strength : (year of help, month)
        Of the effect.
    ratio : float
    """
    noise, draws, areas = study.noise, len(study.membership), len(study.starts_per_year)
    past = histories.starts.shape[1] - 1
    years = past + study.years
    passing = np.empty((draws, areas, years))
    passing[..., 0] = noise.passing_sd * rng.standard_normal((draws, areas))
    fresh = noise.passing_sd * np.sqrt(1.0 - noise.passing_kept**2)
    for year in range(1, years):
        passing[..., year] = noise.passing_kept * passing[..., year - 1] + fresh * rng.standard_normal((draws, areas))
    lasting = np.cumsum(noise.lasting_sd * rng.standard_normal((draws, areas, years)), axis=2)
    shared = np.cumsum(noise.common_sd * rng.standard_normal((draws, 1, years)), axis=2)
    lasting, shared = (walk - walk[..., past : past + 1] for walk in (lasting, shared))
    level = _level(np.exp(passing + lasting + shared), histories)

    usual = np.ones(len(histories.starts))
    children_per_year = study.starts_per_year / histories.starts.sum(axis=1).mean()
    together = (noise.chance - 1.0) / (SIBLINGS - 1.0)  # share of children who come with brothers or sisters
    counted = np.zeros((draws, areas, years))
    groups = study.membership.shape[1]
    for year in range(years):
        for group in range(groups):
            help_year = year - past - study.years_before - group
            helped = group < groups - 1 and help_year >= 0
            kept = histories.kept(ratio, strength[help_year]) if helped else usual
            cells = np.nonzero(study.membership[:, group])
            coming = (children_per_year * level[..., year])[cells] * kept.mean()
            came = rng.poisson((1.0 - together) * coming) + SIBLINGS * rng.poisson(together * coming / SIBLINGS)
            counted[..., year][cells] += came
            back = _who_come_back(histories, kept, came, rng)[:, : years - year]
            at = level[..., year : year + back.shape[1]][cells]
            counted[..., year : year + back.shape[1]][cells] += at.astype(np.intp) * back + rng.binomial(back, at % 1.0)
    return counted[..., past:]


def _level(moved: Array, histories: Histories) -> Array:
    """Return what a year does to those who come and to those who come back, so that both together move as told.

    The noise was measured on starts of both. Had each of them all of it, who comes back would have that of the year in
    which they first came as well, and starts would stray by more than published ones do.

    Parameters
    ----------
    moved : (draw, area, year)
        Expected starts, without help, over those of a usual year.
    """
    usual = histories.starts.mean(axis=0)  # a child's starts by year since the first one, which is among them
    again = usual[0] - 1.0
    level = np.empty_like(moved)
    for year in range(moved.shape[-1]):
        since = range(1, min(year, len(usual) - 1) + 1)
        per_level = 1.0 + sum((usual[k] * level[..., year - k] for k in since), start=np.zeros(moved.shape[:-1]))
        total = usual.sum() * moved[..., year]
        level[..., year] = 2.0 * total / (per_level + np.sqrt(per_level**2 + 4.0 * again * total))
    return level


def _who_come_back(
    histories: Histories, kept: Array, came: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Give each child who came a life; return starts after the first one: (cell, year)."""
    back = np.flatnonzero(histories.starts.sum(axis=1) > 1)
    more = rng.binomial(came, kept[back].sum() / kept.sum())
    chance = np.cumsum(kept[back])
    lives = back[np.searchsorted(chance, rng.random(more.sum()) * chance[-1], side="right")]
    later = histories.starts[lives].astype(np.int32)
    later[:, 0] -= 1  # the first start, which is counted
    sums = np.cumsum(np.vstack([np.zeros_like(later[:1]), later]), axis=0)
    ends = np.cumsum(more)
    return np.asarray(sums[ends] - sums[ends - more], dtype=np.intp)


def found(study: Study, counts: Array, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Test each pilot as whoever holds it would, who knows shared shocks only from so many changes of the past."""
    estimate = np.einsum("dat,dat->d", study.weights, np.log(np.maximum(counts, 0.5)))
    own, common = study.variances
    changes = study.noise.common_changes
    common = common * rng.chisquare(changes, len(common)) / changes
    with np.errstate(divide="ignore"):
        degrees = changes * ((own + common) / common) ** 2
    line = stats.t.ppf(1.0 - LEVEL / 2.0, degrees)
    return np.asarray(np.abs(estimate) > line * np.sqrt(own + common))
