"""How rates and prices go on: known answers, and what a scenario or a draw leaves as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.plain import run
from simulator.projection import drift
from simulator.projection.compile import compile_scenario
from simulator.projection.drift import Process, processes
from simulator.projection.go_on import WayOn, course, go_on, placed_by
from simulator.projection.recorded_trends import INTO, RecordedTrend, lasting, trends
from simulator.scenario.schema import Scenario
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import BASE_YEARS, MONTHS_A_YEAR
from simulator.vocabulary.placements import placements

YEARS = ("2025-26", "2026-27", "2027-28", "2028-29")
MONTHS = [year for year in YEARS for _ in range(MONTHS_A_YEAR)]
TREND = RecordedTrend(2025, "price_homes", 0.01, 0.06, 0.02, 2, 0.5, "2016-17", "2023-24", "")
STILL = Process(2025, "price_homes", 0.02, 0.0, 1.0, 0.0, 0.0, 1, "2016-17", "2023-24", "")
RESIDENT = STREAMS.index("resident")


def compiled(drawn: dict[str, float] | None = None, base: int = 2025, years: int = 4, **assumptions: str):
    case = {"name": "Case", "base": base, "end": f"{base + years}-03", "assumptions": assumptions}
    return compile_scenario(Scenario.model_validate(case), drawn)


def test_a_trend_goes_on_whole_and_then_fades_to_the_long_run() -> None:
    assert lasting(4, 2, 0.5) == pytest.approx([1, 1, 0.5, 0.25])
    assert TREND.path(4) == pytest.approx([0.07, 0.13, 0.17, 0.20])


def test_steps_of_a_draw_add_up_linger_and_are_lost() -> None:
    drawn = {"drift.price_homes.2025-26": 0.1, "drift.price_homes.2027-28": -0.2}
    assert drift.path(STILL, YEARS, drawn) == pytest.approx([0.1, 0.1, -0.1, -0.1])
    lingering = replace(STILL, persistence=0.5)
    assert drift.path(lingering, YEARS, drawn) == pytest.approx([0.1, 0.15, -0.025, -0.1125])
    assert drift.path(replace(STILL, kept=0.5), YEARS, drawn) == pytest.approx([0.1, 0.05, -0.175, -0.0875])


def test_a_growth_lasts_and_a_level_is_another_from_the_start() -> None:
    drawn = {"drift.price_homes.growth": 0.02, "drift.price_homes.level": 0.3}
    assert drift.path(STILL, YEARS, drawn) == pytest.approx([0.32, 0.34, 0.36, 0.38])


def test_what_is_taken_off_grows_with_the_variance_of_the_years_drawn() -> None:
    one = replace(STILL, taken_off=0.5)
    drawn = {f"drift.price_homes.{year}": 0.0 for year in YEARS[:3]}
    assert drift.path(one, YEARS, drawn) == pytest.approx([-0.0001, -0.0002, -0.0003, -0.0003])
    assert drift.path(replace(one, kept=0.5), YEARS, drawn) == pytest.approx([-1e-4, -1.25e-4, -1.3125e-4, -3.28125e-5])
    assert drift.path(one, YEARS, {}) == pytest.approx([0.0] * 4)


def test_what_is_taken_off_leaves_shares_where_they_were_on_average() -> None:
    base = {one.name: (1.0 - one.taken_off) / 2.0 for one in drift.processes(2025) if one.taken_off}
    share = np.array([*base.values(), 1.0 - sum(base.values())])
    spread = np.array([0.5, 0.5, 0.5, 0.0])
    normal = np.random.default_rng(5).normal(size=(100_000, 4)) * spread

    def shares(taken_off: np.ndarray) -> np.ndarray:
        weight = share * np.exp(normal - taken_off * spread**2 / 2.0)
        return (weight / weight.sum(axis=1, keepdims=True)).mean(axis=0)

    assert sorted(base) == ["into_homes", "into_kin", "into_supported"]
    np.testing.assert_allclose(shares(1.0 - 2.0 * share), share, atol=0.003)
    assert shares(np.zeros(4))[-1] < share[-1] - 0.015  # with the middle kept, what is left for fostering is less


def test_only_what_has_a_size_is_drawn() -> None:
    drawn = {one.key: one.distribution.sd for one in drift.parameters(2025, YEARS[:1])}
    assert drawn["drift.foster_households.growth"] == 0.02
    assert drawn["drift.fostered_given_supply.level"] ** 2 + drawn["drift.fostered_given_supply.2025-26"] ** 2 == (
        pytest.approx(0.012**2, rel=0.01)
    )
    assert "drift.starts.growth" not in drawn
    assert drift.parameters(2025, ()) == ()


def test_a_base_that_is_not_on_record_is_refused() -> None:
    with pytest.raises(LookupError, match=r"drift.csv: no base 1999; bases: 20"):
        processes(1999)
    with pytest.raises(LookupError, match=r"trends.csv: no base 1999; bases: 20"):
        trends(1999)


@pytest.mark.parametrize("base", BASE_YEARS)
def test_every_inflow_and_price_goes_on_from_every_base(base: int) -> None:
    names = {one.name for one in processes(base)}
    assert names == {one.name for one in processes(2025)}
    assert {INTO + place.inflow for place in placements() if place.inflow} <= names
    assert {f"price_{place.price}" for place in placements()} <= names
    assert {one.name for one in trends(base)} < names


def test_what_is_held_is_held_to_the_bit() -> None:
    rates = compiled().rates
    again = go_on(rates, compiled().context.cost_keys, course((), (), MONTHS, {}))
    assert again.streams[RESIDENT].start_place is rates.streams[RESIDENT].start_place
    assert np.array_equal(again.price_ratio, rates.price_ratio)
    assert np.array_equal(again.foster.deregistration_per_year, rates.foster.deregistration_per_year)
    unmoved = compiled({"drift.starts.2025-26": 0.0}).rates
    assert np.array_equal(unmoved.streams[RESIDENT].new_starts_per_month.squeeze(), np.broadcast_to(
        rates.streams[RESIDENT].new_starts_per_month, (1, 1, 48, 18)).squeeze())  # fmt: skip


@given(st.lists(st.floats(0.2, 5.0), min_size=len(placements()), max_size=len(placements())))
def test_first_placements_still_sum_to_one_and_moves_inside_an_inflow_stay(into: list[float]) -> None:
    stream = compiled(years=1).rates.streams[RESIDENT]
    by_inflow = {place.inflow: ratio for place, ratio in zip(placements(), into, strict=True)}
    ratio = np.array([by_inflow[place.inflow] for place in placements()])
    changed = placed_by(stream, np.broadcast_to(ratio, (12, len(ratio))))
    assert np.allclose(changed.start_place.sum(axis=-1), 1.0)
    inflow = np.array([place.inflow for place in placements()])
    same = inflow[:, None] == inflow
    moved = changed.move_ratio[0, 0, 0]
    assert (moved[same] == 1.0).all()
    assert np.allclose(moved[~same], np.broadcast_to(ratio, moved.shape)[~same])


def test_more_flow_into_homes_puts_more_children_there_and_asylum_seekers_nowhere_else() -> None:
    held = compiled(foster_places="as_needed")
    more = WayOn(48, {INTO + "homes": np.full(48, 1.2)})
    paths = [run(rates, BAND_OF_AGE).children[0, 0, -1].sum(axis=-2)
             for rates in (held.rates, go_on(held.rates, held.context.cost_keys, more))]  # fmt: skip
    homes = [place.inflow == "homes" for place in placements()]
    resident, uasc = paths[1] - paths[0]
    assert resident[homes].sum() > 300
    assert np.allclose(uasc, 0.0)


def test_households_grow_by_what_is_drawn() -> None:
    households = [
        run(compiled(drawn).rates, BAND_OF_AGE).households[0, 0, 12::12].sum(axis=-1)
        for drawn in (None, {"drift.foster_households.growth": 0.02})
    ]
    ratio = households[1] / households[0]
    # Those who were on their way at the base are as many as they were.
    assert ratio == pytest.approx(np.exp(0.02 * np.arange(1, 5)), rel=0.004)


def test_recorded_prices_are_the_scenarios_to_take() -> None:
    on, off = (compiled(real_price_growth=says) for says in ("as_recorded", "none"))
    ratio = (on.rates.price_ratio / off.rates.price_ratio)[0, 0]
    keys = on.context.cost_keys
    homes, adoption = keys.index("childrens_home"), keys.index("adoption")
    recorded = next(one for one in trends(2025) if one.name == "price_homes")
    assert ratio[:, homes][::12] == pytest.approx(np.exp(recorded.path(4)))
    assert (ratio[:, adoption] == 1.0).all()
    assert np.array_equal(on.rates.streams[RESIDENT].start_place, off.rates.streams[RESIDENT].start_place)


def test_recorded_placements_are_the_scenarios_to_take() -> None:
    on, off = (compiled(placement_trend=says) for says in ("as_recorded", "none"))
    assert np.array_equal(on.rates.price_ratio, off.rates.price_ratio)
    adoption = [place.inflow == "adoption" for place in placements()]
    fewer = on.rates.streams[RESIDENT].move_ratio[0, 0, :, 1, adoption].ravel()
    recorded = next(one for one in trends(2025) if one.name == "into_adoption")
    assert fewer[::12] == pytest.approx(np.exp(recorded.path(4)))
    assert fewer[-1] < fewer[0] < 1.0
