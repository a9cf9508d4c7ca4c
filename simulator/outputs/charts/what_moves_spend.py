"""Chart: which of the drawn numbers spend goes together with, a tornado."""

from __future__ import annotations

from functools import partial

import numpy as np

from simulator.outputs.charts import series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.layout import MARGIN, Sheet
from simulator.outputs.charts.verdicts import in_words, spend_movers
from simulator.results.movers import noise
from simulator.results.results_protocol import Results

MOST = 10
"""Numbers that are drawn."""

_WIDTH = style.WIDTH_INCHES - 2 * MARGIN
"""Inches across the panel, in which names and figures are placed."""
_NAMES = 3.0
"""Inches for names, at most."""


@chart("what_moves_spend", title="What moves spend among draws")
def what_moves_spend(results: Results) -> Chart | None:
    """Draw mean real spend in the last year where each drawn number is lowest and highest, the widest first."""
    found = spend_movers(results)[:MOST]
    if not found:
        return None
    sentence = in_words(results, found[0])
    draws, middle = results.draws - 1, float(results.year_totals("total_spend", real=True).middle()[-1])
    with style.context():
        sheet = Sheet(
            f"{sentence[:1].upper()}{sentence[1:]}",
            f"{results.title}. Mean spend on children looked after in {results.areas[0]} in "
            f"{results.financial_years[-1]}, {series.prices_words(results)}, in the fifth of {draws:,} draws where "
            f"each number is lowest (blue) and highest (orange); line: the median of all draws, {words.money(middle)}",
            series.footer(
                [results],
                "Draws vary everything at once: this is what spend goes together with, not what comes of one number "
                f"alone. Numbers with a rank correlation below {noise(draws):.2f}, which may be chance, are left out.",
                money=True,
            ),
            ticks=False,
            plots_height=0.34 * len(found),
            least_height=0.0,
        )
        axes = sheet.panels[0]
        axes.set_axis_off()
        axes.set_xlim(0.0, _WIDTH)
        axes.set_ylim(len(found), 0.0)
        texts = [f"{words.money(one.low)} to {words.money(one.high)}" for one in found]
        names = [sheet.wrap(one.name, style.FOOTER, _NAMES)[:2] for one in found]
        begin = max(sheet.measure(line, style.FOOTER) for lines in names for line in lines) + 0.2
        end = _WIDTH - max(sheet.measure(text, style.FOOTER) for text in texts) - 0.2
        ends = [edge for one in found for edge in (one.low, one.high)] + [middle]
        across = partial(np.interp, xp=[min(ends), max(ends)], fp=[begin, end])
        for i, (one, name, text) in enumerate(zip(found, names, texts, strict=True)):
            y = i + 0.5
            axes.text(begin - 0.2, y, "\n".join(name), ha="right", va="center", fontsize=style.FOOTER)
            axes.text(end + 0.2, y, text, va="center", fontsize=style.FOOTER)
            for value, colour in ((one.low, "dark_blue"), (one.high, "orange")):
                left = across(middle)
                axes.barh(y, across(value) - left, left=left, color=style.PALETTE[colour], height=0.6)
        axes.axvline(across(middle), color=style.INK, linewidth=1.0, gid="median")
        listed = words.listed([f"{one.name} {text}" for one, text in zip(found, texts, strict=True)])
        return sheet.finish(f"Tornado chart of {results.financial_years[-1]} spend by drawn number: {listed}.")
