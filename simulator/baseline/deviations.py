"""How far levels of an area lie from their means in a draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def level_key(area: str, name: str) -> str:
    """Return the key under which a level of an area is drawn: the log of it over its mean, or its median."""
    return f"local.{area}.{name}"


def deviations(areas: Sequence[str], name: str, log_sd: Array | float, drawn: Mapping[str, float]) -> Array:
    """Return how far a level of each area lies from its mean, of which it is 1 on average over draws: (area,).

    Parameters
    ----------
    areas : sequence of str
        As keys name them.
    name : str
    log_sd : (area,) or float
        Spread of the log.
    drawn : mapping of key to float
        Levels that are not in it are at their means.
    """
    keys = [level_key(area, name) for area in areas]
    log = np.array([drawn.get(key, 0.0) for key in keys])
    moved = np.array([key in drawn for key in keys])
    return np.exp(log - moved * log_sd**2 / 2.0)
