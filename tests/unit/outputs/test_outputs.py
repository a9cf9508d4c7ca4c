"""The output folder: its tables, and that it is written whole or not at all."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from synthetic import PLACEMENTS, synthetic

import simulator
from simulator.baseline.england import load_baseline
from simulator.outputs import charts, run_folder, summary, write_tables
from simulator.outputs.folder import FolderError, WriteError, check_folder, whole_folder
from simulator.outputs.run_folder import write_comparison, write_run
from simulator.results import long_tables
from simulator.vocabulary.calendar import Month

IDENTITY = 1e-5
CONTRACT = "scenario,area,date,period,measure,placement,age_band,unit,central,p05,p10,p25,p50,p75,p90,p95"
YEAR_CONTRACT = "scenario,area,financial_year,measure,placement,unit,price_basis,central,p05,p10,p25,p50,p75,p90,p95"


@pytest.fixture
def one_chart(monkeypatch):
    """Draw one real chart only, to be quick: that of children, or the first of several scenarios."""
    entries = charts.entries

    def first(scope=None):
        return [entry for entry in entries(scope) if entry.name in ("children", "compare_children")]

    monkeypatch.setattr(charts, "entries", first)


def loaded(key="status-quo", text="name: Status quo\n"):
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    file = SimpleNamespace(path=Path(f"/somewhere/else/{key}.yaml"), text=text, sha256=sha256)
    return SimpleNamespace(key=key, files=(file,), baseline=load_baseline(2025))


def write(folder, results=None, **options):
    results = results or synthetic(months=24)
    write_run(results, loaded(results.name), folder, "care-demand run x", **{"charts": False, **options})


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# Tables


def test_columns_are_the_contract(tmp_path):
    write(tmp_path / "out")
    assert (tmp_path / "out/results.csv").read_text().splitlines()[0] == CONTRACT
    assert (tmp_path / "out/financial-years.csv").read_text().splitlines()[0] == YEAR_CONTRACT


@pytest.mark.parametrize("draws", [0, 3])
def test_results_hold_the_rows_of_tidy(tmp_path, draws):
    results = synthetic(months=14, draws=draws, areas=("Bristol, City of", 'The "North"'))
    write(tmp_path / "out", results)
    found = rows(tmp_path / "out/results.csv")
    expected = list(long_tables.monthly_rows(results))
    assert len(found) == len(expected)
    for got, want in zip(found, expected, strict=True):
        assert list(got.values())[:8] == list(want[:8])
        half = 0.5 if got["unit"] == "GBP" else 0.5e-6
        for text, number in zip(list(got.values())[8:], want[8:], strict=True):
            assert text == "" if number is None else float(text) == pytest.approx(number, rel=1e-15, abs=1.0001 * half)


def test_quantiles_are_empty_without_draws(tmp_path):
    write(tmp_path / "out")
    for name in ("results.csv", "financial-years.csv"):
        for row in rows(tmp_path / "out" / name):
            assert row["central"]
            assert not any(row[column] for column in long_tables.STATISTICS[1:])


def test_children_balance_from_the_file_alone(tmp_path):
    write(tmp_path / "out", synthetic(months=120))
    found = rows(tmp_path / "out/results.csv")

    def path(measure, placement, band):
        wanted = (measure, placement, band)
        return np.array([float(r["central"]) for r in found if (r["measure"], r["placement"], r["age_band"]) == wanted])

    for placement, band in [("all", "all"), ("council_foster", "all"), ("all", "10_to_15")]:
        stock = path("children", placement, band)
        flows = path("starts", placement, band) - path("exits", placement, band)
        flows += path("balancing", placement, band)
        assert len(stock) == 121
        np.testing.assert_allclose(stock[:-1] + flows, stock[1:], rtol=0, atol=IDENTITY)


def test_stocks_carry_instants_and_flows_the_last_days_of_months(tmp_path):
    write(tmp_path / "out")
    found = rows(tmp_path / "out/results.csv")
    instants = [r["date"] for r in found if (r["measure"], r["placement"], r["age_band"]) == ("children", "all", "all")]
    months = [r["date"] for r in found if r["measure"] == "total_spend"]
    assert (instants[0], instants[-1], len(instants)) == ("2025-03-31", "2027-03-31", 25)
    assert (months[0], months[-1], len(months)) == ("2025-04-30", "2027-03-31", 24)


def test_numbers_are_plain():
    assert [write_tables._number(v, 6) for v in (1.0, -0.0, 0.1, 1 / 3, float("nan"), None, -1e-12, 1e9, 2e-6)] == [
        "1", "0", "0.1", "0.333333", "", "", "0", "1000000000", "0.000002",
    ]  # fmt: skip
    assert [write_tables._number(v, 0) for v in (100.0, -0.4, 1234.56, -1e10)] == ["100", "0", "1235", "-10000000000"]


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    results = synthetic(months=12)
    results["starts"].values[0, 0, 3] = np.nan
    with pytest.raises(ValueError, match=r"starts .* not finite"):
        write(tmp_path / "out", results)
    assert not list(tmp_path.iterdir())


def test_financial_years_hold_counts_money_and_extra_spend(tmp_path):
    results = synthetic(months=30)
    write(tmp_path / "out", results)
    found = rows(tmp_path / "out/financial-years.csv")
    assert {r["financial_year"] for r in found} == {"2025-26", "2026-27"}
    bases = {}
    for row in found:
        bases.setdefault(row["measure"], set()).add(row["price_basis"])
    assert bases["children"] == {""}
    assert bases["total_spend"] == {"cash", "real 2024-25"}
    extra = {
        row["measure"]: float(row["central"])
        for row in found
        if row["measure"].startswith("extra_spend")
        and (row["financial_year"], row["price_basis"]) == ("2026-27", "cash")
    }
    causes = ("numbers", "mix", "support", "price_above_inflation", "programmes", "inflation")
    parts = [f"extra_spend_{cause}" for cause in causes]
    assert list(extra) == ["extra_spend", *parts]
    assert bases["extra_spend"] == {"cash", "real 2024-25"}
    assert bases["extra_spend_mix"] == {"cash"}
    assert sum(extra[name] for name in parts) == pytest.approx(extra["extra_spend"], abs=len(parts))
    end = next(r for r in found if (r["measure"], r["placement"]) == ("children", "all"))
    assert float(end["central"]) == pytest.approx(results["children"].total()[12], abs=0.5001e-6)


def test_a_run_shorter_than_a_year_is_written(tmp_path):
    write(tmp_path / "out", synthetic(months=5))
    assert rows(tmp_path / "out/financial-years.csv") == []
    assert "start" in (tmp_path / "out/summary.txt").read_text()


def test_same_results_give_the_same_bytes_wherever_they_go(tmp_path, one_chart):
    write(tmp_path / "one", charts=True)
    write(tmp_path / "two/three", charts=True)
    assert everything(tmp_path / "one") == everything(tmp_path / "two/three")


# Comparison


@pytest.mark.parametrize("draws", [0, 4])
def test_differences_are_taken_draw_by_draw(tmp_path, draws):
    base, less = synthetic(draws=draws), synthetic("help", draws=draws, starts_ratio=0.9)
    write_comparison([base, less], [loaded(), loaded("help")], tmp_path / "out", "x", charts=False)
    assert (tmp_path / "out/differences.csv").read_text().splitlines()[0] == YEAR_CONTRACT
    found = rows(tmp_path / "out/differences.csv")
    assert {r["scenario"] for r in found} == {"help"}
    assert [*dict.fromkeys(r["measure"] for r in found)] == [
        "children", "starts", "exits", "total_spend", "placement_spend", "programme_spend",
    ]  # fmt: skip
    children = [r for r in found if r["measure"] == "children"]
    by_draw = (less["children"].values - base["children"].values).sum(axis=(-2, -1))[:, 0, 12::12]
    assert [float(r["central"]) for r in children] == pytest.approx(by_draw[0])
    if draws:
        assert [float(r["p90"]) for r in children] == pytest.approx(np.quantile(by_draw[1:], 0.9, axis=0))
    spend = [r for r in found if r["measure"] == "placement_spend" and r["price_basis"] == "cash"]
    assert [*dict.fromkeys(r["placement"] for r in spend)] == ["all", *PLACEMENTS]
    one_year = [float(r["central"]) for r in spend if r["financial_year"] == "2030-31"]
    assert one_year[0] == pytest.approx(sum(one_year[1:]))
    programme = next(r for r in found if r["measure"] == "programme_spend")
    assert float(programme["central"]) == pytest.approx(12e6)


def test_a_comparison_holds_all_scenarios_and_a_small_table(tmp_path):
    many = [synthetic(), synthetic("help", starts_ratio=0.9)]
    write_comparison(many, [loaded(), loaded("help")], tmp_path / "out", "x", charts=False)
    for name in ("results.csv", "financial-years.csv"):
        assert {r["scenario"] for r in rows(tmp_path / "out" / name)} == {"status-quo", "help"}
    text = (tmp_path / "out/summary.txt").read_text()
    for words in (
        "start",
        "+2 years",
        "+5 years",
        "+10 years",
        "Spend above 2024-25",
        "compared with status-quo",
    ):
        assert words in text
    assert text.count("Note: Starts are held as rates.") == 1
    assert "Note (help): Made for help." in text


def test_scenarios_that_start_from_another_date_have_no_differences(tmp_path):
    many = [synthetic(months=24), synthetic("later", months=36, first_month=Month(2026, 4))]
    write_comparison(many, [loaded(), loaded("later")], tmp_path / "out", "x", charts=False)
    assert rows(tmp_path / "out/differences.csv") == []
    assert "not compared" in (tmp_path / "out/summary.txt").read_text()


def test_scenarios_with_other_years_and_placements_are_compared_where_they_meet(tmp_path):
    longer = synthetic("later", months=36, placements=PLACEMENTS[:2])
    many = [synthetic(months=24), longer]
    write_comparison(many, [loaded(), loaded("later")], tmp_path / "out", "x", charts=False)
    found = rows(tmp_path / "out/differences.csv")
    assert {r["financial_year"] for r in found} == {"2025-26", "2026-27"}
    by_placement = {
        r["placement"]: float(r["central"])
        for r in found
        if (r["measure"], r["price_basis"], r["financial_year"]) == ("placement_spend", "cash", "2026-27")
    }
    assert set(by_placement) == {"all", *PLACEMENTS}
    assert by_placement["childrens_home"] < 0
    assert sum(v for k, v in by_placement.items() if k != "all") == pytest.approx(by_placement["all"])


def test_nothing_in_common_gives_an_empty_table(tmp_path):
    many = [synthetic(months=12), synthetic("later", months=12, first_month=Month(2040, 4))]
    write_comparison(many, [loaded(), loaded("later")], tmp_path / "out", "x", charts=False)
    assert rows(tmp_path / "out/differences.csv") == []


def test_two_scenarios_of_one_name_are_refused(tmp_path):
    many = [synthetic(months=12)] * 2
    with pytest.raises(ValueError, match="different names"):
        write_comparison(many, [loaded()] * 2, tmp_path / "out", "x", charts=False)


# Summary, manifest and charts


def test_summary_is_in_plain_money_and_children(tmp_path):
    results = synthetic()
    text = summary.summary_text(results)
    assert "31 Mar 2025  31 Mar 2027  31 Mar 2030  31 Mar 2035" in text
    assert "Children looked after" in text
    assert "80,000" in text
    assert "£" in text
    assert "bn" in text
    assert "Note: Starts are held as rates." in text
    assert max(map(len, text.splitlines())) <= 100


def test_points_follow_the_results():
    results = synthetic()
    points = summary.summary_points(results)
    assert [p.years for p in points] == [0, 2, 5, 10]
    need = results["unmet_foster_need"].total()
    assert [p.unmet_foster_need for p in points] == [need[0], need[24], need[60], need[120]]
    assert points[0].spend_gbp is None
    year = results.by_year("total_spend")[0, 0, 4].sum()
    assert points[2].spend_gbp == pytest.approx(year)
    assert points[2].extra_gbp == pytest.approx(year - 3e9)


def test_changes_carry_a_sign_unless_they_are_nothing():
    change = summary._change(summary.words.money)
    assert [change(v) for v in (45e6, -45e6, 0.0, 0.2)] == ["+£45m", "−£45m", "£0", "£0"]
    assert summary._change(change)(45e6) == "+£45m"


def test_manifest_says_what_the_output_was_made_from(tmp_path):
    text = "name: Étude\n"
    results = synthetic(months=12)
    write_run(results, loaded(text=text), tmp_path / "out", "care-demand run x", seed=5, charts=False)
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["made_by"], manifest["command"]) == ("care-demand", "care-demand run x")
    assert (manifest["seed"], manifest["draws"]) == (5, 0)
    (scenario,) = manifest["scenarios"]
    assert (scenario["name"], scenario["price_year"]) == ("status-quo", "2024-25")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert scenario["files"] == [{"file": "status-quo.yaml", "sha256": sha256, "text": text}]
    vocabulary, data = (Path(simulator.__file__).parent / name for name in ("vocabulary", "data"))
    files = {p.relative_to(data).as_posix() for p in data.rglob("*") if p.suffix in {".csv", ".json", ".yaml"}}
    assert set(manifest["data"]) == {"areas.csv", "placements.yaml", *files}
    sha256 = hashlib.sha256((vocabulary / "placements.yaml").read_bytes()).hexdigest()
    assert manifest["data"]["placements.yaml"] == sha256
    assert set(manifest["versions"]) == {"care-demand", "model", "python", "numpy"}
    assert manifest["files"] == sorted(everything(tmp_path / "out"))


def test_manifest_names_the_compiled_engine_when_it_ran(tmp_path):
    write(tmp_path / "out", replace(synthetic(months=12), engine="compiled"))
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert {"numba", "llvmlite", "compiled_engine"} < set(manifest["versions"])


def test_no_file_names_the_folder_or_the_day(tmp_path, one_chart):
    write(tmp_path / "out", charts=True)
    for name, content in everything(tmp_path / "out").items():
        assert str(tmp_path).encode() not in content, name
        assert b"/somewhere/else" not in content, name


def test_charts_come_in_both_forms_with_alt_text(tmp_path, one_chart):
    write(tmp_path / "out", synthetic(), charts=True)
    folder = tmp_path / "out/charts"
    drawn = {p.stem for p in folder.glob("*.svg")}
    assert drawn
    assert drawn == {p.stem for p in folder.glob("*.png")}
    lines = (folder / "alt-text.txt").read_text(encoding="utf-8").splitlines()
    assert {line.partition(": ")[0] for line in lines} == drawn
    summary = (tmp_path / "out/summary.txt").read_text(encoding="utf-8")
    for name in drawn:
        assert f"  {name}: " in summary


# Whole or not at all


def test_folders_on_the_way_are_made(tmp_path):
    write(tmp_path / "a/b/c")
    assert (tmp_path / "a/b/c/manifest.json").is_file()
    assert [p.name for p in (tmp_path / "a/b").iterdir()] == ["c"]


def test_an_output_of_ours_is_replaced(tmp_path):
    write(tmp_path / "out", synthetic(months=24))
    write(tmp_path / "out", synthetic(months=12))
    assert rows(tmp_path / "out/results.csv")[12]["date"] == "2026-03-31"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    assert (tmp_path / "out/manifest.json").is_file()


def test_a_link_to_a_folder_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    write(tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "disk/manifest.json").is_file()


def test_permissions_are_those_of_any_new_folder(tmp_path):
    write(tmp_path / "out")
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


FOREIGN = {
    "someone's work": {"thesis.docx": "years of work"},
    "another program's manifest": {"manifest.json": '{"made_by": "else", "files": ["manifest.json"]}'},
    "a broken manifest": {"manifest.json": "{", "results.csv": ""},
    "a manifest that is no mapping": {"manifest.json": "[1]"},
    "a manifest without a list": {"manifest.json": '{"made_by": "care-demand"}'},
}


@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
def test_a_folder_of_something_else_is_left_alone(tmp_path, files):
    folder = tmp_path / "out"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    before = everything(tmp_path)
    with pytest.raises(FolderError, match="not empty and not written by care-demand"):
        write(folder)
    assert everything(tmp_path) == before


def test_a_file_added_to_our_folder_is_not_lost(tmp_path):
    write(tmp_path / "out")
    (tmp_path / "out/notes.txt").write_text("mine")
    (tmp_path / "out/.DS_Store").write_text("litter")
    with pytest.raises(FolderError, match=r"did not write \(notes.txt\)"):
        write(tmp_path / "out")
    assert (tmp_path / "out/notes.txt").read_text() == "mine"
    (tmp_path / "out/notes.txt").unlink()
    write(tmp_path / "out")


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FolderError, match="is a file"):
        write(tmp_path / "out")
    with pytest.raises(FolderError, match="is a file, not a folder"):
        write(tmp_path / "out/below")
    assert (tmp_path / "out").read_text() == "mine"


def test_the_folder_one_is_in_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in (Path(), tmp_path.parent):
        with pytest.raises(FolderError, match="the folder you are in"):
            check_folder(place)


def test_a_parent_without_permission_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere, so a real one won't do
    with pytest.raises(FolderError, match="no permission to write in"):
        check_folder(tmp_path / "out")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path, monkeypatch, code):
    def mkdir(*_args, **_options):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(FolderError, match="can't be made"):
        write(tmp_path / "out")


def test_a_name_too_long_is_refused(tmp_path):
    with pytest.raises(FolderError, match="name too long"):
        write(tmp_path / ("x" * 300))
    assert not list(tmp_path.iterdir())


FAILURES = [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), WriteError),
    (KeyboardInterrupt(), KeyboardInterrupt),
    (SystemExit(143), SystemExit),
    (RuntimeError("a fault"), RuntimeError),
]


@pytest.mark.parametrize(("failure", "raised"), FAILURES, ids=lambda x: getattr(x, "__name__", type(x).__name__))
@pytest.mark.parametrize("step", ["write_table", "_write_text", "_write_charts"])
@pytest.mark.parametrize("earlier", [True, False])
def test_a_failure_on_the_way_changes_nothing(tmp_path, monkeypatch, failure, raised, step, earlier):
    if earlier:
        write(tmp_path / "a/out", synthetic(months=12))
    before = everything(tmp_path)

    def fail(*_args, **_options):
        raise failure

    monkeypatch.setattr(run_folder, step, fail)
    with pytest.raises(raised):
        write(tmp_path / "a/out", charts=step == "_write_charts")
    assert everything(tmp_path) == before
    assert (tmp_path / "a").exists() == earlier


@pytest.mark.parametrize("failing_call", [1, 2])
@pytest.mark.parametrize("failure", [OSError(errno.EIO, "input/output error"), KeyboardInterrupt()])
def test_a_failure_while_renaming_puts_the_old_output_back(tmp_path, monkeypatch, failing_call, failure):
    write(tmp_path / "out", synthetic(months=12))
    before = everything(tmp_path)
    rename, calls = Path.rename, []

    def failing(path, target):
        calls.append(path)
        if len(calls) == failing_call:
            raise failure
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((WriteError, KeyboardInterrupt)):
        write(tmp_path / "out", synthetic(months=24))
    assert everything(tmp_path) == before


def test_the_message_of_a_full_disk_is_plain(tmp_path):
    with pytest.raises(WriteError) as caught, whole_folder(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "No space left on device", "/long/name")
    assert str(caught.value).endswith("out could not be written: no space left on device (nothing was changed)")
