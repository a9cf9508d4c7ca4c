"""Interventions: known answers of help, recruitment, trends, prices and money, and how they build up and end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kind_examples import COST, DATED, EXAMPLES, MIX
from kind_rates import (
    FIRST,
    MONTHS,
    PAIR,
    PAIR_OF_ENGLAND,
    PLACES,
    change,
    made,
    make_context,
    make_rates,
)
from pydantic import ValidationError

from simulator.engine.rates import Rates
from simulator.interventions import Context, Intervention, apply_all, kinds
from simulator.interventions.cost import Cost
from simulator.interventions.impossible import Impossible
from simulator.interventions.profile import Profile
from simulator.vocabulary import areas, placements
from simulator.vocabulary.axes import SECTORS
from simulator.vocabulary.calendar import Month


def test_effects_multiply_and_do_not_add() -> None:
    rates, context = make_rates(), make_context()
    help_ = made("early_help", {"start": "2025-04", "effect": {"risk_ratio": 0.1}})
    twice = apply_all(rates, [help_, help_], context).streams[0].new_starts_per_month
    assert np.allclose(twice, 0.01 * rates.streams[0].new_starts_per_month)
    assert (twice >= 0).all()


def test_early_help_known_answers() -> None:
    rates, context = make_rates(), make_context()
    data = {
        "start": "2026-04",
        "areas": {"count": 51, "of": 153},
        "eligible_share": 0.5,
        "ages": [5, 9],
        "effect": {"risk_ratio": 0.4},
    }
    after = made("early_help", data).apply(rates, context)
    ratio = after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month
    assert np.array_equal(ratio[:, :, :12], np.ones((2, 1, 12, 18)))
    assert np.allclose(ratio[:, :, 12:, 5:10], 1 - 0.5 / 3 * 0.6)
    assert np.array_equal(np.delete(ratio, range(5, 10), axis=-1), np.ones((2, 1, MONTHS, 13)))
    assert after.streams[1] is rates.streams[1]


def test_referrals_come_first_and_can_raise_starts() -> None:
    rates, context = make_rates(), make_context()
    data = {
        "start": "2025-04",
        "lag_months": 24,
        "effect": {"risk_ratio": 0.5},
        "referrals": {"risk_ratio": 1.2, "from_month": 6, "to_month": 17},
    }
    after = made("early_help", data).apply(rates, context)
    ratio = (after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month)[0, 0, :, 0]
    expected = np.ones(MONTHS)
    expected[6:18] = 1.2
    expected[24:] = 0.5
    assert np.allclose(ratio, expected)


def test_help_that_began_before_the_run_changes_what_is_still_to_come() -> None:
    rates, context = make_rates(), make_context()
    data = {"start": "2023-04", "effect": {"risk_ratio": 0.8}, "profile": {"shape": "linear", "months": 48}}
    after = made("early_help", data).apply(rates, context)
    ratio = (after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month)[0, 0, :, 5]
    # A year into four it had done a quarter to a half of its work by the base's own year: 3/8 on average.
    assert np.allclose(ratio[0], (1 - 0.2 * 24.5 / 48) / (1 - 0.2 * 18 / 48))
    assert np.allclose(ratio[-1], 0.8 / (1 - 0.2 * 18 / 48))


@pytest.mark.parametrize(
    ("kind", "field"),
    [("foster_recruitment", "enquiries_ratio"), ("foster_recruitment", "approval_ratio"),
     ("foster_retention", "deregistration_ratio")],
)  # fmt: skip
def test_a_programme_at_full_strength_before_the_run_changes_nothing_until_it_ends(kind: str, field: str) -> None:
    rates, context = make_rates(), make_context()
    data = {"start": "2020-04", "end": "2026-03", field: 0.8}
    after = made(kind, data).apply(rates, context)
    assert rates.foster is not None
    assert after.foster is not None
    name = {"enquiries_ratio": "enquiries_per_month", "approval_ratio": "stage_pass_share"}.get(
        field, "deregistration_per_year"
    )
    one, two = getattr(rates.foster, name), getattr(after.foster, name)
    assert np.allclose(two[:, :, :12], one[:, :, :1])
    assert np.allclose(
        (two / one)[0, 0, 12:, 0, ..., -1] if field == "approval_ratio" else (two / one)[0, 0, 12:, 0], 1.25
    )


def test_recruitment_adds_the_approvals_asked_for() -> None:
    rates, context = make_rates(areas=2), make_context(PAIR)
    for sector, chosen in [("all", [0, 1]), ("independent", [1])]:
        data = {
            "start": "2025-04",
            "sector": sector,
            "approval_ratio": 1.2,
            "extra_households_per_year": 1200,
        }
        plain = made("foster_recruitment", {**data, "extra_households_per_year": 0}).apply(rates, context)
        after = made("foster_recruitment", data).apply(rates, context)
        assert after.foster is not None
        assert plain.foster is not None
        extra = after.foster.enquiries_per_month - plain.foster.enquiries_per_month
        approvals = extra * after.foster.stage_pass_share.prod(axis=-1)
        assert np.allclose(approvals.sum(axis=(1, 3)), 100.0 * PAIR_OF_ENGLAND.sum())
        others = [i for i in range(len(SECTORS)) if i not in chosen]
        assert not approvals[..., others].any()


def test_recruitment_cannot_approve_more_than_are_assessed() -> None:
    rates, context = make_rates(), make_context()
    greedy = made("foster_recruitment", {"start": "2025-04", "approval_ratio": 5.0})
    said = r"^interventions\.1\.approval_ratio: 5 would approve more .* allowed: up to"
    with pytest.raises(Impossible, match=said) as told:
        apply_all(rates, [made("budget_line", {"cost": COST}), greedy], context)
    assert (told.value.path, told.value.value) == (("interventions", 1, "approval_ratio"), 5.0)


def test_foster_kinds_need_foster_capacity() -> None:
    rates = replace(make_rates(), foster=None)
    for kind in ("foster_recruitment", "foster_retention"):
        with pytest.raises(Impossible, match="no limit on foster places"):
            made(kind, EXAMPLES[kind][0]).apply(rates, make_context())


def test_trend_compounds_then_holds() -> None:
    rates, context = make_rates(), make_context()
    data = {"measure": "starts", "percent_per_year": 10, "start": "2026-04", "end": "2028-03"}
    after = made("trend", data).apply(rates, context)
    for one, other in zip(after.streams, rates.streams, strict=True):
        ratio = (one.new_starts_per_month / other.new_starts_per_month)[0, 0, :, 3]
        assert np.allclose(ratio[:12], 1.0)
        assert np.allclose(ratio[12:36], 1.1 ** ((np.arange(24) + 0.5) / 12))
        assert np.allclose(ratio[36:], 1.21)


def test_trend_that_began_before_the_run_counts_from_the_run() -> None:
    rates, context = make_rates(), make_context()
    data = {"measure": "starts", "percent_per_year": 10}
    early = made("trend", {**data, "start": "2020-04"}).apply(rates, context)
    assert not change(early, made("trend", data).apply(rates, context))


def test_longer_stays_slow_every_exit() -> None:
    rates, context = make_rates(), make_context()
    after = made("trend", {"measure": "stays", "percent_per_year": 10, "ages": [10, 17]}).apply(rates, context)
    ratio = after.streams[0].exit_ratio[0, 0]
    assert np.allclose(ratio[:, 10:], 1.1 ** (-(np.arange(MONTHS) + 0.5) / 12)[:, None])
    assert np.array_equal(ratio[:, :10], np.ones((MONTHS, 10)))


def test_placement_mix_shifts_only_between_its_lists() -> None:
    rates, context = make_rates(), make_context()
    data = {"measure": "placement_mix", "percent_per_year": 10, **MIX}
    after = made("trend", data).apply(rates, context)
    before_shares, shares = rates.streams[0].start_place, after.streams[0].start_place
    home, council, ifa = (placements.index(n) for n in ("childrens_home", "council_foster", "ifa_foster"))
    rest = [i for i in range(PLACES) if i not in (home, council, ifa)]
    assert np.allclose(shares.sum(axis=-1), 1.0)
    assert np.allclose(shares[..., rest], before_shares[..., rest])
    odds = shares[..., home] / shares[..., council] / (before_shares[..., home] / before_shares[..., council])
    growth = 1.1 ** ((np.arange(MONTHS) + 0.5) / 12)
    assert np.allclose(odds[0, 0], growth[:, None])
    moves = after.streams[0].move_ratio[0, 0]
    assert np.allclose(moves[:, council, home], growth)
    assert np.array_equal(moves[:, home, council], np.ones(MONTHS))


def test_placement_mix_leaves_ages_without_a_share_alone() -> None:
    rates, context = make_rates(), make_context()
    stream = rates.streams[0]
    shares = np.zeros(stream.start_place.shape)
    shares[..., placements.index("council_foster")] = 1.0
    rates = replace(rates, streams=(replace(stream, start_place=shares), rates.streams[1]))
    after = made("trend", {"measure": "placement_mix", "percent_per_year": 10, **MIX}).apply(rates, context)
    assert np.array_equal(after.streams[0].start_place, np.broadcast_to(shares, after.streams[0].start_place.shape))


def test_cash_growth_at_inflation_changes_nothing_and_real_growth_comes_on_top() -> None:
    rates, context = make_rates(), make_context(inflation=0.03)
    for dates in ({}, {"start": "2026-07"}, {"start": "2026-07", "end": "2028-01"}):
        data = {"costs": "all", "percent_per_year": 3.0, **dates}
        cash = made("price_growth", {**data, "basis": "cash"}).apply(rates, context)
        assert np.allclose(cash.price_ratio, rates.price_ratio, rtol=1e-12)
    real = made("price_growth", {"costs": "all", "percent_per_year": 3.0}).apply(rates, context)
    growth = 1.03 ** ((np.arange(MONTHS) + 0.5) / 12)
    assert np.allclose(real.price_ratio[0, 0] / rates.price_ratio[0, 0], growth[:, None])


def test_cash_growth_takes_the_place_of_inflation_then_gives_it_back() -> None:
    context = make_context(inflation=0.02)
    rates = make_rates()
    data = {"costs": "childrens_home", "percent_per_year": 10, "basis": "cash", "end": "2027-03"}
    ratio = made("price_growth", data).apply(rates, context).price_ratio[0, 0]
    home = placements.cost_keys().index("childrens_home")
    assert np.allclose(ratio[:24, home], 1.1 ** ((np.arange(24) + 0.5) / 12))
    assert np.allclose(ratio[24:, home] / rates.price_ratio[0, 0, 24:, home], (1.1 / 1.02) ** 2)
    rest = np.delete(np.arange(ratio.shape[1]), home)
    assert np.array_equal(ratio[:, rest], rates.price_ratio[0, 0][:, rest])


def test_budget_is_spread_over_its_year_and_cut_at_the_edges() -> None:
    context = make_context()
    cost = Cost.model_validate({"budget_gbp": {"2024-25": 5e6, "2025-26": 12e6, "2030-31": 7e6}})
    spend = cost.spend(context, FIRST, None)
    assert np.allclose(spend[:12], 1e6)
    assert not spend[12:].any()


def test_yearly_amount_runs_from_start_to_end() -> None:
    cost = Cost.model_validate({"per_year_gbp": 12e6})
    spend = cost.spend(make_context(), Month(2026, 1), Month(2026, 6))
    assert np.allclose(spend[9:15], 1e6)
    assert spend.sum() == pytest.approx(6e6)
    early = cost.spend(make_context(), Month(2020, 1), Month(2025, 6))
    assert early.sum() == pytest.approx(3e6)


def test_price_year_is_uprated_with_the_deflator() -> None:
    context = make_context()
    cost = Cost.model_validate({"per_year_gbp": 12e6, "price_year": "2023-24"})
    assert np.allclose(cost.spend(context, FIRST, None), 1e6 * context.deflator / 0.95)
    inside = Cost.model_validate({"per_year_gbp": 12e6, "price_year": "2026-27"})
    level = context.deflator[12:24].mean()
    assert np.allclose(inside.spend(context, FIRST, None), 1e6 * context.deflator / level)
    unknown = made("budget_line", {"cost": {"per_year_gbp": 1.0, "price_year": "1999-00"}})
    with pytest.raises(Impossible, match=r"^interventions\.0\.cost\.price_year: no price level is known for 1999-00"):
        apply_all(make_rates(), [unknown], context)


def test_spend_is_shared_between_areas_as_children_are() -> None:
    line = made("budget_line", {"cost": {"per_year_gbp": 12e6}})
    spend = line.apply(make_rates(areas=2), make_context(PAIR)).programme_spend_gbp[0, :, 0]
    assert np.allclose(spend, 1e6 * PAIR_OF_ENGLAND)


def test_households_wanted_come_where_the_programme_acts() -> None:
    rates, context = make_rates(areas=2), make_context(PAIR)
    plain = rates.foster
    data = {
        "start": "2025-04", "extra_households_per_year": 1200, "ceiling_ratio": 20.0, "areas": {"names": ["Kent"]},
    }  # fmt: skip
    after = made("foster_recruitment", data).apply(rates, context).foster
    assert plain is not None
    assert after is not None
    extra = (after.enquiries_per_month - plain.enquiries_per_month) * after.stage_pass_share.prod(axis=-1)
    assert np.allclose(extra[:, 0].sum(axis=-1), 100.0)
    assert not extra[:, 1].any()
    nobody = replace(plain, enquiries_per_month=plain.enquiries_per_month * np.array([0.0, 1.0])[:, None, None])
    after = made("foster_recruitment", data).apply(replace(rates, foster=nobody), context).foster
    assert after is not None
    assert np.allclose((after.enquiries_per_month * after.stage_pass_share.prod(axis=-1))[:, 0].sum(axis=-1), 100.0)


def test_a_count_of_areas_is_drawn_in_a_run_of_authorities() -> None:
    context = make_context(tuple(one.code for one in areas.authorities()))
    trend = {"measure": "starts", "percent_per_year": 5}
    drawn = made("trend", {**trend, "areas": {"count": 12, "of": 153}}).apply(make_rates(), context)
    grows = drawn.streams[0].new_starts_per_month[0, :, -1, 0] > drawn.streams[0].new_starts_per_month[0, :, 0, 0]
    assert grows.sum() == 12
    wrong = made("trend", {**trend, "areas": {"count": 12, "of": 150}})
    with pytest.raises(Impossible, match=r"^interventions\.0\.areas\.of: a run of authorities draws .* from all 153"):
        apply_all(make_rates(), [wrong], context)


def test_a_share_of_children_is_refused_where_there_is_only_money() -> None:
    with pytest.raises(ValidationError, match="the money is the same"):
        made("budget_line", {**DATED, "areas": {"share": 0.5}})


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("linear", [0.125, 0.375, 0.625, 0.875, 1.0]),
        ("front_loaded", [1 - 0.875**2, 1 - 0.625**2, 1 - 0.375**2, 1 - 0.125**2, 1.0]),
        ("back_loaded", [0.125**2, 0.375**2, 0.625**2, 0.875**2, 1.0]),
        ("s_curve", [x * x * (3 - 2 * x) for x in (0.125, 0.375, 0.625, 0.875, 1.0)]),
    ],
)
def test_profiles(shape: Literal["linear"], expected: list[float]) -> None:
    weights = Profile(shape=shape, months=4).weights(make_context(), Month(2025, 6))
    assert np.array_equal(weights[:2], [0.0, 0.0])
    assert np.allclose(weights[2:7], expected)
    assert np.array_equal(weights[6:], np.ones(MONTHS - 6))


def test_step_end_and_fade() -> None:
    weights = Profile().weights(make_context(), Month(2025, 6), Month(2025, 9), 4)
    assert np.allclose(weights[:12], [0, 0, 1, 1, 1, 1, 0.875, 0.625, 0.375, 0.125, 0, 0])
    assert np.allclose(Profile().weights(make_context(), Month(2025, 6), Month(2025, 9))[6:], 0)


def test_fade_starts_from_the_strength_reached() -> None:
    half = Profile(shape="linear", months=8).weights(make_context(), Month(2025, 4), Month(2025, 7), 2)
    assert np.allclose(half[:7], [0.0625, 0.1875, 0.3125, 0.4375, 0.5 * 0.75, 0.5 * 0.25, 0])


def test_start_before_the_run() -> None:
    weights = Profile(shape="linear", months=24).weights(make_context(), Month(2024, 4))
    assert weights[0] == pytest.approx(12.5 / 24)


@given(
    shape=st.sampled_from(["linear", "front_loaded", "back_loaded", "s_curve"]),
    months=st.integers(1, 80),
    start=st.integers(-40, 70),
    length=st.integers(0, 60),
    fade=st.integers(0, 40),
)
@settings(max_examples=100, deadline=None)
def test_weights_lie_between_0_and_1(shape: Any, months: int, start: int, length: int, fade: int) -> None:
    first = FIRST + start
    weights = Profile(shape=shape, months=months).weights(make_context(), first, first + length, fade)
    assert weights.shape == (MONTHS,)
    assert (weights >= 0).all()
    assert (weights <= 1).all()


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="two kinds are named 'trend'"):

        class Another(Intervention):
            kind: Literal["trend"] = "trend"

            def change(self, rates: Rates, context: Context) -> Rates:
                return rates

    assert kinds()["trend"].__name__ == "Trend"


def test_interventions_are_frozen() -> None:
    one = made("trend", EXAMPLES["trend"][0])
    with pytest.raises(ValidationError):
        one.note = "changed"


def test_titles() -> None:
    line = {"cost": {"per_year_gbp": 1.0}}
    assert made("budget_line", line).title == "budget_line"
    assert made("budget_line", {**line, "id": "a"}).title == "a"
    assert made("budget_line", {**line, "id": "a", "label": "Line A"}).title == "Line A"
