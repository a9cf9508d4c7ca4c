"""Gates are silent on clean returns, whatever the council's size and however many years it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.baseline.england import load_baseline
from simulator.returns.clean import clean
from simulator.returns.exposure import by_year
from simulator.returns.gates import warnings
from simulator.returns.read_files import read
from simulator.returns.sample import council_rates, draw_returns


@pytest.mark.parametrize(
    ("children", "years", "seed"),
    [(12, 3, 1), (30, 1, 2), (60, 6, 3), (120, 1, 4), (120, 2, 5), (300, 1, 6), (700, 4, 7)],
)
def test_nothing_is_told_of_clean_returns(children: int, years: int, seed: int, tmp_path: Path) -> None:
    for one in draw_returns(council_rates(children, load_baseline(2025)), years, seed):
        (tmp_path / str(one.year)).mkdir()
        for kind in ("episodes", "header", "uasc"):
            getattr(one, kind).write_csv(tmp_path / str(one.year) / f"{kind}.csv")
    returns = read(tmp_path)
    stays, report = clean(returns)
    assert warnings(returns, stays, report, by_year(stays)) == []
