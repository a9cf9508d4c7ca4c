"""What an import fits to a council's own record, as tables hold it.

Coefficients of leaving and moving, and their names. What they mean is said where they act:
`simulator.baseline.own_leaving` and `simulator.baseline.own_moves`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, PHASES, REASONS

Array = NDArray[np.float64]

BEFORE_18 = tuple(reason for reason in REASONS if reason != "age_18")

KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "resident": {
        "home": ("home",),
        "guardianship": ("guardianship", "arrangements"),
        "adoption": ("adoption",),
        "other": ("other",),
    },
    "uasc": {"leaving": BEFORE_18},
}
"""Reasons for leaving that are fitted together, by stream: they tell the same, or too little apart."""

LEVEL, STRENGTH = 0, 1
"""Positions among the coefficients of leaving."""


@cache
def of_leaving() -> tuple[str, ...]:
    """Return names of the coefficients of a kind of leaving, in order."""
    return (
        "level", "strength", *(f"phase_{name}" for name in PHASES), *(f"band_{name}" for name in AGE_BANDS),
        *(f"age_{age}" for age in AGES), *(f"placement_{name}" for name in placements.reported()),
    )  # fmt: skip


@cache
def of_moving() -> tuple[str, ...]:
    """Return names of the coefficients of moving, in order."""
    places = placements.reported()
    return (
        "level",
        *(f"phase_{name}" for name in PHASES),
        *(f"to_{to}" for to in places),
        *(f"from_{origin}" for origin in places),
        *(f"{origin}_to_{to}" for origin in places for to in places),
        *(f"{band}_to_{to}" for band in AGE_BANDS for to in places),
    )


@dataclass(frozen=True)
class Leaving:
    """One kind of leaving of a stream.

    Attributes
    ----------
    coefficient : (coefficient,)
        As `of_leaving` names them; all but the strength are logs.
    sd : (coefficient,)
        Standard deviations.
    with_level, with_strength : (coefficient,)
        How much higher each is where the level is one higher than is most probable; and where, with the level given,
        the strength is.
    log_mean : float
        Log of England's mean hazard among the council's children.
    reason_ratio : (reason,)
        Of shares by reason to England's, before they are brought to sum to 1.
    """

    coefficient: Array
    sd: Array
    with_level: Array
    with_strength: Array
    log_mean: float
    reason_ratio: Array

    @property
    def strength_sd(self) -> float:
        """Standard deviation of the strength where the level is given."""
        told = self.with_level[STRENGTH] * self.sd[LEVEL]
        return float(np.sqrt(max(self.sd[STRENGTH] ** 2 - told**2, 0.0)))

    def off(self, level: float, strength: float) -> Array:
        """Return coefficients where the level is so much higher, and the strength than the level tells."""
        found: Array = self.coefficient + self.with_level * level + self.with_strength * strength
        return found


@dataclass(frozen=True)
class Moving:
    """Moves of a stream between placements.

    Attributes
    ----------
    coefficient : (coefficient,)
        As `of_moving` names them: logs.
    log_sd : (to,)
        What is not known of moves into a placement, standard deviation of the log.
    """

    coefficient: Array
    log_sd: Array


@dataclass(frozen=True)
class Level:
    """How many start, or leave for what is expected, at the base.

    Attributes
    ----------
    mean : float
        Starts a year, or leaving over what is expected.
    log_sd : float
        What is not known of it, standard deviation of the log.
    sd_per_year : float
        Standard deviation of a year's step of the log, as the years of the returns and what is known of other councils
        tell.
    """

    mean: float
    log_sd: float
    sd_per_year: float
