"""From hazards to what happens in a month, exactly: several events may fall within one step.

For a generator `Q` (hazards a month off the diagonal, minus the total hazard on it) and a step of one month

    whole(Q)  = exp(Q)                        where those present at the start are at the end,
    part(Q)   = integral of exp(Q s) over s   the same for those who come in evenly over the month, and also the time
                                              that those present at the start spend in each state,
    parts(Q)  = integral of part(Q s) over s  the time that those who come in over the month spend in each state.

All three come from one Taylor series on a small step and repeated doubling, so no probability can exceed one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TERMS = 12
_SMALL = 0.5
"""Largest norm for the Taylor series: with 12 terms the first one left out is below 1e-14."""


def month_operators(generator_per_month: Array) -> tuple[Array, Array, Array]:
    """Return `whole`, `part` and `parts` (module docstring) for a batch of generators.

    Parameters
    ----------
    generator_per_month : (..., state, state)
        Rows are the states left. Row sums may be negative: what is missing leaves the system.

    Returns
    -------
    tuple of (..., state, state)
    """
    norm = np.abs(generator_per_month).sum(axis=-1).max(axis=-1, initial=_SMALL)[..., None, None]
    doublings = np.ceil(np.log2(norm / _SMALL))
    step = 0.5**doublings
    q = generator_per_month * step
    identity = np.broadcast_to(np.eye(q.shape[-1]), q.shape)
    whole, part, parts = identity.copy(), identity.copy(), identity / 2.0
    power = identity
    factorial = 1.0
    times = np.matmul if q.shape[-1] > 1 else np.multiply  # the same for one state, and slow for many matrices of one
    for n in range(1, _TERMS + 1):
        power = times(power, q)
        factorial *= n
        whole += power / factorial
        part += power / (factorial * (n + 1))
        parts = parts + power / (factorial * (n + 1) * (n + 2))
    part, parts = part * step, parts * step**2
    for done in range(int(doublings.max(initial=0.0))):
        more = done < doublings
        parts = np.where(more, parts + step * part + times(whole, parts), parts)
        part = np.where(more, part + times(whole, part), part)
        whole = np.where(more, times(whole, whole), whole)
        step = np.where(more, step * 2.0, step)
    return whole, part, parts


def generator(move: Array, leave: Array) -> Array:
    """Build generators from hazards of moving (..., state, state; zero diagonal) and of leaving (..., state)."""
    states = move.shape[-1]
    batch = np.broadcast_shapes(move.shape[:-2], leave.shape[:-1])
    q = np.broadcast_to(move, (*batch, states, states)).copy()
    diagonal = np.arange(move.shape[-1])
    q[..., diagonal, diagonal] = -(move.sum(axis=-1) + leave)
    return q


def chain(forward: Array) -> Array:
    """Return the moves (..., state, state) of a chain in which state i goes to i + 1 with hazard forward[..., i]."""
    states = forward.shape[-1] + 1
    move = np.zeros((*forward.shape[:-1], states, states))
    index = np.arange(states - 1)
    move[..., index, index + 1] = forward
    return move
