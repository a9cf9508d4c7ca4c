"""What workers do for the view of decisions: a tornado, a frontier of budgets, a pilot and an appraisal.

Each is a plain function, whose answer has a sentence, a picture, and a table as a caption, columns and rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.outputs.svg.bars_across import Bar, draw_bars
from simulator.scenario import Problem, ScenarioError
from simulator.web.drafts import read_drafts
from simulator.web.ongoing import Answer, Kept, answered, page_engine
from simulator.web.page_state import PageState
from simulator.web.views import NARROWEST

if TYPE_CHECKING:
    from simulator.decisions.appraisal import Appraisal
    from simulator.decisions.appraisal_runs import AppraisalRuns

MOST_RUNS = 1_500
"""Model runs that an answer may take: as many as a server has time for. The command line has no such limit."""

BUDGETS_GBP = (50e6, 100e6, 200e6, 400e6, 1_000e6, 2_600e6)

SHOWN = 12
"""Bars of a tornado, at most."""

APPRAISAL_DRAWS = 16
"""Draws of an appraisal: both rules for places take 170 runs with them, which is more than a second of processor."""

ENDS_AND_MIDDLE = 3
"""Values of a number of programmes at which an appraisal looks for a change of sign: both ends, and between them."""

NEAREST = 4
"""Numbers whose switching value an appraisal tells, at most."""


MEDIANS_DIFFER = "Medians of draws, which the page of a scenario gives, differ from its central run."


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
            f"{words.listed([f'{one.name} {one.said}' for one in bars[:3]])}. {MEDIANS_DIFFER}"
        )
        return {
            "scenario": loaded.scenario.name,
            "figure": asked.name,
            "figures": [{"name": one.name, "words": one.words} for one in central.asked],
            "sentence": sentence,
            **_pictures(bars, middle, sentence, width),
            "caption": f"{asked.words}, by input at its low and high end",
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
            f"by itself. {MEDIANS_DIFFER}"
        )
        return {
            "scenario": loaded.scenario.name,
            "objective": aim,
            "objectives": [{"name": name, "words": said} for name, said in _AIMS.items()],
            "sentence": sentence,
            **_pictures(bars, 0.0, sentence, width),
            "caption": "Best plans found, by budget",
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

    del kept  # a pilot is of no scenario

    def work() -> Answer:
        steps = min(3, max(years, 2))
        every = designs(steps)
        plan = PilotPlan(areas, len(study_areas()), tuple(every), ratio, years, years, steps, shipped_help())
        try:
            plan.check()
        except PilotError as error:
            raise ScenarioError(map(_of_option, str(error).splitlines())) from error
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
            **_pictures(bars, 0.0, sentence, width),
            "caption": "Pilots, by design",
            "columns": ["Design", "Chance", "Smallest ratio shown with a chance of 80%"],
            "rows": rows,
        }

    return answered(_said(work))


def _of_option(line: str) -> Problem:
    """Return what is wrong with an option of the command as a problem with the field of that name."""
    what, _, allowed = line.removeprefix("--").partition(": allowed: ")
    option = what.partition(" ")[0].rstrip(":")
    return Problem("0:", 0, 0, option, what.replace(":", "", 1), allowed)


def appraisal(kept: Kept, state: Mapping[str, Any], width: float) -> Answer:
    """Return what the programmes of the scenario shown cost and save, before and after uplifts, and who bears it."""
    from simulator.decisions.appraisal import appraise, middle_of_draws
    from simulator.decisions.appraisal_charts import step_bars
    from simulator.decisions.appraisal_runs import AppraisalRuns
    from simulator.decisions.appraisal_study import of_one_area
    from simulator.decisions.optimism import Optimism
    from simulator.decisions.write_appraisal import perspective_grid
    from simulator.outputs.charts import words
    from simulator.outputs.charts.headline import signed
    from simulator.outputs.charts.verdicts import REGIMES

    def work() -> Answer:
        page = PageState.of(state)
        loaded = read_drafts(page, kept.council)[page.at]
        runs = AppraisalRuns(loaded, draws=APPRAISAL_DRAWS, engine=page_engine())
        of_one_area(runs)
        turning = _turning(runs)
        found = appraise(runs, Optimism.usual())
        places = [REGIMES[regime.limited] for regime in found.regimes]
        steps = _steps(found)
        verdicts = [
            f"{steps[0][at]} as stated and {steps[-1][at]} with all uplifts for optimism, {place}"
            for at, place in zip((1, 3), places, strict=True)
        ]
        sentence = (
            f"Net present value, by {runs.years[-1]}, against the same without its programmes: {'; '.join(verdicts)}. "
            f"Medians of {runs.draws} draws, with 80% of them in brackets: of so few, all are rough. Fewer children "
            "in care is no benefit by itself."
        )
        bars = step_bars(found, lambda one: signed(middle_of_draws(one), words.money))
        prices = f"real {loaded.scenario.price_year}, present value {runs.years[0]}"
        return {
            "scenario": loaded.scenario.name,
            "sentence": sentence,
            **_pictures(bars, 0.0, sentence, width),
            "caption": f"Net present value before and after each uplift ({prices})",
            "columns": ["Uplift", *(said for place in places for said in (place.capitalize(), "Pays in"))],
            "rows": steps,
            "more": [
                {
                    "caption": "Who bears it, as stated; a gain to whoever bears it is positive",
                    "columns": ["Line", "Kind", *(place.capitalize() for place in places)],
                    "rows": [
                        [line.strip(), kind or ("cost" if line.startswith(" ") else "in all"), *cells]
                        for line, kind, *cells in perspective_grid(found)[1:]
                    ],
                },
                {
                    "caption": f"Numbers of the programmes that change the sign alone, {places[0]}: the nearest, by "
                    "the central run",
                    "columns": ["Number", "Stated", "Just pays at", "Percentile"],
                    "rows": turning or [["None", "", "", ""]],
                },
            ],
        }

    return answered(_said(work))


def _steps(found: Appraisal) -> list[list[str]]:
    """Return net present value with each uplift, and in which share of draws it is above nought, under each rule."""
    from simulator.decisions.appraisal_charts import told
    from simulator.decisions.optimism import STEPS
    from simulator.decisions.write_appraisal import chance_pays

    def cells(step: str) -> Iterator[str]:
        for regime in found.regimes:
            yield told(found.net_present_value(regime, step))
            yield f"{chance_pays(found, regime, step):.0%} of draws"

    return [[step.name.capitalize(), *cells(step.name)] for step in STEPS]


def _turning(runs: AppraisalRuns) -> list[list[str]]:
    """Return which numbers of the programmes change the sign by themselves, as stated, and at which value."""
    from simulator.decisions.appraisal_runs import at_regime
    from simulator.decisions.switching_values import RUNS_TO_NARROW, axes, switching
    from simulator.decisions.write_appraisal import switching_row
    from simulator.interventions.fields import Wrong

    numbers = [one for one in axes(runs) if one.programmes_alone]
    most = sum(len(one.grid(ENDS_AND_MIDDLE)) for one in numbers) + NEAREST * RUNS_TO_NARROW // 2
    if most > MOST_RUNS:
        raise Wrong(f"its {len(numbers)} numbers take up to {most:,} runs", "fewer here, or care-demand appraise")
    found = switching(runs, limited=at_regime(runs.loaded)[0], many=numbers, scan=ENDS_AND_MIDDLE, most=NEAREST)
    rows = [switching_row(one) for one in found.found if one.switches]
    if np.isfinite(found.cost_multiple):
        rows.insert(
            0, ["cost of all programmes, times what is stated", "1", f"{max(found.cost_multiple, 0.0):.2f}", ""]
        )
    named = [(name.strip(), cells) for name, *cells in rows]
    return [[f"{name[:1].upper()}{name[1:]}", *cells] for name, cells in named]


def _pictures(bars: Sequence[Bar], middle: float, sentence: str, width: float) -> dict[str, str]:
    """Return a chart as wide as is asked, and one for a narrow screen, on which shrunk text could not be read."""
    return {
        "svg": draw_bars(bars, middle, sentence, width=width),
        "narrow": draw_bars(bars, middle, sentence, width=NARROWEST),
    }


def _said(work: Any) -> Any:
    """Turn what cannot be asked into a problem, as of a scenario."""
    from simulator.interventions.fields import Wrong

    def asked() -> Answer:
        try:
            found: Answer = work()
        except Wrong as wrong:
            raise ScenarioError([Problem("0:", 0, 0, "", wrong.what, wrong.allowed)]) from wrong
        return found

    return asked
