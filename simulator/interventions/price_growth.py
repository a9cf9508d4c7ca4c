"""Prices of placements that grow faster or slower than others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, ValidationInfo, field_validator

from simulator.interventions.base import Intervention
from simulator.interventions.fields import (
    MonthValue,
    Names,
    Quantity,
    Wrong,
    choice,
    number,
    one_of,
    one_or_more,
    text,
)
from simulator.interventions.profile import growth_years
from simulator.interventions.surroundings import Idle, Surroundings, dates_idle
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context


def _known() -> tuple[str, ...]:
    """Keys of unit costs, and the word for all of them."""
    return (ALL, *placements.cost_keys())


def _cost_key(name: str) -> str:
    """Check the key of a unit cost."""
    return one_of("cost", name, _known(), "a cost shown by `care-demand list placements`")


CostKey = Annotated[str, AfterValidator(_cost_key), Names("cost", _known)]
"""Key of a unit cost."""


class PriceGrowth(Intervention):
    """Growth in the unit costs of placements, on top of general inflation (real) or in its place (cash)."""

    is_programme: ClassVar[bool] = False
    changes_prices: ClassVar[bool] = True
    moves_children: ClassVar[bool] = False

    kind: Literal["price_growth"] = text("price_growth")
    """Growth in unit costs."""

    costs: Annotated[tuple[CostKey, ...], one_or_more(CostKey)] = choice()
    """Unit costs that grow: ``all`` or a list of cost keys, which also say who provides."""

    percent_per_year: Quantity = number(low=-50, high=50, unit="percent a year")
    """Growth, compounded."""

    basis: Literal["real", "cash"] = choice("real", source="definition")
    """Real growth comes on top of the GDP deflator; cash growth takes its place."""

    start: MonthValue | None = choice(None, if_empty="first month of the run")
    """First month. Growth before the run is already in the base."""

    end: MonthValue | None = choice(None, if_empty="goes on to the end of the run")
    """Last month of growth; afterwards the price follows the GDP deflator."""

    @field_validator("costs")
    @classmethod
    def _distinct(cls, costs: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Refuse an empty list, a key given twice, and all beside others."""
        if not costs:
            raise Wrong("the list is empty", "all, or at least one cost key")
        if ALL in costs and len(costs) > 1:
            raise Wrong("all stands beside other costs", "all alone, or a list without it")
        twice = next((key for key in costs if costs.count(key) > 1), None)
        if twice is not None:
            raise Wrong(f"{twice!r} is given twice")
        return costs

    @property
    def in_words(self) -> str:
        """Its title and its growth."""
        return f"{self.title} ({self.percent_per_year:+.3g}% a year)"

    @property
    def priced(self) -> tuple[str, ...]:
        """Keys of the unit costs that grow by it."""
        return placements.cost_keys() if self.costs == (ALL,) else self.costs

    def stacks_on(self, other: Intervention) -> tuple[str, ...]:
        """Return the unit costs that both let grow in the same areas and months."""
        here, there = self.areas.named, other.areas.named
        start, end = getattr(other, "start", None), getattr(other, "end", None)
        apart = (self.end is not None and start is not None and self.end < start) or (
            end is not None and self.start is not None and end < self.start
        )
        if apart or (here and there and not here & there):
            return ()
        return tuple(key for key in self.priced if key in other.priced)

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield dates outside the run."""
        yield from super().idle(around)
        yield from dates_idle(self.start, self.end, around)

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply price ratios."""
        import numpy as np

        start = self.start or context.first_month
        years = growth_years(context, start, self.end)
        growth = (1.0 + self.percent_per_year / 100.0) ** years
        if self.basis == "cash":
            begin = max(float(context.position(start)), 0.0)
            moments = np.asarray(begin + MONTHS_A_YEAR * years)
            growth = growth * context.deflator_at(np.full(1, begin)) / context.deflator_at(moments)
        if np.all(growth == 1.0):
            return rates
        chosen = np.array([key in self.costs or self.costs == (ALL,) for key in context.cost_keys])
        ratio = self.in_areas(growth - 1.0, context)
        return replace(rates, price_ratio=rates.price_ratio * np.where(chosen, ratio[..., None], 1.0))
