"""Counts of the council's own that stand beside a run: its years before, and where its children are placed.

They are of the same children as the run's first 31 March, so they are hidden with it, in one system of sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from simulator.baseline.local_evidence import Evidence, PlacedCount
from simulator.disclosure.suppression import BASE_LOCAL, Flags, Ints, Tables, is_small, rounded
from simulator.results.labelled import RunResults
from simulator.results.quantities import Array
from simulator.results.results_protocol import OWN, Actual
from simulator.vocabulary.calendar import financial_year
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.where_placed import DISTANCE_TABLES

Key = tuple[str, str, str, str, str]
"""A count: measure, what it goes by, category, area, and date or financial year."""

CHILDREN, PLACEMENT, WHERE = "children", "placement", "where_placed"


class CellsOfRun(Protocol):
    """What is counted of a run (`simulator.disclosure.publish`), which cells of its past are added to.

    Attributes
    ----------
    results : RunResults
    tables : Tables
    cells : dict of (measure, by) to (area, time, category) int
    keys : list of Key
        Of each cell.
    """

    results: RunResults
    tables: Tables
    cells: dict[tuple[str, str], Ints]
    keys: list[Key]


@dataclass
class PastCells:
    """Cells of a run's tables that are of the council's own past, by what they count.

    Attributes
    ----------
    cells : dict of Key to int
    wholes : list of int
        Cells of counted children, who are whole.
    base : str
        The 31 March that the run starts from.
    area : str
    """

    cells: dict[Key, int] = field(default_factory=dict)
    wholes: list[int] = field(default_factory=list)
    base: str = ""
    area: str = ""

    @classmethod
    def of(cls, run: CellsOfRun) -> PastCells:
        """Add the cells to a run's tables, with what ties them to each other and to the run's first stock."""
        results = run.results
        found = cls(base=results.dates("stock")[0], area=results.areas[0])
        children = results.history.get(CHILDREN)
        if children is None or children.label != OWN or (CHILDREN, ALL) not in run.cells:
            return found
        evidence = results.evidence or Evidence()
        stocks = {found.base: int(run.cells[CHILDREN, ALL][0, 0, 0])}
        for date, value in zip(children.dates, children.values, strict=True):
            if date != found.base:
                stocks[date] = found._add(run, (CHILDREN, ALL, ALL, found.area, date), value)
                parts = {name: dict(zip(past.dates, past.values, strict=True)) for name, past in evidence.mix.items()}
                keys = [(CHILDREN, PLACEMENT, name, found.area, date) for name in parts]
                values = [of[date] for of in parts.values()]
                if keys:
                    run.tables.total(stocks[date], [found._add(run, k, v) for k, v in zip(keys, values, strict=True)])
        for name, actual in results.history.items():
            if name != CHILDREN and actual.label == OWN and actual.counted:
                for when, value in zip(actual.dates, actual.values, strict=True):
                    if when != found.base:
                        found._add(run, (name, ALL, ALL, found.area, when), value)
        for name in results.history:  # of the day that the run starts from it has cells of its own
            if (name, ALL) in run.cells and results[name].kind == "stock":
                found.cells[name, ALL, ALL, found.area, found.base] = int(run.cells[name, ALL][0, 0, 0])
        if (by_place := run.cells.get((CHILDREN, PLACEMENT))) is not None:
            for i, name in enumerate(results[CHILDREN].placements):
                found.cells[CHILDREN, PLACEMENT, name, found.area, found.base] = int(by_place[0, 0, i])
        found._balance(run, stocks)
        found._add_where(run, evidence, stocks[found.base])
        return found

    def _add(self, run: CellsOfRun, key: Key, value: float) -> int:
        """Add one cell."""
        (cell,) = run.tables.add([value], BASE_LOCAL)
        run.keys.append(key)
        self.cells[key] = int(cell)
        self.wholes.append(int(cell))
        return int(cell)

    def _balance(self, run: CellsOfRun, stocks: Mapping[str, int]) -> None:
        """Say that stock and starts, less exits, give the next stock."""
        for before, after in ((date, f"{int(date[:4]) + 1}{date[4:]}") for date in stocks):
            year = financial_year(int(before[:4]))
            flows = [self.cells.get((name, ALL, ALL, self.area, year)) for name in ("starts", "exits")]
            if after in stocks and flows[0] is not None and flows[1] is not None:
                run.tables.balance((stocks[before], flows[0]), (flows[1], stocks[after]))

    def _add_where(self, run: CellsOfRun, evidence: Evidence, stock: int) -> None:
        """Add counts of where the children of the first stock are placed: each table adds up to it."""
        own = [one for one in evidence.of_all() if not one.source and one.date == self.base]
        for one in own:
            self._add(run, self._where(one), one.children)
        for by in dict.fromkeys(one.by for one in own):
            run.tables.total(stock, [self.cells[self._where(one)] for one in own if one.by == by])
        both = [one for one in own if one.by == "distance_and_locality"]
        for i, by in enumerate(("locality", "distance")):
            for one in own:
                if one.by == by:
                    parts = [two for two in both if two.category.split(":")[i] == one.category]
                    run.tables.total(self.cells[self._where(one)], [self.cells[self._where(two)] for two in parts])

    def _where(self, one: PlacedCount) -> Key:
        return (WHERE, one.by, one.category, self.area, one.date)

    def whole(self, cells: int) -> Flags:
        """Return which of all cells of the run hold whole numbers: (cell,)."""
        found = np.zeros(cells, dtype=np.bool_)
        found[self.wholes] = True
        return found

    def is_counted(self, key: Key) -> bool:
        """Whether a count is of children who were there at the start of the run or before, and not projected."""
        when = key[4]
        return when <= self.base if len(when) == len(self.base) else f"{int(when[:4]) + 1}-03-31" <= self.base

    # ----------------------------------------------------------------------------------------------
    # What is shown

    def shown(self, name: str, actual: Actual, hidden: Flags) -> Array:
        """Return figures of a measure before the run: rounded, and NaN where they are hidden: (time,)."""
        values = _round(actual.values)
        keys = [(name, ALL, ALL, self.area, when) for when in actual.dates]
        off = np.array([key in self.cells and bool(hidden[self.cells[key]]) for key in keys], dtype=bool)
        return np.where(off, np.nan, values)

    def published(self, evidence: Evidence | None, hidden: Flags) -> Evidence | None:
        """Return evidence as it may be published: of the council's own counts those of all placements, at the base."""
        if evidence is None:
            return None
        where = _with_shown_wholes(
            [self._shown_where(one, hidden) for one in evidence.where if self._may_be_shown(one)]
        )
        mix = {}
        for name, past in evidence.mix.items():
            keys = [(CHILDREN, PLACEMENT, name, self.area, date) for date in past.dates]
            off = np.array([not past.published and self._is_off(key, hidden) for key in keys], dtype=bool)
            mix[name] = replace(past, values=np.where(off, np.nan, _round(past.values)))
        return replace(evidence, where=tuple(where), mix=mix)

    def _is_off(self, key: Key, hidden: Flags) -> bool:
        """Whether a figure is hidden, or has no cell."""
        return key not in self.cells or bool(hidden[self.cells[key]])

    def _may_be_shown(self, one: PlacedCount) -> bool:
        return bool(one.source) or (self._where(one) in self.cells and one.placement == ALL)

    def _shown_where(self, one: PlacedCount, hidden: Flags) -> PlacedCount:
        if one.source:
            return one
        off = bool(hidden[self.cells[self._where(one)]])
        children, whole = (float(_round(np.array([value]))[0]) for value in (one.children, one.whole))
        unknown = self._is_off((CHILDREN, ALL, ALL, self.area, self.base), hidden)
        return replace(one, children=np.nan if off else children, whole=np.nan if unknown else whole)


def _with_shown_wholes(where: list[PlacedCount]) -> list[PlacedCount]:
    """Put the sum of what is shown in place of the number of own children whose distance is known.

    It has no cell, so a share of it would tell how many there are whose distance is not known, who may be hidden.
    """
    found = []
    for one in where:
        if not one.source and one.is_known and one.by in DISTANCE_TABLES:
            same = [two for two in where if (two.date, two.by, two.source) == (one.date, one.by, "") and two.is_known]
            one = replace(one, whole=sum(two.children for two in same))
        found.append(one)
    return found


def _round(values: Array) -> Array:
    return np.where(is_small(values), np.nan, rounded(values, BASE_LOCAL))
