"""Runs ahead: a baseline run on with its rates frozen, beside what was then published."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.baseline.structure import BAND_OF_AGE
from simulator.calibrate.build import FitRow
from simulator.calibrate.england_series import published
from simulator.data import tables
from simulator.engine.plain import run
from simulator.projection.compile import Compiled, compile_scenario
from simulator.runs.single_run import label
from simulator.scenario.schema import Scenario
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS
from simulator.vocabulary.calendar import LATEST_BASE
from simulator.vocabulary.labels import ALL

TOLERANCE = {"under_1": 10.0, "1_to_4": 10.0, "5_to_9": 4.0, "10_to_15": 4.0, "16_and_over": 10.0}


def ahead_rows(base: int) -> Iterator[FitRow]:
    """Yield the stock a year after a base, in total and by age."""
    paths = run(_frozen(base, base + 1).rates, BAND_OF_AGE)
    bands = paths.children[0, 0, -1].sum(axis=(0, 2))
    p = published(base + 1)
    yield FitRow("Stock", ALL, p.stock, float(np.sum(bands)), 2.5, "2025 release")
    for band, there, here in zip(AGE_BANDS, p.stock_by_band, bands, strict=True):
        yield FitRow("Stock by age", band, there, float(here), TOLERANCE[band], "2025 release")


def long_ahead_rows(base: int) -> Iterator[FitRow]:
    """Yield stock, placements and spend at March 2025 from a base with everything frozen; nothing is asked of them.

    They show what holding a year's rates, foster households and prices (the deflator apart) misses.
    """
    results = label(_frozen(base, LATEST_BASE), "frozen")
    p = published(LATEST_BASE)
    at = results["children"].by_placement()
    yield FitRow("Stock", ALL, p.stock, float(results["children"].total()[-1]), np.inf, "2025 release")
    assert p.stock_by_place is not None
    there_by = np.bincount(placements.groups(), weights=p.stock_by_place)
    for name, there in zip(placements.reported(), there_by, strict=True):
        yield FitRow("Stock by placement", name, there, float(at[name][-1]), np.inf, "2025 release; Ofsted")
    spend = float(results.by_year("total_spend")[0, 0, -1].sum()) / 1e6
    yield FitRow("Spend, £m", "2024-25", tables.value("spend_total", "2024-25") / 1e6, spend, np.inf, "RO3 2024-25")


def _frozen(base: int, until: int) -> Compiled:
    return compile_scenario(Scenario.model_validate({"name": "Frozen", "base": base, "end": f"{until}-03"}))
