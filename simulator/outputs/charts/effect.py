"""What a scenario's programmes do: children in care, less those of the same scenario without them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import finding, finding_with_ends
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import Sheet
from simulator.results.results_protocol import Results


@chart("effect_children", scope="scenario", title="Effect of the programmes on children in care")
def effect_children(results: Results) -> Chart | None:
    """Draw children in care less those without the scenario's programmes, and say where the difference is largest."""
    if "children" not in results.without:
        return None
    without = series.stock(results.bare(), "children")
    difference = series.stock(results, "children") - without
    largest = int(np.nanargmax(np.abs(difference.middle)))
    if difference.middle[largest] == 0.0:
        largest = len(difference.at) - 1

    def say(i: int, saying: Callable[..., str] = finding) -> str:
        return saying(
            results.title, difference.draws[:, i], without.middle[i], what="children in care", more="more",
            less="fewer", write=words.count, when=words.month(difference.when[i]),
        )  # fmt: skip

    def change(value: float) -> str:
        return signed(value, words.count)

    end = say(len(difference.at) - 1, finding_with_ends)
    with style.context():
        sheet = Sheet(
            say(largest),
            f"Children in care with the scenario's programmes less without them, {results.areas[0]}, "
            f"{series.instants_words(results)}{series.fan_words([results]) if len(difference.draws) > 1 else ''}",
            series.footer([results]),
        )
        pad = 0.02 * (difference.at[-1] - difference.at[0]) + 0.1
        sheet.years(difference.at[0] - pad, difference.at[-1] + pad)
        axes = sheet.panels[0]
        axes.axhline(0, color=style.INK, linewidth=1.0, zorder=2, gid="zero")
        lines.draw_projection(axes, difference, style.PALETTE["dark_blue"], dashed=False)
        edges = [edge for band in difference.bands()[:1] for edge in band]
        low = min(0.0, series.lowest(difference.middle, *edges))
        high = max(0.0, series.highest(difference.middle, *edges))
        span = (high - low) or 1.0
        axes.set_ylim(low - 0.08 * span, high + 0.08 * span)
        sheet.label(
            axes, difference.at[-1], difference.middle[-1],
            f"{words.count(difference.middle[-1])}\nin {words.month(difference.when[-1])}"
            f"{series.interval_line(difference, change)}",
            style.PALETTE["dark_blue"],
        )  # fmt: skip
        sheet.counts(signed=True)
        return sheet.finish(
            f"Line chart of the effect of programmes. At its largest, {say(largest)}. At the end, {end}."
        )
