"""Value for money: accounts worked by hand, packages, and what holds for any scenario with programmes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.outputs.charts.verdicts import apart_words, payback_cell, rests_on, standing, uncosted, verdict, verdicts
from simulator.results.figures import QUANTILES
from simulator.results.value_for_money import Package, Programme, ValueAccount, middle_of, packages
from simulator.runs.simulate import simulate
from simulator.scenario import load, load_mapping

PACKAGE = Package("all", (0,), (0,), True, True)
YEARS = ("2025-26", "2026-27", "2027-28")


def account(cost: list[list[float]], saving: list[list[float]], **more: list[list[float]]) -> ValueAccount:
    """Make up an account at no discount."""
    flows = {"cost": cost, "saving": saving, "cashable": saving, "avoided": saving, "care": cost, "child_years": cost}
    arrays = {name: np.array(values, dtype=float) for name, values in (flows | more).items()}
    return ValueAccount(PACKAGE, arrays, YEARS, np.ones(3), "2024-25")


def item(of: ValueAccount, name: str) -> float:
    return float({one.name: one for one in of.items()}[name].statistics()[0])


def test_an_account_is_added_up_by_hand() -> None:
    one = account([[100, 0, 0]], [[0, 60, 90]], avoided=[[0, 2, 3]], care=[[50, 80, 90]], child_years=[[1, 2, 3]])
    assert item(one, "npv") == 50.0
    assert item(one, "benefit_cost_ratio") == 1.5
    assert item(one, "break_even_year") == 2028
    assert item(one, "child_years_avoided") == 5.0
    assert item(one, "saving_per_child_year_avoided") == 30.0
    assert item(one, "average_cost_per_child_year") == pytest.approx((2 * 40 + 3 * 30) / 5)
    assert item(one, "marginal_to_average") == pytest.approx(30 / 34)
    assert not one.beyond_average


def test_what_is_later_is_worth_less() -> None:
    flows = {name: np.array([[0.0, 0.0, 121.0]]) for name in ("saving", "cashable", "avoided", "care", "child_years")}
    one = ValueAccount(
        PACKAGE, {"cost": np.array([[100.0, 0.0, 0.0]]), **flows}, YEARS, 1.1 ** -np.arange(3.0), "2024-25"
    )
    assert item(one, "npv") == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("cost", "saving", "year"),
    [
        ([10, 0, 0], [0, 10, 0], 2027),  # paid to the penny counts
        ([10, 0, 0], [0, 5, 4], np.nan),  # not within the run
        ([0, 0, 0], [1, 1, 1], np.nan),  # nothing to pay back
        ([0, 0, 5], [0, 0, 9], 2028),  # never owed: the first year with cost, and none before it
        ([10, 0, 30], [20, 0, 0], np.nan),  # it had paid, and then cost more
        ([10, 0, 15], [20, 0, 5], 2026),
    ],
)
def test_the_year_of_breaking_even_is_that_from_which_it_stays_paid(
    cost: list[float], saving: list[float], year: float
) -> None:
    found = item(account([cost], [saving]), "break_even_year")
    assert (np.isnan(found) and np.isnan(year)) or found == year


def test_quantiles_are_of_draws_and_a_year_is_one_of_theirs() -> None:
    one = account([[10, 0, 0]] * 5, [[0, 20, 0], [0, 20, 0], [0, 5, 6], [0, 0, 0], [30, 0, 0]])
    items = {name.name: name for name in one.items()}
    assert items["npv"].statistics()[1:].tolist() == pytest.approx(
        np.quantile([10, 1, -10, 20], [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]).tolist()
    )
    years = items["break_even_year"].statistics()
    assert set(years[np.isfinite(years)]) <= {2026.0, 2027.0, 2028.0}
    assert np.isnan(years[-1])  # a quarter of draws never pays
    assert one.chance_pays == 0.75


def test_a_saving_for_each_child_year_is_of_the_draws_that_avoid_any() -> None:
    # Savings of 12 in each draw; 2, 3, -1 and 0 child-years avoided: 6 and 4 in the two draws that avoid some.
    avoided = [[1, 0, 0], [2, 0, 0], [3, 0, 0], [-1, 0, 0], [0, 0, 0]]
    one = account([[1, 1, 1]] * 5, [[4, 4, 4]] * 5, avoided=avoided, care=[[8, 0, 0]] * 5, child_years=[[4, 1, 1]] * 5)
    found = {name.name: name.statistics() for name in one.items()}
    each = found["saving_per_child_year_avoided"]
    assert each[0] == 12.0
    np.testing.assert_allclose(each[1:], np.quantile([6.0, 4.0], np.array(QUANTILES) / 100))
    np.testing.assert_allclose(found["marginal_to_average"][1:], each[1:] / 2.0)
    assert found["chance_avoids"].tolist() == [0.5]
    assert middle_of(one.saving_per_child_year) == 5.0
    assert one.beyond_average


def test_there_is_no_saving_for_a_child_year_where_no_draw_avoids_one() -> None:
    one = account([[1, 1, 1]] * 3, [[4, 4, 4]] * 3, avoided=[[1, 0, 0], [0, 0, 0], [-1, 0, 0]])
    found = {name.name: name.statistics() for name in one.items()}["saving_per_child_year_avoided"]
    assert found[0] == 12.0
    assert np.isnan(found[1:]).all()
    assert np.isnan(middle_of(one.saving_per_child_year))


def test_with_draws_every_item_but_a_share_of_them_has_quantiles() -> None:
    one = account([[10, 2, 2]] * 4, [[20, 9, 9], [20, 9, 9], [30, 9, 9], [40, 9, 9]], avoided=[[1, 1, 1]] * 4)
    for item_ in one.items():
        found = item_.statistics()
        assert len(found) == 1 if item_.name.startswith("chance") else np.isfinite(found).all(), item_.name


def test_what_the_central_run_gives_is_told_where_it_is_far_from_the_median() -> None:
    apart = account([[0, 0, 0]] * 6, [[9e9, 0, 0], *([n * 1e9, 0, 0] for n in (1, 2, 3, 4, 5))])
    (said,) = apart_words([apart])
    assert "central run has a net present value of +£9.0bn, far from the median of +£3.0bn" in said
    within = account([[0, 0, 0]] * 6, [[3e9, 0, 0], *([n * 1e9, 0, 0] for n in (1, 2, 3, 4, 5))])
    assert list(apart_words([within, account([[1, 0, 0]], [[2, 0, 0]])])) == []


def test_titles_give_the_interval_and_count_scenarios_by_both_rules_for_places() -> None:
    def of(*savings: float) -> ValueAccount:
        return account([[10e6, 0, 0]] * len(savings), [[one * 1e6, 0, 0] for one in savings])

    pays, costs, open_ = of(50, 40, 50, 60), of(5, 4, 5, 6), of(10, 0, 10, 20)
    assert verdict(pays).startswith("save £40m (£32m to £48m) more than they cost by 2027-28")
    assert verdict(costs) == "cost £5.0m (£4.2m to £5.8m) more than they save by 2027-28"
    assert verdict(of(50)) == "save £40m more than they cost by 2027-28, and are never in deficit"
    assert standing([[pays, pays], [pays, costs], [costs, costs], [open_, pays]]) == (
        "Of 4 scenarios, in 1 programmes pay under both rules for foster places, in 1 they pay under neither and in 2 "
        "whether they pay turns on the rule for foster places, or is open (80% of draws)"
    )
    assert standing([[of(50), of(50)], [of(50), of(60)]]) == (
        "Of 2 scenarios, in 2 programmes pay under both rules for foster places (central runs)"
    )


def test_what_has_no_cost_counted_pays_nothing_back_and_says_so() -> None:
    free = replace(account([[0, 0, 0]], [[40e6, 0, 0]]), package=replace(PACKAGE, uncosted=("A",)))
    assert verdict(free) == "lower spend by £40m by 2027-28, their own cost not counted"
    assert payback_cell(free) == "cost not counted"
    some = replace(
        account([[10e6, 0, 0]], [[0, 50e6, 0]]), package=replace(PACKAGE, kept=(0, 1), moving=(0, 1), uncosted=("A",))
    )
    assert verdict(some) == "save £40m more than they cost by 2027-28, and have paid back by 2026-27"
    assert verdicts([some]).endswith("have paid back by 2026-27; the cost of A is not counted")
    assert uncosted(some) == "the cost of A is not counted"
    assert standing([[free, free], [some, some]]) == (
        "Of 2 scenarios, in 1 programmes pay under both rules for foster places and in 1 no cost is counted (central "
        "runs)"
    )


def test_where_payback_is_told_it_is_told_what_it_rests_on() -> None:
    built = replace(
        account([[10e6, 0, 0]], [[0, 50e6, 0]]), package=replace(PACKAGE, payback_caveats=("with capital by the year",))
    )
    assert payback_cell(built) == "2026-27, with capital by the year"
    assert verdict(built).endswith("and have paid back by 2026-27, with capital by the year")


def test_packages_know_whose_cost_is_counted() -> None:
    both = packages([Programme(0, "a", "A", True, costed=False), Programme(1, "b", "B", True)], places_limited=True)
    known = {(one.which, one.programme): one for one in both if one.as_stated}
    assert known["all", ""].uncosted == ("A",)
    assert known["all", ""].costed
    assert not known["alone", "a"].costed
    assert known["without", "a"].uncosted == ()


def test_packages_are_each_alone_all_but_it_and_all_in_both_regimes() -> None:
    found = packages([Programme(1, "a", "A", True), Programme(3, "b", "B", False)], places_limited=False)
    assert [(one.which, one.programme, one.kept, one.moving) for one in found[:6]] == [
        ("none", "", (), ()),
        ("all", "", (1, 3), (1,)),
        ("alone", "a", (1,), (1,)),
        ("without", "a", (3,), ()),
        ("alone", "b", (3,), ()),
        ("without", "b", (1,), (1,)),
    ]
    assert [one.places_limited for one in found] == [False] * 6 + [True] * 6
    assert found[1].name == ""
    assert found[7].name == ":places_limited"
    assert found[9].name == ":places_limited:without:a"
    assert len({one.key for one in found}) == len(found)
    assert len(packages([Programme(0, "a", "A", True)], places_limited=True)) == 4


def scenario(ratio: float, gbp: int, share: float) -> simulator.scenario.LoadedScenario:  # type: ignore[name-defined]
    """Return a short scenario with help for families and a line of money."""
    help_ = {
        "kind": "early_help", "id": "help", "start": "2025-04", "areas": {"share": share},
        "effect": {"measure": "starts", "risk_ratio": ratio, "source": "tfp_flw_2019"},
        "cost": {"per_year_gbp": float(gbp)},
    }  # fmt: skip
    line = {"kind": "budget_line", "id": "line", "cost": {"budget_gbp": {"2025-26": 5_000_000.0}}}
    return load_mapping(
        {"name": "Any", "extends": "status-quo", "end": "2027-03", "questions": [], "interventions": [help_, line]}
    )


@settings(max_examples=4, deadline=None)
@given(st.floats(0.5, 1.2), st.integers(0, 10**9), st.floats(0.1, 1.0))
def test_money_adds_up_and_a_line_of_money_moves_nobody(ratio: float, gbp: int, share: float) -> None:
    results = simulate(scenario(ratio, gbp, share), valued=True)
    of = {(one.which, one.programme, one.places_limited): results.account(one) for one in results.packages}
    real = results.year_totals("programme_spend", real=True).area()
    spend = results.year_totals("total_spend", real=True).area()
    bare = results.bare().year_totals("total_spend", real=True).area()
    for limited in (True, False):
        every, none = of["all", "", limited], of["none", "", limited]
        np.testing.assert_allclose(every.flows["cost"], real, rtol=1e-9)
        assert not np.abs(none.flows["saving"]).any()
        line, help_ = of["alone", "line", limited], of["alone", "help", limited]
        assert not line.flows["avoided"].any()
        np.testing.assert_allclose(line.flows["saving"], 0.0, atol=1e-3)
        for flow in ("cost", "saving", "avoided"):
            np.testing.assert_allclose(line.flows[flow] + help_.flows[flow], every.flows[flow], rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(of["without", "line", limited].flows["saving"], help_.flows["saving"], atol=1e-3)
    stated = of["all", "", True].flows
    np.testing.assert_allclose(stated["saving"] - stated["cost"], bare - spend, rtol=1e-9, atol=1e-3)


def test_draws_are_the_same_for_every_package() -> None:
    """A programme that changes nothing saves nothing in any draw, whatever else is drawn."""
    results = simulate(load("null-early-help"), draws=4, workers=1, engine="plain", valued=True)
    for package in results.packages:
        one = results.account(package)
        assert one.flows["cost"].shape == (5, 10)
        np.testing.assert_allclose(one.flows["saving"], 0.0, atol=1e-3)
        assert np.isnan(one.benefit_cost_ratio).all() == (package.which == "none")


def test_value_for_money_is_worked_out_only_where_it_is_asked_for_and_there_are_programmes() -> None:
    assert simulate(load("null-early-help")).packages == ()
    assert simulator.run("status-quo").packages == ()


def test_judgement_is_told_unless_a_study_bears_a_programme_out() -> None:
    assert simulate(load("family-help-national")).judged
    assert not simulate(load("status-quo")).judged
    assert simulate(load("family-help-national")).fixed_effects == ()
    assert simulate(load("foster-plan-10000")).fixed_effects == ("what Foster recruitment to meet the target does",)
    known = scenario(0.9, 0, 1.0)
    assert simulate(known).judged
    better = {"id": "family-help", "effect": {"quality": "medium"}}
    assert simulate(load("review-plan")).outlasting == ("Family help everywhere",)
    assert simulate(load("family-help-national")).outlasting == ()
    assert simulate(load("family-help-national")).fitted == ()
    said = rests_on(simulate(load("review-plan")))
    assert said == (
        ", on judged priors alone, given the risk ratio of Family help everywhere, fitted so that the scenario reaches "
        "a "
        "published figure, if effects outlast their money as the file says (Family help everywhere)"
    )
    assert simulate(load("foster-plan-10000")).fitted == (
        "extra households per year of Foster recruitment to meet the target",
    )
    assert simulate(load("foster-plan-88m")).fitted == ()
    borne_out = load_mapping({"name": "Borne out", "extends": "family-help-national", "interventions": [better]})
    assert not simulate(borne_out).judged
