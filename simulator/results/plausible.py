"""What no reader should take on trust: results far beyond anything on record, told with every table and chart.

The limits are judgements, far from what has been seen. In March 2025 seven in a thousand of England's under-18s were
looked after, and 2 in a hundred in the authority with the most; spend took over ten years to double above inflation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simulator.results.quantities import Array, Measure
from simulator.results.timeline import Timeline
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.told import NOT_PLAUSIBLE

MOST_OF_UNDER_18S = 0.05
"""Share of people aged under 18 who are looked after (`population_0_17` in the tables, as last published)."""

MOST_OF_START = 7.0
"""Children over those at the start, where the population is not known: from England's share to the one above."""

MOST_OF_SPEND = 10.0
"""Spend of twelve months, general inflation aside, over that of the last published year."""

_MOST_NAMED = 3


def doubts(
    measures: Mapping[str, Measure],
    timeline: Timeline,
    deflator: Array,
    areas: Sequence[str],
    under_18s: Array,
    reference_spend_gbp: Array,
    reference_year: str,
) -> tuple[str, ...]:
    """Say what in a central run is beyond anything on record.

    Parameters
    ----------
    measures : mapping of name to Measure
    timeline : Timeline
    deflator : (month,)
        Cash over this is real.
    areas : sequence of str
    under_18s : (area,)
        People under 18; NaN where that is not known.
    reference_spend_gbp : (area,)
        Of the last published year.
    reference_year : str
    """
    children = measures["children"].values[0].sum(axis=(-2, -1))
    known = np.isfinite(under_18s)
    instants = timeline.dates("stock")
    months = timeline.dates("flow")
    spend = measures["total_spend"].values[0].sum(axis=(-2, -1)) / deflator
    year = min(MONTHS_A_YEAR, timeline.months)
    upto = np.cumsum(np.insert(spend, 0, 0.0, axis=1), axis=1)
    yearly = (upto[:, year:] - upto[:, :-year]) * (MONTHS_A_YEAR / year)
    of_population = children > MOST_OF_UNDER_18S * np.where(known, under_18s, np.inf)[:, None]
    of_start = ~known[:, None] & (children > MOST_OF_START * np.maximum(children[:, :1], 1.0))
    of_spend = (yearly > MOST_OF_SPEND * reference_spend_gbp[:, None]) & (reference_spend_gbp[:, None] > 0)
    found = [
        (of_population, instants, f"more than {MOST_OF_UNDER_18S:.0%} of people aged under 18 would be looked after"),
        (of_start, instants, f"more than {MOST_OF_START:.0f} times as many children as at the start would be in care"),
        (
            of_spend,
            months[year - 1 :],
            f"a year's spend would be more than {MOST_OF_SPEND:.0f} times that of {reference_year}, inflation aside",
        ),
    ]
    return tuple(
        f"{NOT_PLAUSIBLE}{what}{_where(beyond, areas)}, from {_first(beyond, dates)} on."
        for beyond, dates, what in found
        if beyond.any()
    )


def _where(beyond: Array, areas: Sequence[str]) -> str:
    """Name the areas, if several are run."""
    if len(areas) == 1:
        return ""
    names = [areas[int(i)] for i in np.flatnonzero(beyond.any(axis=1))]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f" in {', '.join(names[:_MOST_NAMED])}{more}"


def _first(beyond: Array, dates: Sequence[str]) -> str:
    """Return the first month in which it is so anywhere, as YYYY-MM."""
    return dates[int(beyond.any(axis=0).argmax())][:7]
