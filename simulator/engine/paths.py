"""What comes out of an engine: one frozen record of float arrays with named axes, the counterpart of :mod:`.rates`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Paths:
    """What happened: stocks at instants (months + 1), flows over months.

    Attributes
    ----------
    children : (draw, area, instant, stream, band, place)
    starts : (draw, area, month, stream, band, place)
        Children who came into care, those who came back from home included.
    returns : (draw, area, month, stream)
        Of those, children who came back from home.
    exits : (draw, area, month, stream, band, place)
    exits_by_reason : (draw, area, month, stream, band, reason)
    moves_in, moves_out : (draw, area, month, group)
        Moves between groups of placements (those that are reported together), by where they end and begin.
    balancing : (draw, area, month, stream, place)
    households, places_usable : (draw, area, instant, sector)
    approvals, deregistrations : (draw, area, month, sector)
    agencies : (draw, area, month, 4)
        What independent agencies did (`simulator.engine.fostering.AGENCIES`).
    state : tuple of (draw, area, row, phase, place), one a stream
        The whole stock at the last instant, to go on from.
    home : tuple of (draw, area, row, spell)
    pipeline : (draw, area, sector, stage)
    weighted : (draw, area, sector)
        Households, each as many as its places count for.
    """

    children: Array
    starts: Array
    returns: Array
    exits: Array
    exits_by_reason: Array
    moves_in: Array
    moves_out: Array
    balancing: Array
    households: Array
    places_usable: Array
    approvals: Array
    deregistrations: Array
    agencies: Array
    state: tuple[Array, ...]
    home: tuple[Array, ...]
    pipeline: Array
    weighted: Array

    def of_draws(self, which: slice) -> Paths:
        """Return some of the draws."""
        arrays: dict[str, Any] = {
            name: tuple(array[which] for array in value) if isinstance(value, tuple) else value[which]
            for name, value in vars(self).items()
        }
        return Paths(**arrays)


def paths_side_by_side(many: Sequence[Paths]) -> Paths:
    """Put the draws of several paths one after the other on the draw axis."""
    if len(many) == 1:
        return many[0]
    joined: dict[str, Any] = {}
    for name, first in vars(many[0]).items():
        values = [getattr(one, name) for one in many]
        joined[name] = (
            tuple(map(np.concatenate, zip(*values, strict=True)))
            if isinstance(first, tuple)
            else np.concatenate(values)
        )
    return Paths(**joined)
