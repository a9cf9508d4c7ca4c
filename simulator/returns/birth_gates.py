"""Dates of birth that can't be so: several of one child, one of many children, day and month turned."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from simulator.returns.doubts import ENOUGH_ROWS, FEWEST_ROWS, Doubt, so_few
from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.read_files import Returns
from simulator.returns.years_covered import year_ending

TWO_BIRTHS, TWO_BIRTHS_MOST = 0.03, 0.2
"""Share of children with several dates of birth from which it is warned of, and refused: mistyped are one in a hundred.
"""

ONE_BIRTH, ONE_BIRTH_MOST = 0.1, 0.5
"""Share of children with the same date of birth from which it is warned of, and refused (a judgement: 1 January of a
year is entered for some unaccompanied children, of whom no council has so many)."""

NEAR_DAYS, LAST_MONTH = 366, 12
"""Days from the 18th birthday within which day and month can be turned, and the last day of a month that can be one."""

ON_THE_DAY, ON_THE_DAY_CHANCE = 0.5, 1e-3
"""Share of those who should have left on their 18th birthday below which others did not because dates are turned, if so
few have less than this chance (of a Poisson number, which varies three times as much as one of whom nine in ten do)."""


def doubtful_births(returns: Returns) -> Iterator[Doubt]:
    """Tell dates of birth that give children wrong ages."""
    known = pl.col("dob").is_not_null() & pl.col("child").is_not_null() & pl.col("kind").is_in(("header", "episodes"))
    births = returns.births.filter(known).unique(["child", "dob"])
    yield from _one_of_many(births)
    yield from _several_of_one(births)
    yield from _turned(births, returns.episodes)


def _one_of_many(births: pl.DataFrame) -> Iterator[Doubt]:
    """Tell a date that stands for many."""
    same, of = max(births["dob"].value_counts()["count"], default=0), births["child"].n_unique()
    if same >= max(FEWEST_ROWS, ONE_BIRTH * of):
        told = (
            f"{same:,} of {of:,} children have the same date of birth: does it stand for one that is not known? Their "
            "ages, and when they will be 18, are wrong"
        )
        yield ReturnsProblem(told), same >= ONE_BIRTH_MOST * of and same >= ENOUGH_ROWS


def _several_of_one(births: pl.DataFrame) -> Iterator[Doubt]:
    """Tell children who are called the same: they have several dates of birth."""
    several, of = int((births["child"].value_counts()["count"] > 1).sum()), births["child"].n_unique()
    if several >= max(FEWEST_ROWS, TWO_BIRTHS * of):
        told = (
            f"{several:,} of {of:,} children have several dates of birth: are children called the same, as where "
            "returns of two councils are put together, or are dates written otherwise in some files?"
        )
        yield ReturnsProblem(told), several >= TWO_BIRTHS_MOST * of


def _turned(births: pl.DataFrame, episodes: pl.DataFrame) -> Iterator[Doubt]:
    """Tell day and month turned where that makes another date: who stays until 18 leaves then, but for them."""
    ends = episodes.filter(pl.col("dec").is_not_null()).group_by("child").agg(pl.col("dec").max())
    off = (pl.col("dec") - pl.col("dob").dt.offset_by("18y")).dt.total_days().abs()
    born = births.group_by("child").agg(pl.col("dob").min())  # the same of several each time
    near_18 = ends.join(born, on="child").filter(off <= NEAR_DAYS)
    group = year_ending("dec").alias("year"), (pl.col("dob").dt.day() <= LAST_MONTH).alias("can_be")
    groups = near_18.group_by(group).agg(pl.len(), (off <= 1).sum().alias("on_it"))
    found = {(year, can_be): (near, on_it) for year, can_be, near, on_it in groups.rows()}
    for year in sorted({year for year, _ in found}):
        (near, on_it), (others, others_on_it) = (found.get((year, can_be), (0, 0)) for can_be in (True, False))
        expected = near * others_on_it / max(others, 1)
        if on_it < ON_THE_DAY * expected and so_few(on_it, expected) < ON_THE_DAY_CHANCE:
            told = (
                f"in the year to 31 March {year} {on_it:,} of {near:,} children born in the first twelve days of a "
                f"month, who left near their 18th birthday, left on it, and {others_on_it:,} of {others:,} others: "
                "are day and month turned in dates of birth, or in ends of episodes?"
            )
            yield ReturnsProblem(told), True
