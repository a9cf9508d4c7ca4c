"""More supported accommodation, so that 16 and 17 year-olds leave children's homes for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import Count, Quantity, named, number
from simulator.interventions.impossible import Impossible
from simulator.interventions.lagged import LaggedIntervention
from simulator.interventions.placement_moves import children_at_base, since_base_added, with_more_moves
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context


class SupportedAccommodation(LaggedIntervention):
    """Open places in supported accommodation, into which 16 and 17 year-olds move from children's homes.

    Some of the places fill with young people who would be in supported accommodation anyway, with another provider, so
    that nobody moves. Those who move are of all children of that age in homes, whatever their plan, which stays what it
    is: so a move saves the mean cost of a home. What a place costs to run is in the spend on placements. `lag_months`
    is how long places take to open.
    """

    kind: Literal["supported_accommodation"] = named("supported_accommodation", "semi_independent", "homes")
    """Places in supported accommodation."""

    places: Quantity = number(low=0, high=20_000, unit="places")
    """Places at full strength if it acts in all of England; a part of England has its share."""

    occupancy: Quantity = number(0.9, low=0, high=1, unit="share of places", source="judgement")
    """Share of the places that are filled."""

    displaced_share: Quantity = number(
        0.5, low=0, high=1, unit="share of places filled", source="judgement",
        spread={"family": "uniform", "low": 0.0, "high": 1.0, "quality": "judgement"},
    )  # fmt: skip
    """Share of those filled with young people who would be in supported accommodation anyway."""

    stay_months: Count = number(12, low=1, high=24, unit="months", source="judgement")
    """Months for which one who moves in stays, until 18; so many move in a year as keep the places filled."""

    def change(self, rates: Rates, context: Context) -> Rates:
        """Let more children of homes move to accommodation for those of 16 and over."""
        filled = self.places * self.occupancy * (1.0 - self.displaced_share)
        if not filled:
            return rates
        every = placements.placements()
        homes = [i for i, place in enumerate(every) if place.is_home]
        to = {every[i].waits_for: i for i in reversed(range(len(every))) if every[i].ages[0] > AGES[0]}
        ages = every[to[""]].ages
        england = (context.england or context.before(rates)).streams[0]
        there = children_at_base(england, rates.cohort_months, ages)[0].sum(axis=(0, 1, 2))[homes].sum()
        if filled > there:
            most = f"up to {there / (filled / self.places):,.0f} places" if there else ""
            what = f"{filled:,.0f} would move from homes, in which {there:,.0f} of {ages[0]} and over live"
            raise Impossible(("places",), self.places, what, most)
        hazard = filled / there * MONTHS_A_YEAR / self.stay_months * since_base_added(self, self.lag_months, context)
        resident, *others = rates.streams
        children = children_at_base(resident, rates.cohort_months, ages)
        for home in homes:
            resident = with_more_moves(resident, children, home, to[every[home].waits_for], hazard[None])
        return replace(rates, streams=(resident, *others))
