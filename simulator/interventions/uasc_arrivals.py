"""How many unaccompanied asylum-seeking children arrive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.asylum_transfers import transferred
from simulator.interventions.caused_starts import CausedStarts
from simulator.interventions.fields import Quantity, named, number
from simulator.interventions.over_time import OverTime
from simulator.interventions.start_levels import at_ages, starts_per_year
from simulator.vocabulary.axes import AGES, STREAMS

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context

STREAM = "uasc"


class UascArrivals(OverTime):
    """Growth, a step, a level, a cap or a path of arrivals of unaccompanied asylum-seeking children.

    The unit is children a year in England who start to be looked after. Areas keep their shares of them, or the
    National Transfer Scheme moves them: an authority whose children would be above the threshold of its people under 18
    has as many as that, and those beyond go where there is room, in proportion to it. Grants go with the children
    (`grant_income`, `net_spend`), at the rates on record.
    """

    kind: Literal["uasc_arrivals"] = named(
        "uasc_arrivals", "uasc", "asylum", "asylum_seeking_children", "unaccompanied", "transfer_scheme", "nts"
    )
    """Arrivals of unaccompanied asylum-seeking children."""

    transfer_threshold_percent: Quantity | None = number(
        None, low=0, high=10, unit="percent of people under 18", if_empty="areas keep their shares of arrivals"
    )
    """Asylum-seeking children in care over people under 18 in an authority, above which arrivals are moved to others,
    from the first month on. In a run of England as a whole they move within it."""

    @property
    def unit(self) -> str:
        """Unit of arrivals."""
        return "arrivals a year"

    @property
    def drives(self) -> CausedStarts | None:
        """Starts of asylum-seeking children, unless it sets their number, whatever made it what it was."""
        return None if self.overrules else CausedStarts((STREAM,), (AGES[0], AGES[-1]))

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply their starts."""
        import numpy as np

        factor = self.factor(lambda: starts_per_year(rates, context, (STREAM,), AGES[0], AGES[-1]), context)
        if self.transfer_threshold_percent is not None:
            year, threshold = context.first_month.year, self.transfer_threshold_percent / 100.0
            factor = factor * transferred(context.areas, factor, threshold, year)
        if np.all(factor == 1.0):
            return rates
        at = at_ages(self.in_areas(factor - 1.0, context), AGES[0], AGES[-1])
        streams = tuple(
            replace(stream, new_starts_per_month=stream.new_starts_per_month * at) if name == STREAM else stream
            for name, stream in zip(STREAMS, rates.streams, strict=True)
        )
        return replace(rates, streams=streams)
