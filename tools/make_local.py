"""Fit what authorities need beside their published tables, and write it (python tools/make_local.py).

Writes simulator/data/local_drift.csv and simulator/data/local_reconciled.csv. Takes a few minutes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import simulator
from simulator.backtest.panel import panel
from simulator.backtest.wander import measured
from simulator.baseline import load_baseline
from simulator.calibrate.reconcile import ends, reconcile
from simulator.local.levels import england, response_of_leavers
from simulator.local.published import BASE, published
from simulator.local.wander import Wander, wanders

DATA = Path(__file__).resolve().parent.parent / "simulator" / "data"


def main() -> None:
    """Write the files."""
    response = response_of_leavers(england(load_baseline(BASE))["resident"])
    rows = [[_cell(value) for value in astuple(one)] for one in measured(panel(), published(), response)]
    write("local_drift", [field.name for field in fields(Wander)], rows)
    wanders.cache_clear()
    factors = reconcile(ends(simulator.load("status-quo").scenario))
    columns = ("stream", "year", "exit_factor")
    write(
        "local_reconciled",
        columns,
        [(stream, BASE + 1 + i, f"{f:.6f}") for stream, all_ in factors.items() for i, f in enumerate(all_)],
    )


def write(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table."""
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _cell(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value


if __name__ == "__main__":
    main()
