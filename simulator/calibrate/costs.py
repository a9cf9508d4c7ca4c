"""What care cost in the year to the base, line by line, so that the published gross spend is reproduced exactly.

Made of a baseline's children and of published tables alone, so that it can be made again without a fit
(``python tools/make_baselines.py --costs``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import FORMER_UASC, LEAVERS_18_TO_20, UNDER_GUARDIANSHIP, AfterCare, SupportedPool
from simulator.baseline.cost_drivers import (
    DRIVERS,
    SCHOOL_AGE,
    UASC_SHARE_ON_PLACEMENT_LINES,
)
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.england import PLACE, Costs, England, uasc_rates
from simulator.baseline.uncertain_split import UncertainSplit
from simulator.calibrate.england_series import published
from simulator.calibrate.left_care import left_care
from simulator.calibrate.run_year import run_year
from simulator.calibrate.scale_stock import bands_of
from simulator.data import tables
from simulator.engine.grid import first_row
from simulator.engine.rates import StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import DAYS_A_YEAR, WEEKS_A_YEAR, financial_year

Array = NDArray[np.float64]

RESIDENTIAL_SHARE_OF_OTHER = 0.56
"""Share of children in secure and other residential settings who are in those that the residential line pays for
(secure homes, care homes, residential schools: K1, R1, S1; not hospitals, family centres or young offender
institutions), 31 March 2024: (100 + 560 + 90) / 1,350 [dfe_cla_2024]."""

FIXED_SHARE = {"residential": 0.05, "fostering": 0.12, "adoption": 0.7}
"""Share of a published line that does not change with its driver.

Homes and fostering: 1 less marginal over average cost among authorities, 0.95 (80%: 0.8 to 1.1) and 0.88 (0.6 to
1.1), 2021 to 2025 [dfe_lait_2026]. Agencies are paid by the week, so what is fixed of fostering is the council's own.
Adoption: spend fell by 12% in real terms while adoptions fell by 44%, 2015-16 to 2023-24, so 0.3 of it goes with
adoptions [dfe_s251_outturn_2024_release; dfe_cla_2024]. All other lines go with their drivers wholly, or are held."""

DRIVEN = {
    "adoption": "adoptions",
    "special_guardianship": "guardianship",
    "short_breaks": "held",
    "education": "school_age",
    "leaving_care": "care_leavers",
    "asylum": "uasc",
}
"""Lines beside placements, and what each goes with (`simulator.baseline.cost_drivers`)."""

LAST_OUTTURN = "2023-24"


def with_costs(england: England) -> England:
    """Return a baseline with what care cost in its base year, from its children and published tables."""
    return replace(england, costs=_costs(england, _year(england)))


@dataclass(frozen=True)
class _BaseYear:
    """What lines may go with in the year to a base, as weeks and as numbers.

    Attributes
    ----------
    paid_weeks : (place,)
        That lines of placements pay for.
    units : mapping of driver to float
        Of lines beside placements, and of grants.
    after_care : AfterCare
        At the base.
    """

    paid_weeks: Array
    units: dict[str, float]
    after_care: AfterCare


def _year(england: England) -> _BaseYear:
    """Count the year to a base: weeks are the mean of children a year before and at the base, times a year's weeks.

    Asylum-seeking children of a year before live as those of the base do.
    """
    base, width = england.base, england.cohort_months
    before = published(base - 1)
    assert before.stock_by_place is not None
    uasc_at = england.uasc.sum(axis=(0, 1, 2, 3))
    at = england.resident.sum(axis=(0, 1, 2, 3)) + uasc_at
    uasc = (uasc_at * before.uasc_stock / uasc_at.sum(), uasc_at)
    both = (before.stock_by_place, at)
    residents = [np.maximum(all_of - some, 0.0) for all_of, some in zip(both, uasc, strict=True)]
    youngest = int(first_row(width, _uasc_rates(england).youngest_age))
    bands = bands_of(england.resident, 0, width) + bands_of(england.uasc, youngest, width)
    leaving = run_year(_uasc_rates(england), width).exits
    at_18 = float(leaving[:, -1].sum() / leaving.sum())
    left = [left_care(year, at_18) for year in (base - 1, base)]

    def weeks(numbers: list[float]) -> float:
        return float(np.mean(numbers)) * WEEKS_A_YEAR

    def pool(of: SupportedPool) -> float:
        return weeks([float(of.at_base(one).sum()) for one in left])

    return _BaseYear(
        paid_weeks=(np.mean(residents, axis=0) + UASC_SHARE_ON_PLACEMENT_LINES * np.mean(uasc, axis=0)) * WEEKS_A_YEAR,
        units={
            "adoptions": published(base).reasons["adoption"],
            "guardianship": pool(UNDER_GUARDIANSHIP),
            "held": 1.0,
            "school_age": weeks([float(one[SCHOOL_AGE].sum()) for one in (before.stock_by_band, bands)]),
            "care_leavers": pool(LEAVERS_18_TO_20),
            "former_uasc": pool(FORMER_UASC),
            "uasc": weeks([float(one.sum()) for one in uasc]),
        },
        after_care=left[1],
    )


def _uasc_rates(england: England) -> StreamRates:
    return uasc_rates(england.parameters, england.uasc, np.zeros((1, 1, england.uasc.shape[2], 3)))


def _costs(england: England, year: _BaseYear) -> Costs:
    lines, source = _published(financial_year(england.base - 1))
    placed, split = _placement_lines(england.base, lines, year.paid_weeks, source)
    beside = tuple(
        CostLine(DRIVERS[driver](key), lines[key], year.units[driver], FIXED_SHARE.get(key, 0.0), source)
        for key, driver in DRIVEN.items()
    )
    return Costs((*placed, *beside), _grants(england.base, year.units), (split,), year.after_care)


def _placement_lines(
    base: int, lines: dict[str, float], weeks: Array, source: str
) -> tuple[tuple[CostLine, ...], UncertainSplit]:
    """Return the lines of placements, and how far what kinship care costs is known.

    A line that pays for several placements is shared by weeks. Kinship care costs at least the line of family and
    friends foster care, over its weeks; at most that which own fostering costs a week over council and kinship care.
    """
    by_key = {k: float(sum(weeks[PLACE[p.name]] for p in placements.placements() if p.cost == k))
              for k in placements.cost_keys()}  # fmt: skip
    outturn = _outturn(base)
    own, external = tables.categories("spend_line_own", outturn), tables.categories("spend_line_external", outturn)
    own_share = own["fostering_total"] / (own["fostering_total"] + external["fostering_total"])
    own_fostering = lines["fostering_total"] * own_share
    residential = {
        "childrens_home": by_key["childrens_home"],
        "secure_residential": by_key["secure_residential"] * RESIDENTIAL_SHARE_OF_OTHER,
    }
    supported = {k: by_key[k] for k in ("supported", "other")}
    spend, fixed = dict.fromkeys(by_key, 0.0), dict.fromkeys(by_key, 0.0)
    spend["kinship_foster"], spend["council_foster"] = lines["family_and_friends"], own_fostering
    fixed["council_foster"] = FIXED_SHARE["fostering"] / own_share
    spend["ifa_foster"] = lines["fostering_total"] * (1.0 - own_share)
    for keys, amount in ((residential, lines["residential"]), (supported, lines["other_looked_after"])):
        for k, w in keys.items():
            spend[k] = amount * w / sum(keys.values())
    for k in residential:
        fixed[k] = FIXED_SHARE["residential"]
    of_placement = DRIVERS["placement"]
    made = tuple(CostLine(of_placement(k), spend[k], by_key[k], fixed[k], source) for k in by_key)
    kin, council = by_key["kinship_foster"], by_key["council_foster"]
    bounds = (lines["family_and_friends"] / kin, own_fostering / (kin + council))
    split = UncertainSplit("kinship_foster", "council_foster", bounds)
    return split.made(made, {}), split


def _grants(base: int, units: dict[str, float]) -> tuple[CostLine, ...]:
    """Return Home Office grants of the base year, at the rates that the record shows.

    For asylum-seeking children in care: income and grants on the asylum line of the last outturn, a night. For those
    who have left at 18: the rate of the funding instructions, a week.
    """
    outturn = _outturn(base)
    of_line = sum(tables.value(f"spend_line_{what}", outturn, "asylum") for what in ("income", "grants"))
    stock = tables.series("uasc_stock")
    end = int(outturn[:4]) + 1
    per_night = of_line / ((stock[end - 1] + stock[end]) / 2.0 * DAYS_A_YEAR)
    rate = tables.figure("home_office_grant_gbp", 2024, "care_leaver_per_week")
    assert rate.value is not None
    rates = {
        "uasc_grant": ("uasc", per_night * 7.0, "dfe_s251_outturn_2024_release"),
        "care_leaver_grant": ("former_uasc", rate.value, rate.source),
    }
    return tuple(
        CostLine(DRIVERS[driver](key), gbp * units[driver], units[driver], 0.0, source)
        for key, (driver, gbp, source) in rates.items()
    )


def _outturn(base: int) -> str:
    """Return the financial year to a base, or the last whose lines are published in full."""
    return min(financial_year(base - 1), LAST_OUTTURN)


def _published(year: str) -> tuple[dict[str, float], str]:
    """Gross spend by line; for 2024-25, whose return has four lines, the rest split as in 2023-24."""
    lines = tables.categories("spend_line", year)
    if year <= LAST_OUTTURN:
        return lines, "dfe_s251_outturn_2024_release"
    earlier = tables.categories("spend_line", LAST_OUTTURN)
    names = (*(name for name in DRIVEN if name not in lines), "other_looked_after", "family_and_friends")
    scale = lines["other_including_adoption"] / sum(earlier[n] for n in names)
    return lines | {n: earlier[n] * scale for n in names}, "mhclg_ro3_2024_25;dfe_s251_outturn_2024_release"
