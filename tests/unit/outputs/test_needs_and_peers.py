"""Charts of evidence: what stands where, and history beside the projection."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from fake_results import fake_results

from simulator.baseline.local_evidence import Capacity, Evidence
from simulator.baseline.neighbours import peers
from simulator.baseline.start import PastSeries
from simulator.outputs import charts
from simulator.outputs.charts import Chart
from simulator.results.results_protocol import OWN, Actual


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    results = fake_results(growth=0.02, draws=11)
    start = results.dates("stock")[0]
    dates = tuple(f"{int(start[:4]) - back}{start[4:]}" for back in (2, 1, 0))
    whole = np.full(3, results["children"].total()[0])
    name = results["children"].placements[0]
    evidence = Evidence(
        peers=peers("E10000016"),
        mix={name: PastSeries(dates, whole * [0.1, 0.2, 0.3], "", published=False)},
        capacity={name: Capacity("beds", np.full(results.months + 1, 7.0))},
    )
    years = ("2022-23", "2023-24", "2024-25")
    history = {
        "children": Actual(OWN, dates, whole, ""),
        "starts": Actual(OWN, years, np.array([100.0, 110.0, 120.0]), ""),
        "exits": Actual(OWN, years, np.array([90.0, 95.0, 99.0]), ""),
    }
    return charts.draw_all(replace(results, history=history, evidence=evidence))


def lines(chart: Chart, gid: str) -> list[np.ndarray]:
    return [
        np.asarray(line.get_ydata(), dtype=float)
        for axes in chart.figure.axes
        for line in axes.lines
        if line.get_gid() == gid
    ]


def test_the_mix_so_far_stands_beside_the_projection(drawn: dict[str, Chart]) -> None:
    (past,) = lines(drawn["placement_mix"], "history")
    np.testing.assert_allclose(past, [10.0, 20.0, 30.0])


def test_starts_and_exits_so_far_stand_beside_the_projection(drawn: dict[str, Chart]) -> None:
    assert [line.tolist() for line in lines(drawn["starts_and_exits"], "history")] == [[100, 110, 120], [90, 95, 99]]
    assert "The council's own starts were 120 in 2024-25." in drawn["starts_and_exits"].alt


def test_what_there_is_stands_beside_what_is_needed(drawn: dict[str, Chart]) -> None:
    chart = drawn["placements_needed"]
    assert len(lines(chart, "has")) == 1
    assert len(lines(chart, "then")) == len(lines(chart, "now")) == len(lines(chart, "interval"))
    assert "80% of draws" in chart.title


def test_no_figure_of_a_row_reads_as_an_interval_and_each_mark_has_one(drawn: dict[str, Chart]) -> None:
    [axes] = drawn["placements_needed"].figure.axes
    texts = [text.get_text() for text in axes.texts]
    rows = [text for text in texts if "now" in text]
    assert len(rows) == len(lines(drawn["placements_needed"], "then"))
    for row in rows:
        assert re.fullmatch(r"[\d,]+ now, [\d,]+ then \([\d,]+ to [\d,]+\)(; has 7)?", row), row
    assert sum("; has 7" in row for row in rows) == 1
    for name in ("placements_needed", "neighbours"):
        [axes] = drawn[name].figure.axes
        scale = [text.get_text() for text in axes.texts if re.fullmatch(r"[\d,]+", text.get_text())]
        assert scale[0] == "0"
        assert len(scale) == len(lines(drawn[name], "tick")) >= 3


def test_a_council_stands_beside_its_neighbours(drawn: dict[str, Chart]) -> None:
    chart = drawn["neighbours"]
    assert chart.title.startswith("Placed outside the area: Kent 21%, its neighbours")
    assert chart.title.endswith("and England 44%")
    assert len(lines(chart, "itself")) == len(lines(chart, "england")) == 8
    assert len(lines(chart, "neighbour")) > 60


def test_nothing_stands_beside_england() -> None:
    drawn = charts.draw_all(fake_results(growth=0.02))
    assert not {"placements_needed", "neighbours"} & set(drawn)
