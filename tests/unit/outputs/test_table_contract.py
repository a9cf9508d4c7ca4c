"""The tables as people read them: dates, digits, price years, history, and the lines of code in docs/tables.md."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from paths import ROOT

import simulator
from simulator.cli.main import cli
from simulator.data import tables
from simulator.outputs.run_folder import write_comparison
from simulator.results.analysis import difference
from simulator.results.timeline import is_march

DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
PAGE = ROOT / "docs" / "tables.md"
NUMBERS = ["central", "p05", "p10", "p25", "p50", "p75", "p90", "p95"]


def run(*words: str) -> None:
    done = CliRunner().invoke(cli, [*words, "--no-charts", "--quiet"], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run with draws."""
    out = tmp_path_factory.mktemp("run") / "out"
    run("run", "family-help-national", "--draws", "4", "--workers", "1", "--out", str(out))
    return out


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real comparison of scenarios that start in different years."""
    out = tmp_path_factory.mktemp("compare") / "out"
    run("compare", "status-quo", "ccn-2030", "--out", str(out))
    return out


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Dates and digits


@pytest.mark.parametrize("name", ["results.csv", "history.csv", "placements-by-age.csv"])
def test_every_date_is_a_day(folder: Path, name: str) -> None:
    """As.Date of R and parse_dates of pandas read a column of ISO days, and no other."""
    found = cells(folder / name)
    assert found
    assert all(DAY.match(row["date"]) for row in found)
    assert pd.to_datetime(pd.Series([row["date"] for row in found]), format="%Y-%m-%d").notna().all()


@pytest.mark.parametrize("name", ["results.csv", "financial-years.csv", "history.csv", "placements-by-age.csv"])
def test_no_column_mixes_kinds(folder: Path, name: str) -> None:
    """A column is numbers or text throughout, and `NA` stands in no cell, which R would read as nothing."""
    found = cells(folder / name)
    for column in found[0]:
        values = [row[column] for row in found if row[column]]
        assert "NA" not in values
        numeric = [bool(re.fullmatch(r"-?\d+(\.\d+)?", value)) for value in values]
        assert all(numeric) if column in (*NUMBERS, "value") else not any(numeric), column


def test_an_instant_is_the_day_and_a_month_its_last(folder: Path) -> None:
    table = pd.read_csv(folder / "results.csv", parse_dates=["date"])
    assert set(table["period"]) == {"instant", "month"}
    assert table["date"].dt.is_month_end.all()
    assert table.loc[table["period"] == "instant", "date"].min() == pd.Timestamp("2025-03-31")
    assert table.loc[table["period"] == "month", "date"].min() == pd.Timestamp("2025-04-30")
    kinds = table.groupby("measure")["period"].unique()
    assert all(len(one) == 1 for one in kinds)
    assert (kinds["children"][0], kinds["starts"][0]) == ("instant", "month")


def test_counts_have_six_decimals_and_pounds_none(folder: Path) -> None:
    longest: dict[str, int] = {}
    for name in ("results.csv", "financial-years.csv", "placements-by-age.csv"):
        for row in cells(folder / name):
            for column in NUMBERS:
                decimals = len(row[column].partition(".")[2])
                longest[row["unit"]] = max(longest.get(row["unit"], 0), decimals)
    assert longest.pop("GBP") == 0
    assert longest.pop("share of draws") >= 1
    assert set(longest.values()) == {6}
    assert {"children", "households", "places"} <= set(longest)


def test_a_share_of_draws_keeps_its_digits(tmp_path: Path) -> None:
    run("run", "status-quo", "--draws", "7", "--workers", "1", "--engine", "plain", "--out", str(tmp_path / "out"))
    shares = [row for row in cells(tmp_path / "out/financial-years.csv") if row["measure"].startswith("chance:")]
    assert shares
    for row in shares:
        true = float(row["central"]) * 7
        assert true == pytest.approx(round(true), abs=1e-8)


def test_children_balance_to_1e5_from_the_file_alone(folder: Path) -> None:
    """In all, and by placement with moves; age bands don't balance by themselves, as children grow older."""
    table = pd.read_csv(folder / "results.csv").query("age_band == 'all'")
    paths = {key: one["central"].to_numpy() for key, one in table.groupby(["measure", "placement"])}
    placements = sorted({placement for measure, placement in paths if measure == "children"})
    assert len(placements) == 10
    for placement in placements:
        change = sum(paths[name, placement] for name in ("starts", "balancing")) - paths["exits", placement]
        if placement != "all":
            change += paths["moves_in", placement] - paths["moves_out", placement]
        stock = paths["children", placement]
        assert len(stock) == 121
        np.testing.assert_allclose(stock[:-1] + change, stock[1:], rtol=0, atol=1e-5)


# History and placements by age


def test_history_joins_the_projection(folder: Path) -> None:
    history = pd.read_csv(folder / "history.csv", parse_dates=["date"])
    assert [*history.columns] == [
        "area", "financial_year", "date", "measure", "placement", "unit", "price_basis", "value", "source",
    ]  # fmt: skip
    results = pd.read_csv(folder / "results.csv", parse_dates=["date"])
    children = history.query("measure == 'children'")
    assert list(children["date"]) == [pd.Timestamp(f"{year}-03-31") for year in range(1994, 2026)]
    first = results.query("measure == 'children' and placement == 'all' and age_band == 'all'").iloc[0]
    assert (children.iloc[-1]["date"], children.iloc[-1]["value"]) == (first["date"], round(first["central"]))
    assert not history.duplicated(["area", "date", "measure", "placement"]).any()
    assert set(history.query("unit == 'GBP'")["price_basis"]) == {"cash"}
    assert set(history["source"].str.split(";").explode()) <= set(tables.sources())
    end = pd.to_datetime(history["financial_year"].str[:4].astype(int).add(1).astype(str) + "-03-31")
    assert (end == history["date"]).all()


def test_extra_spend_is_counted_from_the_year_before_in_history(folder: Path) -> None:
    history = pd.read_csv(folder / "history.csv").query("financial_year == '2024-25' and placement == 'all'")
    before = history.query("measure == 'placement_spend' or measure == 'other_spend'")["value"].sum()
    years = pd.read_csv(folder / "financial-years.csv").query("price_basis == 'cash' and placement == 'all'")
    by = years.pivot_table(index="financial_year", columns="measure", values="central")
    np.testing.assert_allclose(by["total_spend"] - before, by["extra_spend"], rtol=0, atol=2.0)
    placed = pd.read_csv(folder / "history.csv").query("measure == 'placement_spend'")
    parts = placed.query("placement != 'all'")["value"].sum()
    assert parts == pytest.approx(placed.query("placement == 'all'")["value"].iloc[0], abs=5)


def test_areas_have_the_spend_of_the_year_before_too(tmp_path: Path) -> None:
    run("run", "status-quo", "--area", "Kent", "--area", "Rutland", "--out", str(tmp_path / "out"))
    spend = pd.read_csv(tmp_path / "out/history.csv").query("measure == 'total_spend'")
    assert list(spend["area"]) == ["Kent", "Rutland"]
    assert (spend["value"] > 1e6).all()


def test_placements_by_age_add_up_to_the_other_tables(folder: Path) -> None:
    by_both = pd.read_csv(folder / "placements-by-age.csv", parse_dates=["date"])
    results = pd.read_csv(folder / "results.csv", parse_dates=["date"])
    assert [*by_both.columns] == [*results.columns]
    assert by_both["date"].dt.strftime("%m-%d").eq("03-31").all()
    assert by_both["date"].nunique() == 11
    assert not (by_both[["placement", "age_band"]] == "all").any(axis=None)
    for by in ("placement", "age_band"):
        sums = by_both.groupby(["date", by])["central"].sum()
        whole = results[(results["measure"] == "children") & (results[by] != "all")]
        whole = whole[whole["date"].dt.strftime("%m-%d") == "03-31"].set_index(["date", by])["central"]
        np.testing.assert_allclose(sums, whole.loc[sums.index], rtol=0, atol=1e-5)
    later = by_both[by_both["date"] > "2025-03-31"]
    assert (later["p05"] <= later["p95"]).all()
    assert (later["p05"] < later["p95"]).mean() > 0.8


def test_placements_by_age_are_not_published(tmp_path: Path) -> None:
    run("run", "status-quo", "--area", "Rutland", "--publish", "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out/placements-by-age.csv").exists()
    history = cells(tmp_path / "out/history.csv")
    assert {"children"} <= {row["measure"] for row in history} <= {"children", "starts", "exits", "uasc_children"}
    assert all(row["value"] == "c" or float(row["value"]) % 5 == 0 for row in history)


# One price year


def test_a_comparison_is_in_the_prices_of_the_year_before_the_first(compared: Path) -> None:
    years = pd.read_csv(compared / "financial-years.csv").query("measure == 'total_spend'")
    assert set(years["price_basis"]) == {"cash", "real 2024-25"}
    assert set(years["scenario"]) == {"status-quo", "ccn-2030"}


def test_real_prices_follow_from_the_deflator_by_hand() -> None:
    """The forecast of 2024 is in prices of 2023-24 alone: beside the status quo, of 2024-25, a year past the record."""
    level = 1.02  # 2% a year after the last published
    alone = simulator.run("ccn-2030")
    _, beside = simulator.compare("status-quo", "ccn-2030")
    assert (alone.price_year, beside.price_year) == ("2023-24", "2024-25")
    before, after = (one.year_totals("total_spend", real=True).central for one in (alone, beside))
    np.testing.assert_allclose(after, level * before, rtol=1e-12)
    np.testing.assert_array_equal(*(one.year_totals("total_spend").central for one in (alone, beside)))


def test_every_draw_is_in_the_prices_of_the_first() -> None:
    """Where inflation is drawn, each draw has a level of its own for a year that is not published yet."""
    uncertain = {"name": "Inflation", "extends": "ccn-2030",
                 "assumptions": {"deflator_percent_per_year": {"low": 0, "mode": 2, "high": 6}}}  # fmt: skip
    alone = simulator.run(uncertain, draws=4, workers=1)
    _, beside = simulator.compare("status-quo", uncertain, draws=4, workers=1)
    before, after = (one.year_totals("total_spend", real=True).area() for one in (alone, beside))
    levels = after / before
    np.testing.assert_allclose(levels, np.repeat(levels[:, :1], levels.shape[1], axis=1), rtol=1e-9)
    assert np.ptp(levels[:, 0]) > 1e-3


def test_prices_of_different_years_are_not_compared(tmp_path: Path) -> None:
    first, later = simulator.run("status-quo"), simulator.run("ccn-2030")
    loaded = [simulator.load(name) for name in ("status-quo", "ccn-2030")]
    with pytest.raises(ValueError, match=r"one price year; these are in 2023-24, 2024-25"):
        write_comparison([first, later], loaded, tmp_path / "out", "x", charts=False)
    with pytest.raises(ValueError, match=r"run them with simulator\.compare"):
        difference(first, later, "total_spend", real=True)


# The page


def code(language: str) -> str:
    """Return the lines of a language in docs/tables.md."""
    [block] = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(block)


def test_five_lines_of_pandas_plot_published_and_projected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in code("python").splitlines() if line]
    assert len(lines) == 5
    monkeypatch.chdir(folder)
    plt.close("all")
    names: dict[str, object] = {}
    exec("\n".join(lines), names)
    assert all(str(table["date"].dtype).startswith("datetime64") for table in (names["results"], names["history"]))  # type: ignore[index]
    [axes] = plt.gcf().axes
    published, projected = axes.get_lines()
    assert (len(published.get_xdata()), len(projected.get_xdata())) == (32, 121)
    assert published.get_ydata()[-1] == pytest.approx(81_770)
    assert projected.get_ydata()[0] == pytest.approx(81_770, abs=1)
    at = [np.asarray(axes.convert_xunits(line.get_xdata()), dtype=float) for line in (published, projected)]
    assert at[0][-1] == pytest.approx(at[1][0]), "the two meet on the axis"
    plt.close("all")


def test_lines_of_r_stand_beside(folder: Path) -> None:
    lines = code("r").strip().splitlines()
    assert len(lines) == 5
    assert sum("as.Date" in line for line in lines) == 2
    used = set(re.findall(r"(\w+) == ", "\n".join(lines))) | {"date", "central", "value"}
    assert used <= {*pd.read_csv(folder / "results.csv").columns, *pd.read_csv(folder / "history.csv").columns}


def test_the_page_has_every_column_of_every_table(folder: Path, compared: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for path in (*folder.glob("*.csv"), *compared.glob("*.csv")):
        assert f"`{path.name}`" in page
        for column in cells(path)[0] if cells(path) else ():
            assert f"`{column}`" in page or re.fullmatch(r"p\d\d", column), (path.name, column)


def test_is_march_is_of_days() -> None:
    assert is_march("2030-03-31")
    assert not is_march("2030-04-30")
