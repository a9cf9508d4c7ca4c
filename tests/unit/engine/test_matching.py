"""Who finds a place when not every place suits: known answers, what holds for any numbers, and children one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulator.engine.matching import match

Array = NDArray[np.float64]


def placed(
    children: list[float], places: list[float], suits: list[list[int]], best: list[list[int]] | None = None
) -> Array:
    found = match(np.array([children]), np.array([places]), np.array(best or suits, float), np.array(suits, float))
    return found.placed[0]


def test_where_all_suit_all_only_numbers_count() -> None:
    np.testing.assert_allclose(placed([30, 10], [15, 5], [[1, 1], [1, 1]]), [15, 5])
    np.testing.assert_allclose(placed([30, 10], [50, 5], [[1, 1], [1, 1]]), [30, 10])


def test_where_each_suits_one_the_smaller_number_counts() -> None:
    np.testing.assert_allclose(placed([30, 10, 0], [20, 25, 5], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]), [20, 10, 0])


def test_who_can_go_elsewhere_takes_places_from_who_cannot() -> None:
    # With a and b places free, s = a + b falls by 2 for each pair of children, and a by a / s: so a = 10 sqrt(s / 20),
    # and none of the second kind is free when s = a, which is at s = 5: after 7.5 of either type.
    children, places = np.full((1, 2), 10.0), np.full((1, 2), 10.0)
    suits = np.array([[1.0, 1.0], [0.0, 1.0]])
    for steps, within in ((40, 0.1), (400, 0.01)):
        np.testing.assert_allclose(match(children, places, suits, suits, steps).placed[0], [10.0, 7.5], atol=within)


def test_the_best_place_comes_first() -> None:
    found = match(np.array([[10.0]]), np.array([[4.0, 20.0]]), np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose(found.best[0], [[4.0, 0.0]])
    np.testing.assert_allclose(found.other[0], [[0.0, 6.0]])


def test_nobody_and_nothing() -> None:
    np.testing.assert_array_equal(placed([0, 0], [0, 5], [[1, 1], [0, 1]]), [0, 0])
    np.testing.assert_array_equal(placed([7, 3], [10, 10], [[0, 0], [0, 0]]), [0, 0])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6))
def test_no_place_is_filled_twice_no_child_placed_twice_and_none_waits_beside_a_free_place(
    seed: int, types: int, kinds: int
) -> None:
    rng = np.random.default_rng(seed)
    suits = (rng.random((types, kinds)) < 0.5).astype(float)
    best = suits * (rng.random((types, kinds)) < 0.5)
    children, places = rng.uniform(0, 100, (3, types)), rng.uniform(0, 100, (3, kinds))
    found = match(children, places, best, suits)
    both = found.best + found.other
    assert (found.best >= 0).all()
    assert (found.other >= 0).all()
    assert not found.best[:, best == 0].any()
    assert not both[:, suits == 0].any()
    left, free = children - both.sum(axis=2), places - both.sum(axis=1)
    assert (left > -1e-9).all()
    assert (free > -1e-9).all()
    assert (np.minimum(left[:, :, None], free[:, None, :]) * suits < 1e-6).all()
    alone = match(children[:1], places[:1], best, suits)
    np.testing.assert_allclose(alone.best[0] + alone.other[0], both[0], rtol=1e-12, atol=1e-12)


def one_by_one(children: list[int], places: list[int], best: Array, suits: Array, rng: np.random.Generator) -> Array:
    """Let whole children come in random order, each take one free place at random; return who is in which kind."""
    free, found = np.array(places), np.zeros(suits.shape)
    for child in rng.permutation(np.repeat(np.arange(len(children)), children)):
        for fits in (best[child], suits[child]):
            open_to = free * fits
            if open_to.sum() > 0:
                place = rng.choice(len(places), p=open_to / open_to.sum())
                free[place] -= 1
                found[child, place] += 1
                break
    return found


def test_shares_agree_with_children_one_by_one() -> None:
    """Three types of child, four kinds of place, short for some while others stand empty."""
    suits = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], dtype=float)
    best = np.array([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0]], dtype=float)
    children, places = [300, 400, 250], [350, 200, 220, 60]
    rng = np.random.default_rng(16)
    runs = np.array([one_by_one(children, places, best, suits, rng) for _ in range(40)])
    found = match(np.array([children], float), np.array([places], float), best, suits, steps=200)
    error = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    np.testing.assert_array_less(np.abs((found.best + found.other)[0] - runs.mean(axis=0)), 4 * error + 2.0)
    coarse = match(np.array([children], float), np.array([places], float), best, suits)
    np.testing.assert_allclose(coarse.placed, found.placed, rtol=0.01)
