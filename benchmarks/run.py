"""Time the program: ``python benchmarks/run.py`` prints a table and writes docs/benchmarks.md.

Absolute times depend on the machine, so most lines are ratios of two things measured in the same run, in
turns; each is the median of its repeats. Run it on an idle machine.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / folder) for folder in ("support", "unit/engine"))]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import command_line  # noqa: E402
import decisions  # noqa: E402
import draws  # noqa: E402
import engines  # noqa: E402
import numpy as np  # noqa: E402
import peers  # noqa: E402
from measure import Row  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks.md"
LIMITS = Path(__file__).with_name("limits.md")

BUSY = 0.5
"""A load of the last minute above which the page says that the machine was not idle."""


def machine() -> str:
    """Say what the figures were measured on, without names."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, numpy {np.__version__}, one thread in the linear algebra"
    )


def table(title: str, rows: list[Row]) -> list[str]:
    """Return a section with a table."""
    head = ["", f"## {title}", "", "| What | Measured | Aim |", "| --- | --- | --- |"]
    return head + [f"| {what} | {measured} | {aim} |" for what, measured, aim in rows]


def page() -> str:
    """Measure everything and return the page."""
    load = os.getloadavg()[0]
    busy = f" Other programs were running (load {load:.0f}): times are too long." if load > BUSY else ""
    lines = [
        "# Benchmarks",
        "",
        "Written by `python benchmarks/run.py` (`make benchmarks`); do not edit. What each line measures is",
        "in [benchmarks/README.md](../benchmarks/README.md).",
        "",
        f"Measured on {machine()}. Medians of repeats in turns.{busy}",
        *table("Commands, and central runs", command_line.rows() + command_line.warm()),
        *table("One run of the engine, and how it grows", engines.parts() + engines.growth()),
        *table("England and its areas, with draws", engines.england() + draws.rows()),
        *table("Decisions", decisions.rows()),
        *table("Other tools", peers.pysd() + peers.demand_model()),
        "",
        LIMITS.read_text(encoding="utf-8").rstrip("\n"),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure everything, print it and write the page."""
    text = page()
    print(text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
