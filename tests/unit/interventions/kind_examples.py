"""Examples of every kind of intervention: what each of its fields is tried with, and what does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

COST = {"budget_gbp": {"2026-27": 12e6}, "per_year_gbp": 6e6, "price_year": "2024-25"}
PHASED = {
    "start": "2026-04",
    "end": "2027-03",
    "profile": {"shape": "linear", "months": 12},
    "fade_months": 6,
    "cost": COST,
}
PAID = {
    "start": "2025-06",
    "profile": {"shape": "linear", "months": 12},
    "outlasts_money": False,
    "cost": {"budget_gbp": {"2026-27": 12e6}},
}
"""A programme whose money ends within the run."""
EACH = {"unit_cost_gbp": 2_000.0, "eligible_per_year": 100_000.0}
OF_WHOM = {**EACH, "deadweight_share": 0.2}
MIX = {"from": ["council_foster", "ifa_foster"], "to": ["childrens_home"]}
DATED = {"start": "2026-04", "end": "2028-03", "cost": COST}
AIMED = {"taken_share": 0.5, "wider_ages_share": 0.4, "open_to_uasc_share": 0.3}
STARTS = {"lag_months": 3, "effect": {"risk_ratio": 0.8}, "delayed_share": 0.5, "delayed_by_months": 18}
"""Fields of every programme that acts on starts."""

EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "early_help": [
        {
            **PHASED,
            "areas": {"count": 12, "of": 153},
            "lag_months": 3,
            "ages": [2, 10],
            "eligible_share": 0.5,
            "effect": {"risk_ratio": 0.8},
            "referrals": {"risk_ratio": 1.3, "referral_ratio": 1.2, "from_month": 2, "to_month": 8},
        },
        {**PAID, "effect": {"risk_ratio": 0.8}},
        {"start": "2026-04", "areas": {"share": 0.4}, "effect": {"risk_ratio": 0.8}},
        {"start": "2026-04", "areas": {"names": ["Kent"]}, "effect": {"risk_ratio": 0.8}},
    ],
    "foster_recruitment": [
        {
            **PHASED,
            "sector": "council",
            "enquiries_ratio": 1.2,
            "approval_ratio": 1.1,
            "extra_households_per_year": 10.0,
        },
        {**PAID, "enquiries_ratio": 1.2},
        {
            "start": "2026-04",
            "sector": "council",
            "extra_households_per_year": 10.0,
            "cost_per_approval_gbp": 20_000.0,
            "cost_elasticity": 0.5,
            "share_won_from_others": 0.5,
            "retainer_gbp_per_week": 50.0,
        },
        {"start": "2026-04", "extra_households_per_year": 350.0, "ceiling_ratio": 1.5},
        {"start": "2026-04", "cost": {"budget_gbp": {"2026-27": 12e6}}, "cost_per_approval_gbp": 20_000.0},
        {"start": "2026-04", "extra_households_per_year": 10.0, "aimed_at": {"group": "teenagers", **AIMED}},
        {
            "start": "2026-04",
            "extra_households_per_year": 10.0,
            "aimed_at": {"group": "complex_needs", "children_waiting": 10.0, **AIMED},
        },
    ],
    "foster_retention": [
        {**PHASED, "sector": "council", "deregistration_ratio": 0.8},
        {**PAID, "deregistration_ratio": 0.8},
    ],
    "trend": [
        {**DATED, "measure": "starts", "percent_per_year": 3.0, "ages": [2, 10], "streams": ["uasc"]},
        {**DATED, "measure": "stays", "percent_per_year": 3.0, "ages": [2, 10], "streams": ["uasc"]},
        {**DATED, "measure": "placement_mix", "percent_per_year": 3.0, "streams": ["uasc"], **MIX},
        {**DATED, "measure": "stays", "ratio": 1.2},
        {**DATED, "measure": "starts", "value": 90.0},
        {**DATED, "measure": "starts", "at_most": 9.0},
        {"measure": "stays", "path": {"2026-27": 1.1}},
    ],
    "price_growth": [
        {**DATED, "costs": ["childrens_home"], "percent_per_year": 4.0, "basis": "real"},
        {**DATED, "costs": ["childrens_home"], "percent_per_year": 4.0, "basis": "cash"},
        {**DATED, "costs": ["childrens_home"], "ratio": 1.2},
        {**DATED, "costs": ["childrens_home"], "value": 900.0, "basis": "cash"},
        {**DATED, "costs": ["childrens_home"], "at_most": 900.0, "basis": "real"},
        {"costs": ["childrens_home"], "path": {"2026-27": 900.0}},
    ],
    "uasc_arrivals": [
        {**DATED, "percent_per_year": 3.0},
        {**DATED, "ratio": 2.0},
        {**DATED, "value": 90.0},
        {**DATED, "at_most": 9.0},
        {"path": {"2026-27": 90.0}},
    ],
    "births": [
        {**DATED, "percent_per_year": -1.0},
        {**DATED, "ratio": 0.9},
        {**DATED, "value": 500_000.0},
        {**DATED, "at_most": 500_000.0},
        {"path": {"2026-27": 500_000.0}},
    ],
    "migration": [{**DATED, "value": 50_000.0, "ages": [2, 10]}, {"path": {"2026-27": -50_000.0}}],
    "budget_line": [DATED],
    "family_group_conference": [
        {**PHASED, **STARTS, "proceedings_share": 0.4, "offered_share": 0.5},
        {**PAID, "effect": {"risk_ratio": 0.8}},
    ],
    "edge_of_care": [
        {**PHASED, **STARTS, "ages": [2, 10], "referred_share": 0.3},
        {**PAID, "referred_share": 0.3, "effect": {"risk_ratio": 0.8}},
    ],
    "family_safeguarding": [
        {**PHASED, **STARTS, "ages": [2, 10], "needing_share": 0.3},
        {**PAID, "needing_share": 0.3, "effect": {"risk_ratio": 0.8}},
    ],
    "multisystemic_therapy": [
        {**PHASED, **STARTS, "referred_share": 0.3},
        {**PAID, "referred_share": 0.3, "effect": {"risk_ratio": 0.8}},
    ],
    "reunification_support": [
        {**PHASED, "home_ratio": 1.2, "effect": {"risk_ratio": 0.8}, "support_months": 6},
        {**PAID, "effect": {"risk_ratio": 0.8}},
    ],
    "step_down": [
        {**PHASED, "share_per_year": 0.1, "returned_share": 0.3, "ages": [2, 10]},
        {**PAID, "share_per_year": 0.1},
    ],
    "supported_accommodation": [
        {**PHASED, "places": 1.0, "occupancy": 0.8, "displaced_share": 0.5, "stay_months": 6, "lag_months": 3},
        {**PAID, "places": 1.0},
    ],
    "referrals": [{**PHASED, "referral_ratio": 1.2}, {**PAID, "referral_ratio": 0.9}],
    "workforce": [
        {
            **PHASED,
            "apprentices_per_year": 50.0,
            "qualify_months": 12,
            "qualifying_share": 0.9,
            "recruits_per_year": 20.0,
            "leaving_percent_per_year": 10.0,
            "leaving_ratio": 0.8,
            "replaces_agency_share": 0.5,
            "agency_premium_gbp": 20_000.0,
            "employment_gbp": 50_000.0,
            "premium_price_year": "2024-25",
            "starts_percent_per_case": 1.0,
            "home_percent_per_case": -1.0,
            "source": ["agency_2025"],
        },
        {**PAID, "leaving_ratio": 0.8},
    ],
    "close_to_home": [
        {
            **PHASED,
            "lag_months": 3,
            "places": 5.0,
            "occupancy": 0.8,
            "from_far_share": 0.5,
            "placements": ["childrens_home"],
        },
        {**PAID, "places": 5.0},
    ],
    "child_poverty": [
        {
            **DATED,
            "value": 3.0,
            "entries_per_100_000": 0.001,
            "lag_months": 6,
            "in_trend_points_per_year": 0.5,
        },
        {"path": {"2026-27": -2.0}, "entries_per_100_000": 0.001},
    ],
    "prevention_spend": [
        {**DATED, "value": 3.0, "entries_per_100_000": 0.001, "lag_months": 6},
        {"path": {"2026-27": -2.0}, "entries_per_100_000": 0.001, "price_year": "2024-25"},
    ],
    "foster_allowance": [
        {
            **PHASED,
            "sector": "council",
            "kin": True,
            "uplift_gbp_per_week": 20.0,
            "deregistration_ratio": 0.9,
            "enquiries_ratio": 1.1,
        },
        {**PAID, "uplift_gbp_per_week": 20.0, "deregistration_ratio": 0.9},
    ],
    "foster_hubs": [
        {**PHASED, "application_ratio": 1.2, "assessment_months": 4.8, "share_won_from_others": 0.5},
        {**PAID, "application_ratio": 1.2, "share_won_from_others": 0.2},
    ],
    "kinship_priority": [
        {
            **PHASED,
            "first_placement_ratio": 1.2,
            "order_ratio": 1.2,
            "breakdown_per_year": 0.01,
            "allowance_gbp_per_week": 50.0,
            "others_paid": 5_000.0,
        },
        {**PAID, "first_placement_ratio": 1.2, "order_ratio": 1.0},
    ],
    "residential_build": [
        {
            "start": "2025-10",
            "profile": {"shape": "linear", "months": 12},
            "places": 100.0,
            "lead_months": 12.0,
            "staffing_months": 6.0,
            "occupancy": 0.8,
            "running_cost_gbp_per_week": 4_000.0,
            "capital_gbp_per_place": 265_000.0,
            "capital_percent_per_year": 3.5,
            "capital_years": 30,
            "induced_share": 0.2,
            "displaced_cost_ratio": 1.1,
            "cost": COST,
        },
    ],
}
NEUTRAL: dict[str, dict[str, Any]] = {
    "early_help": {"start": "2026-04", "effect": {"risk_ratio": 1.0}},
    "foster_recruitment": {"start": "2026-04"},
    "foster_retention": {"start": "2026-04", "deregistration_ratio": 1.0},
    "trend": {"measure": "stays", "percent_per_year": 0.0},
    "price_growth": {"costs": "all", "percent_per_year": 0.0},
    "uasc_arrivals": {"ratio": 1.0},
    "births": {"percent_per_year": 0.0},
    "migration": {"value": 0.0},
    "budget_line": {},
    "family_group_conference": {"start": "2026-04", "effect": {"risk_ratio": 1.0}},
    "edge_of_care": {"start": "2026-04", "referred_share": 0.3},
    "family_safeguarding": {"start": "2026-04", "needing_share": 0.3},
    "multisystemic_therapy": {"start": "2026-04", "referred_share": 0.3},
    "reunification_support": {"start": "2026-04"},
    "step_down": {"start": "2026-04", "share_per_year": 0.0},
    "supported_accommodation": {"start": "2026-04", "places": 0.0},
    "workforce": {"start": "2026-04", "agency_premium_gbp": 20_000.0},
    "referrals": {"start": "2026-04", "referral_ratio": 1.0},
    "close_to_home": {"start": "2026-04", "places": 0.0},
    "child_poverty": {"value": 0.0},
    "prevention_spend": {"value": 0.0},
    "foster_allowance": {"start": "2026-04", "uplift_gbp_per_week": 0.0, "deregistration_ratio": 1.0},
    "foster_hubs": {"start": "2026-04", "application_ratio": 1.0},
    "kinship_priority": {"start": "2026-04", "order_ratio": 1.0},
    "residential_build": {"start": "2026-04", "places": 0.0, "running_cost_gbp_per_week": 0.0},
}
"""What does nothing, by kind."""

HOMES = "childrens_home"
SIGNS: dict[str, tuple[str, str, dict[str, Any] | None, dict[str, Any] | None]] = {
    "early_help": ("children", "", {"effect": {"risk_ratio": 0.8}}, {"effect": {"risk_ratio": 1.2}}),
    "family_group_conference": ("children", "", {"effect": {"risk_ratio": 0.8}}, {"effect": {"risk_ratio": 1.2}}),
    "edge_of_care": ("children", "", {"effect": {"risk_ratio": 0.8}}, {"effect": {"risk_ratio": 1.2}}),
    "family_safeguarding": ("children", "", {"effect": {"risk_ratio": 0.8}}, {"effect": {"risk_ratio": 1.2}}),
    "multisystemic_therapy": ("children", "", {"effect": {"risk_ratio": 0.8}}, {"effect": {"risk_ratio": 1.2}}),
    "reunification_support": ("children", "", {"home_ratio": 1.2}, {"home_ratio": 0.8}),
    "step_down": ("children", HOMES, {"share_per_year": 0.1}, None),
    "supported_accommodation": ("children", HOMES, {"places": 500.0}, None),
    "close_to_home": ("children_far_from_home", "", {"places": 500.0}, None),
    "residential_build": ("placement_spend", HOMES, {"places": 500.0, "lead_months": 6.0}, None),
    "kinship_priority": ("children_under_guardianship", "", {"order_ratio": 0.8}, {"order_ratio": 1.2}),
    "foster_recruitment": ("foster_households", "", {"enquiries_ratio": 0.8}, {"enquiries_ratio": 1.2}),
    "foster_retention": ("foster_households", "", {"deregistration_ratio": 1.2}, {"deregistration_ratio": 0.8}),
    "foster_allowance": ("foster_households", "", None, {"deregistration_ratio": 0.8}),
    "foster_hubs": ("foster_households", "", None, {"application_ratio": 1.2, "share_won_from_others": 0.0}),
    "workforce": ("programme_spend", "", {"recruits_per_year": 100.0}, None),
    "referrals": ("children", "", {"referral_ratio": 0.8}, {"referral_ratio": 1.2}),
    "child_poverty": ("children", "", {"value": -3.0}, {"value": 3.0}),
    "prevention_spend": ("children", "", {"value": 10.0}, {"value": -10.0}),
    "uasc_arrivals": ("children", "", {"ratio": 0.8}, {"ratio": 1.2}),
    "births": ("children", "", {"percent_per_year": -5.0}, {"percent_per_year": 5.0}),
    "migration": ("children", "", {"value": -50_000.0}, {"value": 50_000.0}),
    "trend": ("children", "", {"percent_per_year": -5.0}, {"percent_per_year": 5.0}),
    "price_growth": ("placement_spend", "", {"percent_per_year": -5.0}, {"percent_per_year": 5.0}),
    "budget_line": ("programme_spend", "", None, {"cost": {"per_year_gbp": 1e6}}),
}
"""By kind: a measure, its placement or all of them, and what is laid over the example that does nothing to lower it and
to raise it; None where it can only go one way."""

OTHER: dict[str, Any] = {
    "costs": ["supported"],
    "ages": [3, 11],
    "cost.price_year": "2023-24",
    "premium_price_year": "2023-24",
    "price_year": "2023-24",
    "source": "agency_2024",
    "from": ["council_foster"],
    "to": ["supported"],
    "streams": ["resident"],
    "placements": ["supported"],
    "areas.names": ["Kent", "region: North West"],
}
"""What a field is changed to whose kind of value does not say it."""

OTHER_GROUP = {"teenagers": "siblings", "complex_needs": "parent_and_child"}
WON_OR_COUNTED = {"cost_per_approval_gbp", "share_won_from_others", "aimed_at", "places", "others_paid"}
"""Fields of what is shared out in numbers, or won from others, so that it is not what it would be everywhere."""
NO_SUM = ("starts_percent_per_case", "home_percent_per_case")
"""Fields whose effect in a part of the children is no part of the effect in all: caseloads are ratios."""


def leaves(data: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
