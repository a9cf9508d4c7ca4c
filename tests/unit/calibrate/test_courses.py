"""What goes on from a base, and how far it strays: from figures up to the base, and as far as shares have strayed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from simulator.calibrate.fit_drift import KEPT, share_misses
from simulator.calibrate.fit_trends import NEAR, YEARS, placement_trends, price_trends, trends
from simulator.calibrate.interval_calibration import crude_misses
from simulator.calibrate.later_figures import LATER_FIGURES
from simulator.calibrate.placement_record import HORIZONS, RULES, ShareRule, misses, series
from simulator.calibrate.responses import children, inflows, log_shares
from simulator.data import tables
from simulator.projection.drift import processes
from simulator.projection.recorded_trends import INTO
from simulator.projection.recorded_trends import trends as stored
from simulator.vocabulary.calendar import financial_year

ABSURD = 1e4


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make every figure after March 2021 absurd."""
    base, true = 2021, tables.figures

    def later(year: int | str) -> bool:
        return year > base if isinstance(year, int) else year > financial_year(base - 1)

    def figures(table: str) -> tuple[tables.PublishedFigure, ...]:
        if table in {name for one in LATER_FIGURES if base in one.bases for name in one.rows}:
            return true(table)
        wild = (replace(row, value=(row.value or 1.0) * ABSURD) if later(row.year) else row for row in true(table))
        return tuple(wild)

    monkeypatch.setattr(tables, "figures", figures)
    tables._index.cache_clear()
    yield base
    tables._index.cache_clear()


def test_a_base_knows_no_later_figure(poisoned: int) -> None:
    assert tables.value("stock", poisoned + 1) > 100 * tables.value("stock", poisoned)
    for name, log in series(poisoned).items():
        assert len(log) in (poisoned - 2011 + 1, poisoned - 2011), name
    mine = {one.name: one for one in stored(poisoned)}
    for one in trends(poisoned):
        kept = mine[one.name]
        assert (one.level, one.growth) == pytest.approx((kept.level, kept.growth), abs=6e-5)
        assert (one.first, one.last) == (kept.first, kept.last)
    assert crude_misses(poisoned)[0] < 0.1
    assert all(np.nanmax(missed) < 0.6 for missed in share_misses(poisoned).values())


def test_a_rule_goes_on_at_its_mean_change_and_fades() -> None:
    log = np.array([0.0, 0.5, 0.6, 0.8])
    assert ShareRule(1, 0.5).ahead(log, 3) == pytest.approx([0.2, 0.3, 0.35])
    assert ShareRule(3, 1.0).ahead(log, 2) == pytest.approx([0.8 / 3, 1.6 / 3])


def test_a_rule_misses_nothing_of_what_it_says_and_all_of_a_turn() -> None:
    assert misses(np.arange(8.0), ShareRule(1, 1.0)) == pytest.approx(np.zeros(HORIZONS))
    turned = misses(np.array([0.0, 1.0, 1.0]), ShareRule(1, 1.0))
    assert turned[0] == pytest.approx(1.0)
    assert np.isnan(turned[1:]).all()


@pytest.mark.parametrize("base", [2021, 2025])
def test_shares_go_on_as_their_rule_says(base: int) -> None:
    on = placement_trends(base)
    share = log_shares(children(base, YEARS, [{one.name: one.path(YEARS) for one in on}]))[0]
    moved, names = share[1:] - share[0], inflows()
    record = series(base)
    for name in (INTO + "homes", INTO + "supported", INTO + "parents"):
        said = RULES[name].ahead(record[name], YEARS)
        assert moved[:, names.index(name)] == pytest.approx(said, abs=2 * NEAR), name
    assert moved[:, names.index(INTO + "kin")] == pytest.approx(np.zeros(YEARS), abs=NEAR)


@pytest.mark.slow
def test_draws_of_a_flow_spread_shares_as_far_as_their_rule_has_missed() -> None:
    """By a simulation of the steps, and not by the responses that the sizes were found with."""
    base, rng, draws = 2025, np.random.default_rng(1), 64
    missed, names = share_misses(base), inflows()
    for name in (INTO + "homes", INTO + "parents"):
        sd = next(one.sd_per_year for one in processes(base) if one.name == name)
        level = np.zeros((draws, HORIZONS))
        for year, step in enumerate(rng.normal(0.0, sd, (HORIZONS, draws))):
            level[:, year] = step + (KEPT * level[:, year - 1] if year else 0.0)
        share = log_shares(children(base, HORIZONS, [{name: one} for one in level]))[:, 1:, names.index(name)]
        # As one size has to do for all years ahead, in the mean of them; the standard error of a spread is 9%.
        ratio = share.std(axis=0, ddof=1) / missed[name]
        assert np.exp(np.log(ratio).mean()) == pytest.approx(1.0, abs=0.2), name


def test_the_price_of_homes_goes_on_at_the_mean_of_all_growth_on_record() -> None:
    cash = tables.series("unit_cost_gbp_per_week", "residential")
    prices = tables.series("gdp_deflator")
    growth = np.log((cash["2019-20"] / cash["2016-17"]) / (prices["2019-20"] / prices["2016-17"])) / 3
    homes = next(one for one in price_trends(2020) if one.name == "price_homes")
    assert homes.growth == pytest.approx(growth)
    assert (homes.first, homes.last) == ("2016-17", "2019-20")
    assert np.diff(homes.path(12))[-1] == pytest.approx(0.02, abs=0.001)
