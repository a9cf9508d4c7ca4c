"""The engine: known answers, and what must hold whatever the rates."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_examples import (
    BAND_OF_AGE,
    COUNCIL,
    HOME,
    HOME_WAITING,
    IFA,
    OTHER,
    RETURN_PER_YEAR,
    SUPPORTED_WAITING,
    england,
    england_foster,
    go_on,
    in_proportion,
    one_hazard,
    rates,
    scale_starts,
    starts_by_age,
    stream,
)
from scipy.linalg import expm

from simulator.engine.fostering import AGENCIES, FOUND
from simulator.engine.grid import make_grid, row_count
from simulator.engine.hazards import chain, generator, month_operators
from simulator.engine.paths import Paths
from simulator.engine.plain import run
from simulator.engine.rates import Array, FosterRates, Rates, StreamRates, side_by_side
from simulator.vocabulary.axes import AGES, REASONS

WIDTHS = (1, 3, 6, 12)


def go(example: Rates) -> Paths:
    example.check()
    return run(example, BAND_OF_AGE)


def total(paths: Paths) -> Array:
    """Children looked after at each instant: (draw, area, instant)."""
    return np.asarray(paths.children.sum(axis=(3, 4, 5)))


def assert_conserved(paths: Paths, example: Rates) -> None:
    """Every child of every placement is accounted for, month by month, and nothing is negative."""
    children = paths.children.sum(axis=(3, 4))
    came = paths.starts.sum(axis=(3, 4)) + paths.moves_in + paths.balancing.sum(axis=3)
    left = paths.exits.sum(axis=(3, 4)) + paths.moves_out
    size = max(1.0, float(children.max()))
    np.testing.assert_allclose(np.diff(children, axis=2), came - left, atol=1e-9 * size)
    np.testing.assert_allclose(paths.exits.sum(axis=-1), paths.exits_by_reason.sum(axis=-1), atol=1e-9 * size)
    for field in fields(Paths):
        value = getattr(paths, field.name)
        for array in value if isinstance(value, tuple) else (value,):
            assert np.isfinite(array).all(), field.name
            assert field.name == "balancing" or array.min(initial=0.0) >= -1e-9 * size, field.name
    if example.months % example.cohort_months == 0:
        for state, home, s in zip(paths.state, paths.home, example.streams, strict=True):
            assert s.opening.shape[2:] == state.shape[2:]
            if s.youngest_age == 0:
                assert not state[..., 0, :, :].any()
                assert not home[..., 0, :].any()


# Known answers


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("phases", [1, 3])
def test_one_hazard_decays_exponentially(width: int, phases: int) -> None:
    """Children aged 2 at first, leaving at `h` a year and nothing else, in whatever phase: N exp(-h t)."""
    h, number = 0.37, 1000.0
    example = stream(
        width=width, progress_per_year=[5.0] * (phases - 1), phase_exit_per_year=one_hazard(h, phases=phases)
    )
    example.opening[0, 0, 3 * 12 // width, 0, 0] = number
    paths = go(rates(example, months=120, width=width))
    np.testing.assert_allclose(total(paths)[0, 0], number * np.exp(-h * np.arange(121) / 12), rtol=1e-12)


def test_placement_hazard_adds_to_phase_hazard() -> None:
    by_place = one_hazard(0.2)
    example = stream(phase_exit_per_year=one_hazard(0.3), place_exit_per_year=by_place)
    example.opening[0, 0, 3, 0, 0] = 1.0
    paths = go(rates(example, months=60))
    np.testing.assert_allclose(total(paths)[0, 0], np.exp(-0.5 * np.arange(61) / 12), rtol=1e-12)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("age", "birth_share"), [(0, 1.0), (0, 0.0), (0, 0.7), (5, 0.0), (16, 0.0), (17, 0.0)])
def test_steady_stock_is_starts_times_mean_stay(width: int, age: int, birth_share: float) -> None:
    """Little's law; the mean stay of one who starts at exact age `a` is (1 - exp(-h (18 - a))) / h."""
    h, starts = 0.15, 1200.0
    at = age + (np.arange(10_000) + 0.5) / 10_000
    later = ((1 - np.exp(-h * (18 - at))) / h).mean()
    stay = birth_share * (1 - np.exp(-18 * h)) / h + (1 - birth_share) * later
    example = stream(
        width=width,
        starts_per_year=starts_by_age(**{f"age_{age}": starts}),
        birth_share=birth_share,
        phase_exit_per_year=one_hazard(h),
        youngest_age=12 if age > 12 else 0,
    )
    paths = go(rates(example, months=240, width=width))
    assert total(paths)[0, 0, 216] == pytest.approx(starts * stay, rel=2e-3)
    np.testing.assert_allclose(total(paths)[0, 0, 216::width], total(paths)[0, 0, 216], rtol=1e-12)
    np.testing.assert_allclose(paths.exits[:, :, -12:].sum(), starts, rtol=1e-9)


@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_leaves_on_the_18th_birthday(width: int) -> None:
    """With no hazards, each birth cohort leaves as it turns 18: evenly over the year for a year of births."""
    example = stream(width=width)
    rows = row_count(width)
    example.opening[0, 0, rows - 12 // width :] = width
    paths = go(rates(example, months=12, width=width))
    np.testing.assert_allclose(total(paths)[0, 0], np.arange(12, -1, -1), atol=1e-12)
    assert paths.exits_by_reason[..., -1].sum() == pytest.approx(12.0)


@pytest.mark.parametrize("width", WIDTHS)
def test_known_shares_come_back(width: int) -> None:
    """Of children who went home, 12% come back within 3 months, 20% within a year and 35% within six."""
    example = stream(width=width, return_per_year=RETURN_PER_YEAR)
    example.opening_home[0, 0, 5 * 12 // width, 0] = 1.0
    paths = go(rates(example, months=72, width=width))
    back = paths.returns[0, 0, :, 0].cumsum()
    np.testing.assert_allclose(back[[2, 11, 71]], [0.12, 0.20, 0.35], atol=2e-4)
    assert back[-1] + paths.home[0].sum() == pytest.approx(1.0)
    np.testing.assert_allclose(total(paths)[0, 0, 1:], back)


def test_some_who_would_come_back_stay_at_home() -> None:
    """Half of those who would come back in a month are as many as half of the hazard would bring, within 2%."""
    half = np.full((1, 1, 1, 3), 0.5)
    example = replace(stream(width=12, return_per_year=RETURN_PER_YEAR), return_ratio=half)
    exact = stream(width=12, return_per_year=RETURN_PER_YEAR / 2.0)
    back = []
    for one in (example, exact):
        one.opening_home[0, 0, 5, 0] = 1.0
        back.append(go(rates(one, months=72)).returns[0, 0, :, 0].cumsum())
    np.testing.assert_allclose(back[0], back[1], rtol=0.02)
    everybody = replace(example, return_ratio=np.zeros((1, 1, 1, 3)))
    paths = go(rates(everybody, months=12))
    assert not paths.returns.any()
    assert paths.home[0].sum() == pytest.approx(1.0)


def test_a_ratio_of_a_reason_is_that_of_its_hazard() -> None:
    """Leaving for home goes twice as fast from the second year, and no other way of leaving does."""
    by_phase = one_hazard(0.3) * 0.0
    by_phase[..., HOME], by_phase[..., OTHER] = 0.1, 0.2
    ratio = np.ones((1, 1, 24, len(REASONS)))
    ratio[:, :, 12:, HOME] = 2.0
    example = replace(stream(phase_exit_per_year=by_phase), phase_exit_ratio=ratio)
    example.opening[0, 0, 3, 0, 0] = 1.0
    paths = go(rates(example, months=24))
    after = np.exp(-0.3)
    gone_home = paths.exits_by_reason[0, 0, :, 0, :, HOME].sum(axis=1)
    assert gone_home[:12].sum() == pytest.approx((1 - after) / 3)
    assert gone_home[12:].sum() == pytest.approx(after * (1 - np.exp(-0.4)) / 2)


def test_pace_of_a_phase_multiplies_the_hazards_of_the_placement() -> None:
    """The hazards of leaving that go with the phase itself are left as they are."""
    move = np.zeros((18, 2, 2))
    move[:, 0, 1] = 0.4
    by_place = one_hazard(0.0, phases=2)
    by_place[:, 0, OTHER] = 0.2
    example = stream(
        progress_per_year=[0.0],
        phase_exit_per_year=one_hazard(0.1, phases=2),
        place_exit_per_year=by_place,
        move_per_year=move,
        placement_pace=[1.0, 0.25],
        places=2,
    )
    years = np.arange(61) / 12
    for phase, ratio in [(0, 1.0), (1, 0.25)]:
        opening = np.zeros_like(example.opening)
        opening[0, 0, 3, phase, 0] = 1.0
        children = go(rates(replace(example, opening=opening), months=60)).children[0, 0, :, 0].sum(axis=1)
        np.testing.assert_allclose(children[:, 0], np.exp(-(0.1 + 0.6 * ratio) * years), rtol=1e-12)
        went = 2 / 3 * (1 - np.exp(-0.6 * ratio * years)) * np.exp(-0.1 * years)
        np.testing.assert_allclose(children[:, 1], went, atol=1e-12)


def test_month_operators_match_quadrature() -> None:
    """Against scipy's exponential, and Gauss-Legendre quadrature for the two integrals."""
    rng = np.random.default_rng(1)
    move = rng.uniform(0, 3, (4, 4))
    np.fill_diagonal(move, 0.0)
    q = generator(move, rng.uniform(0, 1, 4))
    whole, part, parts = month_operators(q)
    nodes, weights = np.polynomial.legendre.leggauss(30)
    s, w = (nodes + 1) / 2, weights / 2
    at = [expm(q * x) for x in s]
    np.testing.assert_allclose(whole, expm(q), atol=1e-12)
    np.testing.assert_allclose(part, sum(m * v for m, v in zip(at, w, strict=True)), atol=1e-12)
    np.testing.assert_allclose(parts, sum(m * v * (1 - x) for m, v, x in zip(at, w, s, strict=True)), atol=1e-12)
    np.testing.assert_array_equal(chain(np.array([2.0, 3.0])), [[0, 2, 0], [0, 0, 3], [0, 0, 0]])


@pytest.mark.parametrize("width", [1, 2, 3, 4, 6, 12])
@pytest.mark.parametrize("youngest_age", [0, 12])
def test_grid_shares(width: int, youngest_age: int) -> None:
    grid = make_grid(width, youngest_age)
    np.testing.assert_allclose(grid.age_of_row.sum(axis=-1), 1.0)
    np.testing.assert_allclose(grid.age_at.sum(axis=-1), 1.0)
    np.testing.assert_allclose(grid.row_of_age.sum(axis=-1)[:, youngest_age:], 1.0)
    assert grid.leave_share[-1] == 1.0
    assert grid.entrant_leave_share[-1] == 1.0


def test_grid_refuses_widths_that_do_not_divide_a_year() -> None:
    with pytest.raises(ValueError, match="5"):
        make_grid(5)


# What must hold whatever the rates


class Small(NamedTuple):
    """What to draw small random rates from: one or two streams, from one phase and one placement up."""

    seed: int
    width: int
    months: int
    places: int
    phases: int
    fastest: float
    streams: int

    def rates(self, foster: bool) -> Rates:
        rng = np.random.default_rng(self.seed)
        places = max(self.places, 4) if foster else self.places
        shape = (self.width, places, self.phases, self.fastest, self.months)
        streams = [random_stream(rng, *shape, youngest_age) for youngest_age in (0, 12)[: self.streams]]
        limit = random_foster(rng, self.months, places) if foster else None
        if foster:
            streams = [replace(s, unfostered_place=random_unfostered(rng, places)) for s in streams]
        return rates(*streams, months=self.months, width=self.width, foster=limit)


MONTHS = {1: [2, 3], 3: [6, 8], 12: [14, 26]}
SMALL = st.sampled_from([1, 3, 12, 12]).flatmap(
    lambda width: st.builds(
        Small,
        seed=st.integers(0, 2**32 - 1),
        width=st.just(width),
        months=st.sampled_from(MONTHS[width]),
        places=st.integers(1, 5),
        phases=st.integers(1, 3),
        fastest=st.sampled_from([0.0, 0.5, 5.0]),
        streams=st.integers(1, 2),
    )
)


def random_stream(
    rng: np.random.Generator,
    width: int,
    places: int,
    phases: int,
    fastest: float,
    months: int,
    youngest_age: int,
) -> StreamRates:
    ages, reasons = len(AGES), len(REASONS)
    any_age = np.arange(ages) >= youngest_age
    phase_exit = rng.uniform(0, fastest, (ages, phases, reasons))
    place_exit = rng.uniform(0, fastest, (ages, places, reasons)) * (rng.random((ages, places, reasons)) < 0.3)
    phase_exit[..., -1] = place_exit[..., -1] = 0.0
    move = rng.uniform(0, fastest, (ages, places, places)) * (1 - np.eye(places))
    plain = stream(
        width=width,
        starts_per_year=rng.uniform(0, 100, ages) * (rng.random(ages) < 0.7) * any_age,
        birth_share=rng.random(),
        start_place=rng.dirichlet(np.ones(places), ages),
        progress_per_year=rng.uniform(0, 30, phases - 1),
        phase_exit_per_year=phase_exit,
        place_exit_per_year=place_exit,
        move_per_year=move,
        return_per_year=RETURN_PER_YEAR * rng.uniform(0, 3),
        youngest_age=youngest_age,
        places=places,
    )
    opening = rng.uniform(0, 10, (2, 1, *plain.opening.shape[2:]))
    home = rng.uniform(0, 10, (2, 1, *plain.opening_home.shape[2:]))
    if youngest_age == 0:
        opening[:, :, 0] = 0.0
        home[:, :, 0] = 0.0
    else:
        opening[:, :, 0] = 0.0
    return replace(
        plain,
        opening=opening,
        opening_home=home,
        exit_ratio=rng.uniform(0.5, 1.5, (2, 1, months, ages)),
        move_ratio=rng.uniform(0.5, 1.5, (1, 1, months, places, places)),
        placement_pace=rng.uniform(0.2, 1.5, (1, 1, phases, places)),
        balancing_per_year=rng.uniform(-0.05, 0.05, (2, 1)),
        phase_exit_ratio=rng.uniform(0.5, 1.5, (2, 1, months, reasons)),
        return_ratio=rng.uniform(0, 1.5, (1, 1, months, 3)),
        place_exit_ratio=rng.uniform(0.5, 1.5, (1, 1, months, places, reasons)),
        order_return_share=rng.uniform(0, 1, (2, 1, months, places)),
    )


def random_unfostered(rng: np.random.Generator, places: int) -> Array:
    """Return shares of all placements but those of foster sectors, the first two: (2, 1, age, place)."""
    shares = np.zeros((2, 1, len(AGES), places))
    shares[..., 2:] = rng.dirichlet(np.ones(places - 2), (2, 1, len(AGES)))
    return shares


def random_foster(rng: np.random.Generator, months: int, places: int) -> FosterRates:
    return FosterRates(
        council=0,
        independent=1,
        queued=np.array([2, 3]),
        needing=np.flatnonzero(rng.random(places) < 0.7),
        wait_weight=rng.uniform(0, 1, len(AGES)),
        limited=True,
        base_households=rng.uniform(0, 500, (2, 1, 2)) * (rng.random((2, 1, 2)) < 0.8),
        followed_below_age=10,
        base_need=rng.uniform(1, 3000, (2, 1, 2)) * (rng.random((2, 1, 2)) < 0.8),
        young_share=rng.uniform(0, 1, (2, 1)),
        opening_households=rng.uniform(0, 500, (2, 1, 2)),
        opening_usable=rng.uniform(0, 500, (2, 1, 2)),
        opening_pipeline=rng.uniform(0, 50, (2, 1, 2, 3)),
        enquiries_per_month=rng.uniform(0, 50, (1, 1, months, 2)),
        stage_per_year=rng.uniform(0.5, 20, 3),
        stage_pass_share=rng.random((1, 1, 1, 2, 3)),
        deregistration_per_year=rng.uniform(0, 0.5, (1, 1, months, 2)),
        places_per_household=rng.uniform(1, 3, (1, 1, 2)),
        usable_share=rng.uniform(0.3, 1, (2, 1, months, 2)),
        places_elasticity=rng.uniform(0.3, 1.2, (2, 1, 2)),
        need_elasticity=rng.uniform(0, 0.7, (2, 1)),
        places_response_per_year=rng.uniform(0, 20),
        step_down_per_year=rng.uniform(0, 5, (2, 1)),
        agencies=rng.random((2, 1, months, len(AGENCIES))) if rng.random() < 0.5 else None,
        stage_ratio=rng.uniform(0.5, 2, (2, 1, months, 2, 3)),
        approval_weight=rng.uniform(0.5, 2, (1, 1, months, 2)),
        opening_weighted=rng.uniform(0, 500, (2, 1, 2)),
    )


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


def only_draw(record: object, i: int) -> object:
    """Take one draw of every array that has draws."""
    arrays = {f.name: getattr(record, f.name) for f in fields(record)}  # type: ignore[arg-type]
    one = {n: a[i : i + 1] for n, a in arrays.items() if isinstance(a, np.ndarray) and a.ndim > 1 and len(a) > 1}
    return replace(record, **one)  # type: ignore[type-var]


def draw_alone(example: Rates, i: int) -> Rates:
    return replace(
        example,
        streams=tuple(only_draw(s, i) for s in example.streams),
        foster=None if example.foster is None else only_draw(example.foster, i),
    )


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


# Foster capacity


def with_foster(**changes: Any) -> Rates:
    """Return the England-like example, five years in, with foster places from then on, which follow households."""
    example = england(months=60)
    free = go(example)
    return replace(go_on(example, free, 36), foster=replace(in_proportion(england_foster()), **changes))


def test_more_usable_places_fill_no_more_than_is_needed() -> None:
    """From one state, a month with more places: filled places rise by no more than places, nor than need."""
    shortage = with_foster(usable_share=np.full((1, 1, 1, 2), 0.54))
    after = go(shortage)
    month = go_on(shortage, after, 1)
    filled, usable, waiting, elsewhere = [], [], [], []
    for more in (1.0, 1.02, 1.1, 2.0, 50.0):
        assert month.foster is not None
        foster = replace(month.foster, usable_share=month.foster.usable_share * more)
        paths = go(replace(month, foster=foster))
        filled.append(paths.children[0, 0, 1, ..., [1, 2]].sum())
        waiting.append(paths.children[0, 0, 1, ..., [4, 6]].sum())
        elsewhere.append(paths.children[0, 0, 1].sum() - filled[-1])
        usable.append(paths.places_usable[0, 0, 1].sum())
    assert waiting[0] > 1_000
    gained = np.diff(filled)
    assert (gained >= -1e-6).all()
    assert gained[0] > 100.0
    assert (gained <= np.diff(usable) + 1e-6).all()
    assert (gained <= np.array(waiting[:-1]) + 1e-6).all()
    np.testing.assert_allclose(gained, -np.diff(elsewhere), atol=60.0)


def test_displaced_children_wait_and_step_down_again() -> None:
    """Places shut for a year and open again: children wait, then go back, and nobody is lost."""
    usable = np.full((1, 1, 36, 2), 0.6)
    usable[:, :, 6:18] = 0.2
    example = with_foster(usable_share=usable, step_down_per_year=np.array([[3.0]]))
    paths = go(example)
    assert_conserved(paths, example)
    waiting = paths.children[0, 0, :, :, :, [4, 6]].sum(axis=(0, 2, 3))
    assert waiting[18] > waiting[6] + 5_000
    assert waiting[36] < waiting[18] / 2
    total_without = total(go(replace(example, foster=None)))
    np.testing.assert_allclose(total(paths), total_without, rtol=0.05)


def test_no_places_means_nobody_fostered_and_plenty_means_nobody_waits() -> None:
    none = with_foster(usable_share=np.zeros((1, 1, 1, 2)))
    assert go(none).children[0, 0, 1:, :, :, 1:3].max() < 1e-9
    plenty = with_foster(usable_share=np.full((1, 1, 1, 2), 100.0), step_down_per_year=np.array([[1e3]]))
    paths = go(plenty)
    came_to_wait = paths.starts[0, 0, -1, :, :, [4, 6]].sum()
    assert paths.children[0, 0, -1, :, :, [4, 6]].sum() <= came_to_wait


def test_with_plenty_of_places_and_no_step_down_the_total_is_as_without_limit() -> None:
    """Council places are filled first, so only totals are comparable."""
    example = with_foster(usable_share=np.full((1, 1, 1, 2), 100.0), step_down_per_year=np.zeros((1, 1)))
    limited, free = go(example), go(replace(example, foster=None))
    np.testing.assert_allclose(total(limited), total(free), rtol=2e-3)


# Nothing there


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_comes_of_nothing(width: int) -> None:
    paths = go(rates(stream(width=width, phase_exit_per_year=one_hazard(1.0, HOME)), months=14, width=width))
    for field in fields(Paths):
        value = getattr(paths, field.name)
        for array in value if isinstance(value, tuple) else (value,):
            assert not array.any(), field.name


def test_agencies_of_a_run_do_the_same_for_it_again() -> None:
    """With places that run short, and with more than are needed."""
    for share in (0.54, 100.0):
        example = with_foster(usable_share=np.full((1, 1, 1, 2), share))
        paths = go(example)
        assert example.foster is not None
        again = go(replace(example, foster=replace(example.foster, agencies=paths.agencies)))
        for name in ("children", "starts", "places_usable", "agencies"):
            np.testing.assert_allclose(getattr(again, name), getattr(paths, name), rtol=1e-9, atol=1e-6, err_msg=name)


def test_an_area_is_served_by_agencies_whatever_its_own_households() -> None:
    """Nobody has a place with the council, half find an agency's, and nobody in one loses it."""
    none = with_foster(opening_households=np.zeros((1, 1, 2)), enquiries_per_month=np.zeros((1, 1, 1, 2)))
    assert none.foster is not None
    none = replace(none, foster=replace(none.foster, opening_pipeline=np.zeros_like(none.foster.opening_pipeline)))
    starts = []
    for share in (0.5, 1.0):
        found = np.zeros((1, 1, 1, len(AGENCIES)))
        found[..., FOUND] = share
        paths = go(replace(none, foster=replace(none.foster, agencies=found)))
        starts.append(paths.starts[0, 0].sum(axis=(0, 1, 2)))
    half, whole = starts
    assert half[COUNCIL] == 0.0
    assert half[IFA] == pytest.approx(whole[IFA] / 2.0, rel=0.01)
    assert np.delete(half - whole, [COUNCIL, IFA]).sum() == pytest.approx(half[IFA], rel=0.02)
    assert (half - whole)[[HOME_WAITING, SUPPORTED_WAITING]].sum() > 0.7 * half[IFA]
    np.testing.assert_allclose(paths.places_usable[0, 0, 1:, 1], paths.children[0, 0, 1:, ..., IFA].sum(axis=(1, 2)))


def test_nothing_comes_of_nothing_with_foster_places() -> None:
    example = replace(england(months=14), foster=england_foster())
    empty = go(scale_starts(example, 0.0))
    assert not empty.children.any()
    assert not empty.moves_in.any()
    assert empty.households.all()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("age", [0, 3, 17])
def test_starts_of_one_age_come_at_that_age(width: int, age: int) -> None:
    """A year after starts began, at the end of a cohort cycle, those who came are at most a year older."""
    example = stream(
        width=width,
        starts_per_year=starts_by_age(**{f"age_{age}": 1200.0}),
        birth_share=0.5 if age == 0 else 0.0,
        phase_exit_per_year=one_hazard(0.2, OTHER),
    )
    paths = go(rates(example, months=12, width=width))
    by_age = paths.state[0][0, 0].sum(axis=(1, 2)) @ make_grid(width).age_at[0]
    assert by_age[age] > 0
    assert not np.delete(by_age, [age, min(age + 1, 17)]).any()
    np.testing.assert_allclose(paths.starts.sum(), 1200.0)


def test_months_need_not_fill_a_cycle() -> None:
    whole, piece = go(england(months=24)), go(england(months=17))
    np.testing.assert_array_equal(whole.children[:, :, :18], piece.children)
    np.testing.assert_array_equal(whole.exits[:, :, :17], piece.exits)


def test_rates_are_checked() -> None:
    example = england(months=1)
    bad = replace(example.streams[0], progress_per_year=np.array([[1.0, -1.0, 1.0, 1.0]]))
    with pytest.raises(ValueError, match=r"streams\[0\].progress_per_year"):
        replace(example, streams=(bad,)).check()
    bad = replace(example.streams[0], start_place=example.streams[0].start_place * 0.9)
    with pytest.raises(ValueError, match=r"streams\[0\].start_place does not sum to 1"):
        replace(example, streams=(bad,)).check()


def test_draws_that_vary_along_other_axes_go_side_by_side() -> None:
    """A draw in which nothing acts keeps arrays of size 1 along months; beside others it varies as they do."""
    still = england(6)
    moving = replace(
        still, price_ratio=np.repeat(np.ones((1, 1, 1, still.price_ratio.shape[-1])), still.months, axis=2)
    )
    still = replace(still, price_ratio=moving.price_ratio[:, :, :1])
    joined = side_by_side([still, moving])
    assert joined.price_ratio.shape == (2, *moving.price_ratio.shape[1:])
