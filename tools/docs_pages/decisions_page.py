"""docs/decisions.md: what a budget buys, what would hold numbers, and where the next pound goes."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from shutil import copyfile

import numpy as np

from docs_pages.markdown import table
from simulator.decisions.frontier_chart import frontier_chart
from simulator.decisions.levers import combined
from simulator.decisions.optimise import Asked, NextMillion, Optimised, optimise
from simulator.outputs.charts import save, words
from simulator.runs.engines import default_engine
from simulator.runs.solve import Surety, Target, Unknown, Unsolvable, solve
from simulator.scenario import LoadedScenario, load

SCENARIOS = ("family-help-national", "foster-plan-10000")
BUDGET_GBP = 200e6
DRAWS = 10
BUDGETS = (0.0, 100e6, 200e6, 400e6, 1_000e6, 2_600e6, 4_000e6)
LATEST = 2026

HELD = "children<=80000@2030-03"
VARIED = "interventions.family-help.effect.risk_ratio=0.3..1"
SURE = (0.5, 0.8)

_HEAD = """\
# Decisions

Written by `tools/make_docs.py`. Each answer is computed by the command above it, which gives tables and charts as well.
All of them rest on judged effects: the ratio of family help is between the best matched study and slight harm, and
nobody has published what a foster approval costs. A budget is in real pounds of all years of the run; what comes after
the run is not counted. Fewer children in care, or in homes, is not a benefit by itself, and nothing here says how
children fare. Few draws are run for this page, so intervals are rough.
"""


def decisions_page(folder: Path) -> str:
    """Return the page, and draw its chart into a folder."""
    loaded = combined([load(name) for name in SCENARIOS])
    found = optimise(
        loaded,
        Asked(BUDGET_GBP, {"care_years": 1.0}, draws=DRAWS, latest_start=LATEST, frontier_gbp=BUDGETS),
    )
    drawn = frontier_chart(found, loaded.scenario.name)
    assert drawn is not None
    with tempfile.TemporaryDirectory() as made:
        copyfile(save(drawn, made, "frontier")[1], folder / "decisions-frontier.png")
    parts = [_HEAD, _enough(found, drawn.alt), _held(load("family-help-national")), _next(found)]
    return "\n".join(parts)


def _command() -> str:
    said = ["care-demand", "optimise", *SCENARIOS, "--budget", f"{BUDGET_GBP:.0f}", "--draws", str(DRAWS)]
    return shlex.join([*said, "--latest-start", str(LATEST)])


def _enough(found: Optimised, alt: str) -> str:
    rows = [
        [
            words.money(budget),
            words.money(one.cost_gbp),
            *(_interval(one.outcome.values[name], name) for name in _ORDER),
        ]
        for budget, one in found.frontier
    ]
    plan = found.plan.outcome.values["care_years"][1:]
    children = float(plan.mean()) / len(found.years)
    avoided = _interval(found.plan.outcome.values["care_years"], "care_years")
    harm = float((plan < 0.0).mean())
    return f"""\
## Is £200m enough?

```text
{_command()}
```

![{alt}](decisions-frontier.png)

The best plan found for {words.money(BUDGET_GBP)} avoids {avoided} child-years in
care over {len(found.years)} years (mean, and 80% of {DRAWS} draws), which is {words.count(children)} children
at a time of some 80,000; in {harm:.0%} of draws there are more children in care with it, not fewer. What would change
the answer first is evidence on what family help does to starts.

{table(_HEADS, rows, 5)}

Best plans by mean child-years in care avoided; the frontier cannot fall, as a plan for less is one for more.
"""


_ORDER = ("care_years", "home_years", "npv")
_HEADS = ("Budget", "Spent", "Child-years in care avoided", "In homes avoided", "Saved less cost, present value")


def _interval(values: np.ndarray, name: str) -> str:  # type: ignore[type-arg]
    write = words.money if name == "npv" else words.count
    low, high = np.quantile(values[1:], [0.1, 0.9])
    return f"{write(float(values[1:].mean()))} ({write(float(low))} to {write(float(high))})"


def _held(loaded: LoadedScenario) -> str:
    engine = default_engine(draws=DRAWS, areas=1, chance=False)
    unknown, target = Unknown.parse(VARIED, loaded.scenario), Target.parse(HELD)
    lines = []
    for share in SURE:
        try:
            ratio = solve(loaded, target, unknown, engine, sure=Surety(share, 2 * DRAWS)).value
            lines.append(
                f"- To be {share:.0%} sure, the help has to prevent {1 - ratio:.0%} of starts at the ages it is for."
            )
        except Unsolvable as none:
            lines.append(f"- To be {share:.0%} sure: {none.what}.")
    said = "\n".join(lines)
    return f"""\
## What would hold 80,000?

```text
care-demand solve family-help-national --target '{HELD}' --vary {VARIED} --sure 0.8 --draws {2 * DRAWS}
```

With family help everywhere and all that drives numbers as uncertain as the record says:

{said}

Studies run from 32% fewer starts to 5% more. The distance between the two lines is not about the help, which is certain
here: it is how far starts and stays stray by themselves.
"""


def _next(found: Optimised) -> str:
    rows = [
        [one.lever.title, words.count(100 * one.outcome["care_years"]), words.count(100 * one.outcome["home_years"]),
         words.money(100 * one.outcome["npv"])]
        for one in found.next_million
    ]  # fmt: skip
    heads = (
        "A hundred times the next million for",
        "Child-years in care avoided",
        "In homes avoided",
        "Saved less cost",
    )
    best = {name: max(found.next_million, key=lambda one: _gain(one, name)).lever.title for name in _ORDER}
    same = len(set(best.values())) == 1
    verdict = (
        f"*{best['care_years']}* does most by all three."
        if same
        else f"*{best['care_years']}* keeps most children out of care, and *{best['npv']}* saves most: which "
        "is better is not for a model to say."
    )
    return f"""\
## Where should the next £100m go?

Beside the plan for {words.money(BUDGET_GBP)}, a million more does, times a hundred (means of {DRAWS} draws):

{table(heads, rows, 3)}

{verdict} Returns fall: foster homes beyond those whom children would
move to stand empty, so a hundred millions do less than a hundred times the first. That foster places are limited at all
is assumed; where they are found as needed, recruitment moves nobody.
"""


def _gain(one: NextMillion, name: str) -> float:
    value = one.outcome[name]
    return value if value == value else -np.inf
