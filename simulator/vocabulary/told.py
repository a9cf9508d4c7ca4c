"""How notes begin: what no reader should take on trust comes before all others, and texts mark it."""

from __future__ import annotations

from collections.abc import Iterable

NOT_PLAUSIBLE = "Not plausible: "
"""Results are beyond anything on record."""

CHECK = "Check "
"""What was given looks like a slip, or the model missed the council's own past: `Check the name: ...`."""

NOTE, WARNING = "Note", "Warning"


def is_warning(note: str) -> bool:
    """Whether a note is one that comes before all others."""
    return note.startswith((NOT_PLAUSIBLE, CHECK))


def warnings_first(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes each once, those that warn before all others."""
    return tuple(sorted(dict.fromkeys(notes), key=lambda note: not is_warning(note)))


def marked(note: str, who: str = "") -> str:
    """Return a line that says a note, of whom if not of all."""
    return f"{WARNING if is_warning(note) else NOTE}{f' ({who})' if who else ''}: {note}"


def is_said(line: str) -> bool:
    """Whether a line of a text says a note."""
    return line.startswith((NOTE, WARNING))
