"""How fast children leave in each authority: the level at which as many leave as its stock, starts and exits say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.estimate_starts import is_port
from simulator.baseline.national_stream import NationalStream
from simulator.baseline.pool_years import pool_alike, pool_years
from simulator.baseline.pooling import Pooled
from simulator.baseline.response import AT_18, BEFORE_18, ratio_of, stock_by_phase
from simulator.data.authority_tables import Published

Array = NDArray[np.float64]

LEVEL_ROUNDS = 4
"""Rounds in which the level, the time in care that it makes, and who left before 18 are brought into line."""
UNEXPLAINED_LOG_LEVEL = 0.09
"""Spread of the log of a level of leaving beyond what counts say. England's mix of placements and of long stays is
taken where an area's own is not known; in made-up councils that misses true levels by as much
(studies/council_study.py)."""

WIDEST_LOG_LEVEL = 1.0
"""Most that the log of a level of leaving is taken to spread."""

MOST_OLDER = 1.4
"""Most by which asylum-seeking children of the base who turn 18 in a year are taken to differ from England's ages, and
the least one over it: two thirds of those of 16 and over turn 18 in England, so that it is nearly all of them."""


@dataclass(frozen=True)
class Account:
    """Published stock and starts of one stream.

    Attributes
    ----------
    england : NationalStream
    stock : (area, year + 1, band)
    starts : (area, year, band)
    """

    england: NationalStream
    stock: Array
    starts: Array

    def phased(self, instant: int, level: Array) -> Array:
        """Return the stock at an instant by time in care, as starts of the year before made it: (area, band, phase)."""
        one = self.england
        entered = self.starts[:, max(instant - 1, 0)]
        return stock_by_phase(one.rates, one.cohort_months, self.stock[:, instant], entered, one.pace(level))

    def leavers(self, level: Array, outcome: int) -> Array:
        """Return who leave in each year at the levels that were tried: (area, year, level)."""
        response, years = self.england.response, range(self.starts.shape[1])
        each = [response.leavers(self.phased(y, level), self.starts[:, y], outcome) for y in years]
        return np.stack(each, axis=1)

    def expected(self, level: Array) -> Array:
        """Return who leave before 18 in each year at England's pace: (area, year)."""
        left: Array = self.leavers(level, BEFORE_18)[..., self.england.own_level]
        return left

    def next_year(self, level: Array, starts: Array) -> tuple[Array, Array]:
        """Return who leave before and at 18 in the year after the tables at the levels that were tried: (area, level).

        Parameters
        ----------
        level : (area,)
            About right, so that it says who has been in care for how long.
        starts : (area, band)
        """
        stock = self.phased(self.starts.shape[1], level)
        before, at_18 = (self.england.response.leavers(stock, starts, outcome) for outcome in (BEFORE_18, AT_18))
        return before, at_18


def uasc_leaving(accounts: Mapping[str, Account], data: Published, now: Array) -> tuple[tuple[Array, Array], Array]:
    """Return levels of leaving of asylum-seeking children and their spread, and those who left before 18: (area, year).

    How many of them left at 18 is not published for authorities. Of an authority's 18th birthdays theirs are as many as
    rates of both streams make of their stock and starts.
    """
    one, level = accounts["uasc"], np.ones(len(now))
    resident = accounts["resident"].leavers(level, AT_18)[..., accounts["resident"].england.own_level]
    port = is_port(data.uasc_starts)
    spread, left = level, data.uasc_ceased
    for _ in range(LEVEL_ROUNDS):
        turning = one.leavers(level, AT_18)
        uasc = np.stack([one.england.response.at(turning[:, y], level) for y in range(left.shape[1])], axis=1)
        share = ratio_of(uasc, uasc + resident)
        left = np.minimum(data.uasc_ceased - data.left_at_18 * share, data.left)
        unsure = data.left_at_18 * share * (1.0 - share)  # of those who turned 18, how many were of which stream
        wide = 1.0 + float(unsure[~port].sum() / left[~port].sum())
        found = pool_years("uasc_starts", left, one.expected(level), data.group, wide, port)  # they move as arrivals do
        level, spread = leaving_levels(one, level, found, now)
    return (level, spread), left


def leaving_levels(one: Account, level: Array, found: Pooled, now: Array) -> tuple[Array, Array]:
    """Return levels of leaving at which as many leave as are found, and the spread of their logs: (area,).

    In the first year of a run as many leave all areas, before 18 and at 18 together, as England's rates make of all.

    Parameters
    ----------
    one : Account
    level : (area,)
        About right, so that it says who has been in care for how long.
    found : Pooled
        Those who left before 18 over those whom England's rates make leave.
    now : (area, band)
        Starts a year of a run.
    """
    response, middle = one.england.response, one.england.own_level
    before, at_18 = one.next_year(level, now)
    ratio = wanted = found.mean * before[:, middle] * before[:, middle].sum() / (found.mean * before[:, middle]).sum()
    for _ in range(LEVEL_ROUNDS):  # where fewer leave before 18, more are there to turn 18
        ratio = response.level_of(before, wanted)
        gap = before[:, middle].sum() + at_18[:, middle].sum() - wanted.sum() - response.at(at_18, ratio).sum()
        stays = one.england.pace(ratio).transfer_per_year == 0
        wanted = wanted * np.where(stays, 1.0 + gap / wanted[stays].sum(), 1.0)
    more = response.level_of(before, wanted * np.exp(found.log_sd))
    counted = np.minimum(np.log(more / ratio), WIDEST_LOG_LEVEL)
    return ratio, np.sqrt(counted**2 + UNEXPLAINED_LOG_LEVEL**2)


def turning_18(one: Account, level: Array, ceased: Array, now: Array) -> Array:
    """Return asylum-seeking children of the base who turn 18 in a year, over what England's ages make of them: (area,).

    Their ages are not published. But those who ceased, at whatever age, are, and where for years they were fewer than
    stock, starts and pace of leaving make of England's ages, children there are younger. Where they pass through, the
    pace says all.

    Parameters
    ----------
    one : Account
    level : (area,)
    ceased : (area, year)
    now : (area, band)
        Starts a year of a run.
    """
    at = one.england.response.at
    both = one.leavers(level, BEFORE_18) + one.leavers(level, AT_18)
    expected = np.stack([at(both[:, year], level) for year in range(ceased.shape[1])], axis=1)
    seen = pool_alike(ceased, expected, np.zeros(len(level), dtype=np.intp)).mean
    of_stock = at(one.next_year(level, np.zeros_like(now))[AT_18], level)
    before, at_18 = one.next_year(level, now)
    older = 1.0 + ratio_of((seen - 1.0) * at(before + at_18, level), of_stock)
    stays = one.england.pace(level).transfer_per_year == 0
    return np.where(stays, np.clip(older, 1.0 / MOST_OLDER, MOST_OLDER), 1.0)
