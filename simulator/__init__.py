"""An open simulator of children in care in England: how many, where they live and what it costs.

>>> import simulator
>>> results = simulator.run("status-quo")  # doctest: +SKIP
>>> results["children"].total()  # doctest: +SKIP

The same from a shell: ``care-demand run status-quo``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.results.labelled import RunResults
    from simulator.scenario import LoadedScenario

__all__ = ["__version__", "compare", "load", "run"]

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is first asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from simulator.data.provenance import package_version

    globals()["__version__"] = found = package_version()
    return found


def load(scenario: str | Path | LoadedScenario) -> LoadedScenario:
    """Read and check a scenario.

    Parameters
    ----------
    scenario : str, path or LoadedScenario
        A file, or the name of a scenario that comes with the package; one read already is returned as it is.

    Returns
    -------
    LoadedScenario

    Raises
    ------
    simulator.scenario.ScenarioError
        With every problem, each with its line.
    """
    from simulator import scenario as scenarios

    return scenario if isinstance(scenario, scenarios.LoadedScenario) else scenarios.load(scenario)


def run(scenario: str | Path | LoadedScenario, *, draws: int = 0, seed: int = 1) -> RunResults:
    """Run a scenario.

    Parameters
    ----------
    scenario : str, path or LoadedScenario
        As for :func:`load`.
    draws : int
        Random draws beside the central run.
    seed : int
        Seed of the draws.

    Returns
    -------
    RunResults
        Measures hold the central run; figures, such as `results.stock_totals("children")`, have the draws.
    """
    from simulator.runs.simulate import simulate

    return simulate(load(scenario), draws=draws, seed=seed)


def compare(*scenarios: str | Path | LoadedScenario, draws: int = 0, seed: int = 1) -> list[RunResults]:
    """Run several scenarios with the same draws; the first is the one to compare with.

    Parameters
    ----------
    *scenarios : str, path or LoadedScenario
        As for :func:`load`; all are read before the first is run.
    draws, seed : int
        As for :func:`run`.

    Returns
    -------
    list of RunResults
        In the same order.
    """
    from simulator.scenario import with_price_gaps

    loaded = [load(one) for one in scenarios]
    return [run(one, draws=draws, seed=seed) for one in (with_price_gaps(loaded) if loaded else loaded)]
