"""Children of England shared between areas so that areas have their published margins and add up to England."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.proportional_fitting import Margin, fit
from simulator.baseline.response import ratio_of

Array = NDArray[np.float64]

ROUNDS = 200
AGE_ROUNDS = 20

MOST_OFF = 8.0
"""Children by which an area's age band, placement or stream may stay off England's table, where no table meets both: of
2025 none is off by 5, of 2022 and 2023 one by 6.8."""


KEPT = 8
"""Answers that are kept: draws of one run ask the same of every stream."""


def remembered(answer: Callable[..., Array]) -> Callable[..., Array]:
    """Keep the last answers of a function of arrays and numbers, which then must not be written into."""

    @lru_cache(maxsize=KEPT)
    def known(*packed: tuple[tuple[int, ...], bytes] | int) -> Array:
        unpacked: list[Any] = [
            np.frombuffer(one[1]).reshape(one[0]) if isinstance(one, tuple) else one for one in packed
        ]
        found = answer(*unpacked)
        found.flags.writeable = False
        return found

    @wraps(answer)
    def ask(*arguments: Array | int) -> Array:
        return known(*((one.shape, one.tobytes()) if isinstance(one, np.ndarray) else one for one in arguments))

    return ask


@remembered
def rake(whole: Array, by_band: Array, by_group: Array, uasc: Array) -> Array:
    """Share a table of England between areas: (area, stream, band, group).

    Iterative proportional fitting from England's own shape in every area. Each area meets
    its placement groups, asylum-seeking children and age bands as nearly as England's table allows; the last step is
    England's, so that areas add up to it exactly.

    Parameters
    ----------
    whole : (stream, band, group)
        Resident children first.
    by_band : (area, band)
    by_group : (area, group)
    uasc : (area,)
    """
    size = by_band.sum(axis=1)
    streams = np.stack([np.maximum(size - uasc, 0.0), uasc], axis=1)
    margins = (
        Margin(_to(by_group, whole.sum(axis=(0, 1))), (1, 2)),
        Margin(_to(streams, whole.sum(axis=(1, 2))), (2, 3)),
        Margin(_to(by_band, whole.sum(axis=(0, 2))), (1, 3)),
        Margin(whole, (0,)),
    )
    seed = size[:, None, None, None] * whole / whole.sum()
    return fit(seed, margins, ROUNDS).within("children of areas by age, placement and stream", MOST_OFF)


def _to(margin: Array, whole: Array) -> Array:
    """Scale a margin so that areas add up to England: (area, category)."""
    return margin * ratio_of(whole, margin.sum(axis=0))


@remembered
def spread_phases(whole: Array, table: Array, by_phase: Array) -> Array:
    """Give children of areas their time in care: (area, band, phase, group).

    Iterative proportional fitting from each area's own mix of phases: placement groups and age bands are met as nearly
    as England's table allows; the last step is England's.

    Parameters
    ----------
    whole : (band, phase, group)
        England.
    table : (area, band, group)
        Adds up to England.
    by_phase : (area, band, phase)
        In proportion.
    """
    england = ratio_of(whole, whole.sum(axis=1, keepdims=True))
    seed = ratio_of(by_phase, by_phase.sum(axis=0))
    spread = table[:, :, None, :] * england * seed[..., None]
    margins = (Margin(table, (2,)), Margin(whole, (0,)))
    return fit(spread, margins, ROUNDS).within("children of areas by time in care")


@remembered
def shift_ages(children: Array, turning_18: Array, rows: int) -> Array:
    """Make children of some areas older or younger: (area, row, phase, place).

    Iterative proportional fitting: each area has as many in each phase and placement as before, as nearly as England's
    table allows; the last step is England's.

    Parameters
    ----------
    children : (area, row, phase, place)
        Of one age band, youngest first.
    turning_18 : (area,)
        Factor of those in the last rows.
    rows : int
        Rows that turn 18 within a year.
    """
    last = np.arange(children.shape[1]) >= children.shape[1] - rows
    there, whole = children.sum(axis=1), children.sum(axis=0)
    older = turning_18[:, None, None] * children[:, last].sum(axis=1)
    younger = ratio_of(np.maximum(there - older, 0.0), children[:, ~last].sum(axis=1))
    shifted = children * np.where(last[:, None, None], turning_18[:, None, None, None], younger[:, None])
    margins = (Margin(there, (1,)), Margin(whole, (0,)))
    return fit(shifted, margins, AGE_ROUNDS).within("children of areas who turn 18 within a year")
