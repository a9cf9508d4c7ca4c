"""Returns of which one has other codes for the same episodes, made from those of `returns_gates`."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from returns_gates import Frames, Gate, changed, col, frames, stack


def said(number: int, year: str, of: int, what: str) -> str:
    return (
        f"Warning: {number} of {of} episodes that are in the return for the year to 31 March {year} and in the one "
        f"before {what} in one of the two? Figures are by the later one."
    )


PLACE = col("PLACE")
OTHER_HOMES = PLACE.replace({"K2": "H5"})
DEFAULT = pl.when(pl.int_range(pl.len()) % 5 < 2).then(pl.lit("U6")).otherwise(PLACE)
AGENCY = "of 67 that were independent agency foster care, 67 are now council foster care"


def homes_called_otherwise() -> Frames:
    tables = frames()
    tables[2026, "episodes"] = tables[2026, "episodes"].with_columns(PLACE=OTHER_HOMES)
    return tables


def stacked(folder: Path) -> Path:
    """One file of all years, so that no two returns can be set side by side: the check against the past tells."""
    return stack(folder, homes_called_otherwise())


def stacked_with_years(folder: Path) -> Path:
    year = col("year").alias("YEAR")
    return stack(folder, homes_called_otherwise(), episodes=year, header=year)


RECODED = {
    "homes called otherwise in the last year": Gate(
        changed(2026, PLACE=OTHER_HOMES),
        said(
            46, "2026", 261,
            "count in another placement now: of 46 that were children's homes, 46 are now supported accommodation; was "
            "PLACE or PLACE_PROVIDER changed or filled in for many",
        ),
    ),
    "homes called otherwise in a year before": Gate(
        changed(2025, PLACE=OTHER_HOMES), "(and in 1 other year) and in the one before count in another placement now"
    ),
    "homes called otherwise, with years": Gate(
        stacked_with_years, "46 of 261 episodes that are in the return for the year to 31 March 2026 and in the one"
    ),
    "homes called otherwise, stacked": Gate(
        stacked,
        "Warning: run over its last 3 years, the model has children elsewhere than the returns on 31 March 2026: they "
        "hold 62 in supported accommodation (the model 39), 3.5 times what chance makes: was a code of "
        "PLACE or PLACE_PROVIDER changed in the last return, or did homes open or close?",
    ),
    "one provider for all in the last year": Gate(
        changed(2026, PLACE_PROVIDER=pl.when(col("PLACE_PROVIDER").is_not_null()).then(pl.lit("PR1"))),
        said(
            67, "2026", 261,
            f"count in another placement now: {AGENCY}; was PLACE or PLACE_PROVIDER changed or filled in for many",
        ),
    ),
    "a placement by default in the last year": Gate(
        changed(2026, PLACE=DEFAULT), "of 46 that were children's homes, "
    ),
    "homes of another provider": Gate(
        changed(2026, PLACE_PROVIDER=pl.when(PLACE == "K2").then(pl.lit("PR1")).otherwise("PLACE_PROVIDER")),
        "before have another provider now: of ",
    ),
    "inside and outside turned": Gate(
        changed(2026, PL_LOCATION=col("PL_LOCATION").replace({"IN": "OUT", "OUT": "IN"})),
        "before are on the other side of the boundary now: of ",
    ),
    "distances in kilometres in the last year": Gate(
        changed(2026, PL_DISTANCE=(col("PL_DISTANCE").cast(pl.Float64, strict=False) * 1.609).round(1).cast(pl.String)),
        "have moved past 20 miles from home: of ",
    ),
}  # fmt: skip
