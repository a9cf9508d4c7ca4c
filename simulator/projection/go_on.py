"""Rates of a base year as they go on: by the trends on record, and in a draw by how far they have strayed.

What goes on, and what it multiplies:

- ``starts``, ``exits``, ``uasc_starts``: children who start, hazards of leaving before 18, arrivals;
- ``into_X``: first placements and moves of resident children into the placements whose `inflow` is X
  (vocabulary/placements.yaml);
- ``foster_households``: mainstream foster households, by how many leave and enquire;
- ``fostered_given_supply``: usable places, households given;
- ``price_X``: unit costs of the placements whose `price` is X, and of lines that go with no placement; the front door
  goes with those.

A factor holds for a financial year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.rates import FosterRates, Rates, StreamRates
from simulator.projection import drift
from simulator.projection.drift import Process
from simulator.projection.recorded_trends import INTO, PRICE, RecordedTrend
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.placements import OTHER_PRICE, placements

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WayOn:
    """How everything goes on, over the base year.

    Attributes
    ----------
    months : int
    factor : mapping of name to (month,)
        Of what is not held.
    """

    months: int
    factor: Mapping[str, Array]

    def of(self, name: str) -> Array:
        """Return the factor of one process: (month,)."""
        return self.factor.get(name, np.ones(self.months))


def course(
    trends: Sequence[RecordedTrend],
    processes: Sequence[Process],
    year_of_month: Sequence[str],
    drawn: Mapping[str, float],
) -> WayOn:
    """Return how everything goes on.

    Parameters
    ----------
    trends : sequence of RecordedTrend
        Those that the scenario lets go on.
    processes : sequence of Process
        Those that stray in the draw; none in the central run.
    year_of_month : sequence of str
        Financial year of each month of the run.
    drawn : mapping of key to float
        See `simulator.projection.drift.parameters`.
    """
    years = list(dict.fromkeys(year_of_month))
    paths = [(one.name, one.path(len(years))) for one in trends]
    paths += [(one.name, drift.path(one, years, drawn)) for one in processes]
    log: dict[str, Array] = {}
    for name, path in paths:
        log[name] = log.get(name, np.zeros(len(years))) + path
    month = [years.index(year) for year in year_of_month]
    return WayOn(len(month), {name: np.exp(path)[month] for name, path in log.items()})


def go_on(rates: Rates, cost_keys: Sequence[str], way: WayOn) -> Rates:
    """Return rates that go on.

    Parameters
    ----------
    rates : Rates
    cost_keys : sequence of str
        Names along the axis ``cost``.
    way : WayOn
    """
    if not way.factor:
        return rates
    resident, uasc = (rates.streams[STREAMS.index(name)] for name in ("resident", "uasc"))
    into = np.stack([way.of(INTO + place.inflow) for place in placements()], axis=-1)
    streams = {
        "resident": replace(
            placed_by(resident, into),
            new_starts_per_month=resident.new_starts_per_month * way.of("starts")[:, None],
            exit_ratio=resident.exit_ratio * way.of("exits")[:, None],
        ),
        "uasc": replace(uasc, new_starts_per_month=uasc.new_starts_per_month * way.of("uasc_starts")[:, None]),
    }
    price = np.stack([way.of(PRICE + _price_of(key)) for key in cost_keys], axis=-1)
    return replace(
        rates,
        streams=tuple(streams[name] for name in STREAMS),
        foster=rates.foster if rates.foster is None else _fostering(rates.foster, way),
        price_ratio=rates.price_ratio * price,
        front_door_price_ratio=rates.front_door_price_ratio * way.of(PRICE + OTHER_PRICE),
    )


def placed_by(stream: StreamRates, into: Array) -> StreamRates:
    """Multiply first placements and moves into placements by ratios: (..., month, place), after draw and area.

    Children who move between placements of one inflow are in it already. Shares of first placements go on to sum to 1.
    """
    if (into == 1.0).all():
        return stream
    inflow = np.array([place.inflow for place in placements()])
    first = stream.start_place * into[..., None, :]
    moves = np.where(inflow[:, None] != inflow[None, :], into[..., None, :], 1.0)
    return replace(
        stream,
        start_place=first / first.sum(axis=-1, keepdims=True),
        move_ratio=stream.move_ratio * moves,
    )


def _fostering(foster: FosterRates, way: WayOn) -> FosterRates:
    """Let households grow faster or slower: fewer or more leave, as far as any do, and as many more or fewer enquire.

    Those who come in go with households as well, or they would draw them back to where they were; so enquiries go with
    households at the time of approval.
    """
    households = way.of("foster_households")
    to_approval = round(float((MONTHS_A_YEAR / foster.stage_per_year).sum()))
    at_approval = households[np.minimum(np.arange(way.months) + to_approval, way.months - 1)]
    log = np.log(households)
    growth = log - np.concatenate([np.zeros(MONTHS_A_YEAR), log])[: len(log)]
    leaving = np.maximum(foster.deregistration_per_year - growth[:, None], 0.0)
    usable = foster.usable_share * way.of("fostered_given_supply")[:, None]
    return replace(
        foster,
        enquiries_per_month=foster.enquiries_per_month * at_approval[:, None],
        deregistration_per_year=leaving,
        usable_share=usable,
    )


def _price_of(cost_key: str) -> str:
    """Return what the price of a line follows."""
    return next((place.price for place in placements() if place.cost == cost_key), OTHER_PRICE)
