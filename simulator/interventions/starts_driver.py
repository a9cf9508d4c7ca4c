"""Something in the world that brings more or fewer children into care, as an area study counts them. No kind itself."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, Strict

from simulator.interventions.caused_starts import CausedStarts
from simulator.interventions.fields import Count, FinancialYear, Quantity, choice, number
from simulator.interventions.impossible import Impossible
from simulator.interventions.over_time import SetOverTime
from simulator.interventions.start_levels import at_ages, starts_per_year
from simulator.vocabulary.axes import STREAMS

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context

MOST = 100
"""Greatest change of an input: percentage points, or pounds for each child."""

PER = 100_000
"""People to whom a study counts entries."""

Change = Annotated[float, Strict(), Field(ge=-MOST, le=MOST, json_schema_extra={"unit": "in the input's own unit"})]
"""Change of the input in one financial year, over the year before the run."""


class StartsDriver(SetOverTime):
    """An input of which a change brings so many more entries a year for each 100,000 people of some ages.

    Levels are changes over the year before the run. Each area keeps the share of starts that it has.
    """

    value: Quantity | None = number(None, low=-MOST, high=MOST, unit="in the input's own unit")
    """Change over the year before the run, from the start to the end."""

    path: dict[FinancialYear, Change] | None = choice(None)
    """The same in each financial year given; a year that is not named is as the one before it, and the last year
    holds."""

    lag_months: Count = number(12, low=0, high=120, unit="months", source="judgement")
    """Months after which starts follow."""

    @property
    @abstractmethod
    def driven_ages(self) -> tuple[int, int]:
        """Youngest and oldest age of the people, and of those who enter."""

    @property
    def drives(self) -> CausedStarts:
        """Starts of resident children at the ages driven."""
        return CausedStarts(STREAMS[:1], self.driven_ages)

    @abstractmethod
    def entries(self, change: Array, context: Context) -> Array:
        """More entries a year for each 100,000 people: (month,) from the change in each month."""

    def level(self, context: Context) -> Array:
        """Change of the input in each month, over the year before the run: (month,)."""
        import numpy as np

        changed: Array = np.where(self.acting(context) > 0.0, self.wanted(context), 0.0)
        return changed

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts of resident children at the ages driven, so that as many more come as the study counts."""
        import numpy as np

        from simulator.data.population import population_by_age

        entries = self.entries(self.level(context), context)
        later = np.append(np.zeros(self.lag_months), entries)[: context.months]
        if not later.any():
            return rates
        youngest, oldest = self.driven_ages
        people = population_by_age(context.first_month.year, context.months, context.births_per_year)
        more = later * people[:, youngest : oldest + 1].sum(axis=1) / PER
        before = starts_per_year(rates, context, STREAMS[:1], youngest, oldest)
        none = np.zeros(np.broadcast_shapes(before.shape, more.shape))
        factor = 1.0 + np.divide(more, before, out=none, where=before > 0)
        if (factor < 0.0).any():
            what = f"{-more.min():,.0f} fewer a year would start, and no more than {before.min():,.0f} do"
            raise Impossible((), float(more.min()), what, "a smaller change")
        at = at_ages(self.in_areas(factor - 1.0, context), youngest, oldest)
        resident, *others = rates.streams
        resident = replace(resident, new_starts_per_month=resident.new_starts_per_month * at)
        return replace(rates, streams=(resident, *others))
