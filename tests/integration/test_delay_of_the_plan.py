"""What two years of delay of the 2022 plan cost here, beside the published figure, and why the two differ."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.data.appraisal_rules import published_differences
from simulator.decisions.appraisal import ledger
from simulator.decisions.appraisal_runs import AppraisalRuns
from simulator.scenario import load

PUBLISHED = {one.last_year: one.gbp for one in published_differences() if one.scenario == "review-plan-delayed"}


def delay(draws: int, engine: str | None = None) -> AppraisalRuns:
    return AppraisalRuns(load("review-plan-delayed"), load("review-plan"), draws, engine=engine)


def test_the_delay_costs_what_more_children_cost_and_the_plan_itself_saves_little() -> None:
    """Dated amounts that move as they are save what prices take off them in two years, and no more."""
    runs = delay(0, "plain")
    found = ledger(runs.run(runs.points, limited=False))
    care, programmes, child_years = (flow[0, 0].sum() for flow in (-found.saving, found.cost, -found.avoided))
    assert care + programmes == pytest.approx(-found.net[0, 0].sum())
    assert care + programmes == pytest.approx(3.0e9, rel=0.05)
    assert -0.06 * 2_523e6 < programmes < 0.0
    assert care / child_years == pytest.approx(56_000, rel=0.05)


def test_the_published_figures_imply_a_cheaper_child() -> None:
    """From 2033-34 to 2043-44 £1.6bn for 4,500 more children: £36,000 a year, where a child here costs £69,000."""
    each = (PUBLISHED["2043-44"] - PUBLISHED["2033-34"]) / 10 / 4_500
    assert each == pytest.approx(35_600, rel=0.01)


@pytest.mark.slow
def test_the_interval_lies_above_the_published_figure() -> None:
    runs = delay(40)
    for limited in (False, True):
        cost = -ledger(runs.run(runs.points, limited=limited)).net[:, 0].sum(axis=1)
        low, high = np.percentile(cost[1:], (10, 90))
        assert PUBLISHED["2033-34"] < low < cost[0] < high, limited
