"""How far rates and prices have strayed up to a base: the record that draws of a projection from it repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.calibrate.fit_year import FittedYear
from simulator.calibrate.history import leaving_levels
from simulator.calibrate.placement_record import FLOWS, GROUP_OF, HELD, HORIZONS, RULES, first_year, misses, shares
from simulator.calibrate.responses import Way, children, inflows, log_shares
from simulator.data import tables
from simulator.projection.drift import Process
from simulator.projection.recorded_trends import INTO, PRICE

Array = NDArray[np.float64]

LAG_YEARS = 3
"""Moves of starts and of leaving are measured over so many years: rates drift on for a while, so that changes from one
year to the next understate how far they go (docs/uncertainty.md)."""

FLOWS_GROUP = "flows"
"""Group of starts and leaving, whose steps of a year are tied."""

STEP = 0.01
"""Step of a log flow with which responses are measured; they are nearly linear."""

SHARE_SD = {INTO + "kin": 0.05}
"""Standard deviation of a year's step of the log share where the record is too short: that of kinship foster care is
known from 2019 only, with yearly changes of -1 to +8%, the last over a change of source (a judgement)."""

KEPT = 0.9
"""Of how far an inflow has strayed, the part that is left a year later (a judgement). Shares of children with parents
and for adoption have swung and come back; a random walk that meets the misses of the first years goes on to too wide
ones."""

COMPETING = {INTO + "kin", INTO + "homes", INTO + "supported"}
"""Inflows of placements that take children whom fostering would have otherwise, and so keep their share on average."""

JUDGEMENT = "judgement"

HOUSEHOLDS_GROWTH_SD, HOUSEHOLDS_STEP_SD = 0.02, 0.013
"""Growth of mainstream foster households: how far that of five years lies from the base year's, and a year's own on top
(a judgement). Households grew by +0.7, -3.5, -2.9, -3.7 and -0.9% a year from 2019-20 on: by 2.0% about their mean,
and, as a growth lasts, by 1.3% a year from 2021 on. Up to 2021 all households had gone by -0.4 to +2.2% a year, so that
the record of that day would have had it at half of this, and too narrow."""

FILLED_FIRST_SD, FILLED_STEP_SD = 0.012, 0.006
"""Fostered children, households given: in the first year, and each later year on top (a judgement from what a rule with
households known missed, 1.4, 0.9, 1.0 and 1.3% one to four years ahead)."""

PRICES = {"homes": (0.02, 0.025, 0.3), "foster": (0.01, 0.015, 0.0), "supported": (0.02, 0.03, 0.0),
          "other": (0.015, 0.025, 0.0)}  # fmt: skip
"""Real unit costs: how far the growth that lasts may lie from the recorded one, spread of a year's own growth, and the
part of it that the next year has too (judgements). Published unit costs of homes grew by 2.4 to 11.7% a year from
2017-18 on, of fostering by -1.6 to +2.4%, of all looked-after children by 2.0 to 9.1%: seven years, too few to measure
either apart."""

HOUSEHOLDS_FROM = 2021
"""First year whose mainstream households are published by themselves."""


def processes(fitted: Mapping[int, FittedYear], width: int, base: int) -> list[Process]:
    """Measure every process up to a base; how starts and leaving are tied is left open.

    Parameters
    ----------
    fitted : mapping of year to FittedYear
        The fitted years, without a gap; later ones than the base are left out.
    width : int
        Months of birth in a cohort of the fit.
    base : int
        Last year of every record.
    """
    leaving = leaving_levels({year: one for year, one in fitted.items() if year <= base}, width)
    starts = {year: tables.value("starts", year) for year in leaving}
    asylum = {int(year): stock for year, stock in tables.series("uasc_stock").items() if int(year) <= base}
    return [
        _measured(base, "starts", starts, LAG_YEARS, FLOWS_GROUP),
        _measured(base, "exits", leaving, LAG_YEARS, FLOWS_GROUP),
        _measured(base, "uasc_starts", asylum, 1),
        *_into(base),
        replace(
            _judged(base, "foster_households", HOUSEHOLDS_STEP_SD, "cc_foster_2025"),
            growth_sd=HOUSEHOLDS_GROWTH_SD,
        ),
        replace(
            _judged(base, "fostered_given_supply", FILLED_STEP_SD, "cc_foster_2025"),
            level_sd=float(np.sqrt(FILLED_FIRST_SD**2 - FILLED_STEP_SD**2)),
        ),
        *(_price(base, name) for name in PRICES),
    ]  # fmt: skip


def share_misses(base: int) -> dict[str, Array]:
    """Return how far the share of each inflow's placements has lain from its rule, by years ahead, up to a base.

    Root mean squares of logs, (horizon,). Parts of a group that are on record only together vary more than it, each by
    its own: two of one size by the root of two.
    """
    _, share = shares(base)
    groups = list(GROUP_OF.values())
    found = {name: np.sqrt(groups.count(group)) * misses(share[group], RULES[name]) for name, group in GROUP_OF.items()}
    found |= {name: misses(share[group], HELD) for name, group in FLOWS.items()}
    return found | {name: sd * np.sqrt(np.arange(1, HORIZONS + 1)) for name, sd in SHARE_SD.items()}


def share_spread(record: Sequence[Process]) -> dict[str, Array]:
    """Return how far steps of each inflow spread the share of its placements in draws: sd of the log, (horizon,)."""
    sd = {one.name: one.sd_per_year for one in record}
    return {name: sd[name] * spread for name, spread in _spread_of_unit_steps(record[0].base).items()}


def _into(base: int) -> list[Process]:
    """Size the steps of each inflow so that shares spread in draws as far as they have lain from their rule."""
    missed, found = share_misses(base), []
    share = np.exp(log_shares(children(base, 1, [{}]))[0, 0])
    for (name, spread), of_all in zip(_spread_of_unit_steps(base).items(), share, strict=True):
        sd = float(np.exp(np.nanmean(np.log(missed[name] / spread))))
        record = (JUDGEMENT, JUDGEMENT) if name in SHARE_SD else (str(first_year(base)), str(base))
        taken_off = 1.0 - 2.0 * float(of_all) if name in COMPETING else 0.0
        found.append(replace(_walk(base, name, sd, 1, *record, "dfe_cla_2025"), kept=KEPT, taken_off=taken_off))
    return found


def _spread_of_unit_steps(base: int) -> dict[str, Array]:
    """Return the spread of the log share of each inflow's placements for steps of 1: (horizon,) by inflow.

    Steps of every year add up, each with the response of its own age.
    """
    names = inflows()
    ways: list[Way] = [{}, *({name: STEP * _left()} for name in names)]
    share = log_shares(children(base, HORIZONS, ways))[:, 1:]
    responses = {name: (share[1 + i, :, i] - share[0, :, i]) / STEP for i, name in enumerate(names)}
    return {name: np.sqrt(np.cumsum(np.square(one))) for name, one in responses.items()}


def _left() -> Array:
    """What is left of a step of an inflow, by years since: (horizon,)."""
    left: Array = KEPT ** np.arange(HORIZONS, dtype=float)
    return left


def _measured(base: int, name: str, level: Mapping[int, float], lag: int, group: str = "") -> Process:
    """Measure one process: the spread of moves about their mean, for one year of a random walk."""
    log = np.log(list(level.values()))
    sd = float((log[lag:] - log[:-lag]).std(ddof=1)) / np.sqrt(lag)
    years = list(level)
    return _walk(base, name, sd, lag, str(years[0]), str(years[-1]), "dfe_cla_2025", group)


def _price(base: int, name: str) -> Process:
    """Return the process of a price; a step is what a year's growth has that the year before's did not."""
    growth_sd, sd, goes_on = PRICES[name]
    step_sd = sd * float(np.sqrt(1.0 - goes_on**2))
    return replace(_judged(base, PRICE + name, step_sd, "dfe_lait_2026"), persistence=goes_on, growth_sd=growth_sd)


def _judged(base: int, name: str, sd: float, source: str) -> Process:
    """Return a process whose size is a judgement, as its record is too short: a random walk."""
    return _walk(base, name, sd, 1, JUDGEMENT, JUDGEMENT, source)


def _walk(base: int, name: str, sd: float, lag: int, first: str, last: str, source: str, group: str = "") -> Process:
    """Return a random walk: steps stay, and nothing else moves."""
    return Process(base, name, sd, 0.0, 1.0, 0.0, 0.0, lag, first, last, source, group)
