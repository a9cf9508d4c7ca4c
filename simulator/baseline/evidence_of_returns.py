"""What a council's own returns tell beside a projection: the years before it, and where its children are placed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.local_evidence import Evidence, PlacedCount, counted_far, placed_counts
from simulator.baseline.published_evidence import published_evidence
from simulator.baseline.start import PastSeries
from simulator.data.council import Council
from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import financial_year
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.where_placed import DISTANCE_TABLES, DISTANCES, LOCALITIES, PROVIDERS

Array = NDArray[np.float64]

AWAY_COUNTED = {"far_from_home": ("distance", "over_20_miles"), "outside_area": ("locality", "outside")}
"""Of whom a projection tells how many live away, and what counts them."""

SHARED_OUT = "and a share of those whose distance is not known"
"""What is in numbers by distance beside those counted."""

LEAST_TOLD = 0.5
"""Least share of children whose placement is said to be inside or outside, from which returns are taken to tell."""


def past_of(council: Council) -> dict[str, PastSeries]:
    """Return children, asylum-seeking children, those who live away, starts and exits of the years of the returns."""
    dates = tuple(f"{year}-03-31" for year in council.years)
    years = tuple(financial_year(year - 1) for year in council.years[1:])
    found = {"children": PastSeries(dates, council.history, "", published=False)}
    found |= {name: PastSeries(years, values, "", published=False) for name, values in council.flows.items()}
    if len(council.by_stream):
        uasc = council.by_stream[:, STREAMS.index("uasc")]
        found["uasc_children"] = PastSeries(dates, uasc, "", published=False)
    return found | dict(_away_so_far(council))


def _away_so_far(council: Council) -> Iterator[tuple[str, PastSeries]]:
    """Yield children who live away in the years of which returns tell, as the projection takes them: by measure."""
    told = [
        (f"{year}-03-31", counts) for year, counts in zip(council.years, council.where, strict=False) if _tells(counts)
    ]
    for away, by in AWAY_COUNTED.items() if told else ():
        values = np.array([_away(date, counts, by) for date, counts in told])
        dates = tuple(date for date, _ in told)
        past = PastSeries(dates, values, "", published=False, counted=False)
        if by[0] in DISTANCE_TABLES:
            note = counted_far(_counts(dates[-1], ALL, told[-1][1].sum(axis=0)))
            past = replace(past, added=SHARED_OUT, note=note)
        yield f"children_{away}", past


def _away(date: str, counts: Array, by: tuple[str, str]) -> float:
    """Return children away of (place, provider, locality, distance): who is not told is as others in the placement."""

    def share(of: Array) -> float:
        return next(one.share for one in _counts(date, ALL, of) if (one.by, one.category) == by)

    of_all = share(counts.sum(axis=0))
    by_place = [(float(of.sum()), share(of)) for of in counts]
    return sum(children * (of_all if math.isnan(part) else part) for children, part in by_place if children)


def _tells(counts: Array) -> bool:
    """Whether a year's returns tell where children are placed: (place, provider, locality, distance)."""
    told = counts[:, :, : LOCALITIES.index("not_known")].sum()
    return bool(told >= LEAST_TOLD * counts.sum() > 0)


def evidence_of(council: Council, code: str, neighbours: Sequence[str] = ()) -> Evidence:
    """Return the evidence of a council's returns.

    Parameters
    ----------
    council : Council
    code : str
        Of the authority that it is named for, whose published figures stand beside; empty if it is named for none.
    neighbours : sequence of str
        See `simulator.baseline.published_evidence.published_evidence`.
    """
    published = published_evidence(council.name, (code,), neighbours) if code else Evidence()
    dates = tuple(f"{year}-03-31" for year in council.years)
    mix = {
        name: PastSeries(dates, council.by_place[:, i], "", published=False)
        for i, name in enumerate(placements.reported())
        if len(council.by_place)
    }
    own = tuple(where_counted(council))
    if own:
        return replace(published, where=own, mix=mix)
    untold = "The returns do not say whether placements are inside the authority, or how far from home"
    said = f"{untold}; what is published of it stands here." if code else f"{untold}."
    return replace(published, mix=mix, notes=(*published.notes, said))


def where_counted(council: Council) -> Iterator[PlacedCount]:
    """Yield counts of where children are placed: of all in each year, and by placement in the last."""
    if not len(council.where) or not _tells(council.where[-1]):
        return
    for year, counts in zip(council.years, council.where, strict=True):
        yield from _counts(f"{year}-03-31", ALL, counts.sum(axis=0))
    for name, counts in zip(placements.reported(), council.where[-1], strict=True):
        if counts.sum():
            yield from _counts(f"{council.years[-1]}-03-31", name, counts)


def away_counted(council: Council) -> dict[tuple[str, str], float]:
    """Return the shares of children who live away at the last count, by reported placement, or ``all``, and `AWAY`.

    They are those that stand beside the projection, which starts from them.
    """
    last = {(one.placement, one.by, one.category): one.share for one in where_counted(council)}  # the newest stay
    places = (ALL, *placements.reported())
    told = {(place, away): last.get((place, *by), math.nan) for place in places for away, by in AWAY_COUNTED.items()}
    return {key: share for key, share in told.items() if not math.isnan(share)}


def _counts(date: str, placement: str, counts: Array) -> Iterator[PlacedCount]:
    """Yield the counts of (provider, locality, distance) by each, and by the last two together."""
    both = counts.sum(axis=0)
    tables = {
        "locality": dict(zip(LOCALITIES, both.sum(axis=1), strict=True)),
        "distance": dict(zip(DISTANCES, both.sum(axis=0), strict=True)),
        "distance_and_locality": {
            f"{locality}:{distance}": both[i, j]
            for i, locality in enumerate(LOCALITIES)
            for j, distance in enumerate(DISTANCES)
        },
        "provider": dict(zip(PROVIDERS, counts.sum(axis=(1, 2)), strict=True)),
    }
    for by, categories in tables.items():
        told = {category: float(children) for category, children in categories.items()}
        yield from placed_counts(date, placement, by, told, float(counts.sum()))
