"""The command stopped in the middle, in every way, and given again: the tables are those of a run left in peace."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from paths import ROOT

PATIENCE = 120.0
"""Seconds after which something hangs."""

COMMAND = [
    sys.executable, "-m", "simulator", "compare", "calm.yaml", "help.yaml", "--draws", "30", "--seed", "7",
    "--engine", "plain", "--no-charts", "--workers", "2", "--out", "out",
]  # fmt: skip
WORK = Path(".out-draws")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with two scenario files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "calm.yaml").write_text("name: Calm\nend: 2025-06\n")
    (tmp_path / "help.yaml").write_text(
        "name: Help\nextends: calm.yaml\ninterventions:\n"
        "  - {kind: early_help, id: help, start: 2025-04, effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95}}}\n"
    )
    return tmp_path


def begin() -> subprocess.Popen[str]:
    """Start the command in a process group of its own, which its workers share."""
    return subprocess.Popen(
        COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def finish() -> dict[str, bytes]:
    """Run the command to its end; return what it wrote, and see that nothing else is left."""
    process = begin()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert not WORK.exists()
    return {path.name: path.read_bytes() for path in Path("out").iterdir()}


def wait_until_gone(group: int) -> None:
    """Wait for the last process of a group to end."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("workers are still there")


def wait_for_a_block() -> None:
    """Wait until some draws are finished."""
    end = time.monotonic() + PATIENCE
    while not list(WORK.glob("*/*.block")):
        assert time.monotonic() < end, "no draws were finished"
        time.sleep(0.01)


def kill_and_go_on(times: int, seed: int) -> None:
    """Kill the command at random moments, each a fresh one or one that goes on, then let it end."""
    began = time.monotonic()
    expected = finish()
    whole = time.monotonic() - began
    chance = random.Random(seed)
    for _ in range(times):
        for path in Path("out").iterdir():
            path.unlink()
        Path("out").rmdir()
        process = begin()
        time.sleep(chance.uniform(0.0, whole))
        process.kill()
        process.communicate()
        wait_until_gone(process.pid)
        assert finish() == expected


def test_kill_9_and_the_same_command_again() -> None:
    kill_and_go_on(times=1, seed=1)


@pytest.mark.slow
def test_kill_9_twenty_times() -> None:
    kill_and_go_on(times=20, seed=2)


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_a_stopped_run_says_how_to_go_on(sent: signal.Signals, status: int) -> None:
    process = begin()
    wait_for_a_block()
    os.killpg(process.pid, sent)  # as a terminal does, to the workers as well
    _, said = process.communicate(timeout=PATIENCE)
    wait_until_gone(process.pid)
    assert process.returncode == status
    assert "finished draws are kept; the same command goes on from them" in said
    assert "Traceback" not in said
    assert not Path("out").exists()
    finish()
