"""A chart as SVG text, and where a cursor finds its values."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.outputs.charts import style
from simulator.outputs.svg.axis_ticks import year_text, year_ticks
from simulator.outputs.svg.plot import Plot, Trace
from simulator.outputs.svg.plot_layout import BODY, LINE, SMALL, TITLE, EndLabel, PanelPlace, PlotLayout, laid_out
from simulator.outputs.svg.text_width import text_width, wrapped
from simulator.vocabulary.printable import one_line

Array = NDArray[np.float64]

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
_OPACITY = (0.16, 0.3)
"""Of the 80% band and of the 50% band, which lies on it."""

_EDGE = 14
"""Pixels of paper around a chart that stands alone."""

_CLOSEST = 4.0
"""Pixels between points of a line, at least."""

_HALO = 'class="halo" fill="#FFFFFF" stroke="#FFFFFF" stroke-width="3" stroke-linejoin="round"'
"""Of a copy of text beneath it, which keeps lines off: WeasyPrint and cairo paint a text's stroke over its letters."""


def draw(plot: Plot, *, width: float = 760.0, titled: bool = False) -> str:
    """Return a chart as SVG.

    It has no script, style or link, so that it may stand in a page of the strictest policy; classes (`line`, `band`,
    `grid`, `text`, `halo`, `paper`) let a page colour it for high contrast. Lines differ in their pattern too.

    Parameters
    ----------
    plot : Plot
    width : float
        Pixels, 320 or more. Text keeps its size, so a narrow chart is drawn narrow and not scaled down.
    titled : bool
        Whether it stands alone, with its finding, subtitle and notes in it; on a page these are text around it.
    """
    layout = laid_out(plot, width, titled=titled)
    body = [*_head(layout), *(part for place in layout.places for part in _panel(plot, layout, place))]
    y = layout.height - len(layout.notes) * SMALL * LINE + SMALL - 4.0
    body += [_text(0, y + i * SMALL * LINE, note, SMALL, style.QUIET) for i, note in enumerate(layout.notes)]
    edge = _EDGE if titled else 0
    wide, high = layout.width + 2 * edge, layout.height + 2 * edge
    box = f'x="{-edge}" y="{-edge}" width="{wide:g}" height="{high:.0f}"'
    size = f'viewBox="{-edge} {-edge} {wide:g} {high:.0f}" width="{wide:g}" height="{high:.0f}"'
    name = _safe(f"{plot.finding}. {plot.sentence}" if titled else plot.sentence)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{name}" font-family="{FONT}">'
        f'<rect class="paper" {box} fill="#FFFFFF"/>{"".join(body)}</svg>'
    )


def cursor(plot: Plot, *, width: float = 760.0) -> list[dict[str, Any]]:
    """Return what a cursor reads out at each year: its place in the picture that `draw` makes, and every value there.

    Returns
    -------
    list of dict
        ``when``, and ``values``: of each line its name, its value in words, and the place of its point.
    """
    layout = laid_out(plot, width, titled=False)
    stops: dict[str, list[dict[str, Any]]] = {}
    order: dict[str, float] = {}
    for place in layout.places:
        for trace in place.panel.traces:
            for i in yearly(trace):
                when = trace.course.when[i]
                x, y = place.point(trace, i)
                name = f"{place.panel.title}: {trace.name}" if place.panel.title else trace.name
                value = {"name": name, "text": value_words(plot, trace, i), "x": round(x, 1), "y": round(y, 1)}
                stops.setdefault(when, []).append(value)
                order[when] = float(trace.course.at[i])
    return [{"when": plot.when(when), "values": stops[when]} for when in sorted(stops, key=order.__getitem__)]


def yearly(trace: Trace) -> list[int]:
    """Return the positions of a line's values at whole years, of which tables and cursors tell."""
    at = trace.course.at
    return [int(i) for i in np.flatnonzero(np.abs(at - np.round(at)) < 1e-6) if not np.isnan(trace.course.middle[i])]


def value_words(plot: Plot, trace: Trace, i: int) -> str:
    """Return a value of a line in words, with where 80% of its draws lie."""
    bands = trace.course.bands()
    text = plot.write(float(trace.course.middle[i]))
    if not bands:
        return text
    low, high = (plot.write(float(edge[i])) for edge in bands[0])
    return text if low == high else f"{text} ({low} to {high})"


def _head(layout: PlotLayout) -> Iterator[str]:
    y = TITLE
    for line in layout.title:
        yield _text(0, y, line, TITLE, style.INK, bold=True)
        y += TITLE * LINE
    for line in layout.subtitle:
        yield _text(0, y, line, BODY, style.QUIET)
        y += BODY * LINE


def _panel(plot: Plot, layout: PlotLayout, place: PanelPlace) -> Iterator[str]:
    left, right, floor, top = place.across.first, place.across.last, place.up.first, place.up.last
    start = left - text_width(max((text for _, text in layout.ticks), key=len), SMALL) - 10.0
    for i, line in enumerate(place.heading):
        y = top - (len(place.heading) - i - 1) * SMALL * LINE - 12.0
        yield _text(max(start, 0.0), y, line, SMALL, style.INK, bold=i == 0)
    for value, text in layout.ticks:
        y = place.up.at(value)
        nought = abs(value) < 1e-9
        yield (
            f'<line class="{"axis" if nought else "grid"}" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{style.INK if nought else "#D9D9D9"}" stroke-width="1"/>'
        )
        yield _text(left - 6.0, y + 4.0, text, SMALL, style.QUIET, anchor="end")
    room = 62.0 if plot.financial else 44.0
    for year in year_ticks(*layout.years, max(2, int((right - left) / room))):
        x = place.across.at(year)
        yield (
            f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{floor:.1f}" y2="{floor + 5:.1f}" '
            f'stroke="{style.QUIET}" stroke-width="1"/>'
        )
        yield _text(x, floor + 18.0, year_text(year, financial=plot.financial), SMALL, style.QUIET, anchor="middle")
    if not plot.panels[0].title:
        yield from _beginning(plot, place)
    for trace in place.panel.traces:
        if trace.banded:
            yield from _bands(trace, place)
    for trace in place.panel.traces:
        yield _line(trace, place)
    for trace in place.panel.traces:
        if trace.published and not place.panel.title:
            yield from _published(trace, place)
    for at, value, text in plot.marks:
        x, y = place.across.at(at), place.up.at(value)
        yield (
            f'<path class="mark" d="M{x - 5:.1f} {y - 5:.1f}l10 10m-10 0l10 -10" stroke="{style.INK}" '
            'stroke-width="2" fill="none"/>'
        )
        said = f"{text}: {plot.write(value)}"
        yield _text(x - 9.0, y - 8.0, said, SMALL, style.INK, anchor="end", halo=True)
    for label in place.labels:
        yield from _label(label, right)


def _beginning(plot: Plot, place: PanelPlace) -> Iterator[str]:
    """Mark where the record ends and the projection begins."""
    projected = [trace for trace in place.panel.traces if not trace.published]
    if len(projected) == len(place.panel.traces) or not projected:
        return
    begin = min(float(trace.course.at[0]) for trace in projected)
    first = min(projected, key=lambda trace: float(trace.course.at[0]))
    x = place.across.at(begin)
    yield (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{place.up.last:.1f}" y2="{place.up.first:.1f}" '
        f'stroke="{style.QUIET}" stroke-width="1" stroke-dasharray="2 3"/>'
    )
    text = f"Projected from {plot.when(first.course.when[0])}"
    wide = text_width(text, SMALL) + 6.0
    if x + wide < place.across.last:
        yield _text(x + 6.0, place.up.first - 8.0, text, SMALL, style.QUIET, halo=True)
    elif x - wide > place.across.first:
        yield _text(x - 6.0, place.up.first - 8.0, text, SMALL, style.QUIET, anchor="end", halo=True)


def _bands(trace: Trace, place: PanelPlace) -> Iterator[str]:
    across = place.across.all(trace.course.at)
    for (low, high), opacity in zip(trace.course.bands(), _OPACITY, strict=False):
        there = _drawn(trace, place) & ~(np.isnan(low) | np.isnan(high))
        xs = np.concatenate([across[there], across[there][::-1]])
        ys = np.concatenate([place.up.all(high[there]), place.up.all(low[there])[::-1]])
        yield f'<path class="band" d="{_path(xs, ys)}Z" fill="{trace.colour}" fill-opacity="{opacity}"/>'


def _line(trace: Trace, place: PanelPlace) -> str:
    there = _drawn(trace, place) & ~np.isnan(trace.course.middle)
    path = _path(place.across.all(trace.course.at[there]), place.up.all(trace.course.middle[there]))
    dash = f' stroke-dasharray="{trace.dash}"' if trace.dash else ""
    return (
        f'<path class="line" d="{path}" fill="none" stroke="{trace.colour}" '
        f'stroke-width="{2.5 if trace.banded or trace.published else 2.2}" stroke-linejoin="round"{dash}/>'
    )


def _drawn(trace: Trace, place: PanelPlace) -> NDArray[np.bool_]:
    """Tell which points are drawn: all, or where they lie closer than can be seen, some of them and both ends."""
    many, room = len(trace.course.at), place.across.last - place.across.first
    every = max(1, int(many * _CLOSEST / max(room, 1.0)))
    at = np.arange(many)
    return (at % every == 0) | (at == many - 1)


def _path(xs: Array, ys: Array) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True))


def _published(trace: Trace, place: PanelPlace) -> Iterator[str]:
    """Name the record: above its line and before its end, on two lines where it is short."""
    across, up = place.across.all(trace.course.at), place.up.all(trace.course.middle)
    left, room = place.across.first + 2.0, float(across[-1]) - place.across.first - 4.0
    word = max(text_width(one, SMALL, bold=True) for one in trace.name.split())
    lines = wrapped(trace.name, SMALL, max(room, word), bold=True)
    wide = max(text_width(line, SMALL, bold=True) for line in lines)
    x = max(left, min(float(across[len(across) // 4]), left + room - wide))
    over = up[(across >= x - 30.0) & (across <= x + wide + 30.0)]
    last = max(float(np.nanmin(over if over.size else up)) - 8.0, place.up.last + SMALL * LINE * len(lines))
    for i, line in enumerate(reversed(lines)):
        yield _text(x, last - i * SMALL * LINE, line, SMALL, trace.colour, bold=True, halo=True)


def _label(label: EndLabel, right: float) -> Iterator[str]:
    x, y = label.end
    yield f'<circle class="end" cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{label.trace.colour}"/>'
    first = label.middle - label.height / 2 + SMALL * 0.95
    if abs(label.middle - y) > 9.0:
        yield (
            f'<path class="leader" d="M{x + 3:.1f} {y:.1f}L{right + 9:.1f} {label.middle:.1f}" fill="none" '
            f'stroke="{label.trace.colour}" stroke-width="1"/>'
        )
    colour = style.readable(label.trace.colour)
    value = next(i for i, text in enumerate(label.texts) if text[:1] in "+−£0123456789" or i == len(label.texts) - 1)
    for i, text in enumerate(label.texts):
        yield _text(right + 12.0, first + i * SMALL * LINE, text, SMALL, colour, bold=i <= value)


def _text(
    x: float, y: float, text: str, size: float, colour: str, *, anchor: str = "start", bold: bool = False,
    halo: bool = False,
) -> str:  # fmt: skip
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += ' font-weight="bold"' if bold else ""
    put = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{more}>{_safe(text)}</text>'
    beneath = f"<text {_HALO} {put}" if halo else ""
    return f'{beneath}<text class="text" fill="{colour}" {put}'


def _safe(text: str) -> str:
    return escape(one_line(text), quote=True)
