"""The baseline of some authorities: England's children, starts, households and spend shared as levels of areas say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import AfterCare
from simulator.baseline.cost_drivers import AtBase
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.deviations import deviations, level_key
from simulator.baseline.england import FOSTER, England
from simulator.baseline.front_door_flows import published_before_care
from simulator.baseline.levels import COST_LINES, Levels
from simulator.baseline.local_evidence import Evidence
from simulator.baseline.placement_levels import PlacementMix, into, plans
from simulator.baseline.placing_walks import PlacingWalk, placing_walks
from simulator.baseline.published_evidence import flows_published, published_evidence
from simulator.baseline.random_walk import RandomWalk, events, random_walks
from simulator.baseline.response import band_of_row, pace, passes_through, ratio_of, stock_by_phase, with_pace
from simulator.baseline.share_children import rake, shift_ages, spread_phases
from simulator.baseline.sharing import share_households
from simulator.baseline.start import PastSeries, Start, what_is_held
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import (
    PLACEMENT_GROUPS,
    group_of_place,
    published_stock,
    reported_spend,
    under_18s,
)
from simulator.engine.rates import Rates, StreamRates
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary import areas
from simulator.vocabulary.areas import ENGLAND, Area
from simulator.vocabulary.axes import AGE_BANDS, PHASES, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_OFF = 1.3
"""Most by which spend of an authority may be off what it reports before a note says so; four in five are within 1.2."""

MOST_TOLD_OF = 10
"""Authorities of a run, more of which would be too many to tell of."""

_NAMES = {"resident": ("starts", "exits"), "uasc": ("uasc_starts", "uasc_exits")}
"""Levels of starts and of leaving by stream, as they are drawn."""


@dataclass(frozen=True)
class Authorities:
    """Some authorities (a `simulator.baseline.baseline_protocol.Baseline`).

    At the base all areas of `levels` add up to England: children in every cell, starts, foster households and spend.
    Lengths of stay by time in care are England's, and so are moves but for what they lead to.

    Attributes
    ----------
    england : England
    levels : Levels
        Of all authorities.
    codes : tuple of str
        Of those that are run.
    reported : tuple of Area
        Sums of them that results are given for.
    """

    england: England
    levels: Levels
    codes: tuple[str, ...]
    reported: tuple[Area, ...]

    @property
    def member(self) -> Array:
        """Which authorities each reported area is the sum of: (reported, area)."""
        return np.array([[code in area.members for code in self.codes] for area in self.reported], float)

    @property
    def part_of_england(self) -> float:
        """Share of England's children at the base who are in these authorities."""
        return sum(areas.children(self.codes)) / sum(areas.children(one.code for one in areas.authorities()))

    @property
    def under_18s(self) -> Array:
        """People aged under 18 in each reported area, as last published; NaN where that is not known: (reported,)."""
        return np.array([under_18s(area.members) for area in self.reported])

    @property
    def walking(self) -> tuple[str, ...]:
        """All that are run."""
        return self.codes

    @property
    def walks(self) -> Mapping[str, RandomWalk]:
        """As the published record shows."""
        return random_walks()

    @property
    def placing_walks(self) -> Mapping[str, PlacingWalk]:
        """As the published record up to the base shows."""
        return placing_walks(self.england.base)

    @property
    def places_of_record(self) -> bool:
        """No: households and places are known."""
        return False

    def takes_trend(self, name: str) -> bool:
        """Of all."""
        return True

    def takes_drift(self, name: str) -> bool:
        """Of all."""
        return True

    @property
    def events(self) -> Mapping[str, Array]:
        """About how many events a year each rate makes: (area,) by name."""
        levels, at = self.levels, self._at
        return {name: n[at] for name, n in events(levels.starts.sum(axis=1), levels.uasc_starts).items()}

    def to_draw(self) -> tuple[Parameter, ...]:
        """Return levels of the authorities that are run, as logs of ratios, and what of spend is not known."""
        spread = self.levels.spread
        levels = (
            Parameter(level_key(code, name), Normal(0.0, float(spread[name][at])))
            for code, at in zip(self.codes, self._at, strict=True)
            for name in spread
        )
        return (*levels, *self.england.to_draw())

    def at_base(self, england: Rates, drawn: Mapping[str, float]) -> Start:
        """Return where a draw of the authorities starts."""
        levels, at, width = self.levels, self._at, england.cohort_months

        def off(name: str) -> Array:
            """How far the levels of all areas lie from their means: (area,)."""
            return deviations(levels.codes, name, levels.spread.get(name, np.zeros(1)), drawn)

        leaving = {"resident": levels.exits, "uasc": levels.uasc_exits}
        everywhere = _share_children(england.streams, width, levels, leaving)
        streams, benchmarked = [], []
        for name, one in zip(STREAMS, everywhere, strict=True):
            of_starts, of_leaving = _NAMES[name]
            level = leaving[name] * off(of_leaving)
            streams.append(pick(_with_levels(one, levels.starts_of(name), level, off(of_starts)), at))
            benchmarked.append(pace(leaving[name][at], passes_through(one)).transfer_per_year <= 0)
        carers = np.sum([one.opening[0][..., FOSTER].sum(axis=(1, 2)) for one in everywhere], axis=0)
        costs, base = self.england.costs, _at_base(everywhere, width, levels, self.england.costs.after_care)
        prices = {key: off(f"price_{key}") for key in COST_LINES}
        ratios = np.stack([off(into(plan)) for plan in plans()], axis=1)
        mix = levels.placement_mix
        return Start(
            streams=tuple(streams),
            foster=share_households(england.foster, (carers / carers.sum(axis=0))[at], streams, england.cohort_months),
            cost_lines=tuple(_share_line(line, base, levels, prices, at) for line in costs.lines_of(drawn)),
            grant_lines=tuple(_share_line(line, base, levels, prices, at) for line in costs.grants),
            after_care=AfterCare({name: held[at] for name, held in base.after_care.by_age.items()}),
            placement_mix=PlacementMix(
                into=(mix.into * ratios)[at],
                agency_odds=mix.agency_odds[at],
                spread=mix.spread[at],
                leaving=mix.leaving[at],
            ),
            benchmarked=tuple(benchmarked),
        )

    @property
    def history(self) -> Mapping[str, PastSeries]:
        """Published series of the first reported area: its stock and flows, or all of England's."""
        first = self.reported[0]
        if first.name == ENGLAND:
            return self.england.history
        years, stock = published_stock(first.members)
        children = PastSeries(tuple(f"{y}-03-31" for y in years), stock, "dfe_cla_2025")
        return {"children": children, **flows_published(first.members), **published_before_care(first.members)}

    @property
    def by_own_returns(self) -> bool:
        """No: published tables tell of them."""
        return False

    def evidence(self, neighbours: Sequence[str] = ()) -> Evidence | None:
        """Return what is published of the one authority or region that is run."""
        if len(self.reported) != 1 or self.reported[0].name == ENGLAND:
            return None
        return published_evidence(self.reported[0].name, self.reported[0].members, neighbours)

    @property
    def own_past(self) -> None:
        """None: the track record tells of past forecasts (`simulator.backtest`)."""
        return None

    @property
    def sources(self) -> tuple[str, ...]:
        """Publishers."""
        return self.england.sources

    def held(self, starts: Literal["numbers", "rates"]) -> str:
        """Return what every chart must say of what is held."""
        pooled = "starts, leaving, prices and placements of areas are pooled from published tables"
        return what_is_held(starts, besides=(f"{pooled}, and agencies do for each area as for England",))

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing besides."""
        return ()

    def spend_notes(self, cost_lines: Sequence[CostLine]) -> Iterator[str]:
        """Say of which authorities spend before the run is far from what they report, where few are run.

        Reports are of the year before the latest base.
        """
        if len(self.codes) > MOST_TOLD_OF or self.england.base != LATEST_BASE:
            return
        spend = np.sum([np.asarray(line.spend_gbp) for line in cost_lines], axis=0)
        for code, here, reported in zip(self.codes, spend, reported_spend(self.codes), strict=True):
            if reported > 0 and not 1.0 / MOST_OFF < here / reported < MOST_OFF:
                name = next(one.name for one in areas.authorities() if one.code == code)
                yield (
                    f"{name} reports £{reported / 1e6:.0f}m on children looked after for 2024-25; here it has "
                    f"£{here / 1e6:.0f}m, from published unit costs."
                )

    @property
    def questions_apply(self) -> bool:
        """Only where the first reported area is England."""
        return self.reported[0].name == ENGLAND

    @property
    def identity(self) -> tuple[str, ...]:
        """Nothing: scenario, areas and data say all."""
        return ()

    def manifest(self, *, in_full: bool) -> dict[str, Any]:
        """Return nothing: a manifest tells the scenario and data in any case."""
        return {}

    @property
    def _at(self) -> Ints:
        """Where the authorities that are run stand among all."""
        return np.array([self.levels.codes.index(code) for code in self.codes])


def _share_children(
    streams: tuple[StreamRates, ...],
    width: int,
    levels: Levels,
    level: Mapping[str, Array],
) -> list[StreamRates]:
    """Give each area its children at the base, by time in care as its own starts and leaving make it."""
    group = group_of_place()
    bands = [band_of_row(stream, width) for stream in streams]
    whole = np.zeros((len(streams), len(AGE_BANDS), len(PHASES), len(PLACEMENT_GROUPS)))
    for s, (stream, band) in enumerate(zip(streams, bands, strict=True)):
        phase = np.arange(len(PHASES))
        np.add.at(whole[s], (band[:, None, None], phase[:, None], group), stream.opening.sum(axis=(0, 1)))
    table = rake(whole.sum(axis=2), levels.stock_by_band, levels.stock_by_group, levels.uasc)
    left = table.sum(axis=(1, 3)) * level["resident"][:, None]  # who can come back are those who left
    home = left / left.sum(axis=0)
    found = []
    for s, (name, stream, band) in enumerate(zip(STREAMS, streams, bands, strict=True)):
        speed = pace(level[name], passes_through(stream))
        by_phase = stock_by_phase(stream, width, table[:, s].sum(axis=-1), levels.entered(name), speed)
        share = ratio_of(spread_phases(whole[s], table[:, s], by_phase), whole[s])
        children = stream.opening[0] * share[:, band][..., group]
        if name == "uasc" and levels.turning_18 is not None:
            oldest = band == band[-1]
            children[:, oldest] = shift_ages(children[:, oldest], levels.turning_18, MONTHS_A_YEAR // width)
        found.append(
            replace(
                stream,
                opening=children[None],
                opening_home=stream.opening_home * home[:, band][None, :, :, None],
            )
        )
    return found


def _with_levels(stream: StreamRates, starts: Array, level: Array, starts_off: Array) -> StreamRates:
    """Share starts between areas, and give each its pace of leaving.

    Parameters
    ----------
    starts : (area, band)
        In proportion.
    level, starts_off : (area,)
        Levels of leaving, and how far a draw lies from levels of starts.
    """
    share = (starts / starts.sum(axis=0))[:, BAND_OF_AGE] * starts_off[:, None]
    return replace(
        with_pace(stream, pace(level, passes_through(stream))),
        new_starts_per_month=stream.new_starts_per_month * share[None, :, None],
    )


def pick(stream: StreamRates, chosen: Ints) -> StreamRates:
    """Keep some areas."""
    own: dict[str, Any] = {
        name: rates[:, chosen]
        for name, rates in vars(stream).items()
        if np.ndim(rates) > 1 and rates.shape[1] > 1  # the others are the same everywhere
    }
    return replace(stream, **own)


def _at_base(streams: Sequence[StreamRates], width: int, levels: Levels, after_care: AfterCare) -> AtBase:
    """Return what all areas have at the base.

    Care leavers are shared as the young people who left care at 18 in the last years are, where that is published, and
    as children of 16 and 17 elsewhere; those who were asylum-seeking children as such children are; children under
    special guardianship as all children in care, as orders are not published by area.
    """
    children = np.stack([one.opening[0].sum(axis=(1, 2)) for one in streams], axis=1)
    by_band = np.zeros((len(children), len(STREAMS), len(AGE_BANDS)))
    for s, one in enumerate(streams):
        band = band_of_row(one, width)
        np.add.at(by_band[:, s].T, band, one.opening[0].sum(axis=(2, 3)).T)
    teenagers = by_band[:, :, -1].sum(axis=1)
    weights = {
        "guardianship": children.sum(axis=(1, 2)),
        "care_leavers": teenagers if levels.left_at_18 is None else levels.left_at_18,
        "former_uasc": by_band[:, STREAMS.index("uasc"), -1],
    }
    shares = {name: weight / weight.sum() for name, weight in weights.items()}
    return AtBase(children, by_band.sum(axis=1), after_care.scaled(shares))


def _share_line(line: CostLine, base: AtBase, levels: Levels, off: Mapping[str, Array], chosen: Ints) -> CostLine:
    """Share a line between areas as they have its driver, at their own prices, and keep some."""
    key = next((key for key, lines in COST_LINES.items() if line.key in lines), None)
    shared = line.shared(base, levels.prices[key] if key else 1.0)
    spend = np.asarray(shared.spend_gbp) * (off[key] if key else 1.0)
    return replace(shared, spend_gbp=spend[chosen], units=np.asarray(shared.units)[chosen])
