"""Returns in which day and month of some dates are turned, made as those of :mod:`returns_gates` are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from returns_gates import YEARS, Gate, day, edit, frames, write


def turned(column: str, *years: int) -> Callable[[Path], Path]:
    """Day and month stand in each other's place where that makes a date."""
    can_be = day(column).dt.day() <= 12
    other = {column: day(column).dt.strftime("%m/%d/%Y")}
    return lambda folder: write(
        folder,
        {
            (year, kind): edit(frame, can_be, **other) if column in frame.columns and year in years else frame
            for (year, kind), frame in frames().items()
        },
    )


BIRTH_GATES = {
    "births turned": Gate(
        turned("DOB", *YEARS), "are day and month turned in dates of birth, or in ends of episodes?", refused=True
    ),
    "ends of a year turned": Gate(
        turned("DEC", 2026), "are day and month turned in dates of birth, or in ends of episodes?", refused=True
    ),
}
