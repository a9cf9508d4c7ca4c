"""How many unaccompanied asylum-seeking children arrive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import text
from simulator.interventions.over_time import OverTime
from simulator.interventions.start_levels import at_ages, starts_per_year
from simulator.vocabulary.axes import AGES, STREAMS

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context

STREAM = "uasc"


class UascArrivals(OverTime):
    """Growth, a step, a level, a cap or a path of arrivals of unaccompanied asylum-seeking children.

    The unit is children a year in England who start to be looked after. Areas keep their shares of them.
    """

    kind: Literal["uasc_arrivals"] = text("uasc_arrivals")
    """Arrivals of unaccompanied asylum-seeking children."""

    @property
    def unit(self) -> str:
        """Unit of arrivals."""
        return "arrivals a year"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply their starts."""
        import numpy as np

        factor = self.factor(lambda: starts_per_year(rates, context, (STREAM,), AGES[0], AGES[-1]), context)
        if np.all(factor == 1.0):
            return rates
        at = at_ages(self.in_areas(factor - 1.0, context), AGES[0], AGES[-1])
        streams = tuple(
            replace(stream, new_starts_per_month=stream.new_starts_per_month * at) if name == STREAM else stream
            for name, stream in zip(STREAMS, rates.streams, strict=True)
        )
        return replace(rates, streams=streams)
