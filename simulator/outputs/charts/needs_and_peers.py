"""Charts of evidence for sufficiency: placements needed beside what there is, and a council beside others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from simulator.outputs.charts import series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import label, plural
from simulator.outputs.charts.layout import MARGIN, Sheet
from simulator.results.figures import QUANTILES
from simulator.results.results_protocol import Results
from simulator.results.sufficiency_tables import PEER_LABELS, Sufficiency

_WIDTH = style.WIDTH_INCHES - 2 * MARGIN
_ROW = 0.36
"""Inches across the panel, in which names and figures are placed, and down for a row."""
_LOW, _MIDDLE, _HIGH = (1 + QUANTILES.index(q) for q in (10, 50, 90))

SHARES = (
    "foster_percent", "homes_percent", "supported_percent", "with_parents_percent", "uasc_percent",
    "own_provision_percent", "outside_percent", "over_20_miles_percent",
)  # fmt: skip
"""Indicators that stand on one axis, percent."""


@chart("placements_needed", title="Placements needed, and what there is")
def placements_needed(results: Results) -> Chart | None:
    """Draw children by placement now and some years on, with the interval of draws, and places that there are."""
    if results.evidence is None or len(results["children"].placements) < 2:
        return None
    found = Sufficiency(results)
    (_, start), (ahead, end) = found.dates[0], found.dates[-1]
    rows = []
    for name in results["children"].placements:
        now, then = (found.stock("children", date, name) for date in (start, end))
        if now is None or then is None or np.isnan(now[0]) or np.isnan(then[0]):
            continue
        middle = float(then[_MIDDLE] if len(then) > 1 else then[0])
        between = (float(then[_LOW]), float(then[_HIGH])) if len(then) > 1 else None
        has = found.has(name, start)[0]
        rows.append((name, float(now[0]), middle, between, None if has is None or np.isnan(has) else has))
    if not ahead or not rows:
        return None
    when = words.month(end)
    most, first, last, between, _ = max(rows, key=lambda row: abs(row[2] - row[1]))
    reach = f"{words.count(between[0])} to {words.count(between[1])} (80% of draws)" if between else words.count(last)
    title = f"{plural(most)}: {words.count(first)} children in {words.month(start)}, and {reach} in {when}"
    texts = [_now_and_then(*row[1:]) for row in rows]
    top = max(value for row in rows for value in (row[1], row[2], *(row[3] or ()), row[4] or 0.0))
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Children looked after in {results.areas[0]} by placement: now, in {words.month(start)} "
            f"(grey), and then, in {when} (blue{', in brackets 80% of draws' if between else ''}); orange bars: places "
            f"that it has now, of its own carers{' (those that children are in)' if found.only_filled else ''} "
            "and beds that it states",
            series.footer([results]),
            ticks=False,
            plots_height=_ROW * (len(rows) + 1),
            least_height=0.0,
        )
        axes, across = _strip(sheet, [label(row[0]) for row in rows], texts, 0.0, top)
        for i, (_, before, after, span, has) in enumerate(rows):
            y = i + 0.5
            if span:
                axes.plot([across(span[0]), across(span[1])], [y, y], color=style.PALETTE["dark_blue"], linewidth=5,
                          alpha=0.3, solid_capstyle="butt", gid="interval")  # fmt: skip
            if has is not None:
                axes.plot(
                    [across(has)] * 2, [y - 0.32, y + 0.32], color=style.PALETTE["orange"], linewidth=3, gid="has"
                )
            axes.plot([across(before)], [y], "o", color=style.PALETTE["mid_grey"], markersize=8, gid="now")
            axes.plot([across(after)], [y], "o", color=style.PALETTE["dark_blue"], markersize=8, gid="then")
        listed = words.listed([f"{label(row[0])} {text}" for row, text in zip(rows, texts, strict=True)])
        return sheet.finish(f"Dot chart of children by placement in {words.month(start)} and {when}: {listed}.")


@chart("neighbours", title="The council beside others")
def neighbours(results: Results) -> Chart | None:
    """Draw published shares of a council, each of its neighbours, its region and England."""
    peers = results.evidence.peers if results.evidence is not None else ()
    itself = next((one for one in peers if one.relation == "itself"), None)
    near = [one for one in peers if one.relation == "neighbour"]
    if itself is None or not near:
        return None
    shown = [name for name in SHARES if not np.isnan(itself.figures[name])]
    if not shown:
        return None
    of = {one.relation: one for one in peers if one.relation in ("neighbours", "region", "England")}
    head = "outside_percent" if "outside_percent" in shown else shown[0]
    others = words.listed(
        [
            f"{'its neighbours' if name == 'neighbours' else one.name} {one.figures[head]:.0f}%"
            for name, one in of.items()
            if not np.isnan(one.figures[head])
        ]
    )
    title = f"{_plain(head)}: {itself.name} {itself.figures[head]:.0f}%, {others}"
    texts = [f"{itself.figures[name]:.0f}%, England {of['England'].figures[name]:.0f}%" for name in shown]
    values = [one.figures[name] for one in peers for name in shown if not np.isnan(one.figures[name])]
    with style.context():
        sheet = Sheet(
            title,
            f"Published shares of children looked after, %: {itself.name} (blue), each of its statistical neighbours "
            f"(grey), {of['region'].name} (turquoise) and England (orange), at 31 March 2025",
            [
                "Source: Department for Education. Neighbours: "
                f"{', '.join(one.name for one in near)}; docs/sufficiency.md of care-demand says how they are found."
            ],
            ticks=False,
            plots_height=_ROW * (len(shown) + 1),
            least_height=0.0,
        )
        axes, across = _strip(sheet, [PEER_LABELS[name] for name in shown], texts, 0.0, max(values))
        marks = [(one, "mid_grey", 5, "neighbour") for one in near]
        marks += [(of["region"], "turquoise", 8, "region"), (of["England"], "orange", 8, "england")]
        marks += [(itself, "dark_blue", 10, "itself")]
        for i, name in enumerate(shown):
            for one, colour, size, gid in marks:
                if not np.isnan(one.figures[name]):
                    at = across(one.figures[name])
                    axes.plot([at], [i + 0.5], "o", color=style.PALETTE[colour], markersize=size, gid=gid)
        listed = words.listed([f"{_plain(name)} {text}" for name, text in zip(shown, texts, strict=True)])
        return sheet.finish(f"Dot chart of {itself.name} beside its neighbours, its region and England: {listed}.")


def _now_and_then(now: float, then: float, between: tuple[float, float] | None, has: float | None) -> str:
    """Write the figure of each mark of a row, so that none reads as the interval of another."""
    draws = f" ({words.count(between[0])} to {words.count(between[1])})" if between else ""
    there = "" if has is None else f"; has {words.count(has)}"
    return f"{words.count(now)} now, {words.count(then)} then{draws}{there}"


def _plain(name: str) -> str:
    return PEER_LABELS[name].removesuffix(", %")


def _strip(
    sheet: Sheet, names: Sequence[str], texts: Sequence[str], low: float, high: float
) -> tuple[Axes, Callable[[float], float]]:
    """Write names to the left of rows, figures to the right and a scale below; return what places a value across."""
    axes = sheet.panels[0]
    axes.set_axis_off()
    axes.set_xlim(0.0, _WIDTH)
    axes.set_ylim(len(names) + 1.0, 0.0)
    begin = max(sheet.measure(name, style.FOOTER) for name in names) + 0.3
    end = _WIDTH - max(sheet.measure(text, style.FOOTER) for text in texts) - 0.3
    for i, (name, text) in enumerate(zip(names, texts, strict=True)):
        axes.plot([begin, end], [i + 0.5] * 2, color=style.PALETTE["light_grey"], linewidth=0.8, zorder=0, gid="row")
        axes.text(begin - 0.2, i + 0.5, name, ha="right", va="center", fontsize=style.FOOTER)
        axes.text(end + 0.2, i + 0.5, text, va="center", fontsize=style.FOOTER)
    across = partial(np.interp, xp=[low, high or 1.0], fp=[begin, end])
    for tick in MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True).tick_values(low, high or 1.0):
        if low <= tick <= (high or 1.0):
            at = across(tick)
            axes.plot(
                [at, at], [0.0, len(names)], color=style.PALETTE["light_grey"], linewidth=0.5, zorder=0, gid="tick"
            )
            axes.text(at, len(names) + 0.1, words.count(tick), ha="center", va="top", fontsize=style.FOOTER)
    return axes, across
