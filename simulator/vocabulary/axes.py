"""The axes of every array, named once.

Arrays in this package put their axes in this order (any that does not apply is left out):

    draw, area, month, stream, row or age or age band, phase, place, reason

``draw`` 0 is the central run. ``month`` holds flows over months; stocks have one entry more, one for each instant.
``row`` is a birth cohort (see :mod:`simulator.engine.grid`), ``age`` a completed year of age 0 to 17.
"""

from __future__ import annotations

AGES = tuple(range(18))
"""Completed years of age. Nobody is looked after at 18 (Children Act 1989, section 105: a child is under 18)."""

AGE_BANDS: dict[str, tuple[int, int]] = {
    "under_1": (0, 0),
    "1_to_4": (1, 4),
    "5_to_9": (5, 9),
    "10_to_15": (10, 15),
    "16_and_over": (16, 17),
}
"""Age bands of the Department for Education's tables: first and last completed year."""

STREAMS = ("resident", "uasc")
"""Children of resident families, and unaccompanied asylum-seeking children."""

PHASES = ("first_weeks", "first_months", "next_months", "first_year", "settling", "long_term")
"""Phases of time in care that a child passes through in order (docs/model.md, section 3)."""

REASONS = ("home", "guardianship", "arrangements", "adoption", "other", "age_18")
"""Why a child leaves care. ``arrangements`` covers child arrangements orders and going to live with relatives."""

TIME_BANDS: dict[str, int] = {
    "under_2_weeks": 0,
    "2_weeks_to_3_months": 14,
    "3_to_6_months": 91,
    "6_months_to_1_year": 182,
    "1_to_2_years": 365,
    "2_years_and_over": 730,
}
"""Bands of time in care that a return can tell: first day. They are finer early on, where leaving falls fastest
(docs/model.md, section 3)."""

HOME_SPELLS = ("first_3_months", "to_1_year", "later")
"""Spells of time since a child went home from care, each with its own chance of coming back."""

SECTORS = ("council", "independent")
"""Who approves foster households: the council, or an independent fostering agency (IFA)."""

CONTRACTS = ("employed", "agency")
"""How children's social workers are engaged."""

AWAY = ("far_from_home", "outside_area")
"""Over 20 miles from home, and outside the council's area; a child may be both."""


def band_of_age(age: int) -> str:
    """Return the name of the age band that holds a completed year of age."""
    return next(name for name, (first, last) in AGE_BANDS.items() if first <= age <= last)
