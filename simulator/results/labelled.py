"""Labelled results of runs held in memory: every measure with its values, and the figures made of them.

Arrays are ``(draw, area, time, placement, age band)``; an axis that a measure does not have is of size 1 and labelled
``all``. Of draws only figures are kept (`simulator.results.reduce`), of which tables, charts and the summary are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.results import reduce
from simulator.results.attribution import Attribution, Way, figure_name
from simulator.results.data_frame import data_frame
from simulator.results.described import described
from simulator.results.figures import ShownFigure
from simulator.results.funded import gap_name
from simulator.results.gap import CashFlows, gap_figures
from simulator.results.long_tables import COLUMNS, monthly_rows
from simulator.results.quantities import Array, Kind, Measure
from simulator.results.results_protocol import PastSpend, Results
from simulator.results.spend_lines import SpendLines
from simulator.results.value_for_money import FLOWS, Package, ValueAccount
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    import pandas as pd

WITHOUT = "without/"
"""Before the name of a figure without the scenario's programmes."""


@dataclass(frozen=True, kw_only=True)
class RunResults(Results):
    """Results of runs that are held in full: the central run, and draws where there are any.

    Attributes
    ----------
    measures, without : mapping of name to Measure
    deflator : (draw, month)
        Price level relative to `price_year`; cash over this is real.
    spend_lines : SpendLines
        Spend and weeks in care by line, for splitting changes into numbers, mix and price.
    discount : (year,)
        Present value of a pound of each financial year, in the first.
    flows : mapping of name to (draw, area, year)
        What `packages` cost and save, by `Package.key` and flow (`simulator.results.value_for_money`), and what each
        programme brings, by `simulator.results.attribution.figure_name`.
    """

    measures: Mapping[str, Measure]
    without: Mapping[str, Measure] = field(default_factory=dict)
    deflator: Array
    spend_lines: SpendLines
    discount: Array
    flows: Mapping[str, Array] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the main figures in ten lines."""
        return described(self)

    @property
    def draws(self) -> int:
        """Number of draws, the central run included."""
        return self.spend_lines.spend_gbp.shape[0]

    def __getitem__(self, measure: str) -> Measure:
        """Return a measure by name; KeyError lists the names there are."""
        super().__getitem__(measure)
        return self.measures[measure]

    def parts_at(self, kind: Kind) -> list[int]:
        """Return the positions in time at which monthly tables show parts of a measure."""
        return reduce.parts_at(self.dates(kind), kind, len(self.areas))

    def by_year(self, measure: str, *, real: bool = False) -> Array:
        """Return a measure by financial year: (draw, area, year, placement, age band).

        Flows and money add up over the year; stocks are taken at its end, 31 March.

        Raises
        ------
        ValueError
            If real prices are asked for of what is not money.
        """
        of = self[measure]
        if real and not of.is_money:
            raise ValueError(f"{measure} is not money, so it has no real prices")
        return reduce.by_year(of, self.timeline, self.deflator if real else None)

    def bare(self) -> RunResults:
        """Return children and spend of the same scenario without its programmes."""
        return replace(
            self, measures=self.without, without={}, packages=(), attributed=Attribution(), flows={}, funded=None
        )

    @cached_property
    def reduced(self) -> Mapping[str, Array]:
        """The figures of the runs held, by their names in `simulator.results.reduce`: (draw, area, ...).

        Those of the scenario without its programmes begin with `WITHOUT`.
        """
        figures = reduce.of_measures(self.measures, self.timeline, self.deflator)
        without = reduce.of_measures(self.without, self.timeline, self.deflator)
        extra = reduce.of_extra_spend(
            self.spend_lines,
            self.timeline,
            self.measures.get("programme_spend"),
            self.deflator,
            self.price_levels[self.reference_year],
        )
        bare = {f"{WITHOUT}{name}": values for name, values in without.items()}
        return {**figures, **bare, **extra, **self.flows, **self._gap_figures()}

    def _gap_figures(self) -> Mapping[str, Array]:
        """Return pressure, funding and gaps; nothing where no funding is stated, or no year is covered in full."""
        if self.funded is None or not self.financial_years:
            return {}

        def summed(of: Mapping[str, Measure], name: str) -> Array:
            total: Array = of[name].values.sum(axis=(-2, -1))
            return total

        cash = CashFlows(
            total=summed(self.measures, "total_spend"),
            programmes=summed(self.measures, "programme_spend"),
            grants=summed(self.measures, "grant_income"),
            bare=summed(self.without or self.measures, "total_spend"),
        )
        level = self.price_levels[self.reference_year]
        return gap_figures(self.funded, cash, self.spend_lines, self.timeline, self.deflator, level)

    def figure(self, name: str) -> ShownFigure:
        """Return a figure by its name in `simulator.results.reduce`."""
        return ShownFigure.of(self.reduced[name])

    def stock_totals(self, measure: str) -> ShownFigure:
        """Return a stock over all placements and ages: (area, instant)."""
        return self.figure(f"{measure}/total")

    def stock_parts(self, measure: str) -> ShownFigure:
        """Return a stock by placement in the first area: (1, instant, placement)."""
        return self.figure(f"{measure}/first")

    def by_placement_and_age(self, measure: str) -> ShownFigure | None:
        """Return a stock by placement and age band at each 31 March: (area, 31 March, placement, age band).

        None where it is not split by both.
        """
        name = f"{measure}/placement_age_band"
        return self.figure(name) if name in self.reduced else None

    def spend_before(self) -> Iterator[PastSpend]:
        """Yield what was spent in `reference_year`, by area and placement: all that extra spend is counted from."""
        return self.spend_lines.before(self.areas)

    def year_totals(self, measure: str, *, real: bool = False) -> ShownFigure:
        """Return a measure by financial year, over all placements and ages: (area, year)."""
        return self.figure(f"{measure}/{'real_' if real else ''}year")

    def year_parts(self, measure: str, *, real: bool = False) -> ShownFigure:
        """Return a measure by financial year and placement: (area, year, placement)."""
        return self.figure(f"{measure}/{'real_' if real else ''}year_placement")

    def extra_spend(self, *, real: bool = False) -> ShownFigure:
        """Return spend above that of `reference_year`, in cash or in real prices: (area, year)."""
        return self.figure("real_extra_spend" if real else "extra_spend")

    def account(self, package: Package, area: int = 0) -> ValueAccount:
        """Return what one of `packages` costs and saves in an area."""
        flows = {flow: self.figure(f"{package.key}/{flow}").area(area) for flow in FLOWS}
        return ValueAccount(package, flows, self.financial_years, self.discount, self.price_year)

    def brings(self, figure: str, way: Way, programme: str = "") -> ShownFigure:
        """Return the part of a change that a programme brings, counted in a way: (area, year)."""
        return self.figure(figure_name(figure, way, programme))

    def gap(self, measure: str, part: str = ALL, *, real: bool = False) -> ShownFigure:
        """Return a part of pressure, of funding or of a gap (`simulator.results.gap`): (area, year)."""
        return self.figure(gap_name(measure, part, real=real))

    def causes(self) -> dict[str, ShownFigure]:
        """Return extra spend by cause, as `SpendLines.split` splits it: (area, year) each."""
        split = "extra_spend/"
        return {name.removeprefix(split): self.figure(name) for name in self.reduced if name.startswith(split)}

    def slices(self, measure: str) -> Iterator[tuple[str, str, tuple[str, ...], Array]]:
        """Yield placement, age band, dates and (statistic, area, date) of all that monthly tables show of a measure.

        The total comes first, then each part of either axis.
        """
        m = self[measure]
        dates = self.dates(m.kind)
        yield ALL, ALL, dates, self.figure(f"{measure}/total").statistics()
        at_parts = tuple(dates[i] for i in self.parts_at(m.kind))
        if len(m.placements) > 1:
            parts = self.figure(f"{measure}/placement").statistics()
            for i, name in enumerate(m.placements):
                yield name, ALL, at_parts, parts[..., i]
        if len(m.age_bands) > 1:
            parts = self.figure(f"{measure}/age_band").statistics()
            for i, name in enumerate(m.age_bands):
                yield ALL, name, at_parts, parts[..., i]

    def in_full(self) -> Iterator[Mapping[str, Array]]:
        """Yield every measure of each run, the central one first: (area, time, placement, age band)."""
        for draw in range(self.draws):
            yield {name: measure.values[draw] for name, measure in self.measures.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return the tidy table of `results.csv` as a pandas data frame.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed: ``pip install 'care-demand[tables]'``.
        """
        return data_frame(monthly_rows(self), COLUMNS)
