"""How wide fans must be: as wide as holding a year's rates has missed by.

Steps of starts and of leaving are measured one by one (`simulator.calibrate.fit_drift`). How far they offset each other
in the number of children cannot be measured well from thirty years; it is found instead as the tie with which draws
spread as far, one to ten years ahead, as held rates have missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from simulator.baseline.england import resident_rates, uasc_rates
from simulator.baseline.structure import BAND_OF_AGE
from simulator.calibrate.fit_drift import FLOWS_GROUP, STEP
from simulator.calibrate.fit_year import FittedYear
from simulator.calibrate.history import FIRST
from simulator.calibrate.responses import children
from simulator.data import tables
from simulator.engine.plain import run
from simulator.engine.rates import Rates
from simulator.projection.drift import Process
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

YEARS = 10
"""Horizons that count, one to so many years ahead."""


@dataclass(frozen=True)
class Widths:
    """Spread of the log of children by years ahead, from one on.

    Attributes
    ----------
    record : (horizon,)
        Root mean square of what a stock with held starts and a held crude rate of leaving missed, from each year
        since 1995.
    model : (horizon,)
        The same of this model with the rates of each fitted year held; fewer years, and fewer far ahead.
    draws : (horizon,)
        Standard deviation that the drift of starts and leaving gives draws.
    """

    record: Array
    model: Array
    draws: Array


def widths(record: Sequence[Process], fitted: Mapping[int, FittedYear], cohort_months: int) -> Widths:
    """Set what draws from the last base spread beside what was missed."""
    base = record[0].base
    return Widths(crude_misses(base), model_misses(fitted, cohort_months), spread(record, responses(base)))


def tied(record: Sequence[Process]) -> list[Process]:
    """Return the record with starts and leaving tied as closely as what was missed asks, from not at all to wholly."""
    base = record[0].base
    response, missed = responses(base), crude_misses(base)

    def off(tie: float) -> float:
        return float(np.square(np.log(spread(_with_tie(record, tie), response) / missed)).sum())

    return _with_tie(record, float(minimize_scalar(off, bounds=(0.0, 1.0), method="bounded").x))


def _with_tie(record: Sequence[Process], tie: float) -> list[Process]:
    return [replace(one, correlation=round(tie, 2)) if one.group == FLOWS_GROUP else one for one in record]


def spread(record: Sequence[Process], response: Mapping[str, Array]) -> Array:
    """Standard deviation of log children in draws: (horizon,).

    Steps of every year add up, each with the response of its own age; those of one year are tied.
    """
    moving = [process for process in record if process.group == FLOWS_GROUP]
    each = np.array([process.sd_per_year * response[process.name] for process in moving])
    tie = moving[0].correlation
    variance = (1.0 - tie) * np.square(each).sum(axis=0) + tie * np.square(each.sum(axis=0))
    return np.sqrt(np.cumsum(variance))


def responses(base: int) -> Mapping[str, Array]:
    """Log change of children so many years after a step in the first year, for a step of 1, by process: (horizon,)."""
    names = ("starts", "exits")
    runs = children(base, YEARS, [{}, *({name: np.full(YEARS, STEP)} for name in names)])
    log = np.log(runs[:, 1:].sum(axis=(-2, -1)))
    return {name: (log[1 + i] - log[0]) / STEP for i, name in enumerate(names)}


def crude_misses(base: int) -> Array:
    """Root mean square of the log of published children up to a base over what held flows would have said: (horizon,).

    What is held is a year's number of starts, and its rate of leaving less its counting residual, over the mean of
    children at its ends.
    """
    stock, starts, ceased = (
        {int(year): value for year, value in tables.series(name).items() if int(year) <= base}
        for name in ("stock", "starts", "ceased")
    )
    found: list[list[float]] = [[] for _ in range(YEARS)]
    for origin in range(min(stock) + 1, base):
        residual = stock[origin] - stock[origin - 1] - starts[origin] + ceased[origin]
        leaving = (ceased[origin] - residual) / ((stock[origin - 1] + stock[origin]) / 2.0)
        children = stock[origin]
        for ahead in range(1, min(YEARS, base - origin) + 1):
            children = (children * (1.0 - leaving / 2.0) + starts[origin]) / (1.0 + leaving / 2.0)
            found[ahead - 1].append(np.log(stock[origin + ahead] / children))
    return _root_mean_square(found)


def model_misses(fitted: Mapping[int, FittedYear], cohort_months: int) -> Array:
    """Root mean square of the log of published children over this model's with a fitted year's rates held: (horizon,).

    The first fitted year, whose stock comes from a run-in, is left out. Foster places are not limited.
    """
    last = max(fitted)
    found: list[list[float]] = [[] for _ in range(YEARS)]
    for origin in range(FIRST + 1, last):
        said = _children(_held(fitted[origin], MONTHS_A_YEAR * min(YEARS, last - origin), cohort_months))
        for ahead, there in enumerate(said, start=1):
            found[ahead - 1].append(np.log(tables.value("stock", origin + ahead) / there))
    return _root_mean_square(found)


def _held(year: FittedYear, months: int, cohort_months: int) -> Rates:
    p, end = year.parameters, year.end
    return Rates(
        months=months,
        cohort_months=cohort_months,
        streams=(resident_rates(p, end.resident, end.resident_home), uasc_rates(p, end.uasc, end.uasc_home)),
        foster=None,
        place_groups=placements.groups(),
        price_ratio=np.ones((1, 1, months, 1)),
        cost_weight=np.ones((1, 1, len(placements.names()))),
        programme_spend_gbp=np.zeros((1, 1, months)),
    )


def _children(rates: Rates) -> Array:
    """Children at the end of each year of a run: (year,)."""
    children: Array = run(rates, BAND_OF_AGE).children[0, 0, MONTHS_A_YEAR::MONTHS_A_YEAR].sum(axis=(-3, -2, -1))
    return children


def _root_mean_square(found: Sequence[Sequence[float]]) -> Array:
    return np.array([np.sqrt(np.mean(np.square(one))) for one in found])
