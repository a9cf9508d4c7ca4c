"""The part of docs/costs.md that sets what the model does beside what the published tables say of it.

What the record says is from a study of the published tables apart from this model (authorities, 2016-17 to 2025, and
England): figures and standard errors or intervals as it gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

import simulator
from docs_pages.markdown import table
from simulator.baseline.structure import structure
from simulator.outputs.charts import words
from simulator.projection.compile import compile_scenario
from simulator.projection.foster_supply import central, drawn_numbers
from simulator.projection.recorded_trends import PRICE, trends
from simulator.results.labelled import RunResults
from simulator.scenario import LoadedScenario
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import LATEST_BASE

HEADS = ("", "Here", "80% of draws", "The published record")
EXPECTED_GROWTH = 0.045
"""Real growth of the price of homes that the study expects, a judgement of its own."""

AT_YEARS = 5
"""Years on at which it is asked where children are who would have been fostered."""


def beside_record(status_quo: LoadedScenario, held: RunResults, fewer_places: RunResults) -> str:
    """Return the table.

    Parameters
    ----------
    status_quo : LoadedScenario
    held, fewer_places : RunResults
        Central runs of it, and of a scenario that differs from it in foster households alone.
    """
    rows = [*_responses(status_quo), *_where(held, fewer_places), *_prices()]
    return table(HEADS, rows, numbers=0)


def _responses(status_quo: LoadedScenario) -> Iterator[list[str]]:
    foster = compile_scenario(status_quo.scenario).rates.foster
    assert foster is not None
    yield [
        "Filled places to households, England, in the end", *_drawn("places_elasticity"),
        "0.75 (0.15): 0.53 to 0.88 to March 2025 from four years; councils 0.70 (0.06) over three years",
    ]  # fmt: skip
    yield [
        "The same of one council's own places", *_drawn("council_places_elasticity"), "0.65 (0.10)",
    ]  # fmt: skip
    pace = float(foster.places_response_per_year)
    share = [1.0 - (1.0 - np.exp(-pace * years)) / (pace * years) for years in (1, 2, 3)]
    yield [
        "Of it after one, two and three years", ", ".join(f"{central('places_elasticity') * one:.2f}" for one in share),
        "", "councils 0.51, 0.61, 0.70 (0.05 to 0.08)",
    ]  # fmt: skip
    young = float(foster.young_share[0, 0])
    span = drawn_numbers()["need_elasticity"].distribution.interval
    of_all = [young + (1.0 - young) * one for one in (central("need_elasticity"), span.low, span.high)]
    yield [
        f"Filled places to children of {structure()['fostering']['followed_below_age']} and over, places given",
        *_drawn("need_elasticity"), "0.20 to 0.26 (0.06) of children of all ages in councils",
    ]  # fmt: skip
    yield [
        "The same, all children, if ages stay", f"{of_all[0]:.2f}", f"{of_all[1]:.2f} to {of_all[2]:.2f}",
        "England 0.25 (0 to 0.6); all foster households to children, 2014 to 2025, 0.60 (0.16)",
    ]  # fmt: skip


def _drawn(name: str) -> tuple[str, str]:
    span = drawn_numbers()[name].distribution.interval
    return f"{central(name):.2f}", f"{span.low:.2f} to {span.high:.2f}"


def _where(held: RunResults, fewer_places: RunResults) -> Iterator[list[str]]:
    """Yield where children are who are not fostered as there are fewer households."""
    at, names = 12 * AT_YEARS, placements.reported()
    change = (fewer_places["children"].values - held["children"].values)[0, 0, at].sum(axis=-1)
    by_name = dict(zip(names, change, strict=True))
    lost = -sum(by_name[placements.names()[i]] for i in placements.sector_places())
    groups = {
        "children's homes": ([one.name for one in placements.placements() if one.is_home], "0.60 (0.42 to 0.78)"),
        "supported accommodation and other": (["supported", "other"], "0.25"),
        "parents": (["with_parents"], "0.12"),
    }
    for what, (members, record) in groups.items():
        share = sum(by_name[name] for name in members if name in by_name) / lost
        yield [f"Of each child not fostered for lack of a place, in {what}", f"{share:.2f}", "", record]


def _prices() -> Iterator[list[str]]:
    growth = {one.name: one for one in trends(LATEST_BASE)}
    record = {
        "homes": "6.2% a year since 2016-17, 2.4 to 11.7; to expect, 4.5% (2%) fading to 2%",
        "foster": "0.1% a year (1.6) since 2016-17; to expect, 0.3% (1%)",
    }
    for name, says in record.items():
        one = growth[PRICE + name]
        here = f"{100 * np.expm1(one.growth):.1f}% a year for {one.full_years} years"
        fades = f", then fading to {100 * np.expm1(one.long_run):.1f}%" if one.long_run != one.growth else ""
        yield [f"Real growth of the price of {'fostering' if name == 'foster' else name}", here + fades, "", says]


def about_price_of_homes(held: RunResults) -> str:
    """Say why homes get dearer as they do by default, beside what the study expects, and what its figure would give.

    Parameters
    ----------
    held : RunResults
        The central run of the status quo.
    """
    (recorded,) = (one for one in trends(LATEST_BASE) if one.name == f"{PRICE}homes")
    expected = replace(recorded, growth=float(np.log1p(EXPECTED_GROWTH)))
    years = len(held.financial_years)
    ratio = np.exp(np.diff(expected.path(years) - recorded.path(years), prepend=0.0))
    costs = sorted({one.cost for one in placements.placements() if one.price == "homes" and one.cost})
    slower = simulator.run(
        {
            "extends": held.name,
            "name": "Homes as the study expects",
            "interventions": [
                {
                    "kind": "price_growth",
                    "costs": costs,
                    "start": f"{year[:4]}-04",
                    "end": f"{int(year[:4]) + 1}-03",
                    "percent_per_year": float(100.0 * (of_year - 1.0)),
                }
                for year, of_year in zip(held.financial_years, ratio, strict=True)
                if of_year != 1.0
            ],
        }
    )
    spend = [one.year_totals("total_spend", real=True).area()[0] for one in (held, slower)]
    told = [
        f"{words.money(spend[1][at])} instead of {words.money(spend[0][at])} in {held.financial_years[at]}"
        for at in (AT_YEARS - 1, years - 1)
    ]
    return (
        f"Homes get dearer by {100 * np.expm1(recorded.growth):.1f}% a year above inflation ({recorded.growth:.4f} in "
        f"logs, as data/trends.csv has it), the mean of the record from {recorded.first} to {recorded.last}. The study "
        f"expects {EXPECTED_GROWTH:.1%}, a judgement below the record. Of the rules that it tried on past years, "
        "though, "
        "the mean of all growth until then missed least (2.7, 5.3, 8.2 and 11.5% of the unit cost over 1 to 4 years; "
        "no "
        "growth 6.5 to 30%), and that was too low on average, as it is in the [hindcast](hindcast.md). So the default "
        "is "
        f"what past years bear out. It is worth much: with {EXPECTED_GROWTH:.1%} fading to "
        f"{100 * np.expm1(recorded.long_run):.0f}% the status quo spends "
        f"{words.listed(told)}, in real prices. Draws hold both: a growth that lasts has a standard deviation of "
        "2% a year in them."
    )


def about_margins() -> str:
    """Say which published fact makes a child more or fewer cost more than the average where places are limited."""
    span = drawn_numbers()["need_elasticity"].distribution.interval
    return (
        "A child more or fewer costs about what authorities' spend shows where places are found as needed: one council "
        "that has a child more buys a place from others. England can't buy from itself. What the record says of "
        "England, and of councils with their places given, is that filled places move by "
        f"{central('need_elasticity'):.2f}% for each 1% more children (80% of draws "
        f"{span.low:.2f} to {span.high:.2f}), so that most older children more live elsewhere, in homes above all, "
        "which cost several times as much. That is the published fact that asks for more than 0.80 to 1.00 with places "
        "limited. No child under ten is found to go without a foster home, so usable places follow them one for one, "
        "and they cost less than the average."
    )
