"""What every chart of a run must say: what is held, what is assumed, and what is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.baseline.baseline_protocol import Baseline
from simulator.interventions.own_figures import cost_of, label_of
from simulator.projection.compile import Compiled, deflator_growth
from simulator.projection.foster_supply import drawn_numbers
from simulator.projection.recorded_trends import INTO
from simulator.results.measures import measures
from simulator.scenario.schema import Scenario
from simulator.vocabulary.areas import authorities, codes_of

LEAST_RISE = 0.005
"""A rise of prices that is told."""


def notes(compiled: Compiled) -> tuple[str, ...]:
    """Say what every chart of this scenario must say."""
    scenario, baseline = compiled.scenario, compiled.baseline
    said = [baseline.held(scenario.starts.hold), *baseline.notes]
    if scenario.assumptions.foster_places == "as_needed":
        said.append("Foster places are found for as many as need them.")
    elif scenario.assumptions.homes_waiting_share is None:
        range_ = drawn_numbers()["homes_waiting_share"].distribution.interval
        said.append(
            "How many children in homes had fostering as their original plan, and would move if there were places, is "
            f"not identified: draws take {range_.low:.0%} to {range_.high:.0%} of them at the base."
        )
    if scenario.assumptions.placement_trend == "as_recorded" and baseline.takes_trend(INTO):
        said.append(f"Children's placements go on as they have up to March {scenario.base}, fading.")
    said += scenario.own.notes
    said += _shared_notes(compiled)
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


def measure_notes(baseline: Baseline, shown: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Say what must be said wherever a measure is shown, of measures by name; those with nothing to say are left out.

    Parameters
    ----------
    baseline : Baseline
    shown : iterable of str
        Names of measures.
    """
    kinds, history = measures(), baseline.history
    found = {}
    for name in shown:
        untold = () if kinds[name].in_returns or not baseline.by_own_returns else _not_in_returns(baseline)
        past = history[name].note if name in history else ""
        found[name] = tuple(note for note in (kinds[name].note, *untold, past) if note)
    return {name: said for name, said in found.items() if said}


def _not_in_returns(baseline: Baseline) -> tuple[str, ...]:
    """Say whose front door stands in a run from a council's own returns, which tell of children in care alone.

    The first is short enough to stand under a picture.
    """
    published = {one.code for one in authorities()}.intersection(baseline.codes)
    whose = f"those published of {baseline.reported[0].name}" if published else "England's by children looked after"
    return (
        f"The front door is not in SSDA903 returns: figures are {whose}.",
        "Referrals, children in need, protection plans and spend at the front door are no figures of these returns.",
    )


def bends(compiled: Compiled) -> tuple[str, ...]:
    """Say what makes a line of children bend after the start of the run: what begins or ends in it, and when."""
    scenario = compiled.scenario
    first, last = scenario.first_month, scenario.end
    said = []
    for one in scenario.interventions:
        start, end = getattr(one, "start", None), getattr(one, "end", None)
        when = [f"from {start}"] if start is not None and first < start <= last else []
        when += [f"to {end}"] if end is not None and first <= end < last else []
        if one.moves_children and (when or start is None):
            said.append(f"{one.title} {' '.join(when)}".rstrip())
    settles = "numbers settle towards those at which as many leave as start, quickly at first"
    return (f"Lines bend where {settles}{''.join(f'; {text}' for text in said)}.",)


def money_notes(compiled: Compiled) -> tuple[str, ...]:
    """Say what charts of money must say besides."""
    scenario = compiled.scenario
    growth = deflator_growth(scenario.assumptions)
    prices = f"General prices follow the GDP deflator, {growth:.1%} a year after the last published"
    if scenario.assumptions.real_price_growth == "as_recorded":
        prices += f", real unit costs what they did up to {scenario.price_year}, fading"
    if any(one.changes_prices for one in scenario.interventions):
        prices += ", and the scenario's own price growth"
    uncounted = [f"{one.title}: {caveat}." for one in scenario.interventions if (caveat := one.money_caveat)]
    return (f"{prices}.", *_own_price_notes(compiled), *uncounted, *compiled.baseline.spend_notes(compiled.cost_lines))


def _own_price_notes(compiled: Compiled) -> Iterator[str]:
    """Say how far prices that a council states go on rising beside general prices: contracts may say otherwise."""
    own, context = compiled.scenario.own, compiled.context
    real = compiled.rates.price_ratio[0, 0, -1] / context.deflator[-1]
    stated = dict.fromkeys([*(one.placement for one in own.prices), *(one.placement for one in own.beds)])
    rises = {label_of(name): float(real[context.cost_keys.index(cost_of(name))]) - 1.0 for name in stated}
    told = [f"{label} {rise:+.0%}" for label, rise in rises.items() if abs(rise) >= LEAST_RISE]
    if told:
        yield (
            "Prices that the council states, of contracts too, go on as unit costs do: beyond general prices by the "
            f"end of the run, {', '.join(told)}. In a scenario file, assumptions: {{real_price_growth: none}} holds "
            "them, and a programme of kind: price_growth beside it states another growth."
        )


def _shared_notes(compiled: Compiled) -> Iterator[str]:
    """Say how much of what a programme counts for all of England is here."""
    baseline = compiled.baseline
    if baseline.england is baseline:
        return
    for one in compiled.scenario.interventions:
        part = float(one.areas.of_total(baseline.codes, baseline.part_of_england).sum())
        if one.is_programme and one.counts_england and part < 1.0:
            yield (
                f"{one.title}: its numbers and money are for all of England, of which {part:.2%} are here; in a "
                "file of the council's own they are the council's."
            )


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
