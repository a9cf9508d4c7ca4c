"""Words and units in PL_LOCATION and PL_DISTANCE by which children seem to live elsewhere than they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from simulator.returns import codes
from simulator.returns.clean import Stays
from simulator.returns.doubts import NEVER, Doubt, so_few, worst_year
from simulator.returns.exposure import Years
from simulator.returns.placed import placed

FURTHEST = 400
"""Miles that hardly a child lives from home: about as far as any two places in England are apart."""

FAR, FAR_USUAL, FAR_CHANCE = 0.6, 0.5, 0.001
"""Share of children over 20 miles from home from which it is told of, if so few who are nearer have less than this
chance where half are. No authority of more than 25 children had more than 59% from 2022 to 2025 (``stock_by_distance``
in `local.csv`)."""


@dataclass(frozen=True)
class Misread:
    """Values that say something else than they should.

    Attributes
    ----------
    holds, of : Expr
        Episodes with them, and those that they are a share of.
    warned : float
        Share from which they are told of.
    told : str
        What they are, after ``3 of 4``, with {year} in it; and what comes of it.
    """

    holds: pl.Expr
    of: pl.Expr
    warned: float
    told: str


_MILES = pl.col("distance").cast(pl.Float64, strict=False)

UNREAD = (
    Misread(~pl.col("location").is_in(list(codes.LOCATIONS)), pl.col("location").is_not_null(), 0.1,
            "episodes of the year to 31 March {year} with a PL_LOCATION have neither IN nor OUT there: whether "
            "children live inside the authority is not told of them"),
    Misread(_MILES.is_null(), pl.col("distance").is_not_null(), 0.1,
            "episodes of the year to 31 March {year} with a PL_DISTANCE have no number of miles there: how far "
            "children live from home is not told of them"),
)  # fmt: skip

TOO_FAR = Misread(
    _MILES > FURTHEST, _MILES.is_not_null(), 0.05,
    f"episodes of the year to 31 March {{year}} with a PL_DISTANCE have more than {FURTHEST} miles there: are they "
    "metres or kilometres?",
)  # fmt: skip


def doubtful_places(episodes: pl.DataFrame, stays: Stays, years: Years) -> Iterator[Doubt]:
    """Tell of columns by which children seem to live elsewhere than they do. None is refused: all else is right.

    Parameters
    ----------
    episodes : DataFrame
        ended (the year that they count in), location and distance.
    stays : Stays
    years : Years
    """
    for one in UNREAD:
        yield from _misread(one, episodes, years)
    yield from [*_misread(TOO_FAR, episodes, years)] or _far_from_home(stays)


def _misread(one: Misread, episodes: pl.DataFrame, years: Years) -> Iterator[Doubt]:
    counts = episodes.filter(one.of).group_by("ended").agg(number=one.holds.sum(), of=pl.len())
    yield from worst_year((row for row in counts.rows() if row[0] in years.years), one.told, one.warned, NEVER)


def _far_from_home(stays: Stays) -> Iterator[Doubt]:
    """Tell of distances by which most children live far from home."""
    near, far = placed(stays)[1:].sum(axis=(1, 2, 3)).T[:2].tolist()
    counts = [
        (year, beyond, within + beyond)
        for year, within, beyond in zip(stays.years, near, far, strict=True)
        if beyond and so_few(within, (1 - FAR_USUAL) * (within + beyond)) < FAR_CHANCE
    ]
    told = (
        "children whose distance from home is known live over 20 miles away on 31 March {year}: are distances metres "
        "or kilometres? No authority in England has so many"
    )
    yield from worst_year(counts, told, FAR, NEVER)
