"""Charts of results: one function for each chart, in the Government Analysis Function's style.

A chart is added in one file of this package: a function under `chart_registry.chart` that takes results and returns a
:class:`Chart`. The package finds its modules. Importing it does not import matplotlib, drawing does.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from simulator.outputs.charts.chart_registry import Chart, Entry, Scope, registered
from simulator.results.results_protocol import Results

__all__ = ["Chart", "Entry", "draw_all", "entries", "save"]


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
