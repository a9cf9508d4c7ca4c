"""The status quo as it would have been written on the day of a base.

It lets placements and prices go on as they had by that day (`simulator.projection.recorded_trends`), so that nothing
but the base is to be changed.
"""

from __future__ import annotations

from simulator.data.tables import series
from simulator.scenario import LoadedScenario, load_mapping
from simulator.vocabulary.calendar import LATEST_BASE, parse_financial_year
from simulator.vocabulary.labels import ALL

HORIZONS = 5
"""Years ahead."""

BASES = tuple(range(2018, LATEST_BASE))
"""Years that are run from: all with a baseline whose next year is known."""


def by_end_year(table: str, category: str = ALL) -> dict[int, float]:
    """Return a table of financial years by the year in which each one ends."""
    return {parse_financial_year(str(year)) + 1: value for year, value in series(table, category).items()}


def price_level(base: int) -> dict[int, float]:
    """Return general prices over those of the financial year before a base, by the year in which each one ends.

    That of 2024-25 is not published as a financial year: it grows as a mix of its two calendar years, of which that of
    2025 is taken to grow by `GROWTH_2025`.
    """
    known = by_end_year("gdp_deflator")
    calendar = {int(year): value for year, value in series("gdp_deflator_calendar").items()}
    last = max(known)
    if last == max(calendar):
        before, now = calendar[last - 1], calendar[last]
        known[last + 1] = known[last] * (3.0 * now + now * GROWTH_2025) / (3.0 * before + now)
    return {year: value / known[base] for year, value in known.items()}


GROWTH_2025 = 1.037
"""Ratio of the GDP deflator of 2025 to that of 2024: an assumption; a point more or less is 0.25% of real 2024-25."""


def status_quo(base: int, last: int = LATEST_BASE) -> LoadedScenario:
    """Return the shipped status quo from a base, to the last year with an outcome.

    Parameters
    ----------
    base : int
    last : int
        Last year whose 31 March is wanted.
    """
    return load_mapping(
        {
            "name": f"Status quo of {base}",
            "extends": "status-quo",
            "description": f"The status quo as it would have been written with figures to March {base}.",
            "base": base,
            "end": f"{min(base + HORIZONS, last)}-03",
        }
    )
