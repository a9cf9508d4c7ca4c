"""A checked state as JSON: each value with its unit, its interval and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.scenario import LoadedScenario
from simulator.scenario.explain import worded
from simulator.scenario.in_words import label_of, steps_of
from simulator.scenario.translate import note_of


def checked_values(many: Sequence[LoadedScenario]) -> dict[str, Any]:
    """Return the values of scenarios, in the order of the schema."""
    return {"scenarios": [_values(loaded) for loaded in many]}


def _values(loaded: LoadedScenario) -> dict[str, Any]:
    rows = []
    for path, origin in loaded.provenance.items():
        drawn = origin.uncertain
        interval = drawn.interval if drawn is not None else None
        steps = steps_of(path)
        note = note_of(loaded.stated, steps)
        rows.append(
            {
                "path": path,
                "label": "" if note is None else label_of(note, steps),
                "value": "" if origin.value is None else worded(origin.told),
                "unit": origin.unit,
                "left_out": origin.if_empty if origin.value is None else "",
                "interval": None if interval is None else [*interval],
                "file": "" if origin.default else origin.file,
                "line": 0 if origin.default else origin.line,
                "default": origin.default,
                "source": (drawn.source if drawn is not None else "") or origin.source,
                "quality": drawn.quality if drawn is not None else "",
            }
        )
    return {"key": loaded.key, "name": loaded.scenario.name, "values": rows}
