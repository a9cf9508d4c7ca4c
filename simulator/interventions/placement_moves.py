"""More moves from one placement to another than there would be. It holds no kind of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine.rates import StreamRates
    from simulator.interventions.base import PhasedIntervention
    from simulator.interventions.context import Array, Context


def children_at_base(stream: StreamRates, cohort_months: int, ages: tuple[int, int]) -> Array:
    """Children of some ages at the first instant: (draw, area, age, phase, place), nought at other ages."""
    import numpy as np

    from simulator.engine.grid import make_grid

    by_age = np.einsum("ra,xyrhp->xyahp", make_grid(cohort_months, stream.youngest_age).age_at[0], stream.opening)
    youngest, oldest = ages
    by_age[:, :, :youngest] = by_age[:, :, oldest + 1 :] = 0.0
    return by_age


def since_base_added(one: PhasedIntervention, lag_months: int, context: Context) -> Array:
    """Strength in each area over its mean in the year before the run, which is in the base: (area, month)."""
    import numpy as np

    before = float(np.mean(one.weights(context.year_before(), lag_months)))
    return one.in_areas(one.weights(context, lag_months) - before, context) - 1.0


def with_more_moves(stream: StreamRates, children: Array, origin: int, to: int, hazard: Array) -> StreamRates:
    """Return rates with a hazard of moving on top of what there is, as a mean over the children who may move.

    Children of each age and phase move more in proportion to what they do already; where none of them moves, all ages
    move alike, at the pace of their placement.

    Parameters
    ----------
    children : (draw, area, age, phase, place)
        Who may move (:func:`children_at_base`).
    origin, to
        Positions on the place axis.
    hazard : (draw or 1, area, month)
        More moves a year of a child who may; below 0 fewer, to none at the least.
    """
    import numpy as np

    there = children[..., origin].sum(axis=(0, 1, 3)) > 0.0  # by age
    now, ratio = stream.move_per_year[..., origin, to], stream.move_ratio[..., origin, to]
    move = stream.move_per_year
    if not (now * there).any():
        move = move.copy()
        move[..., there, origin, to] = 1.0
        now, ratio = move[..., origin, to], np.zeros_like(ratio)
    paced = (children[..., origin] * stream.placement_pace[:, :, None, :, origin]).sum(axis=-1)
    everybody = children[..., origin].sum(axis=(-1, -2))
    moving = (paced * now).sum(axis=-1)
    more = hazard * np.divide(everybody, moving, out=np.zeros_like(moving), where=moving > 0.0)[..., None]
    raised = np.maximum(ratio + more, 0.0)
    ratios = np.broadcast_to(stream.move_ratio, (*raised.shape, *stream.move_ratio.shape[3:])).copy()
    ratios[..., origin, to] = raised
    return replace(stream, move_per_year=move, move_ratio=ratios)
