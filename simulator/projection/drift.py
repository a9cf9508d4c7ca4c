"""How rates go on from a base year in a draw: as far from the central run as they have gone before.

A draw multiplies a rate in each financial year by a factor. Its logarithm is the sum of a level, of a growth that
lasts, and of one normal step a year, each of the size that the record up to the base shows
(`simulator.calibrate.fit_drift`). Steps of starts and of leaving may be tied, so that draws spread as far as held rates
have missed (`simulator.calibrate.interval_calibration`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.projection.recorded_trends import lasting
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Process:
    """How far one group of rates moves from one base.

    Attributes
    ----------
    base : int
        Year up to which the record was known.
    name : str
        What moves; see `simulator.projection.go_on`.
    sd_per_year : float
        Standard deviation of a year's step of the log level.
    persistence : float
        Share of a year's step that the next year's takes over.
    kept : float
        Share of a level that is left a year later; with 1, and no persistence, it is a random walk.
    growth_sd : float
        Standard deviation of a growth a year that lasts (`simulator.projection.recorded_trends.lasting`).
    level_sd : float
        Standard deviation of a level that is another from the first year on.
    lag_years : int
        Years over which moves were measured.
    first, last : str
        Years of the record.
    source : str
        Source keys.
    group : str
        Steps of one year and group are tied, with `correlation` between any two.
    correlation : float
    taken_off : float
        Part of half the variance of the log level that draws take off it, so that what competes for the same children
        keeps its share `s` of them on average: ``1 - 2 s``, which holds to the second order where shares are
        logistic-normal. With nothing taken off, the placements of which each strays would have more children than in
        the central run in most draws, and what is left for fostering less. 0 for all else, which keeps its middle.
    """

    base: int
    name: str
    sd_per_year: float
    persistence: float
    kept: float
    growth_sd: float
    level_sd: float
    lag_years: int
    first: str
    last: str
    source: str
    group: str = ""
    correlation: float = 0.0
    taken_off: float = 0.0


@cache
def processes(base: int) -> tuple[Process, ...]:
    """Return every process as known at a base, from data/drift.csv.

    Raises
    ------
    LookupError
        If the base is not in it.
    """
    return packaged.of_base("drift", Process, base)


def parameters(base: int, financial_years: Sequence[str]) -> tuple[Parameter, ...]:
    """Return all that moves in a run from a base, as parameters to draw: none without years."""
    return tuple(parameter for one in processes(base) for parameter in _parameters(one, financial_years))


def _parameters(one: Process, financial_years: Sequence[str]) -> list[Parameter]:
    lasts = {"growth": one.growth_sd, "level": one.level_sd} if financial_years else {}
    steps = [
        Parameter(
            _key(one.name, year), Normal(0.0, one.sd_per_year),
            f"drift.{one.group}.{year}" if one.group else "", one.correlation,
        )
        for year in financial_years
    ]  # fmt: skip
    return [*(Parameter(_key(one.name, what), Normal(0.0, sd)) for what, sd in lasts.items() if sd > 0), *steps]


def _key(name: str, what: str) -> str:
    return f"drift.{name}.{what}"


def path(one: Process, financial_years: Sequence[str], drawn: Mapping[str, float]) -> Array:
    """Log level of a draw over the central run's: (year,)."""
    steps = np.array([drawn.get(_key(one.name, year), 0.0) for year in financial_years])
    growth = drawn.get(_key(one.name, "growth"), 0.0) * lasting(len(steps))
    level = _added_up(one, steps, drawn.get(_key(one.name, "level"), 0.0), growth)
    if not one.taken_off:
        return level
    drawn_steps = np.diag([float(_key(one.name, year) in drawn) for year in financial_years])
    return level - (one.sd_per_year * _added_up(one, drawn_steps)) ** 2 @ np.full(len(steps), one.taken_off / 2.0)


def _added_up(one: Process, steps: Array, level: float = 0.0, growth: Array | float = 0.0) -> Array:
    """Return the level to which steps add up: (year, ...)."""
    grown, found = np.zeros_like(steps), np.zeros_like(steps)
    lasting_growth = np.broadcast_to(growth, len(steps))
    for year, step in enumerate(steps):
        grown[year] = step + one.persistence * (grown[year - 1] if year else 0.0)
        level = one.kept * level + grown[year] + lasting_growth[year]
        found[year] = level
    return found
