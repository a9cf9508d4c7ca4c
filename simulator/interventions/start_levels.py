"""Starts of children as an input that goes over time. It holds no kind of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.interventions.impossible import Impossible
from simulator.vocabulary.axes import AGES, STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context


def starts_per_year(rates: Rates, context: Context, streams: Sequence[str], youngest: int, oldest: int) -> Array:
    """Return new starts a year in England: (draw, area, month).

    Starts of an area are those that England would have if all of it were like the area: each area keeps the share of
    England's starts that it has at the base.

    Raises
    ------
    Impossible
        If nobody of these streams and ages starts in England, so that there is no level to set.
    """
    import numpy as np

    def chosen(of: Rates) -> Array:
        each = [
            stream.new_starts_per_month[..., youngest : oldest + 1].sum(axis=-1)
            for name, stream in zip(STREAMS, of.streams, strict=True)
            if name in streams
        ]
        return MONTHS_A_YEAR * np.sum(np.broadcast_arrays(*each), axis=0)

    base = chosen(context.before(rates))[..., :1]
    england = base.sum(axis=1, keepdims=True) if context.england is None else chosen(context.england)[..., :1]
    if not england.all():
        raise Impossible((), 0.0, "nobody of these ages and streams starts to be looked after", "other ages or streams")
    share = base / england
    return np.divide(
        chosen(rates), share, out=np.zeros(np.broadcast_shapes(chosen(rates).shape, share.shape)), where=share > 0
    )


def at_ages(factor: Array, youngest: int, oldest: int) -> Array:
    """Give a factor to some ages, and 1 to others: (..., month, age) from (..., month)."""
    import numpy as np

    ages = np.ones((*factor.shape, len(AGES)))
    ages[..., youngest : oldest + 1] = factor[..., None]
    return ages
