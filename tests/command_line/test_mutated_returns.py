"""Broken returns: exit 0 or 2, never a fault of the program; nothing is written on 2, and no child is ever named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from mutated_returns import PLANTED_HOME, PLANTED_NAME, PLANTED_UPN, mutated

from simulator.cli.main import cli


def tried(seed: int, folder: Path) -> int:
    """Import the returns of a seed; check what holds of all, and return the exit status."""
    source = mutated(seed, folder)
    out = folder / "out"
    before = {path.name for path in folder.iterdir()}
    result = CliRunner().invoke(cli, ["import", "ssda903", str(source), "--out", str(out)])
    assert result.exit_code in (0, 2), f"seed {seed}: {result.output[:500]}"
    assert "Traceback" not in result.output, f"seed {seed}"
    written = {path.name for path in folder.iterdir()} - before
    assert written == ({"out"} if result.exit_code == 0 else set()), f"seed {seed}"
    said = [result.output.encode(), *(p.read_bytes() for p in out.rglob("*") if p.is_file() and p.suffix != ".png")]
    for planted in (PLANTED_NAME, PLANTED_UPN, PLANTED_HOME):
        assert not any(planted.encode() in one for one in said), f"seed {seed}: {planted}"
    assert not any(b"\x1b" in one for one in said), f"seed {seed}: an escape sequence"
    return result.exit_code


def test_forty(tmp_path: Path) -> None:
    ends = []
    for seed in range(60, 100):
        (tmp_path / str(seed)).mkdir()
        ends.append(tried(seed, tmp_path / str(seed)))
    assert min(ends.count(0), ends.count(2)) >= 10, "some can be used and some can't"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 3_000, 100))
def test_two_thousand(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 100):
        (tmp_path / str(seed)).mkdir()
        tried(seed, tmp_path / str(seed))
