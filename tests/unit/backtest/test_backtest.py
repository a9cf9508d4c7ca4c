"""The track record: what is known when, scores, choices, intervals, files."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from simulator.backtest import flows, intervals, mix, money, origins, page, panel, score, select
from simulator.backtest.freeze import ActualError, score_text, write_frozen
from simulator.backtest.methods import METHODS, autoregressive, naive, smoothing, stock_flow
from simulator.backtest.panel import COUNTS, Panel, Series, cut, known, outcomes
from simulator.backtest.record import FORECAST_COLUMNS, backtest
from simulator.backtest.write_record import write_backtest
from simulator.cli import main as cli

WHOLE = panel.panel()
STUDY_WIDTHS = ((26, 40, 50, 60, 71), (19, 29, 37, 44, 52), (17, 26, 33, 40, 47), (15, 24, 31, 38, 44))
"""Full width of 80% intervals in the study of the same tables, per cent of children, by size and horizon."""
QUICK = tuple(method for method in METHODS if method not in smoothing.METHODS)


def series(children: list[float], starts: list[float] | None = None, ceased: list[float] | None = None) -> Series:
    nothing = np.full((1, len(children)), np.nan)
    given = [nothing if count is None else np.array([count], dtype=float) for count in (starts, ceased)]
    return Series(("A",), 2011, np.array([children], dtype=float), *given, nothing, nothing)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def spoiled(whole: Panel, origin: int) -> Panel:
    def later(one: Series) -> Series:
        counts = {}
        for name in COUNTS:
            count = getattr(one, name).copy()
            count[:, max(origin + 1 - one.first_year, 0) :] = 1e6 * (1 + np.arange(len(count)))[:, None]
            counts[name] = count
        return replace(one, **counts)

    return Panel(later(whole.authorities), later(whole.england))


def test_england_as_published() -> None:
    england = WHOLE.england
    assert england.children[0, [0, -1]].tolist() == [47590, 81770]
    assert england.starts[0, -1] == 32270
    assert england.ceased[0, -1] == 34450


def test_authorities_add_up_to_england() -> None:
    for year in range(2012, 2026):
        now = known(cut(WHOLE, year))
        assert now.authorities.children[:, -1].sum() == pytest.approx(now.england.children[0, -1], rel=0.001)
        np.testing.assert_allclose(now.regions.children.sum(axis=0), now.authorities.children.sum(axis=0))


def test_hidden_figures_are_unknown_not_zero() -> None:
    uasc = WHOLE.authorities.uasc
    assert np.isnan(uasc).any()
    for name in ("children", "starts", "ceased"):
        assert np.nanmin(getattr(WHOLE.authorities, name)) > 0


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        (("928",), ("940", "941"), 2022),
        (("909",), ("942", "943"), 2024),
        (("835", "836", "837"), ("838", "839"), 2020),
    ],
)
def test_new_authorities_take_over_their_parents(old: tuple[str, ...], new: tuple[str, ...], first: int) -> None:
    before, after = known(cut(WHOLE, first - 1)).authorities, known(cut(WHOLE, first)).authorities
    assert set(old) <= set(before.areas)
    assert not set(new) & set(before.areas)
    assert set(new) <= set(after.areas)
    assert not set(old) & set(after.areas)
    was = sum(before.children[before.areas.index(code)] for code in old)
    now = sum(after.children[after.areas.index(code), :-1] for code in new)
    np.testing.assert_allclose(was, now)


def test_small_areas_are_not_scored() -> None:
    assert not set(panel.NOT_SCORED) & set(known(cut(WHOLE, 2025)).authorities.areas)


def test_outcomes_follow_the_code() -> None:
    then = known(cut(WHOLE, 2020))
    happened = outcomes(WHOLE, then)["authority"][then.authorities.areas.index("928")]
    assert happened[0] == 1144
    assert np.isnan(happened[1:]).all()
    regions = outcomes(WHOLE, then)["region"]
    np.testing.assert_allclose(regions[:, -1], known(cut(WHOLE, 2025)).regions.children[:, -1])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the two slow competitors, which no other method uses."""
    monkeypatch.setattr(origins, "METHODS", QUICK)


def assert_same(one: origins.Step, other: origins.Step) -> None:
    assert one.form == other.form
    np.testing.assert_array_equal(one.weights, other.weights)
    for name in one.growth:
        for level in one.known.levels:
            np.testing.assert_array_equal(one.growth[name][level], other.growth[name][level])
            if one.spread and one.known.levels[level].areas:
                np.testing.assert_array_equal(one.quantiles(name, level), other.quantiles(name, level))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("origin", [2004, 2014, 2018, 2021])
def test_no_later_figure_reaches_a_forecast(origin: int) -> None:
    honest = origins.steps(WHOLE, origin)[-1]
    poisoned = origins.steps(spoiled(WHOLE, origin), origin)[-1]
    assert_same(honest, poisoned)


@pytest.mark.usefixtures("quick")
def test_a_spoiled_past_does_reach_it() -> None:
    honest, poisoned = (origins.steps(whole, 2014)[-1] for whole in (WHOLE, spoiled(WHOLE, 2013)))
    assert not np.allclose(honest.growth["weighed"]["england"], poisoned.growth["weighed"]["england"])


@pytest.mark.slow
def test_no_later_figure_reaches_theta_or_ets() -> None:
    for method in smoothing.METHODS:
        one, other = (method.growth(known(cut(whole, 2016))) for whole in (WHOLE, spoiled(WHOLE, 2016)))
        for level in one:
            np.testing.assert_array_equal(one[level], other[level])


def test_money_knows_nothing_later() -> None:
    spend = money.published()
    children = {1994 + i: float(v) for i, v in enumerate(WHOLE.england.children[0])}
    growth = {year: np.full(10, 0.01) for year in range(2013, 2026)}
    later = {year: value * (100 if year > 2021 else 1) for year, value in spend.items()}
    stock = {year: value * (100 if year > 2021 else 1) for year, value in children.items()}
    for method in money.LABELS:
        one, other = (money.forecasts(*given, growth, method)[2021][1] for given in ((spend, children), (later, stock)))
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("flow", list(flows.FLOWS))
def test_no_later_figure_reaches_a_forecast_of_a_flow(flow: str) -> None:
    origin = 2017
    honest, poisoned = (
        list(flows.forecasts(whole, origins.steps(whole, origin), flow))[-1]
        for whole in (WHOLE, spoiled(WHOLE, origin))
    )
    for name in flows.FLOW_LABELS:
        for level in honest.known.levels:
            np.testing.assert_array_equal(honest.growth[name][level], poisoned.growth[name][level])
            np.testing.assert_array_equal(honest.spread[name][level].scale, poisoned.spread[name][level].scale)


def test_placements_know_nothing_later() -> None:
    groups, origin = mix.published(), 2020
    later = groups.children.copy()
    later[:, origin + 1 - groups.first_year :] *= 100
    growth = {"weighed": {"england": np.full((1, 10), 0.01)}}
    done = [SimpleNamespace(origin=year, growth=growth) for year in range(2012, 2025)]
    for method in mix.LABELS:
        one, other = (
            mix.forecasts(given, done, method)[origin] for given in (groups, mix.GroupCounts(groups.first_year, later))
        )
        np.testing.assert_array_equal(one[0], other[0])
        for spread, spoilt in zip(one[1], other[1], strict=True):
            np.testing.assert_array_equal(spread.scale, spoilt.scale)


def test_placement_groups_add_up_to_all_children() -> None:
    groups = mix.published()
    england = WHOLE.england.children[0, groups.first_year - WHOLE.england.first_year :]
    np.testing.assert_allclose(groups.children.sum(axis=0), england)
    for method in (name for name in mix.LABELS if name != origins.REFERENCE):
        ahead = groups.children[:, -1:] * np.exp(mix.growth(groups, np.full(10, 0.02), method))
        np.testing.assert_allclose(ahead.sum(axis=0), england[-1] * np.exp(0.02))


def test_standing_follows_large_areas_and_smooths_small_ones() -> None:
    ratio = np.array([[0.0, 0.0, 0.0, 0.4]] * 2)
    count = np.array([[1e9] * 4, [30.0] * 4])
    large, small = flows.standing(ratio, count, 0.01)
    assert large == pytest.approx(0.4, abs=1e-6)
    assert 0 < small < 0.2
    # A level that cannot drift is the mean weighted by size.
    counts = np.array([[10.0, 30.0, 60.0]])
    assert flows.standing(np.array([[1.0, 2.0, 3.0]]), counts, 0.0)[0] == pytest.approx(2.5)


def test_exits_fall_on_the_children_that_are_forecast() -> None:
    now = known(cut(WHOLE, 2020))
    flat = {level: np.zeros((len(one.areas), 10)) for level, one in now.levels.items()}
    grown = {level: np.full((len(one.areas), 10), np.log(1.1)) for level, one in now.levels.items()}
    held, more = (flows.growth_of_exits(now, children)["england"][0] for children in (flat, grown))
    stock = now.england.children[0]
    assert held[0] == pytest.approx(np.log(2 * stock[-1] / (stock[-1] + stock[-2])))
    np.testing.assert_allclose(more[1:] - held[1:], np.log(1.1))


def test_parts_of_an_error_of_spend_add_up() -> None:
    children = {2014: 90.0, 2015: 100.0, 2016: 110.0, 2017: 120.0}
    foster = {2014: 70.0, 2015: 75.0, 2016: 70.0, 2017: 60.0}
    spend, fostering = {2015: 10.0, 2016: 13.0, 2017: 15.0}, {2015: 4.0}
    now = money.SpendForecast(np.array([0.1, 0.2, 0.3]), np.array([0.05, 0.1, 0.15]))
    parts = money.split(spend, fostering, children, foster, {2015: (now, np.empty(0))}, {2015: np.zeros(10)})
    assert [(one.origin, one.horizon) for one in parts] == [(2015, 1), (2015, 2)]
    first = parts[0]
    assert first.numbers == pytest.approx(np.log(210 / 190) - 0.05)
    assert first.numbers + first.mix + first.price == pytest.approx(np.log(1.3) - 0.1)
    dear, cheap = 6 / (190 - 145), 4 / 145
    said = 150 / (190 * np.exp(0.05))
    shares = [145 / 210, said]
    assert first.mix == pytest.approx(np.subtract(*(np.log(dear + share * (cheap - dear)) for share in shares)))


def test_trends() -> None:
    doubled = series([100, 200])
    assert naive.mean_growth(doubled, 3) == pytest.approx([np.log(2)])
    np.testing.assert_allclose(naive.damped_sum(0.5)[:3], [0.5, 0.75, 0.875])


def test_stock_flow_reproduces_constant_rates() -> None:
    stock = [1000.0]
    for _ in range(13):
        stock.append((stock[-1] * (1 - 0.2) + 500) / (1 + 0.2))
    exits = [np.nan, *(0.4 * (stock[i] + stock[i + 1]) / 2 for i in range(3))]
    past = series(stock[:4], None, exits)
    expected = np.log(np.array(stock[4:14]) / stock[3])
    np.testing.assert_allclose(stock_flow.stock_flow(past, 3)[0], expected)


def test_ar1_goes_back_to_the_mean() -> None:
    rng = np.random.default_rng(1)
    growth = [0.0]
    for _ in range(400):
        growth.append(0.004 + 0.6 * growth[-1] + 0.01 * rng.standard_normal())
    path = series(list(1000 * np.exp(np.cumsum(growth))))
    ahead = np.diff(autoregressive.ar1(path)[0], prepend=0)
    assert abs(ahead[-1] - 0.01) < abs(growth[-1] - 0.01) + 1e-3
    assert ahead[-1] == pytest.approx(0.01, abs=0.004)


def test_crps_is_twice_the_mean_pinball_loss() -> None:
    levels = intervals.LEVELS
    quantiles = np.array([10 + 3 * levels, 20 * levels])
    happened = np.array([11.0, 30.0])
    over = happened[:, None] - quantiles
    expected = 2 * np.maximum(levels * over, (levels - 1) * over).mean(axis=1)
    np.testing.assert_allclose(score.crps(quantiles, happened), expected)


def test_cells_leave_out_what_did_not_happen() -> None:
    quantiles = np.broadcast_to(np.linspace(90, 110, 99), (2, 3, 99))
    happened = np.array([[100.0, 120.0, np.nan], [np.nan, 91.0, 100.0]])
    table = score.cells(2014, ("A", "B"), np.array([100.0, 200.0]), quantiles, happened)
    assert table["area"].tolist() == ["A", "A", "B", "B"]
    assert table["horizon"].tolist() == [1, 2, 2, 3]
    assert table["in80"].tolist() == [True, False, False, True]
    assert table["error"].tolist() == pytest.approx([0, 0.2, 0.045, 0])


def test_weights_are_inverse_squares_of_past_scores() -> None:
    np.testing.assert_allclose(select.weights(np.array([1.0, 0.5])), [0.2, 0.8])
    scores = np.array([[[2.0, np.nan], [4.0, np.nan]], [[1.0, np.nan], [2.0, np.nan]]])
    np.testing.assert_allclose(select.relative(scores, scores[0], 2), [1, 0.5])
    np.testing.assert_allclose(select.relative(scores, scores[0], 3), [1, 1])


def test_variance_falls_with_size_as_planted() -> None:
    rng = np.random.default_rng(2)
    children = rng.uniform(50, 1500, 20_000)
    square = (np.sqrt(0.002 + 1.5 / children) * rng.standard_normal(20_000)) ** 2
    a, b = intervals._line(1 / children, square)
    assert a == pytest.approx(0.002, rel=0.1)
    assert b == pytest.approx(1.5, rel=0.1)


def test_long_horizons_lean_on_short_ones_where_errors_are_few() -> None:
    children = np.linspace(50, 1500, 40)
    square = np.full((40, intervals.HORIZONS), np.nan)
    square[:, 0], square[:, 1], square[:, 2] = 0.01, 0.04, 0.09
    origins = np.array([20, 6, 3, *[0] * 7])
    levels = intervals._lines(1 / children, square, origins) @ [1, 1 / 200]
    growth = intervals.OWN_GROWTH
    assert levels[0] == pytest.approx(0.01)
    assert levels[1] == pytest.approx((3 * 0.04 + 0.01 * growth[1] / growth[0]) / 4)
    assert levels[2] == pytest.approx((0.09 + levels[1] * growth[2] / growth[1]) / 2)
    np.testing.assert_allclose(levels[3:], levels[2] * growth[3:] / growth[2])


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name.split(".")[0])

    monkeypatch.setattr(smoothing, "import_module", missing)
    monkeypatch.setattr(score, "import_module", missing)
    with pytest.raises(RuntimeError, match=r"statsmodels: pip install 'care-demand\[backtest\]'"):
        smoothing.statsmodels("forecasting.theta")
    with pytest.raises(RuntimeError, match=r"scoringrules: pip install 'care-demand\[backtest\]'"):
        score.crps(np.zeros(99), np.array(1.0))


@pytest.mark.usefixtures("quick")
def test_blocks_are_used_again_only_for_the_same_figures(tmp_path: Path) -> None:
    first = origins.steps(WHOLE, 2001, tmp_path)
    held = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = origins.steps(WHOLE, 2001, tmp_path)
    assert_same(first[-1], again[-1])
    origins.steps(spoiled(WHOLE, 2000), 2001, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == len(held) + 1
    assert held.keys() < names


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frozen")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(origins, "METHODS", QUICK)
        patch.setattr(origins, "LABELS", {name: name for name in origins.LABELS if name not in ("theta", "ets")})
        write_frozen(WHOLE, folder / "2026-11", "care-demand forecast freeze", folder / "blocks")
    return folder / "2026-11"


def test_frozen_files(frozen: Path) -> None:
    rows = rows_of(frozen / "forecasts.csv")
    assert tuple(rows[0]) == FORECAST_COLUMNS
    assert {row["origin_year"] for row in rows} == {"2025"}
    assert {row["horizon"] for row in rows} == {"1", "2"}
    assert len(rows) == (1 + 9 + 151) * 2 * 7
    manifest = json.loads((frozen / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in frozen.iterdir()} == set(manifest["files"])
    assert "panel.csv" in manifest["data"]


def test_a_frozen_forecast_is_scored(frozen: Path, tmp_path: Path) -> None:
    actual = tmp_path / "actual.csv"
    actual.write_text(
        "measure,old_la_code,year,value\nchildren,ENG,2026,81000\nchildren,301,2026,400\nspend,ENG,2026,9800000000\n",
        encoding="utf-8",
    )
    text = score_text(frozen, actual).splitlines()
    assert [line.split()[:4] for line in text[1:]] == [
        ["authority", "2026", "1", "151"],
        ["england", "2026", "1", "1"],
        ["spend", "2026", "1", "1"],
    ]
    done = CliRunner().invoke(cli.cli, ["forecast", "score", str(frozen), "--actual", str(actual)])
    assert done.exit_code == 0
    assert done.output.splitlines() == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("area,value\nENG,1\n", "no column measure, old_la_code, year"),
        ("measure,old_la_code,year,value\nchildren,ENG,2026,c\n", ":2: year and value must be numbers"),
        ("measure,old_la_code,year,value\nstarts,ENG,2026,1\n", "measure is 'starts'; allowed: children, spend"),
        ("measure,old_la_code,year,value\nchildren,ENG,2026,0\n", "it must be above 0"),
        ("measure,old_la_code,year,value\nchildren,ENG,2040,5\n", "no figure of an area and year"),
    ],
)
def test_wrong_actual_figures(frozen: Path, tmp_path: Path, content: str, words: str) -> None:
    actual = tmp_path / "actual.csv"
    actual.write_text(content, encoding="utf-8")
    with pytest.raises(ActualError, match=words):
        score_text(frozen, actual)
    done = CliRunner().invoke(cli.cli, ["forecast", "score", str(frozen), "--actual", str(actual)])
    assert done.exit_code == 2


@pytest.mark.slow
def test_the_record_reaches_what_the_page_claims(tmp_path: Path) -> None:
    record = backtest(WHOLE)

    def skills(level: str, horizons: range, years: range) -> list[float]:
        tables = [record.scores[name, level] for name in (origins.HEADLINE, origins.REFERENCE)]
        kept = [t[np.isin(t["origin"], years)] for t in tables]
        return [score.skill(*(t[t["horizon"] == h] for t in kept)) for h in horizons]

    assert (np.array(skills("authority", range(1, 6), range(2014, 2025))) > [0.03, 0.04, 0.055, 0.06, 0.06]).all()
    assert min(skills("authority", range(1, 6), range(2019, 2025))) > 0
    for origin in range(2014, 2025):
        assert min(skills("authority", range(1, min(5, 2025 - origin) + 1), range(origin, origin + 1))) > -0.03
    assert min(skills("england", range(1, 11), range(2004, 2025))) > 0.20
    table = record.scores[origins.HEADLINE, "authority"]
    for h in range(1, 6):
        at = table[table["horizon"] == h]
        assert 0.45 <= at["in50"].mean() <= 0.58
        assert 0.77 <= at["in80"].mean() <= 0.86
        assert 0.87 <= at["in90"].mean() <= 0.95
        for (low, high, _), width in zip(page.SIZES, STUDY_WIDTHS, strict=True):
            inside = at[(at["children"] >= low) & (at["children"] < high)]
            assert 0.74 <= inside["in80"].mean() <= 0.90
            assert inside["width"].mean() <= 1.1 * width[h - 1] / 100
    england = record.scores[origins.HEADLINE, "england"]
    assert min(england[england["horizon"] == h]["in80"].mean() for h in (1, 2)) >= 0.70
    write_backtest(record, tmp_path / "out", "care-demand backtest")
    rows = rows_of(tmp_path / "out/forecasts.csv")
    assert tuple(rows[0]) == FORECAST_COLUMNS
