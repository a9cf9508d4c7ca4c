"""The stated assumptions of the national model, read from data/structure.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.data.packaged import read_text
from simulator.vocabulary.axes import AGE_BANDS

Array = NDArray[np.float64]

EXIT_GROUPS: dict[str, tuple[int, int]] = {
    "under_1": (0, 0),
    "1_to_4": (1, 4),
    "5_to_9": (5, 9),
    "10_to_15": (10, 15),
    "16": (16, 16),
    "17": (17, 17),
}
"""Ages under which children who left before 18 are published: first and last completed year."""

BAND_OF_AGE: NDArray[np.intp] = np.array(
    [next(i for i, (low, high) in enumerate(AGE_BANDS.values()) if low <= age <= high) for age in range(18)]
)
GROUP_OF_AGE: NDArray[np.intp] = np.array(
    [next(i for i, (low, high) in enumerate(EXIT_GROUPS.values()) if low <= age <= high) for age in range(18)]
)


@dataclass(frozen=True)
class Edge:
    """One way of moving between placements."""

    origin: str
    to: str
    children_per_year: float
    ages: tuple[int, int]


@cache
def structure() -> dict[str, Any]:
    """Return the file as nested dictionaries."""
    from ruamel.yaml import YAML

    text = read_text("data", "structure.yaml")
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return loaded


@cache
def edges() -> tuple[Edge, ...]:
    """Return the moves between placements that the model knows."""
    return tuple(
        Edge(m["from"], m["to"], float(m["children"]), (m["ages"][0], m["ages"][1])) for m in structure()["moves"]
    )


def within_bands(slopes: dict[str, float], bands: dict[str, tuple[int, int]]) -> Array:
    """Spread bands over single years by a log-linear rule: shares of each band by age, (age,).

    Parameters
    ----------
    slopes : mapping of band to float
        Log slope a year of age.
    bands : mapping of band to (int, int)
        First and last age.

    Returns
    -------
    (age,)
        Shares that sum to 1 over the ages of a band.
    """
    shares = np.zeros(18)
    for name, (low, high) in bands.items():
        weight = np.exp(slopes[name] * np.arange(high - low + 1))
        shares[low : high + 1] = weight / weight.sum()
    return shares


def return_hazards() -> tuple[Array, Array]:
    """Return hazards of coming back into care by spell at home (spell,) and of fading (spell - 1,), a year.

    The hazards are those at which the shares back in care after each stated time are met exactly.
    """
    from scipy.linalg import expm
    from scipy.optimize import fsolve

    home = structure()["going_home"]
    fade = np.array(home["fade_per_year"])
    times = np.array(list(home["returned_share"]), dtype=float)
    target = np.array(list(home["returned_share"].values()))

    def miss(log_hazard: Array) -> Array:
        hazard = np.exp(log_hazard)
        q = np.diag(fade, 1) - np.diag(hazard + np.append(fade, 0.0))
        return np.array([1.0 - expm(q * t)[0].sum() for t in times]) - target

    solution = fsolve(miss, np.log([0.5, 0.12, 0.04]), xtol=1e-12)
    return np.exp(solution), fade
