"""What flows that go on otherwise than at the base make of children and placements: runs of England, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.plain import run
from simulator.engine.rates import side_by_side
from simulator.projection.compile import Compiled, compile_scenario
from simulator.projection.go_on import WayOn, go_on
from simulator.projection.recorded_trends import INTO
from simulator.scenario.schema import Scenario
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.placements import placements

Array = NDArray[np.float64]

Way = Mapping[str, Array]
"""Log of what goes on over the base year, by name: (year,)."""


def inflows() -> tuple[str, ...]:
    """Return the names of flows into placements, in order of the placements."""
    return tuple(dict.fromkeys(INTO + place.inflow for place in placements() if place.inflow))


@cache
def _held(base: int, years: int) -> Compiled:
    """Compile a run with the rates of a base held, in which foster places are found for all whose plan they are.

    What flows do is told from what foster places do: the places are the scenario's to limit.
    """
    held = {"name": "Held", "base": base, "end": f"{base + years}-03", "assumptions": {"foster_places": "as_needed"}}
    return compile_scenario(Scenario.model_validate(held))


def children(base: int, years: int, ways: Sequence[Way]) -> Array:
    """Run England on from a base: children at each 31 March from it on, by stream and placement.

    Returns
    -------
    (way, year, stream, place)
    """
    held = _held(base, years)
    on = [
        WayOn(held.rates.months, {name: np.exp(np.repeat(log, MONTHS_A_YEAR)) for name, log in way.items()})
        for way in ways
    ]
    rates = side_by_side([go_on(held.rates, held.context.cost_keys, one) for one in on])
    found: Array = run(rates, BAND_OF_AGE).children[:, 0, ::MONTHS_A_YEAR].sum(axis=-2)
    return found


def log_shares(by_place: Array) -> Array:
    """Log share of resident children in the placements of each inflow: (..., inflow) from (..., stream, place)."""
    resident = by_place[..., STREAMS.index("resident"), :]
    of = np.array([[INTO + place.inflow == name for place in placements()] for name in inflows()], dtype=float)
    shares: Array = np.log(resident @ of.T / resident.sum(axis=-1, keepdims=True))
    return shares
