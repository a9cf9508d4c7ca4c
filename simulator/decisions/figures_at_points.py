"""Figures of a scenario at points: totals, and differences from what it is held against, of the same drawn numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.finished_work import Arrays, FinishedWork, digest
from simulator.interventions.fields import Wrong
from simulator.results.labelled import RunResults
from simulator.results.quantities import POUNDS
from simulator.runs.engines import default_engine
from simulator.runs.ensemble.draws import Settings, identity, parameters, prepared_draw
from simulator.runs.single_run import Engine, run_prepared
from simulator.scenario import LoadedScenario
from simulator.uncertainty import Parameter

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

AT_ONCE = 64
"""Points that are compiled and run together."""

CHILDREN = "children"
WITHOUT = "the same without its programmes"


def nobody_told(done: int, of: int) -> None:
    """Tell nobody how far the work is."""


@dataclass(frozen=True)
class AskedFigure:
    """A figure that is asked of each point.

    Attributes
    ----------
    name : str
        In tables.
    words : str
        In charts and on the screen.
    unit : str
    difference : bool
        Whether it is against something.
    """

    name: str
    words: str
    unit: str
    difference: bool = False


TOTALS = (
    AskedFigure("children", "Children at the end of the run", CHILDREN),
    AskedFigure("total_spend", "Spend in the last year, real", POUNDS),
)
DIFFERENCES = (
    AskedFigure("more_children", "More or fewer children at the end", CHILDREN, difference=True),
    AskedFigure("more_spend", "More or less spend in the last year, real", POUNDS, difference=True),
    AskedFigure("npv", "Net present value", POUNDS, difference=True),
)


@dataclass(frozen=True)
class PointFigures:
    """What points give.

    Attributes
    ----------
    asked : tuple of AskedFigure
    values : (point, figure)
    net_benefit_gbp : (point, year)
        Real spend of what it is held against less its own, not discounted; no years if it is held against nothing.
    spend_gbp : (point, year)
        Its own real spend.
    programme_gbp : (point, year)
        What of it its programmes cost.
    grown : (point,)
        Children at the end of the run less those at its beginning.
    discount : (year,)
        Present value of a pound of each year, in the first.
    years : tuple of str
    area, price_year, against : str
        `against` is empty if it is held against nothing.
    """

    asked: tuple[AskedFigure, ...]
    values: Array
    net_benefit_gbp: Array
    spend_gbp: Array
    programme_gbp: Array
    grown: Array
    discount: Array
    years: tuple[str, ...]
    area: str
    price_year: str
    against: str

    def of(self, name: str) -> Array:
        """Return one figure: (point,)."""
        return self.values[:, [one.name for one in self.asked].index(name)]

    @property
    def arrays(self) -> Arrays:
        """All of it as arrays, which :meth:`of_arrays` reads."""
        return {name: np.asarray(value) for name, value in vars(self).items() if name != "asked"}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> PointFigures:
        """Return what arrays hold."""
        plain = {name: str(arrays[name]) for name in ("area", "price_year", "against")}
        years = tuple(arrays["years"].tolist())
        asked = (*TOTALS, *DIFFERENCES)[: arrays["values"].shape[1]]
        return cls(**{**arrays, **plain, "years": years, "asked": asked})  # type: ignore[arg-type]


@dataclass(frozen=True)
class AskedOfPoints:
    """A scenario, and what its differences are against.

    Attributes
    ----------
    loaded : LoadedScenario
    against : LoadedScenario or None
        The same scenario without its programmes if None, where it has any.
    engine : {"plain", "compiled"} or None
    kept : FinishedWork
        Where figures of points are kept, and taken from if they were run before.
    """

    loaded: LoadedScenario
    against: LoadedScenario | None = None
    engine: Engine | None = None
    kept: FinishedWork = field(default_factory=FinishedWork)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that is drawn in either, once each."""
        both = [*parameters(self.loaded), *([] if self.against is None else parameters(self.against))]
        return tuple({one.key: one for one in both}.values())

    def figures(self, drawn: Mapping[str, Array], progress: Progress = nobody_told) -> PointFigures:
        """Run every point and return its figures.

        Parameters
        ----------
        drawn : mapping of key to (point,)
            Numbers that each point takes; those of a key that is left out, or NaN, are central.
        progress : callable
            Told how many points are done, and how many there are.

        Raises
        ------
        Wrong
            If more than one area is run, or what it is held against is of another start or area.
        Impossible
            If a point asks for what cannot be had.
        """
        points = max((len(values) for values in drawn.values()), default=1)
        engine = self.engine or default_engine(draws=points, areas=len(self.loaded.baseline.codes))
        found = []
        progress(0, points)
        for first in range(0, points, AT_ONCE):
            some = {key: values[first : first + AT_ONCE] for key, values in drawn.items()}
            number = min(AT_ONCE, points - first)
            found.append(self._kept(some, number, engine))
            progress(first + number, points)

        def joined(name: str) -> Array:
            return np.concatenate([getattr(one, name) for one in found])

        return replace(
            found[0],
            values=joined("values"),
            net_benefit_gbp=joined("net_benefit_gbp"),
            spend_gbp=joined("spend_gbp"),
            programme_gbp=joined("programme_gbp"),
            grown=joined("grown"),
        )

    @cached_property
    def _identities(self) -> list[str]:
        settings = Settings(0, price_year=self.loaded.scenario.price_year)
        return [identity(one, settings) for one in (self.loaded, self.against) if one is not None]

    def _kept(self, drawn: Mapping[str, Array], points: int, engine: Engine) -> PointFigures:
        return PointFigures.of_arrays(
            self.kept.of(
                lambda: [self._identities, engine, points, digest(drawn)],
                lambda: self._some(drawn, points, engine).arrays,
            )
        )

    def _some(self, drawn: Mapping[str, Array], points: int, engine: Engine) -> PointFigures:
        runs = _run(self.loaded, drawn, points, engine, self.loaded.scenario.price_year)
        other: list[RunResults] | None = None
        if self.against is not None:
            other = _run(self.against, drawn, points, engine, self.loaded.scenario.price_year)
            _comparable(runs[0], other[0])
        elif runs[0].without:
            other = [one.bare() for one in runs]
        own_children, own_spend = _children(runs, -1), _of_years(runs, "total_spend")
        years, values = own_spend.shape[1], [own_children, own_spend[:, -1]]
        net = np.zeros((points, 0))
        if other is not None:
            net = _of_years(other, "total_spend")[:, :years] - own_spend
            values += [own_children - _children(other, -1), -net[:, -1], net @ runs[0].discount[:years]]
        held = "" if other is None else WITHOUT if self.against is None else other[0].title
        return PointFigures(
            asked=TOTALS if other is None else (*TOTALS, *DIFFERENCES),
            values=np.stack(values, axis=1),
            net_benefit_gbp=net,
            spend_gbp=own_spend,
            programme_gbp=_of_years(runs, "programme_spend"),
            grown=own_children - _children(runs, 0),
            discount=runs[0].discount[:years],
            years=runs[0].financial_years[:years],
            area=runs[0].areas[0],
            price_year=runs[0].price_year,
            against=held,
        )


def _run(
    loaded: LoadedScenario, drawn: Mapping[str, Array], points: int, engine: Engine, price_year: str | None
) -> list[RunResults]:
    """Run points of a scenario, with those of the numbers that are drawn in it."""
    settings = Settings(points, engine=engine, price_year=price_year)
    keys = [one.key for one in parameters(loaded)]
    central = {one.key: one.distribution.central for one in loaded.parameters}
    with loaded.placing():
        prepared = [
            prepared_draw(
                loaded,
                settings,
                point + 1,
                central
                | {key: float(drawn[key][point]) for key in keys if key in drawn and not np.isnan(drawn[key][point])},
            )
            for point in range(points)
        ]
        found = list(run_prepared(prepared, loaded.key, engine))
    if len(found[0].areas) > 1:
        raise Wrong(f"{loaded.key} is of {len(found[0].areas)} areas", "one area at a time, with --area")
    if not found[0].financial_years:
        raise Wrong(f"{loaded.key} ends before its first financial year does", "a run of a whole year or more")
    return found


def _comparable(own: RunResults, other: RunResults) -> None:
    same = (own.first_month, own.months, own.areas) == (other.first_month, other.months, other.areas)
    if not same:
        raise Wrong(f"{other.name} is of another time or other areas than {own.name}", "a scenario of the same time")


def _children(runs: list[RunResults], instant: int) -> Array:
    """Children at an instant of the run: (point,)."""
    return np.concatenate([one["children"].values[:, 0, instant].sum(axis=(-2, -1)) for one in runs])


def _of_years(runs: list[RunResults], measure: str) -> Array:
    """Real money by financial year: (point, year)."""
    return np.concatenate([one.year_totals(measure, real=True).area() for one in runs])
