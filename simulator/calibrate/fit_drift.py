"""How far the rates of a year have moved in the years after it: the record that draws of a projection repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, PLACE, Parameters
from simulator.baseline.structure import edges
from simulator.calibrate.fit_year import FittedYear
from simulator.calibrate.history import leaving_levels
from simulator.data import tables
from simulator.projection.drift import Process
from simulator.vocabulary.calendar import parse_financial_year
from simulator.vocabulary.placements import placements

Array = NDArray[np.float64]

LAG_YEARS = 3
"""Moves are measured over so many years, where the record is long enough: rates drift on for a while, so that changes
from one year to the next understate how far they go (docs/uncertainty.md)."""

FLOWS = "flows"
"""Group of starts and leaving, whose steps of a year are tied."""

MOVES_FITTED_FROM = 2020
"""First year whose tables tell where children moved; before it the assumed moves stand."""

HOUSEHOLDS_FROM = 2021
"""First year whose mainstream households are published by themselves."""

LEAST_MOVES = 4
"""Moves of a record, with fewer of which it tells no spread: until there are as many, the record is taken up to the
year that has them. It says how far a rate goes, and nothing of which way."""


def processes(fitted: Mapping[int, FittedYear], width: int, last: int) -> list[Process]:
    """Measure every process; how starts and leaving are tied is left open (`simulator.calibrate.interval_calibration`).

    Parameters
    ----------
    fitted : mapping of year to FittedYear
        The fitted years, without a gap.
    width : int
        Months of birth in a cohort of the fit.
    last : int
        Year after which nothing is used, but as `LEAST_MOVES` says.
    """
    leaving = leaving_levels({year: one for year, one in fitted.items() if year <= last}, width)
    starts = {year: tables.value("starts", year) for year in leaving}
    asylum = {int(year): value for year, value in tables.series("uasc_stock").items()}
    homes = {year: _moves_to_homes(one.parameters) for year, one in fitted.items() if year >= MOVES_FITTED_FROM}
    households = {
        int(year): value
        for year, value in tables.series("mainstream_households", "england").items()
        if int(year) >= HOUSEHOLDS_FROM
    }
    deregistered = {int(year): value for year, value in tables.series("households_deregistered", "england").items()}
    carers = _process("foster_leaving", households, last, 1, "cc_foster_2025")
    rate_year = max(year for year in deregistered if year <= int(carers.last))
    rate = deregistered[rate_year] / ((households[rate_year - 1] + households[rate_year]) / 2.0)
    return [
        _process("starts", starts, last, LAG_YEARS, "dfe_cla_2025", FLOWS),
        _process("exits", leaving, last, LAG_YEARS, "dfe_cla_2025", FLOWS),
        _process("uasc_starts", asylum, last, 1, "dfe_cla_2025"),
        _process("moves_to_homes", homes, last, 1, "dfe_cla_2025"),
        replace(carers, sd_per_year=carers.sd_per_year / rate),
        *(
            _process(f"price_{name}", _unit_cost(category), last, 1, "dfe_lait_2026")
            for name, category in (("homes", "residential"), ("foster", "fostering"), ("other", "all_looked_after"))
        ),
    ]


def _process(name: str, level: Mapping[int, float], last: int, lag: int, source: str, group: str = "") -> Process:
    """Measure one process: the spread of moves about their mean, for one year of a random walk.

    Parameters
    ----------
    level : mapping of year to float
        In order of years, without a gap.
    """
    known = [year for year in level if year <= last]
    years = known if len(known) - lag >= LEAST_MOVES else list(level)[: LEAST_MOVES + lag]
    values = np.array([level[year] for year in years])
    sd = float(np.log(values[lag:] / values[:-lag]).std(ddof=1)) / np.sqrt(lag)
    return Process(last, name, sd, lag, str(years[0]), str(years[-1]), source, group)


def _moves_to_homes(p: Parameters) -> float:
    """Mean fitted hazard of the moves from foster care to a children's home."""
    home = [place.is_home for place in placements()]
    into = [home[PLACE[e.to]] and PLACE[e.origin] in FOSTER for e in edges()]
    return float(p.move_per_year[into].mean())


def _unit_cost(category: str) -> dict[int, float]:
    """Published unit costs over the price level, by the year in which a financial year ends."""
    cash, prices = tables.series("unit_cost_gbp_per_week", category), tables.series("gdp_deflator")
    return {parse_financial_year(str(year)) + 1: cash[year] / prices[year] for year in cash if year in prices}
