"""Synthetic returns: clean ones import without a finding, planted faults are told to the row, and nothing leaks."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from returns_files import findings

from simulator.cli.main import cli
from simulator.returns import codes, fault_injection
from simulator.returns.clean import clean
from simulator.returns.exposure import by_year, exposure
from simulator.returns.read_files import read
from simulator.returns.rules import RULES
from simulator.returns.sample import place_code
from simulator.vocabulary import placements


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def made(folder: Path, *, children: int, years: int, seed: int, kinds: str) -> Path:
    result = call(
        "sample-returns", "--children", children, "--years", years, "--seed", seed, "--out", folder, "--dirt", kinds
    )
    assert result.exit_code == 0, result.output
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("tidy") / "returns", children=400, years=4, seed=1, kinds="none")


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("dirty") / "returns", children=700, years=4, seed=3, kinds="all")


@pytest.fixture(scope="module")
def imported(dirty: Path) -> Path:
    folder = dirty.parent / "imported"
    result = call("import", "ssda903", dirty, "--out", folder)
    assert result.exit_code == 0, result.output
    (dirty.parent / "screen.txt").write_text(result.output)
    return folder


def test_clean_returns_give_an_empty_report(tidy: Path) -> None:
    stays, report = clean(read(tidy))
    assert not report.dirt
    assert not report.touched.height
    stock = by_year(stays).stock.sum(axis=(1, 2, 3, 4))
    assert stock == pytest.approx(400, rel=0.25)
    assert rows(tidy / "planted.csv") == []


def test_clean_import_says_so(tidy: Path, tmp_path: Path) -> None:
    result = call("import", "ssda903", tidy, "--out", tmp_path / "out")
    assert "no rule found anything" in result.output
    assert rows(tmp_path / "out" / "quality.csv") == rows(tmp_path / "out" / "quality-rows.csv") == []
    assert "Nothing is wrong" in (tmp_path / "out" / "quality.txt").read_text()


@pytest.mark.parametrize(("children", "years", "seed"), [(10, 1, 1), (60, 2, 2), (200, 3, 3), (900, 5, 4)])
def test_planted_dirt_is_told_to_the_row(tmp_path: Path, children: int, years: int, seed: int) -> None:
    folder = made(tmp_path / "returns", children=children, years=years, seed=seed, kinds="all")
    planted = {row["kind"]: (int(row["rows"]), int(row["children"])) for row in rows(folder / "planted.csv")}
    assert findings(clean(read(folder))[1]) == planted


def test_every_kind_of_fault_is_planted_and_found(dirty: Path, imported: Path) -> None:
    planted = {row["kind"]: row for row in rows(dirty / "planted.csv")}
    assert set(planted) == set(fault_injection.PLANTERS)
    told = {row["rule"]: row for row in rows(imported / "quality.csv")}
    assert {k: (v["file_kind"], v["rows"], v["children"]) for k, v in planted.items()} == {
        k: (v["file_kind"], v["rows"], v["children"]) for k, v in told.items()
    }
    never_planted = {rule.name for rule in RULES if rule.dirt} - set(planted)
    assert never_planted == {"before_a_missing_year", "starts_in_broken_year"}, "they would take a whole return away"


@pytest.mark.parametrize("kind", fault_injection.kinds())
def test_each_kind_alone(tmp_path: Path, kind: str) -> None:
    folder = made(tmp_path / "returns", children=150, years=3, seed=5, kinds=kind)
    planted = {row["kind"]: (int(row["rows"]), int(row["children"])) for row in rows(folder / "planted.csv")}
    assert list(planted) == ([] if kind == "format" else [kind])
    assert findings(clean(read(folder))[1]) == planted


def test_format_changes_files_and_nothing_else(tidy: Path, tmp_path: Path) -> None:
    folder = made(tmp_path / "returns", children=400, years=4, seed=1, kinds="format")
    content = (folder / "2025" / "episodes.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf Child ")
    assert b"\r\n" in content
    before, after = (exposure(clean(read(path))[0], 3) for path in (tidy, folder))
    assert (after.child_years == before.child_years).all()
    assert (after.events == before.events).all()


def test_dirt_hardly_moves_the_results(tmp_path: Path) -> None:
    """What is planted on a few children in a hundred changes the stock by no more."""
    stocks = []
    for kinds in ("none", "all"):
        folder = made(tmp_path / kinds, children=700, years=4, seed=2, kinds=kinds)
        stocks.append(by_year(clean(read(folder))[0]).stock.sum(axis=(1, 2, 3, 4)))
    assert stocks[1] == pytest.approx(stocks[0], rel=0.05)


def test_one_seed_one_set_of_returns(tidy: Path, tmp_path: Path) -> None:
    again = made(tmp_path / "returns", children=400, years=4, seed=1, kinds="none")
    assert {p.relative_to(again): p.read_bytes() for p in again.rglob("*.csv")} == {
        p.relative_to(tidy): p.read_bytes() for p in tidy.rglob("*.csv")
    }
    other = made(tmp_path / "other", children=400, years=4, seed=2, kinds="none")
    assert (other / "2025" / "episodes.csv").read_bytes() != (tidy / "2025" / "episodes.csv").read_bytes()


def test_every_placement_has_a_code_in_every_year() -> None:
    for year in range(2010, 2027):
        for place in codes.PLACES:
            code, provider = place_code(place, year)
            key = (code, provider) if (code, provider) in codes.place_of() else (code, "")
            assert codes.PLACES[codes.place_of()[key]] == place


def test_the_same_dirt_gives_the_same_bytes(dirty: Path, imported: Path, tmp_path: Path) -> None:
    assert call("import", "ssda903", dirty, "--out", tmp_path / "again").exit_code == 0
    for path in imported.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_unknown_kind(tmp_path: Path) -> None:
    result = call("sample-returns", "--out", tmp_path / "x", "--dirt", "overlap,mud")
    assert result.exit_code == 2
    assert "no kind mud; kinds: all, none, format" in result.output
    assert not (tmp_path / "x").exists()


# --------------------------------------------------------------------------------------------------
# Nothing that names a child is written


def secrets(folder: Path) -> set[str]:
    """Every identifier, date of birth, UPN and postcode of returns, dates in several hands."""
    found: set[str] = set()
    for path in folder.rglob("*.csv"):
        for row in rows(path):
            tidied = {name.strip().strip("\ufeff").strip().upper(): value for name, value in row.items() if value}
            found.update(tidied[c] for c in ("CHILD", "UPN", "HOME_POST", "PL_POST") if c in tidied)
            if "DOB" in tidied:
                found.update(hands(tidied["DOB"]))
    return found - {"UN1"}


def hands(text: str) -> Iterator[str]:
    yield text
    if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
        year, month, day = iso.groups()
        yield from (f"{day}/{month}/{year}", f"{year}{month}{day}", f"{day}{month}{year}", f"{day}-{month}-{year}")


def leaks(content: bytes, known: set[str]) -> set[str]:
    """Secrets that stand alone in bytes, as a word does."""
    words = set(re.findall(rb"[A-Za-z0-9/-]+(?: [0-9][A-Z]{2})?", content)) | set(re.findall(rb"[A-Za-z0-9]+", content))
    return {secret for secret in known if secret.encode() in words or (len(secret) > 6 and secret.encode() in content)}


def test_the_scan_finds_what_is_there(dirty: Path) -> None:
    known = secrets(dirty)
    assert len(known) > 3000
    assert leaks((dirty / "2025" / "header.csv").read_bytes(), known)


def test_no_byte_written_names_a_child(dirty: Path, imported: Path) -> None:
    known = secrets(dirty)
    files = [path for path in imported.rglob("*") if path.is_file()]
    assert len(files) == 25
    for path in [*files, dirty.parent / "screen.txt"]:
        assert leaks(path.read_bytes(), known) == set(), path.name
        assert not re.search(rb"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}|SY[NB]\d|ZZ\d", path.read_bytes()), path.name


def test_nothing_is_left_elsewhere(dirty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file, no cache, no unpacked archive: only the folder asked for."""
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    archive = tmp_path / "returns.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in dirty.rglob("*.csv"):
            packed.write(path, str(path.relative_to(dirty)))
    monkeypatch.chdir(work)
    for name in ("TMPDIR", "TEMP", "TMP", "POLARS_TEMP_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(temporary))
    assert call("import", "ssda903", archive, "--out", "out").exit_code == 0
    assert [p.name for p in work.iterdir()] == ["out"]
    assert list(temporary.iterdir()) == []


def test_tables_add_up(imported: Path, dirty: Path) -> None:
    stock, starts, exits = (rows(imported / f"{name}.csv") for name in ("stock", "starts", "exits"))

    def total(table: list[dict[str, str]], column: str, year: int) -> int:
        return sum(int(row[column]) for row in table if row["year"] == str(year))

    for year in range(2023, 2027):
        change = total(starts, "starts", year) - total(exits, "exits", year)
        assert total(stock, "children", year - 1) + change == total(stock, "children", year)
    account = rows(imported / "account.csv")
    read_in = sum(len(rows(dirty / str(year) / "episodes.csv")) for year in range(2023, 2027))
    assert sum(int(row["number"]) for row in account if row["of"] == "episodes") == read_in
    assert not {row["age_band"] for row in stock} & {"18", "18_and_over"}
    assert max(int(row["age"]) for row in exits) == 17


def test_exposure_and_events_agree_with_the_years(imported: Path) -> None:
    years = sum(float(row["child_years"]) for row in rows(imported / "exposure.csv"))
    stock = [
        sum(int(row["children"]) for row in rows(imported / "stock.csv") if row["year"] == str(year))
        for year in range(2022, 2027)
    ]
    assert years == pytest.approx(np.convolve(stock, [0.5, 0.5], "valid").sum(), rel=0.03)
    left = sum(int(row["events"]) for row in rows(imported / "events.csv") if row["event"].startswith("exit_"))
    in_window = [row for row in rows(imported / "exits.csv") if row["reason"] != "age_18"]
    assert left == pytest.approx(sum(int(row["exits"]) for row in in_window), abs=3), "but for the first day"


def test_placements_waiting_for_a_foster_home_are_not_told_apart(imported: Path) -> None:
    assert {row["placement"] for row in rows(imported / "stock.csv")} <= set(placements.reported())
