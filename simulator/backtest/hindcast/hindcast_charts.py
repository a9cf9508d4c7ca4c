"""Charts of the hindcast: how far the scenario model's status quo was off, from each base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.backtest.hindcast.hindcast_scores import scores
from simulator.backtest.hindcast.items import FILLED, HOUSEHOLDS, RESIDENTIAL, SPEND, SUPPORTED_AND_OTHER, UNIT_COST
from simulator.backtest.hindcast.run_bases import Ahead, quantiles
from simulator.backtest.hindcast.tables_of_page import Key
from simulator.outputs.charts import Chart, style
from simulator.outputs.charts.layout import Sheet
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.labels import ALL

SOURCE = (
    "Source: Department for Education, Children looked after in England and Section 251; Ofsted, Fostering in England; "
    "care-demand hindcast."
)
PANELS: dict[str, tuple[Key, ...]] = {
    "hindcast-placements": (
        ("children", "kinship_foster"),
        ("children", "council_foster"),
        ("children", "ifa_foster"),
        ("children", "childrens_home"),
        ("children", SUPPORTED_AND_OTHER),
        ("children", "with_parents"),
    ),
    "hindcast-money": ((HOUSEHOLDS, ALL), (FILLED, ALL), (UNIT_COST, ALL), (RESIDENTIAL, ALL), (SPEND, ALL)),
}
"""Figures that each chart draws."""
SUBJECT = {"hindcast-placements": "these placements", "hindcast-money": "foster supply and money"}
COLUMNS = 3
LINE_COLOURS = (*style.LINES, style.PALETTE["light_purple"], style.PALETTE["mid_grey"], style.PALETTE["black"])


def draw_all(many: Sequence[Ahead]) -> dict[str, Chart]:
    """Draw every chart, of England, by name."""
    many = [one for one in many if one.area == ENGLAND]
    with style.context():
        return {name: misses(name, many, keys) for name, keys in PANELS.items()}


def misses(name: str, many: Sequence[Ahead], keys: Sequence[Key]) -> Chart:
    """Draw how far medians and 80% intervals from each base lay from what happened, by year."""
    shown = [found for key in keys if (found := [one for one in many if one.item.key == key])]
    worst = max(shown, key=lambda found: scores(found).error)
    inside = scores([one for found in shown for one in found])
    sheet = Sheet(
        f"{worst[0].item.label}: {100 * scores(worst).error:.0f}% off on average, the most of {SUBJECT[name]}; "
        f"80% intervals held {100 * inside.covered[80]:.0f}% of all outcomes",
        "Median and 80% interval of the status quo run from each base with figures of that day, over what happened, "
        "per cent",
        [
            SOURCE,
            "0 is what happened. Each line starts in the year after its base. Bars are 80% intervals.",
        ],
        count=len(shown),
        columns=COLUMNS,
        plots_height=5.4,
    )
    bases = sorted({one.base for one in many})
    colours = dict(zip(bases, LINE_COLOURS, strict=False))
    said = []
    for i, found in enumerate(shown):
        axes = sheet.panels[i]
        axes.axhline(0, color=style.HISTORY, linewidth=1.4)
        for step, base in enumerate(bases):
            line = sorted((one for one in found if one.base == base), key=lambda one: one.year)
            if not line:
                continue
            years = np.array([one.year for one in line]) + 0.09 * (step - len(bases) / 2)
            middle, low, high = (
                [100 * (quantiles(one.draws, [percent])[0] / one.actual - 1) for one in line]
                for percent in (50, 10, 90)
            )
            axes.vlines(years, low, high, color=colours[base], linewidth=2, alpha=0.35)
            axes.plot(years, middle, color=colours[base], linewidth=1.6, marker="o", markersize=3.5)
        sheet.panel_title(i, found[0].item.label)
        of = scores(found)
        said.append(f"{found[0].item.label}: mean miss {100 * of.error:.0f}%, bias {100 * of.bias:+.0f}%.")
    sheet.years(min(bases) + 0.4, max(one.year for one in many) + 0.6, panel_ticks=4)
    sheet.percents()
    return sheet.finish(f"{len(shown)} charts of misses by year and base. " + " ".join(said))
