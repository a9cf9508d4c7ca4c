"""What plans come to in the simulator: outcomes of many of them, in the central run and in the same draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.discounting import discount_factors
from simulator.decisions.finished_work import Arrays, FinishedWork
from simulator.decisions.levers import Lever, Plan, with_plan
from simulator.engine.rates import side_by_side
from simulator.interventions.impossible import Impossible
from simulator.projection.agencies import served
from simulator.projection.compile import Compiled, compile_scenario
from simulator.results.quantities import POUNDS, Measure
from simulator.results.timeline import Timeline
from simulator.results.value_for_money import YEARS
from simulator.runs.engines import default_engine
from simulator.runs.ensemble.draws import Settings, columns, identity
from simulator.runs.label_run import measured
from simulator.runs.single_run import AT_ONCE, Engine, engine_named
from simulator.scenario import LoadedScenario
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

OUTCOMES = {"npv": POUNDS, "care_years": YEARS, "home_years": YEARS}
"""What a plan is judged by, against doing nothing, more is better, and its unit: what it saves of all spend less what
it costs, at present value; child-years in care that it avoids; and child-years in children's homes that it avoids."""

_MEASURES = ("children", "total_spend", "programme_spend")


@dataclass(frozen=True)
class PlanOutcome:
    """What one plan comes to.

    Attributes
    ----------
    values : mapping of str to (1 + draw,)
        `OUTCOMES`, the central run first.
    cost : (1 + draw, year)
        Real pounds spent on programmes.
    """

    values: dict[str, Array]
    cost: Array

    @property
    def expected_cost(self) -> Array:
        """What budgets are held by: the mean cost over draws, or the central run's where there are none; (year,)."""
        found: Array = over_states(self.cost).mean(axis=0)
        return found


def over_states(values: Array) -> Array:
    """Return figures of the states that count: the draws, or else the central run alone; (1 + draw, ...)."""
    return values[1:] if len(values) > 1 else values


@dataclass
class PlanRuns:
    """Runs of plans for one scenario; what was run is kept.

    Attributes
    ----------
    loaded : LoadedScenario
    levers : tuple of Lever
    draws, seed : int
    engine : {"plain", "compiled"}, optional
    kept : FinishedWork
        Where runs are kept, and taken from if they were made before.
    progress : callable
        Told how many runs were made.
    """

    loaded: LoadedScenario
    levers: tuple[Lever, ...]
    draws: int = 0
    seed: int = 1
    engine: Engine | None = None
    kept: FinishedWork = field(default_factory=FinishedWork)
    progress: Callable[[int], None] = lambda _: None
    runs: int = 0
    _known: dict[Plan, PlanOutcome | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw all numbers, and run what there is without any programme."""
        name = self.engine or default_engine(draws=AT_ONCE, areas=1)
        settings = Settings(self.draws, self.seed, name)
        self._columns = columns(self.loaded, settings) if self.draws else {}
        self._own = {one.key for one in self.loaded.parameters}
        self._settings = settings
        self._engine = engine_named(name)
        self._timeline = Timeline(self.loaded.scenario.first_month, self.loaded.scenario.months)
        self._discount = discount_factors(len(self.years), self.loaded.scenario.assumptions.discount_percent)
        nothing: Plan = (None,) * len(self.levers)
        compiled = [self._compiled(nothing, draw) for draw in range(1 + self.draws)]
        self._context = compiled[0].context
        self._bare = self._run(compiled)

    @property
    def years(self) -> tuple[str, ...]:
        """Financial years of the run."""
        return self._timeline.financial_years

    @property
    def discount(self) -> Array:
        """Present value of a pound of each year, in the first: (year,)."""
        return self._discount

    def prices(self, financial_year: str) -> float:
        """General price level of a financial year."""
        return self._context.price_level(financial_year)

    def nothing(self, *, central: bool = False) -> PlanOutcome:
        """Return what comes of doing nothing: nothing, in every run or in the central one alone."""
        each = 1 if central else 1 + self.draws
        return PlanOutcome({name: np.zeros(each) for name in OUTCOMES}, np.zeros((each, len(self.years))))

    def of(self, plans: Sequence[Plan], *, central: bool = False) -> list[PlanOutcome | None]:
        """Return what each plan comes to; None for one that cannot be had.

        Parameters
        ----------
        plans : sequence of Plan
        central : bool
            Whether the central run alone is wanted.
        """
        if central:
            return self._new(plans, 1)
        wanted = [one for one in dict.fromkeys(plans) if one not in self._known]
        self._known |= dict(zip(wanted, self._new(wanted, 1 + self.draws), strict=True))
        return [self._known[one] for one in plans]

    def _new(self, plans: Sequence[Plan], each: int) -> list[PlanOutcome | None]:
        found: list[PlanOutcome | None] = []
        size = max(1, AT_ONCE // each)
        for first in range(0, len(plans), size):
            some = plans[first : first + size]
            values = dict(self._kept(some, each))
            at = 0
            for had in values.pop("had"):
                if not had:
                    found.append(None)
                    continue
                found.append(self._outcome({k: v[at : at + each] for k, v in values.items()}))
                at += each
            self.runs += at
            self.progress(self.runs)
        return found

    @cached_property
    def _identity(self) -> str:
        return identity(self.loaded, self._settings)

    def _kept(self, plans: Sequence[Plan], each: int) -> Arrays:
        return self.kept.of(lambda: [self._identity, repr(plans), each], lambda: self._some(plans, each))

    def _some(self, plans: Sequence[Plan], each: int) -> Arrays:
        """Run plans together; return which of them can be had, and figures of those."""
        compiled = [self._all_draws(plan, each) for plan in plans]
        runs = [draw for one in compiled if one is not None for draw in one]
        return {"had": np.array([one is not None for one in compiled]), **(self._run(runs) if runs else {})}

    def _all_draws(self, plan: Plan, each: int) -> list[Compiled] | None:
        try:
            return [self._compiled(plan, draw) for draw in range(each)]
        except Impossible:
            return None

    def _compiled(self, plan: Plan, draw: int) -> Compiled:
        """Compile a plan; draw 0 is the central run. What is uncertain is drawn before a plan makes it more or less."""
        scenario, drawn = self.loaded.scenario, None
        if draw:
            drawn = {key: float(values[draw - 1]) for key, values in self._columns.items()}
            scenario = self.loaded.with_drawn({key: drawn.pop(key) for key in self._own})
        return compile_scenario(with_plan(scenario, self.levers, plan, self.prices), drawn, self.loaded.baseline)

    def _run(self, compiled: list[Compiled]) -> dict[str, Array]:
        """Return by year, real pounds: all spend, programmes; and children in care and in homes: (run, year)."""
        compiled = served(compiled, self._engine)
        paths = self._engine(side_by_side([one.rates for one in compiled]), BAND_OF_AGE)
        found = measured(compiled, paths, _MEASURES)
        deflator = np.stack([one.deflator for one in compiled])
        return {
            "total": self._real(found["total_spend"], deflator),
            "cost": self._real(found["programme_spend"], deflator),
            "care": self._child_years(found["children"].values.sum(axis=(-2, -1))),
            "homes": self._child_years(found["children"].values[..., _homes(), :].sum(axis=(-2, -1))),
        }

    def _real(self, money: Measure, deflator: Array) -> Array:
        cash = money.values.sum(axis=(-2, -1)) / deflator[:, None]
        return self._timeline.by_year(cash, "flow")[:, 0]

    def _child_years(self, children: Array) -> Array:
        return self._timeline.by_year((children[..., :-1] + children[..., 1:]) / 2.0 / MONTHS_A_YEAR, "flow")[:, 0]

    def _outcome(self, runs: dict[str, Array]) -> PlanOutcome:
        less: dict[str, Any] = {name: self._bare[name][: len(values)] - values for name, values in runs.items()}
        return PlanOutcome(
            {
                "npv": less["total"] @ self._discount,
                "care_years": less["care"].sum(axis=1),
                "home_years": less["homes"].sum(axis=1),
            },
            -less["cost"],
        )


def _homes() -> list[int]:
    """Positions, among placements that are reported, of children's homes."""
    homes = {one.reported_as for one in placements.placements() if one.is_home}
    return [at for at, name in enumerate(placements.reported()) if name in homes]
