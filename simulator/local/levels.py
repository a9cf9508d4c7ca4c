"""Levels of every authority: children at the base, and how starts, leaving and prices stand to England's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.areas import authorities
from simulator.axes import AGE_BANDS
from simulator.baseline import load_baseline, uasc_rates
from simulator.local.hazards import expected_exits
from simulator.local.pool import Pooled, overdispersion, pool_counts, pool_ratios
from simulator.local.published import column, counts, population
from simulator.structure import BAND_OF_AGE

Array = NDArray[np.float64]

BASE = 2025
"""The only base year of authorities."""

YEARS = (2023, 2024, 2025)
"""Years ending 31 March whose flows make levels."""

BANDS = tuple(AGE_BANDS)

PLACEMENT_GROUPS: dict[str, tuple[str, ...]] = {
    "foster": ("kinship_foster", "council_foster", "ifa_foster"),
    "homes": ("childrens_home", "home_waiting", "secure_residential"),
    "supported": ("supported", "supported_waiting"),
    "for_adoption": ("for_adoption",),
    "with_parents": ("with_parents",),
    "other": ("other",),
}
"""Placements told apart in tables of authorities, and those of the model that they hold."""

_PUBLISHED_GROUPS: dict[str, tuple[str, ...]] = {
    "foster": ("foster_placements",),
    "homes": ("secure_homes_and_childrens_homes", "other_residential_settings", "residential_schools"),
    "supported": ("independent_semi_independent_supported_accommodation",),
    "for_adoption": ("placed_for_adoption",),
    "with_parents": ("placed_with_parents",),
    "other": ("other_placements",),
}

COSTS = {"residential": ("childrens_home", "secure_residential"), "fostering": (
    "kinship_foster", "council_foster", "ifa_foster",
)}  # fmt: skip
"""Unit costs that are published for authorities, and the lines of spend that follow them."""

COST_YEARS = ("2022-23", "2023-24", "2024-25")
_WIDEST_LOG_RATIO = 1.0
"""Published unit costs beyond 0.37 to 2.7 times England's are taken as errors of accounting and cut off there."""


@dataclass(frozen=True)
class Levels:
    """How areas differ. Spreads are standard deviations of logs.

    Attributes
    ----------
    codes : tuple of str
    stock_by_band : (area, band)
    stock_by_group : (area, placement group)
    uasc : (area,)
        Unaccompanied asylum-seeking children looked after.
    starts : (area, band)
        Resident starts a year, in proportion.
    uasc_starts : (area,)
        In proportion.
    exits, uasc_exits : (area,)
        Hazards of leaving before 18 over England's, of resident and of asylum-seeking children.
    prices : mapping of cost to (area,)
        Unit cost over England's.
    spread : mapping of parameter to (area,)
        Uncertainty of ``starts``, ``uasc_starts``, ``exits``, ``uasc_exits`` and ``price_...``.
    """

    codes: tuple[str, ...]
    stock_by_band: Array
    stock_by_group: Array
    uasc: Array
    starts: Array
    uasc_starts: Array
    exits: Array
    uasc_exits: Array
    prices: Mapping[str, Array]
    spread: Mapping[str, Array]


@cache
def published_levels() -> Levels:
    """Build the levels of all authorities from published tables."""
    regions = sorted({one.region for one in authorities()})
    group = np.array([regions.index(one.region) for one in authorities()])
    heads = np.stack([population(year - 1) for year in YEARS], axis=1)
    by_band = np.stack([counts("starts_by_age", year, BANDS) for year in YEARS], axis=1)
    uasc = np.stack([counts("starts_by_uasc", year, ("uasc",))[:, 0] for year in YEARS], axis=1)
    resident = np.maximum(by_band - uasc[..., None] * _uasc_by_band(), 0.0)
    starts = [_pooled(resident[..., b], heads, group) for b in range(len(BANDS))]
    arrivals = _pooled(uasc, heads, group)
    exits, uasc_exits = (_pooled(left, expected, group) for left, expected in _leaving())
    number = heads[:, -1, None] * np.stack([p.mean for p in starts], axis=1) * _yearly(resident, heads)
    spread = heads[:, -1, None] * np.stack([p.sd for p in starts], axis=1) * _yearly(resident, heads)
    cost = {key: _prices(key) for key in COSTS}
    return Levels(
        codes=tuple(one.code for one in authorities()),
        stock_by_band=counts("stock_by_age", BASE, BANDS),
        stock_by_group=_stock_by_group(),
        uasc=counts("stock_by_uasc", BASE, ("uasc",))[:, 0],
        starts=number,
        uasc_starts=heads[:, -1] * arrivals.mean,
        exits=exits.mean,
        uasc_exits=uasc_exits.mean,
        prices={key: pooled.mean for key, pooled in cost.items()},
        spread={
            "starts": np.sqrt(np.log1p((spread**2).sum(axis=1) / number.sum(axis=1) ** 2)),
            "uasc_starts": arrivals.log_sd,
            "exits": exits.log_sd,
            "uasc_exits": uasc_exits.log_sd,
            **{f"price_{key}": pooled.log_sd for key, pooled in cost.items()},
        },
    )


def _uasc_by_band() -> Array:
    """Return the shares of asylum-seeking children who come in by age band, England: (band,)."""
    by_band = np.bincount(BAND_OF_AGE, weights=load_baseline(BASE).parameters.uasc_starts)
    return by_band / by_band.sum()


def _uasc_hazard() -> float:
    """Return how many asylum-seeking children leave before 18, a year and a child, in England at the base."""
    england = load_baseline(BASE)
    rates = uasc_rates(england.parameters, england.uasc, np.zeros((1, 1, england.uasc.shape[2], 3)))
    return float(expected_exits(rates, england.cohort_months).sum() / england.uasc.sum())


def _yearly(events: Array, heads: Array) -> Array:
    """Return England's rate in the last year by band: (band,)."""
    rate: Array = events[:, -1].sum(axis=0) / heads[:, -1].sum()
    return rate


def _pooled(events: Array, exposure: Array, group: NDArray[np.intp]) -> Pooled:
    """Pool counts of some years, (area, year), each over what England's rate of that year makes of its exposure."""
    expected = exposure * events.sum(axis=0) / exposure.sum(axis=0)
    return pool_counts(events.sum(axis=1), expected.sum(axis=1), group, overdispersion(events, expected))


def _leaving() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return children who left before 18 and those expected at England's hazards: resident, then asylum-seeking.

    Each is (area, year). How many asylum-seeking children left at 18 is not published for authorities; it is taken as
    England's share of their number. What leaving before 18 they do not explain is that of residents, whose expected
    numbers are by age band.
    """
    groups = ("under_1", "1_to_4", "5_to_9", "10_to_15", "16", "17")
    band = np.minimum(np.arange(len(groups)), len(BANDS) - 1)
    before_18, found = _uasc_hazard(), []
    for year in YEARS:
        ceased = counts("ceased_by_age", year, groups)
        by_band = np.stack([ceased[:, band == b].sum(axis=1) for b in range(len(BANDS))], axis=1)
        stock = (counts("stock_by_age", year - 1, BANDS) + counts("stock_by_age", year, BANDS)) / 2.0
        before, now = (counts("stock_by_uasc", y, ("uasc",))[:, 0] for y in (year - 1, year))
        uasc = (before + now) / 2.0
        uasc_ceased = counts("ceased_by_uasc", year, ("uasc",))[:, 0]
        at_18 = uasc_ceased.sum() / uasc.sum() - before_18
        uasc_left = np.minimum(np.maximum(uasc_ceased - at_18 * uasc, 0.0)[:, None] * _uasc_by_band(), by_band)
        by_band -= uasc_left
        resident = np.maximum(stock - uasc[:, None] * _uasc_by_band(), 0.0)
        expected = resident @ (by_band.sum(axis=0) / resident.sum(axis=0))
        found.append((by_band.sum(axis=1), expected, uasc_left.sum(axis=1), uasc))
    left, expected, uasc_left, uasc = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    return (left, expected), (uasc_left, uasc)


def _stock_by_group() -> Array:
    names = [name for group in PLACEMENT_GROUPS for name in _PUBLISHED_GROUPS[group]]
    by_name = counts("stock_by_placement", BASE, names)
    at = np.array([i for i, group in enumerate(PLACEMENT_GROUPS) for _ in _PUBLISHED_GROUPS[group]])
    return np.stack([by_name[:, at == i].sum(axis=1) for i in range(len(PLACEMENT_GROUPS))], axis=1)


def _prices(key: str) -> Pooled:
    """Pool published weekly unit costs over those of all authorities together."""
    size = _stock_by_group()[:, tuple(PLACEMENT_GROUPS).index("homes" if key == "residential" else "foster")]
    ratios = []
    for year in COST_YEARS:
        cost = column("weekly_unit_cost", year, key)
        cost = np.where(cost > 0, cost, np.nan)
        weight = np.where(np.isfinite(cost), size, 0.0)
        ratios.append(np.log(cost * weight.sum() / np.nansum(cost * weight)))
    log_ratio = np.clip(np.stack(ratios, axis=1), -_WIDEST_LOG_RATIO, _WIDEST_LOG_RATIO)
    return pool_ratios(log_ratio, np.maximum(size, 1.0))
