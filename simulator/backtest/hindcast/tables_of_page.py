"""The tables of the page: what is asked of the hindcast, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from simulator.backtest.hindcast.hindcast_scores import Scores, inside, scores
from simulator.backtest.hindcast.items import (
    FILLED,
    HOUSEHOLDS,
    RESIDENTIAL,
    SPEND,
    SUPPORTED_AND_OTHER,
    items,
)
from simulator.backtest.hindcast.run_bases import Ahead, quantiles
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import LATEST_BASE
from simulator.vocabulary.labels import ALL

Key = tuple[str, str]

POOLED: tuple[Key, ...] = (
    ("children", "kinship_foster"),
    ("children", "council_foster"),
    ("children", "ifa_foster"),
    ("children", "childrens_home"),
    ("children", "supported"),
    (FILLED, ALL),
    (RESIDENTIAL, ALL),
    (SPEND, ALL),
)
"""What is pooled into one verdict."""

POOLED_HORIZONS = 4
MUST_BEAT: tuple[Key, ...] = (("children", "childrens_home"), (FILLED, ALL), (SPEND, ALL))
"""Figures whose error must not pass that of the better naive rule."""

PANDEMIC = 2021
"""Base whose year was that of the pandemic."""

FROM = (2020, 2021, 2022, 2023)
"""Bases whose run to the latest March is shown."""

STUDY_GROUPS: dict[str, tuple[Key, ...]] = {
    "Kinship": (("children", "kinship_foster"),),
    "Mainstream": ((FILLED, ALL),),
    "Homes and secure": (("children", "childrens_home"), ("children", "secure_residential")),
    "Supported and other": (("children", SUPPORTED_AND_OTHER),),
    "With parents": (("children", "with_parents"),),
    "For adoption": (("children", "for_adoption"),),
}
"""Placements as the study of the record adds up their misses: those that changed column are one."""

MOST_OFF = {2020: (0.11, 0.16), 2021: (0.10, 0.16), 2022: (0.07, 0.12), 2023: (0.05, 0.07)}
"""By base, what is asked: the sum of misses by placement over children, and the miss of spend, at most."""


def grid(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int) -> str:
    """Return a Markdown table with columns of numbers at its right."""
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *rows])


def pooled(many: Sequence[Ahead], keys: Sequence[Key] = POOLED, horizons: int = POOLED_HORIZONS) -> list[Ahead]:
    """Return forecasts of some figures, up to so many years ahead."""
    return [one for one in many if one.item.key in keys and one.horizon <= horizons]


def without_registration(keys: Sequence[Key]) -> tuple[Key, ...]:
    """Return figures with children in supported accommodation and other placements as one."""
    registering = {place.name for place in placements.placements() if place.registers}
    return tuple((measure, SUPPORTED_AND_OTHER if name in registering else name) for measure, name in keys)


SCORE_HEAD = (
    "", "n", "Error, %", "held", "trend", "Bias, %", "CRPS, %", "held", "trend", "50%", "80%", "90%",
)  # fmt: skip


def score_row(label: str, found: Scores) -> list[str]:
    """Return a row under `SCORE_HEAD`."""
    errors = (found.error, found.hold_error, found.trend_error)
    marks = (found.crps, found.hold_crps, found.trend_crps)
    return [
        label,
        str(found.count),
        *(f"{100 * value:.1f}" for value in errors),
        f"{100 * found.bias:+.1f}",
        *(f"{100 * value:.1f}" for value in marks),
        *(f"{share:.2f}" for share in found.covered.values()),
    ]


def by_item(many: Sequence[Ahead]) -> Iterator[tuple[str, list[Ahead]]]:
    """Yield the forecasts of each figure, with its label, in the order of items."""
    for item in items():
        if found := [one for one in many if one.item.key == item.key]:
            yield item.label, found


def score_table(many: Sequence[Ahead], horizons: int = POOLED_HORIZONS) -> str:
    """Return scores of every figure, and of the pool."""
    near = [one for one in many if one.horizon <= horizons]
    rows = [score_row(label, scores(found)) for label, found in by_item(near)]
    if pool := pooled(many):
        rows.append(score_row("**Pooled**", scores(pool)))
        one_column = pooled(many, without_registration(POOLED))
        rows.append(score_row("**Pooled, supported and other as one**", scores(one_column)))
    return grid(SCORE_HEAD, rows, numbers=len(SCORE_HEAD) - 1)


def horizon_table(many: Sequence[Ahead]) -> str:
    """Return the error of medians, and coverage of 80% intervals, of every figure by years ahead."""
    horizons = sorted({one.horizon for one in many})
    head = ["", *(f"Error {h}y, %" for h in horizons), *(f"80% {h}y" for h in horizons)]

    def cells(found: Sequence[Ahead], say: Callable[[Scores], str]) -> list[str]:
        at = ([one for one in found if one.horizon == h] for h in horizons)
        return [say(scores(some)) if some else "–" for some in at]

    rows = [
        [label, *cells(found, lambda s: f"{100 * s.error:.1f}"), *cells(found, lambda s: f"{s.covered[80]:.2f}")]
        for label, found in by_item(many)
    ]
    return grid(head, rows, numbers=len(head) - 1)


def at_latest(many: Sequence[Ahead], base: int) -> dict[Key, Ahead]:
    """Return what a base said of the latest year, by figure."""
    return {one.item.key: one for one in many if one.base == base and one.year == LATEST_BASE}


def missed(found: dict[Key, Ahead], keys: tuple[Key, ...]) -> tuple[float, float]:
    """Return the median of some figures' sum less what happened, and what happened."""
    draws = np.sum([found[key].draws for key in keys], axis=0)
    actual = sum(found[key].actual for key in keys)
    return float(np.median(draws)) - actual, actual


def weighted_miss(found: dict[Key, Ahead]) -> float:
    """Return the sum of absolute misses by placement over children."""
    misses = [missed(found, keys)[0] for keys in STUDY_GROUPS.values()]
    return sum(map(abs, misses)) / found["children", ALL].actual


def each_placement_miss(found: dict[Key, Ahead]) -> float:
    """Return the same with every reported placement by itself, as docs/fit.md has them."""
    keys = [("children", name) for name in placements.reported()]
    return sum(abs(missed(found, (key,))[0]) for key in keys) / found["children", ALL].actual


def placement_table(many: Sequence[Ahead]) -> str:
    """Return misses of the latest March by placement, from each base, and their sum over children."""
    head = ["From", *STUDY_GROUPS, "Sum of misses, % of children", "asked", "each placement apart, %"]
    rows = []
    for base in FROM:
        if found := at_latest(many, base):
            misses = [missed(found, keys) for keys in STUDY_GROUPS.values()]
            sums = [weighted_miss(found), MOST_OFF[base][0], each_placement_miss(found)]
            each = [f"{100 * miss / actual:+.0f}%" for miss, actual in misses]
            rows.append([str(base), *each, *(f"{100 * one:.1f}" for one in sums)])
    return grid(head, rows, numbers=len(head) - 1)


def spend_table(many: Sequence[Ahead]) -> str:
    """Return what each base said of the latest year's spend."""
    head = ["From", "Median", "90% interval", "Spent", "Miss, %", "asked", "inside 90%", "held, %", "trend, %"]
    rows = []
    for base in FROM:
        if found := at_latest(many, base):
            one = found[SPEND, ALL]
            low, high = quantiles(one.draws, (5, 95))
            misses = [100 * (value / one.actual - 1.0) for value in (one.hold, one.trend)]
            rows.append(
                [
                    str(base),
                    f"£{one.median / 1e9:.2f}bn",
                    f"£{low / 1e9:.2f}bn to £{high / 1e9:.2f}bn",
                    f"£{one.actual / 1e9:.2f}bn",
                    f"{100 * (one.median / one.actual - 1.0):+.1f}",
                    f"±{100 * MOST_OFF[base][1]:.0f}",
                    _yes(inside(one, 90)),
                    *(f"{miss:+.1f}" for miss in misses),
                ]
            )
    return grid(head, rows, numbers=len(head) - 1)


def band_table(many: Sequence[Ahead], base: int = PANDEMIC) -> str:
    """Return whether 90% intervals from a base hold the latest households, filled places and homes."""
    found = at_latest(many, base)
    head = [f"March {LATEST_BASE} from {base}", "Median", "90% interval", "Happened", "inside"]
    rows = []
    for key in ((HOUSEHOLDS, ALL), (FILLED, ALL), ("children", "childrens_home")):
        if one := found.get(key):
            low, high = quantiles(one.draws, (5, 95))
            counts = [f"{one.median:,.0f}", f"{low:,.0f} to {high:,.0f}", f"{one.actual:,.0f}"]
            rows.append([one.item.label, *counts, _yes(inside(one, 90))])
    return grid(head, rows, numbers=len(head) - 1)


def _yes(found: bool) -> str:
    return "yes" if found else "**no**"
