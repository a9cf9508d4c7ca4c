"""Allocating a budget on the simulator."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.decisions.levers import Pick, Plan, combined, levers
from simulator.decisions.optimise import (
    DRAWS,
    RUNS_THAT_SUIT,
    Asked,
    Candidate,
    Optimised,
    _Search,
    draws_that_suit,
    optimise,
    runs_budget,
)
from simulator.decisions.optimise_folder import optimise_text
from simulator.decisions.portfolio import Together
from simulator.scenario import ScenarioError, load

BUDGET = 400e6


@pytest.fixture(scope="module")
def found() -> Optimised:
    loaded = combined([load("family-help-national"), load("foster-plan-10000")])
    budgets = (0.0, 100e6, 2_600e6, 4_000e6)
    return optimise(loaded, Asked(BUDGET, {"care_years": 1.0}, latest_start=2027, frontier_gbp=budgets))


def test_the_plan_keeps_within_budget_and_reach(found: Optimised) -> None:
    for budget, one in (*found.frontier, *((BUDGET, other) for other in found.others)):
        assert one.cost_gbp <= budget * (1 + 1e-6)
        assert all(p is None or p.level <= lever.most for p, lever in zip(one.plan, found.levers, strict=True))


def test_the_plan_beats_every_programme_alone_and_equal_shares(found: Optimised) -> None:
    assert len(found.others) == 3
    assert all(found.plan.score > one.score for one in found.others)
    assert "as good as or better than every programme alone" in optimise_text(found, "Both")


def test_the_frontier_never_falls(found: Optimised) -> None:
    assert all(later.score >= earlier.score for (_, earlier), (_, later) in pairwise(found.frontier))
    assert found.frontier[0][1].score == 0.0


def test_what_a_plan_takes_is_not_called_dominated(found: Optimised) -> None:
    plans = [one.plan for _, one in found.frontier]
    taken = {lever.name for plan in plans for lever, pick in zip(found.levers, plan, strict=True) if pick is not None}
    assert taken == {"family-help", "foster-plan"}
    assert not taken & set(found.dominated)


def test_the_next_million_is_what_two_runs_differ_by(found: Optimised) -> None:
    price = found.shadow_price
    assert price is not None
    assert price.outcome["care_years"] == pytest.approx(price.score)
    average = found.plan.score / (found.plan.cost_gbp / 1e6)
    assert 0.0 < price.score < average  # the best came first


def test_responses_promise_about_what_comes_true(found: Optimised) -> None:
    assert abs(found.gap) < 0.05


def test_limits_by_year_and_together_hold_in_the_simulator() -> None:
    loaded = combined([load("family-help-national"), load("foster-plan-10000")])
    shared = (Together({"family-help": 1.0, "foster-plan": 1.0}, 0.4),)
    asked = Asked(BUDGET, {"npv": 1.0}, most_per_year_gbp=30e6, together=shared, latest_start=2026, frontier_gbp=())
    one = optimise(loaded, asked).plan
    assert one.score > 0.0
    assert one.outcome.cost[0].max() <= 30e6 * (1 + 1e-6)
    assert sum(p.level for p in one.plan if p is not None) <= 0.4 + 1e-9


def test_by_the_worst_fifth_a_programme_that_may_do_harm_is_left_alone() -> None:
    asked = Asked(300e6, {"care_years": 1.0}, "cvar", draws=10, latest_start=2025, frontier_gbp=())
    one = optimise(load("family-help-national"), asked)
    assert one.plan.plan == (None,)
    assert any("not spent" in line for line in optimise_text(one, "Help").splitlines())
    mean = optimise(load("family-help-national"), Asked(300e6, {"care_years": 1.0}, draws=10, latest_start=2025,
                                                        frontier_gbp=()))  # fmt: skip
    assert mean.plan.plan != (None,)
    assert np.mean(mean.plan.outcome.values["care_years"][1:]) > 0.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--objective", "children"], "no outcome 'children'"),
        (["--by", "cvar", "--draws", "1"], "cvar is of draws"),
        (["--latest-start", "2099"], "2034 at the latest"),
        (["--frontier", "0,x"], "are no budgets"),
        (["--most", "family-help=0"], "no level of a programme"),
        (["--most", "nobody=2"], "no programme is called so"),
        (["--together", "family-help+nobody=2"], "no programme is called nobody"),
    ],
)
def test_wrong_words_are_refused_and_nothing_is_written(words: list[str], said: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    done = CliRunner().invoke(cli, ["optimise", "family-help-national", "--budget", "1e6", *words, "--out", str(out)])
    assert done.exit_code == 2
    assert said in done.output
    assert not out.exists()


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_command_writes_its_folder(tmp_path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    words = [
        "optimise",
        "foster-plan-88m",
        "--budget",
        "50e6",
        "--latest-start",
        "2026",
        "--draws",
        "2",
        "--frontier",
        "0,1e8",
        "--next",
        "2e6",
        "--no-charts",
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    names = {path.name for path in out.iterdir()}
    assert names == {"manifest.json", "next-million.csv", "plan-levels.csv", "plan.yaml", "plans.csv", "summary.txt"}
    assert load(out / "plan.yaml").scenario.name.endswith("plan")
    assert "2 draws are few" in done.output
    plans = rows(out / "plans.csv")
    assert {float(row["budget_gbp"]) for row in plans} == {0.0, 50e6, 1e8}
    more = rows(out / "next-million.csv")
    assert {(row["foster_places"], row["more_gbp"]) for row in more} == {
        ("limited", "2000000"),
        ("as_needed", "2000000"),
    }


@pytest.fixture(scope="module")
def drawn() -> Optimised:
    """Recruitment, whose cost is drawn, for less than all of it costs."""
    return optimise(load("foster-plan-10000"), Asked(50e6, {"home_years": 1.0}, draws=6, latest_start=2026,
                                                     frontier_gbp=(0.0, 100e6), next_gbp=20e6))  # fmt: skip


def test_the_budget_is_held_by_what_a_plan_costs_on_average(drawn: Optimised) -> None:
    cost = drawn.plan.outcome.cost[1:].sum(axis=1)
    assert drawn.plan.cost_gbp == pytest.approx(cost.mean())
    assert 0.9 * 50e6 < cost.mean() <= 50e6 * (1 + 1e-6)
    assert drawn.plan.overspends(50e6) == (cost > 50e6).mean()
    assert 0.0 < drawn.plan.overspends(50e6) < 1.0, "a mean holds in some draws and not in others"
    assert "Chance to cost more than £50m" in optimise_text(drawn, "Recruitment")


def test_the_plan_is_told_with_foster_places_the_other_way(drawn: Optimised) -> None:
    """Where places are found as needed recruitment moves nobody out of homes, and only costs."""
    assert (drawn.foster_places, drawn.elsewhere.foster_places) == ("limited", "as_needed")
    other, [more], [here] = drawn.elsewhere.outcome, drawn.elsewhere.next_money, drawn.next_money
    assert other is not None
    assert abs(other.values["home_years"]).max() < 1.0 < drawn.plan.outcome.values["home_years"][1:].min()
    assert (other.values["npv"][1:] < 0.0).all()
    assert more.mean("npv") < 0.0 < here.mean("home_years")
    assert "foster places found as needed" in optimise_text(drawn, "Recruitment")


def test_so_many_draws_are_run_as_programmes_leave_time_for() -> None:
    asked = Asked(BUDGET, {"npv": 1.0})
    few, [one] = levers(load("foster-plan-10000"), {}, 2026), levers(load("family-help-national"), {}, None)
    assert draws_that_suit(few, asked) == DRAWS
    many = tuple(replace(one, name=f"x{i}") for i in range(20))
    assert 10 <= draws_that_suit(many, asked) < DRAWS
    assert runs_budget(many, replace(asked, draws=draws_that_suit(many, asked)), 3) <= RUNS_THAT_SUIT


def test_a_start_after_the_run_is_refused() -> None:
    loaded = combined([load("family-help-national"), load("foster-plan-10000")])
    with pytest.raises(ScenarioError, match="starts in April 2099 is in it"):
        levers(loaded, {}, 2099)


class UpToThreeTenths(_Search):
    """A search in which no more than 0.3 of a programme can be had."""

    def __init__(self) -> None:
        self.runs = SimpleNamespace(of=lambda plans: [None for _ in plans])  # type: ignore[assignment]

    def _ran(self, name: str, plans: Sequence[Plan], budget: float) -> list[Candidate]:
        return [Candidate(name, plan, None, 0.0, 0.0) for plan in plans if plan[0].level <= 0.3]  # type: ignore[arg-type, union-attr]


def test_what_cannot_be_had_is_made_less_and_not_given_up() -> None:
    found = UpToThreeTenths()._within("all of it", (Pick(1.0),), 1e9)
    assert found.plan == (Pick(0.25),)
