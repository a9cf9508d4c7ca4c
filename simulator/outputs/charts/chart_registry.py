"""The register of charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Scope = Literal["scenario", "comparison", "sweep"]


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Not known to pyplot, so nothing has to be closed.
    title : str
        What the chart shows, as a sentence with its number.
    alt : str
        The chart in words, with the key numbers, for people who cannot see it.
    notes : tuple of str
        Sources, and all that must be said of it; what is short stands under the picture as well.
    """

    figure: Figure
    title: str
    alt: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A kind of chart that can be drawn.

    Attributes
    ----------
    name : str
        Name of its files.
    scope : {"scenario", "comparison", "sweep"}
        Whether it takes the results of one scenario, those of several of which the first is the reference, or a sweep.
    title : str
        What kind of chart it is, for lists and headings; the drawn chart has a title of its own.
    draw : callable
        Returns the chart, or None where the results hold nothing for it.
    """

    name: str
    scope: Scope
    title: str
    draw: Callable[[Any], Chart | None]


_ENTRIES: dict[str, Entry] = {}


def registered() -> dict[str, Entry]:
    """Return the charts registered so far."""
    return _ENTRIES


_Function = TypeVar("_Function", bound=Callable[..., "Chart | None"])


def chart(name: str, *, scope: Scope = "scenario", title: str) -> Callable[[_Function], _Function]:
    """Register a function as a chart.

    Parameters
    ----------
    name : str
        Name of its files; no two charts may share one.
    scope : {"scenario", "comparison", "sweep"}
        A scenario chart takes `Results`, a comparison chart a sequence of them, reference first, a sweep's a `Sweep`.
    title : str
        What kind of chart it is.

    Returns
    -------
    callable
        The decorator; it returns the function unchanged.
    """

    def register(function: _Function) -> _Function:
        if name in _ENTRIES:
            raise ValueError(f"two charts are called {name!r}")
        _ENTRIES[name] = Entry(name, scope, title, function)
        return function

    return register
