"""A council's rates: its own, England's, and pooled between them; and whether they drift over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.returns.codes import AGE_18, PLACES
from simulator.returns.exposure import EVENTS, TIMES, UNKNOWN_TIME, Exposure, Years
from simulator.returns.national import National
from simulator.returns.pool_rates import GammaPosterior, pool_cells, pool_levels, strength
from simulator.vocabulary.axes import AGE_BANDS, STREAMS

Array = NDArray[np.float64]

RARE = 0.01
"""England's rates leave out what is rare, but it happens: a prior rate is at least this share of its kind's mean."""

DRIFTED = 2.58
"""Standard errors between two spells from which rates have changed: one in a hundred by chance."""

LEVEL_STRENGTH = 7.0
"""How many events England's level of one kind of event is worth: authorities differ by 38 per cent, 1 / sqrt(7).

Maximum marginal likelihood (``pool.strength``) on the Department's local authority tables, children who ceased over
children looked after in the years to 31 March 2023 to 2025: 7.0 for going home (79 authorities with figures), 5.2 for
special guardianship (145), 11 for adoption (130). Moves have no such table and are taken to differ as much.
"""

PLACE_STRENGTH = 20.0
"""How many starts England's mix of first placements is worth in an age band. A judgement: the share of a placement that
takes a quarter then differs between authorities by 38 per cent, as levels of leaving do.

No table tells first placements by authority. Their stocks of March 2025 by six kinds of placement differ less (87, by
maximum marginal likelihood in 150 authorities), but don't tell council, agency and kinship foster care apart.
"""

P10, P90 = 0.1, 0.9


class EventLevel(NamedTuple):
    """How often one kind of event happens in a council, over England's rates for children of the same age, time in care
    and placement.

    Attributes
    ----------
    stream, event : str
    events : int
    expected : float
        Events at England's rates.
    ratio, pooled, p10, p90 : float
        The council's own ratio, and pooled towards 1, with the middle 80 per cent.
    """  # noqa: D205 - the first sentence takes two lines

    stream: str
    event: str
    events: int
    expected: float
    ratio: float
    pooled: float
    p10: float
    p90: float


class Rate(NamedTuple):
    """One rate.

    Attributes
    ----------
    stream, age, time_in_care, placement, event : str or int
    events : int
    years : float
        Child-years at risk; of starts, years of the window.
    council, england, pooled, p10, p90 : float
        Events to a year of `years`; `p10` and `p90` hold the middle 80 per cent.
    weight : float
        Of the council's own evidence in `pooled`, 0 to 1.
    """

    stream: str
    age: int
    time_in_care: str
    placement: str
    event: str
    events: int
    years: float
    council: float
    england: float
    pooled: float
    p10: float
    p90: float
    weight: float


class FirstPlace(NamedTuple):
    """A share of the starts of an age band, by first placement.

    Attributes
    ----------
    stream, age_band, placement : str
    starts : int
    council, england, pooled, p10, p90 : float
        `p10` and `p90` hold the middle 80 per cent.
    evidence : float
        Starts that `pooled` rests on, those that England's mix is worth among them.
    """

    stream: str
    age_band: str
    placement: str
    starts: int
    council: float
    england: float
    pooled: float
    p10: float
    p90: float
    evidence: float


@dataclass(frozen=True)
class Estimates:
    """Everything that is estimated from a window.

    Attributes
    ----------
    levels : tuple of EventLevel
        Of kinds of event that England has.
    rates : tuple of Rate
        Starts by age, then leaving and moving by cell.
    first_places : tuple of FirstPlace
        Of age bands in which children start.
    """

    levels: tuple[EventLevel, ...]
    rates: tuple[Rate, ...]
    first_places: tuple[FirstPlace, ...]


def estimate(seen: Exposure, england: National) -> Estimates:
    """Estimate levels and rates, pooled towards England's.

    Time in care has to be known, as hazards depend on it: exposure and events in time ``unknown`` are left out.
    """
    years = seen.child_years[:, :, :UNKNOWN_TIME]
    events = seen.events[:, :, :UNKNOWN_TIME].astype(float)
    expected = england.rate * years[..., None]
    can_happen = expected > 0
    totals = (events * can_happen).sum(axis=(1, 2, 3)), expected.sum(axis=(1, 2, 3))  # (stream, event)
    level = pool_levels(*totals, LEVEL_STRENGTH)
    levels = tuple(_levels(*totals, level))
    rates = [*_start_rates(seen, england)]
    for s, e in np.ndindex(totals[0].shape):
        at = (float(level.mean[s, e]), float(level.shape[s, e]))
        rates += _cell_rates(s, e, events[s, ..., e], years[s], england.rate[s, ..., e], at)
    return Estimates(levels, tuple(rates), tuple(_first_places(seen, england)))


def _levels(events: Array, expected: Array, level: GammaPosterior) -> Iterator[EventLevel]:
    low, high = level.quantile(P10), level.quantile(P90)
    for s, e in np.argwhere(expected > 0):
        y, m = events[s, e], expected[s, e]
        yield EventLevel(STREAMS[s], EVENTS[e], int(y), m, y / m, level.mean[s, e], low[s, e], high[s, e])


def _cell_rates(
    s: int, e: int, events: Array, years: Array, prior: Array, level: tuple[float, float]
) -> Iterator[Rate]:
    """Yield the rates of one kind of event, for cells with exposure where it can happen or did."""
    cells = (years > 0) & ((prior > 0) | (events > 0))
    if not cells.any():
        return
    y, exposed, mean = events[cells], years[cells], prior[cells]
    told = strength(y, mean * exposed * level[0])
    floor = RARE * (prior.mean() or 1.0)
    rate, weight = pool_cells(y, exposed, np.maximum(mean, floor), told, level)
    low, high = rate.quantile(P10), rate.quantile(P90)
    for i, (age, time, place) in enumerate(np.argwhere(cells)):
        yield Rate(
            STREAMS[s], int(age), TIMES[time], PLACES[place], EVENTS[e], int(y[i]), exposed[i],
            y[i] / exposed[i], mean[i], rate.mean[i], low[i], high[i], weight[i],
        )  # fmt: skip


def _start_rates(seen: Exposure, england: National) -> Iterator[Rate]:
    """Yield starts a year by age, pooled towards England's pattern by age.

    A return does not know the population, so the level is the council's own: England's starts are scaled to its total.
    """
    for s, stream in enumerate(STREAMS):
        starts, pattern = seen.starts[s].sum(axis=-1).astype(float), england.starts_per_year[s]
        total = starts.sum()
        ages = np.flatnonzero(pattern)
        if not total:
            continue
        scaled = (pattern * total / seen.years / pattern.sum())[ages]
        y, years = starts[ages], np.full(len(ages), float(seen.years))
        rate, weight = pool_cells(y, years, scaled, strength(y, scaled * years), (1.0, total))
        low, high = rate.quantile(P10), rate.quantile(P90)
        for i, age in enumerate(ages):
            yield Rate(
                stream, int(age), "", "", "start", int(y[i]), years[i], y[i] / years[i], scaled[i], rate.mean[i],
                low[i], high[i], weight[i],
            )  # fmt: skip


def _first_places(seen: Exposure, england: National) -> Iterator[FirstPlace]:
    """Yield shares of starts by first placement, pooled towards England's: Dirichlet-multinomial."""
    from scipy.special import betaincinv

    for s, b in np.ndindex(england.first_place.shape[:2]):
        low, high = tuple(AGE_BANDS.values())[b]
        starts, prior = seen.starts[s, low : high + 1].sum(axis=0), england.first_place[s, b]
        if not starts.sum():
            continue
        can_happen = np.flatnonzero((prior > 0) | (starts > 0))
        worth = np.maximum(prior[can_happen], RARE)
        evidence = starts[can_happen] + PLACE_STRENGTH * worth / worth.sum()
        rest = evidence.sum() - evidence
        low_share, high_share = (betaincinv(evidence, rest, p) if len(evidence) > 1 else np.ones(1) for p in (P10, P90))
        for i, place in enumerate(can_happen):
            yield FirstPlace(
                STREAMS[s], tuple(AGE_BANDS)[b], PLACES[place], int(starts[place]), starts[place] / starts.sum(),
                prior[place], evidence[i] / evidence.sum(), low_share[i], high_share[i], evidence[i],
            )  # fmt: skip


# --------------------------------------------------------------------------------------------------
# Drift


class Drift(NamedTuple):
    """One measure in two spells of time.

    Attributes
    ----------
    measure : str
    earlier_years, later_years : str
        Financial years by the year in which they end, for example ``2019 to 2021``.
    earlier_rate, later_rate : float
        Starts a year; exits before 18 and moves between kinds of placement a child-year.
    standard_errors : float
        The change over its standard error, on the log scale.
    drifted : str
        ``yes`` if the change is more than chance (`DRIFTED`).
    """

    measure: str
    earlier_years: str
    later_years: str
    earlier_rate: float
    later_rate: float
    standard_errors: float
    drifted: str


def drifts(years: Years, window: int) -> list[Drift]:
    """Compare the window with the years before it, and its last year with its others.

    Counts are taken as Poisson, so chance is a little understated where siblings come and go together.
    """
    apart = ~np.eye(len(PLACES), dtype=np.bool_)
    stock = years.stock.sum(axis=(1, 2, 3, 4))
    at_risk = (stock[1:] + stock[:-1]) / 2
    measures = {
        "starts": (years.starts.sum(axis=(1, 2, 3)), np.ones(len(years.years))),
        "exits_before_18": (np.delete(years.exits, AGE_18, axis=-1).sum(axis=(1, 2, 3, 4)), at_risk),
        "moves_between_placements": ((years.moves * apart).sum(axis=(1, 2, 3)), at_risk),
    }
    opens, last = len(years.years) - window, len(years.years) - 1
    spells = [(slice(0, opens), slice(opens, None)), (slice(opens, last), slice(last, None))]
    return [
        _drift(name, events, exposed, years.years, before, after)
        for name, (events, exposed) in measures.items()
        for before, after in spells
        if exposed[before].sum() > 0 and exposed[after].sum() > 0
    ]


def _drift(name: str, events: Array, exposed: Array, years: tuple[int, ...], before: slice, after: slice) -> Drift:
    (n0, n1), (t0, t1) = ((values[before].sum(), values[after].sum()) for values in (events, exposed))
    change = np.log((n1 + 0.5) / t1) - np.log((n0 + 0.5) / t0)  # half an event more: there may be none
    errors = change / np.sqrt(1 / (n0 + 0.5) + 1 / (n1 + 0.5))
    drifted = "yes" if abs(errors) > DRIFTED else "no"
    return Drift(name, _spell(years[before]), _spell(years[after]), n0 / t0, n1 / t1, float(errors), drifted)


def _spell(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
