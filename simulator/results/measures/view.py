"""What a measure may read: paths, rates and prices of runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_lines import CostLine
from simulator.engine.paths import Paths
from simulator.engine.rates import Rates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR, WEEKS_A_YEAR

Array = NDArray[np.float64]

WEEKS_A_MONTH = WEEKS_A_YEAR / MONTHS_A_YEAR


@dataclass(frozen=True)
class View:
    """Runs side by side, seen by a measure.

    Attributes
    ----------
    paths : Paths
    rates : Rates
    cost_lines : tuple of CostLine
        Their spend and weeks in care are (draw, area).
    """

    paths: Paths
    rates: Rates
    cost_lines: tuple[CostLine, ...]

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
    def all_weeks(self) -> Array:
        """Weeks in care by placement in each month: (draw, area, month, place)."""
        weeks: Array = self.child_weeks.sum(axis=-2)
        return weeks

    def weeks(self, line: CostLine) -> Array:
        """Weeks in care that a line of spend goes with: (draw, area, month, x).

        x is the placements of a line that goes with placements; of others, which go with all of them, it is 1.
        """
        if line.driver == "placement":
            return self.all_weeks[..., line.places]
        weeks = self.all_weeks if line.driver == "children" else self.child_weeks[..., STREAMS.index("uasc"), :]
        total: Array = weeks.sum(axis=-1, keepdims=True)
        return total

    @cached_property
    def spend(self) -> tuple[Array, ...]:
        """Cash spend of each line: (draw, area, month, x), as :meth:`weeks`."""
        return tuple(self._spend(i) for i in range(len(self.cost_lines)))

    @cached_property
    def placement_spend(self) -> Array:
        """Cash spend of the lines that go with placements: (draw, area, month, reported placement)."""
        by_place = np.zeros_like(self.all_weeks)
        for line, spend in zip(self.cost_lines, self.spend, strict=True):
            if line.driver == "placement":
                by_place[..., line.places] = spend
        return self.as_reported(by_place)

    def _spend(self, i: int) -> Array:
        """Cash spend of line `i`: (draw, area, month, x), as :meth:`weeks`.

        Overheads stay what they were at the base, other costs go with weeks in care; both follow the price.
        """
        line = self.cost_lines[i]
        weeks = self.weeks(line)
        if line.driver == "placement":
            weeks = weeks * self.rates.cost_weight[:, :, None, line.places]
        total = weeks.sum(axis=-1, keepdims=True)
        share = np.divide(weeks, total, out=np.zeros_like(weeks), where=total > 0)
        spend_gbp, child_weeks = (np.asarray(x)[..., None, None] for x in (line.spend_gbp, line.child_weeks))
        variable = spend_gbp * (1.0 - line.overhead_share) / child_weeks * weeks
        fixed = spend_gbp * line.overhead_share / MONTHS_A_YEAR * share
        cash: Array = (variable + fixed) * self.rates.price_ratio[:, :, :, i, None]
        return cash

    def line_totals(self) -> tuple[Array, Array]:
        """Spend and weeks in care by line: two of (draw, area, month, line)."""
        spend = np.stack([spend.sum(axis=-1) for spend in self.spend], axis=-1)
        weeks = np.stack([self.weeks(line).sum(axis=-1) for line in self.cost_lines], axis=-1)
        return spend, weeks
