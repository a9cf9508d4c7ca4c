"""What is compared: each measure's published figures by year, and where the same stands in results of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.hindcast.of_the_day import by_end_year, price_level
from simulator.backtest.mix import GROUPS
from simulator.baseline.england import load_baseline
from simulator.calibrate.england_series import PLACEMENT_YEARS, published
from simulator.calibrate.fit_fostering import MAINSTREAM_FROM, households
from simulator.data.authority_tables import costs_of
from simulator.data.tables import series
from simulator.results.results_protocol import Results
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR, WEEKS_A_YEAR
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

FILLED = "foster_places_filled"
HOUSEHOLDS = "foster_households"
RESIDENTIAL = "residential_spend"
SPEND = "total_spend"
UNIT_COST = "homes_unit_cost"
SUPPORTED_AND_OTHER = "supported_and_other"
"""Children in supported accommodation and other placements: 3,000 changed column as settings registered, from 2023."""

RESIDENTIAL_GROUP = "homes"
"""Group of placements that the residential line of spend pays for."""


@dataclass(frozen=True)
class HindcastItem:
    """One figure that is run ahead and scored.

    Attributes
    ----------
    measure, placement : str
        As tables name them; placements may be published groups.
    label : str
    actual : callable
        Takes a base; returns published figures by year (stocks at 31 March, others in the year that ends then), money
        in prices of the year before the base, and figures of earlier years where they are known.
    modelled : callable
        Takes results; returns the figure a year ahead and on: (1 + draw, horizon), the central run first.
    first_base : int
        First base whose own figure is published, so that a run knows where it starts.
    outcomes_from : int
        First year whose figure is published, and not worked out here for naive rules to start from.
    of_children : bool
        Whether naive rules hold or move its share of all children, and not the figure itself.
    """

    measure: str
    placement: str
    label: str
    actual: Callable[[int], Mapping[int, float]]
    modelled: Callable[[Results], Array]
    first_base: int = PLACEMENT_YEARS[0] - 1
    outcomes_from: int = 0
    of_children: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Measure and placement, which name it together."""
        return self.measure, self.placement


def _at_march(values: Array) -> Array:
    """Keep each 31 March after the first instant, along the axis of instants: (draw, year, ...)."""
    return values[:, MONTHS_A_YEAR::MONTHS_A_YEAR]


def _in(results: Results, names: tuple[str, ...]) -> Array:
    """Children in some reported placements at each instant: (draw, instant)."""
    every = placements.reported()
    parts = results.stock_parts("children").area()
    return np.asarray(parts[..., [every.index(name) for name in names]].sum(axis=-1))


def _placed(
    label: str, placement: str, names: tuple[str, ...], actual: Mapping[int, float], first: int
) -> HindcastItem:
    return HindcastItem(
        "children", placement, label, lambda base: actual, lambda results: _at_march(_in(results, names)), first, True
    )


def _by_reported() -> dict[str, dict[int, float]]:
    """Published children by reported placement and year, from the first year that tells them all apart."""
    found: dict[str, dict[int, float]] = {name: {} for name in placements.reported()}
    for year in PLACEMENT_YEARS:
        by_place = published(year).stock_by_place
        assert by_place is not None
        for name, children in zip(found, np.bincount(placements.groups(), weights=by_place), strict=True):
            found[name][year] = float(children)
    return found


def _sum(many: Mapping[str, Mapping[int, float]], names: tuple[str, ...]) -> dict[int, float]:
    return {year: sum(many[name][year] for name in names) for year in many[names[0]]}


def _of_placements() -> list[HindcastItem]:
    """Children by placement, by the groups that are published longest, and those that registered, together."""
    every = {place.name: place for place in placements.placements() if place.name in placements.reported()}
    by_name, first = _by_reported(), PLACEMENT_YEARS[0]
    found = [_placed(every[name].plural, name, (name,), by_name[name], first) for name in every]
    registering = tuple(name for name, place in every.items() if place.registers)
    label = "Supported and other"
    found.append(_placed(label, SUPPORTED_AND_OTHER, registering, _sum(by_name, registering), first))
    own = {"placed_with_parents": "home", "placed_for_adoption": "adoption"}
    for group, label in GROUPS.items():
        names = tuple(name for name, place in every.items() if _published_group(place, own) == group)
        known = {int(year): value for year, value in series("stock_by_placement_group", group).items()}
        if len(names) == 1:  # the same placement, published for longer
            at = next(i for i, item in enumerate(found) if item.placement == names[0])
            found[at] = _placed(found[at].label, names[0], names, known, first - 1)
        else:
            found.append(_placed(label, group, names, known, first - 1))
    return found


def _published_group(place: placements.Placement, own: Mapping[str, str]) -> str:
    if place.is_foster:
        return "foster_total"
    return next((group for group, reason in own.items() if place.leaves_for == reason), "homes_supported_and_other")


def _money(measure: str, label: str, table: tuple[str, str], modelled: Callable[[Results], Array]) -> HindcastItem:
    def real(base: int) -> dict[int, float]:
        level = price_level(base)
        return {year: cash / level[year] for year, cash in by_end_year(*table).items() if year in level}

    return HindcastItem(measure, ALL, label, real, modelled)


def _residential(results: Results) -> Array:
    """Real spend by year on what the residential line pays for: (draw, year)."""
    names = [p.name for p in placements.placements() if p.authority_group == RESIDENTIAL_GROUP]
    at = [i for i, name in enumerate(placements.reported()) if name in names]
    return np.asarray(results.year_parts("placement_spend", real=True).area()[..., at].sum(axis=-1))


def _unit_cost(results: Results) -> Array:
    """Published unit cost of the year before the run, real, as spend a week in care grows from then: (draw, year)."""
    base = results.first_month.year
    paid = costs_of(RESIDENTIAL_GROUP)
    lines = [line for line in load_baseline(base).costs.lines if line.key in paid]
    before = sum(float(line.spend_gbp) for line in lines) / sum(float(line.units) for line in lines)
    names = tuple(
        p.name
        for p in placements.placements()
        if p.authority_group == RESIDENTIAL_GROUP and p.name in placements.reported()
    )
    children = _in(results, names)
    ends = (children[:, :-1] + children[:, 1:]) / 2.0
    weeks = ends.reshape(len(ends), -1, MONTHS_A_YEAR).mean(axis=-1) * WEEKS_A_YEAR
    return _residential(results) / weeks / before * by_end_year("unit_cost_gbp_per_week", "residential")[base]


def _flow(measure: str, label: str, table: str) -> HindcastItem:
    actual = {int(year): value for year, value in series(table).items()}
    return HindcastItem(measure, ALL, label, lambda base: actual, lambda results: results.year_totals(measure).area())


@cache
def items() -> tuple[HindcastItem, ...]:
    """Everything that is compared, in the order of tables."""
    stock = {int(year): value for year, value in series("stock").items()}
    carers = {year: households(year) for year in range(2014, LATEST_BASE + 1)}
    of_placements = _of_placements()
    sectors = tuple(placements.names()[i] for i in placements.sector_places())
    filled = _sum({item.placement: item.actual(0) for item in of_placements}, sectors)
    return (
        HindcastItem(
            "children", ALL, "Children looked after", lambda base: stock,
            lambda results: _at_march(results.stock_totals("children").area()),
        ),
        _flow("starts", "Starts", "starts"),
        _flow("exits", "Exits", "ceased"),
        *of_placements,
        HindcastItem(
            HOUSEHOLDS, ALL, "Mainstream foster households", lambda base: carers,
            lambda results: _at_march(results.stock_totals(HOUSEHOLDS).area()), outcomes_from=MAINSTREAM_FROM,
        ),
        HindcastItem(
            FILLED, ALL, "Filled mainstream places", lambda base: filled,
            lambda results: _at_march(results.stock_totals(FILLED).area()), PLACEMENT_YEARS[0], True,
        ),
        _money(RESIDENTIAL, "Residential spend, real", ("spend_headline", "residential"), _residential),
        _money(SPEND, "All spend on children looked after, real", ("spend_total", ALL),
               lambda results: results.year_totals(SPEND, real=True).area()),
        _money(UNIT_COST, "Unit cost of residential care, real", ("unit_cost_gbp_per_week", "residential"),
               _unit_cost),
    )  # fmt: skip
