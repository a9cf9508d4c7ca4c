"""What more or fewer children in the population do to starts. It holds no kind of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.base import Intervention
    from simulator.interventions.context import Array, Context


def with_more_children(one: Intervention, rates: Rates, context: Context, born: Array, moved: Array) -> Rates:
    """Return rates whose starts of resident children go with the children there are of each age.

    Parameters
    ----------
    one
        What brings them, which says where.
    rates, context
        Of the run.
    born : (month,)
        More births in a month in England.
    moved : (month, age)
        More children in a month in England who came at each age.
    """
    import numpy as np

    from simulator.data.population import added_children, population_by_age

    there = population_by_age(context.first_month.year, context.months, context.births_per_year)
    more = np.divide(added_children(born, moved), there, out=np.zeros(there.shape), where=there > 0)
    more = np.maximum(more, -1.0)  # (month, age); no more can go than there are
    ratio = np.moveaxis(one.in_areas(more.T[:, None], context), 0, -1)  # (area, month, age)
    if np.all(ratio == 1.0):
        return rates
    resident, *others = rates.streams
    resident = replace(resident, new_starts_per_month=resident.new_starts_per_month * ratio)
    return replace(rates, streams=(resident, *others))
