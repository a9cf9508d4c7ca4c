"""Chart: what each of several programmes brings to the change in children and in spend, a waterfall."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from simulator.outputs.charts import headline, series, style, words
from simulator.outputs.charts.brought import COUNTED, Brought, brought
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import MARGIN, Sheet
from simulator.results.figures import way
from simulator.results.quantities import Array
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
    end, span = f"March {words.year_end(years[-1])}", f"{years[0]} to {years[-1]}"
    with style.context():
        sheet = Sheet(
            f"The programmes together {_finding(together, f'in {end}', f'in {span}')}",
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


def _finding(together: Brought, end: str, span: str) -> str:
    """Return what all of them together mean for children and for spend, as the end of a sentence."""
    children = _together(together.children, words.count, ("more", "fewer", "as many"), "children", end)
    spend = _together(together.spend_gbp, words.money, ("more", "less", "as much"), "spend", span)
    verb = children.partition(" ")[0]
    return f"{children} and {spend.removeprefix(f'{verb} ')}"


def _together(values: Array, write: Callable[[float], str], verbs: tuple[str, str, str], what: str, when: str) -> str:
    """Return what they mean or, where 80% of draws hold no change, how far they change it, as the end of a sentence.

    The number is the central run's, as in the chart; `verbs` are for more, for less and for the same.
    """
    found, between = way(values, 0.0), headline.between(values, partial(signed, write=write))
    nothing = _is_nothing(values, write)
    if found == "unsure" and not nothing:
        return f"change {what} {when} by {between} (80% of draws)"
    more, less, same = verbs
    if found == "same" or nothing:
        return f"mean {same} {what} {when}"
    drawn = f" (80%: {between})" if " to " in between else ""
    return f"mean {write(abs(float(values[0])))} {more if found == 'up' else less} {what} {when}{drawn}"


def _is_nothing(values: Array, write: Callable[[float], str]) -> bool:
    """Whether all of some figures are written as nought."""
    return {write(abs(float(value))).strip("£") for value in values} <= {"0"}


def _steps(
    sheet: Sheet, axes: Axes, values: list[float], write: Callable[[float], str], left: float, right: float
) -> None:
    """Draw steps from nothing to the last value, which all before it make, with their figures to the right."""
    texts = [write(value) for value in values]
    if _is_nothing(np.array(values), write):  # parts of a child that are shown as none are drawn as none
        values = [0.0] * len(values)
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
