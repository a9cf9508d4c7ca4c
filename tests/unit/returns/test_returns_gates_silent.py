"""Gates are silent on clean returns, whatever the council's size and however many years it holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from simulator.baseline.england import load_baseline
from simulator.returns.clean import clean
from simulator.returns.doubts import so_few_beside
from simulator.returns.exposure import by_year
from simulator.returns.fault_injection import kinds, plant
from simulator.returns.gates import warnings
from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.read_files import read
from simulator.returns.sample import Return, council_rates, draw_returns


def told(folder: Path, returns: Sequence[Return]) -> list[ReturnsProblem]:
    for one in returns:
        (folder / str(one.year)).mkdir()
        for kind in ("episodes", "header", "uasc"):
            getattr(one, kind).write_csv(folder / str(one.year) / f"{kind}.csv")
    found = read(folder)
    stays, report = clean(found)
    return warnings(found, stays, report, by_year(stays))


@pytest.mark.parametrize(
    ("children", "years", "seed"),
    [(12, 3, 1), (30, 1, 2), (60, 6, 3), (120, 1, 4), (120, 2, 5), (300, 1, 6), (700, 4, 7)],
)
def test_nothing_is_told_of_clean_returns(children: int, years: int, seed: int, tmp_path: Path) -> None:
    assert told(tmp_path, draw_returns(council_rates(children, load_baseline(2025)), years, seed)) == []


@pytest.mark.parametrize(("children", "years", "seed"), [(60, 5, 1), (300, 4, 2), (1_500, 5, 3)])
def test_nothing_is_told_of_each_fault_on_one_child_in_a_hundred(
    children: int, years: int, seed: int, tmp_path: Path
) -> None:
    returns, _ = plant(draw_returns(council_rates(children, load_baseline(2025)), years, seed), kinds(), seed)
    assert told(tmp_path, returns) == []


def test_few_in_a_year_are_set_beside_others_that_are_chance_too() -> None:
    assert so_few_beside(0, [10]) == pytest.approx(2.0**-10)
    assert so_few_beside(1, [4, 4]) == pytest.approx((2 / 3) ** 9 + 9 * (1 / 3) * (2 / 3) ** 8)


@pytest.mark.parametrize(("children", "years", "seed"), [(60, 5, 1), (300, 4, 2)])
def test_brothers_and_sisters_come_and_leave_together(children: int, years: int, seed: int, tmp_path: Path) -> None:
    each = draw_returns(council_rates(children // 2, load_baseline(2025)), years, seed)
    returns = [Return(one.year, *(_twice(frame) for frame in (one.header, one.episodes, one.uasc))) for one in each]
    assert told(tmp_path, returns) == []


def _twice(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame, frame.with_columns(CHILD=pl.col("CHILD").str.replace("SYN0", "SYN9"))])
