"""Where authorities place children, fitted so that levels beside England's stay as they are in the status quo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator import placements
from simulator.agencies import Run
from simulator.areas import ALL, ENGLAND
from simulator.axes import STREAMS
from simulator.baseline import FOSTER
from simulator.compile import compile_scenario
from simulator.engine.run import Paths
from simulator.engine.step import AGE_18
from simulator.local.levels import published_levels
from simulator.local.placing import Placing, leaving_faster, placed, plan_of_place, plans
from simulator.local.pool import pool_counts
from simulator.local.published import published
from simulator.local.response import ratio_of
from simulator.rates import Rates
from simulator.scenario.schema import Scenario
from simulator.structure import BAND_OF_AGE

Array = NDArray[np.float64]

RESIDENT = STREAMS.index("resident")

YEARS = 5
"""From the base to when a level is to be what it is at the base."""

ROUNDS = 10

MOST = 8.0
"""Most by which first placements and moves are multiplied or divided."""

FEWEST = 0.5
"""Children of a placement, more or fewer of which say nothing of a ratio."""


def fit_placing(scenario: Scenario, run: Run) -> Placing:
    """Return how authorities place children.

    Children are placed as planned in it, however many foster places there are: what becomes of plans is the market's.

    Parameters
    ----------
    scenario : Scenario
        The status quo, of a base with authorities.
    run : callable
        An engine.
    """
    planned = scenario.model_copy(
        update={
            "end": scenario.calendar[0] + (12 * YEARS - 1),
            "assumptions": scenario.assumptions.model_copy(update={"foster_places": "as_needed"}),
        }
    )
    england = run(compile_scenario(planned.model_copy(update={"areas": (ENGLAND,)})).rates, BAND_OF_AGE)
    rates = compile_scenario(planned.model_copy(update={"areas": (ALL,)})).rates
    plan = np.eye(len(plans()))[plan_of_place()]
    children = run(replace(rates, months=1), BAND_OF_AGE).children[0, :, 0]
    there = children.sum(axis=(1, 2)) @ plan
    level, spread = _levels(there, _expected(children, england, 0) @ plan)
    levels = published_levels()
    assert levels.placing is not None
    assert levels.leavers is not None
    known, into, leaving = levels.placing, levels.placing.into, levels.placing.leaving
    for _ in range(ROUNDS):
        paths = run(_changed(rates, into / known.into, leaving / known.leaving), BAND_OF_AGE)
        left = paths.exits_by_reason[0, :, :12, RESIDENT, :, :AGE_18].sum(axis=(1, 2, 3))
        leaving = leaving * (levels.leavers + FEWEST) / (left + FEWEST)
        later = paths.children[0, :, -1]
        wanted = level * (_expected(later, england, -1) @ plan)
        now = later.sum(axis=(1, 2)) @ plan
        wanted *= (now.sum(axis=1) / wanted.sum(axis=1))[:, None]
        into = np.clip(into * (wanted + FEWEST) / (now + FEWEST), 1.0 / MOST, MOST)
    return Placing(into, _agency_odds(children), spread, leaving)


def _changed(rates: Rates, into: Array, leaving: Array) -> Rates:
    """Place children by ratios, (area, plan), and multiply hazards of leaving of resident children, (area,)."""
    streams = [placed(stream, into) for stream in rates.streams]
    streams[RESIDENT] = leaving_faster(streams[RESIDENT], leaving)
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
