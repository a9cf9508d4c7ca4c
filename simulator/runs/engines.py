"""Which engine runs where none is named, and what is said of the one that ran."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from simulator.runs.prepare import packages_of
from simulator.runs.single_run import Engine

if TYPE_CHECKING:
    from simulator.results.results_protocol import Results
    from simulator.scenario import LoadedScenario

MANY_AREAS = 20
"""Areas from which a run without draws takes the compiled engine. All 153 took it 8 s of processor and the
plain one 34; England took 1.6 and 1.0, as the compiled one has to be fetched."""

MANY_PROGRAMMES = 3
"""Programmes from which a run with value for money takes the compiled engine: each is run alone, left out and with the
others. The six of a plan took the plain engine 4.6 s of processor and the compiled one 0.8, with fetching it."""

TIMES_FASTER = 35
"""How many draws of England the compiled engine makes while the plain one makes one, with all that goes with a draw
(docs/benchmarks.md)."""

SECONDS_A_MONTH: Mapping[Engine, float] = {"plain": 3.0e-3, "compiled": 1.5e-3}
SECONDS_A_CHILD = 5.0e-7
"""Processor that a month of a draw with luck takes for each area, by what runs the rest, and for each of its children
(2 cores, x86_64)."""


def luck_seconds(loaded: LoadedScenario, draws: int, *, valued: bool, engine: Engine) -> float:
    """Return about how many seconds of processor draws take that follow whole children.

    Parameters
    ----------
    loaded : LoadedScenario
    draws : int
    valued : bool
        Whether programmes are run alone and left out as well.
    engine : {"plain", "compiled"}
        What runs all that is not followed child by child.
    """
    scenario, baseline = loaded.scenario, loaded.baseline
    england = baseline.england
    children = baseline.part_of_england * float(england.resident.sum() + england.uasc.sum())
    packages = packages_of(scenario)
    runs = len({one.paths for one in packages}) if valued and packages else 1 + bool(packages)
    month = SECONDS_A_MONTH[engine] * len(baseline.codes) + SECONDS_A_CHILD * children
    return draws * runs * len(scenario.calendar) * month


def default_engine(*, draws: int, areas: int, programmes: int = 0) -> Engine:
    """Return the engine that runs where none is named.

    It is the compiled one for draws, for sweeps, for many areas and for the value of many programmes, if numba is
    installed. With luck it runs what is not followed child by child: England's market, and the record of returns.

    Parameters
    ----------
    draws : int
        Or combinations of a sweep.
    areas : int
        Areas along the area axis, which are more than those reported where one of them is a sum.
    programmes : int
        Programmes whose value for money is worked out.
    """
    worth_it = draws > 0 or areas >= MANY_AREAS or programmes >= MANY_PROGRAMMES
    return "compiled" if worth_it and find_spec("numba") is not None else "plain"


def engine_told(results: Results) -> dict[str, str]:
    """Return which engine ran, and a sentence on it: what the other one would save, where it would."""
    beside = ", children of draws followed beside the plain one" if results.chance and results.engine != "plain" else ""
    said = f"Run by the {results.engine} engine{beside}."
    if results.engine == "plain" and results.draws > 1 and not results.chance:
        said += (
            f" The compiled one (care-demand[fast]) makes some {TIMES_FASTER} draws in the time of one, and the same "
            "figures to rounding."
        )
    return {"engine": results.engine, "engine_note": said}
