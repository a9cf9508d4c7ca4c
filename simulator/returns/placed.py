"""Where children in care live on each 31 March: inside the authority or not, how far from home, and who provides it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.returns.clean import Stays
from simulator.returns.codes import PLACES
from simulator.returns.exposure import day_number
from simulator.vocabulary.where_placed import DISTANCES, LOCALITIES, PROVIDERS

Counts = NDArray[np.int64]

COLUMNS = ("year", "placement", "provider", "locality", "distance", "children")


def placed(stays: Stays) -> Counts:
    """Count children on each 31 March: (1 + year, place, provider, locality, distance); the first is before them."""
    shape = (len(PLACES), len(PROVIDERS), len(LOCALITIES), len(DISTANCES))
    years = (stays.years[0] - 1, *stays.years)
    found = np.zeros((len(years), *shape), dtype=np.int64)
    for i, year in enumerate(years):
        day = day_number(year, 3, 31)
        here = (stays.start <= day) & (day < stays.end)
        cell = np.ravel_multi_index(
            (stays.place[here], stays.provider[here], stays.locality[here], stays.distance[here]), shape
        )
        found[i] = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    return found


def rows(stays: Stays) -> list[list[str | int]]:
    """Return the rows of `where-placed.csv`: cells that are not nothing."""
    counts = placed(stays)
    labels = (tuple(range(stays.years[0] - 1, stays.years[-1] + 1)), PLACES, PROVIDERS, LOCALITIES, DISTANCES)
    return [
        [*(names[i] for names, i in zip(labels, where, strict=True)), int(counts[tuple(where)])]
        for where in np.argwhere(counts)
    ]
