"""Foster places of a council whose supply is not known: as many as its own record fills.

A council's own moves already tell how many of its children find and lose foster homes, so England's falling supply must
not act on top of them. The council is run as its record says, without programmes and with homes as they are needed.
Usable places then are those that children fill in that run; what programmes do to households or to need comes on top.

A council that states its own carers has its agencies from the record all the same: who looks for an agency's place
finds one as often as in that run. Its carers' places are as stated. They go on as the record's do, in proportion,
unless it states who is approved or leaves: then they follow its households one for one. They never pass those approved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.fostering import COUNCIL
from simulator.engine.paths import Paths
from simulator.engine.rates import FosterRates, Rates
from simulator.interventions.own_figures import OwnFostering
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]


def with_places_of_record(rates: Rates, record: Paths) -> Rates:
    """Return rates in which usable places are those that a run without limit fills.

    Parameters
    ----------
    rates : Rates
        Of one draw.
    record : Paths
        Of the same draw, without programmes and limit.
    """
    foster = rates.foster
    assert foster is not None
    by_place = record.children.sum(axis=(3, 4))
    filled = by_place[..., [foster.council, foster.independent]]  # (draw, area, instant, sector)
    stays = np.exp(-foster.places_response_per_year / MONTHS_A_YEAR)
    wanted = np.maximum((filled[:, :, 1:] - stays * filled[:, :, :-1]) / (1.0 - stays), 0.0)
    per_share = _grown(foster, record.households[:, :, 1:]) * foster.places_per_household[:, :, None]
    per_share = per_share * _need(foster, record.children[:, :, :-1])[..., None]
    share = over(wanted, per_share)
    return replace(rates, foster=replace(foster, usable_share=share, opening_usable=filled[:, :, 0]))


def with_own_carers(rates: Rates, own: OwnFostering, record: FosterRates, agencies: Array) -> Rates:
    """Return rates of a council that states its own carers, beside what its record makes of places.

    Parameters
    ----------
    rates : Rates
        Of one draw, with what is stated at the base (`simulator.projection.stated_figures`).
    own : OwnFostering
    record : FosterRates
        Of the same draw, with places that its record fills (:func:`with_places_of_record`).
    agencies : (draw, area, month, 4)
        What agencies do in that run.
    """
    foster = rates.foster
    assert foster is not None
    filled = record.opening_usable[..., COUNCIL]
    usable = filled if own.usable_places is None else np.full_like(filled, own.usable_places)
    approved = (foster.opening_households * foster.places_per_household)[..., COUNCIL]
    share = over(usable, approved)[..., None]
    if not own.tells_flows:
        of_record = (record.opening_households * record.places_per_household)[..., COUNCIL]
        at_base = over(filled, of_record)[..., None]
        share = share * over(record.usable_share[..., COUNCIL], at_base)
    found = replace(
        foster,
        opening_usable=with_council(record.opening_usable, usable),
        usable_share=with_council(foster.usable_share, share),
        agencies=agencies,
    )
    return replace(rates, foster=within_approved(found))


def with_limit(rates: Rates) -> Rates:
    """Return rates in which children are fostered as far as there are places."""
    assert rates.foster is not None
    return replace(rates, foster=replace(rates.foster, limited=True))


def with_council(values: Array, council: Array) -> Array:
    """Return values, (..., sector), with those of the council's sector in their place: (...)."""
    found = np.array(np.broadcast_to(values, np.broadcast_shapes(values.shape, (*council.shape, 1))), dtype=float)
    found[..., COUNCIL] = council
    return found


def within_approved(foster: FosterRates) -> FosterRates:
    """Keep usable places within those approved, or within as many times those as there are at the base."""
    approved = foster.opening_households * foster.places_per_household
    return replace(foster, most_usable_share=np.maximum(over(foster.opening_usable, approved), 1.0))


def over(part: Array, whole: Array) -> Array:
    """Divide; nothing where there is nothing to divide by."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    return np.divide(part, whole, out=np.zeros(shape), where=np.broadcast_to(whole, shape) > 0)


def _grown(foster: FosterRates, households: Array) -> Array:
    """Return households as usable places follow them (`simulator.engine.fostering.usable_places`)."""
    base = foster.base_households[:, :, None]
    ratio = over(households, base)
    return np.where(base > 0, base * ratio ** foster.places_elasticity[:, :, None], households)


def _need(foster: FosterRates, children: Array) -> Array:
    """Return need as usable places follow it: (draw, area, month)."""
    young_bands = int(BAND_OF_AGE[foster.followed_below_age - 1]) + 1
    by_band = children[..., foster.needing].sum(axis=(3, 5))  # (draw, area, month, band)
    now = np.stack([by_band[..., :young_bands].sum(axis=-1), by_band[..., young_bands:].sum(axis=-1)], axis=-1)
    base = foster.base_need[:, :, None]
    young, older = np.moveaxis(np.divide(now, base, out=np.ones_like(now), where=base > 0), -1, 0)
    share = foster.young_share[:, :, None]
    need: Array = share * young + (1.0 - share) * older ** foster.need_elasticity[:, :, None]
    return need
