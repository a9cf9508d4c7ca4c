"""What gates have in common: what is told and what is refused for it, the worst year, and what chance would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.quality import counted

Doubt = tuple[ReturnsProblem, bool]
"""What is told, and whether returns are refused for it."""

FEWEST_ROWS = 5
"""Least number of rows that a share is told of: a few are faults of those rows, and stand in the quality report."""

ENOUGH_ROWS = 25
"""Least number of rows that returns are refused for: of fewer, a council of a few children is warned."""

NEVER = 2.0
"""Share that none reaches: figures are right but for one thing, which is told."""


def so_few(number: int, expected: float) -> float:
    """Return the chance of so few or fewer of a Poisson number."""
    from scipy.special import pdtr

    return float(pdtr(number, expected))


def so_few_beside(number: int, others: Sequence[int]) -> float:
    """Return the chance of so few or fewer in a year, if as many are expected in others (theirs are chance too).

    Of all that happens in these years each event falls in any of them.
    """
    from scipy.special import bdtr

    return float(bdtr(number, number + sum(others), 1 / (1 + len(others))))


def named_years(years: Iterable[int]) -> str:
    """Name years: ``the years to 31 March 2023, 2024 and 2025``."""
    *others, last = map(str, sorted(years))
    return f"the years to 31 March {', '.join(others)} and {last}" if others else f"the year to 31 March {last}"


def worst_year(
    counts: Iterable[tuple[int, int, int]], text: str, warned: float, refused: float, fewest: int = FEWEST_ROWS
) -> Iterator[Doubt]:
    """Tell of the year with the greatest share, if any is great enough.

    Parameters
    ----------
    counts : iterable of (int, int, int)
        Year, number, and of how many.
    text : str
        What they are, after ``3 of 4``, with {year} in it; and the cause.
    warned, refused : float
        Share from which it is told, and from which returns are refused for it.
    fewest : int, optional
        Least number that is told.
    """
    shares = [
        (number / of, year, number, of) for year, number, of in counts if of and number >= max(fewest, warned * of)
    ]
    if shares:
        most, year, number, of = max(shares)
        others = f" (and in {counted(len(shares) - 1, 'other year')})" if len(shares) > 1 else ""
        told = ReturnsProblem(f"{number:,} of {of:,} {text.format(year=f'{year}{others}')}")
        yield told, most >= refused and number >= ENOUGH_ROWS
