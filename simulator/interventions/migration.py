"""Children who move into England and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, Strict

from simulator.interventions.fields import Ages, FinancialYear, Quantity, choice, named, number
from simulator.interventions.more_children import with_more_children
from simulator.interventions.over_time import SetOverTime
from simulator.vocabulary.axes import AGES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context

MOST = 500_000
UNIT = "children a year"

Net = Annotated[float, Strict(), Field(ge=-MOST, le=MOST, json_schema_extra={"unit": UNIT})]
"""Children who come less those who go, in one financial year."""


class Migration(SetOverTime):
    """A level or a path of net migration of children, and of starts at the ages that they reach.

    The base data hold none. Those who come are spread evenly over the ages given, and starts of resident children go
    with the children of their age, whether numbers of starts or rates are held.
    """

    kind: Literal["migration"] = named("migration", "net_migration")
    """Net migration of children."""

    value: Quantity | None = number(None, low=-MOST, high=MOST, unit=UNIT)
    """Children who come less those who go, from the start to the end."""

    path: dict[FinancialYear, Net] | None = choice(None)
    """The same in each financial year given; a year that is not named is as the one before it, and the last year
    holds."""

    ages: Ages = choice((AGES[0], AGES[-1]), source="judgement")
    """Youngest and oldest age of those who come, over which they are spread evenly."""

    @property
    def unit(self) -> str:
        """Unit of migration."""
        return UNIT

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts of resident children by what there are of them at each age."""
        import numpy as np

        youngest, oldest = self.ages
        at = np.array([youngest <= age <= oldest for age in AGES])
        net = self.acting(context) * self.wanted(context) / MONTHS_A_YEAR
        return with_more_children(
            self, rates, context, born=np.zeros(context.months), moved=net[:, None] * at / at.sum()
        )
