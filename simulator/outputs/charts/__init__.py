"""Charts of results: one function for each chart, in the Government Analysis Function's style.

A chart is added in one file of this package: a function under `chart_registry.chart` that takes results and returns a
:class:`Chart`. The package finds its modules. Importing it does not import matplotlib, drawing does.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from simulator.outputs.charts.chart_registry import Chart, Entry, Scope, registered
from simulator.results.results_protocol import Results
from simulator.vocabulary.printable import printable

__all__ = ["Chart", "Entry", "draw_all", "entries", "save", "save_all"]

ALT_TEXT, NOTES = "alt-text.txt", "notes.txt"
"""Files beside pictures: each in words, and what must be said of each, in full."""


def entries(scope: Scope | None = None) -> tuple[Entry, ...]:
    """Return the charts there are, of one scope or all, by name. This imports matplotlib."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    from simulator.outputs.charts.one_measure import of_measures

    found = sorted([*registered().values(), *of_measures()], key=lambda entry: entry.name)
    return tuple(entry for entry in found if scope in (None, entry.scope))


def draw_all(*many: Results) -> dict[str, Chart]:
    """Draw every chart that the results hold the figures for; published results may hide them.

    Parameters
    ----------
    *many : Results
        One scenario for its charts, or several for the charts that compare them; the first is the reference.

    Returns
    -------
    dict of name to Chart
    """
    if not many:
        raise ValueError("there is nothing to draw without a scenario")
    of_one = len(many) == 1
    drawn = {
        entry.name: _draw(entry, many[0] if of_one else many)
        for entry in entries("scenario" if of_one else "comparison")
    }
    return {name: drawing for name, drawing in drawn.items() if drawing is not None}


def _draw(entry: Entry, results: Results | Sequence[Results]) -> Chart | None:
    from simulator.outputs.charts.series import HiddenError

    try:
        return entry.draw(results)
    except HiddenError:
        return None


def save_all(drawn: Mapping[str, Chart], folder: Path) -> None:
    """Make a folder of charts, with their alt texts and their notes in files beside them.

    Parameters
    ----------
    drawn : mapping of name to Chart
    folder : Path
        Must not exist.
    """
    folder.mkdir()
    for name, drawing in drawn.items():
        save(drawing, folder, name)
    alt = "".join(f"{name}: {_line(one.alt)}\n" for name, one in drawn.items())
    for file, text in ((ALT_TEXT, alt), (NOTES, _notes(drawn))):
        (folder / file).write_text(printable(text), encoding="utf-8", newline="\n")


def _notes(drawn: Mapping[str, Chart]) -> str:
    """Return every note once, under the charts that it is of."""
    whose: dict[str, list[str]] = {}
    for name, one in drawn.items():
        for note in dict.fromkeys(one.notes):
            whose.setdefault(note, []).append(name)
    groups: dict[str, list[str]] = {}
    for note, names in whose.items():
        groups.setdefault(_charts_in_words(names, [*drawn]), []).append(note)
    return "\n".join(
        "".join([f"{heading}\n", *(f"  {_line(note)}\n" for note in said)]) for heading, said in groups.items()
    )


def _charts_in_words(names: Sequence[str], every: Sequence[str]) -> str:
    """Name some of the charts; those that are left out where they are fewer."""
    others = [name for name in every if name not in names]
    if not others:
        return "All charts"
    return f"All charts but {', '.join(others)}" if len(others) < len(names) else ", ".join(names)


def _line(text: str) -> str:
    return " ".join(text.split())


def save(drawing: Chart, folder: str | Path, name: str) -> tuple[Path, Path]:
    """Write a chart as `name`.svg and `name`.png; the same chart gives the same bytes.

    The SVG holds its text as text, with the chart's title and alt text for screen readers.

    Parameters
    ----------
    drawing : Chart
    folder : path
        Must exist.
    name : str

    Returns
    -------
    tuple of Path
        The SVG and the PNG.
    """
    from simulator.outputs.charts import style

    svg, png = Path(folder) / f"{name}.svg", Path(folder) / f"{name}.png"
    with style.context():
        drawing.figure.savefig(svg, metadata={"Date": None, "Creator": None, "Title": drawing.title})
        drawing.figure.savefig(
            png, dpi=style.PNG_DPI, metadata={"Software": None, "Description": drawing.alt},
            pil_kwargs={"compress_level": 3},  # half the time of the usual 6, at the same size
        )  # fmt: skip
    text = svg.read_text(encoding="utf-8")
    text = text.replace("<svg ", '<svg role="img" ', 1)
    text = text.replace("</title>", f"</title>\n <desc>{escape(drawing.alt, quote=False)}</desc>", 1)
    svg.write_text(text, encoding="utf-8", newline="\n")
    return svg, png
