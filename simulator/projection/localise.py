"""From England's rates to those of areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.authorities import COST_LINES, Levels
from simulator.baseline.england import FOSTER, CostLine
from simulator.baseline.placement_levels import into, placed, plans
from simulator.baseline.random_walk import events, step_parameters, wander
from simulator.baseline.response import band_of_row, pace, passes_through, ratio_of, stock_by_phase, with_pace
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import PLACEMENT_GROUPS, group_of_place
from simulator.engine.rates import FosterRates, Rates, StreamRates
from simulator.projection.benchmarking import by_month
from simulator.projection.share_children import rake, shift_ages, spread_phases
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, PHASES, STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

_LEAST_WEEKS = 1e-6
"""Weeks in care a year where an area has no child of a kind, so that its unit cost is defined."""


def parameters(levels: Levels, codes: Sequence[str], financial_years: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """Return what is not known of some areas, as parameters to draw: logs of ratios.

    Parameters
    ----------
    levels : Levels
    codes : sequence of str
    financial_years : sequence of str
        Years in which their rates wander (`simulator.baseline.random_walk`); none if they are held.
    """
    of_levels = tuple(
        Parameter(_key(code, name), Normal(0.0, float(spread[levels.codes.index(code)])))
        for code in codes
        for name, spread in levels.spread.items()
    )
    at = [levels.codes.index(code) for code in codes]
    return of_levels + step_parameters(codes, financial_years, {key: n[at] for key, n in _events(levels).items()})


def _events(levels: Levels) -> dict[str, Array]:
    return events(levels.starts.sum(axis=1), levels.uasc_starts)


def _key(code: str, name: str) -> str:
    return f"local.{code}.{name}"


def localise(
    england: Rates,
    cost_lines: Sequence[CostLine],
    levels: Levels,
    codes: Sequence[str],
    drawn: Mapping[str, float] | None = None,
    year_of_month: Sequence[str] = (),
) -> tuple[Rates, tuple[CostLine, ...]]:
    """Return rates and costs of some areas.

    At the base all areas of `levels` add up to England: children in every cell, starts, foster households and spend.
    Lengths of stay by time in care are England's, and so are moves but for what they lead to.

    Parameters
    ----------
    england : Rates
        Before interventions, with areas of size 1.
    cost_lines : sequence of CostLine
    levels : Levels
    codes : sequence of str
        Areas to run.
    drawn : mapping of key to float, optional
        Logs of how far levels lie from their means in a draw, and steps of rates; see :func:`parameters`.
    year_of_month : sequence of str
        Financial year of each month, where there are steps.
    """
    steps = drawn or {}
    chosen = np.array([levels.codes.index(code) for code in codes])

    def off(name: str) -> Array:
        """How far the levels of all areas lie from their means: (area,)."""
        log = np.array([steps.get(_key(code, name), 0.0) for code in levels.codes])
        moved = np.array([_key(code, name) in steps for code in levels.codes])
        return np.exp(log - moved * levels.spread.get(name, np.zeros(1)) ** 2 / 2.0)

    width = england.cohort_months
    level = {"resident": levels.exits, "uasc": levels.uasc_exits}
    rates = dict(zip(STREAMS, _share_children(england.streams, width, levels, level), strict=True))
    ratios = levels.placing.into * np.stack([off(into(plan)) for plan in plans()], axis=1)
    names = {"resident": ("starts", "exits"), "uasc": ("uasc_starts", "uasc_exits")}
    streams = []
    for name in STREAMS:
        of_starts, of_leaving = names[name]
        one = _with_level(rates[name], levels.starts_of(name), level[name] * off(of_leaving), off(of_starts))
        starts, leaving = (
            wander(key, codes, year_of_month, steps, _events(levels)[key][chosen]) for key in names[name]
        )
        transfers = pace(level[name][chosen], passes_through(one)).transfer_per_year > 0
        one = placed(pick(one, chosen), ratios[chosen])
        if name == "resident":
            leaving = leaving * levels.placing.leaving[chosen, None]
        streams.append(_over_time(one, starts, leaving * by_month(name, transfers, england.months)))
    foster = None if england.foster is None else _share_households(england.foster, list(rates.values()), chosen)
    prices = {key: off(f"price_{key}") for key in COST_LINES}
    by_place = {name: stream.opening[0].sum(axis=(1, 2)) for name, stream in rates.items()}
    local = replace(england, streams=tuple(streams), foster=foster)
    return local, tuple(_local_cost(line, by_place, levels, prices, chosen) for line in cost_lines)


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


def _with_level(stream: StreamRates, starts: Array, level: Array, starts_off: Array) -> StreamRates:
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


def _over_time(stream: StreamRates, starts: Array, leaving: Array) -> StreamRates:
    """Multiply starts and hazards of leaving: (area, month) each."""
    return replace(
        stream,
        new_starts_per_month=stream.new_starts_per_month * starts[None, :, :, None],
        exit_ratio=stream.exit_ratio * leaving[None, :, :, None],
    )


def pick(stream: StreamRates, chosen: NDArray[np.intp]) -> StreamRates:
    """Keep some areas."""
    own: dict[str, Any] = {
        name: rates[:, chosen]
        for name, rates in vars(stream).items()
        if np.ndim(rates) > 1 and rates.shape[1] > 1  # the others are the same everywhere
    }
    return replace(stream, **own)


def _share_households(foster: FosterRates, streams: list[StreamRates], chosen: NDArray[np.intp]) -> FosterRates:
    """Share foster households, and those on the way, as fostered children of each sector are."""
    fostered = np.sum([stream.opening[0][..., FOSTER].sum(axis=(1, 2)) for stream in streams], axis=0)
    share = (fostered / fostered.sum(axis=0))[chosen]
    return replace(
        foster,
        opening_households=foster.opening_households * share,
        opening_pipeline=foster.opening_pipeline * share[..., None],
        enquiries_per_month=foster.enquiries_per_month * share[:, None],
    )


def _local_cost(
    line: CostLine,
    by_place: Mapping[str, Array],
    levels: Levels,
    off: Mapping[str, Array],
    chosen: NDArray[np.intp],
) -> CostLine:
    """Share a line of spend between areas as its children are, (area, place) by stream, at their own prices."""
    if line.driver == "uasc":
        children = by_place["uasc"].sum(axis=-1)
    else:
        held = [line.driver == "children" or p.cost == line.key for p in placements.placements()]
        children = np.sum(list(by_place.values()), axis=0)[:, held].sum(axis=-1)
    weeks = np.maximum(line.child_weeks * children / children.sum(), _LEAST_WEEKS)
    key = next((key for key, lines in COST_LINES.items() if line.key in lines), None)
    spend = weeks * (levels.prices[key] if key else 1.0)
    spend = line.spend_gbp * spend / spend.sum() * (off[key] if key else 1.0)
    return replace(line, spend_gbp=spend[chosen], child_weeks=weeks[chosen])
