"""What one kind of spend, or of income, came to in the year to the base, and what it goes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_drivers import DRIVERS, AtBase, Driver
from simulator.vocabulary.calendar import WEEKS_A_YEAR

Array = NDArray[np.float64]

LEAST_UNITS = 1e-6
"""Units a year where an area has none, so that its unit cost is defined."""


@dataclass(frozen=True)
class Beds:
    """Beds of one line of spend that are paid for whether a child is in them or not.

    They fill before a week is bought besides. In the first month of each axis they are as they were before the run.

    Attributes
    ----------
    beds, fillable : (draw, 1 + month)
        Beds that are paid for, and those of them that can be filled.
    gbp_per_week : (draw, 1 + month)
        Cost of all of them for a week, in prices of the line.
    weeks_per_unit : float
        Weeks in care at the base over units of the line, which pays for a part of those of asylum-seeking children.
    """

    beds: Array
    fillable: Array
    gbp_per_week: Array
    weeks_per_unit: float = 1.0

    def filled(self, weeks: Array, weeks_a_month: float) -> Array:
        """Return weeks in these beds, of weeks in the placements of the line: (draw, area, month)."""
        return np.minimum(weeks, self.fillable[:, None, 1:] * weeks_a_month)

    def empty_gbp(self, weeks: Array, weeks_a_month: float) -> Array:
        """Return what beds cost that stand empty, in prices of the line: (draw, area, month)."""
        there = self.beds[:, None, 1:] * weeks_a_month
        empty = there - self.filled(weeks, weeks_a_month)
        return _ratio(empty, there) * self.gbp_per_week[:, None, 1:] * weeks_a_month

    def spend_gbp(self, bought: Array, weeks: Array, units: Array, weeks_a_month: float) -> Array:
        """Return what a line comes to, in its prices: (draw, area, month).

        Parameters
        ----------
        bought : (draw, area, month)
            What it would come to if every week were bought.
        weeks, units : (draw, area, month)
            Weeks in its placements, and those of them that the line pays for.
        """
        filled, whole = self.filled(weeks, weeks_a_month), self.gbp_per_week[:, None, 1:] * weeks_a_month
        there = self.beds[:, None, 1:] * weeks_a_month
        others_pay = _ratio(filled, there) * whole * (1.0 - _ratio(units, weeks, empty=1.0))
        return bought * (1.0 - _ratio(filled, weeks)) + whole - others_pay

    def before_gbp(self, bought: Array, units: Array, weeks_a_year: float) -> Array:
        """Return what a line came to in the year before the run: (draw, area).

        Parameters
        ----------
        bought, units : (draw, area)
            What it came to if every week was bought, and its units.
        """
        year = replace(self, beds=self.beds[:, [0, 0]], fillable=self.fillable[:, [0, 0]],
                       gbp_per_week=self.gbp_per_week[:, [0, 0]])  # fmt: skip
        weeks = units * self.weeks_per_unit
        return year.spend_gbp(bought[..., None], weeks[..., None], units[..., None], weeks_a_year)[..., 0]


def beds_side_by_side(many: Sequence[Beds | None]) -> Beds | None:
    """Put the beds of draws on a draw axis; of a line all draws have beds, or none."""
    held = [one for one in many if one is not None]
    if not held:
        return None
    return replace(
        held[0],
        beds=np.concatenate([one.beds for one in held]),
        fillable=np.concatenate([one.fillable for one in held]),
        gbp_per_week=np.concatenate([one.gbp_per_week for one in held]),
    )


def _ratio(part: Array, whole: Array, empty: float = 0.0) -> Array:
    """Divide, with a stated answer where there is nothing to divide by."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    found: Array = np.divide(part, whole, out=np.full(shape, empty), where=whole > 0)
    return found


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
    beds : Beds, optional
        Beds that a council pays for whether they are filled or not; `spend_gbp` is then what all units would have come
        to if every week was bought.
    """

    driver: Driver
    spend_gbp: float | Array
    units: float | Array
    fixed_share: float | Array
    source: str
    beds: Beds | None = None

    @property
    def before_gbp(self) -> float | Array:
        """What it came to in the year to the base, with beds that were paid for: as `spend_gbp`."""
        if self.beds is None:
            return self.spend_gbp
        bought, units = (np.atleast_2d(values) for values in (self.spend_gbp, self.units))
        return self.beds.before_gbp(bought, units, WEEKS_A_YEAR)

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
