"""Allocating a budget on the simulator."""

from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.decisions.levers import combined
from simulator.decisions.optimise import Asked, Optimised, optimise
from simulator.decisions.optimise_folder import optimise_text
from simulator.decisions.portfolio import Together
from simulator.scenario import load

BUDGET = 400e6


@pytest.fixture(scope="module")
def found() -> Optimised:
    loaded = combined([load("family-help-national"), load("foster-plan-10000")])
    budgets = (0.0, 100e6, 2_600e6)
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
        (["--by", "cvar"], "cvar is of draws"),
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


def test_the_command_writes_its_folder(tmp_path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    words = [
        "optimise",
        "foster-plan-88m",
        "--budget",
        "50e6",
        "--latest-start",
        "2026",
        "--no-charts",
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    names = {path.name for path in out.iterdir()}
    assert names == {"manifest.json", "next-million.csv", "plan-levels.csv", "plan.yaml", "plans.csv", "summary.txt"}
    assert load(out / "plan.yaml").scenario.name.endswith("plan")
