"""Spend by line, and how a change of it splits into numbers, mix, support beside placements, and price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.results.quantities import INFLATION, Array
from simulator.results.results_protocol import PastSpend
from simulator.results.timeline import Timeline
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.placements import placements


@dataclass(frozen=True)
class SpendLines:
    """Spend by line, in cash, and the units that it goes with (`simulator.baseline.cost_drivers`).

    Attributes
    ----------
    keys : tuple of str
    of_placements : (line,) bool
        Lines that go with weeks in a placement.
    spend_gbp, units : (draw, area, month, line)
    reference_spend_gbp, reference_units : (draw, area, line)
        The same in the last financial year before the run.
    sources : tuple of str
        Source keys of each line.
    """

    keys: tuple[str, ...]
    of_placements: NDArray[np.bool_]
    spend_gbp: Array
    units: Array
    reference_spend_gbp: Array
    reference_units: Array
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

            yield add("placement_spend", ALL, self.of_placements)
            for i in np.flatnonzero(self.of_placements):
                if self.keys[i] in own:
                    yield add("placement_spend", own[self.keys[i]], np.arange(len(self.keys)) == i)
            yield add("other_spend", ALL, ~self.of_placements)
            yield add("total_spend", ALL, np.ones_like(self.of_placements))

    def split(
        self, timeline: Timeline, programmes: Array, deflator: Array, start: int | None = None
    ) -> dict[str, Array]:
        """Split cash spend above that of a start year by cause: (draw, area, year) each.

        With real spend of line i as units q_i times real price u_i, weeks in placements Q, and 0 for the start year:
        numbers = (Q/Q0 - 1) * sum u0 q0 and mix = sum u0 (q - q0 Q/Q0) over lines of placements; support =
        sum u0 (q - q0) over the others; price = sum (u - u0) q over all. These and programmes, in prices of the start
        year, are real extra spend; inflation is what is paid above that in cash, on programmes too. Together they are
        the extra spend exactly. Price holds what fixed shares do to unit costs as numbers change.

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
        units = timeline.by_year(self.units, "flow")
        real_programmes = timeline.by_year(programmes / deflator[:, None], "flow")
        cash = timeline.by_year(self.spend_gbp.sum(axis=-1) + programmes, "flow")
        inflation = cash - spend.sum(axis=-1) - real_programmes
        if start is None:
            spend0, units0 = self.reference_spend_gbp[:, :, None], self.reference_units[:, :, None]
        else:
            spend0, units0 = spend[:, :, [start]], units[:, :, [start]]
            real_programmes = real_programmes - real_programmes[:, :, [start]]
            inflation = inflation - inflation[:, :, [start]]
        price0 = np.divide(spend0, units0, out=np.zeros_like(spend0), where=units0 > 0)
        at_old_prices, placed = price0 * units, self.of_placements
        growth = units[..., placed].sum(axis=-1) / units0[..., placed].sum(axis=-1)
        before = spend0[..., placed].sum(axis=-1)
        return {
            "numbers": (growth - 1.0) * before,
            "mix": at_old_prices[..., placed].sum(axis=-1) - growth * before,
            "support": (at_old_prices - spend0)[..., ~placed].sum(axis=-1),
            "price_above_inflation": (spend - at_old_prices).sum(axis=-1),
            "programmes": real_programmes,
            INFLATION: inflation,
        }


def _reported_by_cost() -> Mapping[str, tuple[str, ...]]:
    """Return the reported placements of each unit cost."""
    pairs = dict.fromkeys((one.cost, one.reported_as) for one in placements())
    return {cost: tuple(name for of, name in pairs if of == cost) for cost, _ in pairs}
