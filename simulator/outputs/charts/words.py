"""Numbers and dates in the words of a chart."""

from __future__ import annotations

import math
from calendar import month_name, monthrange
from collections.abc import Callable, Sequence

from simulator.vocabulary.calendar import MONTHS_A_YEAR, is_financial_year
from simulator.vocabulary.labels import HIDDEN
from simulator.vocabulary.pounds import pounds

COUNTED_SINGLY = 1_000
"""Children of an area below whom they are told to one child."""


def count(value: float) -> str:
    """Return a number of children or places: from 100 up to the nearest 10, as published tables give it.

    A number that is rounded already, to the nearest 5, stays as it is. A hidden number is c, as in published tables.
    """
    if math.isnan(value):
        return HIDDEN
    rounded = round(value, -1) if abs(value) >= 100 and value % 5 else round(value)
    return f"{int(rounded):,}".replace("-", "−")


def count_of(whole: float) -> Callable[[float], str]:
    """Return the writer of numbers of an area's children: to one child where few are there in all, else as `count`.

    Of some hundreds the tens would be most of what changes.
    """
    return single if whole < COUNTED_SINGLY else count


def single(value: float) -> str:
    """Return a number of children or places to the nearest one; c where it is hidden."""
    return HIDDEN if math.isnan(value) else f"{round(value):,}".replace("-", "−")


def money(value: float) -> str:
    """Return pounds as £1.2bn, £45m or £300,000; c where hidden."""
    return HIDDEN if math.isnan(value) else pounds(value)


def chance(share: float, draws: int) -> str:
    """Return a share of draws with the standard error of counting them; few draws never show that a thing can't be."""
    if share in (0.0, 1.0):
        return f"true in {'all' if share else 'none'} of {draws:,} draws"
    error = 100 * math.sqrt(share * (1.0 - share) / draws)
    return f"{share:.0%}{f', give or take {error:.0f}' if error >= 0.5 else ''}"


def percent(part: float, whole: float) -> str:
    """Return a share as 12%, 2.5% or 0.2%; "less than 0.1%" where it is smaller but not nothing."""
    if whole == 0:
        return "no share"
    share = abs(part / whole) * 100
    if 0 < share < 0.05:
        return "less than 0.1%"
    return f"{share:.0f}%" if share >= 9.95 else f"{share:.1f}%".replace(".0%", "%")


def percent_change(before: float, after: float) -> str:
    """Return growth as "12% above" or "3% below"."""
    return f"{percent(after - before, before)} {'above' if after >= before else 'below'}"


def month(date: str) -> str:
    """Return an ISO date as "March 2030"."""
    return f"{month_name[int(date[5:7])]} {date[:4]}"


def year_position(date: str) -> float:
    """Return where an ISO date stands on an axis of years: 31 March 2030 is 2030, each month end 1/12 on."""
    year, month_number, day = (int(part) for part in date.split("-"))
    return year + (month_number - 4 + day / monthrange(year, month_number)[1]) / MONTHS_A_YEAR


def year_end(financial_year: str) -> int:
    """Return the year in which a financial year ends: 2025 for 2024-25."""
    return int(financial_year[:4]) + 1


def position(when: str) -> float:
    """Return where an ISO date, or the end of a financial year, stands on an axis of years."""
    return float(year_end(when)) if is_financial_year(when) else year_position(when)


def financial_year(end: float) -> str:
    """Return the financial year that ends in a year: 2024-25 for 2025."""
    return f"{int(end) - 1}-{int(end) % 100:02d}"


def listed(items: Sequence[str]) -> str:
    """Return items as "a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
