"""Draws: the numbers they take, and what each gives, which does not depend on which others are run, or where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.data.provenance import data_hashes, program_hashes
from simulator.interventions.impossible import Impossible
from simulator.projection import drift, foster_supply, front_door_course, localise
from simulator.results.labelled import RunResults
from simulator.runs.ensemble.drawn import FULL
from simulator.runs.prepare import Prepared, prepare
from simulator.runs.single_run import Engine, run_prepared
from simulator.scenario import LoadedScenario
from simulator.uncertainty import Parameter, sample

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """How draws are made.

    Attributes
    ----------
    draws : int
        Draws beside the central run.
    seed : int
    engine : {"plain", "compiled"}
    chance : bool
        Whether draws follow whole children, so that luck is part of them (`simulator.engine.stochastic`).
    full : bool
        Whether measures are kept in full beside the figures that draws are reduced to.
    price_year : str, optional
        Financial year in whose prices real money is; that before the run if left out.
    valued : bool
        Whether value for money is worked out too.
    """

    draws: int
    seed: int = 1
    engine: Engine = "plain"
    chance: bool = False
    full: bool = False
    price_year: str | None = None
    valued: bool = False


def parameters(loaded: LoadedScenario) -> tuple[Parameter, ...]:
    """Return everything that is drawn in a scenario.

    That is its uncertain numbers, foster supply, the drift of rates, levels of areas, and the front door.
    """
    scenario = loaded.scenario
    drifts = scenario.assumptions.drift != "none"
    years = tuple(dict.fromkeys(scenario.year_of_month)) if drifts else ()
    return (
        *loaded.parameters,
        *foster_supply.parameters(),
        *drift.parameters(loaded.baseline.england.base, years),
        *localise.parameters(loaded.baseline, years),
        *front_door_course.parameters(loaded.baseline, years),
    )


def columns(loaded: LoadedScenario, settings: Settings) -> dict[str, Array]:
    """Return the values of everything that is drawn, by key: (draw,) each, from draw 1."""
    return sample(parameters(loaded), settings.draws, settings.seed)


def identity(loaded: LoadedScenario, settings: Settings) -> str:
    """Return a hash of all that draws follow from: the program, its data, the scenario's files and values, settings."""
    own = [one.sha256 for one in loaded.files], loaded.scenario.model_dump_json(), loaded.baseline.identity
    drawn = [repr(one) for one in loaded.parameters]
    key = json.dumps([program_hashes(), data_hashes(), loaded.key, own, drawn, asdict(settings)], sort_keys=True)
    return hashlib.sha256(key.encode()).hexdigest()


def saved(results: RunResults, settings: Settings) -> dict[str, Array]:
    """Return what is kept of the runs that results hold, by name: (draw, ...) each."""
    measures = results.measures if settings.full else {}
    return {**results.reduced, **{FULL + name: measure.values for name, measure in measures.items()}}


def block(
    loaded: LoadedScenario, settings: Settings, which: tuple[int, int], drawn: Mapping[str, Array]
) -> dict[str, Array]:
    """Run the draws of a block, first and last included: what a draw gives does not depend on the others.

    Parameters
    ----------
    loaded : LoadedScenario
    settings : Settings
    which : tuple of int
        From 1.
    drawn : mapping of key to (draw,)
        Values in the draws of this block only (see :func:`columns`).

    Returns
    -------
    dict of str to array
        By name as :func:`saved` gives them, with the draws of the block on the first axis.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had with the numbers of a draw, which it names.
    """
    first, last = which
    draws = range(first, last + 1)
    try:
        prepared = [
            prepared_draw(loaded, settings, draw, {key: float(values[draw - first]) for key, values in drawn.items()})
            for draw in draws
        ]
        luck = [(settings.seed, draw) for draw in draws] if settings.chance else None
        runs = run_prepared(prepared, loaded.key, settings.engine, luck)
        outcomes = [saved(results, settings) for results in runs]
        return {name: np.concatenate([one[name] for one in outcomes]) for name in outcomes[0]}
    except Impossible:
        raise
    except Exception as error:
        error.add_note(f"in draws {first} to {last} of {settings.draws}")
        raise


def prepared_draw(loaded: LoadedScenario, settings: Settings, draw: int, values: Mapping[str, float]) -> Prepared:
    """Compile a scenario with the numbers of one draw, by key.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had with them; it names the draw.
    """
    steps = dict(values)
    own = {parameter.key: steps.pop(parameter.key) for parameter in loaded.parameters}
    try:
        drawn = loaded.with_drawn(own)
        return prepare(drawn, steps, loaded.baseline, settings.price_year, valued=settings.valued)
    except Impossible as problem:
        raise problem.in_draw(draw, settings.draws) from problem
