"""Openings of children's homes beside the record: said of a run that needs more than ever opened in a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.data import tables
from simulator.results.quantities import Measure
from simulator.results.timeline import Timeline
from simulator.vocabulary.areas import ENGLAND


def most_opened() -> tuple[int, float]:
    """Return the year to 31 March in which most places opened in England, net, and how many."""
    places = {int(year): count for year, count in tables.series("registered_home_places").items()}
    opened = {year: count - places[year - 1] for year, count in places.items() if year - 1 in places}
    year = max(opened, key=lambda year: opened[year])
    return year, opened[year]


def openings_note(measures: Mapping[str, Measure], timeline: Timeline, areas: Sequence[str]) -> tuple[str, ...]:
    """Say in which financial year a central run of England needs more places than ever opened in one, if it does."""
    if ENGLAND not in areas or not timeline.financial_years:
        return ()
    opened = measures["home_places_opened"].values[:1, areas.index(ENGLAND)][:, None]
    yearly = timeline.by_year(opened, "flow").sum(axis=(-2, -1)).ravel()
    year, most = most_opened()
    if yearly.max() <= most:
        return ()
    when = timeline.financial_years[int(yearly.argmax())]
    return (
        f"Children's homes would need {yearly.max():,.0f} more places in {when}, "
        f"at today's occupancy; the most that ever opened in a year is {most:,.0f}, net, to March {year}.",
    )
