"""Colours, sizes and fonts of every chart: afcharts' style, with fonts that come with matplotlib."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from afcharts.af_colours import get_af_colours

WIDTH_INCHES = 10.0
HEIGHT_INCHES = 6.8
PNG_DPI = 150
FONT = "DejaVu Sans"

TITLE, SUBTITLE, BODY, FOOTER = 16.0, 12.0, 11.5, 10.0
"""Font sizes in points."""

_CATEGORICAL: list[str] = get_af_colours("categorical")
_SEQUENTIAL: list[str] = get_af_colours("sequential")
INK = "#1A1A1A"
QUIET = "#595959"
"""Colours of text: what is read first, and what is read second."""

PALETTE: dict[str, str] = {
    "dark_blue": _CATEGORICAL[0],
    "turquoise": _CATEGORICAL[1],
    "dark_pink": _CATEGORICAL[2],
    "orange": _CATEGORICAL[3],
    "dark_grey": _CATEGORICAL[4],
    "light_purple": _CATEGORICAL[5],
    "mid_blue": _SEQUENTIAL[2],
    "light_grey": get_af_colours("focus")[1],
    "mid_grey": "#8C8C8C",
    "black": INK,
}
"""Names of the Analysis Function's colours, which ``placements.yaml`` uses, with a grey and a black."""

HISTORY = PALETTE["dark_grey"]
LINES = tuple(PALETTE[name] for name in ("dark_blue", "orange", "turquoise", "dark_pink"))
"""Colours of lines, in the order in which they are given out: the four that differ most."""


_MISSING = (r"Glyph \d+ .* missing from", "Matplotlib currently does not support")


@contextmanager
def context() -> Iterator[None]:
    """Give the context in which charts are drawn and saved; a user's own settings do not reach it.

    Letters that the font lacks are boxes in a PNG and letters in an SVG; matplotlib would warn of each, every time.
    """
    import matplotlib.style

    own = {
        "font.family": "sans-serif",
        "font.sans-serif": [FONT, "Arial", "Helvetica"],
        "font.size": BODY,
        "text.color": INK,
        "text.parse_math": False,
        "text.hinting": "none",  # so that widths are the same at every resolution
        "axes.unicode_minus": True,
        "axes.grid": False,
        "xtick.labelsize": BODY,
        "ytick.labelsize": BODY,
        "figure.dpi": 100,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.fonttype": "none",
        "svg.hashsalt": "care-demand",
    }
    with matplotlib.style.context(["default", "afcharts.afcharts", own]), warnings.catch_warnings():
        for message in _MISSING:
            warnings.filterwarnings("ignore", message)
        yield


def contrast(colour: str, other: str = "#FFFFFF") -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it, 1 to 21."""
    high, low = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, ratio: float = 4.5) -> str:
    """Return a colour for text on white: the same hue, darkened until its contrast reaches `ratio`."""
    parts = [float(int(colour[i : i + 2], 16)) for i in (1, 3, 5)]
    while contrast(text := "#" + "".join(f"{round(p):02X}" for p in parts)) < ratio:
        parts = [p * 0.97 for p in parts]
    return text


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
