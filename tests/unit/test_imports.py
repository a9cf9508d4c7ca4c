"""Imports run one way: along the line of the data, and never back.

The list is the table of docs/architecture.md. A folder imports from those above it and never from below.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT

PACKAGE = ROOT / "simulator"

FOLDERS = (
    "vocabulary", "uncertainty", "engine", "data", "baseline", "interventions", "scenario", "projection",
    "results", "runs", "disclosure", "outputs", "decisions", "calibrate", "returns", "backtest", "cli",
)  # fmt: skip

MOST_LINES = 700

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the name of a module, such as simulator.engine.plain."""
    names = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


NAMES = {name_of(path) for path in MODULES}


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports: at once, later, or for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import, which this test does not read"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in NAMES else str(node.module)


def own(path: Path) -> set[str]:
    """Return the modules of the package that a file imports."""
    return {name for name in imports(path) if name.split(".")[0] == "simulator" and name != "simulator"}


def folder_of(module: str) -> str:
    return module.split(".")[1]


def test_the_tree_is_the_list() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(FOLDERS)
    assert {path.name for path in PACKAGE.iterdir() if path.is_file()} == {"__init__.py", "__main__.py", "py.typed"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_import_runs_back(folder: str) -> None:
    allowed = FOLDERS[: FOLDERS.index(folder) + 1]
    for path in (PACKAGE / folder).rglob("*.py"):
        for module in own(path):
            assert folder_of(module) in allowed, f"{path.relative_to(ROOT)} imports {module}"


def test_the_engine_needs_numpy_alone() -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "simulator"}
    more = {"compiled": {"llvmlite", "numba"}, "stochastic": {"scipy"}}
    for path in (PACKAGE / "engine").rglob("*.py"):
        also = more.get(path.parent.name, set())
        for name in imports(path):
            assert name.split(".")[0] in allowed | also, f"{path.relative_to(ROOT)} imports {name}"


def test_a_file_name_stands_once() -> None:
    names = Counter(path.name for path in MODULES if path.name not in ("__init__.py", "__main__.py"))
    assert not [name for name, number in names.items() if number > 1]


def test_no_circle_of_modules() -> None:
    needs = {name_of(path): own(path) - {name_of(path)} for path in MODULES}
    while free := [name for name, wanted in needs.items() if not wanted & needs.keys()]:
        for name in free:
            del needs[name]
    assert not needs, f"in a circle, or above one: {sorted(needs)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_a_class_name_stands_once() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert not [name for name, number in names.items() if number > 1]
