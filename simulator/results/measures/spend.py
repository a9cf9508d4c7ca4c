"""What care costs: gross, cash."""

from __future__ import annotations

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER, Array, Publication
from simulator.vocabulary import placements

MONEY = Publication("money")
OF_PLACEMENTS = Publication("money", of_placements=True)


def _other_spend(view: View) -> Array:
    lines = [
        spend.sum(axis=-1)
        for spend, line in zip(view.spend, view.cost_lines, strict=True)
        if not line.driver.of_placements
    ]
    return np.sum(lines, axis=0)


@measure(30, "Spend on placements", "GBP", "flow", OF_PLACEMENTS, difference=5)
def placement_spend(view: View) -> Values:
    """Gross cash spend on placements, by placement."""
    return Values(view.placement_spend[..., None], placements.reported())


@measure(31, "Other spend on looked-after children", "GBP", "flow", MONEY)
def other_spend(view: View) -> Values:
    """Gross cash spend on other lines: adoption, guardianship, leaving care, asylum, education and short breaks."""
    return Values(_other_spend(view)[..., None, None])


@measure(32, "Spend on programmes", "GBP", "flow", MONEY, difference=6)
def programme_spend(view: View) -> Values:
    """Cash spend on the scenario's programmes, with what they pay for empty foster places and save on staff."""
    filled = view.children_by_place[..., list(placements.sector_places())]
    idle = np.maximum(view.paths.places_usable - filled, 0.0)  # (draw, area, instant, sector)
    empty = (idle[:, :, :-1] + idle[:, :, 1:]) / 2.0
    spend = view.rates.programme_spend_gbp + view.rates.outside_care_gbp
    spend = spend + (view.rates.idle_place_gbp * empty).sum(axis=-1)
    return Values(spend[..., None, None])


@measure(33, "Spend on looked-after children", "GBP", "flow", OF_PLACEMENTS, difference=4)
def total_spend(view: View) -> Values:
    """Placements, other lines and programmes together, gross and in cash."""
    total = view.placement_spend.sum(axis=-1) + _other_spend(view) + programme_spend(view).values[..., 0, 0]
    return Values(total[..., None, None])


# Both tell how many asylum-seeking children there are, who are few in most areas.
@measure(34, "Home Office grants for asylum-seeking children", "GBP", "flow", NEVER)
def grant_income(view: View) -> Values:
    """Cash income from grants for asylum-seeking children in care, and for those of them who left it at 18, to 21."""
    return Values(view.grants[..., None, None])


@measure(35, "Spend on looked-after children less Home Office grants", "GBP", "flow", NEVER)
def net_spend(view: View) -> Values:
    """Placements, other lines and programmes together, in cash, less `grant_income`."""
    return Values(total_spend(view).values - view.grants[..., None, None])
