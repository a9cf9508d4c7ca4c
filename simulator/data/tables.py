"""Published figures for England, read from the package's own CSV tables.

Each figure has a table, a year and a category. A year is an ``int`` for a year ending on
31 March (or a calendar or mid-year where the table says so) and text such as ``"2024-25"``
for a financial year. Files are read once, when a table in them is first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from simulator.data import packaged
from simulator.vocabulary.labels import ALL


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published or derived figure.

    Attributes
    ----------
    table, year, category
        Where the figure sits; together they name it.
    value
        The number, or ``None`` where the publisher hides it.
    unit
        What is counted.
    vintage
        Year of the release the figure comes from.
    status
        ``published``, ``derived: how`` or ``suppressed``, with a note where one is needed.
    source
        One or more source keys, split by ``;``.
    """

    table: str
    year: int | str
    category: str
    value: float | None
    unit: str
    vintage: int
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Projection:
    """One claim about the future, or a published actual, as its author gave it.

    Attributes
    ----------
    who, published, scenario
        Who made the claim, when, and under what assumption.
    year, metric, value, unit
        What is claimed. The year is text, as some claims cover several years.
    source, status, note
        Source keys; ``page`` (read on the page named), ``derived``, or ``unverified`` (recalled: a claim that is shown
        and is nothing's target); and a remark.
    """

    who: str
    published: str
    scenario: str
    year: str
    metric: str
    value: float
    unit: str
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from.

    Attributes
    ----------
    key
        Short name used in the ``source`` column.
    title, publisher, year, url, licence
        Description of the source; any of these may be empty.
    """

    key: str
    title: str
    publisher: str
    year: str
    url: str
    licence: str


@cache
def _file(name: str) -> dict[str, tuple[PublishedFigure, ...]]:
    """Read one file of figures, grouped by table."""
    tables: dict[str, list[PublishedFigure]] = {}
    for figure in packaged.table(name).rows(PublishedFigure):
        tables.setdefault(figure.table, []).append(figure)
    return {table: tuple(rows) for table, rows in tables.items()}


@cache
def _index(table: str) -> dict[tuple[int | str, str], PublishedFigure]:
    """Index one table by year and category."""
    return {(row.year, row.category): row for row in figures(table)}


def tables() -> tuple[str, ...]:
    """Names of all tables.

    Returns
    -------
    tuple of str
        Sorted names.
    """
    return tuple(sorted(table for name in packaged.FIGURES for table in _file(name)))


def figures(table: str) -> tuple[PublishedFigure, ...]:
    """All figures of one table, in order of year and category.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    tuple of PublishedFigure
        Every row, including hidden figures.

    Raises
    ------
    LookupError
        If there is no such table; the message lists those there are.
    """
    for name in packaged.FIGURES:
        if table in _file(name):
            return _file(name)[table]
    raise LookupError(f"no table {table!r}; tables: {', '.join(tables())}")


def figure(table: str, year: int | str, category: str = ALL) -> PublishedFigure:
    """One figure with its unit, vintage, status and source.

    Parameters
    ----------
    table, year, category
        Where the figure sits.

    Returns
    -------
    PublishedFigure
        The row.

    Raises
    ------
    LookupError
        If it is not held; the message lists what is.
    """
    index = _index(table)
    if (year, category) in index:
        return index[year, category]
    in_year = [name for when, name in index if when == year]
    if in_year:
        raise LookupError(f"{table} {year!r} has no category {category!r}; categories: {', '.join(in_year)}")
    held = ", ".join(repr(when) for when in dict.fromkeys(when for when, _ in index))
    raise LookupError(f"{table} has no year {year!r}; years: {held}")


def value(table: str, year: int | str, category: str = ALL) -> float:
    """One number.

    Parameters
    ----------
    table, year, category
        Where the figure sits.

    Returns
    -------
    float
        The number.

    Raises
    ------
    LookupError
        If it is not held, or the publisher hides it.
    """
    number = figure(table, year, category).value
    if number is None:
        shown = ", ".join(categories(table, year))
        raise LookupError(f"{table} {year!r} {category!r} is suppressed; shown: {shown}")
    return number


def series(table: str, category: str = ALL) -> dict[int | str, float]:
    """One category over time, without hidden figures.

    Parameters
    ----------
    table, category
        What to follow.

    Returns
    -------
    dict
        Year to number, in order of year.

    Raises
    ------
    LookupError
        If the table has no such category; the message lists those it has.
    """
    rows = figures(table)
    found = {r.year: r.value for r in rows if r.category == category and r.value is not None}
    if not found:
        names = ", ".join(dict.fromkeys(row.category for row in rows))
        raise LookupError(f"{table} has no category {category!r}; categories: {names}")
    return found


def categories(table: str, year: int | str) -> dict[str, float]:
    """All categories of one year, without hidden figures.

    Parameters
    ----------
    table, year
        What to list.

    Returns
    -------
    dict
        Category to number.

    Raises
    ------
    LookupError
        If the table has no such year; the message lists those it has.
    """
    rows = figures(table)
    found = {r.category: r.value for r in rows if r.year == year and r.value is not None}
    if not found:
        held = ", ".join(repr(when) for when in dict.fromkeys(row.year for row in rows))
        raise LookupError(f"{table} has no year {year!r}; years: {held}")
    return found


@cache
def projections() -> tuple[Projection, ...]:
    """List published claims about children in care or spending on them.

    Returns
    -------
    tuple of Projection
        Every claim held, sorted by author.
    """
    return tuple(packaged.table("projections").rows(Projection))


@cache
def _sources() -> tuple[Source, ...]:
    """Read the list of sources once."""
    return tuple(packaged.table("sources").rows(Source))


def sources() -> dict[str, Source]:
    """All sources by key.

    Returns
    -------
    dict
        Key to source.
    """
    return {source.key: source for source in _sources()}
