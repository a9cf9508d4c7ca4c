"""Chart of a sweep: what comes of one number, a line for each combination of the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from simulator.outputs.charts import style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.layout import Sheet
from simulator.results.swept import SWEPT, Sweep, SweptFigure, Varied

Array = NDArray[np.float64]

_MOST_LINES = len(style.LINES)
_STILL = 1e-4
"""Part of their number by which children have to move for a chart of them; else it is of extra spend."""

_CHILDREN, _EXTRA = SWEPT[0], SWEPT[-1]


@chart("sweep", scope="sweep", title="What comes of a number")
def sweep(swept: Sweep) -> Chart | None:
    """Draw children in care at the end, or extra spend where children hardly move, by the number with most values."""
    across = max(swept.varied, key=lambda one: len(set(one.values)))
    if len(set(across.values)) < 2:
        return None
    of, values = _shown(swept)
    write: Callable[[float], str] = words.money if of is _EXTRA else words.count
    lines = _lines(swept, across)
    picked = _picked(list(lines), _MOST_LINES)
    end, number = words.month(swept.dates[-1]), name_of(across.path)
    what = "extra spend" if of is _EXTRA else "children in care"
    at = np.array(across.values)
    low, high = float(values.min()), float(values.max())
    title = (
        f"With {number} from {at.min():g} to {at.max():g} there {'is' if of is _EXTRA else 'are'} {write(low)} to "
        f"{write(high)} {'of ' if of is _EXTRA else ''}{what} {'by' if of is _EXTRA else 'in'} {end}"
    )
    shown = (
        f"Extra spend above {swept.reference_year} to date, cash" if of is _EXTRA else "Number of children looked after"
    )
    footer = [
        f"Source: {'; '.join(swept.sources)}. Projection: care-demand.",
        "The vertical axis does not start at 0.",
        *swept.notes,
    ]
    some = f"; {len(picked)} of {len(lines)} combinations of the other numbers, all of which are in sweep.csv"
    with style.context():
        unit = f" ({across.unit})" if across.unit else ""
        sheet = Sheet(
            title,
            f"{swept.title}. {shown} in {swept.areas[0]}, {end}; across: {number}{unit}; central runs"
            f"{some if len(picked) < len(lines) else ''}",
            footer,
        )
        axes = sheet.panels[0]
        for colour_name, name in zip(style.LINES, picked, strict=False):
            order = sorted(lines[name], key=lambda i: across.values[i])
            axes.plot(at[order], values[order], color=colour_name, linewidth=2.4, marker="o", markersize=4, gid="swept")
            text = f"{name}\n{write(float(values[order[-1]]))}" if name else write(float(values[order[-1]]))
            sheet.label(axes, float(at[order[-1]]), float(values[order[-1]]), text, colour_name)
        pad = 0.02 * float(at.max() - at.min())
        axes.set_xlim(float(at.min()) - pad, float(at.max()) + pad)
        span = (high - low) or abs(high) or 1.0
        axes.set_ylim(low - 0.15 * span, high + 0.15 * span)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        sheet.pounds() if of is _EXTRA else sheet.counts()
        spoken = "; ".join(
            f"{name + ': ' if name else ''}{write(float(values[order[0]]))} at {at[order[0]]:g} to "
            f"{write(float(values[order[-1]]))} at {at[order[-1]]:g}"
            for name in picked
            for order in [sorted(lines[name], key=lambda i: across.values[i])]
        )
        return sheet.finish(
            f"Line chart of {what} in {end} by {number}. {spoken}. The vertical axis does not start at 0."
        )


def name_of(path: str) -> str:
    """Return what a number is called: its field, and the intervention that holds it."""
    steps = path.split(".")
    field = steps[-1].replace("_", " ")
    return f"{field} of {steps[1]}" if steps[0] == "interventions" else field


def _shown(swept: Sweep) -> tuple[SweptFigure, Array]:
    """Return what to draw, and its value in the first area at the end: (combination,)."""
    children: Array = swept.figures[_CHILDREN][:, 0, -1]
    extra = swept.figures.get(_EXTRA)
    still = np.ptp(children) <= _STILL * np.abs(children).max()
    return (
        (_EXTRA, extra[:, 0, -1])
        if still and extra is not None and not np.isnan(extra[0, 0, -1])
        else (_CHILDREN, children)
    )


def _lines(swept: Sweep, across: Varied) -> dict[str, list[int]]:
    """Return the combinations of each line, by the values of the other numbers."""
    others = [one for one in swept.varied if one is not across]
    found: dict[str, list[int]] = {}
    for i in range(swept.combinations):
        name = ", ".join(f"{name_of(one.path)} {one.values[i]:g}" for one in others)
        found.setdefault(name, []).append(i)
    return found


def _picked(names: list[str], most: int) -> list[str]:
    """Return as many names as there are colours, the first and the last among them."""
    if len(names) <= most:
        return names
    return [names[round(i * (len(names) - 1) / (most - 1))] for i in range(most)]
