"""Results far beyond anything on record say so: on the screen, in the summary, on charts and when published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic import synthetic

from simulator.data.authority_tables import column, under_18s
from simulator.data.tables import value
from simulator.disclosure.publish import publish
from simulator.outputs.charts.series import MANY, footer
from simulator.outputs.summary import comparison_text, summary_text
from simulator.results.labelled import RunResults
from simulator.results.plausible import (
    MOST_OF_SPEND,
    MOST_OF_START,
    MOST_OF_UNDER_18S,
    doubts,
)
from simulator.runs.simulate import simulate
from simulator.scenario import load
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.told import is_warning

CHILDREN = "Not plausible: more than 5% of people aged under 18 would be looked after, from 2032-08 on."
SPEND = "Not plausible: a year's spend would be more than 10 times that of 2024-25, inflation aside, from "


def run(folder: Path, text: str) -> RunResults:
    path = folder / "case.yaml"
    path.write_text(f"name: Case\n{text}", encoding="utf-8")
    return simulate(load(path))


def found(results: RunResults) -> list[str]:
    return [note for note in results.notes if is_warning(note)]


@pytest.fixture(scope="module")
def absurd(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    steep = "interventions:\n  - {kind: trend, measure: starts, percent_per_year: 50}\n"
    return run(tmp_path_factory.mktemp("absurd"), steep)


def test_starts_half_as_many_again_each_year_are_told_first_everywhere(absurd: RunResults) -> None:
    assert absurd["children"].total()[-1] > 1_000_000
    assert absurd.notes[0] == CHILDREN
    assert absurd.notes[1].startswith(SPEND)
    assert f"\nWarning: {CHILDREN}\n" in summary_text(absurd)
    assert footer([absurd])[1] == CHILDREN
    calm = simulate(load("status-quo"))
    assert f"Warning (case): {CHILDREN}" in comparison_text([calm, absurd])
    many = [calm] * (MANY + 1)
    assert any(line.startswith(f"Case: {CHILDREN}") for line in footer([*many, absurd]))
    [published] = publish([absurd])
    assert CHILDREN in published.notes
    assert CHILDREN in summary_text(published)


def test_prices_alone_are_told_of_spend_alone(tmp_path: Path) -> None:
    dear = run(tmp_path, "interventions:\n  - {kind: price_growth, costs: all, percent_per_year: 50}\n")
    assert [note[: len(SPEND)] for note in found(dear)] == [SPEND]


def test_inflation_is_no_growth(tmp_path: Path) -> None:
    dear = run(tmp_path, "end: 2045-03\nassumptions: {deflator_percent_per_year: 20}\n")
    spend = dear["total_spend"].total()
    assert spend[-1] > MOST_OF_SPEND * spend[0]
    assert found(dear) == []


@pytest.mark.parametrize("name", [path.stem for path in sorted(Path("scenarios").glob("*.yaml"))])
def test_shipped_scenarios_are_plausible(name: str) -> None:
    assert found(simulate(load(name))) == []


def said(children: np.ndarray, under: list[float], spend: float = 1.0, reference: float = 12.0) -> tuple[str, ...]:
    """What is told of two areas, with children at each instant of a run of two years, and the same spend each month."""
    like = synthetic("like", months=24, areas=("Kent", "Surrey"))
    of_children, of_spend = like.measures["children"], like.measures["total_spend"]
    parts = np.zeros((1, *of_children.values.shape[1:]))
    parts[0, ..., 0, 0] = children
    cash = np.zeros((1, *of_spend.values.shape[1:]))
    cash[0, ..., 0, 0] = spend
    measures = {
        "children": of_children.__class__(**{**vars(of_children), "values": parts}),
        "total_spend": of_spend.__class__(**{**vars(of_spend), "values": cash}),
    }
    names = ("Kent", "Surrey")
    deflator = np.ones(24)
    return doubts(
        measures, like.timeline, deflator, names, np.array(under), np.array([reference, reference]), "2024-25"
    )


def test_limits_are_where_they_are_said_to_be() -> None:
    grows = np.stack([np.linspace(100.0, 124.0, 25), np.full(25, 100.0)])
    assert said(grows, [124.0 / MOST_OF_UNDER_18S, 2000.0]) == ()
    [one] = said(grows, [123.5 / MOST_OF_UNDER_18S, 2000.0])
    assert "would be looked after in Kent, from 2027-03 on." in one
    [both] = said(grows, [1000.0, 1000.0])
    assert "in Kent, Surrey, from 2025-03 on." in both
    # Where the population is not known, children at the start are what they are set beside.
    times = np.stack([np.linspace(100.0, 100.0 * MOST_OF_START, 25), np.full(25, 100.0)])
    assert said(times, [np.nan, np.nan]) == ()
    times[0, -1] += 1.0
    [one] = said(times, [np.nan, np.nan])
    assert one.endswith("more than 7 times as many children as at the start would be in care in Kent, from 2027-03 on.")


def test_spend_is_that_of_twelve_months() -> None:
    steady = np.full((2, 25), 1.0)
    assert said(steady, [1e6, 1e6], spend=10.0, reference=12.0) == ()
    [one] = said(steady, [1e6, 1e6], spend=10.01, reference=12.0)
    assert "inflation aside in Kent, Surrey, from 2026-03 on." in one
    assert said(steady, [1e6, 1e6], spend=10.01, reference=0.0) == ()


def test_the_population_is_the_published_one() -> None:
    everywhere = under_18s([one.code for one in authorities()])
    assert everywhere == pytest.approx(value("population_0_17", 2024, "all"), rel=0.001)
    assert np.isnan(under_18s(["own"]))
    highest = np.nanmax(column("stock", 2025) / column("population_0_17", 2024))
    assert 0.015 < highest < 0.025  # two in a hundred, far below the limit
