"""What readers see of draws: intervals in the summary, chances, and every draw's path on request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import synthetic

from simulator.outputs.netcdf import write_draws
from simulator.outputs.summary import comparison_text, summary_points, summary_text
from simulator.results.analysis import answers
from simulator.results.labelled import RunResults
from simulator.results.measures import measures
from simulator.results.results_protocol import DatedQuestion
from simulator.scenario.schema import ASKABLE

OVER = DatedQuestion("over", "more than 80,000 are looked after", "children", ("2030-03-31",), 80_000.0, None, False)
CHEAP = DatedQuestion("cheap", "two years cost little", "total_spend", ("2025-26", "2026-27"), None, 7e9, False)


def asked(results: RunResults, *questions: DatedQuestion) -> RunResults:
    return replace(results, questions=questions)


def test_intervals_stand_below_central_figures() -> None:
    results = synthetic(draws=40)
    low, high = np.percentile(results["children"].values[1:, 0, 60].sum(axis=(-2, -1)), [10, 90])
    point = summary_points(results)[2]
    assert point.intervals["children"] == pytest.approx((low, high))
    text = summary_text(results)
    assert "median of 40 draws and where 80% of them lie" in text
    assert f"{round(low, -1):,.0f} to {round(high, -1):,.0f}" in text


def test_without_draws_there_are_no_intervals() -> None:
    results = asked(synthetic(), OVER)
    assert all(not point.intervals for point in summary_points(results))
    assert "80%" not in summary_text(results)
    assert "Chance that more than 80,000 are looked after: needs draws (--draws)" in summary_text(results)


def test_differences_are_taken_draw_by_draw() -> None:
    """Draws share their noise, so the interval of a difference is far narrower than the intervals differ."""
    first, second = synthetic("one", draws=40), synthetic("two", draws=40, starts_ratio=1.1)
    text = comparison_text([first, second]).split("  compared with one")[1].splitlines()
    ours = (second["children"].values - first["children"].values)[1:, 0, 60].sum(axis=(-2, -1))
    low, high = np.percentile(ours, [10, 90])
    assert f"+{round(low, -1):,.0f} to +{round(high, -1):,.0f}" in text[2]
    assert "++" not in comparison_text([first, second])


def test_chances_are_shares_of_draws() -> None:
    results = asked(synthetic(draws=40), OVER, CHEAP)
    over, cheap = answers(results)
    children = results["children"].values[1:, 0, 60].sum(axis=(-2, -1))
    spend = results.by_year("total_spend")[1:, 0, :2].sum(axis=(1, 2, 3))
    assert over.share == (children > 80_000).mean()
    assert cheap.share == (spend < 7e9).mean()
    assert over.error == pytest.approx(np.sqrt(over.share * (1 - over.share) / 40))


def test_what_programmes_do_is_compared_draw_by_draw() -> None:
    plain, helped = synthetic(draws=20), synthetic(draws=20, starts_ratio=0.9)
    question = replace(OVER, above=None, below=-1.0, against_no_programmes=True)
    (answer,) = answers(asked(replace(helped, without=plain.measures), question))
    assert (answer.share, answer.error) == (1.0, 0.0)


def test_measures_that_can_be_asked_about_are_as_registered() -> None:
    assert {name: measures()[name].kind for name in ASKABLE} == ASKABLE


def test_draws_are_kept_with_named_axes(tmp_path: Path) -> None:
    import xarray as xr

    results = synthetic(draws=3, months=24)
    write_draws(results, tmp_path / "draws.nc")
    with xr.open_dataset(tmp_path / "draws.nc", engine="scipy") as kept:
        assert set(kept.data_vars) == set(results.measures)
        np.testing.assert_array_equal(kept["children"].values, results["children"].values)
        assert kept["total_spend"].dims == ("draw", "area", "month")
        assert kept["total_spend"].attrs["units"] == "GBP"
        assert kept["children"].sel(instant="2026-03-31", draw=2).sum() == pytest.approx(
            results["children"].total(draw=2)[12]
        )
