"""A scenario with every kind of intervention at once, as the shipped scenarios have them."""

from __future__ import annotations

from functools import cache
from typing import Any

from simulator.scenario import LoadedScenario, load, load_mapping, shipped

OTHERS: dict[str, dict[str, Any]] = {
    "workforce": {"start": "2025-04", "recruits_per_year": 100.0, "agency_premium_gbp": 20_000.0},
    "trend": {"measure": "stays", "percent_per_year": {"median": 0.5, "p10": 0.0, "p90": 1.0}},
    "price_growth": {"costs": "childrens_home", "percent_per_year": {"median": 1.0, "p10": 0.0, "p90": 2.0}},
    "budget_line": {"cost": {"per_year_gbp": 10_000_000}},
}
"""Kinds that no shipped scenario from March 2025 has."""


@cache
def every_kind() -> tuple[dict[str, Any], ...]:
    """Every kind as shipped scenarios from March 2025 have it, with its distributions; the first where several do."""
    found: dict[str, dict[str, Any]] = {}
    for path in shipped().values():
        loaded = load(path)
        if loaded.scenario.base == 2025:
            for one in loaded.stated.plain().get("interventions", ()):
                found.setdefault(one["kind"], {key: value for key, value in one.items() if key != "id"})
    return tuple({"kind": kind, **data} for kind, data in (found | OTHERS).items())


def with_all(**more: Any) -> LoadedScenario:
    """The status quo with all of them, or with other keys."""
    content = {"name": "All", "extends": "status-quo", "questions": [], "interventions": list(every_kind()), **more}
    return load_mapping(content)
