"""Charts of results: what the page, the report and the statement show of one scenario."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np

from simulator.outputs.charts import headline, series, style, words
from simulator.outputs.charts.findings import (
    children_found,
    finding,
    finding_with_ends,
    foster_found,
    funding_found,
    label,
    mix_found,
    net_value_path,
    reported_parts,
)
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.series import Course, HiddenError
from simulator.outputs.charts.verdicts import REGIMES, accounts, basis_words, payback, value_notes, verdicts
from simulator.outputs.svg.plot import DASHES, Plot, PlotPanel, Trace, Unit
from simulator.results.results_protocol import Results

Maker = Callable[[Results], Plot | None]

HISTORY_YEARS = 15
"""Years of published figures drawn before a projection."""

BLUE, ORANGE, PINK = (style.PALETTE[name] for name in ("dark_blue", "orange", "dark_pink"))


def plots(results: Results, keys: Container[str] | None = None) -> tuple[Plot, ...]:
    """Return every chart that results hold the figures for, or those of some keys; published results may hide some."""
    found = []
    for key, maker in makers().items():
        if keys is not None and key not in keys:
            continue
        try:
            plot = maker(results)
        except HiddenError:
            continue
        if plot is not None:
            found.append(plot)
    return tuple(found)


def recent(history: Course | None, begin: float) -> Course | None:
    """Return the last `HISTORY_YEARS` of a record before a projection begins, and what is known after."""
    if history is None:
        return None
    kept = history.at >= begin - HISTORY_YEARS
    return Course(history.at[kept], tuple(np.array(history.when)[kept].tolist()), history.draws[:, kept])


def record(results: Results, measure: str, begin: float, *, real: bool = False) -> tuple[Trace, ...]:
    """Return the line of published figures of a measure; none where there are none."""
    history = recent(series.actual(results, measure, real=real), begin)
    if history is None or not len(history.at):
        return ()
    return (Trace(series.history_name(results, measure), history, style.HISTORY, published=True),)


def _children(results: Results) -> Plot | None:
    if "children" not in results.measures:
        return None
    path = series.stock(results, "children")
    before = record(results, "children", float(path.at[0]))
    known = f"{series.known_words(results, 'children')}, projected each month" if before else "each month"
    return _one(
        results, path, before, key="children", finding=children_found(results), what="Number of children looked after",
        unit="count", of="Children looked after", when=known if results.showing.monthly else "at 31 March",
        marks=tuple(series.claims(results, "children")),
    )  # fmt: skip


def _effect(results: Results) -> Plot | None:
    if "children" not in results.without:
        return None
    without = series.stock(results.bare(), "children")
    change = series.stock(results, "children") - without
    largest = int(np.nanargmax(np.abs(change.middle)))
    if change.middle[largest] == 0.0:
        largest = len(change.at) - 1

    def say(i: int, saying: Callable[..., str] = finding) -> str:
        return saying(
            results.title, change.draws[:, i], float(without.middle[i]), what="children in care", more="more",
            less="fewer", write=words.count, when=words.month(change.when[i]),
        )  # fmt: skip

    return Plot(
        "effect",
        say(largest),
        f"{results.title}. Children in care with the scenario's programmes less without them, {results.areas[0]}"
        f"{series.fan_words([results])}",
        f"{say(len(change.at) - 1, finding_with_ends)}.",
        (PlotPanel((Trace("Change", change, BLUE, banded=True),)),),
        changes=True,
        notes=tuple(series.footer([results])),
        draws=len(change.draws) - 1,
    )


def _placements(results: Results) -> Plot | None:
    if "children" not in results.measures or len(results["children"].placements) < 2:
        return None
    whole = series.stock(results, "children")
    draws = 1 if whole.quantiles else len(whole.draws)  # quantiles of a share can't be told from those of its parts
    children = whole.draws[:draws]
    parts = reported_parts(results.stock_parts("children").area()[:draws], results["children"].placements)
    shares = {
        name: Course(
            whole.at, whole.when, np.divide(100 * part, children, out=np.zeros_like(part), where=children != 0)
        )
        for name, part in parts.items()
    }
    shares = {name: share for name, share in shares.items() if not np.isnan(share.middle[[0, -1]]).any()}
    if not shares or not any(np.nanmax(share.middle) > 0 for share in shares.values()):
        return None
    when = words.month(whole.when[0]), words.month(whole.when[-1])
    title, most = mix_found(shares, when)
    told = words.listed([f"{label(k)} {s.middle[0]:.1f}% to {s.middle[-1]:.1f}%" for k, s in shares.items()])
    return Plot(
        "placements",
        title,
        f"{results.title}. Share of children looked after in {results.areas[0]} by placement, %"
        f"{series.fan_words([results]) if draws > 1 else ''}",
        f"From {when[0]} to {when[1]}: {told}.",
        tuple(
            PlotPanel((Trace("Share", share, ORANGE if name == most else BLUE, banded=True),), label(name))
            for name, share in shares.items()
        ),
        unit="percent",
        notes=tuple(series.footer([results])),
        draws=draws - 1,
    )


_FOSTER = (
    ("foster_need", "Children whose original plan was fostering", ORANGE),
    ("foster_places_usable", "Usable foster places", BLUE),
    ("unmet_foster_need", "Of them in homes or supported accommodation", PINK),
)


def _foster(results: Results) -> Plot | None:
    if not results.places_limited or any(name not in results.measures for name, _, _ in _FOSTER):
        return None
    paths = {name: series.stock(results, name) for name, _, _ in _FOSTER}
    unmet = paths["unmet_foster_need"]
    start, end = words.month(unmet.when[0]), words.month(unmet.when[-1])
    told = [
        f"{said}: {words.count(path.middle[0])} in {start}, {words.count(path.middle[-1])} in {end}"
        f"{series.interval_words(path, words.count)}."
        for (name, said, _) in _FOSTER
        for path in [paths[name]]
    ]
    traces = tuple(
        Trace(said, paths[name], colour, dash, banded=name == "unmet_foster_need")
        for (name, said, colour), dash in zip(_FOSTER, DASHES, strict=False)
    )
    return Plot(
        "foster",
        foster_found(unmet),
        f"{results.title}. Mainstream foster places (not kinship) in {results.areas[0]}, number"
        f"{series.fan_words([results])}{' of children in homes' if results.draws > 1 else ''}",
        " ".join(told),
        (PlotPanel(traces),),
        notes=tuple(series.footer([results])),
        draws=results.draws - 1,
    )


def _spend(results: Results) -> Plot | None:
    if "total_spend" not in results.measures or not results.financial_years:
        return None
    marks = tuple(series.claims(results, "total_spend"))
    real = not marks  # published projections are in cash, and so is what stands beside one
    path = series.yearly(results, "total_spend", real=real)
    before = record(results, "total_spend", float(path.at[0]), real=real)
    first = (float(before[0].course.middle[-1]), before[0].course.when[-1]) if before else None
    prices = series.prices_words(results) if real else "in cash"
    title = series.replication_finding(results, "total_spend", path, "of spend", words.money, str) or headline.level(
        "Spend on children in care", path, words.money, str, ("rises", "falls", "hardly changes"), first=first,
        more=("more", "less"), unit=f" {prices}",
    )  # fmt: skip
    return _one(
        results, path, before, key="spend", finding=title, what="Spend on children looked after", unit="pounds",
        of="Spend", when=f"£ a financial year {prices}", financial=True, marks=marks,
    )  # fmt: skip


def _extra(results: Results) -> Plot | None:
    if "total_spend" not in results.measures or not results.financial_years:
        return None
    path, since = series.over_years(results, results.extra_spend(real=True)), results.reference_year
    end, year = float(path.middle[-1]), path.when[-1]
    ends = headline.between(path.draws[:, -1], words.money, quantiles=path.quantiles)
    side = "above" if end >= 0 else "below"
    prices = series.prices_words(results)
    told = f"{words.money(abs(end))} a year {side} {since}"
    return _one(
        results, path, (), key="extra", finding=f"By {year} spend is {told}, {prices}"
        + (f" ({headline.DRAWS}: {ends})" if path.bands() else ""),
        what=f"Spend on children looked after above {since}", unit="pounds", of="Extra spend",
        when=f"£ a financial year {prices}", financial=True, changes=True,
    )  # fmt: skip


def _value(results: Results) -> Plot | None:
    known = accounts(results)
    if not known:
        return None
    paths = [net_value_path(account) for account in known]
    names = [REGIMES[account.package.places_limited] for account in known]
    traces = tuple(
        Trace(name[:1].upper() + name[1:], path, colour, dash, banded=i == 0)
        for i, (name, path, colour, dash) in enumerate(zip(names, paths, (BLUE, ORANGE), DASHES, strict=False))
    )

    def pounds(value: float) -> str:
        return signed(value, words.money)

    told = [
        f"{pounds(float(path.middle[-1]))}{series.interval_words(path, pounds)} with {name}"
        f"{f', {paid}' if (paid := payback(account)) else ''}"
        for account, path, name in zip(known, paths, names, strict=True)
    ]
    return Plot(
        "value",
        verdicts(known),
        f"{results.title}. What programmes save less what they cost in {results.areas[0]}, added up from the start, "
        f"£ {basis_words(results, known[0])}{series.fan_words([results])}",
        f"By {known[0].years[-1]}, savings less costs: {words.listed(told)}. Above nought, programmes have paid back.",
        (PlotPanel(traces),),
        unit="pounds",
        financial=True,
        changes=True,
        notes=tuple(series.footer([results], *value_notes(results, known), money=True)),
        draws=results.draws - 1,
    )


def _funding(results: Results) -> Plot | None:
    if results.funded is None or not results.financial_years:
        return None
    paths = series.yearly(results, "total_spend"), series.over_years(results, results.gap("funding"))
    names, colours = ("Spend", "Funding"), (BLUE, style.PALETTE["turquoise"])
    told = [
        f"{name} {words.money(float(path.middle[-1]))}{series.interval_words(path, words.money)}"
        for name, path in zip(names, paths, strict=True)
    ]
    return Plot(
        "funding",
        funding_found(results),
        f"{results.title}. Spend on children looked after and programmes in {results.areas[0]}, and the money for it, "
        f"£ a financial year in cash{series.fan_words([results])}",
        f"In {paths[0].when[-1]}: {words.listed(told)}.",
        (
            PlotPanel(
                tuple(
                    Trace(name, path, colour, dash, banded=name == "Spend")
                    for name, path, colour, dash in zip(names, paths, colours, DASHES, strict=False)
                )
            ),
        ),
        unit="pounds",
        financial=True,
        notes=tuple(series.footer([results], money=True)),
        draws=results.draws - 1,
    )


def _gap(results: Results) -> Plot | None:
    if results.funded is None or not results.financial_years:
        return None
    path = series.over_years(results, results.gap("gap", real=True))
    ends = headline.between(path.draws[:, -1], lambda value: signed(value, words.money), quantiles=path.quantiles)
    prices = series.prices_words(results)
    return _one(
        results, path, (), key="gap",
        finding=f"Spend less funding in {path.when[-1]}, {prices}: {ends}"
        + (f" ({headline.DRAWS})" if path.bands() else ""),
        what="Spend less all funding", unit="pounds", of="Gap", when=f"£ a financial year {prices}", financial=True,
        changes=True,
    )  # fmt: skip


def of_measure(results: Results, *, name: str) -> Plot | None:
    """Return the chart of a measure in total: a stock at each instant, a flow by financial year."""
    if name not in results.measures:
        return None
    measure = results[name]
    stock = measure.kind == "stock"
    if not stock and not results.financial_years:
        return None
    path = series.stock(results, name) if stock else series.yearly(results, name, real=measure.is_money)
    prices = f" {series.prices_words(results)}" if measure.is_money else ""
    title = headline.level(
        f"{measure.title}:", path, words.money if measure.is_money else words.count, words.month if stock else str,
        ("up", "down", "hardly changed,"), unit=prices,
    )  # fmt: skip
    before = record(results, name, float(path.at[0]), real=measure.is_money)
    return _one(
        results, path, before, key=name, finding=title, what=measure.title,
        unit="pounds" if measure.is_money else "count", of=measure.title,
        when=series.instants_words(results) if stock else f"in each financial year{prices}", financial=not stock,
    )  # fmt: skip


def _one(
    results: Results, path: Course, before: Sequence[Trace], *, key: str, finding: str, what: str, unit: Unit, of: str,
    when: str, financial: bool = False, changes: bool = False, marks: tuple[tuple[float, float, str], ...] = (),
) -> Plot:  # fmt: skip
    """Return the chart of one quantity: its record, its projection and its bands."""
    plot = Plot(
        key,
        finding,
        f"{results.title}. {what} in {results.areas[0]}, {when}{series.fan_words([results])}",
        "",
        (PlotPanel((*before, Trace("Projected", path, BLUE, "" if before else DASHES[0], banded=True))),),
        unit=unit,
        financial=financial,
        changes=changes,
        notes=tuple(series.footer([results], money=unit == "pounds")),
        draws=results.draws - 1,
        marks=marks,
    )
    first, last = float(path.middle[0]), float(path.middle[-1])
    sentence = f"{of} in {results.areas[0]}: {plot.write(first)} in {plot.when(path.when[0])}, "
    sentence += f"{plot.write(last)} in {plot.when(path.when[-1])}{series.interval_words(path, plot.write)}."
    if before:
        past = before[0].course
        sentence = (
            f"{before[0].name} run from {plot.write(float(past.middle[0]))} in {plot.when(past.when[0])} to "
            f"{plot.write(float(past.middle[-1]))} in {plot.when(past.when[-1])}. {sentence}"
        )
    sentence += "".join(f" Marked: {text}, {plot.write(value)}." for _, value, text in marks)
    return replace(plot, sentence=sentence)


_MAKERS: dict[str, Maker] = {
    "children": _children, "effect": _effect, "placements": _placements, "foster": _foster, "spend": _spend,
    "extra": _extra, "value": _value, "funding": _funding, "gap": _gap,
}  # fmt: skip


@cache
def makers() -> dict[str, Maker]:
    """Return what makes each chart of one scenario, by key, in the order in which they are shown.

    A measure that has a chart of its own is among them under its name.
    """
    from simulator.results.measures import measures

    return _MAKERS | {kind.name: partial(of_measure, name=kind.name) for kind in measures().values() if kind.charted}
