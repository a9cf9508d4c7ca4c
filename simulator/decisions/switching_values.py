"""Switching values: at which value of a number net present value crosses nought, all others at their central values.

Every number that is drawn is moved over its whole distribution, and every other number of the programmes between the
bounds of its field. Values are looked at first at some points, and then at some between those where the sign changes,
again and again: points that are run together take far less time than as many rounds of one point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulator.decisions.appraisal import ledger
from simulator.decisions.appraisal_runs import AppraisalRuns, Point
from simulator.decisions.drawn_inputs import DrawnInput, inputs_of, values
from simulator.decisions.optimism import STEPS
from simulator.interventions import notes
from simulator.runs.ensemble.draws import parameters
from simulator.scenario.translate import Path, dotted
from simulator.uncertainty import Parameter

Array = NDArray[np.float64]

SCAN = 9
"""Values of a number at which a crossing is looked for, and into which what is left is parted in each round."""
ROUNDS = 4
"""Rounds: what is left is a part in 33,000 of a number's range, over which net present value is a straight line."""
RUNS_TO_NARROW = 2 * ROUNDS * (SCAN - 2)
"""Runs that the rounds of a crossing take at the most, with and without the programmes."""
FURTHEST = 3.09
"""Standard deviations on the normal scale: 998 of 1,000 draws lie nearer to the middle."""
Span = tuple[float, float, float, float]
"""Two coordinates between which the sign of net present value changes, and net present value at both."""
_HUGE = 1e6
"""Bounds of a field further apart than this many times its value are no plausible range: see `_range`."""
_FOLD = 10.0


@dataclass(frozen=True)
class Axis:
    """A number that is moved.

    Attributes
    ----------
    name : str
        In words.
    unit : str
        Of the value; empty for several numbers that move together.
    low, high, stated : float
        Coordinates between which it is moved, and where it stands; for what is drawn they are standard deviations.
    point : callable
        Takes a coordinate and returns the numbers of a run.
    value : callable
        Takes a coordinate and returns the value; None for several numbers that move together.
    drawn : bool
        Whether coordinates are standard deviations of its distribution.
    programmes_alone : bool
        Whether it is a number of programmes, which the same scenario without them has not.
    whole : bool
        Whether only whole values make sense.
    """

    name: str
    unit: str
    low: float
    high: float
    stated: float
    point: Callable[[float], Point]
    value: Callable[[float], float | None]
    drawn: bool
    programmes_alone: bool
    whole: bool = False

    def between(self, low: float, high: float, points: int) -> list[float]:
        """Return coordinates from one to another, both among them."""
        found = np.linspace(low, high, points).tolist()
        return sorted({float(round(x)) for x in found}) if self.whole else found

    def grid(self, points: int) -> list[float]:
        """Return coordinates that are looked at first, where it stands among them."""
        return sorted({*self.between(self.low, self.high, points), self.stated})

    def crossing(self, span: Span) -> float:
        """Return the coordinate at which a straight line over a span is nought; of whole values, the first beyond."""
        low, high, at_low, at_high = span
        if self.whole:
            return max(low, high, key=lambda x: abs(x - self.stated))
        return low + (high - low) * at_low / (at_low - at_high)

    def nearest(self, spans: Sequence[Span]) -> Span | None:
        """Return the span that is nearest to where it stands; None of none."""
        return min(spans, key=lambda span: abs((span[0] + span[1]) / 2.0 - self.stated), default=None)


@dataclass(frozen=True)
class SwitchingValue:
    """Where net present value crosses nought.

    Attributes
    ----------
    name, unit : str
    stated, low, high : float or None
        Value as it stands, and the bounds between which it was moved; None for several numbers that move together.
    at : float or None
        Value at the crossing that is nearest to where it stands; None if there is none, or it is no single number.
    percentile : float or None
        Where the crossing lies in what is stated of the number, of 100; None if it is not drawn, or there is none.
    crossings : int
        How many there are.
    npv_low, npv_high : float
        Net present value at both bounds.
    """

    name: str
    unit: str
    stated: float | None
    low: float | None
    high: float | None
    at: float | None
    percentile: float | None
    crossings: int
    npv_low: float
    npv_high: float

    @property
    def switches(self) -> bool:
        """Whether there is a crossing."""
        return self.crossings > 0


@dataclass(frozen=True)
class Switching:
    """Switching values under one rule for places.

    Attributes
    ----------
    limited : bool
    npv : float
        Of the central run.
    cost_multiple : float
        How many times what they cost programmes could cost: what they save over it. NaN where that is nothing or less.
    found : tuple of SwitchingValue
        Those with a crossing first, the nearest to where it stands before the others.
    """

    limited: bool
    npv: float
    cost_multiple: float
    found: tuple[SwitchingValue, ...]


def axes(runs: AppraisalRuns) -> tuple[Axis, ...]:
    """Return the numbers whose value could change the sign: all that are drawn, and the others of programmes."""
    both = [one for one in (runs.loaded, runs.against) if one is not None]
    held = {one.key: one for loaded in both for one in parameters(loaded)}
    units = {
        one.parameter.key: loaded.provenance[dotted(one.path)].unit
        for loaded in both
        for one in loaded.uncertain
        if dotted(one.path) in loaded.provenance
    }
    every, own = tuple(held.values()), _of_programmes(runs)
    drawn = [_drawn_axis(one, every, units, own) for one in inputs_of(every)]
    return (*drawn, *(_stated_axes(runs) if runs.against is None else ()))


def _of_programmes(runs: AppraisalRuns) -> set[str]:
    """Return keys of what is drawn of programmes, if the scenario is held against itself without them."""
    programmes = [one.is_programme for one in runs.loaded.scenario.interventions]
    places = [one for one in runs.loaded.uncertain if one.path[0] == "interventions"] if runs.against is None else []
    return {one.parameter.key for one in places if programmes[int(one.path[1])]}


def least_runs(runs: AppraisalRuns) -> int:
    """Return how many model runs an appraisal takes, under both rules, before crossings are narrowed down."""
    points, sides = 1 + runs.draws, 1 if runs.against is None else 2
    steps = len({step.runs for step in STEPS}) - 1
    scanned = sum(len(axis.grid(SCAN)) * (1 if axis.programmes_alone else 2) for axis in axes(runs))
    return 2 * (2 * points + steps * sides * points + 2 + scanned)


def _drawn_axis(one: DrawnInput, every: Sequence[Parameter], units: Mapping[str, str], own: Set[str]) -> Axis:
    """Return the axis of an input: its factors move alike, by as much as takes their sum to a percentile.

    Nothing else is drawn in its runs, so that all else is as in the central run.
    """
    factors = set(one.factors)
    touched = [p for p in every if factors & {p.key, f"group[{p.group}]"}]
    normals = {name: np.zeros(1) for p in touched for name in (p.key, f"group[{p.group}]")}
    single = touched[0] if len(touched) == 1 and one.keys else None

    def numbers(z: float) -> dict[str, Array]:
        moved = {name: np.full(1, z / math.sqrt(len(factors))) for name in factors}
        return values(touched, normals | moved)

    def point(z: float) -> Point:
        return Point({key: float(of[0]) for key, of in numbers(z).items()})

    def value(z: float) -> float | None:
        return None if single is None else float(numbers(z)[single.key][0])

    unit = units.get(single.key, "") if single is not None else ""
    alone = {p.key for p in touched} <= own
    return Axis(one.name, unit, -FURTHEST, FURTHEST, 0.0, point, value, drawn=True, programmes_alone=alone)


def _stated_axes(runs: AppraisalRuns) -> list[Axis]:
    """Return the numbers of programmes that are given and not drawn."""
    uncertain = {one.path for one in runs.loaded.uncertain}
    found = []
    for at, one in enumerate(runs.loaded.scenario.interventions):
        for note in notes(type(one)) if one.is_programme else ():
            steps = tuple(note.path.split("."))
            path: Path = ("interventions", at, *steps)
            value = _value(one, steps)
            bounded = note.low is not None and note.high is not None
            if value is None or path in uncertain or not bounded or not note.unit:
                continue
            low, high = _range(float(value), float(note.low or 0.0), float(note.high or 0.0))
            whole = isinstance(value, int)
            name = f"{note.path.replace('.', ' ').replace('_', ' ')} ({one.title})"
            unit = one.unit_here(note.unit)
            point = _point_at(path, whole=whole)
            found.append(
                Axis(name, unit, low, high, float(value), point, float, drawn=False, programmes_alone=True, whole=whole)
            )
    return found


def _point_at(path: Path, *, whole: bool) -> Callable[[float], Point]:
    return lambda x: Point(stated={path: round(x) if whole else x})


def _value(holder: object, steps: Sequence[str]) -> float | int | None:
    for step in steps:
        holder = getattr(holder, step, None)
    return holder if isinstance(holder, float | int) and not isinstance(holder, bool) else None


def _range(value: float, low: float, high: float) -> tuple[float, float]:
    """Return where a number is moved: its field's bounds, or up to ten times its value where they are out of scale."""
    if value > 0.0 and high - low > _HUGE * value:
        return low, min(high, _FOLD * value)
    return low, high


def switching(
    runs: AppraisalRuns, *, limited: bool, many: Sequence[Axis] | None = None, scan: int | None = None,
    most: int | None = None,
) -> Switching:  # fmt: skip
    """Find the switching value of each number under one rule for places.

    Parameters
    ----------
    runs : AppraisalRuns
    limited : bool
        Whether foster places are limited.
    many : sequence of Axis, optional
        Numbers to move; all of :func:`axes` if left out.
    scan : int, optional
        Values at which crossings are looked for first; `SCAN` if left out.
    most : int, optional
        How many numbers with a crossing are told of, those whose crossing is nearest; all if left out.

    Raises
    ------
    ScenarioError
        If the central run asks for what cannot be had. A value that cannot be had is none.
    """
    centre = runs.run((Point(),), limited=limited)
    central = ledger(centre)
    cost, saving = (float(flow[0, 0] @ runs.discount) for flow in (central.cost, central.saving))

    def npv(asked: Sequence[tuple[Axis, float]]) -> Array:
        found = np.full(len(asked), np.nan)
        for alone in (True, False):
            which = [i for i, (axis, _) in enumerate(asked) if axis.programmes_alone == alone]
            if which:
                points = [axis.point(x) for axis, x in (asked[i] for i in which)]
                bare = centre.other.first_run(len(points)) if alone else None
                sides = runs.run(points, limited=limited, bare=bare, where_had=True)
                found[which] = ledger(sides).net[:, 0] @ runs.discount
        return found

    many = axes(runs) if many is None else many
    grids = [axis.grid(scan or SCAN) for axis in many]
    at = _of_each(npv, many, grids)
    every = [crossings(grid, of) for grid, of in zip(grids, at, strict=True)]
    spans = {i: span for i, axis in enumerate(many) if (span := axis.nearest(every[i])) is not None}

    def far(i: int, x: float) -> float:
        return abs(x - many[i].stated) / (many[i].high - many[i].low)

    told = sorted(spans, key=lambda i: far(i, many[i].crossing(spans[i])))[:most]
    places = dict(zip(told, narrowed(npv, [(many[i], spans[i]) for i in told]), strict=True))
    ranked = [*sorted(told, key=lambda i: far(i, places[i])), *(i for i in range(len(many)) if i not in spans)]
    found = tuple(_told(many[i], places.get(i), len(every[i]), at[i]) for i in ranked)
    return Switching(limited, saving - cost, saving / cost if cost > 0.0 else math.nan, found)


Npv = Callable[[Sequence[tuple[Axis, float]]], Array]


def _of_each(npv: Npv, many: Sequence[Axis], grids: Sequence[Sequence[float]]) -> list[Array]:
    """Return net present value at some coordinates of each number, of which all are run together."""
    flat = [(axis, x) for axis, grid in zip(many, grids, strict=True) for x in grid]
    return np.split(npv(flat), np.cumsum([len(grid) for grid in grids])[:-1]) if grids else []


def crossings(grid: Sequence[float], of: Array) -> list[Span]:
    """Return the spans between values over which net present value changes its sign."""
    ends = zip(grid, grid[1:], of.tolist(), of[1:].tolist(), strict=False)
    return [(a, b, x, y) for a, b, x, y in ends if x * y < 0.0 or (y == 0.0 != x)]


def narrowed(npv: Npv, spans: Sequence[tuple[Axis, Span]]) -> list[float]:
    """Return where the crossing of each span is that is nearest to where its number stands."""
    for _ in range(ROUNDS):
        grids = [axis.between(span[0], span[1], SCAN) for axis, span in spans]
        at = _of_each(npv, [axis for axis, _ in spans], [grid[1:-1] for grid in grids])
        found = []
        for (axis, span), grid, of in zip(spans, grids, at, strict=True):
            inner = crossings(grid, np.array([span[2], *of, span[3]]))
            found.append((axis, axis.nearest(inner) or span))
        spans = found
    return [axis.crossing(span) for axis, span in spans]


def _told(axis: Axis, x: float | None, crossings: int, of: Array) -> SwitchingValue:
    at = None if x is None else axis.value(x)
    percentile = 100.0 * float(ndtr(x)) if axis.drawn and x is not None else None
    low, high, stated = (axis.value(one) for one in (axis.low, axis.high, axis.stated))
    ends = float(of[0]), float(of[-1])
    return SwitchingValue(axis.name, axis.unit, stated, low, high, at, percentile, crossings, *ends)
