"""Children in care, and how they come, move and leave."""

from __future__ import annotations

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER, Array, Publication
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, STREAMS

COUNT = Publication("count")


def _by_placement_and_band(view: View, array: Array) -> Values:
    """Add up streams of (draw, area, time, stream, band, place), and placements that are reported together."""
    values = np.swapaxes(view.as_reported(array.sum(axis=-3)), -1, -2)
    return Values(values, placements.reported(), tuple(AGE_BANDS))


def _by_placement(view: View, array: Array) -> Values:
    """Add up placements that are reported together: (draw, area, time, place)."""
    return Values(view.as_reported(array)[..., None], placements.reported())


@measure(1, "Children looked after", "children", "stock", COUNT, difference=1)
def children(view: View) -> Values:
    """Children looked after at the end of a month."""
    return _by_placement_and_band(view, view.paths.children)


@measure(2, "Starts", "children", "flow", COUNT, difference=2)
def starts(view: View) -> Values:
    """Children who start to be looked after, those who come back from home included, by first placement."""
    return _by_placement_and_band(view, view.paths.starts)


@measure(3, "Exits", "children", "flow", COUNT, difference=3)
def exits(view: View) -> Values:
    """Children who cease to be looked after, 18th birthdays included, by last placement."""
    return _by_placement_and_band(view, view.paths.exits)


@measure(4, "Balancing flow", "children", "flow", COUNT)
def balancing(view: View) -> Values:
    """The counting residual: the change in published stocks that published starts and exits do not explain."""
    return _by_placement(view, view.paths.balancing.sum(axis=-2))


# Moves are by placement alone: with stocks they would give each other away.
@measure(5, "Moves in", "children", "flow", NEVER)
def moves_in(view: View) -> Values:
    """Moves between placements that are reported apart, by where they end."""
    return Values(view.paths.moves_in[..., None], placements.reported())


@measure(6, "Moves out", "children", "flow", NEVER)
def moves_out(view: View) -> Values:
    """Moves between placements that are reported apart, by where they begin."""
    return Values(view.paths.moves_out[..., None], placements.reported())


@measure(7, "Unaccompanied asylum-seeking children looked after", "children", "stock", COUNT, charted=True)
def uasc_children(view: View) -> Values:
    """Unaccompanied asylum-seeking children looked after; they are part of `children`."""
    return Values(view.children[..., STREAMS.index("uasc"), :].sum(axis=-1)[..., None, None])


@measure(8, "Starts that are returns from home", "children", "flow", COUNT)
def reentries(view: View) -> Values:
    """Children who come back into care after going home from it; they are part of `starts`."""
    return Values(view.paths.returns.sum(axis=-1)[..., None, None])
