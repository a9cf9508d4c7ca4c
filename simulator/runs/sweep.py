"""Run a scenario with each combination of other values for some of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, product

from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.results.swept import Sweep, SweptRun, Varied, swept
from simulator.runs.prepare import Prepared, prepare
from simulator.runs.single_run import Engine, run_prepared
from simulator.scenario import LoadedScenario, Problem, ScenarioError

SIDE_BY_SIDE = 16
"""Areas of combinations that the compiled engine runs side by side; it takes hardly longer than for one."""

MOST_RUNS = 10_000


def run_sweep(
    loaded: LoadedScenario,
    values: Mapping[str, Sequence[float]],
    *,
    engine: Engine = "plain",
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Sweep:
    """Run every combination, centrally, and return the figures of the summary.

    Parameters
    ----------
    loaded : LoadedScenario
    values : mapping of path to sequence of float
        Values of each number, by its path as for `LoadedScenario.at`.
    engine : {"plain", "compiled"}
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
    for block in _blocks(changed):
        results = run_prepared(_prepared(block), loaded.key, engine)
        first = first or results[0]
        runs += map(SweptRun.of, results)
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


def _blocks(changed: Sequence[LoadedScenario]) -> Iterator[list[LoadedScenario]]:
    """Cut combinations into blocks of one base and length that the compiled engine runs at a time."""
    for _, together in groupby(changed, lambda one: (one.scenario.base, one.scenario.months)):
        alike = list(together)
        size = max(1, SIDE_BY_SIDE // len(alike[0].baseline.codes))
        yield from (alike[i : i + size] for i in range(0, len(alike), size))


def _prepared(block: Sequence[LoadedScenario]) -> list[Prepared]:
    """Compile combinations, and tell of all that cannot be had."""
    problems: list[Problem] = []
    found: list[Prepared] = []
    for one in block:
        try:
            found.append(prepare(one.scenario, baseline=one.baseline))
        except Impossible as impossible:
            problems.append(one.problem(impossible))
    if problems:
        raise ScenarioError(problems)
    return found
