"""A sweep: the figures of the summary for each combination of some numbers of a scenario, central runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.results.data_frame import data_frame
from simulator.results.labelled import RunResults
from simulator.results.long_tables import CASH, Row
from simulator.results.quantities import POUNDS, Array
from simulator.results.timeline import marches

if TYPE_CHECKING:
    import pandas as pd

AFTER_YEARS = (0, 2, 5, 10)
"""Years after the start at which figures are given, and at the end of the last whole year."""


@dataclass(frozen=True)
class SweptFigure:
    """A figure of a sweep: its measure, what its date is of, its unit, and whether there is one at the start."""

    measure: str
    period: str
    unit: str

    @property
    def of_years(self) -> bool:
        """Whether it is of the time before its date, so that there is none at the start."""
        return self.period != "instant"


SWEPT = (
    SweptFigure("children", "instant", "children"),
    SweptFigure("unmet_foster_need", "instant", "children"),
    SweptFigure("total_spend", "financial_year", POUNDS),
    SweptFigure("extra_spend", "financial_year", POUNDS),
    SweptFigure("extra_spend", "to_date", POUNDS),
)


@dataclass(frozen=True)
class Varied:
    """A number that a sweep varies: its path, its unit, and the value in each combination."""

    path: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Sweep:
    """Figures of all combinations.

    Attributes
    ----------
    name, title : str
        Of the scenario.
    areas : tuple of str
    varied : tuple of Varied
    dates : tuple of str
        Each a 31 March: the start, some years on, and the end of the last whole year.
    figures : mapping of SweptFigure to (combination, area, date)
        NaN at the start where a figure is of years.
    reference_year : str
        Extra spend is above its.
    notes, sources : tuple of str
        As of results.
    engine : {"plain", "compiled"}
        Which one ran.
    """

    name: str
    title: str
    areas: tuple[str, ...]
    varied: tuple[Varied, ...]
    dates: tuple[str, ...]
    figures: Mapping[SweptFigure, Array]
    reference_year: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    engine: str

    @property
    def combinations(self) -> int:
        """How many there are."""
        return len(self.varied[0].values)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `sweep.csv`."""
        paths = (one.path for one in self.varied)
        return ("scenario", "area", *paths, "date", "period", "measure", "unit", "price_basis", "central")

    def rows(self) -> Iterator[Row]:
        """Yield the rows of `sweep.csv`: each combination, area, figure and date."""
        for i in range(self.combinations):
            at = tuple(f"{one.values[i]:.12g}" for one in self.varied)
            for a, area in enumerate(self.areas):
                for of, values in self.figures.items():
                    for date, value in zip(self.dates, values[i, a], strict=True):
                        if not np.isnan(value):
                            basis = CASH if of.unit == POUNDS else ""
                            yield self.name, area, *at, date, of.period, of.measure, of.unit, basis, float(value)

    def to_frame(self) -> pd.DataFrame:
        """Return the rows of `sweep.csv` as a pandas data frame.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed: ``pip install 'care-demand[tables]'``.
        """
        table = data_frame(self.rows(), self.columns)
        return table.assign(**{one.path: table[one.path].astype(float) for one in self.varied})


@dataclass(frozen=True)
class SweptRun:
    """What a sweep takes of one run: its dates, figures, (area, date) each, and notes."""

    dates: tuple[str, ...]
    figures: Mapping[SweptFigure, Array]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, results: RunResults) -> SweptRun:
        """Take the figures of a central run."""
        ends = marches(results.dates("stock"))
        dates = tuple(date for n, date in enumerate(ends) if n in AFTER_YEARS or n == len(ends) - 1)
        shown = [of for of in SWEPT if of.measure != "unmet_foster_need" or results.places_limited]
        figures = {of: _figure(results, of, dates) for of in shown}
        return cls(dates, figures, (*results.notes, *results.money_notes))


def swept(first: RunResults, title: str, runs: Sequence[SweptRun], varied: Sequence[Varied]) -> Sweep:
    """Return a sweep of runs, one for each combination, over the dates and figures that all of them have.

    Parameters
    ----------
    first : RunResults
        The first of them.
    title : str
        Name of the scenario that is varied.
    runs : sequence of SweptRun
    varied : sequence of Varied
    """
    dates = tuple(date for date in runs[0].dates if all(date in one.dates for one in runs))
    figures = {
        of: np.stack([one.figures[of][:, [one.dates.index(date) for date in dates]] for one in runs])
        for of in runs[0].figures
        if all(of in one.figures for one in runs)
    }
    notes = tuple(note for note in runs[0].notes if all(note in one.notes for one in runs))
    return Sweep(
        name=first.name,
        title=title,
        areas=first.areas,
        varied=tuple(varied),
        dates=dates,
        figures=figures,
        reference_year=first.reference_year,
        notes=notes,
        sources=first.sources,
        engine=first.engine,
    )


def _figure(results: RunResults, of: SweptFigure, dates: Sequence[str]) -> Array:
    """Return a figure of a central run: (area, date)."""
    if not of.of_years:
        known = results.dates("stock")
        return results.stock_totals(of.measure).central[:, [known.index(date) for date in dates]]
    if not results.financial_years:
        return np.full((len(results.areas), len(dates)), np.nan)
    by_year = (results.extra_spend() if of.measure == "extra_spend" else results.year_totals(of.measure)).central
    by_year = by_year.cumsum(axis=1) if of.period == "to_date" else by_year
    ends = marches(results.dates("stock"))
    found: Array = np.insert(by_year, 0, np.nan, axis=1)[:, [ends.index(date) for date in dates]]
    return found
