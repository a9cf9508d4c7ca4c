"""Labelled results of a run: measures added up to the areas asked for, with history, claims, questions and notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.cost_lines import CostLine, beds_side_by_side
from simulator.baseline.front_door_flows import fronts_side_by_side
from simulator.data.discounting import discount_factors
from simulator.engine.paths import Paths
from simulator.engine.rates import side_by_side
from simulator.projection.compile import Compiled
from simulator.results.funded import DatedGap, Funded
from simulator.results.homes_record import openings_note
from simulator.results.labelled import RunResults
from simulator.results.measures import measures
from simulator.results.measures.view import View
from simulator.results.plausible import doubts
from simulator.results.quantities import Measure
from simulator.results.results_protocol import OWN, Actual, DatedClaim, DatedQuestion
from simulator.results.spend_lines import SpendLines
from simulator.results.timeline import Timeline
from simulator.runs.chart_notes import bends, measure_notes, money_notes, notes
from simulator.scenario import schema
from simulator.vocabulary.calendar import financial_year, instant_date
from simulator.vocabulary.told import warnings_first

Array = NDArray[np.float64]


def labelled(runs: Sequence[Compiled], name: str, paths: Paths, engine: str) -> RunResults:
    """Return the results of draws of a scenario; what they say in words is said of the first.

    Parameters
    ----------
    runs : sequence of Compiled
    name : str
        Name in tables.
    paths : Paths
        What the engine made of their rates, the draws in the same order.
    engine : {"plain", "compiled"}
        Which one.
    """
    compiled = runs[0]
    scenario, baseline = compiled.scenario, compiled.baseline
    view = _view(runs, paths)
    total = _totals(baseline.member)
    spend, units = (total(lines) for lines in view.line_totals())
    reference = [np.stack([getattr(line, name) for line in view.cost_lines], axis=-1)
                 for name in ("before_gbp", "units")]  # fmt: skip
    reference_year = financial_year(scenario.base - 1)
    timeline = Timeline(compiled.context.first_month, compiled.context.months)
    names = tuple(area.name for area in baseline.reported)
    reference_spend, found = total(reference[0]), _measured(view, total, measures())
    timeline = Timeline(compiled.context.first_month, compiled.context.months)
    beyond = doubts(
        found,
        timeline,
        compiled.context.deflator,
        names,
        baseline.under_18s,
        reference_spend[0].sum(axis=-1),
        reference_year,
    )
    return RunResults(
        name=name,
        title=scenario.name,
        description=scenario.description,
        purpose=scenario.purpose,
        first_month=compiled.context.first_month,
        months=compiled.context.months,
        areas=names,
        measures=found,
        history=_history(baseline),
        claims=tuple(map(_dated, scenario.claims)),
        notes=warnings_first((*beyond, *openings_note(found, timeline, names), *notes(compiled))),
        measure_notes=measure_notes(baseline, found),
        money_notes=money_notes(compiled),
        bends=bends(compiled),
        sources=baseline.sources,
        own_past=baseline.own_past,
        deflator=np.stack([one.deflator for one in runs]),
        price_year=compiled.price_year,
        spend_lines=SpendLines(
            keys=tuple(line.key for line in compiled.cost_lines),
            of_placements=np.array([line.driver.of_placements for line in compiled.cost_lines]),
            spend_gbp=spend,
            units=units,
            reference_spend_gbp=reference_spend,
            reference_units=total(reference[1]),
            sources=tuple(line.source for line in compiled.cost_lines),
        ),
        reference_year=reference_year,
        questions=tuple(map(_asked, scenario.questions)) if baseline.questions_apply else (),
        places_limited=scenario.assumptions.foster_places == "limited",
        engine=engine,
        price_levels={
            year: level / compiled.context.price_levels[compiled.price_year]
            for year, level in compiled.context.price_levels.items()
        },
        discount=discount_factors(len(timeline.financial_years), scenario.assumptions.discount_percent),
        funded=_funded(runs, view, total),
    )


def _funded(runs: Sequence[Compiled], view: View, total: Callable[[Array], Array]) -> Funded | None:
    """Return the money beside the spend of draws of a scenario; None if it carries no funding."""
    funding, paths = runs[0].scenario.funding, [one.funding for one in runs if one.funding is not None]
    if funding is None or not paths:
        return None
    return Funded(
        titles={line.id: line.title for line in funding.lines},
        for_services=np.array([line.pays_for == "services" for line in funding.lines], dtype=bool),
        line_gbp=np.stack([total(one.line_gbp) for one in paths], axis=1),
        reused_gbp=np.stack([total(one.reused_gbp) for one in paths], axis=1),
        statutory_gbp=total(np.stack([one.statutory_gbp for one in paths])),
        budget_growth=funding.budget.real_percent_per_year / 100.0,
        reference_grants_gbp=total(np.sum([np.asarray(line.spend_gbp) for line in view.grant_lines], axis=0)),
        claims=tuple(
            DatedGap(
                one.gap, one.area, one.financial_year, one.label, one.note or "", ";".join(one.source), one.gbp_per_year
            )
            for one in funding.claims
        ),
    )


def measured(runs: Sequence[Compiled], paths: Paths, names: Sequence[str]) -> dict[str, Measure]:
    """Return measures of these names of draws of a scenario; `runs` and `paths` as in :func:`labelled`."""
    return _measured(_view(runs, paths), _totals(runs[0].baseline.member), names)


def _measured(view: View, total: Callable[[Array], Array], names: Iterable[str]) -> dict[str, Measure]:
    kinds, found = measures(), {}
    for kind in (kinds[name] for name in names):
        values = kind.compute(view)
        added = total(values.values)
        if values.per is not None:
            per = total(values.per)
            added = np.divide(added, per, out=np.zeros_like(added), where=per > 0.0)
        found[kind.name] = kind.labelled(values, np.ascontiguousarray(added))
    return found


def _view(runs: Sequence[Compiled], paths: Paths) -> View:
    """Put draws side by side."""
    return View(
        paths,
        side_by_side([one.rates for one in runs]),
        _lines_side_by_side([one.cost_lines for one in runs]),
        _lines_side_by_side([one.grant_lines for one in runs]),
        fronts_side_by_side([one.front_door for one in runs]),
        runs[0].after_care,
        np.stack([one.context.deflator for one in runs]),
    )


def _lines_side_by_side(many: Sequence[tuple[CostLine, ...]]) -> tuple[CostLine, ...]:
    """Put money, units and fixed shares of draws on a draw axis: (draw, area)."""
    return tuple(
        replace(
            of_draws[0],
            spend_gbp=np.stack([np.atleast_1d(line.spend_gbp) for line in of_draws]),
            units=np.stack([np.atleast_1d(line.units) for line in of_draws]),
            fixed_share=np.stack([np.atleast_1d(line.fixed_share) for line in of_draws]),
            beds=beds_side_by_side([line.beds for line in of_draws]),
        )
        for of_draws in zip(*many, strict=True)
    )


def _dated(claim: schema.Claim) -> DatedClaim:
    """Return a claim with the date of the instant, or the financial year, that it is about."""
    when = str(claim.financial_year) if claim.date is None else instant_date(claim.date)
    return DatedClaim(claim.measure, when, float(claim.value), claim.label, ";".join(claim.source))


def _asked(question: schema.Question) -> DatedQuestion:
    """Return a question with the dates or years that it is about."""
    if question.date is not None:
        when: tuple[str, ...] = (instant_date(question.date),)
    else:
        begin, end = question.years or (question.financial_year, question.financial_year)
        when = tuple(financial_year(y) for y in range(int(str(begin)[:4]), int(str(end)[:4]) + 1))
    return DatedQuestion(
        id=question.id,
        says=question.says,
        measure=question.measure,
        when=when,
        above=question.above,
        below=question.below,
        against_no_programmes=question.compared_with == "no_programmes",
    )


def _totals(member: Array) -> Callable[[Array], Array]:
    """Return what adds up the areas of a run, (draw, area, ...), to those reported: (draw, reported, ...).

    Parameters
    ----------
    member : (reported, area)
        Areas that are run and reported one by one stay as they are.
    """
    if np.array_equal(member, np.eye(len(member))):
        return lambda values: values
    alone = member.sum(axis=1) == 1.0

    def total(values: Array) -> Array:
        found = np.empty((len(values), len(member), *values.shape[2:]))
        found[:, alone] = values[:, member[alone].argmax(axis=1)]
        for i in np.flatnonzero(~alone):
            found[:, i] = values[:, member[i] > 0.0].sum(axis=1)
        return found

    return total


def _history(baseline: Baseline) -> Mapping[str, Actual]:
    """Return what charts draw before a projection, by measure."""
    return {
        measure: Actual(
            "Published" if past.published else OWN, past.dates, past.values, past.source, past.counted, past.added
        )
        for measure, past in baseline.history.items()
    }
