"""Fostering at the base, from Ofsted's figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, FosterBase
from simulator.data import tables

Array = NDArray[np.float64]

SECTORS_AS_PUBLISHED = ("local_authority", "independent")
"""Categories of Ofsted's tables, in the order of the sector axis."""

TOLD_APART = 2018
"""The last year before 2020 whose kinship households are published beside all households."""

MAINSTREAM_FROM = 2020
"""First year whose mainstream households are known by themselves (2020 is worked back from a published fall)."""

LEAVING_FROM = 2022
"""First year whose deregistrations of mainstream households are published."""

CHANGE_SINCE = {2018: 2015, 2019: 2016, 2020: 2018}
"""Year since which households' mean change a year is taken, where leaving is not published; else a year before. All
households, kin among them, move too much in one year to tell; in 2019 nobody knows mainstream ones."""


def foster_base(base: int, fostered: Array) -> FosterBase:
    """Build fostering at a base year, from figures for no later year.

    Sectors share households as they share places. Deregistrations are a hazard on the mean of households over the year;
    before 2021-22 they are not published, and are approvals less the change in households.

    Parameters
    ----------
    base : int
    fostered : (place,)
        Children by placement at the base.
    """
    now = households(base)
    places = _places(base)
    approvals, flows = _newest(base, "england", "all_applications_approved", "households_approved_in_year")
    if base >= LEAVING_FROM:
        leaving = tables.value("households_deregistered", flows, "england")
        mean = (households(flows - 1) + households(flows)) / 2.0
    else:
        since = CHANGE_SINCE.get(base, base - 1)
        change = (now - households(since)) / (base - since)
        leaving, mean = approvals - change, now - change / 2.0
    share = _shares_of_approvals(base)
    enquiries, _ = _newest(base, "england", "all_initial_enquiries", "initial_enquiries")
    agency = agency_share_of_enquiries(base)
    by_sector = enquiries * np.array([1.0 - agency, agency])
    last = approvals / tables.value("applications_received", flows, "england")
    return FosterBase(
        households=now * places / places.sum(),
        places_approved=places,
        children=fostered[FOSTER],
        approvals_per_year=approvals * share,
        enquiries_per_year=by_sector,
        pass_share=np.stack([approvals * share / last / by_sector, np.full(2, last)], axis=-1),
        deregistration_per_year=leaving / mean,
    )


def flow_year(base: int) -> int:
    """Return the year whose approvals and applications stand for a base: the newest published."""
    return _newest(base, "england", "all_applications_approved", "households_approved_in_year")[1]


def _newest(base: int, category: str, *names: str) -> tuple[float, int]:
    """Return the newest figure up to a base, and its year, from tables of which a later one goes on where one ends."""
    found = {int(year): value for name in names for year, value in tables.series(name, category).items()}
    year = max(year for year in found if year <= base)
    return found[year], year


def agency_share_of_enquiries(base: int) -> float:
    """Return the share of enquiries that independent agencies received in the newest year that tells them apart."""
    names = ("all_initial_enquiries", "initial_enquiries")
    of_agencies, year = _newest(base, "independent", *names)
    return of_agencies / _newest(year, "england", *names)[0]


def _shares_of_approvals(base: int) -> Array:
    """Return the shares of approvals by sector, in the newest year published: (sector,)."""
    given = {name: tables.figures(name) for name in ("share_of_new_approvals", "all_applications_approved")}
    table, year = max(
        ((name, int(row.year)) for name, rows in given.items() for row in rows if int(row.year) <= base),
        key=lambda found: found[1],
    )
    shares = np.array([tables.value(table, year, sector) for sector in SECTORS_AS_PUBLISHED])
    return shares / shares.sum()


def households(year: int) -> float:
    """Return mainstream households; until 2019, all of them less the share that were kin's in 2018."""
    if year >= MAINSTREAM_FROM:
        return tables.value("mainstream_households", year, "england")
    kin = tables.value("kinship_households", TOLD_APART, "england")
    return tables.value("all_households", year, "england") * (
        1.0 - kin / tables.value("all_households", TOLD_APART, "england")
    )


def _places(base: int) -> Array:
    """Return approved mainstream places by sector: (sector,).

    Of 2023 the council's alone are published; England has as many a household as in 2022. Before 2022 there are all
    places of 2018, of which kin, who foster for councils, are taken to have their share of the council's households;
    places of other years go with households.
    """
    table, council, independent = "mainstream_places_approved", *SECTORS_AS_PUBLISHED
    if base >= 2022:
        own = tables.value(table, base, council)
        if base != 2023:
            return np.array([own, tables.value(table, base, independent)])
        known = tables.value(table, 2022, "england") / households(2022)
        return np.array([own, households(base) * known - own])
    kin = tables.value("kinship_households", TOLD_APART, "england")
    mainstream = 1.0 - kin / tables.value("all_households", TOLD_APART, council)
    at = np.array([tables.value("all_places_approved", TOLD_APART, sector) for sector in SECTORS_AS_PUBLISHED])
    return at * np.array([mainstream, 1.0]) * households(base) / households(TOLD_APART)
