"""Labelled results of one scenario: what charts, tables and reports read.

A :class:`Measure` is one quantity with its axes, unit and how it adds up over a year; :class:`Results` is all of them
for one scenario, with the published history and the notes that every chart must carry. Arrays are
``(draw, area, time, placement, age band)``; an axis that a measure does not have is of size 1 and labelled ``all``.

Measures hold runs in full. Of draws only figures are kept (`simulator.results.reduce`), of which tables, charts and the
summary are made: methods of :class:`Results` that return a :class:`Figure` have the draws, measures the central run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.results.figures import Figure
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month, dates_of
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


MOST_AREAS_IN_FULL = 10
"""With more areas than this, parts of measures stand in monthly tables at 31 March only."""


@dataclass(frozen=True)
class Measure:
    """One measured quantity of one scenario.

    Attributes
    ----------
    name : str
        As in the tables, for example ``children``.
    title : str
        As people read it, for example "Children looked after".
    unit : str
        ``children``, ``children a month``, ``households``, ``places`` or ``GBP``.
    kind : {"stock", "flow"}
        A stock is known at instants, one more than there are months; a flow over months.
    placements, age_bands : tuple of str
        Labels of the last two axes; ``("all",)`` where the measure is not split.
    values : (draw, area, time, placement, age band)
        Parts add up to the total. Money is in cash.
    """

    name: str
    title: str
    unit: str
    kind: Literal["stock", "flow"]
    placements: tuple[str, ...]
    age_bands: tuple[str, ...]
    values: Array

    @property
    def is_money(self) -> bool:
        """Whether values are pounds."""
        return self.unit == "GBP"

    def total(self, area: int = 0, draw: int = 0) -> Array:
        """Return the central path, or another draw's, over all placements and ages: (time,)."""
        path: Array = self.values[draw, area].sum(axis=(-2, -1))
        return path

    def by_placement(self, area: int = 0, draw: int = 0) -> dict[str, Array]:
        """Return a path for each placement, over all ages."""
        paths = self.values[draw, area].sum(axis=-1)
        return {name: paths[:, i] for i, name in enumerate(self.placements)}

    def by_age_band(self, area: int = 0, draw: int = 0) -> dict[str, Array]:
        """Return a path for each age band, over all placements."""
        paths = self.values[draw, area].sum(axis=-2)
        return {name: paths[:, i] for i, name in enumerate(self.age_bands)}


OWN = "The council's own figures"
"""Label of actual figures that are a council's own, and not published."""


@dataclass(frozen=True)
class Actual:
    """A published series to draw before the projection.

    Attributes
    ----------
    label : str
    dates : tuple of str
        ISO dates of instants for stocks, financial years for flows and money.
    values : (time,)
    source : str
        Source keys.
    """

    label: str
    dates: tuple[str, ...]
    values: Array
    source: str


@dataclass(frozen=True)
class Claim:
    """A published projection that a scenario replicates, to mark on a chart; `date` as in :class:`Actual`."""

    measure: str
    date: str
    value: float
    label: str
    source: str


@dataclass(frozen=True)
class Question:
    """A statement that a scenario asks the chance of.

    Attributes
    ----------
    id, says : str
        Short name, and the statement in words.
    measure : str
    when : tuple of str
        The date of an instant, or the financial years over which flows and money are added up.
    above, below : float or None
        One of the two: what the figure is more than, or less than.
    against_no_programmes : bool
        Whether the figure is that with the scenario's programmes less that without them.
    """

    id: str
    says: str
    measure: str
    when: tuple[str, ...]
    above: float | None
    below: float | None
    against_no_programmes: bool


@dataclass(frozen=True)
class SpendLines:
    """Spend by line, in cash, and the weeks in care that it goes with.

    Attributes
    ----------
    keys : tuple of str
    per_child : (line,) bool
        Lines that go with all children (or all asylum-seeking children) and not with a placement.
    spend_gbp, child_weeks : (draw, area, month, line)
    reference_spend_gbp, reference_child_weeks : (area, line)
        The same in the last financial year before the run.
    """

    keys: tuple[str, ...]
    per_child: NDArray[np.bool_]
    spend_gbp: Array
    child_weeks: Array
    reference_spend_gbp: Array
    reference_child_weeks: Array


@dataclass(frozen=True)
class Results:
    """Everything one scenario gave.

    Attributes
    ----------
    name : str
        Short name (the scenario file's), used in tables.
    title, description, purpose : str
    first_month : Month
        The month of the first flow; the first instant is the day before it.
    months : int
    areas : tuple of str
    measures : mapping of name to Measure
    history : mapping of measure name to Actual
    claims : tuple of Claim
    notes : tuple of str
        What every chart of this scenario must say (for example whether start numbers or rates are held).
    money_notes : tuple of str
        What charts of money must say besides.
    sources : tuple of str
        Publishers of the figures used, for the line under a chart.
    deflator : (draw, month)
        Price level relative to `price_year`; cash over this is real.
    price_year : str
        Financial year of real prices.
    spend_lines : SpendLines
        Spend and weeks in care by line, for splitting changes into numbers, mix and price.
    reference_year : str
        The last financial year before the run, whose published spend extra spend is counted from.
    discount_rate : float
        For present values, a year.
    without : mapping of name to Measure
        Children and spend of the same scenario without its programmes; empty if it has none.
    questions : tuple of Question
        What the scenario asks the chance of.
    places_limited : bool
        False where foster places are found for as many as need them, so that unmet need means nothing.
    engine : {"plain", "compiled"}
        Which engine made them.
    """

    name: str
    title: str
    description: str
    purpose: str
    first_month: Month
    months: int
    areas: tuple[str, ...]
    measures: Mapping[str, Measure]
    history: Mapping[str, Actual]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    deflator: Array
    price_year: str
    spend_lines: SpendLines
    reference_year: str
    discount_rate: float
    without: Mapping[str, Measure] = field(default_factory=dict)
    money_notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    places_limited: bool = True
    engine: str = "plain"

    @property
    def draws(self) -> int:
        """Number of draws, the central run included."""
        return self.spend_lines.spend_gbp.shape[0]

    def __getitem__(self, measure: str) -> Measure:
        """Return a measure by name; KeyError lists the names there are."""
        try:
            return self.measures[measure]
        except KeyError:
            raise KeyError(f"no measure {measure!r}; there are: {', '.join(self.measures)}") from None

    def dates(self, kind: Literal["stock", "flow"]) -> tuple[str, ...]:
        """Return the ISO dates of instants (stock) or the months as YYYY-MM (flow)."""
        return dates_of(self.first_month, self.months, kind)

    @cached_property
    def year_of_month(self) -> tuple[str, ...]:
        """The financial year of each month."""
        return tuple((self.first_month + i).financial_year for i in range(self.months))

    @cached_property
    def financial_years(self) -> tuple[str, ...]:
        """The financial years that the run covers in full."""
        years = self.year_of_month
        return tuple(year for year in dict.fromkeys(years) if years.count(year) == MONTHS_A_YEAR)

    def parts_at(self, kind: Literal["stock", "flow"]) -> list[int]:
        """Return the positions in time at which tables show parts of a measure.

        All, unless there are many areas; then each 31 March, which flows have none of: the table of financial years has
        their parts.
        """
        dates = self.dates(kind)
        return [i for i, date in enumerate(dates) if len(self.areas) <= MOST_AREAS_IN_FULL or date.endswith("-03-31")]

    def by_year(self, measure: str, *, real: bool = False) -> Array:
        """Return a measure by financial year, of the runs held in full: (draw, area, year, placement, age band).

        Flows and money add up over the year; stocks are taken at its end, 31 March.
        """
        m = self[measure]
        values = m.values
        if real:
            if not m.is_money:
                raise ValueError(f"{measure} is not money, so it has no real prices")
            values = values / self.deflator[:, None, :, None, None]
        picked = []
        for year in self.financial_years:
            first = self.year_of_month.index(year)
            at_end = m.kind == "stock"
            last = first + MONTHS_A_YEAR
            picked.append(values[:, :, last] if at_end else values[:, :, first:last].sum(axis=2))
        return np.stack(picked, axis=2)

    def bare(self) -> Results:
        """Return children and spend of the same scenario without its programmes."""
        return replace(self, measures=self.without, without={})

    @cached_property
    def reduced(self) -> Mapping[str, Array]:
        """The figures of the runs held in full, by name: (draw, area, ...)."""
        from simulator.results.reduce import reduced

        return reduced(self)

    def figure(self, name: str) -> Figure:
        """Return a figure by its name in `simulator.results.reduce`."""
        return Figure.of(self.reduced[name])

    def stock_totals(self, measure: str, *, without: bool = False) -> Figure:
        """Return a stock over all placements and ages, with or without programmes: (area, instant)."""
        return (self.bare() if without else self).figure(f"{measure}/total")

    def stock_parts(self, measure: str) -> Figure:
        """Return a stock by placement in the first area: (1, instant, placement)."""
        return self.figure(f"{measure}/first")

    def year_totals(self, measure: str, *, real: bool = False) -> Figure:
        """Return a measure by financial year, over all placements and ages: (area, year)."""
        return self.figure(f"{measure}/{'real_' if real else ''}year")

    def year_parts(self, measure: str, *, real: bool = False) -> Figure:
        """Return a measure by financial year and placement: (area, year, placement)."""
        return self.figure(f"{measure}/{'real_' if real else ''}year_placement")

    def extra_spend(self) -> Figure:
        """Return cash spend above that of `reference_year`: (area, year)."""
        return self.figure("extra_spend")

    def causes(self) -> dict[str, Figure]:
        """Return extra spend by cause, as `analysis.split_extra` splits it: (area, year) each."""
        split = "extra_spend/"
        return {name.removeprefix(split): self.figure(name) for name in self.reduced if name.startswith(split)}

    def slices(self, measure: str) -> Iterator[tuple[str, str, tuple[str, ...], Array]]:
        """Yield placement, age band, dates and (statistic, area, date) of all that tables of a measure show.

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
        try:
            import pandas as pd
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("to_frame needs pandas: pip install 'care-demand[tables]'") from error
        from simulator.results.long_tables import COLUMNS, monthly_rows

        return pd.DataFrame(list(monthly_rows(self)), columns=list(COLUMNS))


# --------------------------------------------------------------------------------------------------
# For publication


@dataclass(frozen=True)
class Shown:
    """Figures of one measure that may be published: rounded, NaN where hidden.

    The first axis is the central run and, where there are draws, each of `QUANTILES`.

    Attributes
    ----------
    total : (statistic, area, time)
    by_placement : (statistic, area, time, placement)
        None where only totals are published; so with ages.
    by_band : (statistic, area, time, age band)
    """

    total: Array
    by_placement: Array | None = None
    by_band: Array | None = None


@dataclass(frozen=True)
class Published(Results):
    """Results that may be published (`simulator.disclosure.publish`): no number in them is other than rounded.

    Stocks are known at each 31 March, and flows and money by financial year; measures hold no values of their own. In
    place of draws there are quantiles, so differences and shares have no intervals.

    Attributes
    ----------
    stocks, stocks_without : mapping of measure name to Shown
        At each 31 March, with and without the scenario's programmes.
    years, real_years : mapping of measure name to Shown
        By financial year; money in real prices apart.
    extra : (1, area, year)
        Spend above that of the reference year.
    extra_causes : mapping of cause to (1, area, year)
        The same by cause, as `analysis.split_extra` names them.
    number_of_draws : int
        The central run included.
    """

    stocks: Mapping[str, Shown] = field(default_factory=dict)
    stocks_without: Mapping[str, Shown] = field(default_factory=dict)
    years: Mapping[str, Shown] = field(default_factory=dict)
    real_years: Mapping[str, Shown] = field(default_factory=dict)
    extra: Array = field(default_factory=lambda: np.zeros((1, 0, 0)))
    extra_causes: Mapping[str, Array] = field(default_factory=dict)
    number_of_draws: int = 1

    @property
    def draws(self) -> int:
        """Number of draws that quantiles are of, the central run included."""
        return self.number_of_draws

    def dates(self, kind: Literal["stock", "flow"]) -> tuple[str, ...]:
        """Return each 31 March (stock); there are no months."""
        return () if kind == "flow" else marches(super().dates("stock"))

    def by_year(self, measure: str, *, real: bool = False) -> Array:
        """Refuse: parts of both placement and age are not published."""
        raise ValueError(f"{measure} is not published by placement and age together")

    def stock_totals(self, measure: str, *, without: bool = False) -> Figure:
        """Return a stock at each 31 March: (area, instant)."""
        return _figure((self.stocks_without if without else self.stocks)[measure].total)

    def stock_parts(self, measure: str) -> Figure:
        """Return a stock by placement in the first area at each 31 March: (1, instant, placement)."""
        return _figure(_parts(self.stocks[measure])[:, :1])

    def year_totals(self, measure: str, *, real: bool = False) -> Figure:
        """Return a measure by financial year: (area, year)."""
        return _figure((self.real_years if real else self.years)[measure].total)

    def year_parts(self, measure: str, *, real: bool = False) -> Figure:
        """Return a measure by financial year and placement: (area, year, placement)."""
        return _figure(_parts((self.real_years if real else self.years)[measure]))

    def extra_spend(self) -> Figure:
        """Return the central run's spend above that of `reference_year`: (area, year)."""
        return _figure(self.extra)

    def causes(self) -> dict[str, Figure]:
        """Return the central run's extra spend by cause: (area, year) each."""
        return {name: _figure(values) for name, values in self.extra_causes.items()}

    def slices(self, measure: str) -> Iterator[tuple[str, str, tuple[str, ...], Array]]:
        """Yield placement, age band, dates and (statistic, area, date) of a stock; nothing of flows."""
        if measure not in self.stocks:
            return
        shown, of, dates = self.stocks[measure], self[measure], self.dates("stock")
        yield ALL, ALL, dates, shown.total
        for i, name in enumerate(of.placements if shown.by_placement is not None else ()):
            yield name, ALL, dates, _parts(shown)[..., i]
        if shown.by_band is not None:
            for i, name in enumerate(of.age_bands):
                yield ALL, name, dates, shown.by_band[..., i]


def _figure(shown: Array) -> Figure:
    return Figure.of(shown, quantiles=True)


def _parts(shown: Shown) -> Array:
    return shown.total[..., None] if shown.by_placement is None else shown.by_placement


def marches(dates: Sequence[str]) -> tuple[str, ...]:
    """Return the dates that are a 31 March."""
    return tuple(date for date in dates if date.endswith("-03-31"))
