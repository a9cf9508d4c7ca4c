"""What is allowed in a scenario and rarely meant: told by `check`, and noted on every run of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.data import tables
from simulator.interventions.fields import idle_values
from simulator.interventions.own_figures import OwnBeds, OwnPrice, cost_of, label_of
from simulator.interventions.surroundings import Surroundings
from simulator.scenario.checking import Origin
from simulator.scenario.errors import Problem
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.translate import dotted
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import financial_year
from simulator.vocabulary.pounds import pounds

TIMES_LESS, TIMES_MORE = 5, 4
"""How far a council's price may be from England's unit cost: those that authorities publish are 0.6 to 2.0 of it, and
single homes and lodgings lie further out; a price of a night is a seventh, of a month 4.3 times that of a week."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing that is rarely meant.

    Attributes
    ----------
    problem
        What it is, with its place.
    note
        The same as a note on a run.
    of_money
        Whether it matters to money alone.
    """

    problem: Problem
    note: str
    of_money: bool


def cautions(loaded: LoadedScenario) -> tuple[Caution, ...]:
    """Return everything in a scenario that is rarely meant: values that cannot act, and prices and budgets twice."""
    return (
        *_awaiting(loaded),
        *_unlikely_prices(loaded),
        *_idle(loaded),
        *_stacked_prices(loaded),
        *_on_recorded_prices(loaded),
        *_kept_amounts(loaded),
        *_spent_twice(loaded),
    )


def with_price_gaps(many: Sequence[LoadedScenario]) -> list[LoadedScenario]:
    """Return scenarios to compare with the first, those with a remark whose prices grow by chance in another way.

    That is where one of the two does not extend anything and lacks growth that the other has, and the other is not made
    from it.
    """
    first = many[0]
    return [first, *(replace(one, remarks=(*one.remarks, *_price_gap(one, first))) for one in many[1:])]


def _price_gap(one: LoadedScenario, first: LoadedScenario) -> Iterator[str]:
    for lacking, other in ((one, first), (first, one)):
        made_from = {file.sha256 for file in other.files}
        if len(lacking.files) > 1 or lacking.files[0].sha256 in made_from:
            continue
        missing = [key for key in _priced(other) if key not in _priced(lacking)]
        if missing:
            yield (
                f"Prices of {', '.join(missing)} grow of their own in {other.key} and not in {lacking.key}, which does "
                "not extend it: part of the difference in spend is that."
            )


def _priced(loaded: LoadedScenario) -> tuple[str, ...]:
    """Return the unit costs whose prices grow of their own."""
    return tuple(dict.fromkeys(key for one in loaded.scenario.interventions for key in one.priced))


def surroundings(loaded: LoadedScenario) -> Surroundings:
    """Return what of a run decides whether a value can act in it, and what its money reaches."""
    scenario = loaded.scenario
    return Surroundings(
        first=scenario.first_month,
        last=scenario.end,
        places_limited=scenario.assumptions.foster_places == "limited",
        authorities=frozenset(areas.units(scenario.areas)),
    )


def _awaiting(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell figures of a council's own in a file that names none."""
    if loaded.awaits_council and (origin := next(_given(loaded, "own"), None)) is not None:
        what = "figures of one council, which a run names: --returns DIR, or --area NAME; no other run takes them"
        yield Caution(_at(origin, "own", what), f"own: {what}.", of_money=False)


def _unlikely_prices(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell prices of a council's own that are far from the unit cost that they stand in for."""
    own = loaded.scenario.own
    if not own.given:
        return
    england = loaded.baseline.england
    lines = (line for line in england.costs.lines if line.driver.of_placements)
    usual = {line.key: float(line.spend_gbp / line.units) for line in lines}
    stated: list[tuple[str, str, OwnPrice | OwnBeds]] = [
        *((f"own.prices.{i}.gbp_per_week", label_of(one.placement), one) for i, one in enumerate(own.prices)),
        *((f"own.beds.{i}.gbp_per_week", one.name, one) for i, one in enumerate(own.beds)),
    ]
    for path, label, one in stated:
        gbp, cost = one.gbp_per_week, usual.get(cost_of(one.placement), 0.0)
        origin = next(_given(loaded, path), None)
        if origin is None or gbp is None or one.price_year is None or cost == 0.0:
            continue
        there = cost * _general_prices(one.price_year) / _general_prices(financial_year(england.base - 1))
        if not there / TIMES_LESS <= gbp <= there * TIMES_MORE:
            than = f"less than 1/{TIMES_LESS} of" if gbp < there else f"more than {TIMES_MORE} times"
            what = (
                f"£{gbp:,.0f} a week ({label}) is {than} England's mean, £{there:,.0f} in {one.price_year}; a "
                "price is in pounds a week, not a night, a month or a year"
            )
            yield Caution(_at(origin, path, what), f"Check the price: {what}.", of_money=True)


def _general_prices(year: str) -> float:
    """Return the level of general prices in a financial year, or in the last published one."""
    known = {str(one): float(level) for one, level in tables.series("gdp_deflator").items()}
    return known[min(year, max(known))]


def _idle(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell values that a file gives and that cannot act."""
    for path, why in idle_values(loaded.scenario, surroundings(loaded)):
        origin = next(_given(loaded, dotted(path)), None)
        if origin is not None:
            yield Caution(_at(origin, dotted(path), why), f"{_named(loaded, path)} {why}.", of_money=False)


def _stacked_prices(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell growth in prices that a file puts on top of growth in a file that it extends."""
    interventions = loaded.scenario.interventions
    for j, later in enumerate(interventions):
        for i, earlier in enumerate(interventions[:j]):
            costs = later.stacks_on(earlier)
            if not costs:
                continue
            below, above = (loaded.provenance[f"interventions.{k}.kind"] for k in (i, j))
            if below.file == above.file:
                continue
            mend = f"give it the id {earlier.id} to change that one" if earlier.id else "change that file"
            what = f"comes on top of {earlier.title} ({_name(below)}), and both act on {', '.join(costs)}"
            problem = _at(above, f"interventions.{j}", f"{what}; {mend} instead, if that is not meant")
            yield Caution(problem, f"{later.title} {what}.", of_money=True)


def _on_recorded_prices(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell growth, or a level in its place, of prices that another file lets go on as recorded."""
    if loaded.scenario.assumptions.real_price_growth != "as_recorded":
        return
    recorded = loaded.provenance["assumptions.real_price_growth"]
    for i, one in enumerate(loaded.scenario.interventions):
        kind = loaded.provenance.get(f"interventions.{i}.kind")
        if kind is None or not one.changes_prices or kind.file == recorded.file:
            continue
        what = f"{one.meets_growth} what prices go on growing by as recorded ({_name(recorded)})"
        mend = "say assumptions: {real_price_growth: none}, if that is not meant"
        yield Caution(_at(kind, f"interventions.{i}", f"{what}; {mend}"), f"{one.title} {what}.", of_money=True)


def _kept_amounts(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell amounts of a cost that stay from a file's parent beside its own."""
    for i, intervention in enumerate(loaded.scenario.interventions):
        start = f"interventions.{i}.cost."
        given = {
            path.removeprefix(start): origin
            for path, origin in loaded.provenance.items()
            if path.startswith((f"{start}budget_gbp.", f"{start}per_year_gbp")) and not origin.default
        }
        rank = {str(file.path): i for i, file in enumerate(loaded.files)}  # the scenario's own first
        given = dict(sorted(given.items(), key=lambda one: rank.get(one[1].file, len(rank))))
        own = list(given.values())[:1]
        kept = {name: origin for name, origin in given.items() if origin.file != own[0].file}
        if kept:
            here, there = _name(own[0]), ", ".join(dict.fromkeys(map(_name, kept.values())))
            what = f"adds amounts of {here} to those of {there}, which stay: {', '.join(kept)}"
            problem = _at(own[0], start[:-1], f"{what}; give one without a value to leave it out")
            yield Caution(problem, f"The cost of {intervention.title} {what}.", of_money=True)


def _spent_twice(loaded: LoadedScenario) -> Iterator[Caution]:
    """Tell lines of funding that several programmes spend and that do not bring so much."""
    funding = loaded.scenario.funding
    for at, line in enumerate(funding.lines if funding is not None else ()):
        paid = [one for one in loaded.scenario.interventions if one.cost is not None and one.cost.funded_by == line.id]
        for year, brought in line.gbp.items():
            spent = sum(one.cost.stated_gbp(year) for one in paid if one.cost is not None)
            if spent <= brought or len(paid) < 2:
                continue
            titles = " and ".join(one.title for one in paid)
            what = (
                f"brings {pounds(brought)} in {year}, and {titles} spend {pounds(spent)} of it: a pound is spent twice"
            )
            origin = next(_given(loaded, f"funding.lines.{at}"), None)
            if origin is not None:
                yield Caution(_at(origin, f"funding.lines.{at}", what), f"{line.title} {what}.", of_money=True)


def _name(origin: Origin) -> str:
    return Path(origin.file).name


def _given(loaded: LoadedScenario, path: str) -> Iterator[Origin]:
    """Yield where a value, or what it holds, is given by a file."""
    for key, origin in loaded.provenance.items():
        if not origin.default and (key == path or key.startswith(f"{path}.")):
            yield origin


def _at(origin: Origin, path: str, what: str) -> Problem:
    return Problem(origin.file, origin.line, origin.column, path, what)


def _named(loaded: LoadedScenario, path: tuple[str | int, ...]) -> str:
    """Name a value within a sentence: an intervention by its title, and what of it."""
    if path[0] != "interventions":
        return dotted(path)
    title = loaded.scenario.interventions[int(path[1])].title
    return f"{title}: {dotted(path[2:])}"
