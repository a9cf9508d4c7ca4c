"""Statistical neighbours: authorities most like one in published figures of children in care, and their indicators.

The distance between two authorities is the root of the weighted sum of squares of differences of features, each in its
standard deviations over all authorities. Features are means of the last three published years:

- children looked after per 10,000 people under 18, unaccompanied asylum-seekers apart (log),
- starts per 10,000, these apart too, whom ports take in and pass on (log),
- people under 18 (log), for small and large places look after children otherwise,
- the share of children who are unaccompanied asylum-seekers (square root, as it is 0 in some), and
- the shares of children in fostering, homes, supported accommodation and with parents, which weigh as one together.

No measure of deprivation, density or price is among them, as no table of the package has one. Other sets of statistical
neighbours can be named.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.local_evidence import Peer
from simulator.data.authority_tables import column, counts, placed_in_group, population
from simulator.vocabulary import areas
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.calendar import LATEST_BASE, financial_year

Array = NDArray[np.float64]

NEAREST = 10
"""Neighbours that are taken, as in the sets that the Department publishes."""

YEARS = (LATEST_BASE - 2, LATEST_BASE - 1, LATEST_BASE)
PER = 10_000.0

PRICED = financial_year(LATEST_BASE - 1)
"""Financial year of the weekly costs."""

GROUPS = {
    "foster": ("foster_placements",),
    "homes": ("secure_homes_and_childrens_homes", "other_residential_settings", "residential_schools"),
    "supported": ("independent_semi_independent_supported_accommodation",),
    "with_parents": ("placed_with_parents",),
}
"""Published placements whose shares are features."""

INDICATORS: dict[str, str] = {
    "children": "children",
    "children_per_10000": "children per 10,000 under 18",
    "starts_per_10000": "children a year per 10,000 under 18",
    "change_5_years_percent": "percent",
    "uasc_percent": "percent of children",
    "foster_percent": "percent of children",
    "homes_percent": "percent of children",
    "supported_percent": "percent of children",
    "with_parents_percent": "percent of children",
    "own_provision_percent": "percent of children",
    "outside_percent": "percent of children",
    "over_20_miles_percent": "percent of children whose distance is known",
    "approved_foster_places_per_100_children": "places of the council's own carers per 100 children",
    "filled_foster_places_percent": "percent of approved places of the council's own carers",
    "residential_gbp_per_week": "GBP a week",
    "fostering_gbp_per_week": "GBP a week",
}
"""What areas are set beside each other by, and its unit."""

SHARES = {f"{group}_percent": group for group in ("foster", "homes", "supported", "with_parents")}
"""Indicators that are shares of children by group of placements, and the groups."""


def peers(code: str, named: Sequence[str] = ()) -> tuple[Peer, ...]:
    """Return an authority, its statistical neighbours one by one and together, its region and England.

    Parameters
    ----------
    code : str
        Of the authority.
    named : sequence of str
        Names of the authorities to take as its neighbours; the nearest if there are none.
    """
    every = areas.authorities()
    at = [one.code for one in every].index(code)
    distance = distances()[at]
    names = [one.name for one in every]
    chosen = [names.index(name) for name in named] or [int(i) for i in np.argsort(distance, kind="stable") if i != at]
    chosen = chosen if named else chosen[:NEAREST]
    region = [i for i, one in enumerate(every) if one.region == every[at].region]
    each = [Peer(names[i], "neighbour", float(distance[i]), figures_of((i,))) for i in chosen]
    return (
        Peer(names[at], "itself", 0.0, figures_of((at,))),
        *each,
        Peer("Neighbours together", "neighbours", np.nan, figures_of(tuple(chosen))),
        Peer(every[at].region, "region", np.nan, figures_of(tuple(region))),
        Peer(ENGLAND, "England", np.nan, figures_of(tuple(range(len(every))))),
    )


def group_beside_england(name: str, codes: Sequence[str]) -> tuple[Peer, ...]:
    """Return a group of authorities, which has no neighbours, and England."""
    every = [one.code for one in areas.authorities()]
    at = tuple(every.index(code) for code in codes)
    return (
        Peer(name, "itself", np.nan, figures_of(at)),
        Peer(ENGLAND, "England", np.nan, figures_of(tuple(range(len(every))))),
    )


@cache
def distances() -> Array:
    """Return how unlike each two authorities are: (area, area)."""
    features, weights = _features()
    scaled = (features - features.mean(axis=0)) / features.std(axis=0) * np.sqrt(weights)
    apart: Array = np.sqrt(((scaled[:, None] - scaled[None]) ** 2).sum(axis=-1))
    return apart


def _features() -> tuple[Array, Array]:
    """Return features, hidden figures filled, and their weights: (area, feature) and (feature,)."""
    heads = np.mean([population(year - 1) for year in YEARS], axis=0)
    stock = np.mean([_total("stock_by_age", year) for year in YEARS], axis=0)
    starts = np.mean([counts("starts_by_uasc", year, ("uasc", "non_uasc"))[:, 1] for year in YEARS], axis=0)
    uasc = np.mean([counts("stock_by_uasc", year, ("uasc", "non_uasc"))[:, 0] for year in YEARS], axis=0)
    names = [name for held in GROUPS.values() for name in held]
    placed = np.mean([counts("stock_by_placement", year, names) for year in YEARS], axis=0)
    shares = [placed[:, [names.index(n) for n in held]].sum(axis=1) / stock for held in GROUPS.values()]
    rates = [np.log(np.maximum(number, 1.0) / heads) for number in (stock - uasc, starts)]
    plain = [*rates, np.log(heads), np.sqrt(uasc / stock)]
    weights = np.array([1.0] * len(plain) + [1.0 / len(shares)] * len(shares))
    return np.stack([*plain, *shares], axis=1), weights


def _total(table: str, year: int) -> Array:
    """Return a table's totals, a hidden one as the mean rate of the others on its population: (area,)."""
    total, heads = column(table, year, "total"), population(year - 1)
    known = np.isfinite(total)
    return np.maximum(np.where(known, total, total[known].sum() / heads[known].sum() * heads), 1.0)


@cache
def figures_of(at: tuple[int, ...]) -> dict[str, float]:
    """Return the indicators of some authorities together, NaN where a figure of them is hidden or missing.

    Of more than one authority, those are left out of an indicator of which a figure of it is hidden.
    """
    year, before = LATEST_BASE, LATEST_BASE - 5
    heads = population(year - 1)
    stock = column("stock", year)
    homes = placed_in_group(year, "homes")
    foster = column("stock_by_placement", year, GROUPS["foster"][0])
    near, far = (column("stock_by_distance", year, name) for name in ("20_miles_or_less", "more_than_20_miles"))
    approved, filled = (column("council_foster_places", year, name) for name in ("approved", "filled"))

    def over(part: Array, whole: Array, per: float = 100.0) -> float:
        chosen = np.isin(np.arange(len(part)), at) & np.isfinite(part) & np.isfinite(whole)
        return float(per * part[chosen].sum() / whole[chosen].sum()) if whole[chosen].sum() > 0 else np.nan

    def mean(price: Array, weight: Array) -> float:
        """Mean price by children; one whose children are hidden is left out among others."""
        return (
            float(price[at[0]])
            if len(at) == 1
            else over(price * weight, np.where(np.isfinite(price), weight, np.nan), 1.0)
        )

    def by(table: str, name: str, whole: str = "total") -> float:
        return over(column(table, year, name), column(table, year, whole))

    found = {
        "children": float(stock[list(at)].sum()) if len(at) == 1 else float(np.nansum(stock[list(at)])),
        "children_per_10000": over(stock, heads, PER),
        "starts_per_10000": over(column("starts_by_age", year, "total"), heads, PER),
        "change_5_years_percent": over(stock - column("stock", before), column("stock", before)),
        "uasc_percent": by("stock_by_uasc", "uasc"),
        "foster_percent": over(foster, stock),
        "homes_percent": over(homes, stock),
        "supported_percent": by("stock_by_placement", GROUPS["supported"][0]),
        "with_parents_percent": by("stock_by_placement", GROUPS["with_parents"][0]),
        "own_provision_percent": by("stock_by_provider", "own_la"),
        "outside_percent": by("stock_by_locality", "outside_la_boundary"),
        "over_20_miles_percent": over(far, near + far),
        "approved_foster_places_per_100_children": over(approved, stock),
        "filled_foster_places_percent": over(filled, approved),
        "residential_gbp_per_week": mean(column("weekly_unit_cost", PRICED, "residential"), homes),
        "fostering_gbp_per_week": mean(column("weekly_unit_cost", PRICED, "fostering"), foster),
    }
    return {name: found[name] for name in INDICATORS}
