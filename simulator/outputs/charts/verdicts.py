"""What programmes are worth and what moves spend, in words that charts and the summary share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from simulator.outputs.charts import headline, series, words
from simulator.outputs.charts.headline import signed
from simulator.results.figures import Way, interval, middle, way
from simulator.results.movers import Mover, movers
from simulator.results.results_protocol import Results
from simulator.results.value_for_money import ValueAccount, middle_of

_signed = partial(signed, write=words.money)
_PENNY = 0.01
_APART = 0.2
"""Part of the width of the 80% interval by which the central run and the median differ where both are told."""

REGIMES = {True: "places limited", False: "places found as needed"}
"""What the two rules for foster places are called."""


RESTS_ON_JUDGEMENT = "What the programmes do rests on judged priors alone."

JUDGED = "on judged priors alone"
"""What is said with a chance where nothing but judgement says what programmes do."""


def accounts(results: Results) -> list[ValueAccount]:
    """Return the accounts of all programmes together, with places as the scenario says and the other way."""
    return [results.account(package) for package in results.packages if package.which == "all"]


NEVER_OWED = "never in deficit"
"""What is said of programmes that have saved as much as they have cost from the first year with cost on."""

NOT_COUNTED = "cost not counted"
"""What is said where there would be a year of payback, of programmes for which no money is counted."""


def break_even(account: ValueAccount) -> str:
    """Return the financial year by whose end what was owed is paid, in the middle of draws.

    Nothing where it is not paid within the run, or nothing was ever owed.
    """
    path = middle(account.cumulative_net_cost, quantiles=False)
    owed = np.flatnonzero(path > 0.0)
    return account.years[int(owed[-1]) + 1] if owed.size and owed[-1] + 1 < len(account.years) else ""


def payback(account: ValueAccount) -> str:
    """Return when programmes have paid back, within a sentence; nothing if not within the run, or at no cost."""
    if not account.package.costed:
        return ""
    if middle(account.cumulative_net_cost, quantiles=False).max() <= 0.0:
        return ", ".join([NEVER_OWED, *account.package.payback_caveats])
    year = break_even(account)
    return ", ".join([f"paid back by {year}", *account.package.payback_caveats]) if year else ""


def payback_cell(account: ValueAccount) -> str:
    """Return when programmes have paid back, as the cell of a table."""
    if not account.package.costed:
        return NOT_COUNTED
    return payback(account).removeprefix("paid back by ") or f"not by {account.years[-1]}"


def uncosted(account: ValueAccount) -> str:
    """Return whose cost is not counted, as a clause; nothing where all have one."""
    package = account.package
    if not package.uncosted:
        return ""
    whose = f"of {words.listed(package.uncosted)}" if package.costed else "of what is done"
    return f"the cost {whose} is not counted"


def rests_on(results: Results) -> str:
    """Return what a chance that programmes pay rests on, after a comma; nothing where studies bear them out."""
    said = [JUDGED] if results.judged else []
    if account := next(iter(accounts(results)), None):
        said += [f"where {clause}"] if (clause := uncosted(account)) else []
    if results.fitted:
        said.append(f"given the {words.listed(results.fitted)}, fitted so that the scenario reaches a published figure")
    if results.outlasting:
        said.append(f"if effects outlast their money as the file says ({words.listed(results.outlasting)})")
    return "".join(f", {one}" for one in said)


def given_as_certain(results: Results) -> str:
    """Return what draws do not vary of what programmes do, as a sentence; nothing where they vary all of it."""
    if not results.fixed_effects:
        return ""
    return (
        f"Given as certain: {words.listed(results.fixed_effects)}. Chances and intervals say how unsure everything "
        "else is, and nothing of whether that comes as the file says."
    )


def verdicts(known: Sequence[ValueAccount]) -> str:
    """Return whether programmes pay, in each regime, as a sentence without its end."""
    regimes = [REGIMES[account.package.places_limited] for account in known]
    if all(_pays(account) == "unsure" for account in known):
        told = [f"{_worth(account)} with {regime}" for account, regime in zip(known, regimes, strict=True)]
        return (
            f"Whether the programmes pay by {known[0].years[-1]} is open ({headline.DRAWS}): net present value "
            f"{words.listed(told)}{_after(uncosted(known[0]))}"
        )
    said = [f"with {regime}, they {verdict(account)}" for account, regime in zip(known, regimes, strict=True)]
    whose = uncosted(known[0]) if known[0].package.costed else ""  # else each verdict says so
    return f"Programmes: {'; '.join([*said, *filter(None, [whose])])}"


def standing(known: Sequence[Sequence[ValueAccount]]) -> str:
    """Return of how many scenarios the programmes pay whatever the rule for places, as a title."""
    priced = [of_one for of_one in known if of_one[0].package.costed]
    ways = [{_pays(account) for account in of_one} for of_one in priced]
    always, never = sum(one == {"up"} for one in ways), sum(one <= {"down", "same"} for one in ways)
    basis = headline.DRAWS if len(known[0][0].net_present_value) > 1 else "central runs"
    told = {
        "programmes pay under both rules for foster places": always,
        "they pay under neither": never,
        "whether they pay turns on the rule for foster places, or is open": len(ways) - always - never,
        "no cost is counted": len(known) - len(priced),
    }
    said = [f"in {number} {what}" for what, number in told.items() if number]
    return f"Of {len(known)} scenarios, {words.listed(said)} ({basis})"


def _pays(account: ValueAccount) -> Way:
    return way(account.net_present_value, float(np.abs(account.present("cost")).max()), least=0.0)


def _worth(account: ValueAccount) -> str:
    return headline.between(account.net_present_value, _signed)


def verdict(account: ValueAccount) -> str:
    """Return whether programmes pay, as the end of a sentence: by how much at present value, and since when.

    Where no money is counted for them, they pay nothing back, and it is spend without their cost that falls or rises.
    """
    value, last = account.net_present_value, account.years[-1]
    found = _pays(account)
    if found == "unsure":
        return f"are worth {_worth(account)} by {last} ({headline.DRAWS}), a loss or a gain"
    ends = interval(value, 10, 90, quantiles=False)
    size = words.money(abs(float(middle(value, quantiles=False))))
    if ends is not None and words.money(float(ends[0])) != words.money(float(ends[1])):
        size += f" ({' to '.join(words.money(edge) for edge in sorted(abs(float(edge)) for edge in ends))})"
    if not account.package.costed:
        told = {"up": f"lower spend by {size}", "down": f"raise spend by {size}"}.get(found, "leave spend as it is")
        return f"{told} by {last}, their own cost not counted"
    if found == "up":
        paid = payback(account)
        since = f"and {'are' if paid.startswith(NEVER_OWED) else 'have'} {paid}" if paid else ""
        return f"save {size} more than they cost by {last}{_after(since)}"
    return f"cost {size} more than they save by {last}" if found == "down" else f"cost what they save by {last}"


def _after(clause: str) -> str:
    return f", {clause}" if clause else ""


def apart_words(known: Sequence[ValueAccount]) -> Iterator[str]:
    """Yield what the central run gives in each regime where it is far from the median of draws."""
    for account in known:
        value = account.net_present_value
        ends, most = interval(value, 10, 90, quantiles=False), float(middle(value, quantiles=False))
        if ends is not None and abs(float(value[0]) - most) > _APART * float(ends[1] - ends[0]) + _PENNY:
            yield (
                f"With {REGIMES[account.package.places_limited]}, the central run has a net present value of "
                f"{_signed(float(value[0]))}, far from the median of {_signed(most)}: each number is at its middle "
                "there, and the outcome is not, as savings are not in proportion to what is drawn. Quote the median."
            )


def basis_words(results: Results, account: ValueAccount) -> str:
    """Return in which pounds an account is, within a sentence."""
    return f"{series.prices_words(results)}, present value in {account.years[0]}"


BASIS = (
    "Against the same scenario without its programmes, draw by draw. Savings are of all spend on looked-after "
    "children, gross of grants; costs, savings and net present value are discounted as the Green Book says, a saving "
    "for a child-year is not."
)
"""What holds for every verdict on programmes."""


def value_notes(results: Results, known: Sequence[ValueAccount]) -> Iterator[str]:
    """Yield what must be said of every verdict."""
    yield BASIS
    if clause := uncosted(known[0]):
        yield f"{clause[:1].upper()}{clause[1:]}: what is saved has still to pay for it."
    for account in known:
        if account.beyond_average:
            yield (
                f"Warning: with {REGIMES[account.package.places_limited]}, a child-year avoided saves "
                f"{middle_of(account.marginal_to_average):.1f} times what one costs on average, as places are freed "
                "for other children; read the saving as an upper bound."
            )
    if results.draws > 1 and (said := given_as_certain(results)):
        yield said
    if results.judged:
        yield RESTS_ON_JUDGEMENT


def spend_movers(results: Results) -> tuple[Mover, ...]:
    """Return what moves real spend of the first area in the last year; nothing where draws are few or not known."""
    if not results.drawn or not results.financial_years:
        return ()
    return movers(results.drawn, results.year_totals("total_spend", real=True).area()[1:, -1])


def in_words(results: Results, mover: Mover) -> str:
    """Return how spend goes together with a number, as a sentence without its end."""
    return (
        f"spend in {results.financial_years[-1]} moves most with {mover.name} (rank correlation "
        f"{mover.rank_correlation:+.2f}): {words.money(mover.low)} in the fifth of draws where it is lowest, "
        f"{words.money(mover.high)} where it is highest, {series.prices_words(results)}"
    ).replace("-0.", "−0.")
