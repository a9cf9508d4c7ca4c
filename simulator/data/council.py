"""A council's own figures: what `care-demand import ssda903` wrote, as a run reads it.

Counts and levels only, from the tables of the import (docs/returns.md); nothing here is about a single child.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.data.own_rates import KINDS, Leaving, Level, Moving, of_leaving, of_moving
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS, TIME_BANDS
from simulator.vocabulary.calendar import LATEST_BASE
from simulator.vocabulary.where_placed import DISTANCES, LOCALITIES, PROVIDERS

Array = NDArray[np.float64]

NAME = "Council (SSDA903)"
"""What a council is called where nobody names it."""

CODE = "own"
"""What it is called in arrays and in the keys of what is drawn."""

TIMES = (*TIME_BANDS, "unknown")

FIRST_BASE, LAST_BASE = 2023, 2028
"""Years from which a run may start: England's rates and costs of 2025 are taken for no others."""

_WHERE = (len(placements.reported()), len(PROVIDERS), len(LOCALITIES), len(DISTANCES))

FEWEST = 5
"""Fewest children in care from whom a run may start: the smallest English council has about six (a judgement)."""

FITTED = 4
"""What imports fit to a council's record, as manifests call it: a run takes rates of no other."""


class CouncilError(Exception):
    """The folder can't be used; the message tells every problem, one a line."""


HALF_WAY_CHILDREN = 100.0
"""Children in care from whom the model weighs as much as no change. It costs no accuracy where the model is right, and
helps small councils, whose rates are hardly known (docs/returns.md)."""


BEYOND_SD = 1.1
"""Standard deviations of chance from which the model is told to miss a council's own past. Fitted to the same years,
and with the starts that happened, it misses by half as much as chance would: of councils that live at one set of
rates, one in twenty is told of (docs/returns.md)."""


@dataclass(frozen=True)
class CheckedYear:
    """One 31 March of the check against a council's own past: children in care, and what the model made of them.

    Attributes
    ----------
    year : int
    children, model : float
    sd : float
        What chance makes, standard deviation of the model's number.
    """

    year: int
    children: float
    model: float
    sd: float

    @property
    def missed_sd(self) -> float:
        """By how many standard deviations of chance the model has too many children; too few if below 0."""
        return (self.model - self.children) / self.sd if self.sd > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Council:
    """What a run takes of a council's returns.

    Attributes
    ----------
    name : str
    base : int
        The run starts from 31 March of this year, the last of the returns.
    window : int
        Years of returns that rates rest on.
    stock : (stream, age, time, place)
        Children in care at the base. Times are those of the import, the last of them unknown; places those reported.
    starts : (stream, age)
        Periods of care that begin in a year at the level of the base, pooled towards England's pattern by age; returns
        from home are among them.
    first_places : (stream, band, place)
        Starts that shares by first placement rest on, pooled towards England's: none where none start.
    first_places_of_england : (stream, band, place)
        England's shares, as far as the council's starts are set beside them.
    leaving : mapping of (stream, kind) to Leaving
    moving : mapping of stream to Moving
    levels : mapping of (stream, measure) to Level
        Of ``starts`` and of ``exits`` before 18.
    hold : float
        Starts at which as many children would be in care five years on as at the base, over the council's own.
    no_change_sd : float
        Standard deviation, a year, of the log of children in care where nothing is expected to change.
    years : tuple of int
        31 March of each year with a stock.
    history : (year,)
        Children in care then.
    check : tuple of CheckedYear
        The model run over the last years of the returns, beside what happened.
    digest : str
        Hash of the tables read.
    by_place : (year, place)
        Children in care on 31 March of each of `years`, by reported placement.
    by_stream : (year, stream)
    flows : mapping of flow to (year,)
        Periods of care that began (``starts``) and ended (``exits``) in the financial year that ends in each of `years`
        but the first.
    where : (year, place, provider, locality, distance)
        The same children by where they are placed (`simulator.vocabulary.where_placed`).
    """

    name: str
    base: int
    window: int
    stock: Array
    starts: Array
    first_places: Array
    first_places_of_england: Array
    leaving: Mapping[tuple[str, str], Leaving]
    moving: Mapping[str, Moving]
    levels: Mapping[tuple[str, str], Level]
    hold: float
    no_change_sd: float
    years: tuple[int, ...]
    history: Array
    check: tuple[CheckedYear, ...]
    digest: str
    by_place: Array = field(default_factory=lambda: np.zeros((0, len(placements.reported()))))
    by_stream: Array = field(default_factory=lambda: np.zeros((0, len(STREAMS))))
    flows: Mapping[str, Array] = field(default_factory=dict)
    where: Array = field(default_factory=lambda: np.zeros((0, *_WHERE)))

    def leaving_of(self, stream: str) -> dict[str, Leaving]:
        """Return how children of a stream leave, by kind."""
        return {kind: one for (of, kind), one in self.leaving.items() if of == stream}

    @property
    def in_care(self) -> dict[str, float]:
        """Children in care by day, on the 31 March of each year."""
        return {f"{year}-03-31": float(number) for year, number in zip(self.years, self.history, strict=True)}

    @property
    def model_weight(self) -> float:
        """Weight of the model in the central path, on the log scale; the rest holds children in care as they are."""
        return 1.0 / (1.0 + HALF_WAY_CHILDREN / max(float(self.stock.sum()), 1.0))


@dataclass
class _Folder:
    """A folder of an import, and what is wrong with it."""

    path: Path
    problems: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def manifest(self) -> dict[str, Any]:
        """Return the manifest; its faults are problems."""
        path = self.path / "manifest.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or not str(found.get("command", "")).startswith("care-demand import ssda903"):
            self.problems.append(f"{self.path}: not a folder that `care-demand import ssda903` wrote")
            return {}
        if "--publish" in str(found["command"]):
            self.problems.append(f"{self.path}: written with --publish, which hides what a run needs; import again")
            return {}
        if "councils" in found:
            self.problems.append(
                f"{self.path}: returns of several councils, each in a folder of its own; name one of them"
            )
            return {}
        if found.get("fitted") != FITTED:
            self.problems.append(f"{self.path}: written by an older version, which fitted other rates; import again")
            return {}
        if found.get("rates_for_england") != LATEST_BASE:
            self.problems.append(f"{path}: levels are not over England's rates of {LATEST_BASE}; import again")
        if type(found.get("window_years")) is not int:
            self.problems.append(f"{path}: no window_years")
        years = found.get("years")
        if not (isinstance(years, list) and years and all(type(year) is int for year in years)):
            self.problems.append(f"{path}: no years")
        return found

    def rows(self, name: str, columns: Mapping[str, Callable[[str], Any]]) -> Iterator[list[Any]]:
        """Yield the values of some columns of a table; faults are problems, with file and line."""
        path = self.path / name
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            self.problems.append(f"{path}: missing, or no text")
            return
        self.digest.update(text.encode())
        reader = csv.DictReader(text.splitlines())
        if missing := [c for c in columns if c not in (reader.fieldnames or ())]:
            self.problems.append(f"{path}:1: no column {', '.join(missing)}")
            return
        for line, row in enumerate(reader, start=2):
            values = []
            for column, read in columns.items():
                try:
                    values.append(read(row[column]))
                except (ValueError, TypeError):
                    self.problems.append(f"{path}:{line}: {column} {row[column]!r} is not what an import writes")
            if len(values) == len(columns):
                yield values


def _one_of(names: Sequence[Any]) -> Callable[[str], int]:
    """Return a reader of a label, as its position."""
    texts = [str(name) for name in names]
    return texts.index


def _amount(text: str) -> float:
    value = float(text)
    if not (0.0 <= value < float("inf")):
        raise ValueError(text)
    return value


def _number(text: str) -> float:
    value = float(text)
    if not np.isfinite(value):
        raise ValueError(text)
    return value


def read_council(folder: Path, name: str = NAME) -> Council:
    """Read what an import wrote.

    Parameters
    ----------
    folder : Path
    name : str
        Of the council, in tables and charts.

    Raises
    ------
    CouncilError
        With every problem.
    """
    files = _Folder(folder)
    manifest = files.manifest()
    if not manifest:
        raise CouncilError("\n".join(files.problems))
    years, stocks = _stocks(files, 0 if files.problems else manifest["years"][-1])
    starts = _starts(files)
    first_places, of_england = _first_places(files)
    flows = {name: _flow(files, f"{name}.csv", name, years) for name in ("starts", "exits")}
    where = _where(files, years)
    leaving, moving = _leaving(files), _moving(files)
    levels, hold, no_change_sd = _levels(files)
    check = _check(files)
    base = max(years, default=0)
    if years and not FIRST_BASE <= base <= LAST_BASE:
        files.problems.append(
            f"{folder}: the returns end on 31 March {base}; a run takes England's rates of {LATEST_BASE}, so they "
            f"have to end in {FIRST_BASE} to {LAST_BASE}"
        )
    if not files.problems and stocks[base].sum() < FEWEST:
        files.problems.append(
            f"{folder}: {stocks[base].sum():.0f} children are in care on 31 March {base}; an honest projection "
            f"needs {FEWEST}"
        )
    if files.problems:
        raise CouncilError("\n".join(files.problems))
    return Council(
        name=name,
        base=base,
        window=manifest["window_years"],
        stock=stocks[base],
        starts=starts,
        first_places=first_places,
        first_places_of_england=of_england,
        leaving=leaving,
        moving=moving,
        levels=levels,
        hold=hold,
        no_change_sd=no_change_sd,
        years=years,
        history=np.array([stocks[year].sum() for year in years]),
        check=check,
        digest=files.digest.hexdigest(),
        by_place=np.array([stocks[year].sum(axis=(0, 1, 2)) for year in years]),
        by_stream=np.array([stocks[year].sum(axis=(1, 2, 3)) for year in years]),
        flows=flows,
        where=where,
    )


def _stocks(files: _Folder, last: int) -> tuple[tuple[int, ...], dict[int, Array]]:
    """Return the years with a stock, and each stock: (stream, age, time, place).

    The `last` year of the returns is one of them, though it may have no child, and so no row.
    """
    columns: dict[str, Callable[[str], Any]] = {
        "year": int,
        "stream": _one_of(STREAMS),
        "age": _one_of(AGES),
        "time_in_care": _one_of(TIMES),
        "placement": _one_of(placements.reported()),
        "children": _amount,
    }
    found: dict[int, Array] = {}
    shape = (len(STREAMS), len(AGES), len(TIMES), len(placements.reported()))
    for year, stream, age, time, place, children in files.rows("stock-by-age.csv", columns):
        found.setdefault(year, np.zeros(shape))[stream, age, time, place] += children
    if not found and not files.problems:
        files.problems.append(f"{files.path / 'stock-by-age.csv'}: no child in any year")
    years = tuple(range(min(found), max(*found, last) + 1)) if found else ()
    return years, {year: found.get(year, np.zeros(shape)) for year in years}


def _flow(files: _Folder, table: str, flow: str, years: Sequence[int]) -> Array:
    """Return how many periods of care began, or ended, in each year but the first: (year,)."""
    found = dict.fromkeys(years[1:], 0.0)
    for year, number in files.rows(table, {"year": int, flow: _amount}):
        if year in found:
            found[year] += number
    return np.array(list(found.values()))


def _where(files: _Folder, years: Sequence[int]) -> Array:
    """Return children by where they are placed: (year, place, provider, locality, distance)."""
    columns: dict[str, Callable[[str], Any]] = {
        "year": int, "placement": _one_of(placements.reported()), "provider": _one_of(PROVIDERS),
        "locality": _one_of(LOCALITIES), "distance": _one_of(DISTANCES), "children": _amount,
    }  # fmt: skip
    found = np.zeros((len(years), *_WHERE))
    for year, *cell, children in files.rows("where-placed.csv", columns):
        if year in years:
            found[(years.index(year), *cell)] += children
    return found


def _starts(files: _Folder) -> Array:
    """Return starts a year: (stream, age)."""
    columns: dict[str, Callable[[str], Any]] = {
        "stream": _one_of(STREAMS), "age": _one_of(AGES), "event": str, "pooled": _amount,
    }  # fmt: skip
    starts = np.zeros((len(STREAMS), len(AGES)))
    for stream, age, event, pooled in files.rows("rates.csv", columns):
        if event == "start":
            starts[stream, age] += pooled
    return starts


def _first_places(files: _Folder) -> tuple[Array, Array]:
    """Return the evidence of first placements, and England's shares: (stream, band, place) each."""
    columns: dict[str, Callable[[str], Any]] = {
        "stream": _one_of(STREAMS), "age_band": _one_of(tuple(AGE_BANDS)), "placement": _one_of(placements.reported()),
        "evidence": _amount, "england": _amount,
    }  # fmt: skip
    evidence, shares = np.zeros((2, len(STREAMS), len(AGE_BANDS), len(placements.reported())))
    for stream, band, place, worth, share in files.rows("first-placements.csv", columns):
        evidence[stream, band, place], shares[stream, band, place] = worth, share
    return evidence, shares


def _leaving(files: _Folder) -> dict[tuple[str, str], Leaving]:
    """Return kinds of leaving that were fitted."""
    kinds = [(stream, kind) for stream in STREAMS for kind in KINDS[stream]]
    names = (*of_leaving(), "log_mean", *(f"reason_{reason}" for reason in REASONS))
    columns: dict[str, Callable[[str], Any]] = {
        "stream": str, "kind": str, "coefficient": _one_of(names), "value": _number, "sd": _amount,
        "with_level": _number, "with_strength": _number,
    }  # fmt: skip
    n = len(of_leaving())
    found: dict[tuple[str, str], Array] = {}
    for stream, kind, at, *values in files.rows("leaving.csv", columns):
        if (stream, kind) in kinds:
            found.setdefault((stream, kind), np.zeros((4, len(names))))[:, at] = values
        else:
            files.problems.append(f"{files.path / 'leaving.csv'}: no kind of leaving {stream} {kind}")
    return {
        key: Leaving(table[0, :n], table[1, :n], table[2, :n], table[3, :n], float(table[0, n]), table[0, n + 1 :])
        for key, table in found.items()
    }


def _moving(files: _Folder) -> dict[str, Moving]:
    """Return moves that were fitted."""
    places = placements.reported()
    names = (*of_moving(), *(f"log_sd_to_{to}" for to in places))
    columns: dict[str, Callable[[str], Any]] = {
        "stream": _one_of(STREAMS), "coefficient": _one_of(names), "value": _number,
    }  # fmt: skip
    found: dict[str, Array] = {}
    for stream, at, value in files.rows("moving.csv", columns):
        found.setdefault(STREAMS[stream], np.zeros(len(names)))[at] = value
    return {name: Moving(row[: -len(places)], row[-len(places) :]) for name, row in found.items()}


def _levels(files: _Folder) -> tuple[dict[tuple[str, str], Level], float, float]:
    """Return levels at the base; starts that would hold the number of children; and how far that moves in a year."""
    measures = ("starts", "exits", "starts_to_hold", "no_change")
    columns: dict[str, Callable[[str], Any]] = {
        "stream": str, "measure": _one_of(measures), "at_base": _amount, "log_sd": _amount, "step_per_year": _amount,
    }  # fmt: skip
    found: dict[tuple[str, str], Level] = {}
    hold, no_change = 1.0, 0.0
    for stream, measure, *values in files.rows("yearly-levels.csv", columns):
        if measures[measure] == "starts_to_hold":
            hold = values[0]
        elif measures[measure] == "no_change":
            no_change = values[2]
        else:
            found[stream, measures[measure]] = Level(*values)
    return found, hold, no_change


def _check(files: _Folder) -> tuple[CheckedYear, ...]:
    """Return the check against the council's own past."""
    columns: dict[str, Callable[[str], Any]] = {
        "measure": str, "year": int, "returns": _amount, "model": _amount, "sd": _amount,
    }  # fmt: skip
    return tuple(
        CheckedYear(year, children, model, sd)
        for measure, year, children, model, sd in files.rows("check.csv", columns)
        if measure == "children"
    )
