"""Fit the national baselines and write them, and the table of the fit (python tools/make_baselines.py).

Writes simulator/data/baseline/england-YYYY.json, drift.csv and trends.csv in simulator/data, and docs/fit.md. Takes a
few minutes. With ``--costs`` it makes what care cost in each baseline anew and leaves the rest, in seconds.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np

from simulator.baseline.england import England, load_baseline
from simulator.calibrate.ahead import ahead_rows, long_ahead_rows
from simulator.calibrate.build import COHORT_MONTHS, FitRow, build, fit_rows
from simulator.calibrate.costs import with_costs
from simulator.calibrate.fit_drift import processes, share_misses, share_spread
from simulator.calibrate.fit_trends import trends
from simulator.calibrate.fit_year import FittedYear
from simulator.calibrate.interval_calibration import Widths, tied, widths
from simulator.projection.drift import Process
from simulator.projection.recorded_trends import INTO, RecordedTrend
from simulator.vocabulary.calendar import BASE_YEARS, LATEST_BASE

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description="Fit the national baselines and write them.")
    parser.add_argument("--costs", action="store_true", help="make what care cost anew, and fit nothing")
    if parser.parse_args().costs:
        write({base: with_costs(load_baseline(base)) for base in BASE_YEARS})
    else:
        fit()


def write(baselines: Mapping[int, England]) -> None:
    """Write baselines."""
    folder = ROOT / "simulator" / "data" / "baseline"
    folder.mkdir(exist_ok=True)
    for base, baseline in baselines.items():
        (folder / f"england-{base}.json").write_text(baseline.to_json(), encoding="utf-8")


def fit() -> None:
    """Fit every year, and write baselines, drift and the fit."""
    fits = build()
    write(fits.baselines)
    load_baseline.cache_clear()
    record = write_courses(fits.baselines, fits.fine)[LATEST_BASE]
    parts = [HEAD]
    for base in BASE_YEARS:
        rows = list(fit_rows(base, fits.long[base], fits.ends[base]))
        parts.append(f"## Year ending 31 March {base}\n\n{table(rows)}\n")
    for base in BASE_YEARS[:-1]:
        parts.append(f"## One year ahead of 31 March {base}\n\n{table(list(ahead_rows(base)))}\n")
    for base in BASE_YEARS[:-1]:
        parts.append(
            f"## From 31 March {base} to March 2025, everything frozen\n\n{table(list(long_ahead_rows(base)))}\n"
        )
    parts.append(width_table(widths(record, fits.fine, COHORT_MONTHS)))
    parts.append(share_table(record))
    (ROOT / "docs" / "fit.md").write_text("\n".join(parts), encoding="utf-8")


def write_courses(bases: Iterable[int], fine: Mapping[int, FittedYear]) -> dict[int, list[Process]]:
    """Write how rates and prices go on from each base and how far they stray, and return the latter by base."""
    record = {base: tied(processes(fine, COHORT_MONTHS, base)) for base in bases}
    _write("drift", Process, [one for rows in record.values() for one in rows])
    _write("trends", RecordedTrend, [one for base in bases for one in trends(base)])
    return record


def _write(name: str, kind: type[Process | RecordedTrend], rows: Iterable[Process | RecordedTrend]) -> None:
    """Write a table of records."""
    with (ROOT / "simulator" / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(kind)])
        writer.writerows([f"{v:.4f}" if isinstance(v, float) else v for v in astuple(one)] for one in rows)


HEAD = """# How the model fits the published tables

Made by `python tools/make_baselines.py`; do not edit. Children, except where a row says days.

The first tables set the model beside the published figures for the year that each baseline is fitted to: the year is
run from the (scaled) stock of a year before, and its end is shown before it is scaled to the base's published stock.
"within" is how near the model is asked to be; a row that misses by more than that and 5 children, which rounding may
be, is marked. Lengths of stay are published to 2023-24, so the year to March 2025 has none. The last tables run one
year on from a base with that year's rates frozen; nothing in them was fitted to the year that they are compared with.

The tables at the end run from each base to March 2025 with everything frozen. Nothing is asked of those rows. They
show how far such a run can go wrong, children's homes above all: they take most of what foster care does not hold, so
a small miss in either is a large one in homes. The starts of the pandemic year 2020-21 were low; to hold them
undershoots.

Bases of 2018 and 2019 are there for the hindcast (docs/hindcast.md): fewer tables say who starts, moves and leaves, and
the fit of their flows is looser, with 6% more 18th birthdays in care than published. Where they start from is met.
"""


WIDTHS = """## How far held rates missed, and how wide draws are

Children looked after so many years on: root mean square miss, and the standard deviation of draws that the drift of
starts and leaving gives (docs/uncertainty.md), in per cent. The first column holds a year's starts and its crude rate
of leaving, from each year since 1995; the second is this model with each fitted year's rates held, from 2013 on, and
so rests on few years far ahead. Most misses were one way: children were more than held rates said.

| Years ahead | Held flows | This model | Draws |
| ---: | ---: | ---: | ---: |
"""


def width_table(w: Widths) -> str:
    """Return misses beside the spread of draws as a Markdown table."""
    rows = zip(w.record, w.model, w.draws, strict=True)
    return WIDTHS + "".join(
        f"| {ahead} | {100 * a:.1f} | {100 * b:.1f} | {100 * c:.1f} |\n"
        for ahead, (a, b, c) in enumerate(rows, start=1)
    )


SHARES = """## How far shares of placements lay from their rule, and how wide draws are

Log of the share of resident children, one to four years ahead: root mean square of what the rule of each placement
missed up to the last base, and the standard deviation that its own flow gives draws, in per cent (docs/uncertainty.md).
Homes and supported accommodation are parts of one published group; kinship foster care has too short a record, and a
judgement instead; for adoption the miss is of a held share. Children whom foster care has no place for come on top.

| Flow into | Missed, 1 to 4 years | Draws, 1 to 4 years |
| --- | --- | --- |
"""


def share_table(record: Sequence[Process]) -> str:
    """Return what was missed of shares beside the spread of draws as a Markdown table."""
    missed = share_misses(record[0].base)

    def listed(values: np.ndarray) -> str:
        return " / ".join(f"{100 * value:.0f}" for value in values)

    return SHARES + "".join(
        f"| {name.removeprefix(INTO)} | {listed(missed[name])} | {listed(spread)} |\n"
        for name, spread in share_spread(record).items()
    )


def table(rows: list[FitRow]) -> str:
    """Return rows as a Markdown table."""
    lines = [
        "| table | item | published | model | difference | within | published figure |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for r in rows:
        mark = "" if r.met else " **outside**"
        within = f"{r.tolerance_percent:g}%" if np.isfinite(r.tolerance_percent) else "–"
        lines.append(
            f"| {r.group} | {r.item} | {r.published:,.0f} | {r.modelled:,.0f} | {r.percent:+.2f}%{mark} "
            f"| {within} | {r.note} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
