"""A council's projection checked against its own past: the model run from an earlier base over years that returns cover.

Starts are those that happened, so what differs is leaving and ageing: fitted rates that do not make the children in care
that the returns hold are wrong, or are not those of all of these years. Chance is worked out child by child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England
from simulator.baseline.own_returns import OwnReturns
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.council import Council
from simulator.data.own_rates import Level
from simulator.engine.paths import Paths
from simulator.engine.plain import run
from simulator.engine.rates import Rates, StreamRates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS, STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

CHECKED_YEARS = 3
"""Years that the model is run over, if returns cover as many and one more."""

HOLD_YEARS = 5
"""Years after which as many children would be in care as at the base."""

AGE_18 = REASONS.index("age_18")


def projected(council: Council, england: England, months: int) -> Paths:
    """Run a council as its own record says, in no scenario and with foster homes as they are needed."""
    own = OwnReturns(england, council)
    return _run(own.streams(own.england_streams, {}, limited=False), england, months)


def _run(streams: Sequence[StreamRates], england: England, months: int) -> Paths:
    one = Rates(
        months=months, cohort_months=england.cohort_months, streams=tuple(streams), foster=None,
        place_groups=placements.groups(), price_ratio=np.ones((1, 1, 1, 1)),
        cost_weight=np.ones((1, 1, len(placements.names()))), programme_spend_gbp=np.zeros((1, 1, 1)),
    )  # fmt: skip
    return run(one, BAND_OF_AGE)


def starts_to_hold(council: Council, england: England) -> float:
    """Return the starts at which as many children are in care in five years as at the base, over the council's own.

    Children in care are a sum of those of the base and of starts, so two runs tell.
    """
    months = HOLD_YEARS * MONTHS_A_YEAR
    own = OwnReturns(england, council)
    with_starts = own.streams(own.england_streams, {}, limited=False)
    without = [replace(one, new_starts_per_month=np.zeros_like(one.new_starts_per_month)) for one in with_starts]
    then, left = (float(_run(one, england, months).children[0, 0, -1].sum()) for one in (with_starts, without))
    return max(float(council.stock.sum()) - left, 0.0) / max(then - left, 1e-9) or 1.0


@dataclass(frozen=True)
class PastYears:
    """The model over the last years of the returns.

    Attributes
    ----------
    children, model, sd : (year,)
        At the end of each year; by the returns, by the model, and what chance makes of the model's.
    """

    children: Array
    model: Array
    sd: Array


def past_years(council: Council, england: England, stocks: Array, starts: Array) -> PastYears:
    """Run the model over the last years.

    Parameters
    ----------
    council : Council
        As fitted to all years.
    england : England
    stocks : (year + 1, stream, age, time, place)
        Children in care at the base of the check and at the end of each year.
    starts : (year, stream, age)
    """
    years, months = len(starts), MONTHS_A_YEAR * len(starts)
    levels: dict[tuple[str, str], Level] = {}
    then = replace(council, stock=stocks[0].astype(float), levels=levels, hold=1.0)
    own = OwnReturns(england, then)
    lived = []
    for s, one in enumerate(own.streams(own.england_streams, {}, limited=False)):
        young = np.arange(starts.shape[-1]) < one.youngest_age
        number = np.where(young, 0.0, starts[:, s]) + np.where(
            np.arange(starts.shape[-1]) == one.youngest_age, starts[:, s][:, young].sum(axis=1, keepdims=True), 0.0
        )
        monthly = np.repeat(number, MONTHS_A_YEAR, axis=0) / MONTHS_A_YEAR
        lived.append(
            replace(
                one,
                new_starts_per_month=monthly[None, None],
                opening_home=np.zeros_like(one.opening_home),
                return_per_year=np.zeros_like(one.return_per_year),
            )
        )
    path = _run(lived, england, months).children[0, 0].sum(axis=(1, 2, 3))
    model = path[MONTHS_A_YEAR::MONTHS_A_YEAR]
    # Each child of the base, and each who came since, is there at the end or not: a binomial number.
    none = [replace(one, new_starts_per_month=np.zeros_like(one.new_starts_per_month)) for one in lived]
    stayed = _run(none, england, months).children[0, 0].sum(axis=(1, 2, 3))[MONTHS_A_YEAR::MONTHS_A_YEAR]
    came = np.cumsum(starts.sum(axis=(1, 2)))
    here = stocks[0].sum()
    variance = stayed * (1.0 - stayed / max(here, 1.0)) + (model - stayed) * (1.0 - (model - stayed) / np.maximum(came, 1.0))
    children = stocks[1:].sum(axis=(1, 2, 3, 4)).astype(float)
    return PastYears(children, model, np.sqrt(np.maximum(variance, 1.0)))
