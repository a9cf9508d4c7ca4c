"""A table drawn as a chart: children, spend and cumulative extra spend two, five and ten years on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simulator.outputs.charts import series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.layout import LINE, Sheet
from simulator.results.analysis import at_years
from simulator.results.results_protocol import Results

YEARS = (2, 5, 10)
_COLUMNS = (
    ("children", "Children in care", words.count),
    ("real_spend_gbp", "Spend a year", words.money),
    ("real_cumulative_extra_gbp", "Extra spend to date", words.money),
)
_ROW = 0.42
"""Height of a row, inches."""


@chart("table", scope="comparison", title="Children, spend and cumulative extra spend at 2, 5 and 10 years")
def table(everything: Sequence[Results]) -> Chart | None:
    """Draw the table of all scenarios two, five and ten years after their start."""
    rows = [
        {int(row["years"]): row for row in (at_years(results, YEARS) if results.financial_years else ())}
        for results in everything
    ]
    held = [years for years in YEARS if any(years in row for row in rows)]
    if not held:
        return None
    middle = 5 if 5 in held else held[-1]
    together = [r.first_month == everything[0].first_month for r in everything]
    values = {i: _number(row[middle], "children") for i, row in enumerate(rows) if middle in row and together[i]}
    values = {i: value for i, value in values.items() if value is not None}
    title = "Children in care, spend and extra spend by scenario"
    if values:
        low, high = min(values, key=lambda i: values[i] or 0), max(values, key=lambda i: values[i] or 0)
        titles = [results.title for results in everything]
        those = "" if all(together) else f", among scenarios from {words.month(everything[0].dates('stock')[0])},"
        title = f"{words_for(middle)} years on{those} there are {words.count(values[low] or 0)} children in care"
        title += f" ({titles[low]}) to {words.count(values[high] or 0)} ({titles[high]})" if low != high else ""
    cells = [[_write(row.get(years), key, write) for key, _, write in _COLUMNS for years in held] for row in rows]
    with style.context():
        sheet = Sheet(
            title,
            f"{everything[0].areas[0]}, years after each scenario's own start; spend "
            f"{series.prices_words(everything[0])}{'; medians of draws' if everything[0].draws > 1 else ''}",
            series.footer(everything, "Extra spend to date adds up spend above the last published year.", money=True),
            plots_height=_ROW * (len(rows) + 2),
            ticks=False,
        )
        axes = sheet.panels[0]
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(len(rows) + 2, 0)
        name_width, each = 0.27, 0.73 / (len(_COLUMNS) * len(held))
        kinds: dict[str, Any] = {"va": "center", "fontsize": style.FOOTER}
        for group, (_, heading, _) in enumerate(_COLUMNS):
            axes.text(
                name_width + (group + 1) * each * len(held),
                0.5,
                heading,
                ha="right",
                fontweight="bold",
                **kinds,
            )
            for n, years in enumerate(held):
                right = name_width + (group * len(held) + n + 1) * each
                axes.text(right, 1.45, f"{years} years", ha="right", color=style.QUIET, **kinds)
        axes.axhline(1.95, color=style.INK, linewidth=1)
        for r, (results, written) in enumerate(zip(everything, cells, strict=True)):
            y, bold = r + 2.5, "bold" if r == 0 else "normal"
            name = "\n".join(
                sheet.wrap(results.title, style.FOOTER, 0.275 * (style.WIDTH_INCHES - 0.6), bold=r == 0)[:2]
            )
            axes.text(0, y, name, ha="left", fontweight=bold, linespacing=LINE - 0.15, **kinds)
            for c, text in enumerate(written):
                colour = style.QUIET if text == "–" else style.INK
                axes.text(name_width + (c + 1) * each, y, text, ha="right", color=colour, fontweight=bold, **kinds)
            axes.axhline(r + 3, color=style.PALETTE["light_grey"], linewidth=0.7)
        spoken = []
        for results, row in zip(everything, rows, strict=True):
            for years in held:
                if years in row:
                    parts = [f"{h.lower()} {_write(row[years], key, w)}" for key, h, w in _COLUMNS]
                    spoken.append(f"{results.title}, +{years} years: {', '.join(parts)}")
        return sheet.finish("Table. " + "; ".join(spoken) + ".")


def words_for(number: int) -> str:
    """Return a small number as a word at the start of a sentence."""
    return {2: "Two", 5: "Five", 10: "Ten"}.get(number, str(number))


def _number(row: Mapping[str, Any] | None, key: str) -> float | None:
    """Return the central figure of the first area; None where there is none."""
    value = None if row is None else row.get(key)
    if value is None:
        return None
    number = float(np.asarray(value, dtype=float).flat[0])
    return None if np.isnan(number) else number


def _write(row: Mapping[str, Any] | None, key: str, write: Any) -> str:
    number = _number(row, key)
    return "–" if number is None else str(write(number))
