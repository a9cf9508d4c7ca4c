"""The engine: what must hold whatever the rates."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_rates import (
    SMALL,
    Small,
    assert_conserved,
    draw_alone,
    go,
)
from rates_examples import (
    england,
    england_foster,
    go_on,
    scale_starts,
)

from simulator.engine.paths import Paths
from simulator.engine.rates import Array, FosterRates, Rates, StreamRates


@settings(max_examples=25, deadline=None, derandomize=True)
@given(SMALL)
def test_children_are_conserved(small: Small) -> None:
    example = small.rates(foster=False)
    paths = go(example)
    assert_conserved(paths, example)
    assert not paths.households.any()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(SMALL)
def test_children_and_households_are_conserved_with_foster_capacity(small: Small) -> None:
    example = small.rates(foster=True)
    paths = go(example)
    assert_conserved(paths, example)
    np.testing.assert_allclose(np.diff(paths.households, axis=2), paths.approvals - paths.deregistrations, atol=1e-9)
    filled = paths.children[:, :, 1:].sum(axis=(3, 4))[..., :2]
    assert (filled <= paths.places_usable[:, :, 1:] + 1e-9).all()


@settings(max_examples=6, deadline=None, derandomize=True)
@given(SMALL, st.data())
def test_restart_equals_straight_run(small: Small, data: st.DataObject) -> None:
    """Cut where a cohort cycle ends, and go on from the state: the same to the last bit."""
    example = small.rates(foster=True)
    width = example.cohort_months
    cut = width * data.draw(st.integers(1, (example.months - 1) // width))
    straight = go(example)
    before = go(replace(example, months=cut))
    after = go(from_month(go_on(example, before, example.months - cut), cut))
    for field in fields(Paths):
        whole, first, second = (getattr(p, field.name) for p in (straight, before, after))
        if isinstance(whole, tuple) or field.name in ("pipeline", "weighted"):
            for x, y in zip(whole, second, strict=True):
                np.testing.assert_array_equal(x, y, err_msg=field.name)
        else:
            instants = whole.shape[2] - example.months
            joined = np.concatenate([first, second[:, :, instants:]], axis=2)
            np.testing.assert_array_equal(whole, joined, err_msg=field.name)


def from_month(example: Rates, first: int) -> Rates:
    """Drop the months before `first` from every array that varies over months."""
    monthly = {
        "new_starts_per_month", "start_place", "exit_ratio", "move_ratio", "phase_exit_ratio", "return_ratio",
        "place_exit_ratio", "order_return_share", "enquiries_per_month",
        "stage_pass_share", "stage_ratio", "approval_weight", "deregistration_per_year", "usable_share", "agencies",
    }  # fmt: skip

    def cut(record: StreamRates | FosterRates) -> dict[str, Array]:
        arrays = {f.name: getattr(record, f.name) for f in fields(record) if f.name in monthly}
        return {name: a[:, :, first:] for name, a in arrays.items() if a is not None and a.shape[2] > 1}

    assert example.foster is not None
    return replace(
        example,
        streams=tuple(replace(s, **cut(s)) for s in example.streams),
        foster=replace(example.foster, **cut(example.foster)),
    )


@settings(max_examples=8, deadline=None, derandomize=True)
@given(SMALL, st.randoms(use_true_random=False))
def test_permuting_placements_permutes_results(small: Small, random: Random) -> None:
    example = small.rates(foster=False)
    places = example.streams[0].opening.shape[-1]
    order = list(range(places))
    random.shuffle(order)
    shuffled = replace(
        example,
        streams=tuple(
            replace(
                s,
                opening=s.opening[..., order],
                start_place=s.start_place[..., order],
                place_exit_per_year=s.place_exit_per_year[..., order, :],
                move_per_year=s.move_per_year[..., order, :][..., order],
                move_ratio=s.move_ratio[..., order, :][..., order],
                place_exit_ratio=s.place_exit_ratio[..., order, :],
                order_return_share=s.order_return_share[..., order],
                placement_pace=s.placement_pace[..., order],
            )
            for s in example.streams
        ),
    )
    straight, permuted = go(example), go(shuffled)
    tight = {"rtol": 1e-10, "atol": 1e-10}
    for name in ("children", "starts", "exits", "moves_in", "moves_out", "balancing"):
        np.testing.assert_allclose(getattr(straight, name)[..., order], getattr(permuted, name), **tight)
    for name in ("returns", "exits_by_reason", "households"):
        np.testing.assert_allclose(getattr(straight, name), getattr(permuted, name), **tight)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(SMALL)
def test_doubling_children_doubles_everything(small: Small) -> None:
    example = small.rates(foster=False)
    twice = scale_starts(example, 2.0)
    twice = replace(
        twice,
        streams=tuple(replace(s, opening=2.0 * s.opening, opening_home=2.0 * s.opening_home) for s in twice.streams),
    )
    one, two = go(example), go(twice)
    for name in (
        "children",
        "starts",
        "returns",
        "exits",
        "exits_by_reason",
        "moves_in",
        "moves_out",
        "balancing",
    ):
        np.testing.assert_array_equal(2.0 * getattr(one, name), getattr(two, name))


def assert_draw(ensemble: Paths, i: int, alone: Paths) -> None:
    """Assert that all is the same to the last bit; moves, on which nothing depends, to rounding."""
    for field in fields(Paths):
        many, one = getattr(ensemble, field.name), getattr(alone, field.name)
        for x, y in zip(many, one, strict=True) if isinstance(many, tuple) else [(many, one)]:
            if field.name.startswith("moves"):
                np.testing.assert_allclose(x[i : i + 1], y, rtol=1e-12, atol=1e-9, err_msg=field.name)
            else:
                np.testing.assert_array_equal(x[i : i + 1], y, err_msg=field.name)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(SMALL, st.booleans())
def test_a_draw_alone_equals_the_draw_in_the_ensemble(small: Small, foster: bool) -> None:
    example = small.rates(foster)
    ensemble = go(example)
    for i in range(2):
        assert_draw(ensemble, i, go(draw_alone(example, i)))


def test_a_draw_with_fast_hazards_leaves_the_others_alone() -> None:
    """Hazards of one draw must not change the arithmetic of another, to the last bit."""
    example = england(months=12)
    fast = np.array([1.0, 7.0])[:, None, None, None, None]
    example = replace(
        example,
        streams=tuple(
            replace(s, phase_exit_per_year=s.phase_exit_per_year * fast, move_per_year=s.move_per_year * fast)
            for s in example.streams
        ),
    )
    ensemble = go(example)
    for i in range(2):
        assert_draw(ensemble, i, go(draw_alone(example, i)))


@pytest.mark.parametrize(
    ("part", "name"),
    [("stream", f.name) for f in fields(StreamRates) if f.type == "Array" and f.name[:6] not in ("return", "fade_p")]
    + [
        ("foster", f.name)
        for f in fields(FosterRates)
        if f.type == "Array" and f.name not in ("stage_per_year", "wait_weight")
    ],
)
def test_any_array_may_be_the_only_one_with_draws(part: str, name: str) -> None:
    """Every array may hold size 1 on the draw axis; so one alone may hold two draws, the first as before."""
    plain = replace(england(months=2), foster=england_foster())
    record = plain.foster if part == "foster" else plain.streams[0]
    values = getattr(record, name)
    two = np.concatenate([values, values * 0.75])
    if name in ("start_place", "unfostered_place"):
        two[1] = values[0, ..., ::-1]
    changed = replace(record, **{name: two})  # type: ignore[type-var]
    example = (
        replace(plain, foster=changed) if part == "foster" else replace(plain, streams=(changed, *plain.streams[1:]))
    )
    paths, before = go(example), go(plain)
    assert paths.children.shape[0] == 2
    for field in ("children", "starts", "exits", "moves_in", "balancing", "households", "places_usable"):
        first = getattr(paths, field)[:1]
        np.testing.assert_allclose(first, getattr(before, field), rtol=1e-10, atol=1e-9, err_msg=field)
