"""The published tables of one year, in the shapes that the fit needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import EXIT_GROUPS, structure
from simulator.data import tables
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS

Array = NDArray[np.float64]

DURATION_BANDS = {
    "under_2_weeks": 14 / 30.4375,
    "2_to_8_weeks": 56 / 30.4375,
    "8_weeks_to_6_months": 6.0,
    "6_to_12_months": 12.0,
    "1_to_2_years": 24.0,
    "2_to_3_years": 36.0,
    "3_to_5_years": 60.0,
    "5_to_10_years": 120.0,
    "10_years_and_over": np.inf,
}
"""Upper ends, in months, of the bands of the length of the last period of care."""

PLACEMENT_YEARS = range(2019, 2026)
"""Years whose placements are published one by one; before them, only in groups."""


@dataclass(frozen=True)
class Year:
    """Published figures for the year ending 31 March `year`, England.

    Attributes
    ----------
    stock_by_band, starts_by_band : (band,)
        All children, scaled to the newest totals.
    exits_by_group : (exit group,)
        Children who left before 18.
    exits_at_18 : float
    uasc_stock, uasc_starts, uasc_exits : float
        `uasc_starts` and `uasc_exits` are None in years in which they were not published.
    reasons : dict
        ``home``, ``guardianship``, ``arrangements``, ``adoption``: children who left for each.
    residual : float
        Stock now, less stock a year ago, less starts, plus exits.
    durations : (duration band,)
        Shares of those who left by length of the last period of care, in the nearest year published (2019 to 2024).
    mean_days : float or None
    stock_by_place : (place,) or None
        All streams, in the model's placements, summing to the stock.
    moves_known : bool
        Whether placements are known at both ends of the year, so that they tell net moves.
    starts_by_place : dict
        Shares of all starts by first placement, in the nearest year published (2019 to 2024); foster care other than
        kinship under ``mainstream_foster``.
    uasc_by_place : dict
        Shares of unaccompanied children by placement (nearest of 2020 to 2024): ``foster``, ``childrens_home``,
        ``supported``, ``other``.
    parents_exits : float or None
        Children who left while placed with parents.
    """

    year: int
    stock_by_band: Array
    starts_by_band: Array
    exits_by_group: Array
    exits_at_18: float
    uasc_stock: float
    uasc_starts: float | None
    uasc_exits: float | None
    reasons: dict[str, float]
    residual: float
    durations: Array
    mean_days: float | None
    stock_by_place: Array | None
    moves_known: bool
    starts_by_place: dict[str, float]
    uasc_by_place: dict[str, float]
    parents_exits: float | None

    @property
    def stock(self) -> float:
        """Children looked after on 31 March."""
        return float(self.stock_by_band.sum())

    @property
    def starts(self) -> float:
        """Children who started to be looked after in the year."""
        return float(self.starts_by_band.sum())

    @property
    def exits(self) -> float:
        """Children who ceased to be looked after in the year."""
        return float(self.exits_by_group.sum()) + self.exits_at_18


@cache
def published(year: int) -> Year:
    """Read a year, 2011 to 2025, from the package's tables."""
    value = tables.value
    stock, starts, exits = (value(t, year) for t in ("stock", "starts", "ceased"))
    groups, at_18 = _exits(year, exits)
    uasc = tables.series("uasc_stock")
    uasc_starts = tables.series("uasc_starts").get(year)
    uasc_exits = tables.series("uasc_ceased").get(year)
    if uasc_exits is None and uasc_starts is not None:
        uasc_exits = uasc[year - 1] + uasc_starts - uasc[year]
    reasons = tables.categories("ceased_by_reason", year)
    return Year(
        year=year,
        stock_by_band=_bands("stock_by_age", year, stock),
        starts_by_band=_bands("starts_by_age", year, starts),
        exits_by_group=groups,
        exits_at_18=at_18,
        uasc_stock=uasc[year],
        uasc_starts=uasc_starts,
        uasc_exits=uasc_exits,
        reasons={
            "home": reasons["returned_home_to_parents"],
            "guardianship": reasons["special_guardianship"],
            "arrangements": reasons["child_arrangements_order"] + reasons.get("left_to_live_with_relatives_no_pr", 0.0),
            "adoption": reasons["adopted"],
        },
        residual=stock - value("stock", year - 1) - starts + exits,
        durations=_durations(year),
        mean_days=tables.series("ceased_mean_days").get(year),
        stock_by_place=_stock_by_place(year, stock),
        moves_known=year - 1 in PLACEMENT_YEARS,
        starts_by_place=_registered(_starts_by_place(min(max(year, 2019), 2024)), year),
        uasc_by_place=_registered(_uasc_by_place(min(max(year, 2020), 2024)), year),
        parents_exits=_parents_exits(year, exits),
    )


def as_base(year: int) -> Year:
    """Read a year that a run may start from, 2017 to 2025, whose placements must be known at both ends.

    Until 2018 only groups of placements are published; each is split as in 2019. The history is fitted without that
    (`simulator.calibrate.history`), so that it says nothing of later bases.
    """
    one = published(year)
    if one.moves_known:
        return one
    by_place = _split_groups(year, one.stock) if one.stock_by_place is None else one.stock_by_place
    return replace(one, stock_by_place=by_place, moves_known=True)


def _split_groups(year: int, total: float) -> Array:
    """Return published groups of placements, each split as in the first year that tells them apart: (place,)."""
    first = published(PLACEMENT_YEARS[0]).stock_by_place
    assert first is not None
    group = np.array([_group(place) for place in placements.placements()])
    figures = tables.categories("stock_by_placement_group", year)
    result = np.zeros(len(first))
    for name, children in figures.items():
        result[group == name] = children * first[group == name] / first[group == name].sum()
    return result * total / result.sum()


def _group(place: placements.Placement) -> str:
    """Return the published group of placements that holds one."""
    if place.is_foster:
        return "foster_total"
    of_reason = {"home": "placed_with_parents", "adoption": "placed_for_adoption"}
    return of_reason.get(place.leaves_for, "homes_supported_and_other")


def reasons_of_groups(table: str, year: int, total: float) -> Array:
    """Return children who left for adoption or guardianship by age band, scaled to a total: (band,)."""
    nearest = min(max(year, 2020), 2024)
    shares = np.array([tables.categories(table, nearest).get(b, 0.0) for b in AGE_BANDS])
    return shares / shares.sum() * total


def _bands(table: str, year: int, total: float) -> Array:
    """Return a table by age band, scaled to the newest total."""
    figures = tables.categories(table, year)
    bands = np.array([figures[b] for b in AGE_BANDS])
    scaled: Array = bands * total / bands.sum()
    return scaled


def _exits(year: int, total: float) -> tuple[Array, float]:
    """Return exits before 18 by group and exits at 18; before 2016 those at 16 and over are split as in 2016."""
    figures = tables.categories("ceased_by_age", year)
    if "18_and_over" not in figures:
        later = tables.categories("ceased_by_age", 2016)
        ages = ("16", "17", "18_and_over")
        whole = sum(later[a] for a in ages)
        figures = figures | {a: figures["16_and_over"] * later[a] / whole for a in ages}
    groups = np.array([figures[g] for g in EXIT_GROUPS])
    scale = total / (groups.sum() + figures["18_and_over"])
    return groups * scale, figures["18_and_over"] * scale


def _durations(year: int) -> Array:
    figures = tables.categories("ceased_by_duration", min(max(year, 2019), 2024))
    bands = np.array([figures[b] for b in DURATION_BANDS])
    return bands / bands.sum()


def council_share(year: int) -> float:
    """Return the council's share of children in mainstream foster care (the rest are with independent agencies).

    Ofsted's filled places by sector from 2022; before that the Department's count of children with private and
    voluntary providers, scaled to meet Ofsted's share in 2022 (the two publishers count agencies differently).
    """

    def agencies(y: int) -> float:
        f = tables.categories("foster_by_provider", y)
        mainstream = tables.value("stock_by_placement_2024_release", y, "foster_other_carer")
        return (f["private"] + f["voluntary"]) / mainstream

    def ofsted(y: int) -> float:
        filled = tables.value("mainstream_places_filled", y, "local_authority")
        if y >= 2024:
            return filled / tables.value("mainstream_places_filled", y, "england")
        return filled / tables.value("stock_by_placement_2024_release", y, "foster_other_carer")

    return ofsted(year) if year >= 2022 else 1.0 - agencies(year) * (1.0 - ofsted(2022)) / agencies(2022)


def _stock_by_place(year: int, total: float) -> Array | None:
    """Published placements in the model's terms (kinship from 2024 is foster care less Ofsted's filled places)."""
    if year not in PLACEMENT_YEARS:
        return None
    p = tables.categories("stock_by_placement", year)
    if year >= 2024:
        mainstream = tables.value("mainstream_places_filled", year, "england")
    else:
        old = tables.categories("stock_by_placement_2024_release", year)
        mainstream = p["foster_total"] * old["foster_other_carer"] / old["foster_total"]
    secure = tables.categories("stock_by_placement", min(year, 2024))["secure_homes"]
    homes = p["secure_and_childrens_homes"] - secure
    waiting = structure()["fostering"]["homes_waiting_share_of_fit"]
    counts = {
        "kinship_foster": p["foster_total"] - mainstream,
        "council_foster": mainstream * council_share(year),
        "ifa_foster": mainstream * (1.0 - council_share(year)),
        "childrens_home": homes * (1.0 - waiting),
        "home_waiting": homes * waiting,
        "supported": p["supported_and_independent"],
        "supported_waiting": 0.0,
        "with_parents": p["placed_with_parents"],
        "for_adoption": p["placed_for_adoption"],
        "secure_residential": p["other_residential"] + p["residential_schools"] + secure,
        "other": p["other_placements"],
    }
    result = np.array([counts[name] for name in placements.names()])
    return result * total / result.sum()


def _registered(shares: dict[str, float], year: int) -> dict[str, float]:
    """Move to supported accommodation the share of "other" placements that were registered as it during 2024-25.

    Providers had to register from 2023; until they had, their children were counted under other placements, whose stock
    halved in the year. The tables of starts, and of asylum-seeking children, end in 2024.
    """
    if year < 2025:
        return shares
    stock = tables.series("stock_by_placement", "other_placements")
    gone = shares["other"] * (1.0 - stock[2025] / stock[2024])
    return shares | {"other": shares["other"] - gone, "supported": shares["supported"] + gone}


def _starts_by_place(year: int) -> dict[str, float]:
    p = tables.categories("starts_by_placement", year)
    counts = {
        "kinship_foster": p["foster_relative_or_friend"],
        "mainstream_foster": p["foster_other_carer"],
        "childrens_home": p["childrens_homes"],
        "supported": p["supported_and_independent"],
        "with_parents": p["placed_with_parents"],
        "secure_residential": p["other_residential"] + p["residential_schools"] + p["secure_homes"],
        "other": p["other_placements"],
    }
    whole = sum(counts.values())
    return {name: n / whole for name, n in counts.items()}


def _uasc_by_place(year: int) -> dict[str, float]:
    p = tables.categories("uasc_by_placement", year)
    counts = {
        "foster": p["foster_total"],
        "childrens_home": p["secure_and_childrens_homes"],
        "supported": p["supported_and_independent"],
        "other": p["other_placements"],
    }
    whole = sum(counts.values())
    return {name: n / whole for name, n in counts.items()}


def _parents_exits(year: int, exits: float) -> float | None:
    if year not in PLACEMENT_YEARS:
        return None
    p = tables.categories("ceased_by_last_placement", min(year, 2024))
    return p["placed_with_parents"] / p["total"] * exits
