"""What every chart of a run must say: what is held, what is assumed, and what is not counted."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.projection.compile import Compiled, deflator_growth
from simulator.scenario.schema import Scenario
from simulator.vocabulary.areas import authorities, codes_of


def notes(compiled: Compiled) -> tuple[str, ...]:
    """Say what every chart of this scenario must say."""
    scenario, baseline = compiled.scenario, compiled.baseline
    said = [baseline.held(scenario.starts.hold), *baseline.notes]
    if scenario.assumptions.foster_places == "as_needed":
        said.append("Foster places are found for as many as need them.")
    run = frozenset(one.code for one in authorities()).intersection(compiled.context.areas)
    said += _local_notes(scenario, run)
    said += [note for one in scenario.interventions for note in one.notes(of_authorities=bool(run), last=scenario.end)]
    said += [
        f"{one.title} began before the run; what it had done by then is in the figures that the run starts from."
        for one in scenario.interventions
        if one.began_before(scenario.first_month)
    ]
    if scenario.purpose == "replication":
        reached = "; ".join(i.in_words for i in scenario.interventions)
        said.append(f"A replication of a published projection, not an endorsement of it. It assumes: {reached}.")
    return tuple(said)


def money_notes(compiled: Compiled) -> tuple[str, ...]:
    """Say what charts of money must say besides."""
    scenario = compiled.scenario
    growth = deflator_growth(scenario.assumptions)
    prices = f"Spend is in cash. General prices follow the GDP deflator, {growth:.1%} a year after the last published"
    if any(one.changes_prices for one in scenario.interventions):
        prices += ", and the scenario's own price growth"
    uncounted = [f"{one.title}: {caveat}." for one in scenario.interventions if (caveat := one.money_caveat)]
    return (f"{prices}.", *uncounted, *compiled.baseline.spend_notes(compiled.cost_lines))


def _local_notes(scenario: Scenario, run: frozenset[str]) -> Iterator[str]:
    """Say which areas have assumptions of their own, and what becomes of them where some authorities are run."""
    if scenario.local and not run:
        yield f"Assumptions of {', '.join(scenario.local)} count with their share of England's children."
        return
    used = [name for name in scenario.local if run & codes_of([name])]
    left = [name for name in scenario.local if name not in used]
    if used:
        yield f"With assumptions of their own: {', '.join(used)}."
    if left:
        yield f"Not run, so that what is assumed of them does not act: {', '.join(left)}."
