"""Iterative proportional fitting: known answers, zeros, and margins that do not agree."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from simulator.baseline.proportional_fitting import Margin, NotConverged, fit

ROWS, COLUMNS = (1,), (0,)


def test_a_seed_of_ones_gives_independence() -> None:
    rows, columns = np.array([30.0, 70.0]), np.array([40.0, 60.0])
    fitted = fit(np.ones((2, 2)), (Margin(rows, ROWS), Margin(columns, COLUMNS)), 1)
    np.testing.assert_allclose(fitted.table, [[12.0, 18.0], [28.0, 42.0]], rtol=1e-15)
    assert fitted.off < 1e-12


def test_the_odds_ratio_of_the_seed_is_kept() -> None:
    """By hand: with margins 50, 50 and 50, 50 and an odds ratio of 9 the cells are 37.5 and 12.5."""
    half = np.array([50.0, 50.0])
    fitted = fit(np.array([[9.0, 3.0], [1.0, 3.0]]), (Margin(half, ROWS), Margin(half, COLUMNS)), 50)
    np.testing.assert_allclose(fitted.table, [[37.5, 12.5], [12.5, 37.5]], rtol=1e-12)


def test_three_ways_from_two_way_margins() -> None:
    """A table without a three-way interaction is found again from its three two-way margins."""
    a, b, c = np.array([1.0, 2.0]), np.array([1.0, 3.0, 2.0]), np.array([2.0, 1.0])
    ab, ac = np.array([[1.0, 2.0, 1.0], [3.0, 1.0, 1.0]]), np.array([[1.0, 2.0], [2.0, 1.0]])
    truth = (a[:, None, None] * b[:, None] * c) * ab[..., None] * ac[:, None]
    margins = [Margin(truth.sum(axis=axis), (axis,)) for axis in range(3)]
    fitted = fit(np.ones(truth.shape), margins, 100)
    np.testing.assert_allclose(fitted.table, truth, rtol=1e-9)
    assert fitted.off < 1e-9


def test_a_margin_over_several_axes() -> None:
    seed = np.ones((2, 3, 4))
    fitted = fit(seed, (Margin(np.array([6.0, 18.0]), (1, 2)), Margin(np.full(4, 6.0), (0, 1))), 2)
    np.testing.assert_allclose(fitted.table, np.broadcast_to([[[0.5]], [[1.5]]], seed.shape))


def test_zeros_stay_zero_and_hold_nothing() -> None:
    seed = np.array([[1.0, 0.0], [1.0, 1.0]])
    fitted = fit(seed, (Margin(np.array([10.0, 20.0]), ROWS), Margin(np.array([15.0, 15.0]), COLUMNS)), 60)
    np.testing.assert_allclose(fitted.table, [[10.0, 0.0], [5.0, 15.0]], atol=1e-6)
    empty = fit(seed, (Margin(np.array([0.0, 20.0]), ROWS), Margin(np.array([5.0, 15.0]), COLUMNS)), 5)
    np.testing.assert_allclose(empty.table, [[0.0, 0.0], [5.0, 15.0]])
    assert empty.off < 1e-12


def test_positions_of_an_axis_that_belong_together() -> None:
    """Four rows in two bands: each band has its total, rows in a band keep their proportions."""
    bands = np.array([0, 0, 1, 1])
    seed = np.array([[1.0, 1.0], [3.0, 3.0], [1.0, 1.0], [1.0, 1.0]])
    margins = (Margin(np.array([10.0, 30.0]), (1,), bands), Margin(np.array([10.0, 30.0]), (0,)))
    fitted = fit(seed, margins, 3)
    np.testing.assert_allclose(fitted.table.sum(axis=1), [2.5, 7.5, 15.0, 15.0])
    np.testing.assert_allclose(fitted.table.sum(axis=0), [10.0, 30.0])
    assert fitted.off < 1e-12


def test_margins_that_do_not_agree_are_told() -> None:
    """Rows add up to 100 and columns to 120: the last is met, the others are off by a fifth."""
    margins = (Margin(np.array([40.0, 60.0]), ROWS), Margin(np.array([60.0, 60.0]), COLUMNS))
    fitted = fit(np.ones((2, 2)), margins, 200)
    np.testing.assert_allclose(fitted.table.sum(axis=0), [60.0, 60.0])
    assert fitted.off == pytest.approx(12.0)
    with pytest.warns(NotConverged, match="children by age: after 200 rounds a sum is 12 from its margin, more than 5"):
        assert fitted.within("children by age") is fitted.table


def test_zeros_that_no_table_can_meet_are_told() -> None:
    """The first column can hold the 20 of the first row alone, and is to hold 30."""
    seed = np.array([[1.0, 0.0], [0.0, 1.0]])
    fitted = fit(seed, (Margin(np.array([20.0, 30.0]), ROWS), Margin(np.array([30.0, 20.0]), COLUMNS)), 100)
    assert fitted.off == pytest.approx(10.0)


def test_too_few_rounds_are_told_and_more_are_not() -> None:
    seed = np.array([[1.0, 100.0], [100.0, 1.0]])
    margins = (Margin(np.array([90.0, 10.0]), ROWS), Margin(np.array([90.0, 10.0]), COLUMNS))
    few, many = fit(seed, margins, 3), fit(seed, margins, 500)
    assert few.off > 0.1 > many.off
    with pytest.warns(NotConverged, match=r"after 3 rounds a sum is 0\.119 from its margin, more than 0\.1"):
        few.within("a table", 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        many.within("a table", 0.1)


def test_no_number_is_told() -> None:
    """A table that is not a number is nowhere near its margins."""
    fitted = fit(np.array([[np.nan, 1.0], [1.0, 1.0]]), (Margin(np.ones(2), ROWS), Margin(np.zeros(2), ROWS)), 1)
    with pytest.warns(NotConverged):
        fitted.within("a table")


def test_no_round_leaves_the_seed_and_tells_its_distance() -> None:
    fitted = fit(np.ones((2, 2)), (Margin(np.array([2.0, 5.0]), ROWS),), 0)
    np.testing.assert_array_equal(fitted.table, np.ones((2, 2)))
    assert fitted.off == pytest.approx(3.0)
