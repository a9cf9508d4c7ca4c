"""The program runs on every system: encodings are named, and what one system lacks has one place and a way out."""

import ast
import importlib.util
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT

from simulator.vocabulary.file_names import unfit_on_windows

PACKAGE = sorted((ROOT / "simulator").rglob("*.py"))
PROGRAMS = sorted(path for name in ("benchmarks", "studies", "tools") for path in (ROOT / name).rglob("*.py"))

KNOWS_SYSTEMS = {"simulator/runs/folders/system.py", "simulator/runs/ensemble/workers.py"}
"""Where something that Windows lacks may be named; what else there is for it is tried in tests/command_line."""

OWN_OPEN = {"simulator/engine/stochastic/realise.py"}
"""Where `open` is not about files."""

FILE = re.compile(r"[\w.-]+\.(?:block|csv|json|md|nc|npz|part|png|svg|txt|ya?ml)")


def missing_on_windows() -> tuple[set[str], dict[str, set[str]]]:
    """Return modules, and names in modules, that Windows lacks."""
    path = ROOT / "tests" / "support" / "as_if" / "sitecustomize.py"
    spec = importlib.util.spec_from_file_location("as_if_sitecustomize", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MISSING_MODULES, module.MISSING


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nameless(tree: ast.AST) -> Iterator[int]:
    """Yield lines at which text is read or written in an encoding that is not named."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        builtin = isinstance(called, ast.Name) and called.id == "open"
        name = called.attr if isinstance(called, ast.Attribute) else "open" if builtin else ""
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "os":
            continue  # os.open has bytes
        if name not in {"open", "fdopen", "read_text", "write_text", "NamedTemporaryFile", "TextIOWrapper"}:
            continue
        keywords = {keyword.arg for keyword in node.keywords}
        at = 1 if builtin or name == "fdopen" else 0
        mode = next((k.value for k in node.keywords if k.arg == "mode"), node.args[at] if len(node.args) > at else None)
        if name in {"open", "fdopen", "NamedTemporaryFile"}:
            if isinstance(mode, ast.Constant) and "b" in str(mode.value):
                continue
            if mode is not None and not isinstance(mode, ast.Constant):
                continue  # a member of an archive, which has bytes
            if name == "NamedTemporaryFile" and mode is None:
                continue
        if "encoding" not in keywords:
            yield node.lineno


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("open('a')", [1]),
        ("open('a', 'w', newline='')", [1]),
        ("open('a', 'rb')\nos.open('a', 0)", []),
        ("open('a', encoding='utf-8')", []),
        ("path.open()\npath.open('a')\npath.open(mode='w')", [1, 2, 3]),
        ("path.open('rb')\narchive.open(member)", []),
        ("path.read_text()\npath.write_text(text)", [1, 2]),
        ("path.read_text(encoding='utf-8')\nread_text(path)", []),
    ],
)
def test_it_is_seen_that_an_encoding_is_missing(code: str, lines: list[int]) -> None:
    assert list(nameless(ast.parse(code))) == lines


@pytest.mark.parametrize("path", [*PACKAGE, *PROGRAMS], ids=shown)
def test_every_text_file_names_its_encoding(path: Path) -> None:
    if shown(path) not in OWN_OPEN:
        assert list(nameless(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_what_windows_lacks_is_named_in_one_place() -> None:
    modules, names = missing_on_windows()
    assert {shown(path) for path in PACKAGE} >= KNOWS_SYSTEMS
    for path in PACKAGE:
        if shown(path) in KNOWS_SYSTEMS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{shown(path)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                assert not modules & {alias.name for alias in node.names}, where
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in modules, where
                assert not names.get(str(node.module), set()) & {alias.name for alias in node.names}, where
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert node.attr not in names.get(node.value.id, set()), where


def test_no_process_is_forked() -> None:
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("get_context", "set_start_method")):
                assert [ast.unparse(argument) for argument in node.args] == ["'spawn'"], f"{shown(path)}:{node.lineno}"


def test_no_name_of_an_output_is_unfit_on_windows() -> None:
    found = set()
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and FILE.fullmatch(node.value):
                found.add(node.value)
    assert {"results.csv", "manifest.json", "summary.txt"} <= found
    assert {name: wrong for name in found if (wrong := unfit_on_windows(name))} == {}


def test_a_checkout_fits_on_windows() -> None:
    """No file of the project has a name that Windows keeps, or one that differs from another's by capitals alone."""
    own = {".ci", "benchmarks", "docs", "forecasts", "notebooks", "scenarios", "simulator", "studies", "tests", "tools"}
    for top in own:
        for folder, folders, files in os.walk(ROOT / top):
            names = [*folders, *files]
            assert len({name.casefold() for name in names}) == len(names), folder
            assert [name for name in names if unfit_on_windows(name)] == [], folder
