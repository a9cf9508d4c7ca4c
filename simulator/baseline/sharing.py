"""What makers of baselines of areas have in common: England's foster households shared as fostered children are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.rates import FosterRates

Array = NDArray[np.float64]


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
