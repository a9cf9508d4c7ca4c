"""An installation that nobody can write to, run by somebody without a home: service accounts and containers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from as_if import NOWHERE, command
from paths import ROOT

from simulator.cli.screen import NO_CHART_CACHE

SHORT = "name: Short\nend: 2025-09\n"


@pytest.fixture(params=["no home", "a home that is not there"])
def nobody(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the environment of somebody without a home; folders of their settings can't be made either."""
    for name in ("HOME", "USERPROFILE", "MPLCONFIGDIR", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    home = {} if request.param == "no home" else {"HOME": NOWHERE, "USERPROFILE": NOWHERE}
    nowhere = dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"), NOWHERE)
    return {"AS_IF_READ_ONLY": str(ROOT / "simulator"), **home, **nowhere}


def test_nothing_can_be_written_there(tmp_path: Path) -> None:
    import subprocess
    import sys

    from as_if import environment

    code = (
        "import pathlib, sys\nhere = pathlib.Path(sys.argv[1])\nsaid = []\n"
        "for call in (lambda: (here / 'a').write_text('', encoding='utf-8'), lambda: (here / 'b').mkdir(),\n"
        "             lambda: (here / '__init__.py').open('ab'), lambda: (here / 'c').unlink(),\n"
        "             lambda: pathlib.Path('d').rename(here / 'd')):\n"
        "    try:\n        call()\n    except OSError as error:\n        said.append(error.errno)\nprint(said)\n"
        "(here / '__init__.py').read_bytes()\n"
    )
    (tmp_path / "d").touch()
    package = str(ROOT / "simulator")
    made = subprocess.run(
        [sys.executable, "-c", code, package], capture_output=True, cwd=tmp_path, text=True, check=False,
        env=environment(AS_IF_READ_ONLY=package),
    )  # fmt: skip
    assert (made.stdout.strip(), made.stderr) == (str([30] * 5), "")
    assert os.path.lexists(tmp_path / "d")


def test_a_run_draws_charts_and_says_once_what_would_save_time(tmp_path: Path, nobody: dict[str, str]) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    made = command(
        "run", "short.yaml", "--draws", "20", "--engine", "plain", "--workers", "2", folder=tmp_path, **nobody
    )
    assert made.returncode == 0, made.stderr.decode()
    assert made.stderr.decode().splitlines() == [NO_CHART_CACHE]
    assert len(list((tmp_path / "out" / "short" / "charts").glob("*.svg"))) >= 3


@pytest.mark.slow
def test_the_compiled_engine_does_without_a_folder(tmp_path: Path, nobody: dict[str, str]) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    made = command("run", "short.yaml", "--engine", "compiled", "--no-charts", folder=tmp_path, **nobody)
    assert made.returncode == 0, made.stderr.decode()
    said = made.stderr.decode().splitlines()
    assert sum("there is no folder to keep it in that can be written" in line for line in said) == 1
    assert "Traceback" not in made.stderr.decode()
