"""An appraisal: who bears costs and savings, before and after uplifts for optimism, under both rules for places.

Every amount is real, by financial year, of draws, and positive where whoever bears it is better off. Net present value
is that of value for money (`simulator.results.value_for_money`): what is saved on looked-after children less what
programmes cost. Fewer children in care are no benefit by themselves, so outcomes stand beside and are added to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.data.appraisal_rules import LedgerItem, ledger_items
from simulator.decisions.appraisal_runs import AppraisalRuns, Change, RunFigures, Sides, at_regime
from simulator.decisions.optimism import STEPS, Optimism, OptimismStep, Shrinkage, late, shrinkages, shrunk
from simulator.scenario import LoadedScenario, Scenario

Array = NDArray[np.float64]

ENTRIES = (
    "programmes_funded",
    "programmes_not_funded",
    "placements",
    "other_lines",
    "grants_lost",
    "grants_saved",
    "front_door",
)
"""Amounts that accounts are made of. All but the last add up to net present value."""


@dataclass(frozen=True)
class Ledger:
    """What one set of runs comes to, real and by year: (run, area, year) each.

    Attributes
    ----------
    entries : mapping of str to array
        `ENTRIES`.
    cost, saving : array
        Of programmes; and of all other spend on looked-after children.
    avoided : array
        Child-years in care.
    """

    entries: Mapping[str, Array]
    cost: Array
    saving: Array
    avoided: Array

    @property
    def net(self) -> Array:
        """What is saved less what it costs: (run, area, year)."""
        return self.saving - self.cost


def ledger(sides: Sides, stated: Sides | None = None, cost_uplift: float = 0.0) -> Ledger:
    """Return who bears what of the difference between two sides.

    Parameters
    ----------
    sides : Sides
    stated : Sides, optional
        Runs as stated, whose planned money is paid in the place of that of `sides`: a programme that is late, or does
        less, is paid for as planned.
    cost_uplift : float
        Share by which planned money is more.
    """
    planned = sides if stated is None else stated

    def programmes(of: RunFigures, paid: RunFigures) -> Array:
        """What programmes of one side cost: what is planned, and what follows children by the week."""
        weekly = of.money["programme_spend"] - of.money["planned"]
        return weekly + (1.0 + cost_uplift) * paid.money["planned"]

    def funded(of: RunFigures, cost: Array) -> Array:
        return np.minimum(np.maximum(cost, 0.0), of.money["lines"])

    def care(of: RunFigures) -> Array:
        return of.money["total_spend"] - of.money["programme_spend"]

    def less(name: str) -> Array:
        return sides.other.money[name] - sides.own.money[name]

    own, other = programmes(sides.own, planned.own), programmes(sides.other, planned.other)
    by_lines = funded(sides.own, own) - funded(sides.other, other)
    cost, saving = own - other, care(sides.other) - care(sides.own)
    placements, grants = less("placement_spend"), less("grant_income")
    entries = {
        "programmes_funded": -by_lines,
        "programmes_not_funded": by_lines - cost,
        "placements": placements,
        "other_lines": saving - placements,
        "grants_lost": -grants,
        "grants_saved": grants,
        "front_door": less("front_door_spend"),
    }
    return Ledger(entries, cost, saving, sides.other.child_years - sides.own.child_years)


@dataclass(frozen=True)
class Regime:
    """An appraisal under one rule for foster places.

    Attributes
    ----------
    limited, as_stated : bool
        Whether places are limited, and whether the scenario says so.
    steps : mapping of str to Ledger
        By name of `STEPS`.
    stated : Sides
        The runs as stated.
    """

    limited: bool
    as_stated: bool
    steps: Mapping[str, Ledger]
    stated: Sides

    @property
    def places(self) -> str:
        """What tables call it."""
        return "limited" if self.limited else "as_needed"


@dataclass(frozen=True)
class Appraisal:
    """An appraisal of a scenario.

    Attributes
    ----------
    runs : AppraisalRuns
    optimism : Optimism
    shrinkages : tuple of Shrinkage
        What becomes of each effect.
    regimes : tuple of Regime
        As the scenario has it first.
    """

    runs: AppraisalRuns
    optimism: Optimism
    shrinkages: tuple[Shrinkage, ...]
    regimes: tuple[Regime, ...]

    def present(self, flow: Array, area: int = 0) -> Array:
        """Return the present value of an amount by year, in the first year: (run,) from (run, area, year)."""
        value: Array = flow[:, area] @ self.runs.discount
        return value

    def accounts(self, regime: Regime, step: str) -> Iterator[tuple[LedgerItem, Array | None]]:
        """Yield each line of the accounts with its present value, (run,); None where there is no figure."""
        entries = regime.steps[step].entries
        for item in ledger_items():
            yield item, self.present(entries[item.entry]) if item.entry else None

    def borne_by(self, bearer: str, regime: Regime, step: str) -> Array:
        """Return what all lines of a bearer come to, at present value: (run,)."""
        lines = [value for item, value in self.accounts(regime, step) if item.bearer == bearer and value is not None]
        total: Array = np.sum(lines, axis=0)
        return total

    def whole(self, regime: Regime, step: str) -> Array:
        """Return what all lines with a figure come to, whoever bears them: society's account as far as it goes."""
        lines = [value for _, value in self.accounts(regime, step) if value is not None]
        total: Array = np.sum(lines, axis=0)
        return total

    def net_present_value(self, regime: Regime, step: str) -> Array:
        """Return what is saved on looked-after children less what programmes cost: (run,)."""
        return self.present(regime.steps[step].net)


def appraise(runs: AppraisalRuns, optimism: Optimism) -> Appraisal:
    """Appraise a scenario under both rules for places, as stated and with each uplift.

    Raises
    ------
    ScenarioError
        If a run asks for what cannot be had.
    """
    many = {one.key: shrinkages(one, optimism.kept_of_judged) for one in (runs.loaded, runs.against) if one is not None}
    points, regimes = runs.points, []
    for limited in at_regime(runs.loaded):
        stated = runs.run(points, limited=limited)
        # Without programmes there is nothing that could be late or do less.
        bare = stated.other if runs.against is None else None
        known = {STEPS[0].runs: stated}
        steps = {}
        for step in STEPS:
            if step.runs not in known:
                change = _change(runs, optimism, step, many)
                known[step.runs] = runs.run(points, limited=limited, change=change, bare=bare)
            steps[step.name] = ledger(known[step.runs], stated, optimism.cost_uplift if step.cost else 0.0)
        regimes.append(Regime(limited, limited == at_regime(runs.loaded)[0], steps, stated))
    return Appraisal(runs, optimism, many[runs.loaded.key], tuple(regimes))


def _change(
    runs: AppraisalRuns, optimism: Optimism, step: OptimismStep, many: Mapping[str, tuple[Shrinkage, ...]]
) -> Change:
    def change(loaded: LoadedScenario, scenario: Scenario) -> Scenario:
        if step.shrunk:
            scenario = shrunk(scenario, many[loaded.key])
        return late(scenario, optimism.years_late, runs.prices) if step.late else scenario

    return change


def middle_of_draws(values: Array) -> float:
    """Return the median of draws, or the central run where there are none: of (1 + draw,)."""
    return float(values[0] if len(values) == 1 else np.median(values[1:]))


def ends_of_draws(values: Array) -> tuple[float, float] | None:
    """Return where 80% of draws lie: of (1 + draw,); None without draws."""
    if len(values) == 1:
        return None
    low, high = np.percentile(values[1:], (10, 90))
    return float(low), float(high)


OF_LIMITED_PLACES = ("unmet_foster_need",)
"""Outcomes that mean nothing where foster places are found for as many as need them."""


def outcome_changes(regime: Regime) -> Mapping[str, tuple[Array, Array]]:
    """Return outcomes without and with the programmes, as stated: two of (run,) for each measure."""
    return {
        name: (regime.stated.other.outcomes[name][:, 0], values[:, 0])
        for name, values in regime.stated.own.outcomes.items()
        if regime.limited or name not in OF_LIMITED_PLACES
    }
