"""Run a scenario with each combination of other values for some of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.results.swept import Sweep, SweptRun, Varied, swept
from simulator.runs.engines import default_engine
from simulator.runs.prepare import prepare
from simulator.runs.single_run import Engine, run_prepared
from simulator.scenario import LoadedScenario, Problem, ScenarioError

MOST_RUNS = 10_000


def run_sweep(
    loaded: LoadedScenario,
    values: Mapping[str, Sequence[float]],
    *,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Sweep:
    """Run every combination, centrally, and return the figures of the summary.

    Parameters
    ----------
    loaded : LoadedScenario
    values : mapping of path to sequence of float
        Values of each number, by its path as for `LoadedScenario.at`.
    engine : {"plain", "compiled"}, optional
        If left out, that of as many draws (:func:`simulator.runs.engines.default_engine`).
    progress : callable
        Told how many combinations are done, and how many there are.

    Raises
    ------
    ScenarioError
        With everything that is wrong with any combination, in its file or when it is put into rates.
    """
    changed = _changed(loaded, values)
    runs: list[SweptRun] = []
    first: RunResults | None = None
    progress(0, len(changed))
    if problems := [problem for one in changed for problem in _impossible(one)]:
        raise ScenarioError(problems)
    engine = engine or default_engine(draws=len(changed), areas=len(loaded.baseline.codes))
    for one in changed:
        [results] = run_prepared([prepare(one.scenario, baseline=one.baseline)], loaded.key, engine)
        first = first or results
        runs.append(SweptRun.of(results))
        progress(len(runs), len(changed))
    assert first is not None
    units = {path: origin.unit for path, origin in changed[0].provenance.items()}
    combinations = list(product(*values.values()))
    varied = [
        Varied(path, units.get(_by_position(loaded, path), ""), tuple(float(one[i]) for one in combinations))
        for i, path in enumerate(values)
    ]
    return swept(first, loaded.scenario.name, runs, varied)


def _by_position(loaded: LoadedScenario, path: str) -> str:
    """Return a path with the position of an intervention in place of its id, as provenance has it."""
    steps = path.split(".")
    ids = [one.id for one in loaded.scenario.interventions]
    if steps[0] == "interventions" and steps[1] in ids:
        steps[1] = str(ids.index(steps[1]))
    return ".".join(steps)


def _changed(loaded: LoadedScenario, values: Mapping[str, Sequence[float]]) -> list[LoadedScenario]:
    """Return the scenario of each combination."""
    problems = [Problem("", 0, 0, path, "no values are given") for path, listed in values.items() if not len(listed)]
    if not values:
        problems.append(Problem("", 0, 0, "", "there is nothing to vary"))
    runs = 1
    for listed in values.values():
        runs *= len(listed)
    if runs > MOST_RUNS:
        problems.append(Problem("", 0, 0, "", f"these are {runs:,} combinations", f"at most {MOST_RUNS:,}"))
    if problems:
        raise ScenarioError(problems)
    found: list[LoadedScenario] = []
    for combination in product(*values.values()):
        try:
            found.append(loaded.at(dict(zip(values, combination, strict=True))))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _impossible(one: LoadedScenario) -> list[Problem]:
    """Return what of a combination cannot be had."""
    try:
        prepare(one.scenario, baseline=one.baseline)
    except Impossible as impossible:
        return [one.problem(impossible)]
    return []
