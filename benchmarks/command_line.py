"""The commands that people wait for."""

from __future__ import annotations

import tempfile
import time

from cases import plain
from measure import ROOT, Row, cost_of, interleaved, python

from simulator.projection.compile import compile_scenario
from simulator.scenario import load

SCENARIO = "scenarios/status-quo.yaml"


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
    one = took["import"]
    return [
        ("`care-demand --version`", f"{took['version']:.2f} s", "-"),
        (f"`care-demand check {SCENARIO}`", f"{took['check']:.2f} s", "under 0.5 s"),
        ("`import numpy, matplotlib.pyplot`, the unit of the next two", f"{one:.2f} s", "-"),
        (
            "`care-demand run`, ten years, all charts",
            f"{took['run'] / one:.1f} times the import ({took['run']:.2f} s)",
            "about 5 times",
        ),
        ("`care-demand run --no-charts`", f"{took['bare'] / one:.1f} times the import", "-"),
        ("The engine's share of the run", f"{took['engine'] / took['run']:.1%}", "under 10%"),
        ("Peak memory of the run", f"{memory:.0f} MB", "under 400 MB"),
    ]
