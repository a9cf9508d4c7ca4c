"""Notebooks run from top to bottom, answer their question in the first cell, and are stored without outputs."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# In a process of its own, as kernels give warnings that are errors here.
EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
first = next(cell for cell in book.cells if cell.cell_type == "code")
print("".join(out.text for out in first.outputs if out.output_type == "stream"))
"""

LONG = {"adding-an-intervention", "decisions", "how-sure-are-we", "returns-to-projection", "what-200m-buys"}
"""Take more than a few seconds of processor."""


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
    assert {path.stem for path in NOTEBOOKS} >= LONG


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_asks_a_question_and_turns_to_the_answer(path: Path) -> None:
    first, second, *_ = cells(path)
    assert re.match(r"# [^\n]+\?\n", "".join(first["source"])), "the title is the question"
    assert second["cell_type"] == "code"


def test_the_notebook_on_adding_has_the_class_of_the_guide() -> None:
    """What it shows is what CONTRIBUTING.md has and another test adds to a copy of the package."""
    (path,) = (path for path in NOTEBOOKS if path.stem == "adding-an-intervention")
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = "".join("".join(cell["source"]) + "\n" for cell in cells(path) if cell["cell_type"] == "code")
    taken = [line for line in shown.partition("class LeavingSupport")[2].partition("\n\n\n")[0].splitlines() if line]
    assert len(taken) > 10
    assert [line for line in taken if line not in guide] == ["    def change(self, rates, context):"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    for cell in cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.skipif(
    not all(map(find_spec, ("nbclient", "ipykernel", "pandas", "polars"))), reason="needs care-demand[notebook,returns]"
)
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.slow] if path.stem in LONG else [], id=path.stem) for path in NOTEBOOKS],
)
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    # Home and settings in the test's own folder: nothing of the user's is read or written.
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(path), str(tmp_path)], env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.search(r"\d", done.stdout), "the first cell of code prints no figure"
