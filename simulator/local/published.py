"""Published figures of authorities, with hidden numbers filled by what totals leave."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from simulator.areas import authorities

Array = NDArray[np.float64]

TOTAL = "total"

SPLIT = {"909": ("942", "943"), "928": ("940", "941")}
"""Former authorities whose figures are shared between those that took their place, as children looked after are:
Cumbria (to March 2023) and Northamptonshire (to March 2021). Somerset and North Yorkshire kept their codes; Dorset,
Poole and Bournemouth became two new authorities in 2019, whose figures begin then."""


@cache
def _figures() -> dict[tuple[str, str, str], dict[str, float]]:
    """Return figures by table, year and category, and by the steady code of the area; NaN where hidden."""
    text = (files("simulator") / "data" / "local.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["status"] != "not applicable":
            key = (row["table"], row["year"], row["category"])
            found.setdefault(key, {})[row["area"]] = float(row["value"] or "nan")
    return found


def column(table: str, year: int | str, category: str = "all") -> Array:
    """Return one figure of every authority, NaN where it is hidden or missing: (area,).

    Raises
    ------
    KeyError
        If no authority has it.
    """
    raw = _figures()[table, str(year), category]
    known = dict(raw)
    children = {one.old_code: one.children for one in authorities()}
    for former, heirs in SPLIT.items():
        if np.isfinite(raw.get(former, np.nan)) and not any(np.isfinite(raw.get(heir, np.nan)) for heir in heirs):
            whole = sum(children[heir] for heir in heirs)
            known |= {heir: raw[former] * children[heir] / whole for heir in heirs}
    return np.array([known.get(one.old_code, np.nan) for one in authorities()])


def published_stock(codes: Sequence[str]) -> tuple[tuple[int, ...], Array]:
    """Return years, and children looked after on 31 March of each in some authorities together, where all are shown."""
    years = sorted({int(year) for table, year, _ in _figures() if table == "stock"})
    held = np.array([one.code in codes for one in authorities()])
    stock = np.array([column("stock", year)[held].sum() for year in years])
    known = np.isfinite(stock)
    return tuple(year for year, there in zip(years, known, strict=True) if there), stock[known]


def population(mid_year: int) -> Array:
    """Return people aged under 18: (area,); where a year is missing, as in the next that is not."""
    found = column("population_0_17", mid_year)
    return np.where(np.isfinite(found), found, population(mid_year + 1)) if np.isnan(found).any() else found


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
    beside = {name for t, y, name in _figures() if (t, y) == (table, str(year))} - {TOTAL, *categories}
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
