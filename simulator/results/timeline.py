"""The time a run covers: its instants, months and financial years, and sums over a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.results.quantities import Array, Kind
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month, dates_of


@dataclass(frozen=True)
class Timeline:
    """The months of a run.

    Attributes
    ----------
    first_month : Month
        The month of the first flow; the first instant is the day before it.
    months : int
    """

    first_month: Month
    months: int

    def dates(self, kind: Kind) -> tuple[str, ...]:
        """Return the ISO dates of instants (stock) or of the last days of months (flow)."""
        return dates_of(self.first_month, self.months, kind)

    @cached_property
    def year_of_month(self) -> tuple[str, ...]:
        """The financial year of each month."""
        return tuple((self.first_month + i).financial_year for i in range(self.months))

    @cached_property
    def financial_years(self) -> tuple[str, ...]:
        """The financial years that are covered in full."""
        years = self.year_of_month
        return tuple(year for year in dict.fromkeys(years) if years.count(year) == MONTHS_A_YEAR)

    def by_year(self, values: Array, kind: Kind) -> Array:
        """Return values by financial year: (draw, area, year, ...) from (draw, area, time, ...).

        Flows add up over the year; stocks are taken at its end, 31 March.
        """
        begins = [self.year_of_month.index(year) for year in self.financial_years]
        if kind == "stock":
            return np.stack([values[:, :, begin + MONTHS_A_YEAR] for begin in begins], axis=2)
        return np.stack([values[:, :, begin : begin + MONTHS_A_YEAR].sum(axis=2) for begin in begins], axis=2)


def is_march(date: str) -> bool:
    """Whether a date is a 31 March."""
    return date.endswith("-03-31")


def marches(dates: Sequence[str]) -> tuple[str, ...]:
    """Return the dates that are a 31 March."""
    return tuple(date for date in dates if is_march(date))
