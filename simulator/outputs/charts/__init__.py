"""Charts of results: one function for each chart, in the Government Analysis Function's style.

A chart is added in one file of this package: a function under :func:`chart` that takes results and returns a
:class:`Chart`. The package finds its modules. Importing it does not import matplotlib, drawing does.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from xml.sax.saxutils import escape

from simulator.results.labelled import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Scope = Literal["scenario", "comparison"]


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Not known to pyplot, so nothing has to be closed.
    title : str
        What the chart shows, as a sentence with its number.
    alt : str
        The chart in words, with the key numbers, for people who cannot see it.
    """

    figure: Figure
    title: str
    alt: str


@dataclass(frozen=True)
class Entry:
    """A kind of chart that can be drawn.

    Attributes
    ----------
    name : str
        Name of its files.
    scope : {"scenario", "comparison"}
        Whether it takes the results of one scenario, or those of several of which the first is the reference.
    title : str
        What kind of chart it is, for lists and headings; the drawn chart has a title of its own.
    draw : callable
        Returns the chart, or None where the results hold nothing for it.
    """

    name: str
    scope: Scope
    title: str
    draw: Callable[[Any], Chart | None]


_ENTRIES: dict[str, Entry] = {}
_Function = TypeVar("_Function", bound=Callable[..., "Chart | None"])


def chart(name: str, *, scope: Scope = "scenario", title: str) -> Callable[[_Function], _Function]:
    """Register a function as a chart.

    Parameters
    ----------
    name : str
        Name of its files; no two charts may share one.
    scope : {"scenario", "comparison"}
        A scenario chart takes `Results`, a comparison chart a sequence of them, reference first.
    title : str
        What kind of chart it is.

    Returns
    -------
    callable
        The decorator; it returns the function unchanged.
    """

    def register(function: _Function) -> _Function:
        if name in _ENTRIES:
            raise ValueError(f"two charts are called {name!r}")
        _ENTRIES[name] = Entry(name, scope, title, function)
        return function

    return register


def entries(scope: Scope | None = None) -> tuple[Entry, ...]:
    """Return the charts there are, of one scope or all, by name. This imports matplotlib."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    found = sorted(_ENTRIES.values(), key=lambda entry: entry.name)
    return tuple(entry for entry in found if scope in (None, entry.scope))


def draw_all(results: Results | Sequence[Results]) -> dict[str, Chart]:
    """Draw every chart that the results hold the figures for; published results may hide them.

    Parameters
    ----------
    results : Results or sequence of Results
        One scenario for its charts, or several for the charts that compare them; the first is the reference.

    Returns
    -------
    dict of name to Chart
    """
    scope: Scope = "scenario" if isinstance(results, Results) else "comparison"
    if scope == "comparison" and not results:
        raise ValueError("a comparison needs at least one scenario")
    drawn = {entry.name: _draw(entry, results) for entry in entries(scope)}
    return {name: drawing for name, drawing in drawn.items() if drawing is not None}


def _draw(entry: Entry, results: Results | Sequence[Results]) -> Chart | None:
    from simulator.outputs.charts.series import HiddenError

    try:
        return entry.draw(results)
    except HiddenError:
        return None


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
    text = text.replace("</title>", f"</title>\n <desc>{escape(drawing.alt)}</desc>", 1)
    svg.write_text(text, encoding="utf-8", newline="\n")
    return svg, png
