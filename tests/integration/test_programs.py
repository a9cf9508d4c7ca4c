"""Programs beside the package (tools, studies, benchmarks) find all that they import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

ELSEWHERE = {"peer_demand_model.py"}
"""Runs where the tool that it measures is installed, which needs an older numpy (`make benchmarks`)."""

PROGRAMS = [path for folder in ("tools", "studies", "benchmarks") for path in sorted((ROOT / folder).glob("*.py"))]
LOAD = "import runpy, sys; sys.path[0] = {folder!r}; runpy.run_path({path!r}, run_name='loaded')"


@pytest.mark.parametrize(
    "path",
    [path for path in PROGRAMS if path.name not in ELSEWHERE and "__main__" in path.read_text(encoding="utf-8")],
    ids=lambda path: path.name,
)
def test_a_program_starts_in_its_own_folder(path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = LOAD.format(folder=str(path.parent), path=str(path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
