"""The chance layer: whole children around the engine's path, against theory and against lives in continuous time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from covered import share_covered
from individual import _Batch, _Children, _hazards
from numpy.typing import NDArray
from rates_examples import BAND_OF_AGE, england, england_foster, scale_starts

from simulator.engine.grid import make_grid
from simulator.engine.paths import Paths
from simulator.engine.plain import run
from simulator.engine.rates import Array, Rates, StreamRates
from simulator.engine.stochastic import realise, realise_draws
from simulator.engine.stochastic.keyed import key_of, keys, uniforms
from simulator.uncertainty import Parameter, sample
from simulator.uncertainty.distributions import Lognormal

COUNCIL_SHARE = 0.005
"""Of England's starts: a council with about 400 children."""


def council(months: int, width: int = 3) -> Rates:
    """Return resident children of one council, in care at the start in whole numbers; foster places unlimited."""
    rates = scale_starts(england(months=240, width=width), COUNCIL_SHARE)
    rates = replace(rates, streams=rates.streams[:1])
    grown = run(rates, BAND_OF_AGE).state[0][0, 0]
    whole = np.diff(np.floor(np.cumsum(grown.ravel()) + 0.5), prepend=0.0).reshape(grown.shape)
    whole[0] = 0.0
    return replace(rates, months=months, streams=(replace(rates.streams[0], opening=whole[None, None]),))


def many(rates: Rates, copies: int, seed: int = 1) -> Paths:
    """Return many runs that differ in luck only, as areas."""
    return realise(rates, BAND_OF_AGE, ("test", seed), [f"copy {i}" for i in range(copies)])


def totals(paths: Paths, name: str = "children") -> Array:
    """Return a path's total: (area, time)."""
    array = getattr(paths, name)[0]
    return array.reshape(*array.shape[:2], -1).sum(axis=-1)


# --------------------------------------------------------------------------------------------------
# Against lives in continuous time


@dataclass
class Counted(_Batch):
    """Lives of the referee, each counted in its own run on one date: (run, age)."""

    runs: int = 0
    horizon: float = 0.0

    def live_runs(self, opening: Array, width: int, seed: int) -> NDArray[np.int64]:
        """Let children of all runs live; return how many are in care at the horizon by run and age."""
        rng = np.random.default_rng(seed)
        self.found = np.zeros((self.runs, 18), dtype=np.int64)
        row, phase, place = (np.repeat(i.ravel(), opening.ravel().astype(int)) for i in np.indices(opening.shape))
        row, phase, place = (np.tile(x, self.runs) for x in (row, phase, place))
        run_of = np.repeat(np.arange(self.runs), int(opening.sum()))
        age = (row - 1 + rng.random(row.size)) * width / 12.0
        there = self._children(age, phase, place, np.zeros(row.size), run_of)

        starts = self.rates.new_starts_per_month[0, 0, 0] * 12.0
        number = rng.poisson(starts * self.horizon, (self.runs, 18))
        run_of, year = (np.repeat(i.ravel(), number.ravel()) for i in np.indices(number.shape))
        born = (year == 0) & (rng.random(year.size) < self.rates.birth_share)
        age = np.where(born, 0.0, year + rng.random(year.size))
        came = self._start(age, self.horizon * rng.random(age.size), self._seen(run_of), np.ones(age.size), age >= 0)
        children = there + came
        while children.age.size:
            children = self._next_event(children)
            children = children[children.since < self.horizon + 1e-3]
        return self.found

    def _seen(self, run_of: NDArray[np.int64]) -> Array:
        return self.horizon + run_of * 1e-9

    def _children(self, age: Array, phase: Array, place: Array, since: Array, run_of: NDArray[np.int64]) -> _Children:
        seen, one = self._seen(run_of), np.ones(age.size)
        return _Children(age, age.astype(np.intp), phase, place, since, seen, one, age >= 0)

    def _note_time(self, now: _Children, cell: NDArray[np.intp], wait: Array) -> None:
        found = (now.since <= now.seen) & (now.seen < now.since + wait)
        which = np.rint((now.seen[found] - self.horizon) / 1e-9).astype(int)
        np.add.at(self.found, (which, now.year[found]), 1)


def lives(stream: StreamRates, width: int, years: float, runs: int, seed: int) -> Array:
    """Return children in care after some years by age band: (run, band)."""
    batch = Counted(stream, _hazards(stream), np.zeros(0), np.random.default_rng(seed + 1), runs=runs, horizon=years)
    by_age = batch.live_runs(stream.opening[0, 0], width, seed)
    return by_age @ np.eye(5)[BAND_OF_AGE]


@pytest.mark.parametrize(
    ("runs", "mean_within", "sd_within"),
    [
        pytest.param(1_000, 0.01, 0.06, id="quick"),
        pytest.param(5_000, 0.005, 0.03, id="all", marks=pytest.mark.slow),
    ],
)
def test_luck_agrees_with_lives_in_continuous_time(runs: int, mean_within: float, sd_within: float) -> None:
    """Mean, scatter and quantiles of the stock after one and three years; some children there at first, others not."""
    rates = council(months=36)
    rates = replace(rates, streams=(replace(rates.streams[0], balancing_per_year=np.zeros((1, 1))),))
    parts = [many(rates, min(runs, 500), seed) for seed in range(runs // min(runs, 500))]
    for years in (1, 3):
        known = lives(rates.streams[0], 3, float(years), runs, seed=20250331 + years)
        found = np.concatenate([p.children[0, :, 12 * years, 0].sum(axis=-1) for p in parts])
        assert found.sum(axis=1).mean() == pytest.approx(known.sum(axis=1).mean(), rel=mean_within)
        assert found.sum(axis=1).std() == pytest.approx(known.sum(axis=1).std(), rel=sd_within)
        for q in (10, 50, 90):
            ours, theirs = (np.percentile(x.sum(axis=1), q) for x in (found, known))
            assert ours == pytest.approx(theirs, abs=0.15 * known.sum(axis=1).std())
        error = np.sqrt(known.var(axis=0) / runs + found.var(axis=0) / runs)
        assert np.all(np.abs(found.mean(axis=0) - known.mean(axis=0)) < 4 * error + 0.01 * known.mean(axis=0))


# --------------------------------------------------------------------------------------------------
# Against theory


@pytest.mark.parametrize("residual", [None, -0.05])
def test_the_mean_over_luck_is_the_engines_path(residual: float | None) -> None:
    rates = replace(council(months=24), foster=None)
    two = england(months=24, width=3)
    first = rates.streams[0]
    if residual is not None:
        first = replace(first, balancing_per_year=np.full((1, 1), residual))
    else:  # half of those who leave under an order may come back
        first = replace(first, order_return_share=np.full((1, 1, 1, 1), 0.5))
    rates = replace(rates, streams=(first, scale_starts(two, COUNCIL_SHARE).streams[1]))
    expected = run(rates, BAND_OF_AGE)
    found = many(rates, 800)
    for name in ("children", "starts", "exits", "exits_by_reason", "returns", "moves_in", "moves_out", "balancing"):
        path = getattr(expected, name)[0, 0]
        counts = getattr(found, name)[0].reshape(800, len(path), -1).sum(axis=1)
        error = counts.std(axis=0) / np.sqrt(len(counts))
        difference = counts.mean(axis=0) - path.reshape(len(path), -1).sum(axis=0)
        assert np.all(np.abs(difference) < 4.5 * error + 0.02 * np.abs(counts.mean(axis=0)) + 0.5), name


def test_foster_places_are_filled_as_on_the_expected_path() -> None:
    rates = scale_starts(england(months=24, width=3), COUNCIL_SHARE)
    foster = england_foster()
    names = ("opening_households", "opening_pipeline", "enquiries_per_month")
    small = {name: getattr(foster, name) * COUNCIL_SHARE * 0.05 for name in names}
    rates = replace(rates, foster=replace(foster, **small))
    expected, found = run(rates, BAND_OF_AGE), many(rates, 600)
    assert expected.moves_in.sum() > 5
    path, counts = expected.children[0, 0, -1].sum(axis=(0, 1)), found.children[0, :, -1].sum(axis=(1, 2))
    error = counts.std(axis=0) / np.sqrt(len(counts))
    assert np.all(np.abs(counts.mean(axis=0) - path) < 4.5 * error + 0.02)


def test_support_after_going_home_has_the_mean_of_the_expected_path() -> None:
    """All are at home at first, and four in ten of those who would come back in a month do."""
    rates = replace(council(months=6), foster=None)
    stream = rates.streams[0]
    home = np.zeros_like(stream.opening_home)
    home[..., 1:-1, :] = 10.0
    ratio = np.array([0.4, 0.7, 1.0])[None, None, None]
    alone = {"opening": stream.opening * 0.0, "new_starts_per_month": stream.new_starts_per_month * 0.0}
    rates = replace(rates, streams=(replace(stream, opening_home=home, return_ratio=ratio, **alone),))
    without = replace(rates, streams=(replace(rates.streams[0], return_ratio=np.ones((1, 1, 1, 3))),))
    counts = many(rates, 60).returns[0].sum(axis=(1, 2))
    expected, plain = (run(one, BAND_OF_AGE).returns.sum() for one in (rates, without))
    assert abs(counts.mean() - expected) < 4.5 * counts.std() / np.sqrt(len(counts)) + 0.5
    assert expected < 0.6 * plain


def test_arrivals_alone_are_poisson() -> None:
    """From an empty stock, independent arrivals make the number in care Poisson: variance equal to the mean."""
    rates = council(months=18)
    stream = rates.streams[0]
    empty = replace(stream, opening=stream.opening * 0.0, return_per_year=np.zeros(3))
    stock = totals(many(replace(rates, streams=(empty,)), 3_000))[:, -1]
    assert stock.var() == pytest.approx(stock.mean(), rel=0.08)


def test_those_in_care_at_first_are_thinned_binomially() -> None:
    rates = council(months=18)
    stream = rates.streams[0]
    closed = replace(stream, new_starts_per_month=stream.new_starts_per_month * 0.0, return_per_year=np.zeros(3))
    stock = totals(many(replace(rates, streams=(closed,)), 2_000))[:, -1]
    opening = float(stream.opening.sum())
    stay = stock.mean() / opening
    assert 0.3 * opening * stay * (1 - stay) < stock.var() < 1.08 * opening * stay * (1 - stay)


# --------------------------------------------------------------------------------------------------
# Whether intervals hold what they say

CASES, DRAWS, SIGMA = 2_000, 1_000, 0.08


def in_care_after_half_a_year(exit_ratio: Array, seed: int) -> Array:
    """Return children in care of councils that differ in luck and in how fast children leave: (council,)."""
    rates = replace(council(months=6, width=12), months=6)
    found = []
    for i, part in enumerate(np.array_split(exit_ratio, max(1, len(exit_ratio) // 250))):
        stream = replace(rates.streams[0], exit_ratio=np.repeat(part[None, :, None, None], 18, axis=-1))
        names = [f"{seed}, {i}, {n}" for n in range(len(part))]
        paths = realise(replace(rates, streams=(stream,)), BAND_OF_AGE, ("covered",), names)
        found.append(totals(paths)[:, -1])
    return np.concatenate(found)


def covered_by(draws: Array, truths: Array) -> float:
    """Return the share of truths in the 80% interval of draws; both are whole, so half a child is blurred."""
    blur = np.random.default_rng(20250331).uniform(-0.5, 0.5, (2, max(len(draws), len(truths))))
    sampled = draws + blur[0, : len(draws)]
    return share_covered(lambda case: (sampled, float(truths[case] + blur[1, case])), len(truths))


@pytest.mark.slow
def test_intervals_of_luck_alone_cover_lives_in_continuous_time() -> None:
    rates = council(months=6)
    draws = np.concatenate([totals(many(rates, 500, seed))[:, -1] for seed in range(6)])
    covered = covered_by(draws, lives(rates.streams[0], 3, 0.5, CASES, seed=20250331).sum(axis=1))
    print(f"80% intervals of luck alone cover {covered:.1%}")
    assert 0.78 <= covered <= 0.82


@pytest.mark.slow
def test_intervals_of_luck_and_of_what_is_not_known_cover_a_known_truth() -> None:
    """Truths from plain random numbers, draws from the design."""
    drawn = sample([Parameter("exits", Lognormal(1.0, SIGMA))], DRAWS, seed=7)["exits"]
    random = np.exp(SIGMA * np.random.default_rng(1).standard_normal(CASES))
    covered = covered_by(in_care_after_half_a_year(drawn, seed=1), in_care_after_half_a_year(random, seed=2))
    print(f"80% intervals of both cover {covered:.1%}")
    assert 0.78 <= covered <= 0.82


# --------------------------------------------------------------------------------------------------
# What must always hold


def test_children_are_whole_and_conserved() -> None:
    found = many(council(months=14), 5)
    for name in ("children", "starts", "exits", "returns", "moves_in", "balancing"):
        array = getattr(found, name)
        np.testing.assert_array_equal(array, np.round(array), err_msg=name)
    change = totals(found, "starts") - totals(found, "exits") + totals(found, "balancing")
    np.testing.assert_array_equal(np.diff(totals(found), axis=1), change)
    by_place = found.children[0].sum(axis=(2, 3))
    flows = [getattr(found, name)[0] for name in ("starts", "exits")]
    net = flows[0].sum(axis=(2, 3)) - flows[1].sum(axis=(2, 3)) + found.balancing[0].sum(axis=2)
    np.testing.assert_array_equal(np.diff(by_place, axis=1), net + found.moves_in[0] - found.moves_out[0])


def test_the_opening_is_met_to_within_a_child() -> None:
    rates = council(months=1)
    stream = rates.streams[0]
    part = replace(stream, opening=stream.opening * 0.37)
    found = many(replace(rates, streams=(part,)), 50).children[0, :, 0, 0].sum(axis=-1)
    expected = run(replace(rates, streams=(part,)), BAND_OF_AGE).children[0, 0, 0, 0].sum(axis=-1)
    assert np.all(np.abs(found.sum(axis=1) - expected.sum()) < 1)
    assert np.all(np.abs(found[:, -1] - expected[-1]) < 2)


def test_children_who_were_counted_are_there_in_every_draw() -> None:
    """Whole numbers by age and reported placement, over months of birth, time in care and parts of a placement."""
    rates = council(months=1)
    stream = rates.streams[0]
    rng = np.random.default_rng(5)
    opening = np.zeros_like(stream.opening[0, 0])
    ages, groups = make_grid(3, stream.youngest_age).age_at[0].argmax(axis=1), rates.place_groups
    for age in np.unique(ages):
        for group in np.unique(groups):
            cells = np.ix_(ages == age, np.arange(opening.shape[1]), groups == group)
            opening[cells] = rng.poisson(3) * rng.dirichlet(np.ones(opening[cells].size)).reshape(opening[cells].shape)
    counted = replace(rates, streams=(replace(stream, opening=opening[None, None]),))
    found = many(counted, 20).children[0, :, 0, 0]
    together = np.eye(groups.max() + 1)[groups]
    expected = run(counted, BAND_OF_AGE).children[0, 0, 0, 0] @ together
    np.testing.assert_allclose(found @ together, np.broadcast_to(expected, (20, *expected.shape)), atol=1e-6)


def test_an_area_alone_has_the_luck_it_has_among_others() -> None:
    rates = council(months=8)
    together = realise(rates, BAND_OF_AGE, (7, 3), ["Kent", "Surrey", "Essex"])
    alone = realise(rates, BAND_OF_AGE, (7, 3), ["Essex"])
    np.testing.assert_array_equal(together.children[:, 2:], alone.children)
    other = realise(rates, BAND_OF_AGE, (7, 4), ["Essex"])
    assert (other.children != alone.children).any()


def test_draws_side_by_side_have_the_luck_they_have_alone() -> None:
    rates = council(months=8)
    more = replace(
        rates, streams=tuple(replace(s, new_starts_per_month=1.1 * s.new_starts_per_month) for s in rates.streams)
    )
    names, areas = [(7, 3), (7, 4)], ["Kent", "Essex"]
    together = realise_draws([rates, more], BAND_OF_AGE, names, areas)
    for draw, one in enumerate((rates, more)):
        alone = realise(one, BAND_OF_AGE, names[draw], areas)
        for name in ("children", "starts", "exits_by_reason", "moves_in"):
            np.testing.assert_array_equal(getattr(together, name)[draw], getattr(alone, name)[0])


def test_the_same_luck_serves_scenarios() -> None:
    """A few starts fewer take out a few children; the luck of the others stays, so the difference hardly scatters."""
    rates = council(months=24)
    fewer = scale_starts(rates, 0.95)
    same = totals(many(fewer, 300))[:, -1] - totals(many(rates, 300))[:, -1]
    apart = totals(many(fewer, 300, seed=2))[:, -1] - totals(many(rates, 300))[:, -1]
    assert same.var() < 0.1 * apart.var()
    assert same.mean() < 0


def test_keyed_numbers_are_uniform_and_unrelated() -> None:
    key = key_of("a", 1)
    ids = np.arange(200_000, dtype=np.uint64)
    one, two, three = uniforms(key, 1, 0, ids), uniforms(key, 2, 0, ids), uniforms(key_of("a", 2), 1, 0, ids)
    assert 0.0 < one.min() < one.max() < 1.0
    counts = np.histogram(one, 64, (0, 1))[0]
    assert ((counts - len(ids) / 64) ** 2 / (len(ids) / 64)).sum() == pytest.approx(63, abs=5 * np.sqrt(126))
    for other in (two, three, np.roll(one, 1)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / np.sqrt(len(ids))
    assert len(np.unique(keys(key, 1, 0, ids))) == len(ids)
