"""Responses of measures, sampled in the simulator at some levels and starts, and read off between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.levers import Lever, Pick, Plan
from simulator.decisions.plan_runs import PlanOutcome, PlanRuns, over_states
from simulator.decisions.portfolio import Ladder

Array = NDArray[np.float64]

SAMPLED = (0.125, 0.25, 0.5, 1.0)
"""Levels that are run, over the highest: effects saturate, so they lie closer where there is little of a measure."""

OFFERED = (0.0625, 0.125, 0.25, 0.5, 0.75, 1.0)
"""Levels that a plan may take at first, over the highest; those between the sampled ones are read off."""

_STARTS = 4
"""Starts that a plan may take at first, and at which draws are run, the first and the last among them. Between them,
what draws add to the central run is read off; the search in the simulator goes through all years."""


@dataclass(frozen=True)
class Surface:
    """What each measure alone comes to.

    Attributes
    ----------
    levers : tuple of Lever
    value : tuple of (start, level, state)
        What is wanted, at no level and at `SAMPLED`, of each lever.
    cost : tuple of (start, level, year)
        Real pounds, expected: the mean over draws, or the central run's where there are none.
    strength : tuple of (start, level)
        Effect on children over that of the lever at its fullest.
    interaction : (lever, lever)
        Of levers at their fullest, in the central run.
    """

    levers: tuple[Lever, ...]
    value: tuple[Array, ...]
    cost: tuple[Array, ...]
    strength: tuple[Array, ...]
    interaction: Array

    def ladders(self) -> tuple[Ladder, ...]:
        """Return the options that a plan may take."""
        return tuple(self._ladder(i) for i in range(len(self.levers)))

    def picks(self, i: int) -> list[Pick]:
        """Return the options of a lever, in the order of its ladder."""
        lever = self.levers[i]
        return [Pick(part * lever.most, later) for later in _some_starts(lever) for part in OFFERED]

    def cost_of(self, i: int, pick: Pick) -> Array:
        """Return what a lever alone costs: (year,)."""
        return self._read(self.cost[i], i, pick)

    def worth(self, plan: Plan) -> Array:
        """Return what a plan is worth by what its levers do alone and in pairs: (state,)."""
        total = np.zeros(self.value[0].shape[-1])
        strength = np.zeros(len(self.levers))
        for i, pick in enumerate(plan):
            if pick is not None:
                total += self._read(self.value[i], i, pick)
                strength[i] = float(self._read(self.strength[i][..., None], i, pick)[0])
        total += strength @ np.triu(self.interaction, 1) @ strength
        return total

    def _ladder(self, i: int) -> Ladder:
        lever, picks = self.levers[i], self.picks(i)
        return Ladder(
            name=lever.name,
            level=np.array([pick.level for pick in picks]),
            cost=np.stack([self._read(self.cost[i], i, pick) for pick in picks]),
            value=np.stack([self._read(self.value[i], i, pick) for pick in picks]),
            strength=np.array([float(self._read(self.strength[i][..., None], i, pick)[0]) for pick in picks]),
            group=lever.group,
        )

    def _read(self, sampled: Array, i: int, pick: Pick) -> Array:
        """Read off between levels, along straight lines: (x,) of (start, level, x)."""
        at = np.clip(pick.level / self.levers[i].most, 0.0, 1.0)
        knots = np.array([0.0, *SAMPLED])
        upper = int(np.clip(np.searchsorted(knots, at), 1, len(knots) - 1))
        part = (at - knots[upper - 1]) / (knots[upper] - knots[upper - 1])
        of_start = sampled[pick.years_later]
        found: Array = (1.0 - part) * of_start[upper - 1] + part * of_start[upper]
        return found


def wanted(outcome: PlanOutcome, weights: Mapping[str, float]) -> Array:
    """Return what is wanted of an outcome: (state,), the draws or else the central run alone."""
    total = np.sum([weight * outcome.values[name] for name, weight in weights.items()], axis=0)
    return over_states(np.asarray(total))


def runs_needed(levers: Sequence[Lever], draws: int) -> int:
    """Return how many runs a surface takes."""
    at_starts = sum(len(SAMPLED) * (lever.latest + 1) for lever in levers)
    drawn = sum(len(SAMPLED) * len(_some_starts(lever)) for lever in levers) * (1 + draws) if draws else 0
    return at_starts + drawn + len(levers) * (len(levers) - 1) // 2


def sample_surface(runs: PlanRuns, weights: Mapping[str, float]) -> Surface:
    """Run every lever alone at all levels and starts, and every pair at its fullest.

    Parameters
    ----------
    runs : PlanRuns
    weights : mapping of outcome to float
        What one of each is worth.
    """
    sampled = [_alone(runs, i, weights) for i in range(len(runs.levers))]
    return Surface(
        runs.levers,
        tuple(one[0] for one in sampled),
        tuple(one[1] for one in sampled),
        tuple(one[2] for one in sampled),
        _pairs(runs, weights),
    )


def _some_starts(lever: Lever) -> list[int]:
    return sorted({round(x) for x in np.linspace(0, lever.latest, min(_STARTS, lever.latest + 1))})


def _alone(runs: PlanRuns, i: int, weights: Mapping[str, float]) -> tuple[Array, Array, Array]:
    lever = runs.levers[i]
    starts = range(lever.latest + 1)

    def outcomes(at: Sequence[int], *, central: bool) -> list[list[PlanOutcome]]:
        plans = [_only(runs, i, Pick(part * lever.most, later)) for later in at for part in SAMPLED]
        nothing = runs.nothing(central=central)
        found = [_had(one, nothing) for one in runs.of(plans, central=central)]
        return [found[a : a + len(SAMPLED)] for a in range(0, len(found), len(SAMPLED))]

    central = outcomes(starts, central=True)
    cost = np.stack([[np.zeros(len(runs.years)), *(one.cost[0] for one in row)] for row in central])
    value = np.stack([[np.zeros(1), *(wanted(one, weights) for one in row)] for row in central])
    moved = np.array([[_moved(one) for one in row] for row in central])
    fullest = np.where(np.abs(moved[0, -1]) > 1e-6, moved[0, -1], np.inf)
    strength = np.maximum((moved / fullest).mean(axis=-1), 0.0)
    if runs.draws:
        at = _some_starts(lever)
        drawn = outcomes(at, central=False)
        values = np.stack([[np.zeros(runs.draws), *(wanted(one, weights) for one in row)] for row in drawn])
        costs = np.stack([[np.zeros(len(runs.years)), *(one.expected_cost for one in row)] for row in drawn])
        value = value + _between(starts, at, values - value[at])
        cost = np.maximum(cost + _between(starts, at, costs - cost[at]), 0.0)
    return value, cost, np.concatenate([np.zeros((len(strength), 1)), strength], axis=1)


def _between(starts: Sequence[int], at: Sequence[int], known: Array) -> Array:
    """Read off at all starts what is known at some: (start, ...)."""
    return np.apply_along_axis(lambda some: np.interp(starts, at, some), 0, known)


def _only(runs: PlanRuns, i: int, pick: Pick) -> Plan:
    return tuple(pick if j == i else None for j in range(len(runs.levers)))


def _had(found: PlanOutcome | None, nothing: PlanOutcome) -> PlanOutcome:
    """Return what can be had; a level that is impossible does nothing and costs more than there is."""
    if found is not None:
        return found
    return PlanOutcome(nothing.values, np.full_like(nothing.cost, 1e15))


def _moved(outcome: PlanOutcome) -> list[float]:
    return [float(outcome.values[name][0]) for name in ("care_years", "home_years")]


def _pairs(runs: PlanRuns, weights: Mapping[str, float]) -> Array:
    """Return what pairs at their fullest come to beside each alone: (lever, lever), the upper triangle."""
    size = len(runs.levers)
    fullest = [Pick(lever.most) for lever in runs.levers]
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    plans: list[Plan] = [_only(runs, i, fullest[i]) for i in range(size)]
    plans += [tuple(fullest[k] if k in pair else None for k in range(size)) for pair in pairs]
    values = [
        0.0 if one is None else sum(w * float(one.values[name][0]) for name, w in weights.items())
        for one in runs.of(plans, central=True)
    ]
    found = np.zeros((size, size))
    for (i, j), both in zip(pairs, values[size:], strict=True):
        found[i, j] = both - values[i] - values[j]
    return found
