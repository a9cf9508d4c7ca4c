"""What an appraisal takes besides a scenario: uplifts, who bears what, deprivation of areas, published differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from simulator.data import packaged, tables

NO_FIGURE = "no_figure"
"""Kind of a line of society's account of which the model knows no amount."""


@dataclass(frozen=True, slots=True)
class AppraisalNumber:
    """A number that an appraisal takes unless it is told another.

    Attributes
    ----------
    key
    value, low, high
        What is taken, and the range that it is taken from.
    unit
    basis
        Source keys, or ``judgement``.
    note
    """

    key: str
    value: float
    low: float
    high: float
    unit: str
    basis: str
    note: str


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """A line of the accounts of those who bear costs and savings.

    Attributes
    ----------
    item, words
        Name in tables, and in words.
    entry
        Amount of the runs that stands there (`simulator.decisions.appraisal.ENTRIES`); none where there is no figure.
    bearer
        ``central`` or ``local`` government, or ``not_stated``; none where there is no figure.
    kind
        ``cost``, ``cashable``, ``released`` (and not cashed), ``not_cashable``, ``transfer`` or ``no_figure``.
    basis, note
        Source keys or ``judgement``, and why it stands there.
    """

    item: str
    words: str
    entry: str
    bearer: str
    kind: str
    basis: str
    note: str


@dataclass(frozen=True, slots=True)
class Deprivation:
    """The share of an authority's children who live in income-deprived families."""

    code: str
    year: int
    income_deprived_children_share: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class PublishedDifference:
    """A published figure of what one scenario costs above another.

    Attributes
    ----------
    scenario, against
        Names of the shipped scenarios that repeat both.
    who, projection, year, metric
        Which row of the table of projections it is.
    last_year
        Financial year to whose end it counts.
    counts
        What it counts, as far as is known.
    """

    scenario: str
    against: str
    who: str
    projection: str
    year: str
    metric: str
    last_year: str
    counts: str

    @property
    def gbp(self) -> float:
        """The figure.

        Raises
        ------
        LookupError
            If the table of projections does not hold it in pounds.
        """
        units = {"GBP m": 1e6, "GBP bn": 1e9}
        for one in tables.projections():
            if (one.who, one.scenario, one.year, one.metric) == (self.who, self.projection, self.year, self.metric):
                return one.value * units[one.unit]
        raise LookupError(f"no projection of {self.who} is {self.metric} {self.year}")


@cache
def appraisal_numbers() -> Mapping[str, AppraisalNumber]:
    """Return the numbers of an appraisal by key."""
    return {one.key: one for one in packaged.table("appraisal").rows(AppraisalNumber)}


@cache
def ledger_items() -> tuple[LedgerItem, ...]:
    """Return who bears which cost and saving, and what society's account has no figure for."""
    return tuple(packaged.table("perspectives").rows(LedgerItem))


@cache
def deprivation() -> Mapping[str, Deprivation]:
    """Return the deprivation of every authority by its ONS code."""
    return {one.code: one for one in packaged.table("deprivation").rows(Deprivation)}


@cache
def published_differences() -> tuple[PublishedDifference, ...]:
    """Return published figures of what one scenario costs above another."""
    return tuple(packaged.table("published_differences").rows(PublishedDifference))
