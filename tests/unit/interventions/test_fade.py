"""What becomes of an effect when its money ends: known answers, and properties of any dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kind_rates import FIRST, MONTHS, made, make_context, make_rates
from pydantic import ValidationError

from simulator.interventions.base import FADE_MONTHS, PhasedIntervention
from simulator.vocabulary.calendar import Month

BUDGET = {"cost": {"budget_gbp": {"2025-26": 5e6, "2026-27": 5e6}}}
"""Money to March 2027, the 24th month."""


def strength(**more: Any) -> np.ndarray:
    help_ = made("early_help", {"start": "2025-04", "effect": {"risk_ratio": 0.9}, **more})
    assert isinstance(help_, PhasedIntervention)
    return help_.weights(make_context(), help_.delay_months)


def falling(months: int) -> np.ndarray:
    return 1.0 - (np.arange(months) + 0.5) / months


def test_an_effect_fades_over_two_years_after_the_last_month_with_money() -> None:
    weights = strength(**BUDGET)
    assert FADE_MONTHS == 24
    np.testing.assert_array_equal(weights[:24], 1.0)
    np.testing.assert_allclose(weights[24:48], falling(24))
    assert not weights[48:].any()


def test_what_the_last_money_bought_works_a_lag_later_and_fades_from_then() -> None:
    # Money to month 24, a lag of 20: in force from month 21 to 44, then gone over two years, cut by the run's end.
    weights = strength(lag_months=20, **BUDGET)
    assert not weights[:20].any()
    np.testing.assert_array_equal(weights[20:44], 1.0)
    np.testing.assert_allclose(weights[44:], falling(24)[: MONTHS - 44])


def test_a_lag_longer_than_the_fade_takes_nothing_from_the_effect() -> None:
    weights = strength(lag_months=30, fade_months=12, **BUDGET)
    np.testing.assert_array_equal(weights[30:54], 1.0)
    np.testing.assert_allclose(weights[54:], falling(12)[: MONTHS - 54])


def test_what_was_built_before_the_money_ended_still_comes_while_it_fades() -> None:
    # 12 months of 24 are delivered by the end of the money; the last of them shows six months later, and then it fades.
    weights = strength(profile={"shape": "linear", "months": 24}, lag_months=6, start="2026-04", **BUDGET)
    built = np.minimum((np.arange(MONTHS) - 18 + 0.5) / 24, 0.5).clip(0)
    left = np.where(np.arange(MONTHS) < 30, 1.0, 1.0 - (np.arange(MONTHS) - 29.5) / 24).clip(0)
    np.testing.assert_allclose(weights, built * left)


@pytest.mark.parametrize(
    ("more", "full", "gone"),
    [
        ({"fade_months": 6, **BUDGET}, 24, 30),
        ({"fade_months": 0, **BUDGET}, 24, 24),
        ({"end": "2026-03", **BUDGET}, 12, 36),
        ({"outlasts_money": True, **BUDGET}, 60, 60),
        ({"outlasts_money": True, "end": "2026-03", **BUDGET}, 12, 12),
        ({"cost": {"per_year_gbp": 5e6}}, 60, 60),
        ({"cost": {"per_year_gbp": 5e6}, "end": "2026-03"}, 12, 36),
        ({"cost": {"budget_gbp": {"2025-26": 5e6, "2028-29": 0.0}}}, 12, 36),
        ({"cost": {"budget_gbp": {"2025-26": 0.0}}}, 60, 60),
        ({"end": "2026-03"}, 12, 12),
        ({"end": "2026-03", "lag_months": 6}, 18, 18),
        ({}, 60, 60),
    ],
)
def test_when_it_ends(more: dict[str, Any], full: int, gone: int) -> None:
    weights = strength(**more)
    lag = more.get("lag_months", 0)
    np.testing.assert_array_equal(weights[lag:full], 1.0)
    assert (weights[full:gone] < 1.0).all()
    assert not weights[gone:].any()


@given(
    start=st.integers(-30, 40), length=st.integers(0, 40), lag=st.integers(0, 40), fade=st.integers(0, 60),
    paid=st.integers(2025, 2030),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_money_never_makes_an_effect_longer_and_outlasting_it_never_shorter(
    start: int, length: int, lag: int, fade: int, paid: int
) -> None:
    first = FIRST + start
    dates = {"start": str(first), "end": str(first + length), "lag_months": lag, "fade_months": fade}
    budget = {"cost": {"budget_gbp": {f"{paid}-{paid - 1999}": 5e6}}}
    without = strength(**dates)
    np.testing.assert_array_equal(strength(**dates, outlasts_money=True, **budget), without)
    if Month(paid + 1, 3) >= first:
        weights = strength(**dates, **budget)
        assert (weights <= without + 1e-12).all()
        gone = min(first + length, Month(paid + 1, 3)) + lag + fade + 1 - FIRST
        assert not weights[max(gone, 0) :].any()


def test_every_kind_that_builds_up_fades() -> None:
    rates, context = make_rates(), make_context()
    for kind, effect in (
        ("foster_retention", {"deregistration_ratio": 0.5}),
        ("foster_recruitment", {"enquiries_ratio": 2}),
    ):
        after = made(kind, {"start": "2025-04", **effect, **BUDGET}).apply(rates, context).foster
        assert after is not None
        assert rates.foster is not None
        for name in ("deregistration_per_year", "enquiries_per_month"):
            now, before = (getattr(of, name)[0, 0, :, 0] * np.ones(MONTHS) for of in (after, rates.foster))
            np.testing.assert_allclose(now[48:], before[48:])
        assert not np.allclose(after.enquiries_per_month, rates.foster.enquiries_per_month) or not np.allclose(
            after.deregistration_per_year, rates.foster.deregistration_per_year
        )


def test_charts_say_what_becomes_of_it() -> None:
    last = Month(2030, 3)

    def said(**more: Any) -> list[str]:
        data = {"id": "help", "start": "2025-04", "effect": {"risk_ratio": 0.9}, **more}
        return list(made("early_help", data).notes(of_authorities=False, last=last))

    assert said(**BUDGET) == [
        "help: its money ends in 2027-03, and its effect falls to nothing in the 24 months after it."
    ]
    assert said(outlasts_money=True, **BUDGET) == [
        "help: its money ends in 2027-03, and its effect is assumed to go on after it."
    ]
    assert said(fade_months=0, **BUDGET) == ["help: its money ends in 2027-03, and its effect ends with it."]
    assert said(lag_months=20, **BUDGET) == [
        "help: its money ends in 2027-03, and its effect, 20 months behind, falls to nothing in the 24 months after "
        "2028-11."
    ]
    assert said(cost={"budget_gbp": {"2029-30": 5e6}}) == []
    assert said() == []


def test_a_fade_without_an_end_is_refused() -> None:
    for cost in ({}, {"cost": {"per_year_gbp": 5e6}}, {"outlasts_money": True, **BUDGET}):
        with pytest.raises(ValidationError, match="there is no end from which to fade"):
            strength(fade_months=6, **cost)
