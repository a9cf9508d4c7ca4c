"""The output folder of `pilot-power`: tables, charts, a summary and a manifest, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from simulator.decisions.decision_folder import Table, write_decision
from simulator.decisions.england_through_areas import Through
from simulator.decisions.pilot_answer import PilotAnswer, PilotNeeds
from simulator.decisions.pilot_charts import (
    POWER,
    THROUGH,
    chance_words,
    england_through,
    height,
    power_by_ratio,
    signed,
    years_words,
)
from simulator.decisions.pilot_noise import LATEST_YEARS
from simulator.decisions.pilot_plan import MOST_YEARS
from simulator.outputs.charts import words
from simulator.outputs.text_grid import grid
from simulator.scenario import LoadedScenario

POWER_COLUMNS = ("design", "areas", "areas_are", "years", "ratio", "ratio_in_all_starts", "chance_to_detect")
NEEDS_COLUMNS = (
    "design", "areas", "areas_are", "years", "ratio", "chance_to_detect", "smallest_ratio",
    "smallest_ratio_in_all_starts", "areas_needed", "years_needed", "chance_at_best", "smallest_ratio_at_best",
    "false_alarms_in_record",
)  # fmt: skip
THROUGH_COLUMNS = (
    "areas", "of", "date", "financial_year", "children_without", "children_change", "children_change_p10",
    "children_change_p90", "programme_spend_gbp", "other_spend_change_gbp", "other_spend_change_p10_gbp",
    "other_spend_change_p90_gbp",
)  # fmt: skip

Cell = str | int | float | None


def write_pilot(
    answer: PilotAnswer, many: Sequence[Through], loaded: Sequence[LoadedScenario], folder: Path, command: str, *,
    charts: bool = True,
) -> None:  # fmt: skip
    """Write the output folder.

    Parameters
    ----------
    answer : PilotAnswer
    many : sequence of Through
    loaded : sequence of LoadedScenario
        The roll-out, of which they are.
    folder : Path
        Where to; see :func:`simulator.outputs.folder.whole_folder`.
    command : str
        As typed, without folders, for the manifest.
    charts : bool
        Whether to draw.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.folder.whole_folder`.
    """
    tables: dict[str, Table] = {
        "pilot-power.csv": (POWER_COLUMNS, _lines(power_rows(answer))),
        "pilot-needs.csv": (NEEDS_COLUMNS, _lines(needs_rows(answer))),
        "england-through-areas.csv": (THROUGH_COLUMNS, _lines(through_rows(many))),
    }
    drawn = {POWER: power_by_ratio(answer), THROUGH: england_through(many)} if charts else {}
    write_decision(folder, tables, pilot_text(answer, many), drawn, loaded, command, {}, engine="plain", charts=charts)


def power_rows(answer: PilotAnswer) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of `pilot-power.csv`."""
    for one in answer.curves:
        head = (one.design.name, one.areas, "named" if one.named else "drawn", answer.plan.years)
        for ratio, left, chance in zip(one.ratios, one.all_starts, one.chance, strict=True):
            yield (*head, float(ratio), float(left), float(chance))


def needs_rows(answer: PilotAnswer) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of `pilot-needs.csv`: what cannot be had is empty."""
    plan = answer.plan
    are = "drawn" if isinstance(plan.areas, int) else "named"
    for one in answer.needs:
        yield (
            one.design.name, plan.number, are, plan.years, plan.ratio, one.chance, one.smallest_ratio,
            one.smallest_ratio_in_all_starts, one.areas_needed, one.years_needed, one.chance_at_best,
            one.smallest_ratio_at_best, one.false_alarms,
        )  # fmt: skip


def through_rows(many: Sequence[Through]) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of `england-through-areas.csv`: each 31 March, with the financial year that ends on it."""
    for one in many:
        for i, year in enumerate(one.financial_years):
            change, other = one.change[:, i + 1], one.other_gbp[:, i]
            yield (
                one.areas, one.of, one.dates[i + 1], year, float(one.children_without[i + 1]),
                *(float(value) for value in (change[0], *sorted(change[1:]))),
                round(float(one.programme_gbp[i])), *(round(float(value)) for value in (other[0], *sorted(other[1:]))),
            )  # fmt: skip


def pilot_text(answer: PilotAnswer, many: Sequence[Through]) -> str:
    """Return the summary."""
    plan, noise = answer.plan, answer.noise
    who = f"{plan.number} areas drawn" if isinstance(plan.areas, int) else ", ".join(plan.areas)
    heads = ["Design", "Chance", "Smallest ratio", "Areas needed", "Years needed", "False alarms"]
    table = [heads, *(_needs_line(one) for one in answer.needs)]
    best = max(answer.needs, key=lambda one: one.chance_at_best)
    at = height(many)
    return "\n".join(
        [
            f"Pilot in {who} of {plan.of}, ratio {plan.ratio:g}: {plan.help.in_words}",
            f"{years_words(plan.years)} of help and {years_words(plan.years_before)} before are counted",
            "",
            *grid(table),
            "",
            "Chance: to detect the ratio. Smallest ratio: detected with a chance of 80%. Needed, for a chance of 80%:",
            f"areas with these years, and years, up to {MOST_YEARS}, with these areas. False alarms: how often the",
            "test finds an effect in the published record, where there was no pilot and 5% is meant.",
            "",
            f"By the last year, {plan.reach[plan.years - 1]:.0%} of the effect is in starts of all children. If it all",
            f"was, from the first year on, {best.design.label.lower()} would have {chance_words(best.chance_at_best)},",
            f"and detect {_ratio(best.smallest_ratio_at_best)} with one of 80%.",
            "",
            f"Noise, from {noise.authorities} authorities {noise.first_year} to {noise.last_year}: one with {_TYPICAL} "
            f"starts a year moves by {noise.change_sd(_TYPICAL, 2):.0%} in two years (SD).",
            f"  chance: a variance of {noise.chance:.2f} times the number of starts",
            f"  passing: {noise.passing_sd:.3f} log points, of which {noise.passing_kept:.0%} is left a year later",
            f"  lasting: {noise.lasting_sd:.3f} log points a year",
            f"  shared by all: {noise.common_sd:.3f} log points a year, from {noise.common_changes} changes of England",
            f"An area's size is its mean of the last {LATEST_YEARS} years.",
            "",
            f"England with family help in some areas, {words.month(many[0].dates[at])}, when it changes most",
            *grid([["Areas", "Children", "80% interval of the effect", "Cost of the help"], *_through_lines(many, at)]),
        ]
    ) + "\n"  # fmt: skip


_TYPICAL = 165
"""Starts a year of the authority in the middle."""


def _needs_line(one: PilotNeeds) -> list[str]:
    return [
        one.design.label,
        f"{one.chance:.0%}",
        _ratio(one.smallest_ratio),
        "none is enough" if one.areas_needed is None else str(one.areas_needed),
        "none is enough" if one.years_needed is None else str(one.years_needed),
        "not tried" if one.false_alarms != one.false_alarms else f"{one.false_alarms:.1%}",
    ]


def _through_lines(many: Sequence[Through], at: int) -> Iterator[list[str]]:
    for one in many:
        middle, *ends = (float(value) for value in one.change[:, at])
        between = f"{signed(min(ends))} to {signed(max(ends))}"
        yield [f"{one.areas} of {one.of}", signed(middle), between, words.money(one.programme_total_gbp)]


def _ratio(value: float) -> str:
    return "none" if value != value else f"{value:.2f}"


def _lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    return (",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: Cell) -> str:
    """Write a value: six decimals at most, and nothing for what cannot be had."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.6f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)
