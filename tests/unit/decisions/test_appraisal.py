"""Appraisals: accounts worked by hand, uplifts, identities with value for money, and tables that agree."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.data import packaged
from simulator.data.appraisal_rules import (
    appraisal_numbers,
    deprivation,
    ledger_items,
    published_differences,
)
from simulator.data.discounting import discount_factors
from simulator.decisions.appraisal import ENTRIES, STEPS, appraise, ledger
from simulator.decisions.appraisal_charts import optimism_bars, told
from simulator.decisions.appraisal_runs import MONEY, AppraisalRuns, RunFigures, Sides, outcome_measures
from simulator.decisions.figures_at_points import AskedOfPoints
from simulator.decisions.optimism import Optimism, late, shrinkages, shrunk, towards_none
from simulator.interventions.fields import Wrong
from simulator.scenario import load, load_mapping
from simulator.vocabulary.areas import authorities

HELP = {
    "name": "Help",
    "extends": "status-quo",
    "end": "2028-03",
    "assumptions": {"drift": "none"},
    "interventions": [
        {
            "kind": "early_help", "id": "help", "start": "2025-10", "lag_months": 0,
            "effect": {"measure": "starts", "risk_ratio": 0.8},
            "cost": {"budget_gbp": {"2025-26": 100_000_000, "2026-27": 200_000_000}},
        }
    ],
    "funding": {
        "lines": [{"id": "grant", "source": "pq_106342", "gbp": {"2025-26": 150_000_000, "2026-27": 50_000_000}}]
    },
}  # fmt: skip


def figures(**money: list[float]) -> RunFigures:
    """Figures of one run and area, by year, in £m; what is not given is nothing."""
    years = len(next(iter(money.values())))
    names = (*MONEY, "planned", "lines")
    held = {name: np.array(money.get(name, [0.0] * years))[None, None] for name in names}
    return RunFigures(held, np.array(money.get("child_years", [0.0] * years))[None, None], {})


WITHOUT = figures(
    total_spend=[1000.0, 1000.0, 1000.0], placement_spend=[700.0] * 3, grant_income=[50.0] * 3,
    front_door_spend=[400.0] * 3, lines=[80.0, 30.0, 0.0], child_years=[100.0] * 3,
)  # fmt: skip
WITH = figures(
    total_spend=[1095.0, 985.0, 935.0], programme_spend=[100.0, 40.0, 5.0], planned=[100.0, 40.0, 0.0],
    placement_spend=[697.0, 660.0, 640.0], grant_income=[50.0, 48.0, 46.0], front_door_spend=[410.0, 405.0, 400.0],
    lines=[80.0, 30.0, 0.0], child_years=[99.0, 95.0, 92.0],
)  # fmt: skip
BY_HAND = Sides(WITH, WITHOUT)


def test_a_ledger_by_hand() -> None:
    """Programmes cost 100, 40 and 5, of which lines pay 80, 30 and 0; care costs 5, 55 and 70 less."""
    found = ledger(BY_HAND)
    expected = {
        "programmes_funded": [-80.0, -30.0, 0.0],
        "programmes_not_funded": [-20.0, -10.0, -5.0],
        "placements": [3.0, 40.0, 60.0],
        "other_lines": [2.0, 15.0, 10.0],
        "grants_lost": [0.0, -2.0, -4.0],
        "grants_saved": [0.0, 2.0, 4.0],
        "front_door": [-10.0, -5.0, 0.0],
    }
    assert found.entries.keys() == expected.keys() == set(ENTRIES)
    for name, values in expected.items():
        np.testing.assert_allclose(found.entries[name][0, 0], values, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(found.net[0, 0], [-95.0, 15.0, 65.0])
    np.testing.assert_allclose(found.avoided[0, 0], [1.0, 5.0, 8.0])


def test_discounting_and_the_cost_that_switches_the_sign_by_hand() -> None:
    """-95 + 15/1.035 + 65/1.035^2 = -19.828; 125.32 of saving for 143.32 of cost: they pay at 0.8626 of it."""
    found, discount = ledger(BY_HAND), discount_factors(3)
    assert float(found.net[0, 0] @ discount) == pytest.approx(-95 + 15 / 1.035 + 65 / 1.035**2)
    saving, cost = (float(flow[0, 0] @ discount) for flow in (found.saving, found.cost))
    assert saving == pytest.approx(5 + 55 / 1.035 + 70 / 1.035**2)
    planned = 100 + 40 / 1.035
    uplift = (saving - cost) / planned
    assert float(ledger(BY_HAND, cost_uplift=uplift).net[0, 0] @ discount) == pytest.approx(0.0, abs=1e-9)


def test_all_but_what_lies_outside_adds_up_to_what_is_saved_less_cost() -> None:
    for uplift in (0.0, 0.25, 2.0):
        found = ledger(BY_HAND, cost_uplift=uplift)
        parts = sum(values for name, values in found.entries.items() if name != "front_door")
        np.testing.assert_allclose(parts, found.net, atol=1e-9)


def test_the_cost_uplift_is_on_planned_money_alone() -> None:
    found = ledger(BY_HAND, cost_uplift=0.5)
    np.testing.assert_allclose(found.cost[0, 0], [150.0, 60.0, 5.0])
    np.testing.assert_allclose(found.entries["programmes_funded"][0, 0], [-80.0, -30.0, 0.0])


def test_what_is_late_is_paid_for_as_planned() -> None:
    later = Sides(
        figures(total_spend=[1000.0, 1095.0, 985.0], programme_spend=[0.0, 100.0, 45.0], planned=[0.0, 100.0, 40.0],
                placement_spend=[700.0, 697.0, 660.0]),
        figures(total_spend=[1000.0] * 3, placement_spend=[700.0] * 3),
    )  # fmt: skip
    found = ledger(later, BY_HAND)
    np.testing.assert_allclose(found.cost[0, 0], [100.0, 40.0, 5.0])
    np.testing.assert_allclose(found.saving[0, 0], [0.0, 5.0, 60.0])


def test_ratios_go_towards_none_in_logarithms() -> None:
    assert towards_none(0.64, 0.5) == pytest.approx(0.8)
    assert towards_none(1 / 0.64, 0.5) == pytest.approx(1 / 0.8)
    assert towards_none(0.0, 0.0) == 1.0
    assert [towards_none(0.7, kept) for kept in (0.0, 1.0)] == [1.0, 0.7]


def test_each_effect_goes_by_its_design() -> None:
    """A trial keeps all, a matched study half, a judgement what is asked for; what the file has shrunk stays."""

    def kept(**effect: object) -> tuple[str, float, float]:
        content = {**HELP, "interventions": [{**HELP["interventions"][0],  # type: ignore[index]
                                              "effect": {"measure": "starts", **effect}}]}  # fmt: skip
        [one] = [of for of in shrinkages(load_mapping(content), 0.3) if of.number == "effect risk ratio"]
        return one.design, one.kept, one.after

    as_found = {"value": 0.64, "shrink": "none"}
    assert kept(risk_ratio=as_found, source="tfp_flw_2019") == ("matched", 0.5, pytest.approx(0.8))
    assert kept(risk_ratio=0.64, source="tfp_flw_2019") == ("matched", 1.0, pytest.approx(0.8))  # it was by the reader
    assert kept(risk_ratio=0.64, source="mst_ucl_2018") == ("trial", 1.0, 0.64)
    assert kept(risk_ratio=as_found, source=["mst_ucl_2018", "fsh_innov"])[:2] == ("before_and_after", 0.25)
    assert kept(risk_ratio=0.64, source="tfp_flw_2019", quality="judgement")[:2] == ("judgement", 0.3)
    assert kept(risk_ratio=0.64)[:2] == ("judgement", 0.3)
    drawn = {"median": 0.64, "p10": 0.5, "p90": 0.8, "shrink": "matched"}
    assert kept(risk_ratio={"value": 1.2, "shrink": "none"}, source="tfp_flw_2019")[2] == 1.2  # harm is not doubted
    design, share, after = kept(risk_ratio=drawn)
    assert (design, share) == ("matched", 1.0)
    assert after == pytest.approx(0.8), "the file has it at its root already"


def test_effects_that_are_shrunk_move_the_scenario_and_nothing_else() -> None:
    loaded = load_mapping(HELP)
    many = shrinkages(loaded, 0.5)
    found = shrunk(loaded.scenario, many)
    assert found.interventions[0].effect.risk_ratio == pytest.approx(math.sqrt(0.8))  # type: ignore[attr-defined]
    assert shrunk(found, ()) == found
    assert found.interventions[0].cost == loaded.scenario.interventions[0].cost


def test_a_year_late_is_a_year_later_unless_it_began_before_the_run() -> None:
    scenario = load_mapping(HELP).scenario
    [one] = [of for of in late(scenario, 1, lambda _: 1.0).interventions if of.is_programme]
    assert str(one.start) == "2026-10"  # type: ignore[attr-defined]
    assert late(scenario, 0, lambda _: 1.0) is scenario
    begun = {**HELP, "interventions": [{**HELP["interventions"][0], "start": "2024-10"}]}  # type: ignore[index]
    scenario = load_mapping(begun).scenario
    assert late(scenario, 1, lambda _: 1.0) == scenario


@pytest.fixture(scope="module")
def runs() -> AppraisalRuns:
    return AppraisalRuns(load_mapping(HELP), draws=2, engine="plain")


@pytest.fixture(scope="module")
def found(runs: AppraisalRuns):
    return appraise(runs, Optimism(0.2, 1, 0.5))


def test_accounts_add_up_to_value_for_money(runs, found) -> None:
    """Of both rules and every step: all lines are net present value and the front door, and bearers are all lines."""
    asked = AskedOfPoints(runs.loaded, engine="plain").figures({})
    [stated] = [one for one in found.regimes if one.as_stated]
    assert found.net_present_value(stated, STEPS[0].name)[0] == pytest.approx(asked.of("npv")[0], rel=1e-9)
    for regime in found.regimes:
        for step in STEPS:
            front = found.present(regime.steps[step.name].entries["front_door"])
            whole = found.whole(regime, step.name)
            np.testing.assert_allclose(whole, found.net_present_value(regime, step.name) + front, atol=1.0)
            bearers = [found.borne_by(name, regime, step.name) for name in ("central", "local", "not_stated")]
            np.testing.assert_allclose(np.sum(bearers, axis=0), whole, atol=1.0)


def test_lines_of_funding_pay_up_to_their_amounts_in_each_year(found) -> None:
    """Of 100 and 200 a grant of 150 and 50 pays 100 and 50, in prices of 2024-25."""
    for regime in found.regimes:
        funded = regime.steps["as stated"].entries["programmes_funded"][0, 0]
        cost = regime.steps["as stated"].cost[0, 0]
        assert funded[0] == pytest.approx(-cost[0])
        assert funded[1] == pytest.approx(-cost[1] / 4.0)
        assert funded[2] == pytest.approx(0.0, abs=1e-6)


def test_each_uplift_makes_help_that_works_worth_less(found) -> None:
    for regime in found.regimes:
        npv = {step.name: found.net_present_value(regime, step.name) for step in STEPS}
        for name in ("cost", "delivery time", "effect"):
            assert (npv[name] < npv["as stated"]).all(), name
        assert (npv["all together"] < np.min([npv[name] for name in ("cost", "delivery time", "effect")], axis=0)).all()
        late_cost = regime.steps["delivery time"].cost
        np.testing.assert_allclose(late_cost, regime.steps["as stated"].cost, rtol=1e-12)


def test_uplifts_of_nothing_change_nothing(runs) -> None:
    found = appraise(runs, Optimism(0.0, 0, 1.0))
    for regime in found.regimes:
        for step in STEPS:
            np.testing.assert_array_equal(regime.steps[step.name].net, regime.steps["as stated"].net)


def test_the_chart_has_both_rules_and_every_step(found) -> None:
    chart = optimism_bars(found, "Help")
    first = found.regimes[0]
    for step in (STEPS[0], STEPS[-1]):
        assert told(found.net_present_value(first, step.name)) in chart.title
    for step in STEPS:
        assert f"places limited: {step.name}" in chart.alt
        assert f"places found as needed: {step.name}" in chart.alt


def test_ends_that_are_written_alike_are_left_out() -> None:
    assert told(np.array([1e9, 1e9, 1e9])) == "+£1.0bn"
    assert told(np.array([5e6])) == "+£5.0m"
    assert told(np.array([0.0, -2e6, 0.0, 2e6])) == "£0 (−£1.6m to +£1.6m)"


def test_against_itself_nothing_is_gained(runs) -> None:
    one = AppraisalRuns(runs.loaded, runs.loaded, engine="plain")
    sides = one.run(one.points, limited=True)
    for name, values in ledger(sides).entries.items():
        np.testing.assert_array_equal(values, 0.0, err_msg=name)


def test_what_cannot_be_appraised_is_refused() -> None:
    with pytest.raises(Wrong, match="nobody does anything in status-quo"):
        AppraisalRuns(load("status-quo"))
    with pytest.raises(Wrong, match="lga-2021 is of another time or other areas than family-help-national"):
        AppraisalRuns(load("family-help-national"), load("lga-2021"))
    with pytest.raises(Wrong, match="before its first financial year does"):
        AppraisalRuns(load_mapping({**{name: of for name, of in HELP.items() if name != "funding"}, "end": "2025-12"}))


def test_every_amount_stands_in_one_line_of_the_accounts() -> None:
    items = ledger_items()
    assert sorted(one.entry for one in items if one.entry) == sorted(ENTRIES)
    assert all(bool(one.entry) == bool(one.bearer) == (one.kind != "no_figure") for one in items)
    assert {"central", "local", "not_stated"} == {one.bearer for one in items if one.bearer}


def test_numbers_of_appraisals_say_what_they_rest_on() -> None:
    sources = set(packaged.table("sources")["key"])
    for one in (*appraisal_numbers().values(), *ledger_items()):
        assert set(one.basis.split(";")) <= {*sources, "judgement"}
    for number in appraisal_numbers().values():
        assert number.low <= number.value <= number.high, number.key
    assert {one.gbp for one in published_differences()} == {1.0e9, 2.6e9}


def test_every_authority_has_its_deprivation() -> None:
    assert set(deprivation()) == {one.code for one in authorities()}
    share = {one.name: deprivation()[one.code].income_deprived_children_share for one in authorities()}
    assert (share["Middlesbrough"], share["Wokingham"]) == (0.327, 0.056)
    assert 0.10 < share["Kent"] < 0.24, "between its districts"
    assert max(share, key=lambda name: share[name]) == "Middlesbrough"


def test_outcomes_are_those_of_the_framework_and_no_money() -> None:
    names = outcome_measures()
    assert {"children", "reentries", "moves_in", "children_far_from_home", "protection_plans"} <= set(names)
    assert not any(name.endswith("_spend") for name in names)
