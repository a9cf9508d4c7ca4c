"""docs/decisions.md: what a budget buys, what would hold numbers, where the next pound goes, and what would tell."""

from __future__ import annotations

import csv
import shlex
import tempfile
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np
from click.testing import CliRunner
from scipy.special import ndtri

from docs_pages.decision_pictures import held_chart, next_chart
from docs_pages.markdown import table
from simulator.cli.main import cli
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
from simulator.runs.solve import Solution, Surety, Target, Trials, Unknown, Unsolvable, solve
from simulator.scenario import LoadedScenario, load

HELP, FOSTER = "family-help-national", "foster-plan-10000"
SCENARIOS = (HELP, FOSTER)
BUDGET_GBP, NEXT_GBP = 200e6, 100e6
DRAWS = 100
"""Of which means and medians are told; a share of them is told with the error of counting them."""
BUDGETS = (0.0, 100e6, 200e6, 400e6, 1_000e6, 2_600e6, 4_000e6)
LATEST = 2026

HELD = "children<=80000@2030-03"
RATIO = "interventions.family-help.effect.risk_ratio"
BOUNDS = (0.6, 1.0)
SURE = (0.5, 0.8)
HELD_DRAWS = 400
PAYS = "npv=0@2025-26..2034-35"
APPROVAL = "interventions.foster-plan.cost_per_approval_gbp"
APPROVALS_GBP = (0.0, 1_000_000.0)

_HEAD = """\
# Decisions

Written by `tools/make_docs.py`. Figures of a section are those of the commands it names, with the same seeds;
`optimise`, `appraise`, `voi` and `solve --folder` write tables and charts as well. Read all of it with this in mind:

- **The effects are judged.** Family help is taken to leave 0.90 of starts at the ages it is for, between the best
  matched study (0.68) and slight harm (1.05). What a foster approval costs, nobody has published.
- **It is money and places, and no appraisal.** Fewer children in care, or in homes, is not a benefit by itself: what
  children and families gain or lose, and who stays unsafe, is in none of these figures. Net present value is what
  central government and councils save less what they pay, and part of what is saved is never cash in hand.
- **Optimism bias** is added where it is said, as [appraise](appraise.md) has it; all other figures are without it.
- **A budget** is in real pounds of all years of the run, and held by mean cost over draws, so some draws cost more;
  what comes after the run is not counted.
- **Draws are counted.** A share of few draws is not exact: "30%, give or take 5" is 30% with a standard error of 5
  points.
- **The model could be built otherwise.** Under some
  [structural switches](sensitivity.md#every-verdict-under-structural-switches) verdicts turn their sign; no interval
  on this page holds that.
"""


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
    optimism = {name: _optimism(name) for name in SCENARIOS}
    return _filled(
        [
            _HEAD,
            _enough(
                found, optimism[HELP], _drawn(frontier_chart(found, loaded.scenario.name), folder, "decisions-frontier")
            ),
            _held(load(HELP), folder),
            _next(found, optimism[FOSTER], load(FOSTER), folder),
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
    budgets = ",".join(f"{one:.0f}" for one in BUDGETS)
    said = ["care-demand", "optimise", *SCENARIOS, "--budget", f"{BUDGET_GBP:.0f}", "--draws", str(DRAWS)]
    return shlex.join([*said, "--latest-start", str(LATEST), "--frontier", budgets, "--next", f"{NEXT_GBP:.0f}"])


def _appraise(name: str) -> str:
    return f"care-demand appraise {name} --draws {DRAWS} --no-charts"


def _optimism(name: str) -> dict[tuple[str, str], float]:
    """Return the share of draws in which a scenario pays, by foster places and step of optimism (`appraise`)."""
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / "out"
        done = CliRunner().invoke(cli, [*shlex.split(_appraise(name))[1:], "--quiet", "--out", str(out)])
        if done.exit_code:
            raise RuntimeError(f"{_appraise(name)}: {done.output}")
        with (out / "optimism.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["item"] == "chance_pays"]
    return {(row["places"], row["step"]): float(row["central"]) for row in rows}


_STATED, _UPLIFTED = "as stated", "all together"
_ORDER = ("care_years", "home_years", "npv")
_HEADS = (
    "Budget", "Mean cost", "Child-years in care avoided", "In homes avoided", "Saved less cost, present value",
)  # fmt: skip


def _of_draws(share: float, draws: int = DRAWS) -> str:
    """Write a share of draws, with its error of counting, so that "in" goes before it."""
    if share in (0.0, 1.0):
        return f"{'all' if share else 'none'} of {draws:,} draws"
    number, _, error = words.chance(share, draws).partition(", ")
    return f"{number} of draws{f' ({error})' if error else ''}"


def _write(name: str) -> Callable[[float], str]:
    return words.money if name == "npv" else words.count


def _interval(values: np.ndarray, write: Callable[[float], str]) -> str:  # type: ignore[type-arg]
    """Write the median, and 80% of draws."""
    low, middle, high = (write(float(end)) for end in np.quantile(values[1:], [0.1, 0.5, 0.9]))
    return f"{middle} ({low} to {high})"


def _enough(found: Optimised, optimism: Mapping[tuple[str, str], float], picture: str) -> str:
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
    children = float(np.median(plan)) / len(found.years)
    taken = " and ".join(
        f"*{lever.title}* at {pick.level:.0%} of what is announced"
        for lever, pick in zip(found.levers, found.plan.plan, strict=True)
        if pick is not None
    )
    stated, uplifted = (_of_draws(optimism["limited", step]) for step in (_STATED, _UPLIFTED))
    return f"""\
## Is £200m enough to move England's numbers?

```text
{_command()}
{_appraise(HELP)}
```

{picture}

To be seen in the number of children in care, no. The plan found that avoids most child-years in care on average for
{words.money(BUDGET_GBP)}, {taken}, avoids {_interval(values["care_years"], words.count)} child-years in care over
{len(found.years)} years (median, and 80% of {DRAWS} draws; mean {words.count(float(plan.mean()))}). That is
{words.count(children)} children at a time of some 80,000. (Whether the £200m pilots of 2023 pay for themselves is
another question, which the [README](../README.md) answers.)

**How sure.** The interval holds none and some harm: in {_of_draws(float((plan < 0.0).mean()))} there are more children
in care with it, and in {_of_draws(float((pays < 0.0).mean()))} it costs more than it saves. The whole roll-out pays in
{stated} as stated, and in {uplifted} with the uplifts for optimism (money a quarter dearer, a year late, half of what
is judged of an effect). "Best" is of two programmes and by the mean; by another objective it is another plan.

**What would change it.** Evidence on what family help does to starts. {_pays()}

{table(_HEADS, rows, 5)}

Best plans by mean child-years in care avoided; medians, and 80% of draws. The frontier cannot fall, as a plan for
less is one for more. {_over(found)}
"""


def _over(found: Optimised) -> str:
    """Say how far a budget is held where the cost of a plan is drawn."""
    budget, last = found.frontier[-1]
    low, high = (words.money(float(end)) for end in np.quantile(last.cost_drawn_gbp, [0.1, 0.9]))
    chance = _of_draws(last.overspends(budget))
    return (
        f"The plan for {words.money(budget)} costs {low} to {high} in 80% of draws, and more than the budget in "
        f"{chance}."
    )


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
        f"The whole roll-out pays for itself within the run if the ratio is {ratio:.2f} or less (central run, by "
        f"`care-demand solve {HELP} --target {PAYS} --vary {RATIO}`; 0.90 is assumed, and its money is taken to be "
        f"all new)."
    )


def _held(loaded: LoadedScenario, folder: Path) -> str:
    engine = default_engine(draws=HELD_DRAWS, areas=1)
    low, high = BOUNDS
    unknown, target = Unknown.parse(f"{RATIO}={low}..{high}", loaded.scenario), Target.parse(HELD)
    trials = Trials(loaded, target, unknown, engine, sure=Surety(SURE[0], HELD_DRAWS))
    found: dict[float, Solution] = {}
    lines = []
    for share in SURE:
        try:
            sure = Surety(share, HELD_DRAWS)
            found[share] = solve(loaded, target, unknown, engine, sure=sure, trials=trials)
            lines.append(
                f"- To be {share:.0%} sure, the help has to prevent {_prevented(found[share])} of starts at the ages "
                f"it "
                "is for."
            )
        except Unsolvable as none:
            lines.append(f"- To be {share:.0%} sure: {none.what}.")
    said = "\n".join(lines)
    ratios = np.linspace(low, high, 5)  # which were run to find these
    children = np.stack([trials.of(float(ratio)) for ratio in ratios])
    as_stated = _of_draws(float((children[-1, 1:] <= target.value).mean()), HELD_DRAWS)
    picture = _drawn(
        held_chart(1.0 - ratios, children, target, {s: _prevented(one) for s, one in found.items()}), folder,
        "decisions-held",
    )  # fmt: skip
    return f"""\
## What would hold 80,000?

```text
{_hold(SURE[0])}
{_hold(SURE[1])}
```

{picture}

With family help everywhere, of which it is certain here what it does, and all that drives numbers as uncertain as the
record says:

{said}

**How sure.** What is given or taken is the standard error of counting {HELD_DRAWS} draws. Studies of help run from 32%
fewer starts to 5% more: what is needed to be {SURE[-1]:.0%} sure is near the best that was ever found, and not what to
expect. The distance between the two lines is not about the help: it is how far starts and stays stray by themselves.
With help that prevents nothing, {as_stated} keep to 80,000 all the same.

**What would change it.** Another course of starts than the past's (a new law, or arrivals) is in no draw. And a
number is not what anybody should hold for its own sake: it can be held by help, or by not taking in children who are
not safe.
"""


def _sure(scenario: str, target: str, path: str, bounds: tuple[float, float], share: float, draws: int) -> str:
    """Return the command that finds with what a target is met in a share of draws."""
    low, high = bounds
    return (
        f"care-demand solve {scenario} --target {target} --vary {path}={low:.10g}..{high:.10g} --sure {share:g} "
        f"--draws {draws}"
    )


def _hold(share: float) -> str:
    return _sure(HELP, f"'{HELD}'", RATIO, BOUNDS, share, HELD_DRAWS)


def _prevented(one: Solution) -> str:
    """Write the share of starts that help has to prevent, with its error of counting."""
    error = "" if one.error is None or not np.isfinite(one.error) else f" (give or take {100 * one.error:.1f})"
    return f"{1.0 - one.value:.0%}{error}"


_MORE_HEADS = ("Foster places", "Child-years in care avoided", "In homes avoided", "Saved less cost, present value")
_PLACES = {"limited": "limited", "as_needed": "found as needed"}


def _next(found: Optimised, optimism: Mapping[tuple[str, str], float], foster: LoadedScenario, folder: Path) -> str:
    more = words.money(found.asked.next_gbp)
    both = ((found.foster_places, found.next_money), (found.elsewhere.foster_places, found.elsewhere.next_money))
    rows = [
        [one.lever.title, _PLACES[places], *(_interval(one.outcome[name], _write(name)) for name in _ORDER)]
        for places, each in both
        for one in each
    ]
    here, there = ({one.lever.name: one for one in each} for _, each in both)
    [help_] = [name for name in here if name != RECRUITMENT]
    own, other = here[RECRUITMENT], there[RECRUITMENT]
    settled = _verdict(own, other, here[help_])
    care = own.outcome["care_years"][1:]
    stated, uplifted = (_of_draws(optimism["limited", step]) for step in (_STATED, _UPLIFTED))
    needed = _of_draws(float((other.outcome["npv"][1:] > 0.0).mean()))
    return f"""\
## Where should the next £100m go?

```text
{_command()}
{_appraise(FOSTER)}
{_approval_command(0.5)}
```

{_drawn(next_chart(found), folder, "decisions-next")}

Beside the plan for {words.money(BUDGET_GBP)}, {more} more for each programme alone does this (medians of {DRAWS} draws,
and 80% of them), each run in full and its cost held by its mean:

{table((f"{more} more for", *_MORE_HEADS), rows, 3)}

{settled} Child-years in care that recruitment avoids are {words.count(float(np.median(care)))} at the median and
{words.count(float(care.mean()))} on average: most draws avoid some, and a minority add many more. {_approvals(foster)}

**How sure.** Whether foster places are limited, so that children live in homes for want of them, is a structural
assumption that the record does not settle; where places are found as needed recruitment moves nobody, and {more} of it
pays in {needed}. Where places are limited, the whole plan of 10,000 places pays in {stated} as stated, and in
{uplifted}
with the uplifts for optimism. Who approves more carers than have ever been on record in a year is not said either.

**What would change it.** A published cost of an approval; how many of the children in homes a foster home would be
right for, which one survey of 113 children is all there is on; and for family help, the same evidence as above.
"""


RECRUITMENT = "foster-plan"


def _verdict(own: NextMoney, other: NextMoney, help_: NextMoney) -> str:
    """Say which programme does more with more money, by both rules of foster places."""
    limited, needed = (float(np.median(one.outcome["npv"][1:])) for one in (own, other))
    helped = float(np.median(help_.outcome["npv"][1:]))

    def does(value: float) -> str:
        return f"saves {words.money(value)} more than it costs" if value > 0.0 else f"loses {words.money(-value)}"

    return (
        f"It depends on what for, and on which rule of foster places is true. *{own.lever.title}* "
        f"{does(limited)} at the median (mean {words.money(own.mean('npv'))}) if places are limited, and "
        f"{does(needed)} if they are "
        f"found as needed; the record does not settle which is so. *{help_.lever.title}* {does(helped)} at the median "
        "where they are limited, and is what keeps children out of care. Which is better is not for a model to say."
    )


def _approval_command(share: float) -> str:
    return _sure(FOSTER, PAYS, APPROVAL, APPROVALS_GBP, share, DRAWS)


def _approvals(foster: LoadedScenario) -> str:
    """Say on what judged cost of an approval recruitment pays, and up to which."""
    [judged] = [x.distribution for x in foster.parameters if x.key.endswith("cost_per_approval_gbp")]
    low, middle, high = (f"£{float(value):,.0f}" for value in judged.ppf(np.array([0.1, 0.5, 0.9])))
    engine = default_engine(draws=DRAWS, areas=1)
    least, most = APPROVALS_GBP
    unknown = Unknown.parse(f"{APPROVAL}={least:.0f}..{most:.0f}", foster.scenario)
    trials = Trials(foster, Target.parse(PAYS), unknown, engine, sure=Surety(SURE[0], DRAWS))
    said = []
    for share in SURE:
        try:
            one = solve(foster, trials.target, unknown, engine, sure=Surety(share, DRAWS), trials=trials)
            error = "" if not one.error or not np.isfinite(one.error) else f" (give or take {_thousands(one.error)})"
            said.append(f"up to {_thousands(one.value)}{error} in {share:.0%} of draws")
        except Unsolvable:
            said.append(f"at no cost up to {_thousands(most)} in {share:.0%} of draws")
    return (
        f"All that rests on a judged cost of {middle} an approval ({low} to {high}) at today's volume, and dearer as "
        "volume rises. Where places are limited, the whole plan of 10,000 places pays for itself, at present value, "
        "with "
        f"a cost of {' and '.join(said)} (the last command, with `--sure {SURE[0]:g}` and `{SURE[1]:g}`)."
    )


def _thousands(value: float) -> str:
    return f"£{round(value, -3):,.0f}"


def _pilots(pilots: Mapping[str, PilotAnswer], picture: str) -> str:
    going_on, funded = (max(one.needs, key=lambda need: need.chance) for one in pilots.values())
    plan = next(iter(pilots.values())).plan
    command = f"care-demand pilot-power --areas {plan.number} --ratio {plan.ratio:g} --years {plan.years}"
    _, funded_help = (one.plan.help for one in pilots.values())
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
{command}
{command} --lag {funded_help.lag_months} --lasts {funded_help.lasts_months}
```

{picture}

{verdict}. If the help of the strategy's {plan.number} areas leaves {plan.ratio:g} of starts, and goes on, the best
design ({going_on.design.label.lower()}) has a chance of {going_on.chance:.0%} to show it within {plan.years} years;
as the pilots were funded (the second command), {funded.chance:.0%}. What it would show with a chance of
{WANTED_POWER:.0%} is a ratio of
{_ratio(going_on.smallest_ratio)}. So a pilot that finds nothing is no sign that there is nothing.
That is about proof, by a test at the 5% level; what is found can still be worth money to whoever has to decide, as the
[next section](#what-is-better-evidence-worth) reckons, for it counts every ratio that may be true, and the large ones
show.

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

By money alone, {option} is best on average, and in {_of_draws(chance, found.draws)}. Knowing everything before the
decision would be worth {words.money(found.evpi_gbp)} (standard error {words.money(found.evpi_error_gbp)}), for
{found.horizon}; {what}. A pilot first tells part of it, and is not free (what measuring costs is counted at nothing
here; whatever it is goes from each sum):

{said}

Its own areas have the programme for the pilot's years: what these cost, and what they save to the end of the run, is
told by itself. A roll-out after it pays for all areas from then on.

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
