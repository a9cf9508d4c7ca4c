"""The chart of three gaps: growth of spend that somebody published stands beside them and is none of them."""

from __future__ import annotations

import pytest

from simulator.outputs.charts.funding_gap import gaps
from simulator.outputs.gap_summary import gap_lines
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import load, shipped


@pytest.fixture(scope="module")
def strategy() -> RunResults:
    return simulate(load(shipped()["stable-homes-2023"]))


def test_growth_that_was_published_is_a_line_of_pressure_and_of_no_gap(strategy: RunResults) -> None:
    made = gaps(strategy)
    assert made is not None
    panels = [axes for axes in made.figure.axes if axes.containers]
    claimed = [[line.get_ydata()[0] for line in axes.lines if line.get_gid() == "claim"] for axes in panels]
    assert claimed == [[], [1.6e9], [], [2.1e9]]
    assert "pressure" in made.alt
    assert "(pressure, 2024-25)" in "\n".join(gap_lines(strategy))


def test_without_such_a_claim_there_are_three_panels() -> None:
    made = gaps(simulate(load(shipped()["family-help-national"])))
    assert made is not None
    assert len([axes for axes in made.figure.axes if axes.containers]) == 3
