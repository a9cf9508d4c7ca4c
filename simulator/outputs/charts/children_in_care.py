"""Chart: children in care, published figures joined to the projection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import children_found
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.results_protocol import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NO_ROOM_YEARS = 1.5
"""Published figures that end this near the end of the projection have no room for a label in the panel."""


@chart("children", title="Children in care")
def children(results: Results) -> Chart | None:
    """Draw the number of children in care: history, projection and the one that the scenario replicates."""
    if "children" not in results.measures:
        return None
    path, history = series.stock(results, "children"), series.actual(results, "children")
    claims = series.claims(results, "children")
    first, last = path.middle[0], path.middle[-1]
    start, end = words.month(path.when[0]), words.month(path.when[-1])
    title = children_found(results)
    colour = style.PALETTE["dark_blue"]
    begin = min(path.at[0], history.at[0]) if history else path.at[0]
    finish = max(path.at[-1], history.at[-1]) if history else path.at[-1]
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Number of children looked after in {results.areas[0]}: "
            f"{_when_words(results)}"
            f"{series.fan_words([results])}",
            series.footer([results]),
        )
        axes = sheet.panels[0]
        sheet.years(begin - 0.3, max([finish, *(at for at, _, _ in claims)]) + 0.3)
        if history:
            lines.draw_history(axes, history)
        lines.draw_projection(axes, path, colour)
        tops = [series.highest(path.draws) if results.draws == 1 else series.highest(*(h for _, h in path.bands()))]
        tops += [series.highest(history.middle)] if history else []
        axes.set_ylim(0, (1.3 if claims else 1.17) * (max(tops + [value for _, value, _ in claims]) or 1.0))
        lines.mark_start(axes, path.at[0], f"Projection\nfrom {start}")
        lines.mark_claims(sheet, axes, claims)
        if history:
            _label_history(sheet, axes, history, path, series.history_name(results, "children"))
        sheet.label(
            axes,
            path.at[-1],
            last,
            f"Projected:\n{words.count(last)}\nin {end}{series.interval_line(path, words.count)}",
            colour,
            bold=True,
        )
        sheet.counts()
        alt = (
            f"Line chart of children looked after in {results.areas[0]}. {_history_words(results)}"
            f"The projection starts at {words.count(first)} in {start} "
            f"and reaches {words.count(last)} in {end}{series.interval_words(path, words.count)}."
        )
        alt += "".join(f" Marked: {label}, {words.count(value)}." for _, value, label in claims)
        return sheet.finish(alt)


def _when_words(results: Results) -> str:
    known = series.known_words(results, "children")
    return f"{known}, projected each month" if results.showing.monthly else "at 31 March"


def _label_history(sheet: Sheet, axes: Axes, history: Course, path: Course, name: str) -> None:
    """Label actual figures: with their last, beside it, where they go on after the projection's start."""
    if history.at[-1] <= path.at[0] + 0.5:
        middle = len(history.at) // 3
        sheet.callout(axes, history.at[middle], history.middle[middle], name, style.HISTORY)
        return
    last = f"Published:\n{words.count(history.middle[-1])}\nin {words.month(history.when[-1])}"
    near_the_edge = history.at[-1] > path.at[-1] - _NO_ROOM_YEARS
    put = sheet.label if near_the_edge else sheet.callout
    put(axes, history.at[-1], history.middle[-1], last, style.HISTORY)


def _history_words(results: Results) -> str:
    history = series.actual(results, "children")
    if history is None:
        return ""
    peak, name = int(np.nanargmax(history.middle)), series.history_name(results, "children")
    return (
        f"{name} run from {words.count(history.middle[0])} in {words.month(history.when[0])} "
        f"to {words.count(history.middle[-1])} in {words.month(history.when[-1])}, "
        f"with a peak of {words.count(history.middle[peak])} in {words.month(history.when[peak])}. "
    )
