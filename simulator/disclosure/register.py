"""Earlier published outputs of the same children, from their folders: what they show, and what they hide.

Two outputs that hide different counts of the same children can be subtracted. A new one that knows of the earlier ones
hides what they hide, and hides nothing of its own behind a count that they show.

The same children may be published under another name, or none. A published output holds no hash of its returns, so of
outputs of returns the children are known by how many were in care on each 31 March, as both tell it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from simulator.disclosure.past_cells import CHILDREN, PLACEMENT, WHERE, Key
from simulator.disclosure.suppression import BASE_LOCAL, rounded
from simulator.vocabulary.calendar import financial_year
from simulator.vocabulary.labels import ALL, HIDDEN

MADE_BY = "care-demand"
MANIFEST = "manifest.json"
MOST_BYTES = 200_000_000
"""Largest table that is read: published tables of all areas have some thirty million bytes."""

ANY_AREA = ""
"""Area of the counts of an import, which names no council."""

AGE_BAND = "age_band"


class RegisterError(Exception):
    """An earlier output can't be read; the message says which and why."""


@dataclass(frozen=True)
class Earlier:
    """One published output.

    Attributes
    ----------
    name : str
        Of its folder.
    hidden, shown : frozenset of Key
        Counts of it. Those of an import have no area.
    of_returns : bool
        Whether it was made from a council's own returns.
    children : mapping of str to float
        Children in care on past days, as shown.
    """

    name: str
    hidden: frozenset[Key]
    shown: frozenset[Key]
    of_returns: bool
    children: Mapping[str, float] = field(default_factory=dict)

    @property
    def areas(self) -> frozenset[str]:
        """Areas that it is of; an import's has no name."""
        return frozenset(key[3] for key in (*self.hidden, *self.shown))

    def of(
        self, areas: Collection[str], *, by_returns: bool, children: Mapping[str, float] | None = None
    ) -> Earlier | None:
        """Return its counts of some areas; None if it has none of the same children.

        Parameters
        ----------
        areas : collection of str
            Of the new output; none of an import, which names no council.
        by_returns : bool
            Whether that is of a council's own returns, whose import names no council.
        children : mapping of str to float, optional
            Those in care on past days by these returns.
        """
        if by_returns and len(areas) == 1 and (self.areas == {ANY_AREA} or self._counts(children or {})):
            (area,) = areas
            hidden, shown = (frozenset((*k[:3], area, k[4]) for k in keys) for keys in (self.hidden, self.shown))
            return replace(self, hidden=hidden, shown=shown)
        if not areas and self.of_returns:  # of an import
            hidden, shown = (frozenset((*k[:3], ANY_AREA, k[4]) for k in keys) for keys in (self.hidden, self.shown))
            return replace(self, hidden=hidden, shown=shown - hidden)
        hidden, shown = (frozenset(k for k in keys if k[3] in areas) for keys in (self.hidden, self.shown))
        return replace(self, hidden=hidden, shown=shown) if hidden or shown else None

    def _counts(self, children: Mapping[str, float]) -> bool:
        """Whether it is of one council's returns and shows as many children on half or more of the days of both.

        Not on all, as returns that were sent again may differ in a year.
        """
        days = self.children.keys() & children.keys()
        alike = sum(self.children[day] == float(rounded(np.array(children[day]), BASE_LOCAL)) for day in days)
        return self.of_returns and len(self.areas) == 1 and 0 < len(days) <= 2 * alike


def register(folder: Path) -> tuple[Earlier, ...]:
    """Return the published outputs in a folder: itself, or those that lie in it.

    Raises
    ------
    RegisterError
        If there is none, or one can't be read.
    """
    places = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    found = tuple(_read(path, content) for path in places if (content := published_manifest(path)) is not None)
    if not found:
        raise RegisterError(f"{folder}: there is no output that was written with --publish in it")
    return found


def beside(folder: Path) -> tuple[Earlier, ...]:
    """Return the published outputs that lie beside a folder, or where it will be; those that can't be read are left."""
    parent = folder.resolve().parent
    found = []
    for path in sorted(parent.iterdir()) if parent.is_dir() else ():
        content = published_manifest(path) if path.is_dir() and path.name != folder.name else None
        if content is not None:
            with suppress(RegisterError):
                found.append(_read(path, content))
    return tuple(found)


def published_manifest(folder: Path) -> Mapping[str, object] | None:
    """Return the manifest of an output of ours that was written with --publish; None of any other folder."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(content, dict) and content.get("made_by") == MADE_BY
    return content if ours and "--publish" in str(content.get("command", "")).split() else None


def _read(folder: Path, manifest: Mapping[str, object]) -> Earlier:
    keys: dict[Key, bool] = {}
    children: dict[str, float] = {}
    for name, read in _TABLES.items():
        if (folder / name).is_file():
            try:
                figures = dict(read(_rows(folder / name)))
                keys |= {key: figure == HIDDEN for key, figure in figures.items()}
                if name in _PAST:
                    children |= _in_care(figures)
            except (KeyError, ValueError, TypeError) as error:
                raise RegisterError(f"{folder / name}: this is no table of a published output ({error!r})") from error
    hidden = frozenset(key for key, off in keys.items() if off)
    of_returns = "returns" in manifest or "import" in str(manifest.get("command", "")).split()
    return Earlier(folder.name, hidden, frozenset(keys) - hidden, of_returns, children)


def _in_care(figures: Mapping[Key, str]) -> dict[str, float]:
    """Return children in care by day, where they are shown."""
    shown = {key: figure for key, figure in figures.items() if figure not in ("", HIDDEN)}
    return {key[4]: float(figure) for key, figure in shown.items() if key[:3] == (CHILDREN, ALL, ALL) and key[4]}


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    if path.stat().st_size > MOST_BYTES:
        raise RegisterError(f"{path}: the table is too big")
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _stocks(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[Key, str]]:
    """Yield counts of `results.csv`."""
    for row in rows:
        by, category = (PLACEMENT, row["placement"]) if row["placement"] != ALL else (AGE_BAND, row["age_band"])
        by = ALL if category == ALL else by
        yield (row["measure"], by, category, row["area"], row["date"]), row["central"]


def _flows(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[Key, str]]:
    """Yield counts of `financial-years.csv`."""
    for row in rows:
        if not row["price_basis"] and row["placement"] == ALL:
            yield (row["measure"], ALL, ALL, row["area"], row["financial_year"]), row["central"]


def _past(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[Key, str]]:
    """Yield counts of `history.csv`: stocks by day, flows by year."""
    for row in rows:
        for when in (row["date"], row["financial_year"]):
            yield (row["measure"], ALL, ALL, row["area"], when), row["value"]


def _where(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[Key, str]]:
    """Yield counts of `in-and-out-of-area.csv`."""
    for row in rows:
        if row["basis"] == "counted":
            yield (WHERE, row["by"], row["category"], row["area"], row["date"]), row["children"]


def _imported(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[Key, str]]:
    """Yield counts of an import's `counts.csv`, as those of a run are named, and as they are named there."""
    for row in rows:
        year, measure, by, category = int(row["year"]), row["measure"], row["by"], row["category"]
        yield import_key(year, measure, by, category), row["number"]


def import_key(year: int, measure: str, by: str, category: str) -> Key:
    """Return the key of a count of an import, which is that of a run's where a run has the count."""
    if measure == "stock":
        day = f"{year}-03-31"
        if (by, category) == ("stream", "uasc"):
            return ("uasc_children", ALL, ALL, ANY_AREA, day)
        return (CHILDREN, by, category, ANY_AREA, day)
    return (measure, by, category, ANY_AREA, financial_year(year - 1))


_TABLES = {
    "results.csv": _stocks,
    "financial-years.csv": _flows,
    "history.csv": _past,
    "in-and-out-of-area.csv": _where,
    "counts.csv": _imported,
}
"""Published tables that hold counts, and how each is read; what two of them hold is the same."""

_PAST = ("history.csv", "counts.csv")
"""Those of them whose counts are of the past alone."""
