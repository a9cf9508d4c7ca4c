"""The commands that people wait for."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

from all_kinds import every_kind, with_all
from cases import plain
from measure import ROOT, Row, cost_of, interleaved, python

from simulator.projection.compile import compile_scenario
from simulator.results.labelled import RunResults
from simulator.runs.single_run import run_once
from simulator.scenario import LoadedScenario, load

SCENARIO = "scenarios/status-quo.yaml"

CENTRAL = {"status-quo": "60 ms", "review-plan": "75 ms"}
"""Central runs, and what is aimed for in a process that has run before."""

FIRST_USE = (
    "from simulator.runs.single_run import run_once; from simulator.scenario import load; "
    "one = load('status-quo'); run_once(one.scenario, one.key, engine='compiled')"
)


def rows() -> list[Row]:
    """Measure starting, checking and a run without draws."""
    with tempfile.TemporaryDirectory() as folder:
        whole = ("-m", "simulator", "run", SCENARIO, "--out", f"{folder}/run")
        compiled = compile_scenario(load(ROOT / SCENARIO).scenario)
        took = interleaved(
            {
                "import": python("-c", "import numpy, matplotlib.pyplot"),
                "version": python("-m", "simulator", "--version"),
                "check": python("-m", "simulator", "check", SCENARIO),
                "run": python(*whole),
                "bare": python(*whole, "--no-charts"),
                "engine": plain(compiled.rates),
            },
            repeats=5,
            clock=time.perf_counter,
        )
        memory = cost_of(*whole).memory_mb
        charts = len(list(Path(folder, "run", "charts").glob("*.png")))
        drawn, bare = (
            statistics.median(cost_of(*whole, *options).processor for _ in range(5))
            for options in ((), ("--no-charts",))
        )
    one = took["import"]
    return [
        ("`care-demand --version`", f"{took['version']:.2f} s", "-"),
        (f"`care-demand check {SCENARIO}`", f"{took['check']:.2f} s", "under 0.5 s"),
        ("`import numpy, matplotlib.pyplot`, the unit of the next two", f"{one:.2f} s", "-"),
        (
            f"`care-demand run`, ten years, all {charts} charts",
            f"{took['run'] / one:.1f} times the import ({took['run']:.2f} s)",
            "about 5 times",
        ),
        ("- of processor", f"{drawn:.2f} s", "2.3 s, with nine charts"),
        ("- of it for each chart, as PNG and SVG", f"{(drawn - bare) / charts:.2f} s", "-"),
        ("`care-demand run --no-charts`", f"{took['bare'] / one:.1f} times the import", "-"),
        ("- of processor", f"{bare:.2f} s", "0.8 s"),
        ("The engine's share of the run", f"{took['engine'] / took['run']:.1%}", "under 10%"),
        ("Peak memory of the run", f"{memory:.0f} MB", "under 400 MB"),
    ]


def warm() -> list[Row]:
    """Measure central runs in a process that has run before, and the first use of the compiled engine."""
    took = interleaved({name: _central(partial(load, name)) for name in CENTRAL}, repeats=9)
    some = {"every": with_all(), "none": with_all(interventions=[])}
    levers = interleaved({name: _central(partial(some.__getitem__, name)) for name in some}, repeats=9)
    worth = interleaved({"all": _central(partial(some.__getitem__, "every"), valued=True)}, repeats=5)["all"]
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, NUMBA_CACHE_DIR=folder):
        first = cost_of("-c", FIRST_USE)
    return [
        *(
            (
                f"`{name}` loaded, run by the compiled engine and labelled, in a warm process",
                f"{took[name] * 1e3:.0f} ms",
                aim,
            )
            for name, aim in CENTRAL.items()
        ),
        (
            f"All {len(every_kind())} kinds of intervention at once, beyond a run of none",
            f"{levers['every'] - levers['none']:.2f} s of processor, {levers['every'] / levers['none']:.1f} times it",
            "under 1 s",
        ),
        (
            "- and each by itself and left out, under both rules for places, for value for money and attribution",
            f"{worth - levers['none']:.2f} s",
            "-",
        ),
        (
            "First use of the compiled engine, which is compiled then",
            f"{first.processor:.0f} s of processor",
            "under 30 s",
        ),
    ]


def _central(loading: Callable[[], LoadedScenario], *, valued: bool = False) -> Callable[[], RunResults]:
    def run() -> RunResults:
        loaded = loading()
        return run_once(loaded.scenario, loaded.key, baseline=loaded.baseline, engine="compiled", valued=valued)

    return run
