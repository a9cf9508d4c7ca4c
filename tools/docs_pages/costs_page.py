"""docs/costs.md: what each line of spend goes with, and what a child more or fewer costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from docs_pages.beside_record import AT_YEARS, about_margins, about_price_of_homes, beside_record
from docs_pages.markdown import NONE, table
from simulator.baseline.after_care import (
    FORMER_UASC,
    LEAVERS_18_TO_20,
    LEAVERS_21_TO_24,
    UNDER_GUARDIANSHIP,
    LeaverPool,
)
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.england import Costs, load_baseline
from simulator.baseline.structure import structure
from simulator.calibrate.costs import LAST_OUTTURN
from simulator.calibrate.left_care import under_guardianship
from simulator.data import tables
from simulator.engine.rates import Rates
from simulator.outputs.charts import words
from simulator.projection.compile import Compiled, compile_scenario
from simulator.results.labelled import RunResults
from simulator.runs.single_run import label
from simulator.scenario import LoadedScenario
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, STREAMS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR, WEEKS_A_YEAR

YEARS = (3, 5, 10)
"""Years on at which a child more or fewer is costed."""

CHANGE = 0.05
"""Share by which starts are changed."""


def costs_page(status_quo: LoadedScenario, held: RunResults, fewer_places: RunResults) -> str:
    """Return the page of costs; what is asked for is as for `docs_pages.beside_record.beside_record`."""
    costs = load_baseline(LATEST_BASE).costs
    runs = {regime: _Changes(_compiled(status_quo, regime)) for regime in ("as_needed", "limited")}
    parts = [
        "# What care costs, and what it goes with",
        "Made by `make docs-tables`; do not edit. [model.md](model.md#9-costs) has the rules.",
        "## Lines of spend",
        f"Gross, in the financial year to March {LATEST_BASE}. A line is its units times what a unit costs, but for "
        "its fixed share, which stays. The lines add up to published gross spend.",
        table(
            ("Line", "Goes with", "Gross", "Units", "A unit", "A year of it", "Fixed"),
            [_line_row(line) for line in costs.lines if line.spend_gbp],
            numbers=5,
        ),
        "Asylum-seeking children count a third in the lines of placements, as the asylum line pays the rest "
        "(`simulator/baseline/cost_drivers.py` has the evidence). Orders to children who were never in care are in the "
        "guardianship line and not in its stock, so what it costs a child is a scaling factor, too high as a cost.",
        "## Kinship care",
        _about_kinship(costs),
        "## Those who have left care",
        table((f"31 March {LATEST_BASE}", "Here", "Beside it"), list(_stocks(costs))),
        "## Grants",
        _about_grants(costs),
        "## A child more or fewer",
        "Among authorities, 2016-17 to 2024-25, spend on children looked after rose by 0.80 of its average a child "
        "(80% interval 0.72 to 0.88) with one child more: by 0.74, 0.77, 0.77 and 0.79 over one to four years "
        "[dfe_lait_2026].",
        f"Here: what England spends less, over how many children fewer are in care, if {CHANGE:.0%} fewer start from "
        "the first month on, in the status quo without what it assumes of prices and trends. In brackets over what all "
        "children cost on average in that year. Real prices of the year before the run, gross. With places as needed a "
        "child leaves the place that they would have had; with places limited a part of them leave a foster place "
        "free, and a child in a home whose original plan was fostering moves into it.",
        table(
            (
                "Fewer starts, but where more is said, of",
                *(f"{head}, year {year}" for head in ("As needed", "Limited") for year in YEARS),
            ),
            [[name, *(cell for one in runs.values() for cell in one.cells(change))] for name, change in _changes()],
            numbers=2 * len(YEARS),
        ),
        "A child who starts young is in foster care, and turns 18 in care, if at all, long after; one who starts at 16 "
        "becomes a care leaver within two years. What an average child costs includes lines that no change of starts "
        "moves in these years: support of those who have left already, most of adoption support, and short breaks.",
        _about_uasc(runs["as_needed"]),
        about_margins(),
        _about_oldest(runs["as_needed"], runs["limited"]),
        "## Beside the record",
        "Standard errors in brackets, and intervals. What children would do without a place is what "
        f"`foster-decline` changes after {AT_YEARS} years.",
        beside_record(status_quo, held, fewer_places),
        about_price_of_homes(held),
    ]
    return "\n\n".join(parts) + "\n"


def _about_kinship(costs: Costs) -> str:
    low, high = costs.splits[0].gbp_per_unit
    return (
        f"No table says what part of own fostering is for kinship care. Its cost lies between £{low:,.0f} a week (the "
        f"line of family and friends foster care over its weeks) and £{high:,.0f} (what own fostering costs a week "
        "over council and kinship care): drawn evenly between the two in every draw, and half way in a central run. "
        "Council care has the rest of own fostering. Only the range is known: what kinship care saves beside council "
        "care is no finding."
    )


def _about_grants(costs: Costs) -> str:
    in_care, left = costs.grants
    night, week = float(in_care.spend_gbp / in_care.units) / 7, float(left.spend_gbp / left.units)
    record = [tables.value(f"spend_line_{what}", LAST_OUTTURN, "asylum") for what in ("income", "grants")]
    record.append(tables.value("spend_line_grants", LAST_OUTTURN, "leaving_care"))
    return (
        "The Home Office pays grants for asylum-seeking children: `grant_income`, and `net_spend` is what is left. For "
        f"children in care the rate is what income and grants on the asylum line came to in {LAST_OUTTURN}, "
        f"£{night:.0f} a night (published for 2019: "
        f"£{tables.value('home_office_grant_gbp', 2019, 'under_16_per_night'):.0f} under 16). For those who turned "
        f"18 in care and are under 21 it is £{week:.0f} a week, as published for 2023-24. Together they are "
        f"{words.money(sum(float(one.spend_gbp) for one in costs.grants))} in the base year; income and grants on "
        f"the asylum line, and all grants on the leaving-care line, were {words.money(sum(record))} in "
        f"{LAST_OUTTURN}. Both rates follow general prices in a run. Other income is not told apart."
    )


def _about_uasc(as_needed: _Changes) -> str:
    net = as_needed.each(_starts("uasc"), "net_spend")
    years = words.listed([f"{words.money(one)} in year {year}" for year, one in zip(YEARS, net, strict=True)])
    return f"An asylum-seeking child, places as needed, costs less once grants are taken off: {years}."


OLDEST = AGE_BANDS["16_and_over"]
"""Ages at which places found as needed cost more at the margin than places that are limited."""


def _about_oldest(as_needed: _Changes, limited: _Changes) -> str:
    """Say why limited places are no upper bound at the oldest ages."""
    change = _starts("resident", OLDEST)
    money = [one.each(change)[0] for one in (limited, as_needed)]
    there = limited.where(change, YEARS[0])
    supported, homes = there["supported"], there["childrens_home"]
    fostered = sum(there[placements.names()[i]] for i in placements.sector_places())
    return (
        f"*Limited* is not the upper of two bounds at {OLDEST[0]} and {OLDEST[1]}: {words.money(money[0])} in year "
        f"{YEARS[0]}, beside {words.money(money[1])} with places as needed. {supported:.0%} of children who start then "
        "live in supported accommodation, and hardly any takes a foster place. But usable places follow all children "
        f"of {structure()['fostering']['followed_below_age']} and over together, as the record has them: for each "
        "child "
        f"of {OLDEST[0]} or {OLDEST[1]} who does not come there are {fostered:.2f} fewer fostered, and {-homes:.2f} "
        "more "
        "of other children in homes, which takes from the saving. No table says how places answer children of single "
        "ages, so this is a limit of the rule and no finding on them."
    )


def _line_row(line: CostLine) -> list[str]:
    unit, driver = line.spend_gbp / line.units, line.driver
    weekly = driver.unit.startswith("weeks")
    return [
        line.key.replace("_", " "),
        driver.unit,
        words.money(float(line.spend_gbp)),
        f"{line.units:,.0f}",
        f"£{unit:,.0f}",
        f"£{unit * WEEKS_A_YEAR:,.0f}" if weekly else NONE,
        f"{line.fixed_share:.0%}",
    ]


def _stocks(costs: Costs) -> Iterator[list[str]]:
    def count(pool: LeaverPool) -> str:
        return words.count(float(pool.at_base(costs.after_care).sum()))

    lasting = words.count(float(under_guardianship(LATEST_BASE, 0.0).sum()))
    ends = f"{UNDER_GUARDIANSHIP.ends_per_year:.0%} a year are taken to end"
    birthdays = [tables.value("ceased_by_age", LATEST_BASE - ago, "18_and_over") for ago in range(7)]
    published = [words.count(sum(some)) for some in (birthdays[:3], birthdays[3:])]
    guardianship = "Children under special guardianship who left care for it"
    yield [guardianship, count(UNDER_GUARDIANSHIP), f"{lasting} if no order ended before 18; {ends}"]
    first = f"{published[0]} published 18th birthdays in care in three years"
    yield ["Care leavers of 18 to 20 who left at 18", count(LEAVERS_18_TO_20), first]
    before = f"{published[1]} published in the four years before"
    yield ["Care leavers of 21 to 24 who left at 18", count(LEAVERS_21_TO_24), before]
    yield ["Of those of 18 to 20, who were asylum-seeking children", count(FORMER_UASC), NONE]


def _compiled(status_quo: LoadedScenario, regime: str) -> Compiled:
    scenario = status_quo.scenario
    assumptions = scenario.assumptions.model_copy(update={"foster_places": regime})
    return compile_scenario(scenario.model_copy(update={"assumptions": assumptions, "interventions": ()}))


Change = Callable[[Rates], Rates]


def _starts(stream: str | None = None, ages: tuple[int, int] = (0, 17), by: float = -CHANGE) -> Change:
    """Fewer or more starts, of one stream or all, at some ages."""
    level = np.ones(18)
    level[ages[0] : ages[1] + 1] += by

    def change(rates: Rates) -> Rates:
        streams = tuple(
            replace(one, new_starts_per_month=one.new_starts_per_month * level) if stream in (None, name) else one
            for name, one in zip(STREAMS, rates.streams, strict=True)
        )
        return replace(rates, streams=streams)

    return change


def _changes() -> Iterator[tuple[str, Change]]:
    """Yield every kind of child who may start less often."""
    yield "all children", _starts()
    yield f"all children, {CHANGE:.0%} more", _starts(by=CHANGE)
    for first, last in AGE_BANDS.values():
        ages = f"{first} to {last}" if last > first else f"{first}"
        yield f"children of families here, at {ages}", _starts("resident", (first, last))
    yield "asylum-seeking children", _starts("uasc")


class _Changes:
    """Runs of one regime beside the one without a change."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.before = label(compiled, "before")

    def each(self, change: Change, measure: str = "total_spend") -> list[float]:
        """Return what a child costs who does not come, at each of the years on."""
        after = label(replace(self.compiled, rates=change(self.compiled.rates)), "after")
        saved, fewer = _money(self.before, measure) - _money(after, measure), _children(self.before) - _children(after)
        return [float(saved[year - 1] / fewer[year - 1]) for year in YEARS]

    def where(self, change: Change, year: int) -> dict[str, float]:
        """Return where those children would have lived who are fewer, at a year on, as shares of them."""
        after = label(replace(self.compiled, rates=change(self.compiled.rates)), "after")
        fewer = (self.before["children"].values - after["children"].values)[0, 0, MONTHS_A_YEAR * year].sum(axis=-1)
        return dict(zip(self.before["children"].placements, (fewer / fewer.sum()).tolist(), strict=True))

    def cells(self, change: Change) -> list[str]:
        """Return the same as text, with what it is of the average in brackets."""
        average = _money(self.before, "total_spend") / _children(self.before)
        return [
            f"{words.money(one)} ({one / average[year - 1]:.2f})"
            for one, year in zip(self.each(change), YEARS, strict=True)
        ]


def _money(results: RunResults, measure: str) -> np.ndarray:
    """Real money by financial year: (year,)."""
    return np.asarray(results.by_year(measure, real=True)[0, 0].sum(axis=(-2, -1)))


def _children(results: RunResults) -> np.ndarray:
    """Mean number of children in each financial year: (year,)."""
    stock = results["children"].total()
    means = (stock[:-1] + stock[1:]) / 2.0
    return means[: len(results.financial_years) * MONTHS_A_YEAR].reshape(-1, MONTHS_A_YEAR).mean(axis=1)
