"""Find the values of assumptions with which a scenario reaches targets, or say that none within their bounds do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq, least_squares

from simulator.interventions import notes
from simulator.interventions.fields import FieldNote, Model, Wrong, nearest
from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.results.measures import measures
from simulator.runs.simulate import simulate
from simulator.runs.single_run import Engine, run_once
from simulator.scenario import LoadedScenario, Scenario, ScenarioError
from simulator.vocabulary.calendar import Month, instant_date
from simulator.vocabulary.placements import reported

Array = NDArray[np.float64]

PRECISION = 1e-12
"""How near a solution is, as a share of the range between the bounds: billions that balance do so to the pound."""

_SCAN, _SCAN_OF_DRAWS = 9, 5
"""Values between the bounds at which a crossing of the target is looked for, by the central run and with draws."""

PRECISION_OF_DRAWS = 1e-4
"""The same as `PRECISION` with draws, whose number moves a solution by more."""

_READINGS, _BRENT = 5, 60
"""Most values that are run after these to find one, with draws and by the central run."""

DRAWS_TO_BE_SURE = 400
"""Draws where none are named. A share of 50% is counted to 2.5 points with them, and to 8 with 40."""


_NUMBER = r"[-+]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"


class Unsolvable(Wrong):
    """The question cannot be asked, or has no answer within the bounds."""


OF_PROGRAMMES = ("net_cost", "npv")
"""Targets that are of what a scenario's programmes do, against the same scenario without them or another one: their
real cost less what they save, added up, and what they save less what they cost, at present value."""


@dataclass(frozen=True)
class Target:
    """What a result is to be.

    Attributes
    ----------
    measure : str
        A measure, or one of `OF_PROGRAMMES`.
    value : float
    when : str
        A month (a stock at its end) or a financial year (a flow, or money in cash, over it).
    last : str
        The last financial year of several that are added up, or the last month of several of a stock; empty if there
        is one.
    sign : {"=", "<=", ">="}
        Which side of the value is good, so that one can be sure of it. Over months, a stock is its mean with ``=``, its
        highest with ``<=`` and its lowest with ``>=``.
    placement : str
        The one placement that it is of; all if empty.
    """

    measure: str
    value: float
    when: str
    last: str = ""
    sign: str = "="
    placement: str = ""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``measure=value@when``: ``children=100_000@2032-03``, ``children:childrens_home<=15000@2030-03``.

        Raises
        ------
        Unsolvable
            If it is not of that form, or there is no such measure or placement.
        """
        match = re.fullmatch(rf"(\w+)(?::(\w+))?(=|<=|>=)({_NUMBER})@([^\s.]+)(?:\.\.([^\s.]+))?", text.strip())
        if match is None:
            raise Unsolvable(
                f"{text!r} is not a target",
                "measure=value@month, measure=value@financial year or measure=value@first..last of them (or <= or >=, "
                "which say what is good), for example children=100000@2032-03, children<=80000@2030-03, "
                "total_spend=12e9@2030-31 or npv=0@2025-26..2034-35",
            )
        known = (*measures(), *OF_PROGRAMMES)
        if match[1] not in known:
            raise Unsolvable(
                f"no measure {match[1]!r}",
                f"a name shown by `care-demand list measures`, or {' or '.join(OF_PROGRAMMES)}",
                nearest(match[1], known),
            )
        placement = match[2] or ""
        if placement and (match[1] in OF_PROGRAMMES or placement not in reported()):
            raise Unsolvable(f"no {match[1]} of {placement!r}", ", ".join(reported()), nearest(placement, reported()))
        return cls(match[1], float(match[4]), match[5], match[6] or "", match[3], placement)

    @property
    def of_programmes(self) -> bool:
        """Whether it is of what programmes do."""
        return self.measure in OF_PROGRAMMES

    @property
    def in_words(self) -> str:
        """What was asked for, as it is written."""
        of = f":{self.placement}" if self.placement else ""
        return f"{self.measure}{of}{self.sign}{self.value:g}@{self.span}"

    @property
    def span(self) -> str:
        """When, as it was asked for."""
        return f"{self.when}..{self.last}" if self.last else self.when

    def of(self, results: RunResults, against: RunResults | None = None) -> Array:
        """Return what results give for it: (1 + draw,), the central run first.

        Parameters
        ----------
        results : RunResults
        against : RunResults, optional
            What programmes are held against; the same scenario without them if left out.

        Raises
        ------
        Unsolvable
            If the run does not cover the time, or there is nothing to hold programmes against.
        """
        if self.of_programmes:
            return self._of_programmes(results, against)
        if results[self.measure].kind == "stock":
            stocks, dates = self._here(results, "stock_parts", "stock_totals"), results.dates("stock")
            first, last = (_instant(when) for when in (self.when, self.last or self.when))
            if first not in dates or last not in dates or first > last:
                said = f"{self.span} are no months" if self.last else f"{self.span} is no month"
                raise Unsolvable(f"{self.measure} is a stock, and {said} of the run",
                                 f"a month from {dates[0][:7]} to {dates[-1][:7]}, or first..last of them")  # fmt: skip
            span = stocks[:, dates.index(first) : dates.index(last) + 1]
            over: Array = {"=": span.mean(axis=1), "<=": span.max(axis=1), ">=": span.min(axis=1)}[self.sign]
            return over
        return self._added_up(self._here(results, "year_parts", "year_totals"), results)

    def _here(self, results: RunResults, parts: str, totals: str) -> Array:
        """Return the figures of its placement, or of all: (1 + draw, time)."""
        if not self.placement:
            every: Array = getattr(results, totals)(self.measure).area()
            return every
        placements = results[self.measure].placements
        if self.placement not in placements:
            raise Unsolvable(f"{self.measure} is not told by placement", "the same without a placement")
        one: Array = getattr(results, parts)(self.measure).area()[..., placements.index(self.placement)]
        return one

    def _of_programmes(self, results: RunResults, against: RunResults | None) -> Array:
        if against is None and "total_spend" not in results.without:
            raise Unsolvable(f"{self.measure} is of programmes, and nobody does anything in {results.name}",
                             "a scenario with programmes, or --against SCENARIO")  # fmt: skip
        other = against or results.bare()
        spend, beside = (one.year_totals("total_spend", real=True).area() for one in (results, other))
        if against is not None and (other.first_month, other.areas) != (results.first_month, results.areas):
            raise Unsolvable(f"{other.name} is of another start or other areas than {results.name}",
                             "a scenario from the same base")  # fmt: skip
        years = min(spend.shape[1], beside.shape[1])
        more = spend[:, :years] - beside[:, :years]
        if self.measure == "npv":
            return -self._added_up(more * results.discount[:years], results)
        return self._added_up(more, results)

    def _added_up(self, by_year: Array, results: RunResults) -> Array:
        """Add up the years that it is about: (1 + draw,) from (1 + draw, year)."""
        years = results.financial_years[: by_year.shape[1]]
        first, last = self.when, self.last or self.when
        if first not in years or last not in years or first > last:
            raise Unsolvable(f"{self.measure} adds up over years, and {self.span} are no financial years of the run"
                             if self.last else
                             f"{self.measure} adds up over a year, and {self.when} is no financial year of the run",
                             f"a financial year from {years[0]} to {years[-1]}, or first..last of them")  # fmt: skip
        total: Array = by_year[:, years.index(first) : years.index(last) + 1].sum(axis=1)
        return total

    def reached(self, values: Array, sure: float | None) -> float:
        """Return the one figure that is to be the target's value, of (1 + draw,).

        Parameters
        ----------
        values : (1 + draw,)
        sure : float, optional
            Share of draws that are to be as good or better: to save as much, or to cost as little. The central run's
            figure if left out.
        """
        if sure is None:
            return float(values[0])
        return float(np.quantile(values[1:], 1.0 - sure if self.better_high else sure))

    @property
    def better_high(self) -> bool:
        """Whether more is as good or better: what is saved, or what is asked to be at the least."""
        return self.sign == ">=" or (self.sign == "=" and self.measure == "npv")


def _instant(when: str) -> str:
    """Return the date at the end of a month; text that is not a month, as it is."""
    try:
        return instant_date(Month.parse(when))
    except ValueError:
        return when


@dataclass(frozen=True)
class Unknown:
    """The assumption to vary.

    Attributes
    ----------
    path : tuple of str or int
        Steps from the top of the scenario to the number.
    id : str
        Id of the intervention that holds it; empty if it is not in one.
    note : FieldNote
        Its unit.
    low, high : float
        Its bounds: those of the field, or narrower ones that were asked for.
    """

    path: tuple[str | int, ...]
    id: str
    note: FieldNote
    low: float
    high: float

    @classmethod
    def parse(cls, text: str, scenario: Scenario) -> Unknown:
        """Read a path such as ``interventions.starts-trend.percent_per_year`` or ``assumptions.births_per_year``.

        An intervention is named by its id or its position. Bounds may follow: ``PATH=0.8..1``.

        Raises
        ------
        Unsolvable
            If there is no such number.
        """
        text, equals, bounds = text.partition("=")
        path: list[str | int] = []
        holder: object = scenario
        owner: Model = scenario
        name = ""
        for step in text.split("."):
            if isinstance(holder, tuple):
                ids = [getattr(one, "id", None) or str(i) for i, one in enumerate(holder)]
                at = ids.index(step) if step in ids else int(step) if step.isdecimal() else len(holder)
                if at >= len(holder):
                    raise Unsolvable(f"{text}: no intervention {step!r}", ", ".join(ids) or "none", nearest(step, ids))
                name, holder = getattr(holder[at], "id", None) or "", holder[at]
                path.append(at)
                continue
            if not isinstance(holder, Model) or step not in type(holder).model_fields:
                fields = type(holder).model_fields if isinstance(holder, Model) else {}
                raise Unsolvable(f"{text}: no {step!r}", ", ".join(fields), nearest(step, fields))
            owner, holder = holder, getattr(holder, step)
            path.append(step)
        if not path or isinstance(path[-1], int) or not isinstance(holder, int | float | None) or holder is True:
            raise Unsolvable(f"{text} is not a number")
        note = next(note for note in notes(type(owner)) if note.path == path[-1])
        if note.low is None or note.high is None:
            raise Unsolvable(f"{text} is not a number with bounds")
        low, high = float(note.low), float(note.high)
        if equals:
            match = re.fullmatch(rf"({_NUMBER})\.\.({_NUMBER})", bounds.strip())
            if match is None or not low <= float(match[1]) < float(match[2]) <= high:
                raise Unsolvable(f"{bounds!r} are no bounds of {text}", f"LOW..HIGH, from {low:g} to {high:g}")
            low, high = float(match[1]), float(match[2])
        return cls(tuple(path), name, note, low, high)


@dataclass(frozen=True)
class Solution:
    """An assumption and the result that it gives.

    Attributes
    ----------
    value, result : float
    error : float or None
        Standard error of the value from counting draws: half of what it moves if as many more or fewer of them reach
        the target as chance makes of their number. Infinite if the bounds do not hold it, None without draws.
    """

    value: float
    result: float
    error: float | None = None


@dataclass(frozen=True)
class Surety:
    """How sure it is to be that the target is reached.

    Attributes
    ----------
    share : float
        Of draws that reach it or do better.
    draws, seed : int
        How many, and their seed.
    """

    share: float
    draws: int
    seed: int = 1


Kept = Callable[[str, Callable[[], Array]], Array]


class Trials:
    """Values of an assumption that were run, and what the target is in each run; a value is run once.

    Parameters
    ----------
    loaded, target, unknown, engine, sure, against
        As for :func:`solve`.
    told : callable
        Told how many runs were made.
    kept : callable
        Of a name and of what makes figures: gives those that were kept from before, or makes and keeps them.
    """

    def __init__(
        self, loaded: LoadedScenario, target: Target, unknown: Unknown, engine: Engine = "plain", *,
        sure: Surety | None = None, against: LoadedScenario | None = None, told: Callable[[int], None] = lambda _: None,
        kept: Kept = lambda _, make: make(),
    ) -> None:  # fmt: skip
        self.loaded, self.target, self.unknown, self.engine, self.sure = loaded, target, unknown, engine, sure
        self.price_year = loaded.scenario.price_year
        self.beside = None if against is None else _run(against, engine, sure, self.price_year)
        self.told, self.kept = told, kept
        self.refused: list[Impossible | ScenarioError] = []
        self._seen: dict[float, Array] = {}

    @property
    def runs(self) -> int:
        """Runs of a value: the central one and the draws."""
        return 1 + (self.sure.draws if self.sure else 0)

    @property
    def values(self) -> list[float]:
        """Values that can be had, the lowest first."""
        return sorted(value for value, found in self._seen.items() if not np.isnan(found).any())

    def of(self, value: float) -> Array:
        """Return what the target is with a value: (1 + draw,), the central run first; NaN if it cannot be had."""
        if value not in self._seen:
            try:
                self._seen[value] = self.kept(f"{value!r}", lambda: self._ran(value))
            except (Impossible, ScenarioError) as impossible:
                self.refused.append(impossible)
                self._seen[value] = np.full(self.runs, np.nan)
            self.told(len(self._seen) * self.runs)
        return self._seen[value]

    def _ran(self, value: float) -> Array:
        results = _run(_with_certain(self.loaded, self.unknown, value), self.engine, self.sure, self.price_year)
        return self.target.of(results, self.beside)

    def reached(self, value: float, share: float | None = None) -> float:
        """Return the one figure that is to be the target's value, to be so sure or as sure as was asked."""
        asked = None if self.sure is None else self.sure.share
        return self.target.reached(self.of(value), asked if share is None else share)

    def crossing(self, share: float, near: float) -> float:
        """Return where the target would be reached in a share of draws, along straight lines between values; or NaN."""
        values = np.array(self.values)
        misses = np.array([self.reached(value, share) for value in values]) - self.target.value
        at = np.flatnonzero(misses[:-1] * misses[1:] <= 0.0)
        a, b, x, y = values[at], values[at + 1], misses[at], misses[at + 1]
        found = a + (b - a) * np.divide(x, x - y, out=np.zeros_like(x), where=x != y)
        return float(min(found, key=lambda value: abs(value - near), default=np.nan))


def solve(
    loaded: LoadedScenario,
    target: Target,
    unknown: Unknown,
    engine: Engine = "plain",
    *,
    sure: Surety | None = None,
    against: LoadedScenario | None = None,
    trials: Trials | None = None,
) -> Solution:
    """Find the value of an assumption with which a scenario reaches a target.

    The result is looked at between the bounds of the assumption; where it crosses the target, the value is found by
    Brent's method. If it crosses more than once, the solution is the one nearest to the scenario's own value. With
    draws fewer values are looked at and the value is found less exactly, as chance moves it by more: every draw is read
    off between the values that were run (monotone cubics), and the value that these give is run, until they agree.

    Parameters
    ----------
    loaded : LoadedScenario
    target : Target
    unknown : Unknown
    engine : {"plain", "compiled"}
    sure : Surety, optional
        If given, draws are run, in which the assumption is certain, and the target is reached in a share of them; else
        by the central run.
    against : LoadedScenario, optional
        What programmes are held against, if not the same scenario without them.
    trials : Trials, optional
        Values that were run before with the same draws, for another share of them.

    Raises
    ------
    Unsolvable
        If no value within the bounds reaches the target, with the one that comes nearest; or all do.
    ScenarioError
        If the scenario is impossible with every value.
    """
    check_sure((target,), sure)
    tried = trials or Trials(loaded, target, unknown, engine, sure=sure, against=against)
    share = None if sure is None else sure.share

    def miss(value: float) -> float:
        return tried.reached(value, share) - target.value

    low, high = unknown.low, unknown.high
    now = _now(loaded, unknown)
    grid = sorted({*np.linspace(low, high, _SCAN if sure is None else _SCAN_OF_DRAWS).tolist(), now})
    misses = [miss(value) for value in grid]
    if np.isnan(misses).all():
        with loaded.placing():
            raise tried.refused[-1]
    crossings = [
        (a, b)
        for (a, x), (b, y) in zip(zip(grid, misses, strict=True), zip(grid[1:], misses[1:], strict=True), strict=False)
        if x * y <= 0
    ]
    if not crossings:
        raise Unsolvable(_never_crossed(target, unknown, now, dict(zip(grid, misses, strict=True))))
    a, b = min(crossings, key=lambda ends: abs(sum(ends) / 2.0 - now))
    if sure is None:
        value = float(brentq(miss, a, b, xtol=PRECISION * (high - low), maxiter=_BRENT, disp=False))
        return Solution(value, miss(value) + target.value)
    value = _read_off(tried, miss, sure.share, a, b)
    return Solution(value, miss(value) + target.value, _error(tried, sure, value))


def _read_off(tried: Trials, miss: Callable[[float], float], share: float, low: float, high: float) -> float:
    """Return a value between two with which the target is reached in a share of draws."""
    near = PRECISION_OF_DRAWS * (tried.unknown.high - tried.unknown.low)
    tiny = PRECISION * max(abs(tried.target.value), 1.0)
    for end in (low, high):
        if abs(miss(end)) <= tiny:
            return end
    value = np.nan
    for _ in range(_READINGS):
        values = tried.values
        each = PchipInterpolator(values, np.stack([tried.of(one) for one in values]))

        def between(x: float, each: PchipInterpolator = each) -> float:
            return tried.target.reached(each(x), share) - tried.target.value

        before, value = value, float(brentq(between, low, high, xtol=near / 10.0))
        here = miss(value)
        if abs(here) <= tiny or abs(value - before) <= near:
            break
        low, high = (low, value) if miss(low) * here < 0.0 else (value, high)
    return value


def _error(tried: Trials, sure: Surety, value: float) -> float:
    """Return the standard error of a value from counting draws."""
    error = np.sqrt(sure.share * (1.0 - sure.share) / sure.draws)
    ends = [tried.crossing(float(np.clip(sure.share + sign * error, 0.0, 1.0)), value) for sign in (-1.0, 1.0)]
    return float("inf") if np.isnan(ends).any() else abs(ends[1] - ends[0]) / 2.0


def _never_crossed(target: Target, unknown: Unknown, now: float, misses: Mapping[float, float]) -> str:
    """Say that a result never is the target's value: that all values do better, or which comes nearest."""
    had = {value: miss for value, miss in misses.items() if not np.isnan(miss)}
    of = f"{dotted(unknown)} from {unknown.low:g} to {unknown.high:g}"
    good = {"=": False, "<=": max(had.values()) < 0.0, ">=": min(had.values()) > 0.0}[target.sign]
    if good:
        least, most = (end(had.values()) + target.value for end in (min, max))
        return f"every {of} reaches it: {target.measure} is {least:,.10g} to {most:,.10g}, so there is nothing to find"
    best = min(had, key=lambda value: abs(had[value]))
    return f"no {of} reaches it; the nearest is {best:g} {unknown.note.unit}, with {had[best] + target.value:,.10g}"


def most_runs(unknowns: int, sure: Surety | None) -> int:
    """Return how many runs of the simulator one solution takes at the most."""
    of_one = _SCAN + 1 + _BRENT if sure is None else _SCAN_OF_DRAWS + 1 + _READINGS
    of_several = 2 + _TRIES * _STEPS * (1 + unknowns) + 1
    return (of_one if unknowns == 1 else of_several) * (1 + (sure.draws if sure else 0))


NEAR = 1e-6
"""How near to every target several unknowns must come, as a part of it or of how far the bounds take its result."""

_TRIES, _STEPS = 3, 15
"""Points between the bounds from which several unknowns are looked for, the scenario's own values first, and steps."""


def solve_several(
    loaded: LoadedScenario,
    targets: Sequence[Target],
    unknowns: Sequence[Unknown],
    engine: Engine = "plain",
    *,
    sure: Surety | None = None,
    against: LoadedScenario | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> tuple[Solution, ...]:
    """Find the values of as many assumptions as there are targets, with which a scenario reaches all of them.

    Least squares within the bounds (a trust region method), from the scenario's own values and then from others. Where
    more than one set of values does, it is the one that was found first.

    Parameters
    ----------
    loaded : LoadedScenario
    targets, unknowns : sequence
        As many of the one as of the other.
    engine, sure, against
        As for :func:`solve`.
    told : callable
        Told how many runs were made.

    Returns
    -------
    tuple of Solution
        The value of each unknown; its result is that of the target in the same place.

    Raises
    ------
    Unsolvable
        If there are not as many unknowns as targets, or nothing within the bounds reaches all targets; the message says
        what comes nearest.
    ScenarioError
        If the scenario is impossible with the values that were tried.
    """
    if len(targets) != len(unknowns) or len({one.path for one in unknowns}) < len(unknowns):
        raise Unsolvable(f"{len(targets)} targets and {len(unknowns)} numbers to vary", "as many of each, each once")
    check_sure(targets, sure)
    price_year = loaded.scenario.price_year
    beside = None if against is None else _run(against, engine, sure, price_year)
    low = np.array([one.low for one in unknowns])
    width = np.array([one.high for one in unknowns]) - low

    made = 0

    def results(parts: Array) -> Array:
        nonlocal made
        changed = loaded
        for unknown, value in zip(unknowns, low + parts * width, strict=True):
            changed = _with_certain(changed, unknown, float(value))
        with loaded.placing():
            run = _run(changed, engine, sure, price_year)
        made += 1 + (sure.draws if sure else 0)
        told(made)
        share = None if sure is None else sure.share
        return np.array([one.reached(one.of(run, beside), share) for one in targets])

    own = np.clip((np.array([_now(loaded, one) for one in unknowns]) - low) / width, 0.0, 1.0)
    asked = np.array([one.value for one in targets])
    corners = np.array([results(np.full(len(unknowns), x)) for x in (0.0, 1.0)])
    scale = np.maximum(np.abs(corners - asked).max(axis=0), np.abs(asked)) + 1e-12
    best, least = own, np.inf
    for start in [own, *(np.linspace(0.0, 1.0, _TRIES + 1)[1:-1][:, None] * np.ones(len(unknowns)))]:
        inside = np.clip(start, 1e-3, 1.0 - 1e-3)
        found = least_squares(lambda x: (results(x) - asked) / scale, inside, bounds=(0.0, 1.0), xtol=1e-12, ftol=1e-14,
                              diff_step=1e-4, max_nfev=_STEPS)  # fmt: skip
        miss = float(np.abs(found.fun).max())
        if miss < least:
            best, least = found.x, miss
        if least <= NEAR:
            break
    reached = results(best)
    values = (low + best * width).tolist()
    if least > NEAR:
        said = ", ".join(f"{dotted(u)} = {v:.6g} {u.note.unit}" for u, v in zip(unknowns, values, strict=True))
        gives = ", ".join(f"{t.measure} {x:,.10g}" for t, x in zip(targets, reached, strict=True))
        raise Unsolvable(f"nothing was found within the bounds that reaches all targets; the nearest is {said}, "
                         f"with {gives}")  # fmt: skip
    return tuple(Solution(v, float(x)) for v, x in zip(values, reached, strict=True))


def dotted(unknown: Unknown) -> str:
    """Return the path of an unknown as people write it, an intervention by its id."""
    return ".".join(unknown.id if isinstance(step, int) and unknown.id else str(step) for step in unknown.path)


def _now(loaded: LoadedScenario, unknown: Unknown) -> float:
    """Return a scenario's own value, or the lower bound where it leaves it to the base data."""
    here = loaded.scenario.value_at(unknown.path)
    return unknown.low if here is None else float(np.clip(here, unknown.low, unknown.high))


def check_sure(targets: Sequence[Target], sure: Surety | None) -> None:
    """Refuse to be sure of what may be good high or low.

    Raises
    ------
    Unsolvable
    """
    for one in targets:
        if sure is not None and not one.of_programmes and one.sign == "=":
            raise Unsolvable(f"{one.measure} may be good high or low, so nothing is sure of it",
                             f"<= or >= in the place of =, or a target of {' or '.join(OF_PROGRAMMES)}")  # fmt: skip


def with_other_places(loaded: LoadedScenario) -> LoadedScenario:
    """Return a scenario with foster places found as needed if they are limited, and limited if not."""
    assumptions = loaded.scenario.assumptions
    other = "as_needed" if assumptions.foster_places == "limited" else "limited"
    changed = assumptions.model_copy(update={"foster_places": other})
    return replace(loaded, scenario=loaded.scenario.model_copy(update={"assumptions": changed}))


def _with_certain(loaded: LoadedScenario, unknown: Unknown, value: float) -> LoadedScenario:
    """Return a scenario with a value that is not checked against its field, and certain in draws."""
    uncertain = tuple(one for one in loaded.uncertain if one.path != unknown.path)
    return replace(loaded, scenario=loaded.scenario.with_value(unknown.path, value), uncertain=uncertain)


def _run(loaded: LoadedScenario, engine: Engine, sure: Surety | None, price_year: str) -> RunResults:
    if sure is None:
        return run_once(loaded.scenario, loaded.key, baseline=loaded.baseline, engine=engine, price_year=price_year)
    return simulate(loaded, draws=sure.draws, seed=sure.seed, engine=engine, workers=1, price_year=price_year)
