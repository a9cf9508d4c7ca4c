"""What a title may say: a verb where draws agree on the way, and otherwise both ends of their interval.

Every active title asks :func:`simulator.results.figures.way`, so none says that something rises, falls or saves where
80% of draws hold no change.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulator.outputs.charts import words
from simulator.outputs.charts.series import Course
from simulator.results.figures import interval, way

Array = NDArray[np.float64]
DRAWS = "80% of draws"


def between(
    values: Array, write: Callable[[float], str], *, quantiles: bool = False, ends: tuple[int, int] = (10, 90)
) -> str:
    """Return where 80% of draws of a figure lie, or draws between other percentiles, in words: (1 + draw,)."""
    found = interval(values, *ends, quantiles=quantiles)
    if found is None:
        return write(float(values[0]))
    low, high = (write(float(edge)) for edge in found)
    return low if low == high else f"{low} to {high}"


def since(path: Course, first: float | None = None) -> Array:
    """Return how far a path ends from a known start, or from its own in the same draw: (1 + draw,).

    Quantiles can't be subtracted, so those of a start that is not known stand for themselves: its middle is taken.
    """
    end: Array = path.draws[:, -1]
    if first is not None:
        return end - first
    return end - (path.middle[0] if path.quantiles else path.draws[:, 0])


def level(
    subject: str,
    path: Course,
    write: Callable[[float], str],
    when: Callable[[str], str],
    verbs: tuple[str, str, str],
    *,
    first: tuple[float, str] | None = None,
    more: tuple[str, str] | None = None,
    unit: str = "",
) -> str:
    """Return the title of a path: how it goes from its start to its end, or from where to where 80% of draws end.

    Parameters
    ----------
    subject : str
        With which the sentence begins.
    path : Course
    write, when : callable
        Numbers and dates in words.
    verbs : (str, str, str)
        Of going up, down and nowhere.
    first : (float, str), optional
        The start and its date, if it is not the path's own.
    more : (str, str), optional
        What a change per cent is called that goes up, and down; none is said if left out.
    unit : str
        What follows the last figure, such as the prices it is in.
    """
    begin, start = first or (float(path.middle[0]), path.when[0])
    end, last = float(path.middle[-1]), path.when[-1]
    found = way(since(path, None if first is None else begin), begin, quantiles=path.quantiles)
    if found == "unsure":
        ends = between(path.draws[:, -1], write, quantiles=path.quantiles)
        return (
            f"{subject.removesuffix(':')}: {write(begin)} in {when(start)}, and {ends} in {when(last)}{unit} ({DRAWS})"
        )
    verb = dict(zip(("up", "down", "same"), verbs, strict=True))[found]
    title = f"{subject} {verb} from {write(begin)} in {when(start)} to {write(end)} in {when(last)}{unit}"
    if more is None or found == "same":
        return title
    if found == "up" and end > 1.5 * begin > 0:
        return f"{title}, {end / begin:.1f} times as {'many' if more[1] == 'fewer' else 'much'}"
    return f"{title}, {words.percent(end - begin, begin)} {more[0] if found == 'up' else more[1]}"


def signed(value: float, write: Callable[[float], str]) -> str:
    """Return a change with its sign."""
    text = write(value)
    return f"+{text}" if value > 0 and text.strip("£") != "0" else text
