"""docs/front-door.md: what comes before care, what it costs, what starts owe to it, and whether it forecasts them."""

from __future__ import annotations

import numpy as np

from docs_pages.markdown import table
from simulator.backtest.front_door_hindcast import (
    AHEAD,
    BACK,
    FROM_FRONT_DOOR,
    IF_KNOWN,
    LAST_YEAR,
    MEAN,
    Forecasts,
    hindcast,
)
from simulator.baseline.front_door_flows import YearBefore, after, year_before
from simulator.calibrate.fit_front_door import REGRESSIONS, SPAN, SPANS, Elasticities, fit, moves_of_referrals
from simulator.data.front_door_figures import ENGLAND_CODE, YEARS, figures
from simulator.projection.front_door_course import drawn_shares
from simulator.results.labelled import RunResults
from simulator.vocabulary.areas import ENGLAND, authorities
from simulator.vocabulary.calendar import LATEST_BASE

FLOWS = {
    "need": "Episodes of need that begin, to referrals",
    "plans": "Protection plans that start, to referrals",
    "starts": "Starts, to plans that start and to need that begins",
    "safeguarding": "Spend on safeguarding, to children in need",
    "family_support": "Spend on family support, to children in need",
}
RULES = {
    LAST_YEAR: "As last year",
    MEAN: "The mean of three years",
    BACK: "Part of the way back to that mean",
    FROM_FRONT_DOOR: "The same, with the front door up to then",
    IF_KNOWN: "The same, if the front door of the years to come were known",
}
CLEAR = 2.0
"""Standard errors from which one rule is called better than another."""


def front_door_page(held: RunResults, more: RunResults) -> str:
    """Return the page.

    Parameters
    ----------
    held, more : RunResults
        England with the front door as it is, and with more referrals.
    """
    year = year_before((ENGLAND,), LATEST_BASE, np.ones(1))
    forecasts, moves = [hindcast(ahead) for ahead in AHEAD], moves_of_referrals()
    parts = [
        "# The front door",
        "Made by `make docs-tables`; do not edit. Referrals, children in need and child protection plans come "
        "before care, in every run of England and of areas, beside the engine: nothing in care waits for them. "
        "[fit_front_door.py](../simulator/calibrate/fit_front_door.py) and "
        "[front_door_hindcast.py](../simulator/backtest/front_door_hindcast.py) work out what is here.",
        "## The year to the base",
        _base_text(year),
        _base_table(year),
        _areas_text(),
        _unrecorded(),
        "## What goes along with what",
        f"Changes of logs of authorities over {SPAN} years, {YEARS[0]} to {YEARS[-1]}, less the mean of all "
        "authorities in the same years; standard errors in brackets let years of one authority hang together. They "
        "are associations. Draws take the column of three years, with its error. Over one year, counts of small "
        "areas are half noise, which draws a share to nought.",
        _spans(),
        _shares_text(),
        "By last year of the three, starts to plans and to need:",
        _by_year(),
        "## What it costs",
        _cost_text(year),
        "## A tenth more referrals",
        _more_text(held, more),
        _more_table(held, more),
        "## Does it forecast starts?",
        _verdict(forecasts),
        "Mean absolute errors over mean starts of authorities, and of England in brackets, from origins of March "
        f"{forecasts[0].origins[0]} to {forecasts[0].origins[-1]}, each with figures up to then alone. England is "
        "one series, so its errors tell little.",
        _hindcast(forecasts),
        "## What it leaves out",
        "- Referrals are held, as starts are, and go with the number of children where starts do. In draws they "
        f"stray as they have: England's by {moves.england_own_year:.1%} in a year, about a level that has stayed since "
        f"{YEARS[0]}; an authority's besides by steps of {moves.authority_step:.0%} a year that stay and by "
        f"{moves.authority_own_year:.0%} that is the year's own. Starts stray on their own, so that a draw does not "
        "tie the two.\n"
        "- All follows in the month: yearly counts can't tell whether a plan comes a month after a referral or "
        "three.\n- Children in need by cause, assessments, section 47 enquiries and early help outside social care "
        "have no stock.\n- What leaves care is taken to leave need too; most children who go home have a plan for "
        "some time.\n- Prices of the front door follow general prices, and in draws stray as those of other support "
        "do. Spend for each child in need has risen faster, which the model does not take to go on.",
    ]
    return "\n\n".join(parts) + "\n"


def _base_text(year: YearBefore) -> str:
    closing, ending = float(year.closing_per_year[0]), float(year.plans_end_per_year[0])
    return (
        f"A stock loses those in it at one hazard and gains a flow: {closing:.2f} a year of children in need who are "
        f"not looked after, and {ending:.2f} of plans, are what make the stocks of March {LATEST_BASE - 1} those of "
        f"March {LATEST_BASE}. A case is open {12 / closing:.0f} months on average, a plan {12 / ending:.0f}."
    )


def _base_table(year: YearBefore) -> str:
    outside = after(year.outside_before, year.need_started - year.starts, year.closing_per_year, 1.0)[0]
    plans = after(year.plans_before, year.plans_started, year.plans_end_per_year, 1.0)[0]
    every = year_before([one.code for one in authorities()], LATEST_BASE, np.ones(len(authorities())))
    looked_after = _published("children")
    rows = [
        ("Referrals in the year", "referrals", year.referrals[0], every.referrals.sum()),
        ("Episodes of need that began", "need_started", year.need_started[0], every.need_started.sum()),
        ("Protection plans that started", "plans_started", year.plans_started[0], every.plans_started.sum()),
        ("Children in need at the end", "in_need", outside + looked_after, every.outside.sum() + looked_after),
        ("Children on a plan at the end", "plans", plans, every.plans.sum()),
        ("Safeguarding, £m", "safeguarding_gbp", year.safeguarding_gbp[0], every.safeguarding_gbp.sum()),
        ("Family support, £m", "family_support_gbp", year.family_support_gbp[0], every.family_support_gbp.sum()),
    ]
    shown = []
    for title, name, model, areas in rows:
        size = 1e6 if name.endswith("gbp") else 1.0
        shown.append((title, *(f"{value / size:,.0f}" for value in (_published(name), model, areas))))
    return table((f"Year to March {LATEST_BASE}", "Published", "England", "Areas together"), shown, 3)


def _published(name: str) -> float:
    return float(figures(name, (ENGLAND_CODE,), (LATEST_BASE,))[0, 0])


def _areas_text() -> str:
    codes = [one.old_code for one in authorities()]
    every = year_before([one.code for one in authorities()], LATEST_BASE, np.ones(len(codes)))
    shown, off = 0, 0.0
    for name, stock, end in (
        ("in_need", after(every.outside_before, every.need_started - every.starts, every.closing_per_year, 1.0), True),
        ("plans", after(every.plans_before, every.plans_started, every.plans_end_per_year, 1.0), False),
    ):
        published = figures(name, codes, (LATEST_BASE,))[:, 0]
        published = published - figures("children", codes, (LATEST_BASE,))[:, 0] if end else published
        known = np.isfinite(published) & np.isclose(published, every.outside if end else every.plans)
        shown += int(known.sum())
        off = max(off, float(np.abs(stock[known] / np.maximum(published[known], 1.0) - 1.0).max()))
    return (
        f"Of the {2 * len(codes)} stocks of authorities, {shown} are published with all that their hazard takes, and "
        f"the furthest that one lies from its figure is {100 * off:.1g}%. The others share what these leave of "
        "England's. Authorities' spend is England's return, shared as they report to the department; who does not "
        "report is taken to spend as much on a child looked after as the others."
    )


def _unrecorded() -> str:
    began, ended, stock = (figures(name, (ENGLAND_CODE,))[0] for name in ("need_started", "need_ended", "in_need"))
    lost = (began - ended)[1:] - np.diff(stock)
    return (
        f"A finding: published ends of need are too few. Since {YEARS[1]} episodes that began less those that ended "
        f"exceed the change of the stock by {lost.min():,.0f} to {lost.max():,.0f} a year, a tenth of all children "
        "in need. Cases drop out of the count from one return to the next without an end, so hazards are fitted to "
        "beginnings and stocks, and not to ends."
    )


def _shown(found: Elasticities) -> str:
    return "; ".join(f"{b:.2f} ({e:.2f})" for b, e in zip(found.estimate, found.standard_error, strict=True))


def _spans() -> str:
    rows = []
    for name in REGRESSIONS:
        found = [fit(name, span) for span in SPANS]
        rows.append((FLOWS[name], *map(_shown, found), f"{found[SPANS.index(SPAN)].r_squared:.0%}"))
    heads = ("Share that goes along", *(f"{span} year{'s' * (span > 1)}" for span in SPANS), f"Explained at {SPAN}")
    return table(heads, rows, len(SPANS) + 1)


def _shares_text() -> str:
    shares = {name: one.distribution.central for name, one in drawn_shares().items()}
    front = shares["starts_per_plan"] + shares["starts_per_need"]
    through = (
        shares["starts_per_plan"] * shares["plans_per_referral"]
        + shares["starts_per_need"] * shares["need_per_referral"]
    )
    explained = fit("starts").r_squared
    return (
        f"So {front:.0%} of starts of resident children move with plans and need (`starts_from_front_door`) and the "
        "rest do not (`starts_from_elsewhere`, asylum-seeking children among them). Of a change in referrals starts "
        f"take on {through:.0%}. It is a small part of what makes places differ: {explained:.0%} of the spread of "
        "changes in starts."
    )


def _by_year() -> str:
    rows = []
    for year in YEARS[SPAN:]:
        found = fit("starts", SPAN, (year,))
        both = (f"{b:.2f} ({e:.2f})" for b, e in zip(found.estimate, found.standard_error, strict=True))
        rows.append((str(year), *both, f"{found.r_squared:.0%}"))
    return table(("Last year", "To plans", "To need", "Explained"), rows, 3)


def _cost_text(year: YearBefore) -> str:
    spend = float(year.safeguarding_gbp[0] + year.family_support_gbp[0])
    cases = float(year.cases[0])
    shares = drawn_shares()
    parts = [
        (year.safeguarding_gbp[0], shares["safeguarding_per_case"].distribution),
        (year.family_support_gbp[0], shares["family_support_per_case"].distribution),
    ]
    marginal = sum(float(gbp) * one.central for gbp, one in parts) / cases
    low, high = (sum(float(gbp) * float(one.ppf(p)) for gbp, one in parts) / cases for p in (0.1, 0.9))
    return (
        f"£{spend / 1e9:.1f}bn on {cases:,.0f} children in need is £{spend / cases:,.0f} each. One more costs "
        f"far less, £{marginal:,.0f} a year ({low:,.0f} to {high:,.0f} with both shares at ends of their 80%), as "
        "councils whose numbers rose did not spend as much more. `front_door_spend` goes by that share; "
        "`early_and_late_spend` adds it to spend on looked-after children and programmes, so that help which finds "
        "more need pays for it in one account. Teams that are stretched instead are in no figure."
    )


_ROWS = {
    "referrals": "Referrals", "children_in_need": "Children in need", "protection_plans": "Children on a plan",
    "starts": "Starts", "children": "Children looked after", "front_door_spend": "Front door, £m",
    "total_spend": "Care and programmes, £m", "early_and_late_spend": "Early and late, £m",
}  # fmt: skip


def _more_text(held: RunResults, more: RunResults) -> str:
    last = held.timeline.financial_years[-1]
    early, late = (_last(more, name) - _last(held, name) for name in ("front_door_spend", "total_spend"))
    return (
        f"`{more.name}`: in {last}, at cash prices, a tenth more referrals cost £{early / 1e6:,.0f}m more at the "
        f"front door and £{late / 1e6:,.0f}m more in care, if starts follow as they have gone along. Help that "
        "only finds need pays the first at once; `early_help` says with `referrals.referral_ratio` how much it finds."
    )


def _last(results: RunResults, name: str) -> float:
    measure = results.measures[name]
    values = measure.values.sum(axis=(-2, -1))
    return float(results.timeline.by_year(values, measure.kind)[0, 0, -1])


def _more_table(held: RunResults, more: RunResults) -> str:
    rows = []
    for name, title in _ROWS.items():
        size = 1e6 if name.endswith("spend") else 1.0
        before, now = (_last(one, name) / size for one in (held, more))
        rows.append((title, f"{before:,.0f}", f"{now:,.0f}", f"{now / before - 1.0:+.1%}"))
    return table((held.timeline.financial_years[-1], "As now", "A tenth more", "Change"), rows, 3)


def _verdict(forecasts: list[Forecasts]) -> str:
    gains = [one.better_by(FROM_FRONT_DOOR, BACK) for one in forecasts]
    better = [gain > CLEAR * error for gain, error in gains]
    told = ", ".join(f"{100 * gain:+.2f} ({100 * error:.2f})" for gain, error in gains)
    known = ", ".join(f"{100 * one.better_by(IF_KNOWN, BACK)[0]:.1f}" for one in forecasts)
    says = {
        (True, True): "Yes, at every horizon.", (False, True): "At some horizons only.", (False, False): "No.",
    }[all(better), any(better)]  # fmt: skip
    return (
        f"**{says}** Errors of authorities one, two and three years on are smaller by {told} points of mean starts, "
        "with standard errors, when the front door up to the origin is known, beside a rule that knows past starts "
        f"alone. If the front door of the years to come were known, they would be smaller by {known} points: it "
        "moves in the same year as starts, and not before them. So starts stay as they are fitted, and the front "
        "door explains a share of them without forecasting it."
    )


def _hindcast(forecasts: list[Forecasts]) -> str:
    rows = [
        (title, *(f"{one.error(rule):.1%} ({one.error(rule, england=True):.1%})" for one in forecasts))
        for rule, title in RULES.items()
    ]
    heads = ("Starts forecast", *(f"{one.ahead} year{'s' * (one.ahead > 1)} on" for one in forecasts))
    return table(heads, rows, len(forecasts))
