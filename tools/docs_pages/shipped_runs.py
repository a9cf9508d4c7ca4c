"""What the pages on results ask of the shipped scenarios."""

from __future__ import annotations

from pathlib import Path

from simulator.scenario import LoadedScenario
from simulator.scenario.checking import Origin

REFERENCE = "status-quo"


def value(one: LoadedScenario, field: str, id_: str | None = None) -> str:
    """Return the value of one field of an intervention as its file gives it, with its unit."""
    for i, intervention in enumerate(one.scenario.interventions):
        origin = one.provenance.get(f"interventions.{i}.{field}")
        if origin is not None and not origin.default and id_ in (None, intervention.id):
            return f"`{field}` {origin.value:,.15g} {origin.unit}"
    raise LookupError(f"{one.key} gives no {field}")


def is_fitted(origin: Origin) -> bool:
    """Whether a value was fitted to something published, as the remark beside it says in the file that gives it."""
    lines = Path(origin.file).read_text(encoding="utf-8").splitlines() if origin.file else []
    return 0 < origin.line <= len(lines) and "# fitted by" in lines[origin.line - 1]
