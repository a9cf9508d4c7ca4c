"""Run a scenario, or draws of it: compiled rates through an engine, and labelled results of what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.paths import Paths, paths_side_by_side
from simulator.engine.plain import follow, run
from simulator.engine.rates import side_by_side
from simulator.engine.stochastic.realise import Follow
from simulator.projection.agencies import Run, served
from simulator.projection.compile import Compiled
from simulator.results.attribution import ATTRIBUTED, Figures, attribute, figures_of
from simulator.results.labelled import RunResults
from simulator.results.quantities import Array, Measure
from simulator.results.value_for_money import ALONGSIDE, Package, flows
from simulator.runs.label_run import labelled, measured
from simulator.runs.prepare import Prepared, prepare
from simulator.scenario.schema import WITHOUT_PROGRAMMES, Scenario
from simulator.vocabulary.extras import install

Engine = Literal["plain", "compiled"]

LUCKY_AT_ONCE = 16
"""Areas of draws whose children are followed side by side: half as many take a tenth more time, and 80 MB less."""

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
            f"the compiled engine needs numba: {install('fast')}, or name the plain one"
        ) from error
    return run_compiled


def followed_by(name: Engine) -> Follow:
    """Return what runs the expected path beside which whole children are followed; errors as :func:`engine_named`."""
    if engine_named(name) is run:
        return follow
    from simulator.engine.compiled.backend import follow_compiled

    return follow_compiled


def run_once(
    scenario: Scenario,
    name: str,
    *,
    baseline: Baseline | None = None,
    engine: Engine = "plain",
    price_year: str | None = None,
    valued: bool = False,
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
    valued : bool
        Whether value for money is worked out too, which takes runs of each package of programmes.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had (`simulator.interventions.impossible`).
    """
    [results] = run_prepared([prepare(scenario, None, baseline, price_year, valued=valued)], name, engine)
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
    runs = {key: served(one, engine_named(engine)) for key, one in _distinct(many).items()}
    size = max(1, AT_ONCE // len(many[0].whole.context.areas))
    for first in range(0, len(many), size):
        some = slice(first, first + size)
        of_some = {key: one[some] for key, one in runs.items()}
        yield _run_and_label(of_some, many[some], name, engine, None if luck is None else luck[some])


_WHOLE, _BARE = "whole", "bare"


def _distinct(many: Sequence[Prepared]) -> dict[str, list[Compiled]]:
    """Return what has to be run, draws in order: with and without programmes, then packages that move others."""
    first = many[0]
    runs = {_WHOLE: [one.whole for one in many]}
    if first.bare is not None:
        runs[_BARE] = [one.bare for one in many if one.bare is not None]
    for package in first.packages:
        runs.setdefault(_run_of(package, first.packages), [one.packages[package] for one in many])
    return runs


def _run_of(package: Package, packages: Iterable[Package]) -> str:
    """Return the run that a package's children are in: that of the first package that moves the same."""
    same = next(one for one in packages if one.paths == package.paths)
    stated = {"all": _WHOLE, "none": _BARE} if same.as_stated else {}
    return stated.get(same.which, same.key)


def _run_and_label(
    runs: Mapping[str, Sequence[Compiled]],
    many: Sequence[Prepared],
    name: str,
    engine: Engine,
    luck: Sequence[tuple[object, ...]] | None,
) -> RunResults:
    paths: dict[str, Paths] = {}
    for regime in dict.fromkeys(one[0].scenario.assumptions.foster_places for one in runs.values()):
        alike = {key: one for key, one in runs.items() if one[0].scenario.assumptions.foster_places == regime}
        paths |= _paths(alike, engine, luck)
    results = labelled(runs[_WHOLE], name, paths[_WHOLE], engine)
    if _BARE not in runs:
        return results
    results = replace(results, without=measured(runs[_BARE], paths[_BARE], WITHOUT_PROGRAMMES))
    if not results.financial_years:
        return results
    if not many[0].packages:
        return results
    kept, worth = _flows(many, paths, results)
    attributed, parts = attribute(worth, lambda players: _of_set(players, many, results, engine, luck))
    return replace(results, packages=tuple(many[0].packages), flows=kept | parts, attributed=attributed)


def _paths(
    runs: Mapping[str, Sequence[Compiled]], engine: Engine, luck: Sequence[tuple[object, ...]] | None
) -> dict[str, Paths]:
    """Return the paths of runs with one rule for places, all side by side; `luck` is of each run's draws."""
    everything = [one for of_run in runs.values() for one in of_run]
    if luck is None:
        together = _expected(everything, engine)
    else:
        from simulator.engine.stochastic import realise_draws

        areas, beside = everything[0].context.areas, followed_by(engine)
        size = max(1, LUCKY_AT_ONCE // len(areas))
        some = [slice(i, i + size) for i in range(0, len(luck), size)]
        together = paths_side_by_side(
            [
                realise_draws([one.rates for one in of_run[part]], BAND_OF_AGE, luck[part], areas, beside)
                for of_run in runs.values()
                for part in some
            ]
        )
    draws = len(everything) // len(runs)
    return {key: together.of_draws(slice(i * draws, (i + 1) * draws)) for i, key in enumerate(runs)}


def _flows(
    many: Sequence[Prepared], paths: Mapping[str, Paths], results: RunResults
) -> tuple[dict[str, Array], dict[Package, Figures]]:
    """Return what each package costs and saves beside none in the same regime, by the names of figures.

    Beside it is what attribution takes of those with places as the scenario has them.
    """
    packages = many[0].packages
    found: dict[str, Array] = {}
    worth: dict[Package, Figures] = {}
    none: Mapping[str, Measure] = {}
    for package in packages:
        compiled = [one.packages[package] for one in many]
        measures = measured(compiled, paths[_run_of(package, packages)], ALONGSIDE)
        none = measures if package.which == "none" else none
        kept = flows(measures, none, results.timeline, results.deflator)
        found |= {f"{package.key}/{flow}": values for flow, values in kept.items()}
        if package.as_stated:
            worth[package] = figures_of(measures, results.timeline, results.deflator)
    return found, worth


def _of_set(
    players: frozenset[int],
    many: Sequence[Prepared],
    results: RunResults,
    engine: Engine,
    luck: Sequence[tuple[object, ...]] | None,
) -> Figures:
    """Run draws with some programmes and return what attribution takes of them."""
    compiled = served([one.of_set(players) for one in many if one.of_set is not None], engine_named(engine))
    paths = _paths({_WHOLE: compiled}, engine, luck)[_WHOLE]
    return figures_of(measured(compiled, paths, ATTRIBUTED), results.timeline, results.deflator)


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
