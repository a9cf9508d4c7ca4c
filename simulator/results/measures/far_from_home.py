"""Children who live far from home, or outside their council's area: shares by placement of where they live."""

from __future__ import annotations

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AWAY


def _away(view: View, which: str) -> Values:
    away = np.maximum(
        view.children_by_place * view.rates.away_share[..., AWAY.index(which)] - view.rates.brought_near, 0.0
    )
    return Values(view.as_reported(away)[..., None], placements.reported())


# With children by placement they would tell how many live in a hidden one.
@measure(46, "Children over 20 miles from home", "children", "stock", NEVER, charted=True)
def children_far_from_home(view: View) -> Values:
    """Children over 20 miles from home: those in each placement times its base share, less those brought near."""
    return _away(view, "far_from_home")


@measure(47, "Children placed outside their council's area", "children", "stock", NEVER)
def children_outside_area(view: View) -> Values:
    """Children outside their area: those in each placement times its base share, less those brought near."""
    return _away(view, "outside_area")
