"""What comes before care: referrals, children in need and protection plans, and what they cost.

These are stocks that nothing in care waits for, so they need no month loop of the engine. A flow comes in, each of
those there leaves at one hazard, and both are fitted to a year of published counts: with them the stock at its
beginning becomes the one at its end. Starts of care stay as they are fitted; a part of them goes along with the front
door (`data/structure.yaml`, `front_door`), and what it leaves is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.start import PastSeries
from simulator.data.front_door_figures import ENGLAND_CODE, YEARS, figures
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.calendar import MONTHS_A_YEAR, financial_year

Array = NDArray[np.float64]

SLOWEST, FASTEST = 1e-3, 50.0
"""Hazards of leaving a stock between which one is looked for, a year; authorities have 0.5 to 2.5."""

HALVINGS = 60

COUNTED = ("referrals", "need_started", "in_need", "plans_started", "plans", "children", "starts")
SPENT = ("safeguarding_gbp", "family_support_gbp")
COUNT_SOURCE, SPEND_SOURCE = "dfe_cin_2025_via_csc_dashboard", "dfe_lait_2026;mhclg_ro3_2024_25"


@dataclass(frozen=True)
class YearBefore:
    """The year to the base in some areas, as published: each (area,).

    Attributes
    ----------
    referrals, need_started, plans_started, starts : (area,)
        In the year.
    outside_before, outside : (area,)
        Children in need who are not looked after, at its beginning and its end.
    plans_before, plans : (area,)
        Protection plans at its beginning and its end.
    cases : (area,)
        Children in need, looked after or not: the mean of its beginning and its end.
    safeguarding_gbp, family_support_gbp : (area,)
        Gross spend in the year.
    """

    referrals: Array
    need_started: Array
    plans_started: Array
    starts: Array
    outside_before: Array
    outside: Array
    plans_before: Array
    plans: Array
    cases: Array
    safeguarding_gbp: Array
    family_support_gbp: Array

    @cached_property
    def closing_per_year(self) -> Array:
        """Hazard with which a case of need outside care ends, going into care aside: (area,)."""
        return leaving_per_year(self.outside_before, self.need_started - self.starts, self.outside)

    @cached_property
    def plans_end_per_year(self) -> Array:
        """Hazard with which a protection plan ends: (area,)."""
        return leaving_per_year(self.plans_before, self.plans_started, self.plans)


def published_before_care(codes: Sequence[str]) -> Mapping[str, PastSeries]:
    """Return the published series of some authorities together, by measure; of England where none is named.

    Years in which any of them hides its figure are left out.
    """
    steady = {one.code: one.old_code for one in authorities()}
    areas = [steady[code] for code in codes] or [ENGLAND_CODE]
    found = {}
    for measure, names, is_stock in (
        ("referrals", ("referrals",), False),
        ("children_in_need", ("in_need",), True),
        ("protection_plans", ("plans",), True),
        ("protection_plans_started", ("plans_started",), False),
        ("front_door_spend", SPENT, False),
    ):
        values = np.sum([figures(name, areas).sum(axis=0) for name in names], axis=0)
        known = np.isfinite(values)
        years = np.array(YEARS)[known]
        dates = (f"{year}-03-31" if is_stock else financial_year(int(year) - 1) for year in years)
        if known.any():
            found[measure] = PastSeries(tuple(dates), values[known], SPEND_SOURCE if names == SPENT else COUNT_SOURCE)
    return found


_TOGETHER = (
    ("referrals",),
    ("need_started", "starts", "outside_before", "outside", "cases"),
    ("plans_started", "plans_before", "plans"),
)
"""Figures that make sense together: where one is hidden, all of them are taken as hidden."""


def year_before(codes: Sequence[str], base: int, share: Array) -> YearBefore:
    """Return the year to a base in areas: authorities as published, another area as a share of England.

    Parameters
    ----------
    codes : sequence of str
        ONS codes of authorities, or other names.
    base : int
        The year ends on its 31 March.
    share : (area,)
        Of England's children looked after.
    """
    return _year_before(tuple(codes), base, tuple(float(one) for one in share))


@lru_cache(maxsize=8)
def _year_before(codes: tuple[str, ...], base: int, share: tuple[float, ...]) -> YearBefore:
    """Keep the last few, as every draw asks for the same."""
    england = _of(base, (ENGLAND_CODE,))
    at = {one.code: i for i, one in enumerate(authorities())}
    return YearBefore(
        **{
            name: np.array([_of_authorities(base)[name][at[code]] if code in at else whole[0] * part
                            for code, part in zip(codes, share, strict=True)])
            for name, whole in england.items()
        }
    )  # fmt: skip


@cache
def _of_authorities(base: int) -> dict[str, Array]:
    """Return figures of all authorities, which add up to England's: (area,) by name.

    Those that hide a count share what the others leave of England's, as they share children looked after. Spend is
    England's, whose return differs in 2024-25, shared as authorities report; who does not report is taken to spend as
    much on a child looked after as the others.
    """
    england, own = _of(base, (ENGLAND_CODE,)), _of(base, [one.old_code for one in authorities()])
    children = np.array([one.children for one in authorities()])
    for name in SPENT:
        reports = np.isfinite(own[name])
        a_child = own[name][reports].sum() / children[reports].sum()
        spent = np.where(reports, own[name], a_child * children)
        own[name] = spent / spent.sum() * england[name]
    for names in _TOGETHER:
        hidden = np.isnan([own[name] for name in names]).any(axis=0)
        for name in names:
            left = max(england[name][0] - own[name][~hidden].sum(), 0.0)
            own[name] = np.where(hidden, left * children / max(children[hidden].sum(), 1.0), own[name])
    return own


def _of(base: int, areas: Sequence[str]) -> dict[str, Array]:
    """Return published figures of areas, NaN where they are not: (area,) by name."""
    now, then = ({name: figures(name, areas, (year,))[:, 0] for name in COUNTED} for year in (base, base - 1))
    return {
        **{name: now[name] for name in ("referrals", "need_started", "plans_started", "starts", "plans")},
        "outside": now["in_need"] - now["children"],
        "outside_before": then["in_need"] - then["children"],
        "plans_before": then["plans"],
        "cases": (then["in_need"] + now["in_need"]) / 2.0,
        **{name: figures(name, areas, (base,))[:, 0] for name in SPENT},
    }


def after(stock: Array, coming_per_year: Array, leaving: Array, years: float) -> Array:
    """Return a stock some time later: those there leave at a hazard, and others come evenly and leave at it too.

    ``stock e^(-ht) + coming (1 - e^(-ht)) / h``; all arrays broadcast.
    """
    left = np.exp(-leaving * years)
    found: Array = stock * left + coming_per_year * (1.0 - left) / leaving
    return found


def leaving_per_year(before: Array, coming_per_year: Array, now: Array) -> Array:
    """Return the hazard with which a year's stock becomes the next, halving the space between the two ends: (area,)."""
    low, high = np.full(now.shape, np.log(SLOWEST)), np.full(now.shape, np.log(FASTEST))
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        too_many = after(before, coming_per_year, np.exp(middle), 1.0) > now
        low, high = np.where(too_many, middle, low), np.where(too_many, high, middle)
    return np.asarray(np.exp((low + high) / 2.0))


def follows(share: Array, ratio: Array) -> Array:
    """Return what a flow is over what it was where a share of it goes along with another that is multiplied."""
    return np.asarray(1.0 + share * (ratio - 1.0))


@dataclass(frozen=True)
class FrontDoor:
    """The front door of areas as it goes on in draws, but for what programmes do to it.

    Attributes
    ----------
    referrals, need_started, plans_started : (draw, area)
        A year, at the base.
    outside, plans : (draw, area)
        Children in need who are not looked after, and protection plans, at the base.
    closing_per_year, plans_end_per_year : (draw, area)
        Hazards of leaving those stocks.
    cases_before : (draw, area)
        Children in need, looked after or not: the mean of the beginning and the end of the year to the base.
    safeguarding_gbp, family_support_gbp : (draw, area)
        Spend in that year, in prices of lines of spend.
    growth : (draw, area, month)
        Of all flows over the year to the base, with the number of children under 18.
    stray : (draw, area, month)
        Referrals over those of the base besides, as they have strayed before.
    need_per_referral, plans_per_referral, starts_per_plan, starts_per_need : (draw, area)
        Shares of a flow that go along with another.
    safeguarding_per_case, family_support_per_case : (draw, area)
        Shares of spend that go along with children in need.
    """

    referrals: Array
    need_started: Array
    plans_started: Array
    outside: Array
    plans: Array
    closing_per_year: Array
    plans_end_per_year: Array
    cases_before: Array
    safeguarding_gbp: Array
    family_support_gbp: Array
    growth: Array
    stray: Array
    need_per_referral: Array
    plans_per_referral: Array
    starts_per_plan: Array
    starts_per_need: Array
    safeguarding_per_case: Array
    family_support_per_case: Array

    @property
    def starts_per_referral(self) -> Array:
        """Share of starts that goes along with referrals, through plans and need: (draw, area)."""
        return self.starts_per_plan * self.plans_per_referral + self.starts_per_need * self.need_per_referral

    def referred(self, ratio: Array) -> Array:
        """Return referrals in each month: (draw, area, month).

        Parameters
        ----------
        ratio : (draw, area, month)
            Referrals with all programmes over those without.
        """
        return _a_month(self.referrals) * self.growth * self.stray * ratio

    def need_ratio(self, ratio: Array) -> Array:
        """Return episodes of need that begin over those of the base, growth aside: (draw, area, month)."""
        return follows(self.need_per_referral[..., None], self.stray * ratio)

    def plans_ratio(self, ratio: Array) -> Array:
        """Return protection plans that start over those of the base, growth aside: (draw, area, month)."""
        return follows(self.plans_per_referral[..., None], self.stray * ratio)

    def plans_that_start(self, ratio: Array) -> Array:
        """Return protection plans that start in each month: (draw, area, month)."""
        return _a_month(self.plans_started) * self.growth * self.plans_ratio(ratio)

    def plans_at(self, ratio: Array) -> Array:
        """Return protection plans at each instant: (draw, area, instant)."""
        return _stock(self.plans, self.plans_that_start(ratio), self.plans_end_per_year)

    def outside_at(self, ratio: Array, starts: Array) -> Array:
        """Return children in need who are not looked after, at each instant: (draw, area, instant).

        Parameters
        ----------
        ratio : (draw, area, month)
            As in :meth:`referred`.
        starts : (draw, area, month)
            Children who start to be looked after, who are in need no less but counted among those in care.
        """
        begin = _a_month(self.need_started) * self.growth * self.need_ratio(ratio)
        return _stock(self.outside, begin - starts, self.closing_per_year)

    def starts_explained(self, ratio: Array) -> Array:
        """Return the share of starts in each month that goes along with the front door: (draw, area, month)."""
        with_plans = self.starts_per_plan[..., None] * self.plans_ratio(ratio)
        with_need = self.starts_per_need[..., None] * self.need_ratio(ratio)
        rest = 1.0 - (self.starts_per_plan + self.starts_per_need)[..., None]
        explained: Array = (with_plans + with_need) / (with_plans + with_need + rest)
        return explained


def _a_month(per_year: Array) -> Array:
    return per_year[..., None] / MONTHS_A_YEAR


def _stock(at_base: Array, coming_per_month: Array, leaving: Array) -> Array:
    """Return a stock at each instant: (draw, area, instant)."""
    found = [np.broadcast_to(at_base, coming_per_month.shape[:2])]
    for month in range(coming_per_month.shape[2]):
        coming = coming_per_month[..., month] * MONTHS_A_YEAR
        found.append(np.maximum(after(found[-1], coming, leaving, 1.0 / MONTHS_A_YEAR), 0.0))
    return np.stack(found, axis=-1)


def fronts_side_by_side(many: Sequence[FrontDoor]) -> FrontDoor:
    """Put draws one after the other on the draw axis."""
    joined = {}
    for name in (one.name for one in fields(FrontDoor)):
        values = [getattr(one, name) for one in many]
        axes = np.broadcast_shapes(*(value.shape[1:] for value in values))
        joined[name] = np.concatenate([np.broadcast_to(value, (len(value), *axes)) for value in values])
    return FrontDoor(**joined)
