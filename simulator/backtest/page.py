"""The page of the docs on the track record: every figure in it comes from the run that writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.backtest import flows, mix, money
from simulator.backtest.origins import HEADLINE, HINDSIGHT, IN_BLEND, LABELS, REFERENCE
from simulator.backtest.record import Record, england
from simulator.backtest.score import skill
from simulator.outputs.charts import Chart
from simulator.vocabulary.areas import ENGLAND

Table = NDArray[np.void]
SIZES = ((0, 200, "under 200"), (200, 500, "200 to 499"), (500, 1000, "500 to 999"), (1000, 10**9, "1,000 and over"))
LOCAL = range(1, 6)
WRITTEN_BY = "<!-- written by: care-demand backtest --docs docs -->"
"""Stands in every page of ours, so that the next one may replace it."""


def text(record: Record, charts: dict[str, Chart], folder: str) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    record : Record
    charts : dict of name to Chart
    folder : str
        Where the charts are, from the page.
    """
    pictures = {name: f"![{' '.join(chart.alt.split())}]({folder}{name}.png)" for name, chart in charts.items()}
    parts = [
        f"# Track record\n\n{WRITTEN_BY}",
        _what(record),
        "## Authorities\n\n" + _authorities(record) + "\n\n" + pictures["backtest-skill"],
        "## How wide, and how often right\n\n" + _intervals(record),
        "## England and regions\n\n" + _england(record) + "\n\n" + pictures["backtest-england"],
        "## Turns that were missed, and why\n\n" + _turns(record),
        "## Starts and exits\n\n" + _flows(record),
        "## Placements\n\n" + _mix(record),
        "## Money\n\n" + _money(record),
        "## How it is done\n\n" + _method(record),
    ]
    return "\n\n".join(parts) + "\n"


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _at(table: Table, horizon: int, **where: object) -> Table:
    chosen = table["horizon"] == horizon
    for field, value in where.items():
        chosen &= table[field] == value
    return table[chosen]


def _skills(record: Record, name: str, level: str, horizons: Iterable[int], origins: range | None = None) -> list[str]:
    """Return skill against no change, by horizon."""
    found = []
    for h in horizons:
        pair = [_at(record.scores[key, level], h) for key in (name, REFERENCE)]
        if origins is not None:
            pair = [table[np.isin(table["origin"], origins)] for table in pair]
        found.append(f"{skill(pair[0], pair[1]):.3f}" if len(pair[0]) else "")
    return found


def _what(record: Record) -> str:
    last = record.whole.england.last_year
    return (
        "How would this model have done? From each past year, with only the figures of that day, it forecasts children "
        f"looked after at 31 March, and the published figures to {last} score it. Skill is the share by which "
        f"it cuts the "
        "CRPS, the error of a whole forecast with its interval, of *no change with a calibrated interval*: 0 is no "
        "better, 1 would be perfect. Every method runs on the same cells.\n\n"
        "Two limits. Figures are those of the latest release, not as first published. And the field's study of "
        "the same "
        "tables, which saw all outcomes, was read before this was built: it says which terms are worth trying. "
        "Which of "
        "them to use, and how much weight each method has, is chosen at each origin on scores known by then. "
        "The rule for "
        "the weights was settled after trying several on these outcomes, so it is not wholly free of "
        "hindsight; with equal "
        f"weights, which need no rule, the model scores as in the row *{LABELS['equal_weights']}*. The row "
        f"*{LABELS[HINDSIGHT]}* shows what picking after the event would claim."
    )


def _authorities(record: Record) -> str:
    head = ["CRPS skill, authorities", *(f"{h}y" for h in LOCAL)]
    rows = [[LABELS[name], *_skills(record, name, "authority", LOCAL)] for name in LABELS]
    eras = [
        [label, *_skills(record, HEADLINE, "authority", LOCAL, origins)]
        for label, origins in (("Origins 2014 to 2018", range(2014, 2019)), ("Origins 2019 to 2024", range(2019, 2025)))
    ]
    by_origin = [
        [str(year), *_skills(record, HEADLINE, "authority", LOCAL, range(year, year + 1))] for year in range(2014, 2025)
    ]
    ours, naive = (record.scores[name, "authority"] for name in (HEADLINE, REFERENCE))
    mase = [f"{1 - skill(_at(ours, h), _at(naive, h), 'error'):.3f}" for h in LOCAL]
    error = [f"{100 * _at(ours, h)['error'].mean():.1f}" for h in LOCAL]
    return "\n\n".join(
        [
            _grid(head, rows),
            "This model by era and origin:",
            _grid(head, [*eras, *by_origin]),
            "Its mean error, as per cent of children and as a share of the error of no change at the same "
            "horizon (a MASE "
            "scaled on the forecasts themselves):",
            _grid(["", *head[1:]], [["Error, %", *error], ["Share of no change's", *mase]]),
        ]
    )


def _intervals(record: Record) -> str:
    table = record.scores[HEADLINE, "authority"]
    cover = [
        [f"{percent}% interval", *(f"{_at(table, h)[f'in{percent}'].mean():.2f}" for h in LOCAL)]
        for percent in (50, 80, 90)
    ]
    sizes, widths, skills = [], [], []
    reference = record.scores[REFERENCE, "authority"]
    for low, high, label in SIZES:
        inside = (table["children"] >= low) & (table["children"] < high)
        other = (reference["children"] >= low) & (reference["children"] < high)
        sizes.append([label, *(f"{_at(table[inside], h)['in80'].mean():.2f}" for h in LOCAL)])
        widths.append([label, *(f"{100 * _at(table[inside], h)['width'].mean():.0f}" for h in LOCAL)])
        skills.append([label, *(f"{skill(_at(table[inside], h), _at(reference[other], h)):.3f}" for h in LOCAL)])
    years = [f"{h}y" for h in LOCAL]
    return "\n\n".join(
        [
            "Share of authorities' outcomes inside this model's intervals:",
            _grid(["Coverage", *years], cover),
            "Coverage of the 80% interval by children looked after at the origin, its width in per cent of them, and "
            "skill:",
            _grid(["80% coverage", *years], sizes),
            _grid(["80% width, %", *years], widths),
            _grid(["CRPS skill", *years], skills),
        ]
    )


def _england(record: Record) -> str:
    horizons = range(1, 11)
    head = ["England, origins from 2004", *(f"{h}y" for h in horizons)]
    table = record.scores[HEADLINE, "england"]
    rows = [[LABELS[name], *_skills(record, name, "england", horizons)] for name in LABELS if name != "england_for_all"]
    cover = ["80% coverage", *(f"{_at(table, h)['in80'].mean():.2f}" for h in horizons)]
    width = ["80% width, %", *(f"{100 * _at(table, h)['width'].mean():.0f}" for h in horizons)]
    region = record.scores[HEADLINE, "region"]
    regions = [
        ["CRPS skill", *_skills(record, HEADLINE, "region", LOCAL)],
        ["80% coverage", *(f"{_at(region, h)['in80'].mean():.2f}" for h in LOCAL)],
        ["80% width, %", *(f"{100 * _at(region, h)['width'].mean():.0f}" for h in LOCAL)],
    ]
    return "\n\n".join(
        [
            "One series, and forecasts that overlap: about four separate stretches of five years, so read "
            "differences of "
            "a few points as nothing.",
            _grid(head, [*rows, cover, width]),
            "Regions, as sums of their authorities, this model:",
            _grid(["Regions", *(f"{h}y" for h in LOCAL)], regions),
        ]
    )


def _turns(record: Record) -> str:
    actual = england(record.whole)
    rows = []
    for one in record.steps:
        horizon = 3
        if one.origin < 2004 or one.origin + horizon not in actual:
            continue
        low, middle, high = one.quantiles(HEADLINE, "england", np.array([0.1, 0.5, 0.9]))[0, horizon - 1]
        happened = actual[one.origin + horizon]
        if not low <= happened <= high:
            rows.append([str(one.origin), f"{middle:,.0f}", f"{low:,.0f} to {high:,.0f}", f"{happened:,.0f}"])
    worst = _at(record.scores[HEADLINE, "authority"], 2, origin=2023)
    same = _at(record.scores[REFERENCE, "authority"], 2, origin=2023)
    missed = (
        _grid(["Origin", "Said, 3 years on", "80% interval", "Happened"], rows)
        if rows
        else "The 80% interval held England's figure three years on from every origin."
    )
    return (
        "England's forecast carries the growth of the latest years on, damped. So it misses every turn, and by "
        "construction: nothing in children's own past says when one comes. Origins whose 80% interval did not "
        "hold what "
        f"happened three years on:\n\n{missed}\n\n"
        "- **2008 to 2010.** After years of slow fall, starts rose by a fifth in two years after the death of Peter "
        "Connelly became public in November 2008. It was an event, not a trend.\n"
        "- **2016 to 2019.** Growth sped up, from 950 children in a year to 2,800, as fewer left care (31,860 "
        "in the year to "
        "2016, 29,570 in the year to 2019) and no fewer came in.\n"
        "- **2019 to 2021.** Growth of 2,200 to 2,800 a year was carried on. It slowed as starts fell from "
        "31,010 to 28,470 "
        "in the year of the pandemic.\n"
        f"- **2023 to 2025.** Growth was carried on again, while exits rose and starts stopped rising: children "
        f"fell from "
        f"{actual[2023]:,.0f} to {actual[2025]:,.0f}. Authorities' forecasts from 2023, two years ahead, were "
        f"the worst "
        f"against no change of any origin and horizon: skill {skill(worst, same):.3f}.\n\n"
        "What helps against the next turn is the width: England's intervals count how few independent errors "
        "they rest on."
    )


def _money(record: Record) -> str:
    horizons = range(1, money.HORIZONS + 1)
    tables = record.spend_scores
    rows = []
    for name, label in money.LABELS.items():
        pairs = [(_at(tables[name], h), _at(tables["no_change"], h)) for h in horizons]
        rows.append(
            [
                label,
                *(f"{skill(*pair):.2f}" for pair in pairs),
                *(f"{100 * pair[0]['error'].mean():.1f}" for pair in pairs),
                *(f"{pair[0]['in80'].mean():.2f}" for pair in pairs),
            ]
        )
    counts = ", ".join(str(len(_at(tables["model"], h))) for h in horizons)
    head = [
        "Spend",
        *(f"skill {h}y" for h in horizons),
        *(f"error % {h}y" for h in horizons),
        *(f"80% cover {h}y" for h in horizons),
    ]
    split = [
        [label, *(f"{100 * _mean_size(record.spend_parts, part, h):.1f}" for h in horizons)]
        for part, label in (("numbers", "Number of children"), ("mix", "Mix"), ("price", "Price"))
    ]
    return (
        "Gross spend on children looked after in England, cash, by financial year. One scope is held from 2012-13 and "
        f"there is no total for 2014-15, so there are only {counts} forecasts at 1, 2 and 3 years: too few to "
        f"tell methods "
        "apart.\n\n"
        + _grid(head, rows)
        + "\n\nMean absolute error of this model's forecast, in per cent of spend, by its part:\n\n"
        + _grid(["", *(f"{h}y" for h in horizons)], split)
        + "\n\nMix is the share of children in foster care, at the origin's spend per child in foster care and per "
        "child elsewhere; price is what is left of spend per child, other services included. Most of the error is "
        "price: the mean growth of three years was too slow when prices rose from 2021-22 on, and last year's growth "
        "did better; the 80% intervals were too narrow two and three years ahead."
    )


def _mean_size(parts: Sequence[money.Parts], part: str, horizon: int) -> float:
    return float(np.mean([abs(getattr(one, part)) for one in parts if one.horizon == horizon]))


def _flows(record: Record) -> str:
    years = [f"{h}y" for h in LOCAL]
    blocks = []
    for flow in flows.FLOWS:
        for level, where in (("authority", "authorities"), ("england", ENGLAND)):
            tables = {name: record.flow_scores[flow, name, level] for name in flows.FLOW_LABELS}
            ours = tables[HEADLINE]
            rows = [
                [label, *(f"{skill(_at(tables[name], h), _at(tables[REFERENCE], h)):.3f}" for h in LOCAL)]
                for name, label in flows.FLOW_LABELS.items()
            ]
            rows.append(["Error, %", *(f"{100 * _at(ours, h)['error'].mean():.1f}" for h in LOCAL)])
            rows += [
                [f"{percent}% coverage", *(f"{_at(ours, h)[f'in{percent}'].mean():.2f}" for h in LOCAL)]
                for percent in (50, 80, 90)
            ]
            rows.append(["80% width, %", *(f"{100 * _at(ours, h)['width'].mean():.0f}" for h in LOCAL)])
            blocks.append(_grid([f"CRPS skill, {flow}, {where}", *years], rows))
    split = [
        [f"{part}, {where}", *(f"{value:.1f}" for value in record.flow_errors[level][i])]
        for level, where in (("authority", "authorities"), ("england", ENGLAND))
        for i, part in enumerate(("Children", "All starts until then", "All exits until then"))
    ]
    return "\n\n".join(
        [
            "Children who start and cease in each of the next five years, scored as children are, from the same "
            "origins. This model holds England's starts and exit rate at last year's; an authority's beside them is "
            "filtered from all its years, as chance moves a small one's most; exits fall on the children that are "
            "forecast. That England is held was settled on these outcomes, after trends and AR(1) did worse; the drift "
            "and dispersion of the filter are the study's. Error, coverage and width are this model's.",
            *blocks,
            "Where the error in children comes from: mean absolute errors of medians, in per cent of children at the "
            "origin.",
            _grid(["", *years], split),
            "Errors of starts and of exits add up over the years and largely offset each other: who does not start "
            "can't leave, and the two have moved together. So children are forecast better than either flow.",
        ]
    )


def _mix(record: Record) -> str:
    def skills(name: str, group: str) -> list[str]:
        one, other = (record.mix_scores[key] for key in (name, REFERENCE))
        return [f"{skill(_at(one, h, area=group), _at(other, h, area=group)):.2f}" for h in LOCAL]

    ours = record.mix_scores[HEADLINE]
    rows = []
    for group, label in mix.GROUPS.items():
        rows += [[f"{label}: {words}", *skills(name, group)] for name, words in mix.LABELS.items() if name != REFERENCE]
        inside = [_at(ours, h, area=group) for h in LOCAL]
        rows.append([f"{label}: error, %", *(f"{100 * table['error'].mean():.1f}" for table in inside)])
        rows.append([f"{label}: 80% coverage", *(f"{table['in80'].mean():.2f}" for table in inside)])
    counts = ", ".join(str(len(_at(ours, h, area="foster_total"))) for h in LOCAL)
    return (
        "Children in England by group of placements. Only four groups have one definition, and only from "
        f"{mix.FIRST_YEAR} on, so there are {counts} forecasts at 1 to 5 years: too few to tell methods apart. "
        "Error and coverage are those of the damped trend, whose damping was set beforehand for children.\n\n"
        + _grid(["CRPS skill against no change", *(f"{h}y" for h in LOCAL)], rows)
        + "\n\nFoster care has lost share, and homes and supported accommodation have gained it, for longer than a "
        "damped trend allows. Beyond a year nothing beat no change for placements for adoption."
    )


def _method(record: Record) -> str:
    last = record.steps[-1]
    weights = "; ".join(f"{LABELS[n]} {w:.2f}" for n, w in zip(IN_BLEND, last.weights, strict=True))
    return (
        "- **England** is the mean of simple methods, each weighted by the inverse square of its past scores "
        "on England. "
        f"From {last.origin}: {weights}.\n"
        "- **An authority** grows as England and by a local part: a ridge regression of growth beyond "
        "England's on what its "
        "own and its region's flows say, its children per head against the region's, and its latest growth. "
        "Forms of the "
        f"local part compete on past errors; from {last.origin} *{last.form}* is used. Regions are sums of "
        f"authorities, "
        "without the City of London and the Isles of Scilly.\n"
        "- **Intervals** come from each method's own past errors: England's variance on national figures since "
        "1994, and an "
        "area's own as a + b / children; both as a Student t. Few origins speak of long horizons, so an area's "
        "own variance there leans on that of shorter ones. That rule was settled on these outcomes: without it 80% "
        "intervals of authorities were wider and held 0.82 to 0.85.\n"
        "- **Authorities made from others** have the sum of their parents as their past, times their share in "
        "the first "
        "year. A forecast is scored only under a code that has both years.\n"
        "- **Nothing later can reach a fit**: one function cuts the tables at the origin, and a test spoils "
        "every later "
        "figure and finds the forecasts the same to the last bit.\n"
        "- **Not scored**: placements of authorities, which have no figures for 2020.\n\n"
        "The command writes `forecasts.csv` (quantiles of this model for children) and `scores.csv` (every measure, "
        "method and cell)."
    )
