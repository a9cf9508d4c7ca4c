"""What a measure may read: paths, rates and prices of one run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import CostLine
from simulator.engine.plain import Paths
from simulator.engine.rates import Rates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

WEEKS_A_MONTH = 365.25 / 7.0 / MONTHS_A_YEAR


@dataclass(frozen=True)
class View:
    """One run, seen by a measure."""

    paths: Paths
    rates: Rates
    cost_lines: tuple[CostLine, ...]

    @property
    def grouping(self) -> Array:
        """Placements to reported placements: (place, reported)."""
        return np.eye(len(placements.reported()))[self.rates.place_groups]

    @cached_property
    def child_weeks(self) -> Array:
        """Weeks in care by stream and placement in each month: (draw, area, month, stream, place)."""
        children = self.paths.children.sum(axis=-2)
        weeks: Array = (children[:, :, :-1] + children[:, :, 1:]) / 2.0 * WEEKS_A_MONTH
        return weeks

    @cached_property
    def all_weeks(self) -> Array:
        """Weeks in care by placement in each month: (draw, area, month, place)."""
        weeks: Array = self.child_weeks.sum(axis=-2)
        return weeks

    def driver_weeks(self, line: CostLine) -> Array:
        """Weeks in care that a line of spend goes with, by placement: (draw, area, month, place)."""
        if line.driver == "uasc":
            return self.child_weeks[..., STREAMS.index("uasc"), :]
        if line.driver == "placement":
            return self.all_weeks * np.array([p.cost == line.key for p in placements.placements()], dtype=float)
        return self.all_weeks

    @cached_property
    def spend(self) -> tuple[Array, ...]:
        """Cash spend of each line by placement: (draw, area, month, place)."""
        return tuple(self._spend(i) for i in range(len(self.cost_lines)))

    @cached_property
    def placement_spend(self) -> Array:
        """Cash spend of the lines that go with placements: (draw, area, month, reported placement)."""
        lines = [spend for spend, line in zip(self.spend, self.cost_lines, strict=True) if line.driver == "placement"]
        return np.sum(lines, axis=0) @ self.grouping

    def _spend(self, i: int) -> Array:
        """Cash spend of line `i` by placement: (draw, area, month, place).

        Overheads stay what they were at the base, other costs go with weeks in care; both follow the price.
        """
        line = self.cost_lines[i]
        weeks = self.driver_weeks(line)
        if not np.any(line.spend_gbp):
            return np.zeros_like(weeks)
        total = weeks.sum(axis=-1, keepdims=True)
        share = np.divide(weeks, total, out=np.zeros_like(weeks), where=total > 0)
        spend_gbp, child_weeks = (np.reshape(x, (-1, 1, 1)) for x in (line.spend_gbp, line.child_weeks))
        variable = spend_gbp * (1.0 - line.overhead_share) / child_weeks * weeks
        fixed = spend_gbp * line.overhead_share / MONTHS_A_YEAR * share
        cash: Array = (variable + fixed) * self.rates.price_ratio[:, :, :, i, None]
        return cash

    def line_totals(self) -> tuple[Array, Array]:
        """Spend and weeks in care by line: two of (draw, area, month, line)."""
        spend = np.stack([line.sum(axis=-1) for line in self.spend], axis=-1)
        weeks = np.stack([self.driver_weeks(line).sum(axis=-1) for line in self.cost_lines], axis=-1)
        return spend, weeks
