"""One scenario beside another by central runs: what is more, in children and in spend."""

from __future__ import annotations

import pytest

from simulator.runs.simulate import simulate
from simulator.web import contrast, drafts, ongoing, work
from simulator.web.drafts import read_draft
from simulator.web.ongoing import Kept
from simulator.web.page_state import PageState

QUICK = {"name": "Quick", "extends": "family-help-national", "end": "2027-03"}


def state(**more: object) -> PageState:
    return PageState(({**QUICK, **more},))


def ratio(value: float) -> PageState:
    return state(interventions=[{"id": "family-help", "effect": {"risk_ratio": value}}])


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ongoing, contrast):
        monkeypatch.setattr(module, "page_engine", lambda: "plain")


def test_more_of_one_is_less_of_the_other_by_the_figures_of_their_runs() -> None:
    found = contrast.contrasted(Kept(), ratio(0.5), ratio(1.0))
    ends = []
    for value in (0.5, 1.0):
        run = simulate(read_draft(ratio(value).scenarios[0], "quick"), engine="plain")
        spend = run.year_totals("total_spend", real=True).area()[0, -1]
        ends.append((run.stock_totals("children").area()[0, -1], spend))
    fewer, less = ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]
    assert fewer > 20
    assert found["more"].startswith(f"{fewer:.0f} fewer children in March 2027, £")
    assert found["more"].endswith(f"{'less' if less > 0 else 'more'} spend in 2026-27")
    assert found["instead"].startswith(f"{fewer:.0f} more children in March 2027, £")


def test_the_same_is_as_much() -> None:
    found = contrast.contrasted(Kept(), ratio(0.9), ratio(0.9))
    assert found == dict.fromkeys(("more", "instead"), "as many children in March 2027, as much spend in 2026-27")


def test_another_end_is_told_where_the_shorter_one_ends() -> None:
    longer, shorter = state(end="2028-03"), state()
    assert "March 2027" in contrast.contrasted(Kept(), longer, shorter)["more"]


def test_what_cannot_be_run_is_told() -> None:
    answer = work.against(Kept(), ratio(0.9).content(), ratio(7.0).content())
    assert answer["problems"][0]["what"] == "7 is above 3"


def test_a_scenario_is_read_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drafts._read.cache_clear()
    read = []
    given = drafts.load_given
    monkeypatch.setattr(drafts, "load_given", lambda files: read.append(files[0][0].name) or given(files))
    two = PageState((ratio(0.8).scenarios[0], {**QUICK, "name": "Other"}))
    changed = PageState((ratio(0.7).scenarios[0], {**QUICK, "name": "Other"}))
    for one in (two, two, changed):
        drafts.read_drafts(one)
    assert read == ["quick.yaml", "other.yaml", "quick.yaml"]
