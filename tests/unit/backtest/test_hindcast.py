"""The hindcast: rules of thumb, scores, what is set beside what, the page and the folder."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from simulator.backtest.hindcast import hindcast_page, run_areas, tables_of_page
from simulator.backtest.hindcast.hindcast_charts import PANELS, draw_all
from simulator.backtest.hindcast.hindcast_scores import crps, scores
from simulator.backtest.hindcast.items import FILLED, HOUSEHOLDS, RESIDENTIAL, SPEND, UNIT_COST, HindcastItem, items
from simulator.backtest.hindcast.naive_rules import naive
from simulator.backtest.hindcast.of_the_day import BASES, price_level, status_quo
from simulator.backtest.hindcast.run_areas import beside_authorities
from simulator.backtest.hindcast.run_bases import COLUMNS, Ahead, quantiles, run_base, set_beside
from simulator.backtest.hindcast.write_hindcast import write_hindcast
from simulator.baseline.england import load_baseline
from simulator.data import tables
from simulator.data.authority_tables import _figures, column, placed_in_group
from simulator.outputs.charts import Chart
from simulator.projection.recorded_trends import trends
from simulator.runs.simulate import simulate
from simulator.vocabulary import placements
from simulator.vocabulary.areas import ENGLAND, authorities
from simulator.vocabulary.labels import ALL

ITEMS = {item.key: item for item in items()}
FLAT = np.full(5, 100.0)


def ahead(item: HindcastItem, base: int, horizon: int, off: float = 0.0, seed: int = 1) -> Ahead:
    """A forecast of a figure that is off by a share, give or take 2%."""
    actual = item.actual(base)[base + horizon]
    draws = actual * (1.0 + off + np.random.default_rng(seed).normal(0.0, 0.02, 40))
    return Ahead(base, horizon, item, ENGLAND, actual, actual, draws, actual * 1.1, actual * 0.8)


def made_up() -> list[Ahead]:
    """Forecasts of every figure that has an outcome, all a little too high."""
    return [
        ahead(item, base, h, 0.01, seed=100 * base + h)
        for item in ITEMS.values()
        for base in BASES
        for h in range(1, 6)
        if base >= item.first_base and base + h in item.actual(base) and base + h >= item.outcomes_from
    ]


# --- rules of thumb --------------------------------------------------------------------------------------------------


def test_a_figure_by_itself_is_held_or_goes_on_damped() -> None:
    hold, trend = naive({2019: 100.0, 2020: 110.0}, 2020, None, {})
    np.testing.assert_array_equal(hold, np.full(5, 110.0))
    assert trend[0] == pytest.approx(110.0 * 1.1**0.7)
    assert trend[1] == pytest.approx(110.0 * 1.1 ** (0.7 + 0.49))


def test_a_placement_has_its_share_of_the_models_own_children() -> None:
    total = np.array([100.0, 110.0, 120.0, 130.0, 140.0])
    hold, trend = naive({2019: 20.0, 2020: 25.0}, 2020, total, {2019: 100.0, 2020: 100.0})
    np.testing.assert_allclose(hold, 0.25 * total)
    odds = (1 / 3) * ((1 / 3) / (1 / 4)) ** 0.7
    assert trend[0] == pytest.approx(100.0 * odds / (1 + odds))
    assert np.all(trend < total)


def test_without_an_earlier_figure_there_is_no_trend() -> None:
    for total in (None, FLAT):
        hold, trend = naive({2020: 25.0}, 2020, total, {2020: 100.0})
        np.testing.assert_allclose(trend, hold)


@given(st.dictionaries(st.integers(2021, 2030), st.floats(1, 1e9)))
def test_a_later_figure_changes_no_rule(later: dict[int, float]) -> None:
    known = {2019: 20.0, 2020: 25.0}
    children = {2019: 90.0, 2020: 100.0}
    before = naive(known, 2020, FLAT, children)
    np.testing.assert_array_equal(before, naive(known | later, 2020, FLAT, children | later))


# --- scores ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_crps_is_the_mean_distance_less_half_of_that_between_draws(values: list[float], happened: float) -> None:
    draws = np.array(values)
    plain = np.abs(draws - happened).mean() - np.abs(draws[:, None] - draws).mean() / 2.0
    assert crps(draws, happened) == pytest.approx(plain, rel=1e-9, abs=1e-6)


def test_crps_of_one_point_is_its_error() -> None:
    assert crps(np.full(9, 3.0), 5.0) == pytest.approx(2.0)


def test_scores_are_shares_of_what_happened() -> None:
    item = ITEMS["children", ALL]
    one = ahead(item, 2020, 1)
    shifted = replace(one, draws=np.linspace(0.99, 1.03, 41) * one.actual)
    found = scores([shifted])
    assert found.error == pytest.approx(0.01)
    assert (found.bias, found.hold_error, found.trend_error) == pytest.approx((0.01, 0.1, 0.2))
    assert found.covered == {50: 1.0, 80: 1.0, 90: 1.0}
    assert found.better_naive == pytest.approx(0.1)
    assert found.hold_crps == pytest.approx(crps(shifted.draws + 0.09 * one.actual, one.actual) / one.actual)


def test_nothing_to_score_is_an_error() -> None:
    with pytest.raises(ValueError, match="no forecasts"):
        scores([])


# --- what is compared ------------------------------------------------------------------------------------------------


def test_figures_are_the_published_ones() -> None:
    assert ITEMS["children", ALL].actual(2020)[2025] == 81770
    assert ITEMS["children", "with_parents"].actual(2018)[2018] == 4700
    assert ITEMS[HOUSEHOLDS, ALL].actual(2020)[2025] == 33435
    assert ITEMS[FILLED, ALL].actual(2020)[2025] == pytest.approx(42015, abs=2)
    assert ITEMS[UNIT_COST, ALL].actual(2020)[2020] == 4165


@pytest.mark.parametrize("base", BASES)
def test_money_is_in_prices_of_the_year_before_the_base(base: int) -> None:
    assert ITEMS[SPEND, ALL].actual(base)[base] == pytest.approx(
        tables.value("spend_total", f"{base - 1}-{base % 100:02d}")
    )
    level = price_level(base)
    assert level[base] == 1.0
    assert level[2025] > level[2024]


def test_prices_grow_as_they_had_by_then() -> None:
    """The study's yearly changes of the residential unit cost: 4.0, 6.3, 2.4, 5.6, 7.6, 11.7, 6.9%."""
    logs = {base: next(one.growth for one in trends(base) if one.name == "price_homes") for base in BASES}
    assert 100 * logs[2018] == pytest.approx(4.0, abs=0.1)
    assert 100 * logs[2021] == pytest.approx(np.mean([4.0, 6.3, 2.4, 5.6]), abs=0.1)
    assert 100 * logs[2024] == pytest.approx(np.mean([4.0, 6.3, 2.4, 5.6, 7.6, 11.7, 6.9]), abs=0.1)


def test_placements_that_were_one_number_are_not_scored_from_then() -> None:
    first = {key: item.first_base for key, item in ITEMS.items()}
    assert first["children", "childrens_home"] == first["children", "kinship_foster"] == 2019
    assert first["children", "with_parents"] == first["children", "homes_supported_and_other"] == 2018


@pytest.fixture(scope="module")
def from_2020() -> list[Ahead]:
    return run_base(2020, draws=8, seed=1)


def test_a_run_starts_from_what_was_published(from_2020: list[Ahead]) -> None:
    """A year ahead nothing that holds many is far from its base."""
    for one in from_2020:
        before = one.item.actual(2020)[2020]
        if one.horizon == 1 and one.item.measure in {"children", HOUSEHOLDS, FILLED} and before > 5000:
            assert one.central == pytest.approx(before, rel=0.2), one.item.key


def test_parts_add_up_to_children(from_2020: list[Ahead]) -> None:
    at = {one.item.key: one for one in from_2020 if one.horizon == 3}
    parts = sum(at["children", name].central for name in placements.reported())
    assert parts == pytest.approx(at["children", ALL].central)
    groups = ("foster_total", "homes_supported_and_other", "with_parents", "for_adoption")
    np.testing.assert_allclose(sum(at["children", name].draws for name in groups), at["children", ALL].draws)
    assert at[RESIDENTIAL, ALL].central < at[SPEND, ALL].central
    filled = at["children", "council_foster"].central + at["children", "ifa_foster"].central
    assert at[FILLED, ALL].central == pytest.approx(filled)


def test_money_of_a_run_starts_from_the_published_year() -> None:
    """With everything held in the base year's prices, spend a year on is near that of the base."""
    results = simulate(status_quo(2023), engine="plain")
    for key in ((SPEND, ALL), (RESIDENTIAL, ALL), (UNIT_COST, ALL)):
        item = ITEMS[key]
        assert item.modelled(results)[0, 0] == pytest.approx(item.actual(2023)[2023], rel=0.25), key
    assert load_baseline(2023).base == 2023


def test_every_figure_with_an_outcome_is_set_beside_it() -> None:
    results = simulate(status_quo(2023), draws=2, engine="plain", workers=1)
    found = list(set_beside(2023, results))
    assert {one.horizon for one in found} == {1, 2}
    assert {one.item.key for one in found} == set(ITEMS)
    assert all(len(one.draws) == 2 and one.year == 2023 + one.horizon for one in found)


# --- authorities -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_councils() -> list[Ahead]:
    loaded = status_quo(2023, 2025).in_areas(("Kent", "Leeds", "region: North East"))
    return list(beside_authorities(2023, simulate(loaded, draws=2, engine="plain", workers=1)))


def test_authorities_are_set_beside_their_own_figures(two_councils: list[Ahead]) -> None:
    kent = [one for one in two_councils if one.area == "Kent"]
    assert {(one.item.placement, one.horizon) for one in kent} == {
        ("foster", 1),
        ("foster", 2),
        ("homes", 1),
        ("homes", 2),
    }
    codes = {one.name: one.old_code for one in authorities()}
    later = next(one for one in kent if (one.item.placement, one.horizon) == ("foster", 2))
    assert later.actual == _figures()["stock_by_placement", 2025, "foster_placements"][codes["Kent"]]
    assert later.central == pytest.approx(later.item.actual(2023)[2023], rel=0.25)


def test_groups_of_authorities_are_not_scored(two_councils: list[Ahead]) -> None:
    names = {one.area for one in two_councils}
    assert "North East" not in names
    assert {"Kent", "Leeds", "Gateshead"} <= names


def test_the_share_of_an_authority_is_held_on_its_own_children(two_councils: list[Ahead]) -> None:
    one = next(one for one in two_councils if (one.area, one.item.placement, one.horizon) == ("Leeds", "foster", 1))
    at = [council.name for council in authorities()].index("Leeds")
    share = placed_in_group(2023, "foster")[at] / column("stock", 2023)[at]
    loaded = status_quo(2023, 2024).in_areas(("Leeds",))
    children = simulate(loaded, engine="plain")["children"].total()[-1]
    assert one.hold == pytest.approx(share * children, rel=0.01)


def test_hidden_children_leave_an_authority_out() -> None:
    there = placed_in_group(2023, "homes")
    assert np.isnan(there).any()
    assert np.isfinite(there).sum() > 140


def test_scores_of_authorities_count_by_size() -> None:
    item = ITEMS["children", ALL]
    big = ahead(item, 2020, 1)
    small = replace(big, actual=0.0, draws=np.full(40, 10.0), hold=0.0, trend=0.0)
    found = scores([replace(big, draws=np.full(40, big.actual)), small], together=True)
    assert found.error == pytest.approx(10.0 / big.actual)


@pytest.mark.slow
def test_authorities_from_2022_and_2023_are_as_good_as_is_asked() -> None:
    """One and two years ahead: 80% intervals hold .72 to .88, and the score is no worse than that of the held share."""
    many = [one for base in run_areas.BASES for one in run_areas.run_areas(base, 12, seed=1)]
    assert {one.base for one in many} == {2022, 2023}
    low, high = hindcast_page.AREA_COVERAGE_80
    for group in run_areas.GROUPS:
        found = hindcast_page.area_pool(many, group)
        assert found.count > 550
        assert low <= found.covered[80] <= high
        assert found.crps <= found.hold_crps


def test_the_page_tells_which_rows_of_authorities_are_outside_of_what_is_asked(two_councils: list[Ahead]) -> None:
    charts = {name: Chart(Figure(), "Title", "In words") for name in ("one", "two")}
    exact = [replace(one, draws=one.actual + np.arange(-9.0, 10.0), hold=one.actual + 50.0) for one in two_councils]
    wide = hindcast_page.text([*made_up(), *exact], charts, 40)
    assert (
        "Outside of that by themselves: Fostered children, authorities, from 2023, 1 year ahead (100% inside)" in wide
    )
    assert "| Fostered children, authorities: 80% intervals hold | 0.72 to 0.88 | 1.00 | **no** |" in wide
    assert "| Fostered children, authorities: CRPS, no more than held |" in wide
    worse = [replace(one, hold=one.actual, draws=one.draws + 1e4) for one in exact]
    assert "(CRPS no better than held)" in hindcast_page.text([*made_up(), *worse], charts, 40)


def test_intervals_of_few_draws_hold_one_more_draw_as_often_as_they_say() -> None:
    np.testing.assert_allclose(quantiles(np.arange(1.0, 10.0), [10, 50, 90]), [1.0, 5.0, 9.0])
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(2000):
        low, high = quantiles(rng.normal(size=19), [10, 90])
        inside.append(low <= rng.normal() <= high)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.025)


# --- page and folder -------------------------------------------------------------------------------------------------


def test_sums_of_misses_are_over_children() -> None:
    many = made_up()
    found = tables_of_page.at_latest(many, 2020)
    assert tables_of_page.weighted_miss(found) == pytest.approx(0.01, abs=0.008)
    home = found["children", "childrens_home"]
    shifted = found | {home.item.key: replace(home, draws=home.draws + 4000.0)}
    moved = tables_of_page.weighted_miss(shifted) - tables_of_page.weighted_miss(found)
    assert moved == pytest.approx(4000.0 / 81770, rel=0.1)


def test_the_pool_is_of_the_eight_and_four_years() -> None:
    pool = tables_of_page.pooled(made_up())
    assert {one.item.key for one in pool} == set(tables_of_page.POOLED)
    assert {one.horizon for one in pool} == {1, 2, 3, 4}
    one_column = tables_of_page.without_registration(tables_of_page.POOLED)
    assert ("children", "supported") not in one_column
    assert ("children", "supported_and_other") in one_column


def test_every_figure_has_one_row() -> None:
    labels = [label for label, _ in tables_of_page.by_item(made_up())]
    assert labels == [item.label for item in ITEMS.values()]
    assert tables_of_page.score_table(made_up()).count("\n") == 1 + len(ITEMS) + 2


def test_the_page_says_what_is_met_and_what_is_not() -> None:
    good, bad = made_up(), [replace(one, draws=one.draws * 1.6) for one in made_up()]
    charts = draw_all(good)
    assert "it did better than both." in hindcast_page.text(good, charts, 40)
    page = hindcast_page.text(bad, charts, 40)
    assert "| 90% intervals hold | 0.80 or more | 0.00 | **no** |" in page
    assert "Both did better." in page
    assert set(charts) == set(PANELS)


def test_the_verdict_says_where_a_rule_of_thumb_did_better_and_what_was_missed_from_the_pandemic_year() -> None:
    good = made_up()
    said = hindcast_page.verdict(good)
    assert "no change by 10.0%, the damped trend by 20.0%." in said  # as made up, and the model misses less
    assert "did better there" not in said
    ahead_of = [
        replace(one, draws=one.draws * 0.3) if one.base == 2021 and one.item.key == ("total_spend", "all") else one
        for one in good
    ]
    starts = ITEMS["starts", "all"].actual(2021)
    held, came = 1.1 * starts[2022], np.mean([starts[year] for year in range(2022, 2026)])
    end = hindcast_page.verdict(ahead_of).split("From March 2021 it missed ")[1]
    assert end.startswith("spend of 2024-25 by −70%, outside its 90% interval: its starts")
    assert f"{round(held, -1):,.0f}, and {round(came, -1):,.0f} a year have come since." in end
    children = [replace(one, trend=one.actual) if one.item.key == ("children", "all") else one for one in good]
    assert "so that the damped trend did better there" in hindcast_page.verdict(children)
    homes = [one for one in good if one.item.key == ("children", "childrens_home") and one.horizon <= 4]
    assert f"children's homes score {100 * scores(homes).crps:.1f}%" in said


def test_a_hindcast_is_written_whole(tmp_path: Path) -> None:
    write_hindcast(made_up(), tmp_path / "out", "care-demand hindcast", 40, 1, docs=tmp_path)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    charts = {f"{name}.{kind}" for name in PANELS for kind in ("png", "svg")}
    assert names == {"hindcast.csv", "hindcast.md", "manifest.json"} | charts
    assert (tmp_path / "hindcast.md").is_file()
    with (tmp_path / "out" / "hindcast.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert all(float(row["p05"]) <= float(row["p50"]) <= float(row["p95"]) for row in rows)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == names
    assert manifest["draws"] == 40
