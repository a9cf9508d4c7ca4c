"""Published figures of every authority, region and England by year, cut at an origin.

`cut` is the only way from the tables to a fit, which sees what it returns and nothing else, so that no later value can
reach it. A year is the year that ends on 31 March.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.data import packaged
from simulator.vocabulary.areas import table

Array = NDArray[np.float64]

ENGLAND_CODE = "ENG"
"""What England is called in panel.csv and in frozen forecasts."""

FIRST_YEAR = 1994
FIRST_LOCAL_YEAR = 2011
NOT_SCORED = ("201", "420")
"""City of London and Isles of Scilly: too few children, and figures hidden."""


@dataclass(frozen=True)
class AuthorityHistory:
    """One authority, with its code history.

    Attributes
    ----------
    code, name, region : str
    first_year : int
        First year that counts it.
    parents : tuple of str
        Codes whose children it took over in that year.
    """

    code: str
    name: str
    region: str
    first_year: int
    parents: tuple[str, ...]


@cache
def authorities() -> Mapping[str, AuthorityHistory]:
    """Return every authority that is scored, by code."""
    found = {
        row["old_code"]: AuthorityHistory(
            row["old_code"], row["name"], row["region"], int(row["first_year"]), tuple(row["parents"].split())
        )
        for row in table()
    }
    return {code: one for code, one in found.items() if code not in NOT_SCORED}


def regions() -> tuple[str, ...]:
    """Return the names of the regions."""
    return tuple(sorted({one.region for one in authorities().values()}))


@dataclass(frozen=True)
class Series:
    """Figures of one level.

    Attributes
    ----------
    areas : tuple of str
        Codes of authorities, names of regions, or ENG.
    first_year : int
        Year of the first column.
    children : array (area, year)
        Children looked after at 31 March.
    starts, ceased : array (area, year)
        Children who started and ceased in the year.
    uasc : array (area, year)
        Unaccompanied asylum-seeking children at 31 March.
    population : array (area, year)
        People aged 0 to 17 at the mid-year before.

    Figures that are hidden or not held are NaN.
    """

    areas: tuple[str, ...]
    first_year: int
    children: Array
    starts: Array
    ceased: Array
    uasc: Array
    population: Array

    @property
    def last_year(self) -> int:
        """Year of the last column."""
        return self.first_year + self.children.shape[1] - 1


COUNTS = tuple(field.name for field in fields(Series) if field.type == "Array")


@dataclass(frozen=True)
class Panel:
    """All published figures, each authority under its own code for the years it was there."""

    authorities: Series
    england: Series


@dataclass(frozen=True)
class Known:
    """What was known at an origin.

    Attributes
    ----------
    origin : int
        The last year held.
    authorities, regions, england : Series
        Authorities as they were at the origin, the past of a new one made up from its parents'; regions as sums of
        them. There are none before 2012.
    region_of : array (authority,) of int
        Place of each authority's region in `regions`.
    """

    origin: int
    authorities: Series
    regions: Series
    england: Series
    region_of: NDArray[np.int64]

    @property
    def levels(self) -> dict[str, Series]:
        """The three levels by name."""
        return {"authority": self.authorities, "region": self.regions, "england": self.england}


class _PanelRow(NamedTuple):
    """Figures of one series and area in years that follow each other, NaN where hidden."""

    series: str
    area: str
    source: str
    first_year: int
    values: tuple[float, ...]


@cache
def panel() -> Panel:
    """Read the published figures of all years."""
    values: dict[tuple[str, str], dict[int, float]] = {}
    for row in packaged.table("panel").rows(_PanelRow):
        years = values.setdefault((row.series, row.area), {})
        years |= dict(enumerate(row.values, start=row.first_year))
    last = max(year for years in values.values() for year in years)

    def series(areas: tuple[str, ...], first: int) -> Series:
        counts = {
            name: np.array(
                [[values.get((name, area), {}).get(year, np.nan) for year in range(first, last + 1)] for area in areas]
            )
            for name in COUNTS
        }
        return Series(areas, first, **counts)

    return Panel(series(tuple(authorities()), FIRST_LOCAL_YEAR), series((ENGLAND_CODE,), FIRST_YEAR))


def cut(whole: Panel, origin: int) -> Panel:
    """Leave out every figure of a year after the origin."""

    def upto(series: Series) -> Series:
        width = max(origin - series.first_year + 1, 0)
        return replace(series, **{name: getattr(series, name)[:, :width] for name in COUNTS})

    return Panel(upto(whole.authorities), upto(whole.england))


def known(past: Panel) -> Known:
    """Return what is known at the last year of a panel, authorities as they were then."""
    origin, local = past.england.last_year, past.authorities
    if origin <= FIRST_LOCAL_YEAR:
        local = _pick(local, [])
    history = authorities()
    ended = {code for one in history.values() if one.first_year <= origin for code in one.parents}
    there = [i for i, code in enumerate(local.areas) if history[code].first_year <= origin and code not in ended]
    local = _pick(_with_past(local), there)
    names = regions() if there else ()
    region_of = np.array([names.index(history[code].region) for code in local.areas], dtype=np.int64)
    return Known(origin, local, _sums(local, names, region_of), past.england, region_of)


def _pick(series: Series, areas: list[int]) -> Series:
    return replace(
        series,
        areas=tuple(series.areas[i] for i in areas),
        **{name: getattr(series, name)[areas] for name in COUNTS},
    )


def _with_past(local: Series) -> Series:
    """Give each new authority a past: the sum of its parents' times its share of all their heirs in its first year."""
    counts = {name: getattr(local, name).copy() for name in COUNTS}
    for i, code in enumerate(local.areas):
        one = authorities()[code]
        year = one.first_year - local.first_year
        if one.parents and one.first_year <= local.last_year:
            heirs = [j for j, other in enumerate(local.areas) if authorities()[other].parents == one.parents]
            parents = [local.areas.index(parent) for parent in one.parents]
            for name, count in counts.items():
                given = getattr(local, name)
                share = given[i, year] / given[heirs, year].sum()
                count[i, :year] = given[parents, :year].sum(axis=0) * share
    return replace(local, **counts)


def _sums(local: Series, names: tuple[str, ...], region_of: NDArray[np.int64]) -> Series:
    """Add authorities up to regions."""
    belongs = (region_of == np.arange(len(names))[:, None]).astype(float)  # (region, authority)
    return Series(names, local.first_year, **{name: _total(belongs, getattr(local, name)) for name in COUNTS})


def _total(belongs: Array, count: Array) -> Array:
    """Return sums by region, NaN where any authority's figure is: (region, year)."""
    known_sum = belongs @ np.nan_to_num(count)
    return np.where(belongs @ np.isnan(count).astype(float) > 0, np.nan, known_sum)


def outcomes(whole: Panel, then: Known) -> dict[str, Array]:
    """Return children in the years after an origin, for errors and scores alone.

    Parameters
    ----------
    whole : Panel
        A back-test scores on all of it; a fit measures past errors on what was known at its own origin.
    then : Known
        What was known at the origin.

    Returns
    -------
    dict of level to array (area, year after the origin)
        NaN where an area has no figure under the same code.
    """
    codes, later = whole.authorities.areas, whole.authorities.children[:, max(then.origin + 1 - FIRST_LOCAL_YEAR, 0) :]
    local = later[[codes.index(code) for code in then.authorities.areas]]
    home = np.array([authorities()[code].region for code in codes])
    region = np.array([np.nansum(later[home == name], axis=0) for name in then.regions.areas]).reshape(
        len(then.regions.areas), later.shape[1]
    )
    england = whole.england.children[:, then.origin + 1 - FIRST_YEAR :]
    return {"authority": local, "region": region, "england": england}
