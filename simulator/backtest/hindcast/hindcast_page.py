"""The page of the docs on the hindcast: every figure in it comes from the run that writes it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from simulator.backtest.hindcast.hindcast_scores import Scores, inside, scores
from simulator.backtest.hindcast.items import SPEND
from simulator.backtest.hindcast.of_the_day import GROWTH_2025
from simulator.backtest.hindcast.run_areas import GROUPS
from simulator.backtest.hindcast.run_bases import Ahead
from simulator.backtest.hindcast.tables_of_page import (
    MUST_BEAT,
    PANDEMIC,
    POOLED,
    POOLED_HORIZONS,
    SCORE_HEAD,
    STUDY_GROUPS,
    at_latest,
    band_table,
    grid,
    horizon_table,
    missed,
    placement_table,
    pooled,
    score_row,
    score_table,
    spend_table,
)
from simulator.calibrate.later_figures import LATER_FIGURES, SHORT_RECORDS, LaterFigure
from simulator.outputs.charts import Chart, words
from simulator.projection.recorded_trends import PRICE, trends
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.calendar import LATEST_BASE
from simulator.vocabulary.labels import ALL

WRITTEN_BY = "<!-- written by: care-demand hindcast --docs docs -->"
"""Stands in every page of ours, so that the next one may replace it."""

COVERAGE_80 = (0.70, 0.92)
LEAST_COVERAGE_90 = 0.80
AREA_COVERAGE_80 = (0.72, 0.88)
"""What is asked of pooled intervals, of England and of authorities."""

CHILDREN, STARTS = ("children", ALL), ("starts", ALL)

MISSED_BY_MUCH = 0.2
"""Part of what happened beyond which the verdict names a miss of placements."""


def text(many: Sequence[Ahead], charts: Mapping[str, Chart], draws: int) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    many : sequence of Ahead
    charts : mapping of name to Chart
        They lie beside the page.
    draws : int
        Of each base.
    """
    pictures = [f"![{' '.join(chart.alt.split())}]({name}.png)" for name, chart in charts.items()]
    whole = [one for one in many if one.area == ENGLAND]
    bases = sorted({one.base for one in whole})
    parts = [
        f"# Hindcast\n\n{WRITTEN_BY}",
        _what(bases, draws),
        f"## Verdict\n\n<!-- verdict: of care-demand hindcast -->\n{verdict(whole)}\n<!-- end of verdict -->",
        _asked(whole),
        f"## Scores, 1 to {POOLED_HORIZONS} years ahead\n\n{_how_scored()}\n\n{score_table(whole)}",
        f"{pictures[0]}\n\n{pictures[1]}",
        f"## By years ahead\n\n{horizon_table(whole)}",
        f"## March {LATEST_BASE} by placement\n\n"
        "Misses of the median, per cent of what happened, and the sum of misses in children over all children. The "
        f"model's own children and households are in them.\n\n{placement_table(whole)}",
        f"## Spend of {LATEST_BASE - 1}-{LATEST_BASE % 100}\n\nReal, in prices of the year before each base.\n\n"
        f"{spend_table(whole)}",
        f"## Supply and homes from the pandemic year\n\n{band_table(whole)}",
        "## Authorities\n\n" + _authorities([one for one in many if one.area != ENGLAND]),
        "## Figures of a later day\n\n" + _later(),
        "## How it is done\n\n" + _method(bases),
    ]
    return "\n\n".join(parts) + "\n"


def _what(bases: Sequence[int], draws: int) -> str:
    return (
        f"What would the scenario model have said? From 31 March of each year from {bases[0]} to {bases[-1]}, with the "
        "figures and prices of that day only, its status quo is run up to five years ahead "
        f"with {draws} draws, and set beside what was then published, and beside two rules of thumb. Nothing in the "
        "status quo is changed but the base and the growth of prices, which is what it had been until then. (The "
        "[track record](backtest.md) is of another method, which forecasts children alone.)\n\n"
        "Figures are those of the latest release, not as first published, and the rules of the model were written by "
        "people who knew what happened. How many children waited for a foster home was never counted, so it is not "
        "here."
    )


def verdict(many: Sequence[Ahead]) -> str:
    """Return the verdict in a few sentences, which the README shows too."""
    pool = scores(pooled(many))
    of = {keys: scores(pooled(many, [keys])) for keys in (*MUST_BEAT, CHILDREN)}
    named = {keys: next(one.item.label for one in many if one.item.key == keys) for keys in of}
    against = [
        f"{named[keys].lower().replace(', real', '')} {100 * found.error:.0f}% ({100 * found.better_naive:.0f}%)"
        for keys, found in of.items()
        if keys in MUST_BEAT
    ]
    return (
        f"From {min(one.base for one in many)} to {max(one.base for one in many)}, 1 to {POOLED_HORIZONS} years "
        f"ahead, the scenario model's status quo missed children looked after by "
        f"{100 * of[CHILDREN].error:.1f}% on average, {_beside_rules(of[CHILDREN])}. Of placements, foster places and "
        f"spend its 80% intervals held {100 * pool.covered[80]:.0f}% of what "
        f"happened and its 90% intervals {100 * pool.covered[90]:.0f}%. Mean misses, with those of the better of two "
        f"rules of thumb (no change, damped trend) in brackets: {', '.join(against)}. {_against_naive(pool)} "
        f"{_of_whole_forecasts(of)} {_from_the_pandemic_year(many)}".rstrip()
    )


def _beside_rules(found: Scores) -> str:
    """Say which rule of thumb missed less, or by how much each missed."""
    rules = {"no change": found.hold_error, "the damped trend": found.trend_error}
    said = ", ".join(f"{name} by {100 * error:.1f}%" for name, error in rules.items())
    better = [name for name, error in rules.items() if error < found.error]
    return f"{said}{f', so that {words.listed(better)} did better there' if better else ''}"


def _of_whole_forecasts(of: Mapping[tuple[str, str], Scores]) -> str:
    """Give the scores of whole forecasts of homes, whose medians alone are beside the rules above."""
    homes = of["children", "childrens_home"]
    return (
        f"Of whole forecasts (CRPS; less is better) children's homes score {100 * homes.crps:.1f}%, a held share of "
        f"children {100 * homes.hold_crps:.1f}% and the damped trend {100 * homes.trend_crps:.1f}%."
    )


def _from_the_pandemic_year(many: Sequence[Ahead]) -> str:
    """Say what is missed by most from the pandemic year, and what it was taken to go on with; often nothing."""
    found = at_latest(many, PANDEMIC)
    spend, since = found.get((SPEND, ALL)), [one for one in many if one.base == PANDEMIC and one.item.key == STARTS]
    if spend is None or not since:
        return ""
    outside = "" if inside(spend, 90) else ", outside its 90% interval"
    said = [f"spend of {LATEST_BASE - 1}-{LATEST_BASE % 100} by {_percent(spend.median / spend.actual - 1.0)}{outside}"]
    for name, keys in STUDY_GROUPS.items():
        if all(key in found for key in keys):
            miss, actual = missed(found, keys)
            if abs(miss) > MISSED_BY_MUCH * actual:
                said.append(f"{name[0].lower()}{name[1:]} by {_percent(miss / actual)}")
    came = sum(one.actual for one in since) / len(since)
    return (
        f"From March {PANDEMIC} it missed {words.listed(said)}: its starts were those of the pandemic year, "
        f"{words.count(since[0].hold)}, and {words.count(came)} a year have come since."
    )


def _percent(share: float) -> str:
    return f"{100 * share:+.0f}%".replace("-", "−")


def _against_naive(pool: Scores) -> str:
    beaten = [
        name for name, mark in (("no change", pool.hold_crps), ("the trend", pool.trend_crps)) if pool.crps < mark
    ]
    if len(beaten) == 2:
        return "All in all it did better than both."
    return f"All in all it did better than {beaten[0]} and worse than the other." if beaten else "Both did better."


def _asked(many: Sequence[Ahead]) -> str:
    pool = scores(pooled(many))
    rows = [
        _row("80% intervals hold", f"{COVERAGE_80[0]:.2f} to {COVERAGE_80[1]:.2f}", pool.covered[80],
             COVERAGE_80[0] <= pool.covered[80] <= COVERAGE_80[1]),
        _row("90% intervals hold", f"{LEAST_COVERAGE_90:.2f} or more", pool.covered[90],
             pool.covered[90] >= LEAST_COVERAGE_90),
        _row("CRPS, no more than held", f"{pool.hold_crps:.4f}", pool.crps, pool.crps <= pool.hold_crps, digits=4),
        _row("CRPS, no more than trend", f"{pool.trend_crps:.4f}", pool.crps, pool.crps <= pool.trend_crps, digits=4),
    ]  # fmt: skip
    for key in MUST_BEAT:
        one = scores(pooled(many, [key]))
        label = next(found.item.label for found in many if found.item.key == key)
        rows.append(
            _row(f"{label}: error, no more than naive", f"{one.better_naive:.3f}", one.error,
                 one.error <= one.better_naive, digits=3)
        )  # fmt: skip
    return grid(("Asked of the pool", "at", "is", "met"), rows, numbers=3)


def _row(label: str, asked: str, found: float, met: bool, digits: int = 2) -> list[str]:
    return [label, asked, f"{found:.{digits}f}", "yes" if met else "**no**"]


def _how_scored() -> str:
    return (
        "Each forecast is scored as a share of what happened. *Error* is that of the median of draws, beside *held* (a "
        "placement's share of the base, of the model's own children; other figures as they were) and *trend* (its last "
        "year's change, of which 0.7 is left a year on). *Bias* is above 0 where too much was said. *CRPS* scores the "
        "whole forecast; both rules have the model's own spread around them, as nobody knows one of theirs from so "
        f"short a record. The pool is of {len(POOLED)} figures: kinship, council, agency, homes, supported, filled "
        "places, residential and all spend. Some 3,000 children were counted in supported accommodation one year and "
        "in other placements the next, as settings registered, so that the pool is given with both as one besides. "
        "Forecasts overlap: about two independent stretches of four years."
    )


def _authorities(many: Sequence[Ahead]) -> str:
    if not many:
        return "Not run this time; `--area-draws N` runs them."
    low, high = AREA_COVERAGE_80
    each = {
        f"{label}, from {base}, {horizon} year{'s' * (horizon > 1)} ahead": scores(found, together=True)
        for group, label in GROUPS.items()
        for base in sorted({one.base for one in many})
        for horizon in sorted({one.horizon for one in many})
        if (found := [one for one in many if (one.item.placement, one.base, one.horizon) == (group, base, horizon)])
    }
    pools = {label: area_pool(many, group) for group, label in GROUPS.items()}
    asked = [
        row
        for label, pool in pools.items()
        for row in (
            _row(f"{label}: 80% intervals hold", f"{low:.2f} to {high:.2f}", pool.covered[80],
                 low <= pool.covered[80] <= high),
            _row(f"{label}: CRPS, no more than held", f"{pool.hold_crps:.4f}", pool.crps,
                 pool.crps <= pool.hold_crps, digits=4),
        )
    ]  # fmt: skip
    rows = [score_row(label, one) for label, one in each.items()]
    rows += [score_row(f"**{label}**", one) for label, one in pools.items()]
    return (
        f"From March 2022 and 2023, one and two years ahead, with luck in {len(many[0].draws)} draws: fostered "
        "children, and children in homes (other residential places included), of each authority whose figures are "
        "shown at both ends. Scores are shares of the mean outcome, so that large authorities count as what they are; "
        "*held* is the authority's own share of the base, of the model's own children there, with the model's own "
        "spread; *trend* is the same, as no earlier year is set beside. What is asked:\n\n"
        + grid(("Of both bases and years ahead", "at", "is", "met"), asked, numbers=3)
        + f"\n\n{_missed(each)}\n\n"
        + grid(SCORE_HEAD, rows, numbers=len(SCORE_HEAD) - 1)
        + "\n\nHow far placements of authorities walk away from England's is known here by the record to the base "
        "([areas.md](areas.md)); no figure that is scored is in it. Not so all else: how long differences between "
        "authorities last, and how much of the split between kin and others was not foreseen, are of 2022 to 2025, and "
        "how far starts and leaving walk is of all years to 2025. So these rows are not wholly free of hindsight."
    )


def area_pool(many: Sequence[Ahead], group: str) -> Scores:
    """Return the scores of all authorities in one group, of all bases and years ahead."""
    return scores([one for one in many if one.item.placement == group], together=True)


def _missed(each: Mapping[str, Scores]) -> str:
    """Say which rows are outside of what is asked of the pool."""
    low, high = AREA_COVERAGE_80
    told = [
        f"{label} ({100 * one.covered[80]:.0f}% inside)"
        for label, one in each.items()
        if not low <= one.covered[80] <= high
    ]
    told += [f"{label} (CRPS no better than held)" for label, one in each.items() if one.crps > one.hold_crps]
    return f"Outside of that by themselves: {'; '.join(told)}." if told else "So does each row by itself."


def _later() -> str:
    def line(one: LaterFigure) -> list[str]:
        bases = f"{one.bases[0]}" if len(one.bases) == 1 else f"{one.bases[0]} to {one.bases[-1]}"
        return [f"{one.what[0].upper()}{one.what[1:]}", bases, one.why]

    rows = [line(one) for one in (*LATER_FIGURES, SHORT_RECORDS)]
    return "A test spoils every later row of every table but these, and finds each fit and run the same.\n\n" + grid(
        ("What", "Bases", "Why"), rows, numbers=0
    )


def _growth(bases: Sequence[int]) -> Iterator[list[str]]:
    for base in bases:
        growth = {one.name: one.growth for one in trends(base)}
        yield [str(base), *(f"{100 * math.expm1(growth[PRICE + what]):+.1f}" for what in ("homes", "foster"))]


def _method(bases: Sequence[int]) -> str:
    return (
        "- **Fits**: `data/baseline/england-YYYY.json`, each from published tables to its own year "
        "([fit.md](fit.md)).\n"
        "- **Drift** in draws has the size that the record had by then (`data/drift.csv`).\n"
        "- **Prices** go on as `data/trends.csv` has them at the base: of homes at the mean real growth of the "
        "published unit cost from 2016-17 to the year before the base, of fostering at a judgement; per cent a "
        "year:\n\n"
        + grid(("Base", "Homes", "Fostering"), list(_growth(bases)), numbers=2)
        + f"\n\n- **Real** money is over the GDP deflator, of which 2025 is assumed to grow by "
        f"{100 * (GROWTH_2025 - 1):.1f}%.\n"
        "- **Left out**: placements that were not published apart at a base (2018), and outcomes that were not "
        "published (households before 2020).\n"
        "- **Spend of 2017-18** as published is £60m more than its lines, which the run from 2018 adds up.\n\n"
        "The command writes `hindcast.csv`: every figure of every base and year, its draws as quantiles, and both "
        "rules."
    )
