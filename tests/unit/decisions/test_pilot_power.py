"""What a pilot could show: known answers, limits, and the published record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulator.backtest.panel import Panel, Series, panel
from simulator.decisions.pilot_design import MATCHES, BeforeAfter, MatchedDifference, SteppedWedge, designs
from simulator.decisions.pilot_effect import Help, reach, shipped_help
from simulator.decisions.pilot_noise import Array, PilotNoise, estimate, pilot_noise, study_areas
from simulator.decisions.pilot_plan import PilotError, PilotPlan
from simulator.decisions.pilot_power import LEVEL, WANTED_POWER, Study, chance_beyond

SD = 0.1
YEARLY = PilotNoise(
    chance=1e-9, passing_sd=SD, passing_kept=0.0, lasting_sd=0.0, common_sd=0.05, common_changes=30,
    authorities=0, first_year=0, last_year=0,
)  # fmt: skip
"""Noise of each year by itself, so that cases can be worked by hand."""

PLAN = PilotPlan(
    areas=12, of=151, designs=tuple(designs(3)), ratio=0.9, years=5, years_before=5, steps=3, help=shipped_help()
)


def yearly(design: object, joins: list[list[int]], areas: int, *, before: int = 1, after: int = 1) -> Study:
    """Return a study in which areas join as told, an effect that is there at once, and noise of each year."""
    membership = np.zeros((1, len(joins), areas), dtype=np.bool_)
    for group, members in enumerate(joins):
        membership[0, group, members] = True
    return Study(design, membership, np.full(areas, 100.0), np.ones(after), before, YEARLY)  # type: ignore[arg-type]


def test_difference_in_differences_by_hand() -> None:
    """Two years, 2 pilots and 3 others: variance 2 SD^2 (1/2 + 1/3)."""
    study = yearly(MatchedDifference(), [[0, 1], [2, 3, 4]], 5)
    assert study.standard_error[0] == pytest.approx(SD * np.sqrt(2 * (1 / 2 + 1 / 3)), rel=1e-5)
    weights = study.weights[0]
    np.testing.assert_allclose(weights[:2], [[-1 / 2, 1 / 2]] * 2, atol=1e-6)
    np.testing.assert_allclose(weights[2:], [[1 / 3, -1 / 3]] * 3, atol=1e-6)
    away = np.log(0.8) / study.standard_error[0]
    z = stats.norm.ppf(0.975)
    assert study.power(np.array([0.8]))[0] == pytest.approx(stats.norm.cdf(-z - away) + stats.norm.sf(z - away))


def test_before_and_after_by_hand() -> None:
    """Two years, 4 pilots: variance 2 SD^2 / 4 + the shared one, whose share sets the degrees of freedom."""
    study = yearly(BeforeAfter(), [[0, 1, 2, 3], []], 4)
    own, common = 2 * SD**2 / 4, 0.05**2
    assert study.standard_error[0] == pytest.approx(np.sqrt(own + common), rel=1e-5)
    assert study.degrees[0] == pytest.approx(30 * ((own + common) / common) ** 2, rel=1e-5)


def test_stepped_wedge_of_hussey_and_hughes() -> None:
    """Their formula (8), for levels that are free: I T SD^2 / (U^2 + I T U - T W - I V)."""
    joins, after = [[0, 1], [2, 3], [4, 5], []], 3
    study = yearly(SteppedWedge(3), joins, 6, before=1, after=after)
    x = np.zeros((6, 4))
    for step, members in enumerate(joins):
        x[members, 1 + step :] = 1.0
    u, w, v = x.sum(), (x.sum(axis=0) ** 2).sum(), (x.sum(axis=1) ** 2).sum()
    expected = 6 * 4 * SD**2 / (u**2 + 6 * 4 * u - 4 * w - 6 * v)
    assert study.standard_error[0] ** 2 == pytest.approx(expected, rel=1e-5)


def test_chance_of_students_test() -> None:
    away = np.array([[0.0, 1.0, 2.5, 4.0]])
    for degrees in (30.0, 100.0):
        line = stats.t.ppf(0.975, degrees)
        expected = stats.nct.sf(line, degrees, away) + stats.nct.cdf(-line, degrees, away)
        np.testing.assert_allclose(chance_beyond(away, np.array([[degrees]])), expected, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(designs(2))), number=st.integers(3, 40), years=st.integers(3, 8),
    before=st.integers(1, 8), ratio=st.floats(0.5, 1.5),
)  # fmt: skip
def test_power_holds_its_bounds(name: str, number: int, years: int, before: int, ratio: float) -> None:
    plan = replace(PLAN, areas=number, years=years, years_before=before, steps=2)
    study = plan.study(designs(2)[name])
    nothing, something, more = study.power(np.array([1.0, ratio, ratio**1.2]))
    assert nothing == pytest.approx(LEVEL, abs=1e-3)
    assert nothing - 1e-3 <= something <= more + 1e-9 <= 1.0 + 2e-9
    assert np.isfinite(study.weights).all()
    np.testing.assert_allclose(study.weights.sum(axis=2), 0.0, atol=1e-9)  # no area's level tells anything
    if study.design.years_from_areas:
        np.testing.assert_allclose(study.weights.sum(axis=1), 0.0, atol=1e-9)  # and no year that all share


@pytest.mark.parametrize("name", ["before-after", "stepped-wedge"])
def test_more_areas_and_years_show_more(name: str) -> None:
    design = designs(3)[name]
    at = np.array([0.9])
    by_areas = [PLAN.study(design, number).power(at)[0] for number in (6, 12, 24, 48, 96)]
    by_years = [PLAN.study(design, years=years).power(at)[0] for years in (3, 5, 8)]
    assert by_areas == sorted(by_areas)
    assert by_years == sorted(by_years)


def test_smallest_ratio_has_the_wanted_chance() -> None:
    for design in PLAN.chosen:
        study = PLAN.study(design)
        found = study.smallest_ratio()
        assert study.power(np.array([found]))[0] == pytest.approx(WANTED_POWER, abs=1e-3)
    assert np.isnan(replace(PLAN, areas=3, years=3).study(SteppedWedge(3)).smallest_ratio())


def test_needed_areas_are_the_first_that_are_enough() -> None:
    plan = replace(PLAN, ratio=0.8)
    design = designs(3)["matched-difference"]
    needed = plan.areas_needed(design)
    assert needed is not None
    at = np.array([0.8])
    assert plan.study(design, needed).power(at)[0] >= WANTED_POWER > plan.study(design, needed - 1).power(at)[0]
    assert PLAN.areas_needed(designs(3)["before-after"]) is None


def test_the_strategys_twelve_areas_at_best() -> None:
    """Against a check made with another noise and no model: 0.85 at best, and 46% at 0.90."""
    best = PLAN.at_best(designs(3)["matched-difference"])
    assert best.smallest_ratio() == pytest.approx(0.85, abs=0.02)
    assert best.power(np.array([0.9]))[0] == pytest.approx(0.46, abs=0.06)


def test_alarms_in_the_published_record() -> None:
    """Real authorities in real years without a pilot: 5% of comparisons of areas find one."""
    for name in ("matched-difference", "stepped-wedge"):
        assert 0.03 < PLAN.false_alarms(designs(3)[name]) < 0.07
    assert np.isnan(replace(PLAN, years=10, years_before=12).false_alarms(BeforeAfter()))


def test_reach_is_of_the_simulator() -> None:
    """Nothing before the lag; then more every year; none of it once the help has faded; less for fewer ages."""
    found = reach(shipped_help(), 8)
    assert found[0] == pytest.approx(0.0, abs=1e-9)
    assert (np.diff(found) > 0).all()
    assert 0.5 < found[-1] < 0.8
    assert (reach(replace(shipped_help(), ages=(10, 15)), 8) <= 0.6 * found + 1e-9).all()
    assert reach(replace(shipped_help(), lasts_months=21), 8)[-1] < 0.05
    at_once = reach(Help(0, 0, (0, 17)), 2)
    assert at_once[0] > found.max()


def test_matches_are_the_nearest_and_never_taken_twice() -> None:
    alike = np.arange(10.0)[:, None]
    others = np.ones((1, 10), dtype=np.bool_)
    others[0, [0, 9]] = False
    found = MatchedDifference().membership(np.array([[0, 9]]), others, alike)[0]
    assert MATCHES == 3
    assert np.flatnonzero(found[0]).tolist() == [0, 9]
    assert np.flatnonzero(found[1]).tolist() == [1, 2, 3, 6, 7, 8]
    few = np.zeros((1, 10), dtype=np.bool_)
    few[0, 5] = True
    assert np.flatnonzero(MatchedDifference().membership(np.array([[0, 9]]), few, alike)[0, 1]).tolist() == [5]


def test_wedge_joins_in_equal_groups() -> None:
    found = SteppedWedge(3).membership(np.array([[4, 2, 0, 1, 3]]), np.ones((1, 5), dtype=np.bool_), np.zeros((5, 1)))
    assert [np.flatnonzero(group).tolist() for group in found[0]] == [[2, 4], [0, 1], [3], []]


def test_named_areas_are_those_of_every_draw() -> None:
    plan = replace(PLAN, areas=("Kent", "Leeds"))
    membership = plan.study(BeforeAfter()).membership
    named = [study_areas()[i].name for i in np.flatnonzero(membership.any(axis=(0, 1)))]
    assert sorted(named) == ["Kent", "Leeds"]


def test_everything_that_is_wrong_is_told() -> None:
    plan = replace(PLAN, areas=("Kent", "Leds", "Kent"), of=160, ratio=1.0, years=1, help=Help(18, 12, (15, 3)))
    with pytest.raises(PilotError) as error:
        plan.check()
    said = str(error.value)
    for words in (
        "--of 160: allowed: 2 to 151",
        "'Leds' is no authority with published starts; did you mean 'Leeds'?",
        "'Kent' is given twice",
        "--ratio 1: allowed: above 0, up to 3, and not 1",
        "--ages 15 3: the youngest is above the oldest",
        "--lag 18: there is no effect within 1 year",
        "--steps 3: the last group joins after 1 years",
    ):
        assert words in said, said


def planted(noise: PilotNoise, areas: int, years: int, seed: int) -> Panel:
    """Return a panel of made-up authorities with known noise."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(60, 400, areas)
    passing = noise.passing_sd * rng.standard_normal((areas, years))
    for year in range(1, years):
        fresh = passing[:, year] * np.sqrt(1 - noise.passing_kept**2)
        passing[:, year] = noise.passing_kept * passing[:, year - 1] + fresh
    lasting = np.cumsum(noise.lasting_sd * rng.standard_normal((areas, years)), axis=1)
    shared = np.cumsum(noise.common_sd * rng.standard_normal(years))
    expected = size[:, None] * np.exp(passing + lasting + shared)
    groups = noise.chance  # children come in groups of this size
    starts = groups * rng.poisson(expected / groups)
    nothing = np.full((areas, years), np.nan)
    codes = tuple(str(i) for i in range(areas))
    local = Series(codes, 2011, nothing, starts.astype(float), nothing, nothing, nothing)
    england = np.exp(np.cumsum(noise.common_sd * rng.standard_normal((1, 400)), axis=1))
    return Panel(local, Series(("ENG",), 1994, *([england] * 5)))


def test_planted_noise_is_found() -> None:
    noise = PilotNoise(2.0, 0.15, 0.6, 0.06, 0.04, 0, 0, 0, 0)
    found = estimate(planted(noise, areas=600, years=15, seed=4))
    for name, within in (("chance", 0.3), ("passing_sd", 0.02), ("passing_kept", 0.12), ("lasting_sd", 0.02)):
        assert getattr(found, name) == pytest.approx(getattr(noise, name), abs=within), name
    assert found.common_sd == pytest.approx(noise.common_sd, rel=0.12)
    assert (found.authorities, found.common_changes) == (600, 399)


def test_the_noise_is_that_of_the_record() -> None:
    """What the fit says of changes over some years against changes in the panel, which it was not fitted to as such."""
    counts = panel().authorities.starts
    counts = counts[(counts > 0).all(axis=1)]
    noise = pilot_noise()
    for years in (1, 2, 4, 8):
        changes = np.log(counts[:, years:] / counts[:, :-years])
        measured = np.sqrt(np.mean((changes - changes.mean(axis=0)) ** 2))
        expected = np.sqrt(np.mean([noise.change_sd(size, years) ** 2 for size in counts.mean(axis=1)]))
        assert expected == pytest.approx(measured, rel=0.06), years


def test_covariance_by_hand() -> None:
    noise = PilotNoise(2.0, 0.3, 0.5, 0.1, 0.2, 10, 0, 0, 0)
    expected: Array = 0.09 * np.array([[1, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 1]]) + 0.02 * np.eye(3)
    expected += 0.01 * np.array([[0, 0, 0], [0, 1, 1], [0, 1, 2]])
    np.testing.assert_allclose(noise.of_areas(np.array([100.0]), 3)[0], expected)
    np.testing.assert_allclose(noise.of_years(3), 0.04 * np.array([[1, 1], [1, 2]]))
    assert noise.change_sd(100.0, 1) == pytest.approx(np.sqrt(2 * 0.09 * 0.5 + 2 * 0.02 + 0.01))
