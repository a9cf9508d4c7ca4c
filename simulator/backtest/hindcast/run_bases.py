"""The status quo of each base, run ahead with draws, beside naive rules and what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.hindcast.items import HindcastItem, items
from simulator.backtest.hindcast.naive_rules import naive
from simulator.backtest.hindcast.of_the_day import HORIZONS, status_quo
from simulator.results.figures import QUANTILES
from simulator.results.results_protocol import Results
from simulator.runs.simulate import simulate
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

COLUMNS = (
    "base",
    "horizon",
    "year",
    "measure",
    "placement",
    "area",
    "actual",
    "central",
    *(f"p{percent:02d}" for percent in QUANTILES),
    "naive_hold",
    "naive_trend",
)
"""Columns of hindcast.csv."""


def quantiles(draws: Array, percents: Sequence[float]) -> Array:
    """Return quantiles of draws, outside of which one more draw is as often as they say, however few there are.

    A draw of n is below the lowest of the others with a chance of 1 / (n + 1) (Weibull 1939).
    """
    return np.asarray(np.quantile(draws, np.asarray(percents) / 100.0, method="weibull"))


@dataclass(frozen=True)
class Ahead:
    """What was said of one figure from one base so many years ahead, and what happened.

    Attributes
    ----------
    base, horizon : int
    item : HindcastItem
    area : str
    actual, central : float
    draws : (draw,)
    hold, trend : float
        Naive rules.
    """

    base: int
    horizon: int
    item: HindcastItem
    area: str
    actual: float
    central: float
    draws: Array
    hold: float
    trend: float

    @property
    def year(self) -> int:
        """Year that it is about: of a stock, that of its 31 March; of others, the year that ends then."""
        return self.base + self.horizon

    @property
    def median(self) -> float:
        """Middle of the draws."""
        return float(np.median(self.draws))

    def row(self) -> tuple[object, ...]:
        """Return a row of hindcast.csv."""
        said = (self.actual, self.central, *quantiles(self.draws, QUANTILES), self.hold, self.trend)
        names = self.item.measure, self.item.placement, self.area
        return (self.base, self.horizon, self.year, *names, *(f"{value:.6g}" for value in said))


def run_base(
    base: int, draws: int, seed: int, work: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Ahead]:
    """Run one base and set every figure that was published later beside it.

    Parameters
    ----------
    base, draws, seed : int
    work : Path, optional
        Folder for finished draws (see `simulator.runs.simulate.simulate`).
    progress : callable, optional
        Told how many blocks of draws are done, and how many there are.
    """
    told = progress or (lambda done, of: None)
    results = simulate(status_quo(base), draws=draws, seed=seed, work=work, progress=told)
    return list(set_beside(base, results))


def set_beside(base: int, results: Results, every: Sequence[HindcastItem] | None = None) -> Iterator[Ahead]:
    """Yield each figure of results from a base that was published later: one for each item and year ahead."""
    every = items() if every is None else every
    whole = next(item for item in every if item.key == ("children", ALL))
    published, total = whole.actual(base), np.full(HORIZONS, np.nan)
    ran = whole.modelled(results)[0, :HORIZONS]
    total[: len(ran)] = ran
    for item in every:
        if base < item.first_base:
            continue
        known, values = item.actual(base), item.modelled(results)
        hold, trend = naive(known, base, total if item.of_children else None, published)
        for h in range(min(HORIZONS, values.shape[1])):
            year = base + h + 1
            if year in known and year >= item.outcomes_from:
                yield Ahead(
                    base, h + 1, item, ENGLAND, known[year], float(values[0, h]), values[1:, h],
                    float(hold[h]), float(trend[h]),
                )  # fmt: skip
