"""Pilots of made-up councils in which children come in one by one: a referee for the closed form of their power.

Children live by the rules of `individual`: each history is one child's, with every time it comes back into care. Help
keeps some from coming in, month by month as it builds up; brothers and sisters come together; good and bad years act on
those who come and on those who come back. What a year counts is starts, as published. Nothing is shared with
`simulator.decisions.pilot_power` but the study whose test is tried and the size of the noise.
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

LEAST_SHARE = 2e-4
"""Histories of fewer children than this share are left out."""


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
    starts : (history, year)
        Of each kind of history; the first is that of children who never come back.
    kind : (child,) of int
    month : (child,) of int
        Of the first start, in its year.
    helped : (child,) of bool
        Whether the help is for the child.
    """

    starts: Array
    kind: NDArray[np.intp]
    month: NDArray[np.intp]
    helped: NDArray[np.bool_]

    def shares(self, ratio: float, strength: Array) -> Array:
        """Return children of each kind who come in, over all who would without help: (history,).

        Parameters
        ----------
        ratio : float
        strength : (month,)
            Of the effect, 0 to 1.
        """
        kept = 1.0 + (ratio - 1.0) * strength[self.month] * self.helped
        return np.bincount(self.kind, kept, minlength=len(self.starts)) / len(self.kind)


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
        batch = _Recorded(rates, _hazards(rates), np.array([1.0]), rng).live(round(children * part))
        first = batch.started[0][2]
        at = rng.random(first.size)  # of the first start, in its year
        starts = np.zeros((first.size, years), dtype=np.intp)
        for child, since, _ in batch.started:
            which = child.astype(np.intp)
            year = (at[which] + since).astype(np.intp)
            np.add.at(starts, (which[year < years], year[year < years]), 1)
        helped = is_helped & (first >= ages[0]) & (first < ages[1] + 1)
        found.append((starts, (12 * at).astype(np.intp), helped))
    starts, month, helped = (np.concatenate(parts) for parts in zip(*found, strict=True))
    kinds, kind, size = np.unique(starts, axis=0, return_inverse=True, return_counts=True)
    kind = kind.ravel()
    often = size >= LEAST_SHARE * len(starts)
    order = np.flatnonzero(often)[np.argsort(kinds[often].sum(axis=1), kind="stable")]
    assert kinds[order[0]].sum() == 1
    place = np.full(len(kinds), -1)
    place[order] = np.arange(len(order))
    kept = place[kind] >= 0
    return Histories(kinds[order].astype(float), place[kind][kept], month[kept], helped[kept])


def pilots(
    study: Study, histories: Histories, strength: Array, ratio: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Hold pilots, one for each draw of a study; return counts of starts, (draw, area, year), and the shared noise.

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
    level = np.exp(passing + lasting + shared)

    usual = histories.shares(1.0, np.zeros(12))
    children_per_year = study.starts_per_year / (usual @ histories.starts.sum(axis=1))
    together = (noise.chance - 1.0) / (SIBLINGS - 1.0)  # share of children who come with brothers or sisters
    counted = np.zeros((draws, areas, years))
    which = study.membership.argmax(axis=1)  # (draw, area); areas in no group are not looked at
    for year in range(years):
        of_group = []
        for group in range(study.membership.shape[1]):
            help_year = year - past - study.years_before - group
            never = group == study.membership.shape[1] - 1
            helped = not never and help_year >= 0
            of_group.append(histories.shares(ratio, strength[help_year]) if helped else usual)
        shares = np.array(of_group)
        coming = children_per_year * level[..., year] * shares.sum(axis=1)[which]
        came = rng.poisson((1.0 - together) * coming) + SIBLINGS * rng.poisson(together * coming / SIBLINGS)
        counted[..., year] += came
        left, chance_left = came, np.ones((draws, areas))
        for kind in range(1, len(usual)):
            history = histories.starts[kind, : years - year].copy()
            history[0] -= 1.0  # the first start, which is counted
            chance = (shares[:, kind] / shares.sum(axis=1))[which]
            for after in np.flatnonzero(history[1:]) + 1:
                chance = chance * level[..., year + after] / level[..., year + after].mean()
            now = rng.binomial(left, np.clip(chance / chance_left, 0.0, 1.0))
            left, chance_left = left - now, chance_left - chance
            counted[..., year : year + len(history)] += now[..., None] * history
    return counted[..., past:], shared[..., 0, past:]


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
