"""docs/sensitivity.md: what answers hang on, every verdict under structural switches, and what evidence is worth."""

from __future__ import annotations

from collections.abc import Mapping

from docs_pages.markdown import NONE, table
from simulator.decisions.switches import AS_STATED, LEAST, Verdict, verdicts
from simulator.decisions.value_of_information import Information, Pilot, value_of_information
from simulator.decisions.write_decisions import information_text, verdict_cell
from simulator.results.quantities import POUNDS
from simulator.scenario import LoadedScenario

EXAMPLE = "family-help-national"
DRAWS = 500
PILOTS = (Pilot(12, 2), Pilot(40, 2))

_MEASURES = {
    "npv": "Net present value of programmes",
    "more_children": "More or fewer children at the end, by programmes",
    "growth_of_children": "Growth of children over the run, without programmes",
    "growth_of_spend": "Growth of real spend a year over the run, without programmes",
}

_INTRO = """\
# What answers hang on, and what it is worth to know more

`care-demand sensitivity SCENARIO` says what moves the answers of a scenario: children and spend, and their differences
and net present value against the same scenario without its programmes, or against another one (`--against`).
`care-demand voi SCENARIO...` says what it is worth to know more before one of several options is taken, or none. Both
say first how many model runs they take, and write a folder of tables and charts with a summary and a manifest.

1. **Structural switches.** The model built another way, one way at a time. No draw moves them and they can move a
   sign, so they come first (`switches.csv`).
2. **One input at a time.** Each at its 10th and its 90th percentile with all others at their middle (`tornado.csv`).
   Steps of one process over years are one input; they move alike, so that their sum is at its percentile.
3. **All at once.** Sobol indices (`sobol.csv`): first-order, the share of variance that would go if an input alone were
   known; total, the share that would stay if all others were. Differences between them are what inputs do together.
   Points are a scrambled Sobol sequence, estimators those of Saltelli and of Jansen as scipy has them, intervals are
   80%, by bootstrap. What numbers share in part is an input of its own. Where there are more inputs than `--inputs`,
   those are kept that explain most of any figure in a regression on both samples, and the rest is one input, so that
   what was left out is seen. That regression is in the table too (`first_order_by_regression`).

Indices are shares of the uncertainty that files and the model state. What nobody drew is in none of them.
"""

_VOI = """\
## What better evidence is worth

Each scenario given to `voi` is an option, with `--vary PATH=VALUE,VALUE` each value of a number in it, and doing
nothing is one besides. The net benefit of an option is the net present value of its programmes: money alone,
as fewer children
in care are no benefit by themselves. Population and horizon are those of the run.

- **EVPI** is what knowing everything first would be worth; it is nothing where one option is best in every draw.
- **EVPPI** is the same of one input or of a group, by an additive regression of net benefits on draws (natural cubic
  splines, with the ridge penalty that has the least generalised cross-validation). Beside it stands what the
  regression makes of the same numbers shuffled, in 1 of 100 cases.
- **EVSI** is that of a pilot (`--pilot 12x2`: 12 authorities for two years), which measures the logarithm of the ratio
  of starts with a normal error: that of a matched difference in differences, with the noise of authorities' starts and
  as much of the effect as is in published starts by then ([pilot-power.md](pilot-power.md)). From it go what
  waiting takes away, the programme's own net cost in the pilot's areas, and what measuring costs
  (`--evaluation-gbp`; nothing if left out). The delay is the pilot's years and those until the effect shows. The pilot
  is run in full: its areas have the programme for its years, and what these save counts to the end of the run. A
  roll-out after it pays for all areas, the pilot's among them, from then on.

A programme that comes later has fewer years in a run of fixed length, while its cost comes first: so waiting looks
dear, and can take all of what a pilot finds. Counted for as many years, it costs time alone. Both are told;
the sign of a
pilot's worth can hang on the choice. A pilot here is of average areas, its programme has the national cost for each
area, and yearly net costs come later unchanged.
"""


def worth_of_evidence(loaded: Mapping[str, LoadedScenario]) -> Information:
    """Return what it is worth to know more of the example before it is decided on."""
    return value_of_information({EXAMPLE: loaded[EXAMPLE]}, draws=DRAWS, pilots=PILOTS)


def sensitivity_page(loaded: Mapping[str, LoadedScenario], example: Information) -> str:
    """Return the page; `example` is as :func:`worth_of_evidence` gives it."""
    found = list(verdicts(list(loaded.values())))
    pilots = " ".join(f"--pilot {one.areas}x{one.years}" for one in PILOTS)
    command = f"care-demand voi {EXAMPLE} {pilots} --draws {DRAWS}"
    text = information_text(example, loaded[EXAMPLE].scenario.name)
    return "\n".join([_INTRO, _switches(found), _VOI, f"```text\n{command}\n{text}```", ""])


def _switches(found: list[Verdict]) -> str:
    turned = sorted({one.scenario for one in found if one.turns and one.measure == "npv"})
    parts = [
        "## Every verdict under structural switches",
        "",
        "Central runs of the shipped scenarios. **(!)** marks a sign that is another than as stated; what is nearer to "
        f"nothing than £{LEAST[POUNDS] / 1e6:g}m or half a child has none. {NONE} where a switch changes nothing in a "
        "scenario. *Places for each household* is how usable foster places follow households (drawn around 0.75 "
        "otherwise), and *effect once the money ends* whether it stops at once or fades over 40 years in place of what "
        f"the file says. The sign of net present value turns under some switch in: {', '.join(turned) or 'none'}.",
    ]
    for measure, title in _MEASURES.items():
        of = [one for one in found if one.measure == measure]
        heads = list(dict.fromkeys((one.switch, one.setting) for one in of))
        columns = [switch for switch in dict.fromkeys(head[0] for head in heads)]
        rows = []
        for scenario in dict.fromkeys(one.scenario for one in of):
            row = [f"`{scenario}`"]
            for switch in columns:
                held = [one for one in of if (one.scenario, one.switch) == (scenario, switch)]
                row.append("; ".join(_cell(one) for one in held) or NONE)
            rows.append(row)
        parts += ["", f"### {title}", "", table(["Scenario", *columns], rows, numbers=len(columns))]
    return "\n".join([*parts, ""])


def _cell(one: Verdict) -> str:
    said = verdict_cell(one).replace("(!)", "**(!)**")
    return said if one.switch == AS_STATED else f"{one.setting}: {said}"
