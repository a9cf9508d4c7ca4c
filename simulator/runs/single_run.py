"""Run a scenario, or draws of it: compiled rates through an engine, and labelled results of what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.paths import Paths, paths_side_by_side
from simulator.engine.plain import run
from simulator.engine.rates import side_by_side
from simulator.projection.agencies import Run, served
from simulator.projection.compile import Compiled
from simulator.results.labelled import RunResults
from simulator.runs.label_run import labelled, measured
from simulator.runs.prepare import Prepared, prepare
from simulator.scenario.schema import WITHOUT_PROGRAMMES, Scenario

Engine = Literal["plain", "compiled"]

AT_ONCE = 64
"""Areas times draws that are run and labelled together: enough for the compiled engine to have few lanes idle, and few
enough for memory."""


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
) -> Iterator[RunResults]:
    """Run draws of one scenario; yield results of some of them at a time, in order.

    What a draw gives does not depend on the others.

    Parameters
    ----------
    many : sequence of Prepared
    name : str
        Name in tables.
    engine : {"plain", "compiled"}
        The compiled engine runs draws, and what is without programmes, side by side.
    luck : sequence of tuple, optional
        For each draw, what the luck of whole children hangs on (`simulator.engine.stochastic`); expected numbers if
        left out.
    """
    whole = served([one.whole for one in many], engine_named(engine))
    bare = served([one.bare for one in many if one.bare is not None], engine_named(engine))
    size = max(1, AT_ONCE // len(whole[0].context.areas))
    for first in range(0, len(many), size):
        some = slice(first, first + size)
        yield _run_and_label(whole[some], bare[some], name, engine, None if luck is None else luck[some])


def _run_and_label(
    whole: Sequence[Compiled],
    bare: Sequence[Compiled],
    name: str,
    engine: Engine,
    luck: Sequence[tuple[object, ...]] | None,
) -> RunResults:
    runs = [*whole, *bare]
    if luck is None:
        paths = _expected(runs, engine)
    else:
        from simulator.engine.stochastic import realise

        of_run = [*luck, *luck] if bare else luck
        paths = paths_side_by_side(
            [realise(one.rates, BAND_OF_AGE, own, one.context.areas) for one, own in zip(runs, of_run, strict=True)]
        )
    results = labelled(whole, name, paths.of_draws(slice(len(whole))), engine)
    if not bare:
        return results
    without = paths.of_draws(slice(len(whole), None))
    return replace(results, without=measured(bare, without, WITHOUT_PROGRAMMES))


def _expected(runs: Sequence[Compiled], engine: Engine) -> Paths:
    """Return expected numbers of runs, on the draw axis."""
    run_rates = engine_named(engine)
    if engine == "plain":
        return paths_side_by_side([run_rates(one.rates, BAND_OF_AGE) for one in runs])
    return run_rates(side_by_side([one.rates for one in runs]), BAND_OF_AGE)


def label(compiled: Compiled, name: str) -> RunResults:
    """Run a compiled scenario by the plain engine and label what comes out."""
    [results] = run_prepared([Prepared(compiled, None)], name)
    return results
