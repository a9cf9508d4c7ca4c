"""Whether a council's rates change over its years by more than chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.returns.codes import AGE_18, PLACES
from simulator.returns.exposure import Years

Array = NDArray[np.float64]

DRIFTED = 2.58
"""Standard errors between two spells from which rates have changed: one in a hundred by chance."""


class Drift(NamedTuple):
    """One measure in two spells of time.

    Attributes
    ----------
    measure : str
    earlier_years, later_years : str
        Financial years by the year in which they end, for example ``2019 to 2021``.
    earlier_rate, later_rate : float
        Starts a year; exits before 18 and moves between kinds of placement a child-year.
    standard_errors : float
        The change over its standard error, on the log scale.
    drifted : str
        ``yes`` if the change is more than chance (`DRIFTED`).
    """

    measure: str
    earlier_years: str
    later_years: str
    earlier_rate: float
    later_rate: float
    standard_errors: float
    drifted: str


def drifts(years: Years, window: int) -> list[Drift]:
    """Compare the window with the years before it, and its last year with its others.

    Counts are taken as Poisson, so chance is a little understated where siblings come and go together.
    """
    apart = ~np.eye(len(PLACES), dtype=np.bool_)
    stock = years.stock.sum(axis=(1, 2, 3, 4))
    at_risk = (stock[1:] + stock[:-1]) / 2
    measures = {
        "starts": (years.starts.sum(axis=(1, 2, 3)), np.ones(len(years.years))),
        "exits_before_18": (np.delete(years.exits, AGE_18, axis=-1).sum(axis=(1, 2, 3, 4)), at_risk),
        "moves_between_placements": ((years.moves * apart).sum(axis=(1, 2, 3)), at_risk),
    }
    opens, last = len(years.years) - window, len(years.years) - 1
    spells = [(slice(0, opens), slice(opens, None)), (slice(opens, last), slice(last, None))]
    return [
        _drift(name, events, exposed, years.years, before, after)
        for name, (events, exposed) in measures.items()
        for before, after in spells
        if exposed[before].sum() > 0 and exposed[after].sum() > 0
    ]


def _drift(name: str, events: Array, exposed: Array, years: tuple[int, ...], before: slice, after: slice) -> Drift:
    (n0, n1), (t0, t1) = ((values[before].sum(), values[after].sum()) for values in (events, exposed))
    change = np.log((n1 + 0.5) / t1) - np.log((n0 + 0.5) / t0)  # half an event more: there may be none
    errors = change / np.sqrt(1 / (n0 + 0.5) + 1 / (n1 + 0.5))
    drifted = "yes" if abs(errors) > DRIFTED else "no"
    return Drift(name, _spell(years[before]), _spell(years[after]), n0 / t0, n1 / t1, float(errors), drifted)


def _spell(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
