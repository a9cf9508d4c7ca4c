"""What the page shows of results: sentences with their ranges, tabs, and charts of each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_results import fake_results

from simulator.outputs.svg.plots import makers
from simulator.web.views import TABS, headline_sentences, range_words, shown_tabs, spoken, tab_of, view

DRAWN = fake_results(draws=40)
PLAN = fake_results(name="plan", title="Plan", growth=0.02, draws=40, programme=2e8)


def test_three_sentences_each_with_its_range() -> None:
    children, spend, last = headline_sentences([DRAWN], 0)
    assert children.startswith("8")
    assert "children in care in March 2035, the median of 39 draws, four times in five between" in children
    assert "of spend in 2034-35, in 2024-25 prices, the median of 39 draws, four times in five between £" in spend
    assert last.endswith(".")
    central = headline_sentences([fake_results()], 0)
    assert not any("four times" in sentence for sentence in central)
    assert all(", by the central run; ranges follow" in sentence for sentence in central)


def test_another_scenario_is_told_against_the_first() -> None:
    last = headline_sentences([DRAWN, PLAN], 1)[-1]
    assert last.startswith("Against Status quo: ")
    assert "Against" not in " ".join(headline_sentences([DRAWN, PLAN], 0))
    assert "against Status quo" in spoken([DRAWN, PLAN], 1)


def test_a_change_that_draws_do_not_tell_is_none() -> None:
    other = fake_results(name="other", title="Other", draws=40, seed=3)
    assert "no clear change in spend" in headline_sentences([DRAWN, other], 1)[-1]


def test_a_figure_says_whether_it_is_of_the_central_run_or_a_median() -> None:
    for results, basis in ((fake_results(), "by the central run; ranges follow"), (DRAWN, "the median of 39 draws")):
        assert spoken([results], 0).endswith(f", {basis}.")
    findings = [chart["finding"] for chart in view([fake_results()], at=0, tab="children")["charts"]]
    assert findings
    assert all(finding.startswith("Central run, ranges follow: ") for finding in findings)
    assert not any("Central run" in chart["finding"] for chart in view([DRAWN], at=0, tab="children")["charts"])


def test_ranges_say_what_they_hold_no_doubt_of() -> None:
    fixed = replace(DRAWN, fixed_effects=("the risk ratio of Help", "what Homes does"))
    assert "Given as certain: the risk ratio of Help and what Homes does." in range_words(fixed)
    assert "Given as certain" not in range_words(DRAWN)


def test_every_chart_is_in_one_tab() -> None:
    keys = [key for tab in TABS for key in tab.keys]
    assert sorted(keys) == sorted(makers())
    assert tab_of("nothing") is TABS[0]


def test_tabs_are_those_that_results_have_something_for() -> None:
    assert [tab["key"] for tab in shown_tabs([DRAWN])] == ["children", "places", "foster", "spend"]


@pytest.mark.parametrize("tab", [tab.key for tab in TABS])
def test_a_view_holds_the_charts_of_its_tab(tab: str) -> None:
    shown = view([DRAWN], at=0, tab=tab)
    assert {chart["key"] for chart in shown["charts"]} <= set(tab_of(tab).keys)
    for chart in shown["charts"]:
        assert len(chart["rows"]) == len(chart["numbers"]) == len(chart["cursor"])
