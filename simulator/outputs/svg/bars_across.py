"""Bars across, below each other, as SVG text: names at the left, what each bar says at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from simulator.outputs.charts import style
from simulator.outputs.svg.draw_plot import FONT
from simulator.outputs.svg.plot_layout import LINE, SMALL
from simulator.outputs.svg.text_width import text_width, wrapped
from simulator.vocabulary.printable import one_line

_ROW, _PART = 40.0, 26.0
"""Pixels of a row, and of it those of bars."""

_NAMES = 0.38
"""Part of the width that names take, at most."""

_GAP, _EDGE = 10.0, 5.0
"""Pixels between a bar and its words, and between words and the edge, as fonts differ in width."""


@dataclass(frozen=True)
class Bar:
    """A bar across.

    Attributes
    ----------
    name : str
    parts : tuple of (float, float, str)
        From one value to another, and a colour of the palette, beside each other.
    said : str
        What stands at its end.
    whisker : tuple of float, optional
        Ends of an interval.
    """

    name: str
    parts: tuple[tuple[float, float, str], ...]
    said: str
    whisker: tuple[float, float] | None = None


def draw_bars(bars: Sequence[Bar], middle: float, spoken: str, *, width: float = 760.0) -> str:
    """Return bars as SVG, without script, style or link, as `simulator.outputs.svg.draw` does lines.

    Parameters
    ----------
    bars : sequence of Bar
    middle : float
        Where the line is from which bars go.
    spoken : str
        The chart in words.
    width : float
        Pixels.
    """
    names = [wrapped(one_line(one.name), SMALL, _NAMES * width) for one in bars]
    ends = [wrapped(one_line(one.said), SMALL, _NAMES * width) for one in bars]
    row = max(_ROW, _GAP + SMALL * LINE * max((len(lines) for lines in (*names, *ends)), default=0))
    begin = max((text_width(line, SMALL) for lines in names for line in lines), default=0.0) + _GAP + _EDGE
    end = width - max((text_width(line, SMALL) for lines in ends for line in lines), default=0.0) - _GAP - _EDGE
    values = [value for one in bars for part in one.parts for value in part[:2]] + [middle]
    values += [value for one in bars if one.whisker for value in one.whisker]
    low, high = min(values), max(values)

    def across(value: float) -> float:
        return float(np.interp(value, [low, high], [begin, end])) if high > low else begin

    height = row * len(bars)
    body = []
    for i, (one, named, said) in enumerate(zip(bars, names, ends, strict=True)):
        centre = (i + 0.5) * row
        for x, lines, more in ((begin - _GAP, named, ' text-anchor="end"'), (end + _GAP, said, "")):
            top = centre - (len(lines) - 1) * SMALL * LINE / 2.0 + SMALL * 0.35
            body += [_text(x, top + j * SMALL * LINE, line, more) for j, line in enumerate(lines)]
        each = _PART / max(len(one.parts), 1)
        for part, (start, stop, colour) in enumerate(one.parts):
            left, right = sorted((across(start), across(stop)))
            y = centre - _PART / 2.0 + part * each
            body.append(
                f'<rect x="{left:.1f}" y="{y:.1f}" width="{right - left:.1f}" height="{each:.1f}" '
                f'fill="{style.PALETTE[colour]}"/>'
            )
        if one.whisker:
            left, right = (across(value) for value in one.whisker)
            body += [_line(left, centre, right, centre, 3.2, "#FFFFFF"), _line(left, centre, right, centre, 1.2)]
    body.append(_line(across(middle), 0.0, across(middle), height, 1.0))
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(one_line(spoken))}" '
        f'font-family="{FONT}"><rect class="paper" width="{width:g}" height="{height:g}" fill="#FFFFFF"/>'
        f"{''.join(body)}</svg>"
    )


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return (
        f'<text class="text" x="{x:.1f}" y="{y:.1f}" font-size="{SMALL:g}" fill="{style.INK}"{more}>'
        f"{escape(one_line(text))}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, wide: float, colour: str = style.INK) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{wide:g}"/>'
