"""A modelled stock scaled to published bands and placements."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.baseline.england import PLACES
from simulator.baseline.proportional_fitting import NotConverged
from simulator.baseline.structure import structure
from simulator.calibrate.england_series import published
from simulator.calibrate.scale_stock import UASC_PLACES, State, age_of_row, bands_of, correct_17, scale, scale_to_bands
from simulator.engine.grid import make_grid, row_count
from simulator.vocabulary.axes import PHASES

WIDTH = 12


def made_up(rows: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((1, 1, rows, len(PHASES), len(PLACES))) + 0.1


@pytest.mark.parametrize("width", [1, 3, 12])
def test_every_year_of_age_has_its_cohorts(width: int) -> None:
    """The first row is of those born in the year to come; the last turn 18 next."""
    ages = age_of_row(row_count(width), width)
    assert ages[0] == 0
    assert ages[-1] == 17
    assert np.bincount(ages[1:]).tolist() == [12 // width] * 18


def test_a_grid_of_older_children_starts_where_they_do() -> None:
    youngest = int(structure()["uasc"]["youngest_age"])
    grid = make_grid(WIDTH, youngest)
    assert set(age_of_row(grid.rows, WIDTH, grid.first_row)) <= set(range(youngest - 1, 18))


def test_a_stock_is_scaled_smoothly_to_bands() -> None:
    stock = made_up(row_count(WIDTH))
    target = bands_of(stock, 0, WIDTH) * np.array([1.2, 1.1, 1.0, 0.9, 0.8])
    scaled = scale_to_bands(stock, target, WIDTH)
    np.testing.assert_allclose(bands_of(scaled, 0, WIDTH), target, rtol=1e-12)
    ratio = (scaled / stock)[0, 0, :, 0, 0]
    assert np.all(np.diff(ratio) <= 1e-9)


def test_children_of_17_are_given_back() -> None:
    stock = made_up(row_count(WIDTH))
    corrected = correct_17(stock, 3.0, WIDTH)
    assert corrected.sum() - stock.sum() == pytest.approx(3.0)
    aged_17 = age_of_row(stock.shape[2], WIDTH) == 17
    np.testing.assert_array_equal(corrected[:, :, ~aged_17], stock[:, :, ~aged_17])


def test_a_state_meets_the_published_stock_by_age_and_placement() -> None:
    year, youngest = published(2025), int(structure()["uasc"]["youngest_age"])
    grid, older = make_grid(WIDTH), make_grid(WIDTH, youngest)
    home, uhome = np.zeros((1, 1, grid.rows, 3)), np.zeros((1, 1, older.rows, 3))
    uasc = made_up(older.rows, 2) * np.isin(np.arange(len(PLACES)), np.concatenate(list(UASC_PLACES.values())))
    ended = scale(year, State(made_up(grid.rows), home, uasc, uhome), WIDTH)
    assert ended.uasc.sum() == pytest.approx(year.uasc_stock)
    bands = bands_of(ended.resident, 0, WIDTH) + bands_of(ended.uasc, older.first_row, WIDTH)
    np.testing.assert_allclose(bands, year.stock_by_band, rtol=1e-9)
    assert year.stock_by_place is not None
    by_place = ended.resident.sum(axis=(0, 1, 2, 3)) + ended.uasc.sum(axis=(0, 1, 2, 3))
    np.testing.assert_allclose(by_place, year.stock_by_place, atol=1.0)


def test_a_stock_that_can_not_meet_both_is_told() -> None:
    """More asylum-seeking children in a placement than the table has there, so that the placements are too many."""
    year, youngest = published(2025), int(structure()["uasc"]["youngest_age"])
    grid, older = make_grid(WIDTH), make_grid(WIDTH, youngest)
    home, uhome = np.zeros((1, 1, grid.rows, 3)), np.zeros((1, 1, older.rows, 3))
    with pytest.warns(NotConverged, match="children at 31 March: after 30 rounds"):
        scale(year, State(made_up(grid.rows), home, made_up(older.rows, 2), uhome), WIDTH)
