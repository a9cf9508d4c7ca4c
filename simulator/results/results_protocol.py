"""What all results answer: the one protocol that tables, charts and the summary read.

Runs held in memory (`simulator.results.labelled`), runs with draws (`simulator.runs.ensemble.drawn`) and what may be
published of them (`simulator.disclosure.published`) implement it. Only who makes results knows which kind they are.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from simulator.results.attribution import Attribution, Way, figure_name
from simulator.results.figures import ShownFigure
from simulator.results.funded import Funded, gap_name
from simulator.results.quantities import Array, Kind, Quantity
from simulator.results.timeline import Timeline
from simulator.results.value_for_money import Package, ValueAccount
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.told import warnings_first

if TYPE_CHECKING:
    from simulator.baseline.local_evidence import Evidence
    from simulator.baseline.start import OwnPast

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
    counted : bool
        False where it is worked out of a count and not one.
    added : str
        What is in it beside those counted, as a part of a sentence.
    """

    label: str
    dates: tuple[str, ...]
    values: Array
    source: str
    counted: bool = True
    added: str = ""

    @property
    def origin(self) -> str:
        """Where it comes from: source keys, or whose it is, and what is in it beside those counted."""
        return f"{self.source or self.label}{f' (counted, {self.added})' if self.added else ''}"


@dataclass(frozen=True)
class PastSpend:
    """What was spent in the financial year before a run, in cash; its measure is one of the run's.

    Attributes
    ----------
    area, measure, placement : str
    gbp : float
    source : str
        Source keys.
    """

    area: str
    measure: str
    placement: str
    gbp: float
    source: str


@dataclass(frozen=True)
class DatedClaim:
    """A published projection that a scenario replicates, to mark on a chart; `date` as in :class:`Actual`."""

    measure: str
    date: str
    value: float
    label: str
    source: str


@dataclass(frozen=True)
class DatedQuestion:
    """A statement that a scenario asks the chance of, with the dates or years that it is about.

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
class Showing:
    """How figures of results may be shown.

    Attributes
    ----------
    monthly : bool
        Whether stocks are known at the end of each month, or else at each 31 March.
    hidden : str
        The word in a table's cell whose figure is hidden; empty where none is.
    parts_add_up : bool
        Whether parts add up to their total, or else are rounded by themselves.
    least_for_percent : float
        Children from which a change or share may be given per cent; of fewer, it would say more of rounding than of the
        area.
    rounded_to : int
        Numbers of children that are worked out of shown ones are rounded to its multiples.
    largest_hidden : int
        Those from 1 to this are hidden.
    inputs_hashed : bool
        Whether a hash of a council's returns may be given; of small tables they could be guessed from it.
    """

    monthly: bool = True
    hidden: str = ""
    parts_add_up: bool = True
    least_for_percent: float = 0.0
    rounded_to: int = 1
    largest_hidden: int = 0
    inputs_hashed: bool = True

    def worked_out(self, children: float) -> float:
        """Return a number of children that is worked out of shown ones as it may be shown: NaN where it is hidden."""
        if self.rounded_to == 1 or math.isnan(children):
            return children
        small = 0.5 <= children < self.largest_hidden + 0.5
        return math.nan if small else self.rounded_to * math.floor(children / self.rounded_to + 0.5)


@dataclass(frozen=True, kw_only=True)
class Results(ABC):
    """Everything one scenario gave.

    Methods that return a :class:`ShownFigure` have the draws.

    Attributes
    ----------
    showing : Showing
        How its figures may be shown.
    name : str
        Short name (the scenario file's), used in tables.
    title, description, purpose : str
    first_month : Month
        The month of the first flow; the first instant is the day before it.
    months : int
    areas : tuple of str
    measures : mapping of name to Quantity
    history : mapping of measure name to Actual
    claims : tuple of DatedClaim
    notes : tuple of str
        What every chart of this scenario must say (for example whether start numbers or rates are held).
    money_notes : tuple of str
        What charts of money must say besides.
    measure_notes : mapping of measure name to tuple of str
        What must be said wherever a measure is shown.
    bends : tuple of str
        Why lines of children bend, which charts of areas say.
    sources : tuple of str
        Publishers of the figures used, for the line under a chart.
    price_year : str
        Financial year of real prices.
    reference_year : str
        The last financial year before the run, whose published spend extra spend is counted from.
    without : mapping of name to Quantity
        Children and spend of the same scenario without its programmes; empty if it has none.
    questions : tuple of DatedQuestion
        What the scenario asks the chance of.
    places_limited : bool
        False where foster places are found for as many as need them, so that unmet need means nothing.
    engine : {"plain", "compiled"}
        Which engine made them.
    chance : bool
        Whether draws hold luck: who happens to come in and leave.
    price_levels : mapping of str to float
        General prices of financial years, those before the run too, over those of `price_year` (central).
    packages : tuple of Package
        Programmes and regimes of which value for money is known (`account`); none where it was not asked for.
    attributed : Attribution
        Which parts are known of what its programmes bring together (`brings`).
    funded : Funded or None
        Money beside the spend, of which `gap` tells; None where the scenario carries none, or it may not be shown.
    drawn : mapping of str to (draw,)
        Numbers that draws take, by key; empty without draws, and where they are not told.
    judged : bool
        Whether what its programmes do rests on judgement alone: no study is said to bear any of it out.
    judged_programmes : frozenset of str
        Those of its programmes of which that is so, by id (or else position).
    partly_judged : frozenset of str
        Those that act by a study and by judged numbers together.
    fixed_effects : tuple of str
        What no draw varies of what its programmes do, in words.
    evidence : Evidence or None
        What is known of the one council or region that is run beside its projection.
    fitted : tuple of str
        Numbers of its programmes that were fitted to something published, in words.
    outlasting : tuple of str
        Titles of programmes whose money ends within the run and whose effect is assumed to go on.
    own_past : OwnPast or None
        What an area's own past tells of its forecast, and what no change would be.
    """

    showing: ClassVar[Showing] = Showing()

    name: str
    title: str
    description: str
    purpose: str
    first_month: Month
    months: int
    areas: tuple[str, ...]
    measures: Mapping[str, Quantity]
    history: Mapping[str, Actual]
    claims: tuple[DatedClaim, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    price_year: str
    reference_year: str
    without: Mapping[str, Quantity] = field(default_factory=dict)
    money_notes: tuple[str, ...] = ()
    measure_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bends: tuple[str, ...] = ()
    questions: tuple[DatedQuestion, ...] = ()
    places_limited: bool = True
    engine: str = "plain"
    chance: bool = False
    price_levels: Mapping[str, float] = field(default_factory=dict)
    packages: tuple[Package, ...] = ()
    attributed: Attribution = field(default_factory=Attribution)
    funded: Funded | None = None
    drawn: Mapping[str, Array] = field(default_factory=dict)
    judged: bool = False
    judged_programmes: frozenset[str] = frozenset()
    partly_judged: frozenset[str] = frozenset()
    own_past: OwnPast | None = None
    fixed_effects: tuple[str, ...] = ()
    evidence: Evidence | None = None
    fitted: tuple[str, ...] = ()
    outlasting: tuple[str, ...] = ()

    def __getitem__(self, measure: str) -> Quantity:
        """Return a measure by name; KeyError lists the names there are."""
        try:
            return self.measures[measure]
        except KeyError:
            raise KeyError(f"no measure {measure!r}; there are: {', '.join(self.measures)}") from None

    @property
    def every_note(self) -> tuple[str, ...]:
        """All that must be said, each once: warnings, then what is said of all, of money and of single measures."""
        of_measures = (note for notes in self.measure_notes.values() for note in notes)
        return warnings_first((*self.notes, *self.money_notes, *of_measures))

    @cached_property
    def timeline(self) -> Timeline:
        """The time the run covers."""
        return Timeline(self.first_month, self.months)

    @property
    def financial_years(self) -> tuple[str, ...]:
        """The financial years that the run covers in full."""
        return self.timeline.financial_years

    def dates(self, kind: Kind) -> tuple[str, ...]:
        """Return when figures are known, as ISO dates: instants (stock), or the last days of months (flow)."""
        return self.timeline.dates(kind)

    @property
    @abstractmethod
    def draws(self) -> int:
        """Number of draws, the central run included."""

    @abstractmethod
    def bare(self) -> Results:
        """Return children and spend of the same scenario without its programmes."""

    @abstractmethod
    def stock_totals(self, measure: str) -> ShownFigure:
        """Return a stock over all placements and ages at `dates`: (area, instant)."""

    @abstractmethod
    def stock_parts(self, measure: str) -> ShownFigure:
        """Return a stock by placement in the first area: (1, instant, placement)."""

    def by_placement_and_age(self, measure: str) -> ShownFigure | None:
        """Return a stock by placement and age band at each 31 March: (area, 31 March, placement, age band).

        None where it is not split by both, or may not be shown so.
        """
        return None

    def spend_before(self) -> Iterator[PastSpend]:
        """Yield what was spent in `reference_year`, by area and placement; nothing where it may not be shown."""
        return iter(())

    @abstractmethod
    def year_totals(self, measure: str, *, real: bool = False) -> ShownFigure:
        """Return a measure by financial year, over all placements and ages: (area, year)."""

    @abstractmethod
    def year_parts(self, measure: str, *, real: bool = False) -> ShownFigure:
        """Return a measure by financial year and placement: (area, year, placement)."""

    @abstractmethod
    def extra_spend(self, *, real: bool = False) -> ShownFigure:
        """Return spend above that of `reference_year`, in cash or in real prices: (area, year)."""

    @abstractmethod
    def causes(self) -> dict[str, ShownFigure]:
        """Return extra spend by cause, as `SpendLines.split` splits it: (area, year) each."""

    def account(self, package: Package, area: int = 0) -> ValueAccount:
        """Return what one of `packages` costs and saves in an area.

        Raises
        ------
        KeyError
            If nothing is known of it.
        """
        raise KeyError(package.key)

    def titled(self, programme: str, title: str) -> str:
        """Return the title of a programme, marked where what it does rests on judgement, alone or in part."""
        if programme in self.judged_programmes:
            return f"{title} (judgement)"
        return f"{title} (judgement in part)" if programme in self.partly_judged else title

    def brings(self, figure: str, way: Way, programme: str = "") -> ShownFigure:
        """Return the part of a change that a programme brings, counted in a way: (area, year).

        Parameters
        ----------
        figure : str
            One of `simulator.results.attribution.FIGURES`.
        way : str
        programme : str
            Of `attributed`; all of them if left out.

        Raises
        ------
        KeyError
            If it is not known.
        """
        raise KeyError(figure_name(figure, way, programme))

    def gap(self, measure: str, part: str = ALL, *, real: bool = False) -> ShownFigure:
        """Return a part of pressure, of funding or of a gap (`simulator.results.gap`): (area, year).

        Raises
        ------
        KeyError
            If it is not known.
        """
        raise KeyError(gap_name(measure, part, real=real))

    @abstractmethod
    def slices(self, measure: str) -> Iterator[tuple[str, str, tuple[str, ...], Array]]:
        """Yield placement, age band, dates and (statistic, area, date) of all that monthly tables show of a measure.

        The total comes first, then each part of either axis.
        """

    @abstractmethod
    def in_full(self) -> Iterator[Mapping[str, Array]]:
        """Yield every measure of each run that is held in full, the central one first: (area, time, placement, band).

        Raises
        ------
        ValueError
            If there are draws that were not kept in full.
        """
