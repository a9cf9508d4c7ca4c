"""Episodes that two returns tell otherwise, so many of them that a code was changed for all: a new system, a default.

An episode that is open on 31 March is in the next return again, with the same start. What it counts as there is no
matter of chance, as what becomes of children is: a placement that differs is a correction, and corrections are few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from simulator.returns import codes
from simulator.returns.doubts import FEWEST_ROWS, NEVER, Doubt, worst_year
from simulator.returns.exposure import Years
from simulator.returns.rule_book import known
from simulator.vocabulary import placements
from simulator.vocabulary.where_placed import LOCALITIES, MILES

RECODED = 0.05
"""Share of the episodes that two returns hold which count otherwise in the later, from which it is told (a judgement).
Returns with corrections of one child in a hundred (``sample-returns --dirt all``) say nothing."""


@dataclass(frozen=True)
class Kind:
    """What an episode counts as.

    Attributes
    ----------
    value : Expr
        Null where it is not known, which other gates tell of.
    named : function
        Words for a value.
    told : str
        What differs, after the two returns.
    columns : str
        That it is read from.
    """

    value: pl.Expr
    named: Callable[[Any], str]
    told: str
    columns: str


_MILES = pl.col("distance").cast(pl.Float64, strict=False)

KINDS = (
    Kind(pl.when(known("PLACE", "place")).then(codes.counted_in()), lambda at: placements.in_words(codes.PLACES[at]),
         "count in another placement now", "PLACE or PLACE_PROVIDER"),
    Kind(pl.when(known("PLACE_PROVIDER", "provider")).then("provider"), str,
         "have another provider now", "PLACE_PROVIDER"),
    Kind(pl.col("location").replace_strict(codes.LOCATIONS, default=None),
         lambda at: f"{LOCALITIES[at]} the authority", "are on the other side of the boundary now", "PL_LOCATION"),
    Kind(_MILES > MILES, lambda far: f"{MILES:.0f} miles {'or more' if far else 'or less'} from home",
         f"have moved past {MILES:.0f} miles from home", "PL_DISTANCE"),
)  # fmt: skip


def recoded(episodes: pl.DataFrame, years: Years) -> Iterator[Doubt]:
    """Tell of what many episodes count as in one return, and not in the next. None is refused: one of two may be right.

    Parameters
    ----------
    episodes : DataFrame
        Rows of all returns, with the first year that their return covers (first), the last, and its first day (opens).
    years : Years
    """
    held = _held_twice(episodes, years)
    for at, kind in enumerate(KINDS):
        yield from _told(kind, held.select("year", then=f"then {at}", now=f"now {at}").drop_nulls())


def _held_twice(episodes: pl.DataFrame, years: Years) -> pl.DataFrame:
    """Return what episodes count as in a return (``now 0``) and in that of the year before (``then 0``), by kind."""
    rows = episodes.drop_nulls(["child", "decom"])
    key = ["child", "decom", "year"]
    of_before = rows.with_columns(year=pl.col("last") + 1)
    held_over = rows.filter(pl.col("decom") < pl.col("opens")).with_columns(year=pl.col("first"))
    then, now = (
        frame.filter(pl.col("year").is_in(list(years.years)))
        .unique(key, keep="last", maintain_order=True)
        .select(*key, *(kind.value.alias(f"{when} {i}") for i, kind in enumerate(KINDS)))
        for when, frame in (("then", of_before), ("now", held_over))
    )
    return then.join(now, on=key)


def _told(kind: Kind, held: pl.DataFrame) -> Iterator[Doubt]:
    """Tell of the worst year, with what most of them were and are."""
    cells = held.group_by("year", "then", "now").len("number").with_columns(
        of_kind=pl.col("number").sum().over("year", "then"), of=pl.col("number").sum().over("year")
    )  # fmt: skip
    other = cells.filter(pl.col("then") != pl.col("now"))
    by_year = other.group_by("year", "of").agg(pl.col("number").sum()).select("year", "number", "of")
    counts = by_year.filter(pl.col("number") >= FEWEST_ROWS).rows()
    if not counts:
        return
    worst = max(counts, key=lambda row: (row[1] / row[2], row[0]))[0]
    most = other.filter(pl.col("year") == worst).sort("number", "then", "now").row(-1, named=True)
    text = (
        f"episodes that are in the return for the year to 31 March {{year}} and in the one before {kind.told}: "
        f"of {most['of_kind']:,} that were {kind.named(most['then'])}, {most['number']:,} are now "
        f"{kind.named(most['now'])}; was {kind.columns} changed or filled in for many in one of the two? Figures are "
        "by the later one"
    )
    yield from worst_year(counts, text, RECODED, NEVER)
