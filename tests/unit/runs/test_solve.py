"""Solving for an assumption: a planted answer is found, an impossible one refused with the nearest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.runs.single_run import run_once
from simulator.runs.solve import Target, Unknown, Unsolvable, solve
from simulator.scenario import load

FILE = """\
name: Planted
end: 2027-03
interventions:
  - kind: trend
    id: more
    measure: starts
    percent_per_year: {value}
  - kind: price_growth
    costs: all
    percent_per_year: 1
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    path = tmp_path / "planted.yaml"
    path.write_text(FILE.format(value=0), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "answer", "measure", "when"),
    [
        ("interventions.more.percent_per_year", 4.321, "children", "2027-03"),
        ("interventions.0.percent_per_year", -7.65, "starts", "2026-27"),
        ("interventions.1.percent_per_year", 8.765, "total_spend", "2026-27"),
        ("assumptions.balancing_percent_per_year", 0.987, "children", "2026-09"),
    ],
)
def test_a_planted_answer_is_found(planted: Path, path: str, answer: float, measure: str, when: str) -> None:
    loaded = load(planted)
    unknown = Unknown.parse(path, loaded.scenario)
    results = run_once(loaded.scenario.with_value(unknown.path, answer), "planted")
    target = Target(measure, Target(measure, 0.0, when).of(results)[0], when)
    solution = solve(loaded, target, unknown)
    assert solution.value == pytest.approx(answer, rel=1e-3)
    assert solution.result == pytest.approx(target.value, rel=1e-5)


def test_an_impossible_target_is_refused_with_the_nearest(planted: Path) -> None:
    loaded = load(planted)
    unknown = Unknown.parse("interventions.more.percent_per_year", loaded.scenario)
    with pytest.raises(Unsolvable, match=r"from -50 to 50 reaches it; the nearest is 50 percent a year, with 1\d\d,"):
        solve(loaded, Target("children", 10_000_000, "2027-03"), unknown)


def test_the_solution_nearest_to_the_scenarios_own_value_is_taken(planted: Path) -> None:
    loaded = load(planted)
    unknown = Unknown.parse("interventions.more.percent_per_year", loaded.scenario)
    here = Target("children", Target("children", 0.0, "2027-03").of(run_once(loaded.scenario, "x"))[0], "2027-03")
    assert abs(solve(loaded, here, unknown).value) < 1e-3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "children", "--vary", "interventions.more.percent_per_year"), "is not a target"),
        (("--target", "children=x@2027-03", "--vary", "interventions.more.percent_per_year"), "is not a target"),
        (("--target", "childen=1@2027-03", "--vary", "interventions.more.percent_per_year"), "mean 'children'?"),
        (("--target", "children=1@2031-03", "--vary", "interventions.more.percent_per_year"), "2025-03 to 2027-03"),
        (("--target", "starts=1@2027-03", "--vary", "interventions.more.percent_per_year"), "2025-26 to 2026-27"),
        (("--target", "children=1@2027-03", "--vary", "interventions.les.percent_per_year"), "allowed: more, 1"),
        (("--target", "children=1@2027-03", "--vary", "interventions.more.percent"), "mean 'percent_per_year'?"),
        (("--target", "children=1@2027-03", "--vary", "interventions.more.measure"), "is not a number"),
        (("--target", "children=1@2027-03", "--vary", "interventions"), "is not a number"),
        (("--target", "children=1@2027-03", "--vary", "interventions.more.percent_per_year"), "the nearest is"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(planted: Path, words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli, ["solve", str(planted), *words, "--out", str(planted.parent / "out.yaml")])
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (planted.parent / "out.yaml").exists()


def test_the_file_written_reaches_the_target(planted: Path) -> None:
    out = planted.parent / "solved.yaml"
    words = [
        "solve",
        str(planted),
        "--target",
        "children=83000@2027-03",
        "--vary",
        "interventions.more.percent_per_year",
    ]
    assert CliRunner().invoke(cli, [*words, "--out", str(out)]).exit_code == 0
    results = run_once(load(out).scenario, "solved")
    assert results["children"].total()[-1] == pytest.approx(83_000, rel=1e-5)
    again = CliRunner().invoke(cli, [*words, "--out", str(out)])
    assert (again.exit_code, "exists" in again.stderr) == (2, True)


def test_a_value_that_another_file_cannot_change_is_told(planted: Path) -> None:
    words = [
        "solve",
        str(planted),
        "--target",
        "total_spend=10.2e9@2026-27",
        "--vary",
        "interventions.1.percent_per_year",
    ]
    done = CliRunner().invoke(cli, words)
    assert (done.exit_code, "has no id" in done.stderr) == (2, True)


def test_targets_read_numbers_as_people_write_them() -> None:
    assert Target.parse("children=100_000@2032-03") == Target("children", 1e5, "2032-03")
    assert replace(Target.parse("total_spend=12.5e9@2030-31"), value=0) == Target("total_spend", 0, "2030-31")
