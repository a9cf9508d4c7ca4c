"""What the output folder of `optimise` holds: tables, the frontier's chart, the plan as a scenario, and a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.decision_folder import Table, with_units, write_decision
from simulator.decisions.frontier_chart import frontier_chart
from simulator.decisions.optimise import Candidate, Optimised
from simulator.decisions.plan_runs import OUTCOMES
from simulator.outputs.charts import words
from simulator.outputs.text_grid import grid
from simulator.results.long_tables import STATISTICS
from simulator.results.quantities import POUNDS
from simulator.results.value_for_money import RATIO, Item
from simulator.scenario import LoadedScenario

Array = NDArray[np.float64]
Row = tuple[str | float | None, ...]

PLANS = ("scenario", "budget_gbp", "plan", "item", "unit", "price_basis", *STATISTICS)
"""Columns of `plans.csv`: every plan that was run in full, for the budget and along the frontier."""

LEVELS = ("scenario", "budget_gbp", "plan", "programme", "item", "unit", "price_basis", "value")
"""Columns of `plan-levels.csv`: how much of each programme is in each plan, and from when."""

NEXT = ("scenario", "programme", "item", "unit", "price_basis", "value")
"""Columns of `next-million.csv`."""


def plan_rows(found: Optimised, scenario: str) -> Iterator[Row]:
    """Yield the rows of `plans.csv`."""
    real = f"real {found.price_year}"
    for budget, one in _plans(found):
        head = (scenario, budget, one.name)
        cost = Item("programme_cost", POUNDS, one.outcome.cost.sum(axis=1), real)
        items = [Item(name, unit, one.outcome.values[name], _basis(found, unit)) for name, unit in OUTCOMES.items()]
        score = Item("objective", "as weighted", np.array([one.score]))
        promised = Item("objective_promised", "as weighted", np.array([one.predicted]))
        for item in (cost, *items, score, promised):
            figures = item.statistics().tolist()
            yield (*head, item.name, item.unit, item.price_basis, *figures, *[None] * (len(STATISTICS) - len(figures)))


def level_rows(found: Optimised, scenario: str) -> Iterator[Row]:
    """Yield the rows of `plan-levels.csv`."""
    for budget, one in _plans(found):
        for i, (lever, pick) in enumerate(zip(found.levers, one.plan, strict=True)):
            head = (scenario, budget, one.name, lever.name)
            yield (*head, "level", RATIO, "", 0.0 if pick is None else pick.level)
            if pick is not None:
                yield (*head, "years_later", "years", "", float(pick.years_later))
                alone = float(found.surface.cost_of(i, pick).sum())
                yield (*head, "cost_alone", POUNDS, f"real {found.price_year}", alone)


def next_rows(found: Optimised, scenario: str) -> Iterator[Row]:
    """Yield the rows of `next-million.csv`."""
    for one in found.next_money:
        for name in one.outcome:
            value = one.mean(name)
            empty = value != value
            yield (scenario, one.lever.name, name, OUTCOMES[name], _basis(found, OUTCOMES[name]),
                   None if empty else value)  # fmt: skip
        yield scenario, one.lever.name, "objective", "as weighted", "", None if one.score != one.score else one.score


def _basis(found: Optimised, unit: str) -> str:
    return f"real {found.price_year}, present value {found.years[0]}" if unit == POUNDS else ""


def _plans(found: Optimised) -> Iterator[tuple[float, Candidate]]:
    budget = found.asked.budget_gbp
    yield from ((budget, one) for one in (found.programmed, *found.others))
    yield from found.frontier


def optimise_text(found: Optimised, title: str) -> str:
    """Return what the screen shows."""
    asked, plan = found.asked, found.plan
    how = {"expected": "mean", "cvar": "mean of the worst fifth", "regret": "largest regret, least"}[asked.criterion]
    by = f"{how} of {asked.draws} draws" if asked.draws else "central run"
    aim = ", ".join(f"{name} x {weight:g}" for name, weight in asked.weights.items())
    lines = [
        f"{title}: {words.money(asked.budget_gbp)} of {found.price_year} prices, {found.years[0]} to {found.years[-1]}",
        f"Objective: {aim}; by the {by}",
        "",
        *grid([_head(), *(_line(one) for one in (plan, *(o for o in (found.programmed, *found.others) if o != plan)))]),
        "",
        "The plan",
        *(f"  {line}" for line in _plan_lines(found)),
        "",
        *(f"Binds: {one}" for one in found.binds),
        *(f"Idle: {one}" for one in _idle(found)),
        *(f"Dominated: {name}: {why}" for name, why in found.dominated.items()),
        *_next_lines(found),
        _gap_line(found),
        *_beside_lines(found),
        "Note: what comes after the run is not counted, so that what starts late or works late looks worse than it is.",
        "Note: fewer children in care is not a benefit by itself; nothing here says how children fare.",
    ]
    return "\n".join(lines) + "\n"


def _head() -> list[str]:
    return ["Plan, as run", "Costs", "Saves less costs (PV)", "Care-years avoided", "Years in homes avoided"]


def _line(one: Candidate) -> list[str]:
    middle = {name: _mean(values) for name, values in one.outcome.values.items()}
    return [
        one.name,
        words.money(one.cost_gbp),
        words.money(middle["npv"]),
        words.count(middle["care_years"]),
        words.count(middle["home_years"]),
    ]


def _mean(values: Array) -> float:
    return float(values[1:].mean() if len(values) > 1 else values[0])


def _plan_lines(found: Optimised) -> Iterator[str]:
    if not any(found.plan.plan):
        yield "nothing: no programme is worth having by this objective and within these limits"
    for i, (lever, pick) in enumerate(zip(found.levers, found.plan.plan, strict=True)):
        if pick is not None:
            later = "from when its file says" if not pick.years_later else f"{pick.years_later} years later"
            cost = words.money(float(found.surface.cost_of(i, pick).sum()))
            yield f"{lever.title} ({lever.name}): {pick.level:.3g} times what its file states, {later}; {cost} alone"


def _idle(found: Optimised) -> Iterator[str]:
    """Yield what money buys nothing with: the next pound of a programme in the plan does nothing for children."""
    for one, pick in zip(found.next_money, found.plan.plan, strict=True):
        moved = max(abs(one.mean("care_years")), abs(one.mean("home_years")))
        if pick is not None and moved < 1e-3:
            yield f"a million more for {one.lever.name} moves no child: what it would buy is not there, or stands empty"
    left = found.asked.budget_gbp - found.plan.cost_gbp
    if left > 0.01 * found.asked.budget_gbp:
        yield f"{words.money(left)} of the budget is not spent, as nothing found does better with it"


def _next_lines(found: Optimised) -> Iterator[str]:
    for one in found.next_money:
        if one.score == one.score:
            yield (
                f"A million more for {one.lever.name}: {words.money(one.mean('npv'))} saved less cost, "
                f"{one.mean('care_years'):.3g} care-years and {one.mean('home_years'):.3g} years in homes avoided"
            )
    best = found.shadow_price
    if best is not None:
        yield f"The shadow price of a million is that of {best.lever.name}, {best.score:,.4g} of the objective"


def _gap_line(found: Optimised) -> str:
    left = found.left / abs(found.programmed.predicted) if found.programmed.predicted else 0.0
    return (
        f"Run in full, the programme's plan comes within {found.gap:+.1%} of what responses promised; none promises "
        f"over {left:.1%} more. {found.runs:,} runs."
    )


def _beside_lines(found: Optimised) -> Iterator[str]:
    better = [one.name for one in found.others if one.score > found.plan.score]
    if better:
        yield f"Better than the plan: {', '.join(better)}, which the search did not reach"
    else:
        yield "It is as good as or better than every programme alone and equal shares of the money, all run in full."


def write_optimised(
    found: Optimised, loaded: LoadedScenario, files: Sequence[LoadedScenario], plan: str, folder: Path, command: str,
    *, engine: str, charts: bool = True,
) -> None:  # fmt: skip
    """Write the output folder.

    Parameters
    ----------
    found : Optimised
    loaded : LoadedScenario
        The scenario whose programmes were decided on.
    files : sequence of LoadedScenario
        Those it was made of.
    plan : str
        Text of the plan as a scenario file.
    folder : Path
        See :func:`simulator.outputs.folder.whole_folder`.
    command : str
        As typed, without folders.
    engine : {"plain", "compiled"}
        Which one ran.
    charts : bool
        Whether to draw.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.run_folder.write_run`.
    """
    tables: dict[str, Table] = {
        "plans.csv": with_units(PLANS, plan_rows(found, loaded.key)),
        "plan-levels.csv": with_units(LEVELS, level_rows(found, loaded.key)),
        "next-million.csv": with_units(NEXT, next_rows(found, loaded.key)),
    }
    drawn = {"frontier": frontier_chart(found, loaded.scenario.name)} if charts else {}
    more = {"draws": found.asked.draws, "seed": found.asked.seed, "runs": found.runs}
    write_decision(
        folder, tables, optimise_text(found, loaded.scenario.name), drawn, files, command, more,
        engine=engine, charts=charts, texts={"plan.yaml": plan},
    )  # fmt: skip
