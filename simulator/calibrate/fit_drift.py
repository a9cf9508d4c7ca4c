"""How far the rates of a year have moved in the years after it: the record that draws of a projection repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, PLACE, Parameters
from simulator.baseline.structure import edges
from simulator.calibrate.fit_year import FittedYear
from simulator.calibrate.history import leaving_levels
from simulator.data import tables
from simulator.projection.drift import Process
from simulator.vocabulary.placements import placements

Array = NDArray[np.float64]

LAG_YEARS = 3
"""Moves are measured over so many years, where the record is long enough: rates drift on for a while, so that changes
from one year to the next understate how far they go (docs/uncertainty.md)."""

FLOWS = "flows"
"""Group of starts and leaving, whose steps of a year are tied."""

MOVES_FITTED_FROM = 2020
"""First year whose tables tell where children moved; before it the assumed moves stand."""


def processes(fitted: Mapping[int, FittedYear], width: int) -> list[Process]:
    """Measure every process; how starts and leaving are tied is left open (`simulator.calibrate.interval_calibration`).

    Parameters
    ----------
    fitted : mapping of year to FittedYear
        The fitted years, without a gap.
    width : int
        Months of birth in a cohort of the fit.
    """
    leaving_level = leaving_levels(fitted, width)
    years = list(leaving_level)
    starts = [tables.value("starts", year) for year in years]
    asylum = tables.series("uasc_stock")
    homes = {year: _moves_to_homes(one.parameters) for year, one in fitted.items() if year >= MOVES_FITTED_FROM}
    households = np.array([tables.value("mainstream_households", year, "england") for year in range(2021, 2026)])
    leaving = tables.value("households_deregistered", 2024, "england") / households[2:4].mean()
    return [
        _process("starts", np.array(starts), years, LAG_YEARS, "dfe_cla_2025", FLOWS),
        _process("exits", np.array(list(leaving_level.values())), years, LAG_YEARS, "dfe_cla_2025", FLOWS),
        _process("uasc_starts", np.array(list(asylum.values())), list(asylum), 1, "dfe_cla_2025"),
        _process("moves_to_homes", np.array(list(homes.values())), list(homes), 1, "dfe_cla_2025"),
        Process(
            "foster_leaving", float(np.diff(np.log(households)).std(ddof=1) / leaving), 1, "2021", "2025",
            "cc_foster_2025",
        ),
        *(
            _process(f"price_{name}", *_unit_cost(category), 1, "dfe_lait_2026")
            for name, category in (("homes", "residential"), ("foster", "fostering"), ("other", "all_looked_after"))
        ),
    ]  # fmt: skip


def _moves(level: Array, lag: int) -> Array:
    """Changes of the log level over a lag."""
    moves: Array = np.log(level[lag:] / level[:-lag])
    return moves


def _process(name: str, level: Array, years: Sequence[int | str], lag: int, source: str, group: str = "") -> Process:
    """Measure one process: the spread of moves about their mean, for one year of a random walk."""
    sd = float(_moves(level, lag).std(ddof=1)) / np.sqrt(lag)
    return Process(name, sd, lag, str(years[0]), str(years[-1]), source, group)


def _moves_to_homes(p: Parameters) -> float:
    """Mean fitted hazard of the moves from foster care to a children's home."""
    home = [place.is_home for place in placements()]
    into = [home[PLACE[e.to]] and PLACE[e.origin] in FOSTER for e in edges()]
    return float(p.move_per_year[into].mean())


def _unit_cost(category: str) -> tuple[Array, list[int | str]]:
    """Published unit costs over the price level, by financial year."""
    cash, prices = tables.series("unit_cost_gbp_per_week", category), tables.series("gdp_deflator")
    years = [year for year in cash if year in prices]
    return np.array([cash[year] / prices[year] for year in years]), years
