"""What approvals cost as they become more, and whom they are won from: sums on arrays. It holds no kind of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from simulator.interventions.context import Array

HALVINGS = 60
"""Halvings that find how many approvals money buys; each more is half as far off."""


def share(part: ArrayLike, whole: ArrayLike, empty: float = 0.0) -> Array:
    """Divide, with a stated answer where there is nothing to divide by."""
    import numpy as np

    one, other = np.broadcast_arrays(part, whole)
    return np.divide(one, other, out=np.full(one.shape, empty), where=other > 0)


def cost_of(gained: ArrayLike, before: ArrayLike, base: ArrayLike, each_gbp: float, elasticity: float) -> Array:
    """Cost of approvals gained, each at the price of the volume that they make.

    Parameters
    ----------
    gained, before, base
        Approvals gained, approvals without them, and those of the year before the run.
    each_gbp
        Cost of one at the volume of the year before the run.
    elasticity
        The price is `each_gbp` times (volume / volume then) to the power of this.
    """
    import numpy as np

    volume = share(np.add(before, gained), base, empty=1.0)
    return np.asarray(np.multiply(gained, each_gbp * volume**elasticity))


def bought(
    money_gbp: ArrayLike, before: ArrayLike, base: ArrayLike, each_gbp: float, elasticity: float, most: ArrayLike
) -> Array:
    """Approvals that money buys, up to the most that come: the inverse of :func:`cost_of`."""
    import numpy as np

    high = np.asarray(most, dtype=float)
    low = np.zeros(high.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        enough = cost_of(middle, before, base, each_gbp, elasticity) <= np.asarray(money_gbp, dtype=float)
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return low


def won_and_lost(
    gained: Array, before: Array, share_won: float, acting: Array, part_acting: float, part_of_england: float,
    acting_in_england: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Approvals gained that come, and approvals lost by those from whom a share of them is won.

    Others lose as they approve. What they do not have to lose is not gained: where all recruit from each other, the
    share won adds nobody.

    Parameters
    ----------
    gained, before : (draw, area, month, sector)
        Approvals gained, none below 0, and approvals without them.
    share_won
        Share of those gained who would have been approved by others.
    acting : (area, sector)
        Part of each that gains.
    part_acting, part_of_england
        Share of what England gains, and of England's children, that is in the areas of the run.
    acting_in_england : (sector,)
        Part of England that gains.

    Returns
    -------
    two of (draw, area, month, sector)
    """
    import numpy as np

    whole = gained.sum(axis=(1, 3), keepdims=True) / part_acting if part_acting > 0 else np.zeros((1, 1, 1, 1))
    there = before * (1.0 - acting[:, None, :])
    outside = before / part_of_england * (1.0 - part_of_england - (1.0 - part_acting) * acting_in_england)
    others = np.maximum(there + outside, 0.0).sum(axis=(1, 3), keepdims=True)
    lost = np.minimum(share_won * whole, others)
    coming = gained * (1.0 - share_won + share(lost, whole))
    return coming, share(lost, others) * there
