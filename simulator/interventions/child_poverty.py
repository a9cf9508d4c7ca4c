"""How many children grow up in poverty."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from simulator.interventions.fields import Quantity, named, number
from simulator.interventions.profile import growth_years
from simulator.interventions.starts_driver import StartsDriver

if TYPE_CHECKING:
    from simulator.interventions.context import Array, Context

UNDER_16 = (0, 15)
"""Ages of the study [bennett_2022]."""


class ChildPoverty(StartsDriver):
    """A change in child poverty before housing costs, in percentage points, and of starts under 16 a year later.

    In a study of 147 councils from 2015 to 2020 a point more went with 5 (2 to 8) more entries for each 100,000 under
    16 [bennett_2022]. That is an association; and a trend of starts holds it already, so that the two do not stand
    together unless the file says how much of it the trend holds.
    """

    held_by_trend: ClassVar[str] = "in_trend_points_per_year"

    kind: Literal["child_poverty"] = named("child_poverty", "poverty", "deprivation")
    """Child poverty."""

    entries_per_100_000: Quantity = number(
        5.0, low=-50, high=50, unit="entries per 100,000 under 16 a point", source="bennett_2022",
        spread={"median": 5.0, "ci95": [2.0, 8.0], "quality": "medium"},
    )  # fmt: skip
    """Entries a year more with a point more."""

    in_trend_points_per_year: Quantity | None = number(
        None, low=-10, high=10, unit="percentage points a year",
        if_empty="refused beside a trend of starts of resident children",
    )  # fmt: skip
    """Rise in poverty a year that a trend of starts beside it holds already; only what goes beyond it acts."""

    @property
    def unit(self) -> str:
        """Unit of poverty."""
        return "percentage points"

    @property
    def driven_ages(self) -> tuple[int, int]:
        """Youngest and oldest age of the study."""
        return UNDER_16

    @property
    def caveat(self) -> str:
        """What the study can say."""
        return "an association among councils, which need not be a cause"

    def entries(self, change: Array, context: Context) -> Array:
        """More entries a year for each 100,000 people: (month,) from the change in each month."""
        held = (self.in_trend_points_per_year or 0.0) * growth_years(context, context.first_month, None)
        return self.entries_per_100_000 * (change - held)
