"""Those who have left care and whom councils go on paying for."""

from __future__ import annotations

import numpy as np

from simulator.baseline.after_care import LEAVERS_18_TO_20, LEAVERS_21_TO_24, UNDER_GUARDIANSHIP
from simulator.baseline.cost_drivers import Driver, GuardianshipWeeks, LeaverWeeks
from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER, Array


# Stocks of those who left long ago, shared between areas: with exits, they would tell who left in a year.
@measure(16, "Children under special guardianship who left care for it", "children", "stock", NEVER)
def children_under_guardianship(view: View) -> Values:
    """Children under 18 who left care for special guardianship; those who were never in care are not known."""
    return Values(view.pool(UNDER_GUARDIANSHIP)[..., None, None])


@measure(17, "Care leavers of 18 to 24 who left at 18", "people", "stock", NEVER)
def care_leavers(view: View) -> Values:
    """Young people who were in care on their 18th birthday, by age; those who left at 16 or 17 are not counted."""
    pools = {"18_to_20": LEAVERS_18_TO_20, "21_to_24": LEAVERS_21_TO_24}
    stock = np.stack([view.pool(pool) for pool in pools.values()], axis=-1)
    return Values(stock[..., None, :], age_bands=tuple(pools))


def _spend_on(driver: type[Driver], view: View) -> Array:
    """Spend of the lines that go with a driver: (draw, area, month)."""
    lines = zip(view.spend, view.cost_lines, strict=True)
    spend: Array = np.sum([spend.sum(axis=-1) for spend, line in lines if isinstance(line.driver, driver)], axis=0)
    return spend


# Spend over a unit cost is how many there are.
@measure(36, "Spend on special guardianship", "GBP", "flow", NEVER)
def guardianship_spend(view: View) -> Values:
    """Gross cash spend on special guardianship, with what programmes pay for children under an order; part of spend.

    It goes with children who left care for an order, though some is for children who were never in care.
    """
    support = _spend_on(GuardianshipWeeks, view) + view.guardianship_programme_spend
    return Values(support[..., None, None])


@measure(37, "Spend on leaving care", "GBP", "flow", NEVER)
def leaving_care_spend(view: View) -> Values:
    """Gross cash spend on leaving care; it goes with care leavers of 18 to 20, and 21 to 24s are in it."""
    return Values(_spend_on(LeaverWeeks, view)[..., None, None])
