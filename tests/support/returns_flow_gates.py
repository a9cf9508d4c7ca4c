"""Returns of which starts, exits or where children live can't be so, made as those of :mod:`returns_gates` are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
from returns_gates import TABLES, YEARS, Gate, changed, day, edit, frames, write

col = pl.col
NUMBER = col("CHILD").str.slice(3).cast(pl.Int64)


def new_until(last: date) -> Callable[[Path], Path]:
    """Of the last year's new children those who came after a day are not entered."""

    def make(folder: Path) -> Path:
        before = [frames()[year, "episodes"]["CHILD"] for year in YEARS if year < 2026]
        entered = frames()[2026, "episodes"].filter(day("DECOM") <= last)["CHILD"]
        known = pl.concat([*before, entered]).unique().to_list()
        return write(
            folder,
            frames() | {(2026, kind): frames()[2026, kind].filter(col("CHILD").is_in(known)) for kind in TABLES},
        )

    return make


def ends_entered_until(last: date) -> Callable[[Path], Path]:
    """Of the last year's ends of care those after a day are not entered."""
    later = (day("DEC") > last) & (col("REC") != "X1")
    return lambda folder: write(
        folder,
        frames() | {(2026, "episodes"): edit(frames()[2026, "episodes"], later, DEC=pl.lit(None), REC=pl.lit(None))},
    )


def moved_to_another_system(of_a_hundred: int, closed: str, opened: str) -> Callable[[Path], Path]:
    """Open episodes of some children were closed at the end of a year, and opened again by another system."""

    def make(folder: Path) -> Path:
        tables = frames()
        moved = (NUMBER * 7919 % 100).is_in(range(of_a_hundred))
        tables[2024, "episodes"] = edit(
            tables[2024, "episodes"], moved & col("DEC").is_null(), DEC=pl.lit(closed), REC=pl.lit("E8")
        )
        for year in (2025, 2026):
            old = moved & (day("DECOM") < pl.date(2024, 4, 1))
            tables[year, "episodes"] = edit(tables[year, "episodes"], old, DECOM=pl.lit(opened), RNE=pl.lit("S"))
        return write(folder, tables)

    return make


def starts_clipped(folder: Path) -> Path:
    """No return holds a start before its year."""
    tables = frames()
    for year in YEARS:
        first = pl.date(year - 1, 4, 1)
        tables[year, "episodes"] = edit(
            tables[year, "episodes"], day("DECOM") < first, DECOM=first.dt.strftime("%d/%m/%Y")
        )
    return write(folder, tables)


def closed_on_the_last_day(folder: Path) -> Path:
    open_at_end = col("DEC").is_null()
    closed = edit(frames()[2026, "episodes"], open_at_end, DEC=pl.lit("31/03/2026"), REC=pl.lit("E8"))
    return write(folder, frames() | {(2026, "episodes"): closed})


def one_reason(*years: int) -> Callable[[Path], Path]:
    return changed(*years, REC=pl.when(col("REC") != "X1").then(pl.lit("E8")).otherwise("REC"))


def distances(text: pl.Expr) -> Callable[[Path], Path]:
    return changed(*YEARS, PL_DISTANCE=text)


MILES = col("PL_DISTANCE").cast(pl.Float64, strict=False)

FLOW_GATES = {
    "no new children in a year": Gate(
        new_until(date(2025, 3, 31)),
        "3 children came into care from April 2025 to March 2026 where 115 are expected by the other years: are new "
        "children not entered yet?",
        refused=True,
    ),
    "new children until December": Gate(
        new_until(date(2025, 12, 31)),
        "Warning: 0 children came into care from January 2026 to March 2026 where 24 are expected by the other years: "
        "are new children not entered yet?",
        right=False,
    ),
    "ends until November": Gate(
        ends_entered_until(date(2025, 11, 30)),
        "Warning: 0 children left care before 18 from December 2025 to March 2026 where 17 are expected by the other "
        "years: are ends not entered yet?",
        right=False,
    ),
    "all records moved to another system": Gate(
        moved_to_another_system(100, "31/03/2024", "01/04/2024"),
        "288 of 359 children who left care before 18 in the year to 31 March 2024 did so on one day of March 2024, 287 "
        "of them out of care for 7 days at most: did records move to another system, or does no return say when they",
        refused=True,
    ),
    "some records moved to another system": Gate(
        moved_to_another_system(15, "29/03/2024", "02/04/2024"),
        "Warning: 37 of 140 children who came into care in the year to 31 March 2025 did so on one day of April 2024, "
        "37 of them out of care for 7 days at most: does it stand for starts before it, or did records move to another",
    ),
    "starts clipped": Gate(
        starts_clipped,
        "285 of 404 children who came into care in the year to 31 March 2023 did so on one day of April 2022: does it "
        "stand for starts before it, or did records move to another system?",
        refused=True,
    ),
    "closed on the last day": Gate(
        closed_on_the_last_day,
        "270 of 334 children who left care before 18 in the year to 31 March 2026 did so on one day of March 2026: did "
        "records move to another system, or does no return say when they left?",
        refused=True,
    ),
    "one reason": Gate(
        one_reason(*YEARS),
        "Warning: 298 of 298 children who left care before 18 in the years to 31 March 2023, 2024, 2025 and 2026 have "
        "the same reason (other): does one REC stand for all, so that who was adopted, or went home, is not told?",
    ),
    "one reason in a year": Gate(
        one_reason(2026),
        "Warning: 64 of 64 children who left care before 18 in the year to 31 March 2026 have the same reason (other)",
    ),
}

PLACE_GATES = {
    "locations of one letter": Gate(
        changed(*YEARS, PL_LOCATION=col("PL_LOCATION").replace({"IN": "I", "OUT": "Outside"})),
        "no rule found anything",
    ),
    "distances with their unit": Gate(
        distances(
            pl.when(MILES > 20).then((MILES * 1.609344).cast(pl.String) + pl.lit(" km"))
            .when(MILES <= 20).then(col("PL_DISTANCE") + pl.lit(" miles"))
        ),
        "no rule found anything",
    ),
    "locations as numbers": Gate(
        changed(2025, PL_LOCATION=col("PL_LOCATION").replace({"IN": "1", "OUT": "0"})),
        "Warning: 406 of 406 episodes of the year to 31 March 2025 with a PL_LOCATION have neither IN nor OUT there: "
        "whether children live inside the authority is not told of them.",
    ),
    "distances in words": Gate(
        distances(pl.when(MILES > 20).then(pl.lit(">20")).otherwise("PL_DISTANCE")),
        "(and in 3 other years) with a PL_DISTANCE have no number of miles there: how far children live from home is "
        "not told of them.",
    ),
    "metres": Gate(
        distances((MILES * 1609).cast(pl.String)),
        "(and in 3 other years) with a PL_DISTANCE have more than 400 miles there: are they metres or kilometres?",
    ),
    "kilometres": Gate(
        distances((MILES * 1.609 + 10).cast(pl.String)),
        "181 of 235 children whose distance from home is known live over 20 miles away on 31 March 2025 (and in 3 "
        "other years): are distances metres or kilometres? No authority in England has so many",
    ),
}  # fmt: skip
