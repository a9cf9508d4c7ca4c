"""Children of England shared between areas so that areas have their published margins and add up to England."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDS = 200


def rake(whole: Array, by_band: Array, by_group: Array, uasc: Array) -> Array:
    """Share a table of England between areas: (area, stream, band, group).

    Iterative proportional fitting (Deming and Stephan 1940) from England's own shape in every area. Each area meets
    its placement groups, asylum-seeking children and age bands as nearly as England's table allows; the last step is
    England's, so that areas add up to it exactly.

    Parameters
    ----------
    whole : (stream, band, group)
        Resident children first.
    by_band : (area, band)
    by_group : (area, group)
    uasc : (area,)
    """
    size = by_band.sum(axis=1)
    streams = np.stack([np.maximum(size - uasc, 0.0), uasc], axis=1)
    margins = (
        (_to(by_group, whole.sum(axis=(0, 1))), (1, 2)),
        (_to(streams, whole.sum(axis=(1, 2))), (2, 3)),
        (_to(by_band, whole.sum(axis=(0, 2))), (1, 3)),
    )
    table = size[:, None, None, None] * whole / whole.sum()
    for _ in range(ROUNDS):
        for margin, over in margins:
            now = table.sum(axis=over)
            table = table * np.expand_dims(_ratio(margin, now), over)
        table = table * _ratio(whole, table.sum(axis=0))
    return table


def _to(margin: Array, whole: Array) -> Array:
    """Scale a margin so that areas add up to England: (area, category)."""
    return margin * _ratio(whole, margin.sum(axis=0))


def _ratio(part: Array, whole: Array) -> Array:
    ratio: Array = np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
    return ratio
