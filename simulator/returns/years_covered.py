"""Which financial years returns cover, as the dates in them tell, and whether the last of them is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.vocabulary.calendar import MONTHS_A_YEAR

YEAR_SHARE = 0.1
"""A file covers a financial year that holds at least this share of the end dates that its fullest year holds, and two.

A return holds end dates of one year; an extract of several years holds many of each; mistyped years are few.
"""

BROKEN_SHARE = 0.05
"""Share of the starts and ends expected in the last months of the last year, at and below which the returns stop before
them."""

LEAST_EXPECTED, LEAST_EXPECTED_ALONE = 7.0, 20.0
"""Least number expected in them for that to be no chance (none of seven is one in a thousand); of a single year more,
as no other year tells how many fall late in it."""

_FIRST_MONTH = 4


@dataclass(frozen=True)
class Part:
    """Episodes of one return: a file, or those rows of a file that name the same year.

    Attributes
    ----------
    file : int
    first_year, last_year : int
        It covers the financial years that end on 31 March of these, and all between.
    """

    file: int
    first_year: int
    last_year: int

    @property
    def closes(self) -> date:
        """Last day that it covers."""
        return date(self.last_year, 3, 31)

    @property
    def years(self) -> range:
        """Financial years that it covers."""
        return range(self.first_year, self.last_year + 1)


@dataclass(frozen=True)
class BrokenYear:
    """A last year that is not whole.

    Attributes
    ----------
    year : int
        Financial year, by the 31 March that it should end on.
    stops : date
        First day of the last month with starts or ends.
    """

    year: int
    stops: date

    def __str__(self) -> str:
        """Say why it is not used."""
        return f"starts and ends stop in {self.stops:%B %Y}, so the year to 31 March {self.year} is not whole"


def year_ending(column: str) -> pl.Expr:
    """Return the year on whose 31 March the financial year of a date ends."""
    when = pl.col(column).dt
    return when.year() + (when.month() >= _FIRST_MONTH).cast(pl.Int32)


def covered_years(rows: pl.DataFrame) -> tuple[int, int] | None:
    """Return the first and last financial year that episodes of one return cover, by the year they end in.

    Episodes that ended in the year carry an end date, so the years of end dates tell (see `YEAR_SHARE`): the fullest
    (of equals, that with most starts, or the latest), and others that are full enough. Ends more than a year after the
    latest start are mistyped. If none ended, the year of the latest start tells. None if there is no date.
    """
    years = {
        name: rows.select(year_ending(name).alias("year")).drop_nulls().group_by("year").agg(pl.len().alias(name))
        for name in ("decom", "dec")
    }
    latest = years["decom"]["year"].max()
    ended = years["dec"].join(years["decom"], on="year", how="left").with_columns(pl.col("decom").fill_null(0))
    if isinstance(latest, int):
        ended = ended.filter(pl.col("year") <= latest + 1)
    if not ended.height:
        return (latest, latest) if isinstance(latest, int) else None
    fullest, most, _ = ended.sort("dec", "decom", "year", descending=True).select("year", "dec", "decom").row(0)
    enough = (pl.col("year") == fullest) | (pl.col("dec") >= max(YEAR_SHARE * most, 2))
    first, last = ended.filter(enough).select(first=pl.col("year").min(), last=pl.col("year").max()).row(0)
    return int(first), int(last)


def run_of_years(parts: Sequence[Part], until: int) -> tuple[int, int]:
    """Return the first and last year of the latest years in a row that are covered, none after `until`."""
    covered = {year for part in parts for year in part.years if year <= until}
    last = first = max(covered)
    while first - 1 in covered:
        first -= 1
    return first, last


def broken_year(episodes: pl.DataFrame, parts: Sequence[Part]) -> BrokenYear | None:
    """Say whether the last year is not whole: starts and ends stop in it, as they do not in the years before.

    Parameters
    ----------
    episodes : DataFrame
        decom and dec.
    parts : sequence of Part
    """
    first, last = run_of_years(parts, max(part.last_year for part in parts))
    by_month = _by_month(episodes, first, last)
    so_far = np.cumsum(by_month, axis=1)
    for month in range(MONTHS_A_YEAR - 1):
        late = by_month[-1, month + 1 :].sum()
        before = so_far[:-1, month].sum()
        if before:
            expected, least = so_far[-1, month] * by_month[:-1, month + 1 :].sum() / before, LEAST_EXPECTED
        else:
            expected, least = so_far[-1, month] * (MONTHS_A_YEAR / (month + 1) - 1), LEAST_EXPECTED_ALONE
        if expected >= least and late <= BROKEN_SHARE * expected:
            stops = _FIRST_MONTH + month
            return BrokenYear(last, date(last - 1 + (stops > 12), (stops - 1) % 12 + 1, 1))
    return None


def _by_month(episodes: pl.DataFrame, first: int, last: int) -> NDArray[np.int64]:
    """Count starts and ends of care episodes: (year, month from April)."""
    months = np.zeros((last - first + 1, MONTHS_A_YEAR), dtype=np.int64)
    for column in ("decom", "dec"):
        month = (pl.col(column).dt.month() + MONTHS_A_YEAR - _FIRST_MONTH) % MONTHS_A_YEAR
        dates = episodes.unique(["child", column]).select(year=year_ending(column), month=month).drop_nulls()
        inside = dates.filter(pl.col("year").is_between(first, last)).group_by("year", "month").len()
        for year, at, number in inside.rows():
            months[year - first, at] += number
    return months
