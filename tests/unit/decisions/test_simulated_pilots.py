"""The closed form of power against pilots in which children come in one by one (tests/support/individual_pilots.py)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from individual import ADULT
from individual_pilots import Histories, found, live, pilots
from rates_examples import BAND_OF_AGE, england, go_on

from simulator.decisions.pilot_design import PilotDesign, designs
from simulator.decisions.pilot_noise import pilot_noise, study_areas
from simulator.decisions.pilot_power import LEVEL, Array, Study
from simulator.engine.plain import run

AGES = (0, 15)
LAG, BUILD_UP = 12, 12
"""Months."""
BEFORE, AFTER, PAST = 4, 4, 17
"""Years before help, with it, and before the study from which children come back."""
PILOTS, STEPS = 12, 2
ROUNDS, AT_A_TIME = 2_000, 200


def strength() -> Array:
    """Strength of the effect: (year of help, month)."""
    middle = np.arange(12 * AFTER) + 0.5
    return np.clip((middle - LAG) / BUILD_UP, 0.0, 1.0).reshape(AFTER, 12)


@cache
def reach() -> Array:
    """What of the effect is in all starts by year of help, by the stock-flow engine."""
    example = england(12 * ADULT)
    steady = go_on(example, run(example, BAND_OF_AGE), 12 * AFTER)
    resident, *others = steady.streams
    factor = np.ones((1, 1, 12 * AFTER, resident.new_starts_per_month.shape[-1]))
    factor[..., AGES[0] : AGES[1] + 1] -= 0.1 * strength().ravel()[:, None]
    fewer = replace(resident, new_starts_per_month=resident.new_starts_per_month * factor)
    helped, plain = (
        run(one, BAND_OF_AGE).starts[0, 0].reshape(AFTER, -1).sum(axis=1)
        for one in (replace(steady, streams=(fewer, *others)), steady)
    )
    return (helped / plain - 1.0) / -0.1


@cache
def histories() -> Histories:
    """Lives of the same children."""
    resident, uasc = england(12).streams
    return live([(resident, True), (uasc, False)], AGES, children=400_000, years=PAST + 1)


def study(design: PilotDesign, rounds: int, rng: np.random.Generator) -> Study:
    """So many pilots in 12 councils that stand for all in size, beside 36 more."""
    sizes = np.sort([one.starts_per_year for one in study_areas()])[::3][1:49]
    order = np.array([rng.permutation(len(sizes)) for _ in range(rounds)])
    others = np.ones((rounds, len(sizes)), dtype=np.bool_)
    others[np.arange(rounds)[:, None], order[:, :PILOTS]] = False
    membership = design.membership(order[:, :PILOTS], others, np.log(sizes)[:, None])
    return Study(design, membership, sizes, reach(), BEFORE, pilot_noise())


def share_found(design: PilotDesign, ratio: float, rounds: int) -> tuple[float, float]:
    """Return how many of so many pilots find an effect, and how many should by the closed form."""
    rng = np.random.default_rng(20250331)
    simulated, expected = [], []
    for _ in range(max(rounds // AT_A_TIME, 1)):
        of = study(design, min(rounds, AT_A_TIME), rng)
        simulated.append(found(of, pilots(of, histories(), strength(), ratio, rng), rng).mean())
        expected.append(of.power(np.array([ratio]))[0])
    return float(np.mean(simulated)), float(np.mean(expected))


def test_reach_is_that_of_individual_children() -> None:
    """The engine's reach against lives, without noise: starts of the helped over those of all, returns included."""
    known = histories()
    fewer = np.zeros(AFTER)
    for year in range(AFTER):
        lost = (1.0 - known.kept(0.0, strength()[year])) @ known.starts
        fewer[year:] += lost[: AFTER - year]
    np.testing.assert_allclose(fewer / known.starts.sum(), reach(), atol=0.005)


def test_a_few_pilots() -> None:
    """A large effect is found about as often as it should be, and none hardly ever."""
    design = designs(STEPS)["matched-difference"]
    for ratio in (0.7, 1.0):
        simulated, expected = share_found(design, ratio, rounds=150)
        assert simulated == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 150))


@pytest.mark.slow
@pytest.mark.parametrize("design", designs(STEPS).values(), ids=lambda one: one.name)
def test_power_and_size(design: PilotDesign) -> None:
    """Estimates scatter 1% more than the closed form says, as logs of small counts do: sizes are near 5.4%."""
    for ratio in (0.85, 0.75):
        simulated, expected = share_found(design, ratio, ROUNDS)
        assert simulated == pytest.approx(expected, abs=0.03), ratio
    alarms, expected = share_found(design, 1.0, ROUNDS)
    assert expected == pytest.approx(LEVEL, abs=1e-3)
    assert alarms == pytest.approx(LEVEL, abs=0.01)
