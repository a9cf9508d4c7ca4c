"""How far placements of authorities have walked from England's, and how much wider than chance their counts are.

Over a lag of some years the log odds of an area's share in a group of placements change beside England's

- by steps of the ratios of first placements and moves that were taken since, as far as stocks have followed them by
  then (`responses`): the longer the lag, the more;
- by what was a year's own, at either end;
- by chance at either end, as whole children come and go.

The first two are unknown and found by least squares without negative values (Lawson and Hanson 1974), the squares of
changes over all lags and groups at once: shares sum to one, so that a step of one group moves all. The third follows
from how many stay. Of a step only a part is left a year later (`simulator.baseline.placing_walks`): changes over ten
years are far smaller than those of a walk that never comes back would be, which has two to three times the variance on
record. That part is the one of those tried with which squares are likeliest, taken as those of normal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.placement_levels import plan_of_place
from simulator.baseline.placing_walks import THE_OTHERS, PlacingWalk, group_of_plan
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data import packaged
from simulator.engine.rates import Rates
from simulator.projection.agencies import Run
from simulator.projection.compile import compile_scenario
from simulator.projection.local_mix import with_placement_mix
from simulator.scenario.schema import Scenario
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

LAGS = range(1, 11)
"""Years over which changes are compared, as far as a record goes."""

TRIED = tuple(kept / 20 for kept in range(10, 21))
"""Parts of a step left a year later that are tried."""

SETTLED = 12
"""Years after which stocks follow a step no further."""

STEP = 0.1
"""Log of the ratio by which responses are measured."""

LEAST = 20
"""Children at either end, in and out of a group, below which log odds say too little and are skewed."""

MOST_MOVED = 1.5
"""Changes of log odds beyond this are cut off there: they are a hotel, a port or a change of boundary."""

ROUNDS = 5
"""Least squares are done again with the weights that follow from the last: a square varies as its mean does."""

FIRST_GUESS = 0.02, 2.0
"""Of the variance of a change, with which weights begin: a constant, and one that falls with children."""

SOURCE = "dfe_cla_2025"


@dataclass(frozen=True)
class Responses:
    """How stocks of groups answer in England.

    Attributes
    ----------
    followed : (group, group, year)
        Change of the log odds of the second group's share for a lasting step of one of the log ratio of the first, from
        none at year 0.
    stay : (2, group, year)
        Share of children in a group, and of those outside of it, who are still there.
    """

    followed: Array
    stay: Array

    def with_kept(self, kept: float) -> Responses:
        """Return how stocks answer a step of which a part is left a year later, and a part of that the year after."""
        years = self.followed.shape[-1]
        change = kept ** np.arange(years) - np.concatenate([[0.0], kept ** np.arange(years - 1)])
        left = np.zeros_like(self.followed)
        for year in range(years):
            left[..., year] = self.followed[..., year::-1] @ change[: year + 1]
        return replace(self, followed=left)


def groups() -> tuple[str, ...]:
    """Return the groups of placements."""
    return tuple(dict.fromkeys(group_of_plan().values()))


def responses(scenario: Scenario, run: Run) -> Responses:
    """Measure how stocks of England answer, if children are placed as planned.

    Parameters
    ----------
    scenario : Scenario
        The status quo of a base.
    run : callable
        An engine.
    """
    planned = scenario.model_copy(
        update={
            "areas": (ENGLAND,),
            "end": scenario.calendar[0] + (MONTHS_A_YEAR * SETTLED - 1),
            "assumptions": scenario.assumptions.model_copy(update={"foster_places": "as_needed"}),
        }
    )
    rates = compile_scenario(planned).rates
    member = np.array([[group == one for one in group_of_plan().values()] for group in groups()])  # (group, plan)
    lives = member[:, plan_of_place()]  # (group, place)

    def yearly(changed: Rates) -> Array:
        children = run(changed, BAND_OF_AGE).children[0, 0, ::MONTHS_A_YEAR].sum(axis=(1, 2))
        return np.asarray(children @ lives.T)  # (year, group)

    def log_odds(changed: Rates) -> Array:
        there = yearly(changed)
        return np.log(there / (there.sum(axis=1, keepdims=True) - there))

    def stepped(of: NDArray[np.bool_]) -> Rates:
        into = np.exp(STEP * of)[None]
        return replace(rates, streams=tuple(with_placement_mix(stream, into) for stream in rates.streams))

    def staying(places: NDArray[np.bool_]) -> Array:
        """Share of who lives in some places at the base and does so later, where nobody comes in: (year,)."""
        alone = replace(
            rates,
            foster=None,
            streams=tuple(
                replace(
                    stream,
                    opening=stream.opening * places,
                    opening_home=np.zeros_like(stream.opening_home),
                    new_starts_per_month=np.zeros_like(stream.new_starts_per_month),
                )
                for stream in rates.streams
            ),
        )
        there = run(alone, BAND_OF_AGE).children[0, 0, ::MONTHS_A_YEAR].sum(axis=(1, 2)) @ places
        return np.asarray(there / there[0])

    before = log_odds(rates)
    followed = np.array([((log_odds(stepped(of)) - before) / STEP).T for of in member])
    stay = np.array([[staying(places) for places in side] for side in (lives, ~lives)])
    return Responses(followed, stay)


def recorded(last: int) -> tuple[int, Array]:
    """Return the first year, and children of authorities by group to a last year: (group, area, year); NaN if hidden.

    Where a group is hidden all of an area and year are.
    """
    read = packaged.table("local_placements")
    rows = list(zip(read["group"], read["area"], read["first_year"], read["values"], strict=True))
    codes, first = sorted({area for _, area, _, _ in rows}), min(year for _, _, year, _ in rows)
    found = np.full((len(groups()), len(codes), last - first + 1), np.nan)
    for group, area, start, values in rows:
        for year, value in enumerate(values, start=start):
            if year <= last:
                found[groups().index(group), codes.index(area), year - first] = value
    return first, np.where(np.isnan(found).any(axis=0), np.nan, found)


def fit_placing_walks(base: int, answers: Responses) -> list[PlacingWalk]:
    """Return how far each group walks, by the record up to a base."""
    first, children = recorded(base)
    kept = kept_of(children, answers)
    steps, own = fitted(children, answers.with_kept(kept))
    share = np.nansum(children[..., -1], axis=1) / np.nansum(children[..., -1])
    return [
        PlacingWalk(
            base,
            group,
            float(np.sqrt(steps[g])),
            kept,
            float(own[g]),
            str(first),
            str(base),
            SOURCE,
            1.0 - 2.0 * float(share[g]) if group == THE_OTHERS else 0.0,
        )
        for g, group in enumerate(groups())
    ]


def kept_of(children: Array, answers: Responses) -> float:
    """Return the part of a step that is left a year later; arguments as :func:`fitted`."""

    def misfit(kept: float) -> float:
        of_kept = answers.with_kept(kept)
        of_steps, of_own, chance, squares = _changes(children, of_kept)
        steps, own = fitted(children, of_kept)
        expected = of_steps @ steps + of_own @ own + chance
        return float((np.log(expected) + squares / expected).sum())

    return min(TRIED, key=misfit)


def fitted(children: Array, answers: Responses) -> tuple[Array, Array]:
    """Return the variance of a year's step, and of what is a year's own for one child: (group,) each.

    Parameters
    ----------
    children : (group, area, year)
    answers : Responses
    """
    from scipy.optimize import nnls

    of_steps, of_own, chance, squares = _changes(children, answers)
    design = np.concatenate([of_steps, of_own], axis=1)
    constant, falling = FIRST_GUESS
    expected = constant + falling * chance
    found = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        found, _ = nnls(design / expected[:, None], (squares - chance) / expected)
        expected = np.maximum(design @ found, 0.0) + chance
    return found[: len(children)], found[len(children) :]


def _changes(children: Array, answers: Responses) -> tuple[Array, Array, Array, Array]:
    """Return what each change of log odds beside England's holds, one a row.

    Of steps and of years' own, (row, group)
    each; of chance; and its square.
    """
    followed, one_year = answers.followed, np.diff(answers.followed, axis=-1)
    whole = children.sum(axis=0)
    rows: list[tuple[Array, Array, Array, Array]] = []
    for lag in LAGS[: children.shape[2] - 1]:
        steps = (followed[..., 1 : lag + 1] ** 2).sum(axis=-1)
        # what was a year's own fades; at the earlier end it is there in part
        own = (one_year[..., :lag] ** 2).sum(axis=-1)
        own = own + ((one_year[..., lag:] - one_year[..., :-lag]) ** 2).sum(axis=-1)
        for year in range(children.shape[2] - lag):
            before, now, n, later = children[..., year], children[..., year + lag], whole[:, year], whole[:, year + lag]
            for g in range(len(children)):
                ends = np.minimum.reduce([before[g], now[g], n - before[g], later - now[g]])
                told = ends >= LEAST  # not so where hidden
                if not told.any():
                    continue
                share = before[g, told].sum() / n[told].sum()
                change = _log_odds(now[g], later)[told] - _log_odds(before[g], n)[told]
                common = np.log(now[g, told].sum() / (later - now[g])[told].sum()) - np.log(share / (1.0 - share))
                gone = 1.0 - answers.stay[:, g, lag]
                luck = 2.0 * (gone[0] * (1.0 - share) + gone[1] * share) / (n[told] * share * (1.0 - share))
                there = children[:, told, year].sum(axis=1) / n[told].sum()
                rows.append(
                    (
                        np.repeat(steps[:, g][None], told.sum(), axis=0),
                        own[:, g] / (there * n[told][:, None]),
                        luck,
                        np.clip(change - common, -MOST_MOVED, MOST_MOVED) ** 2,
                    )
                )
    of_steps, of_own, chance, squares = (np.concatenate(one) for one in zip(*rows, strict=True))
    return of_steps, of_own, chance, squares


def _log_odds(part: Array, whole: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(part / (whole - part)))


def walked(plan_names: Sequence[str], walks: Sequence[PlacingWalk], answers: Responses, years: int) -> Array:
    """Return how far steps bring the log odds of each plan's own group in some years, standard deviation: (plan,)."""
    sd = {one.group: one.sd_per_year for one in walks}
    own = {group: np.sqrt((answers.followed[g, g, 1 : years + 1] ** 2).sum()) for g, group in enumerate(groups())}
    return np.array([sd[group_of_plan()[plan]] * own[group_of_plan()[plan]] for plan in plan_names])
