"""docs/pilot-power.md: whether the strategy's pilots could show an effect, and how that is worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from docs_pages.markdown import NONE, table
from simulator.decisions.england_through_areas import Through
from simulator.decisions.pilot_answer import PilotAnswer, answer
from simulator.decisions.pilot_charts import england_through, height, power_by_ratio, signed
from simulator.decisions.pilot_design import designs
from simulator.decisions.pilot_effect import pilot_help, shipped_help
from simulator.decisions.pilot_noise import pilot_noise, study_areas
from simulator.decisions.pilot_plan import MOST_YEARS, PilotPlan
from simulator.decisions.write_pilot import NEEDS_COLUMNS, POWER_COLUMNS, THROUGH_COLUMNS
from simulator.outputs.charts import Chart, words
from simulator.vocabulary.calendar import Month

POWER_PICTURE, THROUGH_PICTURE = "pilot-power.png", "england-through-areas.png"
STEPS = 3
AREAS = 12
"""Areas of the strategy."""


def worked_plans() -> dict[str, PilotPlan]:
    """Return the pilots of the strategy as they were funded, and as if the help had gone on."""
    stated = pilot_help()
    assert stated.end is not None
    first_year = Month.parse(f"{stated.start.year}-04")
    late = stated.start - first_year
    going_on = shipped_help()
    funded = replace(going_on, lag_months=going_on.lag_months + late, lasts_months=stated.end - stated.start + 1)
    plan = PilotPlan(
        areas=AREAS, of=len(study_areas()), designs=tuple(designs(STEPS)), ratio=stated.effect.risk_ratio,
        years=5, years_before=5, steps=STEPS, help=going_on,
    )  # fmt: skip
    return {"Help that goes on": plan, "As funded": replace(plan, help=funded)}


def worked_answers() -> dict[str, PilotAnswer]:
    """Return what the pilots of the strategy could show, by what they are called."""
    return {name: answer(plan) for name, plan in worked_plans().items()}


def pilot_page(answers: Mapping[str, PilotAnswer], many: Sequence[Through]) -> tuple[str, dict[str, Chart]]:
    """Return the page, and its charts by file name.

    Parameters
    ----------
    answers : mapping of str to PilotAnswer
        As :func:`worked_answers` gives them.
    many : sequence of Through
        Of `simulator.decisions.england_through_areas.through_areas`.
    """
    first = next(iter(answers.values()))
    charts = {POWER_PICTURE: power_by_ratio(first), THROUGH_PICTURE: england_through(many)}
    alt = {name: chart.alt.replace("[", "(").replace("]", ")") for name, chart in charts.items()}
    noise = pilot_noise()
    parts = [
        "# Could a pilot show it?",
        "Made by `make docs-tables`; do not edit. `care-demand pilot-power` says how likely a pilot is to show "
        "an effect "
        "on starts, and what it would take: for a number of areas or named ones, three designs, any ratio, lag "
        "and years.",
        "```text\ncare-demand pilot-power --areas 12 --ratio 0.9 --years 5\n"
        "care-demand pilot-power --areas Kent --areas Leeds --design matched-difference --ratio 0.8\n```",
        "## The 12 areas of the strategy",
        _verdict(answers),
        table(
            (
                "Pilot",
                "Design",
                "Chance",
                "Smallest ratio",
                "Areas needed",
                "Years needed",
                "Chance at best",
                "Smallest at best",
            ),
            [row for name, one in answers.items() for row in _rows(name, one)],
            numbers=6,
        ),
        f"Chance: to detect a ratio of {first.plan.ratio:g}, the scenario's, by {first.plan.years} years after "
        f"the start. "
        "Smallest ratio: detected with a chance of 80%. Needed: for a chance of 80%, areas with these years, "
        "and years, up "
        f"to {MOST_YEARS}, with these areas; {NONE} where none is enough. At best: if the effect was there at "
        f"once and on "
        "every start. As funded: from July 2023 to March 2025, after which the effect fades over two years.",
        f"![{alt[POWER_PICTURE]}]({POWER_PICTURE})",
        "## How far England moves through 12 areas, and through all",
        "The help, its build-up, its effect and its money are those of the shipped roll-out "
        "(`scenarios/family-help-national.yaml`), in areas of average size; every figure is a run of the simulator.",
        _through(many),
        f"![{alt[THROUGH_PICTURE]}]({THROUGH_PICTURE})",
        "The interval is that of the effect on starts, a judgement between studies that disagree; it holds no "
        "effect, and "
        "some harm. Nothing else in the runs is varied. Money is cash, neither discounted nor in real prices; whether "
        "the help pays is in [results.md](results.md#value-for-money).",
        "## How much starts move by themselves",
        f"Estimated by restricted maximum likelihood from starts of {noise.authorities} authorities from "
        f"{noise.first_year} to {noise.last_year}, with a level for each authority and an effect for each year "
        "(`simulator/decisions/pilot_noise.py`); what all share is measured on England's own series.",
        table(
            ("Part", "What it is", "Size"),
            [
                ("Chance", "Variance of a count over its mean; 1 if children came one by one", f"{noise.chance:.2f}"),
                ("Passing", "Good and bad spells, log points (SD)", f"{noise.passing_sd:.3f}"),
                ("", "Share of a spell that is left a year later", f"{noise.passing_kept:.0%}"),
                ("Lasting", "A year's step that never comes back, log points (SD)", f"{noise.lasting_sd:.3f}"),
                (
                    "Shared",
                    f"A year's step of all, log points (SD), from {noise.common_changes} changes",
                    f"{noise.common_sd:.3f}",
                ),
            ],
            numbers=1,
        ),
        f"So starts of an authority with 165 a year move by {noise.change_sd(165, 2):.0%} in two years, beside "
        f"what all "
        "share.",
        "## How it is worked out",
        "- **Effect.** Published starts are of all children. How much of the effect is in them, year by year, "
        "comes from a "
        f"run of the simulator: {_reach(first)}. The rest of starts are of other ages, asylum-seeking children, "
        f"and children "
        "who come back.",
        "- **Test.** Generalised least squares of log starts on that course, with a free level for each area; "
        "5% level, "
        "two-sided. Where areas are compared, each year is free too. Before and after has nothing to tell it "
        "what a year "
        "did to all; how far England has moved in past years is in its standard error.",
        *(f"- **{one.label}.** Compares {one.describes}." for one in designs(STEPS).values()),
        "- **Areas** that are drawn are drawn 100 times, and chances are means over draws. Matches are the nearest in "
        "starts and in starts per child, both as logs.",
        "## How it is checked",
        f"- In the published record, where there was no pilot, the test finds one in {_alarms(first)} of draws; 5% is "
        "meant.",
        "- Standard errors are those of formulas worked by hand and of Hussey and Hughes's for stepped wedges.",
        "- Chances are those of thousands of simulated pilots in which children come in one by one, with brothers and "
        "sisters, and come back (`tests/unit/decisions/test_simulated_pilots.py`).",
        "- Noise of known size that is put into made-up panels is found again.",
        "## What it does not say",
        "- **Areas that are picked as starts are high** come down by themselves, as passing spells do; before "
        "and after "
        "then finds an effect that is not there. Chances here are of areas drawn by lot, or picked for other reasons.",
        "- **Other outcomes.** A study of the children who were referred, or of starts at the ages helped "
        "alone, sees more "
        'of the effect; "at best" is an upper bound to what the latter gains.'
        " Figures of them do not go back far enough to tell their noise.",
        "- **Timing.** The test is told when the effect comes. A pilot that has to find that out shows less.",
        "- **Different effects** in different areas, spill-over to areas compared with, and late or partial "
        "delivery make "
        "chances lower.",
        "- **A chance is no verdict.** A pilot that had a chance of "
        f"{max(need.chance for need in first.needs):.0%}, and shows nothing, has said almost nothing.",
        "## Tables",
        *(
            f"`{name}`: {', '.join(f'`{column}`' for column in columns)}."
            for name, columns in (
                ("pilot-power.csv", POWER_COLUMNS),
                ("pilot-needs.csv", NEEDS_COLUMNS),
                ("england-through-areas.csv", THROUGH_COLUMNS),
            )
        ),
        "Chances and shares are from 0 to 1; ratios are of starts; an empty cell is what cannot be had. Changes "
        "of children "
        "and of spend are with the help less without it, p10 and p90 the ends of the effect's 80% interval, "
        "money in cash.",
    ]
    return "\n\n".join(parts).replace("\n\n- ", "\n- ") + "\n", charts


def _verdict(answers: Mapping[str, PilotAnswer]) -> str:
    chances = {name: max(one.needs, key=lambda need: need.chance) for name, one in answers.items()}
    plan = next(iter(answers.values())).plan
    said = "; ".join(f"{name.lower()}, {need.chance:.0%}" for name, need in chances.items())
    best = max((need for one in answers.values() for need in one.needs), key=lambda need: need.chance_at_best)
    return (
        f"**Hardly.** With {plan.number} areas, a ratio of {plan.ratio:g} is shown with a chance of, by the "
        f"best design: "
        f"{said}. Even if every start were of a child that the help is for, and the effect there from the first "
        f"year, it "
        f"would be {best.chance_at_best:.0%}, and {best.smallest_ratio_at_best:.2f} the smallest ratio that is "
        f"shown with a "
        "chance of 80%."
    )


def _rows(name: str, one: PilotAnswer) -> list[tuple[str, ...]]:
    return [
        (
            name, need.design.label, f"{need.chance:.0%}", _ratio(need.smallest_ratio), _number(need.areas_needed),
            _number(need.years_needed), f"{need.chance_at_best:.0%}", _ratio(need.smallest_ratio_at_best),
        )
        for need in one.needs
    ]  # fmt: skip


def _ratio(value: float) -> str:
    return NONE if value != value else f"{value:.2f}"


def _number(value: int | None) -> str:
    return NONE if value is None else str(value)


def _through(many: Sequence[Through]) -> str:
    at = height(many)
    rows = []
    for one in many:
        middle, *ends = (float(value) for value in one.change[:, at])
        other = float(one.other_gbp[0].sum())
        rows.append(
            (
                f"{one.areas} of {one.of}", signed(middle), f"{signed(min(ends))} to {signed(max(ends))}",
                words.percent(middle, float(one.children_without[at])), words.money(one.programme_total_gbp),
                words.money(other),
            )
        )  # fmt: skip
    first = many[0]
    heads = (
        "Areas", f"Children, {words.month(first.dates[at])}", "80% interval", "Of all", "Cost of the help",
        f"Other spend to {first.financial_years[-1]}",
    )  # fmt: skip
    return table(heads, rows, numbers=5)


def _reach(one: PilotAnswer) -> str:
    by_year = one.plan.reach[: one.plan.years]
    shown = ", ".join(f"{abs(value):.0%}" for value in by_year)
    return f"{shown} in the first {one.plan.years} years for the pilots' help, if it goes on"


def _alarms(one: PilotAnswer) -> str:
    return words.listed([f"{need.false_alarms:.1%} ({need.design.label.lower()})" for need in one.needs])
