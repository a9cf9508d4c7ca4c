"""What the view of decisions shows is what the studies behind the commands give."""

from __future__ import annotations

import re

import numpy as np
import pytest

from simulator.decisions.appraisal import appraise
from simulator.decisions.appraisal_charts import told
from simulator.decisions.appraisal_runs import AppraisalRuns
from simulator.decisions.decision_charts import written_as
from simulator.decisions.figures_at_points import AskedOfPoints
from simulator.decisions.optimism import STEPS, Optimism
from simulator.decisions.pilot_plan import PilotPlan
from simulator.outputs.svg.bars_across import Bar, draw_bars
from simulator.scenario import load_mapping
from simulator.web import deciding
from simulator.web.deciding import appraisal, frontier, pilot, tornado
from simulator.web.ongoing import Kept
from simulator.web.page_state import PageState

CONTENT = {"name": "Quick", "extends": "family-help-national", "end": "2027-03"}
STATE = PageState.of({"v": 1, "scenarios": [CONTENT]}).content()
BARE = {"name": "Nothing", "extends": "status-quo", "end": "2027-03"}
WITHOUT = PageState.of({"v": 1, "scenarios": [BARE]}).content()


def test_bars_are_as_long_as_their_values() -> None:
    bars = [Bar("Half <b>", ((0.0, 50.0, "dark_blue"),), "50%"), Bar("Whole", ((0.0, 100.0, "orange"),), "100%")]
    svg = draw_bars(bars, 0.0, "Two bars & words", width=500)
    half, whole = (float(width) for width in re.findall(r'<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"', svg))
    assert whole == pytest.approx(2 * half, abs=0.2)
    assert "Half &lt;b&gt;" in svg
    assert 'aria-label="Two bars &amp; words"' in svg
    assert " style=" not in svg


def test_a_tornado_begins_at_the_central_run_with_its_widest_input() -> None:
    found = tornado(Kept(), STATE, "npv", 700.0)
    central = AskedOfPoints(load_mapping(CONTENT)).figures({})
    [asked] = [one for one in central.asked if one.name == "npv"]
    assert f"{written_as(asked, float(central.of('npv')[0]))} in the central run" in found["sentence"]
    assert found["figure"] == "npv"
    names = [one["name"] for one in found["figures"]]
    assert names == ["children", "total_spend", "more_children", "more_spend", "npv"]
    assert found["rows"][0][0] in found["sentence"]
    assert found["svg"].count("<rect") == 1 + 2 * min(len(found["rows"]), deciding.SHOWN)
    assert tornado(Kept(), WITHOUT, "npv", 700.0)["figure"] == "total_spend", "without programmes there is no npv"


def test_the_frontier_never_falls_and_no_plan_passes_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "BUDGETS_GBP", (100e6, 400e6))
    found = frontier(Kept(), STATE, "npv", 700.0)
    assert [row[0] for row in found["rows"]] == ["£100m", "£400m"]
    assert found["objective"] == "npv"
    assert "no benefit by itself" in found["sentence"]
    monkeypatch.setattr(deciding, "MOST_RUNS", 10)
    [problem] = frontier(Kept(), STATE, "npv", 700.0)["problems"]
    assert "1 programmes take up to" in problem["what"]
    [problem] = frontier(Kept(), WITHOUT, "npv", 700.0)["problems"]
    assert "nobody does anything" in problem["what"]


def test_an_appraisal_is_that_of_the_command_with_few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "APPRAISAL_DRAWS", 3)
    found = appraisal(Kept(), STATE, 700.0)
    stated = appraise(AppraisalRuns(load_mapping(CONTENT), draws=3), Optimism.usual())
    expected = [[told(stated.net_present_value(regime, step.name)) for regime in stated.regimes] for step in STEPS]
    assert [[row[1], row[3]] for row in found["rows"]] == expected
    assert found["columns"] == ["Uplift", "Places limited", "Pays in", "Places found as needed", "Pays in"]
    assert f"{expected[0][0]} as stated and {expected[-1][0]} with all uplifts for optimism" in found["sentence"]
    assert "Medians of 3 draws" in found["sentence"]
    assert found["svg"].count("<rect") == 1 + 2 * len(STEPS)
    bearers, turning = found["more"]
    by_line = {row[0]: row[2:] for row in bearers["rows"]}
    assert by_line["Net present value"] == expected[0]
    assert {"Central government", "Local government", "Payer not stated"} <= set(by_line)
    kinds = {row[0]: row[1] for row in bearers["rows"]}
    assert set(kinds.values()) == {"in all", "cost", "transfer", "cashable", "released, not cashed", "not cashable"}
    assert kinds["Local government"] == "in all"
    assert turning["rows"][0][0] == "Cost of all programmes, times what is stated"
    assert 1 <= len(turning["rows"]) <= 1 + deciding.NEAREST


def test_what_cannot_be_appraised_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    [problem] = appraisal(Kept(), WITHOUT, 700.0)["problems"]
    assert "nobody does anything" in problem["what"]
    two = PageState.of({"v": 1, "scenarios": [{**CONTENT, "areas": ["Kent", "Leeds"]}]}).content()
    [problem] = appraisal(Kept(), two, 700.0)["problems"]
    assert "is of 2 areas" in problem["what"]
    monkeypatch.setattr(deciding, "MOST_RUNS", 10)
    [problem] = appraisal(Kept(), STATE, 700.0)["problems"]
    assert "numbers take up to" in problem["what"]


def test_a_pilot_has_the_chances_of_the_command() -> None:
    found = pilot(Kept(), 12, 0.9, 5, 700.0)
    from simulator.decisions.pilot_design import designs
    from simulator.decisions.pilot_effect import shipped_help
    from simulator.decisions.pilot_noise import study_areas

    plan = PilotPlan(12, len(study_areas()), tuple(designs(3)), 0.9, 5, 5, 3, shipped_help())
    expected = [f"{plan.study(one).power(np.array([0.9]))[0]:.0%}" for one in plan.chosen]
    assert [row[1] for row in found["rows"]] == expected
    problems = pilot(Kept(), 1_000, 1.0, 5, 700.0)["problems"]
    assert {one["path"] for one in problems} == {"areas", "ratio"}
    told = "; ".join(f"{one['what']} | {one['allowed']}" for one in problems)
    assert "areas 1000 for the design" in told
    assert "ratio 1 | above 0" in told


def test_a_chart_has_a_form_for_narrow_screens_in_which_everything_is_read() -> None:
    found = pilot(Kept(), 12, 0.9, 5, 700.0)
    assert 'width="320"' in found["narrow"]
    places = [float(x) for x in re.findall(r'<text[^>]* x="([-0-9.]+)"', found["narrow"])]
    assert min(places) >= 0.0
    assert max(places) <= 320.0 - 20.0
    shown = re.sub(r"</text><text[^>]*>", " ", found["narrow"])
    assert all(row[0] in shown and row[1] in shown for row in found["rows"])
