"""Foster supply, and where children go without it: numbers that no table settles, drawn in every draw.

They stand in data/structure.yaml under ``fostering: drawn``, with their sources. All areas of a draw share them. A
scenario may give some of them itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import structure
from simulator.engine.fostering import COUNCIL
from simulator.engine.rates import FosterRates, StreamRates
from simulator.scenario.schema import Assumptions
from simulator.uncertainty import Distribution, Parameter, Quantiles, Triangular
from simulator.uncertainty.distributions import Normal, Uniform
from simulator.vocabulary import placements

Array = NDArray[np.float64]

_FAMILIES: Mapping[str, type[Distribution]] = {
    "normal": Normal, "quantiles": Quantiles, "triangular": Triangular, "uniform": Uniform,
}  # fmt: skip


@dataclass(frozen=True)
class DrawnNumber:
    """One number that is drawn.

    Attributes
    ----------
    distribution : Distribution
    source : str
        Source keys, or that it is a judgement.
    """

    distribution: Distribution
    source: str


@cache
def drawn_numbers() -> Mapping[str, DrawnNumber]:
    """Return all of them by name."""
    return {name: drawn_number(entry) for name, entry in structure()["fostering"]["drawn"].items()}


def drawn_number(entry: Mapping[str, Any]) -> DrawnNumber:
    """Return a number as data/structure.yaml writes it: its family, that family's numbers and the source."""
    numbers = {key: tuple(value) if isinstance(value, list) else float(value)
               for key, value in entry.items() if key not in ("family", "source")}  # fmt: skip
    return DrawnNumber(_FAMILIES[entry["family"]](**numbers), entry["source"])


def parameters() -> tuple[Parameter, ...]:
    """Return all of them as parameters to draw."""
    return tuple(Parameter(_key(name), one.distribution) for name, one in drawn_numbers().items())


def central(name: str) -> float:
    """Return a number's central value."""
    return drawn_numbers()[name].distribution.central


def _key(name: str) -> str:
    return f"fostering.{name}"


@dataclass(frozen=True)
class FosterSupply:
    """These numbers in one draw; see data/structure.yaml."""

    places_elasticity: float
    council_places_elasticity: float
    need_elasticity: float
    homes_waiting_share: float
    unfostered_home_log_odds: float
    waiting_cost_ratio: float


def foster_supply(stated: Assumptions, drawn: Mapping[str, float]) -> FosterSupply:
    """Return the numbers of a draw: as the scenario states them, or else as drawn, or else the central ones."""

    def value(name: str, of_scenario: float | None = None) -> float:
        return drawn.get(_key(name), central(name)) if of_scenario is None else of_scenario

    return FosterSupply(
        places_elasticity=value("places_elasticity", stated.places_elasticity),
        council_places_elasticity=value("council_places_elasticity", stated.places_elasticity),
        need_elasticity=value("need_elasticity", stated.need_elasticity),
        homes_waiting_share=value("homes_waiting_share", stated.homes_waiting_share),
        unfostered_home_log_odds=value("unfostered_home_log_odds"),
        waiting_cost_ratio=value("waiting_cost_ratio", stated.waiting_cost_ratio),
    )


def of_one_council(foster: FosterRates | None, supply: FosterSupply) -> FosterRates | None:
    """Give a council's own carers the elasticity of one council's places, which other councils can stand in for."""
    if foster is None:
        return None
    elasticity = foster.places_elasticity.copy()
    elasticity[..., COUNCIL] = supply.council_places_elasticity
    return replace(foster, places_elasticity=elasticity)


def more_in_homes(shares: Array, log_odds: float) -> Array:
    """Shift the odds that a child without a foster home goes to a children's home, against all other places.

    Parameters
    ----------
    shares : (..., place)
        They sum to 1, and do so afterwards. Where there is no home among them they stay.
    log_odds : float
    """
    home = np.array([one.is_home for one in placements.placements()])
    weight = shares * np.where(home, np.exp(log_odds), 1.0)
    found: Array = weight / weight.sum(axis=-1, keepdims=True)
    return found


def cost_weight(streams: Sequence[StreamRates], waiting_cost_ratio: float) -> Array:
    """Return the cost of a week in each placement over the mean of those that share its line: (draw, area, place).

    A child in a home whose plan is fostering costs the ratio. Others on the line cost more, so that the children of the
    first instant cost what the line says.
    """
    children = np.sum([stream.opening.sum(axis=(2, 3)) for stream in streams], axis=0)
    every = placements.placements()
    weight = np.ones(children.shape)
    waits = np.array([bool(one.is_home and one.waits_for) for one in every])
    for key in {one.cost for one in np.array(every, dtype=object)[waits]}:
        line = np.array([one.cost == key for one in every])
        waiting, others = (children[..., line & chosen].sum(axis=-1, keepdims=True) for chosen in (waits, ~waits))
        spare = (1.0 - waiting_cost_ratio) * waiting
        weight[..., line & waits] = np.where(others > 0, waiting_cost_ratio, 1.0)
        weight[..., line & ~waits] = 1.0 + np.divide(spare, others, out=np.zeros_like(spare), where=others > 0)
    return weight
