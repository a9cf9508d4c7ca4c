"""Returns of which the last tells some episodes otherwise than the one before, made from those of `returns_gates`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
from returns_gates import Frames, Gate, day, edit, frames, write

col = pl.col

NOTHING = pl.lit(None, pl.String)
GOES_ON = {"REC": pl.lit("X1")}


def long_open(rows: pl.DataFrame, share: int) -> pl.Expr:
    """Hold for one in `share` of the episodes that were open through all of 2024-25."""
    stayed = rows["DEC"].is_null() & rows.select(day("DECOM") < pl.date(2024, 4, 1)).to_series()
    return pl.lit(stayed & (stayed.cum_sum() % share == 0))


def in_parts(share: int, *days: str, **others: pl.Expr) -> Callable[[Path], Path]:
    """The return for 2024-25 alone has open episodes in parts that begin on `days`; `others` differ in the second."""

    def make(folder: Path) -> Path:
        rows = frames()[2025, "episodes"]
        chosen = rows.filter(long_open(rows, share))
        first = edit(rows, long_open(rows, share), DEC=pl.lit(days[0]), **GOES_ON)
        ends = [*(pl.lit(last) for last in days[1:]), NOTHING]
        parts = [
            chosen.with_columns(
                DECOM=pl.lit(begins),
                DEC=ends[at],
                RNE=pl.lit("L"),
                REC=NOTHING if at == len(days) - 1 else pl.lit("X1"),
            ).with_columns(**(others if at == 0 else {}))
            for at, begins in enumerate(days)
        ]
        return write(folder, frames() | {(2025, "episodes"): pl.concat([first, *parts])})

    return make


def respite(share: int) -> Callable[[Path], Path]:
    """The return for 2024-25 alone tells ten days of respite."""
    return in_parts(share, "01/08/2024", "11/08/2024", RNE=pl.lit("T"), PLACE=pl.lit("T3"))


def begun_anew(folder: Path) -> Path:
    """A new system holds every episode that was open in June 2025 as begun then."""
    tables: Frames = frames()
    rows, moved = tables[2026, "episodes"], pl.date(2025, 6, 1)
    were_open = (day("DECOM") < moved) & (day("DEC").is_null() | (day("DEC") > moved))
    return write(
        folder, tables | {(2026, "episodes"): edit(rows, were_open, DECOM=pl.lit("01/06/2025"), RNE=pl.lit("S"))}
    )


CORRECTED = {
    "a legal status corrected away": Gate(in_parts(6, "01/10/2024", LS=pl.lit("C2")), "Data quality: 2 rules found"),
    "respite corrected away": Gate(respite(6), "Data quality: 2 rules found something"),
    "much respite corrected away": Gate(
        respite(3),
        " of the year to 31 March 2025 lie within one that a later return holds, and are left out with the moves "
        "between them: does it correct them, or hold the start of care in place of that of each episode?",
    ),
    "all begun anew": Gate(
        begun_anew,
        " children in care on 31 March 2025 are in the next return without the episode that they were in, and count as "
        "if they had left and come back: do episodes begin on another day in it?",
        refused=True,
    ),
}
