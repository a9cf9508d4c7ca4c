"""What the output folder of `solve` holds: the values found, all that were tried, a chart, and the scenario solved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.decision_folder import Table, with_units, write_decision
from simulator.outputs.charts import style, words
from simulator.outputs.charts.chart_registry import Chart
from simulator.outputs.charts.layout import Sheet
from simulator.results.long_tables import STATISTICS, Row
from simulator.results.measures import measures
from simulator.results.quantities import POUNDS
from simulator.results.value_for_money import Item
from simulator.runs.solve import Solution, Surety, Target, Trials, Unknown, dotted
from simulator.runs.solved_scenario import as_found
from simulator.scenario import LoadedScenario

Array = NDArray[np.float64]

SOLVED = ("scenario", "unknown", "value", "standard_error", "target", "unit", "result")
"""Columns of `solved.csv`: a value found, and what the target is with it."""

TRIED = ("scenario", "unknown", "value", "target", "share_that_reaches", "unit", *STATISTICS)
"""Columns of `tried.csv`: what the target is with every value that was run, the lowest first."""


def write_solved(
    loaded: LoadedScenario, targets: Sequence[Target], unknowns: Sequence[Unknown], solutions: Sequence[Solution],
    trials: Trials | None, said: Sequence[str], folder: Path, command: str, *, engine: str,
) -> None:  # fmt: skip
    """Write the output folder.

    Parameters
    ----------
    loaded : LoadedScenario
    targets, unknowns, solutions : sequence
        What was asked, and found.
    trials : Trials or None
        Values that were run for one unknown; None for several, which no table or chart of one line shows.
    said : sequence of str
        What the screen shows.
    folder : Path
        See :func:`simulator.outputs.folder.whole_folder`.
    command : str
        As typed, without folders.
    engine : {"plain", "compiled"}

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.folder.whole_folder`.
    """
    tables: dict[str, Table] = {"solved.csv": with_units(SOLVED, _solved(loaded, targets, unknowns, solutions))}
    if trials is not None:
        tables["tried.csv"] = with_units(TRIED, _tried(loaded, trials))
    sure = None if trials is None else trials.sure
    more = {} if sure is None else {"sure": sure.share, "draws": sure.draws, "seed": sure.seed}
    drawn = {} if trials is None else {"solved": solved_chart(trials, solutions[0], loaded.scenario.name)}
    write_decision(
        folder, tables, "\n".join(said) + "\n", drawn, [loaded], command, more, engine=engine, charts=bool(drawn),
        texts={"solved.yaml": whole_file(loaded, unknowns, solutions)},
    )  # fmt: skip


def whole_file(loaded: LoadedScenario, unknowns: Sequence[Unknown], solutions: Sequence[Solution]) -> str:
    """Return the text of a scenario file that states all that a scenario and its parents do, with the values found."""
    content: dict[str, Any] = loaded.stated.plain()
    for unknown, solution in zip(unknowns, solutions, strict=True):
        *holders, name = unknown.path
        at: Any = content
        for step in holders:
            at = at[step] if isinstance(step, int) else at.setdefault(step, {})
        at[name] = as_found(loaded, unknown, solution.value)
    content["name"] = f"{loaded.scenario.name[:70]}, solved"
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return f"# Found by care-demand solve; JSON is YAML.\n{text}\n"


def _solved(
    loaded: LoadedScenario, targets: Sequence[Target], unknowns: Sequence[Unknown], solutions: Sequence[Solution]
) -> Iterator[Row]:
    for target, unknown, one in zip(targets, unknowns, solutions, strict=True):
        error = "" if one.error is None or not np.isfinite(one.error) else f"{one.error:.10g}"
        yield (loaded.key, dotted(unknown), f"{one.value:.10g}", error, target.in_words, _unit(target), one.result)


def _tried(loaded: LoadedScenario, trials: Trials) -> Iterator[Row]:
    target, unknown = trials.target, trials.unknown
    for value in trials.values:
        found = trials.of(value)
        figures = Item(target.measure, _unit(target), found).statistics().tolist()
        reach = f"{_share(target, found):.10g}" if len(found) > 1 else ""
        yield (loaded.key, dotted(unknown), f"{value:.10g}", target.in_words, reach, _unit(target), *figures,
               *[None] * (len(STATISTICS) - len(figures)))  # fmt: skip


def _share(target: Target, found: Array) -> float:
    """Return the share of draws that reach a target or do better."""
    better = found[1:] >= target.value if target.better_high else found[1:] <= target.value
    return float(better.mean())


def _unit(target: Target) -> str:
    return POUNDS if target.of_programmes else measures()[target.measure].unit


def solved_chart(trials: Trials, solution: Solution, title: str) -> Chart:
    """Draw what the target is by the value of the unknown, with 80% of draws where there are any."""
    target, unknown, sure = trials.target, trials.unknown, trials.sure
    at = np.array(trials.values)
    values = np.stack([trials.of(value) for value in trials.values])
    write = words.money if _unit(target) == POUNDS else words.count
    middle = np.median(values[:, 1:], axis=1) if sure else values[:, 0]
    by = f"median and 80% of {sure.draws:,} draws" if sure else "central run"
    with style.context():
        sheet = Sheet(
            f"{dotted(unknown)} of {solution.value:.4g}{_error(solution)} {_does(sure)}",
            f"{title}. {target.measure}, {target.span}, by {dotted(unknown)} ({unknown.note.unit}): {by}",
            ["Source: care-demand, from published figures and the scenario's own numbers."],
        )
        axes, colour = sheet.panels[0], style.LINES[0]
        if sure:
            low, high = np.quantile(values[:, 1:], [0.1, 0.9], axis=1)
            axes.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0, gid="fan")
        axes.plot(at, middle, color=colour, linewidth=2.4)
        axes.axhline(target.value, color=style.INK, linewidth=1, linestyle=(0, (4, 2)))
        axes.axvline(solution.value, color=style.INK, linewidth=1, linestyle=(0, (1, 2)))
        sheet.label(axes, float(at[-1]), float(middle[-1]), write(float(middle[-1])), colour)
        sheet.label(axes, float(at[-1]), target.value, f"Target {write(target.value)}", style.INK)
        axes.set_xlim(float(at[0]), float(at[-1]))
        sheet.pounds() if _unit(target) == POUNDS else sheet.counts()
        spoken = "; ".join(f"{x:.4g}: {write(float(y))}" for x, y in zip(at, middle, strict=True))
        return sheet.finish(f"Line chart of {target.measure} by {dotted(unknown)}, {by}. {spoken}.")


def _error(solution: Solution) -> str:
    known = solution.error is not None and np.isfinite(solution.error)
    return f" (give or take {solution.error:.2g})" if known else ""


def _does(sure: Surety | None) -> str:
    return f"reaches the target in {sure.share:.0%} of draws" if sure else "reaches the target in the central run"
