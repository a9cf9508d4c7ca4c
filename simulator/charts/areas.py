"""Charts: how areas differ. Small lines for each, a strip of authorities by region, a ranking, areas beside each other.

Change is in children looked after from the start to the end of the run, in the central run.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from matplotlib.axes import Axes

from simulator.analysis import Growth, growth_by_area
from simulator.areas import authorities
from simulator.charts import Chart, chart, lines, series, style, words
from simulator.charts.layout import Sheet
from simulator.results import Published, Results

MOST_IN_ORDER = 20
"""Areas up to which small panels are in order of change; more stand by region."""
MOST_BESIDE = len(style.LINES)
RANKED = 10
LEAST_STRIP = 20
"""Authorities below which a strip by region shows nothing that a ranking does not."""

STEPS = ((-15.0, "dark_blue"), (-5.0, "mid_blue"), (5.0, "light_grey"), (15.0, "orange"), (np.inf, "dark_pink"))
"""Colours of change, per cent: each up to its bound."""


def _authorities_only(results: Results) -> list[Growth]:
    """Return the change of areas that are single authorities, most growth first."""
    single = {one.name for one in authorities()}
    return [row for row in growth_by_area(results) if row.area in single]


def _compared(results: Results) -> list[Growth]:
    """Return authorities where there are some to compare, or else all areas."""
    rows = _authorities_only(results)
    return rows if len(rows) >= 3 else growth_by_area(results)


def _signed(percent: float) -> str:
    return f"{percent:+.0f}%".replace("-0%", "0%").replace("+0%", "0%").replace("-", "−")


def _span(results: Results) -> str:
    dates = results.dates("stock")
    return f"{words.month(dates[0])} to {words.month(dates[-1])}"


def _finding(rows: list[Growth]) -> str:
    """Return what the ranking says, as a title."""
    up = sum(row.percent > 0.5 for row in rows)
    return (
        f"Children looked after grow in {up} of {len(rows)} areas, most in {rows[0].area} ({_signed(rows[0].percent)}) "
        f"and least in {rows[-1].area} ({_signed(rows[-1].percent)})"
    )


@chart("areas_small_multiples", title="Children in each area")
def areas_small_multiples(results: Results) -> Chart | None:
    """Draw a small line for each area, from 100 at the start; many of them by region."""
    rows = _compared(results)
    if len(rows) < 3:
        return None
    many, region_of = len(rows) > MOST_IN_ORDER, _region_of()
    picked = sorted(rows, key=lambda row: (region_of[row.area], -row.percent)) if many else rows
    regions = [region_of[row.area] for row in picked]
    columns = min(5, len(picked))
    at = series.stock(results, "children").at
    with style.context():
        sheet = Sheet(
            _finding(rows),
            f"{results.title}. Children looked after, start of the run = 100, {_span(results)}"
            + ("; by region, most growth first" if many else ""),
            series.footer([results]),
            count=len(picked),
            columns=columns,
            plots_height=1.0 * -(-len(picked) // columns),
        )
        sheet.years(at[0] - 0.3, at[-1] + 0.3, panel_ticks=2 if many else 3)
        for i, row in enumerate(picked):
            path = results.stock_totals("children").central[results.areas.index(row.area)]
            colour = style.PALETTE["orange" if row.percent > 0.5 else "dark_blue"]
            sheet.panels[i].axhline(100, color=style.PALETTE["mid_grey"], linewidth=0.8, zorder=0)
            sheet.panels[i].plot(at, 100 * path / path[0], color=colour, linewidth=2.0, gid="projection")
            heading = f"{regions[i].upper()}\n" if many and regions[i] not in regions[:i] else ""
            sheet.panel_title(i, f"{heading}{row.area}\n{words.count(row.first)} to {words.count(row.last)}", colour)
        listed = words.listed([f"{r.area} {words.count(r.first)} to {words.count(r.last)}" for r in picked])
        return sheet.finish(f"Small line charts of children looked after, {_span(results)}: {listed}.")


def _region_of() -> dict[str, str]:
    """Return the region of every authority; other areas have none."""
    return defaultdict(str, {one.name: one.region for one in authorities()})


@chart("areas_by_region", title="Change in authorities by region")
def areas_by_region(results: Results) -> Chart | None:
    """Draw a row of squares for each region, one an authority, coloured by change."""
    rows = _authorities_only(results)
    if len(rows) < LEAST_STRIP:
        return None
    region_of = _region_of()
    regions: dict[str, list[Growth]] = {}
    for row in rows:
        regions.setdefault(region_of[row.area], []).append(row)
    ordered = sorted(regions.items(), key=lambda item: -float(np.median([row.percent for row in item[1]])))
    middle = {name: float(np.median([row.percent for row in of])) for name, of in ordered}
    with style.context():
        sheet = Sheet(
            f"Half the authorities in {ordered[0][0]} change by {_signed(middle[ordered[0][0]])} or more; in "
            f"{ordered[-1][0]}, half by {_signed(middle[ordered[-1][0]])} or less",
            f"{results.title}. Change in children looked after, {_span(results)}: a square is an authority, regions "
            "in order of their median",
            series.footer([results]),
            ticks=False,
            plots_height=0.5 * len(ordered) + 0.6,
        )
        axes = sheet.panels[0]
        axes.set_axis_off()
        longest = max(len(of) for _, of in ordered)
        for y, (region, of) in enumerate(ordered):
            axes.text(-0.8, y, region, ha="right", va="center", fontsize=style.FOOTER)
            colours = [style.PALETTE[_colour(row.percent)] for row in of]
            axes.scatter(np.arange(len(of)), np.full(len(of), y), marker="s", s=170, c=colours, linewidth=0)
            axes.text(len(of) - 0.3, y, f"median {_signed(middle[region])}", va="center", fontsize=style.FOOTER)
        _key(axes, len(ordered) + 0.2)
        axes.set_xlim(-11.0, max(longest + 4.0, 36.0))  # the key needs as much
        axes.set_ylim(len(ordered) + 0.7, -0.7)
        listed = words.listed([f"{name} {_signed(value)}" for name, value in middle.items()])
        return sheet.finish(f"Rows of coloured squares, one an authority. Median change by region: {listed}.")


def _colour(percent: float) -> str:
    return next(colour for bound, colour in STEPS if percent <= bound)


def _key(axes: Axes, y: float) -> None:
    """Draw what each colour means."""
    texts = ["falls over 15%", "falls 5% to 15%", "within 5%", "grows 5% to 15%", "grows over 15%"]
    for i, ((_, colour), text) in enumerate(zip(STEPS, texts, strict=True)):
        axes.scatter([-9.0 + 9.0 * i], [y], marker="s", s=120, c=[style.PALETTE[colour]], linewidth=0)
        axes.text(-8.2 + 9.0 * i, y, text, va="center", fontsize=style.FOOTER - 1)


@chart("areas_ranked", title="Areas ranked by change")
def areas_ranked(results: Results) -> Chart | None:
    """Draw the change of the areas at either end of the ranking as bars."""
    rows = _compared(results)
    if len(rows) < 3:
        return None
    picked = rows if len(rows) <= 2 * RANKED else [*rows[:RANKED], *rows[-RANKED:]]
    split = len(picked) < len(rows)
    with style.context():
        sheet = Sheet(
            _finding(rows),
            f"{results.title}. Change in children looked after, %, {_span(results)}"
            + (f"; the {RANKED} areas at either end of {len(rows)}" if split else ""),
            series.footer([results]),
            ticks=False,
            plots_height=0.24 * len(picked) + 0.4,
        )
        axes = sheet.panels[0]
        axes.set_axis_off()
        widest = max(abs(row.percent) for row in picked)
        for i, row in enumerate(picked):
            y = i + (0.8 if split and i >= RANKED else 0.0)
            colour = style.PALETTE["orange" if row.percent > 0 else "dark_blue"]
            axes.barh(y, row.percent, color=colour, height=0.72)
            axes.text(-1.35 * widest, y, row.area, ha="right", va="center", fontsize=style.FOOTER)
            text = f"{_signed(row.percent)}  ({words.count(row.first)} to {words.count(row.last)})"
            side = 1 if row.percent > 0 else -1
            if side > 0:
                axes.text(row.percent + 0.02 * widest, y, text, va="center", fontsize=style.FOOTER)
            else:
                axes.text(0.02 * widest, y, text, va="center", fontsize=style.FOOTER)
        if split:
            between = f"{len(rows) - len(picked)} areas between"
            axes.text(-1.35 * widest, RANKED - 0.1, between, ha="right", va="center", color=style.QUIET,
                      fontsize=style.FOOTER)  # fmt: skip
        axes.axvline(0, color=style.PALETTE["mid_grey"], linewidth=0.9)
        axes.set_xlim(-3.1 * widest, 2.2 * widest)
        axes.set_ylim(len(picked) + 0.6, -0.8)
        listed = words.listed([f"{row.area} {_signed(row.percent)}" for row in picked])
        return sheet.finish(f"Bars of the change in children looked after, {_span(results)}: {listed}.")


@chart("areas_beside", title="An area beside others")
def areas_beside(results: Results) -> Chart | None:
    """Draw a few areas from 100 at the start, for example an authority, its region and England."""
    rows = {row.area: row for row in growth_by_area(results)}
    if not 2 <= len(rows) <= MOST_BESIDE:
        return None
    at = series.stock(results, "children").at
    first, *others = (area for area in results.areas if area in rows)
    against = words.listed([f"{_signed(rows[area].percent)} in {area}" for area in others])
    fan = series.fan_words([results], "80%") + (f" of {first}" if results.draws > 1 else "")
    with style.context():
        sheet = Sheet(
            f"Children looked after change by {_signed(rows[first].percent)} in {first}, against {against}",
            f"{results.title}. Children looked after, start of the run = 100, {_span(results)}{fan}",
            series.footer([results]),
        )
        axes = sheet.panels[0]
        sheet.years(at[0] - 0.2, at[-1] + 0.2)
        axes.axhline(100, color=style.PALETTE["mid_grey"], linewidth=0.8, zorder=0)
        for i, area in enumerate((first, *others)):
            values = results.stock_totals("children").area(results.areas.index(area))
            quantiles = isinstance(results, Published)
            path = series.Series(at, results.dates("stock"), 100 * values / values[:1, :1], quantiles)
            lines.draw_projection(axes, path, style.LINES[i], dashed=False, fan=i == 0, widest=True)
            text = f"{area}:\n{words.count(rows[area].first)} to\n{words.count(rows[area].last)}"
            sheet.label(axes, at[-1], path.central[-1], text, style.LINES[i], bold=i == 0)
        listed = words.listed([f"{a} {words.count(r.first)} to {words.count(r.last)}" for a, r in rows.items()])
        return sheet.finish(f"Lines of children looked after from 100, {_span(results)}{fan}: {listed}.")
