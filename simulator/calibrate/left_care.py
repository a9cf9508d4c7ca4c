"""Those who had left care by a 31 March and are still paid for, from published orders and 18th birthdays in care.

Nothing published after the date is read: what is not known before a year is taken from the first year after it that is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import FIRST_AGE, UNDER_GUARDIANSHIP, AfterCare
from simulator.baseline.structure import structure
from simulator.calibrate.england_series import published, reasons_of_groups
from simulator.data import tables
from simulator.vocabulary.axes import AGE_BANDS, AGES

Array = NDArray[np.float64]

LEAVER_AGES = range(18, 25)
FIRST_ORDERS = 2011
"""First year whose orders to children in care are published."""


def left_care(date: int, uasc_at_18: float) -> AfterCare:
    """Return those who had left care and were still counted on 31 March of a year.

    Parameters
    ----------
    date : int
        31 March of this year.
    uasc_at_18 : float
        Share of asylum-seeking children who leave care, who do so on their 18th birthday.
    """
    years = [date - (age - LEAVER_AGES[0]) for age in LEAVER_AGES]
    by_age = {
        "guardianship": under_guardianship(date, UNDER_GUARDIANSHIP.ends_per_year),
        "care_leavers": np.array([published(year).exits_at_18 for year in years]),
        "former_uasc": np.array([_uasc_left(year, date) * uasc_at_18 for year in years]),
    }
    return AfterCare({name: by_age[name][None] for name in FIRST_AGE})


def orders(year: int, date: int) -> Array:
    """Return special guardianship orders to children in care in a year, as known at a date, by age band: (band,)."""
    none_in = int(structure()["after_care"]["no_orders_in"])
    first = tables.value("ceased_by_reason", FIRST_ORDERS, "special_guardianship")
    if year < FIRST_ORDERS:
        total = first * (year - none_in) / (FIRST_ORDERS - none_in)
    else:
        total = tables.value("ceased_by_reason", year, "special_guardianship")
    return reasons_of_groups("guardianship_by_age", min(year, date), total)


def under_guardianship(date: int, ends_per_year: float) -> Array:
    """Return children under an order at a date by completed year of age, if some end early: (age,).

    Orders of a year come evenly over it and over the ages of a band, so that of those made at an age half are a year
    older at its end.
    """
    held = np.zeros(len(AGES))
    stays = 1.0 - ends_per_year
    for year in range(int(structure()["after_care"]["no_orders_in"]) + 1, date + 1):
        held = np.concatenate([[0.0], held[:-1]]) * stays
        for band, made in zip(AGE_BANDS.values(), orders(year, date), strict=True):
            ages = np.arange(band[0], band[1] + 1)
            new = np.zeros(len(AGES) + 1)
            np.add.at(new, ages, made / len(ages) / 2.0)
            np.add.at(new, ages + 1, made / len(ages) / 2.0)
            held += new[:-1] * stays**0.5
    return held


def _uasc_left(year: int, date: int) -> float:
    """Return asylum-seeking children who left care in a year; before the first that is known, as many as in that."""
    known = [one for one in range(year, date + 1) if published(one).uasc_exits is not None]
    found = published(known[0]).uasc_exits if known else None
    return float(found or 0.0)
