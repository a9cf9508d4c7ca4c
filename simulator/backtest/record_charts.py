"""Charts of the track record."""

from __future__ import annotations

import numpy as np

from simulator.backtest.methods import METHODS
from simulator.backtest.origins import HEADLINE, LABELS, REFERENCE
from simulator.backtest.record import Record, england
from simulator.backtest.score import skill
from simulator.outputs.charts import Chart, style, words
from simulator.outputs.charts.layout import Sheet

SOURCE = "Source: Department for Education, Children looked after in England; care-demand backtest."
SHOWN = (HEADLINE, "stock_flow_3", "ar1", "theta")
"""Methods that are drawn: ours, and the best of each family."""
FANS = (2008, 2014, 2018, 2022)
"""Origins of the fans that are drawn: before each turn of the last twenty years."""


NAMES = ("backtest-skill", "backtest-england")


def draw_all(record: Record) -> dict[str, Chart]:
    """Draw every chart of the track record, by name."""
    with style.context():
        return dict(zip(NAMES, (skill_by_horizon(record), england_fans(record)), strict=True))


def skill_by_horizon(record: Record) -> Chart:
    """Draw how much better than no change each method was, for authorities, by years ahead."""
    horizons = np.arange(1, 6)
    tables = {name: record.scores[name, "authority"] for name in (HEADLINE, *(method.name for method in METHODS))}
    values = {
        name: [
            100 * skill(table[table["horizon"] == h], tables[REFERENCE][tables[REFERENCE]["horizon"] == h])
            for h in horizons
        ]
        for name, table in tables.items()
    }
    ours = values[HEADLINE]
    others = max(max(values[method.name]) for method in METHODS)
    sheet = Sheet(
        f"This model beat no change by {ours[0]:.0f}% a year ahead and {ours[-1]:.0f}% five years ahead; "
        f"no method that takes each area by itself did by more than {others:.1f}%",
        "Cut in the error (CRPS) of forecasts of children looked after in authorities, against no change with a "
        "calibrated interval, per cent, forecasts from 2014 to 2024",
        [SOURCE, "Above 0 is better than no change. What is forecast, and from what: docs/backtest.md."],
    )
    axes = sheet.panels[0]
    axes.set_xlim(0.6, 5.35)
    axes.set_xticks(horizons, [f"{h} year{'s' if h > 1 else ''} ahead" for h in horizons])
    axes.axhline(0, color=style.PALETTE["mid_grey"], linewidth=1)
    for name, colour in zip(SHOWN, style.LINES, strict=True):
        axes.plot(horizons, values[name], color=colour, linewidth=2.4, marker="o", markersize=5)
        sheet.label(axes, 5, values[name][-1], LABELS[name], colour, bold=name == HEADLINE)
    sheet.percents()
    alt = " ".join(f"{LABELS[n]}: {', '.join(f'{v:.0f}%' for v in values[n])}." for n in SHOWN)
    return sheet.finish(f"Line chart of skill at 1 to 5 years ahead. {alt}")


def england_fans(record: Record) -> Chart:
    """Draw what was said of England before each turn, and what happened."""
    actual = england(record.whole)
    years = np.array(sorted(actual))
    by_origin = {one.origin: one for one in record.steps}
    last = int(years[-1])
    inside, of = 0, 0
    sheet = Sheet(
        "",
        "Children looked after in England at 31 March: published figures (solid), median (dashed) and 80% interval of "
        "forecasts from what was known at each origin",
        [SOURCE],
        count=len(FANS),
        columns=2,
        plots_height=5.0,
    )
    said = []
    for i, origin in enumerate(FANS):
        axes = sheet.panels[i]
        horizon = min(5, last - origin)
        ahead = by_origin[origin].quantiles(HEADLINE, "england", np.array([0.1, 0.5, 0.9]))[0, :horizon]
        at = origin + np.arange(0, horizon + 1)
        path = np.vstack([np.full(3, actual[origin]), ahead])
        drawn = (years >= origin - 6) & (years <= origin + horizon)
        colour = style.PALETTE["dark_blue"]
        axes.fill_between(at, path[:, 0], path[:, 2], color=colour, alpha=0.18, linewidth=0)
        axes.plot(at, path[:, 1], color=colour, linewidth=2.2, linestyle=(0, (4, 1.4)))
        axes.plot(years[drawn], [actual[y] for y in years[drawn]], color=style.HISTORY, linewidth=2.4)
        happened = actual[origin + horizon]
        held = ahead[-1, 0] <= happened <= ahead[-1, 2]
        inside, of = inside + int(held), of + 1
        sheet.panel_title(
            i, f"From {origin}: {words.count(happened)} in {origin + horizon}, {words.count(ahead[-1, 1])} said"
        )
        said.append(
            f"From {origin}, {words.count(ahead[-1, 1])} ({words.count(ahead[-1, 0])} to {words.count(ahead[-1, 2])}) "
            f"was said of {origin + horizon}; it was {words.count(happened)}."
        )
        axes.set_xlim(origin - 6, origin + 5.2)
        axes.set_xticks([y for y in range(origin - 6, origin + 6, 3)])
    sheet.title = (
        f"Medians missed the turns; the 80% interval held the end point from {inside} of {of} of these origins"
    )
    sheet.counts()
    return sheet.finish("Four line charts. " + " ".join(said))
