"""Chart: what each of several programmes brings to the change in children and in spend, a waterfall."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from simulator.outputs.charts import headline, series, style, words
from simulator.outputs.charts.brought import COUNTED, brought
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import MARGIN, Sheet
from simulator.results.results_protocol import Results

_WIDTH = style.WIDTH_INCHES - 2 * MARGIN
_NAMES = 2.6
"""Inches for names, at most."""
_ROW = 0.42
"""Inches of a row."""

_count, _money = (partial(signed, write=write) for write in (words.count, words.money))


@chart("what_each_brings", title="What each programme brings")
def what_each_brings(results: Results) -> Chart | None:
    """Draw what each programme adds to children and to spend, one after the other, and what they make together."""
    parts = brought(results)
    if not parts:
        return None
    together, years = parts[-1], results.financial_years
    end = f"March {words.year_end(years[-1])}"
    ends = headline.between(together.children, _count), headline.between(together.spend_gbp, _money)
    drawn = f" ({headline.DRAWS})" if results.draws > 1 else ""
    with style.context():
        sheet = Sheet(
            f"Together the programmes make {ends[0]} children in {end} and {ends[1]} of spend in "
            f"{years[0]} to {years[-1]}{drawn}",
            f"{results.title}. Change in {results.areas[0]} that each programme brings, beside the same run without "
            f"any: children looked after in {end}, and spend over all years with the programmes' own cost, £ "
            f"{series.prices_words(results)}; central run",
            series.footer([results], COUNTED[results.attributed.exact], money=True),
            ticks=False,
            plots_height=_ROW * (len(parts) + 1),
            least_height=0.0,
        )
        axes = sheet.panels[0]
        axes.set_axis_off()
        axes.set_xlim(0.0, _WIDTH)
        axes.set_ylim(len(parts), -1.0)
        names = [sheet.wrap(part.title, style.FOOTER, _NAMES)[:2] for part in parts]
        for i, lines in enumerate(names):
            weight = "bold" if i == len(parts) - 1 else "normal"
            axes.text(0.0, i + 0.5, "\n".join(lines), va="center", fontsize=style.FOOTER, fontweight=weight)
        begin = max(sheet.measure(line, style.FOOTER, bold=True) for lines in names for line in lines) + 0.25
        middle = (begin + _WIDTH) / 2
        panels = (
            ("Children", [part.children for part in parts], _count, (begin, middle - 0.25)),
            ("Spend", [part.spend_gbp for part in parts], _money, (middle, _WIDTH)),
        )
        for heading, values, write, (left, right) in panels:
            axes.text(left, -0.5, heading, va="center", fontweight="bold", fontsize=style.BODY)
            _steps(sheet, axes, [float(value[0]) for value in values], write, left, right)
        listed = words.listed(
            [f"{part.title}: {_count(part.children[0])} children, {_money(part.spend_gbp[0])}" for part in parts]
        )
        return sheet.finish(f"Waterfall chart of what each programme brings. {listed}.")


def _steps(
    sheet: Sheet, axes: Axes, values: list[float], write: Callable[[float], str], left: float, right: float
) -> None:
    """Draw steps from nothing to the last value, which all before it make, with their figures to the right."""
    texts = [write(value) for value in values]
    right -= max(sheet.measure(text, style.FOOTER, bold=True) for text in texts) + 0.15
    after = np.cumsum(values[:-1])
    before = np.append(0.0, after[:-1])
    ends = [0.0, *after]
    low, high = min(ends), max(ends)
    across = partial(np.interp, xp=[low, high] if high > low else [0.0, 1.0], fp=[left, right])
    bars = [*zip(before, after, strict=True), (0.0, values[-1])]
    for i, ((start, stop), text) in enumerate(zip(bars, texts, strict=True)):
        last = i == len(bars) - 1
        colour = style.PALETTE["dark_grey" if last else "dark_blue" if stop <= start else "orange"]
        axes.barh(i + 0.5, across(stop) - across(start), left=across(start), color=colour, height=0.6, gid="step")
        if not last:
            axes.plot([across(stop)] * 2, [i + 0.8, i + 1.2], color=style.PALETTE["mid_grey"], linewidth=0.9)
        axes.text(
            right + 0.15, i + 0.5, text, va="center", fontsize=style.FOOTER, fontweight="bold" if last else "normal"
        )
    axes.plot([across(0.0)] * 2, [0.0, len(bars)], color=style.INK, linewidth=1.0, gid="zero")
