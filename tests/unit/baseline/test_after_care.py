"""Those who have left care: a pool is filled by exits and emptied by birthdays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.baseline.after_care import (
    FIRST_AGE,
    LEAVERS_18_TO_20,
    LEAVERS_21_TO_24,
    UNDER_GUARDIANSHIP,
    AfterCare,
    SupportedPool,
)
from simulator.vocabulary.axes import AGE_BANDS, REASONS, STREAMS

MONTHS = 120
NOBODY = AfterCare(
    {"guardianship": np.zeros((1, 18)), "care_leavers": np.zeros((1, 7)), "former_uasc": np.zeros((1, 7))}
)
LASTING = SupportedPool("guardianship", "guardianship", (0.0, 18.0))


def exits(month: int, reason: str, band: str, children: float = 100.0, stream: str = "resident") -> np.ndarray:
    found = np.zeros((1, 1, MONTHS, len(STREAMS), len(AGE_BANDS), len(REASONS)))
    found[0, 0, month, STREAMS.index(stream), list(AGE_BANDS).index(band), REASONS.index(reason)] = children
    return found


def of_age(name: str, age: int) -> AfterCare:
    held = {key: there.copy() for key, there in NOBODY.by_age.items()}
    held[name][0, age - FIRST_AGE[name]] = 100.0
    return AfterCare(held)


def test_an_order_lasts_until_the_18th_birthday() -> None:
    """Of children of 10 to 15, evenly spread, none is 18 within two years, half within five, and all within eight."""
    stock = LASTING.stock(NOBODY, exits(0, "guardianship", "10_to_15"))[0, 0]
    assert stock[0] == 0.0
    assert stock[1] == pytest.approx(100.0)
    assert stock[24] == pytest.approx(100.0)
    assert stock[60:62].mean() == pytest.approx(50.0)
    assert stock[97:] == pytest.approx(0.0)


def test_orders_that_end_early_do_so_month_by_month() -> None:
    lasting = LASTING.stock(NOBODY, exits(0, "guardianship", "under_1"))[0, 0]
    ending = UNDER_GUARDIANSHIP.stock(NOBODY, exits(0, "guardianship", "under_1"))[0, 0]
    kept = 1.0 - UNDER_GUARDIANSHIP.ends_per_year
    assert 0.0 < UNDER_GUARDIANSHIP.ends_per_year < 0.05
    assert ending[1:] / lasting[1:] == pytest.approx(kept ** ((np.arange(MONTHS) + 0.5) / 12))


def test_who_leaves_at_18_is_counted_until_21_and_then_until_25() -> None:
    left = exits(6, "age_18", "16_and_over")
    younger, older = (pool.stock(NOBODY, left)[0, 0] for pool in (LEAVERS_18_TO_20, LEAVERS_21_TO_24))
    for stock, first in ((younger, 7), (older, 43)):
        assert stock[:first] == pytest.approx(0.0)
        assert stock[first : first + 36] == pytest.approx(100.0)
    assert younger[43:] == pytest.approx(0.0)
    assert older[91:] == pytest.approx(0.0)


def test_those_of_the_base_grow_older() -> None:
    """Who is 20 at the base turns 21 during the first year, evenly, and 25 during the fifth."""
    none = np.zeros_like(exits(0, "home", "under_1"))
    base = of_age("care_leavers", 20)
    assert LEAVERS_18_TO_20.at_base(base) == pytest.approx([100.0])
    assert LEAVERS_21_TO_24.at_base(base) == pytest.approx([0.0])
    younger, older = (pool.stock(base, none)[0, 0] for pool in (LEAVERS_18_TO_20, LEAVERS_21_TO_24))
    assert younger[[0, 3, 6, 12]] == pytest.approx([100.0, 75.0, 50.0, 0.0])
    assert (younger + older)[: 4 * 12 + 1] == pytest.approx(100.0)
    assert older[[54, 60]] == pytest.approx([50.0, 0.0])


@settings(deadline=None)
@given(
    month=st.integers(0, MONTHS - 1),
    band=st.sampled_from(list(AGE_BANDS)),
    reason=st.sampled_from(REASONS),
    age=st.integers(0, 17),
)
def test_nobody_is_counted_twice_or_before_leaving(month: int, band: str, reason: str, age: int) -> None:
    stock = UNDER_GUARDIANSHIP.stock(of_age("guardianship", age), exits(month, reason, band))[0, 0]
    alone = UNDER_GUARDIANSHIP.stock(of_age("guardianship", age), np.zeros_like(exits(0, "home", band)))[0, 0]
    came = stock - alone
    assert came[: month + 1] == pytest.approx(0.0)
    assert (came >= -1e-9).all()
    assert (came <= 100.0 + 1e-9).all()
    assert (np.diff(came[month + 1 :]) <= 1e-9).all()
    assert (came.max() > 0) == (reason == "guardianship")
    assert (np.diff(alone) <= 0).all()


def test_orders_of_many_months_are_followed_one_by_one_to_the_same_stock() -> None:
    """A plain loop, with ages in fortieths of a month; orders come in the middle of a month."""
    parts = 40
    rng = np.random.default_rng(1)
    made = np.zeros_like(exits(0, "home", "under_1"))
    orders = made[0, 0, :, 0, :, REASONS.index("guardianship")]
    orders[:] = rng.uniform(0, 100, orders.shape)
    held, counted = np.zeros(18 * 12 * parts), [0.0]
    for month in range(MONTHS):
        for _ in range(parts // 2):
            held = np.concatenate([[0.0], held[:-1]])
        for (low, high), number in zip(AGE_BANDS.values(), orders[month], strict=True):
            ages = slice(low * 12 * parts, (high + 1) * 12 * parts)
            held[ages] += number / (ages.stop - ages.start)
        for _ in range(parts // 2):
            held = np.concatenate([[0.0], held[:-1]])
        counted.append(float(held.sum()))
    np.testing.assert_allclose(LASTING.stock(NOBODY, made)[0, 0], counted, rtol=1e-9)
