"""Published figures of the front door, and of starts beside them, by area and year that ends on 31 March."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.vocabulary.areas import table as areas_table

Array = NDArray[np.float64]

ENGLAND_CODE = "ENG"
"""What England is called in the tables; authorities have their codes of the Department for Education."""

FIRST_YEAR, LAST_YEAR = 2013, 2025
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
"""Years of counts. Spend is known from 2017."""

_TABLES = ("front_door", "panel")


@cache
def _figures() -> Mapping[tuple[str, str], Mapping[int, float]]:
    """Read all figures by series and area, and then by year."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for name in _TABLES:
        read = packaged.table(name)
        for series, area, first, values in zip(
            read["series"], read["area"], read["first_year"], read["values"], strict=True
        ):
            found.setdefault((series, area), {}).update(enumerate(values, start=first))
    return found


def figures(series: str, areas: Sequence[str], years: Sequence[int] = YEARS) -> Array:
    """Return published figures, NaN where they are hidden or not held: (area, year).

    Parameters
    ----------
    series : str
        Of front_door.csv, or of panel.csv.
    areas : sequence of str
        Codes of the Department for Education, or `ENGLAND_CODE`.
    years : sequence of int
        Years that end on 31 March.
    """
    held = [_figures().get((series, area), {}) for area in areas]
    return np.array([[of.get(year, np.nan) for year in years] for of in held]).reshape(len(areas), len(years))


def every_area() -> tuple[str, ...]:
    """Return the codes of all authorities, those that are no more as well."""
    return tuple(row["old_code"] for row in areas_table())
