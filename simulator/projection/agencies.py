"""What is run beside areas for them: what independent agencies do for them, and which places their own record fills.

Agencies do for areas what they do for England, in the same scenario and draw.

An agency sells its places to any council. One council is small beside all of them, so England's run says how many who
look for an agency's place find one, and each area has its own odds beside that (`simulator.baseline.placement_levels`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.fostering import FOUND
from simulator.engine.paths import Paths
from simulator.engine.rates import Rates, side_by_side
from simulator.projection.compile import Compiled
from simulator.projection.own_supply import with_limit, with_own_carers, with_places_of_record

Array = NDArray[np.float64]
Run = Callable[[Rates, NDArray[np.intp]], Paths]


def served(many: Sequence[Compiled], run: Run) -> list[Compiled]:
    """Tell the areas of draws what agencies do for them, by running England, or which places their record fills.

    Parameters
    ----------
    many : sequence of Compiled
        Draws of one scenario.
    run : callable
        An engine.
    """
    records = [one.record for one in many if one.record is not None]
    if records:
        found = _by_record(many, records, run)
        return [replace(one, rates=rates) for one, rates in zip(many, found, strict=True)]
    england = [one.england for one in many if one.england is not None]
    if not england:
        return list(many)
    agencies = run(side_by_side(england), BAND_OF_AGE).agencies
    by_draw = np.split(agencies, len(agencies))
    return [_served(one, of_draw) for one, of_draw in zip(many, by_draw, strict=True)]


def _by_record(many: Sequence[Compiled], records: Sequence[Rates], run: Run) -> list[Rates]:
    """Return the rates of draws with places that their record fills, or with a council's own carers beside it."""
    paths = run(side_by_side(records), BAND_OF_AGE)
    of_draws = [paths.of_draws(slice(i, i + 1)) for i in range(len(many))]
    own = many[0].scenario.own.fostering
    if not own.given:
        return [with_places_of_record(one.rates, of_draw) for one, of_draw in zip(many, of_draws, strict=True)]
    limited = [with_places_of_record(with_limit(one), of_draw) for one, of_draw in zip(records, of_draws, strict=True)]
    agencies = np.split(run(side_by_side(limited), BAND_OF_AGE).agencies, len(many))
    return [
        with_own_carers(one.rates, own, record.foster, of_draw)
        for one, record, of_draw in zip(many, limited, agencies, strict=True)
        if record.foster is not None
    ]


def _served(one: Compiled, agencies: Array) -> Compiled:
    """Put England's agencies, (draw, 1, month, 4), into rates of areas."""
    assert one.rates.foster is not None
    local = np.repeat(agencies, len(one.agency_odds), axis=1)
    found, odds = local[..., FOUND], one.agency_odds[:, None]
    local[..., FOUND] = odds * found / (1.0 - found + odds * found)
    return replace(one, rates=replace(one.rates, foster=replace(one.rates.foster, agencies=local)))
