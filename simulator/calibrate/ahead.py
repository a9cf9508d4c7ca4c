"""One year ahead: a baseline run on for a year with its rates frozen, beside what was then published."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.axes import AGE_BANDS
from simulator.calibrate.build import FitRow
from simulator.calibrate.published import published
from simulator.compile import compile_scenario
from simulator.engine.run import run
from simulator.scenario.schema import Scenario
from simulator.structure import BAND_OF_AGE

TOLERANCE = {"under_1": 10.0, "1_to_4": 10.0, "5_to_9": 4.0, "10_to_15": 4.0, "16_and_over": 10.0}


def ahead_rows(base: int) -> Iterator[FitRow]:
    """Yield the stock a year after a base, in total and by age."""
    scenario = Scenario.model_validate({"name": "One year ahead", "base": base, "end": f"{base + 1}-03"})
    paths = run(compile_scenario(scenario).rates, BAND_OF_AGE)
    bands = paths.children[0, 0, -1].sum(axis=(0, 2))
    p = published(base + 1)
    yield FitRow("Stock", "all", p.stock, float(np.sum(bands)), 2.5, "2025 release")
    for band, there, here in zip(AGE_BANDS, p.stock_by_band, bands, strict=True):
        yield FitRow("Stock by age", band, there, float(here), TOLERANCE[band], "2025 release")
