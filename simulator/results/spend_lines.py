"""Spend by line, and how a change of it splits into numbers, mix and price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.results.quantities import Array
from simulator.results.results_protocol import PastSpend
from simulator.results.timeline import Timeline
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.placements import placements

INFLATION = "inflation"
"""The cause of extra spend that is none in real prices."""


@dataclass(frozen=True)
class SpendLines:
    """Spend by line, in cash, and the weeks in care that it goes with.

    Attributes
    ----------
    keys : tuple of str
    per_child : (line,) bool
        Lines that go with all children (or all asylum-seeking children) and not with a placement.
    spend_gbp, child_weeks : (draw, area, month, line)
    reference_spend_gbp, reference_child_weeks : (draw, area, line)
        The same in the last financial year before the run.
    sources : tuple of str
        Source keys of each line.
    """

    keys: tuple[str, ...]
    per_child: NDArray[np.bool_]
    spend_gbp: Array
    child_weeks: Array
    reference_spend_gbp: Array
    reference_child_weeks: Array
    sources: tuple[str, ...] = ()

    def before(self, areas: Sequence[str]) -> Iterator[PastSpend]:
        """Yield what was spent in the last financial year before the run: on placements, otherwise and in all.

        A line that several placements share is in the total of placements alone.
        """
        sources = self.sources or ("",) * len(self.keys)
        own = {key: names[0] for key, names in _reported_by_cost().items() if len(names) == 1}
        for area, gbp in zip(areas, self.reference_spend_gbp[0], strict=True):

            def add(
                measure: str, placement: str, at: NDArray[np.bool_], area: str = area, gbp: Array = gbp
            ) -> PastSpend:
                keys = dict.fromkeys(key for i in np.flatnonzero(at) for key in sources[i].split(";") if key)
                return PastSpend(area, measure, placement, float(gbp[at].sum()), ";".join(keys))

            yield add("placement_spend", ALL, ~self.per_child)
            for i in np.flatnonzero(~self.per_child):
                if self.keys[i] in own:
                    yield add("placement_spend", own[self.keys[i]], np.arange(len(self.keys)) == i)
            yield add("other_spend", ALL, self.per_child)
            yield add("total_spend", ALL, np.ones_like(self.per_child))

    def split(
        self, timeline: Timeline, programmes: Array, deflator: Array, start: int | None = None
    ) -> dict[str, Array]:
        """Split cash spend above that of a start year by cause: (draw, area, year) each.

        With real spend of line i as weeks q_i times real price u_i, children's weeks Q, and 0 for the start year:
        numbers = (Q/Q0 - 1) * sum u0 q0; mix = sum u0 (q - q0 Q/Q0); price = sum (u - u0) q. These and programmes, in
        prices of the start year, are real extra spend; inflation is what is paid above that in cash, on programmes
        too. Together they are the extra spend exactly. Price holds what overheads do to unit costs as numbers change.

        Parameters
        ----------
        timeline : Timeline
        programmes : (draw, area, month)
            Cash spend on programmes, which is a cause of its own.
        deflator : (draw, month)
            General prices over those of the start year.
        start : int, optional
            Position of the start year among the financial years; the last year before the run if left out, in which
            there were no programmes.
        """
        spend = timeline.by_year(self.spend_gbp / deflator[:, None, :, None], "flow")
        weeks = timeline.by_year(self.child_weeks, "flow")
        real_programmes = timeline.by_year(programmes / deflator[:, None], "flow")
        cash = timeline.by_year(self.spend_gbp.sum(axis=-1) + programmes, "flow")
        inflation = cash - spend.sum(axis=-1) - real_programmes
        if start is None:
            spend0, weeks0 = self.reference_spend_gbp[:, :, None], self.reference_child_weeks[:, :, None]
        else:
            spend0, weeks0 = spend[:, :, [start]], weeks[:, :, [start]]
            real_programmes = real_programmes - real_programmes[:, :, [start]]
            inflation = inflation - inflation[:, :, [start]]
        placed = ~self.per_child
        growth = weeks[..., placed].sum(axis=-1) / weeks0[..., placed].sum(axis=-1)
        price0 = np.divide(spend0, weeks0, out=np.zeros_like(spend0), where=weeks0 > 0)
        numbers = (growth - 1.0) * spend0.sum(axis=-1)
        mix = (price0 * weeks).sum(axis=-1) - growth * spend0.sum(axis=-1)
        price = spend.sum(axis=-1) - (price0 * weeks).sum(axis=-1)
        return {
            "numbers": numbers,
            "mix": mix,
            "price_above_inflation": price,
            "programmes": real_programmes,
            INFLATION: inflation,
        }


def _reported_by_cost() -> Mapping[str, tuple[str, ...]]:
    """Return the reported placements of each unit cost."""
    pairs = dict.fromkeys((one.cost, one.reported_as) for one in placements())
    return {cost: tuple(name for of, name in pairs if of == cost) for cost, _ in pairs}
