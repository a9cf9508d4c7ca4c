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
from simulator.vocabulary import placements
from simulator.vocabulary.axes import STREAMS

Array = NDArray[np.float64]

_WORDS = {
    "new_starts_per_month": "starts",
    "start_place": "first placements of the kind that the first raises,",
    "exit_ratio": "leaving care",
    "move_ratio": "moves between placements",
    "return_per_year": "coming back after going home",
    "phase_exit_ratio": "leaving care",
    "place_exit_ratio": "leaving care from a placement",
    "return_ratio": "coming back after going home",
    "order_return_share": "coming back from a special guardianship order",
    "exit_pace_ratio": "how soon those who leave under an order do",
    "stage_ratio": "how soon enquirers are approved",
    "approval_weight": "how likely places of new foster households are to be filled",
    "approvals": "approvals of foster households",
    "social_workers": "social workers",
    "referral_ratio": "referrals",
    "brought_near": "children brought near home",
    "week_gbp": "what foster carers are paid a week",
    "guardianship_week_gbp": "what guardians are paid a week",
    "places_paid": "places that programmes pay for",
    "away_share": "children far from home",
    "enquiries_per_month": "enquiries to foster",
    "stage_pass_share": "the share of enquirers who are approved",
    "deregistration_per_year": "foster households that leave",
    "usable_share": "the share of foster places that can be used",
    "price_ratio": "unit costs",
}
"""What arrays of rates are called; others go by their own names."""

_AGE_AXIS = {"new_starts_per_month": -1, "exit_ratio": -1, "start_place": -2}
"""Arrays of which the ages are told, and where they have them."""

_MONEY = ("programme_spend_gbp", "idle_place_gbp", "outside_care_gbp")
"""What adds up, and so collides with nothing."""

_CONTRACTS = {"social_workers": ("employed social workers", "social workers of agencies")}
"""What stands at each position of the last axis of an array, where one is gained as another is lost."""

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
    multiplied : float
        What both would make of it if each acted on what the other leaves, cell by cell: months in which one is weak and
        the other strong count as they are.
    """

    first: str
    second: str
    what: str
    alone: tuple[float, float]
    together: float
    multiplied: float

    @property
    def says(self) -> str:
        """The collision in a sentence."""
        one, other = self.alone
        multiplied, added = self.multiplied, one + other - 1.0
        head = (
            f"{self.first} and {self.second} both change {self.what}: alone {_percent(one)} and {_percent(other)}, "
            f"together {_percent(self.together)}"
        )
        from_product, from_sum = abs(self.together - multiplied), abs(self.together - added)
        if from_product <= min(AGREE, from_sum):
            return f"{head}. They multiply, as one acts on what the other leaves, and do not add ({_percent(added)})."
        if from_sum <= AGREE:
            return f"{head}. They add, as what one brings is besides what the other does."
        less = abs(self.together - 1.0) < abs(multiplied - 1.0)
        why = "a limit that they share lets no more of it come" if less else "each makes the other stronger"
        return f"{head}. That is {'less' if less else 'more'} than both multiplied ({_percent(multiplied)}), as {why}."


@dataclass(frozen=True)
class Addition:
    """Two programmes that bring the same thing, of which there is none without them.

    Attributes
    ----------
    first, second, what : str
        As in `Collision`.
    """

    first: str
    second: str
    what: str

    @property
    def says(self) -> str:
        """The addition in a sentence."""
        return (
            f"{self.first} and {self.second} both bring {self.what}: each is counted in full, and the second comes on "
            "top of the first for whoever both reach."
        )


MOVED, FILLED, NEAR = "moved", "filled", "near"
"""How a programme draws on children: it moves them out, fills places with them, or has them live near home."""

_POOLED = {
    frozenset({MOVED}): "whoever is moved by one is no longer there for the other, so that together they move fewer",
    frozenset({MOVED, FILLED}): "places count as filled with them whatever is moved out, so that a child whom both "
    "reach counts twice",
    frozenset(
        {MOVED, NEAR}
    ): "they count as near home whatever is moved out, so that a child whom both reach counts in both",
    frozenset({FILLED, NEAR}): "one changes what their places cost and the other how far from home they are, so that "
    "nobody counts twice",
}
"""What it makes of the same children if two programmes draw on them in these ways."""


@dataclass(frozen=True)
class SamePool:
    """Two programmes that draw on the same children, by rates of which they share none.

    Attributes
    ----------
    first, second : str
        Their titles.
    pool : str
        Where the children live.
    ways : frozenset of str
        How they are drawn on: `MOVED`, `FILLED` or `NEAR`.
    """

    first: str
    second: str
    pool: str
    ways: frozenset[str]

    @property
    def says(self) -> str:
        """The pool in a sentence."""
        return f"{self.first} and {self.second} both draw on the same children ({self.pool}): {_POOLED[self.ways]}."


Meeting = Collision | Addition | SamePool


def collisions(loaded: LoadedScenario) -> tuple[Meeting, ...]:
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
    pools = {at: _pools(loaded, reach[at]) for at in programmes}
    found: list[Meeting] = []
    for first, second in combinations(programmes, 2):
        met = {name: reach[first][name] & reach[second][name] for name in bare}
        for name in met:
            if name.endswith("/start_place"):  # shares, of which some rise as others fall: those that the first raises
                met[name] &= alone[first][name] > bare[name]
        met = {name: cells for name, cells in met.items() if cells.any()}
        if any(name in met for name in _APPROVING):
            met.pop(_APPROVALS, None)
        one, other = (scenario.interventions[at].title for at in (first, second))
        both = rates(first, second) if met else bare
        for name, cells in _by_contract(met):
            before = _over(bare[name], cells)
            if before == 0.0:
                found.append(Addition(one, other, _words(name, cells)))
                continue
            parts = [of[name] for of in (alone[first], alone[second], both)]
            ratios = [_over(part, cells) / before for part in parts]
            left = np.divide(parts[0], bare[name], out=np.ones(parts[0].shape), where=bare[name] != 0.0)
            product = _over(left * parts[1], cells) / before
            found.append(Collision(one, other, _words(name, cells), (ratios[0], ratios[1]), ratios[2], product))
        shared = pools[first].keys() & pools[second].keys()
        if not met:
            ways = {pool: frozenset({pools[first][pool], pools[second][pool]}) for pool in sorted(shared)}
            found += [SamePool(one, other, pool, of_pool) for pool, of_pool in ways.items()]
    return tuple(found)


_APPROVALS = "foster/approvals"
_APPROVING = ("foster/enquiries_per_month", "foster/stage_pass_share")
"""What approvals are made of, of which programmes may change different parts."""


def _pools(loaded: LoadedScenario, reach: Mapping[str, NDArray[np.bool_]]) -> dict[str, str]:
    """Return placements whose children a programme draws on, in words, and in which way."""
    every = placements.placements()
    name_of = {one.name: one.label for one in every}

    def label(i: int) -> str:
        one = every[i]
        return name_of.get(one.reported_as, one.label).lower()

    found: dict[str, str] = {}
    for name, cells in reach.items():
        array = name.rpartition("/")[2]
        if array == "brought_near":
            found |= {label(int(i)): NEAR for i in np.flatnonzero(cells.any(axis=tuple(range(cells.ndim - 1))))}
        elif array == "places_paid":
            keys = list(with_programmes(loaded.scenario, (), None, loaded.baseline).context.cost_keys)
            paid = {keys[int(i)] for i in np.flatnonzero(cells.any(axis=tuple(range(cells.ndim - 1))))}
            found |= {label(i): FILLED for i, one in enumerate(every) if one.cost in paid}
    for name, cells in reach.items():
        if name.endswith("/move_ratio"):
            origins = np.flatnonzero(cells.any(axis=(*range(cells.ndim - 2), cells.ndim - 1)))
            found |= {label(int(i)): MOVED for i in origins}
    return found


def _by_contract(met: Mapping[str, NDArray[np.bool_]]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield arrays in which two programmes meet, parts of which one is gained as another is lost one by one."""
    for name, cells in met.items():
        parts = _CONTRACTS.get(name.rpartition("/")[2], ("",))
        for i in range(len(parts)):
            some = cells & (np.arange(cells.shape[-1]) == i) if len(parts) > 1 else cells
            if some.any():
                yield name, some


def _arrays(rates: Rates) -> dict[str, Array]:
    """Return every array of rates that programmes may change, by where it stands: ``resident/exit_ratio``."""
    holders = [("", rates), ("foster", rates.foster), *zip(STREAMS, rates.streams, strict=True)]
    found = {
        f"{holder}/{one.name}": np.asarray(value)
        for holder, record in holders
        if record is not None
        for one in fields(record)
        if isinstance(value := getattr(record, one.name), np.ndarray)
        and value.dtype == np.float64
        and one.name not in _MONEY
    }
    for stream in STREAMS:  # a move is a hazard by age times a ratio by month, and a programme may change both
        by_age = found.pop(f"{stream}/move_per_year")
        found[f"{stream}/move_ratio"] = found[f"{stream}/move_ratio"] * by_age.sum(axis=2)[:, :, None]
    if _APPROVING[0] in found:
        enquiries, passing = (found[name] for name in _APPROVING)
        found[_APPROVALS] = enquiries * passing.prod(axis=-1)
    return found


def _differs(values: Array, bare: Array) -> NDArray[np.bool_]:
    return np.asarray(~np.isclose(values, bare, rtol=1e-9, atol=0.0))


def _over(values: Array, cells: NDArray[np.bool_]) -> float:
    """Add up the cells of an array in which both programmes act; axes along which it does not vary are spread out."""
    return float(np.broadcast_to(values, cells.shape)[cells].sum())


def _words(name: str, cells: NDArray[np.bool_]) -> str:
    """Say what an array is, of which children and at which ages."""
    holder, _, array = name.partition("/")
    words = _WORDS.get(array, array.replace("_", " "))
    if array in _CONTRACTS:
        words = _CONTRACTS[array][int(np.flatnonzero(cells.any(axis=tuple(range(cells.ndim - 1))))[0])]
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
    percent = 100.0 * (ratio - 1.0)
    return (f"{percent:+.1f}%" if abs(percent) >= 0.1 or percent == 0.0 else f"{percent:+.1g}%").replace("-", "−")
