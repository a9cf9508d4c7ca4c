"""Which financial years returns cover, as the dates in them tell, and whether the last of them is whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.returns.doubts import ENOUGH_ROWS, so_few
from simulator.vocabulary.calendar import MONTHS_A_YEAR

YEAR_SHARE = 0.1
"""A file covers a financial year that holds at least this share of the end dates that its fullest year holds, and two.

A return holds end dates of one year; an extract of several years holds many of each; mistyped years are few.
"""

BROKEN_SHARE = 0.05
"""Share of the starts and ends expected in the last months of the last year, at and below which the returns stop before
them."""

LEAST_EXPECTED, LEAST_EXPECTED_ALONE = 12.0, 20.0
"""Least number expected in them for that to be no chance (none of twelve is one in 400 where all come by twos, as
brothers and sisters do; of 180 such councils one in 100 lost a year, and one in 30 with seven); of a single year more,
as no other year tells how many fall late in it."""

TOGETHER, QUIET_CHANCE = 2, 0.001
"""Months are quiet in which there is so little that it has less than this chance where brothers and sisters come and
leave together, by twos: nothing of 14."""

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
        First day of the last month with them.
    what : str
        Starts, or starts and ends.
    """

    year: int
    stops: date
    what: str

    def __str__(self) -> str:
        """Say why it is not used."""
        return f"{self.what} stop in {self.stops:%B %Y}, so the year to 31 March {self.year} is not whole"


@dataclass(frozen=True)
class Quiet:
    """Months at the start or the end of a year, or all of it, in which hardly anything of a kind happens.

    Attributes
    ----------
    year : int
        Financial year, by the 31 March that it ends on.
    first, last : int
        Months from April, both included.
    number : int
        What happens in them.
    expected : float
        What should by the other years.
    """

    year: int
    first: int
    last: int
    number: int
    expected: float

    @property
    def whole_year(self) -> bool:
        """Whether it is all of the year, and next to nothing of what is no small number."""
        whole = self.last - self.first == MONTHS_A_YEAR - 1
        return whole and self.expected >= ENOUGH_ROWS and self.number <= BROKEN_SHARE * self.expected

    @property
    def how_unlike(self) -> float:
        """How far the number lies from the expected one (half the deviance of a Poisson number)."""
        return self.expected - self.number + self.number * math.log(max(self.number, 1) / self.expected)

    def __str__(self) -> str:
        """Say when it is, and what is missing."""
        first, last = (_month(self.year, at) for at in (self.first, self.last))
        when = f"from {first:%B %Y} to {last:%B %Y}" if self.first < self.last else f"in {first:%B %Y}"
        return f"{when} where {self.expected:,.0f} are expected by the other years"


def year_ending(column: str) -> pl.Expr:
    """Return the year on whose 31 March the financial year of a date ends."""
    when = pl.col(column).dt
    return when.year() + (when.month() >= _FIRST_MONTH).cast(pl.Int32)


def covered_years(rows: pl.DataFrame) -> tuple[int, int] | None:
    """Return the first and last financial year that episodes of one return cover, by the year they end in.

    Episodes that ended in the year carry an end date, so the years of end dates tell (see `YEAR_SHARE`): the fullest
    (of equals, that with most starts, or the latest), and others that are full enough. Ends more than a year after the
    latest start are mistyped, and those of last years in which hardly an episode starts are planned. If none ended, the
    year of the latest start tells. None if there is no date.
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
    last = _last_with_starts(dict(years["decom"].rows()), int(first), int(last))
    return min(int(first), last), last


def _last_with_starts(starts: Mapping[int, int], first: int, last: int) -> int:
    """Return the last year but those in which hardly an episode starts by those before: their ends are planned.

    The year before the first tells too, though a return of one year holds only those starts of it that are still open.
    """
    while True:
        before = [starts.get(year, 0) for year in range(first - 1, last)]
        expected = sum(before) / len(before) if before else 0.0
        if expected < LEAST_EXPECTED or starts.get(last, 0) > BROKEN_SHARE * expected:
            return last
        last -= 1


def run_of_years(parts: Sequence[Part], until: int) -> tuple[int, int]:
    """Return the first and last year of the latest years in a row that are covered, none after `until`."""
    covered = {year for part in parts for year in part.years if year <= until}
    last = first = max(covered)
    while first - 1 in covered:
        first -= 1
    return first, last


def broken_year(episodes: pl.DataFrame, parts: Sequence[Part]) -> BrokenYear | None:
    """Say whether the last year is not whole: starts and ends stop in it, as they do not in the years before.

    Starts alone tell it too where there are starts in years before, as ends may be planned ones.

    Parameters
    ----------
    episodes : DataFrame
        child, decom and dec.
    parts : sequence of Part
    """
    first, last = run_of_years(parts, max(part.last_year for part in parts))
    for what, columns, least_alone in (
        ("starts and ends", ("decom", "dec"), LEAST_EXPECTED_ALONE),
        ("starts", ("decom",), math.inf),
    ):
        month = _stops(_by_month(episodes, first, last, columns), least_alone)
        if month is not None:
            return BrokenYear(last, _month(last, month), what)
    return None


def _stops(by_month: NDArray[np.int64], least_alone: float) -> int | None:
    """Return the month of the last year, counted from April, after which hardly anything happens; None for none.

    `least_alone` is the least number that has to be expected where too few in other years tell how many.
    """
    so_far = np.cumsum(by_month, axis=1)
    for month in range(MONTHS_A_YEAR - 1):
        late = by_month[-1, month + 1 :].sum()
        before = so_far[:-1, month].sum()
        if before >= LEAST_EXPECTED:
            expected, least = so_far[-1, month] * by_month[:-1, month + 1 :].sum() / before, LEAST_EXPECTED
        else:
            expected, least = so_far[-1, month] * (MONTHS_A_YEAR / (month + 1) - 1), least_alone
        if expected >= least and late <= BROKEN_SHARE * expected:
            return month
    return None


def quiet_ends(episodes: pl.DataFrame, parts: Sequence[Part], until: int) -> list[Quiet]:
    """Find years that are not whole, of which the next return tells the starts: hardly an episode ends in some months.

    Parameters
    ----------
    episodes : DataFrame
        child, decom and dec.
    parts : sequence of Part
    until : int
        Last year that is looked at.
    """
    first, last = run_of_years(parts, until)
    return list(quiet_months(first, _by_month(episodes, first, last, ("dec",)), BROKEN_SHARE))


def quiet_months(first: int, by_month: NDArray[np.int64], share: float) -> Iterator[Quiet]:
    """Find years in which hardly anything happens in some months, beside what the other years hold.

    If less happens in the year's other months, less is expected in these.

    Parameters
    ----------
    first : int
        Financial year that is the first.
    by_month : (year, month from April) int
    share : float
        Of what is expected, up to which months are quiet.

    Yields
    ------
    Quiet
        Of each such year the months that are least like the others.
    """
    spans = [(0, end) for end in range(MONTHS_A_YEAR, 0, -1)] + [(start, MONTHS_A_YEAR) for start in range(1, 12)]
    for at, months in enumerate(by_month if len(by_month) > 1 else ()):
        others = np.delete(by_month, at, axis=0).mean(axis=0)
        found = []
        for start, end in spans:
            number, usual = int(months[start:end].sum()), float(others[start:end].sum())
            elsewhere = others.sum() - usual
            expected = usual * min(1.0, float((months.sum() - number) / elsewhere)) if elsewhere else usual
            if number <= share * expected and so_few(-(-number // TOGETHER), expected / TOGETHER) < QUIET_CHANCE:
                found.append(Quiet(first + at, start, end - 1, number, expected))
        if found:
            yield max(found, key=lambda quiet: quiet.how_unlike)


def _month(year: int, at: int) -> date:
    """Return the first day of a month of a financial year, counted from April."""
    month = _FIRST_MONTH + at
    return date(year - 1 + (month > MONTHS_A_YEAR), (month - 1) % MONTHS_A_YEAR + 1, 1)


def _by_month(episodes: pl.DataFrame, first: int, last: int, columns: Sequence[str]) -> NDArray[np.int64]:
    """Count starts and ends of care episodes: (year, month from April)."""
    months = np.zeros((last - first + 1, MONTHS_A_YEAR), dtype=np.int64)
    for column in columns:
        month = (pl.col(column).dt.month() + MONTHS_A_YEAR - _FIRST_MONTH) % MONTHS_A_YEAR
        dates = episodes.select("child", column).unique().select(year=year_ending(column), month=month).drop_nulls()
        inside = dates.filter(pl.col("year").is_between(first, last)).group_by("year", "month").len()
        for year, at, number in inside.rows():
            months[year - first, at] += number
    return months
