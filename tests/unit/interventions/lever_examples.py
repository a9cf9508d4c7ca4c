"""Examples of the levers of the strategy: what each field is tried with, and what does nothing."""

from __future__ import annotations

from typing import Any

COST = {"budget_gbp": {"2026-27": 12e6}, "per_year_gbp": 6e6, "price_year": "2024-25"}
PHASED: dict[str, Any] = {
    "start": "2026-04",
    "end": "2027-03",
    "profile": {"shape": "linear", "months": 12},
    "fade_months": 6,
    "cost": COST,
}
PAID: dict[str, Any] = {
    "start": "2025-06",
    "profile": {"shape": "linear", "months": 12},
    "outlasts_money": False,
    "cost": {"budget_gbp": {"2026-27": 12e6}},
}
"""A programme whose money ends within the run."""
BEFORE_AFTER = {"risk_ratio": 0.8, "design": "before_and_after", "shrunk": True}
STARTS = {"lag_months": 3, "effect": BEFORE_AFTER, "delayed_share": 0.5, "delayed_by_months": 18}
"""Fields of every programme that acts on starts."""

DATED: dict[str, Any] = {"start": "2026-04", "end": "2028-03", "cost": COST}

EXAMPLES: dict[str, list[dict[str, Any]]] = {
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
        {**PHASED, "home_ratio": 1.2, "effect": BEFORE_AFTER, "support_months": 6},
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
}
NEUTRAL: dict[str, dict[str, Any]] = {
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
}
NO_SUM = ("starts_percent_per_case", "home_percent_per_case")
"""Fields whose effect in a part of the children is no part of the effect in all: caseloads are ratios."""
