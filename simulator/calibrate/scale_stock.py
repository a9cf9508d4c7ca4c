"""A modelled stock scaled to the published one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, PLACE, PLACES
from simulator.baseline.proportional_fitting import Margin, fit
from simulator.baseline.structure import BAND_OF_AGE, structure
from simulator.calibrate.england_series import DURATION_BANDS, PLACEMENT_YEARS, Year
from simulator.engine.grid import make_grid
from simulator.vocabulary.axes import AGE_BANDS, AGES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

UASC_PLACES = {"foster": FOSTER, "childrens_home": [PLACE["childrens_home"]], "supported": [PLACE["supported"]],
               "other": [PLACE["other"]]}  # fmt: skip
"""Published placements of asylum-seeking children, as positions on the axis of placements."""

ROUNDS = 30
LEAST_PLACED = 0.02
"""Least share of the published children in a placement that are taken not to be asylum-seeking."""


@dataclass(frozen=True)
class State:
    """Both streams at an instant: stocks (bin, 1, row, phase, place) and children at home (1, 1, row, spell)."""

    resident: Array
    resident_home: Array
    uasc: Array
    uasc_home: Array


def age_of_row(rows: int, width: int, first_row: int = 0) -> NDArray[np.intp]:
    """Return the completed age of each birth cohort on 31 March, when every one lies within a year of age: (row,)."""
    row = np.arange(rows) + first_row
    return np.clip((row - 1) * width // MONTHS_A_YEAR, 0, AGES[-1])


def scale_to_durations(year: Year, opening: Array, durations: Array, mean_days: float) -> Array:
    """Scale the children in care for more than a year when a year began, so that its long stays come out as published.

    The factor is that of the published band that a child would be in at mid-year, and beyond ten years it falls or
    rises with time in care so that the mean length is met too; children of each age stay as many as they were.
    """
    target = year.durations * durations.sum()
    ends = np.array(list(DURATION_BANDS.values()))
    band = np.searchsorted(ends, np.arange(opening.shape[0]) + 6.0, side="right")
    factor = np.clip(target / durations, 0.8, 1.25) ** 0.6
    factor[ends <= MONTHS_A_YEAR] = 1.0
    assert year.mean_days is not None
    beyond_10_years = np.maximum(np.arange(opening.shape[0]) - 114.0, 0.0) / MONTHS_A_YEAR
    weight = factor[band] * np.clip(year.mean_days / mean_days, 0.97, 1.03) ** (0.5 * beyond_10_years)
    scaled = opening * weight[:, None, None, None, None]
    by_age, now = opening.sum(axis=(0, 1, 3, 4)), scaled.sum(axis=(0, 1, 3, 4))
    return scaled * np.divide(by_age, now, out=np.ones_like(now), where=now > 0)[:, None, None]


def correct_17(stock: Array, too_many: float, width: int) -> Array:
    """Give children who left at 18 in the model but not in the tables back to those aged 17, or take them thence."""
    ages = age_of_row(stock.shape[2], width)
    at_17 = stock[:, :, ages == 17].sum()
    factor = np.where(ages == 17, (at_17 + too_many) / at_17, 1.0)
    corrected: Array = stock * factor[:, None, None]
    return corrected


def scale(year: Year, state: State, width: int) -> State:
    """Scale a modelled stock to the published one: asylum-seeking children, age bands, then placements."""
    youngest = int(structure()["uasc"]["youngest_age"])
    uasc = state.uasc * year.uasc_stock / state.uasc.sum()
    if year.year in PLACEMENT_YEARS:
        uasc = uasc * _uasc_ratio(year, uasc)
    first = make_grid(width, youngest).first_row
    bands = year.stock_by_band - bands_of(uasc, first, width)
    band_of_row = BAND_OF_AGE[age_of_row(state.resident.shape[2], width)]
    margins = [Margin(bands, (0, 1, 3, 4), band_of_row)]
    if year.stock_by_place is not None:
        by_place = np.maximum(year.stock_by_place - uasc.sum(axis=(0, 1, 2, 3)), LEAST_PLACED * year.stock_by_place)
        margins.insert(0, Margin(by_place, (0, 1, 2, 3)))
    resident = fit(state.resident, margins, ROUNDS if len(margins) > 1 else 1).within("children at 31 March")
    return State(resident, state.resident_home, uasc, state.uasc_home)


def _uasc_ratio(year: Year, uasc: Array) -> Array:
    """Ratio by placement that brings asylum-seeking children to the published placements: (place,)."""
    by_place = uasc.sum(axis=(0, 1, 2, 3))
    ratio = np.ones(len(PLACES))
    for name, places in UASC_PLACES.items():
        ratio[places] = year.uasc_by_place[name] * by_place.sum() / by_place[places].sum()
    return ratio


def bands_of(stock: Array, first_row: int, width: int) -> Array:
    """Children by age band on 31 March, when every row lies within one year of age: (band,)."""
    ages = age_of_row(stock.shape[2], width, first_row)
    weights = stock.sum(axis=(0, 1, 3, 4))
    return np.bincount(BAND_OF_AGE[ages], weights=weights, minlength=len(AGE_BANDS)).astype(np.float64)


def scale_to_bands(stock: Array, target: Array, width: int) -> Array:
    """Scale a stock to published age bands by a factor that runs smoothly (log-linearly) over age."""
    middles = np.array([(low + high + 1) / 2.0 for low, high in AGE_BANDS.values()])
    ages = age_of_row(stock.shape[2], width)
    by_age = np.bincount(ages, weights=stock.sum(axis=(0, 1, 3, 4)), minlength=18)
    nodes = np.zeros(len(AGE_BANDS))
    for _ in range(100):
        factor = np.exp(np.interp(np.arange(18) + 0.5, middles, nodes))
        nodes += np.log(target / np.bincount(BAND_OF_AGE, weights=by_age * factor))
    factor = np.exp(np.interp(np.arange(18) + 0.5, middles, nodes))
    factor *= (target / np.bincount(BAND_OF_AGE, weights=by_age * factor))[BAND_OF_AGE]
    scaled: Array = stock * factor[ages][:, None, None]
    return scaled
