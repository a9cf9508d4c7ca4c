"""A council's rates: its own, England's, and pooled between them; and whether they drift over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.axes import AGES, STREAMS
from simulator.returns import codes
from simulator.returns.clean import AGE_18
from simulator.returns.exposure import EVENTS, TIME_BANDS, UNKNOWN_TIME, Exposure, Years
from simulator.returns.national import National
from simulator.returns.pool import pool, strength

Array = NDArray[np.float64]

RARE = 0.01
"""What England's tables leave out still happens: a prior rate is at least this share of the kind's mean over all cells."""

DRIFTED = 2.58
"""Standard errors between two spells from which rates have changed: one in a hundred by chance."""


@dataclass(frozen=True)
class Rate:
    """One rate.

    Attributes
    ----------
    stream, age, time, placement, event : str
    events : int
    child_years : float
        For starts, years of the window.
    council, england, pooled, p10, p90 : float
        A child-year; for starts, a year. `p10` and `p90` hold the middle 80 per cent.
    weight : float
        Of the council's own evidence in `pooled`, 0 to 1.
    """

    stream: str
    age: int
    time: str
    placement: str
    event: str
    events: int
    child_years: float
    council: float
    england: float
    pooled: float
    p10: float
    p90: float
    weight: float


def rates(seen: Exposure, england: National) -> Iterator[Rate]:
    """Yield rates of leaving and moving, for every cell with exposure in which the event can happen or did.

    Time in care has to be known: the hazard depends on it. So exposure in time ``unknown`` is left out here.
    """
    child_years = seen.child_years[:, :, :UNKNOWN_TIME]
    events = seen.events[:, :, :UNKNOWN_TIME].astype(float)
    expected = england.rate * child_years[..., None]
    totals = events.sum(axis=(1, 2, 3)), expected.sum(axis=(1, 2, 3))  # (stream, event)
    can = totals[1] > 0
    level = strength(totals[0][can], totals[1][can])
    for s, stream in enumerate(STREAMS):
        for e, event in enumerate(EVENTS):
            prior, years, happened = england.rate[s, ..., e], child_years[s], events[s, ..., e]
            cells = (years > 0) & ((prior > 0) | (happened > 0))
            if not cells.any():
                continue
            y, exposed = happened[cells], years[cells]
            usual = max(expected[s, ..., e].sum() / years.sum(), england.rate[..., e].mean())
            mean = np.maximum(prior[cells], RARE * usual)
            ratio = (level + y.sum()) / (level + (mean * exposed).sum())
            pattern = strength(y, np.where(prior[cells] > 0, prior[cells] * exposed * ratio, 0.0))
            pooled = pool(y, exposed, mean, level=level, pattern=pattern)
            low, high = pooled.quantile(0.1), pooled.quantile(0.9)
            for i, (age, time, place) in enumerate(np.argwhere(cells)):
                yield Rate(
                    stream, int(age), tuple(TIME_BANDS)[time], codes.PLACES[place], event,
                    int(y[i]), exposed[i], y[i] / exposed[i], prior[age, time, place],
                    pooled.rate[i], low[i], high[i], pooled.weight[i],
                )  # fmt: skip


def start_rates(seen: Exposure, england: National) -> Iterator[Rate]:
    """Yield starts a year by age, pooled towards England's pattern by age.

    A return does not know the population, so the level is the council's own: England's starts are scaled to its total.
    """
    for s, stream in enumerate(STREAMS):
        starts, pattern = seen.starts[s].astype(float), england.starts_per_year[s]
        scaled = pattern * starts.sum() / seen.years / pattern.sum()
        can = scaled > 0
        if not can.any():
            continue
        y, years = starts[can], np.full(int(can.sum()), float(seen.years))
        pooled = pool(y, years, scaled[can], level=max(y.sum(), 1.0), pattern=strength(y, scaled[can] * years))
        low, high = pooled.quantile(0.1), pooled.quantile(0.9)
        for i, age in enumerate(np.flatnonzero(can)):
            yield Rate(
                stream, AGES[age], "", "", "start", int(y[i]), years[i], y[i] / years[i], scaled[age],
                pooled.rate[i], low[i], high[i], pooled.weight[i],
            )  # fmt: skip


@dataclass(frozen=True)
class Drift:
    """One measure in two spells of time.

    Attributes
    ----------
    measure : str
    earlier, later : str
        Financial years, for example ``2019 to 2021``, by the year in which they end.
    earlier_rate, later_rate : float
        Starts a year; exits before 18 and moves between kinds of placement a child-year.
    standard_errors : float
        The change over its standard error, on the log scale.
    """

    measure: str
    earlier: str
    later: str
    earlier_rate: float
    later_rate: float
    standard_errors: float

    @property
    def drifted(self) -> bool:
        """Whether the change is more than chance."""
        return abs(self.standard_errors) > DRIFTED


def drifts(years: Years, window: int) -> list[Drift]:
    """Compare the window with the years before it, and its last year with its others.

    Counts are taken as Poisson, so chance is a little understated where siblings come and go together.
    """
    off_diagonal = ~np.eye(len(codes.PLACES), dtype=np.bool_)
    at_risk = (years.stock[1:] + years.stock[:-1]).sum(axis=(1, 2, 3, 4)) / 2
    measures = {
        "starts": (years.starts.sum(axis=(1, 2, 3)), np.ones(len(years.years))),
        "exits_before_18": (np.delete(years.exits, AGE_18, axis=-1).sum(axis=(1, 2, 3, 4)), at_risk),
        "moves_between_placements": ((years.moves * off_diagonal).sum(axis=(1, 2, 3)), at_risk),
    }
    count = len(years.years)
    pairs = [
        (slice(0, count - window), slice(count - window, count)),
        (slice(count - window, count - 1), slice(count - 1, count)),
    ]
    found = []
    for name, (events, exposed) in measures.items():
        for before, after in pairs:
            if not years.years[before] or not (exposed[before].sum() > 0 and exposed[after].sum() > 0):
                continue
            (n0, n1), (t0, t1) = ((x[before].sum(), x[after].sum()) for x in (events, exposed))
            change = np.log((n1 + 0.5) / t1) - np.log((n0 + 0.5) / t0)
            error = np.sqrt(1 / (n0 + 0.5) + 1 / (n1 + 0.5))
            spells = [_spell(years.years[part]) for part in (before, after)]
            found.append(Drift(name, *spells, float(n0 / t0), float(n1 / t1), float(change / error)))
    return found


def _spell(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
