"""Fostering at the base, from Ofsted's figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, FosterBase
from simulator.data import tables

Array = NDArray[np.float64]

FALL_2020_TO_2024 = 0.09
"""Households other than family and friends fell by 9% from March 2020 to March 2024 [pac_2026]."""

FLOW_YEARS = {2020: 2022, 2021: 2022, 2023: 2023, 2025: 2024}
"""Year whose approvals and applications stand for a base (the nearest published)."""


def foster_base(base: int, fostered: Array) -> FosterBase:
    """Build fostering at a base year.

    Sectors share households as they share places. Deregistrations are a hazard on the mean of households over the year;
    before 2021-22 they are not published, and are approvals less the change in households.

    Parameters
    ----------
    base : int
    fostered : (place,)
        Children by placement at the base.
    """
    households = _households(base)
    places = _places(base, households)
    flows = FLOW_YEARS[base]
    approvals = tables.value("households_approved_in_year", flows, "england")
    if base >= 2022:
        leaving = tables.value("households_deregistered", flows, "england")
        mean = (_households(flows - 1) + _households(flows)) / 2.0
    else:
        leaving = approvals - (households - _households(base - 1))
        mean = (_households(base - 1) + households) / 2.0
    shares = tables.categories("share_of_new_approvals", 2024)
    share = np.array([shares["local_authority"], shares["independent"]])
    share = share / share.sum()
    enquiries = tables.value("initial_enquiries", 2023, "england")
    agency = enquiries_of_agencies() / enquiries
    by_sector = enquiries * np.array([1.0 - agency, agency])
    applications = tables.value("applications_received", flows, "england")
    last = approvals / applications
    return FosterBase(
        households=households * places / places.sum(),
        places_approved=places,
        children=fostered[FOSTER],
        approvals_per_year=approvals * share,
        enquiries_per_year=by_sector,
        pass_share=np.stack([approvals * share / last / by_sector, np.full(2, last)], axis=-1),
        deregistration_per_year=leaving / mean,
    )


def enquiries_of_agencies() -> float:
    """Return the enquiries that independent agencies received in 2022-23."""
    return tables.value("initial_enquiries", 2023, "independent")


def _households(year: int) -> float:
    """Mainstream households; 2020 from the fall to 2024, and 2019 evenly between 2018 (all less kinship) and 2020."""
    if year == 2020:
        return tables.value("mainstream_households", 2024, "england") / (1.0 - FALL_2020_TO_2024)
    if year == 2019:
        all_2018, kin = (tables.value(t, 2018, "england") for t in ("all_households", "kinship_households"))
        return (all_2018 - kin + _households(2020)) / 2.0
    return tables.value("mainstream_households", year, "england")


def _places(base: int, households: float) -> Array:
    """Approved places by sector; before 2022, households times the places a household of 2022, shared as in 2022."""
    table = "mainstream_places_approved"
    if base >= 2024:
        return np.array([tables.value(table, base, s) for s in ("local_authority", "independent")])
    known = tables.value(table, 2022, "england") / tables.value("mainstream_households", 2022, "england")
    total = households * known
    if base == 2023:
        council = tables.value(table, 2023, "local_authority")
        return np.array([council, total - council])
    council = tables.value(table, 2022, "local_authority") / tables.value(table, 2022, "england")
    return total * np.array([council, 1.0 - council])
