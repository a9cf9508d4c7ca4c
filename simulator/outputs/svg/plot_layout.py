"""Where the parts of a chart stand: panels, scales and labels at the ends of lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.outputs.svg.axis_ticks import tick_texts, value_range, value_ticks
from simulator.outputs.svg.plot import Plot, PlotPanel, Trace
from simulator.outputs.svg.text_width import text_width, wrapped

Array = NDArray[np.float64]

TITLE, BODY, SMALL = 17.0, 13.0, 12.0
LINE = 1.28
"""Sizes of text in pixels, and how far apart lines are over them."""

_WIDE = 560.0
"""Width from which labels have room beside the lines."""

_GAP = 8.0
_MARGIN = 18.0
"""Pixels between panels, and right of axes beside which no label stands, for half of the last year."""

_BESIDE, _LINES = 14.0, 6
"""Pixels of a label's room that its text leaves free, and lines of a name that are shown."""


@dataclass(frozen=True)
class Scale:
    """A straight line from values to pixels."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        """Return where a value stands, in pixels."""
        return self.first + (value - self.low) / ((self.high - self.low) or 1.0) * (self.last - self.first)

    def all(self, values: Array) -> Array:
        """Return where values stand: (time,)."""
        return np.asarray(self.first + (values - self.low) / ((self.high - self.low) or 1.0) * (self.last - self.first))


@dataclass(frozen=True)
class EndLabel:
    """What stands beside the end of a line: its lines of text, and the height of its middle."""

    trace: Trace
    texts: tuple[str, ...]
    middle: float
    end: tuple[float, float]

    @property
    def height(self) -> float:
        """Pixels from its top to its bottom."""
        return len(self.texts) * SMALL * LINE


@dataclass(frozen=True)
class PanelPlace:
    """A panel with its scales; `labels` stand right of it."""

    panel: PlotPanel
    across: Scale
    up: Scale
    heading: tuple[str, ...]
    labels: tuple[EndLabel, ...]

    def point(self, trace: Trace, i: int) -> tuple[float, float]:
        """Return where the i-th value of a line stands."""
        return self.across.at(float(trace.course.at[i])), self.up.at(float(trace.course.middle[i]))


@dataclass(frozen=True)
class PlotLayout:
    """A whole chart.

    Attributes
    ----------
    width, height : float
    title, subtitle, notes : tuple of str
        Lines of text above and below; empty where a page has them.
    places : tuple of PanelPlace
    ticks : tuple of (float, str)
        Of the vertical axis.
    years : (float, float)
        From where to where the horizontal axis goes.
    """

    width: float
    height: float
    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    notes: tuple[str, ...]
    places: tuple[PanelPlace, ...]
    ticks: tuple[tuple[float, str], ...]
    years: tuple[float, float]


def laid_out(plot: Plot, width: float, *, titled: bool) -> PlotLayout:
    """Lay a chart out for a width in pixels.

    Parameters
    ----------
    plot : Plot
    width : float
        Of the whole picture; 320 and more.
    titled : bool
        Whether the finding, the subtitle and the notes stand in the picture, which then stands alone.
    """
    title = tuple(wrapped(plot.finding, TITLE, width - 4, bold=True)) if titled else ()
    subtitle = tuple(wrapped(plot.subtitle, BODY, width - 4)) if titled else ()
    notes = tuple(line for note in plot.notes for line in wrapped(note, SMALL, width - 4)) if titled else ()
    top = (len(title) * TITLE + len(subtitle) * BODY) * LINE + (14.0 if titled else 4.0)
    many = len(plot.panels) > 1
    columns = min(len(plot.panels), 3 if width >= 640 else 2 if width >= 420 else 1) if many else 1
    rows = -(-len(plot.panels) // columns)
    low, high = value_range(plot)
    ticks = value_ticks(low, high, 4 if many else 6)
    texts = tick_texts(ticks, plot)
    axis = max(text_width(text, SMALL) for text in texts) + 10.0
    beside = 0.0 if many else _label_width(plot, width)
    each = (width - (columns - 1) * _GAP) / columns
    tall = (120.0 if width >= 640 else 130.0) if many else (310.0 if width >= _WIDE else 240.0)
    years = _years(plot)
    places, y = [], top
    for row in range(rows):
        some = plot.panels[row * columns : (row + 1) * columns]
        headings = [_heading(panel, plot, each) for panel in some]
        above = max(map(len, headings)) * SMALL * LINE + (10.0 if many else 12.0)
        for column, (panel, heading) in enumerate(zip(some, headings, strict=True)):
            left = column * (each + _GAP)
            across = Scale(*years, left + axis, left + each - (beside + 6.0 if beside else _MARGIN))
            up = Scale(ticks[0], ticks[-1], y + above + tall, y + above)
            labels = () if many else _labels(plot, panel, across, up, beside)
            places.append(PanelPlace(panel, across, up, heading, labels))
        y += above + tall + 26.0 + (10.0 if many else 0.0)
    bottom = y + (len(notes) * SMALL * LINE + 10.0 if notes else 0.0)
    pairs = tuple(zip(ticks, texts, strict=True))
    return PlotLayout(width, bottom, title, subtitle, notes, tuple(places), pairs, years)


def _years(plot: Plot) -> tuple[float, float]:
    at = [trace.course.at for _, trace in plot.traces]
    ends = [float(a[0]) for a in at] + [float(a[-1]) for a in at] + [mark[0] for mark in plot.marks]
    return min(ends), max(ends)


def _heading(panel: PlotPanel, plot: Plot, width: float) -> tuple[str, ...]:
    if not panel.title:
        return ()
    ends = [trace.course.middle[[0, -1]] for trace in panel.traces if not trace.published]
    told = f"{plot.write(float(ends[0][0]))} to {plot.write(float(ends[0][1]))}" if len(ends) == 1 else ""
    return (*wrapped(panel.title, SMALL, width, bold=True), *([told] if told else []))


def _label_width(plot: Plot, width: float) -> float:
    """Return the room right of the panel: a part of the picture, but no word of a name is cut."""
    words = [word for _, trace in plot.traces if not trace.published for word in trace.name.split()]
    least = max((text_width(word, SMALL, bold=True) for word in words), default=0.0) + _BESIDE
    return max(min(max(96.0, 0.27 * width), 190.0), min(least, 0.4 * width))


def _label_texts(plot: Plot, trace: Trace, width: float) -> tuple[str, ...]:
    last = float(trace.course.middle[-1])
    texts = [*wrapped(trace.name, SMALL, width - _BESIDE, bold=True)[:_LINES], plot.write(last)]
    if trace.banded and (bands := trace.course.bands()):
        low, high = (plot.write(float(edge[-1])) for edge in bands[0])
        texts += wrapped(f"80%: {low} to {high}", SMALL, width - _BESIDE)
    return tuple(texts)


def _labels(plot: Plot, panel: PlotPanel, across: Scale, up: Scale, width: float) -> tuple[EndLabel, ...]:
    """Return labels at the ends of projections, moved apart where they would overlap."""
    found = [
        EndLabel(trace, _label_texts(plot, trace, width), end[1], end)
        for trace in panel.traces
        if not trace.published
        for end in [(across.at(float(trace.course.at[-1])), up.at(float(trace.course.middle[-1])))]
    ]
    found.sort(key=lambda one: one.middle)
    middles = _apart([one.middle for one in found], [one.height + 4.0 for one in found], up.last, up.first + 14.0)
    return tuple(EndLabel(one.trace, one.texts, y, one.end) for one, y in zip(found, middles, strict=True))


def _apart(middles: list[float], heights: list[float], top: float, bottom: float) -> list[float]:
    """Move things on a line apart, in their order, as little as one pass down and one up can, and keep them inside."""
    moved = list(middles)
    for i in range(len(moved)):
        least = top + heights[i] / 2 if i == 0 else moved[i - 1] + (heights[i - 1] + heights[i]) / 2
        moved[i] = max(moved[i], least)
    for i in reversed(range(len(moved))):
        last = i == len(moved) - 1
        most = bottom - heights[i] / 2 if last else moved[i + 1] - (heights[i] + heights[i + 1]) / 2
        moved[i] = min(moved[i], most)
    return moved
