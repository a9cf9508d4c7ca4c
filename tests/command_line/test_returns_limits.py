"""Returns made to fill the memory are refused with file and row, within the memory that an import may need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from returns_bombs import BOMBS, HEADING, INERT, ROW, WORKBOOKS, usual

from simulator.cli.main import cli
from simulator.returns import limits

QUICK = ("a row of 200,000 cells", "5,000 columns", "a cell of 100 MB", "a quoted cell of 100 MB", "zeros in 400 MB")

MEASURED = (
    "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
    "most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss; print(done.returncode, most); print(done.stderr)"
)
"""From a process of its own, as a peak counts what the process that started it had."""


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is asked for as POSIX has it")


def measured(source: Path, out: Path) -> tuple[int, int, str]:
    """Import in a process of its own; return its exit status, its peak in bytes, and what it said."""
    command = ["-m", "simulator", "import", "ssda903", source, "--out", out]
    words = [sys.executable, "-c", MEASURED, sys.executable, *map(str, command)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    ended, most = map(int, said.splitlines()[0].split())
    return ended, most * (1 if sys.platform == "darwin" else 1024), said


@POSIX
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in WORKBOOKS])
def test_workbooks_that_are_bombs(name: str, tmp_path: Path) -> None:
    make, told = WORKBOOKS[name]
    ended, most, said = measured(make(tmp_path), tmp_path / "out")
    assert ended == 2, said
    assert told in said
    assert "C1" not in said
    assert most < limits.MEMORY_MB * 1e6
    assert not (tmp_path / "out").exists()


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("name", INERT)
def test_what_a_workbook_holds_beside_its_tables_is_inert(name: str, tmp_path: Path) -> None:
    ended, most, said = measured(INERT[name](tmp_path / "source"), tmp_path / "out")
    assert ended == 0, said
    assert most < limits.MEMORY_MB * 1e6
    assert (tmp_path / "out" / "stock.csv").exists()


@POSIX
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in BOMBS]
)
def test_bombs(name: str, tmp_path: Path) -> None:
    make, told = BOMBS[name]
    ended, most, said = measured(make(tmp_path / "source"), tmp_path / "out")
    assert ended == 2, said
    assert told in said
    assert "999" not in said
    assert "C1" not in said
    assert most < limits.MEMORY_MB * 1e6
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEADING + ROW + b"C1,01/0\r5/2024,S\n", "row 3: not a table that can be read"),
        (HEADING + ROW + b'C1,"01/05/2024,S\n' + ROW, "row 3: not a table that can be read"),
        (HEADING + ROW + b'C1,"01"x,S\n', "row 3: not a table that can be read"),
        (HEADING + ROW + b'C1,"' + b"9" * 131_073 + b'",S\n', "row 3: a cell of more than 131,072 characters"),
        (b'"CHILD"x,' + HEADING + ROW, "row 1: not a table that can be read"),
    ],
)
def test_what_csv_refuses_is_told_with_file_and_row(tmp_path: Path, content: bytes, told: str) -> None:
    source = usual(tmp_path / "r", bad=content)
    result = CliRunner().invoke(cli, ["import", "ssda903", str(source), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert f"bad.csv: {told}" in result.output
    assert "C1" not in result.output
    assert "2024" not in result.output.replace("2025/", "")


def test_line_ends_of_old_macs_and_breaks_within_quotes(tmp_path: Path) -> None:
    source = usual(tmp_path / "r")
    for path in (source / "2025").iterdir():
        path.write_bytes(path.read_bytes().replace(b"U4,", b'"U4\r",').replace(b"\n", b"\r"))
    episodes = source / "2025" / "episodes.csv"
    episodes.write_bytes(episodes.read_bytes().replace(b'"U4\r"', b"U4"))
    assert import_of(source, tmp_path / "mac").exit_code == 0
    episodes.write_bytes(episodes.read_bytes().replace(b"\r", b"\n").replace(b"U4,", b'"U4\r\n",'))
    assert import_of(source, tmp_path / "quoted").exit_code == 0
    stocks = [(tmp_path / name / "stock.csv").read_text() for name in ("mac", "quoted")]
    assert stocks[0] == stocks[1] != ""


def import_of(source: Path, out: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["import", "ssda903", str(source), "--out", str(out), *words])


def test_memory_may_be_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = usual(tmp_path / "r")
    monkeypatch.setattr(limits, "_TIMES", 300_000)
    result = import_of(source, tmp_path / "out")
    assert result.exit_code == 2
    assert "2025/episodes.csv: row 10: with these rows, empty ones too, it needs more than 500 MB" in result.output
    assert "--memory-mb 1000 allows more" in result.output
    assert import_of(source, tmp_path / "out", "--memory-mb", "2000").exit_code == 0
    assert import_of(source, tmp_path / "out", "--memory-mb", "100").exit_code == 2
