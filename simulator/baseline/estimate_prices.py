"""What a week of care costs in each authority, beside what it costs in England."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import load_baseline
from simulator.baseline.levels import COST_LINES
from simulator.baseline.pooling import Pooled, pool_ratios
from simulator.baseline.response import ratio_of
from simulator.data.authority_tables import FOSTERED, PLACEMENT_GROUPS, Published, costs_of

Array = NDArray[np.float64]

_WIDEST_LOG_RATIO = 1.0
"""Published unit costs beyond 0.37 to 2.7 times England's are taken as errors of accounting and cut off there."""


def prices(data: Published) -> dict[str, Pooled]:
    """Return unit costs over England's, pooled: by cost, (area,) each."""
    of_mix = {"residential": np.ones(len(data.codes)), "fostering": _cost_of_mix(data)}
    size = {"residential": _group_stock(data, "homes"), "fostering": _fostered(data).sum(axis=1)}
    return {key: _prices(data.unit_costs[key] / of_mix[key][:, None], size[key]) for key in COST_LINES}


def _group_stock(data: Published, group: str) -> Array:
    return data.stock_by_group[:, tuple(PLACEMENT_GROUPS).index(group)]


def _fostered(data: Published) -> Array:
    """Return children with kin, the council's carers and agencies: (area, group)."""
    return np.stack([_group_stock(data, group) for group in FOSTERED], axis=1)


def _cost_of_mix(data: Published) -> Array:
    """Return what fostering costs a week with an area's mix of kin, council and agency at England's prices: (area,).

    Prices are what a published unit cost is over it, so that who fosters is not counted twice.
    """
    lines = {line.key: line for line in load_baseline(data.base).costs.lines}
    of_group = [[lines[key] for key in costs_of(group)] for group in FOSTERED]
    unit = np.array([sum(one.spend_gbp for one in of) / sum(one.units for one in of) for of in of_group])
    children = _fostered(data)
    mean = ratio_of(children @ unit, children.sum(axis=1))
    return np.where(mean > 0, mean, children.sum(axis=0) @ unit / children.sum())


def _prices(costs: Array, size: Array) -> Pooled:
    """Pool weekly unit costs, (area, year), over those of all areas together."""
    cost = np.where(costs > 0, costs, np.nan)
    weight = np.where(np.isfinite(cost), size[:, None], 0.0)
    ratios = np.log(cost * weight.sum(axis=0) / np.nansum(cost * weight, axis=0))
    log_ratio = np.clip(ratios, -_WIDEST_LOG_RATIO, _WIDEST_LOG_RATIO)
    return pool_ratios(log_ratio, np.maximum(size, 1.0))
