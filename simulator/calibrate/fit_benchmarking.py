"""The factors that keep the sum of all authorities on England's own path, fitted to the status quo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.rates import Rates, StreamRates
from simulator.projection.agencies import Run, served
from simulator.projection.benchmarking import factors
from simulator.projection.compile import compile_scenario
from simulator.scenario.schema import Scenario
from simulator.vocabulary.areas import ENGLAND, authorities
from simulator.vocabulary.axes import REASONS, STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

YEARS = 10
ROUNDS = 7

STAYS = {"resident": 0.8, "uasc": 0.3}
"""About what share of children are still in care a year on, and so of a gap."""


def benchmark(scenario: Scenario, run: Run) -> dict[str, Array]:
    """Return factors of hazards of leaving by stream, for each year from the base: (year,).

    In each round a year's factor grows by the share of that year's exits before 18 that would close the gap between the
    sum of areas and England, less what is left of the gap of a year ago. Exits are those of areas that it acts on.

    Parameters
    ----------
    scenario : Scenario
        The status quo, of a base with authorities, to the end of the years that are fitted.
    run : callable
        An engine.
    """
    england = _children(run, compile_scenario(scenario.model_copy(update={"areas": (ENGLAND,)})).rates)[0]
    [together] = served([compile_scenario(scenario.model_copy(update={"areas": (ALL,)}))], run)
    rates = together.rates
    areas = len(authorities())
    acts = np.array([np.broadcast_to(_slowest(stream), areas) for stream in rates.streams])
    change, stays = np.ones((len(STREAMS), YEARS)), np.array([STAYS[stream] for stream in STREAMS])[:, None]
    for _ in range(ROUNDS):
        children, exits = _children(run, _scaled(rates, change, acts), acts)
        gap = children - england
        change *= 1.0 + (gap[:, 1:] - stays * gap[:, :-1]) / exits
    known = np.array([factors(scenario.base)[stream] for stream in STREAMS])
    return dict(zip(STREAMS, known * change, strict=True))


def _slowest(stream: StreamRates) -> NDArray[np.bool_]:
    """Say which areas pass no children on: those whose hazards in the first weeks are the least of all: (area,)."""
    first = stream.phase_exit_per_year[0, :, :, 0].sum(axis=(-2, -1))
    slowest: NDArray[np.bool_] = first <= first.min() * (1.0 + 1e-9)
    return slowest


def ends(scenario: Scenario) -> Scenario:
    """Return a scenario that runs as long as factors are fitted."""
    return scenario.model_copy(update={"end": scenario.calendar[0] + (YEARS * MONTHS_A_YEAR - 1)})


def _scaled(rates: Rates, change: Array, acts: NDArray[np.bool_]) -> Rates:
    """Multiply hazards of leaving: change is (stream, year), and acts on areas (stream, area)."""
    streams = []
    for stream, factor, here in zip(rates.streams, np.repeat(change, MONTHS_A_YEAR, axis=1), acts, strict=True):
        ratio = np.where(here[:, None], factor, 1.0)
        streams.append(replace(stream, exit_ratio=stream.exit_ratio * ratio[None, :, :, None]))
    return replace(rates, streams=tuple(streams))


def _children(run: Run, rates: Rates, acts: NDArray[np.bool_] | None = None) -> tuple[Array, Array]:
    """Return children of all areas at the base and at each year's end, and exits before 18 in each: (stream, year).

    Exits are of the areas in `acts`, (stream, area), or of all.
    """
    paths = run(rates, BAND_OF_AGE)
    children = paths.children[0].sum(axis=(0, 3, 4)).T[:, ::MONTHS_A_YEAR]
    before_18 = np.delete(paths.exits_by_reason[0].sum(axis=3), REASONS.index("age_18"), axis=-1).sum(axis=-1)
    if acts is not None:
        before_18 = before_18 * acts.T[:, None]
    by_year = before_18.sum(axis=0).reshape(-1, MONTHS_A_YEAR, len(STREAMS)).sum(axis=1).T
    return children, by_year
