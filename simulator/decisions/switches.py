"""Structural switches: what a verdict would be if the model were built another way, one way at a time.

No draw moves them, and they can move a sign; so they come before any index of variance. Figures are central runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.decisions.figures_at_points import CHILDREN, AskedOfPoints
from simulator.interventions.base import PhasedIntervention
from simulator.results.quantities import POUNDS
from simulator.runs.single_run import Engine
from simulator.runs.solve import with_other_places
from simulator.scenario import LoadedScenario, Scenario, ScenarioError

LEAST = {CHILDREN: 0.5, POUNDS: 500_000.0}
"""Figures nearer to nothing than this, by unit, have no sign."""

AS_STATED = "as stated"


@dataclass(frozen=True)
class Switch:
    """One way to build the model otherwise.

    Attributes
    ----------
    name : str
        In tables.
    change : callable
        Takes a scenario and returns what it is then called and the other scenario; nothing where it changes nothing.
    """

    name: str
    change: Callable[[LoadedScenario], tuple[str, LoadedScenario] | None]


@dataclass(frozen=True)
class Verdict:
    """A figure of a scenario under one switch.

    Attributes
    ----------
    scenario, switch, setting : str
    measure, unit : str
    value : float
        NaN if the scenario cannot be had so.
    stated : float
        As the scenario states it.
    refused : str
        Why it cannot be had; empty if it can.
    """

    scenario: str
    switch: str
    setting: str
    measure: str
    unit: str
    value: float
    stated: float
    refused: str = ""

    @property
    def sign(self) -> int:
        """1 above nothing, -1 below, 0 near it or where there is none."""
        return _sign(self.value, self.unit)

    @property
    def turns(self) -> bool:
        """Whether the sign is another than as stated."""
        return not self.refused and self.sign != _sign(self.stated, self.unit)


def _sign(value: float, unit: str) -> int:
    return 0 if np.isnan(value) or abs(value) < LEAST[unit] else int(np.sign(value))


def _with(loaded: LoadedScenario, scenario: Scenario) -> LoadedScenario:
    return replace(loaded, scenario=scenario)


def _places(loaded: LoadedScenario) -> tuple[str, LoadedScenario]:
    other = with_other_places(loaded)
    return other.scenario.assumptions.foster_places.replace("_", " "), other


def _starts(loaded: LoadedScenario) -> tuple[str, LoadedScenario]:
    starts = loaded.scenario.starts
    hold = "rates" if starts.hold == "numbers" else "numbers"
    return hold, _with(loaded, loaded.scenario.model_copy(update={"starts": starts.model_copy(update={"hold": hold})}))


def _supply(elasticity: float) -> Callable[[LoadedScenario], tuple[str, LoadedScenario] | None]:
    def change(loaded: LoadedScenario) -> tuple[str, LoadedScenario] | None:
        assumptions = loaded.scenario.assumptions
        if assumptions.foster_places != "limited" or assumptions.places_elasticity == elasticity:
            return None
        changed = assumptions.model_copy(
            update={"places_elasticity": elasticity, "council_places_elasticity": elasticity}
        )
        return f"{elasticity:g}", _with(loaded, loaded.scenario.model_copy(update={"assumptions": changed}))

    return change


def _lasting(setting: str, **fields: object) -> Callable[[LoadedScenario], tuple[str, LoadedScenario] | None]:
    """Return what changes every programme whose money or work ends within the run."""

    def change(loaded: LoadedScenario) -> tuple[str, LoadedScenario] | None:
        scenario = loaded.scenario
        changed = tuple(
            one.model_copy(update=fields) if isinstance(one, PhasedIntervention) and _ends(one, scenario) else one
            for one in scenario.interventions
        )
        if changed == scenario.interventions:
            return None
        return setting, _with(loaded, scenario.model_copy(update={"interventions": changed}))

    return change


def _ends(one: PhasedIntervention, scenario: Scenario) -> bool:
    """Whether its money or its work ends before the run does."""
    ends = [month for month in (one.end, one.paid_to) if month is not None]
    return bool(ends) and min(ends) < scenario.end


SWITCHES = (
    Switch("foster places", _places),
    Switch("starts hold", _starts),
    Switch("places for each household more", _supply(1.0)),
    Switch("places for each household more", _supply(0.5)),
    Switch("effect once the money ends", _lasting("ends at once", outlasts_money=False, fade_months=0)),
    Switch("effect once the money ends", _lasting("fades over 40 years", fade_months=480)),
)


def verdicts(many: Sequence[LoadedScenario], engine: Engine | None = None) -> Iterator[Verdict]:
    """Yield every verdict of scenarios as stated and under each switch.

    A scenario with programmes is held against the same one without them, under the same switch: net present value and
    children at the end. One without is held against its own beginning: children and real spend a year.
    """
    for loaded in many:
        stated = _figures(loaded, engine)
        yield from (Verdict(loaded.key, AS_STATED, "", *of, value, value) for of, value in stated.items())
        for switch in SWITCHES:
            found = switch.change(loaded)
            if found is None:
                continue
            setting, other = found
            refused, figures = "", {of: np.nan for of in stated}
            try:
                figures = _figures(other, engine)
            except ScenarioError as error:
                refused = "; ".join(one.what for one in error.problems)
            for of, value in figures.items():
                yield Verdict(loaded.key, switch.name, setting, *of, value, stated[of], refused)


def _figures(loaded: LoadedScenario, engine: Engine | None) -> dict[tuple[str, str], float]:
    found = AskedOfPoints(loaded, engine=engine).figures({})
    if found.against:
        return {(name, unit): float(found.of(name)[0]) for name, unit in (("npv", POUNDS), ("more_children", CHILDREN))}
    return {("growth_of_children", CHILDREN): float(found.grown[0]),
            ("growth_of_spend", POUNDS): float(found.spend_gbp[0, -1] - found.spend_gbp[0, 0])}  # fmt: skip
