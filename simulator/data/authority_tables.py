"""Published figures of authorities, with hidden numbers filled by what totals leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged, tables
from simulator.vocabulary import placements
from simulator.vocabulary.areas import authorities, table
from simulator.vocabulary.axes import AGE_BANDS
from simulator.vocabulary.calendar import LATEST_BASE, financial_year
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

FLOW_YEARS = {2022: (2022,), 2023: (2022, 2023), LATEST_BASE: (2023, 2024, 2025)}
"""Years ending 31 March whose flows make levels, by base: at most three. Stocks by age of March 2020, and who came as
asylum-seeking children before, are not published for authorities."""

EARLIER = 2022
"""When placements are known besides the latest base."""

BANDS = tuple(AGE_BANDS)

TOTAL = "total"

HIDDEN_UASC = 3.0
"""Most that a hidden number of asylum-seeking children is taken to be: the middle of 1 to 5, which are hidden. It and
the number of other children are hidden together, and of the two it is the small one."""

FOSTERED = ("kinship", "council_foster", "agency_foster")
"""Groups whose sum is published, and whose parts are told by places with the council's carers and by providers."""

_PUBLISHED_GROUPS: dict[str, tuple[str, ...]] = {
    "foster": ("foster_placements",),
    "homes": ("secure_homes_and_childrens_homes", "other_residential_settings", "residential_schools"),
    "supported": ("independent_semi_independent_supported_accommodation",),
    "for_adoption": ("placed_for_adoption",),
    "with_parents": ("placed_with_parents",),
    "other": ("other_placements",),
}


def _placements_by_group(groups: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the placements of the model by the group that holds them in tables of authorities."""
    every = placements.placements()
    for place in every:
        if place.authority_group not in groups:
            text = f"{place.authority_group!r}; allowed: {', '.join(groups)}"
            raise ValueError(f"{placements.FILE}: {place.name}: authority_group: {text}")
    return {group: tuple(place.name for place in every if place.authority_group == group) for group in groups}


PLACEMENT_GROUPS = _placements_by_group((*FOSTERED, *list(_PUBLISHED_GROUPS)[1:]))
"""Placements told apart in tables of authorities, and those of the model that they hold."""


def costs_of(*groups: str) -> tuple[str, ...]:
    """Return the keys of the unit costs of placements in some groups, in order."""
    held = [place.cost for place in placements.placements() if place.authority_group in groups]
    return tuple(dict.fromkeys(held))


def group_of_place(groups: Mapping[str, tuple[str, ...]] = PLACEMENT_GROUPS) -> NDArray[np.intp]:
    """Return the position of the group that holds each placement of the model: (place,)."""
    of_name = {name: i for i, names in enumerate(groups.values()) for name in names}
    return np.array([of_name[name] for name in placements.names()])


_OWN = ("own_la", "parents_or_other_with_pr", "not_reported")
_EXTERNAL = ("private", "voluntary", "other_la", "other_public")
"""Providers in tables of authorities; what parents provide, and what is not reported, is no foster home."""

_PROVIDER_YEAR = 2024
"""The last year that crosses placement with provider for England."""

MOST_TOLD = 0.95
"""Most of the children fostered by others than the council's own carers that are taken to be with agencies, or with
kin: providers of a few children are hidden, and some are recorded otherwise."""

COSTS = ("residential", "fostering")
"""Unit costs that are published for authorities."""

COST_YEARS = 3
"""Financial years up to a base whose unit costs make prices."""


@dataclass(frozen=True)
class Published:
    """What is published of some areas up to a base, hidden figures filled. Years are its `FLOW_YEARS`.

    Attributes
    ----------
    base : int
    codes : tuple of str
    group : (area,) int
        Number of the region.
    population : (area, year)
        People under 18 at the middle of the year before.
    stock_by_band : (area, year + 1, band)
        Children looked after on 31 March, from that before the first year.
    stock_by_group : (area, placement group)
        At the base.
    uasc : (area, year + 1)
        Of the stock, unaccompanied asylum-seeking children.
    starts_by_band : (area, year, band)
    uasc_starts : (area, year)
    left, left_at_18 : (area, year)
        Children who ceased to be looked after before 18, and at 18.
    uasc_ceased : (area, year)
        Asylum-seeking children who ceased, at whatever age.
    unit_costs : mapping of cost to (area, year)
        GBP a week; NaN where there is none.
    """

    base: int
    codes: tuple[str, ...]
    group: NDArray[np.intp]
    population: Array
    stock_by_band: Array
    stock_by_group: Array
    uasc: Array
    starts_by_band: Array
    uasc_starts: Array
    left: Array
    left_at_18: Array
    uasc_ceased: Array
    unit_costs: Mapping[str, Array]


@cache
def published(base: int = LATEST_BASE) -> Published:
    """Read what is published of all authorities up to a base."""
    regions = sorted({one.region for one in authorities()})
    years = FLOW_YEARS[base]
    stocks = (years[0] - 1, *years)
    costs = [financial_year(base - back) for back in range(COST_YEARS, 0, -1)]
    ages = ("under_1", "1_to_4", "5_to_9", "10_to_15", "16", "17", "18_and_over")
    ceased = _each(years, lambda year: counts("ceased_by_age", year, ages))
    return Published(
        base=base,
        codes=tuple(one.code for one in authorities()),
        group=np.array([regions.index(one.region) for one in authorities()]),
        population=_each(years, lambda year: population(year - 1)),
        stock_by_band=_each(stocks, lambda year: counts("stock_by_age", year, BANDS)),
        stock_by_group=stock_by_group(base, base),
        uasc=_each(stocks, lambda year: _uasc("stock_by_uasc", year)),
        starts_by_band=_each(years, lambda year: counts("starts_by_age", year, BANDS)),
        uasc_starts=_each(years, lambda year: _uasc("starts_by_uasc", year)),
        left=ceased[..., :-1].sum(axis=-1),
        left_at_18=ceased[..., -1],
        uasc_ceased=_each(years, lambda year: _uasc("ceased_by_uasc", year)),
        unit_costs={key: np.stack([column("weekly_unit_cost", year, key) for year in costs], axis=1) for key in COSTS},
    )


def _each(years: Sequence[int], figure: Callable[[int], Array]) -> Array:
    """Stack a figure of some years on the second axis."""
    return np.stack([figure(year) for year in years], axis=1)


def _uasc(table: str, year: int) -> Array:
    """Return a number of asylum-seeking children: (area,)."""
    filled = counts(table, year, ("uasc",))[:, 0]
    hidden = np.isnan(column(table, year, "uasc"))
    return np.where(hidden, np.minimum(filled, HIDDEN_UASC), filled)


def stock_by_group(year: int, base: int = LATEST_BASE) -> Array:
    """Return children by placement group on 31 March, as England's providers up to a base tell: (area, group)."""
    names = [name for group in _PUBLISHED_GROUPS.values() for name in group]
    by_name = dict(zip(names, counts("stock_by_placement", year, names).T, strict=True))
    groups = {group: np.sum([by_name[name] for name in held], axis=0) for group, held in _PUBLISHED_GROUPS.items()}
    groups |= dict(zip(FOSTERED, _fostered(groups, year, base), strict=True))
    return np.stack([groups[group] for group in PLACEMENT_GROUPS], axis=1)


def _fostered(groups: Mapping[str, Array], year: int, base: int) -> tuple[Array, Array, Array]:
    """Split fostered children into those with kin, with the council's own carers and with agencies: (area,) each.

    Filled places with the council's own mainstream carers are published; where they are not, they are as many as
    elsewhere. Of the others, those with agencies are children of external providers beyond the external part of homes
    and supported accommodation in England, and those with kin are children of the council's own beyond its part of
    these and its carers. Where a trust provides for a council, carers are external too, and England's split is taken.
    """
    fostered = groups["foster"]
    filled = column("council_foster_places", year, "filled")
    known = np.isfinite(filled)
    council = np.minimum(np.where(known, filled, fostered * filled[known].sum() / fostered[known].sum()), fostered)
    providers = counts("stock_by_provider", year, (*_OWN, *_EXTERNAL))
    own, external = providers[:, 0], providers[:, len(_OWN) :].sum(axis=1)
    outside = {group: _external_share(table, base) for group, table in _BY_PROVIDER.items()}
    agency = external - np.sum([outside[g] * groups[g] for g in outside], axis=0)
    kin = own - council - np.sum([(1.0 - outside[g]) * groups[g] for g in outside], axis=0) - groups["for_adoption"]
    least = (1.0 - MOST_TOLD) * (fostered - council)
    agency, kin = np.maximum(agency, least), np.maximum(kin, least)
    trust = own < council
    england = agency[~trust].sum() / (agency + kin)[~trust].sum()
    told = ~trust & (agency + kin > 0)
    share = np.divide(agency, agency + kin, out=np.full_like(kin, england), where=told)
    return (1.0 - share) * (fostered - council), council, share * (fostered - council)


_BY_PROVIDER = {"homes": "homes_by_provider", "supported": "supported_by_provider"}
"""Groups beside fostering that external providers serve, and England's tables of them."""


def _external_share(table: str, base: int) -> float:
    """Return the share of England's children in a placement who live with external providers, as known at a base."""
    parts = tables.categories(table, min(base, _PROVIDER_YEAR))
    return sum(parts.get(name, 0.0) for name in _EXTERNAL) / parts[TOTAL]


@cache
def _figures() -> dict[tuple[str, int | str, str], dict[str, float]]:
    """Return figures by table, year and category, and by the steady code of the area; NaN where hidden."""
    local = packaged.table("local")
    keys = zip(local["table"], local["year"], local["category"], strict=True)
    found: dict[tuple[str, int | str, str], dict[str, float]] = {}
    for key, area, value, status in zip(keys, local["area"], local["value"], local["status"], strict=True):
        if status != "not applicable":
            found.setdefault(key, {})[area] = value
    return found


def column(table: str, year: int | str, category: str = ALL) -> Array:
    """Return one figure of every authority, NaN where it is hidden or missing: (area,).

    Raises
    ------
    KeyError
        If no authority has it.
    """
    raw = _figures()[table, year, category]
    known = dict(raw)
    children = {one.old_code: one.children for one in authorities()}
    for former, heirs in _heirs().items():
        if np.isfinite(raw.get(former, np.nan)) and not any(np.isfinite(raw.get(heir, np.nan)) for heir in heirs):
            whole = sum(children[heir] for heir in heirs)
            known |= {heir: raw[former] * children[heir] / whole for heir in heirs}
    return np.array([known.get(one.old_code, np.nan) for one in authorities()])


def placed_in_group(year: int, group: str) -> Array:
    """Return children in a published group of placements on a 31 March: (area,).

    Smaller placements of it that are hidden are filled; where the first is, or the authority did not exist, it is NaN.
    """
    names = [name for held in _PUBLISHED_GROUPS.values() for name in held]
    chosen = [names.index(name) for name in _PUBLISHED_GROUPS[group]]
    shown = _figures()["stock_by_placement", year, _PUBLISHED_GROUPS[group][0]]
    there = counts("stock_by_placement", year, names)[:, chosen].sum(axis=1)
    return np.where([np.isfinite(shown.get(one.old_code, np.nan)) for one in authorities()], there, np.nan)


@cache
def _heirs() -> dict[str, tuple[str, ...]]:
    """Return authorities that took the place of a single one, by the former: they share its figures.

    They do as children looked after are. Authorities that took the place of several begin with their own figures.
    """
    took = {row["old_code"]: row["parents"].split() for row in table()}
    former = dict.fromkeys(parents[0] for parents in took.values() if len(parents) == 1)
    return {one: tuple(code for code, parents in took.items() if parents == [one]) for one in former}


def reported_spend(codes: Sequence[str]) -> Array:
    """Return what authorities report to have spent on children looked after in 2024-25, GBP: (area,); 0 if nothing.

    It is no evidence for anything here, and what spend is set beside.
    """
    reported = dict(zip((one.code for one in authorities()), column("spend_reported", "2024-25"), strict=True))
    return np.nan_to_num(np.array([reported[code] for code in codes]))


def published_stock(codes: Sequence[str]) -> tuple[tuple[int, ...], Array]:
    """Return years, and children looked after on 31 March of each in some authorities together, where all are shown."""
    years = sorted({year for table, year, _ in _figures() if table == "stock" and isinstance(year, int)})
    held = np.array([one.code in codes for one in authorities()])
    stock = np.array([column("stock", year)[held].sum() for year in years])
    known = np.isfinite(stock)
    return tuple(year for year, there in zip(years, known, strict=True) if there), stock[known]


def population(mid_year: int) -> Array:
    """Return people aged under 18: (area,); where a year is missing, as in the next that is not."""
    found = column("population_0_17", mid_year)
    return np.where(np.isfinite(found), found, population(mid_year + 1)) if np.isnan(found).any() else found


def under_18s(codes: Sequence[str]) -> float:
    """Return people aged under 18 in some authorities, as last published; NaN if any is not one."""
    heads = dict(zip((one.code for one in authorities()), population(LATEST_BASE - 1), strict=True))
    return float(sum(heads.get(code, np.nan) for code in codes))


def counts(table: str, year: int, categories: Sequence[str]) -> Array:
    """Return published counts with hidden ones filled: (area, category).

    Hidden counts of an authority share what its total leaves, in the proportions of England; a hidden total is the
    mean rate of the others on its population.
    """
    by_category = np.stack([column(table, year, name) for name in categories], axis=1)
    total = column(table, year, TOTAL)
    heads = population(year - 1)
    known = np.isfinite(total)
    total = np.where(known, total, total[known].sum() / heads[known].sum() * heads)
    return by_category_filled(by_category, total - _left_out(table, year, categories, total))


def _left_out(table: str, year: int, categories: Sequence[str], total: Array) -> Array:
    """Return what an authority's total holds beside some categories: (area,)."""
    beside = {name for t, y, name in _figures() if (t, y) == (table, year)} - {TOTAL, *categories}
    if not beside:
        return np.zeros_like(total)
    every = [*categories, *sorted(beside)]
    filled = by_category_filled(np.stack([column(table, year, name) for name in every], axis=1), total)
    rest: Array = filled[:, len(categories) :].sum(axis=1)
    return rest


def by_category_filled(values: Array, total: Array) -> Array:
    """Fill hidden counts (NaN) with what totals leave, in the proportions of all areas together: (area, category)."""
    hidden = np.isnan(values)
    weight = np.where(hidden, np.nansum(values, axis=0), 0.0)
    weight = np.divide(weight, weight.sum(axis=1, keepdims=True), out=np.zeros_like(weight), where=hidden)
    left = np.maximum(total - np.nansum(values, axis=1), 0.0)
    return np.where(hidden, left[:, None] * weight, values)
