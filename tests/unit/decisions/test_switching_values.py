"""Switching values: planted crossings, one that another solver finds, and numbers that cannot change the sign."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.decisions.appraisal_runs import AppraisalRuns, Point
from simulator.decisions.switching_values import FURTHEST, Axis, axes, bisected, crossings, switching
from simulator.runs.solve import Target, Unknown, solve
from simulator.scenario import load_mapping

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
    return Axis("x", "", low, high, stated, lambda x: Point(), lambda x: x, drawn=False, whole=whole)


def test_bisection_finds_planted_roots_side_by_side() -> None:
    """x^2 - 2 on 0 to 3, and 5 - x, falling, on 2 to 9."""
    many = [(axis(0, 3, 1), (0.0, 3.0)), (axis(2, 9, 3), (2.0, 9.0))]

    def npv(asked):
        return np.array([x * x - 2.0 if one.high == 3 else 5.0 - x for one, x in asked])

    assert list(bisected(npv, many)) == pytest.approx([2**0.5, 5.0], abs=1e-6)
    assert list(bisected(npv, [])) == []


def test_crossings_are_where_the_sign_changes() -> None:
    grid = [0.0, 1.0, 2.0, 3.0, 4.0]
    assert crossings(grid, np.array([1.0, 2.0, -1.0, -2.0, 3.0])) == [(1.0, 2.0), (3.0, 4.0)]
    assert crossings(grid, np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == []
    assert crossings(grid, np.array([1.0, np.nan, -1.0, -2.0, -3.0])) == [], "what cannot be had is no crossing"
    assert crossings(grid, np.array([-1.0, 0.0, 1.0, 2.0, 3.0])) == [(0.0, 1.0)], "nought at a point is one crossing"


def test_whole_numbers_are_looked_at_as_such() -> None:
    assert axis(0, 3, 1, whole=True).grid == [0.0, 1.0, 2.0, 3.0]
    assert 1.2 in axis(0, 3, 1.2).grid


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


def test_a_drawn_number_at_its_middle_is_the_central_run(runs: AppraisalRuns) -> None:
    [ratio] = [one for one in axes(runs) if one.name == "risk ratio of help"]
    sides = runs.run((Point(), ratio.point(0.0)), limited=True)
    spend = sides.own.money["total_spend"][:, 0]
    np.testing.assert_allclose(spend[1], spend[0], rtol=1e-9)
