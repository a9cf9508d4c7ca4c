"""Where children in care live, in England, forecast and scored: the mix of placements.

Placements have been published in many ways. Four groups have one definition from 2011 on: foster care, with parents,
placed for adoption, and all others together (homes, supported accommodation, schools and the rest).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.intervals import Spread, of_one, quantiles
from simulator.backtest.methods.method import HORIZONS, YEARS, Array
from simulator.backtest.methods.naive import DAMPING, damped_sum
from simulator.backtest.origins import HEADLINE, REFERENCE, Step
from simulator.backtest.score import cells
from simulator.data.tables import series

GROUPS = {
    "foster_total": "Foster care",
    "placed_with_parents": "With parents",
    "placed_for_adoption": "Placed for adoption",
    "homes_supported_and_other": "Homes, supported and other",
}
FIRST_YEAR = 2011
FIRST_ORIGIN = FIRST_YEAR + 3
"""First origin: three years of growth behind it."""
SCORED_FROM = FIRST_ORIGIN + 2
"""First origin with two past errors to measure a spread on."""
SCORED_HORIZONS = 5
GROWTH_YEARS = 3
LABELS = {
    HEADLINE: "This model's children, shares on their damped trend",
    "share_trend": "This model's children, shares on their trend",
    "share_held": "This model's children, shares held",
    REFERENCE: "No change in number",
}


@dataclass(frozen=True)
class GroupCounts:
    """Children by group.

    Attributes
    ----------
    first_year : int
    children : array (group, year)
        At 31 March, in the order of `GROUPS`.
    """

    first_year: int
    children: Array

    @property
    def last_year(self) -> int:
        """Year of the last column."""
        return self.first_year + self.children.shape[1] - 1

    def by_year(self, group: str) -> dict[int, float]:
        """Return the children of one group by year."""
        row = self.children[list(GROUPS).index(group)]
        return {self.first_year + i: float(value) for i, value in enumerate(row)}


def published() -> GroupCounts:
    """Return the published groups."""
    found = [series("stock_by_placement_group", group) for group in GROUPS]
    years = [int(year) for year in found[0]]
    return GroupCounts(FIRST_YEAR, np.array([[one[year] for year in years] for one in found]))


def cut(mix: GroupCounts, origin: int) -> GroupCounts:
    """Leave out every year after the origin."""
    return GroupCounts(mix.first_year, mix.children[:, : origin - mix.first_year + 1])


def growth(mix: GroupCounts, children: Array, method: str) -> Array:
    """Return median log growth of each group since the last year of a mix: (group, horizon).

    Parameters
    ----------
    mix : GroupCounts
    children : array (horizon,)
        Log growth of all children that is forecast.
    method : str
        A key of `LABELS`.
    """
    if method == REFERENCE:
        return np.zeros((len(GROUPS), HORIZONS))
    share = mix.children / mix.children.sum(axis=0)
    yearly = np.log(share[:, -1] / share[:, -1 - GROWTH_YEARS]) / GROWTH_YEARS
    going = {HEADLINE: damped_sum(DAMPING), "share_trend": YEARS, "share_held": np.zeros(HORIZONS)}[method]
    moved = share[:, -1:] * np.exp(yearly[:, None] * going)
    return np.asarray(children + np.log(moved / moved.sum(axis=0) / share[:, -1:]))


def forecasts(whole: GroupCounts, done: Sequence[Step], method: str) -> dict[int, tuple[Array, Sequence[Spread]]]:
    """Forecast from every origin: origin to growth (group, horizon), and the spread of each group.

    There are no spreads before `SCORED_FROM`.
    """
    found: dict[int, tuple[Array, Sequence[Spread]]] = {}
    for one in done:
        if not FIRST_ORIGIN <= one.origin <= whole.last_year:
            continue
        past = cut(whole, one.origin)
        errors = np.array([_errors(past, origin, grown) for origin, (grown, _) in found.items()])
        spreads = [of_one(errors[:, g]) for g in range(len(GROUPS))] if one.origin >= SCORED_FROM else []
        found[one.origin] = (growth(past, one.growth[HEADLINE]["england"][0], method), spreads)
    return found


def _errors(past: GroupCounts, origin: int, grown: Array) -> Array:
    """Return log errors of one origin as far as they are known: (group, horizon)."""
    at = origin - past.first_year
    actual = np.log(past.children[:, at + 1 : at + 1 + HORIZONS] / past.children[:, at : at + 1])
    error = np.full(grown.shape, np.nan)
    error[:, : actual.shape[1]] = actual - grown[:, : actual.shape[1]]
    return error


def scored(whole: GroupCounts, made: Mapping[int, tuple[Array, Sequence[Spread]]]) -> NDArray[np.void]:
    """Score forecasts: `score.CELL` rows, the group in the place of the area."""
    rows = []
    for origin, (grown, spreads) in made.items():
        at = origin - whole.first_year
        actual = whole.children[:, at + 1 : at + 1 + SCORED_HORIZONS]
        if not spreads or not actual.shape[1]:
            continue
        for g, group in enumerate(GROUPS):
            last = whole.children[g : g + 1, at]
            ahead = quantiles(last, grown[g : g + 1], spreads[g])[:, : actual.shape[1]]
            rows.append(cells(origin, (group,), last, ahead, actual[g : g + 1]))
    return np.concatenate(rows)
