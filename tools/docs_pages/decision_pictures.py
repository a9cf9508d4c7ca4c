"""Charts of docs/decisions.md that no command draws: numbers by what help does, and what more money does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.decision_charts import bars_across
from simulator.decisions.optimise import Optimised
from simulator.outputs.charts import Chart, style, words
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.svg.bars_across import Bar
from simulator.runs.solve import Target

Array = NDArray[np.float64]

SOURCE = "Source: care-demand, from published figures and the scenarios' own numbers."
STUDIES = (-0.05, 0.32)
"""Share of starts that studies of family help found prevented: slight harm, and the best matched study."""


def held_chart(prevented: Array, children: Array, target: Target, sure: Mapping[float, str]) -> Chart:
    """Draw children in care by the share of starts that help prevents, beside what is to be held.

    Parameters
    ----------
    prevented : (point,)
        Share of starts at the ages of the help, the greatest first.
    children : (point, 1 + draw)
    target : Target
    sure : mapping of share of draws to str
        What has to be prevented to be so sure, in words.
    """
    order = np.argsort(prevented)
    across, held = 100 * prevented[order], children[order]
    low, middle, high = np.quantile(held[:, 1:], [0.1, 0.5, 0.9], axis=1)
    said = words.listed([f"{value} of starts for a chance of {share:.0%}" for share, value in sure.items()])
    with style.context():
        sheet = Sheet(
            f"To hold {words.count(target.value)}, help has to prevent {said}"
            if sure
            else f"No help up to {across[-1]:.0f}% of starts is sure to hold {words.count(target.value)}",
            f"Children looked after in {words.month(f'{target.when}-31')}, by the share of starts at the ages of "
            f"family help that it prevents: middle and 80% of {held.shape[1] - 1} draws; upright line: the best study, "
            f"{STUDIES[1]:.0%} fewer; the worst, {-STUDIES[0]:.0%} more, is off the chart",
            [
                SOURCE,
                "Note: help everywhere, built up over three years from April 2025, with an effect 20 months later.",
            ],
        )
        axes, colour = sheet.panels[0], style.LINES[0]
        axes.axvline(100 * STUDIES[1], color=style.PALETTE["mid_grey"], linewidth=1.2)
        axes.fill_between(across, low, high, color=colour, alpha=0.2, linewidth=0, gid="fan")
        axes.plot(across, middle, color=colour, linewidth=2.4)
        axes.axhline(target.value, color=style.INK, linewidth=1, linestyle=(0, (4, 2)))
        sheet.label(axes, float(across[-1]), float(middle[-1]), "Children\nin care", colour)
        sheet.label(axes, float(across[-1]), target.value, words.count(target.value), style.INK)
        axes.set_xlim(0.0, float(across[-1]))
        axes.set_xticks(across, [f"{value:.0f}%" for value in across])
        sheet.counts()
        spoken = "; ".join(
            f"{x:.0f}%: {words.count(float(m))} ({words.count(float(a))} to {words.count(float(b))})"
            for x, a, m, b in zip(across, low, middle, high, strict=True)
        )
        return sheet.finish(f"Line chart of children in care by the share of starts prevented. {spoken}.")


def next_chart(found: Optimised) -> Chart:
    """Draw the child-years in care, and in homes, that more money for each programme avoids, with 80% of draws."""
    bars, findings = [], []
    for name, of in (("home_years", "in children's homes"), ("care_years", "in care")):
        sure = []
        for one in found.next_money:
            low, middle, high = (float(end) for end in np.quantile(one.outcome[name][1:], [0.1, 0.5, 0.9]))
            said = f"{words.count(middle)} ({words.count(low)} to {words.count(high)})"
            colour = "dark_blue" if name == "care_years" else "orange"
            bars.append(Bar(f"{one.lever.title}: {of}", ((0.0, middle, colour),), said, (low, high)))
            if low > 0.0:
                sure.append(f"{one.lever.title} avoids {words.count(low)} to {words.count(high)} child-years {of}")
        findings += sure or [f"nothing is sure to avoid child-years {of}"]
    more = words.money(found.asked.next_gbp)
    return bars_across(
        f"{more} more: {'; '.join(findings)}",
        f"Child-years avoided from {found.years[0]} to {found.years[-1]} by {more} more for each programme beside the "
        f"plan for {words.money(found.asked.budget_gbp)}, where foster places are limited: median, and 80% of "
        f"{found.asked.draws} draws (lines)",
        bars,
        0.0,
        "Bar chart of child-years avoided.",
        [
            SOURCE,
            "Note: effects and the cost of a foster approval are judged; if foster places are found as needed, "
            "recruitment moves nobody.",
        ],
    )
