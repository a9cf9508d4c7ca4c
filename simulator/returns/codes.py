"""SSDA903 codes: what each means, and in which returns it is valid (``data/ssda903_codes.csv``).

A return is named by the year whose 31 March it ends on: the return for 2025-26 is 2026. The code sets are facts of the
Department for Education's guides to the collection, as public validators of returns quote them (Data to Insight's rules
143, 146, 149, 178 and 529). Where the return that withdrew a code is not known, the code is accepted in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from simulator.data import packaged
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS

PLACES = placements.reported()
"""Placements that a return can tell apart, in order: whether a child waits for a foster home is not recorded."""

UNKNOWN_PLACE = "other"
"""Placement that counts children whose placement code is blank or unknown."""

PROVIDERS = {"with_parents": "PR0", "secure_residential": "PR1", "for_adoption": "PR1", "kinship_foster": "PR1"}
"""Usual provider of a placement that the provider does not decide: parents, or the council itself."""
PRIVATE = "PR4"
"""Usual provider of all others."""

FLAGGED = ("1", "Y", "YES", "T", "TRUE", "UASC")
NOT_FLAGGED = ("0", "N", "NO", "F", "FALSE")
"""What a column UASC holds for a child who is one, and for others, beside nothing."""

LOCATIONS = {"IN": 0, "OUT": 1, "I": 0, "O": 1, "INSIDE": 0, "OUTSIDE": 1}
"""Positions in `simulator.vocabulary.where_placed.LOCALITIES` by what PL_LOCATION holds: IN or OUT, or as some systems
write them."""

KM_A_MILE = 1.609344

_DISTANCE = r"^(\d+(?:\.\d+)?|\.\d+)\s*([A-Z]+)\.?$"
_UNITS = {"MI": 1.0, "MILE": 1.0, "MILES": 1.0, "KM": 1 / KM_A_MILE, "KMS": 1 / KM_A_MILE}
"""Miles in a unit that is written behind a distance. That of ``18 m`` may be miles or metres."""

_CODE_AND_WORDS = r"^([A-Z0-9]+)\s*[-\u2013\u2014:;,|(=]"

ADULT = 18
HOME, OTHER, AGE_18 = (REASONS.index(reason) for reason in ("home", "other", "age_18"))
STAYS_ON = -1
"""In place of a reason: care goes on after the stay."""

CONTINUES = len(REASONS)
"""Meaning of a reason for ceasing that says that care goes on."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code.

    Attributes
    ----------
    field : str
        Column of the Episodes file.
    code : str
    first_return, last_return : int
        Returns in which it is valid, both included.
    means : str
        What the program takes it for; empty for places and providers (see `place_of`).
    meaning : str
        In words.
    """

    field: str
    code: str
    first_return: int
    last_return: int
    means: str
    meaning: str

    def valid_in(self, year: int) -> bool:
        """Say whether the return of a year may hold the code."""
        return self.first_return <= year <= self.last_return


@cache
def codes(field: str) -> dict[str, Code]:
    """Return all codes of a column, by code."""
    return {code.code: code for code in packaged.table("ssda903_codes").rows(Code) if code.field == field}


def code_in(field: str, column: str) -> pl.Expr:
    """Return the codes of a column, without the words that some systems put behind them (``U4 - Foster placement``)."""
    known = list(LOCATIONS) if field == "PL_LOCATION" else list(codes(field))
    code = pl.col(column).str.extract(_CODE_AND_WORDS)
    return pl.when(code.is_in(known)).then(code).otherwise(column).alias(column)


def miles_in(column: str) -> pl.Expr:
    """Return distances as numbers of miles, without the unit that some systems put behind them (``18 miles``)."""
    number = pl.col(column).str.extract(_DISTANCE, 1).cast(pl.Float64)
    unit = pl.col(column).str.extract(_DISTANCE, 2).replace_strict(_UNITS, default=None, return_dtype=pl.Float64)
    return pl.coalesce((number * unit).cast(pl.String), column).alias(column)


@cache
def place_of() -> dict[tuple[str, str], int]:
    """Return the position in `PLACES` for each place code and provider; provider "" is for any other provider.

    Where the provider decides (foster care) and says nothing, the council's own placement is taken.
    """
    found: dict[tuple[str, str], int] = {}
    for placement in placements.placements():
        position = PLACES.index(placement.reported_as)
        for text in placement.codes:
            code, _, provider = text.partition("/")
            found[code, provider] = position
            found.setdefault((code, ""), position)
    return found


def counted_in() -> pl.Expr:
    """Return the position in `PLACES` of what episodes count in, by place and provider."""
    pairs = {f"{place}/{provider}": at for (place, provider), at in place_of().items()}
    pair = pl.concat_str(pl.col("place").fill_null(""), pl.lit("/"), pl.col("provider").fill_null(""))
    alone = pl.concat_str(pl.col("place").fill_null(""), pl.lit("/"))
    unknown = PLACES.index(UNKNOWN_PLACE)
    return pl.coalesce(pair.replace_strict(pairs, default=None), alone.replace_strict(pairs, default=unknown))


@cache
def provider_decides() -> frozenset[str]:
    """Place codes whose placement goes by the provider."""
    return frozenset(code for code, provider in place_of() if provider)


@cache
def reason_of() -> dict[str, int]:
    """Return the position in ``axes.REASONS`` of each reason for ceasing, or `CONTINUES`."""
    positions = {reason: i for i, reason in enumerate(REASONS)} | {"continues": CONTINUES}
    return {code.code: positions[code.means] for code in codes("REC").values()}


@cache
def short_breaks() -> tuple[str, ...]:
    """Legal statuses of short breaks, which are not care."""
    return tuple(code.code for code in codes("LS").values() if code.means == "short_break")


@cache
def reasons_for_new_episode(means: str) -> tuple[str, ...]:
    """Codes of RNE with a meaning: ``start``, ``same_home``, ``new_home`` (with a new carer), ``new_type``."""
    return tuple(code.code for code in codes("RNE").values() if code.means == means)
