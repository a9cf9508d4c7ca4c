"""What columns are called: those of SSDA903, what tells a kind of table, and the names that a council gives them.

A council's own names are given in a file (``--columns``), which is written for it with what is guessed here; no guess
is used unless it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType

COUNCIL = "LA"
"""Column that says which council a row is of."""

REQUIRED = {
    "episodes": ("CHILD", "DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
    "header": ("CHILD", "DOB"),
    "uasc": ("CHILD",),
}
"""Columns without which a table can't be used."""

WANTED = {
    "PL_LOCATION": "whether placements are inside the authority (IN or OUT)",
    "PL_DISTANCE": "how far placements are from home (miles)",
    "UASC": "which children are unaccompanied asylum-seekers (1 or 0)",
}
"""Columns that a return can do without, and what is not told then."""

ABOUT_A_CHILD = {"CHILD", "DOB", "UASC", "DUC", "YEAR", COUNCIL}

USED = {
    "episodes": {*REQUIRED["episodes"], *ABOUT_A_CHILD, "PL_LOCATION", "PL_DISTANCE"},
    "header": ABOUT_A_CHILD,
    "uasc": ABOUT_A_CHILD - {"DUC"},
    "other": {"CHILD", "DOB", "UASC"},
}
"""Columns that are read where a table has them."""

TELLING = {
    "episodes": {"DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC"},
    "header": {"UPN", "MOTHER", "MC_DOB", "ETHNIC", "ETHNICITY"},
    "uasc": {"DUC"},
}
"""Columns that tell what a table is."""

LEAST_TELLING = {"episodes": 4, "header": 1, "uasc": 1}
"""How many of them do: episodes share names with other tables."""

OTHER = "other"

SURELY: Mapping[str, tuple[str, ...]] = MappingProxyType({
    COUNCIL: ("LA_NAME", "LA_CODE", "LANAME", "LACODE", "LOCAL_AUTHORITY", "AUTHORITY", "COUNCIL", "LEA"),
    "UASC": ("UASC_FLAG", "IS_UASC", "UASC_STATUS", "UASC_INDICATOR", "UASC_YN", "UASC_Y_N", "UASC_YES_NO", "UASC_IND",
             "UASC_CHILD", "CHILD_IS_UASC", "IS_CHILD_UASC", "IS_THE_CHILD_UASC", "UNACCOMPANIED",
             "UNACCOMPANIED_ASYLUM_SEEKER", "UNACCOMPANIED_ASYLUM_SEEKING_CHILD",
             "UNACCOMPANIED_ASYLUM_SEEKING_CHILD_UASC", "UASC_UNACCOMPANIED_ASYLUM_SEEKING_CHILD",
             "UNACCOMPANIED_MINOR"),
})  # fmt: skip
"""Headings that can stand for one column only, and are read as it."""

GUESSES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "CHILD": ("CHILD_ID", "CHILDID", "PERSON_ID", "PERSONID", "CLIENT_ID", "CHILD_UNIQUE_ID", "UNIQUE_ID", "MOSAIC_ID",
              "LCS_ID", "ICS_ID", "SSD_ID", "CHILD_NUMBER", "PERSON_NUMBER", "CLIENT_NUMBER", "CASE_ID", "CASE_NUMBER",
              "ID"),
    "DOB": ("DATE_OF_BIRTH", "BIRTH_DATE", "BIRTHDATE", "CHILD_DOB", "D_O_B"),
    "DECOM": ("EPISODE_START_DATE", "EPISODE_START", "START_DATE", "DATE_EPISODE_COMMENCED", "DATE_EPISODE_STARTED",
              "DATE_EPISODE_BEGAN", "DATE_OF_START", "START"),
    "RNE": ("REASON_FOR_NEW_EPISODE", "REASON_NEW_EPISODE", "NEW_EPISODE_REASON", "EPISODE_START_REASON",
            "REASON_EPISODE_STARTED"),
    "LS": ("LEGAL_STATUS", "LEGAL_STATUS_CODE"),
    "PLACE": ("PLACEMENT", "PLACEMENT_TYPE", "PLACEMENT_CODE", "PLACEMENT_TYPE_CODE", "PLACE_TYPE", "PL"),
    "PLACE_PROVIDER": ("PLACEMENT_PROVIDER", "PLACEMENT_PROVIDER_CODE", "PROVIDER_CODE", "PROVIDER"),
    "DEC": ("EPISODE_END_DATE", "EPISODE_END", "END_DATE", "DATE_EPISODE_CEASED", "DATE_EPISODE_ENDED", "DATE_OF_END",
            "END"),
    "REC": ("REASON_EPISODE_CEASED", "REASON_EPISODE_ENDED", "EPISODE_END_REASON", "REASON_CEASED", "END_REASON",
            "REASON_FOR_CEASING"),
    "YEAR": ("RETURN_YEAR", "FINANCIAL_YEAR", "COLLECTION_YEAR", "YEAR_OF_RETURN"),
    "PL_LOCATION": ("PLACEMENT_LOCATION_CODE", "PLACEMENT_LOCATION", "PLACE_LOCATION", "IN_OUT", "IN_OR_OUT",
                    "IN_OUT_LA", "IN_OR_OUT_OF_LA", "IN_OUT_OF_LA", "IN_OUT_AUTHORITY", "IN_OR_OUT_OF_AUTHORITY",
                    "IN_OUT_OF_AUTHORITY", "IN_OUT_BOUNDARY", "IN_OR_OUT_OF_BOUNDARY", "IN_OUT_COUNTY",
                    "IN_OR_OUT_OF_COUNTY", "IN_OUT_BOROUGH", "IN_OR_OUT_OF_BOROUGH", "IN_OUT_AREA",
                    "IN_OR_OUT_OF_AREA", "PLACEMENT_IN_OUT", "PLACEMENT_IN_OR_OUT", "PLACED_IN_OUT",
                    "INSIDE_OUTSIDE_LA", "INSIDE_OR_OUTSIDE_LA", "INSIDE_OUTSIDE", "LOCATION_CODE",
                    "LOCATION_OF_PLACEMENT", "LOCATION"),
    "PL_DISTANCE": ("PLACEMENT_DISTANCE", "PLACEMENT_DISTANCE_MILES", "DISTANCE_FROM_HOME",
                    "DISTANCE_FROM_HOME_MILES", "DISTANCE_FROM_HOME_IN_MILES", "PLACE_DISTANCE", "DISTANCE_MILES",
                    "DISTANCE_IN_MILES", "DISTANCE_FROM_HOME_ADDRESS", "DISTANCE_HOME_TO_PLACEMENT",
                    "DISTANCE_FROM_HOME_TO_PLACEMENT", "DISTANCE_OF_PLACEMENT", "MILES_FROM_HOME", "MILES", "DISTANCE"),
    "UASC": ("ASYLUM_SEEKER", "ASYLUM_SEEKING", "ASYLUM_STATUS", "ASYLUM_SEEKER_FLAG", "ASYLUM_SEEKER_Y_N",
             "IS_ASYLUM_SEEKER", "ASYLUM_SEEKING_CHILD", "ASYLUM"),
    "DUC": ("DATE_UASC_CEASED",),
})  # fmt: skip
"""What systems call columns that are used: guesses, for a person to check; what says more comes first."""

KNOWN = frozenset({COUNCIL, *GUESSES}.union(*USED.values(), *TELLING.values()))
"""Columns by which a heading is told from a title above it."""


def as_columns(heading: Iterable[str]) -> list[str]:
    """Return headings in capitals, with one line for spaces and signs between words, and none around them."""
    return [re.sub(r"[\W_]+", "_", name.upper()).strip("_") for name in heading]


@dataclass(frozen=True)
class ColumnNames:
    """What a council calls columns.

    Attributes
    ----------
    own : mapping
        Names of SSDA903 by the council's, as :func:`as_columns` writes them.
    """

    own: Mapping[str, str] = field(default_factory=dict)

    def standard(self, heading: Iterable[str]) -> list[str]:
        """Return headings by their names of SSDA903; those that have such a name keep it."""
        columns = as_columns(heading)
        there = set(columns)
        found = [self.own[c] if c in self.own and self.own[c] not in there else c for c in columns]
        for name, others in SURELY.items():
            heading_of = next((c for c in (name, *others) if c in found), name)
            found = [name if c == heading_of else c for c in found]
        return found

    def known(self, heading: Sequence[str]) -> int:
        """Count the headings that a table of a return may have."""
        return len(KNOWN.intersection(self.standard(heading)))


def kind_of(name: str, columns: Collection[str]) -> str:
    """Say what a table is, by its columns or else its name; `OTHER` if nothing tells."""
    for kind in TELLING:
        if surely(kind, columns):
            return kind
    stem = PurePosixPath(name).stem.lower()
    return next((kind for kind in TELLING if kind in stem or kind.rstrip("s") in stem), OTHER)


def surely(kind: str, columns: Collection[str]) -> bool:
    """Say whether columns alone tell that a table is of a kind."""
    return len(TELLING[kind].intersection(columns)) >= LEAST_TELLING[kind]


def used_of(name: str, columns: Collection[str]) -> set[str]:
    """Return the columns that are used of a table."""
    return USED[kind_of(name, columns)]


def guessed(columns: Iterable[Collection[str]], unfit: Collection[str] = ()) -> dict[str, str]:
    """Guess which headings of some tables stand for columns that these tables lack: name of SSDA903 to heading.

    Only headings that systems are known to use are returned, so that a first row which is no heading, but a child's, is
    never told; and none of those that are known to hold something else.
    """
    found: dict[str, str] = {}
    for heading in columns:
        there = set(heading)
        for name, others in GUESSES.items():
            if name not in there and (other := next((o for o in others if o in there and o not in unfit), "")):
                found.setdefault(name, other)
    return found
