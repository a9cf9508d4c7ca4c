"""What makers of baselines of areas have in common: England's foster households shared as fostered children are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fostering import children_needing, young_share
from simulator.engine.grid import make_grid
from simulator.engine.rates import FosterRates, StreamRates

Array = NDArray[np.float64]


def share_households(
    foster: FosterRates | None, share: Array, streams: Sequence[StreamRates], cohort_months: int
) -> FosterRates | None:
    """Give areas their share of England's foster households and of those on the way, and their own need.

    Parameters
    ----------
    foster : FosterRates or None
        Of England.
    share : (area, sector)
    streams : sequence of StreamRates
        Of the areas at the base.
    cohort_months : int
        Width of their birth cohorts.
    """
    if foster is None:
        return None
    shared = replace(
        foster,
        base_households=foster.base_households * share,
        opening_households=foster.opening_households * share,
        opening_usable=foster.opening_usable * share,
        opening_pipeline=foster.opening_pipeline * share[..., None],
        enquiries_per_month=foster.enquiries_per_month * share[:, None],
    )
    return with_need(shared, streams, cohort_months)


def with_need(foster: FosterRates, streams: Sequence[StreamRates], cohort_months: int) -> FosterRates:
    """Put in the children at the base whom usable places follow; streams and cohorts as in :func:`share_households`."""
    stocks = tuple(stream.opening for stream in streams)
    grids = tuple(make_grid(cohort_months, stream.youngest_age) for stream in streams)
    return replace(
        foster,
        base_need=children_needing(foster, grids, 0, stocks),
        young_share=young_share(foster, grids, stocks),
    )
