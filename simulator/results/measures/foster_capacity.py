"""Mainstream foster households, their places, and children whose plan is fostering."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import Array, Publication
from simulator.vocabulary import placements
from simulator.vocabulary.axes import SECTORS

SUPPLY = Publication("supply", parts_in="children", hidden_with="foster_places_filled")
APPROVED = replace(SUPPLY, coarser=2.0)
"""There are about 1.7 approved places to a fostered child."""
FILLED = Publication("count", part_of="foster_need", parts_in="children")
PART_OF_NEED = Publication("count", part_of="foster_need")
SPEND_ON_NEED = Publication("money", hidden_with="unmet_foster_need")


def _sector_places() -> tuple[str, ...]:
    """Names of the placements that foster sectors serve, in the order of the sector axis."""
    return tuple(placements.names()[i] for i in placements.sector_places())


def _by_sector(array: Array) -> Values:
    return Values(array[..., None], _sector_places())


def _children_in(view: View, names: tuple[str, ...]) -> Array:
    """Children in some placements, by placement: (draw, area, instant, placement)."""
    at = [placements.index(name) for name in names]
    return view.children_by_place[..., at]


def _waiting(view: View) -> Array:
    names = tuple(p.name for p in placements.placements() if p.waits_for == "fostering")
    return _children_in(view, names).sum(axis=-1)


@measure(20, "Mainstream foster households", "households", "stock", SUPPLY)
def foster_households(view: View) -> Values:
    """Approved mainstream foster households; kinship carers are apart."""
    return _by_sector(view.paths.households)


@measure(21, "Approved mainstream foster places", "places", "stock", APPROVED)
def foster_places_approved(view: View) -> Values:
    """Places for which mainstream households are approved, usable or not."""
    assert view.rates.foster is not None
    return _by_sector(view.paths.households * view.rates.foster.places_per_household[:, :, None])


@measure(22, "Usable foster places", "places", "stock", SUPPLY)
def foster_places_usable(view: View) -> Values:
    """Places that can in fact take a child: those filled at the base, and later as households and need make them."""
    return _by_sector(view.paths.places_usable)


@measure(23, "Filled foster places", "places", "stock", FILLED)
def foster_places_filled(view: View) -> Values:
    """Children in mainstream foster care."""
    return _by_sector(_children_in(view, _sector_places()))


@measure(24, "Children whose original plan was mainstream foster care", "children", "stock", Publication("count"))
def foster_need(view: View) -> Values:
    """Children in mainstream foster care, and those in homes or supported accommodation whose original plan it was."""
    filled = _children_in(view, _sector_places()).sum(axis=-1)
    return Values((filled + _waiting(view))[..., None, None])


@measure(
    25,
    "Children whose original plan was fostering, in homes or supported accommodation",
    "children",
    "stock",
    PART_OF_NEED,
)
def unmet_foster_need(view: View) -> Values:
    """Children whose original plan was fostering and who live in a children's home or supported accommodation.

    How many there are at the base is not identified: no table tells it, and draws take 5% to 35% of children in homes.
    """
    return Values(_waiting(view)[..., None, None])


@measure(26, "Foster households approved", "households", "flow", SUPPLY)
def foster_approvals(view: View) -> Values:
    """Mainstream households approved in a month."""
    return _by_sector(view.paths.approvals)


@measure(27, "Foster households leaving", "households", "flow", SUPPLY)
def foster_deregistrations(view: View) -> Values:
    """Mainstream households deregistered in a month."""
    return _by_sector(view.paths.deregistrations)


@measure(28, "Spend on homes for children whose original plan was fostering", "GBP", "flow", SPEND_ON_NEED)
def unmet_foster_need_spend(view: View) -> Values:
    """Cash cost of their homes or supported accommodation, over the cost of independent agency fostering."""
    keys = [line.key for line in view.cost_lines]
    weeks = view.paid_weeks
    independent = placements.placements()[placements.sector_places()[SECTORS.index("independent")]]
    agency = _unit_cost(view, keys.index(independent.cost))
    total = np.zeros(weeks.shape[:-1])
    for i, place in enumerate(placements.placements()):
        if place.waits_for == "fostering":
            own = _unit_cost(view, keys.index(place.cost)) * view.rates.cost_weight[:, :, None, i]
            total = total + weeks[..., i] * (own - agency)
    return Values(total[..., None, None])


def _unit_cost(view: View, i: int) -> Array:
    """Average cash cost of a week in a placement: (draw, area, month)."""
    line = view.cost_lines[i]
    per_week: Array = np.asarray(line.spend_gbp) / np.asarray(line.units)
    return per_week[..., None] * view.rates.price_ratio[..., i]
