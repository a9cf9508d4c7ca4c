"""Placements of areas walk away from England's in a draw (the record: `simulator.baseline.placing_walks`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.placement_levels import into, plan_of_place, plans
from simulator.baseline.placing_walks import PlacingWalk, group_of_plan
from simulator.baseline.random_walk import left_of_steps
from simulator.engine.rates import StreamRates
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal

Array = NDArray[np.float64]

FEWEST = 1.0
"""Children that what is a year's own is shared by at least."""


def parameters(
    walks: Mapping[str, PlacingWalk], codes: Sequence[str], financial_years: Sequence[str]
) -> tuple[Parameter, ...]:
    """Return what is drawn for some areas in every financial year of a run: steps of groups, and each plan's own.

    They are standard normal: how large they are depends on the children there.

    Parameters
    ----------
    walks : mapping of group to PlacingWalk
    codes, financial_years : sequence of str
    """
    own = [plan for plan, group in group_of_plan().items() if group in walks and walks[group].year_variance > 0]
    names = [*map(_step, walks), *map(_own, own)]
    return tuple(
        Parameter(_key(code, name, year), Normal(0.0, 1.0))
        for code in codes
        for year in financial_years
        for name in names
    )


def _step(group: str) -> str:
    return f"drift_{into(group)}"


def _own(plan: str) -> str:
    return f"year_{into(plan)}"


def _key(code: str, name: str, financial_year: str) -> str:
    return f"local.{code}.{name}.{financial_year}"


def walk(
    walks: Mapping[str, PlacingWalk],
    codes: Sequence[str],
    year_of_month: Sequence[str],
    drawn: Mapping[str, float],
    children: Array,
) -> Array:
    """Return ratios of first placements and moves over those of the base in a draw: (area, month, plan).

    Their median is 1, or so much less that shares keep their mean. Where nothing is drawn there is one area and one
    month, of 1.

    Parameters
    ----------
    walks : mapping of group to PlacingWalk
    codes : sequence of str
    year_of_month : sequence of str
    drawn : mapping of key to float
        See :func:`parameters`.
    children : (area, plan)
        At the base.
    """
    years = list(dict.fromkeys(year_of_month))
    normal = {
        name: np.array([[drawn.get(_key(code, name, year), 0.0) for year in years] for code in codes])
        for name in {*map(_step, group_of_plan().values()), *map(_own, plans())}
    }
    if not any(values.any() for values in normal.values()):
        return np.ones((1, 1, len(plans())))
    log = np.empty((len(codes), len(years), len(plans())))
    for i, (plan, group) in enumerate(group_of_plan().items()):
        one = walks[group]
        own_sd = np.sqrt(one.year_variance / np.maximum(children[:, i], FEWEST))
        left = one.sd_per_year * left_of_steps(one.kept, len(years))
        log[..., i] = normal[_step(group)] @ left + own_sd[:, None] * normal[_own(plan)]
        log[..., i] -= one.taken_off * ((left**2).sum(axis=0) + own_sd[:, None] ** 2) / 2.0
    factor: Array = np.exp(log)[:, [years.index(year) for year in year_of_month]]
    return factor


def children_by_plan(streams: Sequence[StreamRates]) -> Array:
    """Return children at the base by what they are placed in by plan: (area, plan)."""
    by_place = np.sum([stream.opening[0].sum(axis=(1, 2)) for stream in streams], axis=0)
    found: Array = by_place @ np.eye(len(plans()))[plan_of_place()]
    return found


def with_walk(stream: StreamRates, ratio: Array) -> StreamRates:
    """Place children of areas by ratios, (area, month, plan); ratios of 1 everywhere change nothing."""
    if (ratio == 1.0).all():
        return stream
    plan = plan_of_place()
    of_place = ratio[..., plan]
    first = stream.start_place * of_place[None, :, :, None]
    moves = np.where(plan[:, None] == plan, 1.0, of_place[:, :, None])
    return replace(
        stream,
        start_place=first / first.sum(axis=-1, keepdims=True),
        move_ratio=stream.move_ratio * moves[None],
    )
