"""Whole commands with draws: time, memory, and what a draw is spent on beside the engine."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from functools import partial

from cases import compiled, england_draws
from measure import Row, cost_of, interleaved

from simulator.runs.ensemble import Settings
from simulator.runs.ensemble.blocks import BLOCK_DRAWS
from simulator.runs.ensemble.draws import block, columns
from simulator.runs.ensemble.workers import local_pool
from simulator.scenario import load

MANY = ("--draws 1000", "--draws 4000", "--area all --draws 24", "--area all --draws 96")
"""England with many draws, and all areas with few: memory should grow with neither."""


def rows() -> list[Row]:
    """Measure many draws, of England and of all areas."""
    loaded, settings = load("status-quo"), Settings(1000, engine="compiled")
    by_plain = replace(settings, engine="plain")
    values = {key: column[:BLOCK_DRAWS] for key, column in columns(loaded, settings).items()}
    rates = england_draws(1000, 1, BLOCK_DRAWS)
    took = interleaved(
        {
            "draws": lambda: block(loaded, settings, (1, BLOCK_DRAWS), values),
            "plain": lambda: block(loaded, by_plain, (1, BLOCK_DRAWS), values),
            "engine": compiled(rates),
        },
        repeats=9,
    )
    started = interleaved({"pool": _start_pool}, clock=time.perf_counter)
    found: list[Row] = [
        (
            "A draw of England with all that goes with it, in a block",
            f"{took['draws'] / BLOCK_DRAWS * 1e3:.1f} ms, of which the engine {took['engine'] / took['draws']:.0%}",
            "-",
        ),
        ("- the same by the plain engine", f"{took['plain'] / took['draws']:.0f} times", "-"),
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
    return found


def _start_pool() -> None:
    with local_pool(2) as pool:
        for future in [pool.submit(partial(columns, load("status-quo"), Settings(1))) for _ in range(2)]:
            future.result()
