"""How far placements of authorities walk: found again where it is known, and by no figure after a base."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import simulator
from simulator.baseline.placing_walks import group_of_plan, placing_walks
from simulator.calibrate.fit_placing_walks import (
    SETTLED,
    Responses,
    fit_placing_walks,
    fitted,
    groups,
    recorded,
    responses,
    walked,
)
from simulator.engine.plain import run
from simulator.vocabulary.calendar import AREA_BASES

Array = NDArray[np.float64]
YEARS = np.arange(SETTLED + 1)


def two_groups(slow: float) -> Responses:
    """Two groups of which one is all that the other is not: a step of one moves both, with what is left to follow."""
    one = 1.0 - slow**YEARS
    followed = np.array([[one, -one], [-one, one]])
    return Responses(followed, np.ones((2, 2, SETTLED + 1)))  # nobody comes or goes: no chance


def lived(rng: np.random.Generator, areas: int, years: int, step_sd: float, own: float, slow: float) -> Array:
    """Children of areas in two groups whose log odds follow steps, and years' own, of the first: (2, area, year)."""
    size = np.exp(rng.uniform(np.log(200.0), np.log(2000.0), areas))
    before = 30
    steps = rng.normal(0.0, step_sd, (areas, before + years))
    steps[:, :before] = 0.0
    own_sd = np.sqrt(own / (0.5 * size))
    years_own = rng.normal(size=(areas, before + years)) * own_sd[:, None]
    ratio = np.cumsum(steps, axis=1) + years_own
    log = np.zeros((areas, before + years))
    for year in range(1, before + years):
        log[:, year] = slow * log[:, year - 1] + (1.0 - slow) * ratio[:, year]
    share = 1.0 / (1.0 + np.exp(-log[:, before:]))
    return np.array([size[:, None] * share, size[:, None] * (1.0 - share)])


def test_known_steps_and_years_own_are_found_again() -> None:
    children = lived(np.random.default_rng(3), 4000, 6, 0.0, 9.0, 0.7)
    steps, own = fitted(children, two_groups(0.7))
    assert own.sum() == pytest.approx(9.0, rel=0.15)  # either group may have it: what one gains the other loses
    assert steps.sum() < 0.002
    from_rest = lived(np.random.default_rng(4), 4000, 6, 0.3, 0.0, 0.7)[:, :, [0, 1, 2, 3, 4]]
    steps, _ = fitted(from_rest, two_groups(0.7))
    assert 0.08 < steps.sum() < 0.2  # 0.09, and what steps before the first of two years still move


def test_shares_that_move_as_englands_do_do_not_walk() -> None:
    rng = np.random.default_rng(5)
    size = rng.uniform(200.0, 2000.0, 300)
    share = np.array([0.3, 0.32, 0.35, 0.37, 0.4])
    children = np.array([np.outer(size, share), np.outer(size, 1.0 - share)])
    steps, own = fitted(children, two_groups(0.7))
    np.testing.assert_allclose([steps, own], 0.0, atol=1e-9)


def test_chance_alone_is_no_walk() -> None:
    """Half of the children are others each year: log odds vary by what shares of those who stay say, and no more."""
    rng = np.random.default_rng(6)
    size = np.repeat(1000, 3000)
    stay = 0.5
    there = [rng.binomial(size, 0.4)]
    for _ in range(3):
        kept, others = rng.binomial(there[-1], stay), rng.binomial(size - there[-1], stay)
        there.append(kept + rng.binomial(size - kept - others, 0.4))
    counts = np.array(there).T.astype(float)
    answers = Responses(two_groups(0.7).followed, np.broadcast_to(stay**YEARS, (2, 2, SETTLED + 1)))
    steps, own = fitted(np.array([counts, size[:, None] - counts]), answers)
    assert steps.sum() < 1e-4
    assert own.sum() < 0.5


def test_no_figure_after_a_base_is_looked_at() -> None:
    first, early = recorded(2022)
    _, late = recorded(2025)
    assert (first, early.shape[0]) == (2011, len(groups()))
    np.testing.assert_array_equal(early, late[..., : early.shape[2]])


def test_most_children_are_in_areas_of_which_every_group_is_shown() -> None:
    first, children = recorded(2025)
    assert 0.7 < np.nansum(children[..., 2025 - first]) / 81_770 < 1.0
    assert 0.6 < np.nansum(children[..., 2019 - first]) / 78_140 < 1.0
    assert np.isnan(children[..., 2020 - first]).all()  # not published


@cache
def answers(base: int) -> Responses:
    return responses(simulator.load({"name": "Status quo", "extends": "status-quo", "base": base}).scenario, run)


@pytest.mark.slow
def test_stocks_follow_their_own_steps_most_and_more_with_years() -> None:
    found = answers(2022).followed
    own = np.array([found[g, g] for g in range(len(groups()))])
    assert (np.diff(own[:, :5]) > 0).all()
    assert (own[:, 0] == 0).all()
    assert (own < 1.0).all()
    others = found[~np.eye(len(groups()), dtype=bool)]
    assert others.max() < 0.2  # what one group gains others lose, or hardly gain
    assert (found[:, :, 1].argmax(axis=1) == np.arange(len(groups()))).all()


@pytest.mark.slow
@pytest.mark.parametrize("base", AREA_BASES)
def test_the_packaged_table_is_what_the_record_gives(base: int) -> None:
    for one in fit_placing_walks(base, answers(base)):
        stored = placing_walks(base)[one.group]
        assert one.sd_per_year == pytest.approx(stored.sd_per_year, abs=2e-3)
        assert one.year_variance == pytest.approx(stored.year_variance, abs=0.05)
        assert int(stored.last) == base


@pytest.mark.slow
def test_walks_of_three_years_are_larger_than_of_one() -> None:
    plans, walks = tuple(group_of_plan()), fit_placing_walks(2022, answers(2022))
    one, three = (walked(plans, walks, answers(2022), years) for years in (1, 3))
    assert (three >= one).all()
    homes = plans.index("homes")
    assert three[homes] > 1.5 * one[homes] > 0
