"""The compiled engine against the plain one: the same at every month, and bits that do not depend on the company."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_examples import BAND_OF_AGE, england, england_foster
from test_engine import SMALL, Small, draw_alone

from simulator.compile import compile_scenario
from simulator.engine.compiled import run_compiled
from simulator.engine.run import Paths, run
from simulator.rates import Rates
from simulator.scenario import load

TOLERANCE = 1e-9
"""Of the largest number of a path; the two engines add up in different orders."""


def assert_same(plain: Paths, compiled: Paths) -> None:
    """Compare every path at every month, and the state at the end."""
    for field in fields(Paths):
        expected, found = getattr(plain, field.name), getattr(compiled, field.name)
        pairs = zip(expected, found, strict=True) if isinstance(expected, tuple) else [(expected, found)]
        for x, y in pairs:
            assert x.shape == y.shape, field.name
            scale = max(1.0, float(np.abs(x).max(initial=0.0)))
            np.testing.assert_allclose(y, x, rtol=0, atol=TOLERANCE * scale, err_msg=field.name)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(SMALL.map(lambda small: small._replace(streams=2)), st.booleans())
def test_random_rates_give_the_same_paths(small: Small, foster: bool) -> None:
    example = small.rates(foster)
    assert_same(run(example, BAND_OF_AGE), run_compiled(example, BAND_OF_AGE))


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


@pytest.mark.parametrize("name", ["status-quo", "ccn-2030", "foster-plan-10000"])
def test_shipped_scenarios_give_the_same_paths(name: str) -> None:
    """One with limited places, one with a trend in stays (new hazards each month) and places as needed, one plan."""
    rates: Rates = compile_scenario(load(name).scenario).rates
    assert_same(run(rates, BAND_OF_AGE), run_compiled(rates, BAND_OF_AGE))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SMALL.map(lambda small: small._replace(streams=2)), st.booleans())
def test_a_draw_alone_has_the_bits_it_has_in_the_ensemble(small: Small, foster: bool) -> None:
    example = small.rates(foster)
    ensemble = run_compiled(example, BAND_OF_AGE)
    for i in range(2):
        alone = run_compiled(draw_alone(example, i), BAND_OF_AGE)
        for field in fields(Paths):
            many, one = getattr(ensemble, field.name), getattr(alone, field.name)
            for x, y in zip(many, one, strict=True) if isinstance(many, tuple) else [(many, one)]:
                np.testing.assert_array_equal(x[i : i + 1], y, err_msg=field.name)
