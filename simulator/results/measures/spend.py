"""What care costs: gross, cash."""

from __future__ import annotations

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import Array, Publication
from simulator.vocabulary import placements

MONEY = Publication("money")
OF_PLACEMENTS = Publication("money", of_placements=True)


def _other_spend(view: View) -> Array:
    lines = [
        spend.sum(axis=-1)
        for spend, line in zip(view.spend, view.cost_lines, strict=True)
        if line.driver != "placement"
    ]
    return np.sum(lines, axis=0)


@measure(30, "Spend on placements", "GBP", "flow", OF_PLACEMENTS, difference=5)
def placement_spend(view: View) -> Values:
    """Gross cash spend on placements, by placement."""
    return Values(view.placement_spend[..., None], placements.reported())


@measure(31, "Other spend on looked-after children", "GBP", "flow", MONEY)
def other_spend(view: View) -> Values:
    """Gross cash spend on other lines (adoption, guardianship and leaving-care support and so on)."""
    return Values(_other_spend(view)[..., None, None])


@measure(32, "Spend on programmes", "GBP", "flow", MONEY, difference=6)
def programme_spend(view: View) -> Values:
    """Cash spend on the scenario's programmes, with what they pay for usable foster places that stand empty."""
    filled = view.children_by_place[..., list(placements.sector_places())]
    idle = np.maximum(view.paths.places_usable - filled, 0.0)  # (draw, area, instant, sector)
    empty = (idle[:, :, :-1] + idle[:, :, 1:]) / 2.0
    spend = view.rates.programme_spend_gbp + (view.rates.idle_place_gbp * empty).sum(axis=-1)
    return Values(spend[..., None, None])


@measure(33, "Spend on looked-after children", "GBP", "flow", OF_PLACEMENTS, difference=4)
def total_spend(view: View) -> Values:
    """Placements, other lines and programmes together, gross and in cash."""
    total = view.placement_spend.sum(axis=-1) + _other_spend(view) + programme_spend(view).values[..., 0, 0]
    return Values(total[..., None, None])
