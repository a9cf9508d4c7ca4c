"""Scenarios changed by chance run, or are refused in words: never a fault of the program, and nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from mutate import mutated, shipped_texts
from paths import ROOT

from simulator.cli.main import cli
from simulator.scenario import load

QUICK, ALL = 100, 5_000
FILES = shipped_texts(ROOT / "scenarios")
ROUND = 100
"""Seeds of one slow test."""
LONGEST_MONTHS = 180
"""A longer run is checked only."""
PLACE = re.compile(r"^.+?:\d+:\d+: .")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, [*words, "--debug"], prog_name="care-demand")
    return done.exit_code, done.stderr


def trouble(seed: int, path: Path) -> str:
    """Check a mutated scenario, and run it if it is short and right; say what the program did that it may not."""
    name, text = mutated(seed, FILES)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    before = set(path.parent.iterdir())
    said = f"seed {seed}, made of {name}"
    status, errors = call("check", path.name)
    if status == 2:
        lines = errors.splitlines()
        if not lines or len(lines) > 51 or not PLACE.match(lines[0]):
            return f"{said}: check says {errors[:300]!r}"
        ran = call("run", path.name, "--no-charts", "--quiet", "--out", "out")
        if ran != (2, errors):
            return f"{said}: check says {errors[:300]!r}, and run ends as {ran[0]} with {ran[1][-600:]!r}"
        return "" if set(path.parent.iterdir()) == before else f"{said}: something was written"
    if status != 0:
        return f"{said}: check ends as {status} with {errors[-1500:]}"
    loaded = load(path)
    if loaded.scenario.months > LONGEST_MONTHS or loaded.scenario.areas != ("England",):
        return ""
    status, errors = call("run", path.name, "--no-charts", "--quiet", "--out", f"out-{seed}")
    return "" if status == 0 else f"{said}: check passes it, and run ends as {status} with {errors[-1500:]}"


def test_a_few_mutated_scenarios_run_or_are_refused(folder: Path) -> None:
    assert [told for seed in range(0, QUICK, 2) if (told := trouble(seed, folder / "case.yaml"))] == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, ALL, ROUND))
def test_thousands_of_mutated_scenarios_run_or_are_refused(first: int, folder: Path) -> None:
    found = [told for seed in range(first, first + ROUND) if (told := trouble(10_000 + seed, folder / "case.yaml"))]
    assert found == []


def test_mutations_are_of_all_kinds(folder: Path) -> None:
    """Some run and most are refused, for many reasons."""
    path, words, right = folder / "case.yaml", set(), 0
    for seed in range(QUICK):
        path.write_bytes(mutated(seed, FILES)[1].encode("utf-8", "surrogatepass"))
        status, errors = call("check", path.name)
        right += status == 0
        words |= {re.sub(r"[\d'\"].*", "", line.split(": ", 2)[-1]) for line in errors.splitlines()}
    assert 0.1 * QUICK < right < 0.6 * QUICK
    assert len(words) > 25
    assert mutated(7, FILES) == mutated(7, FILES)
