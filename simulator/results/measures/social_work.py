"""Children's social workers and the cases that they hold."""

from __future__ import annotations

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER, Array


def _at_instants(view: View, values: Array) -> Array:
    """Give values (draw or 1, area, instant or 1) all draws and instants: (draw, area, instant)."""
    return np.broadcast_to(values, view.children_by_place.shape[:3])


# England's, shared as children are: of one area they say nothing but how many children it has.
@measure(43, "Children's social workers, full-time equivalent", "people", "stock", NEVER)
def social_workers(view: View) -> Values:
    """Children's social workers, employed or from agencies; an area has its share of England's by children."""
    return Values(_at_instants(view, view.rates.social_workers.sum(axis=-1))[..., None, None])


@measure(44, "Agency social workers, full-time equivalent", "people", "stock", NEVER)
def agency_social_workers(view: View) -> Values:
    """Children's social workers from agencies; they are part of `social_workers`."""
    return Values(_at_instants(view, view.rates.social_workers[..., -1])[..., None, None])


@measure(45, "Cases of a social worker who holds any", "cases each", "stock", NEVER)
def social_worker_caseload(view: View) -> Values:
    """Children in need over social workers who hold cases; cases change as far as `children_in_need` do."""
    cases = view.rates.open_cases[..., None] * view.in_need / view.in_need[:, :, :1]
    holding = view.rates.case_holding_share[..., None] * view.rates.social_workers.sum(axis=-1)
    return Values(cases[..., None, None], per=_at_instants(view, holding)[..., None, None])
