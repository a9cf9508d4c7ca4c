"""Chart: what each of several programmes brings to the change in children and in spend: a waterfall, or ranges."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from simulator.outputs.charts import headline, series, style, words
from simulator.outputs.charts.brought import COUNTED, Brought, brought, range_words
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

_DOTS = "; full dots: what is lost without it, open dots: what it brings alone"

_count, _money = (partial(signed, write=write) for write in (words.count, words.money))


@chart("what_each_brings", title="What each programme brings")
def what_each_brings(results: Results) -> Chart | None:
    """Draw what each programme adds to children and to spend, one after the other, and what they make together.

    Beyond the number of programmes of which all orders can be tried, each is drawn from what is lost without it to what
    it brings alone.
    """
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
            f"{series.prices_words(results)}; central run{'' if results.attributed.exact else _DOTS}",
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
            ("Children", [[one.children for one in _ends(part)] for part in parts], _count, (begin, middle - 0.25)),
            ("Spend", [[one.spend_gbp for one in _ends(part)] for part in parts], _money, (middle, _WIDTH)),
        )
        draw = _steps if results.attributed.exact else _ranges
        for heading, values, write, (left, right) in panels:
            axes.text(left, -0.5, heading, va="center", fontweight="bold", fontsize=style.BODY)
            texts = [range_words(each, write) for each in values]
            central = [[float(one[0]) for one in each] for each in values]
            if _is_nothing(np.concatenate(central), write):  # parts of a child that are shown as none are drawn as none
                central = [[0.0] * len(each) for each in central]
            draw(sheet, axes, central, texts, left, right)
        listed = words.listed(
            [
                f"{part.title}: {range_words([one.children for one in _ends(part)], _count)} children, "
                f"{range_words([one.spend_gbp for one in _ends(part)], _money)}"
                for part in parts
            ]
        )
        kind = "Waterfall chart" if results.attributed.exact else "Range chart"
        return sheet.finish(f"{kind} of what each programme brings. {listed}.")


def _ends(part: Brought) -> list[Brought]:
    """Return a part or, where it is known by its ends alone, what is lost without it and what it brings alone."""
    return [part] if part.alone is None else [part, part.alone]


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


def _across(
    sheet: Sheet, axes: Axes, ends: list[float], texts: list[str], left: float, right: float
) -> Callable[[float], float]:
    """Write the figures of rows to the right, and return where a value stands to their left; nothing is a line."""
    right -= max(sheet.measure(text, style.FOOTER, bold=True) for text in texts) + 0.15
    low, high = min(0.0, *ends), max(0.0, *ends)

    def across(value: float) -> float:
        return float(np.interp(value, [low, high] if high > low else [0.0, 1.0], [left, right]))

    for i, text in enumerate(texts):
        weight = "bold" if i == len(texts) - 1 else "normal"
        axes.text(right + 0.15, i + 0.5, text, va="center", fontsize=style.FOOTER, fontweight=weight)
    axes.plot([across(0.0)] * 2, [0.0, len(texts)], color=style.INK, linewidth=1.0, gid="zero")
    return across


def _steps(sheet: Sheet, axes: Axes, values: list[list[float]], texts: list[str], left: float, right: float) -> None:
    """Draw steps from nothing to the last value, which all before it make."""
    each = [value for (value,) in values]
    after = np.cumsum(each[:-1])
    before = np.append(0.0, after[:-1])
    across = _across(sheet, axes, [*after], texts, left, right)
    bars = [*zip(before, after, strict=True), (0.0, each[-1])]
    for i, (start, stop) in enumerate(bars):
        last = i == len(bars) - 1
        colour = style.PALETTE["dark_grey" if last else "dark_blue" if stop <= start else "orange"]
        axes.barh(i + 0.5, across(stop) - across(start), left=across(start), color=colour, height=0.6, gid="step")
        if not last:
            axes.plot([across(stop)] * 2, [i + 0.8, i + 1.2], color=style.PALETTE["mid_grey"], linewidth=0.9)


def _ranges(sheet: Sheet, axes: Axes, values: list[list[float]], texts: list[str], left: float, right: float) -> None:
    """Draw from what is lost without each programme (a full dot) to what it brings alone (an open one)."""
    across = _across(sheet, axes, [end for each in values for end in each], texts, left, right)
    for i, each in enumerate(values[:-1]):
        colour = style.PALETTE["dark_blue" if sum(each) <= 0.0 else "orange"]
        axes.plot([across(end) for end in each], [i + 0.5] * 2, color=colour, linewidth=4.0, gid="range", zorder=2)
        for end, inside in zip(each, (colour, "white"), strict=True):
            axes.plot(across(end), i + 0.5, "o", color=colour, markerfacecolor=inside, markersize=6.0, zorder=3)
    together, zero = across(values[-1][0]), across(0.0)
    grey = style.PALETTE["dark_grey"]
    axes.barh(len(values) - 0.5, together - zero, left=zero, color=grey, height=0.6, gid="step")
