"""The command `import ssda903`: exit status, messages that name no child, and an output folder whole or not at all."""

from __future__ import annotations

import builtins
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from returns_files import Folder, episode, header

import simulator.returns.write_import as write
from simulator.cli.main import cli

NAME, BORN = "XK7Q2", "05/06/2015"


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def returns(tmp_path: Path) -> Path:
    folder = Folder(tmp_path / "returns")
    for year in (2023, 2024, 2025):
        rows = [episode(f"{NAME}{i}", f"0{i}/05/{year - 1}", f"0{i}/09/{year - 1}") for i in range(1, 9)]
        folder.year(year, rows, [header(row["CHILD"], BORN) for row in rows])
    return folder.path


def test_it_writes_a_whole_folder(returns: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call("import", "ssda903", returns, "--out", out)
    assert result.exit_code == 0
    assert "SSDA903 returns for the years to 31 March 2023 to 2025" in result.output
    assert "Used: 24 of 24 episode rows, 8 of 8 children" in result.output
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["files"] == sorted(p.name for p in out.iterdir())
    assert manifest["command"] == "care-demand import ssda903"
    assert [r["kind"] for r in manifest["read"]] == ["episodes", "header"] * 3
    assert [r["years"] for r in manifest["read"]] == [[2023], [], [2024], [], [2025], []]
    assert str(tmp_path) not in (out / "manifest.json").read_text()
    assert "DO NOT PUBLISH COUNTS UNDER 6" in (out / "README.txt").read_text()


def test_the_same_input_gives_the_same_bytes(returns: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert call("import", "ssda903", returns, "--out", tmp_path / name, "--quiet").output == ""
    a, b = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert a == b


def test_window(returns: Path, tmp_path: Path) -> None:
    assert "last 3 of 3 years" in call("import", "ssda903", returns, "--out", tmp_path / "a").output
    result = call("import", "ssda903", returns, "--out", tmp_path / "a", "--window", 2)
    assert "last 2 of 3 years" in result.output
    assert json.loads((tmp_path / "a" / "manifest.json").read_text())["window_years"] == 2
    result = call("import", "ssda903", returns, "--out", tmp_path / "b", "--window", 4)
    assert (result.exit_code, result.output) == (2, "--window 4: the returns cover 3 years in a row\n")
    assert not (tmp_path / "b").exists()


def test_drift_is_warned_of(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "returns")
    for year, starts in ((2022, 90), (2023, 90), (2024, 30), (2025, 30)):
        rows = [
            episode(f"C{year}{i}", f"{i % 28 + 1:02}/05/{year - 1}", f"{i % 28 + 1:02}/09/{year - 1}")
            for i in range(starts)
        ]
        folder.year(year, rows, [header(row["CHILD"], f"{i % 28 + 1:02}/06/2012") for i, row in enumerate(rows)])
    result = call("import", "ssda903", folder.path, "--out", tmp_path / "a", "--window", 2)
    assert "Warning: starts were 90 in 2022 to 2023 and 30 in 2024 to 2025 (a year), more than chance" in result.output
    result = call("import", "ssda903", folder.path, "--out", tmp_path / "b", "--window", 1)
    assert "Warning: starts were 70 in 2022 to 2024 and 30 in 2025 (a year)" in result.output


def test_one_year_has_no_drift(tmp_path: Path) -> None:
    rows = [episode(f"C{i}", "01/05/2024", "01/09/2024") for i in range(5)]
    result = call("import", "ssda903", Folder(tmp_path / "r").year(2025, rows).path, "--out", tmp_path / "out")
    assert "With one year there is nothing to compare" in result.output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p.unlink(), None),
        (lambda p: p.write_text(p.read_text().replace("PLACE,", "WHERE,")), "has no column PLACE"),
        (lambda p: p.write_text(p.read_text().partition("\n")[0] + "\n"), "an empty return"),
        (lambda p: p.write_text(p.read_text().replace("/202", "/212")), "no date in DECOM or DEC can be read"),
        (lambda p: p.write_text(p.read_text() + '"'), "not a table that can be read"),
    ],
)
def test_malformed_input_is_status_2_and_writes_nothing(
    returns: Path, tmp_path: Path, change: object, told: str | None
) -> None:
    for year in (2023, 2024, 2025):
        change(returns / str(year) / "episodes.csv")  # type: ignore[operator]
    result = call("import", "ssda903", returns, "--out", tmp_path / "out")
    assert result.exit_code == 2
    if told is None:
        assert result.output.startswith("no Episodes file: none has the columns CHILD, DECOM")
    else:
        assert result.output.count(told) == 3, "every file is told of"
    assert NAME not in result.output
    assert BORN not in result.output
    assert not (tmp_path / "out").exists()


def test_faults_within_files_are_told_by_row(returns: Path, tmp_path: Path) -> None:
    """Unknown code, impossible date, DEC before DECOM, two headers: used as far as can be, each with its row."""
    path = returns / "2025" / "episodes.csv"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("U4", "U7")
    lines[2] = lines[2].replace("02/05/2024", "31/02/2024")
    lines[3] = lines[3].replace("03/09/2024", "03/04/2024")
    path.write_text("\n".join(lines) + "\n")
    headers = returns / "2025" / "header.csv"
    headers.write_text(headers.read_text() + f"{NAME}1,2,{BORN},WBRI,UN1,,\n")
    assert call("import", "ssda903", returns, "--out", tmp_path / "out").exit_code == 0
    told = (tmp_path / "out" / "quality-rows.csv").read_text().splitlines()
    assert told[0] == "rule,file_kind,year,file,row"
    assert sorted(told[1:]) == [
        "bad_decom,episodes,2025,5,3",
        "dec_before_decom,episodes,2025,5,4",
        "two_headers,header,2025,6,2",
        "unknown_place,episodes,2025,5,2",
    ]


def test_only_folders_named_for_years_of_the_returns_are_told(returns: Path, tmp_path: Path) -> None:
    """A folder can be named for a child, and a number that is no year of the returns can be a child's."""
    path = returns / "2025" / "episodes.csv"
    path.write_text(path.read_text().replace("U4", "U7", 3))
    for folder in (NAME, "2055", "19450"):
        (returns / "2025").rename(returns / folder)
        assert call("import", "ssda903", returns, "--out", tmp_path / folder).exit_code == 0
        told = (tmp_path / folder / "quality-rows.csv").read_text()
        assert {line.split(",")[2] for line in told.splitlines()[1:] if line.startswith("unknown_place")} == {""}
        assert folder not in told
        (returns / folder).rename(returns / "2025")


def test_returns_are_not_overwritten(tmp_path: Path) -> None:
    """Synthetic returns are an output of this program, which it would otherwise replace."""
    assert call("sample-returns", "--children", 20, "--years", 1, "--out", tmp_path / "s").exit_code == 0
    result = call("import", "ssda903", tmp_path / "s", "--out", tmp_path / "s")
    assert (result.exit_code, "holds the returns; name another folder" in result.output) == (2, True)
    assert (tmp_path / "s" / "2026" / "episodes.csv").exists()
    assert call("sample-returns", "--children", 10, "--years", 1, "--out", tmp_path / "s").exit_code == 0


def test_output_that_is_in_the_way_is_left_alone(returns: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    result = call("import", "ssda903", returns, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "not written by care-demand" in result.output
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


class Panic(BaseException):
    """As polars raises: no Exception."""


@pytest.mark.parametrize("words", [[], ["--debug"]])
@pytest.mark.parametrize("kind", [ValueError, AssertionError, Panic])
def test_a_fault_of_the_program_tells_no_value(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], kind: type[BaseException]
) -> None:
    def fail(_: object) -> None:
        raise kind(f"conversion failed for {NAME} born {BORN}")

    monkeypatch.setattr(write, "clean", fail)
    result = call("import", "ssda903", returns, "--out", tmp_path / "out", *words)
    assert result.exit_code == 1
    assert ("in import_ssda903" in result.output) == bool(words), "where it happened, as frames without values"
    assert f"a fault in the program: {kind.__name__} at test_returns_cli.py:" in result.output
    assert NAME not in result.output
    assert BORN not in result.output
    assert not (tmp_path / "out").exists()


def test_without_polars_the_extra_is_named(returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    plain_import = builtins.__import__

    def without(name: str, *arguments: object, **more: object) -> object:
        if name == "polars":
            raise ModuleNotFoundError("No module named 'polars'", name="polars")
        return plain_import(name, *arguments, **more)  # type: ignore[arg-type]

    for name in [n for n in sys.modules if n.startswith("simulator.returns")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    result = call("import", "ssda903", returns, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "SSDA903 returns need polars: pip install 'care-demand[returns]'" in result.output
    assert "or in a checkout .venv/bin/pip install -e '.[returns]'" in result.output
