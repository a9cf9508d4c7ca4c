"""A council's own figures as short tables (CSV): their templates, and reading them as the `own:` of a scenario.

A table has the fields of a model as columns (or, of foster carers, as rows), so that nothing is listed twice. Every
value keeps the file, row and column it stands in, and is checked as one of a scenario file is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator.interventions.fields import Model, nearest, notes
from simulator.interventions.own_figures import OwnBeds, OwnFostering, OwnPrice, providers
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.mapping import made_file
from simulator.scenario.merge import OWN, Chain, Document
from simulator.scenario.nodes import Node, Place, Unreadable
from simulator.vocabulary import placements
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.printable import acting

NOTE = "#"
"""A row whose first cell begins with it is a note."""

MOST_BYTES, MOST_ROWS = 1_000_000, 2_000

PRICES, FOSTERING, BEDS = "prices.csv", "fostering.csv", "beds.csv"
TABLES: dict[str, type[Model]] = {PRICES: OwnPrice, FOSTERING: OwnFostering, BEDS: OwnBeds}
FIGURE_COLUMNS = ("figure", "value", "unit")

README = """\
A council's own figures for care-demand
=======================================

Fill what you know and leave the rest empty; delete nothing that you do not want to. Rows that begin with # are notes.
Save as CSV. Then, for example:

  care-demand run status-quo --area NAME --own THIS_FOLDER
  care-demand sufficiency --returns IMPORTED --own THIS_FOLDER --out sufficiency

prices.csv     What a week in a placement costs, gross. A row without a price says nothing. Give the price of the
               council's own homes only where their beds are in beds.csv; otherwise one price for all.
fostering.csv  The council's own mainstream foster carers (kinship carers are not among them). Who leaves in a year is
               a rate: 10 of 60 means that a sixth of those there are leave each year, so 51, 36 and 26 are left after
               one, three and five years if none is approved. Agencies' places are not limited by these carers.
beds.csv       Homes of its own and block contracts, a row each: they are paid for whether filled or not. One that will
               open in the run has a month (2027-04) under opens.

A price year is the financial year in whose prices the figure is, for example 2025-26.
"""


@dataclass(frozen=True)
class _Cell:
    """The text of a cell, without blanks around it, and where it stands."""

    text: str
    place: Place


# --------------------------------------------------------------------------------------------------
# Templates


def templates() -> dict[str, str]:
    """Return the text of each file of an empty template, by name."""
    known = {note.path: note for note in notes(OwnFostering)}
    rows = [[name, "", known[name].unit] for name in OwnFostering.model_fields]
    fostering = [list(FIGURE_COLUMNS), *rows]
    every = placements.reported()
    filled = [[name, by, "", ""] for name in every for by in _asked(name)]
    empty = [[""] * len(OwnBeds.model_fields)]
    return {
        "README.txt": README,
        PRICES: _text([*_heading(OwnPrice), *filled]),
        FOSTERING: _text(fostering),
        BEDS: _text([*_heading(OwnBeds), *empty]),
    }


def _asked(placement: str) -> tuple[str, ...]:
    """Return the providers whose price the template asks for."""
    return providers(placement) if len(providers(placement)) == 1 else (*providers(placement), ALL)


def _heading(model: type[Model]) -> list[list[str]]:
    """Return the row of columns, and a note below each."""
    known = {note.path: note for note in notes(model)}
    told = [_told(known[name].allowed, known[name].if_empty, name) for name in model.model_fields]
    return [list(model.model_fields), [f"{NOTE} {told[0]}", *told[1:]]]


def _told(allowed: str, if_empty: str, name: str) -> str:
    words = {
        "name": "what it is called", "placement": "where children live", "price_year": "for example 2025-26",
        "opens": "YYYY-MM", "closes": "YYYY-MM",
    }.get(name, allowed)  # fmt: skip
    return f"{words}; empty: {if_empty}" if if_empty else words


def _text(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


# --------------------------------------------------------------------------------------------------
# Reading


def with_own_files(chain: Chain, folder: Path) -> Chain:
    """Return a scenario's files with one before them that extends them and states what the tables of a folder do.

    It has the name and purpose of the scenario that it extends, and is in the manifest as its text.

    Raises
    ------
    ScenarioError
        If the tables can't be read, with file and row of each problem.
    """
    first = chain.documents[0]
    own = read_own(folder)
    stem = first.file.path.stem
    said = {key: node for key, node in first.node.value.items() if key in OWN}
    extends = Node(first.file.path.name, own.place)
    values = {"extends": extends, **said, "own": own}
    keys = {key: first.node.keys.get(key, own.place) for key in values}
    node = Node(values, own.place, keys)
    file = made_file(f"{stem}-own", node.plain())
    file = replace(file, path=first.file.path.with_name(file.path.name))
    return Chain([Document(file, node), *chain.documents], chain.problems, chain.whole)


def read_own(folder: Path) -> Node:
    """Read the tables of a folder as the value of `own:`.

    Raises
    ------
    ScenarioError
        With every problem, its file and row.
    """
    here = Place(str(folder))
    names = sorted(path.name for path in folder.glob("*.[cC][sS][vV]"))
    known = ", ".join(TABLES)
    problems = [
        Place(str(folder / name)).problem("own", "this is none of the tables", known, nearest(name, TABLES))
        for name in names
        if name not in TABLES
    ]
    if not set(names) & set(TABLES):
        problems.append(
            here.problem("own", "there is no table in it", f"{known}; `care-demand template own` writes them")
        )
    read = {PRICES: _listed, BEDS: _listed, FOSTERING: _figures}
    found: dict[str, Node] = {}
    for name, model in TABLES.items():
        if name in names:
            rows = _rows(folder / name, problems)
            found[name.removesuffix(".csv")] = read[name](rows, model, Place(str(folder / name)), problems)
    if problems:
        raise ScenarioError(problems)
    return Node(found, here, dict.fromkeys(found, here))


def _rows(path: Path, problems: list[Problem]) -> list[list[_Cell]]:
    """Return the rows of a table that are no notes and not empty, the heading first."""
    try:
        found = list(_read_rows(path))
    except Unreadable as error:
        problems.append(error.problem)
        return []
    for one in (one for row in found for one in row):
        if hostile := acting(one.text):
            problems.append(one.place.problem("own", f"a cell holds {hostile}", "text on one line"))
    return found


def _read_rows(path: Path) -> Iterator[list[_Cell]]:
    """Yield the rows of a table that are no notes and not empty.

    Raises
    ------
    Unreadable
        If it is no table of text, too big or empty.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(place.problem("own", f"the file cannot be read: {error.strerror}")) from None
    if len(data) > MOST_BYTES:
        raise Unreadable(place.problem("own", "the file is too big", f"up to {MOST_BYTES // 1_000_000} MB"))
    if b"\0" in data:
        raise Unreadable(place.problem("own", "this is not a table of text", "CSV; save a workbook as CSV"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Excel saves as plain CSV
    first = text.partition("\n")[0]
    comma = next((mark for mark in (",", ";", "\t") if mark in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    line = number = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise Unreadable(Place(str(path), line).problem("own", f"this is not CSV: {error}")) from None
        if row is None:
            break
        cells = [_Cell(text.strip(), Place(str(path), line, at)) for at, text in enumerate(row, start=1)]
        if any(one.text for one in cells) and not cells[0].text.startswith(NOTE):
            number += 1
            yield cells
        if number > MOST_ROWS:
            raise Unreadable(place.problem("own", "there are too many rows", f"up to {MOST_ROWS:,}"))
    if not number:
        allowed = "a row of columns, as `care-demand template own` has"
        raise Unreadable(place.problem("own", "the table is empty", allowed))


def _by_column(
    rows: list[list[_Cell]], columns: Sequence[str], optional: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[Place, dict[str, _Cell]]]:
    """Yield each row below the heading: where it stands, and its cells that are not empty, by column."""
    if not rows:
        return
    heading = [one.text.lower().replace(" ", "_") for one in rows[0]]
    for name, one in zip(heading, rows[0], strict=True):
        if name and (name not in columns or heading.count(name) > 1):
            what = "stands twice" if name in columns else "is no column of this table"
            problems.append(
                one.place.problem("own", f"{one.text!r} {what}", ", ".join(columns), nearest(name, columns))
            )
    if missing := [name for name in columns if name not in heading and name not in optional]:
        problems.append(rows[0][0].place.problem("own", f"no column {', '.join(missing)}", ", ".join(columns)))
        return
    for row in rows[1:]:
        cells = {name: one for name, one in zip(heading, row, strict=False) if one.text and name in columns}
        if beyond := next((one for one in row[len(heading) :] if one.text), None):
            problems.append(beyond.place.problem("own", "this stands beyond the last column"))
        yield row[0].place, cells


def _listed(rows: list[list[_Cell]], model: type[Model], place: Place, problems: list[Problem]) -> Node:
    """Return rows as a list of mappings; a row that only says what would be priced says nothing."""
    columns = list(model.model_fields)
    optional = [name for name, info in model.model_fields.items() if not info.is_required()]
    silent = {"placement", "provider"}
    items = []
    for at, cells in _by_column(rows, columns, optional, problems):
        if set(cells) <= silent:
            continue
        values = {name: Node(_value(name, one.text, model), one.place) for name, one in cells.items()}
        items.append(Node(values, at, {name: one.place for name, one in cells.items()}))
    return Node(items, place)


def _figures(rows: list[list[_Cell]], model: type[Model], place: Place, problems: list[Problem]) -> Node:
    """Return a table of a figure a row as a mapping."""
    values: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for at, cells in _by_column(rows, FIGURE_COLUMNS, FIGURE_COLUMNS[2:], problems):
        figure, value = cells.get("figure"), cells.get("value")
        if value is None:
            continue
        name = "" if figure is None else figure.text.lower().replace(" ", "_")
        if name in values:
            problems.append(at.problem("own.fostering", f"{name} is given twice"))
        values[name], keys[name] = Node(_value(name, value.text, model), value.place), at
    return Node(values, place, keys)


_NUMBER = re.compile(r"£?\s*([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d*\.?\d+)")
_PERCENT = re.compile(r"(\d*\.?\d+)\s*%")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT = re.compile(r"([A-Za-z]{3})[a-z]*[- ](\d{2}|\d{4})")
_DAY = re.compile(r"\d{1,2}/(\d{1,2})/(\d{4})")


def _value(name: str, text: str, model: type[Model]) -> Any:
    """Return what a cell holds: a number, a month as a scenario file has it, or text."""
    unit = {note.path: note.unit for note in notes(model)}.get(name, "")
    if unit and (found := _NUMBER.fullmatch(text)):
        plain = found[1].replace(",", "")
        return int(plain) if plain.lstrip("+-").isdigit() else float(plain)
    if unit and (found := _PERCENT.fullmatch(text)):
        return float(found[1]) / 100.0
    if name in ("opens", "closes"):
        return _month(text)
    if name == "placement":
        labels = {place.label.casefold(): place.name for place in placements.placements()}
        return labels.get(text.casefold(), text.lower())
    return text.lower() if name == "provider" else text


def _month(text: str) -> str:
    """Return a month as a scenario file has it, from that or from what Excel makes of it; other text as it is."""
    if (found := _SHORT.fullmatch(text)) and found[1].lower() in _MONTHS:
        year = found[2] if len(found[2]) == 4 else f"20{found[2]}"
        return f"{year}-{_MONTHS.index(found[1].lower()) + 1:02d}"
    if found := _DAY.fullmatch(text):
        return f"{found[2]}-{int(found[1]):02d}"
    return text
