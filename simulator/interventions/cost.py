"""What a programme costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, Strict, ValidationInfo, field_validator, model_validator

from simulator.interventions.fields import (
    FinancialYear,
    Model,
    Quantity,
    SourceKeys,
    Window,
    Wrong,
    choice,
    number,
    text,
)
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month, financial_year_months

if TYPE_CHECKING:
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings

_MOST_GBP = 1e12

Amount = Annotated[float, Strict(), Field(ge=0, le=_MOST_GBP, json_schema_extra={"unit": "GBP in the financial year"})]
"""Money in one financial year."""


class Cost(Model):
    """Money that a programme spends, in cash unless a price year is given."""

    budget_gbp: dict[FinancialYear, Amount] | None = choice(None)
    """Amount in each financial year, spread evenly over its twelve months. Months before the first or after
    the last modelled month are left out, with the money that falls in them."""

    per_year_gbp: Quantity | None = number(None, low=0, high=_MOST_GBP, unit="GBP a year")
    """Yearly amount from the start of the intervention to its end (both months included)."""

    price_year: FinancialYear | None = choice(None, if_empty="cash")
    """Financial year in whose prices the money is; it is then uprated with the GDP deflator."""

    source: SourceKeys | None = text()
    """Where the amounts come from."""

    @field_validator("budget_gbp")
    @classmethod
    def _acts(cls, budget: dict[str, float] | None, info: ValidationInfo) -> dict[str, float] | None:
        """Refuse a budget that falls wholly outside the run."""
        if budget is None:
            return None
        if not budget:
            raise Wrong("no financial year is given", "for example {2025-26: 1_000_000}")
        window = info.context
        if isinstance(window, Window) and not any(
            window.first <= month <= window.last for year in budget for month in financial_year_months(year)
        ):
            allowed = f"years from {window.first.financial_year} to {window.last.financial_year}"
            raise Wrong("no year of the budget falls in the run", allowed)
        return budget

    @model_validator(mode="after")
    def _complete(self) -> Cost:
        """Refuse a cost without an amount."""
        if self.budget_gbp is None and self.per_year_gbp is None:
            raise Wrong("no amount is given", "budget_gbp, per_year_gbp or both")
        return self

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield the years of a budget that are outside the run."""
        for year in self.budget_gbp or {}:
            months = financial_year_months(year)
            if months[-1] < around.first or months[0] > around.last:
                yield ("budget_gbp", year), f"{IDLE}: the run is from {around.first} to {around.last}"

    def spend(self, context: Context, start: Month, end: Month | None) -> Array:
        """Cash spent in each modelled month, GBP: (month,).

        Parameters
        ----------
        context
            Calendar and prices of the run.
        start, end
            First and last month of the intervention; None for no end.

        Raises
        ------
        Impossible
            If the price year is not known.
        """
        import numpy as np

        amounts = np.zeros(context.months)
        for year, amount in (self.budget_gbp or {}).items():
            first = context.position(financial_year_months(year)[0])
            amounts[max(first, 0) : max(first + MONTHS_A_YEAR, 0)] += amount / MONTHS_A_YEAR
        if self.per_year_gbp is not None:
            after = context.months if end is None else max(context.position(end) + 1, 0)
            amounts[max(context.position(start), 0) : after] += self.per_year_gbp / MONTHS_A_YEAR
        if self.price_year is not None:
            amounts *= context.deflator / context.price_level(self.price_year)
        return amounts
