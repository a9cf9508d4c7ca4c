"""What the makers of baselines of areas have in common: England's households shared as fostered children are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER
from simulator.engine.rates import FosterRates, StreamRates
from simulator.vocabulary.axes import STREAMS

Array = NDArray[np.float64]


def children_by_place(streams: Sequence[StreamRates]) -> Mapping[str, Array]:
    """Return children at the base by stream: (area, place) each."""
    return {name: one.opening[0].sum(axis=(1, 2)) for name, one in zip(STREAMS, streams, strict=True)}


def fostered(streams: Sequence[StreamRates]) -> Array:
    """Return children at the base with mainstream foster carers of each sector: (area, sector)."""
    return np.asarray(np.sum([one.opening[0][..., FOSTER].sum(axis=(1, 2)) for one in streams], axis=0))


def share_households(foster: FosterRates | None, share: Array) -> FosterRates | None:
    """Give areas their share of England's foster households and of those on the way: (area, sector)."""
    if foster is None:
        return None
    return replace(
        foster,
        opening_households=foster.opening_households * share,
        opening_pipeline=foster.opening_pipeline * share[..., None],
        enquiries_per_month=foster.enquiries_per_month * share[:, None],
    )
