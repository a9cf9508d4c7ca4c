"""docs/reference/: commands, fields, measures, placements and what Python calls, made of the program itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator

import click
from numpydoc.docscrape import NumpyDocString

import simulator
from docs_pages.interventions_page import fields_table, running
from docs_pages.markdown import NONE, table
from simulator.cli.commands.lists import measures, placements
from simulator.cli.group import PROGRAM
from simulator.cli.main import cli
from simulator.interventions import notes
from simulator.results.labelled import RunResults
from simulator.results.quantities import Measure
from simulator.results.swept import Sweep
from simulator.scenario import LoadedScenario, Scenario

MADE = "Made by `make docs` from the code; do not edit."
PUBLIC: tuple[tuple[type, tuple[str, ...]], ...] = (
    (LoadedScenario, ("at", "in_areas", "parameters")),
    (
        RunResults,
        (
            "__getitem__",
            "by_year",
            "stock_totals",
            "stock_parts",
            "year_totals",
            "year_parts",
            "extra_spend",
            "to_frame",
        ),
    ),
    (Measure, ("total",)),
    (Sweep, ("combinations", "to_frame")),
)
"""Records that the functions give, and what people ask of them."""

HELP_WIDTH = 84
"""Letters to a line of help, so that none is cut off on the site."""

_WIDE = 84
"""Letters of a signature that stand on one line."""


def reference_pages() -> dict[str, str]:
    """Return the pages by the name of their file in docs/reference/."""
    made = {
        "commands.md": commands_page,
        "scenario-files.md": scenario_files_page,
        "measures.md": measures_page,
        "placements.md": placements_page,
        "python.md": python_page,
    }
    return {name: page() for name, page in made.items()}


def all_commands(group: click.Group = cli, name: str = PROGRAM) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by what is typed."""
    for word, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from all_commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def help_of(name: str, command: click.Command) -> str:
    """Return what `--help` prints on a screen of that width."""
    context = click.Context(
        command,
        info_name=name,
        terminal_width=HELP_WIDTH,
        max_content_width=HELP_WIDTH,
        help_option_names=["-h", "--help"],
    )
    return command.get_help(context)


def commands_page() -> str:
    """Return the page on commands: the help of each."""
    parts = [
        "# Commands",
        f"{MADE} What each prints with `--help`.",
        "`SCENARIO` is a file, or the name of a shipped scenario (`care-demand list scenarios`). "
        "`python -m simulator` does the same as `care-demand`. Exit status: 0 done, 2 the input is wrong (nothing is "
        "written), 130 stopped, 1 anything else.",
    ]
    for name, command in all_commands():
        parts += [f"## {name.removeprefix(PROGRAM).strip()}", f"```text\n{help_of(name, command)}\n```"]
    return _joined(parts)


def scenario_files_page() -> str:
    """Return the page on the fields of a scenario file but for those of interventions."""
    fields = [note for note in notes(Scenario) if note.path != "interventions"]
    tops = dict.fromkeys(note.path.partition(".")[0] for note in fields)
    plain = [top for top in tops if sum(note.path.partition(".")[0] == top for note in fields) == 1]
    parts = [
        "# Fields of a scenario file",
        f"{MADE} [Write a scenario](../scenarios.md) says how they are used; the fields under `interventions:` are in "
        "[Interventions](../interventions.md).",
        "Besides these, `extends` names the parent, and `remove` its entries that are taken out. A star stands for a "
        "name or a place in a list. `care-demand schema` prints the JSON Schema of all of it, which editors use to "
        "complete and to mark what is wrong; [scenario.schema.json](../../scenarios/scenario.schema.json) is the same.",
        "## The scenario as a whole",
        fields_table([note for note in fields if note.path in plain]),
    ]
    for top in tops:
        if top not in plain:
            parts += [f"## {top}", fields_table([note for note in fields if note.path.partition(".")[0] == top])]
    return _joined(parts)


def measures_page() -> str:
    """Return the page on measures."""
    rows = [
        [f"`{one['name']}`", one["title"], one["description"], str(one["unit"]), str(one["kind"])] for one in measures()
    ]
    return _joined(
        [
            "# Measures",
            f"{MADE} `care-demand list measures` shows the same. What results hold: a stock stands at the end of a "
            "month, a flow happens within one.",
            table(("Measure", "Title", "What it is", "Unit", "Kind"), rows),
        ]
    )


def placements_page() -> str:
    """Return the page on placements."""
    rows = [
        [
            f"`{one['name']}`",
            one["label"],
            ", ".join(one["ssda903_codes"]) or NONE,
            one["ages"] or NONE,
            one["cost"] or NONE,
            one["foster_capacity"] or NONE,
            one["reported_as"] or NONE,
        ]
        for one in placements()
    ]
    heads = ("Placement", "Name", "SSDA903 codes", "Ages", "Unit cost", "Foster places of", "Reported as")
    return _joined(
        ["# Placements", f"{MADE} `care-demand list placements` shows the same.", table(heads, rows)],
    )


def python_page() -> str:
    """Return the page on what is called from Python."""
    parts = [
        "# Python",
        f"{MADE} [From Python](../python.md) shows it at work. What is not here may change without notice.",
    ]
    for name in sorted(set(simulator.__all__) - {"__version__"}):
        function: Callable[..., object] = getattr(simulator, name)
        parts += [f"## simulator.{name}", *_described(name, function)]
    for record, members in PUBLIC:
        parts += [f"## {record.__name__}", *_documented(record.__doc__ or "")]
        for member in members:
            found = inspect.getattr_static(record, member)
            parts.append(f"### {record.__name__}.{member}")
            if callable(found):
                parts += _described(member, found)
            else:  # a property
                parts += _documented(inspect.getdoc(found) or "")
    return _joined(parts)


def _described(name: str, function: Callable[..., object]) -> list[str]:
    """Return how a function is called, and what its docstring says."""
    return [f"```python\n{name}{_called(function)}\n```", *_documented(inspect.getdoc(function) or "")]


def _called(function: Callable[..., object]) -> str:
    """Return the arguments and what is returned, on a line each where one line is too long."""
    signature = inspect.signature(function)
    words: list[str] = []
    for one in signature.parameters.values():
        if one.name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not any(word.startswith("*") for word in words):
            words.append("*")
        star = "*" if one.kind is one.VAR_POSITIONAL else ""
        default = "" if one.default is one.empty else f" = {one.default!r}"
        words.append(f"{star}{one.name}: {one.annotation}{default}")
    one_line = f"({', '.join(words)}) -> {signature.return_annotation}"
    if len(one_line) < _WIDE:
        return one_line
    return "(\n" + "".join(f"    {word},\n" for word in words) + f") -> {signature.return_annotation}"


def _documented(text: str) -> Iterator[str]:
    """Yield a numpy docstring as Markdown."""
    parsed = NumpyDocString(text)
    yield from filter(None, (_prose(parsed["Summary"]), _prose(parsed["Extended Summary"])))
    for section in ("Attributes", "Parameters", "Returns", "Raises"):
        if found := parsed[section]:
            yield f"**{section}**"
            yield "\n".join(_item(one.name, one.type, _prose(one.desc)) for one in found)


def _item(name: str, kind: str, what: str) -> str:
    head = " : ".join(f"`{part}`" for part in (name, kind) if part)
    return f"- {head}: {what}" if what else f"- {head}"


def _prose(lines: list[str]) -> str:
    """Return lines as one paragraph, with the marks of code that Markdown has."""
    return running(re.sub(r":\w+:`~?([^`]+)`", r"`\1`", " ".join(lines)))


def _joined(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"
