"""No figure of later than a base reaches its fit, its drift or its run, but those that are listed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.backtest.hindcast.of_the_day import BASES, status_quo
from simulator.baseline.england import load_baseline
from simulator.calibrate import england_series, history
from simulator.calibrate.build import COHORT_MONTHS, Fits, build
from simulator.calibrate.fit_drift import processes
from simulator.calibrate.later_figures import LATER_FIGURES, SHORT_RECORDS
from simulator.data import tables
from simulator.data.tables import PublishedFigure
from simulator.projection import drift
from simulator.runs.simulate import simulate

QUICK = 2
"""Rounds of a fit: enough to read every table that a whole one reads."""


def end_year(year: int | str) -> int:
    """Return the year in which a figure's year ends."""
    return year if isinstance(year, int) else int(year[:4]) + 1


def allowed(base: int) -> dict[str, int]:
    """Last year of each table that the fit of a base may read beyond its own."""
    found: dict[str, int] = {}
    for one in LATER_FIGURES:
        if base in one.bases:
            found |= {table: max(last, found.get(table, 0)) for table, last in one.rows.items()}
    return found


def spoil(row: PublishedFigure, base: int, more: dict[str, int]) -> PublishedFigure:
    """Replace a figure that nobody had on the day by one that nobody could overlook."""
    if row.value is None or end_year(row.year) <= max(base, more.get(row.table, 0)):
        return row
    return replace(row, value=1e7 + 3.0 * row.value)


def forget() -> None:
    """Empty every memory of tables."""
    for one in (tables._index, england_series.published, load_baseline, drift.processes):
        one.cache_clear()


@pytest.fixture
def as_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give what makes the world end after a base."""
    whole, guess = tables._file, history.first_guess()

    def end(base: int) -> None:
        more = allowed(base)

        def spoiled(name: str) -> dict[str, tuple[PublishedFigure, ...]]:
            return {table: tuple(spoil(row, base, more) for row in rows) for table, rows in whole(name).items()}

        monkeypatch.setattr(tables, "_file", spoiled)
        # Assumed moves are those of 2023-24 over the children of then: the last entry of the list.
        monkeypatch.setattr(history, "first_guess", lambda: guess)
        forget()

    yield end
    monkeypatch.undo()
    forget()


@pytest.fixture(scope="module")
def history_to_now() -> Fits:
    """Every base, fitted quickly with all that is published now."""
    return build(rounds=QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("base", BASES)
@pytest.mark.filterwarnings("ignore::simulator.baseline.proportional_fitting.NotConverged")
def test_a_later_figure_reaches_no_fit(base: int, history_to_now: Fits, as_of: Any) -> None:
    as_of(base)
    assert build(last=base, rounds=QUICK).baselines[base].to_json() == history_to_now.baselines[base].to_json()


@pytest.mark.slow
@pytest.mark.parametrize("base", BASES)
@pytest.mark.filterwarnings("ignore::simulator.baseline.proportional_fitting.NotConverged")
def test_a_later_figure_reaches_no_size_of_drift(base: int, history_to_now: Fits, as_of: Any) -> None:
    before = processes(history_to_now.fine, COHORT_MONTHS, base)
    as_of(base)
    after = {one.name: one for one in processes(history_to_now.fine, COHORT_MONTHS, base)}
    short = [one for one in before if one.last.isdigit() and end_year(int(one.last)) > base]
    assert not short or base in SHORT_RECORDS.bases
    assert [one for one in before if one not in short] == [after[one.name] for one in before if one not in short]
    assert {"starts", "exits", "uasc_starts"} <= {one.name for one in before if one not in short}


@pytest.mark.parametrize("base", BASES)
def test_a_later_figure_reaches_no_run(base: int, as_of: Any) -> None:
    """Real money is the same to the last digits only: prices go up with the deflator and are taken back by it."""
    before = simulate(status_quo(base), draws=3, engine="plain", workers=1)
    as_of(base)
    after = simulate(status_quo(base), draws=3, engine="plain", workers=1)
    for measure in ("children", "starts", "foster_households", "foster_places_filled"):
        np.testing.assert_array_equal(before[measure].values, after[measure].values)
    for real in ("total_spend", "placement_spend"):
        then, now = (one.year_parts(real, real=True).area() for one in (before, after))
        np.testing.assert_allclose(now, then, rtol=1e-9)
