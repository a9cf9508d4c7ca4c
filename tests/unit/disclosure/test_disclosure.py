"""Disclosure control: nobody can narrow a hidden count of 1 to 5, neither by sums nor by optimisation."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from attack import told
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cli.main import cli
from simulator.disclosure.publish import _hide_together, _Run, publish
from simulator.disclosure.suppression import NO_LIMIT, Tables, equations, exposed, hide, is_small, known, rounded
from simulator.outputs.charts import draw_all
from simulator.outputs.sufficiency_text import sufficiency_text
from simulator.results.labelled import RunResults
from simulator.results.measures import measures
from simulator.results.sufficiency_tables import Sufficiency
from simulator.runs.simulate import simulate
from simulator.scenario import load


def attacked(tables: Tables, hidden: np.ndarray, *, whole: bool = True) -> dict[int, tuple[float, float]]:
    """Attack every count of 1 to 5 of some tables."""
    values, bases = np.array(tables.values), np.array(tables.bases)
    shown = [None if h else float(v) for h, v in zip(hidden, rounded(values, bases), strict=True)]
    small = np.flatnonzero(is_small(values)).tolist()
    return told(shown, tables.bases, tables.sums, tables.balances, small, whole=whole)


def assert_safe(tables: Tables, *, whole: bool = True) -> np.ndarray:
    hidden = hide(tables, whole=whole)
    values = np.array(tables.values)
    assert hidden[is_small(values)].all()
    for cell, (low, high) in attacked(tables, hidden, whole=whole).items():
        assert low <= 1 + 1e-6, f"cell {cell} is known to be {low} or more"
        assert high >= 5 - 1e-6, f"cell {cell} is known to be {high} or less"
    return hidden


def one_way(parts: list[int], base: int = 5) -> Tables:
    tables = Tables()
    (total,) = tables.add([sum(parts)], base)
    tables.total(total, tables.add(parts, base))
    return tables


def test_rounding_is_to_the_nearest_halves_up() -> None:
    assert rounded(np.array([0, 2, 7, 7.5, 8, 12, 13]), 5).tolist() == [0, 0, 5, 10, 10, 10, 15]
    assert rounded(np.array([4.9, 5, 14.9, 15]), 10).tolist() == [0, 10, 10, 20]


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ([40, 30, 20], "...."),
        ([40, 30, 0], "...."),
        ([40, 30, 3], "..cc"),  # the smallest other part is its partner
        ([40, 3, 2], "..cc"),
        ([40, 3, 0], ".cc."),  # nought can't be a partner
        ([3, 0, 0], "cccc"),  # a hidden total hides all of its parts
        ([6, 1], ".cc"),
        ([1, 1, 1, 1, 1, 1], "ccccccc"),  # six children in six places: each would be one or two
    ],
)
def test_known_answers(parts: list[int], hidden: str) -> None:
    found = assert_safe(one_way(parts))
    assert "".join("c" if h else "." for h in found) == hidden


def test_a_count_that_stocks_and_flows_give_away_is_hidden_better() -> None:
    """Nobody came and the stock stayed, so few left; figures shown around them must not say how few."""
    tables = Tables()
    before, starts, exits, after = tables.add([10, 0, 1, 9], 5)
    tables.balance((before, starts), (exits, after))
    tables.values[after] = 9
    naive = is_small(np.array(tables.values))
    low, high = known(tables, naive, whole=True)
    assert (low[exits], high[exits]) == (1, 4)  # 10 and 10 are shown: 8 to 12 less 8 to 12
    assert exposed(naive, low, high).tolist() == [False, False, True, False]
    assert_safe(tables)


def test_what_the_reader_knows_without_sums() -> None:
    tables = Tables()
    tables.add([0, 3, 7, 13], 5)
    tables.add([8, 14], 10)
    low, high = known(tables, is_small(np.array(tables.values)), whole=True)
    assert low.tolist() == [0, 1, 6, 13, 6, 6]
    assert high.tolist() == [0, NO_LIMIT, 7, 17, 15, 15]
    low, high = known(tables, is_small(np.array(tables.values)), whole=False)
    assert low.tolist() == [0, 0.5, 5.5, 12.5, 5.5, 5.5]
    assert high.tolist() == [0.5, NO_LIMIT, 7.5, 17.5, 15, 15]


small_counts = st.integers(0, 12) | st.integers(0, 200)


@st.composite
def years(draw: st.DrawFn) -> Tables:
    """Make up some years of stocks and flows, each by two things, and whole numbers or not."""
    tables = Tables()
    span, bases = draw(st.integers(1, 3)), st.sampled_from([5, 10])

    def split(total: int) -> list[int]:
        cuts = sorted(draw(st.lists(st.integers(0, total), max_size=5)))
        return np.diff([0, *cuts, total]).tolist()

    def add(total: int) -> int:
        base = draw(bases)
        (whole,) = tables.add([total], base)
        for _ in range(draw(st.integers(0, 2))):
            tables.total(whole, tables.add(split(total), base))
        return int(whole)

    stock = draw(small_counts)
    before = add(stock)
    for _ in range(span):
        came = draw(small_counts)
        left = draw(st.integers(0, stock + came))
        starts, exits = add(came), add(left)
        stock += came - left
        after = add(stock)
        tables.balance((before, starts), (exits, after))
        before = after
    return tables


@settings(max_examples=60, deadline=None)
@given(years())
def test_no_hidden_count_can_be_narrowed(tables: Tables) -> None:
    assert_safe(tables)


@settings(max_examples=30, deadline=None)
@given(years(), st.randoms(use_true_random=False))
def test_nor_where_numbers_are_not_whole(tables: Tables, random: object) -> None:
    """Parts are scaled by one factor, so that they still add up."""
    factor = random.uniform(0.3, 1.7)  # type: ignore[attr-defined]
    tables.values[:] = [value * factor for value in tables.values]
    assert_safe(tables, whole=False)


@settings(max_examples=40, deadline=None)
@given(years())
def test_narrowing_is_all_that_optimisation_finds(tables: Tables) -> None:
    """Equations of stocks, flows and one-way tables form no circles, so ranges are exact."""
    hidden = is_small(np.array(tables.values))
    low, high = known(tables, hidden, whole=True)
    for cell, (least, most) in attacked(tables, hidden).items():
        assert low[cell] == pytest.approx(least)
        assert min(high[cell], 1e5) == pytest.approx(min(most, 1e5))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(small_counts, min_size=4, max_size=4), min_size=2, max_size=5))
def test_tables_of_two_dimensions(counts: list[list[int]]) -> None:
    """Areas within a region, and a category within each: both margins are shown, so equations form circles."""
    table = np.array(counts)
    tables = Tables()
    cells = tables.add(table.ravel(), 5).reshape(table.shape)
    rows, columns = tables.add(table.sum(axis=1), 5), tables.add(table.sum(axis=0), 5)
    (whole,) = tables.add([table.sum()], 5)
    for row, total in zip(cells, rows, strict=True):
        tables.total(total, row)
    for column, total in zip(cells.T, columns, strict=True):
        tables.total(total, column)
    tables.total(whole, rows)
    tables.total(whole, columns)
    assert_safe(tables)


def test_equations_are_zero_at_the_truth() -> None:
    tables = one_way([4, 9, 30])
    of = equations(tables)
    assert np.bincount(of.row, of.sign * np.array(tables.values)[of.cell], of.rows).tolist() == [0.0]


# --------------------------------------------------------------------------------------------------
# Imports


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module", params=[25, 150])
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same returns imported for the council's own use and to publish."""
    folder = tmp_path_factory.mktemp("imported")
    assert call("sample-returns", "--children", request.param, "--years", 4, "--out", folder / "r").exit_code == 0
    assert call("import", "ssda903", folder / "r", "--out", folder / "own").exit_code == 0
    result = call("import", "ssda903", folder / "r", "--out", folder / "public", "--publish")
    assert result.exit_code == 0, result.output
    assert result.output.startswith((folder / "public" / "summary.txt").read_text())
    return folder


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_an_import_to_publish_holds_counts_by_one_thing_only(imported: Path) -> None:
    assert sorted(p.name for p in (imported / "public").iterdir()) == [
        "README.txt", "counts.csv", "manifest.json", "summary.txt",
    ]  # fmt: skip
    text = (imported / "public" / "manifest.json").read_text()
    assert "sha256" not in text
    assert "rows" not in text
    numbers = {row["number"] for row in read(imported / "public" / "counts.csv")}
    assert all(n == "c" or int(n) % 5 == 0 for n in numbers)
    assert "c" in numbers


def test_it_rounds_what_the_council_has(imported: Path) -> None:
    own = own_stock(imported)
    for row in read(imported / "public" / "counts.csv"):
        if row["measure"] == "stock" and row["by"] in ("all", "placement", "time_in_care"):
            true = own.get((row["year"], "stock", row["by"], row["category"]), 0)
            if row["number"] != "c":
                assert not 1 <= true <= 5
                assert abs(int(row["number"]) - true) <= 2


def own_stock(imported: Path) -> dict[tuple[str, str, str, str], int]:
    """Return what the council's own table says of cells of the published file."""
    own: dict[tuple[str, str, str, str], int] = {}
    for row in read(imported / "own" / "stock.csv"):
        for key in (("all", "all"), ("placement", row["placement"]), ("time_in_care", row["time_in_care"])):
            cell = (row["year"], "stock", *key)
            own[cell] = own.get(cell, 0) + int(row["children"])
    return own


def test_no_hidden_count_of_an_import_can_be_narrowed(imported: Path) -> None:
    """The attack reads the published file alone; larger ones hidden to protect others may show."""
    own = own_stock(imported)
    rows = read(imported / "public" / "counts.csv")
    at = {(r["year"], r["measure"], r["by"], r["category"]): i for i, r in enumerate(rows)}
    shown = [None if r["number"] == "c" else float(r["number"]) for r in rows]
    sums, balances = [], []
    for year, measure, by, category in at:
        if category == "all":
            for dimension in ("stream", "age_band", "time_in_care", "placement", "reason"):
                parts = [i for key, i in at.items() if key[:3] == (year, measure, dimension)]
                sums += [(at[year, measure, by, category], parts)] if parts else []
    stock = [at[k] for k in sorted(at) if k[1:] == ("stock", "all", "all")]
    for i, year in enumerate(sorted({r["year"] for r in rows})[1:]):
        started, left = (at[year, name, "all", "all"] for name in ("starts", "exits"))
        balances.append(((stock[i], started), (left, stock[i + 1])))
    hidden = [i for cell, i in at.items() if shown[i] is None and own.get(cell, 1) <= 5]
    for i, (low, high) in told(shown, [5] * len(rows), sums, balances, hidden).items():
        assert low <= 1, rows[i]
        assert high >= 5, rows[i]


def test_a_window_is_no_option_of_publishing(tmp_path: Path) -> None:
    result = call("import", "ssda903", tmp_path, "--out", tmp_path / "out", "--publish", "--window", 2)
    assert result.exit_code == 2
    assert "leave one of them out" in result.output


# --------------------------------------------------------------------------------------------------
# Runs


@pytest.fixture(scope="module")
def small_areas() -> tuple[RunResults, ...]:
    """Two scenarios of small authorities, one with programmes."""
    areas = ("Rutland", "Darlington", "City of London")
    names = ("status-quo", "family-help-national")
    return tuple(simulate(load(name).in_areas(areas)) for name in names)


def test_every_measure_says_how_it_may_be_published() -> None:
    of = {name: kind.publication for name, kind in measures().items()}
    never = {name for name, one in of.items() if one.rule == "never"}
    left_care = {"children_under_guardianship", "care_leavers", "guardianship_spend", "leaving_care_spend"}
    of_few = {"grant_income", "net_spend"}
    of_homes = {"home_places_needed", "home_places_opened", "beds_paid_for", "empty_beds_spend"}
    of_workers = {"social_workers", "agency_social_workers", "social_worker_caseload"}
    away = {"children_far_from_home", "children_outside_area"}
    before_care = {
        "referrals", "children_in_need", "protection_plans", "protection_plans_started", "starts_from_front_door",
        "starts_from_elsewhere", "safeguarding_spend", "family_support_spend", "front_door_spend",
        "early_and_late_spend",
    }  # fmt: skip
    assert never == {"moves_in", "moves_out", *left_care, *of_few, *of_homes, *of_workers, *away, *before_care}
    shown = of.keys() - never
    assert all((measures()[name].unit == "GBP") == (of[name].rule == "money") for name in shown)
    for one in of.values():
        named = {one.part_of, one.parts_in, one.hidden_with} - {""}
        assert all(of[name].rule == "count" for name in named)


def test_published_results_hold_no_other_number(small_areas: tuple[RunResults, ...]) -> None:
    for published in publish(small_areas):
        for name, measure in published.measures.items():
            assert not hasattr(measure, "values")
            shown = (published.stocks if measure.kind == "stock" else published.years)[name]
            for values in (shown.total, shown.by_placement, shown.by_band):
                if values is not None and not measure.is_money:
                    assert np.nanmax(values % 5, initial=0.0) == 0
                if values is not None and measure.is_money:
                    assert np.nanmax(values % 1000, initial=0.0) == 0
        assert not any(hasattr(measure, "values") for measure in published.without.values())
        assert not hasattr(published, "spend_lines")
        assert list(published.in_full()) == []


def test_what_is_hidden_in_one_scenario_is_hidden_in_all(small_areas: tuple[RunResults, ...]) -> None:
    one, other = publish(small_areas)
    for name, shown in one.stocks.items():
        np.testing.assert_array_equal(np.isnan(shown.total), np.isnan(other.stocks[name].total))
    np.testing.assert_array_equal(
        np.isnan(other.stocks["children"].total), np.isnan(other.stocks_without["children"].total)
    )


def test_no_hidden_count_of_a_run_can_be_narrowed(small_areas: tuple[RunResults, ...]) -> None:
    """The attack is on each area's whole system of stocks, flows, placements, ages, fostering and reasons."""
    runs = [_Run(results) for results in small_areas]
    _hide_together(runs)
    for run in runs:
        assert is_small(np.array(run.tables.values)).sum() > 100
        of_rutland = {i for i, key in enumerate(run.keys) if key[3] == "Rutland"}
        values, bases = np.array(run.tables.values), np.array(run.tables.bases)
        shown = [None if h else float(v) for h, v in zip(run.hidden, rounded(values, bases), strict=True)]
        sums = [s for s in run.tables.sums if s[0] in of_rutland]
        balances = [b for b in run.tables.balances if b[0][0] in of_rutland]
        cells = [i for i in np.flatnonzero(is_small(values)).tolist() if i in of_rutland][::3]
        for cell, (low, high) in told(shown, run.tables.bases, sums, balances, cells, whole=False).items():
            assert low <= 1 + 1e-6, run.keys[cell]
            assert high >= 5 - 1e-6, run.keys[cell]


def test_years_before_a_run_and_where_children_are_placed_give_nothing_away(own_returns: RunResults) -> None:
    """All that is published of a council by its own returns is attacked as one system of sums."""
    run = _Run(own_returns)
    _hide_together([run])
    values, bases = np.array(run.tables.values), np.array(run.tables.bases)
    shown = [None if h else float(v) for h, v in zip(run.hidden, rounded(values, bases), strict=True)]
    small = [i for i in np.flatnonzero(is_small(values)).tolist() if i in run.past.wholes]
    assert {run.keys[i][0] for i in small} >= {"children", "where_placed"}
    found = told(
        shown, run.tables.bases, run.tables.sums, run.tables.balances, small,
        whole=run.past.whole(len(values)).tolist(),
    )  # fmt: skip
    for cell, (low, high) in found.items():
        assert low <= 1 + 1e-6, run.keys[cell]
        assert high >= 5 - 1e-6, run.keys[cell]


def test_published_evidence_holds_no_other_number(own_returns: RunResults) -> None:
    (published,) = publish([own_returns])
    assert published.evidence is not None
    assert own_returns.evidence is not None
    own = [one for one in published.evidence.where if not one.source]
    assert {one.placement for one in own} == {"all"}
    assert {one.date for one in own} == {"2026-03-31"}
    for one in own:
        assert np.isnan(one.children) or one.children % 5 == 0
    assert any(np.isnan(one.children) for one in own)
    for past in (*published.history.values(), *published.evidence.mix.values()):
        assert np.nanmax(past.values % 5, initial=0.0) == 0
    exact = {name: past.values for name, past in own_returns.evidence.mix.items()}
    for name, past in published.evidence.mix.items():
        assert np.isnan(past.values[is_small(exact[name])]).all()
    found = Sufficiency(published)
    for row in (*found.where_rows(), *found.needed_rows()):
        assert "c" in row or all(not isinstance(cell, float) or cell >= 0 for cell in row)
    where = list(found.where_rows())
    assert {row[10] for row in where} >= {"counted", "projected, with shares of the last count held"}
    assert all(row[8] == "c" or float(str(row[8])) % 5 == 0 for row in where)
    assert "children_far_from_home" in own_returns.history, "it is worked out of counts, some of which are hidden"
    assert "children_far_from_home" not in published.history
    assert "(c)" in "".join(published.notes)


def test_a_share_is_of_shown_numbers_alone(own_returns: RunResults) -> None:
    """Of children whose distance is known it would else tell how many there are of whom it is not."""
    (published,) = publish([own_returns])
    assert published.evidence is not None
    of_all = published.evidence.of_all()
    for one in of_all:
        parts = [two.children for two in of_all if two.by == one.by and two.is_known]
        stock = published.stock_totals("children").area()[0, 0]
        by_distance = one.by in ("distance", "distance_and_locality") and one.is_known
        np.testing.assert_equal(one.whole, sum(parts) if by_distance else stock)


def test_every_number_of_children_in_sufficiency_txt_is_rounded_and_hidden(own_returns: RunResults) -> None:
    (published,) = publish([own_returns])
    text = sufficiency_text(published)
    lines = [line for line in text.split("\nBeside others")[0].splitlines()[2:] if "£" not in line]
    rows = [re.split(r"  +", line.strip())[1:] for line in lines if line and "March 2026" not in line]
    numbers = [cell for row in rows for cell in row if cell != "c"]
    assert len(numbers) > 10
    assert [cell for cell in numbers if not cell.isdigit() or int(cell) % 5] == [], "no share of under 100 children"
    assert "Over 20 miles from home" in text


def test_areas_of_a_region_add_up_and_give_nothing_away() -> None:
    """Two areas that differ, with the sum of both: circles of equations, attacked as a whole."""
    results = simulate(load("status-quo").in_areas(("region: East of England",)))
    run = _Run(results)
    _hide_together([run])
    values, bases = np.array(run.tables.values), np.array(run.tables.bases)
    shown = [None if h else float(v) for h, v in zip(run.hidden, rounded(values, bases), strict=True)]
    cells = np.flatnonzero(is_small(values)).tolist()
    assert len(cells) > 50
    for cell, (low, high) in told(
        shown, run.tables.bases, run.tables.sums, run.tables.balances, cells[:: len(cells) // 12], whole=False
    ).items():
        assert low <= 1 + 1e-6, run.keys[cell]
        assert high >= 5 - 1e-6, run.keys[cell]


def test_money_does_not_tell_how_many_children_are_hidden(small_areas: tuple[RunResults, ...]) -> None:
    """Spend on placements as so many child-years, each at its cost: what is shown leaves a hidden count open."""
    checked = 0
    run = _Run(small_areas[0])
    _hide_together([run])
    (published,) = publish(small_areas[:1])
    stock = run.values("children").sum(axis=-1)
    years = (stock[:, :-1] + stock[:, 1:]) / 2
    spend = small_areas[0].year_parts("placement_spend").central
    cost = np.divide(spend, years, out=np.zeros_like(spend), where=years > 0)
    for a, y in np.argwhere(~np.isnan(published.years["placement_spend"].total[0])):
        hidden = run.hidden_weeks[a, y]
        slack = (cost[a, y] * ~hidden).sum() * 2.5
        for place in np.flatnonzero(hidden & (cost[a, y] > 0)):
            assert slack / cost[a, y, place] >= 3.5, "the span of 1 to 5, but for prices that change"
            assert np.isnan(published.years["placement_spend"].by_placement[0, a, y, place])
            checked += 1
    assert checked


def test_a_run_to_publish_writes_rounded_figures_only(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = (
        "run",
        "family-help-national",
        "--area",
        "Rutland",
        "--area",
        "Darlington",
        "--draws",
        8,
        "--publish",
        "--no-charts",
    )
    result = call(*words, "--out", out)
    assert result.exit_code == 0, result.output
    assert "--publish" in (out / "manifest.json").read_text()
    hidden = 0
    for name in ("results.csv", "financial-years.csv"):
        for row in read(out / name):
            for column in ("central", "p05", "p50", "p95"):
                if row[column] == "c":
                    hidden += 1
                elif row[column]:
                    assert float(row[column]) % (1000 if row["unit"] == "GBP" else 5) == 0, row
    assert hidden > 100
    assert {row["date"][5:] for row in read(out / "results.csv")} == {"03-31"}
    assert "hidden (c)" in (out / "summary.txt").read_text()


def test_charts_are_drawn_from_rounded_figures(small_areas: tuple[RunResults, ...]) -> None:
    darlington = publish([simulate(load("family-help-national").in_areas(("Darlington",)))])[0]
    drawn = draw_all(darlington)
    assert {"children", "starts_and_exits", "spend", "effect_children", "placement_mix"} <= set(drawn)
    for name in ("children", "starts_and_exits", "foster_places", "effect_children"):
        for line in drawn[name].figure.axes[0].lines:
            if line.get_gid() in ("projection", "history"):
                values = np.asarray(line.get_ydata(), dtype=float)
                assert np.nanmax(values % 5) == 0, name
    compared = draw_all(*publish(small_areas))
    assert "compare_children" in compared
    for tiny in ("City of London", "Isles of Scilly"):
        assert isinstance(draw_all(publish([simulate(load("status-quo").in_areas((tiny,)))])[0]), dict)


def test_json_holds_no_unrounded_figure(tmp_path: Path) -> None:
    words = ("run", "status-quo", "--area", "Rutland", "--no-charts", "--publish", "--json")
    result = call(*words, "--out", tmp_path / "o")
    assert result.exit_code == 0
    for point in json.loads(result.output)["summary"]:
        assert all(v is None or v % 5 == 0 for k, v in point.items() if k in ("children", "unmet_foster_need"))


def test_every_draw_is_not_for_publication() -> None:
    result = call("run", "status-quo", "--draws", 2, "--keep-draws", "--publish")
    assert result.exit_code == 2
    assert "can't be had with --publish" in result.output


ALONE = {"children", "starts", "exits", "balancing", "foster_need", "uasc_children", "reentries"}
"""Published counts that add up with nothing else published, but for what `publish` ties by itself."""


def test_a_published_count_says_what_it_adds_up_with() -> None:
    counts = {name: kind.publication for name, kind in measures().items() if kind.publication.rule == "count"}
    free = {name for name, rule in counts.items() if not (rule.part_of or rule.parts_in)}
    assert free <= ALONE, (
        "say in its Publication how it adds up with others, or let it be NEVER: a hidden number could be read off it"
    )
