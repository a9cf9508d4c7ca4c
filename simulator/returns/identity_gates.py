"""Children whom returns tell of twice, or not at all: under another identifier, without an episode, as no care."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from simulator.returns import codes
from simulator.returns.doubts import NEVER, Doubt, worst_year
from simulator.returns.quality import Report
from simulator.returns.read_files import Returns

RENAMED, RENAMED_MOST = 0.01, 0.2
"""Share of children in care who seem to be in the next return under another identifier from which it is told of, and
refused."""

NO_LEAVER = 17
"""Age from which care leavers are in a Header without an episode, as their return asks for them."""

NO_EPISODE = 0.03
"""Share of younger children in Headers without an episode from which it is told of: of returns with each fault on one
child in a hundred, there are fewer."""

BREAKS, BREAKS_MOST = 0.03, 0.2
"""Share of children with short breaks among episodes of care from which it is told of, and refused (a judgement: some
come into care after short breaks)."""

ALL_ENDED = 0.85
"""Share of children in a return of one year of whom every episode has ended from which it is told of (a judgement: at
rates of England a third leave in a year)."""


def doubtful_children(returns: Returns, episodes: pl.DataFrame, report: Report) -> Iterator[Doubt]:
    """Tell of children who are counted twice, or not counted.

    Parameters
    ----------
    returns : Returns
    episodes : DataFrame
        Its episodes, with the first and the last year that their return covers.
    report : Report
    """
    episodes = episodes.filter(pl.col("child").is_not_null())
    births = returns.births.filter(pl.col("child").is_not_null() & pl.col("dob").is_not_null())
    born = births.group_by("child").agg(pl.col("dob").max(), headed=(pl.col("kind") == "header").any())
    yield from _renamed(episodes, born, report)
    yield from _without_episode(episodes, born, returns.whole_until)
    yield from _short_breaks(episodes)
    yield from _all_ended(episodes)


def _renamed(episodes: pl.DataFrame, born: pl.DataFrame, report: Report) -> Iterator[Doubt]:
    """Tell who is not in the next return, where another child was born and came into the placement on the same days."""
    keys = ["year", "dob", "decom"]
    rows = report.touched.filter(pl.col("rule").is_in(["vanished", "appeared"])).join(episodes, on=["file", "row"])
    rows = rows.join(born, on="child").with_columns(
        year=pl.when(pl.col("rule") == "vanished").then("last").otherwise(pl.col("first") - 1)
    )
    gone, came = (rows.filter(pl.col("rule") == rule).unique(keys) for rule in ("vanished", "appeared"))
    renamed = gone.join(came, on=keys, how="semi").group_by("year").len()
    in_care = (
        episodes.filter(pl.col("dec").is_null()).group_by(pl.col("last").alias("year")).agg(of=pl.n_unique("child"))
    )
    told = (
        "children in care on 31 March {year} seem to be in the next return under another identifier (born on the same "
        "day, and in an episode that began on the same): they count as leaving and coming in"
    )
    yield from worst_year(renamed.join(in_care, on="year").rows(), told, RENAMED, RENAMED_MOST)


def _without_episode(episodes: pl.DataFrame, born: pl.DataFrame, last: int) -> Iterator[Doubt]:
    """Tell children in a Header, too young to be care leavers, without an episode in any return."""
    young = born.filter(pl.col("headed") & (pl.col("dob") > date(last - NO_LEAVER, 3, 31)))
    without = young.join(episodes, on="child", how="anti").height
    told = (
        f"children in Headers who are under {NO_LEAVER} on 31 March {{year}} have no episode in any return: were "
        "episodes filtered, or left out where a cell is empty?"
    )
    yield from worst_year([(last, without, young.height)], told, NO_EPISODE, NEVER)


def _short_breaks(episodes: pl.DataFrame) -> Iterator[Doubt]:
    """Tell children whose care has the legal status of short breaks in part."""
    breaks = pl.col("ls").is_in(codes.short_breaks()).fill_null(False)
    by_year = episodes.group_by("child", "last").agg(breaks=breaks.any(), care=(~breaks).any())
    before = by_year.filter("care").select("child", pl.col("last") + 1, was_care=pl.lit(True))
    both = pl.col("breaks") & (pl.col("care") | pl.col("was_care").fill_null(False))
    counts = by_year.join(before, on=["child", "last"], how="left").group_by("last").agg(both.sum(), of=pl.len())
    told = (
        "children in the return for the year to 31 March {year} have legal status V3 or V4, of short breaks, which are "
        "no care and not counted, on some episodes, and another on others of it or of the return before: does one "
        "stand for what is not known?"
    )
    yield from worst_year(counts.rows(), told, BREAKS, BREAKS_MOST)


def _all_ended(episodes: pl.DataFrame) -> Iterator[Doubt]:
    """Tell returns of a year in which hardly a child is still in care at its end."""
    ended = pl.col("dec").is_not_null() & (pl.col("dec") < pl.date(pl.col("last"), 3, 31))
    children = episodes.filter(pl.col("first") == pl.col("last")).group_by("child", "last").agg(ended.all())
    counts = children.group_by("last").agg(pl.col("dec").sum(), of=pl.len())
    told = (
        "children in the return for the year to 31 March {year} are in no episode on that day: is DEC filled from "
        "other rows, or are the episodes left out that go on?"
    )
    yield from worst_year(counts.rows(), told, ALL_ENDED, NEVER)
