"""Scenarios of a page as the files they would be: written as YAML, and read by the reader of all scenario files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.scenario import LoadedScenario, Problem, ScenarioError, load_given, shipped, with_price_gaps
from simulator.scenario.nodes import Node, Unreadable, parse
from simulator.scenario.read import load
from simulator.vocabulary import areas
from simulator.web.page_state import PageState

if TYPE_CHECKING:
    from simulator.data.council import Council

MOST_AUTHORITIES = 40
"""More in one run are for the command line, as a page that is waited for has no time for them."""

MOST_READ = 64
"""Checked scenarios that are kept: a change asks for its own three times, and those beside it have not changed."""

MOST_FILE_BYTES = 1_000_000
_MOST_KEY = 60


def file_key(content: Mapping[str, Any], taken: Sequence[str] = ()) -> str:
    """Return the name of the file that a scenario of the page is: its own name, in small letters and dashes."""
    name = re.sub(r"[^a-z0-9]+", "-", str(content.get("name", "")).lower()).strip("-")[:_MOST_KEY] or "scenario"
    if name in shipped():
        name += "-changed"  # or it would extend itself
    number = next(n for n in range(1, len(taken) + 2) if (name if n == 1 else f"{name}-{n}") not in taken)
    return name if number == 1 else f"{name}-{number}"


def yaml_text(content: Mapping[str, Any]) -> str:
    """Return a scenario as the text of its file; an empty value stands for null.

    Text that YAML would read back as something else is written as JSON, which is YAML too.
    """
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = False, True, 110
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # typed by its default, None
    stream = io.StringIO()
    try:
        yaml.dump(dict(content), stream)
        if mapping_of(stream.getvalue()) == dict(content):
            return stream.getvalue()
    except Exception:  # what YAML can't write is told by who reads the JSON
        pass
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def mapping_of(text: str) -> Any:
    """Return the values of a scenario file, empty ones too.

    Raises
    ------
    Unreadable
        If it is no YAML of the kind that is read.
    """
    return _plain(parse(text, "")[0])


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(inner) for key, inner in node.value.items()}
    return [_plain(inner) for inner in node.value] if isinstance(node.value, list) else node.value


def uploaded(text: str) -> dict[str, Any]:
    """Return the scenario of a file that somebody gives the page.

    Raises
    ------
    ScenarioError
        If it can't be read; what is wrong with its values is told when it is checked.
    """
    try:
        if len(text.encode("utf-8", "surrogatepass")) > MOST_FILE_BYTES:
            raise Unreadable(Problem("", 1, 1, "", "the file is too big", "up to 1 MB"))
        node, problems = parse(text, "")
        if problems:
            raise ScenarioError(problems)
        found: dict[str, Any] = _plain(node)
        return found
    except Unreadable as error:
        raise ScenarioError([error.problem]) from None


@cache
def _parents(name: str) -> tuple[tuple[Path, bytes], ...]:
    """Return a shipped scenario and those it extends, as names and bytes."""
    return tuple((Path(file.path.name), file.text.encode()) for file in load(name).files)


def read_draft(content: Mapping[str, Any], key: str) -> LoadedScenario:
    """Read one scenario of a page. It may extend a shipped one; no other file is looked for.

    Raises
    ------
    ScenarioError
        With everything that is wrong, by line of the file that it would be.
    """
    return _read(json.dumps(content, ensure_ascii=False), key)


@lru_cache(MOST_READ)
def _read(given: str, key: str) -> LoadedScenario:
    content = json.loads(given)
    file, text = Path(f"{key}.yaml"), yaml_text(content)
    named = content.get("extends")
    if named is None:
        return load_given([(file, text.encode("utf-8", "replace"))])
    known = shipped()
    stem = named.removesuffix(".yaml").removesuffix(".yml") if isinstance(named, str) else ""
    if stem not in known:
        place = parse(text, file.name)[0].value["extends"].place
        what = f"{str(named)[:60]!r} is no scenario that comes with the program"
        raise ScenarioError([place.problem("extends", what, ", ".join(known))])
    return load_given([(file, text.encode("utf-8", "replace")), *_parents(stem)])


def read_drafts(state: PageState, council: Council | None = None) -> list[LoadedScenario]:
    """Read the scenarios of a page as a run or a comparison of them needs them.

    Raises
    ------
    ScenarioError
        With everything that is wrong with any of them. The file of a problem is ``N:`` and the name of the file, N the
        position of the scenario.
    """
    problems: list[Problem] = []
    found: list[LoadedScenario] = []
    keys: list[str] = []
    for position, content in enumerate(state.scenarios):
        keys.append(file_key(content, keys))
        try:
            loaded = read_draft(content, keys[-1])
            _refuse_many(loaded)
            found.append(loaded.of_council(council) if state.own and council is not None else loaded)
        except ScenarioError as error:
            problems += [_of(position, one) for one in error.problems]
    if state.own and council is None:
        problems.append(Problem("0:", 0, 0, "", "this program was started without a council's own counts"))
    if not problems:
        problems += _unlike(found)
    if problems:
        raise ScenarioError(problems)
    return with_price_gaps(found)


def _of(position: int, problem: Problem) -> Problem:
    return Problem(
        f"{position}:{Path(problem.file).name}", problem.line, problem.column, problem.path, problem.what,
        problem.allowed, problem.near,
    )  # fmt: skip


def _refuse_many(loaded: LoadedScenario) -> None:
    many = len(areas.units(loaded.scenario.areas))
    if many > MOST_AUTHORITIES:
        origin = loaded.provenance["areas"]
        what = f"{many} authorities are more than the page runs; the command line runs them"
        raise ScenarioError([Problem(origin.file, origin.line, origin.column, "areas", what,
                                     f"areas with up to {MOST_AUTHORITIES} authorities")])  # fmt: skip


def _unlike(found: Sequence[LoadedScenario]) -> list[Problem]:
    """Tell what keeps scenarios from being compared: other areas, or one name for two."""
    problems = []
    for position, one in enumerate(found):
        before = found[:position]
        if one.scenario.areas != found[0].scenario.areas:
            what = f"{one.scenario.name} is of other areas than {found[0].scenario.name}, so they can't be compared"
            problems.append(Problem(f"{position}:", 0, 0, "areas", what, ", ".join(found[0].scenario.areas)))
        if any(one.scenario.name == other.scenario.name for other in before):
            what = f"another scenario here is called {one.scenario.name!r} too, and charts go by it"
            problems.append(Problem(f"{position}:", 0, 0, "name", what, "a name of its own"))
    return problems


def told(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON has it."""
    position, colon, file = problem.file.partition(":")
    return {
        "scenario": int(position) if colon and position.isdigit() else 0,
        "file": file if colon else problem.file,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "what": problem.what,
        "allowed": problem.allowed.partition("; `care-demand ")[0],  # the page offers what a command would list
        "near": problem.near,
    }
