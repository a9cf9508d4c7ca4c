"""Children's social workers at the base: those employed, those from agencies, and the cases that they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.data import tables
from simulator.data.front_door_figures import ENGLAND_CODE, FIRST_YEAR, LAST_YEAR, figures

Array = NDArray[np.float64]


def _newest(table: str, base: int) -> float:
    """Return the figure of the latest year up to a base; the earliest if all are later."""
    series = {int(year): value for year, value in tables.series(table).items()}
    return series[max((year for year in series if year <= base), default=min(series))]


def workers_in_england(base: int) -> Array:
    """Return full-time equivalents by contract in England, in the order of `axes.CONTRACTS`: (contract,).

    Agency workers over their share of all; both as published for September 2024, whatever the base
    [agency_2025].
    """
    agency = _newest("agency_social_workers", base)
    share = _newest("agency_share", max(base, 2024))
    return np.array([agency / share - agency, agency])


def caseload(base: int) -> float:
    """Return the mean number of cases that a social worker who holds any has [cc_caseload_2025]."""
    return _newest("caseload", base)


def children_in_need(base: int) -> float:
    """Return children in need on 31 March, those looked after among them: the cases that are held.

    Of the latest year up to a base; of the first year that is held if all are later.
    """
    year = min(max(base, FIRST_YEAR), LAST_YEAR)
    return float(figures("in_need", (ENGLAND_CODE,), (year,))[0, 0])
