"""Money for what a scenario does, and for what goes on without it. It is set beside spend and changes none of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import field_validator, model_validator

from simulator.interventions.cost import Amount
from simulator.interventions.fields import (
    FinancialYear,
    Model,
    Probability,
    Quantity,
    SourceKeys,
    Wrong,
    choice,
    number,
    text,
)
from simulator.interventions.reach import AreaName, Reach
from simulator.interventions.surroundings import IDLE, Idle, Surroundings
from simulator.vocabulary.areas import ENGLAND, codes_of
from simulator.vocabulary.calendar import financial_year_months

Gap = Literal["overspend", "standstill", "unfunded_plan", "pressure"]
"""What a claim may be of: a kind of gap, or growth of spend that is none; all as `simulator.results.gap` has them."""

GAPS: tuple[str, ...] = get_args(Gap)


class BaseBudget(Model):
    """What there is to spend on looked-after children, programmes apart: last year's spend, carried on."""

    real_percent_per_year: Quantity = number(
        0.0, low=-20, high=20, unit="percent a year", source="judgement", exact=True
    )
    """Growth above general prices, from what was spent in the year before the run less Home Office grants; 0 is a
    budget frozen in real terms."""

    source: SourceKeys | None = text()
    """Where it comes from."""


class FundingLine(Model):
    """A line of money for all of England, by financial year."""

    id: str = text(..., pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Short name, for tables."""

    label: str | None = text()
    """Name in charts; the id if left out."""

    note: str | None = text()
    """Remark for the reader."""

    source: SourceKeys = text(...)
    """Where it was announced."""

    pays_for: Literal["programmes", "services"] = choice("programmes", source="definition")
    """Whether it is for the scenario's programmes, or for what goes on without them."""

    gbp: dict[FinancialYear, Amount] = choice()
    """Amount in each financial year, in cash unless a price year is given."""

    reused_gbp: dict[FinancialYear, Amount] = choice({}, source="definition")
    """What of it takes the place of money that there was before, and so is not new."""

    price_year: FinancialYear | None = choice(None, if_empty="cash")
    """Financial year in whose prices the amounts are."""

    areas: Reach = choice(Reach(share=1.0), source="definition")
    """Where it is spent; within that, as children live there."""

    area_shares: dict[AreaName, Probability] = choice({}, source="definition")
    """Shares of the line of some areas, where they are known; the rest goes to others as children live there."""

    @field_validator("gbp")
    @classmethod
    def _some(cls, gbp: dict[str, float]) -> dict[str, float]:
        """Refuse a line without money."""
        if not gbp:
            raise Wrong("no financial year is given", "for example {2025-26: 1_000_000}")
        return gbp

    @field_validator("area_shares")
    @classmethod
    def _shares_fit(cls, shares: dict[str, float]) -> dict[str, float]:
        """Refuse shares that are more than the line, or of areas that overlap."""
        if sum(shares.values()) > 1.0 + 1e-9:
            raise Wrong(f"shares of areas add up to {sum(shares.values()):g}", "up to 1")
        codes = [code for name in shares for code in codes_of((name,))]
        if len(set(codes)) < len(codes):
            raise Wrong("areas overlap, so that one would have two shares", "areas with no authority in common")
        return shares

    @model_validator(mode="after")
    def _agrees(self) -> FundingLine:
        """Refuse more re-used money than there is, and two ways to say where it goes."""
        for year, reused in self.reused_gbp.items():
            if reused > self.gbp.get(year, 0.0):
                raise Wrong(
                    f"re-uses {reused:,.0f} of {self.gbp.get(year, 0.0):,.0f} in {year}", "no more than the line"
                )
        if self.area_shares and "areas" in self.model_fields_set:
            raise Wrong("areas and area_shares both say where it goes", "one of the two")
        return self

    @property
    def title(self) -> str:
        """Name for charts."""
        return self.label or self.id

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield years outside the run."""
        for year in self.gbp:
            months = financial_year_months(year)
            if months[-1] < around.first or months[0] > around.last:
                yield ("gbp", year), f"{IDLE}: the run is from {around.first} to {around.last}"


class GapClaim(Model):
    """A gap that somebody published, drawn beside what the run finds. It never acts on a result."""

    gap: Gap = text(...)
    """Which kind of gap it is; `pressure` if it is growth of spend and says nothing of money."""

    gbp_per_year: Quantity = number(low=0, high=1e12, unit="GBP a year", exact=True)
    """How large it was said to be."""

    financial_year: FinancialYear = text(...)
    """Year that it was said of."""

    area: AreaName = text(ENGLAND)
    """Area that it was said of."""

    label: str = text(...)
    """Who said it, for the chart."""

    note: str | None = text()
    """What it counts."""

    source: SourceKeys = text(...)
    """Where it was published."""


class Funding(Model):
    """A budget for what goes on, and lines of money beside it."""

    budget: BaseBudget = choice(BaseBudget(), source="judgement")
    """What there is to spend without the lines."""

    lines: tuple[FundingLine, ...] = choice((), source="definition")
    """Lines of money, each of its own."""

    claims: tuple[GapClaim, ...] = text(())
    """Published gaps to set beside those of the run."""

    @field_validator("lines")
    @classmethod
    def _distinct(cls, lines: tuple[FundingLine, ...]) -> tuple[FundingLine, ...]:
        """Refuse two lines of one name."""
        ids = [line.id for line in lines]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise Wrong(f"two lines are called {', '.join(twice)}", "an id of its own for each")
        return lines
