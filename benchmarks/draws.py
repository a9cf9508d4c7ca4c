"""Draws with all that goes with them: what one is spent on, and whole commands with many."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from measure import Row, cost_of, interleaved

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.compiled.backend import run_compiled
from simulator.engine.rates import side_by_side
from simulator.projection.agencies import served
from simulator.runs.ensemble import Settings
from simulator.runs.ensemble.blocks import BLOCK_DRAWS, LEAST_DRAWS
from simulator.runs.ensemble.draws import block, columns
from simulator.runs.ensemble.workers import local_pool
from simulator.runs.label_run import labelled
from simulator.runs.prepare import prepare
from simulator.runs.single_run import AT_ONCE
from simulator.scenario import LoadedScenario, load

MANY = ("--draws 1000", "--draws 4000", "--area all --draws 24", "--area all --draws 96")
"""England with many draws, and all areas with few: memory should grow with neither."""


LUCKY = 200
"""Draws that follow each child of a council of 300, from six years of made-up returns."""


def rows() -> list[Row]:
    """Measure many draws, of England, of all areas, and of the children of one council."""
    started = interleaved({"pool": _start_pool}, clock=time.perf_counter)
    england, areas = load("status-quo"), load("status-quo").in_areas(("all",))
    found = [
        *_a_draw("England", england, BLOCK_DRAWS, "8 ms"),
        ("- the same by the plain engine", f"{_times_slower(england):.0f} times", "-"),
        *_a_draw("all 153 areas", areas, LEAST_DRAWS, "under 800 ms"),
        ("Starting two workers until both have taken a draw's code", f"{started['pool']:.2f} s", "-"),
    ]
    for options in MANY:
        with tempfile.TemporaryDirectory() as folder:
            words = f"run status-quo {options} --engine compiled --workers 2 --no-charts"
            cost = cost_of("-m", "simulator", *words.split(), "--out", f"{folder}/out")
        found.append(
            (
                f"`care-demand {words}`",
                f"{cost.wall:.0f} s, {cost.processor:.0f} s of processor, peak memory {cost.memory_mb:.0f} MB",
                "under 2 GiB",
            )
        )
    return [*found, *lucky()]


def lucky() -> list[Row]:
    """Measure draws of a council that follow each of its children, with charts and tables, by either engine."""
    with tempfile.TemporaryDirectory() as folder:
        returns, imported = f"{folder}/returns", f"{folder}/imported"
        size = ("--children", "300", "--years", "6", "--seed", "7")
        cost_of("-m", "simulator", "sample-returns", *size, "--out", returns)
        cost_of("-m", "simulator", "import", "ssda903", returns, "--out", imported)
        words = (
            "run",
            "status-quo",
            "--returns",
            imported,
            "--draws",
            str(LUCKY),
            "--chance",
            "--out",
            f"{folder}/out",
        )
        took = {engine: cost_of("-m", "simulator", *words, "--engine", engine) for engine in ("compiled", "plain")}
    cost, plain = took["compiled"], took["plain"]
    what = f"{LUCKY} draws with `--chance` of a council of 300 children, from its returns, with charts"
    said = f"{cost.wall:.0f} s, {cost.processor:.0f} s of processor, peak memory {cost.memory_mb:.0f} MB"
    return [
        (what, said, "under 60 s of processor"),
        ("- the same by the plain engine", f"{plain.processor / cost.processor:.1f} times the processor", "-"),
    ]


def _times_slower(loaded: LoadedScenario) -> float:
    """Measure how many times as long a block of draws takes by the plain engine."""
    settings = Settings(1000, engine="compiled")
    values = {key: column[:BLOCK_DRAWS] for key, column in columns(loaded, settings).items()}
    took = interleaved(
        {engine: partial(block, loaded, replace(settings, engine=engine), (1, BLOCK_DRAWS), values)
         for engine in ("compiled", "plain")}, repeats=5,
    )  # fmt: skip
    return took["plain"] / took["compiled"]


def _a_draw(of: str, loaded: LoadedScenario, draws: int, aim: str) -> list[Row]:
    """Measure a block of draws of a scenario without programmes, and each of the steps that it is made of."""
    settings = Settings(1000, engine="compiled")
    values = {key: column[:draws] for key, column in columns(loaded, settings).items()}
    own = {parameter.key for parameter in loaded.parameters}

    def compiled() -> list[Any]:
        return [
            prepare(
                loaded.with_drawn({key: float(values[key][i]) for key in own}),
                {key: float(column[i]) for key, column in values.items() if key not in own},
                loaded.baseline,
            ).whole
            for i in range(draws)
        ]

    before = compiled()
    runs = served(before, run_compiled)
    size = max(1, AT_ONCE // len(runs[0].context.areas))
    some = runs[:size]
    rates = side_by_side([one.rates for one in some])
    paths = run_compiled(rates, BAND_OF_AGE)
    results = labelled(some, loaded.key, paths, "compiled")
    # What is measured, and how many draws each does.
    steps: dict[str, tuple[Callable[[], Any], int]] = {
        "whole": (lambda: block(loaded, settings, (1, draws), values), draws),
        "compiling the scenario": (compiled, draws),
        "what agencies do, by running England": (lambda: served(before, run_compiled), draws),
        "the engine": (lambda: run_compiled(rates, BAND_OF_AGE), len(some)),
        "measures and labels": (lambda: labelled(some, loaded.key, paths, "compiled"), len(some)),
        "figures of them, which tables show": (lambda: replace(results).reduced, len(some)),
    }
    took = interleaved({name: do for name, (do, _) in steps.items()}, repeats=7)
    a_draw = {name: took[name] / of_draws for name, (_, of_draws) in steps.items()}
    whole = a_draw.pop("whole")
    return [
        (f"A draw of {of} with all that goes with it, in a block of {draws}", f"{whole * 1e3:.1f} ms", aim),
        *((f"- of it {name}", f"{seconds * 1e3:.1f} ms ({seconds / whole:.0%})", "-")
          for name, seconds in a_draw.items() if seconds > 0.005 * whole),
    ]  # fmt: skip


def _start_pool() -> None:
    with local_pool(2) as pool:
        for future in [pool.submit(partial(columns, load("status-quo"), Settings(1))) for _ in range(2)]:
            future.result()
