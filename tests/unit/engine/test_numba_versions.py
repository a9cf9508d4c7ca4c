"""The compiled engine extends numba's inside, so it is tried on every version that the project allows."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest
from paths import ROOT


def allowed() -> range:
    """Return the minor versions of numba 0.x that the project allows."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    [asked] = [asked for asked in extras["fast"] if asked.startswith("numba")]
    bounds = re.fullmatch(r"numba>=0\.(\d+),<0\.(\d+)", asked)
    assert bounds, f"{asked} has no lower and upper bound"
    return range(int(bounds[1]), int(bounds[2]))


def test_the_version_that_is_tested_every_time_is_allowed() -> None:
    pinned = re.search(r"^numba==0\.(\d+)\.", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned is not None
    assert int(pinned[1]) in allowed()


@pytest.mark.slow
@pytest.mark.parametrize("minor", allowed())
def test_the_engines_agree_with_each_version_that_is_allowed(minor: int, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True, symlinks=os.name != "nt")
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", f"numba==0.{minor}.*", "ruamel.yaml"],
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        pytest.skip(f"numba 0.{minor} can't be installed here: {installed.stderr.strip()[-200:]}")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")]),
        "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [python, "-W", "error", ROOT / "tests" / "support" / "same_paths.py"],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"same with numba 0.{minor}.")
