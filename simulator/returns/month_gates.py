"""Dates that tell no more than the month: most are on one day of it, whatever the month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from simulator.returns.doubts import Doubt
from simulator.returns.import_errors import ReturnsProblem
from simulator.returns.read_files import Returns
from simulator.vocabulary.calendar import MONTHS_A_YEAR

ON_ONE_DAY, ENOUGH_DATES = 0.2, 120
"""Share of the dates of at least half of the months of the year that are on one day of the month, and the least number
of dates, from which they tell the month only. By chance a fifth of ten dates is on one day in one month in 25. Systems
that close a year, or begin one, do so in one month."""


def months_only(returns: Returns) -> Iterator[Doubt]:
    """Tell columns of dates that are rounded to months."""
    for column, dates in (
        ("DOB", returns.births.select("child", pl.col("dob").alias("date"))),
        ("DECOM", returns.episodes.select("child", pl.col("decom").alias("date"))),
        ("DEC", returns.episodes.select("child", pl.col("dec").alias("date"))),
    ):
        months = np.zeros((MONTHS_A_YEAR, 31), dtype=int)
        different = dates.drop_nulls().unique()["date"]
        np.add.at(months, (different.dt.month().to_numpy() - 1, different.dt.day().to_numpy() - 1), 1)
        day = int(months.sum(axis=0).argmax())
        share = np.median(months[:, day] / np.maximum(months.sum(axis=1), 1))
        if share >= ON_ONE_DAY and len(different) >= ENOUGH_DATES:
            told = (
                f"{months[:, day].sum():,} of {len(different):,} dates in {column} are on day {day + 1} of a month: "
                "do they tell the month only? Then who left on the 18th birthday counts as leaving before it, or as "
                "older, and what happened within a month is not told"
            )
            yield ReturnsProblem(told), False
