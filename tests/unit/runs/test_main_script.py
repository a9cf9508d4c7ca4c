"""Scripts that call with draws, with a guard and without one: each is run once, and workers work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

BARE = """
import os
from functools import partial
from simulator.runs.ensemble.workers import local_pool

print("read by", __name__)
with local_pool(1) as pool:
    print(pool.submit(partial(abs, -7)).result(60), pool.submit(os.getpid).result(60) != os.getpid())
"""

GUARDED = """
from functools import partial
from simulator.runs.ensemble.workers import local_pool

class Own:
    def __reduce__(self):
        return Own, ()

print("read by", __name__)
if __name__ == "__main__":
    with local_pool(1) as pool:
        print(type(pool.submit(Own).result(60)) is Own)
"""


def run(text: str, folder: Path) -> list[str]:
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    assert not done.stderr
    return done.stdout.splitlines()


def test_a_script_without_a_guard_is_read_once_and_its_draws_run(tmp_path: Path) -> None:
    assert run(BARE, tmp_path) == ["read by __main__", "7 True"]


def test_a_script_with_a_guard_is_read_by_workers_so_that_its_classes_are_there(tmp_path: Path) -> None:
    assert sorted(run(GUARDED, tmp_path)) == ["True", "read by __main__", "read by __mp_main__"]


@pytest.mark.slow
def test_draws_in_a_script_as_somebody_writes_it(tmp_path: Path) -> None:
    text = """
import simulator
short = {"name": "Short", "extends": "status-quo", "end": "2026-03"}
drawn = simulator.run(short, draws=40, workers=2)
print(drawn.draws, drawn.stock_totals("children").quantiles)
"""
    [line] = run(text, tmp_path)
    assert line.startswith("41 ")
