"""How authorities place children: fitted so that levels beside England's go on in the status quo as they have done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, load_baseline
from simulator.baseline.estimate_levels import published_levels
from simulator.baseline.estimate_starts import by_stream
from simulator.baseline.national_stream import NationalStream, national_streams
from simulator.baseline.placement_levels import PlacementMix, plan_of_place, plans
from simulator.baseline.pooling import pool_counts
from simulator.baseline.response import ratio_of
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import (
    BANDS,
    EARLIER,
    PLACEMENT_GROUPS,
    group_of_place,
    published,
    stock_by_group,
)
from simulator.engine.paths import Paths
from simulator.engine.rates import Rates
from simulator.engine.step import AGE_18
from simulator.projection.agencies import Run
from simulator.projection.compile import compile_scenario
from simulator.projection.local_mix import with_placement_mix
from simulator.scenario.schema import Scenario
from simulator.vocabulary import placements
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

RESIDENT = STREAMS.index("resident")

YEARS = 2 * (LATEST_BASE - EARLIER)
"""After which levels are to have gone as far towards England's as those of `EARLIER` did by the base. Children stay for
years with kin, so that to reach it sooner first placements would have to overshoot for good."""

LEAST_CHANCE = 0.05
"""Variance of a log level beside chance, in weights: a large authority tells little more than a middling one."""

ROUNDS = 25

MOST = 50.0
"""Most by which first placements and moves are multiplied or divided."""

FEWEST = 0.5
"""Children of a placement, more or fewer of which say nothing of a ratio."""


def fit_placement_mix(scenario: Scenario, run: Run, walked: Array) -> PlacementMix:
    """Return how authorities place children.

    Levels of the base are pooled, and go towards England's as far as those of `EARLIER` did by the latest base.
    Children are placed as planned in it, however many foster places there are: what becomes of plans is the market's.
    It goes on from the placement mix that is known; to begin at England's gives the same whatever was found before.

    Parameters
    ----------
    scenario : Scenario
        The status quo, of a base with authorities.
    run : callable
        An engine.
    walked : (plan,)
        How far levels walk in draws in the years from `EARLIER`, standard deviation of their logs: as much of what was
        not foreseen is in draws already (`simulator.calibrate.fit_placing_walks`).
    """
    planned = scenario.model_copy(
        update={
            "end": scenario.calendar[0] + (MONTHS_A_YEAR * YEARS - 1),
            "assumptions": scenario.assumptions.model_copy(update={"foster_places": "as_needed"}),
        }
    )
    whole = run(compile_scenario(planned.model_copy(update={"areas": (ENGLAND,)})).rates, BAND_OF_AGE)
    rates = compile_scenario(planned.model_copy(update={"areas": (ALL,)})).rates
    plan = np.eye(len(plans()))[plan_of_place()]
    children = run(replace(rates, months=1), BAND_OF_AGE).children[0, :, 0]
    there = children.sum(axis=(1, 2)) @ plan
    level, spread = _levels(there, _expected(children, whole, 0) @ plan)
    stays, unforeseen = persistence()
    levels = published_levels(scenario.base)
    assert levels.leavers is not None
    known, into, leaving = levels.placement_mix, levels.placement_mix.into, levels.placement_mix.leaving
    for _ in range(ROUNDS):
        paths = run(_changed(rates, into / known.into, leaving / known.leaving), BAND_OF_AGE)
        left = paths.exits_by_reason[0, :, :MONTHS_A_YEAR, RESIDENT, :, :AGE_18].sum(axis=(1, 2, 3))
        leaving = leaving * (levels.leavers + FEWEST) / (left + FEWEST)
        later = paths.children[0, :, -1]
        wanted = level**stays * (_expected(later, whole, -1) @ plan)
        now = later.sum(axis=(1, 2)) @ plan
        wanted *= (now.sum(axis=1) / wanted.sum(axis=1))[:, None]
        into = into * (wanted + FEWEST) / (now + FEWEST)
        into = into / np.exp(np.average(np.log(into), weights=now + FEWEST, axis=1))[:, None]  # about as many moves
        into = np.clip(into, 1.0 / MOST, MOST)
    of_all = np.average(
        leaving, weights=left
    )  # that areas add up to England is left to `simulator.calibrate.fit_benchmarking`
    left_over = np.maximum(unforeseen**2 - walked**2, 0.0)
    return PlacementMix(into, _agency_odds(children), np.sqrt(spread**2 + left_over), leaving / of_all)


def persistence() -> tuple[Array, Array]:
    """Return what share of the log of a level is left at the base, and what was not foreseen of it: (plan,) each.

    By weighted least squares on pooled levels of `EARLIER`; more than all is left where pooling draws them in too far.
    What was not foreseen is the standard deviation of the rest, beyond Poisson.
    """
    (before, expected_before), (now, expected) = (_published(year) for year in (EARLIER, LATEST_BASE))
    level = np.log(_levels(before, expected_before)[0])
    then = np.log((now + FEWEST) / (expected + FEWEST))
    weight = 1.0 / (LEAST_CHANCE + 1.0 / np.maximum(expected, FEWEST))
    weight = weight / weight.sum(axis=0)
    x, y = (one - (weight * one).sum(axis=0) for one in (level, then))
    stays = np.maximum((weight * x * y).sum(axis=0) / (weight * x**2).sum(axis=0), 0.0)
    chance = (weight / np.maximum(now, FEWEST)).sum(axis=0)
    missed = (weight * (y - stays * x) ** 2).sum(axis=0)
    return stays, np.sqrt(np.maximum(missed - chance, 0.0))


def _published(year: int) -> tuple[Array, Array]:
    """Return children in each plan, and as England's shares at their ages place all children: (area, plan) each."""
    data, base = published(), national_streams(load_baseline(LATEST_BASE))
    at = data.stock_by_band.shape[1] - 1 - (LATEST_BASE - year)
    held = {name: _by_band_and_group(one) for name, one in base.items()}
    by_band = by_stream(data.stock_by_band, data.uasc, {name: table.sum(axis=1) for name, table in held.items()})
    shares = [ratio_of(table, table.sum(axis=1, keepdims=True)) for table in held.values()]
    expected = np.sum([one[:, at] @ share for one, share in zip(by_band, shares, strict=True)], axis=0)
    there = stock_by_group(year)
    expected = expected * ratio_of(there.sum(axis=0), expected.sum(axis=0))
    first = [plan_of_place()[placements.index(names[0])] for names in PLACEMENT_GROUPS.values()]
    of_plan = np.eye(len(plans()))[first]
    return there @ of_plan, expected @ of_plan


def _by_band_and_group(one: NationalStream) -> Array:
    """Return England's children at the base: (band, placement group)."""
    table = np.zeros((len(BANDS), len(PLACEMENT_GROUPS)))
    np.add.at(table, (one.band_of_row[:, None], group_of_place()), one.rates.opening[0, 0].sum(axis=1))
    return table


def _changed(rates: Rates, into: Array, leaving: Array) -> Rates:
    """Place children by ratios, (area, plan), and multiply hazards of leaving of resident children, (area,)."""
    streams = [with_placement_mix(stream, into) for stream in rates.streams]
    resident = streams[RESIDENT]
    streams[RESIDENT] = replace(resident, exit_ratio=resident.exit_ratio * leaving[None, :, None, None])
    return replace(rates, streams=tuple(streams))


def _expected(children: Array, england: Paths, instant: int) -> Array:
    """Return children of areas as England's shares at their ages place them: (area, place).

    Parameters
    ----------
    children : (area, stream, band, place)
    england : Paths
    instant : int
    """
    of_age = england.children[0, 0, instant]
    shares = ratio_of(of_age, of_age.sum(axis=-1, keepdims=True))
    return np.einsum("asb,sbp->ap", children.sum(axis=-1), shares)


def _levels(there: Array, expected: Array) -> tuple[Array, Array]:
    """Return levels of each plan, and the spread of their logs: (area, plan)."""
    group = published().group
    each = [pool_counts(there[:, i], expected[:, i], group) for i in range(there.shape[1])]
    return np.stack([one.mean for one in each], axis=1), np.stack([one.log_sd for one in each], axis=1)


def _agency_odds(children: Array) -> Array:
    """Return the odds of children with agencies against those who wait, over England's: (area,).

    Parameters
    ----------
    children : (area, stream, band, place)
    """
    by_place = children.sum(axis=(1, 2))
    waiting = by_place[:, [p.waits_for == "fostering" for p in placements.placements()]].sum(axis=1)
    both = waiting + by_place[:, FOSTER[1]]
    wait = waiting.sum() / both.sum()
    share = np.minimum(wait * pool_counts(waiting, both * wait, published().group).mean, 1.0 - wait)
    return (1.0 - share) / share * wait / (1.0 - wait)
