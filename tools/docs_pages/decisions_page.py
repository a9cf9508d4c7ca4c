"""docs/decisions.md: what a budget buys, what would hold numbers, where the next pound goes, and what would tell."""

from __future__ import annotations

import shlex
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np
from scipy.special import ndtri

from docs_pages.decision_pictures import held_chart, next_chart
from docs_pages.markdown import table
from simulator.decisions.decision_charts import worth_bars
from simulator.decisions.frontier_chart import frontier_chart
from simulator.decisions.levers import combined
from simulator.decisions.optimise import Asked, NextMoney, Optimised, optimise
from simulator.decisions.pilot_answer import PilotAnswer
from simulator.decisions.pilot_charts import power_by_ratio
from simulator.decisions.pilot_power import WANTED_POWER
from simulator.decisions.value_of_information import Information, PilotWorth
from simulator.outputs.charts import Chart, save, words
from simulator.outputs.charts.headline import signed
from simulator.runs.engines import default_engine
from simulator.runs.simulate import simulate
from simulator.runs.solve import Solution, Surety, Target, Unknown, Unsolvable, solve
from simulator.scenario import LoadedScenario, load

HELP, FOSTER = "family-help-national", "foster-plan-10000"
SCENARIOS = (HELP, FOSTER)
BUDGET_GBP, NEXT_GBP = 200e6, 100e6
DRAWS = 10
BUDGETS = (0.0, 100e6, 200e6, 400e6, 1_000e6, 2_600e6, 4_000e6)
LATEST = 2026

HELD = "children<=80000@2030-03"
RATIO = "interventions.family-help.effect.risk_ratio"
BOUNDS = (0.3, 1.0)
SURE = (0.5, 0.8)
HELD_DRAWS = 40
PAYS = "npv=0@2025-26..2034-35"

_HEAD = """\
# Decisions

Written by `tools/make_docs.py`. Each answer is computed by the command above it, which gives tables and charts as well.
Read all of it with this in mind:

- **The effects are judged.** Family help is taken to leave 0.90 of starts at the ages it is for, between the best matched
  study (0.68) and slight harm (1.05). What a foster approval costs, nobody has published.
- **It is money and places, and no appraisal.** Fewer children in care, or in homes, is not a benefit by itself: what
  children and families gain or lose, and who stays unsafe, is in none of these figures. Net present value is what central
  government and councils save less what they pay, and part of what is saved is never cash in hand.
- **No optimism bias is added** to costs, to times or to effects, beyond what the scenarios' own intervals hold.
- **A budget** is in real pounds of all years of the run; what comes after the run is not counted.
- **The model could be built otherwise.** Under some [structural switches](sensitivity.md#every-verdict-under-structural-switches)
  verdicts turn their sign; no interval on this page holds that.

Few draws are run for this page, so intervals are rough.
"""  # noqa: E501


def decisions_page(folder: Path, pilots: Mapping[str, PilotAnswer], evidence: Information) -> str:
    """Return the page, and draw its charts into a folder.

    Parameters
    ----------
    folder : Path
    pilots : mapping of str to PilotAnswer
        What the strategy's pilots could show, by what they are called.
    evidence : Information
        What it is worth to know more of the roll-out of family help.
    """
    loaded = combined([load(name) for name in SCENARIOS])
    found = optimise(
        loaded,
        Asked(
            BUDGET_GBP, {"care_years": 1.0}, draws=DRAWS, latest_start=LATEST, frontier_gbp=BUDGETS, next_gbp=NEXT_GBP
        ),
    )
    return _filled(
        [
            _HEAD,
            _enough(found, _drawn(frontier_chart(found, loaded.scenario.name), folder, "decisions-frontier")),
            _held(load(HELP), folder),
            _next(found, load(FOSTER), folder),
            _pilots(pilots, _drawn(power_by_ratio(next(iter(pilots.values()))), folder, "decisions-pilots")),
            _evidence(evidence, _drawn(worth_bars(evidence, load(HELP).scenario.name), folder, "decisions-evidence")),
        ]
    )


def _filled(parts: Sequence[str]) -> str:
    """Join parts of the page, with the lines of each paragraph filled; tables, lists, pictures and code stay."""
    blocks = "\n".join(parts).strip().split("\n\n")
    plain = (block if block.startswith(_AS_THEY_ARE) else textwrap.fill(block, 120, **_WHOLE) for block in blocks)
    return "\n\n".join(block.strip() for block in plain) + "\n"


_AS_THEY_ARE = ("#", "|", "!", "`", "-")
_WHOLE: dict[str, bool] = {"break_long_words": False, "break_on_hyphens": False}


def _drawn(chart: Chart | None, folder: Path, name: str) -> str:
    """Draw a chart into a folder; return the line of Markdown that shows it."""
    assert chart is not None
    with tempfile.TemporaryDirectory() as made:
        copyfile(save(chart, made, name)[1], folder / f"{name}.png")
    alt = " ".join(chart.alt.replace("[", "(").replace("]", ")").split())
    return f"![{alt}]({name}.png)"


def _command() -> str:
    said = ["care-demand", "optimise", *SCENARIOS, "--budget", f"{BUDGET_GBP:.0f}", "--draws", str(DRAWS)]
    return shlex.join([*said, "--latest-start", str(LATEST)])


_ORDER = ("care_years", "home_years", "npv")
_HEADS = ("Budget", "Spent", "Child-years in care avoided", "In homes avoided", "Saved less cost, present value")


def _interval(values: np.ndarray, write: object) -> str:  # type: ignore[type-arg]
    assert callable(write)
    low, high = np.quantile(values[1:], [0.1, 0.9])
    return f"{write(float(values[1:].mean()))} ({write(float(low))} to {write(float(high))})"


def _write(name: str) -> object:
    return words.money if name == "npv" else words.count


def _enough(found: Optimised, picture: str) -> str:
    rows = [
        [
            words.money(budget),
            words.money(one.cost_gbp),
            *(_interval(one.outcome.values[name], _write(name)) for name in _ORDER),
        ]
        for budget, one in found.frontier
    ]
    values = found.plan.outcome.values
    plan, pays = values["care_years"][1:], values["npv"][1:]
    children = float(plan.mean()) / len(found.years)
    taken = " and ".join(
        f"*{lever.title}* at {pick.level:.0%} of what is announced"
        for lever, pick in zip(found.levers, found.plan.plan, strict=True)
        if pick is not None
    )
    return f"""\
## Is £200m enough?

```text
{_command()}
```

{picture}

To be seen in the number of children in care, no. The plan found that avoids most child-years in care on average for
{words.money(BUDGET_GBP)}, {taken}, avoids {_interval(values["care_years"], words.count)} child-years in care over
{len(found.years)} years (mean, and 80% of {DRAWS} draws). That is {words.count(children)} children at a time of some
80,000.

**How sure.** The interval holds none and some harm: in {(plan < 0.0).mean():.0%} of draws there are more children in
care with it, and in {(pays < 0.0).mean():.0%} it costs more than it saves. "Best" is of two programmes and by the
mean; by another objective it is another plan.

**What would change it.** Evidence on what family help does to starts. {_pays()}

{table(_HEADS, rows, 5)}

Best plans by mean child-years in care avoided; the frontier cannot fall, as a plan for less is one for more.
"""


def _pays() -> str:
    """Say from which effect on the whole roll-out pays for itself."""
    loaded = load(HELP)
    low, high = BOUNDS
    try:
        unknown = Unknown.parse(f"{RATIO}={low}..{high}", loaded.scenario)
        ratio = solve(loaded, Target.parse(PAYS), unknown).value
    except Unsolvable as none:
        return f"The whole roll-out never pays for itself within the run: {none.what}."
    return (
        f"The whole roll-out pays for itself within the run if the ratio is {ratio:.2f} or less (central run; 0.90 is "
        "assumed, and its money is taken to be all new)."
    )


def _held(loaded: LoadedScenario, folder: Path) -> str:
    engine = default_engine(draws=HELD_DRAWS, areas=1, chance=False)
    low, high = BOUNDS
    unknown, target = Unknown.parse(f"{RATIO}={low}..{high}", loaded.scenario), Target.parse(HELD)
    found: dict[float, Solution] = {}
    lines = []
    for share in SURE:
        try:
            found[share] = solve(loaded, target, unknown, engine, sure=Surety(share, HELD_DRAWS))
            prevented = 1 - found[share].value
            lines.append(
                f"- To be {share:.0%} sure, the help has to prevent {prevented:.0%} of starts at the ages it is for."
            )
        except Unsolvable as none:
            lines.append(f"- To be {share:.0%} sure: {none.what}.")
    said = "\n".join(lines)
    ratios = np.linspace(0.6, 1.0, 5)
    results = [
        simulate(loaded.at({RATIO: float(ratio)}), draws=HELD_DRAWS, engine=engine, workers=1) for ratio in ratios
    ]
    children = np.stack([target.of(one) for one in results])
    as_stated = float((children[-1, 1:] <= target.value).mean())
    picture = _drawn(
        held_chart(1.0 - ratios, children, target, {s: 1 - one.value for s, one in found.items()}), folder,
        "decisions-held",
    )  # fmt: skip
    return f"""\
## What would hold 80,000?

```text
care-demand solve {HELP} --target '{HELD}' --vary {RATIO}={low}..{high:g} --sure 0.8 --draws {HELD_DRAWS}
```

{picture}

With family help everywhere, of which it is certain here what it does, and all that drives numbers as uncertain as the
record says:

{said}

**How sure.** Studies of help run from 32% fewer starts to 5% more: what is needed to be {SURE[-1]:.0%} sure is near the
best that was ever found, and not what to expect. The distance between the two lines is not about the help: it is how
far starts and stays stray by themselves. With help that prevents nothing, {as_stated:.0%} of {HELD_DRAWS} draws keep to
80,000 all the same.

**What would change it.** Another course of starts than the past's (a new law, or arrivals) is in no draw. And a
number is not what anybody should hold for its own sake: it can be held by help, or by not taking in children who are
not safe.
"""


def _next(found: Optimised, foster: LoadedScenario, folder: Path) -> str:
    rows = [
        [one.lever.title, _interval(one.outcome["care_years"], words.count),
         _interval(one.outcome["home_years"], words.count), _interval(one.outcome["npv"], words.money)]
        for one in found.next_money
    ]  # fmt: skip
    more = words.money(found.asked.next_gbp)
    heads = (f"{more} more for", "Child-years in care avoided", "In homes avoided", "Saved less cost, present value")
    best = {name: max(found.next_money, key=lambda one: _gain(one, name)) for name in _ORDER}
    titles = {name: f"*{one.lever.title}*" for name, one in best.items()}
    verdict = (
        f"{titles['care_years']} does most by all three figures."
        if len(set(titles.values())) == 1
        else f"It depends on what for. {titles['care_years']} keeps most children out of care, and {titles['npv']} "
        "saves most money; which is better is not for a model to say."
    )
    return f"""\
## Where should the next £100m go?

{_drawn(next_chart(found), folder, "decisions-next")}

Beside the plan for {words.money(BUDGET_GBP)}, {more} more for each programme alone does this (means of {DRAWS} draws,
and 80% of them), each run in full:

{table(heads, rows, 3)}

{verdict} {_approvals(found, foster)}

**How sure.** That foster places are limited, so that children live in homes for want of them, is a structural
assumption, and where places are found as needed recruitment moves nobody and saves nothing. Who approves more carers
than have ever been on record in a year is not said either.

**What would change it.** A published cost of an approval; how many of the children in homes a foster home would be
right for, which one survey of 113 children is all there is on; and for family help, the same evidence as above.
"""


def _approvals(found: Optimised, foster: LoadedScenario) -> str:
    """Say what recruitment saves, on what judged cost, and up to which cost of an approval it would pay."""
    [one] = [more for more in found.next_money if more.lever.name == "foster-plan"]
    [judged] = [x.distribution for x in foster.parameters if x.key.endswith("cost_per_approval_gbp")]
    low, middle, high = (f"£{float(value):,.0f}" for value in judged.ppf(np.array([0.1, 0.5, 0.9])))
    saved, cost = one.mean("npv"), float(one.cost_gbp[1:].mean())
    times = 1.0 + saved / cost
    each = f"£{round(times * float(judged.ppf(np.array([0.5]))[0]), -4):,.0f}"
    verb = "saves" if saved > 0.0 else "loses"
    return (
        f"Recruitment {verb} {words.money(abs(saved))} more than it costs on average "
        f"({signed(float(one.outcome['npv'][0]), words.money)} in the central run) on a judged cost of {middle} an "
        f"approval ({low} to {high}, and dearer as volume rises), where places are limited; it would break even if "
        f"approvals and all that goes with them cost {times:.0f} times as much, some {each} each, and still moved as "
        "many children."
    )


def _gain(one: NextMoney, name: str) -> float:
    value = one.mean(name)
    return value if value == value else -np.inf


def _pilots(pilots: Mapping[str, PilotAnswer], picture: str) -> str:
    going_on, funded = (max(one.needs, key=lambda need: need.chance) for one in pilots.values())
    plan = next(iter(pilots.values())).plan
    needed = {one.design.label.lower(): one.areas_needed for one in next(iter(pilots.values())).needs}
    enough = [f"{areas} areas by {name}" for name, areas in needed.items() if areas is not None]
    more = (
        f"for a chance of {WANTED_POWER:.0%}, {words.listed(enough)}"
        if enough
        else f"but with {plan.years} years no number of areas has a chance of {WANTED_POWER:.0%}, by any design"
    )
    chance = max(going_on.chance, funded.chance)
    verdict = "Hardly" if chance < 0.5 else "Perhaps" if chance < WANTED_POWER else "Yes"
    return f"""\
## Could the pilots show it?

```text
care-demand pilot-power --areas {plan.number} --ratio {plan.ratio:g} --years {plan.years}
```

{picture}

{verdict}. If the help of the strategy's {plan.number} areas leaves {plan.ratio:g} of starts, and goes on, the best
design ({going_on.design.label.lower()}) has a chance of {going_on.chance:.0%} to show it within {plan.years} years;
as the pilots were funded, {funded.chance:.0%}. What it would show with a chance of {WANTED_POWER:.0%} is a ratio of
{_ratio(going_on.smallest_ratio)}. So a pilot that finds nothing is no sign that there is nothing.

**How sure.** Noise is that of {next(iter(pilots.values())).noise.authorities} authorities' own starts; where there
was no pilot, the test finds one in {_percent(going_on.false_alarms)} of draws of the record, where 5% is meant; and
chances are those of thousands of simulated pilots of single children, within three points. If the effect was there at
once and on every start, the chance would be {going_on.chance_at_best:.0%}.

**What would change it.** More areas, {more}. An outcome nearer to the help, such as starts of the children who were
referred, which no published record tells the noise of. All of it is in [pilot-power.md](pilot-power.md).
"""


def _ratio(value: float) -> str:
    return "none" if value != value else f"{value:.2f}"


def _percent(value: float) -> str:
    return "an unknown part" if value != value else f"{value:.1%}"


def _evidence(found: Information, picture: str) -> str:
    seen = [one for one in found.worths if one.seen and not one.group]
    first = seen[0] if seen else None
    what = (
        "no single number is seen to be worth anything"
        if first is None
        else f"knowing the ratio of starts alone, {words.money(first.evppi_gbp)}"
        if first.name.startswith("effect risk ratio")
        else f"knowing {first.name} alone, {words.money(first.evppi_gbp)}"
    )
    best = found.options[found.best]
    chance = float(found.chances_best[found.best])
    option = "doing nothing" if found.best == 0 else f"`{best}`"
    asked = " ".join(f"--pilot {one.pilot.areas}x{one.pilot.years}" for one in found.pilots)
    said = "\n".join(f"- {_pilot_said(one)}" for one in found.pilots)
    errors = words.listed([f"{one.standard_error:.2f} with {one.pilot.areas} areas" for one in found.pilots])
    [prior] = [one.distribution for one in load(HELP).parameters if one.key == found.measured]
    low, high = np.log(prior.ppf(np.array([0.1, 0.9])))
    before = float(high - low) / (2.0 * float(ndtri(0.9)))
    return f"""\
## What is better evidence worth?

```text
care-demand voi {" ".join(found.options[1:])} {asked} --draws {found.draws}
```

{picture}

By money alone, {option} is best on average, and in {chance:.0%} of {found.draws} draws. Knowing everything before the
decision would be worth {words.money(found.evpi_gbp)} (standard error {words.money(found.evpi_error_gbp)}), for
{found.horizon}; {what}. A pilot first tells part of it, and is not free:

{said}

**How sure.** The sign of a pilot's worth can hang on how waiting is counted. Where only the years of the run count, a
programme that comes later has fewer of them, and waiting takes away most; counted for as many years, it costs time
alone. A pilot measures here as in the section
above: the standard error of its log ratio is {errors}, where before it the ratio is uncertain by {before:.2f} (standard
deviation).

**What would change it.** The prior: a ratio that is less uncertain than "between the best study and slight harm"
makes evidence worth less. What children gain is in none of it: with a value of it that makes the roll-out right in
every draw, evidence on money would be worth nothing. Chances that a real pilot can show the effect at all are above.
"""


def _pilot_said(one: PilotWorth) -> str:
    years = "year" if one.pilot.years == 1 else "years"
    money = {
        name: signed(value, words.money)
        for name, value in (
            ("evsi", one.evsi_gbp), ("fixed", -one.delay_gbp), ("moved", -one.moved_gbp), ("own", one.own_gbp),
            ("net", one.net_gbp), ("net_moved", one.net_moved_gbp),
        )
    }  # fmt: skip
    return (
        f"{one.pilot.areas} areas for {one.pilot.years} {years}: {money['evsi']} for what it finds, {money['own']} in "
        f"its own areas, {money['moved']} to {money['fixed']} for a delay of {one.delay_years} years; together "
        f"{money['net']} to {money['net_moved']}."
    )
