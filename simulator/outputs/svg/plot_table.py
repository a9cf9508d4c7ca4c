"""The table behind a chart: the same figures, by year."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.outputs.svg.draw_plot import yearly
from simulator.outputs.svg.plot import Plot, Trace


@dataclass(frozen=True)
class PlotTable:
    """Figures of a chart.

    Attributes
    ----------
    columns : tuple of str
        The first is of dates or years.
    rows : tuple of tuple of str
        In words, rounded as the chart has them; an empty cell where a line has no value.
    numbers : tuple of tuple of (str, float or None)
        The same as numbers, whose first is the ISO date or the financial year.
    unit : str
        What the numbers are in.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[tuple[str | float | None, ...], ...]
    unit: str


_UNITS = {"count": "number", "pounds": "GBP", "percent": "per cent"}


def table(plot: Plot) -> PlotTable:
    """Return the table behind a chart: a row for each 31 March or financial year, a column for each line.

    A line with draws has two more columns, between which 80% of them lie.
    """
    columns = ["Financial year" if plot.financial else "Date"]
    cells: dict[str, dict[int, tuple[str, float]]] = {}
    order: dict[str, float] = {}
    for panel, trace in plot.traces:
        first = len(columns)
        name = f"{panel}: {trace.name}" if panel and len(plot.traces) > len(plot.panels) else panel or trace.name
        banded = bool(trace.course.bands())
        columns += [name, *([f"{name}, 80% from", f"{name}, 80% to"] if banded else [])]
        for i in yearly(trace):
            when = trace.course.when[i]
            order[when] = float(trace.course.at[i])
            row = cells.setdefault(when, {})
            for step, value in enumerate(_values(trace, i)):
                row[first + step] = plot.write(value), value
    rows, numbers = [], []
    for when in sorted(cells, key=order.__getitem__):
        row = cells[when]
        every = range(1, len(columns))
        rows.append((plot.when(when), *(row[c][0] if c in row else "" for c in every)))
        numbers.append((when, *(_rounded(row[c][1], plot) if c in row else None for c in every)))
    return PlotTable(tuple(columns), tuple(rows), tuple(numbers), _UNITS[plot.unit])


def _values(trace: Trace, i: int) -> tuple[float, ...]:
    bands = trace.course.bands()[:1]
    return (float(trace.course.middle[i]), *(float(edge[i]) for pair in bands for edge in pair))


def _rounded(value: float, plot: Plot) -> float:
    return round(value, 3) if plot.unit == "percent" else float(round(value))
