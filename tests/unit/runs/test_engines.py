"""Which engine runs where none is named, and that whoever reads results is told."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import simulator
from simulator.cli.main import cli
from simulator.runs import engines
from simulator.runs.engines import MANY_AREAS, MANY_PROGRAMMES, TIMES_FASTER, default_engine, luck_seconds
from simulator.runs.simulate import simulate
from simulator.scenario import load

SLOWER = f"The compiled one (care-demand[fast]) makes some {TIMES_FASTER} draws in the time of one"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with a scenario file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calm.yaml").write_text("name: Calm\nend: 2025-06\n")
    return tmp_path


@pytest.fixture
def without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let numba be missing."""
    monkeypatch.setattr(engines, "find_spec", lambda name: None)


def run(*words: str) -> Result:
    command = ["run", "calm.yaml", "--no-charts", "--out", "out", *words]
    done = CliRunner().invoke(cli, command, prog_name="care-demand", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize(
    ("draws", "areas", "programmes", "engine"),
    [
        (0, 1, MANY_PROGRAMMES - 1, "plain"),
        (0, 1, MANY_PROGRAMMES, "compiled"),
        (2, 1, 0, "compiled"),
        (0, MANY_AREAS - 1, 0, "plain"),
        (0, MANY_AREAS, 0, "compiled"),
    ],
)
def test_draws_many_areas_and_many_programmes_take_the_compiled_engine(
    draws: int, areas: int, programmes: int, engine: str
) -> None:
    assert default_engine(draws=draws, areas=areas, programmes=programmes) == engine


@pytest.mark.usefixtures("without_numba")
def test_without_numba_the_plain_engine_runs() -> None:
    assert default_engine(draws=100, areas=153) == "plain"


@pytest.mark.parametrize(
    ("words", "engine", "slower"),
    [
        ((), "plain", False),
        (("--draws", "2"), "compiled", False),
        (("--draws", "2", "--engine", "plain"), "plain", True),
        (("--draws", "2", "--chance"), "compiled", False),
        (("--draws", "2", "--chance", "--engine", "plain"), "plain", False),
        (("--engine", "compiled"), "compiled", False),
    ],
)
def test_the_engine_that_ran_is_told_everywhere(words: tuple[str, ...], engine: str, slower: bool) -> None:
    said = json.loads(run(*words, "--json").stdout)
    summary, manifest = (Path("out", name).read_text() for name in ("summary.txt", "manifest.json"))
    found = json.loads(manifest)
    assert said["engine"] == found["engine"] == engine
    assert said["engine_note"] == found["engine_note"]
    assert f"\n{said['engine_note']}\n" in summary
    beside = ", children of draws followed beside the plain one" if "--chance" in words and engine != "plain" else ""
    assert f"Run by the {engine} engine{beside}." in summary
    assert (SLOWER in summary) is slower
    assert f" --engine {engine}" in found["command"]
    assert ("numba" in found["versions"]) is (engine == "compiled")


def test_what_luck_costs_is_told_before_draws_begin() -> None:
    """Two draws of three months of England's 84,000 children, more or less, each 0.045 s a month."""
    told = run("--draws", "2", "--chance", "--no-charts").stderr
    assert "2 draws that follow each child take about 0 s of processor, which processes share." in told
    assert "draws that follow" not in run("--draws", "2", "--no-charts").stderr
    assert "draws that follow" not in run("--draws", "2", "--chance", "--no-charts", "--quiet").stderr
    assert luck_seconds(load("calm.yaml"), 2, valued=True, engine="plain") == pytest.approx(2 * 3 * 0.045, rel=0.1)


def test_luck_costs_as_many_runs_as_there_are() -> None:
    plain, help_ = load("status-quo"), load("family-help-national")
    seconds = partial(luck_seconds, engine="compiled")
    assert seconds(plain, 200, valued=True) == pytest.approx(200 * seconds(plain, 1, valued=False))
    both, valued = (seconds(help_, 1, valued=one) for one in (False, True))
    assert both == pytest.approx(2 * seconds(plain, 1, valued=False))
    assert valued > both


@pytest.mark.usefixtures("without_numba")
def test_without_numba_sweeps_take_the_plain_engine() -> None:
    assert simulator.sweep("calm.yaml", {"assumptions.balancing_percent_per_year": [0, 1]}).engine == "plain"


@pytest.mark.usefixtures("without_numba")
def test_without_numba_draws_say_what_it_would_save() -> None:
    assert SLOWER in run("--draws", "2").stdout


def test_the_engines_agree_to_rounding() -> None:
    loaded = load("calm.yaml")
    plain, compiled = (simulate(loaded, draws=3, engine=engine, workers=1) for engine in ("plain", None))
    assert (plain.engine, compiled.engine) == ("plain", "compiled")
    for name in plain.reduced:
        for one in (plain, compiled):
            assert one.figure(name).draws == 3
        np.testing.assert_allclose(compiled.figure(name).area(0), plain.figure(name).area(0), rtol=1e-9, atol=1e-6)
