"""Places near home for children who would be placed far from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import Placements, Quantity, choice, named, number
from simulator.interventions.impossible import Impossible
from simulator.interventions.lagged import LaggedIntervention
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AWAY

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context


def _homes() -> tuple[str, ...]:
    """Names of children's homes as published figures know them."""
    return tuple(place.name for place in placements.placements() if place.is_home and place.reported_as == place.name)


class CloseToHome(LaggedIntervention):
    """Open or keep places near home, so that fewer children live over 20 miles from it or outside their area.

    It moves no child between kinds of placement, and no price. How far away children live is told beside the run: the
    published share of each kind of placement, less those whom the places bring near. `lag_months` is how long places
    take to open. Those who live far away are taken to be outside their area, as nine in ten are.
    """

    kind: Literal["close_to_home"] = named("close_to_home", "distance", "far_from_home", "out_of_area", "homes")
    """Places near home."""

    places: Quantity = number(low=0, high=50_000, unit="places")
    """Places at full strength if it acts in all of England; a part of England has its share."""

    occupancy: Quantity = number(0.66, low=0, high=1, unit="share of places", source="nc_homes_2025")
    """Share of the places that are filled: children in homes over registered places at March 2025."""

    from_far_share: Quantity = number(
        0.5, low=0, high=1, unit="share of places filled", source="judgement",
        spread={"family": "uniform", "low": 0.0, "high": 1.0, "quality": "judgement"},
    )  # fmt: skip
    """Share of those filled with children who would live far from home; the others would have been near anyway."""

    placements: Placements | None = choice(None, if_empty="children's homes")
    """Kinds of placement that the places are of."""

    @property
    def caveat(self) -> str:
        """What nobody has measured."""
        return f"{self.from_far_share:.0%} of the children in its places are taken to come from far away"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Lower the shares of children who live away, by as many as the places bring near."""
        import numpy as np

        near = self.places * self.occupancy * self.from_far_share
        if not near:
            return rates
        chosen = self.placements or _homes()
        at = np.array([place.reported_as in chosen for place in placements.placements()])
        there = _far_away(context.england or context.before(rates))[:, at].sum()
        if near > there:
            what = f"{near:,.0f} would come near, and {there:,.0f} children in these placements live far from home"
            raise Impossible(("places",), self.places, what, f"up to {self.places * there / near:,.0f} places")
        weights = np.append(0.0, self.weights(context, self.lag_months))
        reach = self.in_areas(np.ones(1), context)[:, 0] - 1.0
        brought = near / there * at * _far_away(context.before(rates)) * reach[:, None]  # (area, place)
        return replace(rates, brought_near=rates.brought_near + brought[:, None] * weights[None, :, None])


def _far_away(rates: Rates) -> Array:
    """Children who live far from home at the base: (area, place)."""
    import numpy as np

    children: Array = np.sum([stream.opening[0].sum(axis=(1, 2)) for stream in rates.streams], axis=0)
    return children * rates.away_share[0, :, 0, :, AWAY.index("far_from_home")]
