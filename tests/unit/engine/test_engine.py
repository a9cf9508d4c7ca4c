"""The engine: known answers."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from random_rates import (
    assert_conserved,
    go,
    total,
)
from rates_examples import (
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
from simulator.engine.rates import Rates, side_by_side
from simulator.vocabulary.axes import REASONS

WIDTHS = (1, 3, 6, 12)


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
