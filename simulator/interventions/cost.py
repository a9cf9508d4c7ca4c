"""What a programme costs, and whom that reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, Strict, ValidationInfo, field_validator, model_validator

from simulator.interventions.fields import (
    FinancialYear,
    Model,
    Quantity,
    SourceKeys,
    Window,
    Wrong,
    YesNo,
    choice,
    number,
    text,
)
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month, financial_year, financial_year_months
from simulator.vocabulary.pounds import pounds

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

    unit_cost_gbp: Quantity | None = number(
        None, low=0, high=1e7, unit="GBP each", if_empty="money and reach are stated apart"
    )
    """Cost of one family, child or household that is reached. With amounts, they say what share of those eligible is
    reached where it acts; without, the money follows from the reach and the build-up."""

    eligible_per_year: Quantity | None = number(None, low=0, high=1e8, unit="families, children or households a year")
    """How many it could reach a year in all of England; beside `unit_cost_gbp`."""

    deadweight_share: Quantity | None = number(
        None, low=0, high=0.99, unit="share of those paid for", if_empty="all of them are among those eligible"
    )
    """Share of those paid for who would have done as well without. Of the others, whom `eligible_per_year` counts, each
    costs that much more."""

    price_year: FinancialYear | None = choice(None, if_empty="cash")
    """Financial year in whose prices the money is; it is then uprated with the GDP deflator."""

    funded_by: str | None = text(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Line of the scenario's funding that pays for it. `check` and every run tell where a line is spent twice."""

    statutory: YesNo = choice(False, source="definition")
    """Whether the law asks for it. Then it is a cause of pressure by itself, and no part of a plan to be funded."""

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
        """Refuse a cost without an amount, and half of what gives one."""
        if (self.unit_cost_gbp is None) != (self.eligible_per_year is None):
            raise Wrong("a cost of each needs how many there are", "unit_cost_gbp and eligible_per_year, or neither")
        if self.deadweight_share and self.unit_cost_gbp is None:
            raise Wrong("deadweight_share acts on a cost of each, which is not given", "leave it out, or unit_cost_gbp")
        if not self.stated and self.unit_cost_gbp is None:
            raise Wrong(
                "no amount is given", "budget_gbp, per_year_gbp or both; or unit_cost_gbp and eligible_per_year"
            )
        return self

    def stated_gbp(self, year: str) -> float:
        """Amount that is stated for a financial year, as it is written; nothing where the money follows from reach."""
        return (self.budget_gbp or {}).get(year, 0.0) + (self.per_year_gbp or 0.0)

    @property
    def stated(self) -> bool:
        """Whether amounts are given; otherwise the money follows from the reach."""
        return self.budget_gbp is not None or self.per_year_gbp is not None

    @property
    def everybody_gbp(self) -> float | None:
        """What it would cost to reach all those eligible in England for a year; None if that is not known."""
        if self.unit_cost_gbp is None or self.eligible_per_year is None:
            return None
        return self.unit_cost_gbp * self.eligible_per_year / (1.0 - (self.deadweight_share or 0.0))

    @property
    def gbp_per_year(self) -> float:
        """Mean of the amounts a year, over the years that have one."""
        paid = [amount for amount in (self.budget_gbp or {}).values() if amount > 0]
        return (sum(paid) / len(paid) if paid else 0.0) + (self.per_year_gbp or 0.0)

    @property
    def in_words(self) -> str:
        """The amounts given, within a sentence: each year's where they are few, and all of several."""
        paid = {year: amount for year, amount in sorted((self.budget_gbp or {}).items()) if amount > 0}
        said = [f"{pounds(self.per_year_gbp)} a year"] if self.per_year_gbp else []
        if paid:
            amounts = list(paid.values())
            years = min(paid) if len(paid) == 1 else f"{min(paid)} to {max(paid)}"
            each = f", {pounds(amounts[0])} a year" if len(paid) > 1 and len(set(amounts)) == 1 else ""
            said.append(f"{pounds(sum(amounts))} in {years}{each}")
        return f"the file gives {' and '.join(said) or pounds(0.0)}"

    def share_paid_for(self, fraction: float) -> float | None:
        """Share of those eligible whom the amounts reach, 1 at the most; None if the amounts say nothing of it.

        Parameters
        ----------
        fraction
            Share of England's eligible who are where it acts.
        """
        everybody = self.everybody_gbp
        if everybody is None or not self.stated:
            return None
        there = everybody * fraction
        return min(self.gbp_per_year / there, 1.0) if there > 0 else 1.0

    def at_level(self, level: float, start: Month | None, years_later: int, prices: Callable[[str], float]) -> Cost:
        """Return as many times the amounts, some years later and worth as much then; money each stays as it is.

        Parameters
        ----------
        level
            How many times.
        start, years_later
            Month of the start as stated, if any, and how much later it is.
        prices
            General price level of a financial year; only amounts in cash follow it.
        """

        def later(year: str) -> tuple[str, float]:
            then = financial_year(int(year[:4]) + years_later)
            return then, level * (1.0 if self.price_year else prices(then) / prices(year))

        dated = {year: (*later(year), amount) for year, amount in (self.budget_gbp or {}).items()}
        budget = None if self.budget_gbp is None else {then: amount * ratio for then, ratio, amount in dated.values()}
        ratio = level if start is None else later(start.financial_year)[1]
        per_year = None if self.per_year_gbp is None else self.per_year_gbp * ratio
        return self.model_copy(update={"budget_gbp": budget, "per_year_gbp": per_year})

    def until(self, last: Month) -> Cost:
        """Return the same with no amount of a financial year after a month, and of its own year the months to it."""
        if self.budget_gbp is None:
            return self
        paid = {year: [month <= last for month in financial_year_months(year)] for year in self.budget_gbp}
        part = {year: sum(months) / len(months) for year, months in paid.items()}
        budget = {year: amount * part[year] for year, amount in self.budget_gbp.items() if part[year]}
        return self.model_copy(update={"budget_gbp": budget})

    def last_paid(self, end: Month | None) -> Month | None:
        """Last month with money, if the money ends; the programme's `end` closes what is paid by the year."""
        dated = [max(financial_year_months(year)) for year, amount in (self.budget_gbp or {}).items() if amount > 0]
        if self.per_year_gbp or not self.stated:
            return None if end is None else max([end, *dated])
        return max(dated, default=None)

    @property
    def pays(self) -> bool:
        """Whether there is any money at all."""
        return bool(self.gbp_per_year if self.stated else self.everybody_gbp)

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield the years of a budget that are outside the run."""
        for year in self.budget_gbp or {}:
            months = financial_year_months(year)
            if months[-1] < around.first or months[0] > around.last:
                yield ("budget_gbp", year), f"{IDLE}: the run is from {around.first} to {around.last}"

    def spend(self, context: Context, start: Month, end: Month | None, reach: Array | float = 1.0) -> Array:
        """Cash spent in each modelled month, GBP: (month,).

        Parameters
        ----------
        context
            Calendar and prices of the run.
        start, end
            First and last month of the intervention; None for no end.
        reach : (month,)
            Share of England's eligible who are reached in each month, for money that follows from it.

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
        if not self.stated and self.everybody_gbp is not None:
            amounts += self.everybody_gbp / MONTHS_A_YEAR * reach
        if self.price_year is not None:
            amounts *= context.deflator / context.price_level(self.price_year)
        return amounts
