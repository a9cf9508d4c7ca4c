"""Rules of thumb to set the scenario model beside: what is known of the base held, or its last change damped."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.backtest.hindcast.of_the_day import HORIZONS
from simulator.backtest.methods.method import Array
from simulator.backtest.methods.naive import DAMPING, damped_sum

RULES = ("naive_hold", "naive_trend")


def naive(
    known: Mapping[int, float], base: int, total: Array | None, children: Mapping[int, float]
) -> tuple[Array, Array]:
    """Return a figure held, and its last year's change going on with `DAMPING`: (horizon,) each.

    Parameters
    ----------
    known : mapping of year to float
        Published figures; none after the base is looked at, and where that of the year before it is missing there is no
        trend.
    base : int
    total : (horizon,) or None
        All children as the model has them ahead, of whom the figure's share is held or moved (its odds, so that it
        stays a share); None for a figure that stands by itself.
    children : mapping of year to float
        All children as published.
    """
    now, before = known[base], known.get(base - 1)
    damped = damped_sum(DAMPING)[:HORIZONS]
    if total is None:
        change = 0.0 if before is None else float(np.log(now / before))
        return np.full(HORIZONS, now), np.asarray(now * np.exp(change * damped))
    share = now / children[base]
    change = 0.0 if before is None else _log_odds(share) - _log_odds(before / children[base - 1])
    moved = 1.0 / (1.0 + np.exp(-_log_odds(share) - change * damped))
    return share * total, np.asarray(moved * total)


def _log_odds(share: float) -> float:
    return float(np.log(share / (1.0 - share)))
