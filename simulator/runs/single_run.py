"""Run a scenario, or draws of it: compile, engine, measures, labelled results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import BAND_OF_AGE
from simulator.data import tables
from simulator.data.authority_tables import published_stock, reported_spend
from simulator.data.council import Council
from simulator.engine.plain import Paths, run
from simulator.engine.rates import side_by_side
from simulator.engine.stochastic import realise
from simulator.interventions.base import Intervention, PhasedIntervention
from simulator.interventions.budget_line import BudgetLine
from simulator.projection.agencies import Run, served
from simulator.projection.compile import Compiled, compile_scenario, deflator_growth
from simulator.results.labelled import OWN, Actual, Claim, Measure, Question, Results, SpendLines
from simulator.results.measures import measures
from simulator.results.measures.view import View
from simulator.scenario import schema
from simulator.scenario.schema import WITHOUT_PROGRAMMES, Scenario
from simulator.vocabulary.areas import ENGLAND, Area, authorities, codes_of, near_miss, units
from simulator.vocabulary.calendar import Month, financial_year, financial_year_months, instant_date

Array = NDArray[np.float64]
Engine = Literal["plain", "compiled"]

MOST_OFF = 1.3
"""Most by which spend of an authority may be off what it reports before a note says so; four in five are within 1.2."""

MOST_TOLD_OF = 10
"""Authorities of a run, more of which would be too many to tell of."""

PUBLISHERS = ("Department for Education", "Ofsted", "Office for National Statistics", "MHCLG", "HM Treasury")


def engine_named(name: Engine) -> Run:
    """Return an engine.

    Raises
    ------
    ModuleNotFoundError
        If the compiled engine is asked for and numba is not installed; nothing falls back to the plain one.
    """
    if name == "plain":
        return run
    try:
        from simulator.engine.compiled.backend import run_compiled
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("the compiled engine needs numba: pip install 'care-demand[fast]'") from error
    return run_compiled


@dataclass(frozen=True)
class Prepared:
    """A scenario that is compiled, and the same without its programmes; None if nobody does anything in it."""

    whole: Compiled
    bare: Compiled | None


def prepare(scenario: Scenario, drawn: Mapping[str, float] | None = None, council: Council | None = None) -> Prepared:
    """Compile a scenario with and without its programmes.

    Parameters
    ----------
    scenario : Scenario
    drawn : mapping of key to float, optional
        Steps of the drift of rates in one draw (`simulator.projection.drift`); none for the central run.
    council : Council, optional
        Who is run from their own returns.

    Raises
    ------
    ValueError
        If an intervention asks for something impossible; the message begins with its path.
    """
    bare = _without_programmes(scenario)
    whole = compile_scenario(scenario, drawn, council)
    return Prepared(whole, None if bare is None else compile_scenario(bare, drawn, council))


def run_once(scenario: Scenario, name: str, *, council: Council | None = None, engine: Engine = "plain") -> Results:
    """Run a scenario, with and without its programmes, and label what comes out (the central run).

    Parameters
    ----------
    scenario : Scenario
    name : str
        Name in tables.
    council : Council, optional
        Who is run from their own returns.
    engine : {"plain", "compiled"}

    Raises
    ------
    ValueError
        If an intervention asks for something impossible; the message begins with its path.
    """
    [results] = run_prepared([prepare(scenario, council=council)], name, engine)
    return results


def run_prepared(
    many: Sequence[Prepared], name: str, engine: Engine = "plain", luck: Sequence[tuple[object, ...]] | None = None
) -> list[Results]:
    """Run draws of one scenario and label what comes out of each, which does not depend on the others.

    Parameters
    ----------
    many : sequence of Prepared
    name : str
        Name in tables.
    engine : {"plain", "compiled"}
        The compiled engine runs draws side by side.
    luck : sequence of tuple, optional
        For each draw, what the luck of whole children hangs on (`simulator.engine.stochastic`); expected numbers if
        left out.
    """
    results = _run_and_label([one.whole for one in many], name, engine, luck)
    if any(one.bare is None for one in many):
        return results
    without = _run_and_label([one.bare for one in many if one.bare is not None], name, engine, luck)
    return [
        replace(whole, without={measure: bare.measures[measure] for measure in WITHOUT_PROGRAMMES})
        for whole, bare in zip(results, without, strict=True)
    ]


def _without_programmes(scenario: Scenario) -> Scenario | None:
    """Return a scenario with its trends and prices and without what anybody does; None if nobody does anything."""
    kept = tuple(i for i in scenario.interventions if not i.is_programme)
    if len(kept) == len(scenario.interventions):
        return None
    return scenario.model_copy(update={"interventions": kept})


def _run_and_label(
    many: Sequence[Compiled], name: str, engine: Engine, luck: Sequence[tuple[object, ...]] | None
) -> list[Results]:
    run_rates = engine_named(engine)
    many = served(many, run_rates)
    if luck is not None:
        paths = [
            realise(one.rates, BAND_OF_AGE, of_draw, one.context.areas) for one, of_draw in zip(many, luck, strict=True)
        ]
    elif engine == "plain":
        paths = [run_rates(one.rates, BAND_OF_AGE) for one in many]
    else:
        together = run_rates(side_by_side([one.rates for one in many]), BAND_OF_AGE)
        paths = [together.of_draw(i) for i in range(len(many))]
    return [_label(one, name, of_draw, engine) for one, of_draw in zip(many, paths, strict=True)]


def label(compiled: Compiled, name: str) -> Results:
    """Run a compiled scenario by the plain engine and label what comes out."""
    [results] = _run_and_label([compiled], name, "plain", None)
    return results


def _label(compiled: Compiled, name: str, paths: Paths, engine: Engine) -> Results:
    scenario, rates, council = compiled.scenario, compiled.rates, compiled.council
    view = View(paths, rates, compiled.cost_lines)
    total = _totals(compiled)
    measured = {}
    for kind in measures().values():
        v = kind.compute(view)
        values = np.ascontiguousarray(total(v.values))
        measured[kind.name] = Measure(kind.name, kind.title, kind.unit, kind.kind, v.placements, v.age_bands, values)
    spend, weeks = (total(lines) for lines in view.line_totals())
    reference = [np.atleast_2d(np.array([getattr(line, name) for line in compiled.cost_lines]).T)[None]
                 for name in ("spend_gbp", "child_weeks")]  # fmt: skip
    reference_year = financial_year(scenario.base - 1)
    return Results(
        name=name,
        title=scenario.name,
        description=scenario.description,
        purpose=scenario.purpose,
        first_month=compiled.context.first_month,
        months=compiled.context.months,
        areas=tuple(area.name for area in compiled.reported),
        measures=measured,
        history=history(compiled.reported[0]) if council is None else _own_history(council),
        claims=tuple(Claim(c.measure, _when(c), float(c.value), c.label, ";".join(c.source)) for c in scenario.claims),
        notes=_notes(compiled),
        money_notes=(*_money_notes(scenario), *_off_reported(compiled)),
        sources=PUBLISHERS if council is None else ("SSDA903 returns of the council", *PUBLISHERS),
        deflator=compiled.context.deflator[None],
        price_year=reference_year,
        spend_lines=SpendLines(
            keys=tuple(line.key for line in compiled.cost_lines),
            per_child=np.array([line.driver != "placement" for line in compiled.cost_lines]),
            spend_gbp=spend,
            child_weeks=weeks,
            reference_spend_gbp=total(reference[0])[0],
            reference_child_weeks=total(reference[1])[0],
        ),
        reference_year=reference_year,
        # Limits are of the size of England.
        questions=tuple(map(_asked, scenario.questions)) if compiled.reported[0].name == ENGLAND else (),
        places_limited=scenario.assumptions.foster_places == "limited",
        discount_rate=float(scenario.assumptions.discount_percent) / 100.0,
        engine=engine,
    )


def _when(claim: schema.Claim) -> str:
    """Return the date of the instant, or the financial year, that a claim is about."""
    return str(claim.financial_year) if claim.date is None else instant_date(claim.date)


def _asked(question: schema.Question) -> Question:
    """Return a question with the dates or years that it is about."""
    if question.date is not None:
        when: tuple[str, ...] = (instant_date(question.date),)
    else:
        begin, end = question.years or (question.financial_year, question.financial_year)
        when = tuple(financial_year(y) for y in range(int(str(begin)[:4]), int(str(end)[:4]) + 1))
    return Question(
        id=question.id,
        says=question.says,
        measure=question.measure,
        when=when,
        above=question.above,
        below=question.below,
        against_no_programmes=question.compared_with == "no_programmes",
    )


def _totals(compiled: Compiled) -> Callable[[Array], Array]:
    """Return what adds up the authorities of a run, (draw, authority, ...), to the areas asked for: (draw, area, ...).

    England run as a whole stays as it is.
    """
    if compiled.context.areas == (ENGLAND,):
        return lambda values: values
    member = np.array([[code in area.members for code in compiled.context.areas] for area in compiled.reported], float)
    return lambda values: np.moveaxis(np.tensordot(member, values, axes=(1, 1)), 0, 1)


def history(area: Area) -> Mapping[str, Actual]:
    """Return the published series of an area that charts draw before a projection: its stock, and all of England's."""
    if area.name != ENGLAND:
        years, stock = published_stock(area.members)
        return {"children": Actual("Published", tuple(f"{y}-03-31" for y in years), stock, "dfe_cla_2025")}
    return _england_history()


def _own_history(council: Council) -> Mapping[str, Actual]:
    """Return children in care by the council's own returns."""
    dates = tuple(f"{year}-03-31" for year in council.years)
    return {"children": Actual(OWN, dates, council.history, "")}


def _england_history() -> Mapping[str, Actual]:
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


def _where(intervention: Intervention, run: frozenset[str]) -> str:
    """Say in which areas something acts, within a sentence; nothing where it acts in all.

    Parameters
    ----------
    intervention : Intervention
    run : frozenset of str
        Codes of the authorities that are run.
    """
    where = intervention.areas.in_words
    drawn = intervention.areas.drawn() if run else ()
    return f"{where}, drawn by lot: {', '.join(drawn)}" if drawn else where


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


def _name_notes(council: Council) -> Iterator[str]:
    """Say that returns are named for no authority, where the name looks like a slip."""
    if near := near_miss(council.name):
        yield (
            f"{council.name} is no authority; did you mean {near}? Under this name, what acts in {near} alone does not "
            "act here."
        )


def _size_notes(council: Council) -> Iterator[str]:
    """Say that returns are far from the published size of the authority they are named for, or a slip of the name."""
    codes = [one.code for one in authorities() if one.name.casefold() == council.name.casefold()]
    years, stock = published_stock(codes) if codes else ((), np.zeros(0))
    if not years:
        return
    nearest = int(np.argmin(np.abs(np.array(years) - council.base)))
    published, own = float(stock[nearest]), float(council.stock.sum())
    if not published / 2 <= own <= published * 2:
        size = "more than twice" if own > published else "less than half"
        yield (
            f"Check the name: these returns have {size} the {published:,.0f} children published for {council.name} "
            f"on 31 March {years[nearest]}."
        )


def _notes(compiled: Compiled) -> tuple[str, ...]:
    """Say what every chart of this scenario must say."""
    scenario, council = compiled.scenario, compiled.council
    held = {
        "numbers": "Numbers of children who start are held as in the year before the run",
        "rates": "Start rates by age are held on a population carried forward from mid-2023 without migration",
    }[scenario.starts.hold]
    held += ", before any trend or programme of the scenario"
    if council is not None:
        held = held.replace(
            "in the year before the run",
            "in the last year of the council's returns"
            if council.window == 1
            else f"in the last {council.window} years of the council's returns",
        )
        held += "; first placements, leaving and moves are the council's own too, pooled towards England's"
        held += "; unit costs are England's"
    elif units(scenario.areas):
        held += "; starts, leaving, prices and placements of areas are pooled from published tables, and agencies do "
        held += "for each area as for England"
    notes = [f"{held}."]
    if council is not None:
        notes += [*_name_notes(council), *_size_notes(council)]
    if scenario.assumptions.foster_places == "as_needed":
        notes.append("Foster places are found for as many as need them.")
    run = frozenset(one.code for one in authorities()).intersection(compiled.context.areas)
    notes += _local_notes(scenario, run)
    notes += [f"{i.title}: {said}." for i in scenario.interventions for said in (_where(i, run), i.caveat) if said]
    notes += [
        f"{i.title} began before the run; what it had done by then is in the figures that the run starts from."
        for i in scenario.interventions
        if isinstance(i, PhasedIntervention) and i.start < Month(scenario.base, 4)
    ]
    if scenario.purpose == "replication":
        reached = "; ".join(i.in_words for i in scenario.interventions)
        notes.append(f"A replication of a published projection, not an endorsement of it. It assumes: {reached}.")
    return tuple(notes)


def _money_notes(scenario: Scenario) -> tuple[str, ...]:
    """Say what charts of money must say besides."""
    growth = deflator_growth(scenario.assumptions)
    prices = f"Spend is in cash. General prices follow the GDP deflator, {growth:.1%} a year after the last published"
    if any(i.kind == "price_growth" for i in scenario.interventions):  # type: ignore[attr-defined]
        prices += ", and the scenario's own price growth"
    uncounted = [f"{i.title}: {caveat}." for i in scenario.interventions if (caveat := i.money_caveat)]
    return (f"{prices}.", *_unpaid(scenario), *uncounted)


def _off_reported(compiled: Compiled) -> Iterator[str]:
    """Say of which authorities spend before the run is far from what they report, where few are run."""
    codes = compiled.context.areas
    if compiled.council is not None or codes == (ENGLAND,) or len(codes) > MOST_TOLD_OF:
        return
    spend = np.sum([np.asarray(line.spend_gbp) for line in compiled.cost_lines], axis=0)
    for code, here, reported in zip(codes, spend, reported_spend(codes), strict=True):
        if reported > 0 and not 1.0 / MOST_OFF < here / reported < MOST_OFF:
            name = next(one.name for one in authorities() if one.code == code)
            yield (
                f"{name} reports £{reported / 1e6:.0f}m on children looked after for 2024-25; here it has "
                f"£{here / 1e6:.0f}m, from published unit costs."
            )


def _unpaid(scenario: Scenario) -> Iterator[str]:
    """Say which programmes go on acting after the last year in which money for them is counted."""
    for one in scenario.interventions:
        budget = one.cost.budget_gbp if one.cost is not None else None
        acts = one.is_programme and "end" in type(one).model_fields and not isinstance(one, BudgetLine)
        if (
            acts
            and budget
            and getattr(one, "end", None) is None
            and financial_year_months(max(budget))[-1] < scenario.end
        ):
            yield f"{one.title}: money is counted to {max(budget)}, and the effect is assumed to go on after it."
