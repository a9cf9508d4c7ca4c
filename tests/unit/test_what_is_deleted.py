"""Every place in the program that deletes or renames a file or folder, and why what it takes is ours.

A new one fails here until it stands in the list with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from paths import ROOT

PACKAGE = ROOT / "simulator"

OURS = {
    "runs/folders/system.py": {
        "path.unlink(missing_ok=True)": "the lock that this command holds; on Windows, one that it has just given back",
        "source.rename(target)": "what the caller names, to a name that is free",
    },
    "runs/folders/own_folders.py": {
        "path.unlink(missing_ok=True)": "finished work, by its name, in a folder with our marker",
        "(folder / MARKER).unlink(missing_ok=True)": "the marker itself, where nothing else is left",
        "folder.rmdir()": "empty, and had our marker",
    },
    "outputs/folder.py": {
        "place.work.rmdir()": "the hidden folder that this command holds, if it is empty",
        "parent.rmdir()": "a folder above, which this command made, if it is empty",
        "place.real.rmdir()": "empty, where a killed command's earlier output is put back",
        "shutil.rmtree(path)": "new or old in the hidden folder that this command holds",
        "path.unlink(missing_ok=True)": "a single file, new, in the hidden folder that this command holds",
        "place.new.replace(place.real)": "over a file that the caller has seen to be ours: the page of a back-test",
    },
    "runs/ensemble/store.py": {
        "part.replace(self.path(block))": "a block, in the folder for blocks of this run",
        "self.path(block).unlink(missing_ok=True)": "the same",
    },
    "runs/simulate.py": {"shutil.rmtree(folder, ignore_errors=True)": "a temporary folder that this process made"},
    "decisions/finished_work.py": {"part.replace(path)": "finished runs, in the folder for them"},
    "backtest/origins.py": {"part.replace(path)": "forecasts of an origin, in a folder for them"},
}

METHODS = {"unlink", "rmdir", "rename", "rmtree", "removedirs", "renames", "truncate", "move"}
"""Whatever they are called on; `remove` and `replace` are methods of lists and texts too."""


def deletes(call: ast.Call) -> bool:
    """Whether a call deletes or renames; tables rename columns, by a dict."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name, on = call.func.attr, call.func.value
    module = on.id if isinstance(on, ast.Name) else ""
    if module in ("os", "shutil"):
        return name in METHODS | {"remove", "replace"}
    if name == "replace":
        return len(call.args) == 1 and not call.keywords  # of a text it takes two, of a record it takes names
    if name == "rename" and call.args and isinstance(call.args[0], ast.Dict | ast.DictComp):
        return False
    return name in METHODS


def found(source: str) -> Iterator[str]:
    yield from (ast.unparse(n) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call) and deletes(n))


def test_the_list_is_what_the_program_does() -> None:
    does = {
        path.relative_to(PACKAGE).as_posix(): calls
        for path in sorted(PACKAGE.rglob("*.py"))
        if (calls := set(found(path.read_text(encoding="utf-8"))))
    }
    assert does == {path: set(calls) for path, calls in OURS.items()}
    assert all(why for calls in OURS.values() for why in calls.values())


@pytest.mark.parametrize(
    "line",
    [
        "shutil.rmtree(x)", "os.remove(x)", "x.unlink()", "os.replace(a, b)", "a.replace(b)", "a.rename(b)",
        "x.rmdir()", "shutil.move(a, b)",
    ],
)  # fmt: skip
def test_the_search_finds_them(line: str) -> None:
    assert list(found(line)) == [line]


@pytest.mark.parametrize(
    "line", ["text.replace('a', 'b')", "replace(record, x=1)", "names.remove(x)", "t.rename({'a': 'b'})"]
)
def test_the_search_finds_nothing_else(line: str) -> None:
    assert list(found(line)) == []


def test_they_are_called_by_their_modules() -> None:
    """So that the search sees them."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ("os", "shutil"):
                raise AssertionError(f"{path}: import {node.module}, not names from it")
            if isinstance(node, ast.Import):
                assert not any(alias.asname and alias.name in ("os", "shutil") for alias in node.names), path
