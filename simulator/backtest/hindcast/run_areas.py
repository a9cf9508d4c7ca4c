"""The status quo of authorities from earlier bases, with luck, beside the share of the base held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.hindcast.items import HindcastItem
from simulator.backtest.hindcast.naive_rules import naive
from simulator.backtest.hindcast.of_the_day import HORIZONS, status_quo
from simulator.backtest.hindcast.run_bases import Ahead
from simulator.data.authority_tables import column, placed_in_group
from simulator.results.results_protocol import Results
from simulator.runs.simulate import simulate
from simulator.vocabulary import placements
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.calendar import AREA_BASES, LATEST_BASE
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

BASES = AREA_BASES[:-1]
YEARS_AHEAD = 2
"""Years ahead that are scored from every base."""

FOSTERED, HOMES = "foster", "homes"
GROUPS = {FOSTERED: "Fostered children, authorities", HOMES: "Children in homes, authorities"}
"""Groups of placements that are published for authorities, and compared; homes hold other residential ones too."""


def run_areas(
    base: int, draws: int, seed: int, work: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Ahead]:
    """Run all authorities from one base; see `simulator.backtest.hindcast.run_bases.run_base` for the arguments.

    Draws hold luck, as few children live in one placement of an authority.
    """
    told = progress or (lambda done, of: None)
    loaded = status_quo(base, min(base + YEARS_AHEAD, LATEST_BASE)).in_areas((ALL,))
    results = simulate(loaded, draws=draws, seed=seed, chance=True, work=work, progress=told)
    return list(beside_authorities(base, results))


def _item(group: str, label: str, series: Mapping[int, float], values: Array, base: int) -> HindcastItem:
    """Return one figure of one authority."""
    return HindcastItem("children", group, label, lambda _: series, lambda _: values, base, 0, True)


def _holds(place: placements.Placement, group: str) -> bool:
    return place.is_foster if group == FOSTERED else place.authority_group == HOMES


def beside_authorities(base: int, results: Results) -> Iterator[Ahead]:
    """Yield what was said of each authority, group and year, where it is published, as is the base."""
    every = {place.name: place for place in placements.placements()}
    codes = {one.name: at for at, one in enumerate(authorities())}
    here = [(at, codes[name], name) for at, name in enumerate(results.areas) if name in codes]
    by_place = results.by_placement_and_age("children")
    assert by_place is not None
    years = range(base, base + YEARS_AHEAD + 1)
    stock = {year: column("stock", year) for year in years}
    for group, label in GROUPS.items():
        known = {year: placed_in_group(year, group) for year in years}
        names = [i for i, name in enumerate(placements.reported()) if _holds(every[name], group)]
        for at, code, name in here:
            series = {year: float(values[code]) for year, values in known.items() if np.isfinite(values[code])}
            whole = {year: float(values[code]) for year, values in stock.items() if np.isfinite(values[code])}
            if base not in series or base not in whole or not 0 < series[base] < whole[base]:
                continue
            values = by_place.area(at).sum(axis=-1)  # (1 + draw, 31 March, placement)
            total = np.full(HORIZONS, np.nan)
            total[:YEARS_AHEAD] = values[0, 1 : YEARS_AHEAD + 1].sum(axis=-1)
            hold, trend = naive(series, base, total, whole)
            item = _item(group, label, series, values, base)
            for h in range(YEARS_AHEAD):
                if base + h + 1 in series:
                    said = values[:, h + 1, names].sum(axis=-1)
                    yield Ahead(
                        base, h + 1, item, name, series[base + h + 1], float(said[0]), said[1:],
                        float(hold[h]), float(trend[h]),
                    )  # fmt: skip
