"""How usable foster places follow households and need, and where children go who find none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_examples import (
    AT_ONCE,
    BAND_OF_AGE,
    COUNCIL,
    HOME_WAITING,
    IFA,
    KINSHIP,
    england,
    england_foster,
    go_on,
    in_proportion,
)

from simulator.engine.compiled.backend import run_compiled
from simulator.engine.fostering import Households, children_needing, recruit, usable_places
from simulator.engine.paths import Paths
from simulator.engine.plain import make_grids, opening_households, run
from simulator.engine.rates import Array, FosterRates, Rates
from simulator.engine.stochastic.realise import realise

YOUNG_BANDS = int(BAND_OF_AGE[9]) + 1

Engine = Callable[[Rates], Paths]
ENGINES: dict[str, Engine] = {
    "plain": lambda rates: run(rates, BAND_OF_AGE),
    "compiled": lambda rates: run_compiled(rates, BAND_OF_AGE),
}


def still(households: float = 1.0, base: tuple[float, float] = (15_000.0, 12_000.0)) -> FosterRates:
    """Return foster rates under which households stay as they are: so many times those of the base."""
    foster = england_foster()
    at_base = np.array([[base]])
    return replace(
        foster,
        base_households=at_base,
        opening_households=at_base * households,
        opening_usable=at_base * foster.places_per_household * foster.usable_share[:, :, 0],
        enquiries_per_month=np.zeros((1, 1, 1, 2)),
        opening_pipeline=np.zeros_like(foster.opening_pipeline),
        deregistration_per_year=np.zeros((1, 1, 1, 2)),
    )


def in_the_end(foster: FosterRates, need: float) -> Array:
    """Return usable places over those of the base, if households and need stay so for ever."""
    foster = replace(foster, places_response_per_year=AT_ONCE)
    base = np.array(foster.opening_usable)
    places = usable_places(foster, 0, foster.opening_households, base, foster.base_need * need)
    return np.asarray(places / base)[0, 0]


def test_a_tenth_fewer_households_lose_less_than_a_tenth_of_places() -> None:
    """At the elasticity that the record supports, 0.75: 7.6%."""
    foster = replace(still(0.9), places_elasticity=np.array([[[0.75, 0.75]]]))
    lost = 1.0 - in_the_end(foster, need=1.0)
    assert ((lost > 0.073) & (lost < 0.077)).all()
    np.testing.assert_allclose(lost, 1.0 - 0.9**0.75)


def test_a_tenth_more_older_children_fill_a_fortieth_more_places() -> None:
    """Of places with older children; those with young ones are a tenth more, and two fifths of all."""
    older = replace(still(), young_share=np.zeros((1, 1)))
    np.testing.assert_allclose(in_the_end(older, need=1.1), 1.024, atol=5e-4)
    np.testing.assert_allclose(in_the_end(still(), need=1.1), 0.4 * 1.1 + 0.6 * 1.024, atol=5e-4)


def test_places_move_as_far_as_the_panel_says_after_a_change_at_any_time_of_the_year() -> None:
    """After one, two and three years 0.68, 0.83 and 0.89 of the way, on average over the month of the change."""
    foster = still(0.9)
    places, way = np.array(foster.opening_usable), []
    goal = places * in_the_end(foster, need=1.0)
    for month in range(36):
        places = usable_places(foster, month, foster.opening_households, places, foster.base_need)
        way.append(float(((foster.opening_usable - places) / (foster.opening_usable - goal)).mean()))
    answered = [np.mean([0.0, *way[: 12 * years - 1]]) for years in (1, 2, 3)]
    np.testing.assert_allclose(answered, [1.0 - (1.0 - np.exp(-3.0 * k)) / (3.0 * k) for k in (1, 2, 3)], atol=0.045)
    assert way[-1] == pytest.approx(1.0 - np.exp(-9.0))


def test_an_area_without_households_at_the_base_has_places_as_it_gains_them() -> None:
    foster = replace(still(base=(0.0, 100.0)), opening_households=np.array([[[10.0, 100.0]]]))
    foster = replace(foster, places_response_per_year=AT_ONCE, base_need=np.zeros((1, 1, 2)))
    places = usable_places(foster, 0, foster.opening_households, np.zeros((1, 1, 2)), np.full((1, 1, 2), 5.0))
    np.testing.assert_allclose(places, foster.opening_households * foster.places_per_household * 0.6)


def test_households_found_for_those_who_wait_count_as_more() -> None:
    """100 approved of whom each counts twice have the places of 200, and leave as 100 do."""
    gone, found = (
        replace(still(), enquiries_per_month=np.full((1, 1, 1, 2), asking), approval_weight=np.full((1,) * 4, weight))
        for asking, weight in ((0.0, 1.0), (100.0, 2.0))
    )
    twice = replace(found, enquiries_per_month=found.enquiries_per_month * 2.0, approval_weight=np.ones((1, 1, 1, 1)))

    def later(foster: FosterRates) -> Households:
        foster = replace(foster, deregistration_per_year=np.full((1, 1, 1, 2), 0.14))
        rates = replace(england(months=1), foster=foster)
        now = opening_households(rates)
        for month in range(36):
            now = recruit(foster, month, now, foster.base_need)
        return now

    np.testing.assert_allclose(later(found).usable, later(twice).usable)
    more = [later(one).households - later(gone).households for one in (found, twice)]
    np.testing.assert_allclose(more[1], 2.0 * more[0])
    assert (later(found).usable > later(gone).usable).all()


def test_a_stage_at_twice_the_pace_holds_half_as_many() -> None:
    """In a steady state: as many go on, sooner."""
    foster = replace(still(), enquiries_per_month=np.full((1, 1, 1, 2), 100.0))
    ratio = np.ones((1, 1, 1, 2, foster.opening_pipeline.shape[-1]))
    ratio[..., 1, 0] = 2.0
    now = opening_households(replace(england(months=1), foster=foster))
    for month in range(240):
        now = recruit(replace(foster, stage_ratio=ratio), month, now, foster.base_need)
    np.testing.assert_allclose(now.pipeline[..., 0, 0], 1_200.0 / foster.stage_per_year[0])
    np.testing.assert_allclose(now.pipeline[..., 1, 0], 600.0 / foster.stage_per_year[0])
    np.testing.assert_allclose(now.approvals, (100.0 * foster.stage_pass_share.prod(axis=-1))[:, :, 0])


def test_kin_are_no_need() -> None:
    example = replace(england(months=60), foster=england_foster())
    assert example.foster is not None
    paths = run(replace(example, foster=None), BAND_OF_AGE)
    children = paths.children[0, 0, -1].sum(axis=(0, 1))
    found = children_needing(example.foster, make_grids(example), 60, paths.state)
    assert found[0, 0].sum() == pytest.approx(children.sum() - children[KINSHIP])
    young = paths.children[0, 0, -1].sum(axis=0)[:YOUNG_BANDS]
    assert found[0, 0, 0] == pytest.approx(young.sum() - young[:, KINSHIP].sum())


def old_rule(rates: Rates) -> Array:
    """Return places as households times the same for each, of the paths of households: (instant, sector)."""
    foster = rates.foster
    assert foster is not None
    households = run(rates, BAND_OF_AGE).households[0, 0, 1:]
    return np.asarray(households * foster.places_per_household[0, 0] * foster.usable_share[0, 0])


@pytest.mark.parametrize("engine", ENGINES)
def test_places_in_proportion_to_households_are_a_case_of_the_rule(engine: str) -> None:
    example = replace(england(months=30, width=3), foster=in_proportion(england_foster()))
    np.testing.assert_allclose(ENGINES[engine](example).places_usable[0, 0, 1:], old_rule(example), rtol=1e-12)


def test_whole_children_fill_the_places_of_the_old_rule_too() -> None:
    after = run(england(months=60, width=3), BAND_OF_AGE)
    few = replace(in_proportion(england_foster()), usable_share=np.full((1, 1, 1, 2), 0.4))
    example = replace(go_on(england(months=60, width=3), after, 12), foster=few)
    lucky = realise(example, BAND_OF_AGE, ("old rule",), [f"England {i}" for i in range(8)])
    filled = lucky.children[0, :, 1:].sum(axis=(2, 3))[..., [COUNCIL, IFA]].mean(axis=0)
    np.testing.assert_allclose(filled, old_rule(example), rtol=0.01)


ELASTICITY = st.floats(0.3, 1.2)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(ELASTICITY, st.floats(0.0, 0.7), st.floats(0.0, 12.0), st.floats(0.5, 1.5))
def test_engines_agree_and_children_are_conserved(eta: float, kappa: float, pace: float, households: float) -> None:
    foster = replace(
        england_foster(),
        usable_share=np.full((1, 1, 1, 2), 0.4),
        places_elasticity=np.array([[[eta, 1.5 - eta]]]),
        need_elasticity=np.array([[kappa]]),
        places_response_per_year=pace,
        opening_households=england_foster().opening_households * households,
    )
    example = replace(SHORT_OF_PLACES, foster=foster)
    plain, compiled = (ENGINES[engine](example) for engine in ENGINES)
    for name in ("children", "places_usable", "households", "agencies", "starts", "moves_in"):
        np.testing.assert_allclose(getattr(compiled, name), getattr(plain, name), rtol=1e-9, atol=1e-6, err_msg=name)
    assert (plain.children >= -1e-9).all()
    came = plain.starts.sum(axis=(3, 4, 5)) - plain.exits.sum(axis=(3, 4, 5))
    np.testing.assert_allclose(np.diff(plain.children.sum(axis=(3, 4, 5)), axis=2), came, atol=1e-6)


SHORT_OF_PLACES = go_on(england(months=60), run(england(months=60), BAND_OF_AGE), 8)


def test_whole_children_without_a_place_go_where_the_shares_say() -> None:
    """Of the oldest, four in ten to a home that waits, six in ten to supported accommodation; of both streams apart."""
    shut = replace(
        in_proportion(england_foster()), usable_share=np.zeros((1, 1, 1, 2)), step_down_per_year=np.zeros((1, 1))
    )
    example = replace(SHORT_OF_PLACES, months=1, foster=shut)
    expected = run(example, BAND_OF_AGE)
    lucky = realise(example, BAND_OF_AGE, ("shut",), ["England"])
    for stream in (0, 1):
        counts, path = lucky.children[0, 0, 1, stream], expected.children[0, 0, 1, stream]
        assert counts[:, [COUNCIL, IFA]].sum() == 0
        # Half a child for the opening's rounding, and five standard deviations of a Poisson number.
        np.testing.assert_array_less(np.abs(counts - path), 5.0 * np.sqrt(path) + 3.0)
    assert lucky.children[0, 0, 1, 0, :, HOME_WAITING].sum() > 1_000


def test_more_shortage_puts_nobody_into_homes_where_the_shares_hold_none() -> None:
    """Where all go to the last placement: no more in homes, however few places there are."""
    foster = replace(england_foster(), opening_usable=np.array([[[12_000.0, 9_000.0]]]))
    foster = replace(foster, usable_share=np.full((1, 1, 1, 2), 0.4), step_down_per_year=np.zeros((1, 1)))
    example = replace(SHORT_OF_PLACES, foster=foster)
    elsewhere = np.zeros_like(example.streams[0].unfostered_place)
    elsewhere[..., -1] = 1.0
    streams = tuple(replace(s, unfostered_place=elsewhere) for s in example.streams)
    example = replace(example, streams=streams)
    assert example.foster is not None
    few = replace(example, foster=replace(example.foster, opening_usable=example.foster.opening_usable * 0.7))
    plenty, short = (run(one, BAND_OF_AGE).children[0, 0, -1].sum(axis=(0, 1)) for one in (example, few))
    assert short[[COUNCIL, IFA]].sum() < plenty[[COUNCIL, IFA]].sum() - 500
    assert short[-1] > plenty[-1] + 500
    assert short[HOME_WAITING] <= plenty[HOME_WAITING] + 1e-9
