"""Every kind of intervention at once: children and pounds add up, and parts add up to the whole."""

from __future__ import annotations

import numpy as np
import pytest
from all_kinds import every_kind, with_all

from simulator.interventions import kinds
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import load, shipped


def holds(run: RunResults) -> None:
    """Check in every draw that children and pounds add up, year by year, and that nobody is fewer than none."""
    children = run.stock_totals("children").area()[:, ::12]
    starts, exits, balancing = (run.year_totals(name).area() for name in ("starts", "exits", "balancing"))
    np.testing.assert_allclose(np.diff(children), starts - exits + balancing, atol=1e-5)
    whole, *parts = (
        run.year_totals(name).area() for name in ("total_spend", "placement_spend", "other_spend", "programme_spend")
    )
    np.testing.assert_allclose(whole, sum(parts), rtol=1e-9)
    assert (run.stock_parts("children").area() >= 0.0).all()


def test_every_kind_has_a_shipped_scenario() -> None:
    loaded = [load(path) for path in shipped().values()]
    assert {one.kind for scenario in loaded for one in scenario.scenario.interventions} == set(kinds())  # type: ignore[attr-defined]
    assert sorted(one["kind"] for one in every_kind()) == sorted(kinds())


def test_children_and_pounds_add_up() -> None:
    """What it takes beyond a run of none is in benchmarks/command_line.py, as machines differ."""
    holds(simulate(with_all(), valued=False))


@pytest.mark.parametrize("area", ["England", "Kent"])
def test_with_draws_both_engines_agree_and_everything_adds_up(area: str) -> None:
    loaded = with_all(end="2029-03")
    if area != "England":
        loaded = loaded.in_areas((area,))
    plain, compiled = (
        simulate(loaded, draws=2, workers=1, engine=engine, valued=False)  # type: ignore[arg-type]
        for engine in ("plain", "compiled")
    )
    assert plain.draws == 3
    holds(plain)
    for name in ("children", "foster_households", "care_leavers"):
        np.testing.assert_allclose(
            compiled.stock_totals(name).area(), plain.stock_totals(name).area(), rtol=1e-9, atol=1e-6
        )
    np.testing.assert_allclose(
        compiled.year_totals("total_spend").area(), plain.year_totals("total_spend").area(), rtol=1e-9
    )


def test_parts_of_all_of_them_add_up_to_what_they_bring_together() -> None:
    """More than eight move children, so that last-in parts and what is not told apart add up."""
    run = simulate(with_all(end="2029-03"), valued=True, workers=1)
    assert not run.attributed.exact
    assert len(run.attributed.titles) > 8
    bare = run.bare()
    children, fewer = (one.stock_totals("children").area()[:, 12::12] for one in (run, bare))
    spend, less = (one.year_totals("total_spend").area() for one in (run, bare))
    for figure, whole in (("children", children - fewer), ("total_spend", spend - less)):
        parts = sum(run.brings(figure, "last_in", one).area() for one in run.attributed.titles)
        np.testing.assert_allclose(
            parts + run.brings(figure, "not_told_apart").area(), whole, rtol=1e-9, atol=1e-6, err_msg=figure
        )
