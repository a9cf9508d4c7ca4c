"""Run a scenario, or draws of it: compiled rates through an engine, and labelled results of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.plain import run
from simulator.engine.rates import side_by_side
from simulator.engine.stochastic import realise
from simulator.projection.agencies import Run, served
from simulator.projection.compile import Compiled
from simulator.results.labelled import RunResults
from simulator.runs.label_run import labelled
from simulator.runs.prepare import Prepared, prepare
from simulator.scenario.schema import WITHOUT_PROGRAMMES, Scenario

Engine = Literal["plain", "compiled"]


def engine_named(name: Engine) -> Run:
    """Return an engine.

    Raises
    ------
    ModuleNotFoundError
        If the compiled engine is asked for and numba is not installed; nothing falls back to the plain one.
    """
    if name == "plain":
        return run
    try:
        from simulator.engine.compiled.backend import run_compiled
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the compiled engine needs numba: pip install 'care-demand[fast]', or name the plain one"
        ) from error
    return run_compiled


def run_once(
    scenario: Scenario,
    name: str,
    *,
    baseline: Baseline | None = None,
    engine: Engine = "plain",
    price_year: str | None = None,
) -> RunResults:
    """Run a scenario, with and without its programmes, and label what comes out (the central run).

    Parameters
    ----------
    scenario : Scenario
    name : str
        Name in tables.
    baseline : Baseline, optional
        Who is run; the scenario's areas if left out.
    engine : {"plain", "compiled"}
    price_year : str, optional
        Financial year in whose prices real money is; that before the run if left out.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had (`simulator.interventions.impossible`).
    """
    [results] = run_prepared([prepare(scenario, baseline=baseline, price_year=price_year)], name, engine)
    return results


def run_prepared(
    many: Sequence[Prepared], name: str, engine: Engine = "plain", luck: Sequence[tuple[object, ...]] | None = None
) -> list[RunResults]:
    """Run draws of one scenario and label what comes out of each, which does not depend on the others.

    Parameters
    ----------
    many : sequence of Prepared
    name : str
        Name in tables.
    engine : {"plain", "compiled"}
        The compiled engine runs draws side by side.
    luck : sequence of tuple, optional
        For each draw, what the luck of whole children hangs on (`simulator.engine.stochastic`); expected numbers if
        left out.
    """
    results = _run_and_label([one.whole for one in many], name, engine, luck)
    if any(one.bare is None for one in many):
        return results
    without = _run_and_label([one.bare for one in many if one.bare is not None], name, engine, luck)
    return [
        replace(whole, without={measure: bare.measures[measure] for measure in WITHOUT_PROGRAMMES})
        for whole, bare in zip(results, without, strict=True)
    ]


def _run_and_label(
    many: Sequence[Compiled], name: str, engine: Engine, luck: Sequence[tuple[object, ...]] | None
) -> list[RunResults]:
    run_rates = engine_named(engine)
    many = served(many, run_rates)
    if luck is not None:
        paths = [
            realise(one.rates, BAND_OF_AGE, of_draw, one.context.areas) for one, of_draw in zip(many, luck, strict=True)
        ]
    elif engine == "plain":
        paths = [run_rates(one.rates, BAND_OF_AGE) for one in many]
    else:
        together = run_rates(side_by_side([one.rates for one in many]), BAND_OF_AGE)
        paths = [together.of_draw(i) for i in range(len(many))]
    return [labelled(one, name, of_draw, engine) for one, of_draw in zip(many, paths, strict=True)]


def label(compiled: Compiled, name: str) -> RunResults:
    """Run a compiled scenario by the plain engine and label what comes out."""
    [results] = _run_and_label([compiled], name, "plain", None)
    return results
