"""Levels of every authority: children at the base, and how starts, leaving and prices stand to England's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import Baseline, load_baseline, resident_rates, uasc_rates
from simulator.baseline.placement_levels import Placing, as_england, into, placing, plans
from simulator.baseline.pooling import Pooled, overdispersion, pool_counts, pool_ratios
from simulator.baseline.proportional_fitting import Margin, fit
from simulator.baseline.random_walk import wanders, weights
from simulator.baseline.response import (
    AT_18,
    BEFORE_18,
    EARLY,
    Pace,
    Response,
    band_of_row,
    pace,
    passes_through,
    ratio_of,
    respond,
    stock_by_phase,
)
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import BANDS, FOSTERED, PLACEMENT_GROUPS, Published, costs_of, published
from simulator.engine.rates import StreamRates
from simulator.vocabulary.axes import PHASES, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]

COST_LINES = {"residential": costs_of("homes"), "fostering": costs_of(*FOSTERED)}
"""Lines of spend that follow each unit cost."""

_NO_START = 1e-9

_WIDEST_LOG_RATIO = 1.0
"""Published unit costs beyond 0.37 to 2.7 times England's are taken as errors of accounting and cut off there."""

SPLIT_ROUNDS = 30
LEVEL_ROUNDS = 4
"""Rounds in which the level, the time in care that it makes, and who left before 18 are brought into line."""
UNEXPLAINED_LOG_LEVEL = 0.09
"""Spread of the log of a level of leaving beyond what counts say. England's mix of placements and of long stays is
taken where an area's own is not known; in made-up councils that misses true levels by as much
(studies/council_study.py)."""

PORT_SHARE = 0.2
"""Share of all arrivals of asylum-seeking children beyond which an area is one of another kind, and says nothing of the
others. Kent has three in ten, no other more than one in forty."""

LEAST_NEW = 0.5
"""Least share of starts that are taken to be new."""

WIDEST_LOG_LEVEL = 1.0
"""Most that the log of a level of leaving is taken to spread."""

MOST_OLDER = 1.4
"""Most by which asylum-seeking children of the base who turn 18 in a year are taken to differ from England's ages, and
the least one over it: two thirds of those of 16 and over turn 18 in England, so that it is nearly all of them."""


@dataclass(frozen=True)
class Levels:
    """How areas differ. Spreads are standard deviations of logs.

    Attributes
    ----------
    codes : tuple of str
    stock_by_band : (area, band)
    stock_by_group : (area, placement group)
    uasc : (area,)
        Unaccompanied asylum-seeking children looked after.
    starts : (area, band)
        Resident starts a year, in proportion; those who came back from home left out.
    uasc_starts : (area,)
        In proportion.
    exits, uasc_exits : (area,)
        Levels of leaving before 18, of resident and of asylum-seeking children (`simulator.baseline.response.pace`).
    prices : mapping of cost to (area,)
        Unit cost over England's.
    spread : mapping of parameter to (area,)
        Uncertainty of ``starts``, ``uasc_starts``, ``exits``, ``uasc_exits`` and ``price_...``.
    placing : Placing
    last_starts : mapping of stream to (area, band), optional
        Starts of the year before the base, which say how long children of the base have been there; levels if left out.
    turning_18 : (area,), optional
        Asylum-seeking children of the base who turn 18 in a year, over what England's ages make of them; 1 if left out.
    leavers : (area,), optional
        Resident children who leave before 18 in the first year at these levels.
    """

    codes: tuple[str, ...]
    stock_by_band: Array
    stock_by_group: Array
    uasc: Array
    starts: Array
    uasc_starts: Array
    exits: Array
    uasc_exits: Array
    prices: Mapping[str, Array]
    spread: Mapping[str, Array]
    placing: Placing
    last_starts: Mapping[str, Array] | None = None
    turning_18: Array | None = None
    leavers: Array | None = None

    def odds_of_agencies(self, codes: Sequence[str]) -> Array:
        """Return the ratio of the odds of a place with an agency to England's in some areas: (area,)."""
        return self.placing.agency_odds[[self.codes.index(code) for code in codes]]

    def starts_of(self, stream: str) -> Array:
        """Return starts of a run in proportion: (area, band)."""
        return self.starts if stream == "resident" else np.repeat(self.uasc_starts[:, None], len(BANDS), axis=1)

    def entered(self, stream: str) -> Array:
        """Return starts before the base in proportion: (area, band)."""
        return self.starts_of(stream) if self.last_starts is None else self.last_starts[stream]


@dataclass(frozen=True)
class England:
    """England's rates of one stream, and what they make of stock and starts.

    Attributes
    ----------
    rates : StreamRates
    cohort_months : int
    response : Response
    """

    rates: StreamRates
    cohort_months: int
    response: Response

    @property
    def transfers(self) -> bool:
        """Whether areas that take in many pass them on."""
        return passes_through(self.rates)

    def pace(self, level: Array) -> Pace:
        """Return what levels of leaving stand for."""
        return pace(level, self.transfers)


LEVELS_TRIED = {
    "resident": np.array([0.4, 0.7, 1.0, 1.5, 2.5]),
    "uasc": np.array([0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 9.0]),
}
"""Levels of leaving between which the response is drawn as a straight line of logs."""

PARTS = {"resident": (EARLY, (4, 5)), "uasc": tuple((k,) for k in range(len(PHASES)))}
"""Phases of the stock that are told apart in the response."""


def england(base: Baseline) -> dict[str, England]:
    """Return England's rates and responses by stream."""
    p, width = base.parameters, base.cohort_months
    streams = {
        "resident": resident_rates(p, base.resident, base.resident_home),
        "uasc": uasc_rates(p, base.uasc, np.zeros((1, 1, base.uasc.shape[2], 3))),
    }
    return {
        name: England(rates, width, respond(rates, width, LEVELS_TRIED[name], PARTS[name]))
        for name, rates in streams.items()
    }


def response_of_leavers(one: England) -> float:
    """Return by how much England's leavers before 18 in a year move, in per cent, as hazards of leaving move by one."""
    stock = np.zeros((1, len(BANDS), len(PHASES)))
    np.add.at(stock[0], _bands(one), one.rates.opening[0, 0].sum(axis=-1))
    leavers = one.response.leavers(stock, MONTHS_A_YEAR * _arriving(one)[None])[0]
    beside = [_england_level(one) + step for step in (-1, 1)]
    return float(np.diff(np.log(leavers[beside]))[0] / np.diff(np.log(one.response.level[beside]))[0])


@cache
def published_levels() -> Levels:
    """Build the levels of all authorities: from published tables, and as fitted to them how they place children."""
    found = estimate(published(), england(load_baseline(LATEST_BASE)))
    how = placing(found.codes)
    spread = {into(plan): how.spread[:, i] for i, plan in enumerate(plans())}
    return replace(found, placing=how, spread={**found.spread, **spread})


def estimate(data: Published, base: Mapping[str, England]) -> Levels:
    """Estimate levels of areas.

    Parameters
    ----------
    data : Published
    base : mapping of stream to England
    """
    heads = data.population
    held = {name: _sums(_bands(one), one.rates.opening[0, 0].sum(axis=(1, 2))) for name, one in base.items()}
    flows = starts_by_stream(data, base)
    number, starts_spread = _resident_starts(flows[0], heads, data.group)
    arrivals = pool_years("uasc_starts", data.uasc_starts, heads, data.group, apart=is_port(data.uasc_starts))
    arriving = heads[:, -1] * arrivals.mean * data.uasc_starts[:, -1].sum() / heads[:, -1].sum()
    stock = by_stream(data.stock_by_band, data.uasc, held)
    arrival = _arriving(base["uasc"])
    arriving_by_band = arriving[:, None] * arrival / arrival.sum()
    accounts = {name: Account(base[name], stock[i], flows[i]) for i, name in enumerate(STREAMS)}
    uasc_exits, uasc_left = _uasc_leaving(accounts, data, arriving_by_band)
    one, alike = accounts["resident"], np.ones(len(heads))
    left = pool_years("exits", data.left - uasc_left, one.expected(alike), data.group)
    exits = _leaving(one, alike, left, number)
    new = _without_returns(number, base["resident"].rates, stock[0][:, -1].sum(axis=-1) * exits[0])
    of_mix = {"residential": np.ones(len(heads)), "fostering": _cost_of_mix(data)}
    size = {
        "residential": _group_stock(data, "homes"),
        "fostering": _fostered(data).sum(axis=1),
    }
    cost = {key: _prices(data.unit_costs[key] / of_mix[key][:, None], size[key]) for key in COST_LINES}
    return Levels(
        codes=data.codes,
        stock_by_band=data.stock_by_band[:, -1],
        stock_by_group=data.stock_by_group,
        uasc=data.uasc[:, -1],
        starts=new,
        uasc_starts=arriving,
        exits=exits[0],
        uasc_exits=uasc_exits[0],
        prices={key: pooled.mean for key, pooled in cost.items()},
        spread={
            "starts": starts_spread * number.sum(axis=1) / np.maximum(new.sum(axis=1), _NO_START),
            "uasc_starts": arrivals.log_sd,
            "exits": exits[1],
            "uasc_exits": uasc_exits[1],
            **{f"price_{key}": pooled.log_sd for key, pooled in cost.items()},
        },
        placing=as_england(len(heads)),
        last_starts={name: flow[:, -1] for name, flow in zip(base, flows, strict=True)},
        turning_18=_turning_18(accounts["uasc"], uasc_exits[0], data.uasc_ceased, arriving_by_band),
        leavers=one.england.response.at(one.next_year(exits[0], number)[BEFORE_18], exits[0]),
    )


def _resident_starts(starts: Array, heads: Array, group: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return starts a year, (area, band), and the spread of the log of their sum, (area,).

    The sum is pooled, and so is the share of each age band in it: areas differ much in how many start, and little in
    which ages, and years differ in how many start and not in which ages.

    Parameters
    ----------
    starts : (area, year, band)
    heads : (area, year)
    group : (area,) int
    """
    whole = pool_years("starts", starts.sum(axis=-1), heads, group)
    by_band = np.stack([one.mean for one in shares_of_bands(starts, group)], axis=1) * starts[:, -1].sum(axis=0)
    sums = heads[:, -1] * whole.mean * starts[:, -1].sum() / heads[:, -1].sum()
    return by_band * (sums / by_band.sum(axis=1))[:, None], whole.log_sd


def shares_of_bands(starts: Array, group: NDArray[np.intp]) -> tuple[Pooled, ...]:
    """Return the share of each age band in an area's starts over England's.

    Parameters
    ----------
    starts : (area, year, band)
    group : (area,) int
    """
    whole = starts.sum(axis=-1)
    return tuple(_pool_alike(starts[..., b], whole, group) for b in range(len(BANDS)))


def _without_returns(starts: Array, resident: StreamRates, left: Array) -> Array:
    """Leave out of starts, (area, band), children who came back from home, who are shared as those who left are.

    Parameters
    ----------
    starts : (area, band)
    resident : StreamRates
        Of England.
    left : (area,)
        In proportion.
    """
    back = float((resident.opening_home * resident.return_per_year).sum()) * left / left.sum()
    new = 1.0 - ratio_of(back, starts.sum(axis=1))
    return starts * np.maximum(new, LEAST_NEW)[:, None]


def is_port(arrivals: Array) -> NDArray[np.bool_]:
    """Say which areas take in so many asylum-seeking children, (area, year), that they are of another kind: (area,)."""
    whole = arrivals.sum(axis=1)
    port: NDArray[np.bool_] = whole > PORT_SHARE * whole.sum()
    return port


def starts_by_stream(data: Published, base: Mapping[str, England]) -> tuple[Array, Array]:
    """Split published starts into resident and asylum-seeking children: (area, year, band)."""
    return by_stream(data.starts_by_band, data.uasc_starts, {name: _arriving(one) for name, one in base.items()})


def _arriving(one: England) -> Array:
    """Return England's new starts by age band: (band,)."""
    return _sums(BAND_OF_AGE, one.rates.new_starts_per_month[0, 0, 0])


def _sums(band: NDArray[np.intp], children: Array) -> Array:
    """Return sums by age band: (band,)."""
    return np.bincount(band, weights=children, minlength=len(BANDS)).astype(float)


def _bands(one: England) -> NDArray[np.intp]:
    return band_of_row(one.rates, one.cohort_months)


def by_stream(by_band: Array, uasc: Array, seeds: Mapping[str, Array]) -> tuple[Array, Array]:
    """Split counts by age band into resident and asylum-seeking children, whose number is known: (area, year, band).

    Iterative proportional fitting from England's shares of each age band.

    Parameters
    ----------
    by_band : (area, year, band)
    uasc : (area, year)
    seeds : mapping of stream to (band,)
        Of England, in proportion to children.
    """
    table = np.stack([np.broadcast_to(seeds[name], by_band.shape) for name in ("resident", "uasc")], axis=-1)
    whole = by_band.sum(axis=-1)
    streams = np.stack([np.maximum(whole - uasc, 0.0), np.minimum(uasc, whole)], axis=-1)
    margins = (Margin(streams, (2,)), Margin(by_band, (3,)))
    table = fit(table, margins, SPLIT_ROUNDS).within("asylum-seeking children of areas by age")
    return table[..., 0], table[..., 1]


def pool_years(
    name: str,
    events: Array,
    exposure: Array,
    group: NDArray[np.intp],
    dispersion: float | None = None,
    apart: NDArray[np.bool_] | None = None,
) -> Pooled:
    """Pool counts of some years, (area, year), each over what England's rate of that year makes of its exposure.

    The last year counts most, and older ones the less the more events an area has and the further rates of this `name`
    wander (`simulator.baseline.random_walk`). Areas that are `apart` are not pooled.
    """
    expected = exposure * ratio_of(events.sum(axis=0), exposure.sum(axis=0))
    level = ratio_of(np.maximum(events.sum(axis=1), 0.0), expected.sum(axis=1))
    weight = weights(name, expected * level[:, None])
    seen = np.maximum((weight * events).sum(axis=1), 0.0)
    dispersion = wanders()[name].dispersion if dispersion is None else dispersion
    return pool_counts(seen, (weight * expected).sum(axis=1), group, dispersion, apart)


def _pool_alike(events: Array, exposure: Array, group: NDArray[np.intp]) -> Pooled:
    """Pool counts as :func:`pool_years`, years counting alike."""
    expected = exposure * ratio_of(events.sum(axis=0), exposure.sum(axis=0))
    return pool_counts(events.sum(axis=1), expected.sum(axis=1), group, overdispersion(events, expected))


@dataclass(frozen=True)
class Account:
    """Published stock and starts of one stream.

    Attributes
    ----------
    england : England
    stock : (area, year + 1, band)
    starts : (area, year, band)
    """

    england: England
    stock: Array
    starts: Array

    def phased(self, instant: int, level: Array) -> Array:
        """Return the stock at an instant by time in care, as starts of the year before made it: (area, band, phase)."""
        one = self.england
        entered = self.starts[:, max(instant - 1, 0)]
        return stock_by_phase(one.rates, one.cohort_months, self.stock[:, instant], entered, one.pace(level))

    def leavers(self, level: Array, outcome: int) -> Array:
        """Return who leave in each year at the levels that were tried: (area, year, level)."""
        response, years = self.england.response, range(self.starts.shape[1])
        each = [response.leavers(self.phased(y, level), self.starts[:, y], outcome) for y in years]
        return np.stack(each, axis=1)

    def expected(self, level: Array) -> Array:
        """Return who leave before 18 in each year at England's pace: (area, year)."""
        left: Array = self.leavers(level, BEFORE_18)[..., _england_level(self.england)]
        return left

    def next_year(self, level: Array, starts: Array) -> tuple[Array, Array]:
        """Return who leave before and at 18 in the year after the tables at the levels that were tried: (area, level).

        Parameters
        ----------
        level : (area,)
            About right, so that it says who has been in care for how long.
        starts : (area, band)
        """
        stock = self.phased(self.starts.shape[1], level)
        before, at_18 = (self.england.response.leavers(stock, starts, outcome) for outcome in (BEFORE_18, AT_18))
        return before, at_18


def _uasc_leaving(accounts: Mapping[str, Account], data: Published, now: Array) -> tuple[tuple[Array, Array], Array]:
    """Return levels of leaving of asylum-seeking children and their spread, and those who left before 18: (area, year).

    How many of them left at 18 is not published for authorities. Of an authority's 18th birthdays theirs are as many as
    rates of both streams make of their stock and starts.
    """
    one, level = accounts["uasc"], np.ones(len(now))
    resident = accounts["resident"].leavers(level, AT_18)[..., _england_level(accounts["resident"].england)]
    port = is_port(data.uasc_starts)
    spread, left = level, data.uasc_ceased
    for _ in range(LEVEL_ROUNDS):
        turning = one.leavers(level, AT_18)
        uasc = np.stack([one.england.response.at(turning[:, y], level) for y in range(left.shape[1])], axis=1)
        share = ratio_of(uasc, uasc + resident)
        left = np.minimum(data.uasc_ceased - data.left_at_18 * share, data.left)
        unsure = data.left_at_18 * share * (1.0 - share)  # of those who turned 18, how many were of which stream
        wide = 1.0 + float(unsure[~port].sum() / left[~port].sum())
        found = pool_years("uasc_starts", left, one.expected(level), data.group, wide, port)  # they move as arrivals do
        level, spread = _leaving(one, level, found, now)
    return (level, spread), left


def _england_level(one: England) -> int:
    """Return where England's own level is among those that were tried."""
    return int(np.argmin(abs(one.response.level - 1.0)))


def _leaving(one: Account, level: Array, found: Pooled, now: Array) -> tuple[Array, Array]:
    """Return levels of leaving at which as many leave as are found, and the spread of their logs: (area,).

    In the first year of a run as many leave all areas, before 18 and at 18 together, as England's rates make of all.

    Parameters
    ----------
    one : Account
    level : (area,)
        About right, so that it says who has been in care for how long.
    found : Pooled
        Those who left before 18 over those whom England's rates make leave.
    now : (area, band)
        Starts a year of a run.
    """
    response, middle = one.england.response, _england_level(one.england)
    before, at_18 = one.next_year(level, now)
    ratio = wanted = found.mean * before[:, middle] * before[:, middle].sum() / (found.mean * before[:, middle]).sum()
    for _ in range(LEVEL_ROUNDS):  # where fewer leave before 18, more are there to turn 18
        ratio = response.level_of(before, wanted)
        gap = before[:, middle].sum() + at_18[:, middle].sum() - wanted.sum() - response.at(at_18, ratio).sum()
        stays = one.england.pace(ratio).transfer_per_year == 0
        wanted = wanted * np.where(stays, 1.0 + gap / wanted[stays].sum(), 1.0)
    more = response.level_of(before, wanted * np.exp(found.log_sd))
    counted = np.minimum(np.log(more / ratio), WIDEST_LOG_LEVEL)
    return ratio, np.sqrt(counted**2 + UNEXPLAINED_LOG_LEVEL**2)


def _turning_18(one: Account, level: Array, ceased: Array, now: Array) -> Array:
    """Return asylum-seeking children of the base who turn 18 in a year, over what England's ages make of them: (area,).

    Their ages are not published. But those who ceased, at whatever age, are, and where for years they were fewer than
    stock, starts and pace of leaving make of England's ages, children there are younger. Where they pass through, the
    pace says all.

    Parameters
    ----------
    one : Account
    level : (area,)
    ceased : (area, year)
    now : (area, band)
        Starts a year of a run.
    """
    at = one.england.response.at
    both = one.leavers(level, BEFORE_18) + one.leavers(level, AT_18)
    expected = np.stack([at(both[:, year], level) for year in range(ceased.shape[1])], axis=1)
    seen = _pool_alike(ceased, expected, np.zeros(len(level), dtype=np.intp)).mean
    of_stock = at(one.next_year(level, np.zeros_like(now))[AT_18], level)
    before, at_18 = one.next_year(level, now)
    older = 1.0 + ratio_of((seen - 1.0) * at(before + at_18, level), of_stock)
    stays = one.england.pace(level).transfer_per_year == 0
    return np.where(stays, np.clip(older, 1.0 / MOST_OLDER, MOST_OLDER), 1.0)


def _group_stock(data: Published, group: str) -> Array:
    return data.stock_by_group[:, tuple(PLACEMENT_GROUPS).index(group)]


def _fostered(data: Published) -> Array:
    """Return children with kin, the council's carers and agencies: (area, group)."""
    return np.stack([_group_stock(data, group) for group in FOSTERED], axis=1)


def _cost_of_mix(data: Published) -> Array:
    """Return what fostering costs a week with an area's mix of kin, council and agency at England's prices: (area,).

    Prices are what a published unit cost is over it, so that who fosters is not counted twice.
    """
    lines = {line.key: line for line in load_baseline(LATEST_BASE).cost_lines}
    of_group = [[lines[key] for key in costs_of(group)] for group in FOSTERED]
    unit = np.array([sum(one.spend_gbp for one in of) / sum(one.child_weeks for one in of) for of in of_group])
    children = _fostered(data)
    mean = ratio_of(children @ unit, children.sum(axis=1))
    return np.where(mean > 0, mean, children.sum(axis=0) @ unit / children.sum())


def _prices(costs: Array, size: Array) -> Pooled:
    """Pool weekly unit costs, (area, year), over those of all areas together."""
    cost = np.where(costs > 0, costs, np.nan)
    weight = np.where(np.isfinite(cost), size[:, None], 0.0)
    ratios = np.log(cost * weight.sum(axis=0) / np.nansum(cost * weight, axis=0))
    log_ratio = np.clip(ratios, -_WIDEST_LOG_RATIO, _WIDEST_LOG_RATIO)
    return pool_ratios(log_ratio, np.maximum(size, 1.0))
