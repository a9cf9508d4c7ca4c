"""The whole track record: children and money, forecast, scored and ready to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.backtest import money, run
from simulator.backtest.panel import ENGLAND, Panel
from simulator.backtest.run import HEADLINE, SCORED_FROM, SCORED_HORIZONS, Step

Array = NDArray[np.float64]
Table = NDArray[np.void]

WRITTEN = (5, 10, 25, 50, 75, 90, 95)
"""Quantiles in files, per cent."""
FORECAST_COLUMNS = ("origin_year", "old_la_code", "horizon", "quantile", "value")
SCORE_COLUMNS = (
    "level",
    "method",
    "origin_year",
    "old_la_code",
    "horizon",
    "crps",
    "error",
    "width80",
    "in50",
    "in80",
    "in90",
)


@dataclass(frozen=True)
class Record:
    """Forecasts and scores.

    Attributes
    ----------
    whole : Panel
    steps : sequence of Step
        From each origin.
    scores : mapping of (method, level) to rows of `score.CELL`
    spend : mapping of year to float
    spend_forecasts : mapping of method to origin to (medians, quantiles)
    spend_scores : mapping of method to rows of `score.CELL`
    """

    whole: Panel
    steps: Sequence[Step]
    scores: Mapping[tuple[str, str], Table]
    spend: money.Spend
    spend_forecasts: Mapping[str, Mapping[int, tuple[money.Ahead, Array]]]
    spend_scores: Mapping[str, Table]


def england(whole: Panel) -> dict[int, float]:
    """Return England's children at 31 March by year."""
    series = whole.england
    return {series.first_year + i: float(value) for i, value in enumerate(series.children[0])}


def spend_forecasts(
    whole: Panel, done: Sequence[Step], spend: money.Spend
) -> dict[str, dict[int, tuple[money.Ahead, Array]]]:
    """Forecast spend by every method from every origin."""
    growth = {one.origin: one.growth[HEADLINE]["england"][0] for one in done}
    return {method: money.forecasts(spend, england(whole), growth, method) for method in money.LABELS}


def backtest(whole: Panel, blocks: Path | None = None, progress: Callable[[int, int], None] | None = None) -> Record:
    """Run the whole back-test; see `run.steps` for the arguments."""
    done = run.steps(whole, whole.england.last_year, blocks, progress)
    spend = money.published()
    made = spend_forecasts(whole, done, spend)
    spend_scores = {method: money.scored(spend, one) for method, one in made.items()}
    return Record(whole, done, run.scored(whole, done), spend, made, spend_scores)


def forecast_rows(done: Sequence[Step], method: str, horizons: Mapping[str, int]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `forecasts.csv`: one for each origin, area, horizon and quantile."""
    levels = np.array(WRITTEN) / 100
    for one in done:
        for level, series in one.known.levels.items():
            if one.origin < SCORED_FROM[level]:
                continue
            ahead = one.quantiles(method, level, levels)
            for i, area in enumerate(series.areas):
                for h in range(horizons[level]):
                    for q, percent in enumerate(WRITTEN):
                        yield one.origin, area, h + 1, percent, f"{ahead[i, h, q]:.1f}"


def record_rows(record: Record) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `forecasts.csv` of the back-test: origins whose outcome, at least of a year on, is known."""
    past = [one for one in record.steps if one.origin < record.whole.england.last_year]
    return forecast_rows(past, HEADLINE, SCORED_HORIZONS)


def score_rows(record: Record) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `scores.csv`: every method, area, origin and horizon; `ENG` spend as level `spend`."""
    tables = {(level, name): table for (name, level), table in record.scores.items()}
    tables |= {("spend", name): table for name, table in record.spend_scores.items()}
    for (level, name), table in tables.items():
        for row in table:
            numbers = [f"{row[field]:.6f}" for field in ("crps", "error", "width")]
            covered = [int(row[f"in{percent}"]) for percent in (50, 80, 90)]
            yield level, name, row["origin"], row["area"] or ENGLAND, row["horizon"], *numbers, *covered
