"""A programme whose money is counted and whose effect is not modelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from simulator.interventions.base import Intervention
from simulator.interventions.cost import Cost
from simulator.interventions.fields import MonthValue, Wrong, choice, named
from simulator.interventions.reach import Reach
from simulator.interventions.surroundings import Idle, Surroundings, dates_idle

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context
    from simulator.vocabulary.calendar import Month


class BudgetLine(Intervention):
    """A programme that costs money and has no modelled effect."""

    moves_children: ClassVar[bool] = False

    kind: Literal["budget_line"] = named("budget_line", "budget", "money", "grant")
    """A budget without a modelled effect."""

    cost: Cost = choice()
    """What the programme costs."""

    start: MonthValue | None = choice(None, if_empty="first month of the run")
    """First month of a yearly amount."""

    end: MonthValue | None = choice(None, if_empty="goes on to the end of the run")
    """Last month of a yearly amount."""

    @classmethod
    def starter(cls, first: Month) -> dict[str, Any]:
        """Return an amount of nothing a year."""
        return {"cost": {"per_year_gbp": 0.0}}

    @field_validator("areas")
    @classmethod
    def _somewhere(cls, areas: Reach) -> Reach:
        """Refuse a share of children, which would be ignored."""
        if areas.share is not None and areas.share != 1.0:
            raise Wrong("the money is the same for a share of children", "{names: [Kent]}, {count: 12, of: 153}")
        return areas

    @field_validator("start", "end")
    @classmethod
    def _used(cls, month: object, info: ValidationInfo) -> object:
        """Refuse dates that would be ignored."""
        cost = info.data.get("cost")
        if month is not None and isinstance(cost, Cost) and cost.stated and cost.per_year_gbp is None:
            raise Wrong("dates act on cost.per_year_gbp, which is not given", "leave it out")
        return month

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield dates outside the run."""
        yield from super().idle(around)
        yield from dates_idle(self.start, self.end, around)

    def change(self, rates: Rates, context: Context) -> Rates:
        """Change nothing."""
        return rates
