"""Returns that would give a wrong answer though every row can be read: refused, or warned of with the cause.

Each gate looks at what was counted and knows one cause. Thresholds are judgements, with what they let through.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.data.council import FEWEST, FIRST_BASE, LAST_BASE
from simulator.returns.clean import Stays
from simulator.returns.codes import STAYS_ON
from simulator.returns.exposure import Years
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.quality import Report, counted
from simulator.returns.read_files import Returns
from simulator.vocabulary.calendar import DAYS_A_YEAR

TURNOVER_PER_YEAR = 0.2
"""Share of children in care who leave in a year, at the least (a judgement: half of what returns at England's rates
have, `sample-returns`)."""

LEAST_EXPECTED = 7.0
"""Least number of children who should have left for none leaving to be no chance: none of 7 is one in a thousand."""

FEW = 0.1
"""Share of that least number below which the returns do not hold who left."""

VANISHED_SHARE = 0.5
"""Share of children who left that no return saw leave, from which the returns hold those in care on one day a year."""


def warnings(returns: Returns, stays: Stays, report: Report, years: Years) -> list[ReturnsProblem]:
    """Return what the reader has to know before believing the counts.

    Raises
    ------
    ReturnsError
        If the counts can't be right.
    """
    problems = [*_nobody_leaves(stays), *_nobody_is_seen_to_leave(stays, report)]
    if problems:
        raise ReturnsError(problems)
    return [*returns.warnings, *report.warnings, *_broken_year(returns), *_no_run(years)]


def _broken_year(returns: Returns) -> Iterator[ReturnsProblem]:
    if returns.broken:
        yield ReturnsProblem(f"{returns.broken}; it is left out, and figures end on 31 March {returns.whole_until}")


def _no_run(years: Years) -> Iterator[ReturnsProblem]:
    """Tell that no run can start from the returns, and why."""
    last, children = years.years[-1], int(years.stock[-1].sum())
    if not FIRST_BASE <= last <= LAST_BASE:
        yield ReturnsProblem(
            f"the returns end on 31 March {last}, and a run can only start from {FIRST_BASE} to {LAST_BASE}"
        )
    if children < FEWEST:
        yield ReturnsProblem(f"fewer than {FEWEST} children are in care on 31 March {last}, and a run needs as many")


def _nobody_leaves(stays: Stays) -> Iterator[ReturnsProblem]:
    """Tell a list of children who are in care now from returns: no child's last episode has ended."""
    child_years = float((stays.end - stays.start.clip(min=stays.opening)).clip(min=0).sum()) / DAYS_A_YEAR
    left = int((stays.exit[stays.last] != STAYS_ON).sum())
    expected = TURNOVER_PER_YEAR * child_years
    if expected >= LEAST_EXPECTED and left < FEW * expected:
        span = counted(len(stays.years), "year")
        yield ReturnsProblem(
            f"{left:,} of {int(stays.last.sum()):,} children have left care in {span}: the returns hold the children "
            "in care now, and not those who left; every episode open at any time in a year is needed"
        )


def _nobody_is_seen_to_leave(stays: Stays, report: Report) -> Iterator[ReturnsProblem]:
    """Tell lists of children on one day of each year from returns: who left is in none."""
    vanished = sum(f.children for f in report.findings if f.rule.name == "vanished")
    left = int((stays.exit != STAYS_ON).sum())
    if vanished >= LEAST_EXPECTED and vanished > VANISHED_SHARE * left:
        yield ReturnsProblem(
            f"{vanished:,} of {left:,} times that care ended, no return holds the end: each holds the children in care "
            "on one day, and not all who were in care in the year, or children are called otherwise in each"
        )
