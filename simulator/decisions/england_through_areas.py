"""How far England moves if family help is in some of its areas, and what that costs: runs of the simulator.

The help is that of the national roll-out, with its build-up, its end and its fade. Areas are of average size, as in any
run of England: 12 of 153 are 12/153 of its children, and get as much of the money.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.finished_work import Arrays, FinishedWork
from simulator.results.labelled import WITHOUT
from simulator.runs.ensemble.draws import Settings, identity
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario
from simulator.vocabulary.areas import authorities

Array = NDArray[np.float64]

ROLL_OUT, HELP = "family-help-national", "family-help"
"""Scenario and intervention whose effect and money are scaled to areas."""

SHOWN = (12, 20, 30, 50)
"""Numbers of areas that are shown beside all: from the strategy's pilots on."""

ENDS = (0.5, 0.1, 0.9)
"""What of the effect's distribution is run: the middle, and the ends of its 80% interval. All else is central."""

RUNS = (len(SHOWN) + 1) * len(ENDS)
"""Model runs that it takes."""

_NOTHING_KEPT = FinishedWork()

_PATH = f"interventions.{HELP}"
_RATIO, _RATIO_KEY = f"{_PATH}.effect.risk_ratio", f"interventions[{HELP}].effect.risk_ratio"
"""Where the ratio stands, and what its draws hang on."""


@dataclass(frozen=True)
class Through:
    """What England is with the help in some areas.

    Attributes
    ----------
    areas, of : int
    ratios : (end,)
        Of starts with the help over starts without it, as in `ENDS`.
    dates : tuple of str
        Each 31 March of the run.
    children, children_without : (end, date) and (date,)
        Children looked after.
    financial_years : tuple of str
    programme_gbp : (financial year,)
        What the help costs, cash.
    other_gbp : (end, financial year)
        All other spend less what it would be without the help, cash.
    """

    areas: int
    of: int
    ratios: Array
    dates: tuple[str, ...]
    children: Array
    children_without: Array
    financial_years: tuple[str, ...]
    programme_gbp: Array
    other_gbp: Array

    @property
    def change(self) -> Array:
        """Children with the help less those without it: (end, date)."""
        return np.asarray(self.children - self.children_without)

    @property
    def programme_total_gbp(self) -> float:
        """What the help costs over the whole run, cash."""
        return float(self.programme_gbp.sum())

    @property
    def arrays(self) -> Arrays:
        """All of it as arrays, which :meth:`of_arrays` reads."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Through:
        """Return what arrays hold."""
        texts = {name: tuple(arrays[name].tolist()) for name in ("dates", "financial_years")}
        numbers = {name: int(arrays[name]) for name in ("areas", "of")}
        return cls(**{**arrays, **texts, **numbers})  # type: ignore[arg-type]


def through_areas(
    loaded: LoadedScenario,
    progress: Callable[[int, int], None] = lambda done, of: None,
    kept: FinishedWork = _NOTHING_KEPT,
) -> tuple[Through, ...]:
    """Run England with the help in each number of `SHOWN` areas, and in all.

    Parameters
    ----------
    loaded : LoadedScenario
        The roll-out.
    progress : callable
        Told how many runs are done, and how many there are.
    kept : FinishedWork
    """
    every = len(authorities())
    told = identity(loaded, Settings(0))
    numbers = (*SHOWN, every)
    runs = len(numbers) * len(ENDS)
    found = []
    for i, number in enumerate(numbers):
        progress(i * len(ENDS), runs)
        found.append(
            Through.of_arrays(
                kept.of(lambda: ["through", told, number], lambda: _through(loaded, number, every).arrays)  # noqa: B023
            )
        )
    progress(runs, runs)
    return tuple(found)


def _through(loaded: LoadedScenario, number: int, of: int) -> Through:
    [effect] = [one for one in loaded.parameters if one.key == _RATIO_KEY]
    ratios = effect.distribution.ppf(np.array(ENDS))
    share = number / of
    scaled = {f"{_PATH}.areas.share": share}
    [stated] = [one for one in loaded.scenario.interventions if one.id == HELP]
    for year, gbp in ((stated.cost and stated.cost.budget_gbp) or {}).items():
        scaled[f"{_PATH}.cost.budget_gbp.{year}"] = gbp * share
    results = [simulate(loaded.at({**scaled, _RATIO: float(value)})) for value in ratios]
    first = results[0]
    at = [i for i, date in enumerate(first.dates("stock")) if date.endswith("-03-31")]

    def figure(name: str) -> Array:
        return np.array([one.figure(name).area()[0] for one in results])

    programme = first.year_totals("programme_spend").area()[0]
    return Through(
        areas=number,
        of=of,
        ratios=ratios,
        dates=tuple(first.dates("stock")[i] for i in at),
        children=figure("children/total")[:, at],
        children_without=figure(f"{WITHOUT}children/total")[0, at],
        financial_years=first.financial_years,
        programme_gbp=programme,
        other_gbp=figure("total_spend/year") - figure(f"{WITHOUT}total_spend/year") - programme,
    )
