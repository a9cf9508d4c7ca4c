"""What councils spend on prevention for each child."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import FinancialYear, Quantity, choice, named, number
from simulator.interventions.starts_driver import StartsDriver
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context

STUDY_AGES = (16, 17)
"""Ages at which starts followed spend; at 1 to 4 they did not [bennett_2021]."""

PAID_FOR = (12, 17)
"""Ages for which the spend of the study was counted."""

POUNDS = 10.0
"""Pounds for each child to which the study counts entries."""


class PreventionSpend(StartsDriver):
    """A change in prevention spend for each child of 12 to 17, in pounds, and of starts at 16 and 17 a year later.

    In a study of 150 councils from 2012 to 2019, £10 less went with 1.9 (0.7 to 2.9) more entries for each 100,000 of
    those ages; spend on under-fives went with none at 1 to 4, so that nothing moves at other ages [bennett_2021]. The
    money itself is counted as spend on programmes: what is spent more, and what is cut.
    """

    kind: Literal["prevention_spend"] = named("prevention_spend", "prevention")
    """Prevention spend for each child of 12 to 17."""

    entries_per_100_000: Quantity = number(
        1.9, low=-50, high=50, unit="entries per 100,000 of 16 and 17 for £10 less", source="bennett_2021",
        spread={"median": 1.9, "ci95": [0.7, 2.9], "quality": "medium"},
    )  # fmt: skip
    """Entries a year more with £10 less for each child."""

    price_year: FinancialYear | None = choice(None, if_empty="prices of the year before the run")
    """Financial year in whose prices the pounds are."""

    @property
    def unit(self) -> str:
        """Unit of spend."""
        return "pounds a year for each child of 12 to 17"

    @property
    def driven_ages(self) -> tuple[int, int]:
        """Youngest and oldest age of those who enter."""
        return STUDY_AGES

    @property
    def caveat(self) -> str:
        """What the study can say."""
        return "an association among councils while budgets were cut, which need not hold as they grow"

    def entries(self, change: Array, context: Context) -> Array:
        """More entries a year for each 100,000 people: (month,) from the change in each month."""
        return -self.entries_per_100_000 * change / POUNDS

    def change(self, rates: Rates, context: Context) -> Rates:
        """Change starts, and count the money."""
        from simulator.data.population import population_by_age

        changed = super().change(rates, context)
        pounds = self.level(context)
        if not pounds.any():
            return changed
        youngest, oldest = PAID_FOR
        people = population_by_age(context.first_month.year, context.months, context.births_per_year)
        price = context.deflator / (1.0 if self.price_year is None else context.price_level(self.price_year))
        spend = pounds * people[:, youngest : oldest + 1].sum(axis=1) / MONTHS_A_YEAR * price
        share = self.areas.of_total(context.areas, context.part_of_england)[:, None] * self.areas.fraction
        return replace(changed, outside_care_gbp=changed.outside_care_gbp + share * spend)
