"""Examples of levers on foster homes, kin and children's homes: what fields are tried with, and what does nothing."""

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
AIMED = {"taken_share": 0.5, "wider_ages_share": 0.4, "open_to_uasc_share": 0.3}

EXAMPLES: dict[str, list[dict[str, Any]]] = {
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
RECRUITED: list[dict[str, Any]] = [
    {"start": "2026-04", "extra_households_per_year": 10.0, "aimed_at": {"group": "teenagers", **AIMED}},
    {
        "start": "2026-04",
        "extra_households_per_year": 10.0,
        "aimed_at": {"group": "complex_needs", "children_waiting": 10.0, **AIMED},
    },
]
"""Recruitment that is aimed at a group, beside other examples of its kind."""

OTHER_GROUP = {"teenagers": "siblings", "complex_needs": "parent_and_child"}
NEUTRAL: dict[str, dict[str, Any]] = {
    "foster_allowance": {"start": "2026-04", "uplift_gbp_per_week": 0.0, "deregistration_ratio": 1.0},
    "foster_hubs": {"start": "2026-04", "application_ratio": 1.0},
    "kinship_priority": {"start": "2026-04", "order_ratio": 1.0},
    "residential_build": {"start": "2026-04", "places": 0.0, "running_cost_gbp_per_week": 0.0},
}
