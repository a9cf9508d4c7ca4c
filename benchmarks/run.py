"""Time the program: ``python benchmarks/run.py`` prints a table and writes docs/benchmarks.md.

Absolute times depend on the machine, so most lines are ratios of two things measured in the same run, in
turns; each is the median of its repeats. Run it on an idle machine.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
from rates_examples import BAND_OF_AGE, england  # noqa: E402
from test_pysd import load_vensim, reduced_rates, set_constants  # noqa: E402

from simulator.compile import compile_scenario  # noqa: E402
from simulator.engine.run import run  # noqa: E402
from simulator.rates import Rates  # noqa: E402
from simulator.scenario import load  # noqa: E402

SCENARIO = "scenarios/status-quo.yaml"
PAGE = ROOT / "docs" / "benchmarks.md"
REPEATS = 5
DRAWS = 200

Row = tuple[str, str, str]


def interleaved(work: dict[str, Callable[[], Any]], repeats: int = REPEATS) -> dict[str, float]:
    """Time every piece of work in turns; return the median seconds of each (a first turn is not counted)."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(repeats + 1):
        for name, do in work.items():
            began = time.perf_counter()
            do()
            if turn:
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(found) for name, found in times.items()}


def python(*arguments: str) -> Callable[[], Any]:
    """Return a call that runs Python in a process of its own, in the top folder, and fails if it fails."""
    command = [sys.executable, *arguments]
    quiet = {"stdout": subprocess.DEVNULL, "cwd": ROOT, "check": True}
    environment = os.environ | {"MPLBACKEND": "Agg"}
    return lambda: subprocess.run(command, env=environment, **quiet)


def peak_memory_mb(*arguments: str) -> float:
    """Return the peak memory of one run of Python, as the only child of a process of its own."""
    code = (
        "import resource, subprocess, sys; "
        "subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    environment = os.environ | {"MPLBACKEND": "Agg"}
    said = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, check=True, capture_output=True, env=environment
    )
    in_bytes = sys.platform == "darwin"
    return int(said.stdout) * (1 if in_bytes else 1024) / 1e6


HAZARDS = ("phase_exit_per_year", "move_per_year")


def with_draws(rates: Rates, draws: int, names: tuple[str, ...] = HAZARDS) -> Rates:
    """Tile the arrays of these names over draws; the engine takes them as different."""
    streams = tuple(
        replace(s, **{name: np.repeat(getattr(s, name), draws, axis=0) for name in names}) for s in rates.streams
    )
    return replace(rates, streams=streams)


def fewer_places(rates: Rates, places: int) -> Rates:
    """Keep the first placements of the example only."""
    keep = slice(places)
    streams = []
    for s in rates.streams:
        start = s.start_place[..., keep] + 1e-9
        streams.append(
            replace(
                s,
                opening=s.opening[..., keep],
                start_place=start / start.sum(axis=-1, keepdims=True),
                place_exit_per_year=s.place_exit_per_year[..., keep, :],
                move_per_year=s.move_per_year[..., keep, keep],
                placement_pace=s.placement_pace[..., keep],
                move_ratio=s.move_ratio[..., keep, keep],
            )
        )
    return replace(rates, streams=tuple(streams), place_groups=np.arange(places))


def engine(rates: Rates) -> Callable[[], Any]:
    """Return a call that runs the engine."""
    return lambda: run(rates, BAND_OF_AGE)


def command_line() -> list[Row]:
    """Measure the commands that people wait for."""
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
                "engine": engine(compiled.rates),
            }
        )
        memory = peak_memory_mb(*whole)
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


def scaling() -> list[Row]:
    """Measure what the engine costs as the work grows, on the England-like example."""
    base = england(months=120, width=3)
    cases: dict[str, tuple[str, Rates]] = {
        "5 years": ("5 years of months", replace(base, months=60)),
        "20 years": ("20 years of months", replace(base, months=240)),
        "12": ("cohorts of 12 months", england(months=120, width=12)),
        "6": ("cohorts of 6 months", england(months=120, width=6)),
        "1": ("cohorts of 1 month", england(months=120, width=1)),
        "3 places": ("3 placements", fewer_places(base, 3)),
        "6 places": ("6 placements", fewer_places(base, 6)),
        "5 draws": ("5 draws, each with hazards of its own", with_draws(base, 5)),
        "20 draws": ("20 draws, each with hazards of its own", with_draws(base, 20)),
        "20 starts": ("20 draws of the opening stock only", with_draws(base, 20, ("opening",))),
    }
    took = interleaved({"base": engine(base)} | {k: engine(rates) for k, (_, rates) in cases.items()}, repeats=3)
    one = took["base"]
    rows = [("Engine, 10 years, 3-month cohorts, 11 placements, 2 streams, 1 draw", f"{one:.2f} s", "-")]
    return rows + [(f"- {title}", f"{took[k] / one:.2f} times", "-") for k, (title, _) in cases.items()]


def against_pysd() -> list[Row]:
    """Measure PySD against the engine on the reduced case of tests/test_pysd.py."""
    rates = reduced_rates()
    many = with_draws(rates, DRAWS)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = load_vensim(Path(folder))
        set_constants(model, rates.streams[0])
        took = interleaved(
            {
                "pysd": lambda: model.run(return_columns=["in care"]),
                "many": engine(many),
                "one": engine(rates),
            },
            repeats=3,
        )
    each = took["many"] / DRAWS
    return [
        ("PySD, one run of the reduced case", f"{took['pysd']:.2f} s", "-"),
        (
            f"PySD against the engine, for each of {DRAWS} draws",
            f"{took['pysd'] / each:.0f} times ({each * 1e3:.1f} ms a draw)",
            "-",
        ),
        ("PySD against the engine, one draw alone", f"{took['pysd'] / took['one']:.0f} times", "-"),
    ]


def machine() -> str:
    """Say what the figures were measured on, without names."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, numpy {np.__version__}, one thread in the linear algebra"
    )


def page(rows: list[Row]) -> str:
    """Return the page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `python benchmarks/run.py` (`make benchmarks`); do not edit. What each line measures is",
        "in [benchmarks/README.md](../benchmarks/README.md).",
        "",
        f"Measured on {machine()}. Medians of repeats in turns.",
        "",
        "| What | Measured | Aim |",
        "| --- | --- | --- |",
        *(f"| {what} | {measured} | {aim} |" for what, measured, aim in rows),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure everything, print it and write the page."""
    text = page(command_line() + scaling() + against_pysd())
    print(text)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
