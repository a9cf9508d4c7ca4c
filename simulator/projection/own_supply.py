"""Foster places of a council whose supply is not known: as many as its own record fills.

A council's own moves already tell how many of its children find and lose foster homes, so England's falling supply must
not act on top of them. The council is run as its record says, without programmes and with homes as they are needed.
Usable places then are those that children fill in that run; what programmes do to households or to need comes on top.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.paths import Paths
from simulator.engine.rates import FosterRates, Rates
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
    share = np.divide(wanted, per_share, out=np.zeros_like(wanted), where=per_share > 0)
    return replace(rates, foster=replace(foster, usable_share=share, opening_usable=filled[:, :, 0]))


def _grown(foster: FosterRates, households: Array) -> Array:
    """Return households as usable places follow them (`simulator.engine.fostering.usable_places`)."""
    base = foster.base_households[:, :, None]
    ratio = np.divide(households, base, out=np.zeros_like(households), where=base > 0)
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
