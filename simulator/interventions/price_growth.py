"""How prices of placements go over time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, field_validator, model_validator

from simulator.interventions.base import Intervention
from simulator.interventions.fields import Names, Wrong, choice, named, one_of, one_or_more
from simulator.interventions.over_time import OverTime
from simulator.interventions.profile import growth_years
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context
    from simulator.vocabulary.calendar import Month


def _known() -> tuple[str, ...]:
    """Keys of unit costs, and the word for all of them."""
    return (ALL, *placements.cost_keys())


def _cost_key(name: str) -> str:
    """Check the key of a unit cost."""
    return one_of("cost", name, _known(), "a cost shown by `care-demand list placements`")


CostKey = Annotated[str, AfterValidator(_cost_key), Names("cost", _known)]
"""Key of a unit cost."""


class PriceGrowth(OverTime):
    """Growth, a step, a level, a cap or a path of the unit costs of placements, in real terms or in cash.

    The unit is pounds a week: the mean gross cost of a week in a placement. Real growth comes on top of general
    inflation and real pounds are in prices of the year before the run; cash takes the place of inflation.
    """

    changes_prices: ClassVar[bool] = True
    moves_children: ClassVar[bool] = False

    kind: Literal["price_growth"] = named("price_growth", "prices", "inflation")
    """Growth in unit costs."""

    costs: Annotated[tuple[CostKey, ...], one_or_more(CostKey)] = choice()
    """Unit costs that grow: ``all`` or a list of cost keys, which also say who provides."""

    basis: Literal["real", "cash"] = choice("real", source="definition")
    """Real growth comes on top of the GDP deflator, and real pounds follow it; cash takes its place. After the end
    of growth the price follows the deflator."""

    @classmethod
    def starter(cls, first: Month) -> dict[str, Any]:
        """Return no growth of all costs."""
        return {"costs": ALL, "percent_per_year": 0.0}

    @field_validator("costs")
    @classmethod
    def _distinct(cls, costs: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse an empty list, a key given twice, and all beside others."""
        if not costs:
            raise Wrong("the list is empty", "all, or at least one cost key")
        if ALL in costs and len(costs) > 1:
            raise Wrong("all stands beside other costs", "all alone, or a list without it")
        twice = next((key for key in costs if costs.count(key) > 1), None)
        if twice is not None:
            raise Wrong(f"{twice!r} is given twice")
        return costs

    @model_validator(mode="after")
    def _priced_alike(self) -> PriceGrowth:
        """Refuse pounds a week for everything at once, and cash where nothing is in money."""
        if self.costs == (ALL,) and self.overrules:
            raise Wrong("a price in pounds a week is of single costs", "costs: a list of cost keys")
        if self.ratio is not None and self.basis == "cash":
            raise Wrong("a ratio is the same in cash and in real terms", "leave basis out")
        return self

    @property
    def unit(self) -> str:
        """Unit of a price."""
        return "pounds a week"

    @property
    def priced(self) -> tuple[str, ...]:
        """Keys of the unit costs that grow by it."""
        return placements.cost_keys() if self.costs == (ALL,) else self.costs

    def stacks_on(self, other: Intervention) -> tuple[str, ...]:
        """Return the unit costs that both let grow in the same areas and months."""
        if self.overrules:
            return ()
        here, there = self.areas.named, other.areas.named
        start, end = getattr(other, "start", None), getattr(other, "end", None)
        apart = (self.end is not None and start is not None and self.end < start) or (
            end is not None and self.start is not None and end < self.start
        )
        if apart or (here and there and not here & there):
            return ()
        return tuple(key for key in self.priced if key in other.priced)

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply price ratios."""
        import numpy as np

        ratio = np.ones((*rates.price_ratio.shape[:2], context.months, len(context.cost_keys)))
        for i, key in enumerate(context.cost_keys):
            if key in self.costs or self.costs == (ALL,):
                factor = self.factor(lambda i=i: self._pounds_a_week(i, rates, context), context)  # type: ignore[misc]
                ratio = ratio * _one_cost(
                    self.in_areas(factor * self._cash(context) - 1.0, context), i, ratio.shape[-1]
                )
        if np.all(ratio == 1.0):
            return rates
        return replace(rates, price_ratio=rates.price_ratio * ratio)

    def _pounds_a_week(self, i: int, rates: Rates, context: Context) -> Array:
        """Price of a week, in cash or in prices of the year before the run: (draw, area, month)."""
        assert context.gbp_per_week is not None
        per_week: Array = context.gbp_per_week[:, None, i] * rates.price_ratio[..., i]
        return per_week if self.basis == "cash" else per_week / context.deflator

    def _cash(self, context: Context) -> Array:
        """What takes inflation out of growth in cash, while it grows: (month,)."""
        import numpy as np

        if self.basis == "real" or self.percent_per_year is None:
            return np.ones(context.months)
        start = self.start or context.first_month
        begin = max(float(context.position(start)), 0.0)
        moments = begin + MONTHS_A_YEAR * growth_years(context, start, self.end)
        gone: Array = context.deflator_at(np.full(1, begin)) / context.deflator_at(moments)
        return gone


def _one_cost(ratio: Array, position: int, costs: int) -> Array:
    """Give a ratio, (..., area, month), to one cost and 1 to the others: (..., area, month, cost)."""
    import numpy as np

    return np.where(np.arange(costs) == position, ratio[..., None], 1.0)
