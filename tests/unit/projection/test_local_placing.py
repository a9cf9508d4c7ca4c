"""Placements of areas that walk: tied within a group, smaller where many are, and none where nothing is drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import simulator
from simulator.baseline.placement_levels import plan_of_place, plans
from simulator.baseline.placing_walks import group_of_plan, placing_walks
from simulator.engine.rates import StreamRates
from simulator.projection import local_placing
from simulator.projection.compile import compile_scenario
from simulator.projection.local_mix import with_placement_mix
from simulator.runs.ensemble.draws import parameters
from simulator.scenario.schema import Scenario
from simulator.uncertainty import sample

YEARS = ["2025-26", "2026-27"]
NAMES = tuple(plans())
HOMES, SUPPORTED, PARENTS = (NAMES.index(name) for name in ("homes", "supported", "with_parents"))


@cache
def resident() -> StreamRates:
    return compile_scenario(Scenario.model_validate({"name": "Short", "end": "2025-06"})).rates.streams[0]


@cache
def walks(children: float) -> np.ndarray:
    """Logs of ratios in 600 draws of one area: (draw, year, plan)."""
    columns = sample(local_placing.parameters(placing_walks(2025), ("A",), YEARS), 600, 1)
    drawn = [{key: float(values[i]) for key, values in columns.items()} for i in range(600)]
    here = np.full((1, len(plans())), children)
    return np.log([local_placing.walk(placing_walks(2025), ("A",), YEARS, one, here)[0] for one in drawn])


def test_every_plan_is_in_a_group_on_record() -> None:
    assert set(group_of_plan()) == set(plans())
    assert set(group_of_plan().values()) == set(placing_walks(2025))
    assert group_of_plan()["kinship"] == group_of_plan()["mainstream"]


def test_an_unknown_base_is_told() -> None:
    with pytest.raises(LookupError, match="bases: 2022, 2023, 2025"):
        placing_walks(2019)


def test_steps_add_up_over_years_as_the_record_says() -> None:
    one = placing_walks(2025)["homes_supported_and_other"]
    variance = one.sd_per_year**2 * np.array([1.0, 1.0 + one.kept**2])
    steps = walks(1e9)[:, :, HOMES]
    np.testing.assert_allclose(steps.std(axis=0), np.sqrt(variance), rtol=0.08)
    np.testing.assert_allclose(np.median(steps, axis=0), -one.taken_off * variance / 2.0, atol=0.05)


def test_placements_of_a_group_step_together_and_others_by_themselves() -> None:
    log = walks(1e9)[:, -1]
    np.testing.assert_allclose(log[:, HOMES], log[:, SUPPORTED], atol=1e-3)
    assert abs(np.corrcoef(log[:, HOMES], log[:, PARENTS])[0, 1]) < 0.15


def test_few_children_vary_more_and_do_not_divide_by_none() -> None:
    spread = [walks(children)[:, 0, HOMES].std() for children in (1e9, 100.0, 10.0, 1.0, 0.0)]
    assert spread[0] < spread[1] < spread[2] < spread[3] == spread[4]
    own = np.sqrt(placing_walks(2025)["homes_supported_and_other"].year_variance / 10.0)
    assert spread[2] == pytest.approx(np.hypot(spread[0], own), rel=0.1)


def test_without_what_is_a_year_s_own_only_steps_are_drawn() -> None:
    """As of a council by its own returns: plans of a group then go together, however few children are there."""
    steps = {group: replace(one, year_variance=0.0) for group, one in placing_walks(2025).items()}
    keys = [one.key for one in local_placing.parameters(steps, ("A",), YEARS)]
    assert len(keys) == len(YEARS) * len(steps)
    drawn = dict.fromkeys(keys, 1.0)
    ratio = local_placing.walk(steps, ("A",), YEARS, drawn, np.ones((1, len(plans()))))[0]
    one = steps["homes_supported_and_other"]
    variance = one.sd_per_year**2 * np.array([1.0, 1.0 + one.kept**2])
    added = one.sd_per_year * np.array([1.0, 1.0 + one.kept])
    np.testing.assert_allclose(ratio[:, HOMES], np.exp(added - one.taken_off * variance / 2.0))
    np.testing.assert_array_equal(ratio[:, HOMES], ratio[:, SUPPORTED])


def test_nothing_drawn_changes_nothing() -> None:
    here = np.ones((2, len(plans())))
    ratio = local_placing.walk(placing_walks(2025), ("A", "B"), YEARS, {"drift.starts.2025-26": 1.0}, here)
    assert (ratio == 1.0).all()
    assert local_placing.with_walk(resident(), ratio) is resident()
    assert (
        local_placing.parameters(placing_walks(2025), (), YEARS)
        == local_placing.parameters(placing_walks(2025), ("A",), ())
        == ()
    )


def test_a_ratio_that_stays_places_children_as_the_mix_of_an_area_does() -> None:
    into = np.exp(np.random.default_rng(1).normal(0.0, 0.5, (2, len(plans()))))
    mixed = with_placement_mix(resident(), into)
    months = resident().move_ratio.shape[2]
    walked = local_placing.with_walk(resident(), np.repeat(into[:, None], months, axis=1))
    np.testing.assert_allclose(walked.start_place[:, :, :1], mixed.start_place[:, :, :1], rtol=1e-9)
    moving = walked.move_per_year[:, :, None] * walked.move_ratio[:, :, :, None]
    expected = mixed.move_per_year[:, :, None] * mixed.move_ratio[:, :, :, None]
    np.testing.assert_allclose(moving, np.broadcast_to(expected, moving.shape), rtol=1e-9)


def test_children_by_plan_are_all_children() -> None:
    found = local_placing.children_by_plan([resident()])
    assert found.sum() == pytest.approx(resident().opening.sum())
    homes = resident().opening[..., plan_of_place() == HOMES].sum()
    assert found[0, HOMES] == pytest.approx(homes)


def test_england_does_not_walk_and_a_council_of_any_name_does() -> None:
    keys = {one.key for one in parameters(simulator.load("status-quo"))}
    assert not any(key.startswith("local.") for key in keys)
    kent = {one.key for one in parameters(simulator.load("status-quo").in_areas(("Kent",)))}
    assert "local.E10000016.drift_into_homes_supported_and_other.2026-27" in kent
    assert "local.E10000016.year_into_homes.2026-27" in kent
    assert "local.E10000016.year_into_with_parents.2026-27" not in kent, "the record shows nothing of a year's own"
