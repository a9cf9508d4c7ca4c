"""A scenario in words: each value with its unit and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.scenario.cautions import cautions, surroundings
from simulator.scenario.checking import Origin
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.merge import Override
from simulator.scenario.translate import shown
from simulator.scenario.uncertain import NO_SHRINKAGE, Uncertain
from simulator.vocabulary.calendar import Month

_QUIET = ("kind", "id", "label", "note", "source", "quality", "description", "name")


def explain(loaded: LoadedScenario) -> str:
    """Describe a scenario for ``care-demand check``.

    Returns
    -------
    str
        A heading, the files with their hashes, each value with unit and origin, what each programme costs and whom
        that reaches, what overrides what, and what is rarely meant.
    """
    parts = (_values(loaded), _money_and_reach(loaded), _overrides(loaded), _cautions(loaded))
    return "\n".join([*_heading(loaded), "", *(line for part in parts for line in part)]) + "\n"


def _heading(loaded: LoadedScenario) -> Iterator[str]:
    """Name, purpose, span and files."""
    scenario = loaded.scenario
    yield f"{loaded.key}: {scenario.name}"
    yield f"  {scenario.purpose}; 31 March {scenario.base} to {scenario.end}, {scenario.months} months"
    for file in loaded.files:
        yield f"  read {file.path} (sha256 {file.sha256[:12]})"


def _values(loaded: LoadedScenario) -> Iterator[str]:
    """Each value, in columns."""
    rows = [
        (path, _with_unit(origin, _unit(loaded, path, origin)), _where(origin))
        for path, origin in loaded.provenance.items()
        if not (path.split(".")[-1] in _QUIET and path != "name") and not _silent(origin)
    ]
    widths = [min(max((len(row[i]) for row in rows), default=0), 52) for i in (0, 1)]
    heading: Any = None
    for path, value, where in rows:
        part = path.split(".")[:2] if path.startswith("interventions.") else None
        if part is not None and part != heading:
            intervention = loaded.scenario.interventions[int(part[1])]
            yield f"interventions.{part[1]} ({intervention.title})"
        heading = part
        yield f"  {path:<{widths[0]}}  {value:<{widths[1]}}  {where}".rstrip()


def _silent(origin: Origin) -> bool:
    """Tell whether a value is neither given nor stands for anything."""
    return origin.default and (origin.value is None or origin.value == ()) and not origin.if_empty


def _unit(loaded: LoadedScenario, path: str, origin: Origin) -> str:
    """Return the unit of a value, which an intervention may name better than its field."""
    if not path.startswith("interventions."):
        return origin.unit
    return loaded.scenario.interventions[int(path.split(".")[1])].unit_here(origin.unit)


def _with_unit(origin: Origin, unit: str) -> str:
    """Value with its unit."""
    if origin.value is None:
        return origin.if_empty
    known = ", ".join(_known(origin.uncertain)) if origin.uncertain is not None else ""
    return f"{worded(origin.told)}{f' ({known})' if known else ''} {unit}".rstrip()


def _known(uncertain: Uncertain) -> Iterator[str]:
    """Yield how far a value is known: its interval, the evidence it shares with others, what its study is believed."""
    if uncertain.interval is not None:
        percent, low, high = uncertain.interval
        ends = f"{float(f'{low:.4g}'):,.15g} to {float(f'{high:.4g}'):,.15g}"
        yield f"range {ends}" if percent == 100 else f"{percent:g}% interval {ends}"
    if uncertain.parameter.group:
        yield f"group {uncertain.parameter.group}"
    if uncertain.shrink:
        unasked = f", as the file does not say; shrink: {NO_SHRINKAGE} takes it as found"
        yield f"shrunk as {uncertain.shrink.replace('_', ' ')}{unasked if uncertain.shrunk_unasked else ''}"


def worded(value: Any) -> str:
    """Write a value for people: thousands with commas, lists without brackets."""
    if isinstance(value, (tuple, list)):
        return ", ".join(worded(inner) for inner in value) or "none"
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,.15g}" if abs(value) >= 10_000 else f"{value:.15g}"
    return value if isinstance(value, str) else shown(value)


def _where(origin: Origin) -> str:
    """File and line, that it was given in Python, or that it is a default; with the source."""
    given = f"{origin.file}:{origin.line}" if origin.file else "given in Python"
    where = "default" if origin.default else given
    return f"{where} [{origin.source}]" if origin.source else where


def _cautions(loaded: LoadedScenario) -> Iterator[str]:
    """List what is allowed and rarely meant."""
    said = cautions(loaded)
    if not said:
        return
    yield ""
    yield "allowed, and rarely meant"
    yield from (f"  {one.problem}" for one in said)


def _money_and_reach(loaded: LoadedScenario) -> Iterator[str]:
    """List what each programme costs and whom that reaches."""
    around = surroundings(loaded)
    said = [(one.title, list(one.money_and_reach(around))) for one in loaded.scenario.interventions]
    if not any(words for _, words in said):
        return
    yield ""
    yield "money and reach"
    yield from (f"  {title}: {'; '.join(words)}" for title, words in said if words)


def _overrides(loaded: LoadedScenario) -> Iterator[str]:
    """List what each file changes in its parent."""
    if not loaded.overrides:
        return
    yield ""
    yield "overrides (old -> new)"
    for override in loaded.overrides:
        yield f"  {override.path}: {_side(override, old=True)} -> {_side(override, old=False)}"


def _side(override: Override, *, old: bool) -> str:
    """One side of an override with its place."""
    value = override.old if old else override.new
    file, line = (override.old_file, override.old_line) if old else (override.new_file, override.new_line)
    words = ("not set" if old else "removed") if value is None else shown(value)
    return f"{words} ({file}:{line})" if file else words
