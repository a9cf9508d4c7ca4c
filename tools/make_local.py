"""Fit what authorities need beside their published tables, and write it (python tools/make_local.py).

Writes local_drift.csv, local_placing_drift.csv, local_placing.csv and local_reconciled.csv in simulator/data, and how
long levels of placements last and how far placements walk into docs/areas.md. It begins with no area unlike England, so
that it gives the same however often it is run. Takes two minutes, and needs the compiled engine.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from docs_pages.markdown import between, table
from numpy.typing import NDArray

import simulator
from simulator.backtest.fit_random_walk import measured
from simulator.backtest.panel import panel
from simulator.baseline.england import load_baseline
from simulator.baseline.estimate_levels import published_levels
from simulator.baseline.national_stream import national_streams, response_of_leavers
from simulator.baseline.placement_levels import PlacementMix, as_england, into, placement_mix, plans, spread_of
from simulator.baseline.placing_walks import PlacingWalk, placing_walks
from simulator.baseline.random_walk import RandomWalk, random_walks
from simulator.calibrate.fit_benchmarking import YEARS, benchmark, ends
from simulator.calibrate.fit_placement_levels import fit_placement_mix, persistence
from simulator.calibrate.fit_placing_walks import fit_placing_walks, responses, walked
from simulator.data.authority_tables import EARLIER, published
from simulator.projection.agencies import Run
from simulator.projection.benchmarking import factors
from simulator.runs.single_run import engine_named
from simulator.scenario import LoadedScenario
from simulator.scenario.schema import Scenario
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import AREA_BASES, LATEST_BASE

Array = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "simulator" / "data"
DOCS = ROOT / "docs" / "areas.md"

A_HUNDRED = 100.0
"""Children of whom the docs say what is a year's own."""


def main() -> None:
    """Write the files."""
    compiled = engine_named("compiled")
    response = response_of_leavers(national_streams(load_baseline(LATEST_BASE))["resident"])
    rows = [[_cell(value) for value in astuple(one)] for one in measured(panel(), published(), response)]
    write("local_drift", [field.name for field in fields(RandomWalk)], rows)
    random_walks.cache_clear()
    with nothing_fitted():
        scenarios = {base: status_quo(base).scenario for base in AREA_BASES}
        far = write_placing_walks(scenarios, compiled)
        write_placement_mix({base: fit_placement_mix(one, compiled, far[base]) for base, one in scenarios.items()})
        forget()
        write_reconciled({base: benchmark(ends(one), compiled) for base, one in scenarios.items()})
        forget()
    write_persistence()
    write_walked()


@contextmanager
def nothing_fitted() -> Iterator[None]:
    """Let every area place children, and every sum of areas leave, as England; put tables back if a fit fails."""
    files = [DATA / f"{name}.csv" for name in ("local_placing", "local_reconciled")]
    before = [file.read_text(encoding="utf-8") for file in files]
    write_placement_mix({base: as_england(len(published(base).codes)) for base in AREA_BASES})
    write_reconciled({base: {stream: np.ones(YEARS) for stream in STREAMS} for base in AREA_BASES})
    forget()
    try:
        yield
    except BaseException:
        for file, text in zip(files, before, strict=True):
            file.write_text(text, encoding="utf-8", newline="")
        raise


def forget() -> None:
    """Let tables be read again."""
    for cached in (placement_mix, placing_walks, published_levels, factors):
        cached.cache_clear()


def write_placing_walks(scenarios: Mapping[int, Scenario], run: Run) -> dict[int, Array]:
    """Write how far placements of authorities walk, by base; return how far they have by three years later: (plan,)."""
    found: dict[int, list[PlacingWalk]] = {}
    far = {}
    for base, scenario in scenarios.items():
        answers = responses(scenario, run)
        found[base] = fit_placing_walks(base, answers)
        far[base] = walked(tuple(plans()), found[base], answers, LATEST_BASE - EARLIER)
    rows = [[_cell(value) for value in astuple(one)] for of_base in found.values() for one in of_base]
    write("local_placing_drift", [field.name for field in fields(PlacingWalk)], rows)
    placing_walks.cache_clear()
    return far


def write_reconciled(factors_of: Mapping[int, Mapping[str, Array]]) -> None:
    """Write the factors that keep sums of areas on England's path, by base."""
    rows = [
        (base, stream, base + 1 + i, f"{factor:.6f}")
        for base, of_base in factors_of.items()
        for stream, every in of_base.items()
        for i, factor in enumerate(every)
    ]
    write("local_reconciled", ("base", "stream", "year", "exit_factor"), rows)


def write_placement_mix(hows: Mapping[int, PlacementMix]) -> None:
    """Write how authorities place children, by base."""
    columns = ("base", "area", *map(into, plans()), *map(spread_of, plans()), "leaving", "agency_odds")
    rows = []
    for base, how in hows.items():
        values = np.concatenate([how.into, how.spread, how.leaving[:, None], how.agency_odds[:, None]], axis=1)
        codes = published(base).codes
        rows += [(base, code, *map(_cell, row)) for code, row in zip(codes, values.tolist(), strict=True)]
    write("local_placing", columns, rows)


def status_quo(base: int) -> LoadedScenario:
    """Return the status quo from a base, with rates as they are there."""
    return simulator.load({"name": "Status quo", "extends": "status-quo", "base": base})


def write_persistence() -> None:
    """Write into the docs how long levels of placements last."""
    stays, missed = persistence()
    titles = [plan.replace("_", " ").capitalize() for plan in plans()]
    rows = [(title, f"{a:.2f}", f"{b:.0%}") for title, a, b in zip(titles, stays, missed, strict=True)]
    heads = ("Placement", "Of a difference, left after three years", "Not foreseen")
    text = between(DOCS.read_text(encoding="utf-8"), "levels", table(heads, rows))
    DOCS.write_text(text, encoding="utf-8")


def write_walked() -> None:
    """Write into the docs how far placements walk, by the record to the latest base and to the first."""
    first, last = (placing_walks(base) for base in (AREA_BASES[0], LATEST_BASE))
    rows = [
        (
            group.replace("_", " ").capitalize(),
            *(f"{one.sd_per_year:.2f}" for one in (first[group], last[group])),
            *(f"{one.kept:.2f}" for one in (first[group], last[group])),
            *(f"{np.sqrt(one.year_variance / A_HUNDRED):.2f}" for one in (first[group], last[group])),
        )
        for group in last
    ]
    heads = [
        f"{what}, record to {base}"
        for what in ("Step a year", "Left a year later", "A year's own, of 100 children")
        for base in (AREA_BASES[0], LATEST_BASE)
    ]
    text = between(DOCS.read_text(encoding="utf-8"), "walks", table(("Placements", *heads), rows))
    DOCS.write_text(text, encoding="utf-8")


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
