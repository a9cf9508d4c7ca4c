"""A council's own prices, foster carers and beds: spend and unmet need as a hand calculation has them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from simulator.baseline.cost_lines import Beds
from simulator.interventions.own_figures import ONE_FOR_ONE
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario, ScenarioError, load, load_mapping
from simulator.vocabulary.calendar import MONTHS_A_YEAR, WEEKS_A_YEAR

WEEKS = WEEKS_A_YEAR / MONTHS_A_YEAR
PLAIN = {"real_price_growth": "none", "placement_trend": "none"}


def kent(own: dict[str, Any] | None = None, **more: Any) -> LoadedScenario:
    content = {"name": "Kent", "extends": "status-quo", "areas": ["Kent"], "end": "2026-03", "assumptions": PLAIN}
    return load_mapping(content | ({"own": own} if own else {}) | more)


@pytest.fixture(scope="module")
def without() -> RunResults:
    return simulate(kent())


def line(results: RunResults, key: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Return spend and units by month, and spend in the year before."""
    at = results.spend_lines.keys.index(key)
    lines = results.spend_lines
    return lines.spend_gbp[0, 0, :, at], lines.units[0, 0, :, at], float(lines.reference_spend_gbp[0, 0, at])


def test_a_price_is_paid_for_every_week_and_follows_general_prices(without: RunResults) -> None:
    """700 pounds of 2022-23 a week, in the prices of each month; and weeks are those of the run without it."""
    own = {"prices": [{"placement": "ifa_foster", "gbp_per_week": 700, "price_year": "2022-23"}]}
    results = simulate(kent(own))
    spend, units, before = line(results, "ifa_foster")
    level = results.deflator[0] / results.price_levels["2022-23"] * results.price_levels[results.price_year]
    np.testing.assert_allclose(spend, units * 700.0 * level, rtol=1e-12)
    np.testing.assert_allclose(units, line(without, "ifa_foster")[1], rtol=1e-12)
    at = results.spend_lines.keys.index("ifa_foster")
    weeks_before = results.spend_lines.reference_units[0, 0, at]
    assert before == pytest.approx(weeks_before * 700.0 / results.price_levels["2022-23"], rel=1e-12)
    assert line(results, "supported")[0] == pytest.approx(line(without, "supported")[0])


def test_a_block_contract_costs_when_empty(without: RunResults) -> None:
    """A thousand beds for some 180 children in homes: all are paid for, and what nobody sleeps in is told."""
    beds = {"name": "Block", "placement": "childrens_home", "provider": "block", "beds": 1000, "gbp_per_week": 4000,
            "price_year": "2024-25"}  # fmt: skip
    results = simulate(kent({"beds": [beds]}))
    spend, units, before = line(results, "childrens_home")
    rates_level = results.deflator[0]
    children = results["children"].by_placement()["childrens_home"]
    filled = (children[:-1] + children[1:]) / 2.0
    paid_part = units / (filled * WEEKS)  # a third of an asylum-seeking child's week is paid here
    by_hand = ((1000.0 - filled) + filled * paid_part) * 4000.0 * WEEKS * rates_level
    np.testing.assert_allclose(spend, by_hand, rtol=1e-9)
    empty = results["empty_beds_spend"].values[0, 0, :, 0, 0]
    np.testing.assert_allclose(empty, (1000.0 - filled) * 4000.0 * WEEKS * rates_level, rtol=1e-9)
    assert results["beds_paid_for"].total().tolist() == [1000.0] * (results.months + 1)
    assert before == pytest.approx(float(by_hand[0] / rates_level[0] * MONTHS_A_YEAR), rel=0.05)
    assert without["empty_beds_spend"].total().sum() == 0.0


def test_beds_fill_before_weeks_are_bought() -> None:
    """Ten beds of which 8 can be filled, 12 children: 4 are bought at 6,000; two beds stand empty at 5,000 each."""
    beds = Beds(np.full((1, 2), 10.0), np.full((1, 2), 8.0), np.full((1, 2), 50_000.0))
    weeks = np.full((1, 1, 1), 12.0)
    assert beds.spend_gbp(weeks * 6_000.0, weeks, weeks, 1.0).item() == pytest.approx(4 * 6_000 + 50_000)
    assert beds.empty_gbp(weeks, 1.0).item() == pytest.approx(2 * 5_000)
    few = np.full((1, 1, 1), 3.0)
    assert beds.spend_gbp(few * 6_000.0, few, few, 1.0).item() == pytest.approx(50_000)
    assert beds.empty_gbp(few, 1.0).item() == pytest.approx(7 * 5_000)
    nobody = np.zeros((1, 1, 1))
    assert beds.spend_gbp(nobody, nobody, nobody, 1.0).item() == pytest.approx(50_000)
    third = few / 3.0
    assert beds.spend_gbp(third * 6_000.0, few, third, 1.0).item() == pytest.approx(50_000 - 3 * 5_000 * 2 / 3)


def test_a_home_that_opens_is_paid_for_from_then() -> None:
    home = {"name": "New", "placement": "supported", "provider": "own", "beds": 5, "gbp_per_week": 100,
            "price_year": "2024-25", "opens": "2025-10", "closes": "2025-12"}  # fmt: skip
    results = simulate(kent({"beds": [home]}))
    beds = results["beds_paid_for"].total()
    assert beds[:7].tolist() == [0.0] * 7
    assert beds[7:10].tolist() == [5.0] * 3
    assert beds[10:].tolist() == [0.0] * 3


def test_households_go_as_stated() -> None:
    """120 households of whom 12 a year leave and none is approved: 120 exp(-0.1 t)."""
    fostering = {"households": 120, "approved_places": 1400, "approvals_per_year": 0, "leavers_per_year": 12}
    results = simulate(kent({"fostering": fostering}))
    households = results["foster_households"].by_placement()["council_foster"]
    np.testing.assert_allclose(households, 120.0 * np.exp(-0.1 * np.arange(len(households)) / 12), rtol=1e-9)
    approved = results["foster_places_approved"].by_placement()["council_foster"]
    np.testing.assert_allclose(approved, households * 1400 / 120, rtol=1e-9)


def test_approvals_come_as_stated() -> None:
    fostering = {"households": 500, "approvals_per_year": 24, "leavers_per_year": 0}
    results = simulate(kent({"fostering": fostering}))
    approved = results["foster_approvals"].by_placement()["council_foster"]
    np.testing.assert_allclose(approved, 2.0, rtol=1e-9)
    households = results["foster_households"].by_placement()["council_foster"]
    np.testing.assert_allclose(households, 500 + 2.0 * np.arange(len(households)), rtol=1e-9)


def test_empty_places_take_who_waits() -> None:
    """With places for all, those who wait find one at the hazard of matching: exp(-4/12) of them wait on each month."""
    own = {"fostering": {"usable_places": 2000, "approved_places": 2500}}
    waits = [
        simulate(kent(own, assumptions={**PLAIN, "step_down_match_per_year": pace, "exchange_homes_per_year": 0}))
        for pace in (0.0, 4.0)
    ]
    still, matched = (one["unmet_foster_need"].total()[1] for one in waits)
    assert matched / still == pytest.approx(np.exp(-4.0 / 12.0), rel=1e-6)
    scarce = simulate(kent(assumptions={**PLAIN, "step_down_match_per_year": 4.0, "exchange_homes_per_year": 0}))
    assert matched < scarce["unmet_foster_need"].total()[1]


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"fostering": {"usable_places": 10}}, "with the council's own carers at the base, and 10 places can take one"),
        ({"fostering": {"approved_places": 10}}, "and 10 places are approved"),
    ],
)
def test_places_that_do_not_fit_its_children_are_refused(own: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        simulate(kent(own))


@pytest.mark.parametrize("areas", [["England"], ["Kent", "Essex"]])
def test_figures_of_one_council_are_refused_elsewhere(areas: list[str]) -> None:
    own = {"fostering": {"households": 100}}
    with pytest.raises(ScenarioError, match="these figures are of one council"):
        simulate(kent(own, areas=areas))


def test_nothing_stated_changes_nothing(without: RunResults) -> None:
    same = simulate(kent({"prices": []}))
    for name in without.measures:
        np.testing.assert_array_equal(same[name].values, without[name].values)


def test_how_far_stated_prices_rise_is_told() -> None:
    """A contract may say otherwise: real growth as on record is told by placement, and none where prices are held."""
    own = {"prices": [{"placement": "childrens_home", "gbp_per_week": 6000, "price_year": "2024-25"}]}
    rising = simulate(kent(own, assumptions={}, end="2030-03"))
    [told] = [note for note in rising.money_notes if note.startswith("Prices that the council states")]
    assert "In a scenario file, assumptions: {real_price_growth: none} holds them, and a programme of kind: " in told
    spend, units, _ = line(rising, "childrens_home")
    level = rising.deflator[0] / rising.price_levels["2024-25"] * rising.price_levels[rising.price_year]
    real = spend[-1] / units[-1] / level[-1] / 6000.0
    assert real > 1.1
    [percent] = re.findall(r"children's home \+(\d+)%", told)
    assert float(percent) == pytest.approx(100 * (real - 1.0), abs=1.0)
    assert not [note for note in simulate(kent(own)).money_notes if note.startswith("Prices that the council states")]


def test_a_price_may_be_uncertain() -> None:
    price = {
        "placement": "ifa_foster",
        "gbp_per_week": {"median": 1000, "p10": 900, "p90": 1100},
        "price_year": "2024-25",
    }
    results = simulate(kent({"prices": [price]}), draws=8)
    table = results.year_totals("placement_spend").statistics()
    assert (table[1, 0] < table[-1, 0]).all()


RECRUIT = {
    "kind": "foster_recruitment", "id": "recruit", "start": "2025-04", "sector": "council",
    "extra_households_per_year": 10, "cost": {"per_year_gbp": 100_000},
}  # fmt: skip


def test_a_programme_of_a_councils_file_is_the_councils_in_full() -> None:
    results, bare = (simulate(kent(interventions=given, end="2027-03")) for given in ([RECRUIT], []))
    more = results.year_totals("foster_approvals").central - bare.year_totals("foster_approvals").central
    assert more[0, -1] == pytest.approx(10.0, rel=0.05)  # some of them are still on the way
    assert results.year_totals("programme_spend").central[0] == pytest.approx([100_000.0] * 2)
    assert any("its own in full" in note for note in results.notes)


@pytest.mark.parametrize("areas", [{"names": ["England"]}, {"share": 1.0}], ids=["England by name", "everywhere"])
def test_a_programme_that_names_areas_is_shared_and_says_so(areas: dict[str, Any]) -> None:
    results = simulate(kent(interventions=[{**RECRUIT, "areas": areas}]))
    assert results.year_totals("programme_spend").central[0, 0] < 5_000
    assert any("are for all of England, of which 2" in note for note in results.notes)


def test_a_national_plan_stays_national_in_a_council() -> None:
    plan = load("foster-plan-10000").in_areas(("Kent",))
    assert all(one.areas.of_amounts == 1.0 for one in plan.scenario.interventions)
    assert not any(type(one.areas).__name__ == "OneCouncil" for one in plan.scenario.interventions)


def test_a_file_of_one_authority_run_elsewhere_is_of_that_place() -> None:
    loaded = kent(interventions=[RECRUIT])
    there = loaded.in_areas(("Essex",))
    assert there.scenario.interventions[0].areas.in_words.startswith("a programme of Essex")
    both = loaded.in_areas(("Kent", "Essex"))
    assert both.scenario.interventions[0].areas.share == 1.0
    assert "areas" not in both.scenario.interventions[0].model_fields_set


def test_usable_places_go_with_households_as_stated() -> None:
    """800 of 1,200 approved places can take a child, and so two thirds of those that are left, month by month."""
    fostering = {"households": 120, "approved_places": 1200, "usable_places": 800,
                 "approvals_per_year": 0, "leavers_per_year": 24}  # fmt: skip
    results = simulate(kent({"fostering": fostering}, end="2030-03"))
    approved, usable, filled = (
        results[name].by_placement()["council_foster"]
        for name in ("foster_places_approved", "foster_places_usable", "foster_places_filled")
    )
    np.testing.assert_allclose(usable, approved * 800 / 1200, rtol=1e-9)
    assert (filled <= usable + 1e-6).all()
    assert ONE_FOR_ONE in results.notes


def test_usable_places_stay_within_those_approved_where_only_places_are_stated() -> None:
    """All but ten can take a child, and approved ones fall with England's households."""
    results = simulate(kent({"fostering": {"usable_places": 990, "approved_places": 1000}}, end="2030-03"))
    approved, usable = (
        results[name].by_placement()["council_foster"] for name in ("foster_places_approved", "foster_places_usable")
    )
    assert approved[-1] < 950
    assert (usable <= approved + 1e-9).all()


def test_more_children_than_approved_places_at_the_base_keep_theirs(without: RunResults) -> None:
    """Carers may have one more for a time: the places there are stay as many times those approved."""
    there = without["foster_places_filled"].by_placement()["council_foster"][0]
    own = {"approved_places": round(float(there) / 1.2), "approvals_per_year": 0, "leavers_per_year": 0}
    results = simulate(kent({"fostering": own}))
    usable = results["foster_places_usable"].by_placement()["council_foster"]
    np.testing.assert_allclose(usable, there, rtol=1e-6)


def test_households_can_be_added_where_none_is_approved() -> None:
    """A council that approves nobody and recruits twelve a year, of the sector that is named."""
    fostering = {"households": 500, "approvals_per_year": 0, "leavers_per_year": 0}
    more = {"id": "carers", "kind": "foster_recruitment", "sector": "council", "start": "2025-04",
            "extra_households_per_year": 12, "ceiling_ratio": 20}  # fmt: skip
    own = {"fostering": fostering}
    results = simulate(kent(own, interventions=[more], end="2029-03"))
    approved = results["foster_approvals"].by_placement()
    np.testing.assert_allclose(approved["council_foster"][-12:].sum(), 12.0, rtol=0.01)
    before = simulate(kent(own, end="2029-03"))["foster_approvals"].by_placement()
    np.testing.assert_allclose(approved["ifa_foster"], before["ifa_foster"], rtol=1e-9)
    with pytest.raises(ScenarioError, match="nobody who asks is approved in this sector, so none can be added"):
        simulate(kent(own, interventions=[more | {"approval_ratio": 0}]))
