"""How costs and savings fall on councils: fifths and weights by hand, and groups that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.decisions.appraisal import ledger
from simulator.decisions.appraisal_charts import council_bars
from simulator.decisions.appraisal_runs import AppraisalRuns
from simulator.decisions.distribution_of_councils import (
    CouncilDistribution,
    CouncilGroup,
    Weights,
    council_names,
    fifths,
    groups,
)
from simulator.scenario import load, load_mapping

AREAS = ("Middlesbrough", "Wokingham", "Kent", "Leeds", "Hartlepool")
HELP = {
    "name": "Help",
    "extends": "status-quo",
    "end": "2027-03",
    "assumptions": {"drift": "none"},
    "interventions": [
        {
            "kind": "early_help", "id": "help", "start": "2025-04", "lag_months": 0,
            "effect": {"measure": "starts", "risk_ratio": 0.8}, "cost": {"per_year_gbp": 500_000_000},
        }
    ],
}  # fmt: skip


def test_fifths_hold_a_fifth_of_children_each() -> None:
    """The most deprived area is in the first; one with half of all children is where its middle child is."""
    assert fifths([0.1, 0.5, 0.3, 0.2, 0.4], [1, 1, 1, 1, 1]).tolist() == [4, 0, 2, 3, 1]
    assert fifths([0.3, 0.2, 0.1], [2, 6, 2]).tolist() == [0, 2, 4]


def test_weights_by_hand() -> None:
    """With income of a half and elasticity 1 a pound to the deprived is worth two."""
    found = Weights(1.0, 0.5).of(np.array([0.5, 0.0]), np.array([100.0, 100.0]))
    np.testing.assert_allclose(found, [1.5 / 1.25, 1.0 / 1.25])
    np.testing.assert_array_equal(Weights(0.0, 0.5).of(np.array([0.5, 0.1]), np.array([1.0, 9.0])), 1.0)


@given(
    st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(1.0, 1e6)), min_size=1, max_size=20),
    st.floats(0.0, 4.0),
    st.floats(0.1, 1.0),
)
def test_the_mean_child_has_a_weight_of_one_and_more_deprived_is_more(areas, elasticity, ratio) -> None:
    deprived, children = (np.array(column) for column in zip(*areas, strict=True))
    found = Weights(elasticity, ratio).of(deprived, children)
    assert found @ children / children.sum() == pytest.approx(1.0)
    order = np.argsort(deprived)
    assert (np.diff(found[order]) >= -1e-9).all()


def test_groups_add_up_to_all_councils() -> None:
    runs = AppraisalRuns(load_mapping(HELP).in_areas(AREAS), engine="plain")
    found = ledger(runs.run(runs.points, limited=True))
    of = list(groups(runs, found, Weights(1.3, 0.5)))
    whole = of[-1]
    for by in ("deprivation", "region"):
        some = [one for one in of if one.by == by]
        assert sum(one.councils for one in some) == whole.councils == len(AREAS)
        assert sum(one.children for one in some) == pytest.approx(whole.children)
        for name in ("cost", "central", "saving", "avoided", "weighted"):
            total = np.sum([getattr(one, name) for one in some], axis=0)
            np.testing.assert_allclose(total, getattr(whole, name), rtol=1e-9, err_msg=name)
    alike = list(groups(runs, found, Weights(0.0, 0.5)))[-1]
    np.testing.assert_allclose(alike.weighted, alike.net, rtol=1e-9)


def test_what_central_government_pays_is_on_no_councils_account() -> None:
    """A line pays some of it in each council; the rest is theirs."""
    line = {"id": "grant", "source": "tfp_flw_2019", "gbp": {"2025-26": 300_000_000, "2026-27": 300_000_000}}

    def whole(**more: object) -> CouncilGroup:
        runs = AppraisalRuns(load_mapping(HELP | more).in_areas(AREAS), engine="plain")
        return list(groups(runs, ledger(runs.run(runs.points, limited=True)), Weights(1.3, 0.5)))[-1]

    alone, helped = whole(), whole(funding={"lines": [line]})
    assert alone.central == pytest.approx(0.0)
    np.testing.assert_allclose(alone.net, alone.saving - alone.cost)
    assert 0.4 < float((helped.central / helped.cost)[0]) < 0.8
    np.testing.assert_allclose(helped.net - alone.net, helped.central, rtol=1e-9)


def test_the_chart_says_what_falls_on_the_most_and_the_least_deprived() -> None:
    def group(by: str, name: str, net: float) -> CouncilGroup:
        values = np.array([net, net - 10.0, net, net + 10.0])
        return CouncilGroup(by, name, 1, 10.0, 0.2, 0.0 * values, 0.0 * values, values, values, values)

    some = [("deprivation", "Most deprived fifth", 500.0), ("deprivation", "Least deprived fifth", -200.0),
            ("region", "London", 100.0), ("all", "All councils", 300.0)]  # fmt: skip
    found = CouncilDistribution(True, Weights(1.3, 0.5), tuple(group(*one) for one in some))
    chart = council_bars([found], "Help", "real 2024-25")
    assert "+£50 (+£49 to +£51) in the most deprived fifth, −£20 (−£21 to −£19) in the least deprived" in chart.title
    assert "All councils +£30 (+£29 to +£31)" in chart.alt


@pytest.mark.slow
def test_councils_add_up_to_england_by_the_central_run() -> None:
    """Where places are found as needed cost is the same, and savings are to a hundredth."""
    loaded = load("family-help-national")
    whole, councils = (
        ledger(one.run(one.points, limited=False))
        for one in (AppraisalRuns(loaded), AppraisalRuns(loaded.in_areas(council_names())))
    )
    assert councils.cost.sum() == pytest.approx(whole.cost.sum(), rel=1e-6)
    assert councils.saving.sum() == pytest.approx(whole.saving.sum(), rel=0.01)
