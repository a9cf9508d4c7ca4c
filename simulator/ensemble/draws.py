"""One draw: the numbers it takes, and what it gives. It does not depend on which others are run, or where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator import areas, drift, local
from simulator.results import Results
from simulator.run_once import Engine, run_once
from simulator.scenario import LoadedScenario
from simulator.uncertainty import Parameter, sample

Array = NDArray[np.float64]

SAVED_LINES = ("spend_gbp", "child_weeks")
"""Fields of `SpendLines` that differ between draws."""


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
        Whether draws follow whole children, so that luck is part of them (`simulator.chance`).
    """

    draws: int
    seed: int = 1
    engine: Engine = "plain"
    chance: bool = False


def parameters(loaded: LoadedScenario) -> tuple[Parameter, ...]:
    """Return everything that is drawn in a scenario: its uncertain numbers, the drift of rates, levels of areas."""
    scenario = loaded.scenario
    units = () if loaded.council else areas.units(scenario.areas)
    drifts = scenario.assumptions.drift != "none"
    years = tuple(dict.fromkeys(month.financial_year for month in scenario.calendar)) if drifts else ()
    local_ones = local.parameters(local.published_levels(), units, years) if units else ()
    if loaded.council is not None:
        local_ones = local.own_parameters(loaded.council, years)
    return (*loaded.parameters, *drift.parameters(years), *local_ones)


def columns(loaded: LoadedScenario, settings: Settings) -> dict[str, Array]:
    """Return the values of everything that is drawn, by key: (draw,) each, from draw 1."""
    return sample(parameters(loaded), settings.draws, settings.seed)


def outcome(loaded: LoadedScenario, settings: Settings, draw: int, values: Mapping[str, float]) -> dict[str, Array]:
    """Run one draw: what it gives does not depend on which others are run.

    Parameters
    ----------
    loaded : LoadedScenario
    settings : Settings
    draw : int
        From 1.
    values : mapping of key to float
        Of everything that is drawn (see :func:`columns`).

    Returns
    -------
    dict of str to array
        By name as :func:`saved` gives them, without the draw axis.

    Raises
    ------
    ValueError
        If an intervention is impossible with these numbers.
    """
    steps = dict(values)
    own = {parameter.key: steps.pop(parameter.key) for parameter in loaded.parameters}
    try:
        results = run_once(
            loaded.at(own),
            loaded.key,
            drawn=steps,
            council=loaded.council,
            engine=settings.engine,
            luck=(settings.seed, draw) if settings.chance else None,
        )
    except ValueError as problem:
        raise ValueError(f"{problem} (in draw {draw} of {settings.draws})") from problem
    return {name: array[0] for name, array in saved(results).items()}


def saved(results: Results) -> dict[str, Array]:
    """Return what differs between draws, by name: every array with its draw axis in front."""
    arrays = {f"measures/{name}": measure.values for name, measure in results.measures.items()}
    arrays |= {f"without/{name}": measure.values for name, measure in results.without.items()}
    arrays |= {f"lines/{name}": getattr(results.spend_lines, name) for name in SAVED_LINES}
    return arrays | {"deflator": results.deflator}


def block(
    loaded: LoadedScenario, settings: Settings, which: tuple[int, int], drawn: Mapping[str, Array]
) -> dict[str, Array]:
    """Run the draws of a block, first and last included, and stack them on an axis in front.

    Parameters
    ----------
    loaded : LoadedScenario
    settings : Settings
    which : tuple of int
    drawn : mapping of key to (draw,)
        Values in the draws of this block only (see :func:`columns`).
    """
    first, last = which
    outcomes = [
        outcome(loaded, settings, draw, {key: float(values[draw - first]) for key, values in drawn.items()})
        for draw in range(first, last + 1)
    ]
    return {name: np.stack([one[name] for one in outcomes]) for name in outcomes[0]}
