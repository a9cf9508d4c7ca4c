"""Run a scenario: compile, engine, measures, labelled results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from simulator import tables
from simulator.calendar import financial_year
from simulator.compile import Compiled, compile_scenario, deflator_growth
from simulator.engine.run import run
from simulator.measures import measures
from simulator.measures.view import View
from simulator.results import Actual, Claim, Measure, Results, SpendLines
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.schema import Scenario
from simulator.structure import BAND_OF_AGE

EFFECTS = ("children", "total_spend")
"""Measures that are kept from the run without programmes."""

PUBLISHERS = ("Department for Education", "Ofsted", "Office for National Statistics", "MHCLG", "HM Treasury")


def simulate(loaded: LoadedScenario, *, draws: int = 0, seed: int = 1) -> Results:
    """Run a scenario and return its results.

    Parameters
    ----------
    loaded : LoadedScenario
    draws, seed : int
        Draws beside the central run come with a later version; `draws` must be 0.

    Raises
    ------
    ScenarioError
        If an intervention asks for something impossible.
    """
    if draws:
        raise ValueError("draws are not built yet: leave draws at 0")
    try:
        results = label(compile_scenario(loaded.scenario), loaded.key)
        bare = _without_programmes(loaded.scenario)
        if bare is None:
            return results
        without = label(compile_scenario(bare), loaded.key).measures
    except ValueError as problem:
        raise ScenarioError([_placed(loaded, str(problem))]) from problem
    return replace(results, without={name: without[name] for name in EFFECTS})


def _without_programmes(scenario: Scenario) -> Scenario | None:
    """Return a scenario with its trends and prices and without what anybody does; None if nobody does anything."""
    kept = tuple(i for i in scenario.interventions if not i.is_programme)
    if len(kept) == len(scenario.interventions):
        return None
    return scenario.model_copy(update={"interventions": kept})


def _placed(loaded: LoadedScenario, problem: str) -> Problem:
    """Turn the message of a failed compilation, which begins with a path, into a problem with a position."""
    path, _, what = problem.partition(": ")
    origin = next((o for key, o in loaded.provenance.items() if o.line and key.startswith(path)), None)
    if origin is None:
        return Problem(str(loaded.path), 1, 1, path, what)
    return Problem(origin.file, origin.line, origin.column, path, what)


def label(compiled: Compiled, name: str) -> Results:
    """Run a compiled scenario and label what comes out."""
    scenario, baseline, rates = compiled.scenario, compiled.baseline, compiled.rates
    view = View(run(rates, BAND_OF_AGE), rates, baseline.cost_lines)
    measured = {}
    for kind in measures().values():
        v = kind.compute(view)
        measured[kind.name] = Measure(
            kind.name, kind.title, kind.unit, kind.kind, v.placements, v.age_bands, np.ascontiguousarray(v.values)
        )
    spend, weeks = view.line_totals()
    reference_year = financial_year(scenario.base - 1)
    return Results(
        name=name,
        title=scenario.name,
        description=scenario.description,
        purpose=scenario.purpose,
        first_month=compiled.context.first_month,
        months=compiled.context.months,
        areas=compiled.context.areas,
        measures=measured,
        history=history(),
        claims=tuple(
            Claim(c.measure, str(c.date or c.financial_year), float(c.value), c.label, ";".join(c.source))
            for c in scenario.claims
        ),
        notes=_notes(scenario),
        sources=PUBLISHERS,
        deflator=compiled.context.deflator,
        price_year=reference_year,
        spend_lines=SpendLines(
            keys=tuple(line.key for line in baseline.cost_lines),
            per_child=np.array([line.driver != "placement" for line in baseline.cost_lines]),
            spend_gbp=spend,
            child_weeks=weeks,
            reference_spend_gbp=np.array([line.spend_gbp for line in baseline.cost_lines]),
            reference_child_weeks=np.array([line.child_weeks for line in baseline.cost_lines]),
        ),
        reference_year=reference_year,
        discount_rate=float(scenario.assumptions.discount_percent) / 100.0,
    )


def history() -> Mapping[str, Actual]:
    """Return the published series that charts draw before a projection."""
    stock = tables.series("stock")
    spend = {str(y): v for y, v in tables.series("spend_total").items()}
    flows = {"starts": "starts", "exits": "ceased"}
    actual = {
        "children": Actual(
            "Published", tuple(f"{y}-03-31" for y in stock), np.array(list(stock.values())), "dfe_cla_2025"
        ),
        "total_spend": Actual(
            "Published", tuple(spend), np.array(list(spend.values())), "dfe_s251_outturn_2024_release"
        ),
    }
    for measure, table in flows.items():
        series = tables.series(table)
        years = tuple(financial_year(int(y) - 1) for y in series)
        actual[measure] = Actual("Published", years, np.array(list(series.values())), "dfe_cla_2025")
    return actual


def _notes(scenario: Scenario) -> tuple[str, ...]:
    """Say what every chart of this scenario must say."""
    held = {
        "numbers": "Numbers of children who start are held as in the year before the run",
        "rates": "Start rates by age are held on a population carried forward from mid-2023 without migration",
    }[scenario.starts.hold]
    if any(i.changes_starts for i in scenario.interventions):
        held += ", before what the scenario's own trends and programmes change"
    growth = deflator_growth(scenario.assumptions)
    prices = f"Spend is in cash. General prices follow the GDP deflator, {growth:.1%} a year after the last published"
    if any(i.kind == "price_growth" for i in scenario.interventions):  # type: ignore[attr-defined]
        prices += ", and the scenario's own price growth"
    notes = [f"{held}.", f"{prices}."]
    if scenario.assumptions.foster_places == "as_needed":
        notes.append("Foster places are found for as many as need them.")
    if scenario.purpose == "replication":
        notes.append("A replication of a published projection, not an endorsement of it.")
    return tuple(notes)
