"""What the kinds that change foster capacity share. It holds no kind of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.interventions.impossible import Impossible
from simulator.vocabulary.axes import SECTORS
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates
    from simulator.interventions.context import Array


CAVEAT = (
    "changes numbers in care only as children leave some placements sooner than others, which need not be the cause"
)
"""What every chart must say of a change of foster places."""


def foster_of(rates: Rates, kind: str) -> FosterRates:
    """Foster capacity of the rates, for a kind of intervention that changes it.

    Raises
    ------
    Impossible
        If the run puts no limit on foster places, so that there is nothing to change.
    """
    if rates.foster is None:
        raise Impossible(("kind",), kind, "this run puts no limit on foster places, so it has nothing to act on")
    return rates.foster


def in_sector(sector: str, ratio: Array, other: float = 1.0) -> Array:
    """Give a ratio, (area, month), to one sector or to all, and another value to the rest: (area, month, sector)."""
    import numpy as np

    chosen = np.array([sector in (ALL, name) for name in SECTORS])
    return np.where(chosen, ratio[..., None], other)
