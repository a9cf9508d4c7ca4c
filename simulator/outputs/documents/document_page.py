"""Documents as one HTML file each: nothing in it is asked of another host, and it needs no script."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.data.model_version import MODEL_VERSION
from simulator.data.provenance import package_version
from simulator.vocabulary.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class DocumentTable:
    """A table of a document.

    Attributes
    ----------
    caption : str
    columns : tuple of str
        The first is of names of rows.
    rows : tuple of tuple of str
        In words; a name that begins with blanks belongs to the row above.
    numbers : bool
        Whether all cells beside the names are figures.
    said : tuple of str
        Sentences below it.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True
    said: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns."""
        if odd := [row for row in self.rows if len(row) != len(self.columns)]:
            raise ValueError(f"rows of {self.caption!r} do not fit its {len(self.columns)} columns: {odd[:1]}")

    def full(self, column: int) -> bool:
        """Whether any row has something in a column."""
        return any(row[column] for row in self.rows)

    def filled(self) -> DocumentTable:
        """Return the table without columns that are empty in every row."""
        kept = [i for i in range(len(self.columns)) if self.full(i)]

        def part(row: Sequence[str]) -> tuple[str, ...]:
            return tuple(row[i] for i in kept)

        return DocumentTable(self.caption, part(self.columns), tuple(map(part, self.rows)), self.numbers, self.said)


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=lambda value: printable(value) if type(value) is str else value,
    )  # fmt: skip
    environment.filters["web"] = lambda url: url if url.startswith(("https://", "http://")) else ""
    environment.filters["data"] = _as_data
    return environment


def _as_data(path: Path) -> str:
    """Return a chart of a run, by its name without an ending, as an address that holds all of it."""
    drawn = path.with_suffix(".svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}"


def document(template: str, **content: Any) -> str:
    """Return a document as HTML.

    Parameters
    ----------
    template : str
        Its name, without an ending.
    **content
        What the template asks for. Text is escaped; a chart comes as `markupsafe.Markup`.

    Raises
    ------
    ModuleNotFoundError
        If jinja2 is not installed: ``pip install 'care-demand[report]'``.
    """
    given = {"version": package_version(), "model": MODEL_VERSION, **content}
    return _environment().get_template(f"{template}.html").render(given)
