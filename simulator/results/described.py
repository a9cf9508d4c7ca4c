"""Results in ten lines, for whoever prints them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from simulator.results.figures import ShownFigure, interval
from simulator.results.results_protocol import Results

_BETWEEN = (10, 90)
"""Percentiles of draws that intervals are between: 80% of draws."""


def described(results: Results) -> str:
    """Return title, area, children, spend, those in homes whose plan was fostering, draws, notes and where to look."""
    days = results.dates("stock")
    first, last = _day(days[0]), _day(days[-1])
    others = f" and {len(results.areas) - 1} more" if len(results.areas) > 1 else ""
    draws = results.draws - 1
    notes = len(results.notes) + len(results.money_notes)
    lines = [
        f"{results.title} ({results.name})",
        f"{results.areas[0]}{others}, {first} to {last}",
        f"Children in care: {_stock(results, 'children')}",
        *_money(results),
        f"In homes, original plan fostering: {_unmet(results)}",
        f"Draws: {draws:,}; [80% of them]" if draws else "Draws: none; draws=200 gives intervals",
        f"Notes to give with every figure: {notes} (results.notes, results.money_notes)",
        'Next: results["children"].by_placement(), results.year_totals("total_spend").central, results.to_frame(),',
        "simulator.outputs.charts.draw_all(results), care-demand list measures",
    ]
    return "\n".join(lines)


def _unmet(results: Results) -> str:
    if not results.places_limited:
        return "none, as places are found for as many as need them"
    return _stock(results, "unmet_foster_need") if "unmet_foster_need" in results.measures else "not known"


def _stock(results: Results, measure: str) -> str:
    """Say how many there are at the start and the end."""
    of, days = results.stock_totals(measure), results.dates("stock")
    return (
        f"{of.central[0, 0]:,.0f} on {_day(days[0])}, {of.central[0, -1]:,.0f}{_ends(of, _count)} on {_day(days[-1])}"
    )


def _money(results: Results) -> list[str]:
    """Say what is spent in the last year, and how much more than before the run."""
    if not results.financial_years:
        return ["Spend a year: the run is shorter than one", "Extra spend: not known"]
    year, spend, extra = results.financial_years[-1], results.year_totals("total_spend"), results.extra_spend()
    to_date = ShownFigure.of(extra.area().cumsum(axis=-1)[:, None])
    return [
        f"Spend: {_pounds(spend.central[0, -1])}{_ends(spend, _pounds)} in {year}, in cash",
        f"Extra spend: {_pounds(extra.central[0, -1])}{_ends(extra, _pounds)} in {year}, above "
        f"{results.reference_year}; {_pounds(to_date.central[0, -1])}{_ends(to_date, _pounds)} in all years",
    ]


def _ends(of: ShownFigure, write: Callable[[float], str]) -> str:
    """Return where 80% of draws lie at the end; nothing without draws."""
    ends = interval(of.area()[:, -1], *_BETWEEN, quantiles=of.quantiles)
    return "" if ends is None else f" [{write(float(ends[0]))} to {write(float(ends[1]))}]"


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _pounds(value: float) -> str:
    sign, size = "-" if value < 0 else "", abs(value)
    return f"{sign}£{size / 1e9:,.2f}bn" if size >= 1e9 else f"{sign}£{size / 1e6:,.1f}m"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b %Y}"
