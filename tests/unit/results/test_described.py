"""Results that are printed: ten lines with the main figures."""

from __future__ import annotations

import pytest
from synthetic import synthetic

import simulator


@pytest.mark.parametrize("draws", [0, 8])
def test_results_print_in_ten_lines(draws: int) -> None:
    results = synthetic(draws=draws, areas=("Kent", "Surrey"))
    lines = str(results).splitlines()
    assert len(lines) == 10
    assert lines[0] == "The status-quo scenario (status-quo)"
    assert lines[1] == "Kent and 1 more, 31 Mar 2025 to 31 Mar 2035"
    first, last = results["children"].total()[[0, -1]]
    assert lines[2].startswith(f"Children in care: {first:,.0f} on 31 Mar 2025, {last:,.0f}")
    spend = results.year_totals("total_spend").central[0, -1]
    assert lines[3].startswith(f"Spend: £{spend / 1e9:,.2f}bn")
    assert "above 2024-25" in lines[4]
    assert lines[5].startswith("In homes, original plan fostering: ")
    assert lines[6] == ("Draws: 8; [80% of them]" if draws else "Draws: none; draws=200 gives intervals")
    assert lines[7].startswith("Notes to give with every figure: 2 ")
    assert sum(" to " in line and "[" in line for line in lines[2:6]) == (4 if draws else 0)


def test_a_run_without_limits_or_years_prints_too() -> None:
    results = simulator.run({"name": "Months", "end": "2025-06", "assumptions": {"foster_places": "as_needed"}})
    lines = str(results).splitlines()
    assert len(lines) == 10
    assert lines[5] == "In homes, original plan fostering: none, as places are found for as many as need them"
    assert lines[3] == "Spend a year: the run is shorter than one"


def test_options_of_run_reach_the_run() -> None:
    short = {"name": "Short", "extends": "status-quo", "end": "2026-03"}
    one = simulator.run(short, area="Kent", draws=3, seed=5, engine="compiled", workers=1)
    assert (one.areas, one.draws, one.engine) == (("Kent",), 4, "compiled")
    other = simulator.run(short, area=["Kent", "Rutland"], draws=3, seed=5, workers=1)
    assert other.areas == ("Kent", "Rutland")
    assert one.stock_totals("children").area()[1:, -1] == pytest.approx(other.stock_totals("children").area()[1:, -1])
