"""Where things go on a chart: title, unit, panels, labels and source line, measured so that none overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from simulator.outputs.charts import style, words
from simulator.outputs.charts.chart_registry import Chart
from simulator.vocabulary.pounds import BILLION, MILLION, THOUSAND
from simulator.vocabulary.printable import printable

Array = NDArray[np.float64]

_MEASURE_DPI = 200.0

MARGIN, _GAP = 0.25, 0.4
"""Inches of white around a chart, and between panels side by side."""
_CALLOUT_WIDTH = 2.1
"""Inches at which a label inside a panel is broken into lines."""
_OWN = 12.0
"""Pixels from a point within which the ink is its own."""
LINE = 1.25
"""Height of a line of text, in font sizes."""
FOOTER_LINES = 3
"""Most lines under a picture: more are read by nobody there, and stand in a file beside it."""
MORE = "More notes stand beside the chart."
"""What stands under a picture that has more notes."""


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return centres for labels in a column, as near as can be to where they want to be, that do not overlap.

    Labels keep the order of their wanted places; the sum of squared shifts is the least there is. Where the
    labels are taller together than the column, they are set evenly over it, as far apart as it allows.

    Parameters
    ----------
    wanted, sizes : sequence of float
        Wanted centre and height of each label.
    low, high : float
        Ends of the column.

    Returns
    -------
    list of float
        Centres, in the order of `wanted`.
    """
    if not wanted:
        return []
    order = np.argsort(np.asarray(wanted, dtype=float), kind="stable")
    heights = np.asarray(sizes, dtype=float)[order]
    below = np.concatenate([[0.0], np.cumsum(heights)[:-1]]) + heights / 2
    spare = high - low - heights.sum()
    if spare < 0:
        below, spare = below * (high - low) / heights.sum(), 0.0
    # With the room that the labels below take subtracted, "no overlap" is "never decreasing": pool violators.
    blocks: list[tuple[float, int]] = []
    for value in np.asarray(wanted, dtype=float)[order] - below:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (last, n), (before, m) = blocks.pop(), blocks.pop()
            blocks.append(((last * n + before * m) / (n + m), n + m))
    level = np.concatenate([np.full(n, value) for value, n in blocks])
    centres = np.empty(len(heights))
    centres[order] = np.clip(level, low, low + spare) + below
    return [float(c) for c in centres]


@dataclass
class Label:
    """Text beside the end of a line: at data coordinates of one panel."""

    axes: Axes
    x: float
    y: float
    text: str
    colour: str
    bold: bool = False


@dataclass
class Callout:
    """Text beside a point inside a panel, put where it hides the least."""

    axes: Axes
    x: float
    y: float
    text: str
    colour: str
    size: float = style.FOOTER


@dataclass
class Sheet:
    """A figure that is filled and then laid out.

    Attributes
    ----------
    title, subtitle, footer : str
        The finding; what is shown, where and in which unit; sources, and then notes, the most important first.
    count, columns : int
        Panels, and how many stand side by side.
    plots_height : float
        Least height of all panels together, inches.
    least_height : float
        Least height of the figure, inches.
    ticks : bool
        Whether the axes have ticks that need room.
    """

    title: str
    subtitle: str
    footer: Sequence[str]
    count: int = 1
    columns: int = 1
    plots_height: float = 3.9
    least_height: float = style.HEIGHT_INCHES
    ticks: bool = True
    figure: Figure = field(init=False)
    panels: list[Axes] = field(init=False)
    labels: list[Label] = field(init=False, default_factory=list)
    callouts: list[Callout] = field(init=False, default_factory=list)
    panel_titles: dict[int, tuple[str, str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Create the figure and its panels."""
        self.figure = Figure(figsize=(style.WIDTH_INCHES, style.HEIGHT_INCHES))
        FigureCanvasAgg(self.figure)
        self.panels = []
        self.rows = -(-self.count // self.columns)
        for i in range(self.count):
            shared = self.panels[0] if i else None
            panel = self.figure.add_subplot(self.rows, self.columns, i + 1, sharey=shared)
            panel.grid(axis="y", color="#D9D9D9", linewidth=0.7)
            size = style.BODY if self.columns == 1 else style.FOOTER
            panel.tick_params(axis="both", length=0, labelcolor=style.INK, labelsize=size)
            panel.tick_params(axis="x", length=4, color="#8C8C8C")
            panel.spines["bottom"].set_color("#8C8C8C")
            self.panels.append(panel)

    def label(self, axes: Axes, x: float, y: float, text: str, colour: str, *, bold: bool = False) -> None:
        """Ask for a label in the right margin, level with a point."""
        self.labels.append(Label(axes, x, y, printable(text), style.readable(colour), bold))

    def callout(self, axes: Axes, x: float, y: float, text: str, colour: str) -> None:
        """Ask for a label inside a panel, near a point."""
        self.callouts.append(Callout(axes, x, y, text, style.readable(colour)))

    def panel_title(self, index: int, text: str, colour: str = style.INK) -> None:
        """Ask for a heading over a panel."""
        self.panel_titles[index] = (text, style.readable(colour))

    def years(
        self, first: float, last: float, *, room: float = 0.0, financial: bool = False, panel_ticks: int = 0
    ) -> None:
        """Set the axis of years of every panel: ticks at 31 March, or financial years by the end year.

        There is `room` beyond the first and the last year, without a tick.
        """
        whole_first, whole_last = int(np.ceil(first - 1e-6)), int(np.floor(last + 1e-6))
        most = panel_ticks or (6 if financial else 9)
        step = next(s for s in (1, 2, 5, 10, 20, 50) if (whole_last - whole_first) / s < most)
        ticks = [y for y in range(whole_first, whole_last + 1) if (whole_last - y) % step == 0]
        for panel in self.panels:
            panel.set_xlim(first - room, last + room)
            panel.xaxis.set_major_locator(FixedLocator(ticks))
            form = words.financial_year if financial else lambda x: f"{x:.0f}"
            panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _, form=form: form(x)))

    def pounds(self) -> None:
        """Write the vertical axes in pounds."""
        for panel in self.panels:
            panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _axis_pounds(y)))

    def counts(self, *, signed: bool = False) -> None:
        """Write the vertical axes in whole numbers with thousands separators."""
        for panel in self.panels:
            panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _axis_count(y, signed=signed)))

    def percents(self) -> None:
        """Write the vertical axes in per cent."""
        for panel in self.panels:
            panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}%"))

    def finish(self, alt: str) -> Chart:
        """Lay the figure out and return the chart."""
        figure = self.figure
        width = style.WIDTH_INCHES - 2 * MARGIN
        title = self.wrap(self.title, style.TITLE, width, bold=True)
        subtitle = self.wrap(self.subtitle, style.SUBTITLE, width)
        footer = self._footer(width)
        header_height = _height(len(title), style.TITLE) + 0.06 + _height(len(subtitle), style.SUBTITLE) + 0.15
        footer_height = _height(len(footer), style.FOOTER) + 0.1

        right = self._label_width() + 0.28 if self.labels else (0.25 if self.ticks else 0.0)
        headings = [_height(n, style.BODY) + 0.08 if n else 0.0 for n in self._heading_lines(width - right)]
        ticks_below = 0.35 if self.ticks else 0.0
        fixed = 2 * MARGIN + header_height + footer_height + sum(headings) + self.rows * ticks_below
        plots = max(self.least_height - fixed, self.plots_height)
        total = fixed + plots
        figure.set_size_inches(style.WIDTH_INCHES, total)

        self._text_block(title, style.TITLE, total - MARGIN, total, style.INK, bold=True)
        below_title = total - MARGIN - _height(len(title), style.TITLE) - 0.06
        self._text_block(subtitle, style.SUBTITLE, below_title, total, style.QUIET)
        self._text_block(footer, style.FOOTER, MARGIN + footer_height - 0.1, total, style.QUIET)

        plot_height = plots / self.rows
        for panel in self.panels:
            panel.yaxis.set_major_locator(MaxNLocator(nbins=7 if plot_height > 2 else 4, steps=[1, 2, 5, 10]))
            panel.autoscale_view()
        tick_width = self._tick_width() if self.ticks else 0.0
        gap = _GAP if self.columns > 1 else 0.0
        panel_width = (width - tick_width - right - gap * (self.columns - 1)) / self.columns
        for i, panel in enumerate(self.panels):
            row, column = divmod(i, self.columns)
            x = MARGIN + tick_width + column * (panel_width + gap)
            top = total - MARGIN - header_height - row * (plot_height + ticks_below)
            y = top - sum(headings[: row + 1]) - plot_height
            panel.set_position(
                (x / style.WIDTH_INCHES, y / total, panel_width / style.WIDTH_INCHES, plot_height / total)
            )
            if column:
                panel.tick_params(axis="y", labelleft=False)
            if i in self.panel_titles:
                text, colour = self.panel_titles[i]
                lines = self._heading(text, panel_width + gap / 2)
                figure.text(
                    x / style.WIDTH_INCHES, (y + plot_height + 0.08) / total, "\n".join(lines), color=colour,
                    fontsize=style.BODY, fontweight="bold", va="bottom", ha="left", linespacing=LINE,
                )  # fmt: skip
        self._draw_labels()
        self._draw_callouts()
        return Chart(figure, printable(self.title), printable(alt), tuple(printable(text) for text in self.footer))

    def _footer(self, width: float) -> list[str]:
        """Return the lines under the picture: sources, then as many notes as there is room for, whole, in their order.

        Notes that are too long for what room is left are passed over.
        """
        source, *notes = self.footer or ("",)
        first = self.wrap(source, style.FOOTER, width)
        if len(first) > FOOTER_LINES - 1:
            first = [*first[: FOOTER_LINES - 2], f"{first[FOOTER_LINES - 2]} …"]
        room = FOOTER_LINES - len(first)
        if len(every := self.wrap(" ".join(notes), style.FOOTER, width)) <= room:
            return [*first, *every]
        said: list[str] = []
        for note in notes:
            if len(self.wrap(" ".join([*said, note, MORE]), style.FOOTER, width)) <= room:
                said.append(note)
        return [*first, *self.wrap(" ".join([*said, MORE]), style.FOOTER, width)]

    @staticmethod
    def measure(text: str, size: float, *, bold: bool = False) -> float:
        """Return the width of a line of text, inches."""
        words_wide = [_word_width(word, size, bold) for word in text.split(" ")]
        return sum(words_wide) + _word_width(" ", size, bold) * (len(words_wide) - 1)

    @staticmethod
    def wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
        """Return text broken into lines of at most a width in inches."""
        lines: list[str] = []
        for word in printable(text).split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and Sheet.measure(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _text_block(
        self, lines: list[str], size: float, top: float, total: float, colour: str, *, bold: bool = False
    ) -> None:
        self.figure.text(
            MARGIN / style.WIDTH_INCHES, top / total, "\n".join(lines), fontsize=size, color=colour, va="top",
            ha="left", linespacing=LINE, fontweight="bold" if bold else "normal",
        )  # fmt: skip

    def _heading_lines(self, width: float) -> list[int]:
        """Return the number of lines of the tallest heading in each row of panels."""
        panel_width = (width - 0.8 - _GAP * (self.columns - 1)) / self.columns + _GAP / 2
        tallest = [0] * self.rows
        for i, (text, _) in self.panel_titles.items():
            tallest[i // self.columns] = max(tallest[i // self.columns], len(self._heading(text, panel_width)))
        return tallest

    def _heading(self, text: str, width: float) -> list[str]:
        return [line for part in text.split("\n") for line in self.wrap(part, style.BODY, width, bold=True)]

    def _label_width(self) -> float:
        lines = [(line, label.bold) for label in self.labels for line in label.text.split("\n")]
        return max(self.measure(line, style.BODY, bold=bold) for line, bold in lines)

    def _tick_width(self) -> float:
        """Return the width of the vertical axis' labels, which all panels share, with a gap: inches."""
        axis, (low, high) = self.panels[0].yaxis, self.panels[0].get_ylim()
        ticks = [tick for tick in axis.get_majorticklocs() if low <= tick <= high]
        texts = axis.get_major_formatter().format_ticks(ticks)
        return max((self.measure(text, style.BODY) for text in texts), default=0.0) + 0.12

    def _draw_labels(self) -> None:
        for panel in self.panels:
            mine = [label for label in self.labels if label.axes is panel]
            if not mine:
                continue
            box, dpi = panel.get_window_extent(), self.figure.dpi
            points = [panel.transData.transform((label.x, label.y)) for label in mine]
            line = style.BODY / 72 * dpi * LINE
            sizes = [line * (label.text.count("\n") + 1) + 3 for label in mine]
            centres = spread([p[1] for p in points], sizes, box.y0 - line, box.y1 + line / 2)
            to_figure = self.figure.transFigure.inverted()
            for label, (x, y), centre in zip(mine, points, centres, strict=True):
                at = to_figure.transform((box.x1 + 0.2 * dpi, centre))
                self.figure.text(
                    at[0], at[1], label.text, color=label.colour, fontsize=style.BODY, va="center", ha="left",
                    linespacing=LINE - 0.1, fontweight="bold" if label.bold else "normal", gid="label",
                )  # fmt: skip
                if abs(centre - y) > 4 or box.x1 - x > 4:
                    ends = to_figure.transform([(x + 3, y), (box.x1 + 0.05 * dpi, y), (box.x1 + 0.17 * dpi, centre)])
                    from matplotlib.lines import Line2D

                    self.figure.add_artist(
                        Line2D(
                            ends[:, 0],
                            ends[:, 1],
                            color=label.colour,
                            linewidth=0.8,
                            linestyle=":",
                            gid="leader",
                        )
                    )

    def _draw_callouts(self) -> None:
        for callout in self.callouts:
            lines = [
                line for part in callout.text.split("\n") for line in self.wrap(part, callout.size, _CALLOUT_WIDTH)
            ]
            box = self._place(callout, lines)
            x, y = callout.axes.transData.inverted().transform((box.x0, (box.y0 + box.y1) / 2))
            callout.axes.text(
                x, y, "\n".join(lines), color=callout.colour, fontsize=callout.size, va="center", ha="left",
                linespacing=LINE - 0.1, gid="callout",
            )  # fmt: skip

    def _place(self, callout: Callout, lines: list[str]) -> Bbox:
        """Return the box, in pixels, near a callout's point that hides the least: other text before lines."""
        dpi = float(self.figure.dpi)
        inside = callout.axes.get_window_extent()
        taken = [t.get_window_extent() for t in (*self.figure.texts, *callout.axes.texts)]
        ink, starts = self._ink(callout.axes, starts=False), self._ink(callout.axes, starts=True)
        px, py = callout.axes.transData.transform((callout.x, callout.y))
        w = max(self.measure(line, callout.size) for line in lines) * dpi
        h = _height(len(lines), callout.size) * dpi
        best, least = Bbox.from_bounds(px, py, w, h), np.inf
        for distance in (12, 18, 28, 44, 64, 90, 120):
            for dx, dy in _AROUND:
                cx = px + dx * (w / 2 + distance * (0.7 if dy else 1.0))
                cx = float(np.clip(cx, inside.x0 + w / 2 + 4, max(inside.x1 - w / 2 - 4, inside.x0 + w / 2 + 4)))
                cy = py + dy * (h / 2 + distance)
                box = Bbox.from_bounds(cx - w / 2, cy - h / 2, w, h)
                cost = distance + abs(cx - px) / 8
                cost += 1e4 * (box.y0 < inside.y0 + 4 or box.y1 > inside.y1)
                cost += 1e3 * sum(_meet(box.padded(3), other) for other in taken)
                cost += 100 * min(_hits(box, ink), 5) + 90 * min(_hits(box, starts), 1)
                cost += 90 * _crosses(box, (px, py), ink)
                if cost < least:
                    best, least = box, cost
        return best

    def _ink(self, axes: Axes, *, starts: bool) -> Array:
        """Return points along the lines of a panel, in pixels: those that mark starts, or all others."""
        points = [np.empty((0, 2))]
        for line in (line for line in axes.lines if (line.get_gid() == "start") == starts):
            xy = np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)])
            path = line.get_transform().transform(xy)
            for a, b in pairwise(path):
                steps = max(int(np.hypot(*(b - a)) / 4), 1)
                points.append(a + (b - a) * np.linspace(0, 1, steps + 1)[:, None])
            points.append(path)
            if line.get_marker() not in ("None", None, "", " "):
                reach = line.get_markersize() * float(self.figure.dpi) / 72
                points += [path + np.array(step) * reach for step in ((0.6, 0), (-0.6, 0), (0, 0.6), (0, -0.6))]
        return np.concatenate(points)


_AROUND = (
    (0, 1),
    (0, -1),
    (-1, 1),
    (1, 1),
    (-1, -1),
    (1, -1),
    (-0.5, 1),
    (0.5, 1),
    (-0.5, -1),
    (0.5, -1),
    (-1, 0),
    (1, 0),
)
"""Directions from a point in which its label may stand, best first."""


def _hits(box: Bbox, points: Array) -> int:
    """Return how many points lie in a box or close to it."""
    x, y = points[:, 0], points[:, 1]
    return int(((x > box.x0 - 4) & (x < box.x1 + 4) & (y > box.y0 - 4) & (y < box.y1 + 4)).sum())


def _crosses(box: Bbox, point: tuple[float, float], ink: Array) -> bool:
    """Return whether a line passes between a box and the point that it is about."""
    near = np.array([np.clip(point[0], box.x0, box.x1), np.clip(point[1], box.y0, box.y1)])
    away = np.hypot(*(ink - np.array(point)).T) > _OWN
    gap = near - np.array(point)
    along = np.clip(((ink - point) @ gap) / max(float(gap @ gap), 1e-9), 0.0, 1.0)
    return bool((np.hypot(*(ink - point - along[:, None] * gap).T)[away] < 4).any())


@cache
def _word_width(word: str, size: float, bold: bool) -> float:
    """Return the width of a word, inches."""
    font = FontProperties(family=style.FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = _renderer().get_text_width_height_descent(word, font, False)
    return float(width) / _MEASURE_DPI


@cache
def _renderer() -> Any:
    create: Any = RendererAgg
    return create(1, 1, _MEASURE_DPI)


def _meet(one: Bbox, other: Bbox) -> bool:
    return bool(one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1)


def _height(lines: int, size: float) -> float:
    """Return the height of lines of text, inches."""
    return lines * size * LINE / 72


def _axis_count(value: float, *, signed: bool) -> str:
    text = f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.1f}"
    text = text.replace("-", "−")
    return f"+{text}" if signed and value > 0 else text


def _axis_pounds(value: float) -> str:
    if value == 0:
        return "£0"
    sign, size = ("−" if value < 0 else ""), abs(value)
    for unit, suffix in ((BILLION, "bn"), (MILLION, "m"), (THOUSAND, "k")):
        if size >= unit * 0.999999:
            return f"{sign}£{round(size / unit, 3):,g}{suffix}"
    return f"{sign}£{size:,g}"
