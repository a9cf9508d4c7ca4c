"""Where children live, as an import counts it from PL_LOCATION, PL_DISTANCE and PLACE_PROVIDER."""

from __future__ import annotations

from pathlib import Path

import pytest
from returns_files import EPISODE_COLUMNS, HEADER_COLUMNS, episode, header, table

from simulator.returns.clean import clean
from simulator.returns.placed import placed, rows
from simulator.returns.read_files import read

PLACED = [
    ("1", "IN", "3.5", "PR1", ("own", "inside", "20_miles_or_less")),
    ("2", "in", "20", "PR4", ("private", "inside", "20_miles_or_less")),
    ("3", "OUT", "20.1", "PR5", ("voluntary", "outside", "over_20_miles")),
    ("4", "OUT", "", "PR2", ("other_la", "outside", "not_known")),
    ("5", "", "near", "PR3", ("other_public", "not_known", "not_known")),
    ("6", "ELSEWHERE", "nan", "", ("not_known", "not_known", "not_known")),
]


def folder(tmp_path: Path, columns: tuple[str, ...]) -> Path:
    episodes = [
        episode(child, "01/06/2024", PLACE="K2", PL_LOCATION=where, PL_DISTANCE=miles, PLACE_PROVIDER=provider)
        for child, where, miles, provider, _ in PLACED
    ]
    kept = [{name: value for name, value in one.items() if name in columns} for one in episodes]
    year = tmp_path / "2025"
    year.mkdir()
    (year / "episodes.csv").write_text(table(columns, kept))
    (year / "header.csv").write_text(table(HEADER_COLUMNS, [header(child) for child, *_ in PLACED]))
    return tmp_path


def test_each_child_counts_where_the_return_says(tmp_path: Path) -> None:
    stays, _ = clean(read(folder(tmp_path, (*EPISODE_COLUMNS, "PL_LOCATION", "PL_DISTANCE"))))
    found = {tuple(row[2:5]): row[5] for row in rows(stays) if row[0] == 2025}
    wanted: dict[tuple[str, ...], int] = {}
    for *_, cell in PLACED:
        wanted[cell] = wanted.get(cell, 0) + 1
    assert found == wanted
    assert placed(stays)[-1].sum() == len(PLACED)
    assert placed(stays)[0].sum() == 0


def test_returns_without_the_columns_tell_nothing(tmp_path: Path) -> None:
    stays, _ = clean(read(folder(tmp_path, EPISODE_COLUMNS)))
    assert {tuple(row[3:5]) for row in rows(stays)} == {("not_known", "not_known")}
    assert sum(int(row[5]) for row in rows(stays) if row[0] == 2025) == len(PLACED)


@pytest.mark.parametrize("column", ["PL_LOCATION", "PL_DISTANCE"])
def test_one_of_the_columns_is_enough(tmp_path: Path, column: str) -> None:
    stays, _ = clean(read(folder(tmp_path, (*EPISODE_COLUMNS, column))))
    told = {row[3 if column == "PL_LOCATION" else 4] for row in rows(stays)}
    assert told > {"not_known"}
