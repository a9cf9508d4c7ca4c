"""Allocate a budget over a scenario's programmes: the plan, how it was found, and what the next pound would do.

A mixed-integer programme finds a plan from responses that were sampled in the simulator. The plan is then run in full,
beside every programme alone and equal shares of the money, and the best of them is improved by running its neighbours
with the same draws, until none is better. What is reported of a plan is what the simulator gives, not the programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.finished_work import FinishedWork
from simulator.decisions.levers import Lever, Pick, Plan, levers
from simulator.decisions.plan_runs import OUTCOMES, PlanOutcome, PlanRuns, over_states
from simulator.decisions.portfolio import ROUNDING, Criterion, Limits, Portfolio, Together, choose, dominated
from simulator.decisions.surface import OFFERED, Surface, runs_needed, sample_surface, wanted
from simulator.runs.single_run import Engine
from simulator.runs.solve import with_other_places
from simulator.scenario import LoadedScenario
from simulator.vocabulary.pounds import pounds

Array = NDArray[np.float64]

MILLION = 1e6

FRONTIER_GBP = tuple(x * MILLION for x in (0, 50, 100, 200, 400, 700, 1_000, 1_500, 2_000, 2_600, 3_500, 5_000))
"""Budgets of the frontier: the £200m of 2023, the £2.6bn of the Independent Review, and beyond."""

_ROUNDS = 12
"""Most rounds of the search for a better plan."""

DRAWS = 40
"""Draws where none are named; with fewer a mean over them says little, as with them it says little of tails."""

_LEAST_DRAWS = 10
_USUAL_ROUNDS, RUNS_THAT_SUIT = 3, 12_500
"""Rounds of the search as a rule, and runs that may take: 16,000 of twenty programmes took 240 s of processor."""

_NEIGHBOURS = 16
"""Neighbours that are run in a round: those of which responses promise most."""

_PROOF, _NODES = 1e-3, 20
"""How near to the best the programme has to come, and most branches it may look at; what it leaves is reported."""

_FILLED, _FILLINGS = 3, 2
"""Ways to spend what a plan leaves that are run, and how often."""

_HALVINGS = 24

_SPENT = 0.999
"""Part of a limit from which on it is said to bind."""


@dataclass(frozen=True)
class Asked:
    """What a plan is to do, and within what.

    Attributes
    ----------
    budget_gbp : float
        Real pounds, of all years of the run; held by expected cost, the mean over draws (`PlanOutcome.expected_cost`).
    weights : mapping of outcome to float
        What one of each is worth (`OUTCOMES`).
    criterion : {"expected", "cvar", "regret"}
    draws, seed : int
        States; the central run is the only one without draws.
    most_per_year_gbp : float
        Real pounds in any year, by expected cost.
    most : mapping of id to float
        Highest levels, beside what the kinds say.
    together : tuple of Together
    latest_start : int, optional
        Calendar year of the last April in which anything may start.
    floor : float
        Part of its share of children in care, by money, that areas which programmes name are to have at the least.
    frontier_gbp : tuple of float
        Other budgets that are asked for.
    next_gbp : float
        Money of which it is asked what it would do beside the plan, spent on each programme.
    """

    budget_gbp: float
    weights: Mapping[str, float]
    criterion: Criterion = "expected"
    draws: int = 0
    seed: int = 1
    most_per_year_gbp: float = np.inf
    most: Mapping[str, float] = field(default_factory=dict)
    together: tuple[Together, ...] = ()
    latest_start: int | None = None
    floor: float = 0.0
    frontier_gbp: tuple[float, ...] = FRONTIER_GBP
    next_gbp: float = MILLION


@dataclass(frozen=True)
class Candidate:
    """A plan that was run in full.

    Attributes
    ----------
    name : str
        How it came about.
    plan : Plan
    outcome : PlanOutcome
    score : float
        The figure that is to be largest, in the simulator.
    predicted : float
        The same by the responses of programmes alone and in pairs.
    """

    name: str
    plan: Plan
    outcome: PlanOutcome
    score: float
    predicted: float

    @property
    def cost_gbp(self) -> float:
        """Real pounds, all years, expected: what the budget is held by."""
        return float(self.outcome.expected_cost.sum())

    @property
    def cost_drawn_gbp(self) -> Array:
        """The same in every draw, or the central run's where there are none: (state,)."""
        return np.asarray(over_states(self.outcome.cost).sum(axis=1))

    def overspends(self, budget_gbp: float) -> float:
        """Return the share of draws in which it costs more than a budget."""
        return float((self.cost_drawn_gbp > budget_gbp * (1.0 + ROUNDING)).mean())


@dataclass(frozen=True)
class NextMoney:
    """What more money for one programme would do beside a plan: `Asked.next_gbp`, a million as a rule.

    Attributes
    ----------
    lever : Lever
    at : Pick
        What there would be of it.
    score : float
        Gain by the objective; NaN where no more of it can be had.
    outcome : mapping of outcome to (1 + draw,)
        Gains, the central run first.
    cost_gbp : (1 + draw,)
        What more the programmes cost, at present value.
    """

    lever: Lever
    at: Pick
    score: float
    outcome: Mapping[str, Array]
    cost_gbp: Array

    def mean(self, name: str) -> float:
        """Return a gain: the mean over draws, or the central run's where there are none."""
        return _mean(self.outcome[name])


@dataclass(frozen=True)
class Elsewhere:
    """What a plan does with foster places found as needed if the scenario limits them, and limited if not.

    Attributes
    ----------
    foster_places : {"as_needed", "limited"}
    outcome : PlanOutcome or None
        Of the plan; None if it cannot be had there.
    next_money : tuple of NextMoney
    """

    foster_places: str
    outcome: PlanOutcome | None
    next_money: tuple[NextMoney, ...]


@dataclass(frozen=True)
class Optimised:
    """What came of it.

    Attributes
    ----------
    asked : Asked
    levers : tuple of Lever
    years : tuple of str
    price_year : str
    foster_places : {"limited", "as_needed"}
        As the scenario has them.
    surface : Surface
    plan : Candidate
        The best plan found.
    programmed : Candidate
        What the mixed-integer programme found, before the search.
    left : float
        How much more than the programme's plan any could promise at the most, by the responses.
    others : tuple of Candidate
        Every programme alone and equal shares of the money.
    frontier : tuple of (float, Candidate)
        Budgets and the best plan for each, the smallest first.
    next_money : tuple of NextMoney
    elsewhere : Elsewhere
        The plan, and more money beside it, with foster places the other way: the record does not settle which is so.
    binds : tuple of str
        What holds the plan back, in words.
    dominated : mapping of id to str
        Programmes that another always does better than and that no plan here takes, and why.
    runs : int
        Of the simulator.
    """

    asked: Asked
    levers: tuple[Lever, ...]
    years: tuple[str, ...]
    price_year: str
    foster_places: str
    surface: Surface
    plan: Candidate
    programmed: Candidate
    left: float
    others: tuple[Candidate, ...]
    frontier: tuple[tuple[float, Candidate], ...]
    next_money: tuple[NextMoney, ...]
    elsewhere: Elsewhere
    binds: tuple[str, ...]
    dominated: Mapping[str, str]
    runs: int

    @property
    def shadow_price(self) -> NextMoney | None:
        """The best use of more money; None if the budget does not bind or nothing gains."""
        gains = [one for one in self.next_money if one.score > 0.0]
        binding = self.plan.cost_gbp >= _SPENT * self.asked.budget_gbp - MILLION
        return max(gains, key=lambda one: one.score) if gains and binding else None

    @property
    def gap(self) -> float:
        """What the simulator gives of the programme's plan less what responses promised, over the promise."""
        promised = self.programmed.predicted
        return (self.programmed.score - promised) / abs(promised) if promised else 0.0


def optimise(
    loaded: LoadedScenario,
    asked: Asked,
    progress: Callable[[int, int], None] = lambda done, of: None,
    *,
    engine: Engine | None = None,
    work: Path | None = None,
) -> Optimised:
    """Find the best plan for a budget.

    Parameters
    ----------
    loaded : LoadedScenario
        Whose programmes can be done at other levels and later; all else of it stays.
    asked : Asked
    progress : callable
        Told how many runs are done, and how many there will be at the most.
    engine : {"plain", "compiled"}, optional
    work : Path, optional
        Folder for finished runs, from which the same call goes on after an interruption; the caller deletes it
        (`simulator.runs.folders.own_folders`). Nothing is kept if left out.

    Raises
    ------
    ScenarioError
        If there is nothing to decide.
    """
    offered = levers(loaded, asked.most, asked.latest_start)
    most_runs = runs_budget(offered, asked)
    runs = PlanRuns(
        loaded, offered, asked.draws, asked.seed, engine, FinishedWork(work), lambda done: progress(done, most_runs)
    )
    surface = sample_surface(runs, asked.weights)
    return _Search(loaded, asked, runs, surface).found()


def runs_budget(offered: Sequence[Lever], asked: Asked, rounds: int = _ROUNDS) -> int:
    """Return how many runs of the simulator there will be at the most, with some rounds of the search."""
    others = (len(asked.frontier_gbp) + len(offered)) * (1 + _FILLED * _FILLINGS) + 2 * len(offered) + 6
    searched = rounds * (_NEIGHBOURS + len(offered))
    return runs_needed(offered, asked.draws) + (others + searched) * (1 + asked.draws)


def draws_that_suit(offered: Sequence[Lever], asked: Asked) -> int:
    """Return the draws where none are named: `DRAWS`, or fewer where programmes are many, and a multiple of five."""
    found = (
        draws
        for draws in range(DRAWS, _LEAST_DRAWS, -5)
        if runs_budget(offered, replace(asked, draws=draws), _USUAL_ROUNDS) <= RUNS_THAT_SUIT
    )
    return next(found, _LEAST_DRAWS)


class _Search:
    """The steps after responses are known."""

    def __init__(self, loaded: LoadedScenario, asked: Asked, runs: PlanRuns, surface: Surface) -> None:
        self.asked, self.runs, self.surface = asked, runs, surface
        self.levers = surface.levers
        self.ladders = surface.ladders()
        self.price_year = loaded.scenario.price_year
        self.foster_places = loaded.scenario.assumptions.foster_places
        self.floors = {
            lever.group: asked.floor * loaded.scenario.interventions[lever.position].areas.fraction
            for lever in self.levers
            if lever.group and asked.floor
        }
        self.best: Array | None = None
        self.left = 0.0

    def found(self) -> Optimised:
        """Go through all steps."""
        asked = self.asked
        frontier: list[tuple[float, Candidate]] = []
        budgets = sorted({*asked.frontier_gbp, asked.budget_gbp})
        programmed = self._programmed(asked.budget_gbp)  # its states' best are those that regret is counted from
        others = self._others()
        plan = self._improved(max([programmed, *others], key=lambda one: one.score))
        for budget in budgets:
            here = plan if budget == asked.budget_gbp else self._filled(self._programmed(budget), budget)
            if frontier and frontier[-1][1].score > here.score:
                here = frontier[-1][1]  # what could be had for less can be had for this
            frontier.append((budget, here))
        more = self._more(plan)
        beside, elsewhere = self._next_money(self.runs, plan.plan, more), self._elsewhere(plan.plan, more)
        return Optimised(
            asked, self.levers, self.runs.years, self.price_year, self.foster_places, self.surface, plan, programmed,
            self.left, others, tuple(frontier), beside, elsewhere, tuple(self._binds(plan)),
            self._never_taken([plan, *(one for _, one in frontier)]), self.runs.runs,
        )  # fmt: skip

    def _never_taken(self, plans: Sequence[Candidate]) -> dict[str, str]:
        """Return programmes that others dominate and that no plan takes, and why."""
        taken = {self.levers[i].name for one in plans for i, pick in enumerate(one.plan) if pick is not None}
        return {name: why for name, why in dominated(self.ladders).items() if name not in taken}

    def _limits(self, budget: float) -> Limits:
        by_year = np.full(len(self.runs.years), self.asked.most_per_year_gbp)
        return Limits(budget, by_year, self.asked.together, self.floors)

    def _programmed(self, budget: float) -> Candidate:
        """Return what the mixed-integer programme finds for a budget, within it in the simulator too."""
        portfolio = Portfolio(self.ladders, self.surface.interaction, self._limits(budget), self.asked.criterion)
        choice = choose(portfolio, self.best, proof=_PROOF, nodes=_NODES)
        if self.asked.criterion == "regret" and self.best is None:
            self.best = choice.best
        self.left = max(self.left, choice.bound - choice.score) if budget == self.asked.budget_gbp else self.left
        plan = tuple(None if k is None else self.surface.picks(i)[k] for i, k in enumerate(choice.picks))
        return self._within("mixed-integer programme", plan, budget)

    def _others(self) -> tuple[Candidate, ...]:
        """Return every programme alone, at the level and start that are best for the money, and equal shares of it."""
        budget = self.asked.budget_gbp
        found = []
        for i, lever in enumerate(self.levers):
            tried = [self._only(i, self._affordable(i, later, budget)) for later in range(lever.latest + 1)]
            tried += [self._only(i, pick) for pick in self.surface.picks(i)]
            allowed = [plan for plan in tried if not self._passed(plan, self._cost(plan), budget)]
            if allowed:
                promised = max(allowed, key=self._promised)
                alone = self._within(f"{lever.name} alone", promised, budget)
                found.append(self._filled(alone, budget, of=(i,)))
        shares = tuple(self._affordable(i, 0, budget / len(self.levers)) for i in range(len(self.levers)))
        found.append(self._within("equal shares", shares, budget))
        return tuple(found)

    def _affordable(self, i: int, later: int, money: float) -> Pick | None:
        """Return the highest level of a lever that costs no more than some money; None if none does."""
        lever = self.levers[i]
        low, high = 0.0, 1.0
        if self.surface.cost_of(i, Pick(lever.most, later)).sum() <= money:
            return Pick(lever.most, later)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            affordable = self.surface.cost_of(i, Pick(middle * lever.most, later)).sum() <= money
            low, high = (middle, high) if affordable else (low, middle)
        return Pick(low * lever.most, later) if low > 0.0 else None

    def _only(self, i: int, pick: Pick | None) -> Plan:
        return tuple(pick if j == i else None for j in range(len(self.levers)))

    def _cost(self, plan: Plan) -> Array:
        """Return what levers of a plan cost alone: (year,)."""
        spent = [self.surface.cost_of(i, pick) for i, pick in enumerate(plan) if pick is not None]
        return np.sum(spent, axis=0) if spent else np.zeros(len(self.runs.years))

    def _passed(self, plan: Plan, by_year: Array, budget: float) -> list[str]:
        """Return the limits that a plan passes."""
        level = {self.levers[i].name: pick.level for i, pick in enumerate(plan) if pick is not None}
        of_group: dict[str, float] = {}
        alone = float(self._cost(plan).sum())
        for i, pick in enumerate(plan):
            if pick is not None and alone > 0.0:
                share = float(self.surface.cost_of(i, pick).sum()) / alone
                of_group[self.levers[i].group] = of_group.get(self.levers[i].group, 0.0) + share * float(by_year.sum())
        return self._limits(budget).passed(by_year, level, of_group)

    def _promised(self, plan: Plan) -> float:
        return self._score(self.surface.worth(plan))

    def _score(self, worth: Array) -> float:
        """Return the figure that is to be largest, of what a plan is worth: (state,)."""
        return Portfolio(self.ladders, self.surface.interaction, self._limits(0.0), self.asked.criterion).score(
            worth, self.best
        )

    def _candidate(self, name: str, plan: Plan, outcome: PlanOutcome) -> Candidate:
        return Candidate(name, plan, outcome, self._score(wanted(outcome, self.asked.weights)), self._promised(plan))

    def _ran(self, name: str, plans: Sequence[Plan], budget: float) -> list[Candidate]:
        """Run plans; leave out those that cannot be had or pass a limit there."""
        return [
            self._candidate(name, plan, outcome)
            for plan, outcome in zip(plans, self.runs.of(plans), strict=True)
            if outcome is not None and not self._passed(plan, outcome.expected_cost, budget)
        ]

    def _within(self, name: str, plan: Plan, budget: float) -> Candidate:
        """Run a plan; make all of it less until it keeps within the limits in the simulator too."""
        part = 1.0
        for _ in range(_HALVINGS):
            scaled = tuple(None if one is None else replace(one, level=one.level * part) for one in plan)
            if found := self._ran(name, [scaled], budget):
                return found[0]
            [outcome] = self.runs.of([scaled])
            spent = 0.0 if outcome is None else float(outcome.expected_cost.sum())
            part *= min(0.99, 0.999 * budget / spent) if spent > 0.0 else 0.5  # half of what cannot be had
        nothing: Plan = (None,) * len(self.levers)
        return self._candidate(name, nothing, self.runs.nothing())

    def _improved(self, plan: Candidate) -> Candidate:
        """Run neighbours of a plan, and theirs, until none is better."""
        budget = self.asked.budget_gbp
        tried = {plan.plan}
        for _ in range(_ROUNDS):
            near = [one for one in dict.fromkeys(self._neighbours(plan.plan)) if one not in tried]
            near = [one for one in near if not self._passed(one, self._cost(one), budget)]
            near = sorted(near, key=self._promised, reverse=True)[:_NEIGHBOURS]
            near += [one for one in self._spending_the_rest(plan, budget) if one not in (*tried, *near)]
            tried |= set(near)
            better = max(self._ran("improved by search", near, budget), key=lambda one: one.score, default=plan)
            if better.score <= plan.score + 1e-9 * abs(plan.score):
                break
            plan = better
        return plan

    def _neighbours(self, plan: Plan) -> list[Plan]:
        """Return plans that differ by a step of one lever, a year of its start, or a step of two."""
        steps = {i: self._steps(i, pick) for i, pick in enumerate(plan)}
        found = [_with(plan, {i: pick}) for i, picks in steps.items() for pick in picks]
        taken = [i for i, pick in enumerate(plan) if pick is not None]
        for i in taken:
            for j in steps:
                if i != j:
                    found += [_with(plan, {i: less, j: more}) for less in steps[i] for more in steps[j]]
        return found

    def _steps(self, i: int, pick: Pick | None) -> list[Pick | None]:
        lever = self.levers[i]
        grid = [part * lever.most for part in OFFERED]
        if pick is None:
            return [Pick(grid[0], 0), Pick(grid[2], 0), Pick(grid[4], 0)]
        lower = max((level for level in grid if level < pick.level), default=None)
        higher = min((level for level in grid if level > pick.level), default=None)
        found: list[Pick | None] = [None if lower is None else replace(pick, level=lower)]
        found += [] if higher is None else [replace(pick, level=higher)]
        years = (pick.years_later - 1, pick.years_later + 1)
        return found + [replace(pick, years_later=year) for year in years if 0 <= year <= lever.latest]

    def _filled(self, plan: Candidate, budget: float, of: Sequence[int] | None = None) -> Candidate:
        """Return a plan with what it leaves of a budget spent, on some levers or any, if that is better."""
        for _ in range(_FILLINGS):
            more = sorted(self._spending_the_rest(plan, budget, of), key=self._promised, reverse=True)[:_FILLED]
            better = max(self._ran(plan.name, more, budget), key=lambda one: one.score, default=plan)
            if better.score <= plan.score:
                break
            plan = better
        return plan

    def _spending_the_rest(self, plan: Candidate, budget: float, of: Sequence[int] | None = None) -> list[Plan]:
        """Return plans that spend what a plan leaves on one lever, by what that costs alone."""
        left = budget - plan.cost_gbp
        found: dict[Plan, None] = {}
        for i, pick in enumerate(plan.plan):
            if of is not None and i not in of:
                continue
            later = 0 if pick is None else pick.years_later
            spent = 0.0 if pick is None else float(self.surface.cost_of(i, pick).sum())
            more = self._affordable(i, later, spent + _SPENT * left)
            if more is not None and (pick is None or more.level > pick.level):
                found[_with(plan.plan, {i: more})] = None
        return list(found)

    def _more(self, plan: Candidate) -> dict[int, Pick]:
        """Return how much there would be of each programme with more money for it, but for those at their most."""
        more = {}
        for i, pick in enumerate(plan.plan):
            later = 0 if pick is None else pick.years_later
            spent = 0.0 if pick is None else float(self.surface.cost_of(i, pick).sum())
            at = self._affordable(i, later, spent + self.asked.next_gbp)
            if at is not None and (pick is None or at.level > pick.level):
                more[i] = at
        return more

    def _next_money(self, runs: PlanRuns, plan: Plan, more: Mapping[int, Pick]) -> tuple[NextMoney, ...]:
        """Run so much more of each programme beside a plan."""
        nothing = np.full(1 + self.asked.draws, np.nan)
        [beside, *outcomes] = runs.of([plan, *(_with(plan, {i: at}) for i, at in more.items())])
        of = dict(zip(more, outcomes, strict=True))
        found = []
        for i, lever in enumerate(self.levers):
            outcome, at = of.get(i), more.get(i) or plan[i] or Pick(lever.most)
            added = 0.0
            if outcome is not None and beside is not None:
                added = float((outcome.expected_cost - beside.expected_cost).sum())
            if outcome is None or beside is None or added <= 0.0:
                found.append(NextMoney(lever, at, np.nan, dict.fromkeys(OUTCOMES, nothing), nothing))
                continue
            each = self.asked.next_gbp / added
            gain = self._score(wanted(outcome, self.asked.weights)) - self._score(wanted(beside, self.asked.weights))
            gains = {name: (outcome.values[name] - beside.values[name]) * each for name in OUTCOMES}
            cost = (outcome.cost - beside.cost) @ runs.discount * each
            found.append(NextMoney(lever, at, gain * each, gains, cost))
        return tuple(found)

    def _elsewhere(self, plan: Plan, more: Mapping[int, Pick]) -> Elsewhere:
        """Run a plan and more of each programme with foster places the other way."""
        own = self.runs
        loaded = with_other_places(own.loaded)
        runs = PlanRuns(
            loaded, own.levers, own.draws, own.seed, own.engine, own.kept, lambda done: own.progress(own.runs + done)
        )
        [outcome] = runs.of([plan])
        found = Elsewhere(loaded.scenario.assumptions.foster_places, outcome, self._next_money(runs, plan, more))
        own.runs += runs.runs
        return found

    def _binds(self, plan: Candidate) -> list[str]:
        """Say what holds a plan back."""
        asked, by_year = self.asked, plan.outcome.expected_cost
        found = [f"the budget of {pounds(asked.budget_gbp)}"] if plan.cost_gbp >= _SPENT * asked.budget_gbp else []
        full = [y for y, x in zip(self.runs.years, by_year, strict=True) if x >= _SPENT * asked.most_per_year_gbp]
        found += [f"{pounds(asked.most_per_year_gbp)} a year in {', '.join(full)}"] if full else []
        for lever, pick in zip(self.levers, plan.plan, strict=True):
            if pick is not None and pick.level >= _SPENT * lever.most:
                found.append(f"{lever.name} is at its most, {lever.most:.3g} times what its file states")
            if pick is not None and pick.years_later == 0 and lever.latest:
                found.append(f"{lever.name} cannot start earlier than its file says")
        level = {self.levers[i].name: pick.level for i, pick in enumerate(plan.plan) if pick is not None}
        for one in asked.together:
            if sum(w * level.get(name, 0.0) for name, w in one.weights.items()) >= _SPENT * one.most:
                found.append(f"{' and '.join(one.weights)} together, {one.most:g}")
        for group, least in self.floors.items():
            at = sum(
                float(self.surface.cost_of(i, pick).sum())
                for i, pick in enumerate(plan.plan)
                if pick is not None and self.levers[i].group == group
            )
            if plan.cost_gbp and at <= least * plan.cost_gbp / _SPENT:
                found.append(f"the floor of {group}, {least:.1%} of the money")
        return found


def _with(plan: Plan, changed: Mapping[int, Pick | None]) -> Plan:
    return tuple(changed.get(i, pick) for i, pick in enumerate(plan))


def _mean(values: Array) -> float:
    """Return the mean over states, or the central run where it is the only one."""
    return float(values[1:].mean() if len(values) > 1 else values[0])
