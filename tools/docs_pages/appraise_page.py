"""docs/appraise.md: the tests of the Green Book on a shipped scenario, and what delay of the 2022 plan costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from docs_pages.markdown import table
from simulator.data import tables
from simulator.data.appraisal_rules import appraisal_numbers, ledger_items, published_differences
from simulator.decisions.appraisal import ledger
from simulator.decisions.appraisal_charts import told
from simulator.decisions.appraisal_runs import AppraisalRuns, Point, at_regime
from simulator.decisions.appraisal_study import appraised
from simulator.decisions.distribution_of_councils import Weights
from simulator.decisions.optimism import Optimism
from simulator.decisions.write_appraisal import BEARERS, KINDS, appraisal_text
from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import REGIMES
from simulator.scenario import LoadedScenario, load
from simulator.vocabulary.calendar import Month, parse_financial_year

EXAMPLE = "family-help-national"
DRAWS, COUNCIL_DRAWS = 20, 4
LATE, PLAN = "review-plan-delayed", "review-plan"
WHO, PROJECTION = "Alma for five charities", "two-year delay to reform"
YEARS_OF_DELAY = 2

_INTRO = """\
# Appraisal

Written by `tools/make_docs.py`. `care-demand appraise SCENARIO` puts a scenario's programmes to the tests that a
department asks for, and writes tables, charts and a summary. It says first how many model runs it takes; one that was
stopped goes on when the same command is given again, and `care-demand replay` makes its tables again. The page of
decisions shows some of it of few draws (`/decisions?view=appraisal`).

All money is real and, unless it says otherwise, at present value by the Green Book's rates. Everything is told under
both rules for foster places, as the published record does not settle which is nearer the truth.

1. **Who bears it** (`perspectives.csv`): central and local government apart; what can be cashed, what is released for
   others and not cashed, and what follows no budget. Society's account is the same lines without transfers, and names
   what it has no figure for. Net present value is that of [value for money](results.md#value-for-money); all lines but
   the last of local government add up to it.
2. **Optimism** (`optimism.csv`, `effects.csv`): uplifts on cost, delivery time and effect, each by itself and together.
   Effects that are ratios go towards none by the design of their study ([evidence.md](evidence.md)); what is bought by
   number, such as households and places, is for the other two.
3. **Outcomes beside the money** (`outcomes.csv`): measures that bear on the national framework, with and without. Fewer
   children in care is no benefit by itself, so none of them is added to anything.
4. **Switching values** (`switching-values.csv`): the value of each number at which net present value is nought, with
   all others as in the central run, and where it lies in what is stated of it. All that is drawn is moved over its
   distribution, and the other numbers of programmes over the bounds of their fields. Of whole numbers, such as months,
   it is the first with the other sign. (!) marks several crossings.
5. **Councils** (`councils.csv`, with `--council-draws`): authorities run one by one, by fifths of children and by
   region. Pounds weighted by income stand apart and are in nothing else.
"""


def appraise_page() -> str:
    """Return the page."""
    runs = AppraisalRuns(load(EXAMPLE), draws=DRAWS)
    found = appraised(runs, Optimism.usual(), Weights.usual(), COUNCIL_DRAWS)
    command = f"care-demand appraise {EXAMPLE} --draws {DRAWS} --council-draws {COUNCIL_DRAWS}"
    example = f"## An example\n\n```text\n{command}\n{appraisal_text(found)}```\n"
    return "\n".join([_INTRO, _numbers(), _lines(), example, _delay()])


def _numbers() -> str:
    rows = [
        [f"`{one.key}`", f"{one.value:g} {one.unit}", f"{one.low:g} to {one.high:g}", one.basis, one.note]
        for one in appraisal_numbers().values()
    ]
    return "## What is taken\n\n" + table(("Number", "Taken", "Of a range", "Basis", "Why"), rows, numbers=0) + "\n"


def _lines() -> str:
    rows = [
        [one.words, BEARERS.get(one.bearer, "–"), KINDS.get(one.kind, "no figure") or one.kind, one.note]
        for one in ledger_items()
    ]
    return "## Who bears what\n\n" + table(("Line", "Bearer", "Kind", "Why"), rows, numbers=0) + "\n"


def _until(name: str, year: str) -> LoadedScenario:
    """Return a shipped scenario that is run on to the end of a financial year."""
    loaded = load(name)
    end = Month(parse_financial_year(year) + 1, 3)
    return replace(loaded, scenario=loaded.scenario.model_copy(update={"end": end}))


def _published(metric: str, year: str) -> float:
    [value] = [
        one.value
        for one in tables.projections()
        if (one.who, one.scenario, one.metric, one.year) == (WHO, PROJECTION, metric, year)
    ]
    return value


def _delay() -> str:
    """Say what the delay costs here and as published, and why they differ."""
    published = {one.last_year: one.gbp for one in published_differences() if one.scenario == LATE}
    first, last = sorted(published)
    runs = AppraisalRuns(_until(LATE, last), _until(PLAN, last), DRAWS)
    rows, costs = [], {}
    for limited in at_regime(runs.loaded):
        found = ledger(runs.run(runs.points, limited=limited))
        for year in ("2031-32", first, last):
            at = slice(runs.years.index(year) + 1)
            net = -found.net[:, 0, at]
            costs[limited, year] = net.sum(axis=1)
            said = signed(published[year], words.money) if year in published else "–"
            rows.append([f"to {year}, {REGIMES[limited]}", told(net.sum(axis=1)), told(net @ runs.discount[at]), said])
    central = ledger(runs.run((Point(),), limited=at_regime(runs.loaded)[0]))
    upto = runs.years.index(first) + 1
    care, programmes, more = -central.saving[0, 0], central.cost[0, 0], -central.avoided[0, 0]
    each = care[:upto].sum() / more[:upto].sum()
    settled = _published("additional children in care", "long run")
    implied = (published[last] - published[first]) / (int(last[:4]) - int(first[:4])) / settled
    at_implied = implied * more[:upto].sum()
    left = at_implied - published[first]
    stated = sum(
        sum((one.cost.budget_gbp or {}).values()) for one in runs.loaded.scenario.interventions if one.cost is not None
    )
    ends = np.percentile(costs[at_regime(runs.loaded)[0], first][1:], (10, 90))
    return f"""\
## What two years of delay cost

```text
care-demand appraise {LATE} --against {PLAN}
```

The published cost of delaying the Independent Review's plan by two years is {words.money(published[first])} to
{first} [nspcc_delay_2023]; here it is {words.money(ends[0])} to {words.money(ends[1])} (80% of {DRAWS} draws, real
2020-21 prices, not discounted, {REGIMES[at_regime(runs.loaded)[0]]}). Both scenarios are run on to {last} for this, two
years and twelve beyond what they state.

{table(("Cost of delay", "Here, real", "Here, at present value", "Published"), rows, numbers=3)}

What the two hold is known only in part: the page that was read gives totals and does not say what a child in care was
taken to cost, what the plan costs each year, or whether money is discounted.

- **Children are alike at the peak**, as the scenario's effect was fitted to 10,500 more in 2027-28. By the central run
  there are {words.count(more[:upto].sum())} more child-years in care by {first}. Later they part: as published
  {words.count(settled)} more children stay, and here the number falls to {words.count(more[-1])} in {last}, as the
  children who came because help was late grow up.
- **A child costs more here**: {words.money(each)} a child-year to {first}, all of it spend that follows children.
  Between {first} and {last} the published cost grows by {words.money(published[last] - published[first])}, while
  {words.count(settled)} more children are in care: {words.money(implied)} for each, if nothing else is in it.
- **The plan itself hardly gets cheaper by being late here**: its four dated amounts are {words.money(stated)} and
  move as they are, so that delay saves {words.money(-programmes[:upto].sum())}, which is inflation. At the cost of a
  child that the published figures imply, the same children would cost {words.money(at_implied)} by {first}. To come
  to {words.money(published[first])}, delay would have to save {words.money(left)} of the plan's own money,
  {words.money(left / YEARS_OF_DELAY)} for each year of it: as it would if a part of the plan's money went on each
  year, which the pages that split it do not show [govbus_2022].

The last two are inferences from published totals. If they hold, both figures say the same of children, and differ in
what a child costs and in whether the plan has a cost that goes on. Neither says what delay did to children.
"""
