"""Find the value of one assumption with which a scenario reaches a target, or say that none within its bounds does."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from simulator.interventions import notes
from simulator.interventions.fields import FieldNote, Model, Wrong, nearest
from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.results.measures import measures
from simulator.runs.single_run import Engine, run_once
from simulator.scenario import LoadedScenario, Scenario
from simulator.vocabulary.calendar import Month, instant_date

PRECISION = 1e-6
"""How near a solution is, as a share of the range between the bounds."""

_SCAN = 9
"""Values between the bounds at which a crossing of the target is looked for."""


_NUMBER = r"[-+]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"


class Unsolvable(Wrong):
    """The question cannot be asked, or has no answer within the bounds."""


@dataclass(frozen=True)
class Target:
    """What a result is to be.

    Attributes
    ----------
    measure : str
    value : float
    when : str
        A month (a stock at its end) or a financial year (a flow, or money in cash, over it).
    """

    measure: str
    value: float
    when: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``measure=value@when``, such as ``children=100_000@2032-03`` or ``total_spend=12.5e9@2030-31``.

        Raises
        ------
        Unsolvable
            If it is not of that form, or there is no such measure.
        """
        match = re.fullmatch(rf"(\w+)=({_NUMBER})@(\S+)", text.strip())
        if match is None:
            raise Unsolvable(
                f"{text!r} is not a target",
                "measure=value@month or measure=value@financial year, for example children=100000@2032-03 or "
                "total_spend=12e9@2030-31",
            )
        if match[1] not in measures():
            raise Unsolvable(f"no measure {match[1]!r}", "a name shown by `care-demand list measures`",
                             nearest(match[1], measures()))  # fmt: skip
        return cls(match[1], float(match[2]), match[3])

    def of(self, results: RunResults) -> float:
        """Return what results give for it.

        Raises
        ------
        Unsolvable
            If the run does not cover the time.
        """
        measure = results[self.measure]
        if measure.kind == "stock":
            dates = results.dates("stock")
            date = _instant(self.when)
            if date not in dates:
                raise Unsolvable(f"{self.measure} is a stock, and {self.when} is no month of the run",
                                 f"a month from {dates[0][:7]} to {dates[-1][:7]}")  # fmt: skip
            return float(measure.total()[dates.index(date)])
        years = results.financial_years
        if self.when not in years:
            raise Unsolvable(f"{self.measure} adds up over a year, and {self.when} is no financial year of the run",
                             f"a financial year from {years[0]} to {years[-1]}")  # fmt: skip
        return float(results.by_year(self.measure)[0, 0, years.index(self.when)].sum())


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
        Its unit and bounds.
    """

    path: tuple[str | int, ...]
    id: str
    note: FieldNote

    @classmethod
    def parse(cls, text: str, scenario: Scenario) -> Unknown:
        """Read a path such as ``interventions.starts-trend.percent_per_year`` or ``assumptions.births_per_year``.

        An intervention is named by its id or its position.

        Raises
        ------
        Unsolvable
            If there is no such number.
        """
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
        return cls(tuple(path), name, note)


@dataclass(frozen=True)
class Solution:
    """An assumption and the result that it gives."""

    value: float
    result: float


def solve(loaded: LoadedScenario, target: Target, unknown: Unknown, engine: Engine = "plain") -> Solution:
    """Find the value of an assumption with which a scenario reaches a target.

    The result is looked at between the bounds of the assumption; where it crosses the target, the value is found by
    Brent's method. If it crosses more than once, the solution is the one nearest to
    the scenario's own value.

    Raises
    ------
    Unsolvable
        If no value within the bounds reaches the target; the message says which comes nearest.
    ScenarioError
        If the scenario is impossible with every value.
    """
    seen: dict[float, float] = {}
    refused: list[Impossible] = []

    def result(value: float) -> float:
        if value not in seen:
            try:
                scenario = loaded.scenario.with_value(unknown.path, value)
                seen[value] = target.of(run_once(scenario, loaded.key, engine=engine))
            except Impossible as impossible:
                refused.append(impossible)
                seen[value] = np.nan
        return seen[value]

    low, high = float(unknown.note.low or 0.0), float(unknown.note.high or 0.0)
    here = loaded.scenario.value_at(unknown.path)
    now = low if here is None else float(here)
    grid = sorted({*np.linspace(low, high, _SCAN).tolist(), now})
    misses = [result(value) - target.value for value in grid]
    if np.isnan(misses).all():
        with loaded.placing():
            raise refused[-1]
    crossings = [
        (a, b)
        for (a, x), (b, y) in zip(zip(grid, misses, strict=True), zip(grid[1:], misses[1:], strict=True), strict=False)
        if x * y <= 0
    ]
    if not crossings:
        best = min((abs(m), v) for v, m in zip(grid, misses, strict=True) if not np.isnan(m))[1]
        raise Unsolvable(
            f"no {'.'.join(map(str, unknown.path))} from {low:g} to {high:g} reaches it; the nearest is "
            f"{best:g} {unknown.note.unit}, with {result(best):,.10g}"
        )
    a, b = min(crossings, key=lambda ends: abs(sum(ends) / 2.0 - now))
    value = float(brentq(lambda x: result(x) - target.value, a, b, xtol=PRECISION * (high - low)))
    return Solution(value, result(value))


def solved_file(loaded: LoadedScenario, parent: str, target: Target, unknown: Unknown, solution: Solution) -> str:
    """Return the text of a scenario file that extends another with the value found.

    Parameters
    ----------
    loaded : LoadedScenario
    parent : str
        The scenario as its file is to name it.
    target, unknown, solution
        What was asked, and found.

    Raises
    ------
    Unsolvable
        If the value stands in an intervention without an id, which another file cannot change.
    """
    *holders, name = unknown.path
    steps = [str(step) for step in holders]
    value = f"{solution.value:.10g}"
    comment = f"# found by care-demand solve for {target.measure}={target.value:g}@{target.when}"
    if steps[:1] == ["interventions"]:
        if not unknown.id:
            raise Unsolvable(f"interventions.{steps[1]} has no id; give it one, so that another file can change it")
        lines = ["interventions:", f"  - id: {unknown.id}"]
        indent, steps = 4, steps[2:]
    else:
        lines, indent = [], 0
    for step in steps:
        lines.append(f"{' ' * indent}{step}:")
        indent += 2
    lines.append(f"{' ' * indent}{name}: {value}  {comment}")
    head = [f"name: {loaded.scenario.name}, solved", f"extends: {parent}", ""]
    return "\n".join([*head, *lines]) + "\n"
