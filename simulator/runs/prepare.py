"""What is run: a scenario compiled with and without its programmes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.baseline.baseline_protocol import Baseline
from simulator.projection.compile import Compiled, compile_scenario
from simulator.scenario.schema import Scenario


@dataclass(frozen=True)
class Prepared:
    """A scenario that is compiled, and the same without its programmes; None if nobody does anything in it."""

    whole: Compiled
    bare: Compiled | None


def prepare(
    scenario: Scenario,
    drawn: Mapping[str, float] | None = None,
    baseline: Baseline | None = None,
    price_year: str | None = None,
) -> Prepared:
    """Compile a scenario with and without its programmes.

    Parameters
    ----------
    scenario : Scenario
    drawn : mapping of key to float, optional
        Steps of rates and levels of areas in one draw; none for the central run.
    baseline : Baseline, optional
        Who is run; the scenario's areas if left out.
    price_year : str, optional
        Financial year in whose prices results give real money; that before the run if left out.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had (`simulator.interventions.impossible`).
    """
    bare = _without_programmes(scenario)
    whole = compile_scenario(scenario, drawn, baseline, price_year)
    return Prepared(whole, None if bare is None else compile_scenario(bare, drawn, baseline, price_year))


def _without_programmes(scenario: Scenario) -> Scenario | None:
    """Return a scenario with its trends and prices and without what anybody does; None if nobody does anything."""
    kept = tuple(i for i in scenario.interventions if not i.is_programme)
    if len(kept) == len(scenario.interventions):
        return None
    return scenario.model_copy(update={"interventions": kept})
