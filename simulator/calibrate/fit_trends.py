"""What goes on from a base in the central run, as known at the base: rows of data/trends.csv.

The record is of shares of children; what goes on in the model are flows. So flows are found whose run has the shares go
on as their rule says: of each inflow a level, on which the noise of the base's own year is taken out, and a growth,
which fades as that of the shares does. Only the fall of adoption is on record as a flow, and is taken as it stands.
Prices need no run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.calibrate.placement_record import FLOWS, HELD, RULES, ShareRule, series
from simulator.calibrate.responses import children, inflows, log_shares
from simulator.data import tables
from simulator.projection.recorded_trends import LASTS_THEN, LASTS_YEARS, PRICE, RecordedTrend
from simulator.vocabulary.calendar import financial_year

Array = NDArray[np.float64]

YEARS = 5
"""Years ahead in which the run is to have the shares of the rule."""

SOURCE = "dfe_cla_2025"

STEP = 0.05
"""Step of a log flow with which responses are measured; they are nearly linear."""

ROUNDS = 3
LOOSE = np.array([1.0, 0.5])
"""How large a level and a growth of a log flow may well be: a weak pull to none, for shares that flows hardly move."""

NEAR = 0.01
"""How near the log of a share is to come."""

LONG_RUN_HOMES = 0.02
"""Real growth of the price of homes that it fades to: a judgement, between pay and what homes have risen by."""

JUDGED_GROWTH = {"foster": 0.003, "supported": 0.025}
"""Real growth of unit costs where no record tells it: fostering, as holding its real unit cost was the best rule
(misses of 1.2 to 2.4% one to four years ahead), and supported accommodation, for which no unit cost is published."""

UNIT_COST = "unit_cost_gbp_per_week"
GOES_ON = 0.3
"""Part of a year's growth beyond the mean that the next year has too."""


def trends(base: int) -> list[RecordedTrend]:
    """Return the trends on record at a base."""
    return [*placement_trends(base), *price_trends(base)]


def placement_trends(base: int) -> list[RecordedTrend]:
    """Find the flows whose run has the shares of placements go on as recorded."""
    names = inflows()
    record = series(base)
    wanted = {name: _rule(name).ahead(record[name], YEARS) if name in record else np.zeros(YEARS) for name in names}
    known = {name: _trend(base, name, 0.0, _rule(name).growth(record[name])) for name in names if name in FLOWS}
    unknown = [name for name in names if name not in known]
    at = [names.index(name) for name in unknown]
    target = np.stack([wanted[name] for name in unknown], axis=-1)

    def trends_of(values: Array) -> list[RecordedTrend]:
        each = zip(unknown, values.reshape(-1, 2).tolist(), strict=True)
        return [*known.values(), *(_trend(base, name, level, growth) for name, (level, growth) in each)]

    def moved(many: Array) -> Array:
        """Log shares over those of the base, from levels and growths: (way, year, inflow)."""
        ways = [{one.name: one.path(YEARS) for one in trends_of(values)} for values in many]
        found = log_shares(children(base, YEARS, ways))[..., at]
        return np.asarray(found[:, 1:] - found[:, :1])

    values = np.zeros(2 * len(unknown))
    runs = moved(np.vstack([values, STEP * np.eye(values.size)]))
    slope = ((runs[1:] - runs[:1]) / STEP).reshape(values.size, -1).T / NEAR
    pull = np.diag(np.tile(1.0 / LOOSE, len(unknown)))
    now = runs[0]
    for _ in range(ROUNDS):
        off = (target - now).ravel() / NEAR
        values = (
            values + np.linalg.lstsq(np.vstack([slope, pull]), np.concatenate([off, -pull @ values]), rcond=None)[0]
        )
        now = moved(values[None])[0]
    return sorted(trends_of(values), key=lambda one: names.index(one.name))


def price_trends(base: int) -> list[RecordedTrend]:
    """Return how real unit costs go on: homes at the mean of all growth on record up to the base."""
    years, growth = real_growth("residential", base)
    mean = float(growth.mean())
    # As much of the last year's growth beyond the mean as goes on, all in all.
    level = (float(growth[-1]) - mean) * GOES_ON / (1.0 - GOES_ON)
    homes = _price(base, "homes", level, mean, LONG_RUN_HOMES, (years[0], years[-1]), "dfe_lait_2026")
    judged = (
        _price(base, name, 0.0, growth, growth, ("judgement", "judgement"), "dfe_lait_2026")
        for name, growth in JUDGED_GROWTH.items()
    )
    return [homes, *judged]


def real_growth(category: str, base: int) -> tuple[list[str], Array]:
    """Return growth of a published unit cost over general prices, up to the year that ends at a base.

    Returns
    -------
    list of str
        Financial years, the first without a growth.
    (year,)
        Logs.
    """
    cash, prices = tables.series(UNIT_COST, category), tables.series("gdp_deflator")
    years = [str(year) for year in cash if year in prices and str(year) <= financial_year(base - 1)]
    return years, np.diff(np.log([cash[year] / prices[year] for year in years]))


def _rule(name: str) -> ShareRule:
    return RULES.get(name, HELD)


def _trend(base: int, name: str, level: float, growth: float) -> RecordedTrend:
    return RecordedTrend(
        base, name, level, growth, 0.0, 1, _rule(name).fade, str(base - _rule(name).years), str(base), SOURCE
    )


def _price(
    base: int, name: str, level: float, growth: float, long_run: float, record: tuple[str, str], source: str
) -> RecordedTrend:
    return RecordedTrend(base, PRICE + name, level, growth, long_run, LASTS_YEARS, LASTS_THEN, *record, source)
