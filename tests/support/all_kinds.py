"""A scenario with every kind of intervention at once, as the shipped scenarios have them."""

from __future__ import annotations

from functools import cache
from typing import Any

from simulator.scenario import LoadedScenario, load, load_mapping, shipped

STATED = {"workforce": {"start": "2025-04", "recruits_per_year": 100.0, "agency_premium_gbp": 20_000.0}}
"""Kinds that act on nothing as the shipped scenario has them."""


@cache
def every_kind() -> tuple[dict[str, Any], ...]:
    """Every kind as shipped scenarios from March 2025 have it, with its distributions; the first where several do."""
    found: dict[str, dict[str, Any]] = {}
    for path in shipped().values():
        loaded = load(path)
        if loaded.scenario.base == 2025:
            for one in loaded.stated.plain().get("interventions", ()):
                found.setdefault(one["kind"], {key: value for key, value in one.items() if key != "id"})
    return tuple({**data, **STATED.get(kind, {}), "kind": kind} for kind, data in found.items())


def with_all(**more: Any) -> LoadedScenario:
    content = {"name": "All", "extends": "status-quo", "questions": [], "interventions": list(every_kind()), **more}
    return load_mapping(content)
