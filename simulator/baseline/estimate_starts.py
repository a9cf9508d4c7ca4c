"""How many children start in each authority: in number, by age band, and how many of them are asylum-seeking."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.national_stream import NationalStream
from simulator.baseline.pool_years import pool_alike, pool_years
from simulator.baseline.pooling import Pooled
from simulator.baseline.proportional_fitting import Margin, fit
from simulator.baseline.response import ratio_of
from simulator.data.authority_tables import BANDS, Published
from simulator.engine.rates import StreamRates

Array = NDArray[np.float64]

SPLIT_ROUNDS = 30

PORT_SHARE = 0.2
"""Share of all arrivals of asylum-seeking children beyond which an area is one of another kind, and says nothing of the
others. Kent has three in ten, no other more than one in forty."""

LEAST_NEW = 0.5
"""Least share of starts that are taken to be new."""


def resident_starts(starts: Array, heads: Array, group: NDArray[np.intp]) -> tuple[Array, Array]:
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
    return tuple(pool_alike(starts[..., b], whole, group) for b in range(len(BANDS)))


def without_returns(starts: Array, resident: StreamRates, left: Array) -> Array:
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


def starts_by_stream(data: Published, base: Mapping[str, NationalStream]) -> tuple[Array, Array]:
    """Split published starts into resident and asylum-seeking children: (area, year, band)."""
    return by_stream(data.starts_by_band, data.uasc_starts, {name: one.arriving() for name, one in base.items()})


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
