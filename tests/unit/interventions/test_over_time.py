"""How inputs go over time: each way of saying it, for each input, against sums by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kind_rates import GBP_PER_WEEK, MONTHS, made, make_context, make_rates

from simulator.data.population import added_children, population_by_age
from simulator.engine.rates import Rates
from simulator.interventions import Context, apply_all
from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS

UASC = STREAMS.index("uasc")
HOME = placements.cost_keys().index("childrens_home")


def after(kind: str, rates: Rates | None = None, context: Context | None = None, **data: Any) -> Rates:
    return made(kind, data).apply(rates or make_rates(), context or make_context())


def arrivals(rates: Rates) -> np.ndarray:
    """Arrivals a year in the first draw: (month,)."""
    return 12 * rates.streams[UASC].new_starts_per_month[0, 0].sum(axis=-1) * np.ones(MONTHS)


def test_arrivals_double_from_a_month_to_another() -> None:
    before = arrivals(make_rates())
    doubled = arrivals(after("uasc_arrivals", ratio=2.0, start="2027-04", end="2028-03"))
    np.testing.assert_allclose(doubled / before, [1.0] * 24 + [2.0] * 12 + [1.0] * 24)


def test_arrivals_are_set_capped_and_follow_a_path() -> None:
    now = arrivals(make_rates())[0]
    np.testing.assert_allclose(arrivals(after("uasc_arrivals", value=50.0, start="2027-04")), [now] * 24 + [50.0] * 36)
    np.testing.assert_allclose(arrivals(after("uasc_arrivals", at_most=now / 2)), now / 2)
    np.testing.assert_allclose(arrivals(after("uasc_arrivals", at_most=now * 2)), now)
    path = arrivals(after("uasc_arrivals", path={"2028-29": 60.0, "2026-27": 50.0}))
    np.testing.assert_allclose(path, [now] * 12 + [50.0] * 24 + [60.0] * 24)


def test_a_level_is_set_in_every_draw_and_overrules_growth_before_it() -> None:
    growth = made("trend", {"measure": "starts", "percent_per_year": 20.0})
    level = made("uasc_arrivals", {"value": 50.0})
    rates = apply_all(make_rates(draws=3), [growth, level], make_context())
    np.testing.assert_allclose(12 * rates.streams[UASC].new_starts_per_month.sum(axis=-1), 50.0)


def test_programmes_come_on_top_of_a_level_wherever_they_stand_in_the_file() -> None:
    help_ = made("early_help", {"start": "2025-04", "effect": {"risk_ratio": 0.8}})
    level = made("trend", {"measure": "starts", "streams": "resident", "value": 30_000.0})
    for order in ([help_, level], [level, help_]):
        rates = apply_all(make_rates(), order, make_context())
        np.testing.assert_allclose(12 * rates.streams[0].new_starts_per_month.sum(axis=-1), 0.8 * 30_000.0)


def test_areas_keep_their_shares_of_a_level_for_england() -> None:
    england, two = make_rates(draws=1), make_rates(draws=1, areas=2)
    share = np.array([0.03, 0.01])[None, :, None, None]
    bare = replace(
        two,
        streams=tuple(replace(s, new_starts_per_month=s.new_starts_per_month[:, :1] * share) for s in england.streams),
    )
    grown = replace(
        bare, streams=tuple(replace(s, new_starts_per_month=3.0 * s.new_starts_per_month) for s in bare.streams)
    )
    context = replace(make_context(("E10000016", "E10000030")), bare=bare, england=england)
    rates = after("uasc_arrivals", grown, context, value=5_000.0)
    np.testing.assert_allclose(
        12 * rates.streams[UASC].new_starts_per_month.sum(axis=-1)[0], [[150.0] * MONTHS, [50.0] * MONTHS]
    )


def test_prices_are_set_and_capped_in_pounds_a_week() -> None:
    context = make_context(inflation=0.03)
    rates = replace(make_rates(), price_ratio=np.ones((1, 1, MONTHS, 1)) * context.deflator[:, None])
    rates = replace(rates, price_ratio=np.repeat(rates.price_ratio, len(placements.cost_keys()), axis=-1))

    def price(**data: Any) -> np.ndarray:
        changed = after("price_growth", rates, context, costs="childrens_home", **data).price_ratio[0, 0]
        rest = np.delete(np.arange(changed.shape[1]), HOME)
        np.testing.assert_array_equal(changed[:, rest], rates.price_ratio[0, 0][:, rest])
        return GBP_PER_WEEK * changed[:, HOME]

    np.testing.assert_allclose(price(value=900.0), 900.0 * context.deflator)
    np.testing.assert_allclose(price(value=900.0, basis="cash"), 900.0)
    now = GBP_PER_WEEK * context.deflator
    np.testing.assert_allclose(price(at_most=1_050.0, basis="cash"), np.minimum(now, 1_050.0))
    np.testing.assert_allclose(price(at_most=1_050.0), now)
    np.testing.assert_allclose(
        price(ratio=1.1, start="2026-04", end="2027-03"), now * ([1.0] * 12 + [1.1] * 12 + [1.0] * 36)
    )
    np.testing.assert_allclose(price(path={"2027-28": 800.0})[24:], 800.0 * context.deflator[24:])


def test_stays_and_the_mix_take_ratios() -> None:
    rates = make_rates()
    longer = after("trend", rates, measure="stays", path={"2026-27": 1.25, "2027-28": 1.0})
    ratio = longer.streams[0].exit_ratio[0, 0, :, 4]
    np.testing.assert_allclose(ratio, [1.0] * 12 + [0.8] * 12 + [1.0] * 36)
    mix = {"from": "council_foster", "to": "childrens_home"}
    moves = after("trend", rates, measure="placement_mix", ratio=3.0, **mix).streams[0].move_ratio
    pair = placements.index("council_foster"), placements.index("childrens_home")
    np.testing.assert_allclose(moves[0, 0, :, pair[0], pair[1]], 3.0)


def starts_by_age(**data: Any) -> np.ndarray:
    """Starts over those without it: (month, age)."""
    kind = data.pop("kind")
    rates = make_rates()
    changed = after(kind, rates, **data).streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month
    return changed[0, 0] * np.ones((MONTHS, 18))


def test_fewer_births_reach_each_age_when_the_children_do() -> None:
    ratio = starts_by_age(kind="births", ratio=0.9)
    np.testing.assert_allclose(ratio[12:, 0], 0.9)
    np.testing.assert_allclose(ratio[24:, 1], 0.9, atol=2e-3)
    np.testing.assert_array_equal(ratio[:12, 1:], 1.0)
    assert (np.diff(ratio[:12, 0]) < 0).all()
    np.testing.assert_allclose(ratio[5, 0], 1 - 0.1 * 5.5 / 12, atol=1e-3)


def test_births_that_fall_evenly_fall_at_age_0_a_half_year_later() -> None:
    ratio = starts_by_age(kind="births", percent_per_year=-1.0)
    months = np.arange(12, MONTHS)
    np.testing.assert_allclose(ratio[12:, 0], 0.99 ** ((months + 0.5) / 12 - 0.5), rtol=1e-4)
    assert starts_by_age(kind="births", value=600_000.0).min() == 1.0


def test_migrants_are_there_from_when_they_come_and_grow_older() -> None:
    ages = starts_by_age(kind="migration", value=12_000.0, ages=[5, 5])
    there = population_by_age(2025, MONTHS, 600_000.0)
    more = (ages - 1.0) * there
    np.testing.assert_allclose(more.sum(axis=-1), 1_000.0 * (np.arange(MONTHS) + 0.5))
    np.testing.assert_allclose(more[24:, 5], 6_000.0, rtol=0.05)  # a year's worth, half a year each on average
    assert not more[:, :5].any()
    assert not more[:11, 7:].any()


@given(
    born=st.lists(st.floats(-1e4, 1e4), min_size=6, max_size=40),
    moved=st.floats(-1e3, 1e3), age=st.integers(0, 17),
)  # fmt: skip
@settings(deadline=None)
def test_children_that_are_added_are_all_there_until_they_are_18(born: list[float], moved: float, age: int) -> None:
    by_age = np.zeros((len(born), 18))
    by_age[:, age] = moved
    there = added_children(np.array(born), by_age)
    if age < 14:
        came = np.cumsum(np.array(born) + moved)
        np.testing.assert_allclose(there.sum(axis=-1), came - (np.array(born) + moved) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "uasc_arrivals", "ratio": 2.0}, "times 2"),
        ({"kind": "uasc_arrivals", "value": 5_000.0}, "5,000 arrivals a year"),
        ({"kind": "births", "percent_per_year": -1.0}, "-1% a year"),
        ({"kind": "price_growth", "costs": "supported", "at_most": 900.0}, "at most 900 pounds a week"),
        ({"kind": "trend", "measure": "stays", "path": {"2027-28": 1.5, "2026-27": 1.0}}, "2026-27 1, 2027-28 1.5"),
    ],
)
def test_replications_say_how_an_input_goes(data: dict[str, Any], words: str) -> None:
    kind = data.pop("kind")
    assert made(kind, data).in_words == f"{kind} ({words})"
