"""Attribution: Shapley values worked by hand, what holds for any game, and runs whose parts add up."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.outputs.attribution_summary import attribution_lines
from simulator.outputs.charts import words
from simulator.outputs.charts.brought import brought
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.waterfall import what_each_brings
from simulator.results import attribution
from simulator.results.attribution import Attribution, sets_of, shapley
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import load_mapping

FIGURES = ("children", "total_spend", "real_total_spend")


def game(values: dict[frozenset[int], float]) -> dict[int, float]:
    players = sorted(set().union(*values))
    found = shapley(((members, {"x": np.array(worth)}) for members, worth in values.items()), players)
    return {one: float(figures["x"]) for one, figures in found.items()}


def test_two_programmes_share_what_they_do_together() -> None:
    """Alone 10 and 6, together 12: over both orders the first adds (10 + 6) / 2 and the second (6 + 2) / 2."""
    found = game({frozenset(): 0.0, frozenset({0}): 10.0, frozenset({1}): 6.0, frozenset({0, 1}): 12.0})
    assert found == {0: pytest.approx(8.0), 1: pytest.approx(4.0)}


def test_three_programmes_of_which_one_is_needed() -> None:
    """The glove game: 0 and one of 1 and 2 make a pair. Shapley gives 2/3, 1/6 and 1/6."""
    worth = {one: float(0 in one and len(one) > 1) for one in sets_of((0, 1, 2))}
    assert game(worth) == {0: pytest.approx(2 / 3), 1: pytest.approx(1 / 6), 2: pytest.approx(1 / 6)}


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_it_is_the_mean_over_all_orders_and_adds_up(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth = {one: float(rng.normal()) for one in sets_of(range(n))}
    found = game(worth)
    orders = list(permutations(range(n)))
    for player in range(n):
        adds = [worth[frozenset(o[: o.index(player) + 1])] - worth[frozenset(o[: o.index(player)])] for o in orders]
        assert found[player] == pytest.approx(np.mean(adds), abs=1e-12)
    assert sum(found.values()) == pytest.approx(worth[frozenset(range(n))] - worth[frozenset()], abs=1e-12)


def several(ratios: tuple[float, ...], *, draws: int = 0) -> RunResults:
    """Run helps for the same families, of drawn effect, beside a line of money."""
    helps = [
        {
            "kind": "early_help", "id": f"help-{i}", "start": "2025-04", "areas": {"share": 0.8},
            "effect": {"measure": "starts", "risk_ratio": {"low": ratio - 0.1, "mode": ratio, "high": ratio + 0.1}},
            "cost": {"per_year_gbp": 1e7},
        }
        for i, ratio in enumerate(ratios)
    ]  # fmt: skip
    line = {"kind": "budget_line", "id": "line", "cost": {"budget_gbp": {"2025-26": 5_000_000.0}}}
    loaded = load_mapping(
        {"name": "Any", "extends": "status-quo", "end": "2027-03", "questions": [], "interventions": [*helps, line]}
    )
    return simulate(loaded, draws=draws, workers=1, engine="plain", valued=True)


def parts(results: RunResults, figure: str, way: str) -> dict[str, np.ndarray]:
    return {one: results.brings(figure, way, one).area() for one in results.attributed.titles}  # type: ignore[arg-type]


def test_parts_of_a_run_add_up_in_every_draw() -> None:
    results = several((0.7, 0.8, 0.9, 0.6), draws=2)
    for figure in FIGURES:
        total = results.brings(figure, "total").area()
        assert total.shape == (3, 2)
        assert np.abs(total).min() > 0
        np.testing.assert_allclose(sum(parts(results, figure, "shapley").values()), total, rtol=1e-12, atol=1e-6)
    children = results.stock_totals("children").area()[:, [12, 24]]
    bare = results.bare().stock_totals("children").area()[:, [12, 24]]
    np.testing.assert_allclose(results.brings("children", "total").area(), children - bare, atol=1e-6)
    spend, without = (one.year_totals("total_spend").area() for one in (results, results.bare()))
    np.testing.assert_allclose(results.brings("total_spend", "total").area(), spend - without, rtol=1e-9, atol=1e-3)


def test_ratios_on_the_same_starts_weaken_each_other_and_lie_between_the_bounds() -> None:
    results = several((0.7, 0.5))
    alone, exact, last = (parts(results, "children", way) for way in ("first_in", "shapley", "last_in"))
    for one in ("help-0", "help-1"):
        assert (alone[one] < exact[one]).all()
        assert (exact[one] < last[one]).all()
    line = [parts(results, "real_total_spend", way)["line"] for way in ("first_in", "shapley", "last_in")]
    np.testing.assert_allclose(line[1], line[0], rtol=1e-12)
    np.testing.assert_allclose(line[2], line[0], atol=1e-3)
    assert not parts(results, "children", "shapley")["line"].any()
    assert parts(results, "total_spend", "shapley")["line"][0].tolist() == pytest.approx([5e6, 0.0], abs=1e-3)


def test_beyond_the_limit_only_bounds_are_known_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MOST_SETS_OF", 1)
    results = several((0.7, 0.5))
    assert not results.attributed.exact
    with pytest.raises(KeyError):
        results.brings("children", "shapley", "help-0")
    total, rest = (results.brings("children", way).area() for way in ("total", "not_told_apart"))  # type: ignore[arg-type]
    np.testing.assert_allclose(sum(parts(results, "children", "last_in").values()) + rest, total, atol=1e-6)
    assert (rest < -1.0).all()
    first, last, line, together = brought(results)
    assert (first.alone.children < first.children).all()  # type: ignore[union-attr]
    np.testing.assert_allclose(line.alone.spend_gbp, line.spend_gbp, rtol=1e-9)  # type: ignore[union-attr]
    assert together.alone is None
    told = "\n".join(attribution_lines(results))
    for one in (first, last):
        ends = [signed(float(values[0]), words.count) for values in (one.children, one.alone.children)]  # type: ignore[union-attr]
        assert " to ".join(ends) in told
    assert "Not told apart" not in told
    made = what_each_brings(results)
    assert made is not None
    assert made.alt.startswith("Range chart")
    drawn = [line.get_gid() for line in made.figure.axes[0].lines]
    assert drawn.count("range") == 2 * 3, "both ends of each programme, of children and of spend"


def test_nothing_is_attributed_to_one_programme_alone() -> None:
    results = simulate(
        load_mapping({"name": "One", "extends": "null-early-help", "end": "2027-03", "questions": []}), valued=True
    )
    assert results.packages
    assert results.attributed == Attribution()
    assert list(results.attributed.parts()) == []
