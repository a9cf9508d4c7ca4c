"""From England's rates to those of areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator import placements
from simulator.axes import AGE_BANDS, STREAMS
from simulator.baseline import FOSTER, CostLine
from simulator.engine.grid import first_row
from simulator.local.hazards import expected_exits
from simulator.local.levels import COSTS, PLACEMENT_GROUPS, Levels
from simulator.local.rake import rake
from simulator.rates import FosterRates, Rates, StreamRates
from simulator.structure import BAND_OF_AGE
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal

Array = NDArray[np.float64]

_LEAST_WEEKS = 1e-6
"""Weeks in care a year where an area has no child of a kind, so that its unit cost is defined."""


def parameters(levels: Levels, codes: Sequence[str]) -> tuple[Parameter, ...]:
    """Return what is not known of the levels of some areas, as parameters to draw: logs of ratios."""
    return tuple(
        Parameter(_key(code, name), Normal(0.0, float(spread[levels.codes.index(code)])))
        for code in codes
        for name, spread in levels.spread.items()
    )


def _key(code: str, name: str) -> str:
    return f"local.{code}.{name}"


def localise(
    england: Rates,
    cost_lines: Sequence[CostLine],
    levels: Levels,
    codes: Sequence[str],
    drawn: Mapping[str, float] | None = None,
) -> tuple[Rates, tuple[CostLine, ...]]:
    """Return rates and costs of some areas.

    At the base all areas of `levels` add up to England: children in every cell, starts, leaving, foster households
    and spend. Moves between placements and lengths of stay by time in care are England's.

    Parameters
    ----------
    england : Rates
        Before interventions, with areas of size 1.
    cost_lines : sequence of CostLine
    levels : Levels
    codes : sequence of str
        Areas to run.
    drawn : mapping of key to float, optional
        Logs of how far levels lie from their means in a draw; see :func:`parameters`.
    """
    chosen = np.array([levels.codes.index(code) for code in codes])

    def off(name: str) -> Array:
        """How far the levels of all areas lie from their means: (area,)."""
        return np.exp([(drawn or {}).get(_key(code, name), 0.0) for code in levels.codes])

    width = england.cohort_months
    resident, uasc = _share_children(england.streams, width, levels)
    rates = dict(zip(STREAMS, (resident, uasc), strict=True))
    resident = _with_level(resident, levels.starts[:, BAND_OF_AGE], levels.exits, width, off("starts"), off("exits"))
    uasc = _with_level(
        uasc, np.repeat(levels.uasc_starts[:, None], len(BAND_OF_AGE), axis=1), levels.uasc_exits, width,
        off("uasc_starts"), off("uasc_exits"),
    )  # fmt: skip
    foster = None if england.foster is None else _share_households(england.foster, list(rates.values()), chosen)
    prices = {key: off(f"price_{key}") for key in COSTS}
    local = replace(
        england,
        streams=tuple(_pick(stream, chosen) for stream in (resident, uasc)),
        foster=foster,
    )
    return local, tuple(_local_cost(line, rates, levels, prices, chosen) for line in cost_lines)


def _share_children(streams: tuple[StreamRates, ...], width: int, levels: Levels) -> list[StreamRates]:
    """Give each area its children at the base."""
    names = placements.names()
    group = np.array([next(i for i, g in enumerate(PLACEMENT_GROUPS.values()) if n in g) for n in names])
    bands = []
    for stream in streams:
        row = np.arange(stream.opening.shape[2]) + first_row(width, stream.youngest_age)
        bands.append(BAND_OF_AGE[np.maximum(row - 1, 0) * width // 12])
    whole = np.zeros((len(streams), len(AGE_BANDS), len(PLACEMENT_GROUPS)))
    for s, (stream, band) in enumerate(zip(streams, bands, strict=True)):
        np.add.at(whole[s], (band[:, None], group[None, :]), stream.opening.sum(axis=(0, 1, 3)))
    table = rake(whole, levels.stock_by_band, levels.stock_by_group, levels.uasc)
    share = np.divide(table, whole, out=np.zeros_like(table), where=whole > 0)
    by_band = table.sum(axis=(1, 3)) / whole.sum(axis=(0, 2))
    return [
        replace(
            stream,
            opening=stream.opening * share[:, s][:, band[:, None], group[None, :]][None, :, :, None, :],
            opening_home=stream.opening_home * by_band[:, band][None, :, :, None],
        )
        for s, (stream, band) in enumerate(zip(streams, bands, strict=True))
    ]


def _with_level(
    stream: StreamRates, starts: Array, exits: Array, width: int, starts_off: Array, exits_off: Array
) -> StreamRates:
    """Share starts between areas, and scale leaving so that England's leaves at the base as before.

    Parameters
    ----------
    starts : (area, age)
        In proportion.
    exits, starts_off, exits_off : (area,)
        Hazards of leaving over England's, and how far a draw lies from both levels.
    width : int
        Of birth cohorts, months.
    """
    share = starts / starts.sum(axis=0) * starts_off[:, None]
    expected = expected_exits(stream, width)[0]
    ratio = exits * expected.sum() / (exits * expected).sum() * exits_off
    return replace(
        stream,
        new_starts_per_month=stream.new_starts_per_month * share[None, :, None],
        exit_ratio=stream.exit_ratio * ratio[None, :, None, None],
    )


def _pick(stream: StreamRates, chosen: NDArray[np.intp]) -> StreamRates:
    """Keep some areas."""
    names = ("opening", "opening_home", "new_starts_per_month", "exit_ratio")
    return replace(stream, **{name: getattr(stream, name)[:, chosen] for name in names})


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
    rates: Mapping[str, StreamRates],
    levels: Levels,
    off: Mapping[str, Array],
    chosen: NDArray[np.intp],
) -> CostLine:
    """Share a line of spend between areas as its children are, at their own prices."""
    by_place = {name: stream.opening[0].sum(axis=(1, 2)) for name, stream in rates.items()}
    if line.driver == "uasc":
        children = by_place["uasc"].sum(axis=-1)
    else:
        held = [line.driver == "children" or p.cost == line.key for p in placements.placements()]
        children = sum(by_place.values())[:, held].sum(axis=-1)
    weeks = np.maximum(line.child_weeks * children / children.sum(), _LEAST_WEEKS)
    key = next((key for key, lines in COSTS.items() if line.key in lines), None)
    spend = weeks * (levels.prices[key] if key else 1.0)
    spend = line.spend_gbp * spend / spend.sum() * (off[key] if key else 1.0)
    return replace(line, spend_gbp=spend[chosen], child_weeks=weeks[chosen])
