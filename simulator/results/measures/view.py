"""What a measure may read: paths, rates and prices of runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import UNDER_GUARDIANSHIP, AfterCare, LeaverPool
from simulator.baseline.cost_drivers import paid_weeks
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.front_door_flows import FrontDoor
from simulator.engine.paths import Paths
from simulator.engine.rates import Rates
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR, WEEKS_A_YEAR

Array = NDArray[np.float64]

WEEKS_A_MONTH = WEEKS_A_YEAR / MONTHS_A_YEAR


@dataclass(frozen=True)
class View:
    """Runs side by side, seen by a measure, and by the drivers of spend (`simulator.baseline.cost_drivers.Countable`).

    Attributes
    ----------
    paths : Paths
    rates : Rates
    cost_lines, grant_lines : tuple of CostLine
        Of spend and of income; their money, units and fixed shares are (draw, area).
    front_door : FrontDoor
        What comes before care, before programmes.
    after_care : AfterCare
        Those who had left care by the first instant and are still paid for.
    deflator : (draw, month)
        General prices over those that lines are in.
    """

    paths: Paths
    rates: Rates
    cost_lines: tuple[CostLine, ...]
    grant_lines: tuple[CostLine, ...]
    front_door: FrontDoor
    after_care: AfterCare
    deflator: Array

    def as_reported(self, by_place: Array) -> Array:
        """Add up placements that are reported together: (..., reported) from (..., place)."""
        reported = np.zeros((*by_place.shape[:-1], len(placements.reported())))
        for place, group in enumerate(self.rates.place_groups):
            reported[..., group] += by_place[..., place]
        return reported

    @cached_property
    def children(self) -> Array:
        """Children by stream and placement at each instant: (draw, area, instant, stream, place)."""
        children: Array = self.paths.children.sum(axis=-2)
        return children

    @cached_property
    def children_by_place(self) -> Array:
        """Children by placement at each instant: (draw, area, instant, place)."""
        children: Array = self.children.sum(axis=-2)
        return children

    @cached_property
    def exits_by_reason(self) -> Array:
        """Exits by age band and reason in each month: (draw, area, month, band, reason)."""
        exits: Array = self.paths.exits_by_reason.sum(axis=-3)
        return exits

    @cached_property
    def child_weeks(self) -> Array:
        """Weeks in care by stream and placement in each month: (draw, area, month, stream, place)."""
        weeks: Array = (self.children[:, :, :-1] + self.children[:, :, 1:]) / 2.0 * WEEKS_A_MONTH
        return weeks

    @cached_property
    def weeks_by_band(self) -> Array:
        """Weeks in care by age band in each month: (draw, area, month, band)."""
        children = self.paths.children.sum(axis=(-3, -1))
        weeks: Array = (children[:, :, :-1] + children[:, :, 1:]) / 2.0 * WEEKS_A_MONTH
        return weeks

    @cached_property
    def paid_weeks(self) -> Array:
        """Weeks that lines of placements pay for, by placement in each month: (draw, area, month, place)."""
        return paid_weeks(self.child_weeks)

    def pool(self, pool: LeaverPool) -> Array:
        """Those who have left care and are in a pool at each instant: (draw, area, instant)."""
        return pool.stock(self.after_care, self.paths.exits_by_reason)

    def pool_weeks(self, pool: LeaverPool) -> Array:
        """Weeks of those who have left care and are in a pool: (draw, area, month)."""
        there = self.pool(pool)
        return (there[:, :, :-1] + there[:, :, 1:]) / 2.0 * WEEKS_A_MONTH

    @cached_property
    def guardianship_programme_spend(self) -> Array:
        """Cash that programmes spend on children who left care for guardianship: (draw, area, month)."""
        return np.asarray(self.rates.guardianship_week_gbp * self.pool_weeks(UNDER_GUARDIANSHIP))

    @cached_property
    def outside_care(self) -> Array:
        """Children in need who are not looked after, at each instant: (draw, area, instant)."""
        starts: Array = self.paths.starts.sum(axis=(-3, -2, -1))
        return self.front_door.outside_at(self.rates.referral_ratio, starts)

    @cached_property
    def in_need(self) -> Array:
        """Children in need, looked after or not, at each instant: (draw, area, instant)."""
        looked_after: Array = self.children_by_place.sum(axis=-1)
        return self.outside_care + looked_after

    @cached_property
    def amounts(self) -> tuple[Array, ...]:
        """What the driver of each line counts: (draw, area, month, x)."""
        return tuple(line.driver.amount(self) for line in self.cost_lines)

    @cached_property
    def spend(self) -> tuple[Array, ...]:
        """Cash spend of each line: (draw, area, month, x), as :attr:`amounts`."""
        return tuple(self._spend(i) for i in range(len(self.cost_lines)))

    @cached_property
    def placement_spend(self) -> Array:
        """Cash spend of the lines that go with placements: (draw, area, month, reported placement)."""
        by_place = np.zeros_like(self.paid_weeks)
        for line, spend in zip(self.cost_lines, self.spend, strict=True):
            if line.driver.of_placements:
                by_place[..., line.driver.places] = spend
        return self.as_reported(by_place)

    @cached_property
    def grants(self) -> Array:
        """Cash income from grants: (draw, area, month)."""
        income = [_at_base_prices(line, line.driver.amount(self)).sum(axis=-1) for line in self.grant_lines]
        return np.sum(income, axis=0) * self.deflator[:, None]

    def _spend(self, i: int) -> Array:
        """Cash spend of line `i`: (draw, area, month, x), as :attr:`amounts`.

        Children in some placements of a line cost less than its mean, and the others more.
        """
        line, amount = self.cost_lines[i], self.amounts[i]
        if line.driver.of_placements:
            amount = amount * self.rates.cost_weight[:, :, None, line.driver.places] * self._paid_by_line(i)[..., None]
        spend = _at_base_prices(line, amount)
        if line.beds is not None:
            of_beds = line.beds.spend_gbp(
                spend.sum(axis=-1), self._weeks(i), self.amounts[i].sum(axis=-1), WEEKS_A_MONTH
            )
            spend = _shares(amount) * of_beds[..., None]
        cash: Array = spend * self.rates.price_ratio[:, :, :, i, None]
        return cash

    def _weeks(self, i: int) -> Array:
        """Weeks in the placements of line `i`, of all children: (draw, area, month)."""
        weeks: Array = self.child_weeks[..., self.cost_lines[i].driver.places].sum(axis=(-2, -1))
        return weeks

    @cached_property
    def empty_beds_spend(self) -> Array:
        """Cash cost of beds that are paid for and stand empty: (draw, area, month)."""
        total = np.zeros(self.child_weeks.shape[:3])
        for i, line in enumerate(self.cost_lines):
            if line.beds is not None:
                total = total + line.beds.empty_gbp(self._weeks(i), WEEKS_A_MONTH) * self.rates.price_ratio[..., i]
        return total

    @cached_property
    def beds_paid_for(self) -> Array:
        """Beds that are paid for at each instant, filled or not: (draw, area, instant)."""
        total = np.zeros(self.children.shape[:3])
        for line in self.cost_lines:
            if line.beds is not None:
                total = total + line.beds.beds[:, None]
        return total

    def _paid_by_line(self, i: int) -> Array:
        """Return the share of the weeks of line `i` that it pays for, and no programme: (draw, area, month)."""
        weeks, at = self.amounts[i].sum(axis=-1), min(i, self.rates.places_paid.shape[-1] - 1)
        elsewhere = np.minimum(self.rates.places_paid[..., at] * WEEKS_A_MONTH, weeks)
        return np.asarray(1.0 - np.divide(elsewhere, weeks, out=np.zeros(weeks.shape), where=weeks > 0))

    def line_totals(self) -> tuple[Array, Array]:
        """Spend and units by line: two of (draw, area, month, line)."""
        spend = np.stack([spend.sum(axis=-1) for spend in self.spend], axis=-1)
        units = np.stack([amount.sum(axis=-1) for amount in self.amounts], axis=-1)
        return spend, units


def _at_base_prices(line: CostLine, amount: Array) -> Array:
    """Return what a line comes to at the prices of the base: (draw, area, month, x), as what its driver counts.

    The fixed share stays what it was at the base, the rest goes with the driver.
    """
    share = _shares(amount)
    spend_gbp, units, fixed = (np.asarray(x)[..., None, None] for x in (line.spend_gbp, line.units, line.fixed_share))
    return np.asarray(spend_gbp * ((1.0 - fixed) / units * amount + fixed / MONTHS_A_YEAR * share))


def _shares(amount: Array) -> Array:
    """Return each placement's share of what a line counts, all of it the first's where there is none: (..., x)."""
    total = amount.sum(axis=-1, keepdims=True)
    nobody = np.zeros(amount.shape[-1])
    nobody[0] = 1.0
    return np.divide(amount, total, out=np.broadcast_to(nobody, amount.shape).copy(), where=total > 0)
