"""Charts: how areas differ. Small lines for each, authorities by region, a ranking, areas beside each other.

Change is in children looked after from the start to the end of the run: the median of draws where there are some, with
80% of them beside it, or else the central run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache, partial

import numpy as np
from matplotlib.axes import Axes

from simulator.outputs.charts import headline, lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.layout import MARGIN, Sheet
from simulator.outputs.charts.series import Course
from simulator.results.analysis import Growth, growth_by_area
from simulator.results.results_protocol import Results
from simulator.vocabulary.areas import authorities

MOST_ON_A_PAGE = 20
"""Areas up to which small lines stand on one page; more get a page for each region."""
MOST_BESIDE = len(style.LINES)
RANKED = 10
TINY = 20
"""Children below which an area's interval does not set the scale, as it would flatten all others."""
LEAST_BY_REGION = 20
"""Authorities below which a chart by region shows nothing that a ranking does not."""

WIDTH = style.WIDTH_INCHES - 2 * MARGIN
"""Inches across a panel without ticks, in which charts of names place them."""
ROW = 0.2
"""Inches for a line of names."""
NAMES_ACROSS = 3
NAMES_START = 1.5
"""Inches from the left, after names of regions."""
NAME_WIDTH = (WIDTH - NAMES_START) / NAMES_ACROSS
NAME_INDENT = 0.76
"""Inches for the square and the change before a name."""

STEPS = (
    (-15.0, "dark_blue", "falls over 15%"),
    (-5.0, "mid_blue", "falls 5% to 15%"),
    (5.0, "mid_grey", "within 5%"),
    (15.0, "orange", "grows 5% to 15%"),
    (np.inf, "dark_pink", "grows over 15%"),
)
"""Colours of change, per cent: each up to its bound, with its words."""


def _authorities_only(results: Results) -> list[Growth]:
    """Return the change of areas that are single authorities, most growth first."""
    return [row for row in growth_by_area(results) if row.area in _region_of()]


def _compared(results: Results) -> list[Growth]:
    """Return authorities where there are some to compare, or else all areas."""
    rows = _authorities_only(results)
    return rows if len(rows) >= 3 else growth_by_area(results)


@cache
def _region_of() -> dict[str, str]:
    return {one.name: one.region for one in authorities()}


def _paths(results: Results, rows: Iterable[Growth]) -> dict[str, Course]:
    """Return the children of areas over time, from 100 at the start."""
    dates, children = results.dates("stock"), results.stock_totals("children")
    at = np.array([words.year_position(date) for date in dates])
    paths = {}
    for row in rows:
        values = children.area(results.areas.index(row.area))
        paths[row.area] = Course(at, dates, 100.0 * values / row.first, children.quantiles)
    return paths


def _interval(path: Course) -> tuple[float, float] | None:
    """Return the 80% interval of the change at the end, per cent; none without draws or where it is hidden."""
    if not path.bands():
        return None
    low, high = (float(edge[-1]) - 100.0 for edge in path.bands()[0])
    return None if np.isnan([low, high]).any() else (low, high)


def _interval_words(path: Course, row: Growth) -> str:
    interval = _interval(path)
    return "" if interval is None or row.rough else f", 80%: {_signed(interval[0])} to {_signed(interval[1])}"


def _cut_words(results: Results, rows: Iterable[Growth]) -> str:
    """Return that intervals of tiny areas may leave the scale, for a subtitle, where there are any."""
    if results.draws == 1 or all(row.first >= TINY for row in rows):
        return ""
    return f", cut off for areas of fewer than {TINY} children"


def _edges(paths: dict[str, Course], rows: Iterable[Growth], since: int = 0) -> tuple[float, float]:
    """Return the ends of a scale from an instant on: of every central path, and of intervals of all but tiny areas."""
    shown = [np.array([100.0])]
    for row in rows:
        path = paths[row.area]
        bands = path.bands()[:1] if row.first >= TINY else []
        shown += [values[since:] for values in (path.middle, *(edge for pair in bands for edge in pair))]
    low, high = float(np.nanmin(np.concatenate(shown))), float(np.nanmax(np.concatenate(shown)))
    return low, max(high, low + 1.0)


def _signed(percent: float) -> str:
    return f"{percent:+,.0f}%".replace("-0%", "0%").replace("+0%", "0%").replace("-", "−")


def _span(results: Results) -> str:
    dates = results.dates("stock")
    return f"{words.month(dates[0])} to {words.month(dates[-1])}"


def _draws_words(results: Results, mark: str) -> str:
    """Return what shows 80% of draws, for a subtitle; nothing without draws."""
    return f"; {mark}: 80% of {results.draws - 1:,} draws" if results.draws > 1 else ""


def _counts(row: Growth) -> str:
    return f"{words.count(row.first)} to {words.count(row.last)}"


def _change(row: Growth) -> str:
    """Return a change per cent, or in numbers where a percentage would be too rough."""
    return _counts(row) if row.rough else _signed(row.percent)


def _by(row: Growth) -> str:
    if row.way == "unsure" and row.low is not None and row.high is not None:
        if row.rough:
            return f"from {words.count(row.first)} to between {words.count(row.low)} and {words.count(row.high)}"
        low, high = ((_signed(100.0 * (end / row.first - 1.0))) for end in (row.low, row.high))
        return f"by {low} to {high} ({headline.DRAWS})"
    return f"{'from' if row.rough else 'by'} {_change(row)}"


def _rough_words(results: Results, rows: Iterable[Growth]) -> str:
    """Return that some changes are in numbers, for a subtitle, where there are any."""
    rough, least = any(row.rough for row in rows), results.showing.least_for_percent
    return f"; fewer than {least:.0f} children in numbers only, as they are rounded to 5" if rough else ""


def _children(level: float, row: Growth) -> str:
    """Return children in words from a level that is 100 at the start."""
    return words.count(level * row.first / 100.0)


def _finding(rows: list[Growth], where: str = "") -> str:
    """Return what the ranking says, as a title."""
    up, down = sum(row.way == "up" for row in rows), sum(row.way == "down" for row in rows)
    sure = [row for row in rows if not row.rough] or rows
    highest, lowest = (f"{row.area} ({_change(row)})" for row in (sure[0], sure[-1]))
    areas = f"{len(rows)} areas{where}"
    if open_ := sum(row.way == "unsure" for row in rows):
        told = [f"{verb} in {n}" for n, verb in ((up, "grow"), (down, "fall")) if n]
        ends = f" ({sure[-1].area} {_change(sure[-1])} to {sure[0].area} {_change(sure[0])})"
        found = f"{words.listed(told)} of {areas}" if told else f"in {areas}"
        return f"Children looked after {found}{ends}; in {open_}, {headline.DRAWS} hold no change"
    if up == len(rows):
        found = f"grow in all {areas}, most in {highest} and least in {lowest}"
    elif down == len(rows):
        found = f"fall in all {areas}, least in {highest} and most in {lowest}"
    elif up:
        found = f"grow in {up} of {areas}, most in {highest} and least in {lowest}"
    elif down:
        found = f"fall in {down} of {areas}, most in {lowest}, and grow in none"
    else:
        found = f"stay level in all {areas}"
    return f"Children looked after {found}"


def _left_out_words(results: Results, region: str = "") -> str:
    """Return which areas, of a region or of all, have no change to show, for a subtitle, where there are any."""
    shown = {row.area for row in growth_by_area(results)}
    names = [name for name in results.areas if name not in shown and region in ("", _region_of().get(name))]
    why = "begin with no child" + (" or are hidden" if results.showing.hidden else "")
    return f"; left out, as they {why}: {words.listed(names)}" if names else ""


def _by_region_title(middle: dict[str, float]) -> str:
    """Return how half of the first and of the last region change, from the median of each."""
    first, last = max(middle, key=middle.__getitem__), min(middle, key=middle.__getitem__)
    title = f"Half the authorities in {first} change by {_signed(middle[first])} or more"
    return title if len(middle) == 1 else f"{title}; in {last}, half by {_signed(middle[last])} or less"


@chart("areas_small_multiples", title="Children in each area")
def areas_small_multiples(results: Results) -> Chart | None:
    """Draw a small line for each area, from 100 at the start, most growth first."""
    rows = _compared(results)
    return _small_lines(results, rows, _finding(rows)) if 3 <= len(rows) <= MOST_ON_A_PAGE else None


def _region_page(results: Results, region: str) -> Chart | None:
    """Draw a small line for each authority of a region, where there are too many authorities for one page."""
    everywhere = _compared(results)
    rows = [row for row in everywhere if _region_of().get(row.area) == region]
    if len(everywhere) <= MOST_ON_A_PAGE or not rows:
        return None
    title = (
        _finding(rows, f" of {region}")
        if len(rows) > 1
        else f"Children looked after change {_by(rows[0])} in {rows[0].area}, {region}"
    )
    return _small_lines(results, rows, title, region)


for _region in sorted(set(_region_of().values())):
    _name = _region.lower().replace(" ", "_")
    chart(f"areas_{_name}", title=f"Children in each authority: {_region}")(partial(_region_page, region=_region))


def _small_lines(results: Results, rows: list[Growth], title: str, region: str = "") -> Chart:
    paths = _paths(results, rows)
    columns = min(5, len(rows))
    at = paths[rows[0].area].at
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Children looked after, start of the run = 100, {_span(results)}; most growth first"
            + _draws_words(results, "shaded")
            + _cut_words(results, rows)
            + _left_out_words(results, region),
            series.footer([results], *results.bends),
            count=len(rows),
            columns=columns,
            plots_height=(2.6 if len(rows) <= columns else 1.0) * -(-len(rows) // columns),
            least_height=0.0,
        )
        sheet.years(at[0] - 0.3, at[-1] + 0.3, panel_ticks=2 if columns > 3 else 3)
        for i, row in enumerate(rows):
            colour = style.PALETTE["orange" if row.percent > 0.5 else "dark_blue"]
            sheet.panels[i].axhline(100, color=style.PALETTE["mid_grey"], linewidth=0.8, zorder=0)
            lines.draw_projection(sheet.panels[i], paths[row.area], colour, dashed=False, width=2.0, widest=True)
            sheet.panel_title(i, f"{row.area}\n{_counts(row)}", colour)
        low, high = _edges(paths, rows)
        sheet.panels[0].set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        listed = words.listed([f"{row.area} {_counts(row)}{_interval_words(paths[row.area], row)}" for row in rows])
        return sheet.finish(f"Small line charts of children looked after, {_span(results)}: {listed}.")


@chart("areas_by_region", title="Change in authorities by region")
def areas_by_region(results: Results) -> Chart | None:
    """Draw the authorities of each region by name, with a square coloured by change."""
    rows = _authorities_only(results)
    if len(rows) < LEAST_BY_REGION:
        return None
    regions: dict[str, list[Growth]] = defaultdict(list)
    for row in rows:
        regions[_region_of()[row.area]].append(row)
    medians = {name: float(np.median([row.percent for row in of])) for name, of in regions.items()}
    middle = dict(sorted(medians.items(), key=lambda pair: -pair[1]))
    with style.context():
        # Two lines at least, for a region's name of two lines; then a line for its median, or white.
        deep = {name: max(2, sum(_depths(regions[name]))) + 1 for name in middle}
        sheet = Sheet(
            _by_region_title(middle),
            f"{results.title}. Change in children looked after, %, {_span(results)}"
            + (", median of draws" if results.draws > 1 else "")
            + "; regions in order of their median, authorities most growth first"
            + _rough_words(results, rows)
            + _left_out_words(results),
            series.footer([results], *results.bends),
            ticks=False,
            plots_height=ROW * (sum(deep.values()) + 1),
            least_height=0.0,
        )
        axes = _blank(sheet, sum(deep.values()) + 1.0)
        _key(axes)
        top = 2.0
        for region in middle:
            _authorities(axes, sheet, region, middle[region], regions[region], top)
            top += deep[region]
        listed = words.listed([f"{name} {_signed(percent)}" for name, percent in middle.items()])
        return sheet.finish(f"Authorities by region, each with a square coloured by its change. Median: {listed}.")


def _blank(sheet: Sheet, rows: float) -> Axes:
    """Return the panel without axes, in inches across and rows of text down."""
    axes = sheet.panels[0]
    axes.set_axis_off()
    axes.set_xlim(0.0, WIDTH)
    axes.set_ylim(rows, 0.0)
    return axes


def _authorities(axes: Axes, sheet: Sheet, region: str, middle: float, rows: list[Growth], top: float) -> None:
    """Draw a region's name and median, and beside them each authority: square, change and name."""
    named = [*sheet.wrap(region, style.FOOTER, NAMES_START - 0.1, bold=True), f"median {_signed(middle)}"]
    for n, line in enumerate(named):
        weight, colour = ("normal", style.QUIET) if n == len(named) - 1 else ("bold", style.INK)
        axes.text(0.0, top + n, line, va="center", fontsize=style.FOOTER, fontweight=weight, color=colour)
    starts = [top, *(top + np.cumsum(_depths(rows)))]
    for i, row in enumerate(rows):
        down, column = divmod(i, NAMES_ACROSS)
        x, y = NAMES_START + NAME_WIDTH * column, starts[down]
        colour = "white" if row.rough else style.PALETTE[_colour(row.percent)]
        axes.scatter(
            [x + 0.08], [y], marker="s", s=110, facecolor=colour, edgecolor=style.QUIET,
            linewidth=0.8 if row.rough else 0.0, gid=row.area,
        )  # fmt: skip
        change = (
            f"{row.last - row.first:+,.0f}".replace("+0", "0").replace("-", "−") if row.rough else _signed(row.percent)
        )
        axes.text(x + 0.68, y, change, ha="right", va="center", fontsize=style.FOOTER)
        for n, line in enumerate(_name_lines(row.area)):
            axes.text(x + NAME_INDENT, y + n, line, va="center", fontsize=style.FOOTER)


def _name_lines(area: str) -> list[str]:
    """Return the name of an authority in lines, without what only tells a city or a county from others of its name."""
    short = area.removesuffix(", City of").removesuffix(", County of").replace(" and ", " & ")
    return Sheet.wrap(short, style.FOOTER, NAME_WIDTH - NAME_INDENT - 0.04)


def _depths(rows: list[Growth]) -> list[int]:
    """Return how many lines each row of names takes."""
    lines = [len(_name_lines(row.area)) for row in rows]
    return [max(lines[i : i + NAMES_ACROSS]) for i in range(0, len(lines), NAMES_ACROSS)]


def _colour(percent: float) -> str:
    return next(colour for bound, colour, _ in STEPS if percent <= bound)


def _key(axes: Axes) -> None:
    """Draw what each colour means, in the first row."""
    for i, (_, colour, text) in enumerate(STEPS):
        x = i * WIDTH / len(STEPS)
        axes.scatter([x + 0.08], [0.5], marker="s", s=110, color=style.PALETTE[colour], linewidth=0, gid="key")
        axes.text(x + 0.22, 0.5, text, va="center", fontsize=style.FOOTER)


@chart("areas_ranked", title="Areas ranked by change")
def areas_ranked(results: Results) -> Chart | None:
    """Draw the change of the areas at either end of the ranking: bars, or with draws dots on 80% of them."""
    rows = _compared(results)
    if len(rows) < 3:
        return None
    picked = rows if len(rows) <= 2 * RANKED else [*rows[:RANKED], *rows[-RANKED:]]
    between = len(rows) - len(picked)
    paths = _paths(results, picked)
    intervals = {row.area: _interval(paths[row.area]) for row in picked}
    with style.context():
        sheet = Sheet(
            _finding(rows),
            f"{results.title}. Change in children looked after, %, {_span(results)}"
            + (f"; the {RANKED} areas at either end of {len(rows)}" if between else "")
            + _draws_words(results, "line")
            + _cut_words(results, picked)
            + _rough_words(results, picked)
            + _left_out_words(results),
            series.footer([results], *results.bends),
            ticks=False,
            plots_height=0.26 * (len(picked) + (1 if between else 0)),
            least_height=0.0,
        )
        axes = _blank(sheet, len(picked) + (1.0 if between else 0.0))
        texts = [
            _counts(row) if row.rough else f"{_change(row)} ({_counts(row)}){_interval_words(paths[row.area], row)}"
            for row in picked
        ]
        # Names on the left, figures on the right, and the drawing takes what is left between.
        names_end = max(sheet.measure(row.area, style.FOOTER) for row in picked)
        texts_start = WIDTH - max(sheet.measure(text, style.FOOTER) for text in texts)
        ends = [edge - 100.0 for edge in _edges(paths, picked, since=-1)]
        across = partial(np.interp, xp=ends, fp=[names_end + 0.15, texts_start - 0.15])  # cuts off what is beyond
        for i, (row, text) in enumerate(zip(picked, texts, strict=True)):
            y = i + (1.5 if between and i >= RANKED else 0.5)
            colour = style.PALETTE["orange" if row.percent > 0 else "dark_blue"]
            axes.text(names_end, y, row.area, ha="right", va="center", fontsize=style.FOOTER)
            axes.text(texts_start, y, text, va="center", fontsize=style.FOOTER)
            if row.rough:
                continue
            if interval := intervals[row.area]:
                axes.plot(across(interval), [y, y], color=colour, linewidth=2.0, gid="interval")
            if results.draws > 1:
                axes.plot([across(row.percent)], [y], marker="o", markersize=8, color=colour, gid="central")
            else:
                axes.barh(y, across(row.percent) - across(0.0), left=across(0.0), color=colour, height=0.72)
        if between:
            axes.text(names_end, RANKED + 0.5, f"{between} areas between", ha="right", va="center", color=style.QUIET,
                      fontsize=style.FOOTER)  # fmt: skip
        axes.axvline(across(0.0), color=style.PALETTE["mid_grey"], linewidth=0.9, zorder=0)
        kind = "Dots on lines of 80% of draws" if results.draws > 1 else "Bars"
        listed = words.listed([f"{row.area} {_change(row)}{_interval_words(paths[row.area], row)}" for row in picked])
        return sheet.finish(f"{kind} of the change in children looked after, {_span(results)}: {listed}.")


@chart("areas_beside", title="An area beside others")
def areas_beside(results: Results) -> Chart | None:
    """Draw a few areas from 100 at the start, for example an authority, its region and England."""
    rows = {row.area: row for row in growth_by_area(results)}
    if not 2 <= len(rows) <= MOST_BESIDE:
        return None
    paths = _paths(results, rows.values())
    first, *others = (area for area in results.areas if area in rows)
    at = paths[first].at
    against = words.listed([f"{_change(rows[area])} in {area}" for area in others])
    fan = _draws_words(results, f"shaded ({first}) and upright lines at the end")
    with style.context():
        sheet = Sheet(
            f"Children looked after change {_by(rows[first])} in {first}, against {against}",
            f"{results.title}. Children looked after, start of the run = 100, {_span(results)}{fan}"
            + _left_out_words(results),
            series.footer([results], *results.bends),
            plots_height=4.5 if fan else 3.9,
        )
        axes = sheet.panels[0]
        end = at[-1] + (0.08 + 0.1 * len(rows) if fan else 0.0)
        sheet.years(at[0] - 0.2, end + 0.2)
        axes.axhline(100, color=style.PALETTE["mid_grey"], linewidth=0.8, zorder=0)
        for i, area in enumerate((first, *others)):
            path, row = paths[area], rows[area]
            lines.draw_projection(axes, path, style.LINES[i], dashed=False, fan=i == 0, widest=True)
            if interval := _interval(path):
                x = at[-1] + 0.1 * (i + 1)
                edges = [100.0 + change for change in interval]
                axes.plot([x, x], edges, color=style.LINES[i], linewidth=2.4, solid_capstyle="butt", gid="interval")
            text = f"{area}:\n{words.count(row.first)} to\n{words.count(row.last)}"
            text += series.interval_line(path, partial(_children, row=row))
            sheet.label(axes, at[-1], path.middle[-1], text, style.LINES[i], bold=i == 0)
        listed = words.listed([f"{a} {_counts(r)}{_interval_words(paths[a], r)}" for a, r in rows.items()])
        return sheet.finish(f"Lines of children looked after from 100, {_span(results)}{fan}: {listed}.")
