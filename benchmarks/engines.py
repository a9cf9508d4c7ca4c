"""What a run of the engines costs, how it grows, and what limits it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from cases import MONTHS, compiled, england_draws, example, fewer_places, plain, with_areas, with_draws
from measure import Row, interleaved, slope
from rates_examples import BAND_OF_AGE

from simulator.engine.compiled.backend import run_compiled
from simulator.engine.compiled.vectors import LANES
from simulator.engine.rates import Rates

DGEMM_SIZE = 500
COPY_BYTES = 100_000_000
SAMPLE_DRAWS = 40


def growth() -> list[Row]:
    """Measure what the compiled engine costs as the work grows."""
    base = example()
    grown: dict[str, dict[int, Rates]] = {
        "draws": {n: with_draws(base, n) for n in (16, 32, 64, 128)},
        "areas": {n: with_areas(base, n) for n in (16, 32, 64, 128)},
        "months": {n: with_draws(example(months=n), LANES) for n in (60, 120, 240, 480)},
        "placements": {n: with_draws(fewer_places(base, n), LANES) for n in (3, 6, 11)},
    }
    work = {f"{axis} {n}": compiled(rates) for axis, sizes in grown.items() for n, rates in sizes.items()}
    took = interleaved(work)
    rows = []
    for axis, sizes in grown.items():
        seconds = {n: took[f"{axis} {n}"] for n in sizes}
        first = next(iter(seconds.values()))
        times = ", ".join(f"{n}: {s / first:.2f}" for n, s in seconds.items())
        aim = "-" if axis == "placements" else "linear: 1"
        rows.append((f"- by {axis}, the first as 1", f"{times}; slope {slope(seconds):.2f}", aim))
    return rows


def parts() -> list[Row]:
    """Measure draws of England-like rates side by side, and by differences what they are spent on."""
    base = example()
    took = interleaved(
        {
            "base": side(base),
            "alone": compiled(base),
            "plain": plain(base),
            "held": side(example(hazards_every=MONTHS)),
            "monthly": side(example(hazards_every=1)),
            "unlimited": side(replace(base, foster=None)),
            "12": side(example(width=12)),
            "6": side(example(width=6)),
            "1": side(example(width=1)),
            "dgemm": _dgemm,
            "copy": _copy,
        },
        repeats=5,
    )
    one = took["base"]
    chances = (took["monthly"] - took["held"]) / (MONTHS - 1)
    first = took["held"] - chances
    products = _multiply_adds(base)
    dgemm = took["dgemm"] / DGEMM_SIZE**3 * products * LANES
    copy = took["copy"] / COPY_BYTES * _path_bytes(base) * LANES
    return [
        (
            f"Compiled engine: a draw of {LANES} side by side, 10 years, 3-month cohorts, 11 placements, 2 streams, "
            "hazards new each year",
            f"{one / LANES * 1e3:.1f} ms",
            "-",
        ),
        ("- a draw alone, which leaves the other lanes idle", f"{took['alone'] / one * LANES:.1f} times", "-"),
        ("- a draw by the plain engine", f"{took['plain'] / one * LANES:.0f} times", "-"),
        *((f"- width of cohorts in months: {w}", f"{took[w] / one:.2f} times", "-") for w in ("12", "6", "1")),
        (
            "- of it working out the chances of a month, ten times",
            f"{10 * chances / one:.0%} ({chances / LANES * 1e3:.2f} ms each)",
            "-",
        ),
        ("- of it filling foster places", f"{(one - took['unlimited']) / one:.0%}", "-"),
        ("- of it moving children on, 120 months", f"{(first - (one - took['unlimited'])) / one:.0%}", "-"),
        (
            f"- against dgemm on as many products ({products / 1e6:.0f} million a draw) as moving children takes",
            f"{one / dgemm:.1f} times its time",
            "-",
        ),
        ("- against copying the paths it writes", f"{one / copy:.0f} times its time", "-"),
    ]


def side(rates: Rates) -> Callable[[], Any]:
    """Return a call that runs as many draws as go side by side."""
    return compiled(with_draws(rates, LANES))


def england() -> list[Row]:
    """Measure England's own rates with a sample of draws, and copies of it; scale to 1,000 draws."""
    sample = england_draws(1000, 1, SAMPLE_DRAWS)
    narrow, wide = with_areas(example(), 153), with_areas(example(width=12), 153)
    took = interleaved(
        {"england": compiled(sample), "3": compiled(narrow), "12": compiled(wide)},
        repeats=1,
    )
    thousand = took["england"] / SAMPLE_DRAWS * 1000
    areas = {name: took[name] * 1000 for name in ("3", "12")}
    return [
        (
            f"England, 1,000 draws, 10 years: engine alone (from {SAMPLE_DRAWS} draws)",
            f"{thousand:.1f} s of processor",
            "under 5 s on two cores",
        ),
        (
            "153 copies of England, 1,000 draws, 10 years: engine alone (from 1 draw of each)",
            f"{areas['3']:.0f} s of processor",
            "under 200 s on two cores",
        ),
        (
            "- with cohorts of 12 months",
            f"{areas['12']:.0f} s of processor",
            "-",
        ),
    ]


_SQUARE = np.random.default_rng(1).random((DGEMM_SIZE, DGEMM_SIZE))
_FROM, _TO = np.ones(COPY_BYTES // 8), np.zeros(COPY_BYTES // 8)


def _dgemm() -> None:
    _SQUARE @ _SQUARE


def _copy() -> None:
    _TO[:] = _FROM


def _multiply_adds(rates: Rates) -> int:
    """Count the products of a run with dense matrices: every row and phase moves, progresses and leaves each month."""
    total = 0
    for stream in rates.streams:
        rows, phases, places = stream.opening.shape[2:]
        reasons = stream.phase_exit_per_year.shape[-1]
        total += rows * phases * places * (places + phases + reasons)
    return rates.months * total


def _path_bytes(rates: Rates) -> int:
    paths = run_compiled(rates, BAND_OF_AGE)
    return sum(array.nbytes for array in vars(paths).values() if isinstance(array, np.ndarray))
