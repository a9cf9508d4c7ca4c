"""What is published of some authorities together: where their children are placed, and the years before a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import load_baseline
from simulator.baseline.local_evidence import Evidence, PlacedCount, placed_counts
from simulator.baseline.neighbours import group_beside_england, peers
from simulator.baseline.start import PastSeries
from simulator.data.authority_tables import PLACEMENT_GROUPS, column, stock_by_group, under_18s
from simulator.vocabulary import areas, placements
from simulator.vocabulary.calendar import LATEST_BASE, financial_year
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.where_placed import DISTANCES, LOCALITIES, UNKNOWN

Array = NDArray[np.float64]

SOURCE = "dfe_cla_2025"
FIRST_PLACED = 2022
"""The first year whose tables of authorities tell placements as those of today do."""

_INSIDE, _OUTSIDE = LOCALITIES[:2]
_NEAR, _FAR = DISTANCES[:2]
TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "locality": ("stock_by_locality", {"inside_la_boundary": _INSIDE, "outside_la_boundary": _OUTSIDE}),
    "distance": (
        "stock_by_distance",
        {"20_miles_or_less": _NEAR, "more_than_20_miles": _FAR, "not_known_or_not_recorded": UNKNOWN},
    ),
    "distance_and_locality": (
        "stock_by_distance_and_locality",
        {
            "1_placed_inside_the_la_boundary_20_miles_or_less_from_home": f"{_INSIDE}:{_NEAR}",
            "2_placed_outside_the_la_boundary_20_miles_or_less_from_home": f"{_OUTSIDE}:{_NEAR}",
            "3_placed_inside_the_la_boundary_more_than_20_miles_from_home": f"{_INSIDE}:{_FAR}",
            "4_placed_outside_the_la_boundary_more_than_20_miles_from_home": f"{_OUTSIDE}:{_FAR}",
            "5_placed_inside_the_la_boundary_distance_not_known_or_not_recorded": f"{_INSIDE}:{UNKNOWN}",
            "6_placed_outside_the_la_boundary_distance_not_known_or_not_recorded": f"{_OUTSIDE}:{UNKNOWN}",
        },
    ),
    "provider": (
        "stock_by_provider",
        {
            "parents_or_other_with_pr": "parents", "own_la": "own", "other_la": "other_la",
            "other_public": "other_public", "private": "private", "voluntary": "voluntary", "not_reported": UNKNOWN,
        },
    ),
}  # fmt: skip
"""Published tables by what they go by, and what is told apart in each."""


def published_evidence(name: str, codes: Sequence[str], neighbours: Sequence[str] = ()) -> Evidence:
    """Return what is published of some authorities together.

    Parameters
    ----------
    name : str
        What they are called together.
    codes : sequence of str
    neighbours : sequence of str
        Names of authorities to set a single one beside; its statistical neighbours if there are none.
    """
    return Evidence(
        where=tuple(where_published(codes)),
        peers=peers(codes[0], neighbours) if len(codes) == 1 else group_beside_england(name, codes),
        under_18s=under_18s(codes),
        mix=mix_published(codes),
    )


def where_published(codes: Sequence[str]) -> Iterator[PlacedCount]:
    """Yield published counts of where children are placed, of some authorities together."""
    here = _positions(codes)
    for by, (table, categories) in TABLES.items():
        for year in range(FIRST_PLACED, LATEST_BASE + 1):
            try:
                whole = float(column(table, year, "total")[here].sum())
            except KeyError:  # that table is of the last year alone
                continue
            counts = {category: float(column(table, year, name)[here].sum()) for name, category in categories.items()}
            yield from placed_counts(f"{year}-03-31", ALL, by, counts, whole, SOURCE)


def mix_published(codes: Sequence[str]) -> dict[str, PastSeries]:
    """Return published children by placement, of some authorities together, on each 31 March that tells.

    Who fosters, and which of homes they are in, is split as at the base of a run (`authority_tables.stock_by_group`).
    """
    here, years = _positions(codes), range(FIRST_PLACED, LATEST_BASE + 1)
    dates = tuple(f"{year}-03-31" for year in years)
    by_group = np.stack([stock_by_group(year)[here].sum(axis=0) for year in years])  # (year, group)
    england = load_baseline(LATEST_BASE)
    children = england.resident.sum(axis=(0, 1, 2, 3)) + england.uasc.sum(axis=(0, 1, 2, 3))
    group_of, reported = placements.groups(), placements.reported()
    whole = np.zeros(len(reported))
    np.add.at(whole, group_of, children)
    found = {}
    for g, (_, names) in enumerate(PLACEMENT_GROUPS.items()):
        held = [name for name in names if name in reported]
        weights = np.array([whole[reported.index(name)] for name in held])
        for name, weight in zip(held, weights / weights.sum(), strict=True):
            found[name] = PastSeries(dates, by_group[:, g] * weight, SOURCE)
    return found


def flows_published(codes: Sequence[str]) -> dict[str, PastSeries]:
    """Return published starts, exits and asylum-seeking children of some authorities together, as far as all tell."""
    here = _positions(codes)
    years = range(FIRST_PLACED, LATEST_BASE + 1)
    tables = {
        "starts": ("starts_by_age", "total", tuple(financial_year(year - 1) for year in years)),
        "exits": ("ceased_by_age", "total", tuple(financial_year(year - 1) for year in years)),
        "uasc_children": ("stock_by_uasc", "uasc", tuple(f"{year}-03-31" for year in years)),
    }
    found = {}
    for name, (table, category, dates) in tables.items():
        values = np.array([column(table, year, category)[here].sum() for year in years])
        known = np.isfinite(values)
        if known.any():
            kept = tuple(date for date, there in zip(dates, known, strict=True) if there)
            found[name] = PastSeries(kept, values[known], SOURCE)
    return found


def _positions(codes: Sequence[str]) -> NDArray[np.intp]:
    every = [one.code for one in areas.authorities()]
    return np.array([every.index(code) for code in codes], dtype=np.intp)
