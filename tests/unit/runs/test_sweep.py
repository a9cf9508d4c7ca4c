"""Sweeps: each combination is the run it would be alone, all faults are told at once, and fifty runs are quick."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import simulator
from simulator.cli.main import cli
from simulator.outputs.charts import entries
from simulator.scenario import ScenarioError

SHORT = {
    "name": "Short", "extends": "status-quo", "end": "2028-03",
    "interventions": [{"kind": "early_help", "id": "help", "start": "2025-04", "ages": [0, 15],
                       "effect": {"measure": "starts", "risk_ratio": 0.9}},
                      {"kind": "price_growth", "id": "price", "costs": ["childrens_home"], "percent_per_year": 1}],
}  # fmt: skip
RATIO = "interventions.help.effect.risk_ratio"
BALANCING = "assumptions.balancing_percent_per_year"
PRICE = "interventions.price.percent_per_year"


def of(sweep, measure: str, period: str = "instant"):
    return next(values for one, values in sweep.figures.items() if (one.measure, one.period) == (measure, period))


@pytest.fixture(scope="module")
def swept():
    return simulator.sweep(SHORT, {RATIO: [0.8, 1.0], BALANCING: [0.0, 0.5]})


def test_each_combination_is_the_run_it_would_be_alone(swept) -> None:
    assert [one.values for one in swept.varied] == [(0.8, 0.8, 1.0, 1.0), (0.0, 0.5, 0.0, 0.5)]
    assert swept.dates == ("2025-03-31", "2027-03-31", "2028-03-31")
    loaded = simulator.load(SHORT)
    for i in range(4):
        alone = simulator.run(loaded.at({one.path: one.values[i] for one in swept.varied}), engine=swept.engine)
        path = alone["children"].total()
        np.testing.assert_array_equal(of(swept, "children")[i, 0], path[[0, 24, 36]])
        np.testing.assert_array_equal(
            of(swept, "unmet_foster_need")[i, 0], alone["unmet_foster_need"].total()[[0, 24, 36]]
        )
        extra, spend = alone.extra_spend().central[0], alone.year_totals("total_spend").central[0]
        np.testing.assert_array_equal(of(swept, "total_spend", "financial_year")[i, 0, 1:], spend[1:])
        np.testing.assert_array_equal(of(swept, "extra_spend", "to_date")[i, 0, 1:], extra.cumsum()[1:])
        assert np.isnan(of(swept, "extra_spend", "financial_year")[i, 0, 0])


def test_the_compiled_engine_gives_each_the_bits_it_has_alone() -> None:
    values = {BALANCING: list(np.linspace(0.0, 1.0, 18))}
    together = simulator.sweep(SHORT, values, engine="compiled")
    for i in (0, 7, 17):
        alone = simulator.sweep(SHORT, {BALANCING: values[BALANCING][i : i + 1]}, engine="compiled")
        np.testing.assert_array_equal(of(together, "children")[i], of(alone, "children")[0])


def test_both_engines_run_a_sweep_and_the_compiled_one_does_where_none_is_named() -> None:
    values = {RATIO: [0.8, 1.0]}
    unnamed, plain = simulator.sweep(SHORT, values), simulator.sweep(SHORT, values, engine="plain")
    assert (unnamed.engine, plain.engine) == ("compiled", "plain")
    for one, figures in plain.figures.items():
        np.testing.assert_allclose(unnamed.figures[one], figures, rtol=1e-9, atol=1e-6)


def test_bases_may_differ() -> None:
    swept = simulator.sweep({"name": "Bases", "end": "2027-03"}, {"base": [2023, 2025, 2023]})
    assert swept.dates == ("2025-03-31", "2027-03-31")
    children = of(swept, "children")[:, 0]
    np.testing.assert_array_equal(children[0], children[2])
    assert children[1, 0] == pytest.approx(81_770, abs=1)


def test_rows_are_tidy(swept) -> None:
    table = swept.to_frame()
    assert list(table.columns) == [
        "scenario", "area", RATIO, BALANCING, "date", "period", "measure", "unit", "price_basis", "central",
    ]  # fmt: skip
    assert len(table) == 4 * (3 + 3 + 2 + 2 + 2)
    assert str(table["date"].dtype).startswith("datetime64")
    assert set(table[RATIO]) == {0.8, 1.0}


def test_faults_of_all_combinations_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as raised:
        simulator.sweep(SHORT, {RATIO: [0.9, 4], BALANCING: [0.0, 99], "nothing": [1]})
    assert [line.split(";")[0] for line in str(raised.value).splitlines()] == [
        f"{BALANCING}: 99 is above 5",
        f"{RATIO}: 4 is above 3",
        "nothing: there is no such number",
    ]
    with pytest.raises(ScenarioError, match=f"{RATIO}: no values are given"):
        simulator.sweep(SHORT, {RATIO: []})
    with pytest.raises(ScenarioError, match="nothing to vary"):
        simulator.sweep(SHORT, {})
    with pytest.raises(ScenarioError, match=r"40,000 combinations; allowed: at most 10,000"):
        simulator.sweep(SHORT, {RATIO: np.linspace(0, 1, 200), BALANCING: np.linspace(0, 1, 200)})


def test_a_value_that_cannot_be_had_is_told_by_its_path() -> None:
    """It passes its bounds, and is refused when it is put into rates."""
    plan = {**SHORT, "interventions": [{"kind": "foster_recruitment", "id": "more", "start": "2025-04",
            "approval_ratio": 1.1}]}  # fmt: skip
    with pytest.raises(ScenarioError, match=r"interventions\.0\.approval_ratio: .*; allowed: up to \d\.\d+ \(ratio\)"):
        simulator.sweep(plan, {"interventions.more.approval_ratio": [1.0, 5.0]})


# The chart


@pytest.fixture(scope="module")
def draw():
    [entry] = entries("sweep")
    return entry.draw


def test_the_chart_has_a_line_for_each_value_of_the_other_number(swept, draw) -> None:
    chart = draw(swept)
    lines = [line for line in chart.figure.axes[0].lines if line.get_gid() == "swept"]
    assert len(lines) == 2
    at = {tuple(line.get_xdata()): tuple(line.get_ydata()) for line in lines[:1]}
    assert at == {(0.8, 1.0): tuple(of(swept, "children")[[0, 2], 0, -1])}
    assert "With risk ratio of help from 0.8 to 1 there are" in chart.title
    assert "children in care in March 2028" in chart.title
    assert "does not start at 0" in chart.alt


def test_where_children_do_not_move_the_chart_is_of_spend(draw) -> None:
    chart = draw(simulator.sweep(SHORT, {PRICE: [2, 4, 7]}))
    assert "of extra spend by March 2028" in chart.title
    [line] = [line for line in chart.figure.axes[0].lines if line.get_gid() == "swept"]
    assert list(line.get_ydata()) == sorted(line.get_ydata())


def test_there_are_no_more_lines_than_colours(draw) -> None:
    chart = draw(simulator.sweep(SHORT, {RATIO: list(np.linspace(0.8, 1, 7)), BALANCING: list(np.linspace(0, 1, 6))}))
    assert len([line for line in chart.figure.axes[0].lines if line.get_gid() == "swept"]) == 4
    words = " ".join(text.get_text() for text in chart.figure.texts)
    assert "4 of 6 combinations of the other numbers" in " ".join(words.split())


def test_one_combination_has_no_chart(draw) -> None:
    assert draw(simulator.sweep(SHORT, {RATIO: [0.9]})) is None


# The command


def call(*words: str):
    return CliRunner().invoke(cli, ["sweep", *words])


def test_the_command_writes_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call("family-help-national", "--vary", "interventions.family-help.effect.risk_ratio=0.9,1",
                "--vary", f"{BALANCING}=0,1e-1", "--out", str(out))  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "4 combinations" in done.stdout
    assert str(out) in done.stdout
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == files
    assert {"sweep.csv", "summary.txt", "charts/sweep.svg", "charts/sweep.png", "charts/alt-text.txt"} <= files
    assert manifest["command"].startswith("care-demand sweep family-help-national --vary ")
    assert manifest["engine"] == "compiled"
    assert manifest["command"].endswith(" --engine compiled")
    with (out / "sweep.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row[BALANCING] for row in rows} == {"0", "0.1"}
    assert all("." not in row["central"] for row in rows if row["unit"] == "GBP")
    again = call("status-quo", "--vary", f"{BALANCING}=0", "--out", str(out), "--no-charts", "--quiet")
    assert (again.exit_code, again.stdout) == (0, "")
    assert {path.name for path in out.iterdir()} == {"sweep.csv", "summary.txt", "manifest.json"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--vary", "a"), "--vary: 'a' gives no values; allowed: PATH=VALUE,VALUE..."),
        (("--vary", "a=1,x", "--vary", "=2"), "--vary: 'x' is not a number"),
        (("--vary", "a=1", "--vary", "a=2"), "--vary: a is given twice"),
        (("--vary", f"{BALANCING}=1,nan"), f"{BALANCING}: nan is not a finite number"),
        (("--vary", "assumptions.balancing=1"), f"did you mean '{BALANCING}'?"),
        (("--vary", f"{BALANCING}=1", "--area", "Knt"), "did you mean 'Kent'?"),
        ((), "Missing option '--vary'"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = call("status-quo", *words, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_fifty_runs_take_less_than_six_seconds_of_processor() -> None:
    path, values = "interventions.family-help.effect.risk_ratio", list(np.linspace(0.8, 1.0, 50))
    simulator.sweep("family-help-national", {path: values[:1]}, engine="compiled")
    began = time.process_time()
    simulator.sweep("family-help-national", {path: values}, engine="compiled")
    assert time.process_time() - began < 6.0
