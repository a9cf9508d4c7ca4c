"""How things are measured: in turns, in processor time, in processes of their own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 3

Row = tuple[str, str, str]
"""What is measured, what was found, and what is aimed for."""


class Cost(NamedTuple):
    """What a command took: seconds on the clock and of processors, and the peak memory of its largest process."""

    wall: float
    processor: float
    memory_mb: float


def interleaved(
    work: Mapping[str, Callable[[], Any]],
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Time every piece of work in turns; return the median seconds of each (a first turn is not counted)."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(repeats + 1):
        for name, do in work.items():
            began = clock()
            do()
            if turn:
                times[name].append(clock() - began)
    return {name: statistics.median(found) for name, found in times.items()}


def python(*arguments: str) -> Callable[[], Any]:
    """Return a call that runs Python in a process of its own, in the top folder, and fails if it fails."""
    command = [sys.executable, *arguments]
    environment = os.environ | {"MPLBACKEND": "Agg"}
    return lambda: subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)


def cost_of(*arguments: str) -> Cost:
    """Run Python once, below a process of its own, and return what it took with all its workers."""
    code = (
        "import resource, subprocess, sys, time; began = time.perf_counter(); "
        "subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL); "
        "wall = time.perf_counter() - began; used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"MPLBACKEND": "Agg"},
    )
    wall, processor, memory = map(float, said.stdout.split())
    return Cost(wall, processor, memory * (1 if sys.platform == "darwin" else 1024) / 1e6)


def slope(seconds: Mapping[int, float]) -> float:
    """Return the exponent of a cost: 1 if twice the work takes twice the time."""
    sizes, times = np.log(list(seconds)), np.log(list(seconds.values()))
    return float(np.polyfit(sizes, times, 1)[0])
