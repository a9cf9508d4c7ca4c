"""The front door of children's social care: who is referred, who is in need or on a plan, and what that costs."""

from __future__ import annotations

from simulator.baseline.front_door_flows import follows
from simulator.results.measures.registry import Values, measure
from simulator.results.measures.spend import total_spend
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER, Array
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

RESIDENT = STREAMS.index("resident")


# Beside children in care, all of these would tell more of a hidden number than its own cell does.
@measure(50, "Referrals to children's social care", "referrals", "flow", NEVER, charted=True, in_returns=False)
def referrals(view: View) -> Values:
    """Referrals in a month, of children referred before as well."""
    return Values(view.front_door.referred(view.rates.referral_ratio)[..., None, None])


@measure(51, "Children in need", "children", "stock", NEVER, charted=True, in_returns=False)
def children_in_need(view: View) -> Values:
    """Children with an open case: those looked after, those on a protection plan, and others."""
    return Values(view.in_need[..., None, None])


@measure(52, "Children on a protection plan", "children", "stock", NEVER, charted=True, in_returns=False)
def protection_plans(view: View) -> Values:
    """Children who are the subject of a child protection plan; they are part of `children_in_need`."""
    return Values(view.front_door.plans_at(view.rates.referral_ratio)[..., None, None])


@measure(53, "Child protection plans that start", "plans", "flow", NEVER, in_returns=False)
def protection_plans_started(view: View) -> Values:
    """Child protection plans that start in a month, second and later ones of a child as well."""
    return Values(view.front_door.plans_that_start(view.rates.referral_ratio)[..., None, None])


def _resident_starts_explained(view: View) -> Array:
    resident: Array = view.paths.starts[..., RESIDENT, :, :].sum(axis=(-2, -1))
    return resident * view.front_door.starts_explained(view.rates.referral_ratio)


@measure(54, "Starts that go along with the front door", "children", "flow", NEVER, in_returns=False)
def starts_from_front_door(view: View) -> Values:
    """Starts of resident children that go along with plans and episodes of need that begin; part of `starts`."""
    return Values(_resident_starts_explained(view)[..., None, None])


@measure(55, "Starts that the front door does not explain", "children", "flow", NEVER, in_returns=False)
def starts_from_elsewhere(view: View) -> Values:
    """All other starts, of asylum-seeking children as well: what the record of the front door leaves unexplained."""
    every = view.paths.starts.sum(axis=(-3, -2, -1))
    return Values((every - _resident_starts_explained(view))[..., None, None])


def _spend(view: View, at_base: Array, share: Array) -> Array:
    """Return spend of which a share goes along with children in need, in cash: (draw, area, month)."""
    cases = (view.in_need[..., :-1] + view.in_need[..., 1:]) / 2.0
    before = view.front_door.cases_before[..., None]
    cash: Array = at_base[..., None] / MONTHS_A_YEAR * follows(share[..., None], cases / before)
    return cash * view.rates.front_door_price_ratio * view.deflator[:, None]


def _safeguarding(view: View) -> Array:
    return _spend(view, view.front_door.safeguarding_gbp, view.front_door.safeguarding_per_case)


def _family_support(view: View) -> Array:
    return _spend(view, view.front_door.family_support_gbp, view.front_door.family_support_per_case)


@measure(56, "Spend on safeguarding", "GBP", "flow", NEVER, in_returns=False)
def safeguarding_spend(view: View) -> Values:
    """Gross cash spend on social work and child protection; a part of it goes along with children in need."""
    return Values(_safeguarding(view)[..., None, None])


@measure(57, "Spend on family support", "GBP", "flow", NEVER, in_returns=False)
def family_support_spend(view: View) -> Values:
    """Gross cash spend on support for families; little of it goes along with children in need."""
    return Values(_family_support(view)[..., None, None])


@measure(58, "Spend at the front door", "GBP", "flow", NEVER, charted=True, in_returns=False)
def front_door_spend(view: View) -> Values:
    """Safeguarding and family support together, gross and in cash."""
    return Values((_safeguarding(view) + _family_support(view))[..., None, None])


@measure(59, "Spend early and late", "GBP", "flow", NEVER, in_returns=False)
def early_and_late_spend(view: View) -> Values:
    """The front door, looked-after children and programmes in one account, gross and in cash."""
    return Values(total_spend(view).values + front_door_spend(view).values)
