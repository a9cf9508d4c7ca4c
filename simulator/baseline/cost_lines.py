"""What one kind of spend, or of income, came to in the year to the base, and what it goes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_drivers import DRIVERS, AtBase, Driver

Array = NDArray[np.float64]

LEAST_UNITS = 1e-6
"""Units a year where an area has none, so that its unit cost is defined."""


@dataclass(frozen=True)
class CostLine:
    """What one kind of spend came to in the year to the base.

    Attributes
    ----------
    driver : Driver
        What it goes with; it has the key of the line.
    spend_gbp : float or (area,)
        Gross, cash, in the financial year that ended at the base.
    units : float or (area,)
        Of the driver in that year.
    fixed_share : float or (draw, area)
        Share that does not change with the number of units.
    source : str
    """

    driver: Driver
    spend_gbp: float | Array
    units: float | Array
    fixed_share: float | Array
    source: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> CostLine:
        """Return a line from a baseline file; its driver is given by key and name."""
        rest = {name: value for name, value in record.items() if name not in ("key", "driver")}
        return cls(DRIVERS[record["driver"]](record["key"]), **rest)

    @property
    def key(self) -> str:
        """Cost key of a placement, or the name of another line."""
        return self.driver.key

    @property
    def record(self) -> dict[str, Any]:
        """The line as a baseline file has it."""
        rest = {name: getattr(self, name) for name in ("spend_gbp", "units", "fixed_share", "source")}
        return {"key": self.key, "driver": self.driver.name, **rest}

    def shared(self, base: AtBase, prices: float | Array = 1.0) -> CostLine:
        """Share a line of England between areas as they have its driver at the base, at prices over England's: (area,).

        What areas spend adds up to England's.
        """
        there = np.maximum(self.driver.at_base(base), LEAST_UNITS)
        share = there / there.sum()
        spend = share * prices
        return replace(
            self, spend_gbp=self.spend_gbp * spend / spend.sum(), units=self.driver.units_of(self.units, share)
        )

    def part(self, ratio: Array) -> CostLine:
        """Return the line of areas that have some part of it, at England's unit cost: (area,)."""
        there = np.maximum(ratio, LEAST_UNITS)
        return replace(self, spend_gbp=self.spend_gbp * there, units=self.driver.units_of(self.units, there))
