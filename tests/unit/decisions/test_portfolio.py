"""The pure optimiser: small problems whose best plan brute force finds."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.decisions.portfolio import Criterion, Ladder, Limits, Portfolio, Together, choose, dominated, worst_mean

YEARS = 3

UP_TO_2, UP_TO_1 = (Limits(most, np.array([np.inf])) for most in (2.0, 1.0))


def random_portfolio(seed: int, criterion: Criterion) -> Portfolio:
    """Return three or four measures with up to four options, costs by year, three states and interactions."""
    rng = np.random.default_rng(seed)
    measures, states = int(rng.integers(2, 5)), 3
    ladders = []
    for i in range(measures):
        options = int(rng.integers(1, 5))
        level = np.sort(rng.uniform(0.1, 1.0, options))
        ladders.append(
            Ladder(
                f"m{i}", level, rng.uniform(1e6, 50e6, (options, YEARS)), rng.normal(3.0, 4.0, (options, states)),
                level * rng.uniform(0.5, 1.0), "north" if i % 2 else "south",
            )
        )  # fmt: skip
    caps = rng.uniform(20e6, 90e6, YEARS) if rng.random() < 0.5 else np.full(YEARS, np.inf)
    together = (Together({"m0": 1.0, "m1": 0.5}, float(rng.uniform(0.3, 1.2))),) if rng.random() < 0.5 else ()
    floors = {"north": float(rng.uniform(0.1, 0.5))} if rng.random() < 0.5 else {}
    limits = Limits(float(rng.uniform(20e6, 300e6)), caps, together, floors)
    return Portfolio(tuple(ladders), rng.normal(0.0, 6.0, (measures, measures)), limits, criterion)


def of_budget(portfolio: Portfolio, budget_gbp: float) -> Portfolio:
    return replace(portfolio, limits=replace(portfolio.limits, budget_gbp=budget_gbp))


def every_plan(portfolio: Portfolio) -> list[tuple[int | None, ...]]:
    ranges = [[None, *range(len(ladder.level))] for ladder in portfolio.ladders]
    return [picks for picks in product(*ranges) if portfolio.allowed(picks)]


def by_brute_force(portfolio: Portfolio) -> float:
    worth = [portfolio.worth(picks) for picks in every_plan(portfolio)]
    return max(portfolio.score(one, np.max(worth, axis=0)) for one in worth)


@pytest.mark.parametrize("criterion", ["expected", "cvar", "regret"])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_plan_is_better_than_the_one_found(criterion: Criterion, seed: int) -> None:
    portfolio = random_portfolio(seed, criterion)
    found = choose(portfolio)
    assert found.proved
    assert portfolio.allowed(found.picks)
    assert found.score == pytest.approx(by_brute_force(portfolio), rel=1e-5, abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_more_money_is_never_worse(seed: int) -> None:
    portfolio = random_portfolio(seed, "expected")
    scores = [choose(of_budget(portfolio, b)).score for b in (0.0, 40e6, 80e6, 160e6, 1e9)]
    assert all(b >= a - 1e-6 for a, b in pairwise(scores))


def two(value: tuple[float, float], cost: tuple[float, float] = (1.0, 1.0), interaction: float = 0.0) -> Portfolio:
    """Two measures with one option each, one year, one state."""
    ladders = tuple(
        Ladder(name, np.ones(1), np.array([[c]]), np.array([[v]]), np.ones(1))
        for name, v, c in zip("ab", value, cost, strict=True)
    )
    return Portfolio(ladders, np.array([[0.0, interaction], [0.0, 0.0]]), UP_TO_2)


def test_both_are_taken_if_together_they_are_worth_more_than_each() -> None:
    assert choose(two((3.0, 2.0))).picks == (0, 0)


def test_one_is_left_out_if_it_takes_more_from_the_other_than_it_brings() -> None:
    assert choose(two((3.0, 2.0), interaction=-2.5)).picks == (0, None)


def test_two_that_are_worth_nothing_alone_are_taken_if_they_need_each_other() -> None:
    found = choose(two((-1.0, -1.0), interaction=5.0))
    assert found.picks == (0, 0)
    assert found.score == pytest.approx(3.0)


def test_nothing_is_a_plan() -> None:
    assert choose(two((-1.0, -2.0))).picks == (None, None)
    assert choose(of_budget(two((3.0, 2.0)), 0.0)).picks == (None, None)


def test_the_worst_fifth_is_the_mean_of_its_states() -> None:
    assert worst_mean(np.arange(10.0)) == pytest.approx(0.5)  # two of ten: 0 and 1
    assert worst_mean(np.array([4.0])) == 4.0
    assert worst_mean(np.arange(8.0)) == pytest.approx((0.0 + 0.6 * 1.0) / 1.6)  # one and six tenths of eight


def test_criteria_differ_where_a_gamble_is_best_on_average() -> None:
    gamble = Ladder("gamble", np.ones(1), np.ones((1, 1)), np.array([[-10.0, 5.0, 5.0, 20.0]]), np.ones(1))
    safe = Ladder("safe", np.ones(1), np.ones((1, 1)), np.array([[3.0, 3.0, 3.0, 3.0]]), np.ones(1))
    one = Portfolio((gamble, safe), np.zeros((2, 2)), UP_TO_1)
    assert choose(one).picks == (0, None)
    assert choose(replace(one, criterion="cvar")).picks == (None, 0)
    # Of nothing at all the largest regret is 20, of the safe one 17, of the gamble 13: it could have been 3, not -10.
    assert choose(replace(one, criterion="regret")).picks == (0, None)


def test_a_floor_sends_money_where_it_does_less() -> None:
    south, north = two((3.0, 1.0)).ladders
    both = Portfolio((south, replace(north, group="north")), np.zeros((2, 2)), UP_TO_1)
    assert choose(both).picks == (0, None)
    assert choose(replace(both, limits=replace(UP_TO_1, floors={"north": 0.5}))).picks == (None, 0)


def test_what_does_nothing_and_what_another_does_for_less_are_dominated() -> None:
    def ladder(name: str, cost: float, value: float) -> Ladder:
        return Ladder(name, np.ones(1), np.array([[cost]]), np.array([[value]]), np.ones(1))

    found = dominated([ladder("good", 1.0, 3.0), ladder("dear", 2.0, 3.0), ladder("vain", 1.0, 0.0)])
    assert set(found) == {"dear", "vain"}
    assert "good" in found["dear"]
    assert not dominated([ladder("small", 1.0, 1.0), ladder("large", 2.0, 3.0)])
