"""Parts of a scenario in words: what its fields are called, which sources stand behind them, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.data import tables
from simulator.interventions.fields import FieldNote
from simulator.scenario.explain import worded
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.translate import note_of

CALLED: Mapping[str, str] = {"profile.shape": "How it builds up"}
"""What a field is called whose text begins with something else."""


def quality(loaded: LoadedScenario, at: int) -> str:
    """Return how far to trust what an intervention rests on, in the words of its file; nothing if it does not say."""
    start = f"interventions.{at}."
    given = [str(o.value) for p, o in loaded.provenance.items() if p.startswith(start) and p.endswith(".quality")]
    drawn = [one.quality for one in loaded.uncertain if one.path[:2] == ("interventions", at)]
    found = list(dict.fromkeys(word for word in (*drawn, *given) if word and word != "None"))
    return " and ".join(found)


def steps_of(path: str) -> tuple[str | int, ...]:
    """Return the steps of a path, an intervention by its position."""
    parts: tuple[str | int, ...] = tuple(path.split("."))
    return ("interventions", int(parts[1]), *parts[2:]) if parts[0] == "interventions" and parts[1:] else parts


def short(value: float) -> float:
    """Return a number with four digits, which is what an interval is told in."""
    return float(f"{value:.4g}")


def label_of(note: FieldNote, steps: Sequence[str | int]) -> str:
    """Return what a field is called."""
    words = note.label.split(". ")[0].partition("; ")[0].rstrip(".")
    if note.path.endswith("*"):
        return f"Money in {steps[-1]}" if "GBP" in note.unit else f"{steps[-1]}"
    return CALLED.get(note.path) or words or str(steps[-1]).replace("_", " ")


def titles_of(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield titles and addresses of the sources that texts name by their keys."""
    known = tables.sources()
    for key in (key.strip() for text in texts for key in text.split(";")):
        if key in known:
            source = known[key]
            yield f"{source.title} ({source.publisher}, {source.year})", source.url


def named(loaded: LoadedScenario, path: str) -> dict[str, str]:
    """Return a path with an intervention's id, and what stands there in words."""
    steps = path.split(".")
    if steps[0] != "interventions" or len(steps) < 2:
        note = note_of(loaded.stated, tuple(steps))
        return {"path": path, "title": label_of(note, steps) if note is not None else path}
    if not steps[1].isdigit():
        known = [one for one in loaded.scenario.interventions if one.id == steps[1]]
        return {"path": path, "title": known[0].title if known else steps[1].replace("-", " ").capitalize()}
    one = loaded.scenario.interventions[int(steps[1])]
    where = steps_of(path)
    note = next((n for end in range(len(where), 2, -1) if (n := note_of(loaded.stated, where[:end]))), None)
    words = label_of(note, where) if note is not None else ".".join(steps[2:])
    return {"path": ".".join(["interventions", one.id or steps[1], *steps[2:]]), "title": f"{one.title}: {words}"}


def added_words(loaded: LoadedScenario, at: int) -> str:
    """Say that an intervention is added, and what it does: in its own words, or by the numbers that its file gives."""
    one, start = loaded.scenario.interventions[at], f"interventions.{at}."
    told = one.in_words.removeprefix(one.title).strip(" ()")
    if not told:
        given = [
            (label_of(note, steps), origin.value)
            for path, origin in loaded.provenance.items()
            if path.startswith(start) and not origin.default and isinstance(origin.value, (int, float))
            and (note := note_of(loaded.stated, steps := steps_of(path))) is not None and note.unit
        ]  # fmt: skip
        told = "; ".join(f"{label} {worded(value)}" for label, value in given)
    return f"added: {told}" if told else "added"


def brief(value: Any) -> str:
    """Write a value in a few characters; of a distribution its middle."""
    if value is None:
        return ""
    if isinstance(value, dict):
        middle = next((value[key] for key in ("median", "mean", "mode") if key in value), None)
        if middle is not None:
            return f"{worded(middle)}, with a range"
        return ", ".join(f"{key} {brief(inner)}" for key, inner in value.items())[:120]
    return ", ".join(map(brief, value))[:120] if isinstance(value, list) else worded(value)
