"""The whole track record: children and money, forecast, scored and ready to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.backtest import flows, mix, money, origins
from simulator.backtest.origins import HEADLINE, SCORED_FROM, SCORED_HORIZONS, Step
from simulator.backtest.panel import Panel

Array = NDArray[np.float64]
Table = NDArray[np.void]

WRITTEN = (5, 10, 25, 50, 75, 90, 95)
"""Quantiles in files, per cent."""
FORECAST_COLUMNS = ("origin_year", "old_la_code", "horizon", "quantile", "value")
SCORE_COLUMNS = (
    "measure",
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
    flow_scores : mapping of (flow, method, level) to rows of `score.CELL`
    flow_errors : mapping of level to array (part, horizon)
        See `flows.split`.
    mix_scores : mapping of method to rows of `score.CELL`, groups of placements in the place of areas
    spend : mapping of year to float
    spend_forecasts : mapping of method to origin to (medians, quantiles)
    spend_scores : mapping of method to rows of `score.CELL`
    spend_parts : sequence of money.Parts
    """

    whole: Panel
    steps: Sequence[Step]
    scores: Mapping[tuple[str, str], Table]
    flow_scores: Mapping[tuple[str, str, str], Table]
    flow_errors: Mapping[str, Array]
    mix_scores: Mapping[str, Table]
    spend: money.Spend
    spend_forecasts: Mapping[str, Mapping[int, tuple[money.SpendForecast, Array]]]
    spend_scores: Mapping[str, Table]
    spend_parts: Sequence[money.Parts]


def england(whole: Panel) -> dict[int, float]:
    """Return England's children at 31 March by year."""
    series = whole.england
    return {series.first_year + i: float(value) for i, value in enumerate(series.children[0])}


def spend_forecasts(
    whole: Panel, done: Sequence[Step], spend: money.Spend
) -> dict[str, dict[int, tuple[money.SpendForecast, Array]]]:
    """Forecast spend by every method from every origin."""
    growth = {one.origin: one.growth[HEADLINE]["england"][0] for one in done}
    return {method: money.forecasts(spend, england(whole), growth, method) for method in money.LABELS}


def backtest(whole: Panel, blocks: Path | None = None, progress: Callable[[int, int], None] | None = None) -> Record:
    """Run the whole back-test; see `origins.steps` for the arguments."""
    done = origins.steps(whole, whole.england.last_year, blocks, progress)
    flow_forecasts = flows.all_forecasts(whole, done)
    groups = mix.published()
    mixes = {method: mix.forecasts(groups, done, method) for method in mix.LABELS}
    spend = money.published()
    made = spend_forecasts(whole, done, spend)
    foster = list(mix.GROUPS).index("foster_total")
    return Record(
        whole,
        done,
        scores=origins.scored(whole, done),
        flow_scores=flows.scored(whole, flow_forecasts),
        flow_errors={level: flows.split(whole, done, flow_forecasts, level) for level in ("authority", "england")},
        mix_scores={method: mix.scored(groups, one) for method, one in mixes.items()},
        spend=spend,
        spend_forecasts=made,
        spend_scores={method: money.scored(spend, one) for method, one in made.items()},
        spend_parts=money.split(
            spend,
            money.published_fostering(),
            england(whole),
            groups.by_year("foster_total"),
            made["model"],
            {origin: growth[foster] for origin, (growth, _) in mixes[HEADLINE].items()},
        ),
    )


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
    """Yield the rows of `scores.csv`: every measure, method, area, origin and horizon.

    The area of a group of placements is the group, and its level `placement`.
    """
    tables = {("children", level, name): table for (name, level), table in record.scores.items()}
    tables |= {(flow, level, name): table for (flow, name, level), table in record.flow_scores.items()}
    tables |= {("children", "placement", name): table for name, table in record.mix_scores.items()}
    tables |= {("spend", "england", name): table for name, table in record.spend_scores.items()}
    for key, table in tables.items():
        measure, level, name = key
        for row in table:
            numbers = [f"{row[field]:.6f}" for field in ("crps", "error", "width")]
            covered = [int(row[f"in{percent}"]) for percent in (50, 80, 90)]
            yield measure, level, name, row["origin"], row["area"], row["horizon"], *numbers, *covered
