"""Counts of several years pooled between areas, the last year counting most or all alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.pooling import Pooled, overdispersion, pool_counts
from simulator.baseline.random_walk import random_walks, weights
from simulator.baseline.response import ratio_of

Array = NDArray[np.float64]


def pool_years(
    name: str,
    events: Array,
    exposure: Array,
    group: NDArray[np.intp],
    dispersion: float | None = None,
    apart: NDArray[np.bool_] | None = None,
) -> Pooled:
    """Pool counts of some years, (area, year), each over what England's rate of that year makes of its exposure.

    The last year counts most, and older ones the less the more events an area has and the further rates of this `name`
    move (`simulator.baseline.random_walk`). Areas that are `apart` are not pooled.
    """
    expected = exposure * ratio_of(events.sum(axis=0), exposure.sum(axis=0))
    level = ratio_of(np.maximum(events.sum(axis=1), 0.0), expected.sum(axis=1))
    weight = weights(name, expected * level[:, None])
    seen = np.maximum((weight * events).sum(axis=1), 0.0)
    dispersion = random_walks()[name].dispersion if dispersion is None else dispersion
    return pool_counts(seen, (weight * expected).sum(axis=1), group, dispersion, apart)


def pool_alike(events: Array, exposure: Array, group: NDArray[np.intp]) -> Pooled:
    """Pool counts as :func:`pool_years`, years counting alike."""
    expected = exposure * ratio_of(events.sum(axis=0), exposure.sum(axis=0))
    return pool_counts(events.sum(axis=1), expected.sum(axis=1), group, overdispersion(events, expected))
