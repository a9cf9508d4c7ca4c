"""docs/gap.md: pressure, funding and three gaps, for England and London, beside what was published of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise

from docs_pages.markdown import NONE, table
from docs_pages.whole_service import CLAIMED_OF_ALL, with_front_door
from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.gap_summary import ROWS
from simulator.results.figures import ShownFigure, interval
from simulator.results.funded import CAUSES, DatedGap
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario

DRAWS = 100

THEN, NOW, PLAN = "stable-homes-2023", "family-help-national", "review-plan"
"""Scenarios of the page: that of the strategy, that of the money from 2025-26, and the plan that was asked for."""

LONDON = "London"

_QUESTIONS = (
    (
        "Overspend",
        "How far does a year's spend go beyond the budget set for it?",
        "Care less grants, less last year's with inflation: it does not add up over years, as each budget starts from "
        "what was spent",
    ),
    (
        "Standing still",
        "What does it take to go on as now, beyond a budget held in real terms?",
        "Care without any programme, less budget, grants and money for services: it adds up over years, as the budget "
        "stays",
    ),
    (
        "Plan without money",
        "What of a plan is not paid for?",
        "Cost of programmes less the money for programmes; below nought where a programme's money is past and what it "
        "did still saves staff or agency pay, which counts as spend on programmes",
    ),
)


def gap_page(loaded: Mapping[str, LoadedScenario]) -> str:
    """Return the page."""
    runs = {
        "England": _run(loaded[THEN]),
        LONDON: _run(loaded[THEN].in_areas((LONDON,))),
        "now": _run(loaded[NOW]),
        "London now": _run(loaded[NOW].in_areas((LONDON,))),
    }
    plan = _run(loaded[PLAN])
    parts = [
        "# Funding and the gap",
        "Made by `make docs-tables` from the scenarios' `funding:`; do not edit. `care-demand run` writes "
        "`gap.csv` ([tables.md](tables.md#gapcsv)) and two charts for any scenario with funding, any area and "
        "any draws. Published claims stand beside what the model finds and act on nothing.",
        "Three things are called a gap, and they answer three questions.",
        table(("Gap", "What it asks", "Worked out as"), _QUESTIONS),
        "Care is what is spent on looked-after children, guardianship and care leavers, gross, and what the law "
        "newly asks for. `gap` is all spend less all funding: standing still, and the plan without money, less "
        "what programmes save. Rows *with the front door* add what safeguarding and family support cost beyond that of "
        "the year before the run in real terms (for an overspend, beyond that of the year before), as the model's "
        "front door has it ([front-door.md](front-door.md)); where a council's spend of that year is not published, as "
        "in London in 2024-25, the first year of the run stands in for it and adds nothing. Claims of all "
        "children's social care are set beside "
        "these. `gap.csv` and the charts are of care alone.",
        "## From the year of the strategy",
        f"`{THEN}`, which starts from March 2023 and knows nothing later: medians of {DRAWS} draws, with 80% of "
        "them in brackets, here and in what follows. The budget is held at the spend of 2022-23 in real terms. What is "
        "not known of London alone (how it grows beside England, and what it pays) is drawn too.",
        *_sections(runs, ("England", LONDON)),
        "## From 2025-26",
        f"`{NOW}`, which starts from March 2025: £523m a year for family help, of which 253.5m takes the place "
        "of an older grant, with the Transformation Fund and the policy statement's money to 2028-29.",
        *_sections(runs, ("now", "London now")),
        "## The plan that was asked for",
        f"`{PLAN}`: the Independent Review's four years of new money, beside the £200m that was given.",
        _by_year(plan, ("unfunded_plan",)),
        _beside(plan),
        "## What happened",
        _record(runs["now"]),
        "## Why they differ",
        *_paragraphs(runs, plan),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _run(one: LoadedScenario) -> RunResults:
    return simulate(one, draws=DRAWS, workers=1)


def _sections(runs: Mapping[str, RunResults], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        results = runs[name]
        yield f"### {results.areas[0]}, {results.financial_years[0]} on"
        yield _by_year(results, tuple(measure for _, measure in ROWS))
        yield _causes(results)
        yield _beside(results)


_change = partial(signed, write=words.money)


def _shown(figure: ShownFigure, at: int, money: Callable[[float], str] = _change) -> str:
    """Write a figure of the first area in a year, with its interval."""
    draws = figure.area()[:, at]
    ends = interval(draws, 10, 90, quantiles=figure.quantiles)
    middle = money(float(figure.middle()[at]))
    if ends is None or money(float(ends[0])) == money(float(ends[1])):
        return middle
    return f"{middle} ({money(float(ends[0]))} to {money(float(ends[1]))})"


def _by_year(results: RunResults, measures: tuple[str, ...]) -> str:
    titles = {measure: title.format(year=results.reference_year).strip() for title, measure in ROWS}
    years = results.financial_years[:5]
    rows = [
        [titles[measure], *(_shown(results.gap(measure), at, write) for at in range(len(years)))]
        for measure in measures
        for write in (words.money if measure == "funding" else _change,)
    ]
    for measure in (one for one in CLAIMED_OF_ALL if one in measures):
        figure = ShownFigure.of(with_front_door(results, measure)[:, None])
        name = titles[measure].partition(" ")[0] if measure == "overspend" else "Standing still"
        rows.append([f"{name}, with the front door", *(_shown(figure, at) for at in range(len(years)))])
    return table(("Cash", *years), rows, numbers=len(years))


def _causes(results: RunResults) -> str:
    years = results.financial_years[:5]
    rows = [
        [cause.replace("_", " "), *(_shown(results.gap("pressure", cause), at) for at in range(len(years)))]
        for cause in CAUSES
        if results.gap("pressure", cause).area()[0, : len(years)].any()
    ]
    return table((f"Pressure above {results.reference_year}, by cause", *years), rows, numbers=len(years))


def _claims(results: RunResults) -> list[DatedGap]:
    known = results.funded.claims if results.funded is not None else ()
    return [claim for claim in known if claim.area == results.areas[0]]


def _beside(results: RunResults) -> str:
    """Return claims of the area beside the same gap of the run, in the year of the claim or the nearest to it."""
    rows = []
    for claim in _claims(results):
        years = results.financial_years
        year = min(years, key=lambda one: (abs(int(one[:4]) - int(claim.financial_year[:4])), one))
        found = _shown(results.gap(claim.gap), years.index(year))
        if claim.gap in CLAIMED_OF_ALL:
            whole = ShownFigure.of(with_front_door(results, claim.gap)[:, None])
            found = f"{found} of care, {_shown(whole, years.index(year))} with the front door,"
        said = f"{words.money(claim.gbp)} ({claim.financial_year})"
        rows.append(
            [claim.gap.replace("_", " "), claim.label, said, f"{found} in {year}", claim.note or NONE, claim.source]
        )
    heads = ("Gap", "Who said it", "Said, a year", "Here", "What the claim counts", "Source")
    return table(heads, rows) if rows else ""


def _passed(results: RunResults, figure: ShownFigure, gbp: float) -> str:
    """Return the first year in which a gap is larger than an amount, in the middle of draws."""
    path = figure.middle()
    return next(
        (year for year, value in zip(results.financial_years, path, strict=True) if value > gbp), "no year of the run"
    )


def _record(results: RunResults) -> str:
    """Return published spend, and how far it went beyond that of the year before with inflation."""
    spend = dict(zip(results.history["total_spend"].dates, results.history["total_spend"].values, strict=True))
    rows = []
    for before, year in pairwise([*spend][-7:]):
        with_inflation = spend[before] * results.price_levels[year] / results.price_levels[before]
        figures = spend[year], spend[year] - spend[before], spend[year] - with_inflation
        rows.append([year, *map(words.money, figures)])
    return (
        "On the published record of England, which no run of the first part knew after 2022-23; the last column is the "
        "overspend of the tables above, but gross of Home Office grants.\n\n"
        + table(("Year", "Spend", "Above the year before", "Beyond inflation"), rows, numbers=3)
    )


def _paragraphs(runs: Mapping[str, RunResults], plan: RunResults) -> Iterator[str]:
    """Say why the figures of the page differ from each other and from the claims."""
    england, london, now = runs["England"], runs[LONDON], runs["now"]
    first = england.financial_years[0]
    overspend, standstill = (float(england.gap(name).middle()[0]) for name in ("overspend", "standstill"))
    [lga] = [claim for claim in _claims(england) if claim.gbp == 1.6e9]
    fifth = float(england.gap("standstill").middle()[4])
    yield (
        f"In the first year the overspend and the cost of standing still are the same ({words.money(overspend)} "
        f"and {words.money(standstill)} in {first}), as both are counted from the same budget. They part from "
        "then on: each year's budget absorbs the overspend of the last, and the budget that is held does not, so "
        f"that standing still costs {words.money(fifth)} by {england.financial_years[4]} with an overspend in "
        f"that year of {words.money(float(england.gap('overspend').middle()[4]))}. Who says that a gap grows to "
        "billions and who says that councils overspend by hundreds of millions may mean the same path."
    )
    whole = ShownFigure.of(with_front_door(england, "standstill")[:, None])
    door = ShownFigure.of(with_front_door(england, "standstill")[:, None] - england.gap("standstill").area()[:, None])
    yield (
        "The Local Government Association's £1.6bn is of all children's social care, with family support and "
        "safeguarding; spend on looked-after children was 55% of it in 2023-24 (£8.1bn of 14.8bn, pq_54465). The "
        f"model's front door holds {words.money(float(england.year_totals('front_door_spend').middle()[0]))} of "
        f"safeguarding and family support in {first}, and with it standing still costs {_shown(whole, 0)} in that "
        f"year, of which {_shown(door, 0)} is for the front door. The claim is a shortfall on all "
        "that councils would spend to hold services, "
        f"whenever it arose, while the model counts from the spend of {england.reference_year} as if that had "
        "been funded in full: what councils had covered from reserves by then is in the claim and not here. The "
        f"claim is {lga.gbp / float(whole.middle()[0]):.1f} times what standing still costs in {first} with the front "
        f"door, and passed in {_passed(england, whole, lga.gbp)}."
    )
    yield (
        "London's £200m was an overspend of all children's social care in 2022-23. Here care in London "
        f"overspends by {_shown(london.gap('overspend'), 0, words.money)} in {first}, and by "
        f"{_shown(ShownFigure.of(with_front_door(london, 'overspend')[:, None]), 0, words.money)} with the front door, "
        "a year later and without knowing what boroughs budgeted: budgets for looked-after children are published "
        "after the year and not held here. A borough whose budget rose by more than inflation overspends less "
        "than this, for the same spend."
    )
    yield (
        "The £2.1bn of the County Councils Network and Newton is growth of spend between two years, 2020 and "
        "2025. It is neither an overspend nor a lack of money, and holds inflation, so that it stands beside pressure; "
        f"that is its like, over other years: {_shown(england.gap('pressure'), 4)} in five years from "
        f"{england.reference_year}, and {_shown(now.gap('pressure'), 4)} from {now.reference_year}."
    )
    year = plan.financial_years.index("2024-25")
    yield (
        "A plan without money is a choice and no pressure. Of the Review's plan "
        f"{_shown(plan.gap('unfunded_plan'), year)} of 2024-25 was not paid for; the strategy was paid for in "
        "full, as it asked for no more than it brought. So a strategy can be funded in full and leave the gap of "
        "standing still as it was: the £200m is for programmes, and what they save of care in ten years is "
        f"{_shown(england.gap('saving'), len(england.financial_years) - 1)} in the last of them."
    )
    yield (
        "What is in none of it: capital, youth justice, what schools and health services pay, and the settlement of "
        "each council. Family support and safeguarding are in the rows with the front door alone."
    )
