"""Charts of an appraisal: before and after uplifts for optimism, and how it falls on councils."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.decisions.appraisal import Appraisal, ends_of_draws, middle_of_draws
from simulator.decisions.decision_charts import bars_across
from simulator.decisions.distribution_of_councils import CouncilDistribution
from simulator.decisions.optimism import STEPS
from simulator.outputs.charts import Chart, words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import REGIMES
from simulator.outputs.svg.bars_across import Bar
from simulator.results.quantities import Array

COLOURS = {True: "dark_blue", False: "orange"}
"""Of bars, by whether places are limited."""


def told(values: Array) -> str:
    """Write an amount with its sign: the median of draws and where 80% of them lie, or the central run."""
    return in_draws(values, words.money)


def in_draws(values: Array, write: Callable[[float], str]) -> str:
    """Write a change as :func:`told` does; ends that are written alike are left out."""
    ends = {} if (found := ends_of_draws(values)) is None else dict.fromkeys(signed(end, write) for end in found)
    middle = signed(middle_of_draws(values), write)
    return middle if set(ends) <= {middle} else f"{middle} ({' to '.join(ends)})"


def optimism_bars(found: Appraisal, title: str) -> Chart:
    """Draw net present value as stated, with each uplift and with all, under both rules for places."""
    bars = step_bars(found, told)
    first = found.regimes[0]
    before, after = (told(found.net_present_value(first, step.name)) for step in (STEPS[0], STEPS[-1]))
    drawn = "median and 80% of draws" if found.runs.draws else "central run"
    subtitle = (
        f"{title}, {found.runs.areas[0]}. Net present value, {_prices(found)}: {drawn}, as stated, with each uplift "
        "by itself (cost, delivery time, effect), and with all"
    )
    finding = (
        f"Net present value is {before} as stated, and {after} with all uplifts for optimism, {REGIMES[first.limited]}"
    )
    return bars_across(finding, subtitle, bars, 0.0, "Bar chart of net present value.")


def step_bars(found: Appraisal, said: Callable[[Array], str]) -> list[Bar]:
    """Return a bar of net present value for each rule for places and each step, and what it says at its end."""
    bars = []
    for regime in found.regimes:
        for step in STEPS:
            value = found.net_present_value(regime, step.name)
            part = 0.0, middle_of_draws(value), COLOURS[regime.limited]
            bars.append(Bar(f"{REGIMES[regime.limited]}: {step.name}", (part,), said(value), ends_of_draws(value)))
    return bars


def drawn_words(one: CouncilDistribution) -> str:
    """Say of how many draws figures of councils are."""
    draws = len(one.groups[-1].cost) - 1
    return f"medians and 80% of {draws:,} draws of all authorities" if draws else "central runs"


def council_bars(many: Sequence[CouncilDistribution], title: str, prices: str) -> Chart:
    """Draw what councils gain for each child who lives there, by deprivation and region; the first rule for places."""
    one = many[0]
    bars = []
    for group in one.groups:
        value = group.net / group.children
        ends = ends_of_draws(value)
        colour = "orange" if group.by == "all" else "dark_blue"
        bars.append(Bar(group.name, ((0.0, middle_of_draws(value), colour),), told(value), ends))
    fifths = [group for group in one.groups if group.by == "deprivation"]
    most, least = (group.net / group.children for group in (fifths[0], fifths[-1]))
    finding = (
        f"For each child who lives there, what councils save less what they pay: {told(most)} in the most deprived "
        f"fifth, {told(least)} in the least deprived"
    )
    subtitle = (
        f"{title}, authorities run one by one, {REGIMES[one.limited]}, {drawn_words(one)}. What councils save on "
        "looked-after children less what they pay for programmes, without what central government pays, for each child "
        f"of the population; {prices}; fifths of children by the share in income-deprived families in 2019"
    )
    return bars_across(finding, subtitle, bars, 0.0, "Bar chart of net present value for each child.")


def _prices(found: Appraisal) -> str:
    return f"real {found.runs.loaded.scenario.price_year}, present value {found.runs.years[0]}"
