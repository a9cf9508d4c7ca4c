"""Which measures to buy, how much of each and from when: a mixed-integer programme over responses that are given.

Of each measure one option at most is taken: a level and a start. What a plan is worth in a state of the world is

    sum of values of its options + sum over pairs of measures of interaction x strength x strength,

where the strength of an option is its effect over that of the measure at its fullest. Interactions are those of one
state. The product of a strength with the strengths of all later measures is made linear exactly (Glover, Management
Science 22, 1975), as a strength takes one of few values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

Array = NDArray[np.float64]
Criterion = Literal["expected", "cvar", "regret"]

WORST = 0.2
"""Share of states that are the worst ones, of which CVaR is the mean."""

ROUNDING = 1e-9
"""Part of a limit by which a sum may pass it, as sums of floats do."""

PROOF = 1e-6
"""How near to the best a plan must be proved to be, as a part of its score, where nothing else is asked for."""


@dataclass(frozen=True)
class Ladder:
    """A measure and the options there are of it.

    Attributes
    ----------
    name : str
    level : (option,)
        How much of it, 1 as its scenario states it.
    cost : (option, year)
        Real pounds.
    value : (option, state)
        What is wanted, more is better.
    strength : (option,)
        Effect over that of the measure at its fullest.
    group : str
        Whom it is for, where a floor is set; nobody in particular if empty.
    """

    name: str
    level: Array
    cost: Array
    value: Array
    strength: Array
    group: str = ""


@dataclass(frozen=True)
class Together:
    """Measures that share what there is of something: families to reach, or carers to recruit.

    Attributes
    ----------
    weights : mapping of measure to float
        What a level of each takes.
    most : float
        What there is.
    """

    weights: Mapping[str, float]
    most: float


@dataclass(frozen=True)
class Limits:
    """What a plan must keep within.

    Attributes
    ----------
    budget_gbp : float
        Most of all years.
    most_per_year_gbp : (year,)
        Most in each; infinite where there is no limit.
    together : tuple of Together
    floors : mapping of group to float
        Least share of all that is spent.
    """

    budget_gbp: float
    most_per_year_gbp: Array
    together: tuple[Together, ...] = ()
    floors: Mapping[str, float] = field(default_factory=dict)

    def passed(self, by_year: Array, level: Mapping[str, float], of_group: Mapping[str, float]) -> list[str]:
        """Return the limits that a plan passes, in words; none if it is allowed.

        Parameters
        ----------
        by_year : (year,)
            Real pounds.
        level : mapping of measure to float
            Measures that are taken.
        of_group : mapping of group to float
            Real pounds.
        """
        total = float(by_year.sum())
        found = ["budget"] if _above(total, self.budget_gbp) else []
        found += ["money of a year"] if any(map(_above, by_year, self.most_per_year_gbp)) else []
        taken = [sum(w * level.get(name, 0.0) for name, w in one.weights.items()) for one in self.together]
        found += [" and ".join(o.weights) for t, o in zip(taken, self.together, strict=True) if _above(t, o.most)]
        found += [f"floor of {g}" for g, least in self.floors.items() if _above(least * total, of_group.get(g, 0.0))]
        return found


@dataclass(frozen=True)
class Portfolio:
    """A choice to be made.

    Attributes
    ----------
    ladders : tuple of Ladder
    interaction : (measure, measure)
        Worth of two measures at their fullest less that of each alone; the upper triangle is read.
    limits : Limits
    criterion : {"expected", "cvar", "regret"}
        Largest mean over states, largest mean of the worst fifth, or smallest largest regret.
    """

    ladders: tuple[Ladder, ...]
    interaction: Array
    limits: Limits
    criterion: Criterion = "expected"

    def worth(self, picks: Sequence[int | None]) -> Array:
        """Return what a plan is worth in each state: (state,).

        Parameters
        ----------
        picks : sequence of int or None
            The option taken of each measure; None for none.
        """
        total = np.zeros(self.ladders[0].value.shape[1])
        strength = np.zeros(len(self.ladders))
        for i, (ladder, pick) in enumerate(zip(self.ladders, picks, strict=True)):
            if pick is not None:
                total += ladder.value[pick]
                strength[i] = ladder.strength[pick]
        total += strength @ np.triu(self.interaction, 1) @ strength
        return total

    def allowed(self, picks: Sequence[int | None]) -> bool:
        """Say whether a plan keeps within every limit."""
        taken = [(ladder, pick) for ladder, pick in zip(self.ladders, picks, strict=True) if pick is not None]
        of_group: dict[str, float] = {}
        for ladder, pick in taken:
            of_group[ladder.group] = of_group.get(ladder.group, 0.0) + float(ladder.cost[pick].sum())
        by_year = np.zeros(len(self.limits.most_per_year_gbp)) + sum(ladder.cost[pick] for ladder, pick in taken)
        return not self.limits.passed(by_year, {ladder.name: float(ladder.level[k]) for ladder, k in taken}, of_group)

    def score(self, worth: Array, best: Array | None = None) -> float:
        """Return the figure that is to be largest.

        Parameters
        ----------
        worth : (state,)
            What a plan is worth.
        best : (state,), optional
            The best that could be had in each state, for regret.
        """
        if self.criterion == "regret":
            assert best is not None
            return -float((best - worth).max())
        return worst_mean(worth) if self.criterion == "cvar" else float(worth.mean())


def _above(value: float, most: float) -> bool:
    return bool(value > most + ROUNDING * max(abs(most), 1.0))


def worst_mean(worth: Array) -> float:
    """Return the mean of the worst `WORST` of states, that at its edge counted in part (Rockafellar and Uryasev, 2000).

    Parameters
    ----------
    worth : (state,)
    """
    share = WORST * len(worth)
    weights = np.clip(share - np.arange(len(worth)), 0.0, 1.0)
    return float(np.sort(worth) @ weights / share)


@dataclass(frozen=True)
class Choice:
    """The best plan.

    Attributes
    ----------
    picks : tuple of int or None
        The option taken of each measure.
    score : float
        See :meth:`Portfolio.score`.
    bound : float
        What no plan can score more than.
    best : (state,)
        The best that could be had in each state, where regret is asked for; else empty.
    """

    picks: tuple[int | None, ...]
    score: float
    bound: float
    best: Array

    @property
    def proved(self) -> bool:
        """Whether nothing better can be had, to a thousandth."""
        return self.bound - self.score <= 1e-3 * max(abs(self.score), abs(self.bound)) + 1e-9


def choose(
    portfolio: Portfolio, best: Array | None = None, *, proof: float = PROOF, nodes: int | None = None
) -> Choice:
    """Find the best plan.

    Doing nothing is a plan, so there is always one. What the programme finds is improved by changing one or two
    measures at a time, which matters where it stops before it has proved anything.

    Parameters
    ----------
    portfolio : Portfolio
    best : (state,), optional
        The best that could be had in each state, where it is known already; for regret.
    proof : float
        How near to the best is near enough, as a part of the score.
    nodes : int, optional
        Most branches that are looked at; a limit of time would give other plans on other machines.
    """
    if portfolio.criterion == "regret" and best is None:
        alone = [_in_state(portfolio, s) for s in range(portfolio.ladders[0].value.shape[1])]
        best = np.array([choose(one, proof=proof, nodes=nodes).score for one in alone])
    picks, bound = _Programme(portfolio, best).solve(proof, nodes)
    picks = _climb(portfolio, picks, best)
    score = portfolio.score(portfolio.worth(picks), best)
    return Choice(picks, score, max(bound, score), np.zeros(0) if best is None else best)


def _climb(portfolio: Portfolio, picks: tuple[int | None, ...], best: Array | None) -> tuple[int | None, ...]:
    """Change one measure, or one that is taken and another, as long as that is better."""
    while True:
        taken = [i for i, pick in enumerate(picks) if pick is not None]
        starts = [picks, *(_put(picks, i, k) for i in taken for k in _others(portfolio, i, picks[i]))]
        here = portfolio.score(portfolio.worth(picks), best)
        margin = 1e-9 * max(abs(here), 1e-9)
        better = (found for start in starts if (found := _best_change(portfolio, start, best, here + margin)))
        step = next(better, None)
        if step is None:
            return picks
        picks = step


def _others(portfolio: Portfolio, i: int, pick: int | None) -> list[int | None]:
    return [k for k in (None, *range(len(portfolio.ladders[i].level))) if k != pick]


def _put(picks: tuple[int | None, ...], i: int, pick: int | None) -> tuple[int | None, ...]:
    return (*picks[:i], pick, *picks[i + 1 :])


def _best_change(
    portfolio: Portfolio, picks: tuple[int | None, ...], best: Array | None, least: float
) -> tuple[int | None, ...] | None:
    """Return the best plan that is allowed, differs in one measure and scores more than `least`, if there is one."""
    pairs = np.triu(portfolio.interaction, 1)
    pairs = pairs + pairs.T
    found: list[tuple[float, int, int]] = []
    for i, ladder in enumerate(portfolio.ladders):
        rest = _put(picks, i, None)
        strength = np.array(
            [0.0 if k is None else one.strength[k] for one, k in zip(portfolio.ladders, rest, strict=True)]
        )
        worth = portfolio.worth(rest) + ladder.value + (ladder.strength * float(pairs[i] @ strength))[:, None]
        scores = [portfolio.score(one, best) for one in worth]
        found += [(score, i, k) for k, score in enumerate(scores) if score > least]
    changed = (_put(picks, i, k) for _, i, k in sorted(found, reverse=True))
    return next((one for one in changed if portfolio.allowed(one)), None)


def _in_state(portfolio: Portfolio, state: int) -> Portfolio:
    """Return the choice of somebody who knows which state it is."""
    ladders = tuple(replace(ladder, value=ladder.value[:, [state]]) for ladder in portfolio.ladders)
    return replace(portfolio, ladders=ladders, criterion="expected")


class _Programme:
    """The mixed-integer programme: options first, then products, then what the criterion needs."""

    def __init__(self, portfolio: Portfolio, best: Array | None) -> None:
        self.portfolio = portfolio
        self.ladders = portfolio.ladders
        sizes = [len(ladder.level) for ladder in self.ladders]
        self.first = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.options = int(self.first[-1])
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.variables = self.options
        self.low = [0.0] * self.options
        self.high = [1.0] * self.options
        value = np.concatenate([ladder.value for ladder in self.ladders])
        self.scale = max(float(np.abs(value).max()), float(np.abs(portfolio.interaction).max(initial=0.0)), 1e-12)
        self.value, self.interaction = value / self.scale, np.triu(portfolio.interaction, 1) / self.scale
        self._limits()
        products = self._products()
        self.gain: dict[int, float] = {}
        if portfolio.criterion == "expected":
            self.gain = {**dict(enumerate(self.value.mean(axis=1).tolist())), **products}
        elif portfolio.criterion == "cvar":
            self._worst(products)
        else:
            assert best is not None
            self._regret(products, best / self.scale)

    def solve(self, proof: float, nodes: int | None) -> tuple[tuple[int | None, ...], float]:
        """Return the options taken, and what no plan scores more than."""
        matrix = lil_matrix((len(self.rows), self.variables))
        for at, (row, _, _) in enumerate(self.rows):
            for column, weight in row.items():
                matrix[at, column] = weight
        gain = np.zeros(self.variables)
        for column, weight in self.gain.items():
            gain[column] = weight
        integral = np.zeros(self.variables)
        integral[: self.options] = 1
        found = milp(
            -gain,
            integrality=integral,
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=LinearConstraint(
                matrix.tocsr(), np.array([row[1] for row in self.rows]), np.array([row[2] for row in self.rows])
            ),
            options={"mip_rel_gap": proof} | ({} if nodes is None else {"node_limit": nodes}),
        )
        nothing: tuple[int | None, ...] = (None,) * len(self.ladders)
        bound = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound) * self.scale
        if found.x is None:
            return nothing, bound
        taken = found.x[: self.options] > 0.5
        picks = tuple(
            int(np.flatnonzero(taken[a:b])[0]) if taken[a:b].any() else None
            for a, b in zip(self.first[:-1], self.first[1:], strict=True)
        )
        # The solver keeps within limits to a tolerance of its own, which is no excuse for spending more than there is.
        return picks if self.portfolio.allowed(picks) else nothing, bound

    def _add(self, low: float = -np.inf, high: float = np.inf) -> int:
        self.low.append(low)
        self.high.append(high)
        self.variables += 1
        return self.variables - 1

    def _row(self, row: dict[int, float], low: float, high: float) -> None:
        self.rows.append((row, low, high))

    def _columns(self, i: int) -> range:
        return range(int(self.first[i]), int(self.first[i + 1]))

    def _limits(self) -> None:
        """One option of each measure; money, by year and in all; what measures share; floors."""
        one = self.portfolio.limits
        cost = np.concatenate([ladder.cost for ladder in self.ladders])
        total = cost.sum(axis=1)
        scale = max(one.budget_gbp, 1.0)
        for column in np.flatnonzero(total > one.budget_gbp * (1.0 + ROUNDING)):
            self.high[column] = 0.0
        had = np.array(self.high[: self.options]) > 0.0
        cost, total = cost * had[:, None], total * had
        for i in range(len(self.ladders)):
            self._row(dict.fromkeys(self._columns(i), 1.0), -np.inf, 1.0)
        self._row(dict(enumerate(total / scale)), -np.inf, one.budget_gbp / scale)
        for year, most in enumerate(one.most_per_year_gbp):
            if np.isfinite(most):
                self._row(dict(enumerate(cost[:, year] / scale)), -np.inf, most / scale)
        names = [ladder.name for ladder in self.ladders]
        for shared in one.together:
            row = {
                column: weight * float(self.ladders[names.index(name)].level[k])
                for name, weight in shared.weights.items()
                for k, column in enumerate(self._columns(names.index(name)))
            }
            self._row(row, -np.inf, shared.most)
        for group, floor in one.floors.items():
            row = {
                column: (float(self.ladders[i].group == group) - floor) * float(total[column]) / scale
                for i in range(len(self.ladders))
                for column in self._columns(i)
            }
            self._row(row, 0.0, np.inf)

    def _products(self) -> dict[int, float]:
        """Add what interactions come to, a variable for each option that has any; return their weights."""
        found: dict[int, float] = {}
        for i, ladder in enumerate(self.ladders):
            later: dict[int, float] = {
                column: float(self.interaction[i, j] * self.ladders[j].strength[k])
                for j in range(i + 1, len(self.ladders))
                if self.interaction[i, j]
                for k, column in enumerate(self._columns(j))
            }
            if not later:
                continue
            ends = [
                self.interaction[i, j] * np.array([0.0, *self.ladders[j].strength])
                for j in range(i + 1, len(self.ladders))
            ]
            low, high = sum(float(e.min()) for e in ends), sum(float(e.max()) for e in ends)
            for k, column in enumerate(self._columns(i)):
                if not ladder.strength[k]:
                    continue
                product = self._add(low=min(low, 0.0), high=max(high, 0.0))
                self._row({product: 1.0, column: -high}, -np.inf, 0.0)
                self._row({product: 1.0, column: -low}, 0.0, np.inf)
                against = {one: -weight for one, weight in later.items()}
                self._row({product: 1.0, **against, column: -low}, -np.inf, -low)
                self._row({product: 1.0, **against, column: -high}, -high, np.inf)
                found[product] = float(ladder.strength[k])
        return found

    def _worst(self, products: dict[int, float]) -> None:
        """Largest threshold less the mean shortfall of states below it."""
        states = self.value.shape[1]
        threshold = self._add()
        self.gain[threshold] = 1.0
        for state in range(states):
            short = self._add(low=0.0)
            self.gain[short] = -1.0 / (WORST * states)
            row = {i: float(v) for i, v in enumerate(self.value[:, state])}
            self._row({**row, **products, short: 1.0, threshold: -1.0}, 0.0, np.inf)

    def _regret(self, products: dict[int, float], best: Array) -> None:
        """Smallest bound on the regret of every state."""
        most = self._add()  # below 0 if there is more money than the best was found with
        self.gain[most] = -1.0
        for state, had in enumerate(best):
            row = {i: float(v) for i, v in enumerate(self.value[:, state])}
            self._row({**row, **products, most: 1.0}, float(had), np.inf)


def dominated(ladders: Sequence[Ladder]) -> dict[str, str]:
    """Return measures of which no option is worth taking, and why, by name.

    An option is dominated by one of another measure that is worth as much or more on average at the same cost or less,
    and not the same in both. A measure that is worth something beside others can be dominated: it is the second choice.
    """
    of = [(ladder.cost.sum(axis=1), ladder.value.mean(axis=1)) for ladder in ladders]
    found: dict[str, str] = {}
    for i, ladder in enumerate(ladders):
        cost, value = of[i]
        if (value <= 0.0).all():
            found[ladder.name] = "at no level is it worth anything by this objective"
            continue
        by = [_dominating(of, i, c, v) for c, v in zip(cost, value, strict=True) if v > 0.0]
        if all(one is not None for one in by):
            names = dict.fromkeys(ladders[one].name for one in by if one is not None)
            found[ladder.name] = f"at every level {' or '.join(names)} is worth more for the same money or less"
    return found


def _dominating(of: Sequence[tuple[Array, Array]], i: int, cost: float, value: float) -> int | None:
    for j, (costs, values) in enumerate(of):
        if j != i and ((costs <= cost) & (values >= value) & ((costs < cost) | (values > value))).any():
            return j
    return None
