"""Rates estimated from synthetic returns agree with those they were made from, and pooling helps where it should."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.baseline.england import England, load_baseline
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.rates import StreamRates
from simulator.returns import codes
from simulator.returns.clean import Stays, clean
from simulator.returns.codes import PLACES
from simulator.returns.estimate import DRIFTED, PLACE_STRENGTH, drifts, estimate
from simulator.returns.exposure import EVENTS, EXITS, TIMES, UNKNOWN_TIME, Exposure, by_year, exposure
from simulator.returns.national import National, cell_rates, national
from simulator.returns.pool_rates import STRONGEST, WEAKEST, pool_cells, pool_levels, strength
from simulator.returns.read_files import read
from simulator.returns.sample import Return, council_rates, draw_returns
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE

Array = NDArray[np.float64]
Pair = tuple[StreamRates, StreamRates]


@cache
def baseline() -> England:
    return load_baseline(LATEST_BASE)


@cache
def england() -> National:
    return national(baseline())


def imported(returns: list[Return], folder: Path) -> Stays:
    for one in returns:
        (folder / str(one.year)).mkdir(parents=True)
        for name in ("header", "episodes", "uasc"):
            getattr(one, name).write_csv(folder / str(one.year) / f"{name}.csv")
    stays, report = clean(read(folder))
    assert not report.dirt
    return stays


def without_memory(rates: StreamRates) -> StreamRates:
    """Give every phase the hazards of a mean phase, and let nobody wait: then rates of age and placement are known."""
    waiting = [i for i, p in enumerate(rates.move_per_year[0, 0, 0]) if i in HIDDEN]
    moves = rates.move_per_year.copy()
    moves[..., waiting, :] = moves[..., :, waiting] = 0.0
    mean = rates.phase_exit_per_year.mean(axis=3, keepdims=True) * 0.3
    return replace(
        rates,
        phase_exit_per_year=np.repeat(mean, rates.phase_exit_per_year.shape[3], axis=3),
        placement_pace=np.ones_like(rates.placement_pace),
        move_per_year=moves,
    )


def hidden() -> list[int]:
    from simulator.vocabulary.placements import placements

    return [i for i, p in enumerate(placements()) if p.reported_as != p.name]


HIDDEN = hidden()


def known_rates(rates: StreamRates) -> Array:
    """Rates of rates without memory, straight from their definition: (age, place, event)."""
    from simulator.vocabulary.placements import groups

    leave = rates.phase_exit_per_year[0, 0, :, 0][:, None] + rates.place_exit_per_year[0, 0]
    told = [i for i in range(len(groups())) if i not in HIDDEN]
    assert groups()[told].tolist() == list(range(len(codes.PLACES)))
    return np.concatenate([leave[..., : len(EXITS)], rates.move_per_year[0, 0]], axis=-1)[:, told][
        ..., [*range(len(EXITS)), *(len(EXITS) + i for i in told)]
    ]


def z_scores(events: Array, expected: Array, least: float) -> Array:
    """Events less expected, in standard deviations of a Poisson number; where `least` or more are expected."""
    told = expected >= least
    return (events[told] - expected[told]) / np.sqrt(expected[told])


def test_estimated_rates_are_the_known_ones(tmp_path: Path) -> None:
    """Where hazards depend on age and placement alone, counts over exposure agree with them as Poisson numbers do."""
    rates = tuple(without_memory(r) for r in council_rates(4000, baseline()))
    seen = exposure(imported(draw_returns(rates, 3, seed=11), tmp_path), 3)  # type: ignore[arg-type]
    scores = []
    for s, stream in enumerate(rates):
        events, years = seen.events[s].sum(axis=1), seen.child_years[s].sum(axis=1)
        scores.append(z_scores(events, known_rates(stream) * years[..., None], least=8))
    z = np.concatenate(scores)
    assert len(z) > 100
    assert abs(z.mean()) < 3 / np.sqrt(len(z)) + 0.05
    assert 0.8 < z.std() < 1.2
    assert abs(z).max() < 4.5


def test_starts_are_the_known_ones(tmp_path: Path) -> None:
    rates = council_rates(2500, baseline())
    first = tuple(replace(r, return_per_year=np.zeros_like(r.return_per_year)) for r in rates)
    seen = exposure(imported(draw_returns(first, 3, seed=12), tmp_path), 3)  # type: ignore[arg-type]
    expected = np.stack([r.new_starts_per_month[0, 0, 0] * 36 for r in rates])
    z = z_scores(seen.starts.sum(axis=-1), expected, least=8)
    assert len(z) > 20, "every age of residents, and some of UASC"
    assert 0.6 < z.std() < 1.4
    assert abs(z.mean()) < 3 / np.sqrt(len(z))


def test_first_placements_are_pooled_towards_england_s() -> None:
    """Of 200 councils with 15 starts in a band, pooled shares err less than raw ones, and intervals hold the truth."""
    nation, rng = england(), np.random.default_rng(5)
    raw, pooled, held = [], [], []
    band = list(AGE_BANDS).index("5_to_9")
    prior = nation.first_place[0, band]
    empty = exposure_of(np.zeros((len(STREAMS), len(AGES), len(PLACES)), dtype=np.int64))
    for _ in range(200):
        truth = rng.dirichlet(PLACE_STRENGTH * np.maximum(prior, 1e-6))
        starts = empty.starts.copy()
        starts[0, 5] = rng.multinomial(15, truth)
        found = estimate(replace(empty, starts=starts), nation).first_places
        assert sum(one.pooled for one in found) == pytest.approx(1.0)
        assert {(one.stream, one.age_band) for one in found} == {("resident", "5_to_9")}
        for one in found:
            true = truth[PLACES.index(one.placement)]
            raw.append((one.council - true) ** 2)
            pooled.append((one.pooled - true) ** 2)
            if one.england > 0.05:
                held.append(one.p10 <= true <= one.p90)
    assert np.mean(raw) > 1.5 * np.mean(pooled)
    assert 0.75 < np.mean(held) < 0.85


def test_first_placements_that_england_does_not_have_are_kept() -> None:
    """England's model places no asylum-seeking child in secure care."""
    starts = np.zeros((len(STREAMS), len(AGES), len(PLACES)), dtype=np.int64)
    starts[1, 16, PLACES.index("secure_residential")] = 5
    found = {one.placement: one for one in estimate(exposure_of(starts), england()).first_places}
    assert found["secure_residential"].england == 0.0
    assert found["secure_residential"].pooled == pytest.approx(5 / 25, abs=0.02)


def exposure_of(starts: np.ndarray) -> Exposure:
    """Return an exposure with nothing but starts: (stream, age, place)."""
    shape = (len(STREAMS), len(AGES), len(TIMES), len(PLACES))
    return Exposure(np.zeros((*shape, len(EVENTS)), dtype=np.int64), np.zeros(shape), 3, starts)


@pytest.mark.slow
def test_national_rates_are_those_of_lives(tmp_path: Path) -> None:
    """Phases averaged out in expectation agree with lives in which each child has phases of its own."""
    rates = council_rates(40_000, baseline())
    seen = exposure(imported(draw_returns(rates, 3, seed=13), tmp_path), 3)
    expected = england().rate * seen.child_years[:, :, :UNKNOWN_TIME, :, None]
    events = seen.events[:, :, :UNKNOWN_TIME]
    by_kind = events.sum(axis=(1, 3)), expected.sum(axis=(1, 3))  # (stream, time, event)
    told = by_kind[1] > 100
    assert np.all(abs(by_kind[0][told] / by_kind[1][told] - 1) < 0.02 + 4 / np.sqrt(by_kind[1][told]))
    z = z_scores(events, expected, least=20)
    assert len(z) > 400
    assert z.std() < 1.15


def test_national_rates_of_a_simple_case() -> None:
    """Without memory, every band of time in care has the same rate: that of the definition."""
    rates = tuple(without_memory(r) for r in council_rates(1000, baseline()))
    for stream in rates:
        found, _ = cell_rates(stream, baseline().cohort_months)
        known = np.broadcast_to(known_rates(stream)[:, None], found.shape)
        reached = found.sum(axis=-1) > 0
        assert reached.sum() > 100
        assert found[reached] == pytest.approx(known[reached])


def test_starts_of_england() -> None:
    new = baseline().parameters.new_starts.sum() + baseline().parameters.uasc_starts.sum()
    assert new < england().starts_per_year.sum() < 1.2 * new


# --------------------------------------------------------------------------------------------------
# Pooling, by hand


def test_pooled_rate_by_hand() -> None:
    """Ten events expected at the prior and four seen, at a strength of six: (6 + 4) / (6 + 10) of the prior."""
    rate, weight = pool_cells(np.array([4.0]), np.array([100.0]), np.array([0.1]), 6.0)
    assert rate.mean == pytest.approx([0.1 * 10 / 16])
    assert weight == pytest.approx([10 / 16])
    assert rate.shape == pytest.approx([10.0])


def test_no_evidence_is_the_prior_at_the_level() -> None:
    rate, weight = pool_cells(np.zeros(1), np.zeros(1), np.array([0.2]), 5.0, (1.5, 8.0))
    assert (rate.mean, weight) == (pytest.approx([0.3]), pytest.approx([0.0]))
    assert rate.shape == pytest.approx([1 / (1 / 5 + 1 / 8)])


def test_much_evidence_is_the_council() -> None:
    rate, weight = pool_cells(np.array([1e5]), np.array([1e6]), np.array([0.5]), 5.0)
    assert rate.mean == pytest.approx([0.1], rel=1e-3)
    assert weight == pytest.approx([1.0], abs=1e-4)


def test_levels_by_hand() -> None:
    level = pool_levels(np.array([0.0, 10.0, 30.0]), np.array([0.0, 20.0, 20.0]), 7.0)
    assert level.mean == pytest.approx([1.0, 17 / 27, 37 / 27])
    assert level.quantile(0.5)[1] < level.mean[1] < level.quantile(0.9)[1]


def test_what_can_not_happen_is_not_pooled() -> None:
    with pytest.raises(ValueError, match="not positive"):
        pool_cells(np.ones(1), np.ones(1), np.zeros(1), 5.0)


@pytest.mark.parametrize("true", [3.0, 10.0, 50.0])
def test_strength_is_recovered(true: float) -> None:
    rng = np.random.default_rng(7)
    expected = rng.uniform(1, 60, 3000)
    events = rng.poisson(expected * rng.gamma(true, 1 / true, expected.size)).astype(float)
    assert strength(events, expected) == pytest.approx(true, rel=0.15)


def test_strength_has_bounds() -> None:
    rng = np.random.default_rng(8)
    expected = rng.uniform(5, 60, 500)
    assert strength(rng.poisson(expected).astype(float), expected) > 0.5 * STRONGEST
    assert strength(expected * rng.choice([0.0, 9.0], 500), expected) == pytest.approx(WEAKEST)
    assert strength(np.zeros(2), np.zeros(2)) == STRONGEST


# --------------------------------------------------------------------------------------------------
# Pooling of small councils


def unlike_england(pair: Pair, rng: np.random.Generator, spread: float) -> Pair:
    """A council whose levels of each kind of leaving and moving differ from England's: gamma, mean 1."""

    def altered(rates: StreamRates) -> StreamRates:
        k = 1 / spread**2
        leave = rng.gamma(k, 1 / k, len(REASONS))
        return replace(
            rates,
            phase_exit_per_year=rates.phase_exit_per_year * leave,
            place_exit_per_year=rates.place_exit_per_year * leave,
            move_ratio=rates.move_ratio * rng.gamma(k, 1 / k, rates.move_ratio.shape[-1]),
        )

    return altered(pair[0]), altered(pair[1])


def council(tmp_path: Path, children: int, seed: int, spread: float) -> tuple[Exposure, Array]:
    """What a council sees in three years, and its true rates by cell."""
    rng = np.random.default_rng([9, seed])
    pair = unlike_england(council_rates(children, baseline()), rng, spread)
    seen = exposure(imported(draw_returns(pair, 5, seed), tmp_path / str(seed)), 3)
    whole = council_rates(round(baseline().resident.sum() + baseline().uasc.sum()), baseline())
    starts = zip(pair, whole, strict=True)
    full = [replace(r, new_starts_per_month=w.new_starts_per_month) for r, w in starts]
    return seen, np.stack([cell_rates(r, baseline().cohort_months)[0] for r in full])


def pooling_record(tmp_path: Path, councils: int, spread: float) -> dict[str, float]:
    """Mean squared errors of raw over pooled rates (child-years weighted), and how often intervals hold the truth."""
    cells, levels = [], []
    rng = np.random.default_rng(21)
    for seed in range(councils):
        seen, truth = council(tmp_path, int(rng.integers(60, 200)), seed, spread)
        found = estimate(seen, england())
        streams = {level.stream for level in found.levels}
        position = {name: i for i, name in enumerate(("resident", "uasc")) if name in streams}
        for rate in found.rates:
            if rate.event == "start":
                continue
            s, e = position[rate.stream], EVENTS.index(rate.event)
            true = truth[s, rate.age, TIMES.index(rate.time_in_care), codes.PLACES.index(rate.placement), e]
            group = (seed, s, int(BAND_OF_AGE[rate.age]), e)
            cells.append((*group, rate.years, true, rate.council, rate.pooled, rate.p10 <= true <= rate.p90))
        for level in found.levels:
            s, e = position[level.stream], EVENTS.index(level.event)
            true = (truth[s, ..., e] * seen.child_years[s, :, :UNKNOWN_TIME]).sum() / level.expected
            levels.append((level.expected, true, level.ratio, level.pooled, level.p10 <= true <= level.p90))
    table = np.array(cells)
    years, true, raw, pooled = table[:, 4:8].T
    _, band = np.unique(table[:, :4], axis=0, return_inverse=True)
    of_band = np.bincount(band, years)
    raw_error, pooled_error = (np.bincount(band, years * (x - true)) / of_band for x in (raw, pooled))
    ratios = np.array(levels)
    often = ratios[ratios[:, 0] >= 1]
    return {
        "cells": ((raw - true) ** 2 * years).sum() / ((pooled - true) ** 2 * years).sum(),
        "age_bands": (raw_error**2 * of_band).sum() / (pooled_error**2 * of_band).sum(),
        "levels": ((often[:, 2] - often[:, 1]) ** 2).sum() / ((often[:, 3] - often[:, 1]) ** 2).sum(),
        "levels_covered": float(often[:, 4].mean()),
        "cells_covered": float(table[:, 8].mean()),
    }


@pytest.mark.parametrize("spread", [0.2, 0.38])
def test_pooling_beats_raw_rates_of_small_councils(tmp_path: Path, spread: float) -> None:
    """Councils under 200 children, like England's in spread (0.38) and less spread: at least twice as good."""
    record = pooling_record(tmp_path, councils=12, spread=spread)
    assert record["cells"] > 20
    assert record["age_bands"] > 2
    assert record["levels"] > 1.5


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say(tmp_path: Path) -> None:
    record = pooling_record(tmp_path, councils=100, spread=0.38)
    assert 0.75 < record["levels_covered"] < 0.85
    assert 0.75 < record["cells_covered"] < 0.9
    assert record["age_bands"] > 2
    assert record["cells"] > 20


# --------------------------------------------------------------------------------------------------
# Drift


def test_steady_returns_rarely_drift(tmp_path: Path) -> None:
    checked = [
        change
        for seed in range(8)
        for change in drifts(
            by_year(imported(draw_returns(council_rates(300, baseline()), 5, seed), tmp_path / str(seed))), 3
        )
    ]
    assert len(checked) == 8 * 6
    assert np.std([change.standard_errors for change in checked]) == pytest.approx(1, abs=0.3)
    assert sum(change.drifted == "yes" for change in checked) <= 2
    assert all((abs(change.standard_errors) > DRIFTED) == (change.drifted == "yes") for change in checked)
