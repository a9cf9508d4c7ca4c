"""Where resident children have lived, by year: the record of flows into placements, up to a base and no later.

Homes, supported accommodation and all other placements are one group from 2011 on. Of the parts little is on record by
itself (homes apart from 2019, with settings that registered and changed column in 2024), so both have the trend of the
whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.data import tables
from simulator.projection.recorded_trends import INTO

Array = NDArray[np.float64]

TABLE = "stock_by_placement_group"
GROUP_OF = {
    INTO + "homes": "homes_supported_and_other",
    INTO + "supported": "homes_supported_and_other",
    INTO + "parents": "placed_with_parents",
}
"""Published group whose share says how an inflow goes on."""

FOSTER, ADOPTION = "foster_total", "placed_for_adoption"
UASC_YEARS = range(2020, 2025)
"""Years whose placements of asylum-seeking children are published; other years have those of the nearest."""

HORIZONS = 4
"""Years ahead that misses are looked at."""


@dataclass(frozen=True)
class ShareRule:
    """How a series goes on: at its mean change of some years, of which each year keeps a part.

    Attributes
    ----------
    years : int
        With none it is held.
    fade : float
    """

    years: int
    fade: float

    def growth(self, log: Array) -> float:
        """Return the change of the first year, after the last of a series: (year,)."""
        return float(log[-1] - log[-1 - self.years]) / self.years if self.years else 0.0

    def ahead(self, log: Array, horizons: int) -> Array:
        """Return the change since the last year: (horizon,)."""
        return self.growth(log) * np.cumsum(self.fade ** np.arange(horizons))


RULES = {
    INTO + "homes": ShareRule(3, 0.8),
    INTO + "supported": ShareRule(3, 0.8),
    INTO + "parents": ShareRule(1, 0.5),
    INTO + "adoption": ShareRule(3, 0.8),
}
"""How each inflow goes on. Windows and parts kept are the better ones of a study of origins 2014 to 2024; on those to
2017 alone the last change, halved, was best for parents as well (mean miss of 5, 10, 21% one to three years ahead,
against 8, 17, 26% for held shares), and for homes and supported accommodation a held share was a little better (4, 4,
6% against 4, 5, 9%). What is not named here has too short a record (kinship care) and keeps its share."""


HELD = ShareRule(0, 0.8)
"""What is not on record: its share is to stay; its flow may go on as others do."""

FLOWS = {INTO + "adoption": ADOPTION}
"""Inflows that go on as a flow has, and not as a share of children; and the group whose share was best held (in a study
of origins 2014 to 2024), from which it has lain as far as draws are to."""


def shares(last: int) -> tuple[int, dict[str, Array]]:
    """Return the first year, and the log share of each published group among resident children: (year,) by group."""
    series = {name: _upto(TABLE, last, name) for name in (FOSTER, ADOPTION, *dict.fromkeys(GROUP_OF.values()))}
    years = sorted(series[ADOPTION])
    uasc = [tables.value("uasc_stock", year) for year in years]
    fostered = np.array([_fostered_uasc(min(year, last)) for year in years])
    counts = {name: np.array([one[year] for year in years]) for name, one in series.items()}
    counts[FOSTER] = counts[FOSTER] - fostered * uasc
    rest = GROUP_OF[INTO + "homes"]
    counts[rest] = counts[rest] - (1.0 - fostered) * uasc
    total = sum(counts.values())
    return years[0], {name: np.log(one / total) for name, one in counts.items()}


def placed_for_adoption(last: int) -> tuple[int, Array]:
    """Return the first year, and the log of children placed for adoption: those adopted and the change of stock."""
    stock = _upto(TABLE, last, ADOPTION)
    years = sorted(stock)[1:]
    adopted = [tables.value("ceased_by_reason", year, "adopted") for year in years]
    placed = [gone + stock[year] - stock[year - 1] for year, gone in zip(years, adopted, strict=True)]
    return years[0], np.log(np.array(placed))


def first_year(last: int) -> int:
    """Return the first year of the record up to a year."""
    return shares(last)[0]


def series(last: int) -> dict[str, Array]:
    """Return the series whose rule each inflow follows: log of a share, or of a flow, (year,) by inflow."""
    _, share = shares(last)
    found = {name: share[group] for name, group in GROUP_OF.items()}
    return found | {INTO + "adoption": placed_for_adoption(last)[1]}


def misses(log: Array, rule: ShareRule) -> Array:
    """Root mean square of what a rule missed in a series, by years ahead: (horizon,), NaN where it had no origin."""
    found: list[list[float]] = [[] for _ in range(HORIZONS)]
    for origin in range(rule.years + 1, len(log)):
        said = rule.ahead(log[:origin], HORIZONS)
        for ahead, happened in enumerate(log[origin : origin + HORIZONS] - log[origin - 1]):
            found[ahead].append(float(happened - said[ahead]))
    return np.array([np.sqrt(np.mean(np.square(one))) if one else np.nan for one in found])


def _upto(table: str, last: int, category: str) -> dict[int, float]:
    return {int(year): value for year, value in tables.series(table, category).items() if int(year) <= last}


def _fostered_uasc(year: int) -> float:
    placed = tables.categories("uasc_by_placement", min(max(year, UASC_YEARS[0]), UASC_YEARS[-1]))
    return placed[FOSTER] / placed["total"]
