"""Money that a programme pays by the week, for as many as there are in a run. It holds no kind of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.interventions.impossible import within

if TYPE_CHECKING:
    from simulator.interventions.base import PhasedIntervention
    from simulator.interventions.context import Array, Context


def paid_since_base(one: PhasedIntervention, gbp_per_week: float, context: Context) -> Array:
    """Return cash a week in each area for each of those paid, above what was paid at the base: (area, month).

    What was paid in the year before the run is in the unit costs of the base. It is paid as the programme builds up,
    and ends with it.

    Parameters
    ----------
    one
        What pays, which says where and when.
    gbp_per_week
        In prices of the year before the run.
    context
        Calendar, areas and prices of the run.
    """
    import numpy as np

    more = np.maximum(one.delivery(context) - one.delivery(context.year_before()).mean(), 0.0)
    with within("areas"):
        reach = one.areas.in_areas(context.areas)
    pay: Array = reach[:, None] * gbp_per_week * more * context.deflator
    return pay
