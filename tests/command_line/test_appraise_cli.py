"""`care-demand appraise` as a user runs it."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.decisions import switching_values
from simulator.results.value_for_money import YEARS

SCENARIO = """\
name: Help for a year
extends: status-quo
end: 2026-03
assumptions: {drift: none}
interventions:
  - kind: early_help
    id: help
    start: 2025-04
    lag_months: 0
    effect: {measure: starts, risk_ratio: {median: 0.9, p10: 0.7, p90: 1.05, source: tfp_flw_2019, shrink: none}}
    cost: {per_year_gbp: 50_000_000}
"""


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switching_values, "SCAN", 3)
    monkeypatch.setattr(switching_values, "ROUNDS", 2)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_tables_agree_with_each_other_and_the_manifest_has_what_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("help.yaml").write_text(SCENARIO, encoding="utf-8")
    done = CliRunner().invoke(cli, ["appraise", "help.yaml", "--draws", "2", "--engine", "plain", "--no-charts"])
    assert done.exit_code == 0, done.output
    folder = Path("out/help-appraisal")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["files"]) == sorted(p.name for p in folder.iterdir())
    assert (folder / "summary.txt").read_text(encoding="utf-8") in done.output + "\n"

    perspectives, optimism = rows(folder / "perspectives.csv"), rows(folder / "optimism.csv")
    for places in ("limited", "as_needed"):
        here = [row for row in perspectives if row["places"] == places]
        [npv] = [row for row in here if row["item"] == "npv"]
        [stated] = [r for r in optimism if (r["places"], r["step"], r["item"]) == (places, "as stated", "npv")]
        assert npv["central"] == stated["central"]
        assert npv["p50"] == stated["p50"]
        lines = [row for row in here if row["kind"] not in ("all", "no_figure")]
        [whole] = [row for row in here if (row["item"], row["bearer"]) == ("all", "all")]
        assert sum(float(row["central"]) for row in lines) == pytest.approx(float(whole["central"]), abs=len(lines))
        assert all(row["central"] == "" for row in here if row["kind"] == "no_figure")
    [effect] = rows(folder / "effects.csv")
    assert (effect["design"], effect["kept"]) == ("matched", "0.5")
    assert {row["unit"] for row in optimism if row["item"] == "child_years_avoided"} == {YEARS}
    changes = {(r["places"], r["measure"], r["counted"]): float(r["central"]) for r in rows(folder / "outcomes.csv")}
    for places, measure, counted in changes:
        if counted == "change":
            with_and_without = changes[places, measure, "with"] - changes[places, measure, "without"]
            assert changes[places, measure, counted] == pytest.approx(with_and_without, abs=1e-4)
    assert {row["places"] for row in rows(folder / "switching-values.csv")} == {"limited", "as_needed"}
    assert "no verdict on value for money" in done.output
    assert "Councils: not asked for" in done.output
    asked = ["--draws", "2", "--cost-uplift", "0.25", "--years-late", "1", "--kept", "0.5", "--elasticity", "1.3"]
    assert shlex.split(manifest["command"])[2:] == [
        "help.yaml",
        *asked,
        "--seed",
        "1",
        "--engine",
        "plain",
        "--no-charts",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status-quo"], "nobody does anything in status-quo, so there is nothing to appraise"),
        (["family-help-nationall"], "family-help-national"),
        (["family-help-national", "--against", "lga-2021"], "another time or other areas"),
        (["family-help-national", "--draws", "1"], "one draw beside the central run says nothing"),
        (["family-help-national", "--years-late", "11"], "0<=x<=10"),
        (["family-help-national", "--kept", "1.5"], "0.0<=x<=1.0"),
        (["family-help-national", "--council-draws", "1"], "one draw beside the central run says nothing"),
        (["family-help-national", "--area", "Kentt"], "did you mean 'Kent'?"),
        (["family-help-national", "foster-plan-88m"], "unexpected extra argument (foster-plan-88m)"),
        (["two.yaml"], "two is of 2 areas (allowed: one area at a time, with --area)"),
        ([], "Missing argument"),
    ],
)
def test_wrong_input_is_refused_and_nothing_is_written(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(f"{SCENARIO}areas: [Kent, Leeds]\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["appraise", *words])
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["two.yaml"]
