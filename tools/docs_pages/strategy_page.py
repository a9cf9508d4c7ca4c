"""docs/strategy.md: every measure and figure of the strategy and of what was said of it, and what the model has of it.

Kinds, measures and scenarios are looked up by name when the page is made, so that one which is added later is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from docs_pages.framework import framework_section
from docs_pages.markdown import NONE, table
from docs_pages.whole_service import CLAIMED_OF_ALL, with_front_door
from simulator.data import tables
from simulator.data.evidence_library import StrategyLine, evidence, reactions, strategy_lines
from simulator.data.tables import Projection
from simulator.interventions import kinds
from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import JUDGED
from simulator.results.figures import interval, middle
from simulator.results.labelled import RunResults
from simulator.results.measures import measures
from simulator.results.quantities import Array
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario
from simulator.vocabulary import placements

DRAWS = 100
ROWS = Path(__file__).with_name("strategy_rows.yaml")

_HEADS = (
    "Named", "Published", "Where the model has it", "Shown by", "What the model says", "With places as needed",
    "What it cannot say",
)  # fmt: skip

LIMITED, AS_NEEDED = "limited", "as_needed"
"""The two rules for foster places, of which neither is known to hold."""

OF_NO_RUN = ("record", "spend_record", "children_record", "evidence")
"""Statements that are of the record or of what is held, and of no scenario."""

OF_NO_RULE = (*OF_NO_RUN, "areas", "new_money")
"""Statements that no rule for foster places bears on."""

CARERS = 1.7
"""Carers in a mainstream household: 56,345 in 33,435 at March 2025 [cc_foster_2025]."""

_money, _count = (partial(signed, write=write) for write in (words.money, words.count))


def rows() -> Mapping[str, list[dict[str, Any]]]:
    """Return what the page is made of, by section."""
    found: Mapping[str, list[dict[str, Any]]] = YAML(typ="safe").load(ROWS.read_text(encoding="utf-8"))
    return found


def strategy_page(loaded: Mapping[str, LoadedScenario]) -> str:
    """Return the page."""
    model = Model(loaded)
    parts = [
        "# The strategy, row by row",
        "Made by `make docs-tables` from `tools/docs_pages/strategy_rows.yaml` and runs of the shipped "
        "scenarios; do not edit. It has every measure and figure that the strategy of February 2023 (*Stable "
        "Homes, Built on Love*) and the published reactions to it name, with what came after.",
        f"What the model says is the median of {DRAWS} draws, with 80% of them in brackets. Spend is real, over the "
        "whole run, with the programmes' own cost, and below nought it is saved; net present value is the same with "
        "the other sign, each year discounted. A file that gives a programme no cost says so here: what it saves is "
        "then set against nothing. *Judgement* stands where nothing but judgement says what a programme does. No lever "
        "is a result too: the figure is then a line of money at most.",
        "Whether foster places limit how many children are fostered is not known, and much turns on it. So each "
        "scenario is run twice: with places limited under *What the model says*, and with places found as needed "
        "beside it. Neither figure should be quoted without the other. A projection that is repeated finds places for "
        "all by its own file and stands under *as needed* alone; what the rule does not change stands under the first. "
        "*Unverified* is what was seen on no page: it is shown as somebody's claim and compared with nothing.",
    ]
    for section, entries in rows().items():
        parts += [f"## {section}", table(_HEADS, [_row(entry, model) for entry in entries])]
    return "\n\n".join([*parts, framework_section()]) + "\n"


def _row(entry: Mapping[str, Any], model: Model) -> list[str]:
    scenarios = [name for name in entry.get("scenarios", ()) if name in model.loaded]
    both = [model.says(what, *arguments) for what, *arguments in entry.get("says", ())]
    limited, as_needed = (". ".join(filter(None, said)) for said in zip(*both, strict=True)) if both else ("", "")
    return [
        entry["named"],
        "; ".join(_published(entry)) or NONE,
        _had(entry, scenarios, model),
        ", ".join(f"`{name}`" for name in scenarios) or NONE,
        limited or NONE,
        as_needed or NONE,
        entry.get("cannot", NONE),
    ]


def _published(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield figures as they were published, with their sources."""
    known = {line.key: line for line in strategy_lines()}
    for key in entry.get("line", ()):
        yield _of_line(known[key])
    for triple in entry.get("claim", ()):
        claim = claimed(*triple)
        yield f"{claim.metric}: {_amount(claim.value, claim.unit)} {_seen(claim.source, claim.status, claim.year)}"
    for one in (one for key in entry.get("reaction", ()) for one in reactions() if one.key == key):
        note = f"; {one.note}" if one.note else ""
        yield f"{one.what}: {_amount(one.value, one.unit)} {_seen(one.source, one.status, one.year)}{note}"
    for row in (row for key in entry.get("finding", ()) for row in evidence() if row.key == key):
        cost = f"; {row.cost}" if row.cost else ""
        yield f"{row.study}: {row.outcome}, {row.found} {_seen(row.source, row.status, '')}{cost}"
    if "source" in entry:
        yield f"named in {entry['source']}"


def _seen(source: str, status: str, year: str) -> str:
    """Say of when a figure is and where it was seen, or that it was seen nowhere."""
    where = "**unverified**" if status == "unverified" else source.replace(";", ", ")
    return f"({'; '.join(filter(None, (year, where)))})"


def _of_line(line: StrategyLine) -> str:
    name = line.what.removeprefix("of which ")
    return f"{name}: {_amount(line.amount, line.unit)} {_when(line.year)} ({line.source.replace(';', ', ')})"


def _when(year: str) -> str:
    return f"in {year}" if year[0].isdigit() else year


def _amount(value: float, unit: str) -> str:
    """Write an amount as it was published, money from £1,000m on in billions."""
    first, *rest = unit.split()
    if first == "GBP":
        size = rest.pop(0) if rest and rest[0] in ("m", "bn") else ""
        if size == "m" and value >= 1_000:
            value, size = value / 1_000, "bn"
        return " ".join([f"£{value:,.15g}{size}", *rest])
    return " ".join([f"{value:g}%", *rest]) if first == "percent" else f"{value:,.15g} {unit}"


def claimed(who: str, year: str, metric: str) -> Projection:
    """Return a published claim.

    Raises
    ------
    ValueError
        If there is none, or more than one.
    """
    [found] = (one for one in tables.projections() if (one.who, one.year, one.metric) == (who, year, metric))
    return found


def _had(entry: Mapping[str, Any], scenarios: list[str], model: Model) -> str:
    """Say by which kinds and measures the model has it: those that are registered now."""
    named = [name for name in entry.get("kinds", ()) if name in kinds()]
    levers = [name for name in named if name != "budget_line"]
    parts = [f"kind `{name}`" for name in levers]
    if "budget_line" in named:
        shown = "shown here as " if levers else ""
        parts.append(f"{shown}a stated line of money without an effect (`budget_line`)")
    parts += [f"measure `{name}`" for name in entry.get("measures", ()) if name in measures()]
    if not parts and any(model.loaded[name].scenario.claims for name in scenarios):
        parts.append("a claim beside a replication")
    if not parts and scenarios:
        parts.append("a result of runs")
    return ", ".join(parts) or "no lever and no measure"


class Model:
    """What runs of the shipped scenarios say; each is run once under each rule for places, when it is asked for."""

    def __init__(self, loaded: Mapping[str, LoadedScenario], draws: int = DRAWS) -> None:
        self.loaded = loaded
        self.draws = draws
        self._rule = LIMITED
        self._runs: dict[tuple[str, str, str, bool], RunResults] = {}

    def run(self, name: str, *, valued: bool = False, area: str = "", without: bool = False) -> RunResults:
        """Return the results of a scenario under the rule that is asked of, without its programmes if asked.

        What each of its programmes brings is in it if `valued`.
        """
        key = (name, self._rule, area, without)
        known = self._runs.get(key)
        if known is None or (valued and not known.packages):
            loaded = self.loaded[name].in_areas((area,)) if area else self.loaded[name]
            scenario = loaded.scenario
            assumptions = scenario.assumptions.model_copy(update={"foster_places": self._rule})
            kept = tuple(one for one in scenario.interventions if not (without and one.is_programme))
            scenario = scenario.model_copy(update={"assumptions": assumptions, "interventions": kept})
            ruled = replace(loaded, scenario=scenario)
            self._runs[key] = simulate(ruled, draws=self.draws, workers=1, valued=valued)
        return self._runs[key]

    def rules(self, name: str) -> tuple[str, ...]:
        """Return the rules for foster places under which a scenario is told: its own alone where its file states it."""
        origin = self.loaded[name].provenance["assumptions.foster_places"]
        return (LIMITED, AS_NEEDED) if origin.default else (str(origin.value),)

    def says(self, what: str, *arguments: str) -> tuple[str, str]:
        """Work out a statement under each rule for foster places; nothing where there is no such scenario.

        What no rule bears on, or changes, is under the first alone.
        """
        say: Callable[..., str] = getattr(self, f"_{what}")
        if what not in OF_NO_RUN and arguments[0] not in self.loaded:
            return "", ""
        if what in OF_NO_RULE:
            return say(*arguments), ""
        told = {}
        for rule in self.rules(arguments[0]):
            self._rule = rule
            told[rule] = say(*arguments)
        self._rule = LIMITED
        limited, as_needed = told.get(LIMITED, ""), told.get(AS_NEEDED, "")
        return limited, "" if as_needed == limited else as_needed

    @cached_property
    def _spend_by_year(self) -> Mapping[str, float]:
        history = self.run("status-quo").history["total_spend"]
        return dict(zip(history.dates, map(float, history.values), strict=True))

    def _judged(self, name: str) -> str:
        return f", {JUDGED}" if self.run(name).judged else ""

    def _together(self, name: str) -> str:
        """Say what all programmes bring, in children at the end, real spend over the run and net present value."""
        results = self.run(name)
        bare = results.bare()
        children = (one.stock_totals("children").area()[:, -1] for one in (results, bare))
        spend = (one.year_totals("total_spend", real=True).area() for one in (results, bare))
        counted = bool(results.year_totals("programme_spend").area().any())
        return self._change(name, results, _less(*children), _less(*spend), counted=counted) + self._judged(name)

    def _brings(self, name: str, programme: str) -> str:
        """Say what one of several programmes brings."""
        results = self.run(name, valued=True)
        way = results.attributed.adding_up
        children = results.brings("children", way, programme).area()[:, -1]
        spend = results.brings("real_total_spend", way, programme).area()
        [alone] = [
            one for one in results.packages if (one.which, one.programme) == ("alone", programme) and one.as_stated
        ]
        counted = bool(results.account(alone).flows["cost"].any())
        judged = f", {JUDGED}" if programme in results.judged_programmes else ""
        return self._change(name, results, children, spend, counted=counted) + judged

    @staticmethod
    def _change(name: str, results: RunResults, children: Array, spend: Array, *, counted: bool) -> str:
        """Write a change of children at the end, and of spend: (1 + draw, year) in real prices."""
        end = words.month(results.dates("stock")[-1])
        value = -(spend * results.discount).sum(axis=1)
        cost = "" if counted else "; no cost is counted"
        return (
            f"`{name}`: {_ends(children, _count)} children in {end} and {_ends(spend.sum(axis=1), _money)} of spend "
            f"by then, a net present value of {_ends(value, _money)}{cost}"
        )

    def _changes(self, name: str, measure: str, when: str, other: str = "") -> str:
        """Say how a stock or a year's flow differs: from the same without programmes, or from another scenario."""
        found = [self.run(name), self.run(other) if other else self.run(name, without=True)]
        values = _less(*(self._when(one, measure, when) for one in found))
        kind = found[0].measures[measure]
        write, prices = (_money, ", real") if kind.is_money else (_count, "")
        beside = f"against `{other}`" if other else "against none of its programmes"
        return f"`{name}`, {_named(kind.title)}: {_ends(values, write)} in {_of_when(when)}{prices}, {beside}"

    def _rise(self, name: str, measure: str, year: str) -> str:
        """Say by how much a stock is above that of the run's start at 31 March of a year."""
        results = self.run(name)
        values = self._when(results, measure, year) - results.stock_totals(measure).area()[:, 0]
        start = words.month(results.dates("stock")[0])
        title = _named(results.measures[measure].title)
        return f"`{name}`, {title}: {_ends(values, _count)} from {start} to March {year}"

    def _carers(self, name: str, year: str, other: str) -> str:
        """Say how many carers live in the mainstream households that one scenario has more than another."""
        households = _less(*(self._when(self.run(one), "foster_households", year) for one in (name, other)))
        shown = _ends(households, _count)
        return (
            f"`{name}`: {shown} mainstream households in March {year} against `{other}`, at {CARERS:g} carers in each "
            f"{_ends(households * CARERS, _count)} carers"
        )

    def _share(self, name: str, measure: str, of: str, year: str, placement: str = "") -> str:
        """Say what share one stock is of another at 31 March of a year, in a placement or in all."""
        results = self.run(name)
        at = results.dates("stock").index(f"{year}-03-31")
        parts = [
            results.stock_parts(one).area()[:, at, placements.reported().index(placement)]
            if placement
            else self._when(results, one, year)
            for one in (measure, of)
        ]
        where = f" in `{placement}`" if placement else ""
        titles = [_named(results.measures[one].title) for one in (measure, of)]
        share = _ends(parts[0] / parts[1], _percent)
        return f"`{name}`{where}: {titles[0]} are {share} of {titles[1]} in March {year}"

    def _flow_share(self, name: str, measure: str, of: str, year: str) -> str:
        """Say what share a flow of a financial year is of a stock at its beginning."""
        results = self.run(name)
        flow, stock = self._when(results, measure, year), self._when(results, of, year[:4])
        titles = [_named(results.measures[one].title) for one in (measure, of)]
        return f"`{name}`: {titles[0]} are {_ends(flow / stock, _percent)} of {titles[1]} in {year}"

    @staticmethod
    def _when(results: RunResults, measure: str, when: str) -> Array:
        """Return a stock at 31 March of a year, or a flow over a financial year, money in real prices: (1 + draw,)."""
        if "-" not in when:
            values: Array = results.stock_totals(measure).area()[:, results.dates("stock").index(f"{when}-03-31")]
            return values
        money = results.measures[measure].is_money
        over: Array = results.year_totals(measure, real=money).area()[:, results.financial_years.index(when)]
        return over

    def _areas(self, name: str, programme: str) -> str:
        """Say in how many areas a programme acts, and for which share of England's children."""
        [one] = [one for one in self.loaded[name].scenario.interventions if one.id == programme]
        return f"{one.areas.in_words[:1].upper()}{one.areas.in_words[1:]}, {one.areas.fraction:.1%} of children"

    def _beside(self, name: str, other: str, programme: str) -> str:
        """Set a programme in a few areas beside the same one in all, from one base: where it does most."""
        runs = [self.run(one, valued=True) for one in (name, other)]
        few, everywhere = (run.brings("children", run.attributed.adding_up, programme).area() for run in runs)
        at = int(abs(middle(everywhere, quantiles=False)).argmax())
        year, part = self.run(name).financial_years[at], float(few[0, at] / everywhere[0, at])
        return (
            f"At the most, in March {words.year_end(year)}, {_ends(few[:, at], _count)} children where it is "
            f"piloted and {_ends(everywhere[:, at], _count)} in all areas, {JUDGED}: {part:.1%} of a roll-out"
        )

    def _gap(self, name: str, measure: str, year: str, area: str = "") -> str:
        results = self.run(name, area=area)
        values = results.gap(measure).area()[:, results.financial_years.index(year)]
        where = f" in {area}" if area else ""
        said = f"{measure.replace('_', ' ')}{where} {_ends(values, _money)} in {year}, in cash, of care alone"
        if measure not in CLAIMED_OF_ALL:
            return said
        whole = with_front_door(results, measure)[:, results.financial_years.index(year)]
        return f"{said}, {_ends(whole, _money)} with the front door"

    def _new_money(self, name: str, year: str) -> str:
        results = self.run(name)
        at = results.financial_years.index(year)
        assert results.funded is not None
        new = float(results.gap("new_money").central[0, at])
        every = sum(float(results.gap("funding", line).central[0, at]) for line in results.funded.titles)
        return f"New money in {year}: {words.money(new)} of {words.money(every)}"

    def _of_measure(self, name: str, measure: str) -> str:
        return f"`{name}`, {_named(self.run(name).measures[measure].title)}:"

    def _placed(self, name: str, year: str, *where: str) -> str:
        """Say how many children live in some placements at 31 March of a year."""
        results = self.run(name)
        known = placements.reported()
        at, positions = results.dates("stock").index(f"{year}-03-31"), [known.index(one) for one in where]
        values: Array = results.stock_parts("children").area()[:, at, positions].sum(axis=-1)
        listed = words.listed([f"`{one}`" for one in where])
        return f"`{name}`: {_ends(values, words.count)} children in {listed} in March {year}"

    def _stock(self, name: str, measure: str, year: str) -> str:
        """Say what a stock comes to at 31 March of a year."""
        few = self.run(name).measures[measure].unit.endswith(" each")
        said = _ends(self._when(self.run(name), measure, year), (lambda value: f"{value:.1f}") if few else words.count)
        return f"{self._of_measure(name, measure)} {said} in March {year}"

    def _yearly(self, name: str, measure: str, year: str) -> str:
        """Say what a measure of spend comes to in a year, in real prices."""
        results = self.run(name)
        values = results.year_totals(measure, real=True).area()[:, results.financial_years.index(year)]
        return f"{self._of_measure(name, measure)} {_ends(values, words.money)} in {year}, real"

    def _spend_record(self, year: str) -> str:
        return f"Published: {words.money(self._spend_by_year[year])} in {year}"

    def _children(self, name: str, year: str) -> str:
        """Say how many children there are at 31 March of a year."""
        values = self._when(self.run(name), "children", year)
        return f"`{name}`: {_ends(values, words.count)} children in March {year}"

    def _children_beside(self, name: str, other: str, year: str) -> str:
        values = _less(self._when(self.run(name), "children", year), self._when(self.run(other), "children", year))
        return f"{_ends(values, _count)} children in March {year} against `{other}`"

    def _spend(self, name: str, year: str) -> str:
        results = self.run(name)
        values = results.year_totals("total_spend").area()[:, results.financial_years.index(year)]
        return f"`{name}`: {_ends(values, words.money)} in {year}, in cash, of care alone"

    def _spend_beside(self, name: str, other: str) -> str:
        """Say how much more is spent in one scenario than in another over the years of both, in real prices."""
        years = [year for year in self.run(name).financial_years if year in self.run(other).financial_years]
        first, then = (
            run.year_totals("total_spend", real=True).area()[:, [run.financial_years.index(year) for year in years]]
            for run in (self.run(name), self.run(other))
        )
        total = _less(first, then).sum(axis=1)
        return f"{_ends(total, _money)} of spend in {years[0]} to {years[-1]} against `{other}`, of care and the plan"

    def _record(self, first: str, last: str) -> str:
        """Say what was spent in two published years."""
        before, after = (self._spend_by_year[year] for year in (first, last))
        return f"Published spend on looked-after children rose by {words.money(after - before)} from {first} to {last}"

    def _children_record(self, year: str) -> str:
        history = self.run("status-quo").history["children"]
        found = dict(zip(history.dates, map(float, history.values), strict=True))
        return f"Published: {words.count(found[f'{year}-03-31'])} in March {year}"

    def _evidence(self) -> str:
        found = evidence()
        trials = [one for one in found if one.design == "trial" and one.quality != "pending"]
        programmes = [
            name for name, one in self.loaded.items() if any(p.is_programme for p in one.scenario.interventions)
        ]
        judged = [name for name in programmes if simulate(self.loaded[name]).judged]
        bare = sum(one.design == "description" for one in found)
        return (
            f"Of {len(found)} findings held, {bare} describe and compare nothing, {len(trials)} are of "
            f"randomised trials of {len({one.study for one in trials})} programmes and "
            f"{sum(one.quality == 'pending' for one in found)} have no result yet ([evidence.md](evidence.md)). "
            f"Of {len(programmes)} shipped scenarios with programmes {len(judged)} rest on judgement alone"
        )


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _named(title: str) -> str:
    """Return a title within a sentence."""
    names = title.split(" ", 1)[-1][:1].isupper()  # such as Home Office
    return title if names else f"{title[:1].lower()}{title[1:]}"


def _of_when(when: str) -> str:
    return when if "-" in when else f"March {when}"


def _less(one: Array, other: Array) -> Array:
    return one - other


def _ends(values: Array, write: Callable[[float], str]) -> str:
    """Write the median of draws and where 80% of them lie."""
    ends, shown = interval(values, 10, 90, quantiles=False), write(float(middle(values, quantiles=False)))
    if ends is None or write(float(ends[0])) == write(float(ends[1])):
        return shown
    return f"{shown} ({write(float(ends[0]))} to {write(float(ends[1]))})"
