"""The same return given twice: a copy is told of, another version is refused, as nobody can say which is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

import polars as pl

from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.years_covered import Part
from simulator.vocabulary.printable import one_line

SHARED = 0.5
"""Share of the episodes of one file that another holds, of the same years, from which both are one return."""

_CONTENT = ("child", "decom", "dec", "rne", "ls", "place", "provider", "rec")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def check_versions(pieces: Sequence[tuple[Part, pl.DataFrame]], names: Mapping[int, str]) -> list[ReturnsProblem]:
    """Refuse two versions of one return; warn of copies, and of files that hold a return between them.

    Parameters
    ----------
    pieces : sequence of (Part, DataFrame)
        In order of years.
    names : mapping of int to str
        Of files, by number.

    Raises
    ------
    ReturnsError
        With every pair.
    """
    problems, warnings = [], []
    for (one, rows), (other, others) in combinations(pieces, 2):
        if one.years != other.years or one.file == other.file:
            continue
        told = _compared(rows, others)
        pair = f"{names[one.file]} and {names[other.file]}"
        if told is None:
            text = f"two files hold the same rows, of {_span(one)}: is one a copy in place of another return?"
            warnings.append(ReturnsProblem(text, pair))
            continue
        if _named_apart(names[one.file], names[other.file]):
            continue
        shared, only_one, only_other = told
        if shared >= SHARED * min(shared + only_one, shared + only_other):
            text = (
                f"holds the return for {_span(one)}, as {one_line(names[one.file])} does, and differs from it: "
                f"{only_other:,} episodes are in this one alone, {only_one:,} in that one; keep the one that was "
                "accepted"
            )
            problems.append(ReturnsProblem(text, names[other.file]))
        elif not shared:
            text = f"two files hold episodes for {_span(one)}, and none of the same children's: both are counted"
            warnings.append(ReturnsProblem(text, pair))
    if problems:
        raise ReturnsError(problems)
    return warnings


def _compared(rows: pl.DataFrame, others: pl.DataFrame) -> tuple[int, int, int] | None:
    """Count episodes, by child and start, of both, and rows that only one or only the other has; None for copies."""
    keys = [frame.select("child", "decom").drop_nulls().unique() for frame in (rows, others)]
    content = [frame.filter(~pl.col("blank")).select(_CONTENT).unique() for frame in (rows, others)]
    alone = [a.join(b, on=_CONTENT, how="anti", nulls_equal=True).height for a, b in (content, content[::-1])]
    return (keys[0].join(keys[1], on=["child", "decom"]).height, *alone) if any(alone) else None  # type: ignore[return-value]


def _named_apart(one: str, other: str) -> bool:
    """Say whether names of files hold different years: of a small council a return without ends may look older."""
    years = [set(_YEAR.findall(name)) for name in (one, other)]
    return all(years) and years[0].isdisjoint(years[1])


def _span(part: Part) -> str:
    first, last = part.first_year, part.last_year
    return f"the year to 31 March {last}" if first == last else f"the years to 31 March {first} to {last}"
