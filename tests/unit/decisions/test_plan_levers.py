"""Programmes at other levels and later, and what plans of them come to."""

import dataclasses

import numpy as np
import pytest

from simulator.decisions.levers import Pick, Plan, combined, levers, plan_file, with_plan
from simulator.decisions.plan_runs import PlanRuns
from simulator.runs.single_run import run_once
from simulator.scenario import LoadedScenario, ScenarioError, load, load_mapping

HELP = {
    "name": "Help",
    "extends": "status-quo",
    "interventions": [
        {
            "kind": "early_help", "id": "help", "areas": {"count": 12, "of": 153}, "start": "2026-04",
            "effect": {"measure": "starts", "risk_ratio": 0.8},
            "cost": {"budget_gbp": {"2026-27": 10_000_000, "2027-28": 20_000_000}},
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def both() -> LoadedScenario:
    return combined([load("family-help-national"), load("foster-plan-10000")])


@pytest.fixture(scope="module")
def runs(both: LoadedScenario) -> PlanRuns:
    return PlanRuns(both, levers(both, {}, 2028))


def test_what_counts_areas_can_be_done_in_all_of_them() -> None:
    [lever] = levers(load_mapping(HELP), {}, None)
    assert lever.most == pytest.approx(153 / 12)


def test_a_level_makes_reach_and_money_more_alike() -> None:
    one = load_mapping(HELP).scenario.interventions[-1].at_level(3.0)
    assert one.areas.fraction == pytest.approx(3 * 12 / 153)
    assert one.cost is not None
    assert one.cost.budget_gbp == {"2026-27": 30_000_000, "2027-28": 60_000_000}


def test_later_money_is_worth_as_much() -> None:
    prices = {"2026-27": 1.0, "2027-28": 1.02, "2028-29": 1.0404, "2029-30": 1.06}
    one = load_mapping(HELP).scenario.interventions[-1].at_level(1.0, 2, prices.__getitem__)
    assert str(one.start) == "2028-04"  # type: ignore[attr-defined]
    assert one.cost is not None
    assert one.cost.budget_gbp == pytest.approx({"2028-29": 10_404_000, "2029-30": 20e6 * 1.06 / 1.02})


def test_plans_come_to_what_runs_of_the_scenario_do(both: LoadedScenario, runs: PlanRuns) -> None:
    [found] = runs.of([(Pick(1.0), Pick(1.0))])
    assert found is not None
    whole = run_once(both.scenario, "both", baseline=both.baseline)
    without = whole.bare()
    spend, beside = (one.year_totals("total_spend", real=True).area()[0] for one in (whole, without))
    assert found.values["npv"][0] == pytest.approx(float((beside - spend) @ whole.discount), rel=1e-6)
    cost = whole.year_totals("programme_spend", real=True).area()[0]
    assert found.cost[0] == pytest.approx(cost, rel=1e-6)


def test_nothing_comes_to_nothing(runs: PlanRuns) -> None:
    [found] = runs.of([(None, None)])
    assert found is not None
    assert all(abs(values).max() == 0.0 for values in found.values.values())
    assert not found.cost.any()


def test_a_plan_as_a_file_is_the_plan(both: LoadedScenario, runs: PlanRuns, tmp_path) -> None:  # type: ignore[no-untyped-def]
    plan: Plan = (Pick(0.5, 1), Pick(0.7, 2))
    path = tmp_path / "plan.yaml"
    path.write_text(plan_file(both, runs.levers, plan, runs.prices), encoding="utf-8")
    read, meant = load(path).scenario, with_plan(both.scenario, runs.levers, plan, runs.prices)
    assert read.interventions == meant.interventions


def test_what_is_uncertain_is_drawn_before_there_is_less_of_it(both: LoadedScenario) -> None:
    drawn = PlanRuns(both, levers(both, {}, 2026), draws=4)
    half, whole = drawn.of([(Pick(0.5), None), (Pick(1.0), None)])
    assert half is not None
    assert whole is not None
    assert np.ptp(whole.values["care_years"]) > 1000.0
    assert half.values["care_years"] == pytest.approx(whole.values["care_years"] / 2.0, rel=0.1, abs=60.0)


def test_what_cannot_be_decided_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nothing to decide"):
        levers(load("status-quo"), {}, None)
    with pytest.raises(ScenarioError, match="no programme is called so"):
        levers(load("family-help-national"), {"family-hlep": 2.0}, None)
    with pytest.raises(ScenarioError, match="England as a whole"):
        levers(load("family-help-national").in_areas(("Kent",)), {}, None)
    without = {**HELP, "interventions": [{k: v for k, v in HELP["interventions"][0].items() if k != "id"}]}  # type: ignore[index, attr-defined]
    with pytest.raises(ScenarioError, match="has no id"):
        levers(load_mapping(without), {}, None)
    with pytest.raises(ScenarioError, match="has a programme family-help too"):
        combined([load("family-help-national"), dataclasses.replace(load("family-help-national"), key="other")])
