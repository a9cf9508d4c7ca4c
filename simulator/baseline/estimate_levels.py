"""Levels of every authority, estimated from published tables beside what England's rates make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from simulator.baseline.england import load_baseline
from simulator.baseline.estimate_leaving import Account, leaving_levels, turning_18, uasc_leaving
from simulator.baseline.estimate_prices import prices
from simulator.baseline.estimate_starts import by_stream, is_port, resident_starts, starts_by_stream, without_returns
from simulator.baseline.levels import Levels
from simulator.baseline.national_stream import NationalStream, national_streams
from simulator.baseline.placement_levels import as_england, into, placement_mix, plans
from simulator.baseline.pool_years import pool_years
from simulator.baseline.response import BEFORE_18
from simulator.data.authority_tables import Published, published
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import LATEST_BASE

_NO_START = 1e-9


@cache
def published_levels(base: int = LATEST_BASE) -> Levels:
    """Build the levels of all authorities at a base: from tables, and as fitted to them how they place children."""
    found = estimate(published(base), national_streams(load_baseline(base)))
    how = placement_mix(base, found.codes)
    spread = {into(plan): how.spread[:, i] for i, plan in enumerate(plans())}
    return replace(found, placement_mix=how, spread={**found.spread, **spread})


def estimate(data: Published, base: Mapping[str, NationalStream]) -> Levels:
    """Estimate levels of areas.

    Parameters
    ----------
    data : Published
    base : mapping of stream to NationalStream
    """
    heads = data.population
    held = {name: one.held() for name, one in base.items()}
    flows = starts_by_stream(data, base)
    number, starts_spread = resident_starts(flows[0], heads, data.group)
    arrivals = pool_years("uasc_starts", data.uasc_starts, heads, data.group, apart=is_port(data.uasc_starts))
    arriving = heads[:, -1] * arrivals.mean * data.uasc_starts[:, -1].sum() / heads[:, -1].sum()
    stock = by_stream(data.stock_by_band, data.uasc, held)
    arrival = base["uasc"].arriving()
    arriving_by_band = arriving[:, None] * arrival / arrival.sum()
    accounts = {name: Account(base[name], stock[i], flows[i]) for i, name in enumerate(STREAMS)}
    uasc_exits, uasc_left = uasc_leaving(accounts, data, arriving_by_band)
    one, alike = accounts["resident"], np.ones(len(heads))
    left = pool_years("exits", data.left - uasc_left, one.expected(alike), data.group)
    exits = leaving_levels(one, alike, left, number)
    new = without_returns(number, base["resident"].rates, stock[0][:, -1].sum(axis=-1) * exits[0])
    cost = prices(data)
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
        placement_mix=as_england(len(heads)),
        last_starts={name: flow[:, -1] for name, flow in zip(base, flows, strict=True)},
        turning_18=turning_18(accounts["uasc"], uasc_exits[0], data.uasc_ceased, arriving_by_band),
        left_at_18=data.left_at_18.sum(axis=1),
        leavers=one.england.response.at(one.next_year(exits[0], number)[BEFORE_18], exits[0]),
    )
