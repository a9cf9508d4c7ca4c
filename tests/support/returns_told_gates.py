"""Returns that tell of children twice, not at all or by the month only, made as those of :mod:`returns_gates` are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
from returns_gates import TABLES, YEARS, Frames, Gate, day, edit, frames, write

col = pl.col
SHUFFLED = col("CHILD").str.slice(3).cast(pl.Int64) * 7919 % 100
"""A number of each child, from 0 to 99 in no order."""

X1 = col("REC") == "X1"


def of_episodes(change: Callable[[pl.DataFrame, int], pl.DataFrame], *years: int) -> Callable[[Path], Path]:
    """Episodes of some years are changed."""

    def make(folder: Path) -> Path:
        changed: Frames = {(year, "episodes"): change(frames()[year, "episodes"], year) for year in years}
        return write(folder, frames() | changed)

    return make


def codes_of_the_whole_time(rows: pl.DataFrame, _: int) -> pl.DataFrame:
    """RNE and REC of a period of care, joined to each of its episodes."""
    ordered = rows.sort("CHILD", day("DECOM"))
    period = (col("RNE") == "S").cum_sum().over("CHILD")
    left = col("REC").filter(col("REC").is_not_null() & ~X1).first().over("CHILD", period)
    return ordered.with_columns(RNE=pl.lit("S"), REC=pl.when(col("DEC").is_not_null()).then(pl.coalesce(left, "REC")))


def start_of_the_whole_time(rows: pl.DataFrame, _: int) -> pl.DataFrame:
    """DECOM of a period of care, joined to each of its episodes."""
    ordered = rows.sort("CHILD", day("DECOM"))
    period = (col("RNE") == "S").cum_sum().over("CHILD")
    return ordered.with_columns(DECOM=col("DECOM").first().over("CHILD", period))


def short_breaks_of_some(of_a_hundred: int) -> Callable[[Path], Path]:
    """V4 stands where the legal status is not known."""
    some = SHUFFLED.is_in(range(of_a_hundred))
    return of_episodes(lambda rows, _: edit(rows, some, LS=pl.lit("V4")), 2026)


def ended_and_begun_anew(rows: pl.DataFrame, _: int) -> pl.DataFrame:
    """Another system since 1 October 2025: it has begun every episode anew, as a move to a new home."""
    there = (day("DECOM") < date(2025, 10, 1)) & ((day("DEC") > date(2025, 10, 1)) | col("DEC").is_null())
    moved = pl.lit("01/10/2025")
    before = edit(rows, there.fill_null(False), DEC=moved, REC=pl.lit("X1"))
    return pl.concat([before, rows.filter(there).with_columns(DECOM=moved, RNE=pl.lit("B"))])


def filled_down(rows: pl.DataFrame, _: int) -> pl.DataFrame:
    """Empty cells of DEC and REC hold what stands in the row above."""
    return rows.with_columns(col("DEC", "REC").forward_fill())


def renamed(folder: Path) -> Path:
    """From each return on, four in a hundred of the children have an identifier of another program."""
    tables = frames()
    for year in YEARS[1:]:
        new = pl.when(SHUFFLED.is_in(range(4 * (year - YEARS[0])))).then(pl.lit("NEW") + col("CHILD").str.slice(3))
        for kind in TABLES:
            tables[year, kind] = tables[year, kind].with_columns(CHILD=new.otherwise("CHILD"))
    return write(folder, tables)


def without_distance(rows: pl.DataFrame, _: int) -> pl.DataFrame:
    """Rows with an empty cell are left out."""
    return rows.filter(SHUFFLED >= 10)


def by_the_month(day_of_month: int, *columns: str) -> Callable[[Path], Path]:
    """Dates tell no more than the month."""

    def make(folder: Path) -> Path:
        rounded = {
            key: frame.with_columns(
                col(name).str.replace(r"^\d\d", f"{day_of_month:02}") for name in columns if name in frame.columns
            )
            for key, frame in frames().items()
        }
        return write(folder, rounded)

    return make


TOLD_GATES = {
    "codes of the whole time in care": Gate(
        of_episodes(codes_of_the_whole_time, *YEARS),
        "are on the day on which the child had left, by REC and RNE: do both stand for a whole time in care on each of",
        right=False,
    ),
    "start of the whole time in care": Gate(
        of_episodes(start_of_the_whole_time, 2026),
        "begin on the day of another of the child, and one of them is used: does DECOM hold the start of care in place",
        right=False,
    ),
    "some short breaks": Gate(
        short_breaks_of_some(8),
        "children in the return for the year to 31 March 2026 have legal status V3 or V4, of short breaks, which are "
        "no care and not counted, on some episodes, and another on others of it or of the return before",
        right=False,
    ),
    "many short breaks": Gate(
        short_breaks_of_some(40), "have legal status V3 or V4, of short breaks, which are no care", refused=True
    ),
    "all episodes begun anew": Gate(
        of_episodes(ended_and_begun_anew, 2026),
        "children who moved to another home in the year to 31 March 2026 did so on one day of October 2025: did "
        "records move to another system that ended all episodes and began them anew?",
    ),
    "ends filled down": Gate(
        of_episodes(filled_down, 2026),
        "children in the return for the year to 31 March 2026 are in no episode on that day: is DEC filled from other "
        "rows, or are the episodes left out that go on?",
        right=False,
    ),
    "other identifiers for some": Gate(
        renamed,
        "seem to be in the next return under another identifier (born on the same day, and in an episode that began",
        right=False,
    ),
    "rows with an empty cell left out": Gate(
        of_episodes(without_distance, *YEARS),
        "children in Headers who are under 17 on 31 March 2026 have no episode in any return: were episodes filtered",
        right=False,
    ),
    "starts and ends by the month": Gate(
        by_the_month(1, "DECOM", "DEC"),
        "760 of 760 dates in DEC are on day 1 of a month: do they tell the month only?",
        right=False,
    ),
    "births by the month": Gate(
        by_the_month(15, "DOB"),
        "738 of 738 dates in DOB are on day 15 of a month: do they tell the month only?",
        right=False,
    ),
}
