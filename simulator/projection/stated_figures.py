"""What a council states of itself (`own:` of a scenario), put into its rates and lines of spend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_drivers import paid_weeks
from simulator.baseline.cost_lines import Beds, CostLine
from simulator.engine.fostering import COUNCIL
from simulator.engine.rates import FosterRates, Rates
from simulator.interventions.context import Context
from simulator.interventions.impossible import Impossible
from simulator.interventions.own_figures import Own, OwnFostering, cost_of
from simulator.projection.own_supply import over, with_council, within_approved
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

MOST_OVER = 1.5
"""Most children with a council's own carers, over the places that it says are approved, that is no slip: carers may be
approved for more children for a time (a judgement)."""

HALF_A_CHILD = 0.5
"""How far children in places may be above the places, as shares of a child are no slip."""


def with_own(
    rates: Rates, cost_lines: tuple[CostLine, ...], own: Own, context: Context
) -> tuple[Rates, tuple[CostLine, ...]]:
    """Return rates and lines of spend with what a council states of itself.

    Parameters
    ----------
    rates : Rates
        Of the council, before interventions.
    cost_lines : tuple of CostLine
        At prices of the base price year.
    own : Own
    context : Context

    Raises
    ------
    Impossible
        If another number of areas than one council is run, or what is stated does not fit its children.
    """
    if not own.given:
        return rates, cost_lines
    if len(context.areas) != 1 or context.areas == (ENGLAND,):
        of = ENGLAND if context.areas == (ENGLAND,) else f"{len(context.areas)} areas"
        what = f"these figures are of one council, and this run is of {of}"
        raise Impossible(("own",), of, what, "--returns DIR, or one authority with --area NAME or areas: [NAME]")
    if rates.foster is not None and own.fostering.given:
        rates = replace(rates, foster=_with_carers(rates, rates.foster, own.fostering))
    return rates, tuple(_with_prices(line, own, rates, context) for line in cost_lines)


# --------------------------------------------------------------------------------------------------
# Foster carers


def _with_carers(rates: Rates, foster: FosterRates, own: OwnFostering) -> FosterRates:
    """Return foster capacity with the council's own carers as stated; agencies' stay."""
    fostered = np.sum([one.opening[..., foster.council].sum(axis=(2, 3)) for one in rates.streams], axis=0)

    def stated(value: float | None, otherwise: Array) -> Array:
        """Value of the council's sector, as stated or else as it is: (draw, area)."""
        return np.full_like(fostered, value) if value is not None else otherwise * np.ones_like(fostered)

    households = stated(own.households, foster.opening_households[..., COUNCIL])
    approved = stated(own.approved_places, households * foster.places_per_household[..., COUNCIL])
    usable = stated(own.usable_places, foster.opening_usable[..., COUNCIL])
    _check_places(own, fostered, approved, usable)
    changed = replace(
        foster,
        base_households=with_council(foster.base_households, households),
        opening_households=with_council(foster.opening_households, households),
        opening_usable=with_council(foster.opening_usable, usable),
        places_per_household=with_council(foster.places_per_household, over(approved, households)),
        usable_share=with_council(foster.usable_share, over(usable, approved)[..., None]),
    )
    changed = within_approved(_one_for_one(changed) if own.tells_flows else changed)
    if own.leavers_per_year is not None:
        hazard = over(np.full_like(households, own.leavers_per_year), households)
        changed = replace(
            changed, deregistration_per_year=with_council(foster.deregistration_per_year, hazard[..., None])
        )
    asking, coming = _on_their_way(foster, own, over(households, foster.opening_households[..., COUNCIL]))
    pipeline = np.array(foster.opening_pipeline, dtype=float)
    pipeline[..., COUNCIL, :] = coming
    return replace(
        changed, enquiries_per_month=with_council(foster.enquiries_per_month, asking), opening_pipeline=pipeline
    )


def _one_for_one(foster: FosterRates) -> FosterRates:
    """Let usable places be the same share of the council's approved places always, whatever children need.

    The elasticities are of places that are filled, in a slow fall of supply. Who states how households come and go may
    have them go faster, and of the places that are on hold no more can take a child as others leave.
    """
    one = np.ones_like(foster.opening_households[..., COUNCIL])
    return replace(
        foster,
        places_elasticity=with_council(foster.places_elasticity, one),
        young_share=np.zeros_like(foster.young_share),
        need_elasticity=np.zeros_like(foster.need_elasticity),
        places_response_per_year=np.inf,
    )


def _on_their_way(foster: FosterRates, own: OwnFostering, households_ratio: Array) -> tuple[Array, Array]:
    """Return enquiries, (draw, area, month), and households at each stage, (draw, area, stage), of the council.

    They are those that as many approvals as it states take, or else go with its households.
    """
    if own.approvals_per_year is None:
        times = households_ratio[..., None]
        return foster.enquiries_per_month[..., COUNCIL] * times, foster.opening_pipeline[..., COUNCIL, :] * times
    passing = foster.stage_pass_share[:, :, :1, COUNCIL]  # (draw, area, 1, stage)
    asking = own.approvals_per_year / MONTHS_A_YEAR / passing.prod(axis=-1)
    earlier = np.concatenate([np.ones_like(passing[..., :1]), passing[..., :-1]], axis=-1)
    reaching = asking[..., None] * np.cumprod(earlier, axis=-1)
    return asking, (reaching * MONTHS_A_YEAR / foster.stage_per_year)[:, :, 0]


def _check_places(own: OwnFostering, fostered: Array, approved: Array, usable: Array) -> None:
    """Refuse places that are fewer than the children in them."""
    there = float(fostered.max())
    who = f"{there:,.0f} children are with the council's own carers at the base"
    if own.approved_places is not None and there > MOST_OVER * float(approved.min()):
        least = f"{there / MOST_OVER:,.0f} or more (places)"
        path = ("own", "fostering", "approved_places")
        raise Impossible(path, own.approved_places, f"{who}, and {own.approved_places:g} places are approved", least)
    if own.usable_places is not None and there > float(usable.min()) + HALF_A_CHILD:
        path = ("own", "fostering", "usable_places")
        what = f"{who}, and {own.usable_places:g} places can take one"
        raise Impossible(path, own.usable_places, what, f"{there:,.0f} or more (places)")
    if own.usable_places is not None and own.usable_places > float(approved.max()) + HALF_A_CHILD:
        path = ("own", "fostering", "usable_places")
        what = f"{own.usable_places:g} places can take a child, of {float(approved.max()):,.0f} approved"
        raise Impossible(path, own.usable_places, what, "fewer, or approved_places beside them")


# --------------------------------------------------------------------------------------------------
# Prices and beds


def _with_prices(line: CostLine, own: Own, rates: Rates, context: Context) -> CostLine:
    """Return a line of spend at the council's price, and with the beds that are paid for."""
    bought = own.bought_prices().get(line.key)
    if bought is not None:
        per_week = bought.gbp_per_week / context.price_level(bought.price_year)
        line = replace(line, spend_gbp=per_week * np.asarray(line.units), fixed_share=0.0)
    held = [one for one in own.beds if cost_of(one.placement) == line.key]
    if not held:
        return line
    months = [context.first_month + i for i in range(-1, context.months)]
    paid = np.array([[one.beds * one.paid_in(month) for month in months] for one in held])  # (bed, 1 + month)
    fillable = np.array([one.fillable_share for one in held])
    prices = np.array([gbp / context.price_level(year) for gbp, year in map(own.price_of_beds, held)])
    by_stream = np.sum([one.opening[0, 0].sum(axis=(0, 1)) for one in rates.streams], axis=0)[line.driver.places]
    units = paid_weeks(np.stack([one.opening[0, 0].sum(axis=(0, 1)) for one in rates.streams]))[line.driver.places]
    beds = Beds(
        beds=paid.sum(axis=0)[None],
        fillable=(fillable @ paid)[None],
        gbp_per_week=(prices @ paid)[None],
        weeks_per_unit=float(by_stream.sum() / units.sum()) if units.sum() > 0 else 1.0,
    )
    return replace(line, beds=beds)
