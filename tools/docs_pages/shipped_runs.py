"""What the pages on results ask of the shipped scenarios."""

from __future__ import annotations

from simulator.scenario import LoadedScenario

REFERENCE = "status-quo"


def value(one: LoadedScenario, field: str, id_: str | None = None) -> str:
    """Return the value of one field of an intervention as its file gives it, with its unit."""
    for i, intervention in enumerate(one.scenario.interventions):
        origin = one.provenance.get(f"interventions.{i}.{field}")
        if origin is not None and not origin.default and id_ in (None, intervention.id):
            return f"`{field}` {origin.value:,.15g} {origin.unit}"
    raise LookupError(f"{one.key} gives no {field}")
