"""Where axes have their ticks, and how those are written."""

from __future__ import annotations

import math

import numpy as np

from simulator.outputs.svg.plot import Plot

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def value_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values that cover a range, at most so many; nought is among them if the range holds it."""
    if not high > low:
        high = low + 1.0
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in _STEPS if power * part >= rough * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]


def tick_texts(ticks: list[float], plot: Plot) -> list[str]:
    """Write ticks of the vertical axis, all in one unit."""
    largest, step = max(map(abs, ticks)), ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    sign = "+" if plot.changes else ""
    return [_text(tick, largest, step, plot.unit, sign if tick > step / 2 else "") for tick in ticks]


def _text(value: float, largest: float, step: float, unit: str, sign: str) -> str:
    minus = "−" if value < -step / 2 else ""
    size = abs(value)
    if unit == "percent":
        return f"{sign}{minus}{size:.{_digits(step)}f}%"
    if unit == "count":
        return f"{sign}{minus}{size:,.{_digits(step)}f}"
    for scale, name in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if largest >= scale:
            return f"{sign}{minus}£{size / scale:,.{_digits(step / scale)}f}{name}" if size else "£0"
    return f"{sign}{minus}£{size:,.{_digits(step)}f}"


def _digits(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9) + (1 if _is_quarter(step) else 0))


def _is_quarter(step: float) -> bool:
    return round(step / 10.0 ** math.floor(math.log10(step) + 1e-9), 6) == 2.5


def year_ticks(begin: float, end: float, most: int) -> list[int]:
    """Return whole years within a range, evenly apart, at most so many."""
    first, last = math.ceil(begin - 1e-9), math.floor(end + 1e-9)
    for step in (1, 2, 5, 10, 20, 50):
        ticks = [year for year in range(first, last + 1) if year % step == 0]
        if len(ticks) <= most:
            return ticks
    return [last]


def year_text(year: int, *, financial: bool) -> str:
    """Write a year of the axis: 2030, or 2029-30 for the financial year that ends in it."""
    return f"{year - 1}-{year % 100:02d}" if financial else str(year)


def value_range(plot: Plot) -> tuple[float, float]:
    """Return what the vertical axis has to hold: nought, every line, its bands and marks."""
    shown = [np.zeros(1)]
    for _, trace in plot.traces:
        shown.append(trace.course.middle)
        if trace.banded:
            shown += [edge for band in trace.course.bands() for edge in band]
    shown.append(np.array([value for _, value, _ in plot.marks]))
    every = np.concatenate(shown)
    every = every[~np.isnan(every)]
    return float(every.min()), float(every.max())
