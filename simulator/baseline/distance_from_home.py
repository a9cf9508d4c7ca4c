"""How far from home children live, by placement: published shares, how areas lie to England's, and own shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from simulator.data import tables
from simulator.data.authority_tables import column
from simulator.vocabulary import placements
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.axes import AWAY
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

GROUPS = {
    "kinship": "foster",
    "council_foster": "foster",
    "agency_foster": "foster",
    "homes": "homes",
    "supported": "supported",
    "with_parents": "with_parents",
    "for_adoption": "for_adoption",
    "other": "other",
}
"""Group of placements in tables of authorities to that of the table by distance."""

LOCAL = {
    "far_from_home": ("stock_by_distance", "more_than_20_miles", "20_miles_or_less"),
    "outside_area": ("stock_by_locality", "outside_la_boundary", "inside_la_boundary"),
}
"""Table of authorities, those who are away, and those who are not."""

NONE_OF_ITS_OWN: Mapping[tuple[str, str], float] = MappingProxyType({})
"""Shares of an area whose own returns tell none."""

HALVINGS = 40
"""Halvings that find the odds of an area; the last is beyond any digit that is shown."""

MOST_LOG_ODDS = 8.0
"""Furthest that an area's odds are taken to lie from England's."""


@cache
def in_england(base: int) -> Array:
    """Return the share of children in each placement who live away: (place, away).

    Those whose distance is not known are taken to live as the others. The table ends in 2024.
    """
    shares = np.zeros((len(placements.names()), len(AWAY)))
    for away, table in enumerate(AWAY):
        years = [int(year) for year in tables.series(table)]
        by_group = tables.categories(table, max((year for year in years if year <= base), default=min(years)))
        for i, place in enumerate(placements.placements()):
            shares[i, away] = by_group[GROUPS.get(place.authority_group, "all")]
    return shares


def at_base(
    codes: Sequence[str], children: Array, base: int, own: Mapping[tuple[str, str], float] = NONE_OF_ITS_OWN
) -> Array:
    """Return the share of children in each placement of each area who live away: (area, place, away).

    The odds in all placements of an authority are England's times one number, so that its children at the base add up
    to its own share, or else to its published one. Where that is hidden, or not held for the base, its shares are
    England's. A placement of which its own share is told has that.

    Parameters
    ----------
    codes
        Of areas.
    children : (area, place)
        At the base.
    own : mapping of (placement, away) to float, optional
        Shares that the areas' own returns tell, of reported placements and of ``all``.
    """
    england = in_england(base)
    shares = np.broadcast_to(england, (len(codes), *england.shape)).copy()
    for away, name in enumerate(AWAY):
        wanted = dict.fromkeys(codes, own[ALL, name]) if (ALL, name) in own else _published(name, base)
        known = [area for area, code in enumerate(codes) if code in wanted and children[area].sum() > 0]
        if known:
            weight = children[known] / children[known].sum(axis=1, keepdims=True)
            totals = np.array([wanted[codes[area]] for area in known])
            shares[known, :, away] = _with_totals(england[:, away], weight, totals)
        told = np.array([own.get((place, name), np.nan) for place in placements.reported()])[placements.groups()]
        shares[..., away] = np.where(np.isnan(told), shares[..., away], told)
    return shares


@cache
def _published(name: str, base: int) -> Mapping[str, float]:
    """Return the share of the children of each authority who live away, by code, where it is told."""
    table, there, not_there = LOCAL[name]
    try:
        gone, near = column(table, base, there), column(table, base, not_there)
    except LookupError:
        return {}
    shares = zip(authorities(), gone / (gone + near), strict=True)
    return {one.code: float(share) for one, share in shares if np.isfinite(share)}


def _with_totals(shares: Array, weight: Array, wanted: Array) -> Array:
    """Return shares whose odds are all higher by one ratio in each area, so that weighted means are as wanted.

    Parameters
    ----------
    shares : (place,)
    weight : (area, place)
    wanted : (area,)

    Returns
    -------
    (area, place)
    """
    log_odds = np.log(shares / (1.0 - shares))
    low, high = np.full(wanted.shape, -MOST_LOG_ODDS), np.full(wanted.shape, MOST_LOG_ODDS)

    def moved(by: Array) -> Array:
        found: Array = 1.0 / (1.0 + np.exp(-log_odds - by[:, None]))
        return found

    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        enough = (weight * moved(middle)).sum(axis=1) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return moved((low + high) / 2.0)
