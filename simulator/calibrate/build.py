"""Build the shipped baselines, and set the fit beside the published figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import AfterCare
from simulator.baseline.england import PLACE, UNREGISTERED, Costs, England, Parameters
from simulator.baseline.structure import BAND_OF_AGE, EXIT_GROUPS, GROUP_OF_AGE, edges, structure
from simulator.calibrate.costs import with_costs
from simulator.calibrate.england_series import DURATION_BANDS, PLACEMENT_YEARS, as_base, published
from simulator.calibrate.fit_fostering import foster_base
from simulator.calibrate.fit_year import ROUNDS, FittedYear, fit_year
from simulator.calibrate.history import fit_history
from simulator.calibrate.scale_stock import bands_of, scale
from simulator.engine.grid import make_grid
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, REASONS
from simulator.vocabulary.calendar import BASE_YEARS, LATEST_BASE, MONTHS_A_YEAR
from simulator.vocabulary.labels import ALL

Array = NDArray[np.float64]

COHORT_MONTHS = 3
"""Width of birth cohorts in a run: quarters of birth, exact to a fraction of a per cent (docs/accuracy.md)."""


@dataclass(frozen=True)
class Fits:
    """Every baseline up to a year, and the fits that they come from, each by year.

    Attributes
    ----------
    baselines : dict of int to England
    long, fine : dict of int to FittedYear
        The history with lengths of stay, and in the cohorts of a run.
    ends : dict of int to FittedYear
        The years that end at a base, as its baseline has them.
    """

    baselines: dict[int, England]
    long: dict[int, FittedYear]
    fine: dict[int, FittedYear]
    ends: dict[int, FittedYear]


def build(last: int = LATEST_BASE, rounds: int = ROUNDS) -> Fits:
    """Fit the history twice, and the baseline of every base up to its last year.

    The first pass follows time in care month by month in yearly cohorts, and finds how leaving falls over phases; the
    second runs the cohorts of a run with that, and finds everything else again. No year is fitted to a later one, so
    that each baseline is what it would be with `last` at its own year (`simulator.calibrate.later_figures`).
    """
    long = fit_history(width=MONTHS_A_YEAR, last=last, rounds=rounds)
    fine = fit_history(width=COHORT_MONTHS, bins=1, last=last, rounds=rounds, follow=long)
    ends = {base: _with_placements(fine[base], rounds) for base in BASE_YEARS if base <= last}
    return Fits({base: _baseline(end) for base, end in ends.items()}, long, fine, ends)


def _with_placements(fitted: FittedYear, rounds: int) -> FittedYear:
    """Fit a base's year again if the history knows no placements at its beginning, from published groups of them."""
    year = as_base(fitted.year)
    if year is published(fitted.year):
        return fitted
    opening = scale(as_base(fitted.year - 1), fitted.opening, COHORT_MONTHS)
    return fit_year(year, opening, fitted.parameters, COHORT_MONTHS, follow=False, rounds=rounds)


def _baseline(fitted: FittedYear) -> England:
    base = fitted.year
    at = fitted.end.resident.sum(axis=(0, 1, 2, 3)) + fitted.end.uasc.sum(axis=(0, 1, 2, 3))
    bare = England(
        base=base,
        cohort_months=COHORT_MONTHS,
        parameters=_no_more_registration(fitted.parameters, at),
        resident=fitted.end.resident,
        resident_home=fitted.end.resident_home,
        uasc=fitted.end.uasc,
        foster=foster_base(base, at),
        costs=Costs((), (), (), AfterCare({})),
    )
    return with_costs(bare)


def _no_more_registration(p: Parameters, stock: Array) -> Parameters:
    """Balance moves between supported accommodation and other placements, at the assumed gross flow.

    Net moves between the two in a fitted year are settings that registered; a projection does not carry them on.
    """
    moves = p.move_per_year.copy()
    for i, edge in enumerate(edges()):
        if edge.origin in UNREGISTERED and edge.to in UNREGISTERED:
            moves[i] = edge.children_per_year / stock[PLACE[edge.origin]]
    return replace(p, move_per_year=moves)


@dataclass(frozen=True)
class FitRow:
    """A published figure beside the model's.

    Attributes
    ----------
    group, item : str
    published, modelled : float
    tolerance_percent : float
        How near the model should be.
    note : str
        Vintage of the published figure, or what else a reader must know.
    """

    group: str
    item: str
    published: float
    modelled: float
    tolerance_percent: float
    note: str

    @property
    def percent(self) -> float:
        """Difference as a percentage of the published figure."""
        return 100.0 * (self.modelled / self.published - 1.0)

    @property
    def met(self) -> bool:
        """Whether the difference is within the tolerance, give or take the rounding of the published figure."""
        return abs(self.modelled - self.published) <= self.tolerance_percent / 100.0 * self.published + 5.0


def fit_rows(base: int, long: FittedYear, fine: FittedYear) -> Iterator[FitRow]:
    """Yield the fit of the year that ends at a base: the model as it ran, before it is scaled to the base's stock."""
    p = as_base(base)
    newest = f"{max(base, 2024) if base < 2021 else 2025} release"
    end = fine.modelled_end
    youngest = make_grid(COHORT_MONTHS, int(structure()["uasc"]["youngest_age"])).first_row
    stock = bands_of(end.resident, 0, COHORT_MONTHS) + bands_of(end.uasc, youngest, COHORT_MONTHS)
    yield FitRow("Stock", ALL, p.stock, float(stock.sum()), 1.0, newest)
    for band, there, here in zip(AGE_BANDS, p.stock_by_band, stock, strict=True):
        yield FitRow("Stock by age", band, there, here, 3.0 if band == "under_1" else 2.0, newest)
    yield FitRow("Stock", "asylum-seeking", p.uasc_stock, float(end.uasc.sum()), 2.0, newest)
    starts = np.bincount(BAND_OF_AGE, weights=fine.resident.starts + fine.uasc.starts)
    yield FitRow("Starts", ALL, p.starts, float(starts.sum()), 1.0, newest)
    for band, there, here in zip(AGE_BANDS, p.starts_by_band, starts, strict=True):
        yield FitRow("Starts by age", band, there, here, 1.0, newest)
    exits = fine.resident.exits + fine.uasc.exits
    yield FitRow("Exits", ALL, p.exits, float(exits.sum()), 1.0, newest)
    by_group = np.bincount(GROUP_OF_AGE, weights=exits[:, :-1].sum(axis=1))
    for group, there, here in zip(EXIT_GROUPS, p.exits_by_group, by_group, strict=True):
        yield FitRow("Exits by age", group, there, here, 1.0, newest)
    yield FitRow("Exits by age", "18", p.exits_at_18, float(exits[:, -1].sum()), 2.0, newest)
    by_reason = dict(zip(REASONS, exits.sum(axis=0), strict=True))
    for reason, there in p.reasons.items():
        yield FitRow("Exits by reason", reason, there, float(by_reason[reason]), 1.0, newest)
    rest = p.exits - p.exits_at_18 - sum(p.reasons.values())
    yield FitRow("Exits by reason", "other, under 18", rest, float(by_reason["other"]), 1.0, newest)
    assert p.stock_by_place is not None
    places = end.resident.sum(axis=(0, 1, 2, 3)) + end.uasc.sum(axis=(0, 1, 2, 3))
    group_of = placements.groups()
    there_by, here_by = (np.bincount(group_of, weights=x) for x in (p.stock_by_place, places))
    for name, there, here in zip(placements.reported(), there_by, here_by, strict=True):
        yield FitRow("Stock by placement", name, there, here, 1.0, _placement_note(name, base))
    if p.mean_days is not None:
        for band, there, here in zip(DURATION_BANDS, p.durations * p.exits, long.durations, strict=True):
            yield FitRow("Exits by time in care", band, there, here, 8.0, "2024 release, scaled to newest total")
        yield FitRow("Exits by time in care", "mean days", p.mean_days, long.mean_days, 2.0, "2024 release")


def _placement_note(name: str, base: int) -> str:
    if base not in PLACEMENT_YEARS:
        return "2018 release, groups split as in 2019"
    if placements.placements()[placements.index(name)].is_foster:
        return "Ofsted, March 2025" if base >= 2024 else "2024 release; sectors by Ofsted"
    return "2025 release" if base >= 2021 else "2024 release"


def report(base: int) -> str:
    """Refit England up to a base year and return the fit as a table.

    Raises
    ------
    ValueError
        If there is no baseline for the year.
    """
    if base not in BASE_YEARS:
        raise ValueError(f"no baseline for {base}; allowed: {', '.join(map(str, BASE_YEARS))}")
    fits = build(last=base)
    return fit_table(fit_rows(base, fits.long[base], fits.ends[base]), base)


def fit_table(rows: Iterator[FitRow], base: int) -> str:
    """Return fit rows as a plain table."""
    lines = [
        f"England, year ending 31 March {base}: published and modelled",
        f"{'':22} {'':20} {'published':>10} {'model':>10} {'diff %':>7} {'within %':>8}  vintage",
    ]
    for r in rows:
        mark = "" if r.met else "  <-- outside"
        lines.append(
            f"{r.group:22} {r.item:20} {r.published:10,.0f} {r.modelled:10,.0f} {r.percent:7.2f} "
            f"{r.tolerance_percent:8.1f}  {r.note}{mark}"
        )
    return "\n".join(lines)
