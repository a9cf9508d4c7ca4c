"""Returns that gave a wrong answer with exit 0: right now, or told in words of their cause."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from returns_birth_gates import BIRTH_GATES
from returns_corrected import CORRECTED
from returns_flow_gates import FLOW_GATES, PLACE_GATES
from returns_gates import (
    COUNCILS,
    GATES,
    TRUE_CHILDREN,
    TRUE_EXITS,
    TRUE_STARTS,
    TRUE_UASC,
    frames,
    one_of_three,
    one_return_month_first,
    three_councils,
    write,
)  # fmt: skip
from returns_recoded import RECODED
from returns_told_gates import TOLD_GATES

from simulator.cli.main import cli

ALL = GATES | BIRTH_GATES | CORRECTED | FLOW_GATES | PLACE_GATES | RECODED | TOLD_GATES

TABLES = (
    "stock", "starts", "exits", "moves", "exposure", "events", "levels", "rates", "first-placements", "drift",
    "account", "quality",
)  # fmt: skip


def call(source: Path, out: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["import", "ssda903", str(source), "--out", str(out), *words])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def last_year(out: Path) -> tuple[int, int, int, int]:
    """Children, unaccompanied children, starts, and exits before 18, of the last year."""
    stock, starts, exits = (rows(out / f"{name}.csv") for name in ("stock", "starts", "exits"))
    year = max(int(row["year"]) for row in stock)
    now = [row for row in stock if int(row["year"]) == year]
    return (
        sum(int(row["children"]) for row in now),
        sum(int(row["children"]) for row in now if row["stream"] == "uasc"),
        sum(int(row["starts"]) for row in starts if int(row["year"]) == year),
        sum(int(row["exits"]) for row in exits if int(row["year"]) == year and row["reason"] != "age_18"),
    )


def tables(out: Path) -> dict[str, bytes]:
    return {name: (out / f"{name}.csv").read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The import of the returns as they are."""
    folder = tmp_path_factory.mktemp("plain")
    assert call(write(folder / "returns", frames()), folder / "out").exit_code == 0
    return folder / "out"


def test_the_truth(plain: Path) -> None:
    assert last_year(plain) == (TRUE_CHILDREN, TRUE_UASC, TRUE_STARTS, TRUE_EXITS)


@pytest.mark.parametrize("kind", ALL)
def test_gate(kind: str, tmp_path: Path) -> None:
    gate = ALL[kind]
    result = call(gate.make(tmp_path / "returns"), tmp_path / "out")
    assert result.exit_code == (2 if gate.refused else 0), result.output
    assert gate.told in result.output
    assert "SYN" not in result.output
    assert (tmp_path / "out").exists() != gate.refused
    if gate.right and not gate.refused:
        assert last_year(tmp_path / "out") == (TRUE_CHILDREN, TRUE_UASC, TRUE_STARTS, TRUE_EXITS)


@pytest.mark.parametrize(
    "kind",
    [
        "stacked", "stacked with years", "adopted on the last day", "UASC in header", "joined", "codes with words",
        "locations of one letter", "distances with their unit",
    ],
)  # fmt: skip
def test_what_becomes_right_is_right_in_every_year(kind: str, tmp_path: Path, plain: Path) -> None:
    assert call(ALL[kind].make(tmp_path / "returns"), tmp_path / "out").exit_code == 0
    for name in ("stock", "starts", "exits", "moves", "rates", "where-placed"):
        assert (tmp_path / "out" / f"{name}.csv").read_bytes() == (plain / f"{name}.csv").read_bytes(), name


@pytest.mark.parametrize("kind", [kind for kind, gate in CORRECTED.items() if not gate.refused])
def test_what_is_corrected_away_leaves_nothing(kind: str, tmp_path: Path, plain: Path) -> None:
    result = call(CORRECTED[kind].make(tmp_path / "returns"), tmp_path / "out")
    assert "are not in the next return" not in result.output
    for name in ("stock", "starts", "exits", "moves", "rates", "where-placed"):
        assert (tmp_path / "out" / f"{name}.csv").read_bytes() == (plain / f"{name}.csv").read_bytes(), name


def test_month_first_reads_the_return_that_has_it(tmp_path: Path, plain: Path) -> None:
    result = call(one_return_month_first(tmp_path / "returns"), tmp_path / "out", "--month-first")
    assert "Warning: 2026/episodes.csv: dates of DECOM are read with the month first." in result.output
    assert "2025" not in "".join(line for line in result.output.splitlines() if "month first" in line)
    assert tables(tmp_path / "out") == tables(plain)
    assert "2026/episodes.csv" not in (tmp_path / "out" / "summary.txt").read_text(), "names are written nowhere"


def test_several_councils_are_imported_each_for_itself(tmp_path: Path) -> None:
    source = three_councils(tmp_path / "returns")
    result = call(source, tmp_path / "out")
    assert result.exit_code == 0, result.output
    for council in COUNCILS:
        assert f"{council}\n\nSSDA903 returns" in result.output
        folder = council.lower().replace(" ", "-")
        assert call(one_of_three(tmp_path / folder, council), tmp_path / f"{folder}-out").exit_code == 0
        assert tables(tmp_path / "out" / folder) == tables(tmp_path / f"{folder}-out")
        assert call(source, tmp_path / f"{folder}-la", "--la", council).exit_code == 0
        assert tables(tmp_path / f"{folder}-la") == tables(tmp_path / f"{folder}-out")
    words = ["run", "status-quo", "--out", str(tmp_path / "run"), "--no-charts", "--returns", str(tmp_path / "out")]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert "returns of several councils, each in a folder of its own; name one of them" in result.output
    again = call(source, tmp_path / "out")
    assert again.exit_code == 0, "an import of several councils is replaced as any other"
    result = call(source, tmp_path / "other", "--la", "Leeds")
    assert (result.exit_code, result.output) == (
        2, "--la: no council of that name; there are: Isle of Wight, Kent, Rutland\n"
    )  # fmt: skip


def test_a_column_of_children_is_no_column_of_councils(tmp_path: Path) -> None:
    named = {key: frame.with_columns(COUNCIL=frame["CHILD"].str.slice(6)) for key, frame in frames().items()}
    result = call(write(tmp_path / "returns", named), tmp_path / "out")
    assert result.exit_code == 2
    assert "values that are no council, or of fewer than 5 children; rename the column" in result.output
    assert "0002" not in result.output


def test_a_run_starts_from_the_last_year_of_the_returns_and_no_earlier_one(tmp_path: Path) -> None:
    call(GATES["nobody at the end"].make(tmp_path / "returns"), tmp_path / "out")
    words = ["run", "status-quo", "--returns", str(tmp_path / "out"), "--out", str(tmp_path / "run"), "--no-charts"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert "0 children are in care on 31 March 2026; an honest projection needs 5" in result.output
