"""What the output folder of `optimise` holds: tables, the frontier's chart, the plan as a scenario, and a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.decision_folder import Table, with_units, write_decision
from simulator.decisions.frontier_chart import frontier_chart
from simulator.decisions.optimise import Candidate, NextMoney, Optimised
from simulator.decisions.plan_runs import OUTCOMES, over_states
from simulator.outputs.charts import words
from simulator.outputs.text_grid import grid
from simulator.results.long_tables import STATISTICS
from simulator.results.quantities import POUNDS
from simulator.results.value_for_money import RATIO, SHARE, Item
from simulator.scenario import LoadedScenario

Array = NDArray[np.float64]
Row = tuple[str | float | None, ...]

PLANS = ("scenario", "budget_gbp", "plan", "item", "unit", "price_basis", *STATISTICS)
"""Columns of `plans.csv`: every plan that was run in full, for the budget and along the frontier."""

LEVELS = ("scenario", "budget_gbp", "plan", "programme", "item", "unit", "price_basis", "value")
"""Columns of `plan-levels.csv`: how much of each programme is in each plan, and from when."""

NEXT = ("scenario", "foster_places", "programme", "more_gbp", "item", "unit", "price_basis", "value", *STATISTICS)
"""Columns of `next-million.csv`: the value is the mean over draws, or the central run's where there are none."""

FEW = 40
"""With fewer draws than this a mean over them says little."""
_PLACES = {"limited": "limited", "as_needed": "found as needed"}


def plan_rows(found: Optimised, scenario: str) -> Iterator[Row]:
    """Yield the rows of `plans.csv`."""
    real = f"real {found.price_year}"
    for budget, one in _plans(found):
        head = (scenario, budget, one.name)
        cost = Item("programme_cost", POUNDS, one.outcome.cost.sum(axis=1), real)
        expected = Item("expected_programme_cost", POUNDS, np.array([one.cost_gbp]), real)
        over = Item("chance_to_cost_more_than_the_budget", SHARE, np.array([one.overspends(budget)]))
        items = [Item(name, unit, one.outcome.values[name], _basis(found, unit)) for name, unit in OUTCOMES.items()]
        score = Item("objective", "as weighted", np.array([one.score]))
        promised = Item("objective_promised", "as weighted", np.array([one.predicted]))
        for item in (cost, expected, over, *items, score, promised):
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
    """Yield the rows of `next-million.csv`, with foster places as the scenario has them and then the other way."""
    more = found.asked.next_gbp
    for places, each in _both_ways(found):
        for one in each:
            head = (scenario, places, one.lever.name, more)
            for name, values in one.outcome.items():
                item = Item(name, OUTCOMES[name], values, _basis(found, OUTCOMES[name]))
                figures = [None if value != value else value for value in item.statistics().tolist()]
                mean = one.mean(name)
                yield (*head, name, item.unit, item.price_basis, None if mean != mean else mean, *figures,
                       *[None] * (len(STATISTICS) - len(figures)))  # fmt: skip
            score = None if one.score != one.score else one.score
            yield (*head, "objective", "as weighted", "", score, *[None] * len(STATISTICS))


def _both_ways(found: Optimised) -> Iterator[tuple[str, Sequence[NextMoney]]]:
    """Yield what more money does with foster places as the scenario has them, and the other way."""
    yield found.foster_places, found.next_money
    yield found.elsewhere.foster_places, found.elsewhere.next_money


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
        *_few(found),
        "",
        *grid([_head(), *(_line(one) for one in (plan, *(o for o in (found.programmed, *found.others) if o != plan)))]),
        "",
        "The plan",
        *(f"  {line}" for line in _plan_lines(found)),
        *_cost_lines(found),
        *_elsewhere_lines(found),
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
    middle = {name: float(over_states(values).mean()) for name, values in one.outcome.values.items()}
    return [
        one.name,
        words.money(one.cost_gbp),
        words.money(middle["npv"]),
        words.count(middle["care_years"]),
        words.count(middle["home_years"]),
    ]


def _plan_lines(found: Optimised) -> Iterator[str]:
    if not any(found.plan.plan):
        yield "nothing: no programme is worth having by this objective and within these limits"
    for i, (lever, pick) in enumerate(zip(found.levers, found.plan.plan, strict=True)):
        if pick is not None:
            later = "from when its file says" if not pick.years_later else f"{pick.years_later} years later"
            cost = words.money(float(found.surface.cost_of(i, pick).sum()))
            yield f"{lever.title} ({lever.name}): {pick.level:.3g} times what its file states, {later}; {cost} alone"


def _few(found: Optimised) -> Iterator[str]:
    """Yield what so few draws cannot say."""
    draws = found.asked.draws
    if not draws:
        yield "Note: the central run alone; what is uncertain can make another plan the best one on average (--draws)."
    elif draws < FEW:
        yield f"Note: {draws} draws are few: another seed can give another plan (--draws, --seed)."


def _cost_lines(found: Optimised) -> Iterator[str]:
    """Yield what a plan costs in draws, of which the budget holds the mean."""
    drawn, budget = found.plan.cost_drawn_gbp, found.asked.budget_gbp
    if len(drawn) > 1 and any(found.plan.plan):
        low, middle, high = (words.money(float(end)) for end in np.quantile(drawn, [0.1, 0.5, 0.9]))
        over = words.chance(found.plan.overspends(budget), len(drawn))
        yield (
            f"  The budget is held by the mean cost, {words.money(found.plan.cost_gbp)}; the median is {middle}, and "
            f"80% of draws {low} to {high}. Chance to cost more than {words.money(budget)}: {over}."
        )


def _elsewhere_lines(found: Optimised) -> Iterator[str]:
    """Yield what the plan does with foster places the other way."""
    if not any(found.plan.plan):
        return
    other = found.elsewhere
    head = f"  With foster places {_PLACES[other.foster_places]} in place of {_PLACES[found.foster_places]}, it "
    if other.outcome is None:
        yield f"{head}cannot be had."
        return
    mean = {name: float(over_states(values).mean()) for name, values in other.outcome.values.items()}
    cost = words.money(float(other.outcome.expected_cost.sum()))
    yield (
        f"{head}costs {cost}; {words.money(mean['npv'])} is saved less cost, and {words.count(mean['care_years'])} "
        f"care-years and {words.count(mean['home_years'])} years in homes are avoided. The record does not say which "
        "is so."
    )


def _idle(found: Optimised) -> Iterator[str]:
    """Yield what money buys nothing with: the next pound of a programme in the plan does nothing for children."""
    for one, pick in zip(found.next_money, found.plan.plan, strict=True):
        moved = max(abs(one.mean("care_years")), abs(one.mean("home_years")))
        if pick is not None and moved < 1e-3:
            more = words.money(found.asked.next_gbp)
            yield f"{more} more for {one.lever.name} moves no child: what it would buy is not there, or stands empty"
    left = found.asked.budget_gbp - found.plan.cost_gbp
    if left > 0.01 * found.asked.budget_gbp:
        yield f"{words.money(left)} of the budget is not spent, as nothing found does better with it"


def _next_lines(found: Optimised) -> Iterator[str]:
    for places, each in _both_ways(found):
        for one in each:
            gain = one.outcome["npv"]
            if np.isnan(gain).any():
                continue
            ends = np.quantile(over_states(gain), [0.1, 0.5, 0.9])
            low, middle, high = (words.money(float(end)) for end in ends)
            spread = f" (median {middle}, 80% {low} to {high})" if len(gain) > 1 else ""
            yield (
                f"{words.money(found.asked.next_gbp)} more for {one.lever.name}, foster places {_PLACES[places]}: "
                f"{words.money(one.mean('npv'))}{spread} saved less cost, {_number(one.mean('care_years'))} care-years "
                f"and {_number(one.mean('home_years'))} years in homes avoided"
            )
    best = found.shadow_price
    if best is not None:
        more = words.money(found.asked.next_gbp)
        yield f"The shadow price of {more} is that of {best.lever.name}, {best.score:,.4g} of the objective"


def _number(value: float) -> str:
    """Write a gain, which of a million can be a part of one."""
    return f"{value:,.3g}" if abs(value) < 100.0 else words.count(value)


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
