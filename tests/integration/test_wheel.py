"""The wheel: what is in it, and that it works where there is no checkout, installed by the lines of docs/windows.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from paths import ROOT

PAGE = (ROOT / "docs" / "windows.md").read_text(encoding="utf-8")


def pip_lines() -> list[list[str]]:
    """Return the lines of the page that make and install the wheel, without what starts Python on Windows."""
    return [line.split() for line in re.findall(r"^py -m (pip .+)$", PAGE, re.MULTILINE)]


def environment() -> dict[str, str]:
    """Return an environment in which nothing leads to the checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE", "COV_"))}


def run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        list(map(str, words)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-4000:])
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the wheel of a copy of the project without its history, and install it elsewhere, as the page says."""
    away = tmp_path_factory.mktemp("away")
    left_out = shutil.ignore_patterns(".git", ".venv*", "out", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, away / "care-demand", ignore=left_out)
    venv.create(away / "env", with_pip=True)
    python = away / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    make, install = pip_lines()
    run(python, "-m", *make, folder=away)
    shutil.rmtree(away / "care-demand")
    # An environment of its own has no users, and a shell takes the quotes away.
    run(python, "-m", *(word.strip('"') for word in install if word != "--user"), folder=away)
    return away


@pytest.fixture
def command(installed: Path) -> Path:
    return installed / "env" / ("Scripts/care-demand.exe" if os.name == "nt" else "bin/care-demand")


def test_two_lines_and_no_rights_nor_compiler() -> None:
    make, install = pip_lines()
    assert make[:2] == ["pip", "wheel"]
    assert {"--user", "--only-binary"} <= set(install)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert install[-1] == f'"care_demand-{version}-py3-none-any.whl[returns]"'


@pytest.mark.slow
def test_what_is_inside(installed: Path) -> None:
    with zipfile.ZipFile(next(installed.glob("care_demand-*.whl"))) as wheel:
        names = set(wheel.namelist())
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "simulator").rglob("*") if path.is_file()}
    expected = {name for name in files if "__pycache__" not in name}
    expected |= {f"simulator/scenarios_shipped/{path.name}" for path in (ROOT / "scenarios").iterdir()}
    assert {"simulator/vocabulary/placements.yaml", "simulator/vocabulary/areas.csv", "simulator/py.typed"} <= expected
    assert "simulator/scenarios_shipped/scenario.schema.json" in expected
    own = {name for name in names if not re.match(r"care_demand-[^/]+\.dist-info/", name)}
    assert own == expected, "all of the program and its data, and nothing of tests, docs or tools"
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_every_command_works_away_from_the_checkout(command: Path, tmp_path: Path) -> None:
    (tmp_path / "less.yaml").write_text("name: Less\nextends: status-quo\nend: 2027-03\n", encoding="utf-8")
    assert "status-quo" in run(command, "list", "scenarios", folder=tmp_path).stdout
    assert "kinship" in run(command, "list", "placements", folder=tmp_path).stdout
    assert "Kent" in run(command, "list", "areas", folder=tmp_path).stdout
    run(command, "check", "less.yaml", folder=tmp_path)
    run(command, "run", "status-quo", "--draws", "32", "--workers", "2", folder=tmp_path)
    assert len(list((tmp_path / "out" / "status-quo" / "charts").glob("*.svg"))) >= 5
    run(command, "compare", "status-quo", "family-help-national", "less.yaml", "--no-charts", folder=tmp_path)
    assert (tmp_path / "out" / "comparison" / "differences.csv").is_file()
    run(command, "sample-returns", "--children", "120", "--out", "returns", folder=tmp_path)
    run(command, "import", "ssda903", "returns", "--out", "imported", folder=tmp_path)
    run(command, "run", "status-quo", "--returns", "imported", "--no-charts", "--out", "council", folder=tmp_path)


@pytest.mark.slow
def test_the_data_and_scenarios_are_those_of_the_checkout(command: Path, tmp_path: Path) -> None:
    made = []
    for name, program in (("there", [command]), ("here", [sys.executable, "-m", "simulator"])):
        words = [*map(str, program), "run", "status-quo", "--no-charts", "--out", str(tmp_path / name)]
        more = {"PYTHONPATH": str(ROOT)} if name == "here" else {}
        subprocess.run(words, cwd=tmp_path, env=environment() | more, capture_output=True, check=True)
        made.append(json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8")))
    for key in ("data", "scenarios", "command", "files"):
        assert made[0][key] == made[1][key]


@pytest.mark.slow
def test_python_runs_it_as_a_module_too(command: Path, tmp_path: Path) -> None:
    assert "care-demand" in run(command.parent / "python", "-m", "simulator", "--version", folder=tmp_path).stdout
