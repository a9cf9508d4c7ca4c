"""Figures of a later day that the fit of an early base still uses, and why: the whole list.

Nothing else of later than a base can reach its fit (`tests/integration/test_hindcast_poison.py` spoils every later row
of every table but these). All figures are those of the newest release, not as first published.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.vocabulary.calendar import BASE_YEARS


@dataclass(frozen=True)
class LaterFigure:
    """A later figure that stands for one of the day.

    Attributes
    ----------
    rows : mapping of table to last year used
        Rows up to that year (of a financial year, the year in which it ends); empty where it is no row of a table.
    bases : tuple of int
        Bases that use it.
    what, why : str
    """

    rows: dict[str, int]
    bases: tuple[int, ...]
    what: str
    why: str


def _until(last: int) -> tuple[int, ...]:
    return tuple(base for base in BASE_YEARS if base <= last)


LATER_FIGURES = (
    LaterFigure(
        {"stock_by_placement": 2019, "stock_by_placement_2024_release": 2019, "foster_by_provider": 2019},
        (2018,),
        "how groups of placements split into placements, March 2019",
        "until 2018 fostered children, and all in homes, supported and other placements, are one number each; so these "
        "placements are not scored from 2018",
    ),
    LaterFigure(
        {"starts_by_placement": 2019, "ceased_by_duration": 2019},
        (2018,),
        "shares of starts by first placement, and of leavers by time in care, 2018-19",
        "first published for that year",
    ),
    LaterFigure(
        {"spend_line_own": 2019},
        (2018,),
        "share of allowances in spend on own foster carers, 2018-19",
        "first published for that year; it says which costs stay when children go",
    ),
    LaterFigure(
        {"uasc_by_placement": 2020, "uasc_by_age": 2020, "guardianship_by_age": 2020, "guardianship_by_carer": 2020},
        (2018, 2019),
        "shares of asylum-seeking children by placement and age, and of guardianship by age and carer, 2020",
        "first published for that year",
    ),
    LaterFigure(
        {
            "mainstream_places_filled": 2022,
            "foster_by_provider": 2022,
            "stock_by_placement_2024_release": 2022,
        },
        _until(2021),
        "how Ofsted's count of children with agencies compares with the Department's, March 2022",
        "both count only from then on; the Department's own figures of each year say how it went",
    ),
    LaterFigure(
        {"population_by_age": 2023},
        _until(2022),
        "children of the population by single year of age, mid-2023, carried back",
        "it spreads the published starts of an age band over its ages",
    ),
    LaterFigure(
        {
            "agency_social_workers": 2024,
            "agency_share": 2024,
            "caseload": 2022,
            "far_from_home": 2020,
            "outside_area": 2020,
        },
        _until(2023),
        "social workers and their agency share in September 2024, caseloads of 2022 and distances from home of 2020",
        "not held for earlier years; they stand beside children and move none",
    ),
    LaterFigure(
        {"home_office_grant_gbp": 2024},
        _until(2023),
        "the Home Office's grant for a young person who was an asylum-seeking child, a week, 2023-24",
        "not held for earlier years; it is income, and spend is scored gross",
    ),
    LaterFigure(
        {},
        BASE_YEARS[:-1],
        "assumptions of data/structure.yaml and of the fit's source: moves between placements in 2023-24, the share of "
        "children in homes who wait (2022), returns home (2024), residential places that pay from the residential line "
        "(2024), hazards by time in care",
        "structure that no table of any year holds; what moves net, who leaves and where children are is fitted to the "
        "tables of the day",
    ),
)

SHORT_RECORDS = LaterFigure(
    {},
    _until(2024),
    "of draws alone: how far moves into homes, leaving of foster carers, and prices go in a year, from the first four "
    "changes on record (data/drift.csv has the years)",
    "fewer changes tell no spread; it is a size, and nothing of which way",
)
