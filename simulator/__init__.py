"""An open simulator of children in care in England: how many, where they live and what it costs.

>>> import simulator
>>> results = simulator.run("status-quo")  # doctest: +SKIP
>>> print(results)  # doctest: +SKIP

The same from a shell: ``care-demand run status-quo``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from simulator.results.labelled import RunResults
    from simulator.results.swept import Sweep
    from simulator.scenario import LoadedScenario

__all__ = ["__version__", "compare", "load", "run", "sweep"]

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is first asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from simulator.data.provenance import package_version

    globals()["__version__"] = found = package_version()
    return found


def load(scenario: str | Path | Mapping[str, Any] | LoadedScenario) -> LoadedScenario:
    """Read and check a scenario.

    Parameters
    ----------
    scenario : str, path, mapping or LoadedScenario
        A file, the name of a scenario that comes with the package, or a mapping as a file would hold it:
        ``{"name": "Fewer births", "extends": "status-quo", "assumptions": {"births_per_year": 550_000}}``. One read
        already is returned as it is; with `LoadedScenario.at`, any of its numbers takes another value.

    Returns
    -------
    LoadedScenario

    Raises
    ------
    simulator.scenario.ScenarioError
        With every problem, each with its line, or with its path in a mapping.
    """
    from simulator import scenario as scenarios

    if isinstance(scenario, scenarios.LoadedScenario):
        return scenario
    return scenarios.load_mapping(scenario) if isinstance(scenario, Mapping) else scenarios.load(scenario)


def run(
    scenario: str | Path | Mapping[str, Any] | LoadedScenario,
    *,
    area: str | Sequence[str] | None = None,
    draws: int = 0,
    seed: int = 1,
    engine: Literal["plain", "compiled"] | None = None,
    workers: int | None = None,
) -> RunResults:
    """Run a scenario.

    Parameters
    ----------
    scenario : str, path, mapping or LoadedScenario
        As for :func:`load`.
    area : str or sequence of str, optional
        Area or areas to run in place of the scenario's (`care-demand list areas`).
    draws : int
        Random draws beside the central run.
    seed : int
        Seed of the draws.
    engine : {"plain", "compiled"}
        The compiled one is faster for many draws; it needs care-demand[fast].
    workers : int, optional
        Processes that run draws; as many as there are cores if left out. They change no result.

    Returns
    -------
    RunResults
        Measures hold the central run; figures, such as `results.stock_totals("children")`, have the draws. Print them
        for the main figures.
    """
    return compare(scenario, area=area, draws=draws, seed=seed, engine=engine, workers=workers)[0]


def compare(
    *scenarios: str | Path | Mapping[str, Any] | LoadedScenario,
    area: str | Sequence[str] | None = None,
    draws: int = 0,
    seed: int = 1,
    engine: Literal["plain", "compiled"] | None = None,
    workers: int | None = None,
) -> list[RunResults]:
    """Run several scenarios with the same draws; the first is the one to compare with.

    Real money of all of them is in prices of the year before the first.

    Parameters
    ----------
    *scenarios : str, path, mapping or LoadedScenario
        As for :func:`load`; all are read before the first is run.
    area, draws, seed, engine, workers
        As for :func:`run`.

    Returns
    -------
    list of RunResults
        In the same order.
    """
    from simulator.runs.simulate import simulate
    from simulator.scenario import with_price_gaps

    loaded = [_in_areas(load(one), area) for one in scenarios]
    many = with_price_gaps(loaded) if loaded else loaded
    options: dict[str, Any] = {"draws": draws, "seed": seed, "engine": engine, "workers": workers, "valued": True}
    return [simulate(one, **options, price_year=many[0].scenario.price_year) for one in many]


def sweep(
    scenario: str | Path | Mapping[str, Any] | LoadedScenario,
    values: Mapping[str, Sequence[float]],
    *,
    area: str | Sequence[str] | None = None,
    engine: Literal["plain", "compiled"] | None = None,
) -> Sweep:
    """Run a scenario with each combination of other values for some of its numbers: central runs.

    Parameters
    ----------
    scenario : str, path, mapping or LoadedScenario
        As for :func:`load`.
    values : mapping of path to sequence of float
        Paths as for `LoadedScenario.at`: ``{"interventions.family-help.effect.risk_ratio": [0.9, 0.95, 1.0]}``.
    area, engine
        As for :func:`run`.

    Returns
    -------
    Sweep
        The figures of the summary for each combination; `to_frame` gives the rows of `sweep.csv`.

    Raises
    ------
    simulator.scenario.ScenarioError
        With everything that is wrong with any combination.
    """
    from simulator.runs.sweep import run_sweep

    return run_sweep(_in_areas(load(scenario), area), values, engine=engine)


def _in_areas(loaded: LoadedScenario, area: str | Sequence[str] | None) -> LoadedScenario:
    """Return a scenario for other areas, if any are given."""
    if area is None:
        return loaded
    return loaded.in_areas((area,) if isinstance(area, str) else tuple(area))
