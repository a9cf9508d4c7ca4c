"""What there is to use in scenarios and to read in results: `list`."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from simulator.cli.group import PROGRAM, CommandGroup, WrongInput
from simulator.cli.screen import WIDTH, print_json, say


@click.group("list", cls=CommandGroup)
def list_() -> None:
    """List what there is to use in scenarios and to read in results."""


_Entries = Callable[..., list[dict[str, Any]]]


def _list_command(function: _Entries, *options: Callable[[Any], Any]) -> _Entries:
    """Add a list: a function of its options that returns its entries, shown as text or JSON."""

    def show(as_json: bool, **chosen: Any) -> None:
        entries = function(**chosen)
        if as_json:
            print_json(entries)
        else:
            say("\n".join(line for entry in entries for line in _entry_lines(entry)).rstrip("\n"))

    command: Any = show
    for option in options:
        command = option(command)
    command = click.command(function.__name__.lstrip("_"), help=function.__doc__)(command)
    command = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")(command)
    list_.add_command(command)
    return function


def _entry_lines(entry: dict[str, Any]) -> list[str]:
    """Write an entry: its name and title, its other values, and its fields if it has any."""
    name, title, *others = entry
    lines = _wrapped(f"{entry[name]}: {entry[title]}", 0) if entry[title] else [str(entry[name])]
    for key in others:
        value = entry[key]
        if key == "fields":
            by_name = {field["name"]: field for field in value}
            for field in sorted(value, key=lambda f: _rank(by_name[f["name"].partition(".")[0]])):
                lines += _field_lines(field)
        elif value not in ("", None, []):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            words = key.replace("_", " ").replace("ssda", "SSDA")
            lines += _wrapped(shown if key in ("description", "url") else f"{words}: {shown}", 4)
    return [*lines, ""]


def _rank(field: dict[str, Any]) -> tuple[bool, bool]:
    """Order fields: those a file has to give, those that change results, those that only describe."""
    return not field["changes_results"], not field["required"]


def _field_lines(field: dict[str, Any]) -> list[str]:
    if len(field["choices"]) == 1:
        rules = [f"always {field['choices'][0]}"]
    elif field["name"].endswith(".*"):
        rules = [_bounds(field)]
    elif field["required"]:
        holder = field["name"].rpartition(".")[0]
        rules = [f"needed in {holder}" if holder else "required", _bounds(field)]
    elif field["default"] is not None:
        rules = [_bounds(field), f"default {_brief(field['default'])}"]
    else:
        rules = [_bounds(field), f"if left out: {field['if_empty']}" if field["if_empty"] else "optional"]
    if field["source"] not in ("", "definition"):
        rules.append(f"source of the default: {field['source']}")
    lines = _wrapped(f"{field['name']}: {'; '.join(filter(None, rules))}", 4)
    return [*lines, *_wrapped(field["description"], 8)]


def _bounds(field: dict[str, Any]) -> str:
    """Say what a field may be, with its unit."""
    low, high, unit = (field[key] for key in ("low", "high", "unit"))
    if field["choices"]:
        return f"one of {', '.join(field['choices'])}"
    if low is None and high is None:
        return str(unit)
    if high is None:
        text = f"{low:,.15g} or more"
    elif low is None:
        text = f"{high:,.15g} or less"
    else:
        text = f"{low:,.15g} to {high:,.15g}"
    return f"{text} {unit}".rstrip() + (", or a distribution" if field["distribution"] else "")


def _brief(value: object) -> str:
    """Write a default as a scenario file would."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_brief(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_brief, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent or 4),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _plain(text: str | None) -> str:
    """Return a docstring as running text."""
    return " ".join((text or "").replace("``", "").replace("`", "").split())


@_list_command
def interventions() -> list[dict[str, Any]]:
    """List kinds of intervention with every field, its unit, its bounds and its default.

    Where a field says so, a file may give a distribution for the number (docs/uncertainty.md).
    """
    from simulator.interventions import kinds, notes

    return [
        {
            "kind": name,
            "title": _plain((kind.__doc__ or "").partition("\n")[0]),
            "description": _plain((kind.__doc__ or "").partition("\n")[2]),
            "fields": [
                {
                    "name": note.path,
                    "description": _plain(note.label),
                    "required": note.required,
                    "default": _as_written(note.default),
                    "default_drawn_as": None if note.spread is None else dict(note.spread),
                    "unit": note.unit,
                    "low": note.low,
                    "high": note.high,
                    "distribution": note.uncertain,
                    "choices": list(note.choices),
                    "source": note.source,
                    "if_empty": note.if_empty,
                    "changes_results": not note.describes,
                }
                for note in notes(kind)
            ],
        }
        for name, kind in kinds().items()
    ]


def _as_written(value: object) -> Any:
    """Return a default as plain text, numbers, lists and mappings."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(mode="json", exclude_none=True)
    if isinstance(value, tuple | list):
        return [_as_written(item) for item in value]
    return value if isinstance(value, str | int | float | None) else str(value)


@_list_command
def areas() -> list[dict[str, Any]]:
    """List areas that scenarios and --area can name: England, groups of authorities, and authorities.

    A group asks for its total and each authority in it, its bare name for the total alone, and `all` for everything.
    """
    from simulator.vocabulary.areas import ENGLAND, authorities, groups
    from simulator.vocabulary.labels import ALL

    whole = {"title": "the national model; beside other areas, the sum of all authorities", "code": "", "region": ""}
    wholes = [{"name": ENGLAND, **whole}, {"name": ALL, **whole, "title": "England, regions and all authorities"}]
    of_groups = [
        {"name": key, "title": f"{len(group.members)} authorities", "code": "", "region": ""}
        for key, group in groups().items()
    ]
    each = [
        {"name": one.name, "title": f"{one.code}, {one.type}, {one.region}", "code": one.code, "region": one.region}
        for one in sorted(authorities(), key=lambda one: one.name)
    ]
    return [*wholes, *of_groups, *each]


@_list_command
def measures() -> list[dict[str, Any]]:
    """List what results hold: each measure, its unit, and whether it is a stock or a flow."""
    from simulator.results.measures import measures as registered

    return [
        {
            "name": measure.name,
            "title": measure.title,
            "description": _plain(measure.description),
            "unit": measure.unit,
            "kind": measure.kind,
        }
        for measure in registered().values()
    ]


@_list_command
def placements() -> list[dict[str, Any]]:
    """List where children in care live, with their SSDA903 codes."""
    from simulator.vocabulary.placements import placements as all_placements

    return [
        {
            "name": p.name,
            "label": p.label,
            "ssda903_codes": list(p.codes),
            "ages": f"{p.ages[0]} to {p.ages[1]}",
            "cost": p.cost,
            "foster_capacity": p.capacity,
            "waits_for": p.waits_for,
            "reported_as": p.reported_as if p.reported_as != p.name else "",
        }
        for p in all_placements()
    ]


@_list_command
def scenarios() -> list[dict[str, Any]]:
    """List the scenarios that come with care-demand."""
    from simulator.scenario import load, shipped

    found = []
    for name, path in shipped().items():
        scenario = load(path).scenario
        found.append({"name": name, "title": scenario.name, "description": _plain(scenario.description)})
    return found


@_list_command
def sources() -> list[dict[str, Any]]:
    """List the sources of figures, by the keys that scenario files name."""
    from simulator.data.tables import sources as all_sources

    return [asdict(source) for source in all_sources().values()]


def evidence(topic: str | None) -> list[dict[str, Any]]:
    """List what studies found, with design, interval and quality, and which shipped scenarios use it."""
    from simulator.data.evidence_library import SHRINKAGE, topics
    from simulator.data.evidence_library import evidence as rows
    from simulator.interventions.fields import nearest
    from simulator.scenario import load, shipped
    from simulator.scenario.evidence import topics_of, used_by

    wanted = topics() if topic is None else topics_of(topic)
    if not wanted:
        near = nearest(str(topic), topics())
        meant = f"; did you mean {near}?" if near else ""
        raise WrongInput(
            f"{PROGRAM}: --topic: nothing is held of {topic!r}; allowed: {', '.join(topics())}, or a kind of "
            f"intervention on which one bears{meant}"
        )
    by = used_by({name: load(path) for name, path in shipped().items()})
    return [
        {
            "key": one.key,
            "title": f"{one.study}; {one.outcome}",
            "description": one.found,
            "topic": one.topic,
            "design": f"{one.design_words or 'not told'} ({one.design}; shrinkage keeps {SHRINKAGE[one.design]:g})",
            "participants": one.participants,
            "population": one.population,
            "quality": one.quality,
            "cost": one.cost,
            "price_year": one.price_year,
            "sources": list(one.sources),
            "note": one.note,
            "used_by": [f"{name} (judgement)" if judged else name for name, judged in by[one.key].items()],
        }
        for one in rows()
        if one.topic in wanted
    ]


_list_command(evidence, click.option("--topic", metavar="TOPIC", help="Only what bears on it, for example kinship."))

COMMANDS = (list_,)
