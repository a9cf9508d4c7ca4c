"""Runs of an appraisal: a scenario and what it is held against, as stated or with uplifts, in the same draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.discounting import discount_factors
from simulator.data.evidence_library import framework
from simulator.decisions.finished_work import Arrays, FinishedWork
from simulator.engine.rates import side_by_side
from simulator.interventions.fields import Wrong
from simulator.interventions.impossible import Impossible
from simulator.projection.agencies import served
from simulator.projection.compile import Compiled, compile_scenario
from simulator.results.measures import measures
from simulator.results.quantities import POUNDS, Measure
from simulator.results.timeline import Timeline
from simulator.runs.engines import default_engine
from simulator.runs.ensemble.draws import Settings, columns, identity
from simulator.runs.label_run import measured
from simulator.runs.prepare import with_programmes
from simulator.runs.single_run import AT_ONCE, Engine, engine_named
from simulator.scenario import LoadedScenario, Scenario
from simulator.vocabulary.calendar import MONTHS_A_YEAR, financial_year

Array = NDArray[np.float64]
Progress = Callable[[int], None]
Change = Callable[[LoadedScenario, Scenario], Scenario]
"""Takes a side and its scenario with the numbers of a point, and returns the scenario that is run."""
Stated = tuple[Scenario, dict[str, float]]
"""A scenario as it is run, and steps of rates and prices."""

MONEY = ("total_spend", "programme_spend", "placement_spend", "grant_income", "front_door_spend")
"""Measures of money that accounts are made of."""

_MONEY, _OUTCOME = "money ", "outcome "
"""What names of arrays begin with, where they are kept."""


def nobody_told(runs: int) -> None:
    """Tell nobody how many runs were made."""


def unchanged(_: LoadedScenario, scenario: Scenario) -> Scenario:
    """Return a scenario as it is."""
    return scenario


@dataclass(frozen=True)
class RunFigures:
    """What runs of one scenario give, in real pounds of its price year.

    Attributes
    ----------
    money : mapping of str to (run, area, year)
        `MONEY`, and of programme spend what is planned (``planned``: it does not follow children by the week), and
        what lines of funding bring for programmes (``lines``).
    child_years : (run, area, year)
        In care.
    outcomes : mapping of str to (run, area)
        Measures that bear on the outcomes of the national framework: stocks at the end of the run, flows over it.
    """

    money: Mapping[str, Array]
    child_years: Array
    outcomes: Mapping[str, Array]

    @property
    def arrays(self) -> dict[str, Array]:
        """All of it as arrays, which :meth:`of_arrays` reads."""
        money = {f"{_MONEY}{name}": values for name, values in self.money.items()}
        outcomes = {f"{_OUTCOME}{name}": values for name, values in self.outcomes.items()}
        return {**money, **outcomes, "child_years": self.child_years}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> RunFigures:
        """Return what arrays hold."""

        def those(kind: str) -> dict[str, Array]:
            return {name.removeprefix(kind): values for name, values in arrays.items() if name.startswith(kind)}

        return cls(those(_MONEY), arrays["child_years"], those(_OUTCOME))

    @classmethod
    def joined(cls, many: Sequence[RunFigures]) -> RunFigures:
        """Put runs one after the other."""
        every = [one.arrays for one in many]
        return cls.of_arrays({name: np.concatenate([one[name] for one in every]) for name in every[0]})

    def first_run(self, times: int) -> RunFigures:
        """Return the first run so many times."""
        return RunFigures.of_arrays(
            {name: np.repeat(values[:1], times, axis=0) for name, values in self.arrays.items()}
        )

    def spread(self, had: Sequence[bool]) -> RunFigures:
        """Return its runs at the places that had one, and NaN at the others."""

        def laid(values: Array) -> Array:
            found = np.full((len(had), *values.shape[1:]), np.nan)
            found[np.asarray(had)] = values[: sum(had)]
            return found

        return self.of_arrays({name: laid(values) for name, values in self.arrays.items()})


@dataclass(frozen=True)
class Sides:
    """Figures of a scenario, and of what it is held against, of the same runs."""

    own: RunFigures
    other: RunFigures


def outcome_measures() -> tuple[str, ...]:
    """Return the measures that bear on outcomes of the national framework, in its order; money and places are none."""
    known = measures()
    named = [name for one in framework() for name in one.measures]
    return tuple(name for name in dict.fromkeys(named) if name in known and known[name].unit not in (POUNDS, "places"))


@dataclass(frozen=True)
class Point:
    """Numbers that one run takes in place of its central ones.

    Attributes
    ----------
    drawn : mapping of str to float
        By key: of the scenario's own distributions, and steps of rates and prices.
    stated : mapping of tuple to float
        By path, of numbers that are no distributions.
    """

    drawn: Mapping[str, float] = field(default_factory=dict)
    stated: Mapping[tuple[str | int, ...], float] = field(default_factory=dict)


@dataclass(frozen=True)
class AppraisalRuns:
    """A scenario, what it is held against, and the draws of both.

    Attributes
    ----------
    loaded : LoadedScenario
    against : LoadedScenario or None
        The same scenario without its programmes if None.
    draws, seed : int
    engine : {"plain", "compiled"} or None
    progress : callable
        Told how many runs were made, each time some are.
    kept : FinishedWork
        Where figures of runs are kept, and taken from if they were run before.
    """

    loaded: LoadedScenario
    against: LoadedScenario | None = None
    draws: int = 0
    seed: int = 1
    engine: Engine | None = None
    progress: Progress = nobody_told
    kept: FinishedWork = field(default_factory=FinishedWork)

    def __post_init__(self) -> None:
        """Refuse what cannot be appraised.

        Raises
        ------
        Wrong
            If nobody does anything in it, its run is shorter than a year, or what it is against is of another time,
            area or price year.
        """
        scenario = self.loaded.scenario
        if self.against is None and not any(one.is_programme for one in scenario.interventions):
            raise Wrong(f"nobody does anything in {self.loaded.key}, so there is nothing to appraise",
                        "a scenario with programmes, or one to hold it against")  # fmt: skip
        if not self.years:
            raise Wrong(f"{self.loaded.key} ends before its first financial year does", "a run of a whole year or more")
        other = self.against.scenario if self.against is not None else scenario
        same = (scenario.first_month, scenario.months, scenario.areas)
        if same != (other.first_month, other.months, other.areas):
            raise Wrong(f"{self._other.key} is of another time or other areas than {self.loaded.key}",
                        "a scenario of the same time and areas")  # fmt: skip

    @property
    def _other(self) -> LoadedScenario:
        return self.loaded if self.against is None else self.against

    @cached_property
    def timeline(self) -> Timeline:
        """The time of the run."""
        return Timeline(self.loaded.scenario.first_month, self.loaded.scenario.months)

    @property
    def years(self) -> tuple[str, ...]:
        """Financial years that the run covers in full."""
        return self.timeline.financial_years

    @cached_property
    def discount(self) -> Array:
        """Present value of a pound of each year, in the first: (year,)."""
        return discount_factors(len(self.years), self.loaded.scenario.assumptions.discount_percent)

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Names of the areas that figures are of."""
        return tuple(one.name for one in self.loaded.baseline.reported)

    @property
    def points(self) -> tuple[Point, ...]:
        """The central run, then each draw."""
        held: dict[str, Array] = {}
        for one in (self._other, self.loaded):
            held |= columns(one, Settings(self.draws, self.seed)) if self.draws else {}
        drawn = [{key: float(values[i]) for key, values in held.items()} for i in range(self.draws)]
        return (Point(), *(Point(one) for one in drawn))

    def prices(self, year: str) -> float:
        """General price level of a financial year; beyond the run it goes on as in its last two years."""
        return self._price_level(year)

    @cached_property
    def _price_level(self) -> Callable[[str], float]:
        context = with_programmes(self.loaded.scenario, (), baseline=self.loaded.baseline).context
        last = int(self.years[-1][:4])
        level = context.price_level(financial_year(last))
        before = context.price_level(financial_year(last - 1)) if len(self.years) > 1 else level

        def of(year: str) -> float:
            beyond = int(year[:4]) - last
            return context.price_level(year) if beyond <= 0 else level * (level / before) ** beyond

        return of

    def run(self, points: Sequence[Point], *, limited: bool, change: Change = unchanged, bare: RunFigures | None = None,
            where_had: bool = False) -> Sides:  # fmt: skip
        """Run points of both sides.

        Parameters
        ----------
        points : sequence of Point
        limited : bool
            Whether foster places are limited.
        change : callable
            What becomes of a scenario once its numbers are drawn.
        bare : RunFigures, optional
            Figures of the other side of the same points, where they are known.
        where_had : bool
            Whether figures of a point that asks for what cannot be had are NaN.

        Raises
        ------
        ScenarioError
            If a run asks for what cannot be had, unless `where_had`.
        """

        def runs(loaded: LoadedScenario, *, bare: bool) -> RunFigures:
            size = max(1, AT_ONCE // max(1, len(loaded.baseline.codes)))
            found = []
            with loaded.placing():
                for first in range(0, len(points), size):
                    some = [self._stated(loaded, one, limited, change) for one in points[first : first + size]]
                    found.append(self._kept(loaded, some, bare=bare, where_had=where_had))
                    self.progress(len(some))
            return RunFigures.joined(found)

        own = runs(self.loaded, bare=False)
        return Sides(own, runs(self._other, bare=self.against is None) if bare is None else bare)

    def _stated(self, loaded: LoadedScenario, point: Point, limited: bool, change: Change) -> Stated:
        steps = dict(point.drawn)
        own = {one.key: steps.pop(one.key) for one in loaded.parameters if one.key in steps}
        scenario = loaded.with_drawn(own)
        for path, value in point.stated.items():
            scenario = scenario.with_value(path, value)
        places = {"foster_places": "limited" if limited else "as_needed"}
        assumptions = scenario.assumptions.model_copy(update=places)
        return change(loaded, scenario).model_copy(update={"assumptions": assumptions}), steps

    @cached_property
    def _engine(self) -> Engine:
        return self.engine or default_engine(draws=AT_ONCE, areas=1)

    @cached_property
    def _identities(self) -> list[str]:
        settings = Settings(0, engine=self._engine, price_year=self.loaded.scenario.price_year)
        return [identity(one, settings) for one in (self.loaded, self._other)]

    def _kept(self, loaded: LoadedScenario, some: Sequence[Stated], *, bare: bool, where_had: bool) -> RunFigures:
        return RunFigures.of_arrays(
            self.kept.of(
                lambda: [*self._identities, bare, where_had, [[one.model_dump_json(), steps] for one, steps in some]],
                lambda: self._made(loaded, some, bare=bare, where_had=where_had).arrays,
            )
        )

    def _made(self, loaded: LoadedScenario, some: Sequence[Stated], *, bare: bool, where_had: bool) -> RunFigures:
        compiled: list[Compiled] = []
        had: list[bool] = []
        for one in some:
            try:
                compiled.append(self._compiled(loaded, one, bare=bare))
            except Impossible:
                if not where_had:
                    raise
            had.append(len(compiled) > sum(had))
        if all(had):
            return self._figures(compiled)
        # Of a block without any the run as stated has the shape.
        return self._figures(compiled or [self._compiled(loaded, (loaded.scenario, {}), bare=bare)]).spread(had)

    def _compiled(self, loaded: LoadedScenario, stated: Stated, *, bare: bool) -> Compiled:
        scenario, steps = stated
        price_year = self.loaded.scenario.price_year
        if bare:
            return with_programmes(scenario, (), steps or None, loaded.baseline, price_year)
        return compile_scenario(scenario, steps or None, loaded.baseline, price_year)

    def _figures(self, compiled: list[Compiled]) -> RunFigures:
        engine = engine_named(self._engine)
        compiled = served(compiled, engine)
        rates = side_by_side([one.rates for one in compiled])
        paths = engine(rates, BAND_OF_AGE)
        outcomes = outcome_measures()
        found = measured(compiled, paths, (*MONEY, *outcomes, "children"))
        deflator = np.stack([one.deflator for one in compiled])[:, None]
        member = compiled[0].baseline.member

        def real(cash: Array) -> Array:
            return self.timeline.by_year(cash / deflator, "flow")

        def reported(cash: Array) -> Array:
            return np.einsum("ra,dam->drm", member, cash)

        lines = [_lines(one) for one in compiled]
        planned = np.broadcast_to(rates.programme_spend_gbp, (len(compiled), *lines[0].shape))
        children = found["children"].values.sum(axis=(-2, -1))
        return RunFigures(
            {name: real(found[name].values.sum(axis=(-2, -1))) for name in MONEY}
            | {"planned": real(reported(planned)), "lines": real(reported(np.stack(lines)))},
            self.timeline.by_year((children[..., :-1] + children[..., 1:]) / 2.0 / MONTHS_A_YEAR, "flow"),
            {name: _over_the_run(found[name]) for name in outcomes},
        )


def _over_the_run(one: Measure) -> Array:
    """Return a stock at the end of the run, or a flow over it: (run, area)."""
    values: Array = one.values.sum(axis=(-2, -1))
    return values[..., -1] if one.kind == "stock" else values.sum(axis=-1)


def _lines(compiled: Compiled) -> Array:
    """Return what lines of funding bring for programmes, in cash: (area, month)."""
    shape = len(compiled.context.areas), compiled.context.months
    funding = compiled.scenario.funding
    if funding is None or compiled.funding is None:
        return np.zeros(shape)
    paying = [at for at, line in enumerate(funding.lines) if line.pays_for == "programmes"]
    return np.asarray(compiled.funding.line_gbp[paying].sum(axis=0)) if paying else np.zeros(shape)


def at_regime(loaded: LoadedScenario) -> tuple[bool, bool]:
    """Return whether places are limited: as the scenario has it, then the other way."""
    limited = loaded.scenario.assumptions.foster_places == "limited"
    return limited, not limited
