"""Numbers of foster supply that no table settles: what is known of them, and how they reach rates."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.baseline.england import unfostered_place
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.fostering import usable_places
from simulator.engine.plain import run
from simulator.engine.rates import Rates
from simulator.interventions.local import waiting_share
from simulator.projection.compile import Compiled, compile_scenario
from simulator.projection.foster_supply import central, cost_weight, drawn_numbers, more_in_homes, parameters
from simulator.runs.ensemble.draws import Settings, columns
from simulator.scenario.schema import Assumptions
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES, STREAMS
from simulator.vocabulary.calendar import Month

HOMES = np.array([one.is_home for one in placements.placements()])
WAITS = np.array([bool(one.waits_for) for one in placements.placements()])
YEAR = simulator.load("status-quo").scenario.model_copy(update={"end": Month(2026, 3)})


def compiled(drawn: dict[str, float] | None = None, areas: tuple[str, ...] = ("England",), **stated: float) -> Compiled:
    update = {"areas": areas, "assumptions": Assumptions(drift="none", **stated)}
    return compile_scenario(YEAR.model_copy(update=update), {f"fostering.{k}": v for k, v in (drawn or {}).items()})


# What is known


@pytest.mark.parametrize(
    ("name", "low", "middle", "high"),
    [
        ("places_elasticity", 0.75 - 1.2816 * 0.15, 0.75, 0.75 + 1.2816 * 0.15),
        ("council_places_elasticity", 0.65 - 1.2816 * 0.10, 0.65, 0.65 + 1.2816 * 0.10),
        ("need_elasticity", 0.25 - 1.2816 * 0.12, 0.25, 0.25 + 1.2816 * 0.12),
        ("homes_waiting_share", 0.08, 0.20, 0.32),
        ("unfostered_home_log_odds", -1.2816 * 0.9, 0.0, 1.2816 * 0.9),
    ],
)
def test_four_draws_in_five_lie_where_the_study_says(name: str, low: float, middle: float, high: float) -> None:
    distribution = drawn_numbers()[name].distribution
    np.testing.assert_allclose(distribution.ppf([0.1, 0.5, 0.9]), [low, middle, high], atol=1e-3)
    assert central(name) == pytest.approx(middle)


def test_elasticities_stay_within_their_bounds_and_a_child_who_waits_never_costs_more_than_the_mean() -> None:
    support = {name: one.distribution.support for name, one in drawn_numbers().items()}
    assert support["places_elasticity"] == support["council_places_elasticity"] == (0.3, 1.2)
    assert support["need_elasticity"] == (0.0, 0.7)
    assert support["waiting_cost_ratio"] == (0.6, 1.0)


def test_every_number_is_drawn_whether_or_not_rates_drift() -> None:
    loaded = simulator.load("status-quo")
    held = loaded.scenario.model_copy(update={"assumptions": Assumptions(drift="none")})
    for one in (loaded, loaded.__class__(**(vars(loaded) | {"scenario": held}))):
        drawn = columns(one, Settings(draws=20))
        for parameter in parameters():
            assert np.ptp(drawn[parameter.key]) > 0


# How they reach rates


def test_a_draw_or_the_scenario_says_how_places_answer() -> None:
    def answer(one: Compiled) -> tuple[float, float, float]:
        foster = one.rates.foster
        assert foster is not None
        return tuple(float(x) for x in (*foster.places_elasticity[0, 0], foster.need_elasticity[0, 0]))  # type: ignore[return-value]

    assert answer(compiled()) == (0.75, 0.75, 0.25)
    drawn = {"places_elasticity": 0.5, "council_places_elasticity": 0.6, "need_elasticity": 0.1}
    assert answer(compiled(drawn)) == (0.5, 0.5, 0.1)
    assert answer(compiled(drawn, places_elasticity=1.0, need_elasticity=0.0)) == (1.0, 1.0, 0.0)
    kent = compiled(drawn, ("Kent",))
    assert answer(kent) == (0.6, 0.5, 0.1)
    assert kent.england is not None
    assert kent.england.foster is not None
    np.testing.assert_array_equal(kent.england.foster.places_elasticity, 0.5)
    assert answer(compiled(drawn, ("Kent",), places_elasticity=0.9)) == (0.9, 0.9, 0.1)


@pytest.mark.parametrize("areas", [("England",), ("Kent", "York", "City of London")])
def test_at_the_base_every_usable_place_is_filled_and_stays_so_at_the_same_households_and_need(
    areas: tuple[str, ...],
) -> None:
    rates = compiled(areas=areas).rates
    foster = rates.foster
    assert foster is not None
    fostered = sum(s.opening.sum(axis=(2, 3))[..., list(placements.sector_places())] for s in rates.streams)
    np.testing.assert_allclose(foster.opening_usable, fostered, rtol=1e-3, atol=0.02)
    again = usable_places(foster, 0, foster.base_households, foster.opening_usable, foster.base_need)
    np.testing.assert_allclose(again, foster.opening_usable, rtol=1e-6, atol=1e-9)
    kin = [i for i, one in enumerate(placements.placements()) if one.is_foster and not one.capacity]
    need = sum(np.delete(s.opening.sum(axis=(2, 3)), kin, axis=-1).sum(axis=-1) for s in rates.streams)
    np.testing.assert_allclose(foster.base_need.sum(axis=-1), need, rtol=1e-4)


def test_the_share_who_wait_moves_between_homes_and_changes_no_total() -> None:
    few, many = (compiled({"homes_waiting_share": share}).rates.streams[0] for share in (0.05, 0.35))
    for stream, share in ((few, 0.05), (many, 0.35)):
        np.testing.assert_allclose(waiting_share(stream.opening), share)
    np.testing.assert_allclose(few.opening[..., HOMES].sum(axis=-1), many.opening[..., HOMES].sum(axis=-1), atol=1e-9)
    foster = list(placements.sector_places())
    into = [s.move_per_year[0, 0, 12][foster] for s in (few, many)]
    np.testing.assert_allclose(into[0][:, HOMES].sum(axis=-1), into[1][:, HOMES].sum(axis=-1))
    assert (into[1][:, HOMES & WAITS] > 2 * into[0][:, HOMES & WAITS]).all()
    assert all((stream.move_per_year >= 0).all() for stream in (few, many))


# Who finds no foster home


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("log_odds", [-3.0, 0.0, 3.0])
def test_no_child_under_ten_goes_to_a_home_and_all_go_where_they_may_live(stream: str, log_odds: float) -> None:
    shares = more_in_homes(unfostered_place(stream), log_odds)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert not shares[:10, HOMES].any()
    assert not shares[:, list(placements.sector_places())].any()
    for age in AGES:
        for place, share in zip(placements.placements(), shares[age], strict=True):
            assert share == 0.0 or place.ages[0] <= age <= place.ages[1]


def test_odds_of_a_home_are_shifted_against_all_other_places_alike() -> None:
    before = unfostered_place("resident")[12]
    after = more_in_homes(before, np.log(2.0))
    homes, now = before[HOMES].sum(), after[HOMES].sum()
    assert now / (1.0 - now) == pytest.approx(2.0 * homes / (1.0 - homes))
    others = before[~HOMES] > 0
    ratio = after[~HOMES][others] / before[~HOMES][others]
    np.testing.assert_allclose(ratio, ratio[0])


@cache
def share_in_homes(log_odds: float) -> float:
    """Of England's children who find no foster home in a year, the share who go to children's homes."""
    rates = compiled({"unfostered_home_log_odds": log_odds}).rates
    assert rates.foster is not None

    def starts(one: Rates) -> np.ndarray:
        return np.asarray(run(one, BAND_OF_AGE).starts[0, 0].sum(axis=(0, 1, 2)))

    plenty = 10.0 * rates.foster.usable_share
    enough = Rates(**(vars(rates) | {"foster": _with(rates, usable_share=plenty, places_response_per_year=1e4)}))
    more = starts(rates) - starts(enough)
    elsewhere = np.delete(more, list(placements.sector_places()))
    return float(more[HOMES].sum() / elsewhere.sum())


def _with(rates: Rates, **changes: object) -> object:
    assert rates.foster is not None
    return rates.foster.__class__(**(vars(rates.foster) | changes))


def test_homes_take_about_six_in_ten_and_four_to_seven_in_four_draws_of_five() -> None:
    low, high = drawn_numbers()["unfostered_home_log_odds"].distribution.ppf([0.1, 0.9])
    assert share_in_homes(0.0) == pytest.approx(0.58, abs=0.03)
    assert share_in_homes(float(low)) == pytest.approx(0.38, abs=0.03)
    assert share_in_homes(float(high)) == pytest.approx(0.70, abs=0.03)


# What a child who waits costs


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.floats(0.6, 1.0), st.floats(0.0, 1.0))
def test_a_line_costs_what_it_did_however_its_children_share_it(ratio: float, share: float) -> None:
    rates = compiled(homes_waiting_share=share, waiting_cost_ratio=ratio).rates
    children = sum(stream.opening.sum(axis=(2, 3)) for stream in rates.streams)[0, 0]
    weight = rates.cost_weight[0, 0]
    every = placements.placements()
    for key in placements.cost_keys():
        line = np.array([one.cost == key for one in every])
        assert (children * weight)[line].sum() == pytest.approx(children[line].sum())
    if share < 1.0:
        assert weight[HOMES & WAITS] == pytest.approx(ratio)
    assert weight[~HOMES] == pytest.approx(1.0)


def test_all_children_of_a_line_waiting_cost_its_mean() -> None:
    resident, _ = compiled(homes_waiting_share=1.0).rates.streams
    np.testing.assert_array_equal(cost_weight([resident], 0.7)[..., HOMES & WAITS], 1.0)


def test_a_child_who_steps_down_saves_less_than_the_mean_of_a_home() -> None:
    scenario = simulator.load("foster-plan-10000")
    results = [simulator.run(scenario.at({"assumptions.waiting_cost_ratio": ratio})) for ratio in (0.6, 1.0)]
    base = [simulator.run(simulator.load("status-quo").at({"assumptions.waiting_cost_ratio": r})) for r in (0.6, 1.0)]
    low, mean = (
        float(without["total_spend"].total().sum() - with_plan["total_spend"].total().sum())
        for without, with_plan in zip(base, results, strict=True)
    )
    assert 0 < low < 0.9 * mean
