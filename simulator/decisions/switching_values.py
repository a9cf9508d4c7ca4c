"""Switching values: at which value of a number net present value crosses nought, all others at their central values.

Every number that is drawn is moved over its whole distribution, and every other number of the programmes between the
bounds of its field. Values are looked at first at some points, and each crossing is then found by bisection, of runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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
"""Values of a number at which a crossing is looked for."""
ROUNDS = 26
"""Bisections: what is left of the distance between two of those values is a part in some 60 million."""
FURTHEST = 3.09
"""Standard deviations on the normal scale: 998 of 1,000 draws lie nearer to the middle."""
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
    whole: bool = False

    @property
    def grid(self) -> list[float]:
        """Coordinates that are looked at first, where it stands among them."""
        found = {*np.linspace(self.low, self.high, SCAN).tolist(), self.stated}
        return sorted({float(round(x)) for x in found} if self.whole else found)


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
    drawn = [_drawn_axis(one, tuple(held.values()), units) for one in inputs_of(held.values())]
    return (*drawn, *(_stated_axes(runs) if runs.against is None else ()))


def least_runs(runs: AppraisalRuns) -> int:
    """Return how many model runs an appraisal takes, under both rules, before crossings are narrowed down."""
    points, sides = 1 + runs.draws, 1 if runs.against is None else 2
    steps = len({step.runs for step in STEPS}) - 1
    scanned = sum(len(axis.grid) * (2 if axis.drawn else 1) for axis in axes(runs))
    return 2 * (2 * points + steps * sides * points + 2 + scanned)


def _drawn_axis(one: DrawnInput, every: tuple[Parameter, ...], units: Mapping[str, str]) -> Axis:
    """Return the axis of an input: its factors move alike, by as much as takes their sum to a percentile."""
    factors = set(one.factors)
    touched = [p for p in every if factors & {p.key, f"group[{p.group}]"}]
    normals = {name: np.zeros(1) for p in touched for name in (p.key, f"group[{p.group}]")}
    central = {p.key: p.distribution.central for p in every}
    single = touched[0] if len(touched) == 1 and one.keys else None

    def numbers(z: float) -> dict[str, Array]:
        moved = {name: np.full(1, z / math.sqrt(len(factors))) for name in factors}
        return values(touched, normals | moved)

    def point(z: float) -> Point:
        return Point(central | {key: float(of[0]) for key, of in numbers(z).items()})

    def value(z: float) -> float | None:
        return None if single is None else float(numbers(z)[single.key][0])

    unit = units.get(single.key, "") if single is not None else ""
    return Axis(one.name, unit, -FURTHEST, FURTHEST, 0.0, point, value, drawn=True)


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
            found.append(Axis(name, unit, low, high, float(value), point, float, drawn=False, whole=whole))
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


def switching(runs: AppraisalRuns, *, limited: bool, many: Sequence[Axis] | None = None) -> Switching:
    """Find the switching value of each number under one rule for places.

    Parameters
    ----------
    runs : AppraisalRuns
    limited : bool
        Whether foster places are limited.
    many : sequence of Axis, optional
        Numbers to move; all of :func:`axes` if left out.

    Raises
    ------
    ScenarioError
        If the central run asks for what cannot be had. A value that cannot be had is none.
    """
    centre = runs.run((Point(),), limited=limited)
    central = ledger(centre)
    cost, saving = (float(flow[0, 0] @ runs.discount) for flow in (central.cost, central.saving))
    many = axes(runs) if many is None else many

    def npv(asked: Sequence[tuple[Axis, float]]) -> Array:
        moving = [(i, axis, x) for i, (axis, x) in enumerate(asked) if axis.drawn]
        others = [(i, axis, x) for i, (axis, x) in enumerate(asked) if not axis.drawn]
        found = np.full(len(asked), np.nan)
        for some, bare in ((moving, None), (others, centre.other)):
            points = [axis.point(x) for _, axis, x in some]
            if not points:
                continue
            repeated = None if bare is None else bare.some(np.zeros(len(points), dtype=int))
            had = runs.run_where_had(points, limited=limited, bare=repeated)
            for (i, _, _), sides in zip(some, had, strict=True):
                if sides is not None:
                    found[i] = float(ledger(sides).net[0, 0] @ runs.discount)
        return found

    grids = [axis.grid for axis in many]
    flat = [(axis, x) for axis, grid in zip(many, grids, strict=True) for x in grid]
    at = np.split(npv(flat), np.cumsum([len(grid) for grid in grids])[:-1]) if flat else []
    crossed = [crossings(grid, of) for grid, of in zip(grids, at, strict=True)]
    nearest = [
        min(spans, key=lambda span: abs(sum(span) / 2.0 - axis.stated)) if spans else None
        for axis, spans in zip(many, crossed, strict=True)
    ]
    places = bisected(npv, [(axis, span) for axis, span in zip(many, nearest, strict=True) if span is not None])
    found = []
    for axis, spans, of in zip(many, crossed, at, strict=True):
        x = next(places) if spans else None
        far = math.inf if x is None else abs(x - axis.stated) / (axis.high - axis.low)
        found.append((far, _told(axis, x, len(spans), of)))
    ranked = tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))
    return Switching(limited, saving - cost, saving / cost if cost > 0.0 else math.nan, ranked)


def crossings(grid: Sequence[float], of: Array) -> list[tuple[float, float]]:
    """Return the spans between values over which net present value changes its sign."""
    return [(a, b) for a, b, x, y in zip(grid, grid[1:], of, of[1:], strict=False) if x * y < 0.0 or (y == 0.0 != x)]


def bisected(
    npv: Callable[[Sequence[tuple[Axis, float]]], Array], spans: Sequence[tuple[Axis, tuple[float, float]]]
) -> Iterator[float]:
    """Yield where each span's crossing is, all spans halved side by side."""
    low = np.array([span[0] for _, span in spans])
    high = np.array([span[1] for _, span in spans])
    many = [axis for axis, _ in spans]
    if many:
        begin = npv([(axis, x) for axis, x in zip(many, low, strict=True)])
        for _ in range(ROUNDS):
            middle = (low + high) / 2.0
            same = np.sign(npv([(axis, float(x)) for axis, x in zip(many, middle, strict=True)])) == np.sign(begin)
            low, high = np.where(same, middle, low), np.where(same, high, middle)
    yield from ((low + high) / 2.0).tolist()


def _told(axis: Axis, x: float | None, crossings: int, of: Array) -> SwitchingValue:
    at = None if x is None else axis.value(float(round(x)) if axis.whole else x)
    percentile = 100.0 * float(ndtr(x)) if axis.drawn and x is not None else None
    low, high, stated = (axis.value(one) for one in (axis.low, axis.high, axis.stated))
    ends = float(of[0]), float(of[-1])
    return SwitchingValue(axis.name, axis.unit, stated, low, high, at, percentile, crossings, *ends)
