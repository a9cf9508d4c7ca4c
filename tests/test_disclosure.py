"""Disclosure control: nobody can narrow a hidden count of 1 to 5, neither by sums nor by optimisation."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from attack import told
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cli import cli
from simulator.disclosure import NO_LIMIT, Tables, equations, exposed, hide, is_small, known, rounded


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
    own: dict[tuple[str, str, str, str], int] = {}
    for row in read(imported / "own" / "stock.csv"):
        for key in (("all", "all"), ("placement", row["placement"]), ("time_in_care", row["time_in_care"])):
            cell = (row["year"], "stock", *key)
            own[cell] = own.get(cell, 0) + int(row["children"])
    for row in read(imported / "public" / "counts.csv"):
        if row["measure"] == "stock" and row["by"] in ("all", "placement", "time_in_care"):
            true = own.get((row["year"], "stock", row["by"], row["category"]), 0)
            if row["number"] != "c":
                assert not 1 <= true <= 5
                assert abs(int(row["number"]) - true) <= 2


def test_no_hidden_count_of_an_import_can_be_narrowed(imported: Path) -> None:
    """The attack reads the published file alone; that a cell is 1 to 5 comes from the council's own tables."""
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
    hidden = [i for i, value in enumerate(shown) if value is None]
    for i, (low, high) in told(shown, [5] * len(rows), sums, balances, hidden).items():
        assert low <= 1, rows[i]
        assert high >= 5, rows[i]


def test_a_window_is_no_option_of_publishing(tmp_path: Path) -> None:
    result = call("import", "ssda903", tmp_path, "--out", tmp_path / "out", "--publish", "--window", 2)
    assert result.exit_code == 2
    assert "leave one of them out" in result.output
