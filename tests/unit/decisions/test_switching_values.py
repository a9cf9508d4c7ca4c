"""Switching values: planted crossings, one that another solver finds, and numbers that cannot change the sign."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.decisions.appraisal import ledger
from simulator.decisions.appraisal_runs import AppraisalRuns, Point
from simulator.decisions.switching_values import FURTHEST, ROUNDS, SCAN, Axis, axes, crossings, narrowed, switching
from simulator.runs.solve import Target, Unknown, solve
from simulator.scenario import ScenarioError, load_mapping

NPV = "npv=0@2025-26..2027-28"
HELP = {
    "name": "Help",
    "extends": "status-quo",
    "end": "2028-03",
    "assumptions": {"drift": "none"},
    "interventions": [
        {
            "kind": "early_help", "id": "help", "start": "2025-04", "lag_months": 0,
            "effect": {"measure": "starts", "risk_ratio": {"median": 0.9, "p10": 0.7, "p90": 1.05}},
            "cost": {"per_year_gbp": 50_000_000},
        }
    ],
}  # fmt: skip


def axis(low: float, high: float, stated: float, *, whole: bool = False) -> Axis:
    return Axis(
        "x", "", low, high, stated, lambda x: Point(), lambda x: x, drawn=False, programmes_alone=True, whole=whole
    )


def test_planted_roots_are_found_side_by_side() -> None:
    """x^2 - 2 on 0 to 3, and 5 - x, falling, on 2 to 9."""
    many = [(axis(0, 3, 1), (0.0, 3.0, -2.0, 7.0)), (axis(2, 9, 3), (2.0, 9.0, 3.0, -4.0))]
    rounds = []

    def npv(asked):
        rounds.append(len(asked))
        return np.array([x * x - 2.0 if one.high == 3 else 5.0 - x for one, x in asked])

    assert narrowed(npv, many) == pytest.approx([2**0.5, 5.0], abs=1e-6)
    assert rounds == ROUNDS * [2 * (SCAN - 2)]
    assert narrowed(npv, []) == []


def test_of_several_roots_within_a_span_the_nearest_is_found() -> None:
    """(x - 1)(x - 2)(x - 8) on 0 to 9, for a number that stands at 7 and for one that stands at 0."""

    def npv(asked):
        return np.array([(x - 1.0) * (x - 2.0) * (x - 8.0) for _, x in asked])

    span = (0.0, 9.0, -16.0, 56.0)
    assert narrowed(npv, [(axis(0, 9, at), span) for at in (7, 0)]) == pytest.approx([8.0, 1.0], abs=1e-6)


def test_of_whole_numbers_the_first_with_the_other_sign_is_told() -> None:
    """5.5 - x is above nought up to 5; from 20 that is the first, and from 0 it is 6 that is below."""

    def npv(asked):
        return np.array([5.5 - x for _, x in asked])

    for stated, first in ((480, 5.0), (0, 6.0)):
        assert narrowed(npv, [(axis(0, 480, stated, whole=True), (0.0, 480.0, 5.5, -474.5))]) == [first]


def test_crossings_are_where_the_sign_changes() -> None:
    grid = [0.0, 1.0, 2.0, 3.0, 4.0]
    found = crossings(grid, np.array([1.0, 2.0, -1.0, -2.0, 3.0]))
    assert found == [(1.0, 2.0, 2.0, -1.0), (3.0, 4.0, -2.0, 3.0)]
    assert crossings(grid, np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == []
    assert crossings(grid, np.array([1.0, np.nan, -1.0, -2.0, -3.0])) == [], "what cannot be had is no crossing"
    [(*span, _, _)] = crossings(grid, np.array([-1.0, 0.0, 1.0, 2.0, 3.0]))
    assert span == [0.0, 1.0], "nought at a point is one crossing"


def test_whole_numbers_are_looked_at_as_such() -> None:
    assert axis(0, 3, 1, whole=True).grid(SCAN) == [0.0, 1.0, 2.0, 3.0]
    assert 1.2 in axis(0, 3, 1.2).grid(3)


@pytest.fixture(scope="module")
def runs() -> AppraisalRuns:
    return AppraisalRuns(load_mapping(HELP), engine="plain")


def test_a_ratio_switches_where_the_solver_says(runs: AppraisalRuns) -> None:
    """Brent's method on whole runs and bisection on accounts find one value; the percentile is the distribution's."""
    every = axes(runs)
    [ratio] = [one for one in every if one.drawn and one.name == "risk ratio of help"]
    [cost] = [one for one in every if "per year gbp" in one.name]
    limited = runs.loaded.scenario.assumptions.foster_places == "limited"
    found = switching(runs, limited=limited, many=[ratio, cost])
    by_name = {one.name: one for one in found.found}
    unknown = Unknown.parse("interventions.help.effect.risk_ratio=0.5..1.2", runs.loaded.scenario)
    solved = solve(runs.loaded, Target.parse(NPV), unknown)
    assert by_name[ratio.name].at == pytest.approx(solved.value, abs=1e-5)
    [drawn] = runs.loaded.parameters
    assert by_name[ratio.name].percentile == pytest.approx(100 * float(drawn.distribution.cdf(solved.value)), abs=0.01)
    assert by_name[ratio.name].unit == "ratio"
    multiple = by_name[cost.name].at
    assert multiple is not None
    assert found.cost_multiple == pytest.approx(multiple / 50e6, rel=1e-5), "net present value is linear in cost"


def test_what_cannot_change_the_sign_is_told_so(runs: AppraisalRuns) -> None:
    dear = load_mapping({**HELP, "interventions": [{**HELP["interventions"][0],  # type: ignore[index]
                                                    "cost": {"per_year_gbp": 5_000_000_000}}]})  # fmt: skip
    asked = AppraisalRuns(dear, engine="plain")
    [ratio] = [one for one in axes(asked) if one.name == "risk ratio of help"]
    [none] = switching(asked, limited=True, many=[ratio]).found
    assert (none.crossings, none.at, none.percentile, none.switches) == (0, None, None, False)
    assert none.npv_low < 0.0
    assert none.npv_high < 0.0


def test_all_that_is_drawn_is_moved_and_each_number_of_programmes(runs: AppraisalRuns) -> None:
    every = axes(runs)
    assert sum(one.drawn for one in every) > 1, "foster supply is drawn as well"
    assert all((one.low, one.high) == (-FURTHEST, FURTHEST) for one in every if one.drawn)
    lag = next(one for one in every if "lag months" in one.name)
    assert lag.whole
    assert not any("risk ratio" in one.name for one in every if not one.drawn), "it is drawn already"


def test_all_else_is_as_in_the_central_run_where_rates_drift() -> None:
    """The central run takes no steps of rates, and steps of nought are another course: none may be put in."""
    drifting = {**HELP, "assumptions": {"drift": "as_recorded"}, "end": "2027-03"}
    runs = AppraisalRuns(load_mapping(drifting), engine="plain")
    [ratio] = [one for one in axes(runs) if one.name == "risk ratio of help"]
    central, middle = ledger(runs.run((Point(), ratio.point(0.0)), limited=True)).net[:, 0]
    np.testing.assert_allclose(middle, central, rtol=1e-9)
    assert ratio.programmes_alone
    assert not any(one.programmes_alone for one in axes(AppraisalRuns(runs.loaded, runs.loaded)))


def test_what_cannot_be_had_is_no_value() -> None:
    """More places near home than there are children far away: NaN beside the others, or refused."""
    near = {"kind": "close_to_home", "id": "near", "start": "2025-04", "places": 100}
    runs = AppraisalRuns(load_mapping({**HELP, "end": "2026-03", "interventions": [near]}), engine="plain")
    places = ("interventions", 0, "places")
    points = [Point(), Point(stated={places: 1e7}), Point(stated={places: 50.0})]
    found = runs.run(points, limited=True, where_had=True).own
    for name, values in found.arrays.items():
        assert np.isnan(values[1]).all(), name
        assert np.isfinite(values[[0, 2]]).all(), name
    none = runs.run(points[1:2], limited=True, where_had=True).own
    assert np.isnan(none.child_years).all()
    assert none.child_years.shape == found.child_years[:1].shape
    with pytest.raises(ScenarioError, match="places"):
        runs.run(points, limited=True)
