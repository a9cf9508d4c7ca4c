"""What changed and why: extra spend, its split into numbers, mix and price, and differences between scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.results.figures import Way, interval, middle, way
from simulator.results.labelled import RunResults
from simulator.results.results_protocol import DatedQuestion, Results
from simulator.results.timeline import marches

Array = NDArray[np.float64]


def extra_spend(results: RunResults, since: str | None = None) -> Array:
    """Return cash spend above that of a start year, of the runs held in full: (draw, area, financial year).

    `results.extra_spend` has that of draws, above the last published year.

    Parameters
    ----------
    since : str, optional
        A financial year of the run; the last published year before it (`results.reference_year`) if left out.
    """
    extra: Array = np.sum(list(split_extra(results, since).values()), axis=0)
    return extra


def split_extra(results: RunResults, since: str | None = None) -> dict[str, Array]:
    """Split extra spend of the runs held in full by cause, with inflation apart: (draw, area, year) each.

    They are those of `SpendLines.split`, and add up to the extra spend exactly.
    """
    year = results.reference_year if since is None else since
    start = None if year == results.reference_year else _year_position(results, year)
    programmes = results["programme_spend"].values.sum(axis=(-2, -1))
    deflator = results.deflator / results.price_levels[year]
    return results.spend_lines.split(results.timeline, programmes, deflator, start)


def difference(
    results: RunResults, reference: RunResults, measure: str, *, real: bool = False
) -> tuple[tuple[str, ...], Array]:
    """Return the financial years that both scenarios cover, and how much more the first has in runs held in full.

    The difference is (draw, area, year, placement, age band).

    Raises
    ------
    ValueError
        If the measures are not split alike, or real prices are of different years.
    """  # fmt: skip
    a, b = results[measure], reference[measure]
    if real and results.price_year != reference.price_year:
        raise ValueError(f"{results.name} is in prices of {results.price_year} and {reference.name} of "
                         f"{reference.price_year}; run them with simulator.compare")  # fmt: skip
    if (a.placements, a.age_bands) != (b.placements, b.age_bands):
        raise ValueError(f"{measure} is split differently in {results.name} and {reference.name}")
    years = tuple(y for y in results.financial_years if y in reference.financial_years)
    parts = [
        r.by_year(measure, real=real)[:, :, [r.financial_years.index(y) for y in years]] for r in (results, reference)
    ]
    return years, parts[0] - parts[1]


@dataclass(frozen=True)
class Answer:
    """The chance of a statement.

    Attributes
    ----------
    question : DatedQuestion
    share : float or None
        Of draws in which it is true; None without draws.
    error : float
        Standard error of the share that comes from counting draws.
    """

    question: DatedQuestion
    share: float | None
    error: float = 0.0


def answers(results: Results) -> tuple[Answer, ...]:
    """Answer the questions of a scenario, for its first area."""
    return tuple(_answer(results, question) for question in results.questions)


def _answer(results: Results, question: DatedQuestion) -> Answer:
    if results.draws == 1:
        return Answer(question, None)
    figures = _asked(results, question)
    if question.against_no_programmes:
        figures = figures - _asked(results.bare(), question)
    true = figures > question.above if question.above is not None else figures < (question.below or 0.0)
    share = float(true[1:].mean())
    return Answer(question, share, float(np.sqrt(share * (1.0 - share) / (len(true) - 1))))


def _asked(results: Results, question: DatedQuestion) -> Array:
    """Return the figure that a question is about: (draw,)."""
    if results[question.measure].kind == "stock":
        return results.stock_totals(question.measure).area()[:, results.dates("stock").index(question.when[0])]
    at = [results.financial_years.index(year) for year in question.when]
    total: Array = results.year_totals(question.measure).area()[:, at].sum(axis=1)
    return total


@dataclass(frozen=True)
class Growth:
    """Children looked after in an area at the start and the end of a run.

    Attributes
    ----------
    area : str
    first, last : float
        The median of draws where there are some, or else the central run.
    rough : bool
        Whether they are rounded, and so few that a percentage would say more of the rounding than of the area.
    way : {"up", "down", "same", "unsure"}
        Which way it goes.
    low, high : float or None
        Between which 80% of draws end; None without draws.
    """

    area: str
    first: float
    last: float
    rough: bool = False
    way: Way = "same"
    low: float | None = None
    high: float | None = None

    @property
    def percent(self) -> float:
        """Change as a percentage of the start."""
        return 100.0 * (self.last / self.first - 1.0)


def growth_by_area(results: Results) -> list[Growth]:
    """Return how children change in each area, most growth first.

    Areas that start with fewer than 1, or whose figures are hidden, are left out.
    """
    children, least = results.stock_totals("children"), results.showing.least_for_percent
    rows = []
    for at, name in enumerate(results.areas):
        path = children.area(at)[:, [0, -1]]
        first, last = (float(value) for value in middle(path, quantiles=children.quantiles))
        ends = interval(path[:, 1], 10, 90, quantiles=children.quantiles)
        low, high = (None, None) if ends is None else map(float, ends)
        goes = way(path[:, 1] - first, first, quantiles=children.quantiles)
        rows.append(Growth(name, first, last, bool(first < least), goes, low, high))
    return sorted((row for row in rows if row.first >= 1.0 and row.last >= 0.0), key=lambda row: -row.percent)


def at_years(results: Results, years: Sequence[int] = (2, 5, 10)) -> list[dict[str, Any]]:
    """Return children, spend and cumulative extra spend some years on, for the first area; medians of draws.

    Without draws they are of the central run. Each entry has ``years``, ``date`` (of the stock), ``children``,
    ``spend_gbp`` (cash, in the financial year that ends then) and ``cumulative_extra_gbp`` (cash, above the reference
    year, from the start), and both in real prices under the same names after ``real_``. Years beyond the run are left
    out.
    """
    children = results.stock_totals("children").middle()
    dates = results.dates("stock")
    at = {n: dates.index(day) for n, day in enumerate(marches(dates))}
    money: dict[str, Array] = {}
    for basis, real in (("", False), ("real_", True)):
        extra = results.extra_spend(real=real)
        money[f"{basis}spend_gbp"] = results.year_totals("total_spend", real=real).middle()
        money[f"{basis}cumulative_extra_gbp"] = middle(extra.area().cumsum(axis=1), quantiles=extra.quantiles)
    return [
        {
            "years": n,
            "date": dates[at[n]],
            "children": float(children[at[n]]),
            **{name: float(values[n - 1]) for name, values in money.items()},
        }
        for n in years
        if n <= len(results.financial_years)
    ]


def _year_position(results: RunResults, since: str) -> int:
    if since not in results.financial_years:
        allowed = ", ".join((results.reference_year, *results.financial_years))
        raise ValueError(f"{since} is not a start year; allowed: {allowed}")
    return results.financial_years.index(since)
