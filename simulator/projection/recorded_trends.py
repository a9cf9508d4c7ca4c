"""How rates and prices go on from a base year in the central run, where a scenario lets them go on as they have.

Flows into placements and real prices have trends on record. What is known of them at a base, and no later, is a row of
data/trends.csv (`simulator.calibrate.fit_trends`): a level, on which the base year's own noise is taken out, and a
growth that fades.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged

Array = NDArray[np.float64]

INTO, PRICE = "into_", "price_"
"""How names of processes begin: flows into placements, and real unit costs."""

LASTS_YEARS = 5
LASTS_THEN = 0.5
"""A growth of prices or of households goes on for five years, and is then halved each year (a judgement: five years are
the longest that the record can be asked about)."""


@dataclass(frozen=True)
class RecordedTrend:
    """What goes on from one base, in logs.

    Attributes
    ----------
    base : int
    name : str
        What it is of: a flow into placements or a price.
    level : float
        Where it goes from, over the level of the base year.
    growth : float
        In the first year.
    long_run : float
        Growth that it fades to.
    full_years : int
        Years with the whole growth.
    fade : float
        Of what a growth has above the long run, the share that is left a year later, after the full years.
    first, last : str
        Years of the record.
    source : str
        Source keys.
    """

    base: int
    name: str
    level: float
    growth: float
    long_run: float
    full_years: int
    fade: float
    first: str
    last: str
    source: str

    def path(self, years: int) -> Array:
        """Log of what is followed over the base year: (year,), from the first year of a run on."""
        excess = (self.growth - self.long_run) * lasting(years, self.full_years, self.fade)
        path: Array = self.level + np.cumsum(self.long_run + excess)
        return path


def lasting(years: int, full_years: int = LASTS_YEARS, fade: float = LASTS_THEN) -> Array:
    """Share of a growth that is left in each year of a run: (year,)."""
    after: Array = np.maximum(np.arange(1, years + 1) - full_years, 0)
    return np.asarray(fade**after, dtype=float)


@cache
def trends(base: int) -> tuple[RecordedTrend, ...]:
    """Return what is on record at a base, from data/trends.csv.

    Raises
    ------
    LookupError
        If the base is not in it.
    """
    return packaged.of_base("trends", RecordedTrend, base)
