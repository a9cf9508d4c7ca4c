"""`care-demand pilot-power` as a user runs it."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.decisions import england_through_areas as through
from simulator.decisions import pilot_answer
from simulator.decisions.pilot_charts import POWER, THROUGH

QUICK = ["--areas", "12", "--design", "matched-difference", "--ratio", "0.85", "--years", "4", "--no-charts"]


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(through, "SHOWN", (12,))
    monkeypatch.setattr(pilot_answer, "TIMES", (1, 4))


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_tables_summary_and_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = CliRunner().invoke(cli, ["pilot-power", *QUICK, "--out", str(folder)])
    assert done.exit_code == 0, done.output
    power, [needs] = rows(folder / "pilot-power.csv"), rows(folder / "pilot-needs.csv")
    assert {row["areas"] for row in power} == {"12", "48"}
    [told] = [row for row in power if row["areas"] == "12" and row["ratio"] == "0.85"]
    assert told["chance_to_detect"] == needs["chance_to_detect"]
    assert f"{float(needs['chance_to_detect']):.0%}" in done.output
    assert {row["areas"] for row in rows(folder / "england-through-areas.csv")} == {"12", "153"}
    assert (folder / "summary.txt").read_text(encoding="utf-8") in done.output + "\n"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["files"]) == sorted(p.name for p in folder.iterdir())

    again = tmp_path / "again"
    words = shlex.split(manifest["command"])[1:]
    assert CliRunner().invoke(cli, [*words, "--quiet", "--out", str(again)]).output == ""
    for name in manifest["tables"]:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.slow
def test_charts_and_named_areas(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    named = [word for name in ("Kent", "Leeds", "Rutland") for word in ("--areas", name)]
    done = CliRunner().invoke(cli, ["pilot-power", *named, "--lasts", "24", "--out", str(folder)])
    assert done.exit_code == 0, done.output
    alt = (folder / "charts" / "alt-text.txt").read_text(encoding="utf-8")
    for name in (POWER, THROUGH):
        assert (folder / "charts" / f"{name}.png").is_file()
        assert f"{name}: " in alt
    assert {row["areas_are"] for row in rows(folder / "pilot-needs.csv")} == {"named"}
    assert "Kent, Leeds, Rutland" in done.output


def test_bad_requests_write_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    bad = ["--areas", "Kentt", "--areas", "12", "--of", "1", "--ratio", "-1", "--lag", "90"]
    done = CliRunner().invoke(cli, ["pilot-power", *bad, "--out", str(folder)])
    assert done.exit_code == 2
    for words in ("--of 1: allowed", "did you mean 'Kent'?", "'12' is no authority", "--ratio -1: allowed", "--lag 90"):
        assert words in done.output, done.output
    assert not folder.exists()
    for words, said in (
        (["--areas", "0"], "0 for the design"),
        (["--areas", "151"], "matched-difference: allowed: 1 to"),
    ):
        done = CliRunner().invoke(cli, ["pilot-power", *words, "--out", str(folder)])
        assert (done.exit_code, folder.exists()) == (2, False)
        assert said in done.output


def test_a_folder_of_somebody_else_stays(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(cli, ["pilot-power", *QUICK, "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
