"""Solving for an assumption: a planted answer is found, an impossible one refused with the nearest."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from docs_pages.value_page import BREAK_EVEN

from simulator.cli.main import cli
from simulator.runs.single_run import run_once
from simulator.runs.solve import (
    Surety,
    Target,
    Trials,
    Unknown,
    Unsolvable,
    most_runs,
    solve,
    solve_several,
    with_other_places,
)
from simulator.scenario import load
from simulator.vocabulary.pounds import pounds

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


# What programmes cost and save

HELP = """\
name: Help
extends: status-quo
questions: []
end: 2027-03
interventions:
  - kind: early_help
    id: help
    start: 2025-04
    effect: {measure: starts, risk_ratio: {low: 0.8, mode: 0.9, high: 1.0}, source: mst_ucl_2018}
    cost: {per_year_gbp: 40_000_000}
"""
RATIO = "interventions.help.effect.risk_ratio"
PERIOD = "2025-26..2026-27"


@pytest.fixture
def help_file(tmp_path: Path) -> Path:
    path = tmp_path / "help.yaml"
    path.write_text(HELP, encoding="utf-8")
    return path


@pytest.mark.parametrize(("measure", "sign"), [("npv", 1.0), ("net_cost", -1.0)])
def test_programmes_pay_at_the_value_found(help_file: Path, measure: str, sign: float) -> None:
    """At present value or not, spend with them is then what it is without; stronger help pays."""
    loaded = load(help_file)
    unknown, target = Unknown.parse(RATIO, loaded.scenario), Target.parse(f"{measure}=0@{PERIOD}")
    found = solve(loaded, target, unknown)
    results = run_once(loaded.scenario.with_value(unknown.path, found.value), "help")
    more = (
        results.year_totals("total_spend", real=True).central
        - results.bare().year_totals("total_spend", real=True).central
    )
    weights = results.discount if measure == "npv" else np.ones(2)
    assert abs(float((more * weights).sum())) < 1e5
    stronger = run_once(loaded.scenario.with_value(unknown.path, found.value - 0.1), "help")
    assert sign * target.of(stronger)[0] > 0.0


def test_a_target_is_of_the_years_it_names(help_file: Path) -> None:
    results = run_once(load(help_file).scenario, "help")
    years = [Target.parse(f"net_cost=0@{year}").of(results)[0] for year in ("2025-26", "2026-27")]
    assert Target.parse(f"net_cost=0@{PERIOD}").of(results)[0] == pytest.approx(sum(years))
    starts = Target.parse(f"starts=0@{PERIOD}").of(results)[0]
    assert starts == pytest.approx(results["starts"].total().sum())


def test_programmes_may_be_held_against_another_scenario(help_file: Path) -> None:
    other = help_file.with_name("other.yaml")
    other.write_text("name: Other\nextends: help.yaml\ninterventions: [{id: help, cost: {per_year_gbp: 0}}]\n", "utf-8")
    loaded, against = load(help_file), load(other)
    unknown = Unknown.parse(RATIO, loaded.scenario)
    found = solve(loaded, Target.parse(f"npv=0@{PERIOD}"), unknown, against=against)
    assert found.value < loaded.scenario.value_at(
        unknown.path
    )  # it has to do more than the other does with the same ratio for nothing
    status_quo = solve(loaded, Target.parse(f"npv=0@{PERIOD}"), unknown, against=load("status-quo"))
    assert status_quo.value == pytest.approx(solve(loaded, Target.parse(f"npv=0@{PERIOD}"), unknown).value, abs=1e-4)


def test_to_be_sure_takes_more_than_the_middle(help_file: Path) -> None:
    loaded = load(help_file)
    unknown, target = Unknown.parse(RATIO, loaded.scenario), Target.parse(f"npv=0@{PERIOD}")
    sure, unsure = (solve(loaded, target, unknown, sure=Surety(share, 4)).value for share in (0.9, 0.1))
    assert sure < unsure


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", f"npv=0@{PERIOD}", "--vary", "starts.hold"), "is not a number"),
        (("--target", "npv=0@2031-32", "--vary", RATIO), "2025-26 to 2026-27"),
        (("--target", "npv=0@2026-27..2025-26", "--vary", RATIO), "no financial years of the run"),
        (("--target", "children=1@2025-26..2026-27", "--vary", RATIO), "children is a stock"),
        (("--target", "children=80000@2026-03", "--vary", RATIO, "--sure", "0.8"), "nothing is sure of it"),
        (("--target", "children=80000@2026-03", "--vary", RATIO, "--against", "status-quo"), "held against nothing"),
        (("--target", f"npv=0@{PERIOD}", "--vary", RATIO, "--draws", "5"), "--draws and --seed with --sure"),
        (("--target", f"npv=0@{PERIOD}", "--vary", RATIO, "--against", "ccn-2030"), "another start"),
        (("--target", f"npvs=0@{PERIOD}", "--vary", RATIO), "mean 'npv'?"),
    ],
)
def test_what_can_not_be_asked_of_programmes_is_refused(help_file: Path, words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli, ["solve", str(help_file), *words])
    assert done.exit_code == 2, done.output
    assert said in done.stderr


def test_nobody_who_does_anything_pays_for_nothing(planted: Path) -> None:
    words = ["solve", str(planted), "--target", f"npv=0@{PERIOD}", "--vary", "interventions.more.percent_per_year"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "a scenario with programmes, or --against SCENARIO" in done.stderr


def test_the_break_even_cost_of_an_approval_is_what_is_left_over_for_each() -> None:
    """Money on approvals goes with their cost, so that what just pays is worked out from two runs at other costs."""
    asked = BREAK_EVEN["foster-plan-10000"]
    loaded = load(asked.scenario)
    unknown, target = Unknown.parse(asked.vary, loaded.scenario), Target.parse(asked.target)
    cheap, dear = (
        float(target.of(run_once(loaded.scenario.with_value(unknown.path, cost), "plan"))[0]) for cost in (1e4, 1e5)
    )
    assert cheap > dear
    found = solve(loaded, target, unknown)
    assert found.value == pytest.approx(1e4 + 9e4 * cheap / (cheap - dear), rel=1e-6)
    assert abs(found.result) < 0.5  # billions that balance do so to the pound
    assert pounds(found.result) == "£0"


def test_no_cost_of_an_approval_pays_where_places_are_found_as_needed() -> None:
    asked = BREAK_EVEN["foster-plan-10000"]
    loaded = with_other_places(load(asked.scenario))
    with pytest.raises(Unsolvable, match="reaches it"):
        solve(loaded, Target.parse(asked.target), Unknown.parse(asked.vary, loaded.scenario))


def planted_results(planted: Path, trend: float, price: float) -> tuple[float, float]:
    """Return children at the end and spend of the last year with both numbers planted."""
    text = planted.read_text(encoding="utf-8")
    text = text.replace("percent_per_year: 0", f"percent_per_year: {trend}")
    text = text.replace("percent_per_year: 1", f"percent_per_year: {price}")
    other = planted.with_name("answer.yaml")
    other.write_text(text, encoding="utf-8")
    results = run_once(load(other).scenario, "answer")
    return float(results["children"].total()[-1]), float(results.year_totals("total_spend").area()[0, -1])


def test_two_planted_numbers_are_found_from_two_results(planted: Path) -> None:
    children, spend = planted_results(planted, 3.0, 2.5)
    loaded = load(planted)
    targets = [Target.parse(f"children={children}@2027-03"), Target.parse(f"total_spend={spend}@2026-27")]
    paths = ("interventions.more.percent_per_year=-10..10", "interventions.1.percent_per_year=0..8")
    unknowns = [Unknown.parse(path, loaded.scenario) for path in paths]
    found = solve_several(loaded, targets, unknowns)
    assert [one.value for one in found] == pytest.approx([3.0, 2.5], abs=1e-3)


def test_what_no_two_numbers_reach_is_told_with_the_nearest(planted: Path) -> None:
    loaded = load(planted)
    targets = [Target.parse("children=500000@2027-03"), Target.parse("total_spend=1@2026-27")]
    paths = ("interventions.more.percent_per_year=-1..1", "interventions.1.percent_per_year=0..1")
    with pytest.raises(Unsolvable, match=r"nothing was found within the bounds .* the nearest is"):
        solve_several(loaded, targets, [Unknown.parse(path, loaded.scenario) for path in paths])
    with pytest.raises(Unsolvable, match="2 targets and 1 numbers to vary"):
        solve_several(loaded, targets, [Unknown.parse(paths[0], loaded.scenario)])


def test_a_stock_over_months_is_its_mean_its_highest_or_its_lowest(planted: Path) -> None:
    results = run_once(load(planted).scenario, "planted")
    stock = results["children"].total()[1:4]  # the ends of April to June 2025
    for sign, expected in (("=", stock.mean()), ("<=", stock.max()), (">=", stock.min())):
        target = Target.parse(f"children{sign}1@2025-04..2025-06")
        assert target.of(results)[0] == pytest.approx(expected)


def test_a_stock_can_be_of_one_placement(planted: Path) -> None:
    results = run_once(load(planted).scenario, "planted")
    target = Target.parse("children:childrens_home=15000@2027-03")
    assert target.of(results)[0] == pytest.approx(results["children"].by_placement()["childrens_home"][-1])
    assert target.in_words == "children:childrens_home=15000@2027-03"
    with pytest.raises(Unsolvable, match="no children of 'home'"):
        Target.parse("children:home=1@2027-03")


def test_one_can_be_sure_of_what_is_good_on_one_side() -> None:
    draws = np.arange(11.0)  # the central run, then 1 to 10
    assert Target.parse("children<=5@2027-03").reached(draws, 0.8) == pytest.approx(np.quantile(draws[1:], 0.8))
    assert Target.parse("children>=5@2027-03").reached(draws, 0.8) == pytest.approx(np.quantile(draws[1:], 0.2))


def test_bounds_narrow_what_is_looked_at(planted: Path) -> None:
    loaded = load(planted)
    unknown = Unknown.parse("interventions.more.percent_per_year=1..2", loaded.scenario)
    assert (unknown.low, unknown.high) == (1.0, 2.0)
    with pytest.raises(Unsolvable, match="from 1 to 2 reaches it"):
        solve(loaded, Target.parse("children=70000@2027-03"), unknown)
    for wrong in ("2..1", "1", "-1e9..0"):
        with pytest.raises(Unsolvable, match="are no bounds"):
            Unknown.parse(f"interventions.more.percent_per_year={wrong}", loaded.scenario)


class Shifted(Trials):
    """Draws that a value shifts: children are those of the draw and 100 for each percent a year."""

    spread = np.arange(-500.0, 501.0, 10.0)  # the central run's, which says nothing here, is put before them

    def of(self, value: float) -> np.ndarray:
        self._seen[value] = 80_000.0 + 100.0 * value + np.insert(self.spread, 0, 9e9)
        return self._seen[value]


def test_with_draws_the_value_and_its_error_of_counting_are_those_worked_by_hand(planted: Path) -> None:
    """Of 101 draws 10 children apart, half are at 80,000 with nothing; one standard error of counting is 5 of them."""
    loaded = load(planted)
    unknown = Unknown.parse("interventions.more.percent_per_year=-9..8", loaded.scenario)
    target = Target.parse("children<=80000@2027-03")
    for share, answer in ((0.5, 0.0), (0.8, -3.0)):  # four fifths of the way from -500 to 500 are 300
        sure = Surety(share, 101)
        found = solve(loaded, target, unknown, sure=sure, trials=Shifted(loaded, target, unknown, sure=sure))
        assert found.value == pytest.approx(answer, abs=1e-6)
        assert found.error == pytest.approx(10.0 * np.sqrt(share * (1.0 - share) / 101), rel=1e-6)
    sure = Surety(0.95, 101)
    narrow = Unknown.parse("interventions.more.percent_per_year=-4.6..8", loaded.scenario)
    found = solve(loaded, target, narrow, sure=sure, trials=Shifted(loaded, target, narrow, sure=sure))
    assert found.error == np.inf


def test_a_target_that_every_value_meets_is_no_miss(planted: Path) -> None:
    loaded = load(planted)
    unknown = Unknown.parse("interventions.more.percent_per_year=0..1", loaded.scenario)
    for target in ("children<=9e9@2027-03", "children>=1@2027-03"):
        with pytest.raises(Unsolvable, match=r"from 0 to 1 reaches it: children is .* so there is nothing to find"):
            solve(loaded, Target.parse(target), unknown)
    with pytest.raises(Unsolvable, match="the nearest is"):
        solve(loaded, Target.parse("children<=1@2027-03"), unknown)


def test_draws_take_no_more_runs_than_were_said(help_file: Path) -> None:
    loaded, sure, told = load(help_file), Surety(0.8, 3), []
    unknown, target = Unknown.parse(RATIO, loaded.scenario), Target.parse(f"npv=0@{PERIOD}")
    trials = Trials(loaded, target, unknown, sure=sure, told=told.append)
    found = solve(loaded, target, unknown, sure=sure, trials=trials)
    assert trials.target.reached(trials.of(found.value), 0.8) == pytest.approx(0.0, abs=1e5)
    assert told == sorted(set(told))
    assert told[-1] <= most_runs(1, sure)


def test_a_folder_holds_what_was_found_and_tried(help_file: Path) -> None:
    """Of the values that were tried those at most as high as the one found reach the target in as many draws."""
    out = help_file.parent / "out"
    words = ["solve", str(help_file), "--target", f"npv=0@{PERIOD}", "--vary", f"{RATIO}=0.2..1", "--sure", "0.75"]
    done = CliRunner().invoke(cli, [*words, "--draws", "8", "--folder", str(out)])
    assert done.exit_code == 0, done.output
    assert "At most 99 runs of the simulator: 8 draws of each value, and as many with foster places" in done.stderr
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"manifest.json", "solved.csv", "solved.yaml", "summary.txt", "tried.csv", "charts/solved.png"} <= names
    [solved] = csv.DictReader((out / "solved.csv").read_text(encoding="utf-8").splitlines())
    assert float(solved["result"]) == pytest.approx(0.0, abs=1e5)
    assert float(solved["standard_error"]) > 0.0
    assert f"{RATIO} = {float(solved['value']):.6g} ratio" in done.stdout
    for row in csv.DictReader((out / "tried.csv").read_text(encoding="utf-8").splitlines()):
        reach, low = float(row["share_that_reaches"]), float(row["value"]) < 0.99 * float(solved["value"])
        assert reach >= 0.75 if low else reach <= 0.75 or float(row["value"]) < 1.01 * float(solved["value"])
    again = load(out / "solved.yaml").scenario
    assert again.name == "Help, solved"
    assert again.interventions[0].effect.risk_ratio == pytest.approx(float(solved["value"]))


def test_a_search_that_was_stopped_goes_on_from_what_it_ran(help_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["solve", str(help_file), "--target", f"npv=0@{PERIOD}", "--vary", f"{RATIO}=0.2..1", "--sure", "0.75"]
    words += ["--draws", "2", "--folder", str(help_file.parent / "out")]
    ran, whole = [], Trials._ran

    def stopped(trials: Trials, value: float) -> np.ndarray:
        if len(ran) == 3:
            raise KeyboardInterrupt
        ran.append(value)
        return whole(trials, value)

    monkeypatch.setattr(Trials, "_ran", stopped)
    assert CliRunner().invoke(cli, words).exit_code != 0
    again: list[float] = []
    monkeypatch.setattr(Trials, "_ran", lambda trials, value: (again.append(value), whole(trials, value))[1])
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert len(ran) == 3
    assert [again.count(value) for value in ran] == [1, 1, 1], "with places found as needed alone"
