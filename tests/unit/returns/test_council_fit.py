"""A council's own rates fitted to its record: known answers, limits, and councils made up apart from England."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import made_up_councils as made_up
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulator.baseline.deviations import level_key
from simulator.baseline.england import England, load_baseline
from simulator.baseline.own_leaving import drawn_leaving, hazards, ratios, with_own_leaving
from simulator.baseline.own_moves import gross_of_england, parts, with_own_moves
from simulator.baseline.own_returns import KEPT
from simulator.baseline.time_in_care import phases_of
from simulator.data import packaged
from simulator.data.council import CODE
from simulator.data.own_rates import KINDS, LEVEL, STRENGTH, Leaving, Level, of_leaving, of_moving
from simulator.projection.local_walks import parameters as walk_parameters
from simulator.projection.local_walks import walk
from simulator.projection.localise import parameters
from simulator.returns.calibrate_council import FittedCouncil, beside_what_was_fitted, fit_council
from simulator.returns.check_past import check
from simulator.returns.codes import PLACES
from simulator.returns.exposure import EVENTS, EXITS, UNKNOWN_TIME, by_year, exposure, exposure_of, stock_by_age
from simulator.returns.fit_leaving import fit_leaving
from simulator.returns.fit_levels import STEPS, STILL, Yearly, filtered, fit_levels, growth_says
from simulator.returns.fit_moves import fit_moves
from simulator.returns.fitted_tables import level_rows
from simulator.returns.penalised_poisson import most_probable
from simulator.returns.rate_table import pooled_rates
from simulator.returns.run_own_record import projected
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES, PHASES, REASONS, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]


@cache
def england() -> England:
    return load_baseline(LATEST_BASE)


@cache
def council(size: int, pattern: str, world: str = "S", seed: int = 201) -> made_up.Council:
    return made_up.draw(size, world, pattern, seed, at_base=20_000)


@cache
def fitted(size: int, pattern: str, world: str = "S", seed: int = 201) -> FittedCouncil:
    return fit_council(council(size, pattern, world, seed).stays, england(), made_up.england())


# --------------------------------------------------------------------------------------------------
# Regression


def test_one_level_by_hand() -> None:
    """Where 12 are seen of 10 expected, the most probable log level b solves 12 - 10 exp(b) = b / sd**2."""

    def means(at: Array) -> tuple[Array, Array]:
        mean = 10.0 * np.exp(at)
        return mean, mean[:, None]

    found = most_probable(np.array([12.0]), means, np.zeros(1), np.array([0.8]))
    b = float(found.mean[0])
    assert 12.0 - 10.0 * np.exp(b) == pytest.approx(b / 0.64, abs=1e-6)
    assert found.sd[0] == pytest.approx((10.0 * np.exp(b) + 1 / 0.64) ** -0.5)


def test_what_is_counted_as_a_sum_of_parts() -> None:
    """Two parts in each of two cells, so that each part is known from what the cells make together."""
    share = np.array([[0.9, 0.1], [0.2, 0.8]])
    true = np.array([0.5, -0.7])

    def means(at: Array) -> tuple[Array, Array]:
        each = 1e4 * share * np.exp(at)
        return each.sum(axis=1), each

    found = most_probable(means(true)[0], means, np.zeros(2), np.full(2, 5.0))
    assert found.mean == pytest.approx(true, abs=1e-3)


def test_without_evidence_a_council_is_england() -> None:
    shares = phases_of(made_up.england().spent[0])
    none = np.zeros((len(AGES), UNKNOWN_TIME, len(PLACES)))
    leaving = fit_leaving("resident", made_up.england().streams[0], shares, np.zeros((*none.shape, len(EVENTS))), none)
    for one in leaving.values():
        assert one.leaving.coefficient == pytest.approx((np.arange(len(of_leaving())) == STRENGTH).astype(float))
    stream = made_up.england().streams[0]
    own = {kind: one.leaving for kind, one in leaving.items()}
    same = with_own_leaving(stream, "resident", own, {kind: one.coefficient for kind, one in own.items()})
    np.testing.assert_allclose(
        same.exit_pace * same.place_exit_per_year.max(), stream.exit_pace * stream.place_exit_per_year.max()
    )
    off = abs(same.phase_exit_per_year - stream.phase_exit_per_year)
    assert off.max() < 1e-3  # what England leaves out is taken to happen now and then
    moves = fit_moves(england(), shares, np.zeros((*none.shape, len(EVENTS))), none)
    assert not moves.moving.coefficient.any()


def leaving_of(level: float, strength: float) -> Leaving:
    coefficient = np.zeros(len(of_leaving()))
    coefficient[[LEVEL, STRENGTH]] = level, strength
    none = np.zeros_like(coefficient)
    return Leaving(coefficient, none, none, none, np.log(0.3), np.ones(len(REASONS)))


def test_strength_bends_the_pattern() -> None:
    """With 0 all leave alike, at the mean; a level multiplies; the mean itself stays where it is."""
    of = hazards(made_up.england().streams[0], KINDS["resident"]["home"])
    flat = leaving_of(np.log(2.0), 0.0)
    by_phase, by_place = ratios(of, flat.log_mean, flat.coefficient)
    np.testing.assert_allclose(of.by_phase * by_phase, 0.6)
    np.testing.assert_allclose((of.by_place * by_place)[of.by_place > 0], 0.6)
    steep = leaving_of(0.0, 2.0)
    by_phase, _ = ratios(of, steep.log_mean, steep.coefficient)
    np.testing.assert_allclose(by_phase, of.by_phase / 0.3)


def test_hazards_of_placements_go_to_pace_and_hazard() -> None:
    stream = made_up.england().streams[0]
    of = hazards(stream, KINDS["resident"]["guardianship"])
    one = leaving_of(0.3, 0.5)
    own = with_own_leaving(stream, "resident", {"guardianship": one}, {"guardianship": one.coefficient})
    found = hazards(own, KINDS["resident"]["guardianship"])
    _, by_place = ratios(of, one.log_mean, one.coefficient)
    np.testing.assert_allclose(found.by_place, of.by_place * by_place, rtol=1e-9)
    np.testing.assert_array_equal(own.placement_pace, stream.placement_pace)


# --------------------------------------------------------------------------------------------------
# Levels over the years


STARTS, LEAVING = ("resident", "starts"), ("resident", "exits")


def level(events: Array, children: Array) -> Level:
    """Fit starts of which as many are expected in every year."""
    return fit_levels({STARTS: Yearly(events, np.ones(len(events)))}, children)[STARTS]


def test_a_steady_rate_is_the_mean_of_all_years() -> None:
    found = level(np.full(6, 400.0), np.full(7, 1000.0))
    assert found.mean == pytest.approx(400.0, rel=1e-6)
    assert found.sd_per_year < 0.35 * STEPS[STARTS].mean
    assert found.log_sd == pytest.approx((6 * 400.5) ** -0.5, rel=0.4)


def test_leaving_at_the_base_is_left_open_by_no_more_than_walking() -> None:
    """What the weighted fit leaves open and what is added to it are what the years tell of a rate that walks."""
    weight = np.array([0.25, 0.3, 0.4, 0.5, 0.8, 1.0])
    yearly = Yearly(100.0 * np.exp([0.0, 0.2, 0.1, 0.3, 0.2, 0.4]), np.full(6, 100.0))
    walks = fit_levels({LEAVING: yearly}, np.linspace(600.0, 400.0, 7))[LEAVING]
    found = beside_what_was_fitted(walks, yearly, weight)
    assert found.mean == walks.mean
    assert found.sd_per_year == walks.sd_per_year
    assert np.hypot(found.log_sd, (weight @ yearly.events) ** -0.5) == pytest.approx(walks.log_sd, rel=0.01)


def test_a_rate_that_moves_is_that_of_the_last_years() -> None:
    events = 400.0 * np.exp(0.12 * np.array([0, 1, 2, 1, 2, 3]))
    found = level(events, np.linspace(1000.0, 1250.0, 7))
    assert found.sd_per_year > 0.07
    assert abs(np.log(found.mean / events[-1])) < abs(np.log(found.mean / events.mean()))


def test_few_events_tell_little_of_how_a_rate_moves() -> None:
    rng = np.random.default_rng(3)
    few = [level(rng.poisson(5.0, 6).astype(float), np.full(7, 12.0)) for _ in range(20)]
    before = np.sqrt(1.0 - STILL) * np.hypot(*STEPS[STARTS])
    assert np.mean([one.sd_per_year for one in few]) == pytest.approx(before, abs=0.015)
    assert level(np.zeros(3), np.full(4, 2.0)).mean < 1.0


def test_a_level_by_hand() -> None:
    """Known to 0.01, it steps by 0.01 and is seen with 0.01 (variances): two thirds of what is new is taken over.

    The step to the first year ahead is no part of what is not known of the last: draws take it once.
    """
    mean, variance, likely = filtered(np.array([0.0, 0.3]), np.array([0.01, 0.01]), 0.1)
    assert mean == pytest.approx(0.2)
    assert variance == pytest.approx(1.0 / (1.0 / 0.02 + 1.0 / 0.01))
    assert likely == pytest.approx(-(np.log(0.03) + 0.09 / 0.03) / 2.0)


def test_growth_by_hand() -> None:
    """Of 200 children chance makes a variance of 2 (1 - r) / 200 in a year, and steps (1 - r)^2 / (1 - r^2) of theirs.

    r is a fifth of a year's part of e; steps of all years add up to a geometric series.
    """
    r = np.exp(-0.2)
    chance = 2.0 * (1.0 - r) / 200.0
    moved = chance + (1.0 - r) ** 2 / (1.0 - r**2) * 0.11**2
    grown = np.log(220.0 / 180.0)
    said = scipy.stats.norm.logpdf(grown, 0.0, chance**0.5) - scipy.stats.norm.logpdf(grown, 0.0, moved**0.5)
    assert growth_says(np.array([180.0, 220.0])) == pytest.approx(said)
    assert growth_says(np.full(7, 200.0)) > 0.0


def test_children_of_councils_that_stand_still_change_as_chance_makes_them() -> None:
    """An immigration-death process, apart from the formula: 300 come in five years, and stay for five on average."""
    rng = np.random.default_rng(5)
    start, come, stay = rng.poisson(300.0, 20_000), rng.poisson(300.0 * 6.0 / 5.0, 20_000), np.exp(-6.0 / 5.0)
    still_there = (1.0 - stay) / (6.0 / 5.0)  # of those who come evenly over six years
    end = rng.binomial(start, stay) + rng.binomial(come, still_there)
    assert np.var(np.log(end / start)) == pytest.approx(2.0 * (1.0 - stay) / 300.0, rel=0.05)


def test_councils_that_stand_still_are_told_from_those_that_move() -> None:
    """Of 400 starts a year chance is 5%: six years that differ by less hardly step, and six that differ by 12% do."""
    rng = np.random.default_rng(8)
    calm = [level(rng.poisson(400.0, 6).astype(float), 1000.0 + rng.normal(0.0, 30.0, 7)) for _ in range(30)]
    steps = np.exp(np.cumsum(rng.normal(0.0, 0.12, (30, 6)), axis=1))
    moving = [level(rng.poisson(400.0 * one).astype(float), 1000.0 * np.append(1.0, one) ** 0.5) for one in steps]
    assert np.mean([one.sd_per_year for one in calm]) < 0.5 * STEPS[STARTS].mean
    assert np.mean([one.sd_per_year for one in moving]) > 0.8 * STEPS[STARTS].mean
    assert np.mean([one.log_sd for one in calm]) < np.mean([one.log_sd for one in moving])


# --------------------------------------------------------------------------------------------------
# Made-up councils


def test_made_up_returns_balance_and_years_add_up() -> None:
    stays = council(400, "flat").stays
    years = by_year(stays)
    stock = years.stock.sum(axis=(1, 2, 3, 4))
    starts, exits = years.starts.sum(axis=(1, 2, 3)), years.exits.sum(axis=(1, 2, 3, 4))
    np.testing.assert_array_equal(stock[1:], stock[:-1] + starts - exits)
    whole, each = exposure(stays, 6), [exposure_of(stays, year) for year in years.years]
    np.testing.assert_array_equal(sum(one.events for one in each), whole.events)
    np.testing.assert_allclose(sum(one.child_years for one in each), whole.child_years)
    np.testing.assert_array_equal(stock_by_age(stays).sum(axis=(1, 2, 3, 4)), stock)


@pytest.mark.parametrize(
    ("pattern", "low", "high"), [("flat", 0.1, 0.6), ("like England", 0.75, 1.35), ("steep", 1.15, 1.8)]
)
def test_the_strength_of_a_council_is_found(pattern: str, low: float, high: float) -> None:
    found = fitted(1500, pattern).leaving["resident"]
    assert all(low < found[kind].leaving.coefficient[STRENGTH] < high for kind in ("home", "guardianship"))


def test_as_many_leave_and_move_as_did() -> None:
    """What is fitted makes, of the years at risk, the events of the returns; recent years weigh more in leaving."""
    one = fitted(1500, "flat")
    at_risk = np.sum([each.child_years[0, :, :UNKNOWN_TIME] for each in one.seen], axis=0)
    seen = np.sum([each.events[0, :, :UNKNOWN_TIME] for each in one.seen], axis=0)
    left = np.sum([kind.rate for kind in one.leaving["resident"].values()], axis=0)
    assert (left * at_risk).sum() == pytest.approx(seen[..., : len(EXITS)].sum(), rel=0.06)
    into = (one.moves["resident"].rate * at_risk[..., None]).sum(axis=(0, 1, 2))
    often = seen[..., len(EXITS) :].sum(axis=(0, 1, 2))
    np.testing.assert_allclose(into[often > 50], often[often > 50], rtol=0.06)


def test_rates_that_england_lacks_are_kept() -> None:
    """Asylum-seeking children go home too, and children of adoptive placements back to carers."""
    prior = made_up.england()
    events = np.zeros((len(AGES), UNKNOWN_TIME, len(PLACES), len(EVENTS)))
    years = np.zeros(events.shape[:-1])
    years[16, 4, PLACES.index("supported")] = 100.0
    events[16, 4, PLACES.index("supported"), EXITS.index("home")] = 30.0
    found = fit_leaving("uasc", prior.streams[1], phases_of(prior.spent[1]), events, years)["leaving"]
    assert found.rate[16, 4, PLACES.index("supported")] == pytest.approx(0.3, rel=0.35)
    assert found.leaving.reason_ratio[REASONS.index("home")] > 2.0
    back = np.zeros_like(events)
    years[3, 4, PLACES.index("for_adoption")] = 200.0
    back[3, 4, PLACES.index("for_adoption"), len(EXITS) + PLACES.index("council_foster")] = 20.0
    moves = fit_moves(england(), phases_of(prior.spent[0]), back, years)
    assert moves.rate[3, 4, PLACES.index("for_adoption"), PLACES.index("council_foster")] > 0.03


def test_gross_moves_are_in_the_engine_as_fitted() -> None:
    stream = made_up.england().streams[0]
    coefficient = np.zeros(len(of_moving()))
    ratio = np.ones(len(PLACES))
    free = with_own_moves(stream, england(), coefficient, ratio, limited=False)
    held = with_own_moves(stream, england(), coefficient, ratio, limited=True)
    to_group = np.eye(len(PLACES))[placements.groups()]
    into = free.move_per_year[0, 0] @ to_group * (1.0 - to_group)
    expected = gross_of_england(england())[:, placements.groups()]
    np.testing.assert_allclose(into, expected * (1.0 - to_group), atol=1e-12)
    waiting = placements.waiting_places()
    assert free.move_per_year[0, 0][:, waiting].sum() > held.move_per_year[0, 0][:, waiting].sum()
    np.testing.assert_allclose(free.exit_pace, stream.exit_pace)
    assert len(PHASES) == free.placement_pace.shape[2]


def test_moves_out_of_a_placement_are_its_own() -> None:
    """Homes that children leave twice as often, for each other placement alike: some 60 moves tell it."""
    prior = made_up.england()
    shares, home = phases_of(prior.spent[0]), PLACES.index("childrens_home")
    years = np.zeros((len(AGES), UNKNOWN_TIME, len(PLACES)))
    years[10:16, 3:5] = 8.0
    prior_rate = fit_moves(england(), shares, np.zeros((*years.shape, len(EVENTS))), years).england
    events = np.zeros((*years.shape, len(EVENTS)))
    events[..., len(EXITS) :] = prior_rate * years[..., None]
    events[:, :, home, len(EXITS) :] *= 2.0
    found = fit_moves(england(), shares, events, years)
    out = (found.rate * years[..., None]).sum(axis=(0, 1, 3))
    seen = events[..., len(EXITS) :].sum(axis=(0, 1, 3))
    assert 40 < seen[home] < 100
    assert out[home] == pytest.approx(seen[home], rel=0.1)
    np.testing.assert_allclose(np.delete(out, home), np.delete(seen, home), rtol=0.12, atol=1.0)
    origin = parts(found.moving.coefficient)[3]
    assert origin.argmax() == home


@pytest.mark.parametrize("pattern", ["flat", "like England"])
def test_moves_are_told_beside_the_gross_ones_that_they_are_fitted_towards(pattern: str) -> None:
    """And not beside England's net ones, of which there are hardly any into some placements."""
    one = fitted(400, pattern)
    rows = {row[:2]: row[2:] for row in level_rows(pooled_rates(one, made_up.england()))}
    at_risk = np.sum([each.child_years[0, :, :UNKNOWN_TIME] for each in one.seen], axis=0)
    taken = (one.moves["resident"].england * at_risk[..., None]).sum(axis=(0, 1, 2))
    for to, place in enumerate(PLACES):
        events, expected, ratio, pooled = map(float, rows["resident", f"move_to_{place}"])
        assert expected == pytest.approx(taken[to])
        assert ratio == pytest.approx(events / expected)
        assert min(ratio, 1.0) * 0.7 < pooled < max(ratio, 1.0) * 1.3


# --------------------------------------------------------------------------------------------------
# Draws


@given(
    level=st.floats(-1.0, 1.0), strength=st.floats(-0.5, 0.5), at=st.floats(-0.5, 0.5), k=st.floats(0.3, 1.7),
    seed=st.integers(0, 5),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_a_strength_says_who_leaves_and_not_how_many(
    level: float, strength: float, at: float, k: float, seed: int
) -> None:
    stream, kind = made_up.england().streams[0], KINDS["resident"]["home"]
    of = hazards(stream, kind)
    one = replace(leaving_of(at, k), with_level=_at(LEVEL), with_strength=_at(STRENGTH))
    children = np.random.default_rng(seed).poisson(0.3, of.by_place.shape).astype(float)

    def leave(coefficient: Array) -> float:
        by_phase, by_place = ratios(of, one.log_mean, coefficient)
        return float((children * ((of.by_phase * by_phase)[..., None] + of.by_place * by_place)).sum())

    found = drawn_leaving(of, one, level, 0.0, strength, children)
    assert leave(found) == pytest.approx(leave(one.coefficient) * np.exp(level), rel=1e-9)
    assert found[STRENGTH] == pytest.approx(k + strength)
    either = [leave(drawn_leaving(of, one, sign * 0.4, 0.4, strength, children)) for sign in (-1.0, 1.0)]
    assert np.mean(either) == pytest.approx(leave(one.coefficient), rel=1e-9)


def test_without_children_or_draws_coefficients_are_those_fitted() -> None:
    of = hazards(made_up.england().streams[0], KINDS["resident"]["home"])
    one = replace(leaving_of(0.2, 0.7), with_level=_at(LEVEL), with_strength=_at(STRENGTH))
    none = np.zeros(of.by_place.shape)
    np.testing.assert_array_equal(drawn_leaving(of, one, 0.3, 0.4, 0.1, none), one.off(0.3, 0.1))
    np.testing.assert_allclose(drawn_leaving(of, one, 0.0, 0.0, 0.0, none + 1.0), one.coefficient, atol=1e-12)


def _at(coefficient: int) -> Array:
    return (np.arange(len(of_leaving())) == coefficient).astype(float)


def test_half_of_the_draws_lie_above_the_central_run() -> None:
    """Starts and leaving of both kinds of children walk, and the middle of draws is the central run's rate."""
    own = fitted(400, "flat").own
    assert set(own.walks) == {"starts", "exits", "uasc_starts", "uasc_exits"}
    years = ("2026-27", "2027-28")
    for name, one in own.walks.items():
        assert one.sd_per_year > 0
        assert own.events[name].shape == (1,)
        keys = [p.key for p in walk_parameters({name: one}, own.walking, years, own.events)]
        assert len(keys) == len(years)
        drawn = dict(zip(keys, (0.1, -0.3), strict=True))
        factor = walk({name: one}, name, own.walking, years, drawn, own.events[name])
        np.testing.assert_allclose(factor, np.exp([[0.1, KEPT * 0.1 - 0.3]]))
    # Rates are drawn at what is most probable: nothing moves.
    keys = ("starts", "resident.exits", "uasc_starts", "uasc.exits")
    of_england = own.england_streams
    same = own.streams(of_england, {level_key(CODE, key): 0.0 for key in keys}, limited=False)
    for a, b in zip(same, own.streams(of_england, {}, limited=False), strict=True):
        np.testing.assert_allclose(a.new_starts_per_month, b.new_starts_per_month)
        np.testing.assert_allclose(a.exit_ratio, b.exit_ratio)


# --------------------------------------------------------------------------------------------------
# Projections


@pytest.mark.parametrize("pattern", made_up.PATTERNS)
def test_a_stationary_council_stays_as_it_is(pattern: str) -> None:
    """Flat or steep, it goes on as it was: within 7% of the truth after five years (chance of the years seen is 3%)."""
    path = projected(fitted(1500, pattern).own, 5 * MONTHS_A_YEAR).children[0, 0, ::12].sum(axis=(1, 2, 3))
    truth = council(1500, pattern).mean.sum(axis=1)
    assert path[0] == pytest.approx(truth[0], rel=0.003)  # birthdays are by the calendar in returns
    assert path[1] == pytest.approx(truth[1], rel=0.025)
    assert path[5] == pytest.approx(truth[5], rel=0.07)


def test_starts_that_hold_the_children_hold_them() -> None:
    own = fitted(400, "flat").own
    held = replace(own, council=replace(own.council, starts=own.council.starts * own.council.hold, hold=1.0))
    path = projected(replace(held, known_phases=own.phases), 60).children[0, 0].sum(axis=(1, 2, 3))
    assert path[60] == pytest.approx(path[0], rel=0.01)


def test_the_central_path_lies_between_the_model_and_no_change() -> None:
    own = fitted(60, "flat").own
    alone = replace(own, council=replace(own.council, hold=1.0), known_phases=own.phases)
    mixed, model = (projected(one, 60).children[0, 0, [0, -1]].sum(axis=(1, 2, 3)) for one in (own, alone))
    now, weight = mixed[0], own.council.model_weight
    assert weight == pytest.approx(1.0 / (1.0 + 100.0 / now))
    assert mixed[1] == pytest.approx(now ** (1.0 - weight) * model[1] ** weight, rel=0.01)


def test_the_check_catches_exits_that_were_halved() -> None:
    """Where children left half as often in the last two years of the returns, the model makes too few."""
    assert not [text for text in check(fitted(400, "like England")).warnings if "of its own years" in text]
    [said] = [text for text in check(fitted(400, "like England", "H")).warnings if "of its own years" in text]
    assert "fewer children than the returns hold" in said


def elsewhere(one: FittedCouncil) -> list[str]:
    return [text for text in check(one).warnings if "has children elsewhere than the returns" in text]


def test_the_check_catches_placements_that_were_recoded() -> None:
    """All who live in homes in the last year live in supported accommodation, by a new code."""
    stays = council(400, "like England").stays
    homes, supported = PLACES.index("childrens_home"), PLACES.index("supported")
    last = (stays.place == homes) & (stays.end > stays.closing - 365)
    recoded = replace(stays, place=np.where(last, supported, stays.place))
    assert not elsewhere(fitted(400, "like England"))
    [said] = elsewhere(fit_council(recoded, england(), made_up.england()))
    assert "they hold 0 in children's homes (the model " in said
    assert "was a code of PLACE or PLACE_PROVIDER changed in the last return" in said


def test_a_strength_is_told_by_how_well_the_record_tells_it() -> None:
    """Two years of a council tell its pattern less well than six, so the same strength may be chance."""
    few, many = (
        check(fit_council(council(400, "like England").stays, england(), made_up.england(), window))
        for window in (2, 6)
    )
    assert few.strength_sd > 1.1 * many.strength_sd
    strengths = [replace(many, rows=(), growth={}, strength=1.0 + off * many.strength_sd) for off in (1.5, -1.7)]
    assert [len([*one.warnings]) for one in strengths] == [0, 1]


@pytest.mark.slow
def test_the_check_is_silent_on_clean_councils() -> None:
    """Of 80 that live at one set of rates, one in twenty is told of, or hardly more: 9 would be by chance in 2%."""
    clean = (fitted(size, pattern, "S", seed) for pattern in made_up.PATTERNS for size in made_up.SIZES
             for seed in range(301, 306))  # fmt: skip
    told = sum(any("of its own years" in text for text in check(one).warnings) for one in clean)
    assert told <= 8


@pytest.mark.slow
def test_ten_years_of_stationary_councils_stay_at_their_level() -> None:
    off = []
    for pattern in made_up.PATTERNS:
        for size in made_up.SIZES:
            for seed in range(301, 304):
                path = projected(fitted(size, pattern, "S", seed).own, 10 * MONTHS_A_YEAR).children[0, 0]
                total = path[::MONTHS_A_YEAR].sum(axis=(1, 2, 3))
                off.append(abs(total / total[0] - 1.0).max())
    assert np.median(off) < 0.10


def test_every_number_that_is_drawn_has_words() -> None:
    named = set(packaged.table("drawn_numbers")["key"])
    own = fitted(400, "flat").own
    keys = {re.sub(r"\.\d{4}-\d{2}$", "", one.key) for one in parameters(own, ["2026-27"])}
    assert {key.replace("local.own.", "local.") for key in keys} <= named


def test_a_trend_is_told_with_its_size() -> None:
    one = fitted(1500, "like England")
    starts = np.round(one.years.starts.sum(axis=(1, 2, 3)).mean() * 1.05 ** np.arange(6)).astype(int)
    years = replace(one.years, starts=np.zeros_like(one.years.starts))
    years.starts[:, 0, 5, 0] = starts
    [said] = [text for text in check(replace(one, years=years)).warnings if text.startswith("starts have a trend")]
    assert "+4.9% a year" in said or "+5.0% a year" in said


def test_a_growth_within_chance_is_told_with_what_would_show() -> None:
    """Of counts n, its standard error is one over the root of n x 17.5 in six years that stay as they are."""
    one = fitted(150, "like England")
    years = replace(one.years, starts=np.zeros_like(one.years.starts))
    years.starts[:, 0, 5, 0] = 60
    [said] = [text for text in check(replace(one, years=years)).said if text.startswith("Starts changed")]
    shows = 1.96 / np.sqrt(60 * 17.5)
    assert f"+0.0% a year (-{shows:.1%} to +{shows:.1%})" in said
    assert f"a trend shows from {shows:.1%} a year on" in said


def test_intervals_of_rates_hold_the_true_rates() -> None:
    hits, looked = np.zeros(2), np.zeros(2)
    for pattern in made_up.PATTERNS:
        table, truth = pooled_rates(fitted(1500, pattern), made_up.england()), council(1500, pattern)
        often = truth.expected >= 5.0
        hit = (table.low <= truth.rate) & (truth.rate <= table.high) & often
        for i, chosen in enumerate((slice(0, len(EXITS)), slice(len(EXITS), None))):
            hits[i] += hit[..., chosen].sum()
            looked[i] += often[..., chosen].sum()
    assert (looked > 100).all()
    assert (hits / looked > 0.68).all()
    assert (hits / looked < 0.92).all()


def test_streams_without_children_are_left_as_england_s() -> None:
    stays = council(60, "flat").stays
    resident = replace(stays, uasc=np.zeros_like(stays.uasc))
    found = fit_council(resident, england(), made_up.england())
    assert set(found.leaving) == {STREAMS[0]}
    assert np.isfinite(projected(found.own, 12).children).all()
