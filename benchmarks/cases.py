"""What the engines are run on: England-like rates, tiled, cut or made to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from rates_examples import BAND_OF_AGE, england, england_foster

from simulator.engine.compiled.backend import run_compiled
from simulator.engine.plain import run
from simulator.engine.rates import Rates, side_by_side
from simulator.projection.compile import compile_scenario
from simulator.runs.ensemble import Settings
from simulator.runs.ensemble.draws import columns
from simulator.scenario import load
from simulator.vocabulary.axes import AGES

HAZARDS = ("phase_exit_per_year", "move_per_year")
MONTHS = 120


def compiled(rates: Rates) -> Callable[[], Any]:
    """Return a call that runs the compiled engine."""
    return lambda: run_compiled(rates, BAND_OF_AGE)


def plain(rates: Rates) -> Callable[[], Any]:
    """Return a call that runs the plain engine."""
    return lambda: run(rates, BAND_OF_AGE)


def example(months: int = MONTHS, width: int = 3, hazards_every: int = 12) -> Rates:
    """Return the England-like example with limited foster places, its hazards new after so many months."""
    rates = replace(england(months=months, width=width), foster=england_foster())
    level = 1.0 + 0.01 * (np.arange(months) // hazards_every)
    ratio = np.repeat(level[:, None], len(AGES), axis=1)[None, None]
    return replace(rates, streams=tuple(replace(s, exit_ratio=ratio) for s in rates.streams))


def with_draws(rates: Rates, draws: int, names: tuple[str, ...] = HAZARDS) -> Rates:
    """Tile the arrays of these names over draws; the engines take them as different."""
    streams = tuple(
        replace(s, **{name: np.repeat(getattr(s, name), draws, axis=0) for name in names}) for s in rates.streams
    )
    return replace(rates, streams=streams)


def with_areas(rates: Rates, areas: int) -> Rates:
    """Copy an area; every copy is worked out anew."""
    names = ("opening", *HAZARDS)
    streams = tuple(
        replace(s, **{name: np.repeat(getattr(s, name), areas, axis=1) for name in names}) for s in rates.streams
    )
    return replace(rates, streams=streams)


def fewer_places(rates: Rates, places: int) -> Rates:
    """Keep the first placements of the example only, without a limit on foster places."""
    keep = slice(places)
    streams = []
    for s in rates.streams:
        start = s.start_place[..., keep] + 1e-9
        streams.append(
            replace(
                s,
                opening=s.opening[..., keep],
                start_place=start / start.sum(axis=-1, keepdims=True),
                place_exit_per_year=s.place_exit_per_year[..., keep, :],
                move_per_year=s.move_per_year[..., keep, keep],
                placement_pace=s.placement_pace[..., keep],
                move_ratio=s.move_ratio[..., keep, keep],
            )
        )
    return replace(rates, streams=tuple(streams), foster=None, place_groups=np.arange(places))


def england_draws(draws: int, first: int, last: int) -> Rates:
    """Return England's own rates in draws `first` to `last` of so many, ten years."""
    loaded = load("status-quo")
    drawn = columns(loaded, Settings(draws))
    own = {parameter.key for parameter in loaded.parameters}
    return side_by_side(
        [
            compile_scenario(
                loaded.with_drawn({key: float(drawn[key][i]) for key in own}),
                {key: float(values[i]) for key, values in drawn.items() if key not in own},
            ).rates
            for i in range(first - 1, last)
        ]
    )
