"""Value for money in the summary: a small table for both rules for places, and what must be said with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import (
    REGIMES,
    RESTS_ON_JUDGEMENT,
    accounts,
    apart_words,
    basis_words,
    payback_cell,
    rests_on,
    value_notes,
)
from simulator.outputs.text_grid import WordTable
from simulator.results.figures import interval
from simulator.results.quantities import Array
from simulator.results.results_protocol import Results
from simulator.results.value_for_money import ValueAccount, middle_of, with_figure

_money = partial(signed, write=words.money)


def value_lines(results: Results) -> list[str]:
    """Return the lines on value for money of a scenario, for its first area; none without programmes."""
    found = value_table(results)
    return found.lines() if found else []


def value_table(results: Results) -> WordTable | None:
    """Return value for money of a scenario, for its first area, in both regimes; None without programmes."""
    known = accounts(results)
    if not known:
        return None
    first = known[0]
    rows = [["Programmes against none", *(REGIMES[account.package.places_limited] for account in known)]]
    for title, figure, write in _ROWS:
        values = [figure(account) for account in known]
        rows.append([title, *(_shown(of, write) for of in values)])
        if title in _WITH_INTERVAL and any(len(of) > 1 for of in values):
            rows.append(["  80% of draws", *(_ends(of, write) for of in values)])
    rows.append(["Paid back by", *map(payback_cell, known)])
    alone = _alone(results)
    head = f"Value for money, {first.years[0]} to {first.years[-1]}, {basis_words(results, first)}"
    chance = _chance(results, known)
    notes = [note for note in value_notes(results, known) if not (chance and note == RESTS_ON_JUDGEMENT)]
    said = [*chance, *_avoiding(known), *apart_words(known), *notes]
    return WordTable(head, tuple(map(tuple, [*rows, *alone])), tuple(said))


_EACH = "Saving for a child-year avoided, not discounted"
_OVER_AVERAGE = "  over the average cost of one"

_ROWS: tuple[tuple[str, Callable[[ValueAccount], Array], Callable[[float], str]], ...] = (
    ("Cost of programmes", lambda of: of.present("cost"), words.money),
    ("Saving, gross", lambda of: of.present("saving"), words.money),
    ("  of which cashable (placements)", lambda of: of.present("cashable"), words.money),
    ("Net present value", lambda of: of.net_present_value, _money),
    (
        "Saving for each £1",
        lambda of: of.benefit_cost_ratio,
        lambda value: f"£{round(value, 2) + 0.0:,.2f}".replace("£-", "−£"),
    ),
    ("Child-years avoided", lambda of: of.flows["avoided"].sum(axis=1), words.count),
    (_EACH, lambda of: of.saving_per_child_year, words.money),
    (_OVER_AVERAGE, lambda of: of.marginal_to_average, lambda value: f"{value:.2f}"),
)
"""What is told, and of what."""

_WITH_INTERVAL = ("Net present value", _EACH, _OVER_AVERAGE)


def _shown(values: Array, write: Callable[[float], str]) -> str:
    value = middle_of(values)
    return write(value) if np.isfinite(value) else "-"


def _ends(values: Array, write: Callable[[float], str]) -> str:
    ends = interval(with_figure(values), 10, 90, quantiles=False)
    known = ends is not None and np.isfinite(ends).all()
    return " to ".join(write(float(edge)) for edge in ends) if ends is not None and known else ""


def _alone(results: Results) -> list[list[str]]:
    """Return a row for each programme of several: the net present value of it alone, in each regime."""
    titles: dict[str, list[str]] = {}
    for package in results.packages:
        if package.which == "alone":
            value = results.account(package).net_present_value
            titles.setdefault(results.titled(package.programme, package.title), []).append(_shown(value, _money))
    rows = [[f"  {title} alone", *values] for title, values in titles.items()]
    return [["Net present value of each", "", ""], *rows] if rows else []


def _chance(results: Results, known: Sequence[ValueAccount]) -> list[str]:
    """Say with which chance programmes pay, and on what it rests."""
    told = [
        f"{words.chance(account.chance_pays, len(account.net_present_value) - 1)} with "
        f"{REGIMES[account.package.places_limited]}"
        for account in known
        if account.chance_pays is not None
    ]
    return [f"Chance that net present value is above £0: {words.listed(told)}{rests_on(results)}."] if told else []


def _avoiding(known: Sequence[ValueAccount]) -> list[str]:
    """Say of which draws a saving for a child-year is, where it is not of all."""
    shares = [(account, share) for account in known if (share := account.chance_avoids)]
    told = [f"{share:.0%} with {REGIMES[account.package.places_limited]}" for account, share in shares if share < 1.0]
    return [f"A saving for a child-year is of the draws that avoid any: {words.listed(told)}."] if told else []
