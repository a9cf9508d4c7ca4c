"""What workers do for the view of decisions: a tornado, a frontier of budgets and a pilot, each as plain functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.outputs.svg.bars_across import Bar, draw_bars
from simulator.web.drafts import read_drafts
from simulator.web.ongoing import Answer, Kept, answered, page_engine
from simulator.web.page_state import PageState

MOST_RUNS = 1_500
"""Model runs that an answer may take: as many as a server has time for. The command line has no such limit."""

BUDGETS_GBP = (50e6, 100e6, 200e6, 400e6, 1_000e6, 2_600e6)

SHOWN = 12
"""Bars of a tornado, at most."""


def tornado(kept: Kept, state: Mapping[str, Any], figure: str, width: float) -> Answer:
    """Return how far a figure of the scenario that is shown goes with each input alone at its low and high end."""
    from simulator.decisions.decision_charts import tornado_bars, written_as
    from simulator.decisions.figures_at_points import AskedOfPoints
    from simulator.decisions.sensitivity import TORNADO_ENDS, tornado_of
    from simulator.outputs.charts import words

    def work() -> Answer:
        page = PageState.of(state)
        loaded = read_drafts(page, kept.council)[page.at]
        central, ends = tornado_of(AskedOfPoints(loaded, engine=page_engine()))
        names = [one.name for one in central.asked]
        at = names.index(figure) if figure in names else len(names) - 1
        asked, middle = central.asked[at], float(central.values[0, at])
        wide = sorted(ends, key=lambda name: -abs(ends[name][1, at] - ends[name][0, at]))
        moved = {name: ends[name][:, at] for name in wide if abs(ends[name][1, at] - ends[name][0, at]) > 0.0}
        bars = tornado_bars(asked, middle, dict(list(moved.items())[:SHOWN]))
        held = f", against {central.against}" if asked.difference else ""
        sentence = (
            f"{asked.words}{held}: {written_as(asked, middle)} in the central run. With one input at a time at its "
            f"{TORNADO_ENDS[0]}th percentile (blue) and its {TORNADO_ENDS[1]}th (orange): "
            f"{words.listed([f'{one.name} {one.said}' for one in bars[:3]])}."
        )
        return {
            "scenario": loaded.scenario.name,
            "figure": asked.name,
            "figures": [{"name": one.name, "words": one.words} for one in central.asked],
            "sentence": sentence,
            "svg": draw_bars(bars, middle, sentence, width=width),
            "columns": ["Input", "Low end", "High end"],
            "rows": [[name, *(written_as(asked, float(end)) for end in both)] for name, both in moved.items()],
        }

    return answered(_said(work))


def frontier(kept: Kept, state: Mapping[str, Any], objective: str, width: float) -> Answer:
    """Return what the best plan found for each of some budgets comes to, of the programmes of the scenario shown."""
    from simulator.decisions.levers import levers
    from simulator.decisions.optimise import Asked, optimise, runs_budget
    from simulator.decisions.plan_runs import OUTCOMES
    from simulator.interventions.fields import Wrong
    from simulator.outputs.charts import words

    def work() -> Answer:
        page = PageState.of(state)
        loaded = read_drafts(page, kept.council)[page.at]
        aim = objective if objective in OUTCOMES else "care_years"
        asked = Asked(BUDGETS_GBP[-1], {aim: 1.0}, latest_start=loaded.scenario.base + 1, frontier_gbp=BUDGETS_GBP)
        offered = levers(loaded, {}, asked.latest_start)
        runs = runs_budget(offered, asked)
        if runs > MOST_RUNS:
            raise Wrong(f"{len(offered)} programmes take up to {runs:,} runs", "fewer here, or care-demand optimise")
        found = optimise(loaded, asked, engine=page_engine())
        write = words.money if aim == "npv" else words.count
        bars, rows = [], []
        for budget, one in found.frontier:
            values = {name: float(one.outcome.values[name][0]) for name in OUTCOMES}
            bars.append(Bar(words.money(budget), ((0.0, values[aim], "dark_blue"),), write(values[aim])))
            rows.append([words.money(budget), words.money(one.cost_gbp), words.count(values["care_years"]),
                         words.count(values["home_years"]), words.money(values["npv"])])  # fmt: skip
        sentence = (
            f"{_AIMS[aim]}, by budget in real pounds, best plans found, central run: "
            f"{words.listed([f'{one.name} {one.said}' for one in bars])}. Fewer children in care is no benefit "
            "by itself."
        )
        return {
            "scenario": loaded.scenario.name,
            "objective": aim,
            "objectives": [{"name": name, "words": said} for name, said in _AIMS.items()],
            "sentence": sentence,
            "svg": draw_bars(bars, 0.0, sentence, width=width),
            "columns": ["Budget", "Spent", "Child-years in care avoided", "In homes avoided", "Saved less cost"],
            "rows": rows,
        }

    return answered(_said(work))


_AIMS = {
    "care_years": "Child-years in care avoided",
    "home_years": "Child-years in children's homes avoided",
    "npv": "Saved less cost at present value",
}


def pilot(kept: Kept, areas: int, ratio: float, years: int, width: float) -> Answer:
    """Return how likely pilots of each design are to show an effect on starts."""
    from simulator.decisions.pilot_design import designs
    from simulator.decisions.pilot_effect import shipped_help
    from simulator.decisions.pilot_noise import study_areas
    from simulator.decisions.pilot_plan import PilotError, PilotPlan
    from simulator.interventions.fields import Wrong

    del kept  # a pilot is of no scenario

    def work() -> Answer:
        steps = min(3, max(years, 2))
        every = designs(steps)
        plan = PilotPlan(areas, len(study_areas()), tuple(every), ratio, years, years, steps, shipped_help())
        try:
            plan.check()
        except PilotError as error:
            raise Wrong("; ".join(str(error).splitlines()), "") from error
        bars, rows = [], []
        for one in plan.chosen:
            study = plan.study(one)
            chance, smallest = float(study.power(np.array([ratio]))[0]), study.smallest_ratio()
            said = f"{chance:.0%}"
            bars.append(Bar(one.label, ((0.0, 100.0 * chance, "dark_blue"),), said))
            rows.append([one.label, said, "none" if smallest != smallest else f"{smallest:.2f}"])
        sentence = (
            f"The chance that a pilot in {areas} areas drawn by lot shows a ratio of {ratio:g} within {years} years, "
            f"for {plan.help.in_words}: {'; '.join(f'{one.name} {one.said}' for one in bars)}. A pilot that was not "
            "likely to show an effect, and shows none, has said little."
        )
        bars.append(Bar("Asked of trials", ((0.0, 80.0, "mid_grey"),), "80%"))
        return {
            "sentence": sentence,
            "svg": draw_bars(bars, 0.0, sentence, width=width),
            "columns": ["Design", "Chance", "Smallest ratio shown with a chance of 80%"],
            "rows": rows,
        }

    return answered(_said(work))


def _said(work: Any) -> Any:
    """Turn what cannot be asked into a problem, as of a scenario."""
    from simulator.interventions.fields import Wrong
    from simulator.scenario import Problem, ScenarioError

    def asked() -> Answer:
        try:
            found: Answer = work()
        except Wrong as wrong:
            raise ScenarioError([Problem("0:", 0, 0, "", wrong.what, wrong.allowed)]) from wrong
        return found

    return asked
