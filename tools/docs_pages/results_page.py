"""docs/results.md: what the shipped scenarios give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import simulator
from docs_pages.markdown import NONE, table
from docs_pages.shipped_runs import REFERENCE, value
from docs_pages.value_page import value_section
from simulator.data import tables
from simulator.outputs.charts import words
from simulator.outputs.summary import SummaryPoint, summary_points
from simulator.results.analysis import difference
from simulator.results.labelled import RunResults
from simulator.scenario import LoadedScenario
from simulator.scenario.evidence import is_fitted


def results_page(loaded: Mapping[str, LoadedScenario], results: Mapping[str, RunResults]) -> str:
    """Return the page of results of the shipped scenarios."""
    parts = [
        "# Results of the shipped scenarios",
        "Made by `make docs-tables` from running every scenario; do not edit. Below value for money they are "
        "central runs for England, without intervals (`--draws` gives them), so do not read a difference of a "
        "few hundred "
        "children as a finding. Spend is gross, in the financial year that ends at the date, in real prices of "
        "the year "
        "before the run, with cash beside. Nothing here is a forecast: each line is what follows if its "
        "assumptions hold.",
        value_section(loaded),
        "## Children looked after",
        _over_time(results, lambda p: words.count(p.children)),
        "## Spend in the year",
        "In prices of the year before the run, and (in brackets) in cash.",
        _over_time(
            results,
            lambda p: f"{_maybe(p.real_spend_gbp, words.money)} ({_maybe(p.spend_gbp, words.money)})",
            start=False,
        ),
        _net_of_grants(results[REFERENCE]),
        "## Extra spend above the year before the run",
        "Added up from the start of the run, in prices of the year before it, and (in brackets) in cash.",
        _over_time(
            results,
            lambda p: (
                f"{_maybe(p.real_cumulative_extra_gbp, _more_money)} ({_maybe(p.cumulative_extra_gbp, _more_money)})"
            ),
            start=False,
        ),
        "## Children in homes whose original plan was fostering",
        "In children's homes or supported accommodation. How many there are at the base is not identified: draws take "
        "5% to 35% of children in homes, the central runs here 20%.",
        _over_time(results, lambda p: _maybe(p.unmet_foster_need, words.count)),
        "## Against the status quo",
        f"Scenarios that start where the status quo starts, in {results[REFERENCE].price_year} prices. A "
        f"programme's own "
        "money is part of spend.",
        _against(results),
        "## Holding start numbers or start rates",
        "The status quo holds the number of children who start each year. The other choice is to hold rates by age "
        "on a population that changes: `starts: {hold: rates}`. Fewer births mean fewer starts. The population "
        "here has no migration, which in fact adds children, so holding rates gives a low figure "
        "([model.md](model.md#6-populations-at-risk-numbers-or-rates)).",
        _numbers_or_rates(loaded[REFERENCE], results[REFERENCE]),
        "## What the results on fostering rest on",
        "The rise, and so the saving from more foster places, comes from foster households that go on falling while as "
        "many children need them. It moves most with how many households leave, with how usable places answer them "
        "(one fall of supply, from 2020 to 2025), and with how many children in homes would go to a foster home, which "
        "is not identified. How often foster placements end in a home (not published) matters less.",
        _fostering_rests_on(loaded[REFERENCE], loaded["foster-plan-10000"]),
        "## Replications of published projections",
        "A replication reaches a published headline from assumptions; it does not endorse it. Values marked "
        "*fitted* were found by `tools/fit_replications.py`, so agreement there is no evidence for the model. "
        "The test is whether the assumption needed is believable.",
        "[replications.md](replications.md) sets them beside what happened.",
        *_replications(loaded, results),
        "## Other headlines that a scenario was fitted to",
        _other_headlines(loaded, results),
    ]
    return "\n\n".join(parts) + "\n"


def _net_of_grants(results: RunResults) -> str:
    """Say what grants take off the spend of the status quo."""
    gross, net = (results.year_totals(name, real=True).area()[0] for name in ("total_spend", "net_spend"))
    told = [
        f"{words.money(float(net[at]))} of {words.money(float(gross[at]))} in {results.financial_years[at]}"
        for at in (1, 4, 9)
    ]
    return (
        f"Home Office grants for asylum-seeking children pay a part: net of them, {results.title.lower()} spends "
        f"{words.listed(told)}, in real prices."
    )


def _maybe(value: float | None, worded: Callable[[float], str]) -> str:
    return NONE if value is None else worded(value)


def _more_money(value: float) -> str:
    return words.money(value) if value < 0 else f"+{words.money(value)}"


def _more_count(value: float) -> str:
    shown = words.count(value)
    return shown if shown.startswith("−") or shown == "0" else f"+{shown}"


def _over_time(results: Mapping[str, RunResults], cell: Callable[[SummaryPoint], str], *, start: bool = True) -> str:
    """Return a table of scenarios by years on."""
    years = ([0] if start else []) + [2, 5, 10]
    heads = ["Scenario", "Starts from", *("at the start" if n == 0 else f"+{n} years" for n in years)]
    rows = []
    for name, one in results.items():
        by_years = {round(point.years): point for point in summary_points(one)}
        cells = [cell(by_years[n]) if n in by_years else NONE for n in years]
        rows.append([f"{one.title} (`{name}`)", words.month(one.dates("stock")[0]), *cells])
    return table(heads, rows, numbers=len(years))


def _against(results: Mapping[str, RunResults]) -> str:
    base = results[REFERENCE]
    rows = []
    for name, one in results.items():
        if name == REFERENCE or one.first_month != base.first_month:
            continue
        years, children = difference(one, base, "children")
        _, spend = difference(one, base, "total_spend", real=True)
        fewer, more = (x[0, 0].sum(axis=(-2, -1)) for x in (children, spend))
        _, programme = difference(one, base, "programme_spend", real=True)
        for n in (5, 10):
            if n <= len(years):
                rows.append(
                    [
                        f"{one.title} (`{name}`)",
                        f"March {words.year_end(years[n - 1])}",
                        _more_count(fewer[n - 1]),
                        _more_money(more[n - 1]),
                        _more_money(more[:n].sum()),
                        words.money(programme[0, 0, :n].sum()),
                    ]
                )
    heads = ("Scenario", "At", "Children", "Spend in the year", "Spend, all years", "of which programmes")
    return table(heads, rows, numbers=4)


def _numbers_or_rates(loaded: LoadedScenario, numbers: RunResults) -> str:
    rates = simulator.run({"extends": loaded.key, "name": "Rates held", "starts": {"hold": "rates"}})
    rows = []
    for year in (2030, 2035):
        at = numbers.dates("stock").index(f"{year}-03-31")
        children = [float(r["children"].total()[at]) for r in (numbers, rates)]
        n = at // 12 - 1
        spend = [float(r.by_year("total_spend")[0, 0, n].sum()) for r in (numbers, rates)]
        rows += [
            [f"Children, March {year}", *map(words.count, children), _more_count(children[1] - children[0])],
            [
                f"Spend, {numbers.financial_years[n]}",
                *map(words.money, spend),
                _more_money(spend[1] - spend[0]),
            ],
        ]
    return table(("", "Numbers held", "Rates held", "Difference"), rows, numbers=3)


def _fostering_rests_on(reference: LoadedScenario, plan: LoadedScenario) -> str:
    """Tabulate the foster plan against the status quo under other values of the assumptions that matter most."""
    rows = []
    for worded, assumptions, *leaving in (
        ("As shipped", {}),
        ("5% of children in homes had fostering as their original plan", {"homes_waiting_share": 0.05}),
        ("35%", {"homes_waiting_share": 0.35}),
        ("Usable places follow households one for one", {"places_elasticity": 1.0}),
        ("They follow households by half", {"places_elasticity": 0.5}),
        ("A child in a home whose plan was fostering costs 60% of the mean", {"waiting_cost_ratio": 0.6}),
        ("500 a year leave a foster home to wait in a children's home", {"exchange_homes_per_year": 500.0}),
        ("1,500 a year", {"exchange_homes_per_year": 1_500.0}),
        ("Matching a waiting child takes a year when places are free", {"step_down_match_per_year": 1.0}),
        ("5% fewer foster households leave each year", {}, 0.95),
        ("10% fewer", {}, 0.90),
        ("10% more", {}, 1.10),
    ):
        more = [{"kind": "foster_retention", "start": "2025-04", "deregistration_ratio": ratio} for ratio in leaving]
        others = {"assumptions": assumptions, "interventions": more}
        pair = [simulator.run({"extends": one.key, "name": worded, **others}) for one in (reference, plan)]
        spend = [float(r.by_year("total_spend")[0, 0, -1].sum()) for r in pair]
        waiting = [float(r["unmet_foster_need"].total()[-1]) for r in pair]
        rows.append([worded, *map(words.count, waiting), words.money(spend[0]), _more_money(spend[1] - spend[0])])
    heads = (
        "Assumption",
        "In homes, original plan fostering, 2035, status quo",
        "with 10,000 places",
        "Spend 2034-35, status quo",
        "with 10,000 places",
    )
    return table(heads, rows, numbers=4)


def _replications(loaded: Mapping[str, LoadedScenario], results: Mapping[str, RunResults]) -> Iterator[str]:
    for name, one in loaded.items():
        if one.scenario.purpose != "replication":
            continue
        yield f"### {one.scenario.name} (`{name}`)"
        rows = []
        for claim in one.scenario.claims:
            where = claim.date or claim.financial_year
            here = claimed(results[name], claim.measure, str(where))
            worded = words.count if claim.measure == "children" else words.money
            rows.append(
                [
                    "Children looked after" if claim.measure == "children" else "Spend",
                    words.month(f"{where}-01") if claim.measure == "children" else str(where),
                    "; ".join(claim.source),
                    worded(claim.value),
                    _maybe(here, worded),
                    NONE if here is None else f"{100 * (here / claim.value - 1):+.1f}%".replace("-", "−"),
                ]
            )
        yield one.scenario.description
        if rows:
            yield table(("What", "When", "Published by", "Published", "Model", "Difference"), rows, numbers=3)
        yield "With these assumptions:"
        yield "\n".join(assumed(one))


def claimed(results: RunResults, measure: str, when: str) -> float | None:
    """Find what the model gives where something was published; None where the run does not hold it."""
    if measure == "children":
        dates = [date[:7] for date in results.dates("stock")]
        return float(results["children"].total()[dates.index(when)]) if when in dates else None
    if when in results.financial_years:
        return float(results.by_year(measure)[0, 0, results.financial_years.index(when)].sum())
    if when == results.reference_year:
        return float(results.spend_lines.reference_spend_gbp.sum())
    return None


def assumed(one: LoadedScenario) -> Iterator[str]:
    """List the numbers that a scenario's interventions give, with unit, line and whether they were fitted."""
    for i, intervention in enumerate(one.scenario.interventions):
        prefix = f"interventions.{i}."
        for path, origin in one.provenance.items():
            if not path.startswith(prefix) or origin.default or not isinstance(origin.value, int | float):
                continue
            field = path.removeprefix(prefix)
            if field.startswith("cost."):
                continue
            fitted = ", *fitted*" if is_fitted(origin) else ""
            yield f"- {intervention.title}: `{field}` {origin.value:g} {origin.unit}{fitted}"


def _other_headlines(loaded: Mapping[str, LoadedScenario], results: Mapping[str, RunResults]) -> str:
    """Return the headlines that a scenario without claims reaches by a fitted value."""
    gap = _stock_at(results["review-plan-delayed"], "2028-03-31") - _stock_at(results["review-plan"], "2028-03-31")
    places = results["foster-plan-10000"]["foster_places_approved"].total()
    target = tables.value("target_extra_places", 2029, "england")
    homes = ("childrens_home", "supported")
    ccn, first, last = results["ccn-2030"], "2024-03-31", "2030-03-31"
    in_homes = [
        sum(float(ccn["children"].by_placement()[p][ccn.dates("stock").index(when)]) for p in homes)
        for when in (first, last)
    ]
    metric = "in children's homes, secure units and supported accommodation"
    said = [_projection("CCN and IMPOWER", year, metric) for year in ("2024", "2030")]
    delayed = _projection("Alma for five charities", "2027-28", "additional children in care")
    rows = [
        [
            "More children in March 2028 if the plan comes two years late",
            "`review-plan`, `review-plan-delayed`",
            words.count(delayed),
            words.count(gap),
            value(loaded["review-plan"], "effect.risk_ratio"),
        ],
        [
            "More approved foster places by March 2029 than in March 2025",
            "`foster-plan-10000`",
            words.count(target),
            words.count(float(places[48] - places[0])),
            value(loaded["foster-plan-10000"], "extra_households_per_year"),
        ],
        [
            "Growth of children in homes and supported accommodation, 2024 to 2030",
            "`ccn-2030`",
            f"{said[1] / said[0] - 1:+.0%}",
            f"{in_homes[1] / in_homes[0] - 1:+.0%}",
            value(loaded["ccn-2030"], "percent_per_year", "more-homes"),
        ],
    ]
    return table(("What", "Scenarios", "Published", "Model", "With (*fitted*)"), rows)


def _stock_at(results: RunResults, date: str) -> float:
    return float(results["children"].total()[results.dates("stock").index(date)])


def _projection(who: str, year: str, metric: str) -> float:
    (found,) = (p for p in tables.projections() if (p.who, p.year, p.metric) == (who, year, metric))
    return found.value
