"""What the projection does to rates of areas, one step at a time: each does nothing where there is nothing to do."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from simulator.baseline.placement_levels import plan_of_place, plans
from simulator.baseline.random_walk import random_walks
from simulator.engine.rates import StreamRates
from simulator.projection import local_walks
from simulator.projection.benchmarking import by_month, factors
from simulator.projection.compile import compile_scenario
from simulator.projection.local_mix import with_placement_mix
from simulator.scenario.schema import Scenario


@cache
def resident() -> StreamRates:
    return compile_scenario(Scenario.model_validate({"name": "Short", "end": "2025-06"})).rates.streams[0]


def test_a_ratio_of_one_places_nobody_elsewhere() -> None:
    assert with_placement_mix(resident(), np.ones((3, len(plans())))) is resident()


@pytest.mark.parametrize("plan", range(3))
def test_ratios_act_on_first_placements_and_on_moves_between_plans(plan: int) -> None:
    into = np.ones((1, len(plans())))
    into[0, plan] = 2.0
    changed = with_placement_mix(resident(), into)
    of_plan = plan_of_place() == plan
    np.testing.assert_allclose(changed.start_place.sum(axis=-1), 1.0)
    was, now = (one.start_place[0, 0, 0][:, of_plan].sum(axis=-1) for one in (resident(), changed))
    np.testing.assert_allclose(now, 2.0 * was / (1.0 + was), rtol=1e-6)  # shares have seven digits
    ratio = np.where(of_plan & ~of_plan[:, None], 2.0, 1.0)
    np.testing.assert_allclose(changed.move_per_year, resident().move_per_year * ratio)


def test_areas_that_are_not_benchmarked_keep_their_pace() -> None:
    assert (by_month(2025, "resident", np.zeros(2, dtype=bool), 24) == 1.0).all()
    both = by_month(2025, "resident", np.array([True, False]), 24)
    assert (both[1] == 1.0).all()
    np.testing.assert_array_equal(both[0], np.repeat(factors(2025)["resident"][:2], 12))


def test_england_does_not_walk_away_from_itself() -> None:
    walks, drawn = random_walks(), {"drift.starts.2025-26": 0.2}
    assert local_walks.parameters(walks, (), ["2025-26"], dict.fromkeys(walks, np.ones(1))) == ()
    assert (local_walks.walk(walks, "starts", (), ["2025-26"], drawn, np.ones(1)) == 1.0).all()
