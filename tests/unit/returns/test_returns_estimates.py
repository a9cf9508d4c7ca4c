"""Rates estimated from synthetic returns agree with those they were made from, and pooling helps where it should."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import nbinom

from simulator.baseline.england import England, load_baseline
from simulator.engine.rates import StreamRates
from simulator.returns import codes
from simulator.returns.calibrate_council import PLACE_STRENGTH, pooled_first_places
from simulator.returns.clean import Stays, clean
from simulator.returns.codes import PLACES
from simulator.returns.exposure import EXITS, UNKNOWN_TIME, by_year, exposure
from simulator.returns.national import National, cell_rates, national
from simulator.returns.pool_rates import STRONGEST, WEAKEST, pool_cells, strength
from simulator.returns.rate_changes import DRIFTED, drifts
from simulator.returns.read_files import read
from simulator.returns.sample import Return, council_rates, draw_returns
from simulator.vocabulary.axes import AGE_BANDS, AGES, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE

Array = NDArray[np.float64]


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
    """Of 200 councils with 15 starts in a band, pooled shares err less than raw ones."""
    nation, rng = england(), np.random.default_rng(5)
    raw, pooled = [], []
    band = list(AGE_BANDS).index("5_to_9")
    prior = nation.first_place[0, band]
    for _ in range(200):
        truth = rng.dirichlet(PLACE_STRENGTH * np.maximum(prior, 1e-6))
        starts = np.zeros((len(STREAMS), len(AGES), len(PLACES)))
        starts[0, 5] = rng.multinomial(15, truth)
        found = pooled_first_places(starts, nation)
        assert found.any(axis=-1).nonzero() == (np.array([0]), np.array([band]))
        raw.append((starts[0, 5] / 15 - truth) ** 2)
        pooled.append((found[0, band] / found[0, band].sum() - truth) ** 2)
    assert np.mean(raw) > 1.5 * np.mean(pooled)


def test_first_placements_that_england_does_not_have_are_kept() -> None:
    """England's model places no asylum-seeking child in secure care."""
    starts = np.zeros((len(STREAMS), len(AGES), len(PLACES)))
    secure = PLACES.index("secure_residential")
    starts[1, 16, secure] = 5
    found = pooled_first_places(starts, england())[1, -1]
    assert england().first_place[1, -1, secure] == 0.0
    assert found[secure] / found.sum() == pytest.approx(5 / 25, abs=0.02)


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
        found, _, _ = cell_rates(stream, baseline().cohort_months)
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


def test_what_can_not_happen_is_not_pooled() -> None:
    with pytest.raises(ValueError, match="not positive"):
        pool_cells(np.ones(1), np.ones(1), np.zeros(1), 5.0)


@pytest.mark.parametrize("true", [3.0, 10.0, 50.0])
def test_strength_is_recovered(true: float) -> None:
    rng = np.random.default_rng(7)
    expected = rng.uniform(1, 60, 3000)
    events = rng.poisson(expected * rng.gamma(true, 1 / true, expected.size)).astype(float)
    assert strength(events, expected) == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("seed", range(20))
def test_strength_is_the_most_likely(seed: int) -> None:
    """As a search over a fine grid finds it, in few cells and many."""
    rng = np.random.default_rng(seed)
    expected = rng.uniform(0.01, rng.uniform(1, 60), rng.integers(2, 400))
    events = rng.poisson(expected * rng.gamma(2.0, 0.5, expected.size)).astype(float)
    grid = np.geomspace(WEAKEST, STRONGEST, 20_000)
    chance = [nbinom.logpmf(events, k, k / (k + expected)).sum() for k in grid]
    assert strength(events, expected) == pytest.approx(grid[np.argmax(chance)], rel=5e-4)


def test_strength_has_bounds() -> None:
    rng = np.random.default_rng(8)
    expected = rng.uniform(5, 60, 500)
    assert strength(rng.poisson(expected).astype(float), expected) > 0.5 * STRONGEST
    assert strength(expected * rng.choice([0.0, 9.0], 500), expected) == pytest.approx(WEAKEST)
    assert strength(np.zeros(2), np.zeros(2)) == STRONGEST


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
