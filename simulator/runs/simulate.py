"""Run a scenario: the central run, and the draws around it."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.runs.engines import default_engine
from simulator.runs.folders.own_folders import claim
from simulator.runs.refusals import refusals
from simulator.runs.single_run import Engine, run_once
from simulator.scenario import LoadedScenario, ScenarioError, cautions
from simulator.scenario.evidence import (
    fitted_numbers,
    fixed_effects,
    fixed_notes,
    judged_in_part,
    judged_notes,
    judged_programmes,
    rests_on_judgement,
    shrunk_notes,
)

if TYPE_CHECKING:
    from simulator.runs.ensemble import Settings


def simulate(
    loaded: LoadedScenario,
    *,
    draws: int = 0,
    seed: int = 1,
    engine: Engine | None = None,
    chance: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    work: Path | None = None,
    full: bool = False,
    price_year: str | None = None,
    valued: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> RunResults:
    """Run a scenario and return its results.

    Measures of the results hold the central run; what tables, charts and the summary show of draws is in figures (see
    `simulator.results.labelled`).

    Parameters
    ----------
    loaded : LoadedScenario
    draws : int
        Random draws beside the central run.
    seed : int
        Seed of the draws. The same seed gives the same numbers to the same parameters in every scenario.
    engine : {"plain", "compiled"}, optional
        If left out, see :func:`simulator.runs.engines.default_engine`.
    chance : bool
        Whether draws hold luck as well: who happens to come in and leave. It follows whole children beside the plain
        engine, whichever runs the rest.
    workers : int, optional
        Processes that run draws; as many as there are cores if left out. They change no result.
    cluster : str, optional
        Address of a Dask scheduler that runs the draws instead.
    work : Path, optional
        Folder for finished draws, from which the same call goes on after an interruption; the caller deletes it when
        done with the results (`simulator.runs.folders.own_folders`). A temporary one, deleted with the results, if
        left out.
    full : bool
        Whether every measure of every draw is kept besides, for `RunResults.in_full`.
    price_year : str, optional
        Financial year in whose prices real money is, such as that of a scenario to compare with; that before the run if
        left out.
    valued : bool
        Whether value for money is worked out too (`Results.packages`): each programme alone, all but it, and all
        together, with places limited and as needed. It takes runs of each, with the same draws.
    progress : callable
        Told how many blocks of draws are done, and how many there are.

    Raises
    ------
    ScenarioError
        If the scenario asks for something that cannot be had, in the central run or in a draw; its finished draws are
        of no use then and deleted.
    ValueError
        If chance is asked for without draws.
    ModuleNotFoundError
        If the compiled engine or a cluster is asked for and its extra is not installed.
    """
    if chance and not draws:
        raise ValueError("chance needs draws")
    programmes = sum(one.is_programme for one in loaded.scenario.interventions) if valued else 0
    areas = len(loaded.baseline.codes)
    engine = engine or default_engine(draws=draws, areas=areas, programmes=programmes)
    central = _central(loaded, engine, price_year, valued=valued)
    if not draws:
        return central
    from simulator.runs.ensemble import Settings, run_draws

    with loaded.placing():
        settings = Settings(draws, seed, engine, chance, full, price_year, valued)
        with _folder(loaded, settings, work) as folder:
            drawn = run_draws(
                loaded,
                central,
                settings,
                folder,
                workers=workers or os.cpu_count() or 1,
                cluster=cluster,
                progress=progress,
            )
    if work is None:
        weakref.finalize(drawn.store, _remove, folder)
    return drawn


def _central(loaded: LoadedScenario, engine: Engine, price_year: str | None, *, valued: bool) -> RunResults:
    """Run a scenario as it stands, with notes on what is rarely meant in it."""
    try:
        run = run_once(
            loaded.scenario, loaded.key, baseline=loaded.baseline, engine=engine, price_year=price_year, valued=valued
        )
    except Impossible as impossible:
        raise ScenarioError(refusals(loaded) or [loaded.problem(impossible)]) from impossible
    said = cautions(loaded)
    return replace(
        run,
        notes=(
            *run.notes,
            *shrunk_notes(loaded),
            *judged_notes(loaded),
            *fixed_notes(loaded),
            *(one.note for one in said if not one.of_money),
        ),
        money_notes=(*run.money_notes, *(one.note for one in said if one.of_money), *loaded.remarks),
        judged=rests_on_judgement(loaded),
        judged_programmes=judged_programmes(loaded),
        partly_judged=frozenset(judged_in_part(loaded)),
        fixed_effects=fixed_effects(loaded),
        evidence=loaded.evidence,
        fitted=fitted_numbers(loaded),
        outlasting=tuple(one.title for one in loaded.scenario.interventions if one.outlasts(loaded.scenario.end)),
    )


@contextmanager
def _folder(loaded: LoadedScenario, settings: Settings, work: Path | None) -> Iterator[Path]:
    """Give the folder of a scenario's draws; a temporary one is deleted if the draws fail."""
    from simulator.runs.ensemble.draws import identity

    if work is not None:
        own = work / f"{loaded.key}-{identity(loaded, settings)[:16]}"
        claim(own)
        yield own
        return
    folder = Path(tempfile.mkdtemp(prefix="care-demand-"))
    try:
        yield folder
    except BaseException:
        _remove(folder)
        raise


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
