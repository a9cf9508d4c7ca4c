"""Value for money of the shipped programmes, in both regimes: a table each, and sentences that the figures choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

import numpy as np

from docs_pages.answers import ENOUGH, PAYS, Asked, break_even
from docs_pages.foster_places import approvals_could_cost, rests_on_places
from docs_pages.markdown import NONE, table
from docs_pages.shipped_runs import REFERENCE
from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import (
    REGIMES,
    accounts,
    apart_words,
    given_as_certain,
    payback_cell,
    rests_on,
    verdict,
)
from simulator.results.figures import interval, middle, way
from simulator.results.labelled import RunResults
from simulator.results.value_for_money import MOST_OF_AVERAGE, Package, ValueAccount, middle_of
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario

DRAWS = 200

REVIEW = Asked("", "review-plan", "npv=0@2021-22..2031-32", "interventions.family-help.effect.risk_ratio")
APPROVALS = tuple(
    Asked(
        "",
        plan,
        "npv=0@2025-26..2034-35",
        "interventions.foster-plan.cost_per_approval_gbp",
        "cost of an approval, at the volume of the year before the run,",
    )
    for plan in ("foster-plan-10000",)
)
BREAK_EVEN = {asked.scenario: asked for asked in (PAYS, ENOUGH, REVIEW, *APPROVALS)}
"""The number with which programmes just pay, where there is one that the whole scenario turns on."""

SHOWN = ("foster-plan-10000", "foster-plan-88m", "family-help-national", "stable-homes-2023", "review-plan")

SMALLER_THAN = {"foster-plan-88m": "foster-plan-10000"}
"""Programmes that are beside a larger one of the same kind, and that one."""

PLACES = "places"
"""What stands for that ratio where a saving comes of where children live, and hardly of how many there are."""
MOSTLY_PLACES = 3.0
"""A saving for a child-year of so many times the average cost of one is not of fewer children."""

IF_IT_WORKS = ", if it does what the file says"
"""What is put to a chance where the effect of programmes is not drawn."""

_HEADS = (
    "Programmes", "Foster places", "Cost", "Saving", "of which cashable", "Net present value", "Saving for each £1",
    "Paid back by", "Child-years avoided", "Saving for one, over the average", "Chance it pays",
)  # fmt: skip


def value_section(loaded: Mapping[str, LoadedScenario]) -> str:
    """Return the section of the page: a table and a paragraph for each scenario."""
    reference = simulate(loaded[REFERENCE], draws=DRAWS, workers=1)
    parts = [
        "## Value for money",
        f"Against the same scenario without its programmes, draw by draw: medians of {DRAWS} draws, with 80% in "
        "brackets, in real prices of the year before the run. Costs, savings and net present value are at present "
        "value in the first year of the run, by the Green Book's rates; child-years, and what each saves over the "
        "average, are not discounted, and are of the draws that avoid any. Savings are gross of grants. Where the "
        "central run, with every number at its middle, is far from the median, that is said: the median is what to "
        "quote. Cashable is what is paid for placements, which stops when they end; the rest is staff and support, "
        "which are released and not cashed. *Limited* lets children wait when foster places run out; *as needed* finds "
        "them places. Which of the two is nearer the truth the published record does not settle, so read them as "
        "bounds (of whole programmes; at 16 and 17 they are not, see "
        "[costs.md](costs.md#a-child-more-or-fewer)). A saving for a child-year above 1 is more than a child costs on "
        "average: it comes of places freed for other children, or of dearer places given up, and not of fewer children "
        f"(*{PLACES}* where it is almost nothing else).",
    ]
    done: dict[str, RunResults] = {}
    for name in SHOWN:
        done[name] = results = simulate(loaded[name], draws=DRAWS, workers=1, valued=True)
        larger = done.get(SMALLER_THAN.get(name, ""))
        parts += [f"### {results.title} (`{name}`)", _table(results)]
        for head, sentences in _account(loaded[name], results, reference, larger).items():
            if said := " ".join(sentences):
                parts.append(f"**{head}.** {said}")
    return "\n\n".join(parts)


def _table(results: RunResults) -> str:
    rows = []
    for package in results.packages:
        if package.which in ("all", "alone"):
            rows.append(_row(package, results.account(package), IF_IT_WORKS if results.fixed_effects else ""))
    return table(_HEADS, sorted(rows, key=lambda row: row[0] != "All"), numbers=len(_HEADS) - 2)


def _row(package: Package, one: ValueAccount, given: str) -> list[str]:
    def shown(values: np.ndarray, write: Callable[[float], str]) -> str:
        value = middle_of(values)
        return write(value) if np.isfinite(value) else NONE

    value = one.net_present_value
    ends = interval(value, 10, 90, quantiles=False)
    money = partial(signed, write=words.money)
    between = "" if ends is None else f" ({money(float(ends[0]))} to {money(float(ends[1]))})"
    return [
        package.title or "All",
        "limited" if package.places_limited else "as needed",
        shown(one.present("cost"), words.money),
        shown(one.present("saving"), words.money),
        shown(one.present("cashable"), words.money),
        f"{shown(value, money)}{between}",
        shown(
            np.where(one.present("cost") > 0.0, one.benefit_cost_ratio, np.nan),
            lambda ratio: f"£{round(ratio, 2) + 0.0:,.2f}".replace("£-", "−£"),
        ),
        payback_cell(one) if one.present("cost").any() or not package.costed else NONE,
        shown(one.flows["avoided"].sum(axis=1), words.count),
        shown(one.marginal_to_average, lambda ratio: f"{ratio:.2f}" if 0.0 <= ratio <= MOSTLY_PLACES else PLACES),
        NONE if one.chance_pays is None else f"{one.chance_pays:.0%}{given}",
    ]


def _ratio(one: ValueAccount) -> np.ndarray:
    """Saving over cost; none where the programmes bring in more money than they cost."""
    return np.where(one.present("cost") > 0.0, one.benefit_cost_ratio, np.nan)


def _account(
    loaded: LoadedScenario, results: RunResults, reference: RunResults, larger: RunResults | None
) -> dict[str, Iterable[str]]:
    """Return the sentences under each heading, in the order in which they are asked for."""
    known = sorted(accounts(results), key=lambda one: not one.package.places_limited)
    same_base = results.first_month == reference.first_month
    return {
        "Verdict": chain(_verdicts(known), apart_words(known), _regimes(known)),
        "How sure": _evidence(results, known),
        "Where the saving comes from": chain(_margins(known), _cashable(known[0])),
        "What the file assumes": _money(loaded, results),
        "What foster places bring": rests_on_places(loaded, results, reference) if same_base else (),
        "Break-even": chain(
            [_turning_point(BREAK_EVEN[loaded.key], loaded)] if loaded.key in BREAK_EVEN else (),
            approvals_could_cost(results, reference, known) if same_base else (),
        ),
        "Beside the larger plan": [_beside(results, larger)] if larger is not None else (),
    }


def _verdicts(known: Sequence[ValueAccount]) -> Iterator[str]:
    """Say what the programmes cost, and what they are worth under each rule for places."""
    cost = words.money(float(middle(known[0].present("cost"), quantiles=False)))
    said = [f"with {REGIMES[one.package.places_limited]} they {verdict(one)}" for one in known]
    yield f"The programmes cost {cost}; {'; '.join(said)}."


def _beside(results: RunResults, larger: RunResults) -> str:
    """Say what part of a larger programme's cost and saving a smaller one has, with places limited."""
    both = [next(one for one in accounts(each) if one.package.places_limited) for each in (results, larger)]
    cost, saving = (
        np.divide(*(float(middle(one.present(flow), quantiles=False)) for one in both)) for flow in ("cost", "saving")
    )
    return (
        f"It costs {cost:.0%} of what *{larger.title}* does and saves {saving:.0%} of what that saves (medians, places "
        "limited): the first places go to children who would move, and most of the further ones stand empty. So a "
        "pound for approvals beyond those buys little, and the ratio of a small plan is not that of a large one."
    )


def _regimes(known: Sequence[ValueAccount]) -> Iterator[str]:
    """Say whether the verdict hangs on the rule for places."""
    signs = [bool(middle(one.net_present_value, quantiles=False) > 0) for one in known]
    if signs[0] != signs[1]:
        yield (
            "The sign of the middle estimate turns on whether foster places are limited, which is not known: "
            "neither figure "
            "should be quoted without the other."
        )
    else:
        yield f"The middle estimate is {'a gain' if signs[0] else 'a loss'} under both rules for places."


def _margins(known: Sequence[ValueAccount]) -> Iterator[str]:
    """Say what a child-year avoided saves beside what one costs."""
    for one in known:
        ratio = middle_of(one.marginal_to_average)
        if not np.isfinite(ratio):
            continue
        regime = REGIMES[one.package.places_limited]
        if ratio > MOSTLY_PLACES:
            yield (
                f"With {regime}, children in care hardly fall beside what is saved ({ratio:.0f} times the "
                f"average cost of each "
                "child-year avoided): nearly all of the saving is that children live in cheaper places, so it "
                "is only as good "
                "as the assumption that they would move."
            )
        elif ratio > MOST_OF_AVERAGE:
            yield (
                f"With {regime}, a child-year avoided saves {ratio:.1f} times what one costs on average, "
                f"because a place is "
                "freed for another child; authorities' spend has moved by less than the average, so this is an "
                "upper bound."
            )
        else:
            yield f"With {regime}, a child-year avoided saves {ratio:.2f} of what one costs on average."


def _cashable(one: ValueAccount) -> Iterator[str]:
    saving, cashable = (float(middle(one.present(flow), quantiles=False)) for flow in ("saving", "cashable"))
    if saving > 0.0:
        yield (
            f"Of the saving {cashable / saving:.0%} is paid for placements and could be cashed."
            if cashable <= saving
            else "All of the saving is paid for placements and could be cashed, and a little more, as other lines rise."
        )


def _evidence(results: RunResults, known: Sequence[ValueAccount]) -> Iterator[str]:
    """Say what the chance rests on, and whether draws settle anything."""
    chances = [
        f"{words.chance(one.chance_pays or 0.0, DRAWS)} with {REGIMES[one.package.places_limited]}" for one in known
    ]
    yield f"The chance that they pay is {words.listed(chances)}{rests_on(results)}."
    if results.fitted:
        yield "A fitted number measures what the published figure takes, and is no evidence that it can be had."
    open_ = [one for one in known if way(one.net_present_value, 0.0, least=0.0) == "unsure"]
    if len(open_) == len(known):
        yield "Draws settle it under neither rule."
    if said := given_as_certain(results):
        yield said


def _money(loaded: LoadedScenario, results: RunResults) -> Iterator[str]:
    """Say what is free in the file, and what becomes of effects when their money ends."""
    free = [
        package.title
        for package in results.packages
        if package.which == "alone"
        and package.as_stated
        and package.moving
        and not results.account(package).present("cost").any()
    ]
    if free:
        yield f"The file gives no cost of {words.listed(free)}, so what that saves alone is set against nothing."
    for one in loaded.scenario.interventions:
        yield from one.notes(of_authorities=False, last=loaded.scenario.end)


def _turning_point(asked: Asked, loaded: LoadedScenario) -> str:
    found = ["at none" if value is None else _number(value, asked) for value in break_even(asked)]
    field = asked.what or asked.vary.rsplit(".", 1)[-1].replace("_", " ")
    return (
        f"By the central run, the programmes just pay at a {field} of {found[0]} with places limited, and {found[1]} "
        f"with places found as needed (`{asked.command}`; `--sure 0.5` does so by the median of draws)."
    )


def _number(value: float, asked: Asked) -> str:
    return words.money(value) if asked.vary.endswith("_gbp") else f"{value:.3f}"
