"""A council run as its own record says: in no scenario, and with foster homes as they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England
from simulator.baseline.own_returns import OwnReturns
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.paths import Paths
from simulator.engine.plain import run
from simulator.engine.rates import Rates, StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

HOLD_YEARS = 5
"""Years after which as many children would be in care as at the base."""


def projected(own: OwnReturns, months: int) -> Paths:
    """Run a council as its own record says, in no scenario and with foster homes as they are needed."""
    return run_streams(own.streams(own.england_streams, {}, limited=False), own.england, months)


def run_streams(streams: Sequence[StreamRates], england: England, months: int) -> Paths:
    """Run rates of a council."""
    one = Rates(
        months=months, cohort_months=england.cohort_months, streams=tuple(streams), foster=None,
        place_groups=placements.groups(), price_ratio=np.ones((1, 1, 1, 1)),
        cost_weight=np.ones((1, 1, len(placements.names()))), programme_spend_gbp=np.zeros((1, 1, 1)),
    )  # fmt: skip
    return run(one, BAND_OF_AGE)


def beside_no_starts(streams: Sequence[StreamRates]) -> list[StreamRates]:
    """Return rates of two draws: as they are, and where nobody starts."""
    found = []
    for one in streams:
        starts = one.new_starts_per_month
        found.append(replace(one, new_starts_per_month=np.concatenate([starts, np.zeros_like(starts)])))
    return found


def starts_to_hold(own: OwnReturns) -> float:
    """Return the starts at which as many children are in care in five years as at the base, over the council's own.

    Children in care are a sum of those of the base and of starts, so runs with starts and without tell.
    """
    months, england = HOLD_YEARS * MONTHS_A_YEAR, own.england
    with_starts = own.streams(own.england_streams, {}, limited=False)
    then, left = run_streams(beside_no_starts(with_starts), england, months).children[:, 0, -1].sum(axis=(1, 2, 3))
    return max(float(own.council.stock.sum()) - left, 0.0) / max(then - left, 1e-9) or 1.0
