"""How many children are born."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import named
from simulator.interventions.more_children import with_more_children
from simulator.interventions.over_time import OverTime
from simulator.vocabulary.axes import AGES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context


class Births(OverTime):
    """Growth, a step, a level, a cap or a path of births, and of starts at the ages that they reach.

    The unit is births a year in England. Starts of resident children go with the children of their age, whether numbers
    of starts or rates are held: a tenth fewer born from 2027 are a tenth fewer who start at age 5 from 2032.
    """

    kind: Literal["births"] = named("births", "population", "fertility")
    """Births."""

    @property
    def unit(self) -> str:
        """Unit of births."""
        return "births a year"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts of resident children by what there are of them at each age."""
        import numpy as np

        births = np.full(context.months, context.births_per_year)
        more = births * (self.factor(lambda: births, context) - 1.0) / MONTHS_A_YEAR
        by_age = np.zeros((context.months, len(AGES)))
        return with_more_children(self, rates, context, born=more, moved=by_age)
