"""The compiled engine against the plain one: the same at every month, and bits that do not depend on the company."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_rates import SMALL, Small, draw_alone
from rates_examples import BAND_OF_AGE, england, england_foster
from same_paths import assert_same

from simulator.engine.compiled.backend import follow_compiled, run_compiled
from simulator.engine.paths import Paths
from simulator.engine.plain import follow, run
from simulator.engine.rates import Rates, side_by_side
from simulator.projection.agencies import served
from simulator.projection.compile import compile_scenario
from simulator.scenario import load
from simulator.vocabulary.calendar import Month


@settings(max_examples=20, deadline=None, derandomize=True)
@given(SMALL.map(lambda small: small._replace(streams=2)), st.booleans())
def test_random_rates_give_the_same_paths(small: Small, foster: bool) -> None:
    example = small.rates(foster)
    assert_same(run(example, BAND_OF_AGE), run_compiled(example, BAND_OF_AGE))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SMALL.map(lambda small: small._replace(streams=2)), st.booleans())
def test_whole_children_are_followed_beside_the_same_shares(small: Small, foster: bool) -> None:
    """Who loses a foster place, where those go who find none, and who steps down, at every month."""
    example = small.rates(foster)
    plain, shares = follow(example, BAND_OF_AGE)
    compiled, found = follow_compiled(example, BAND_OF_AGE)
    for name, values in plain.items():
        for x, y in zip(values, compiled[name], strict=True):
            np.testing.assert_allclose(y, x, rtol=1e-9, atol=1e-9, err_msg=name)
    assert (shares is None) is (found is None) is not foster
    if shares is not None and found is not None:
        pairs = [*zip(shares.lose, found.lose, strict=True), *zip(shares.into, found.into, strict=True)]
        for x, y in [*pairs, (shares.step_down, found.step_down)]:
            np.testing.assert_allclose(y, x, rtol=0, atol=1e-9)


@pytest.mark.parametrize("width", [1, 3, 12])
def test_england_like_rates_give_the_same_paths(width: int) -> None:
    example = replace(england(months=30, width=width), foster=england_foster())
    assert_same(run(example, BAND_OF_AGE), run_compiled(example, BAND_OF_AGE))


@pytest.mark.parametrize("moves", [0, 1])
def test_a_stream_with_few_moves_gives_the_same_paths(moves: int) -> None:
    """Where the other has many."""
    example = england(months=6)
    resident, uasc = example.streams
    kept = np.cumsum(uasc.move_per_year.any(axis=(0, 1, 2))).reshape(uasc.move_per_year.shape[3:]) <= moves
    few = replace(example, streams=(resident, replace(uasc, move_per_year=uasc.move_per_year * kept)))
    assert_same(run(few, BAND_OF_AGE), run_compiled(few, BAND_OF_AGE))


@pytest.mark.parametrize(
    "name", ["status-quo", "ccn-2030", "foster-plan-10000", "foster-hubs", "foster-plan-teenagers", "kinship-priority"]
)
def test_shipped_scenarios_give_the_same_paths(name: str) -> None:
    """Limited places; a trend in stays (new hazards each month) and places as needed; plans; hubs; orders that end."""
    rates: Rates = compile_scenario(load(name).scenario).rates
    assert_same(run(rates, BAND_OF_AGE), run_compiled(rates, BAND_OF_AGE))


def test_areas_that_agencies_serve_give_the_same_paths() -> None:
    scenario = load("status-quo").scenario.model_copy(update={"areas": ("Kent", "York"), "end": Month(2027, 3)})
    [one] = served([compile_scenario(scenario)], run)
    assert_same(run(one.rates, BAND_OF_AGE), run_compiled(one.rates, BAND_OF_AGE))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SMALL.map(lambda small: small._replace(streams=2)), st.booleans())
def test_a_draw_alone_has_the_bits_it_has_in_the_ensemble(small: Small, foster: bool) -> None:
    example = small.rates(foster)
    ensemble = run_compiled(example, BAND_OF_AGE)
    for i in range(2):
        assert_same_bits(ensemble, i, run_compiled(draw_alone(example, i), BAND_OF_AGE), 0)


def assert_same_bits(one: Paths, i: int, other: Paths, j: int) -> None:
    """Compare a draw of some paths with a draw of others."""
    for field in fields(Paths):
        x, y = getattr(one.of_draws(slice(i, i + 1)), field.name), getattr(other.of_draws(slice(j, j + 1)), field.name)
        for expected, found in zip(x, y, strict=True) if isinstance(x, tuple) else [(x, y)]:
            np.testing.assert_array_equal(found, expected, err_msg=field.name)


@pytest.mark.parametrize("company", [[5], [0, 5, 10], [10, 9, 5, 3, 2], [7, 6, 1, 0, 2, 3, 4, 8, 9, 10, 5]])
def test_a_draw_has_the_same_bits_in_any_company(company: list[int]) -> None:
    """In any lane and block, whoever is beside it: draws here need from no to five halvings of the month."""
    draws = [_faster(replace(england(months=16, width=3), foster=england_foster()), 4.0**i / 100.0) for i in range(11)]
    together = run_compiled(side_by_side(draws), BAND_OF_AGE)
    found = run_compiled(side_by_side([draws[i] for i in company]), BAND_OF_AGE)
    for j, i in enumerate(company):
        assert_same_bits(together, i, found, j)
    assert_same(run(draws[5], BAND_OF_AGE), found.of_draws(slice(company.index(5), company.index(5) + 1)))


def _faster(example: Rates, times: float) -> Rates:
    """Multiply hazards, and let those of leaving change in the second year."""
    ratio = np.repeat([1.0, 1.1], [12, example.months - 12])[None, None, :, None] * np.ones(18) * min(times, 2.0)
    streams = tuple(
        replace(s, move_per_year=s.move_per_year * min(times, 30.0), exit_ratio=ratio) for s in example.streams
    )
    return replace(example, streams=streams)


def test_areas_have_the_bits_they_have_alone() -> None:
    small = Small(seed=7, width=3, months=6, places=4, phases=3, fastest=5.0, streams=2)
    example = small.rates(True)
    turned = run_compiled(_with_areas(example), BAND_OF_AGE)
    for i in range(2):
        alone = run_compiled(draw_alone(example, i), BAND_OF_AGE)
        np.testing.assert_array_equal(turned.children[:, i], alone.children[:, 0])


def _with_areas(example: Rates) -> Rates:
    """Take draws for areas."""

    def turn(record: Any) -> Any:
        turned = {
            name: np.swapaxes(value, 0, 1)
            for name, value in vars(record).items()
            if isinstance(value, np.ndarray) and value.ndim > 1
        }
        return replace(record, **turned)

    return replace(turn(example), streams=tuple(turn(s) for s in example.streams), foster=turn(example.foster))


def test_rates_that_differ_in_more_than_draws_are_not_put_side_by_side() -> None:
    example = england(months=2)
    with pytest.raises(ValueError, match="draws differ in cohort_months"):
        side_by_side([example, england(months=2, width=3)])
    with pytest.raises(ValueError, match="some draws follow foster households"):
        side_by_side([example, replace(example, foster=england_foster())])
