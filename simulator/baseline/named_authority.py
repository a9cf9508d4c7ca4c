"""What is published of the authority that a council's returns are named for: its prices, and places with its carers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_lines import CostLine
from simulator.baseline.deviations import deviations, level_key
from simulator.baseline.estimate_levels import published_levels
from simulator.baseline.levels import COST_LINES
from simulator.data.authority_tables import PLACEMENT_GROUPS, column, costs_of
from simulator.data.council import CODE
from simulator.engine.fostering import COUNCIL
from simulator.engine.rates import FosterRates
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import LATEST_BASE

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NamedAuthority:
    """An authority by published tables.

    Attributes
    ----------
    name : str
    prices : mapping of cost line to float
        Unit cost over England's, where it is published.
    price_sd : mapping of unit cost to float
        Spread of its log.
    approved_places : float
        Mainstream places with the authority's own carers on the last 31 March that tells; NaN if none does.
    """

    name: str
    prices: Mapping[str, float]
    price_sd: Mapping[str, float]
    approved_places: float

    @property
    def tells_places(self) -> bool:
        """Whether places with its own carers are published."""
        return math.isfinite(self.approved_places)

    def to_draw(self) -> tuple[Parameter, ...]:
        """Return what is not known of its prices, as parameters to draw: logs of ratios."""
        return tuple(
            Parameter(level_key(CODE, f"price_{cost}"), Normal(0.0, sd)) for cost, sd in self.price_sd.items() if sd > 0
        )

    def priced(self, line: CostLine, drawn: Mapping[str, float]) -> CostLine:
        """Return a line of spend at the authority's unit cost."""
        cost = next((cost for cost, lines in COST_LINES.items() if line.key in lines), None)
        if cost is None:
            return line
        off = float(deviations([CODE], f"price_{cost}", self.price_sd[cost], drawn)[0])
        return replace(line, spend_gbp=line.spend_gbp * self.prices[line.key] * off)

    def with_places(self, foster: FosterRates | None) -> FosterRates | None:
        """Return foster capacity with as many households as the published places of its own carers need.

        Households are those places over England's places a household. Those on the way and those who ask are as many to
        each household as before; places that can take a child are still those that are filled at the base.
        """
        if foster is None or not self.tells_places:
            return foster
        households = foster.opening_households[..., COUNCIL]
        ratio = np.ones_like(foster.opening_households)
        published = self.approved_places / foster.places_per_household[..., COUNCIL]
        ratio[..., COUNCIL] = np.divide(published, households, out=np.ones_like(households), where=households > 0)
        return replace(
            foster,
            base_households=foster.base_households * ratio,
            opening_households=foster.opening_households * ratio,
            usable_share=foster.usable_share / ratio[:, :, None],
            opening_pipeline=foster.opening_pipeline * ratio[..., None],
            enquiries_per_month=foster.enquiries_per_month * ratio[:, :, None],
        )


@cache
def named_authority(code: str) -> NamedAuthority | None:
    """Return what is published of an authority; None if the code is none."""
    every = [one.code for one in areas.authorities()]
    if code not in every:
        return None  # before levels are read, which takes seconds
    levels = published_levels(LATEST_BASE)
    at = levels.codes.index(code)
    groups = list(PLACEMENT_GROUPS)
    group_of = {cost: group for group in groups for cost in costs_of(group)}
    prices = {}
    for cost, lines in COST_LINES.items():
        for line in lines:
            children = levels.stock_by_group[:, groups.index(group_of[line])]
            mean = (children * levels.prices[cost]).sum() / children.sum()  # so that spend adds up to England's
            prices[line] = float(levels.prices[cost][at] / mean)
    places = column("council_foster_places", LATEST_BASE, "approved")[every.index(code)]
    return NamedAuthority(
        name=areas.authorities()[every.index(code)].name,
        prices=prices,
        price_sd={cost: float(levels.spread[f"price_{cost}"][at]) for cost in COST_LINES},
        approved_places=float(places),
    )
