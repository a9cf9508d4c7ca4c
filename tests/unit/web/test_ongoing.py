"""Runs that grow draw by draw: the same figures as the command line's, and no more memory than is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.runs.simulate import simulate
from simulator.web import ongoing
from simulator.web.ongoing import Kept
from simulator.web.page_state import PageState
from simulator.web.views import tab_plots


def state(ratio: float = 0.95) -> PageState:
    entry = {"id": "family-help", "effect": {"risk_ratio": ratio}}
    content = {"name": "Quick", "extends": "family-help-national", "end": "2027-03", "interventions": [entry]}
    return PageState((content,))


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ongoing, "page_engine", lambda: "plain")
    monkeypatch.setattr(ongoing, "DRAWS", 4)
    monkeypatch.setattr(ongoing, "BLOCK_DRAWS", 2)


def test_a_run_that_has_grown_is_the_run_with_so_many_draws() -> None:
    run = Kept().get(state(), valued=True)
    assert run.results() == run.central
    run.grow()
    assert run.done == 2
    assert not run.results()[0].drawn, "what moves spend is told of all draws alone"
    run.grow()
    assert run.whole
    [grown] = run.results()
    whole = simulate(run.loaded[0], draws=4, seed=1, engine="plain", workers=1, valued=True)
    for measure in ("children", "total_spend"):
        np.testing.assert_array_equal(grown.year_totals(measure).area(), whole.year_totals(measure).area())
    one, other = (results.account(results.packages[1]) for results in (grown, whole))
    np.testing.assert_array_equal(one.net_present_value, other.net_present_value)


def test_what_is_changed_stands_under_charts_that_are_taken_away() -> None:
    [result] = Kept().get(state(0.5), valued=False).results()
    [told] = [note for note in result.notes if note.startswith("Changed from family-help-national: ")]
    assert "0.9, with a range → 0.5" in told
    [plot, *_] = tab_plots([result], 0, "children")
    assert any("→ 0.5" in note for note in plot.notes)
    [result] = Kept().get(PageState.shipped("status-quo"), valued=False).results()
    assert not any("Changed from" in note for note in result.notes)


def test_runs_are_kept_and_the_oldest_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    first = kept.get(state(0.9), valued=False)
    assert kept.get(state(0.9), valued=False) is first
    monkeypatch.setattr(ongoing, "MOST_RUNS", 2)
    for ratio in (0.8, 0.7):
        kept.get(state(ratio), valued=False)
    assert len(kept.runs) == 2
    assert kept.get(state(0.9), valued=False) is not first
    monkeypatch.setattr(ongoing, "MOST_BYTES", 1)
    kept.get(state(0.6), valued=False)
    assert len(kept.runs) == 1


def test_a_valued_run_serves_who_asks_for_less() -> None:
    kept = Kept()
    valued = kept.get(state(), valued=True)
    assert kept.get(state(), valued=False) is valued
