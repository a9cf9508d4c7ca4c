"""Those who have left care and whom councils go on paying for: who they are, and how long.

A pool is filled by exits for one reason and emptied by birthdays. Who is in it at the base is known by age; who comes
later are the exits of a run. All grow older alike, so that a stock is a sum and needs no month loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import structure
from simulator.vocabulary.axes import AGE_BANDS, REASONS, STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

FIRST_AGE: Mapping[str, int] = {"guardianship": 0, "care_leavers": 18, "former_uasc": 18}
"""Stocks at the base, and the completed year of age at which each begins."""

ADULT = 18.0
"""Exact age at which whoever is still in care leaves it."""

_AN_INSTANT = 1e-9
"""Years over which those are spread who all leave at one exact age."""


@dataclass(frozen=True)
class AfterCare:
    """Those who have left care and are still counted at the base.

    Attributes
    ----------
    by_age : mapping of name to (area, age)
        By the names of `FIRST_AGE`, and by completed year of age from there on.
    """

    by_age: Mapping[str, Array]

    def scaled(self, ratios: Mapping[str, Array]) -> AfterCare:
        """Return those of areas that have some part of all: (area,) by name. Ages are the same everywhere."""
        return AfterCare({name: ratios[name][:, None] * whole for name, whole in self.by_age.items()})


@dataclass(frozen=True)
class LeaverPool:
    """Those who have left care for one reason, while they are of some ages.

    Attributes
    ----------
    opening : str
        The stock at the base that it begins with (`FIRST_AGE`).
    reason : str
        Of leaving (`axes.REASONS`).
    ages : (float, float)
        Exact ages from which, and up to which, they are counted.
    streams : tuple of str
        Of the children who leave.
    ending : str
        What ends for some of them earlier, by its name in structure.yaml (`after_care`), if anything does.
    """

    opening: str
    reason: str
    ages: tuple[float, float]
    streams: tuple[str, ...] = STREAMS
    ending: str = ""

    @property
    def ends_per_year(self) -> float:
        """Share of them for whom it ends before those ages, a year."""
        return float(structure()["after_care"][self.ending]) if self.ending else 0.0

    def share_there(self, first: float | Array, last: float | Array, months: Array) -> Array:
        """Return the share still counted of those who, so many months ago, were evenly `first` to `last` years old."""
        years, width = months / MONTHS_A_YEAR, np.maximum(last - first, _AN_INSTANT)
        not_yet, still = (np.clip(age - years - first, 0.0, width) for age in self.ages)
        share: Array = (still - not_yet) / width * (1.0 - self.ends_per_year) ** years
        return share

    def at_base(self, after_care: AfterCare) -> Array:
        """Return how many there are at the base: (area,)."""
        return np.asarray(self._of_opening(after_care, np.zeros(1))[:, 0])

    def stock(self, after_care: AfterCare, exits: Array) -> Array:
        """Return how many there are at each instant: (draw, area, instant).

        Parameters
        ----------
        after_care : AfterCare
        exits : (draw, area, month, stream, band, reason)
            Those of a month are taken to leave in the middle of it, at ages spread evenly over their band.
        """
        draws, areas, months = exits.shape[:3]
        streams = [STREAMS.index(name) for name in self.streams]
        left = exits[..., REASONS.index(self.reason)][..., streams, :].sum(axis=-2)  # (draw, area, month, band)
        came = left.reshape(draws, areas, -1) @ _still_there(self, months).reshape(-1, months + 1)
        total: Array = self._of_opening(after_care, np.arange(months + 1)) + came
        return total

    def _of_opening(self, after_care: AfterCare, months: Array) -> Array:
        """Return those of the base who are still counted so many months on: (area, month)."""
        opening, youngest = after_care.by_age[self.opening], FIRST_AGE[self.opening]
        ages = np.arange(youngest, youngest + opening.shape[-1])[:, None]
        return np.asarray(opening @ self.share_there(ages, ages + 1, months))

    def ages_at_exit(self, band: str) -> tuple[float, float]:
        """Return the exact ages between which children of a band leave."""
        if self.reason == "age_18":
            return ADULT, ADULT
        first, last = AGE_BANDS[band]
        return first, last + 1


@cache
def _still_there(pool: LeaverPool, months: int) -> Array:
    """Return the share of those leaving in a month who are counted later: (month, band, instant).

    Kept, as every draw asks for the same.
    """
    since = np.arange(months + 1) - np.arange(months)[:, None] - 0.5  # (month, instant)
    shares = [pool.share_there(*pool.ages_at_exit(band), np.maximum(since, 0.0)) for band in AGE_BANDS]
    return np.asarray(np.stack(shares, axis=1) * (since > 0)[:, None])


UNDER_GUARDIANSHIP = LeaverPool("guardianship", "guardianship", (0.0, ADULT), ending="orders_end_per_year")
"""Children under a special guardianship order who left care for it, until 18."""

LEAVERS_18_TO_20 = LeaverPool("care_leavers", "age_18", (ADULT, 21.0))
"""Young people who were in care on their 18th birthday: councils owe them advice and support until 21."""

LEAVERS_21_TO_24 = LeaverPool("care_leavers", "age_18", (21.0, 25.0))
"""The same from 21, who may ask for support until 25."""

FORMER_UASC = LeaverPool("former_uasc", "age_18", (ADULT, 21.0), streams=("uasc",))
"""Of those of 18 to 20, who came as unaccompanied asylum-seeking children."""
