"""Questions of scenarios: points give what runs give, switches turn what they say, and bad questions are refused."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.decisions.drawn_inputs import inputs_of
from simulator.decisions.figures_at_points import AskedOfPoints
from simulator.decisions.sensitivity import Sensitivity, budget_of, sensitivity
from simulator.decisions.switches import AS_STATED, verdicts
from simulator.decisions.value_of_information import Pilot, pilot_alone, value_of_information
from simulator.decisions.write_decisions import information_text, sensitivity_text
from simulator.interventions.fields import Wrong
from simulator.runs.simulate import simulate
from simulator.scenario import load, load_mapping, shipped
from simulator.uncertainty import sample


@pytest.fixture(scope="module")
def family_help():
    return load(shipped()["family-help-national"])


def test_points_are_runs(family_help) -> None:
    """The central point is the central run; points at the numbers of draws are those draws."""
    question = AskedOfPoints(family_help, engine="plain")
    run = simulate(family_help, draws=3, seed=4, engine="plain", workers=1)
    whole, bare = (one.year_totals("total_spend", real=True).area() for one in (run, run.bare()))
    npv = (bare - whole) @ run.discount
    central = question.figures({})
    drawn = question.figures(sample(question.parameters, 3, 4))
    np.testing.assert_allclose(np.append(central.of("npv"), drawn.of("npv")), npv, rtol=1e-9)
    np.testing.assert_allclose(drawn.of("total_spend"), whole[1:, -1], rtol=1e-12)
    np.testing.assert_allclose(drawn.of("children"), run.stock_totals("children").area()[1:, -1], rtol=1e-12)
    np.testing.assert_allclose(drawn.of("more_spend"), (whole - bare)[1:, -1], rtol=1e-6)


def test_against_itself_there_is_no_difference(family_help) -> None:
    question = AskedOfPoints(family_help, family_help, "plain")
    found = question.figures(sample(question.parameters, 2, 1))
    for name in ("more_children", "more_spend", "npv"):
        np.testing.assert_array_equal(found.of(name), 0.0)


def test_a_scenario_without_programmes_has_totals_alone() -> None:
    found = AskedOfPoints(load(shipped()["status-quo"]), engine="plain").figures({})
    assert [one.name for one in found.asked] == ["children", "total_spend"]
    assert found.against == ""


def test_what_is_compared_is_of_the_same_time(family_help) -> None:
    with pytest.raises(Wrong, match="another time"):
        AskedOfPoints(family_help, load(shipped()["lga-2021"]), "plain").figures({})


def test_points_are_a_power_of_two(family_help) -> None:
    with pytest.raises(Wrong, match="no power of 2"):
        budget_of(AskedOfPoints(family_help), points=100)


def test_a_tornado_ranks_by_how_far_an_input_takes_a_figure_humps_included() -> None:
    """Ends of the first lie 1 apart and both 5 below the central run's 10; those of the second lie 3 apart about it."""
    hump, slope, idle = [5.0, 4.0], [9.0, 12.0], [10.0, 10.0]
    held = SimpleNamespace(
        tornado=np.array([slope, idle, hump])[..., None],
        inputs=(None,) * 3,
        figures=SimpleNamespace(values=np.array([[10.0]])),
    )
    assert Sensitivity.swings(held, 0) == [2, 0]  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_study_keeps_to_its_budget_and_finds_the_effect(family_help) -> None:
    told: list[tuple[int, int]] = []
    found = sensitivity(
        AskedOfPoints(family_help), points=16, most=5, progress=lambda done, of: told.append((done, of))
    )
    assert told[-1] == (found.budget.runs, found.budget.runs)
    assert len(found.blocks) == 6
    npv = [one.name for one in found.asked].index("npv")
    assert found.blocks[found.ranked(npv)[0]].keys == ("interventions[family-help].effect.risk_ratio",)
    assert found.inputs[found.swings(npv)[0]].keys == ("interventions[family-help].effect.risk_ratio",)
    low, high = found.tornado[found.swings(npv)[0], :, npv]
    assert low > 0.0 > high, "fewer starts pay, and more do not"
    text = sensitivity_text(found, list(verdicts([family_help])), "Family help", "family-help-national")
    assert "(!)" in text
    assert f"{found.budget.runs:,} model runs" in text


def test_switches_turn_the_verdict_of_the_foster_plan() -> None:
    found = {(one.switch, one.measure): one for one in verdicts([load(shipped()["foster-plan-10000"])], "plain")}
    assert found[AS_STATED, "npv"].sign == 1
    assert not found[AS_STATED, "npv"].turns
    assert found["foster places", "npv"].turns
    assert found["foster places", "npv"].sign == -1


def test_no_switch_turns_what_only_costs_money() -> None:
    found = [one for one in verdicts([load(shipped()["null-early-help"])], "plain") if one.measure == "npv"]
    assert found
    assert not any(one.turns for one in found), "it costs money and has no effect, however the model is built"


@pytest.mark.slow
def test_what_has_no_effect_is_worth_no_study() -> None:
    """A programme that costs money and changes nothing: doing nothing is best in every draw."""
    found = value_of_information({"null": load(shipped()["null-early-help"])}, draws=100)
    assert found.evpi_gbp == pytest.approx(0.0, abs=1.0)


RATIO = "interventions[family-help].effect.risk_ratio"


def test_a_pilot_without_effect_costs_its_areas_share_of_its_years() -> None:
    """By hand: 12 of 153 authorities' share of the first two years' money, at present value, and nothing after."""
    loaded = load(shipped()["null-early-help"])
    question = AskedOfPoints(pilot_alone({"null": _uncertain_of(loaded)}, RATIO, Pilot(12, 2)), engine="plain")
    pilot = question.figures({RATIO: np.array([1.0])})
    whole = AskedOfPoints(loaded, engine="plain").figures({})
    by_hand = 12 / 153 * (whole.programme_gbp[0, 0] + whole.programme_gbp[0, 1] / 1.035)
    assert pilot.of("npv") == pytest.approx(-by_hand, rel=1e-6)
    assert whole.programme_gbp[0, 0] == pytest.approx(523e6, rel=0.1)  # in prices of the year before


def _uncertain_of(loaded):
    """Return a scenario whose help has the uncertain ratio of the shipped one."""
    [ratio] = [one for one in load(shipped()["family-help-national"]).uncertain if one.parameter.key == RATIO]
    return dataclasses.replace(loaded, uncertain=(ratio,))


def test_a_pilot_is_what_a_file_with_its_areas_and_years_is(family_help) -> None:
    """Its areas pay for two years, and what these save is counted to the end of the run."""
    pilot = AskedOfPoints(pilot_alone({"help": family_help}, RATIO, Pilot(12, 2)), engine="plain").figures({})
    [entry] = [one for one in family_help.stated.plain()["interventions"] if one["kind"] == "early_help"]
    money = {"2025-26": 523e6 * 12 / 153, "2026-27": 855e6 * 12 / 153}
    by_hand = {**entry, "areas": {"count": 12, "of": 153}, "end": "2027-03", "cost": {"budget_gbp": money}}
    stated = load_mapping({"name": "By hand", "extends": "status-quo", "interventions": [by_hand]})
    found = AskedOfPoints(stated, engine="plain").figures({})
    np.testing.assert_allclose(pilot.net_benefit_gbp, found.net_benefit_gbp, rtol=1e-6)
    np.testing.assert_array_equal(pilot.programme_gbp[0, 2:], 0.0)
    assert pilot.net_benefit_gbp[0, 4:].sum() > 0.0, "saved after the four years that the decision waits"


@pytest.mark.slow
def test_a_pilot_of_family_help(family_help) -> None:
    found = value_of_information(
        {"help": family_help}, draws=200, pilots=[Pilot(12, 2), Pilot(40, 2)], evaluation_gbp=1e6
    )
    few, many = found.pilots
    assert 0.0 < few.evsi_gbp < many.evsi_gbp <= found.evpi_gbp
    assert few.delay_years == 4, "two years, and 18 months until fewer children start"
    assert few.net_gbp == pytest.approx(few.evsi_gbp - few.delay_gbp + few.own_gbp - 1e6)
    assert few.own_gbp * 40 == pytest.approx(many.own_gbp * 12, rel=0.05)
    assert few.net_gbp < few.net_moved_gbp
    top = next(one for one in found.worths if not one.group)
    assert top.seen
    assert top.evppi_gbp > few.evsi_gbp
    assert "12 areas, 2 years" in information_text(found, "Family help")


@pytest.mark.parametrize(
    ("names", "options", "words"),
    [
        (["status-quo"], {}, "nobody does anything"),
        (["family-help-national"], {"draws": 10}, "too few"),
        (["family-help-national"], {"pilots": [Pilot(153, 2)]}, "leaves none to hold it against"),
        (["family-help-national"], {"pilots": [Pilot(12, 9)]}, "would delay it by 11"),
        (["family-help-national"], {"pilots": [Pilot(12, 2)], "measures": "nonsense"}, "0 uncertain effects on starts"),
    ],
)
def test_what_cannot_be_asked(names, options, words) -> None:
    with pytest.raises(Wrong, match=words):
        value_of_information({name: load(shipped()[name]) for name in names}, **({"draws": 100} | options))


def test_inputs_of_a_scenario_settle_every_number_once(family_help) -> None:
    keys = [key for one in inputs_of(AskedOfPoints(family_help).parameters) for key in one.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) == {one.key for one in AskedOfPoints(family_help).parameters}
