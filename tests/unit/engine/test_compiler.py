"""Machine code of the compiled engine is kept while nothing changes, and done without where it can't be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from paths import ROOT

HELPER = "simulator/engine/compiled/vector_arithmetic.py"

# What the compiled folder is made of, in small: a function that Python calls, which another file's is compiled into.
MORE = """
from simulator.engine.compiled.compiler import inlined

@inlined
def more(number):
    return number + 1.0
"""
GO = """
import sys
from simulator.engine.compiled.compiler import compiled
from simulator.engine.compiled.more import more

@compiled
def go(number):
    return more(number)

@compiled
def go_too(number):
    return more(number) + 1.0

def main():
    print(go(1.0), go_too(1.0), "of which kept", sum(f.stats.cache_hits.total() for f in (go, go_too)))
"""
MADE = "The compiled engine is being compiled, once, which takes about half a minute."
RUN = "from simulator.engine.compiled.go import main; main()"

# The engine itself, on one example.
CHILDREN = """
from rates_examples import BAND_OF_AGE, england, england_foster
from dataclasses import replace
from simulator.engine.compiled.backend import run_compiled
from simulator.engine.compiled.loops import run_months
paths = run_compiled(replace(england(months=6, width=3), foster=england_foster()), BAND_OF_AGE)
print(repr(float(paths.children[0, 0, -1, ..., 0].sum())), run_months.stats.cache_hits.total())
"""


class Said(NamedTuple):
    out: str
    err: str


class Copy:
    """A copy of the package, whose files may change, with a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        shutil.copytree(ROOT / "simulator", folder / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "scenarios", folder / "scenarios")
        self.compiled = folder / "simulator" / "engine" / "compiled"
        (self.compiled / "more.py").write_text(MORE)
        (self.compiled / "go.py").write_text(GO)

    def forbid_writing(self) -> None:
        """Leave numba no folder: where each would be stands a file, which stops the superuser too."""
        (self.compiled / "__pycache__").write_text("")
        self.cache.write_text("")

    def python(self, *arguments: str) -> Said:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT / "tests" / "support")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NUMBA_CACHE_DIR": str(self.cache / "numba"),
            "HOME": str(self.cache / "home"),
            "XDG_CACHE_HOME": str(self.cache / "xdg"),
            "LOCALAPPDATA": str(self.cache / "local"),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder,
        )
        assert done.returncode == 0, done.stderr
        return Said(done.stdout.strip(), done.stderr.strip())


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_machine_code_is_kept_until_any_file_changes(copy: Copy) -> None:
    assert copy.python("-c", RUN) == ("2.0 3.0 of which kept 0", MADE)
    assert copy.python("-c", RUN) == ("2.0 3.0 of which kept 2", "")
    (copy.compiled / "more.py").write_text(MORE.replace("1.0", "2.0"))
    assert copy.python("-c", RUN) == ("3.0 4.0 of which kept 0", MADE)
    constants = copy.folder / "simulator" / "engine" / "step.py"
    constants.write_text(constants.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert copy.python("-c", RUN) == ("3.0 4.0 of which kept 0", MADE)


def test_what_is_kept_and_cannot_be_read_is_compiled_anew(copy: Copy) -> None:
    copy.python("-c", RUN)
    kept = list(copy.cache.rglob("*.nbc")) + list(copy.cache.rglob("*.nbi"))
    assert len(kept) == 4
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert copy.python("-c", RUN) == ("2.0 3.0 of which kept 0", MADE)


def test_without_a_folder_it_is_compiled_in_memory_and_says_so_once(copy: Copy) -> None:
    copy.forbid_writing()
    out, err = copy.python("-c", RUN)
    assert out == "2.0 3.0 of which kept 0"
    assert err.startswith("The compiled engine is compiled anew by each process")
    assert len(err.splitlines()) == 1


def test_a_folder_that_no_longer_takes_anything_is_done_without(copy: Copy) -> None:
    out, err = copy.python(
        "-c",
        "import pathlib, shutil; from simulator.engine.compiled.go import main; "
        f"shutil.rmtree({str(copy.cache)!r}); pathlib.Path({str(copy.cache)!r}).write_text(''); main()",
    )
    assert out == "2.0 3.0 of which kept 0"
    first, second = err.splitlines()
    assert first == MADE
    assert second.startswith("The compiled engine is compiled anew by each process")


def test_only_the_first_process_says_that_it_is_compiled(copy: Copy) -> None:
    out, err = copy.python(
        "-c",
        "from multiprocessing import get_context; from simulator.engine.compiled.go import main; "
        "worker = get_context('spawn').Process(target=main); worker.start(); worker.join()",
    )
    assert out == "2.0 3.0 of which kept 0"
    assert err == ""


@pytest.mark.slow
def test_a_change_of_a_part_of_the_loops_changes_what_they_return(copy: Copy) -> None:
    before, _ = copy.python("-c", CHILDREN)
    again, _ = copy.python("-c", CHILDREN)
    assert again.split() == [before.split()[0], "1"]
    helper = copy.folder / HELPER
    text = helper.read_text(encoding="utf-8")
    assert text.count("return choose(whole, part / whole, empty)") == 1
    helper.write_text(text.replace("part / whole, empty)", "part / whole * 0.99, empty)"), encoding="utf-8")
    after, _ = copy.python("-c", CHILDREN)
    assert float(after.split()[0]) != float(before.split()[0])
    assert after.split()[1] == "0"


@pytest.mark.slow
def test_a_command_runs_where_nothing_can_be_kept_and_shows_one_line(copy: Copy) -> None:
    copy.forbid_writing()
    command = ("-m", "simulator", "run", "scenarios/status-quo.yaml", "--no-charts", "--quiet", "--draws", "2")
    _, err = copy.python(*command, "--engine", "compiled", "--workers", "2", "--out", "out")
    assert len([line for line in err.splitlines() if "compiled anew" in line]) == 1
    assert (copy.folder / "out" / "results.csv").exists()
