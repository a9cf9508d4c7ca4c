"""Money says whom it reaches, and reach what it costs; approvals cost more as they become more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kind_examples import EACH, NEUTRAL, OF_WHOM
from kind_rates import MONTHS, PAIR, PAIR_OF_ENGLAND, arrays, change, made, make_context, make_rates
from pydantic import ValidationError

from simulator.engine.rates import FosterRates, Rates
from simulator.interventions import kinds
from simulator.interventions.foster_volume import bought, cost_of
from simulator.interventions.surroundings import Surroundings
from simulator.vocabulary.calendar import Month

HELP = {"start": "2025-04", "effect": {"risk_ratio": 0.5}}
PROGRAMMES = [kind for kind, model in kinds().items() if model.is_programme]
AROUND = Surroundings(Month(2025, 4), Month(2030, 3), places_limited=True, authorities=frozenset())


def starts_ratio(**more: Any) -> np.ndarray:
    rates = make_rates()
    after = made("early_help", {**HELP, **more}).apply(rates, make_context())
    return (after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month)[0, 0, :, 5] * np.ones(MONTHS)


def spend(**more: Any) -> np.ndarray:
    rates = made("early_help", {**HELP, **more}).apply(make_rates(), make_context())
    return rates.programme_spend_gbp[0, 0]


def test_money_says_whom_it_reaches() -> None:
    # £50m a year at £2,000 each is 25,000 of 100,000.
    np.testing.assert_allclose(starts_ratio(cost={"per_year_gbp": 50e6, **EACH}), 1 - 0.25 * 0.5)
    over_years = {"budget_gbp": {"2025-26": 40e6, "2026-27": 60e6}, **EACH}
    np.testing.assert_allclose(starts_ratio(cost=over_years)[:24], 1 - 0.25 * 0.5)
    np.testing.assert_allclose(spend(cost=over_years)[[0, 12]] * 12, [40e6, 60e6])


def test_money_for_more_than_all_reaches_all() -> None:
    np.testing.assert_allclose(starts_ratio(cost={"per_year_gbp": 900e6, **EACH}), 0.5)
    np.testing.assert_allclose(spend(cost={"per_year_gbp": 900e6, **EACH}) * 12, 900e6)


def test_reach_says_what_it_costs_as_it_builds_up() -> None:
    reach = {"areas": {"share": 0.25}, "cost": EACH, "profile": {"shape": "linear", "months": 24}}
    money = spend(**reach) * 12
    np.testing.assert_allclose(money[:24], 50e6 * (np.arange(24) + 0.5) / 24)
    np.testing.assert_allclose(money[24:], 50e6)
    np.testing.assert_allclose(starts_ratio(**reach)[24:], 1 - 0.25 * 0.5)
    ended = spend(**reach, end="2027-03") * 12
    assert not ended[24:].any()


def test_deadweight_is_paid_for_and_changes_nothing() -> None:
    # Of five who are paid for one would have done as well without, so £50m reaches four fifths of 25,000.
    np.testing.assert_allclose(starts_ratio(cost={"per_year_gbp": 50e6, **OF_WHOM}), 1 - 0.8 * 0.25 * 0.5)
    reach = {"areas": {"share": 0.25}, "cost": OF_WHOM}
    np.testing.assert_allclose(spend(**reach) * 12, 50e6 / 0.8)
    np.testing.assert_allclose(starts_ratio(**reach), 1 - 0.25 * 0.5)
    said = " ".join(made("early_help", {**HELP, **reach}).money_and_reach(AROUND))
    assert "20% of those paid for would have done as well without" in said
    with pytest.raises(ValidationError, match="deadweight_share acts on a cost of each"):
        made("early_help", {**HELP, "cost": {"per_year_gbp": 1e6, "deadweight_share": 0.2}})


def test_money_in_some_areas_reaches_more_of_those_there() -> None:
    one_in_three = {"count": 51, "of": 153}
    np.testing.assert_allclose(starts_ratio(areas=one_in_three, cost={"per_year_gbp": 50e6, **EACH}), 1 - 0.25 * 0.5)
    rates, context = make_rates(areas=2), make_context(PAIR)
    kent = made("early_help", {**HELP, "areas": {"names": ["Kent"]}, "cost": {"per_year_gbp": 1e6, **EACH}})
    after = kent.apply(rates, context)
    ratio = (after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month)[0, :, 0, 5]
    np.testing.assert_allclose(ratio, [1 - 0.5 * 1e6 / (2e8 * PAIR_OF_ENGLAND[0]), 1.0])
    np.testing.assert_allclose(after.programme_spend_gbp[0, :, 0] * 12, [1e6, 0])


def test_money_and_reach_that_agree_are_both_taken_and_check_shows_both() -> None:
    cost = {"per_year_gbp": 50e6, **EACH}
    both = made("early_help", {**HELP, "areas": {"share": 0.25}, "cost": cost})
    words = ["the file gives £50m a year", "at £2,000 each it reaches 25,000 of 100,000 a year (25.0%)"]
    assert list(both.money_and_reach(AROUND)) == words
    assert list(made("early_help", {**HELP, "cost": cost}).money_and_reach(AROUND)) == words
    follows = made("early_help", {**HELP, "areas": {"share": 0.25}, "cost": EACH})
    assert next(follows.money_and_reach(AROUND)) == "£50m a year at full strength follows from its reach"
    assert list(made("early_help", HELP).money_and_reach(AROUND)) == ["no money is counted for it"]
    assert list(made("trend", {"measure": "starts", "ratio": 2.0}).money_and_reach(AROUND)) == []
    with pytest.raises(ValidationError, match=r"reaches 25\.0% of those eligible, and areas\.share says 30\.0%"):
        made("early_help", {**HELP, "areas": {"share": 0.3}, "cost": cost})


@pytest.mark.parametrize("kind", PROGRAMMES)
def test_money_says_whom_it_reaches_and_reach_what_it_costs(kind: str) -> None:
    """Both numbers move money where it follows from reach, for every kind."""
    rates, context = make_rates(), make_context()
    data = {**NEUTRAL[kind], "cost": EACH}
    before = made(kind, data).apply(rates, context)
    assert before.programme_spend_gbp[0, 0].sum() == pytest.approx(2e8 * (4 if "start" in NEUTRAL[kind] else 5))
    for name, value in EACH.items():
        after = made(kind, {**data, "cost": {**EACH, name: 2 * value}}).apply(rates, context)
        np.testing.assert_allclose(after.programme_spend_gbp, 2 * before.programme_spend_gbp)


@given(data=st.data(), kind=st.sampled_from(PROGRAMMES))
@settings(max_examples=60, deadline=None)
def test_null_programmes_cost_their_money_and_no_more(data: st.DataObject, kind: str) -> None:
    rates, context = make_rates(), make_context()
    years = data.draw(st.dictionaries(st.integers(2026, 2029), st.floats(0, 1e10), min_size=1))
    per_year = data.draw(st.none() | st.floats(0, 1e9))
    cost = {"budget_gbp": {f"{year}-{year - 1999}": amount for year, amount in years.items()}}
    if per_year is not None:
        cost |= {"per_year_gbp": per_year}
    outlasts = {"outlasts_money": True} if "outlasts_money" in kinds()[kind].model_fields else {}
    after = made(kind, {**NEUTRAL[kind], "cost": cost, **outlasts}).apply(rates, context)
    assert change(rates, after) <= {"rates.programme_spend_gbp"}
    begun = 4 if "start" in NEUTRAL[kind] else 5
    assert after.programme_spend_gbp.sum() == pytest.approx(sum(years.values()) + begun * (per_year or 0.0))


# --- foster recruitment ---------------------------------------------------------------------------------------------


def recruited(rates: Rates | None = None, codes: tuple[str, ...] = ("England",), **data: Any) -> Rates:
    return made("foster_recruitment", {"start": "2025-04", **data}).apply(
        rates or make_rates(draws=1, areas=len(codes)), make_context(codes, inflation=0.0)
    )


def approvals(rates: Rates) -> np.ndarray:
    """Approvals a month, as enquiries become them: (area, month, sector)."""
    foster = rates.foster
    assert foster is not None
    every = foster.enquiries_per_month * foster.stage_pass_share.prod(axis=-1)
    return np.broadcast_to(every, (1, every.shape[1], MONTHS, 2))[0]


def base(areas: int = 1) -> np.ndarray:
    return approvals(make_rates(draws=1, areas=areas))


def test_an_approval_costs_more_as_they_become_more() -> None:
    now = base().sum() / MONTHS
    for share, elasticity in ((0.2, 0.0), (0.2, 1.0), (0.4, 2.0)):
        extra = share * now * 12
        rates = recruited(extra_households_per_year=extra, cost_per_approval_gbp=20_000.0, cost_elasticity=elasticity)
        expected = extra / 12 * 20_000.0 * (1 + share) ** elasticity
        np.testing.assert_allclose(rates.programme_spend_gbp[0, 0], expected)


@pytest.mark.parametrize("elasticity", [0.0, 0.7, 2.0])
def test_money_buys_as_many_approvals_as_cost_it(elasticity: float) -> None:
    now = base().sum() / MONTHS
    money = {"cost": {"per_year_gbp": 0.3 * now * 12 * 20_000.0}}
    rates = recruited(cost_per_approval_gbp=20_000.0, cost_elasticity=elasticity, ceiling_ratio=20.0, **money)
    gained = approvals(rates).sum(axis=-1) - now
    np.testing.assert_allclose(rates.programme_spend_gbp[0, 0], money["cost"]["per_year_gbp"] / 12)
    np.testing.assert_allclose(cost_of(gained, now, now, 20_000.0, elasticity)[0], rates.programme_spend_gbp[0, 0])


@given(
    gained=st.floats(0, 100), before=st.floats(0, 200), base=st.floats(1, 100), each=st.floats(1, 1e6),
    elasticity=st.floats(0, 5),
)  # fmt: skip
@settings(deadline=None)
def test_buying_is_the_inverse_of_the_cost(
    gained: float, before: float, base: float, each: float, elasticity: float
) -> None:
    money = cost_of(gained, before, base, each, elasticity)
    assert float(bought(money, before, base, each, elasticity, 100.0)) == pytest.approx(gained, abs=1e-6)


def test_no_more_are_approved_than_the_ceiling_and_what_does_not_come_costs_nothing() -> None:
    now = base().sum() / MONTHS
    for ceiling in (1.0, 1.5, 3.0):
        rates = recruited(
            extra_households_per_year=50_000.0, ceiling_ratio=ceiling, cost_per_approval_gbp=10.0, cost_elasticity=0.0
        )
        np.testing.assert_allclose(approvals(rates).sum(axis=-1), ceiling * now)
        np.testing.assert_allclose(rates.programme_spend_gbp[0, 0], (ceiling - 1.0) * now * 10.0)


def test_two_programmes_have_one_ceiling() -> None:
    from simulator.interventions import apply_all

    plan = made("foster_recruitment", {"start": "2025-04", "extra_households_per_year": 50_000.0})
    rates = make_rates(draws=1)
    context = make_context()
    both = apply_all(rates, [plan, plan], replace(context, bare=rates))
    np.testing.assert_allclose(approvals(both).sum(axis=-1), 1.5 * base().sum() / MONTHS)


def test_households_that_are_won_are_lost_by_others() -> None:
    council, agencies = base()[0, 0]
    extra = 0.5 * agencies
    for share in (0.0, 0.5, 1.0):
        after = approvals(
            recruited(sector="council", extra_households_per_year=12 * extra, share_won_from_others=share)
        )[0, 0]
        np.testing.assert_allclose(after, [council + extra, agencies - share * extra])


def test_where_all_recruit_from_each_other_the_share_won_adds_nobody() -> None:
    now = base()[0, 0].sum()
    after = approvals(recruited(extra_households_per_year=12 * 0.2 * now, share_won_from_others=0.75))[0, 0].sum()
    assert after == pytest.approx(now * (1 + 0.2 * 0.25))


def test_what_one_area_wins_another_loses() -> None:
    before = base(2)
    rates = make_rates(draws=1, areas=2)
    kent = {"areas": {"names": ["Kent"]}, "extra_households_per_year": 6.0, "share_won_from_others": 1.0}
    pair = float(PAIR_OF_ENGLAND.sum())
    context = replace(make_context(PAIR), part_of_england=pair)
    after = approvals(made("foster_recruitment", {"start": "2025-04", **kent}).apply(rates, context))
    gained = (after - before).sum(axis=-1)[:, 0]
    assert gained[0] == pytest.approx(0.5)
    # The rest of England loses half a household a month, and Surrey its share of it.
    others = before[1, 0].sum() + before[:, 0].sum() * (1.0 - pair) / pair
    assert gained[1] == pytest.approx(-0.5 * before[1, 0].sum() / others)


def test_a_retainer_is_for_empty_places_of_the_sector_from_the_start() -> None:
    rates = recruited(start="2026-04", sector="council", retainer_gbp_per_week=100.0)
    per_month = 100.0 * 365.25 / 7 / 12
    np.testing.assert_allclose(rates.idle_place_gbp[0, 0, 12:], [[per_month, 0.0]] * 48)
    assert not rates.idle_place_gbp[0, 0, :12].any()


def test_check_says_what_approvals_cost_and_what_money_buys() -> None:
    data = {"start": "2026-04", "cost_per_approval_gbp": 20_000.0}
    plan = made("foster_recruitment", {**data, "extra_households_per_year": 1000.0})
    assert list(plan.money_and_reach(AROUND)) == [
        "£25m a year at full strength follows from its approvals",
        "1,000 more approvals a year on 4,055, at £25,000 each",
    ]
    money = made("foster_recruitment", {**data, "cost": {"per_year_gbp": 24.93e6}})
    assert list(money.money_and_reach(AROUND)) == [
        "the file gives £25m a year", "1,000 more approvals a year on 4,055, at £25,000 each",
    ]  # fmt: skip
    beyond = made("foster_recruitment", {**data, "extra_households_per_year": 4055.0})
    (found,) = [why for path, why in beyond.idle(AROUND) if path == ("extra_households_per_year",)]
    assert found.startswith("cannot act in full: approvals would be 2.00 times")
    assert "no more than 1.50 times come (ceiling_ratio)" in found


def test_arrays_of_the_rates_are_as_many_as_before() -> None:
    """A retainer is in the rates of runs without one too, as nought."""
    assert dict(arrays(make_rates()))["rates.idle_place_gbp"].shape == (1, 1, 1, 1)
    assert isinstance(make_rates().foster, FosterRates)
