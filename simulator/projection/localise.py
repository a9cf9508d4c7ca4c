"""From England's rates to those of the areas of a baseline, as they go on in a draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.start import Start
from simulator.engine.rates import Rates, StreamRates
from simulator.projection import local_placing, local_walks
from simulator.projection.benchmarking import by_month
from simulator.projection.local_mix import with_placement_mix
from simulator.uncertainty import Parameter
from simulator.vocabulary.axes import STREAMS

Array = NDArray[np.float64]

_WALKS = {"resident": ("starts", "exits"), "uasc": ("uasc_starts", "uasc_exits")}
"""Names of the random walks of starts and of leaving, by stream."""


def parameters(baseline: Baseline, financial_years: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """Return what is not known of the areas of a run, as parameters to draw: logs of ratios.

    Parameters
    ----------
    baseline : Baseline
    financial_years : sequence of str
        Years in which their rates walk away from England's; none if they are held.
    """
    return (
        *baseline.to_draw(),
        *local_walks.parameters(baseline.walks, baseline.walking, financial_years, baseline.events),
        *local_placing.parameters(baseline.placing_walks, baseline.walking, financial_years),
    )


def localise(
    england: Rates, baseline: Baseline, drawn: Mapping[str, float], year_of_month: Sequence[str] = ()
) -> tuple[Rates, Start]:
    """Return rates of areas, and where they start from.

    Parameters
    ----------
    england : Rates
        Before interventions, with areas of size 1.
    baseline : Baseline
    drawn : mapping of key to float
        Logs of how far levels lie from their means in a draw, and steps of rates; see :func:`parameters`.
    year_of_month : sequence of str
        Financial year of each month, where there are steps.
    """
    start = baseline.at_base(england, drawn)
    events, mix, walking = baseline.events, start.placement_mix, baseline.walking
    here = local_placing.children_by_plan(start.streams)
    placing = local_placing.walk(baseline.placing_walks, walking, year_of_month, drawn, here)
    streams = []
    for name, stream, held in zip(STREAMS, start.streams, start.benchmarked, strict=True):
        starts, leaving = (
            local_walks.walk(baseline.walks, key, walking, year_of_month, drawn, events[key]) for key in _WALKS[name]
        )
        if name == "resident":
            leaving = leaving * mix.leaving[:, None]
        leaving = leaving * by_month(baseline.england.base, name, held, england.months)
        placed = local_placing.with_walk(with_placement_mix(stream, mix.into), placing)
        streams.append(_over_time(placed, starts, leaving))
    return replace(england, streams=tuple(streams), foster=start.foster), start


def _over_time(stream: StreamRates, starts: Array, leaving: Array) -> StreamRates:
    """Multiply starts and hazards of leaving: (area, month) each."""
    return replace(
        stream,
        new_starts_per_month=stream.new_starts_per_month * starts[None, :, :, None],
        exit_ratio=stream.exit_ratio * leaving[None, :, :, None],
    )
