"""Starts, moves and exits that returns can't hold: none in some months, most on one day, all for one reason.

They are counted from stays in care, so that a child who moves neither starts nor leaves. Of exits those at 18 are left
out: they follow from dates of birth, whether they were entered or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from simulator.returns.clean import Stays
from simulator.returns.codes import AGE_18, STAYS_ON
from simulator.returns.doubts import ENOUGH_ROWS, Doubt, named_years, so_few, worst_year
from simulator.returns.exposure import Years, month_of, moved
from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.quality import counted_children
from simulator.returns.years_covered import quiet_months
from simulator.vocabulary.axes import REASONS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Days = NDArray[np.int64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

QUIET = 0.2
"""Share of the starts, or exits, expected in some months up to which they are told of, if they are so few by no chance:
some are entered before others."""

ONE_DAY, ONE_DAY_MOST, FEWEST_ON_A_DAY = 0.2, 0.5, 10
"""Share of a year's starts, moves or exits on one day from which it is told of, and refused, and the least number:
more than a family. By chance so many of 50 fall on one day in under one year in a million. Care ends on 31 March, or
the day after, where no return says when: so do one in nine exits of returns with each fault on one child in a hundred.
"""

BACK_WITHIN = 7
"""Days within which children come back whom a system has closed and opened again, over a weekend too."""

BACK_AT_ONCE, BACK_AT_ONCE_MOST = 0.05, 0.5
"""Share of a year's starts on the day on which the child left from which it is told of, and refused (a judgement: by
chance there are a few in ten thousand)."""

ONE_REASON, MOST_FOR_A_REASON, REASON_CHANCE = 0.95, 0.7, 0.001
"""Share of exits for one reason from which it is told of, if so few for others have less than this chance where they
are three in ten (a judgement: in England a third go home, and no reason stands for more)."""


@dataclass(frozen=True)
class Flow:
    """Starts, or exits before 18, in the years covered.

    Attributes
    ----------
    what : str
        What children did.
    none, at_once : str
        What may be the cause if hardly any is there for months, or many on one day.
    refused : bool
        Whether returns are refused for most of them on one day, or none in a year.
    month : (event,) int
        Months since the first one covered.
    day : (event,) int
        Days since 1 January 1970.
    again : (event,) bool
        The child left a few days before it, or comes back a few days after.
    """

    what: str
    none: str
    at_once: str
    refused: bool
    month: Whole
    day: Days
    again: Flags


def doubtful_flows(stays: Stays, years: Years, told: Collection[int]) -> Iterator[Doubt]:
    """Tell of starts and exits that can't be those of the children.

    Parameters
    ----------
    stays : Stays
    years : Years
    told : collection of int
        Years that are known not to be whole, and those after them, in which care of those who vanish ends.
    """
    for flow in _flows(stays):
        yield from [*_one_day(flow, years, told)] or _quiet(flow, years, told)  # beside such a day months look quiet
    yield from _back_at_once(stays, years)
    yield from _one_reason(years)


def _back_at_once(stays: Stays, years: Years) -> Iterator[Doubt]:
    """Tell of children who came into care on the day on which they left."""
    back = np.append(False, ~stays.last[:-1] & (stays.start[1:] == stays.end[:-1])) & stays.new
    at = (month_of(stays.start[back]) - month_of(np.array(stays.opening))) // MONTHS_A_YEAR
    numbers = np.bincount(at[(at >= 0) & (at < len(years.years))], minlength=len(years.years))
    told = (
        "starts in the year to 31 March {year} are on the day on which the child had left, by REC and RNE: do both "
        "stand for a whole time in care on each of its episodes? Then these are moves, and nobody left"
    )
    counts = zip(years.years, numbers.tolist(), years.starts.sum(axis=(1, 2, 3)).tolist(), strict=True)
    yield from worst_year(counts, told, BACK_AT_ONCE, BACK_AT_ONCE_MOST)


def _flows(stays: Stays) -> tuple[Flow, Flow, Flow]:
    """Return starts, exits before 18, and moves."""
    leaves = (stays.exit != STAYS_ON) & (stays.exit != AGE_18)
    goes_on = ~stays.last[:-1]
    back = np.append(False, stays.new[1:] & goes_on & (stays.start[1:] <= stays.end[:-1] + BACK_WITHIN))
    opening = month_of(np.array(stays.opening))

    def flow(happens: Flags, day: Days, again: Flags, what: str, none: str, at_once: str, *, refused: bool) -> Flow:
        at = np.flatnonzero(happens & (day >= stays.opening) & (day < stays.closing))
        return Flow(what, none, at_once, refused, month_of(day[at]) - opening, day[at], again[at])

    return (
        flow(
            stays.new, stays.start, back,
            "came into care", "are new children not entered yet?",
            "does it stand for starts before it, or did records move to another system?", refused=True,
        ),
        flow(
            leaves, stays.end, np.append(back[1:], False),
            "left care before 18", "are ends not entered yet?",
            "did records move to another system, or does no return say when they left?", refused=True,
        ),
        flow(
            moved(stays), stays.start, np.zeros_like(back),
            "moved to another home", "are moves not entered yet?",
            "did records move to another system that ended all episodes and began them anew? Then moves are counted "
            "that were none",
            refused=False,
        ),
    )  # fmt: skip


def _quiet(flow: Flow, years: Years, told: Collection[int]) -> Iterator[Doubt]:
    """Tell of months at the start or end of a year in which hardly a child starts, or leaves."""
    by_month = np.bincount(flow.month, minlength=len(years.years) * MONTHS_A_YEAR).reshape(-1, MONTHS_A_YEAR)
    for quiet in quiet_months(years.years[0], by_month, QUIET):
        if quiet.year not in told:
            text = f"{counted_children(quiet.number)} {flow.what} {quiet}: {flow.none}"
            yield ReturnsProblem(text), flow.refused and quiet.whole_year


def _one_day(flow: Flow, years: Years, told: Collection[int]) -> Iterator[Doubt]:
    """Tell of a day on which a great share of a year's children start, or leave."""
    for at, year in enumerate(years.years):
        in_year = flow.month // MONTHS_A_YEAR == at
        days, numbers = np.unique(flow.day[in_year], return_counts=True)
        number, of = int(numbers.max(initial=0)), int(numbers.sum())
        if number >= max(FEWEST_ON_A_DAY, ONE_DAY * of) and year not in told:
            day = days[numbers.argmax()]
            again = int(flow.again[flow.day == day].sum())
            out = f", {again:,} of them out of care for {BACK_WITHIN} days at most" if again else ""
            text = (
                f"{number:,} of {of:,} children who {flow.what} in the year to 31 March {year} did so on one day of "
                f"{date(1970, 1, 1) + timedelta(int(day)):%B %Y}{out}: {flow.at_once}"
            )
            yield ReturnsProblem(text), flow.refused and number >= ONE_DAY_MOST * of and number >= ENOUGH_ROWS


def _one_reason(years: Years) -> Iterator[Doubt]:
    """Tell of exits that are all for one reason: of all years, or else of each."""
    by_reason = np.delete(years.exits.sum(axis=(1, 2, 3)), AGE_18, axis=1)
    every = [(years.years, by_reason.sum(axis=0))]
    each = [((year,), numbers) for year, numbers in zip(years.years, by_reason, strict=True)]
    for those in (every, each):
        found = [(which, numbers) for which, numbers in those if _all_one(numbers)]
        for which, numbers in found:
            text = (
                f"{numbers.max():,} of {numbers.sum():,} children who left care before 18 in {named_years(which)} "
                f"have the same reason ({_REASONS[numbers.argmax()]}): does one REC stand for all, so that who was "
                "adopted, or went home, is not told?"
            )
            yield ReturnsProblem(text), False
        if found:
            return


_REASONS = tuple(np.delete(REASONS, AGE_18))


def _all_one(numbers: Whole) -> bool:
    """Say whether exits by reason are all for one, though other reasons are expected."""
    most, of = int(numbers.max()), int(numbers.sum())
    return most >= ONE_REASON * of > 0 and so_few(of - most, (1 - MOST_FOR_A_REASON) * of) < REASON_CHANCE
