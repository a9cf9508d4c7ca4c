"""What a scenario assumes, as tables: each value with its interval, its source and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.outputs.documents.document_page import DocumentTable
from simulator.scenario import LoadedScenario
from simulator.scenario.cautions import surroundings
from simulator.scenario.checking import Origin
from simulator.scenario.explain import worded
from simulator.scenario.in_words import added_words, brief, label_of, named, quality, short, steps_of, titles_of
from simulator.scenario.translate import note_of
from simulator.vocabulary.pounds import pounds

_DESCRIBING = ("name", "description", "purpose", "sources")

_COLUMNS = ("Assumption", "Value", "Interval", "Source", "Quality")


@dataclass(frozen=True)
class AssumptionGroup:
    """A programme, a trend, or what holds for the scenario as a whole.

    Attributes
    ----------
    title, says : str
        What it is, and what it costs and reaches.
    table : DocumentTable
        Its values.
    """

    title: str
    says: str
    table: DocumentTable


Sources = Mapping[str, int]
"""Number of each source in the list of a document, by its title."""


def assumption_groups(loaded: LoadedScenario, numbers: Sources, *, given: bool) -> tuple[AssumptionGroup, ...]:
    """Return what a scenario assumes.

    Parameters
    ----------
    loaded : LoadedScenario
    numbers : mapping of str to int
        Of the sources that the document lists.
    given : bool
        Whether values that its files give are wanted, or else those that are left to their defaults.
    """
    around = surroundings(loaded)
    whole = [path for path in loaded.provenance if not path.startswith(("interventions", "claims", "questions"))]
    everything = "The scenario as a whole"
    found = [AssumptionGroup(everything, "", _table(everything, loaded, whole, numbers, given))]
    for at, one in enumerate(loaded.scenario.interventions):
        paths = [path for path in loaded.provenance if path.startswith(f"interventions.{at}.")]
        trust = quality(loaded, at)
        says = [*one.money_and_reach(around), *([f"quality of evidence: {trust}"] if trust else [])]
        told = "; ".join(word for word in (one.in_words, *says) if word != one.title)
        found.append(AssumptionGroup(one.title, told, _table(one.title, loaded, paths, numbers, given)))
    return tuple(group for group in found if group.table.rows)


def _table(title: str, loaded: LoadedScenario, paths: list[str], numbers: Sources, given: bool) -> DocumentTable:
    rows = [row for path in paths for row in _row(loaded, path, numbers, given)]
    caption = f"{title}: {'stated' if given else 'left as the program has it'}"
    return DocumentTable(caption, _COLUMNS, tuple(rows), numbers=False).filled()


def _row(loaded: LoadedScenario, path: str, numbers: Sources, given: bool) -> Iterator[tuple[str, ...]]:
    """Yield the row of a value, if it is one that acts and is given, or not, as wanted."""
    origin, steps = loaded.provenance[path], steps_of(path)
    note = note_of(loaded.stated, steps)
    nothing = origin.value is None or origin.value in ((), [], {})
    if note is None or note.describes or origin.default is given or (nothing and not origin.if_empty):
        return
    if note.path.rpartition(".")[2] in ("kind", "id"):
        return
    uncertain = origin.uncertain
    sources = (uncertain.source if uncertain is not None else "") or origin.source
    told = dict.fromkeys(f"[{numbers[title]}]" for title, _ in titles_of([sources]))
    yield (
        label_of(note, steps).replace("`", ""),
        origin.if_empty if nothing else _value(origin.told, _unit(loaded, steps, origin)),
        _interval(origin, _unit(loaded, steps, origin)),
        " ".join(told) or sources,
        uncertain.quality.replace("_", " ") if uncertain is not None else "",
    )


def _value(value: Any, unit: str) -> str:
    if "GBP" in unit and isinstance(value, (int, float)):
        return " ".join(f"{pounds(value)} {unit.partition('GBP')[2]}".split())
    text = worded(value)
    return f"{text if unit else text.replace('_', ' ')} {unit}".rstrip()


def _unit(loaded: LoadedScenario, steps: tuple[str | int, ...], origin: Origin) -> str:
    if steps[0] != "interventions":
        return origin.unit
    return loaded.scenario.interventions[int(steps[1])].unit_here(origin.unit)


def _interval(origin: Origin, unit: str) -> str:
    if origin.uncertain is None or origin.uncertain.interval is None:
        return ""
    percent, low, high = origin.uncertain.interval
    ends = " to ".join(pounds(end) if "GBP" in unit else worded(short(end)) for end in (low, high))
    return f"{ends} (all of it)" if percent == 100 else f"{ends} ({percent:g}%)"


def changes_table(loaded: LoadedScenario) -> DocumentTable | None:
    """Return what the file of a scenario changes in the one that it extends; None where it extends none."""
    if len(loaded.files) < 2:
        return None
    own, parent = (file.path.name for file in loaded.files[:2])
    here = [one for one in loaded.overrides if Path(one.new_file).name == own and one.path not in _DESCRIBING]
    rows = [
        (named(loaded, one.path)["title"], brief(one.old) or "not set", brief(one.new) or "removed") for one in here
    ]
    for at, one in enumerate(loaded.scenario.interventions):
        kind = loaded.provenance.get(f"interventions.{at}.kind")
        if kind is not None and Path(kind.file).name == own and all(one.title != row[0] for row in rows):
            rows.append((one.title, "not there", added_words(loaded, at)))
    chain = " extends ".join(file.path.name for file in loaded.files)
    columns = ("What", f"In {parent}", f"In {own}")
    return DocumentTable(f"What {own} changes in {parent}", columns, tuple(rows), numbers=False, said=(f"{chain}.",))


def sources_of(many: Sequence[LoadedScenario]) -> list[tuple[str, str]]:
    """Return titles and addresses of every source that scenarios name, in order of the alphabet."""
    keys = [origin.source for loaded in many for origin in loaded.provenance.values()]
    keys += [one.source for loaded in many for one in loaded.uncertain]
    return sorted(set(titles_of(keys)))
