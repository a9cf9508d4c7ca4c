"""Commands that decide: their tables, manifests that ask again, and going on after a stop."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simulator.cli.main import TERMINATED, cli
from simulator.decisions import (
    england_through_areas,
    figures_at_points,
    information,
    pilot_answer,
    pilot_plan,
    plan_runs,
    switching_values,
)
from simulator.decisions.appraisal_runs import AppraisalRuns
from simulator.decisions.figures_at_points import AskedOfPoints

SHORT = """\
name: Family help, two years
extends: family-help-national
end: 2027-03
"""

QUICK = {
    "sensitivity": ["sensitivity", "short.yaml", "--points", "2", "--inputs", "1"],
    "voi": ["voi", "short.yaml", "--draws", "100"],
    "optimise": ["optimise", "short.yaml", "--budget", "1e8", "--latest-start", "2025", "--draws", "0"],
    "pilot-power": ["pilot-power", "--design", "matched-difference", "--ratio", "0.8", "--years", "4"],
    "appraise": ["appraise", "short.yaml", "--draws", "2", "--cost-uplift", "0.4"],
}
TABLES = {
    "sensitivity": ["sobol.csv", "switches.csv", "tornado.csv"],
    "voi": ["value-of-information.csv"],
    "optimise": ["next-million.csv", "plan-levels.csv", "plans.csv"],
    "pilot-power": ["england-through-areas.csv", "pilot-needs.csv", "pilot-power.csv"],
    "appraise": ["effects.csv", "optimism.csv", "outcomes.csv", "perspectives.csv", "switching-values.csv"],
}
MADE = {
    "sensitivity": (AskedOfPoints, "_some"),
    "voi": (AskedOfPoints, "_some"),
    "optimise": (plan_runs.PlanRuns, "_some"),
    "pilot-power": (england_through_areas, "_through"),
    "appraise": (AppraisalRuns, "_made"),
}
"""What runs the model, of each command: between its calls it can be stopped."""
STOPPED_AFTER = {"appraise": 14}
"""Calls before it is stopped, where that is not one: of an appraisal within its switching values."""
LONG = {"appraise", "pilot-power", "sensitivity", "voi"}
"""Take more than a quarter of a minute of processor to be stopped and to go on."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with a short scenario, and ask for little."""
    monkeypatch.chdir(tmp_path)
    Path("short.yaml").write_text(SHORT, encoding="utf-8")
    monkeypatch.setattr(england_through_areas, "SHOWN", (12,))
    monkeypatch.setattr(pilot_answer, "TIMES", (1,))
    monkeypatch.setattr(pilot_plan, "DRAWS", 5)
    monkeypatch.setattr(information, "_SHUFFLES", 5)
    monkeypatch.setattr(figures_at_points, "AT_ONCE", 40)
    monkeypatch.setattr(plan_runs, "AT_ONCE", 8)
    monkeypatch.setattr(switching_values, "SCAN", 3)
    monkeypatch.setattr(switching_values, "ROUNDS", 1)
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="care-demand")


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in QUICK]
)
def test_stopped_going_on_and_replayed(name: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Stopped on its way, a command goes on without running again what it ran; the tables are those of one go."""
    words = [*QUICK[name], "--no-charts", "--quiet"]
    where, method = MADE[name]
    real, calls, most = getattr(where, method), [0], [STOPPED_AFTER.get(name, 1)]

    def counted(*args: Any, **more: Any) -> Any:
        if calls[0] == most[0]:
            sys.exit(TERMINATED)
        calls[0] += 1
        return real(*args, **more)

    monkeypatch.setattr(where, method, counted)
    stopped = call(*words, "--out", "out")
    assert stopped.exit_code == TERMINATED, stopped.output
    assert "the same command goes on from them" in stopped.output
    assert not Path("out").exists()
    calls[0], most[0] = 0, 10_000
    assert call(*words, "--out", "whole").exit_code == 0
    whole = calls[0]
    calls[0] = 0
    done = call(*words, "--out", "out")
    assert done.exit_code == 0, done.output
    assert calls[0] == whole - STOPPED_AFTER.get(name, 1)
    assert sorted(everything(Path("out"))) == TABLES[name]
    assert everything(Path("out")) == everything(Path("whole"))
    assert {path.name for path in folder.iterdir()} == {"out", "whole", "short.yaml"}, "nothing is left behind"

    Path("short.yaml").unlink()
    again = call("replay", "out")
    assert again.exit_code == 0, again.output
    assert again.stdout.splitlines() == [*(f"{table}: the same" for table in TABLES[name]), "The tables are the same."]
    kept = call("replay", "out", "--out", "kept")
    assert kept.exit_code == 0, kept.output
    assert everything(Path("kept")) == everything(Path("out"))
    first, second = (json.loads(Path(x, "manifest.json").read_text(encoding="utf-8")) for x in ("out", "kept"))
    assert (first["command"], first["tables"]) == (second["command"], second["tables"])


def test_work_that_was_damaged_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*QUICK["voi"], "--no-charts", "--quiet"]
    real, calls = AskedOfPoints._some, [0]

    def stops(*args: Any) -> Any:
        if calls[0] == 2:
            sys.exit(TERMINATED)
        calls[0] += 1
        return real(*args)

    monkeypatch.setattr(AskedOfPoints, "_some", stops)
    call(*words, "--out", "out")
    monkeypatch.setattr(AskedOfPoints, "_some", real)
    cut, changed = sorted(Path().glob(".out-draws/runs/*.block"))
    cut.write_bytes(cut.read_bytes()[:100])
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    assert call(*words, "--out", "out").exit_code == 0
    assert call(*words, "--out", "whole").exit_code == 0
    assert everything(Path("out")) == everything(Path("whole"))


def test_sensitivity_tells_its_budget_and_holds_what_it_says(folder: Path) -> None:
    done = call(*QUICK["sensitivity"], "--no-charts", "--out", "out")
    assert done.exit_code == 0, done.output
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert f"This takes {manifest['model_runs']:,} model runs: 1 central" in done.stderr
    tornado, indices = rows(Path("out/tornado.csv")), rows(Path("out/sobol.csv"))
    inputs = {row["input"] for row in tornado if row["input"]}
    assert manifest["model_runs"] == 1 + 2 * len(inputs) + 2 * (2 + len({r["input"] for r in _own(indices)}))
    [middle] = [row for row in tornado if row["measure"] == "npv" and not row["input"]]
    [stated] = [r for r in rows(Path("out/switches.csv")) if (r["measure"], r["switch"]) == ("npv", "as stated")]
    assert float(middle["central"]) == pytest.approx(float(stated["central"]))
    assert {row["percentile"] for row in tornado if row["input"]} == {"10", "90"}
    assert done.stdout.replace("Results are in out\n", "").strip() == Path("out/summary.txt").read_text().strip()


def _own(indices: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    return (row for row in indices if row["index"] == "total")


def test_voi_tells_its_budget_and_holds_what_it_says() -> None:
    done = call(*QUICK["voi"], "--vary", "interventions.family-help.areas.share=0.5,1", "--no-charts", "--out", "out")
    assert done.exit_code == 0, done.output
    assert "This takes 200 model runs: 100 draws of 2 options." in done.stderr
    items = {row["item"]: float(row["central"]) for row in rows(Path("out/value-of-information.csv")) if row["central"]}
    shares = [value for name, value in items.items() if name.startswith("chance_best:")]
    assert sum(shares) == pytest.approx(1.0)
    assert items["mean_npv:nothing"] == 0.0
    assert items["evpi"] >= 0.0
    groups = [row for row in rows(Path("out/value-of-information.csv")) if row["item"].startswith("evppi")]
    assert groups
    assert all(float(row["central"]) <= 1.1 * items["evpi"] + float(row["noise"]) for row in groups)
    assert "Every option costs the same" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sensitivity", "short.yaml", "--points", "100"], "100 points are no power of 2"),
        (["sensitivity", "short.yaml", "--against", "lga-2021"], "is of another time or other areas"),
        (["sensitivity", "shortt.yaml"], "shortt.yaml"),
        (["sensitivity", "short.yaml", "--area", "Kentt"], "did you mean 'Kent'?"),
        (["voi", "short.yaml", "--draws", "10"], "10 draws are too few"),
        (["voi", "status-quo", "--draws", "100"], "nobody does anything in status-quo"),
        (["voi", "short.yaml", "short.yaml", "--draws", "100"], "two options are the same scenario"),
        (["voi", "short.yaml", "--pilot", "12by2"], "'12by2' is not a pilot (allowed: AREASxYEARS, such as 12x2)"),
        (["voi", "short.yaml", "--pilot", "12x2", "--draws", "100"], "would delay it by 4"),
        (["voi", "short.yaml", "--vary", "interventions.family-help.areas.share=a"], "'a' is not a number"),
    ],
)
def test_bad_requests_write_nothing(words: list[str], said: str, folder: Path) -> None:
    done = call(*words, "--no-charts", "--out", "out")
    assert (done.exit_code, said in done.stderr) == (2, True), done.output
    assert [path.name for path in folder.iterdir()] == ["short.yaml"]


def test_manifests_that_ask_for_something_else() -> None:
    assert call(*QUICK["voi"], "--no-charts", "--quiet", "--out", "out").exit_code == 0
    path = Path("out/manifest.json")
    stated = json.loads(path.read_text(encoding="utf-8"))
    for command, said in (
        ("voi other.yaml --draws 100", "it names other scenarios"),
        ("voi short.yaml --draws many", "is not a valid integer"),
        ("voi short.yaml --out elsewhere", "No such option"),
        ("voi short.yaml --draws 10", "10 draws are too few"),
        ("solve short.yaml", "it is of `care-demand solve`"),
    ):
        path.write_text(json.dumps(stated | {"command": f"care-demand {command}"}), encoding="utf-8")
        done = call("replay", path)
        assert (done.exit_code, said in done.stderr) == (2, True), done.output
    path.write_text(json.dumps(stated), encoding="utf-8")
    done = call("replay", path, "--returns", ".")
    assert (done.exit_code, "goes without --returns and --against" in done.stderr) == (2, True), done.output
