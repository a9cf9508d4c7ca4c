"""Areas place children by their own mix of placements (the record: `simulator.baseline.placement_levels`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.placement_levels import plan_of_place
from simulator.engine.rates import StreamRates

Array = NDArray[np.float64]


def with_placement_mix(stream: StreamRates, into: Array) -> StreamRates:
    """Place children of areas by ratios, (area, plan); a ratio of 1 everywhere changes nothing."""
    if (into == 1.0).all():
        return stream
    plan = plan_of_place()
    ratio = into[:, plan]
    first = stream.start_place * ratio[None, :, None, None]
    moves = np.where(plan[:, None] == plan, 1.0, ratio[:, None])
    return replace(
        stream,
        start_place=first / first.sum(axis=-1, keepdims=True),
        move_per_year=stream.move_per_year * moves[None, :, None],
    )
