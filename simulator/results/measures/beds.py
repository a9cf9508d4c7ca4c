"""Beds that a council pays for whether a child is in them or not: homes of its own and block contracts."""

from __future__ import annotations

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER


# Both are what the council states, and with its spend they tell how many children live in its beds.
@measure(43, "Beds paid for whether filled or not", "places", "stock", NEVER)
def beds_paid_for(view: View) -> Values:
    """Beds of the council's own and of block contracts (`own.beds` of a scenario) that are paid for; none elsewhere."""
    return Values(view.beds_paid_for[..., None, None])


@measure(44, "Spend on beds that stand empty", "GBP", "flow", NEVER)
def empty_beds_spend(view: View) -> Values:
    """Cash cost of beds that are paid for and in which nobody lives; part of `placement_spend`."""
    return Values(view.empty_beds_spend[..., None, None])
