"""What an intervention may know of the run besides the rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from simulator.interventions.impossible import Impossible
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month, financial_year_months

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simulator.engine.rates import Rates

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """Calendar, names and prices of a run.

    Attributes
    ----------
    first_month, months
        First modelled month and the number of months.
    areas, places, cost_keys
        Names along the axes ``area``, ``place`` and ``cost``.
    deflator : (month,)
        GDP deflator over its level in the base price year: cash is real money times this.
    price_levels
        The same ratio for financial years that are not wholly inside the run, for money in earlier prices.
    part_of_england
        Share of England's children looked after at the base who are in the areas of the run.
    births_per_year
        Births a year that the population of the run rests on.
    gbp_per_week : (area, cost), or None
        Cost of a week at the base, in prices of the base price year; nought for what is not paid by the week.
    bare, england
        Rates of the areas, and of England, before anything acts on them; None where the rates at hand are these.
    """

    first_month: Month
    months: int
    areas: tuple[str, ...]
    places: tuple[str, ...]
    cost_keys: tuple[str, ...]
    deflator: Array
    price_levels: Mapping[str, float] = field(default_factory=dict)
    part_of_england: float = 1.0
    births_per_year: float = 0.0
    gbp_per_week: Array | None = None
    bare: Rates | None = None
    england: Rates | None = None

    def elapsed(self, start: Month) -> Array:
        """Months from the first day of a month to the middle of each modelled month: (month,)."""
        import numpy as np

        return np.arange(self.months, dtype=np.float64) + 0.5 + (self.first_month - start)

    def year_before(self) -> Context:
        """The calendar of the year before the run, which the rates of the base are measured in."""
        return replace(self, first_month=self.first_month - MONTHS_A_YEAR, months=MONTHS_A_YEAR)

    def before(self, rates: Rates) -> Rates:
        """Rates of the areas before anything acts on them."""
        return rates if self.bare is None else self.bare

    def position(self, month: Month) -> int:
        """Position of a month on the month axis; outside the run it is negative or too large."""
        return month - self.first_month

    def price_level(self, financial_year: str) -> float:
        """GDP deflator of a financial year over its level in the base price year.

        Raises
        ------
        Impossible
            If neither the run nor `price_levels` holds the year.
        """
        if financial_year in self.price_levels:
            return self.price_levels[financial_year]
        first = self.position(financial_year_months(financial_year)[0])
        if first >= 0 and first + MONTHS_A_YEAR <= self.months:
            return float(self.deflator[first : first + MONTHS_A_YEAR].mean())
        known = f"{min(self.price_levels)} to {max(self.price_levels)}" if self.price_levels else ""
        raise Impossible(("price_year",), financial_year, f"no price level is known for {financial_year}", known)

    def deflator_at(self, months: Array) -> Array:
        """Deflator at moments in months since the run began, with even growth between mid-months."""
        import numpy as np

        middles = np.arange(self.months) + 0.5
        logs = np.log(self.deflator)
        if self.months == 1:
            return np.full(np.shape(months), self.deflator[0])
        inside = np.interp(months, middles, logs)
        before = np.minimum(months - middles[0], 0.0) * (logs[1] - logs[0])
        after = np.maximum(months - middles[-1], 0.0) * (logs[-1] - logs[-2])
        return np.asarray(np.exp(inside + before + after))
