"""Months and financial years. Stocks stand at the last day of a month; flows fall in a month."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from functools import cache
from typing import Literal, overload

MONTHS_A_YEAR = 12
DAYS_A_YEAR = 365.25
WEEKS_A_YEAR = DAYS_A_YEAR / 7.0

BASE_YEARS = tuple(range(2018, 2026))
"""Years from whose 31 March England can be run."""

LATEST_BASE = BASE_YEARS[-1]
"""The last of them, beside whose rates of England returns of a council are set."""

AREA_BASES = (2022, 2023, LATEST_BASE)
"""Years from whose 31 March authorities can be run: those with tables of what came before."""

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_FINANCIAL_YEAR = re.compile(r"(\d{4})-(\d{2})")
_FIRST_MONTH = 4

MONTHS_A_YEAR = 12


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One month of one year.

    Attributes
    ----------
    year, month
        For example 2025 and 4 for April 2025.

    Raises
    ------
    ValueError
        If there is no such month.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse months that do not exist."""
        if not (1 <= self.month <= MONTHS_A_YEAR and 1000 <= self.year <= 9999):
            raise ValueError(f"there is no month {self.year}-{self.month:02d}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``YYYY-MM``.

        Raises
        ------
        ValueError
            If the text is anything else.
        """
        found = _MONTH.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a month; write YYYY-MM, for example 2025-04")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """Write ``YYYY-MM``."""
        return f"{self.year}-{self.month:02d}"

    def __add__(self, months: int) -> Month:
        """Go forward (or back, if negative) by a number of months."""
        years, month = divmod(self.month - 1 + months, MONTHS_A_YEAR)
        return Month(self.year + years, month + 1)

    @overload
    def __sub__(self, other: Month) -> int: ...
    @overload
    def __sub__(self, other: int) -> Month: ...
    def __sub__(self, other: Month | int) -> Month | int:
        """Count the months since another month, or go back by a number of months."""
        if isinstance(other, int):
            return self + -other
        return MONTHS_A_YEAR * (self.year - other.year) + self.month - other.month

    @property
    def financial_year(self) -> str:
        """Financial year that holds the month, for example ``2025-26``."""
        return financial_year(self.year if self.month >= _FIRST_MONTH else self.year - 1)


def instant_date(month: Month) -> str:
    """Last day of a month as an ISO date: the instant at which a stock stands."""
    return f"{month}-{monthrange(month.year, month.month)[1]:02d}"


@cache
def months_from(first: Month, count: int) -> tuple[Month, ...]:
    """List a number of months in a row, from the first. Kept, as every draw asks for the same."""
    return tuple(first + step for step in range(count))


@cache
def financial_years_from(first: Month, months: int) -> tuple[str, ...]:
    """List the financial year of each of a number of months in a row. Kept, as every draw asks for the same."""
    return tuple(month.financial_year for month in months_from(first, months))


@cache
def dates_of(first: Month, months: int, kind: Literal["stock", "flow"]) -> tuple[str, ...]:
    """List when figures of a run are known, as ISO dates: instants (stock), or the last days of months (flow).

    The first instant is the day before the first month. Kept, as every draw asks for the same.
    """
    if kind == "flow":
        return tuple(map(instant_date, months_from(first, months)))
    return tuple(map(instant_date, months_from(first - 1, months + 1)))


def financial_year(start_year: int) -> str:
    """Name the financial year that starts in April of a year: 2025 gives ``2025-26``."""
    return f"{start_year:04d}-{(start_year + 1) % 100:02d}"


def parse_financial_year(text: str) -> int:
    """Year in which a financial year starts: ``2025-26`` gives 2025.

    Raises
    ------
    ValueError
        If the text is not a financial year.
    """
    found = _FINANCIAL_YEAR.fullmatch(text)
    if not found or text != financial_year(int(found[1])):
        raise ValueError(f"{text!r} is not a financial year; write for example 2025-26")
    return int(found[1])


def is_financial_year(text: str) -> bool:
    """Whether a text is the name of a financial year, and not a date."""
    found = _FINANCIAL_YEAR.fullmatch(text)
    return bool(found) and text == financial_year(int(text[:4]))


def financial_year_months(text: str) -> tuple[Month, ...]:
    """Twelve months of a financial year, April to March."""
    return months_from(Month(parse_financial_year(text), _FIRST_MONTH), MONTHS_A_YEAR)
