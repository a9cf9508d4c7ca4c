"""Charts of what scenarios change: children and spend less those of the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import comparable, finding
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.figures import way
from simulator.results.results_protocol import Results


@chart("difference_children", scope="comparison", title="Children in care, difference from the reference")
def difference_children(everything: Sequence[Results]) -> Chart | None:
    """Draw children in care less those of the first scenario."""
    if any("children" not in results.measures for results in everything):
        return None
    return _draw(
        everything, [series.stock(results, "children") for results in everything], what="children in care",
        unit=series.instants_words(everything[0]), more="more", less="fewer",
        write=words.count, when=words.month, financial=False,
    )  # fmt: skip


@chart("difference_spend", scope="comparison", title="Spend, difference from the reference")
def difference_spend(everything: Sequence[Results]) -> Chart | None:
    """Draw total spend by financial year less that of the first scenario."""
    if any("total_spend" not in results.measures or not results.financial_years for results in everything):
        return None
    return _draw(
        everything, [series.yearly(results, "total_spend", real=True) for results in everything], what="spend",
        unit=f"£ a financial year {series.prices_words(everything[0])}", more="more", less="less",
        write=words.money, when=str, financial=True,
    )  # fmt: skip


def _draw(
    everything: Sequence[Results], paths: Sequence[Course], *, what: str, unit: str, more: str, less: str,
    write: Callable[[float], str], when: Callable[[str], str], financial: bool,
) -> Chart | None:  # fmt: skip
    same, left_out = comparable(everything)
    differences = {i: paths[i] - paths[0] for i in same}
    differences = {i: difference for i, difference in differences.items() if len(difference.at)}
    if not differences:
        return None
    reference = everything[0].title
    wholes = {i: paths[0].middle[paths[0].when.index(d.when[-1])] for i, d in differences.items()}
    largest = max(differences, key=lambda i: abs(differences[i].middle[-1]))

    def say(i: int) -> str:
        change, end = differences[i].draws[:, -1], when(differences[i].when[-1])
        return finding(everything[i].title, change, wholes[i], what=what, more=more, less=less, write=write, when=end)

    title = say(largest)
    if len(differences) > 1 and way(differences[largest].draws[:, -1], wholes[largest], least=0.0) != "unsure":
        title = f"The largest difference is with {title}"
    notes = []
    if left_out:
        names = words.listed([everything[i].title for i in left_out])
        notes.append(f"Not compared, because they start from another date than {reference}: {names}.")
    many = len(everything) > series.MANY
    shown = list(differences.values())
    bands = [edge for d in shown for pair in d.bands()[:1] for edge in pair]
    low = min(0.0, series.lowest(*(d.middle for d in shown), *bands))
    high = max(0.0, series.highest(*(d.middle for d in shown), *bands))
    span = (high - low) or 1.0
    draws = {len(d.draws) for d in shown}
    fan = series.fan_words(everything) + " taken draw by draw" if max(draws) > 1 else ""
    columns = 4 if len(shown) > 9 else 3
    with style.context():
        sheet = Sheet(
            title,
            f"Difference from {reference} in {what}, {everything[0].areas[0]}, {unit}{fan}",
            series.footer([everything[0], *(everything[i] for i in differences)], *notes, money=financial),
            count=len(shown) if many else 1,
            columns=columns if many else 1,
            plots_height=1.15 * -(-len(shown) // columns) if many else 3.9,
        )
        begin, finish = min(d.at[0] for d in shown), max(d.at[-1] for d in shown)
        pad = 0.02 * (finish - begin) + 0.1
        sheet.years(begin - pad, finish + pad, financial=financial, panel_ticks=(2 if financial else 4) if many else 0)
        for axes in sheet.panels:
            axes.axhline(0, color=style.INK, linewidth=1.0, zorder=2, gid="zero")
        for n, (i, difference) in enumerate(differences.items()):
            axes = sheet.panels[n if many else 0]
            colour = style.PALETTE["dark_blue"] if many else style.LINES[i]
            share = words.percent(difference.middle[-1], wholes[i])
            end = f"{signed(difference.middle[-1], write)} ({share})"
            lines.draw_projection(axes, difference, colour, dashed=False)
            text = f"{everything[i].title}\n{end}"
            if many:
                sheet.panel_title(n, text)
            else:
                sheet.label(axes, difference.at[-1], difference.middle[-1], text, colour)
        sheet.panels[0].set_ylim(low - 0.08 * span, high + 0.08 * span)
        if write is words.money:
            sheet.pounds()
        else:
            sheet.counts(signed=True)
        alt = f"Line chart of differences from {reference}. " + ". ".join(
            say(i) + _interval(differences[i], write) for i in differences
        )
        return sheet.finish(f"{alt}.{' ' + ' '.join(notes) if notes else ''}")


def _interval(difference: Course, write: Callable[[float], str]) -> str:
    """Return where 80% of draws lie, but where the finding says so: if they hold no change."""
    if not difference.bands():
        return ""
    low, high = (float(edge[-1]) for edge in difference.bands()[0])
    if np.sign(low) != np.sign(high):
        return ""
    return f" (80% of draws: {signed(low, write)} to {signed(high, write)})"
