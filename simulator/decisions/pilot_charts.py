"""Charts of what a pilot could show, and of how far England moves through some areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.decisions.england_through_areas import Through
from simulator.decisions.pilot_answer import PilotAnswer, PowerCurve
from simulator.decisions.pilot_power import WANTED_POWER
from simulator.outputs.charts import Chart, style, words
from simulator.outputs.charts.layout import Sheet

SOURCE = "Source: Department for Education, Children looked after in England, starts by authority; care-demand."
POWER, THROUGH = "pilot-power", "england-through-areas"


def power_by_ratio(answer: PilotAnswer) -> Chart:
    """Draw the chance to detect each ratio, a panel a design and a line a number of areas."""
    plan, noise = answer.plan, answer.noise
    designs = plan.chosen
    best = max(answer.needs, key=lambda one: one.chance)
    areas = f"{plan.number} area{'s' if plan.number > 1 else ''}"
    sheet = Sheet(
        f"{best.design.label}, the best design{'' if len(designs) > 1 else ' asked for'}, has "
        f"{chance_words(best.chance)} to show a ratio of {plan.ratio:g} in {areas} within {years_words(plan.years)}",
        f"Chance to detect an effect on starts, by ratio of starts of the children the help is for; "
        f"{years_words(plan.years)} with help and {years_words(plan.years_before)} before are counted",
        [
            SOURCE,
            f"It is {plan.help.in_words}. Its effect on starts of all children, as published, is less.",
            f"Noise: {noise.authorities} authorities from {noise.first_year} to {noise.last_year}. Detected: the ratio "
            f"differs from 1 at the 5% level, two-sided. Dashed: {WANTED_POWER:.0%}, as is asked of trials.",
        ],
        count=len(designs),
        columns=len(designs),
    )
    numbers = list(dict.fromkeys(one.areas for one in answer.curves))
    colours = dict(zip(numbers, style.LINES, strict=False))
    for i, design in enumerate(designs):
        axes = sheet.panels[i]
        if len(designs) > 1:
            sheet.panel_title(i, design.label)
        axes.axhline(100 * WANTED_POWER, color=style.PALETTE["mid_grey"], linewidth=1, linestyle=(0, (4, 2)))
        shown = [one for one in answer.curves if one.design == design]
        for one in shown:
            axes.plot(one.ratios, 100 * one.chance, color=colours[one.areas], linewidth=2.4, gid="power")
            if i == len(designs) - 1:
                at = float(np.interp(_LABELLED, one.ratios, 100 * one.chance))
                sheet.label(
                    axes, _LABELLED, at, f"{one.areas} {'named ' if one.named else ''}areas", colours[one.areas]
                )
        axes.set_xlim(1.0, _LABELLED)
        axes.set_ylim(0, 100)
        axes.set_xticks([1.0, 0.9, 0.8, 0.7])
    sheet.percents()
    return sheet.finish(f"Line charts of the chance to detect an effect. {' '.join(_said(answer.curves, plan.ratio))}")


_LABELLED = 0.7
"""Ratio at the right edge: the best matched study found 0.68."""


def _said(curves: Sequence[PowerCurve], ratio: float) -> list[str]:
    return [
        f"{one.design.label}, {one.areas} areas: {np.interp(ratio, one.ratios, one.chance):.0%} at {ratio:g} and "
        f"{np.interp(_LABELLED, one.ratios, one.chance):.0%} at {_LABELLED:g}."
        for one in curves
    ]


def england_through(many: Sequence[Through]) -> Chart:
    """Draw how many children fewer there are, by areas with the help, each with its money."""
    at = height(many)
    first, whole = many[0], many[-1]
    date = first.dates[at]
    change = [one.change[:, at] for one in many]
    looked_after = first.children_without[at]
    low, high = sorted(change[0][1:])
    sheet = Sheet(
        f"Family help in {first.areas} of {first.of} areas changes England's {words.count(looked_after)} children in "
        f"care by {signed(low)} to {signed(high)} (80% interval)",
        f"Children looked after in {words.month(date)}, when the effect is largest, less those without the help: "
        f"middle and 80% interval of the effect; below, areas and what the help costs to {first.financial_years[-1]}",
        [
            f"{SOURCE} Effect and money: shipped scenario family-help-national, scaled to areas of average size.",
            f"Starts at the ages helped times {first.ratios[0]:.2f} ({first.ratios[1]:.2f} to {first.ratios[2]:.2f}, a "
            "judgement from studies). The interval is of the effect alone. Cash; no money is known of after 2028-29.",
        ],
    )
    axes = sheet.panels[0]
    axes.axhline(0, color=style.INK, linewidth=1)
    for i, one in enumerate(change):
        axes.plot([i, i], [one[1], one[2]], color=style.PALETTE["dark_blue"], alpha=0.35, linewidth=9, gid="fan",
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([i], [one[0]], color=style.PALETTE["dark_blue"], marker="o", markersize=8, linestyle="none")
        sheet.callout(axes, i, float(one[0]), signed(float(one[0])), style.PALETTE["dark_blue"])
    axes.set_xlim(-0.5, len(many) - 0.4)
    axes.set_xticks(range(len(many)), [f"{one.areas} areas, {words.money(one.programme_total_gbp)}" for one in many])
    sheet.counts(signed=True)
    spoken = "; ".join(
        f"{one.areas} areas, {words.money(one.programme_total_gbp)}: {signed(float(c[0]))} "
        f"({signed(float(min(c[1:])))} to {signed(float(max(c[1:])))})"
        for one, c in zip(many, change, strict=True)
    )
    return sheet.finish(
        f"Chart of the change in children looked after in {words.month(date)} with family help in some of "
        f"{whole.of} areas. {spoken}."
    )


def height(many: Sequence[Through]) -> int:
    """Return the position of the 31 March at which the help in all areas has changed most children."""
    return int(np.abs(many[-1].change[0]).argmax())


def signed(children: float) -> str:
    """Return a change in children with its sign."""
    return f"{'+' if children > 0 else ''}{words.count(children)}"


def years_words(years: int) -> str:
    """Return a number of years in words."""
    return f"{years} year{'s' if years > 1 else ''}"


def chance_words(chance: float) -> str:
    """Return a chance within a sentence."""
    return f"a chance of {chance:.0%}"
