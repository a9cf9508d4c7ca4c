"""The value of information against Gaussian cases that have closed forms, and cases in which nothing is worth it."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.decisions.information import best_now, noise, of_study, partial, perfect
from simulator.decisions.pilot_effect import Help, pilot_help
from simulator.decisions.pilot_evidence import DESIGN, YEARS_BEFORE, standard_error
from simulator.decisions.pilot_noise import study_areas
from simulator.decisions.pilot_plan import PilotPlan
from simulator.decisions.smooth import Smooth
from simulator.decisions.value_of_information import delayed
from simulator.interventions.early_help import EarlyHelp
from simulator.interventions.fields import Wrong

DRAWS = 40_000
WITHIN = 0.05


def gain(mean: float, sd: float) -> float:
    """E[max(0, N(mean, sd))] - max(0, mean): what knowing a normal net benefit is worth (the unit normal loss)."""
    normal = NormalDist()
    return mean * normal.cdf(mean / sd) + sd * normal.pdf(mean / sd) - max(mean, 0.0)


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((2, DRAWS))
    return x, y, np.stack([np.zeros(DRAWS), -0.5 + 3.0 * x + 2.0 * y], axis=1)


def test_evpi(draws) -> None:
    assert perfect(draws[2]) == pytest.approx(gain(-0.5, math.sqrt(13.0)), rel=WITHIN)


def test_evppi_of_each_and_of_both(draws) -> None:
    x, y, benefits = draws
    assert partial(benefits, x[:, None]) == pytest.approx(gain(-0.5, 3.0), rel=WITHIN)
    assert partial(benefits, y[:, None]) == pytest.approx(gain(-0.5, 2.0), rel=WITHIN)
    assert partial(benefits, np.stack([x, y], axis=1)) == pytest.approx(perfect(benefits), rel=WITHIN)


def test_evppi_of_a_curve_matches_a_nested_sum(draws) -> None:
    """Of B = x^2 - 1.5 + noise, E[B | x] is x^2 - 1.5, whatever the noise."""
    x, y, _ = draws
    benefits = np.stack([np.zeros(DRAWS), x**2 - 1.5 + 2.0 * y], axis=1)
    exact = np.maximum(x**2 - 1.5, 0.0).mean()
    assert partial(benefits, x[:, None]) == pytest.approx(exact, rel=WITHIN)


@pytest.mark.parametrize("error", [0.3, 1.0, 3.0])
def test_evsi_of_a_normal_study(draws, error) -> None:
    """A study of x with a normal error leaves a posterior mean of spread 3 / sqrt(1 + error^2)."""
    x, _, benefits = draws
    found = of_study(benefits, x, error, 1) - benefits.mean(axis=0).max()
    assert found == pytest.approx(gain(-0.5, 3.0 / math.sqrt(1.0 + error**2)), rel=WITHIN)


def test_a_better_study_is_worth_more_and_never_more_than_knowing(draws) -> None:
    x, _, benefits = draws
    now = benefits.mean(axis=0).max()
    found = [of_study(benefits, x, error, 1) - now for error in (1e-9, 0.5, 2.0, 100.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(partial(benefits, x[:, None]), rel=WITHIN)
    assert abs(found[-1]) < 0.02


def test_what_says_nothing_is_not_above_chance(draws) -> None:
    unrelated = np.random.default_rng(6).standard_normal((2000, 1))
    benefits = draws[2][:2000]
    assert partial(benefits, unrelated) <= noise(benefits, unrelated) + 1e-9
    assert partial(benefits, draws[0][:2000, None]) > 5.0 * noise(benefits, draws[0][:2000, None])


@given(st.integers(0, 1000), st.integers(2, 5))
def test_evpi_is_nothing_where_one_option_is_best_in_every_draw(seed, options) -> None:
    benefits = np.random.default_rng(seed).normal(0.0, 1e8, (50, options))
    benefits[:, 1] = benefits.max(axis=1) + 1.0
    assert perfect(benefits) == 0.0
    assert best_now(benefits) == 1


@given(st.integers(0, 1000), st.floats(1e-3, 1e9))
def test_evpi_scales_with_money_and_is_never_below_nothing(seed, scale) -> None:
    benefits = np.random.default_rng(seed).normal(0.0, 1.0, (60, 3))
    assert perfect(benefits) >= 0.0
    assert perfect(scale * benefits) == pytest.approx(scale * perfect(benefits))


def test_a_regression_on_nothing_gives_the_mean() -> None:
    figures = np.random.default_rng(1).normal(3.0, 1.0, (100, 2))
    found = Smooth(np.ones((100, 1))).expected(figures)
    np.testing.assert_allclose(found, np.broadcast_to(figures.mean(axis=0), figures.shape))


def test_what_comes_later_loses_its_last_years() -> None:
    assert delayed(np.array([[1.0, 2.0, 3.0]]), 1).tolist() == [[0.0, 1.0, 2.0]]
    assert delayed(np.array([[1.0, 2.0, 3.0]]), 3).tolist() == [[0.0, 0.0, 0.0]]
    assert delayed(np.array([[1.0, 2.0, 3.0]]), 0).tolist() == [[1.0, 2.0, 3.0]]


def test_a_pilot_measures_as_its_power_says() -> None:
    """The error is that of the study whose power is told; help that reaches half of starts is measured half as well."""
    help_ = pilot_help().model_copy(update={"lag_months": 12, "ages": (0, 17)})
    study = PilotPlan(12, len(study_areas()), (DESIGN.name,), 0.9, 4, YEARS_BEFORE, 2, shipped_help_of(help_)).study(
        DESIGN
    )
    error = standard_error(help_, 12, 4)
    assert error**2 == pytest.approx(np.mean(study.standard_error**2))
    assert standard_error(help_.model_copy(update={"eligible_share": 0.5}), 12, 4) == pytest.approx(2 * error)
    assert standard_error(help_, 40, 4) < error
    assert standard_error(help_, 12, 6) < error
    for years, said in ((11, "counted for 11 years"), (1, "no effect is in starts within 1 years")):
        with pytest.raises(Wrong, match=said):
            standard_error(help_.model_copy(update={"lag_months": 24}), 12, years)


def shipped_help_of(help_: EarlyHelp) -> Help:
    return Help(help_.lag_months, help_.profile.months or 0, help_.ages)
