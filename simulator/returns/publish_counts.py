"""What of an import may be published: one table of counts, rounded and hidden as the Department does, and a summary.

Counts go by one thing at a time, as in the Department's tables of authorities. Cells of several dimensions, rates
(which give counts away beside their child-years) and the account of rows and children are left out altogether.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.disclosure.register import Earlier, import_key
from simulator.disclosure.suppression import BASE_LOCAL, Flags, Tables, hide, rounded
from simulator.returns.codes import AGE_18, PLACES
from simulator.returns.exposure import TIMES, Years
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS, band_of_age
from simulator.vocabulary.labels import ALL, HIDDEN

Counts = NDArray[np.int64]


COLUMNS = ("year", "measure", "by", "category", "number")

README = """\
SSDA903 returns, imported by care-demand --publish
==================================================

These tables may be published. Counts of 1 to 5 are hidden (c), others are to the nearest 5, and more are hidden
where a count of 1 to 5 could be worked out from totals, or from stocks, starts and exits. Where a total is hidden, so
are all its parts. Totals are rounded on their own, so parts need not add up to them.

summary.txt    Children in care, starts, exits and moves by year
counts.csv     Children in care on 31 March (stock); periods of care that began (starts) and ended (exits) in the
               financial year that ends then; moves between homes. In all, and by one thing at a time
manifest.json  What they were made with

Left out, because they could tell who a child is or give a hidden count away: tables of several dimensions; child-years,
events, levels, rates and drift; the data quality report and its row numbers; numbers and hashes of the files read. They
are in the folder of an import without --publish, which is for the council's own use. Publish one import of the same
returns only: two that differ could be subtracted. The rules are in docs/disclosure.md of care-demand.
"""


@dataclass(frozen=True)
class Counted:
    """Counts that may be published, by what they are counts of.

    Attributes
    ----------
    labels : tuple of (year, measure, by, category)
    tables : Tables
        A cell for each label.
    hidden : (cell,) bool
    """

    labels: tuple[tuple[int, str, str, str], ...]
    tables: Tables
    hidden: Flags

    def rows(self) -> Iterator[tuple[int, str, str, str, str]]:
        """Yield the rows of `counts.csv`."""
        shown = rounded(np.array(self.tables.values), np.array(self.tables.bases, dtype=float))
        for label, value, hidden in zip(self.labels, shown, self.hidden, strict=True):
            yield (*label, HIDDEN if hidden else str(int(value)))

    def column(self, measure: str, by: str, category: str) -> list[str]:
        """Return one series by year, as people read it."""
        rows = (row for row in self.rows() if row[1:4] == (measure, by, category))
        return [number if number == HIDDEN else f"{int(number):,}" for *_, number in rows]


def counted(years: Years, earlier: Sequence[Earlier] = ()) -> Counted:
    """Choose the counts of an import that may be published, and hide what has to be, or was in an earlier output."""
    tables = Tables()
    labels: list[tuple[int, str, str, str]] = []

    def add(year: int, measure: str, parts: dict[str, tuple[Sequence[str], Counts]], whole: int) -> int:
        """Add a total and its one-way tables; return the cell of the total."""
        total = int(tables.add([whole], BASE_LOCAL)[0])
        labels.append((year, measure, ALL, ALL))
        for by, (names, numbers) in parts.items():
            tables.total(total, tables.add(numbers, BASE_LOCAL))
            labels.extend((year, measure, by, name) for name in names)
        return total

    bands = tuple(AGE_BANDS)
    stocks = [
        add(
            year,
            "stock",
            {
                "stream": (STREAMS, one.sum(axis=(1, 2, 3))),
                "age_band": (bands, one.sum(axis=(0, 2, 3))),
                "time_in_care": (TIMES, one.sum(axis=(0, 1, 3))),
                "placement": (PLACES, one.sum(axis=(0, 1, 2))),
            },
            one.sum(),
        )
        for year, one in zip((years.years[0] - 1, *years.years), years.stock, strict=True)
    ]
    flows = zip(years.years, years.starts, years.exits, years.moves, strict=True)
    for i, (year, started, left, moved) in enumerate(flows):
        starts = add(
            year,
            "starts",
            {"age_band": (bands, _by_band(started.sum(axis=(0, 2)))), "placement": (PLACES, started.sum(axis=(0, 1)))},
            started.sum(),
        )
        exits = add(
            year,
            "exits",
            {"age_band": (bands, _by_band(left.sum(axis=(0, 2, 3)))), "reason": (REASONS, left.sum(axis=(0, 1, 2)))},
            left.sum(),
        )
        add(year, "moves", {}, moved.sum())
        tables.balance((stocks[i], starts), (exits, stocks[i + 1]))
    keys = [import_key(*label) for label in labels]
    off = {key for one in earlier for key in one.hidden}
    told = {key for one in earlier for key in one.shown} - off
    start, known = (np.array([key in of for key in keys], dtype=np.bool_) for of in (off, told))
    return Counted(tuple(labels), tables, hide(tables, whole=True, start=start, told=known))


def _by_band(by_age: Counts) -> Counts:
    """Add up completed years of age to bands: (band,)."""
    return np.array([sum(by_age[a] for a in AGES if band_of_age(a) == band) for band in AGE_BANDS])


def summary_columns(years: Years, shown: Counted) -> dict[str, list[str]]:
    """Return the columns of the summary's table."""
    return {
        "Year to 31 March": [str(years.years[0] - 1), *map(str, years.years)],
        "In care then": shown.column("stock", ALL, ALL),
        "of them UASC": shown.column("stock", "stream", "uasc"),
        "Starts": ["", *shown.column("starts", ALL, ALL)],
        "Exits": ["", *shown.column("exits", ALL, ALL)],
        "of them at 18": ["", *shown.column("exits", "reason", REASONS[AGE_18])],
        "Moves": ["", *shown.column("moves", ALL, ALL)],
    }
