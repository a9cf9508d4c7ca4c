"""What value for money of more foster places rests on, in figures: how many come, who moves, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from simulator.outputs.charts import headline, words
from simulator.outputs.charts.verdicts import REGIMES, accounts
from simulator.results.figures import middle
from simulator.results.labelled import RunResults
from simulator.results.quantities import Array
from simulator.results.value_for_money import ValueAccount
from simulator.runs.single_run import run_once
from simulator.scenario import LoadedScenario
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR

AT_YEARS = 5
"""Years on at which places and children are looked at."""

WAITING = (0.05, 0.35)
"""Shares of children in homes whose plan was fostering between which draws take theirs."""


def rests_on_places(loaded: LoadedScenario, results: RunResults, reference: RunResults) -> Iterator[str]:
    """Say what approvals bring, who moves and what a move saves, beside the same draws of the reference."""
    more = _more_approvals(results, reference)
    if more[0].sum() < 1.0:
        return
    at = AT_YEARS * MONTHS_A_YEAR
    usable, filled = (_stock(results, name) - _stock(reference, name) for name in _PLACES)
    waiting = _stock(reference, "unmet_foster_need")[:, at]
    when = words.month(results.dates("stock")[at])
    away = (_in_homes(reference) - _in_homes(results))[:, 1:].sum(axis=1) / MONTHS_A_YEAR
    saved = _placement_spend(reference) - _placement_spend(results)
    each = np.divide(saved, away, out=np.full(away.shape, np.nan), where=away > 1.0)
    yield (
        f"{_said(more.sum(axis=1))} more households are approved, and by {when} there are {_said(usable[:, at])} more "
        f"usable places, of which {_said(filled[:, at])} are filled: {_said(waiting)} children would be waiting in "
        "homes then without the plan, and what is beyond them stands empty. The growth of foster households is drawn "
        "both ways, so that in many draws hardly anybody waits, and places save nothing; in the central run "
        f"{words.count(float(waiting[0]))} do, so that its places are used and the middle of draws is far below it."
    )
    known = each[1:][~np.isnan(each[1:])]
    yield (
        f"Each child-year away from a home saves {words.money(float(np.median(known)))}, year after year, while a "
        f"household is approved once, so that a small plan that fills its places returns many times its money. Three "
        "things in that are not identified: that a household found now would take a child who lives in a home; that "
        "children move into places as they have moved out when places were lost (the record holds one fall of supply, "
        "from 2020 to 2025, and no rise); and how many would move."
    )
    ends = [_limited_value(loaded, share) for share in WAITING]
    yield (
        f"If {WAITING[0]:.0%} of children in homes would move the central run is worth "
        f"{headline.signed(ends[0], words.money)}, and {headline.signed(ends[1], words.money)} if {WAITING[1]:.0%} "
        "would, with places limited."
    )


def approvals_could_cost(results: RunResults, reference: RunResults, known: Sequence[ValueAccount]) -> Iterator[str]:
    """Say what more approvals could cost before they stop paying, where the programmes bring some and little else."""
    more = _more_approvals(results, reference)
    present = (more * results.discount).sum(axis=1)
    if present[0] < 1.0:
        return
    told = []
    for one in known:
        each = one.net_present_value / present
        regime = REGIMES[one.package.places_limited]
        most = float(middle(each, quantiles=False))
        told.append(
            f"{words.money(most)} with {regime} ({headline.between(each, words.money)})"
            if most > 0
            else f"nothing with {regime}"
        )
    yield (
        f"An approval could cost, beyond what the file says, up to {words.listed(told)} before they stopped paying "
        "(median, and 80% of draws)."
    )


_PLACES = ("foster_places_usable", "foster_places_filled")


def _more_approvals(results: RunResults, reference: RunResults) -> Array:
    """Approvals beyond those of the reference: (1 + draw, year)."""
    name = "foster_approvals"
    found: Array = results.year_totals(name).area() - reference.year_totals(name).area()
    return found


def _stock(results: RunResults, name: str) -> Array:
    """Total at each instant: (1 + draw, instant)."""
    return results.stock_totals(name).area()


def _in_homes(results: RunResults) -> Array:
    """Children in homes: (1 + draw, instant)."""
    homes = [placements.reported().index(one.name) for one in placements.placements() if one.name in _homes()]
    found: Array = results.stock_parts("children").area()[..., homes].sum(axis=-1)
    return found


def _homes() -> set[str]:
    return {one.name for one in placements.placements() if one.is_home and one.name in placements.reported()}


def _placement_spend(results: RunResults) -> Array:
    """Real spend on placements over all years: (1 + draw,)."""
    found: Array = results.year_totals("placement_spend", real=True).area().sum(axis=1)
    return found


def _said(values: Array) -> str:
    """Write a median, with where 80% of draws lie."""
    most, ends = words.count(float(middle(values, quantiles=False))), headline.between(values, words.count)
    return most if ends == most else f"{most} ({ends})"


def _limited_value(loaded: LoadedScenario, share: float) -> float:
    """Net present value of the central run with places limited, at a share of children in homes who would move."""
    scenario = loaded.scenario.with_value(("assumptions", "homes_waiting_share"), share)
    results = run_once(replace(loaded, scenario=scenario).scenario, loaded.key, valued=True)
    (found,) = (one for one in accounts(results) if one.package.places_limited)
    return float(found.net_present_value[0])
