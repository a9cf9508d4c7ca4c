"""How rates go on from a base year in a draw: as far from where they stood as they have gone before.

The central run holds the rates of the base year. A draw multiplies them in each financial year by a factor whose
logarithm is a random walk: the sum of one normal step a year, of the size that the published record shows
(`simulator.calibrate.fit_drift`). Steps of starts and of leaving may be tied, so that draws spread as far as held rates
have missed (`simulator.calibrate.interval_calibration`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.engine.rates import Rates, StreamRates
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.placements import placements

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Process:
    """How far one group of rates moves.

    Attributes
    ----------
    base : int
        Year up to which the record was known.
    name : str
        What moves; see :func:`drift`.
    sd_per_year : float
        Standard deviation of a year's step of the log level.
    lag_years : int
        Years over which moves were measured.
    first, last : str
        Years of the record.
    source : str
        Source keys.
    group : str
        Steps of one year and group are tied, with `correlation` between any two.
    correlation : float
    """

    base: int
    name: str
    sd_per_year: float
    lag_years: int
    first: str
    last: str
    source: str
    group: str = ""
    correlation: float = 0.0


@cache
def processes(base: int) -> tuple[Process, ...]:
    """Return every process as the record up to a base has it, from data/drift.csv."""
    return tuple(one for one in packaged.table("drift").rows(Process) if one.base == base)


def parameters(base: int, financial_years: Sequence[str]) -> tuple[Parameter, ...]:
    """Return the steps of every process in every financial year of a run from a base, as parameters to draw."""
    return tuple(
        Parameter(
            _key(process, year), Normal(0.0, process.sd_per_year),
            f"drift.{process.group}.{year}" if process.group else "", process.correlation,
        )
        for process in processes(base)
        for year in financial_years
    )  # fmt: skip


def drift(
    rates: Rates, base: int, cost_keys: Sequence[str], year_of_month: Sequence[str], drawn: Mapping[str, float]
) -> Rates:
    """Return rates that go on as in a draw.

    Parameters
    ----------
    rates : Rates
    base : int
        Year from whose 31 March they run.
    cost_keys : sequence of str
        Names along the axis ``cost``.
    year_of_month : sequence of str
        Financial year of each month of the run.
    drawn : mapping of key to float
        Steps of this draw; see :func:`parameters`.
    """
    factor = {process.name: _factor(process, year_of_month, drawn) for process in processes(base)}
    resident, uasc = (rates.streams[STREAMS.index(name)] for name in ("resident", "uasc"))
    streams = {
        "resident": replace(
            _faster_exits(resident, factor["exits"]),
            new_starts_per_month=resident.new_starts_per_month * factor["starts"][:, None],
            move_ratio=_more_moves_to_homes(resident.move_ratio, factor["moves_to_homes"]),
        ),
        "uasc": replace(uasc, new_starts_per_month=uasc.new_starts_per_month * factor["uasc_starts"][:, None]),
    }
    foster = rates.foster
    if foster is not None:
        leaving = foster.deregistration_per_year * factor["foster_leaving"][:, None]
        foster = replace(foster, deregistration_per_year=leaving)
    price = np.stack([factor[_price(key)] for key in cost_keys], axis=-1)
    return replace(
        rates,
        streams=tuple(streams[name] for name in STREAMS),
        foster=foster,
        price_ratio=rates.price_ratio * price,
    )


def _key(process: Process, financial_year: str) -> str:
    return f"drift.{process.name}.{financial_year}"


def _factor(process: Process, year_of_month: Sequence[str], drawn: Mapping[str, float]) -> Array:
    """Level of a process over that of the base year: (month,)."""
    level, log = {}, 0.0
    for year in dict.fromkeys(year_of_month):
        log += drawn[_key(process, year)]
        level[year] = np.exp(log)
    return np.array([level[year] for year in year_of_month])


def _faster_exits(stream: StreamRates, factor: Array) -> StreamRates:
    return replace(stream, exit_ratio=stream.exit_ratio * factor[:, None])


def _more_moves_to_homes(move_ratio: Array, factor: Array) -> Array:
    """Multiply the moves from mainstream foster care to children's homes: (draw, area, month, place, place)."""
    origin = np.array([place.capacity != "" for place in placements()])
    to = np.array([place.is_home for place in placements()])
    between = origin[:, None] & to[None, :]
    ratio: Array = move_ratio * np.where(between, factor[:, None, None], 1.0)
    return ratio


def _price(cost_key: str) -> str:
    """Process that the price of a line follows."""
    held = [place for place in placements() if place.cost == cost_key]
    if any(place.is_foster for place in held):
        return "price_foster"
    return "price_homes" if held else "price_other"
