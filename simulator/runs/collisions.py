"""Where programmes of a scenario meet: rates that two of them change at once, and what both together make of them.

What a programme reaches is what it changes: each is compiled alone, and the cells of rates that differ are its own. So
a kind need say nothing of others. Effects on the same cells multiply: the second acts on what the first has left, and
neither reaches more than there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.rates import Rates
from simulator.runs.prepare import with_programmes
from simulator.scenario import LoadedScenario
from simulator.vocabulary.axes import STREAMS

Array = NDArray[np.float64]

_WORDS = {
    "new_starts_per_month": "starts",
    "start_place": "first placements",
    "exit_ratio": "leaving care",
    "move_ratio": "moves between placements",
    "return_per_year": "coming back after going home",
    "enquiries_per_month": "enquiries to foster",
    "stage_pass_share": "the share of enquirers who are approved",
    "deregistration_per_year": "foster households that leave",
    "usable_share": "the share of foster places that can be used",
    "price_ratio": "unit costs",
}
"""What arrays of rates are called; others go by their own names."""

_AGE_AXIS = {"new_starts_per_month": -1, "exit_ratio": -1, "start_place": -2}
"""Arrays of which the ages are told, and where they have them."""

_MONEY = ("programme_spend_gbp", "idle_place_gbp")
"""What adds up, and so collides with nothing."""

AGREE = 1e-3
"""How far, as a part of what there is without them, an effect may lie from the product and still be called that."""


@dataclass(frozen=True)
class Collision:
    """Two programmes that change the same rates.

    Attributes
    ----------
    first, second : str
        Their titles.
    what : str
        What they both change, in words.
    alone : tuple of float
        What each makes of it by itself, over what it is without any: 0.9 is a tenth less.
    together : float
        What both make of it.
    """

    first: str
    second: str
    what: str
    alone: tuple[float, float]
    together: float

    @property
    def says(self) -> str:
        """The collision in a sentence."""
        one, other = self.alone
        multiplied, added = one * other, one + other - 1.0
        head = (
            f"{self.first} and {self.second} both change {self.what}: alone {_percent(one)} and {_percent(other)}, "
            f"together {_percent(self.together)}"
        )
        if abs(self.together - multiplied) <= AGREE:
            return f"{head}. They multiply, as one acts on what the other leaves, and do not add ({_percent(added)})."
        less = abs(self.together - 1.0) < abs(multiplied - 1.0)
        why = "a limit that they share lets no more of it come" if less else "each makes the other stronger"
        return f"{head}. That is {'less' if less else 'more'} than both multiplied ({_percent(multiplied)}), as {why}."


def collisions(loaded: LoadedScenario) -> tuple[Collision, ...]:
    """Return where two programmes of a scenario meet, in the central run, in the order of the file.

    A rate is told once for a pair, over all cells and months in which both change it.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had.
    """
    scenario = loaded.scenario
    programmes = [at for at, one in enumerate(scenario.interventions) if one.is_programme and one.moves_children]
    if len(programmes) < 2:
        return ()

    def rates(*positions: int) -> Mapping[str, Array]:
        return _arrays(with_programmes(scenario, positions, None, loaded.baseline).rates)

    bare = rates()
    alone = {at: rates(at) for at in programmes}
    reach = {at: {name: _differs(arrays[name], bare[name]) for name in bare} for at, arrays in alone.items()}
    found: list[Collision] = []
    for first, second in combinations(programmes, 2):
        met = {name: reach[first][name] & reach[second][name] for name in bare}
        met = {name: cells for name, cells in met.items() if cells.any()}
        if not met:
            continue
        both = rates(first, second)
        one, other = (scenario.interventions[at].title for at in (first, second))
        for name, cells in met.items():
            before = _over(bare[name], cells)
            if before == 0.0:
                continue
            ratios = [_over(of[name], cells) / before for of in (alone[first], alone[second], both)]
            found.append(Collision(one, other, _words(name, cells), (ratios[0], ratios[1]), ratios[2]))
    return tuple(found)


def _arrays(rates: Rates) -> dict[str, Array]:
    """Return every array of rates that programmes may change, by where it stands: ``resident/exit_ratio``."""
    holders = [("", rates), ("foster", rates.foster), *zip(STREAMS, rates.streams, strict=True)]
    return {
        f"{holder}/{one.name}": np.asarray(value)
        for holder, record in holders
        if record is not None
        for one in fields(record)
        if isinstance(value := getattr(record, one.name), np.ndarray)
        and value.dtype == np.float64
        and one.name not in _MONEY
    }


def _differs(values: Array, bare: Array) -> NDArray[np.bool_]:
    return np.asarray(~np.isclose(values, bare, rtol=1e-9, atol=0.0))


def _over(values: Array, cells: NDArray[np.bool_]) -> float:
    """Add up the cells of an array in which both programmes act; axes along which it does not vary are spread out."""
    return float(np.broadcast_to(values, cells.shape)[cells].sum())


def _words(name: str, cells: NDArray[np.bool_]) -> str:
    """Say what an array is, of which children and at which ages."""
    holder, _, array = name.partition("/")
    words = _WORDS.get(array, array.replace("_", " "))
    parts = [words, *_of(holder), *_ages(array, cells)]
    return " ".join(parts)


def _of(holder: str) -> Iterator[str]:
    if holder in STREAMS:
        yield "of asylum-seeking children" if holder == STREAMS[-1] else "of resident children"


def _ages(array: str, cells: NDArray[np.bool_]) -> Iterator[str]:
    if array in _AGE_AXIS:
        axis = cells.ndim + _AGE_AXIS[array]
        ages = np.flatnonzero(cells.any(axis=tuple(i for i in range(cells.ndim) if i != axis)))
        if cells.shape[axis] > 1:
            yield f"at ages {ages[0]} to {ages[-1]}" if ages[0] < ages[-1] else f"at age {ages[0]}"


def _percent(ratio: float) -> str:
    return f"{100.0 * (ratio - 1.0):+.1f}%".replace("-", "−")
