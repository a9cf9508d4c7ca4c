"""Discount factors: hand-worked from the Green Book's schedule, and one rate where a scenario gives one."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.data.discounting import discount_factors


def test_the_first_year_is_worth_itself_and_later_ones_less_by_the_schedule() -> None:
    """3.5% to the 30th year after the first, 3.0% from the 31st."""
    factors = discount_factors(33)
    assert factors[0] == 1.0
    assert factors[1] == pytest.approx(1 / 1.035)
    assert factors[30] == pytest.approx(1.035**-30)
    assert factors[32] == pytest.approx(1.035**-30 * 1.03**-2)


def test_a_scenarios_own_rate_is_for_all_years() -> None:
    np.testing.assert_allclose(discount_factors(40, 2.0), 1.02 ** -np.arange(40.0))
    np.testing.assert_array_equal(discount_factors(3, 0.0), 1.0)
    assert discount_factors(0).size == 0
