"""Broken workbooks and XML: exit 0 or 2, never a fault of the program, and no child is ever named."""

from __future__ import annotations

import io
import random
import zipfile
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from returns_forms import one_workbook, xml
from returns_gates import frames

from simulator.cli.main import cli


@cache
def _whole(suffix: str) -> bytes:
    """One return of some children."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"r{suffix}"
        return (one_workbook(path) if suffix == ".xlsx" else xml(path, frames(), 2026)).read_bytes()


def _changed(draw: random.Random, content: bytes) -> bytes:
    """Flip, cut, double or drop some of it."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 3, 30))):
        at = draw.randrange(len(found))
        to = min(len(found), at + draw.choice((1, 5, 200)))
        what = draw.randrange(4)
        if what == 0:
            found[at] = draw.randrange(256)
        elif what == 1:
            del found[at:to]
        elif what == 2:
            found[at:at] = found[at:to]
        else:
            found[at:to] = draw.choice((b"<c/>", b'r="ZZZ9"', b"<v>", b"&x;", b"\xff", b't="s"', b"1e999", b"<f>1</f>"))
    return bytes(found)


def broken(seed: int, suffix: str) -> bytes:
    draw = random.Random(seed)
    content = _whole(suffix)
    if suffix == ".xml" or draw.random() < 0.3:
        return _changed(draw, content)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        worse = draw.choice([name for name in old.namelist() if "theme" not in name and "styles" not in name])
        for name in old.namelist():
            if name != worse or draw.random() < 0.9:
                new.writestr(name, _changed(draw, old.read(name)) if name == worse else old.read(name))
    return out.getvalue()


def tried(seed: int, suffix: str, folder: Path) -> int:
    source = folder / f"{seed}{suffix}"
    source.write_bytes(broken(seed, suffix))
    result = CliRunner().invoke(cli, ["import", "ssda903", str(source), "--out", str(folder / f"out{seed}")])
    assert result.exit_code in (0, 2), f"{suffix}, seed {seed}: {result.output[:500]}"
    assert "SYN" not in result.output, f"{suffix}, seed {seed}"
    return result.exit_code


@pytest.mark.parametrize("suffix", [".xlsx", ".xml"])
def test_twelve(suffix: str, tmp_path: Path) -> None:
    assert 2 in {tried(seed, suffix, tmp_path) for seed in range(12)}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".xlsx", ".xml"])
def test_three_hundred(suffix: str, tmp_path: Path) -> None:
    ends = [tried(seed, suffix, tmp_path) for seed in range(100, 400)]
    assert min(ends.count(0), ends.count(2)) >= 10, "some can be used and some can't"
