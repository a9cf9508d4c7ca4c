"""How wide draws of authorities are beside the calibrated back-test (python tools/area_widths.py).

Draws 20 authorities by lot, five of each size, runs the status quo for them with 40 draws and luck, and writes widths
into docs/areas.md. Takes a few minutes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from docs_pages.markdown import between, table
from numpy.typing import NDArray

import simulator
from simulator.runs.simulate import simulate
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR, Month

Array = NDArray[np.float64]

SIZES = {"under 200": (0, 200), "200 to 499": (200, 500), "500 to 999": (500, 1000), "1,000 and over": (1000, 10**6)}
"""Children at the base, from and below: the classes of the back-test."""
EACH, LOT, DRAWS = 5, "areas", 40
LEAST = 50
"""Children below which an authority is left out of the lot, as the back-test leaves out the smallest."""
YEARS = (1, 3, 5)
DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    """Write the table."""
    rows = []
    for size, names in by_lot().items():
        found, scored = widths(names), back_test(size)
        rows.append((size, *(f"{100 * one:.0f} ({scored[year - 1]})" for one, year in zip(found, YEARS, strict=True))))
    path = DOCS / "areas.md"
    text = between(
        path.read_text(encoding="utf-8"), "widths", table(("Children", "1 year", "3 years", "5 years"), rows)
    )
    path.write_text(text, encoding="utf-8")


def by_lot() -> dict[str, list[str]]:
    """Return authorities by size, always the same."""
    lot = random.Random(LOT)
    return {
        size: lot.sample([one.name for one in authorities() if max(low, LEAST) <= one.children < high], EACH)
        for size, (low, high) in SIZES.items()
    }


def widths(names: Sequence[str]) -> Array:
    """Return the mean width of 80% intervals of some authorities, as a share of children at the base: (year,)."""
    loaded = simulator.load("status-quo").in_areas(names)
    end = Month(LATEST_BASE + YEARS[-1], 3)
    loaded = replace(loaded, scenario=loaded.scenario.model_copy(update={"end": end}))
    children = simulate(loaded, draws=DRAWS, chance=True).stock_totals("children")
    return np.mean([_width(children.area(a)) for a in range(len(children.central))], axis=0)


def _width(children: Array) -> Array:
    """Return the width of one area, as `widths` does: (year,) from (1 + draw, instant)."""
    low, high = np.quantile(children[1:], [0.1, 0.9], axis=0, method="weibull")
    width: Array = (high - low)[[MONTHS_A_YEAR * year for year in YEARS]] / children[0, 0]
    return width


def back_test(size: str) -> list[str]:
    """Return widths of the back-test, one to five years ahead, in per cent, from its page."""
    lines = (DOCS / "backtest.md").read_text(encoding="utf-8").split("| 80% width, % |")[1].splitlines()
    return next(line for line in lines if line.startswith(f"| {size} |")).strip("| ").split(" | ")[1:]


if __name__ == "__main__":
    main()
