"""What a chart shows, before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from simulator.outputs.charts import words
from simulator.outputs.charts.series import Course

Unit = Literal["count", "pounds", "percent"]

DASHES = ("", "7 4", "2 3", "9 3 2 3")
"""Patterns of lines, so that they differ in black and white too."""


def percent(value: float) -> str:
    """Return a share in per cent as people read it."""
    return f"{value:.1f}%".replace("-", "−")


_WRITERS: dict[Unit, Callable[[float], str]] = {"count": words.count, "pounds": words.money, "percent": percent}


@dataclass(frozen=True)
class Trace:
    """One line.

    Attributes
    ----------
    name : str
        What stands beside it.
    course : Course
        Where it goes, and its bands if it has draws.
    colour : str
        Of line and band.
    dash : str
        Pattern of the line; empty if it is solid.
    banded : bool
        Whether its 50% and 80% bands are drawn.
    published : bool
        Whether it is a record, and no projection.
    """

    name: str
    course: Course
    colour: str
    dash: str = ""
    banded: bool = False
    published: bool = False


@dataclass(frozen=True)
class PlotPanel:
    """Lines on one pair of axes; a title where there are several panels."""

    traces: tuple[Trace, ...]
    title: str = ""


@dataclass(frozen=True)
class Plot:
    """A chart.

    Attributes
    ----------
    key : str
        Name of its files, and of what belongs to it on a page.
    finding : str
        Its title: what it shows, in one sentence that claims no more than its interval bears.
    subtitle : str
        What is drawn, of where, in which unit.
    sentence : str
        The chart in words, with its key numbers, for those who can't see it and under it for those who can.
    panels : tuple of PlotPanel
        With one vertical scale.
    unit : {"count", "pounds", "percent"}
    financial : bool
        Whether the axis is of financial years, told by the one that ends there, and not of dates.
    changes : bool
        Whether values are changes, which have a sign.
    notes : tuple of str
        Source, and what must be said.
    draws : int
        Draws behind its bands; 0 where there are none.
    marks : tuple of (float, float, str)
        Published projections of others: place on the axis of years, value and whose.
    """

    key: str
    finding: str
    subtitle: str
    sentence: str
    panels: tuple[PlotPanel, ...]
    unit: Unit = "count"
    financial: bool = False
    changes: bool = False
    notes: tuple[str, ...] = field(default=())
    draws: int = 0
    marks: tuple[tuple[float, float, str], ...] = ()

    def write(self, value: float) -> str:
        """Write a value as people read it."""
        from simulator.outputs.charts.headline import signed

        writer = _WRITERS[self.unit]
        return signed(value, writer) if self.changes else writer(value)

    def when(self, when: str) -> str:
        """Write an ISO date, or a financial year, as people read it."""
        return when if self.financial else words.month(when)

    @property
    def traces(self) -> tuple[tuple[str, Trace], ...]:
        """Every line with the title of its panel, in order."""
        return tuple((panel.title, trace) for panel in self.panels for trace in panel.traces)
