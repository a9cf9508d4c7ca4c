"""docs/gap.md: England and London with intervals, and what was said beside them."""

from __future__ import annotations

import re

import pytest
from paths import ROOT

PAGE = (ROOT / "docs" / "gap.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", PAGE, re.MULTILINE))


def test_england_and_london_stand_in_both_parts() -> None:
    assert [title.split(", ") for title in PARTS] == [
        ["England", "2023-24 on"],
        ["London", "2023-24 on"],
        ["England", "2025-26 on"],
        ["London", "2025-26 on"],
    ]


@pytest.mark.parametrize("title", PARTS)
@pytest.mark.parametrize("row", ["Pressure", "Gap", "Overspend", "Standing still"])
def test_every_gap_has_its_interval_in_every_year(title: str, row: str) -> None:
    [line] = [line for line in PARTS[title].split("\n") if re.match(rf"\| {row}.*\|", line) and "by cause" not in line][
        :1
    ]
    cells = line.strip("| ").split(" | ")[1:]
    assert len(cells) == 5
    assert all(re.fullmatch(r"[+−]?£[\d.,]+(m|bn)? \(.+ to .+\)", cell) for cell in cells), line


def test_a_level_of_funding_has_no_sign() -> None:
    rows = [line for line in PAGE.split("\n") if line.startswith("| Funding |")]
    assert len(rows) == len(PARTS)
    assert not any("+" in row for row in rows)


def test_the_claim_of_london_stands_beside_its_gap() -> None:
    [line] = [line for line in PARTS["London, 2023-24 on"].split("\n") if "London Councils" in line]
    assert "£200m" in line
    assert " to " in line
