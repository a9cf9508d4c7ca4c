"""docs/interventions.md: every field of every kind of intervention."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from docs_pages.markdown import NONE, table
from simulator.interventions import FieldNote, Intervention, kinds, notes


def interventions_page() -> str:
    """Return the page on kinds of intervention: every field with its unit, bounds, default and source."""
    common = _common()
    parts = [
        "# Interventions",
        "Made by `make docs-tables` from the code; do not edit. `care-demand list interventions` shows the same.",
        "A scenario lists what happens under `interventions:`, in order. Each entry has a `kind` and the fields of "
        "that kind. Effects on the same children multiply as remaining risk and never add. A field not named here "
        "is an error. What numbers could be based on is in the `source` that each shipped scenario gives. Where the "
        "table says so, a number may be a [distribution](uncertainty.md#distributions).",
        "## Fields of every kind",
        fields_table([note for note in notes(Intervention) if note.path in common]),
    ]
    for name, kind in kinds().items():
        own = [note for note in notes(kind) if note.path not in common and note.path != "kind"]
        first, _, rest = (kind.__doc__ or "").partition("\n")
        parts += [f"## {name}", running(first)]
        parts += [running(rest)] if rest.strip() else []
        parts.append(fields_table(own))
    return "\n\n".join(parts) + "\n"


def _common() -> set[str]:
    """Paths of fields that every kind has in the same form."""
    base = {(note.path, note.required) for note in notes(Intervention)}
    for kind in kinds().values():
        base &= {(note.path, note.required) for note in notes(kind)}
    return {path for path, _ in base}


def fields_table(fields: Sequence[FieldNote]) -> str:
    """Return a table of fields: what each is and may be, and what holds if it is left out."""
    rows = [
        [f"`{note.path}`", running(note.label), _allowed(note), _if_left_out(note), _source_of(note)] for note in fields
    ]
    return table(("Field", "What it is", "Allowed (unit)", "If left out", "Source of the default"), rows)


def _allowed(note: FieldNote) -> str:
    """Return what is allowed, long numbers with commas."""
    allowed = re.sub(r"\d{5,}", lambda found: f"{int(found[0]):,}", note.allowed) or NONE
    return f"{allowed}, or a distribution" if note.uncertain else allowed


def _if_left_out(note: FieldNote) -> str:
    if note.path.endswith(".*"):
        return NONE
    if note.required:
        return "must be given"
    drawn = f", drawn as {_as_written(note.spread)}" if note.spread is not None else ""
    return f"{_as_written(note.default)}{drawn}" if note.default is not None else note.if_empty or NONE


def _source_of(note: FieldNote) -> str:
    return note.source if note.source and note.default is not None else NONE


def _as_written(value: Any) -> str:
    """Write a default as a scenario file would."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return _as_written(dump(mode="json", exclude_none=True))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_as_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_as_written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def running(text: str) -> str:
    """Return a docstring as one line of Markdown."""
    return " ".join(text.replace("``", "`").split())
