"""England's rates of one stream of children, and what they make of stock and starts of areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England, resident_rates, uasc_rates
from simulator.baseline.response import EARLY, Pace, Response, band_of_row, pace, passes_through, respond
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import BANDS
from simulator.engine.rates import StreamRates
from simulator.vocabulary.axes import PHASES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

LEVELS_TRIED = {
    "resident": np.array([0.4, 0.7, 1.0, 1.5, 2.5]),
    "uasc": np.array([0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 9.0]),
}
"""Levels of leaving between which the response is drawn as a straight line of logs."""

PARTS = {"resident": (EARLY, (4, 5)), "uasc": tuple((k,) for k in range(len(PHASES)))}
"""Phases of the stock that are told apart in the response."""


@dataclass(frozen=True)
class NationalStream:
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

    @property
    def own_level(self) -> int:
        """Where England's own level of leaving is among those that were tried."""
        return int(np.argmin(abs(self.response.level - 1.0)))

    @property
    def band_of_row(self) -> NDArray[np.intp]:
        """The age band of each row at the first instant: (row,)."""
        return band_of_row(self.rates, self.cohort_months)

    def pace(self, level: Array) -> Pace:
        """Return what levels of leaving stand for."""
        return pace(level, self.transfers)

    def arriving(self) -> Array:
        """Return new starts by age band: (band,)."""
        return _sums(BAND_OF_AGE, self.rates.new_starts_per_month[0, 0, 0])

    def held(self) -> Array:
        """Return children at the base by age band: (band,)."""
        return _sums(self.band_of_row, self.rates.opening[0, 0].sum(axis=(1, 2)))


def national_streams(england: England) -> dict[str, NationalStream]:
    """Return England's rates and responses by stream."""
    p, width = england.parameters, england.cohort_months
    streams = {
        "resident": resident_rates(p, england.resident, england.resident_home),
        "uasc": uasc_rates(p, england.uasc, np.zeros((1, 1, england.uasc.shape[2], 3))),
    }
    return {
        name: NationalStream(rates, width, respond(rates, width, LEVELS_TRIED[name], PARTS[name]))
        for name, rates in streams.items()
    }


def response_of_leavers(one: NationalStream) -> float:
    """Return by how much England's leavers before 18 in a year move, in per cent, as hazards of leaving move by one."""
    stock = np.zeros((1, len(BANDS), len(PHASES)))
    np.add.at(stock[0], one.band_of_row, one.rates.opening[0, 0].sum(axis=-1))
    leavers = one.response.leavers(stock, MONTHS_A_YEAR * one.arriving()[None])[0]
    beside = [one.own_level + step for step in (-1, 1)]
    return float(np.diff(np.log(leavers[beside]))[0] / np.diff(np.log(one.response.level[beside]))[0])


def _sums(band: NDArray[np.intp], children: Array) -> Array:
    """Return sums by age band: (band,)."""
    return np.bincount(band, weights=children, minlength=len(BANDS)).astype(float)
