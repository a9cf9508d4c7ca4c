"""docs/gap.md: England and London with intervals, and what was said beside them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from docs_pages.whole_service import with_front_door
from paths import ROOT

from simulator.runs.simulate import simulate
from simulator.scenario import load, shipped

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


def test_the_front_door_is_added_to_a_gap_at_its_own_budget() -> None:
    """Worked from the record: what it costs beyond £4.856bn of 2022-23 in real terms, or beyond the year before."""
    results = simulate(load(shipped()["stable-homes-2023"]))
    cash, real = (results.year_totals("front_door_spend", real=one).central[0] for one in (False, True))
    past = results.history["front_door_spend"]
    before = past.values[past.dates.index("2022-23")]
    assert before == pytest.approx(4.856e9, rel=1e-3)
    more = with_front_door(results, "standstill")[0] - results.gap("standstill").central[0]
    np.testing.assert_allclose(more, (real - before) * cash / real, rtol=1e-9)
    later = with_front_door(results, "overspend")[0] - results.gap("overspend").central[0]
    assert later[0] == pytest.approx(more[0])
    assert later[3] == pytest.approx((real[3] - real[2]) * cash[3] / real[3], rel=1e-6)


def test_claims_of_all_services_stand_beside_gaps_with_the_front_door() -> None:
    for title in PARTS:
        for row in ("Overspend", "Standing still"):
            assert f"\n| {row}, with the front door | " in PARTS[title]
    [claim] = [line for line in PARTS["England, 2023-24 on"].split("\n") if "LGA, to hold services" in line]
    assert "with the front door" in claim
    [growth] = [line for line in PARTS["England, 2023-24 on"].split("\n") if "CCN and Newton" in line]
    assert growth.startswith("| pressure |")
    assert "which the model does not hold" not in PAGE
    assert "below nought where" in PAGE
