"""What makers of baselines of areas have in common: England's foster households shared as fostered children are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fostering import children_needing
from simulator.engine.rates import FosterRates, StreamRates

Array = NDArray[np.float64]


def share_households(foster: FosterRates | None, share: Array, streams: Sequence[StreamRates]) -> FosterRates | None:
    """Give areas their share of England's foster households and of those on the way, and their own need.

    Parameters
    ----------
    foster : FosterRates or None
        Of England.
    share : (area, sector)
    streams : sequence of StreamRates
        Of the areas at the base.
    """
    if foster is None:
        return None
    return replace(
        foster,
        base_households=foster.base_households * share,
        base_need=children_needing(foster, tuple(stream.opening for stream in streams)),
        opening_households=foster.opening_households * share,
        opening_usable=foster.opening_usable * share,
        opening_pipeline=foster.opening_pipeline * share[..., None],
        enquiries_per_month=foster.enquiries_per_month * share[:, None],
    )
