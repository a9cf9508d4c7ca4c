"""Charts of money: total spend, spend by placement, and spend above the last published year."""

from __future__ import annotations

import numpy as np

from simulator.outputs.charts import headline, lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import plural, reported_parts
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.figures import way
from simulator.results.quantities import INFLATION, Array
from simulator.results.results_protocol import Results
from simulator.vocabulary.placements import placements

_OTHER_PARTS = (
    ("other_spend", "Guardianship, leaving care and other support", "light_purple"),
    ("programme_spend", "Programmes", "black"),
)
UNTOLD = "Placements not shown apart"
"""Parts of published spend that are hidden in some year, with what rounding leaves: a title is never about them."""

_SMALL = 0.04
"""Parts of spend that never reach this share of it are drawn as one."""

_CAUSES = (
    ("inflation", "Inflation", "dark_grey", "for inflation"),
    ("price_above_inflation", "Prices above inflation", "orange", "because prices go beyond inflation"),
    ("mix", "Dearer placements", "dark_blue", "because of where children live"),
    ("numbers", "More children", "turquoise", "because of the number of children"),
    ("support", "More support beside placements", "light_purple", "for support beside placements"),
    ("programmes", "Programmes", "dark_pink", "for programmes"),
)
_REST = ("rest", "Other causes", "mid_grey", "for other causes")
_NOTHING_GBP = 500.0
"""A cause that never reaches this is not drawn."""
_FEWER = {
    "price_above_inflation": "Prices below inflation",
    "mix": "Cheaper placements",
    "numbers": "Fewer children",
    "support": "Less support beside placements",
}


@chart("spend", title="Spend on children in care")
def spend(results: Results) -> Chart | None:
    """Draw total spend by financial year: published, projected and claimed by others."""
    if "total_spend" not in results.measures or not results.financial_years:
        return None
    claims = series.claims(results, "total_spend")
    real = not claims  # published projections are in cash, and so is what stands beside one
    path = series.yearly(results, "total_spend", real=real)
    history = series.actual(results, "total_spend", real=real)
    known = bool(history and history.at[-1] < path.at[0])
    last_year, last = path.when[-1], path.middle[-1]
    cash = series.yearly(results, "total_spend")
    replicated = series.replication_finding(results, "total_spend", path, "of spend", words.money, str)
    title = replicated or headline.level(
        "Spend on children in care",
        path,
        words.money,
        str,
        ("rises", "falls", "hardly changes"),
        first=(float(history.middle[-1]), history.when[-1]) if history and known else None,
        more=("more", "less"),
        unit=f" {series.prices_words(results)}" if real else "",
    )
    if not replicated:
        title += "" if headline.DRAWS in title else _ends(path.draws[:, -1], quantiles=path.quantiles)
        title += f"; in cash, {headline.between(cash.draws[:, -1], words.money, quantiles=cash.quantiles)}"
    prices = series.prices_words(results) if real else "in cash"
    colour = style.PALETTE["dark_blue"]
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Spend on children looked after in {results.areas[0]}, "
            f"£ a financial year {prices}{series.fan_words([results])}",
            series.footer([results], money=True),
        )
        axes = sheet.panels[0]
        begin, finish = path.at[0], path.at[-1]
        if history:
            begin, finish = min(begin, history.at[0]), max(finish, history.at[-1])
        sheet.years(begin - 0.4, max([finish, *(at for at, _, _ in claims)]) + 0.4, financial=True)
        tops = [
            series.highest(path.middle, *(high for _, high in path.bands())),
            *(value for _, value, _ in claims),
        ]
        alt = f"Line chart of spend by financial year in {results.areas[0]}. "
        if history:
            lines.draw_history(axes, history)
            tops.append(series.highest(history.middle))
            middle = len(history.at) // 2
            sheet.callout(axes, history.at[middle], history.middle[middle], "Published spend", style.HISTORY)
            alt += (
                f"Published spend goes from {words.money(history.middle[0])} in {history.when[0]} to "
                f"{words.money(history.middle[-1])} in {history.when[-1]}. "
            )
        lines.draw_projection(axes, path, colour, joins=history)
        axes.set_ylim(0, (1.3 if claims else 1.17) * (max(tops) or 1.0))
        lines.mark_start(axes, path.at[0] - 0.5, f"Projection\nfrom {path.when[0]}")
        lines.mark_claims(sheet, axes, claims)
        sheet.label(
            axes,
            path.at[-1],
            last,
            f"Projected:\n{words.money(last)}\nin {last_year}{series.interval_line(path, words.money)}",
            colour,
            bold=True,
        )
        sheet.pounds()
        alt += f"Projected spend goes from {words.money(path.middle[0])} in {path.when[0]} "
        alt += f"to {words.money(last)} in {last_year}{series.interval_words(path, words.money)}."
        alt += "".join(f" Marked: {text}, {words.money(value)}." for _, value, text in claims)
        return sheet.finish(alt)


def spend_parts(results: Results) -> list[tuple[str, str, Array]]:
    """Return label, colour and (year,) spend of each part, in real prices; small placements are one part.

    The median of draws, where there are some, as everywhere.

    Parts of published results that are hidden in any year are one part too, with what rounding leaves of the total.
    """
    by_year = results.year_parts("placement_spend", real=True).middle()
    groups = reported_parts(by_year[None], results["placement_spend"].placements)
    colours = {placement.name: placement.colour for placement in placements()}
    parts = [(plural(name), colours.get(name, "mid_grey"), part[0]) for name, part in groups.items()]
    others = [
        (text, colour, results.year_totals(name, real=True).middle())
        for name, text, colour in _OTHER_PARTS
        if name in results.measures
    ]
    if not results.showing.parts_add_up:
        shown = [part for part in parts if not np.isnan(part[2]).any()]
        others = [part for part in others if not np.isnan(part[2]).any()]
        left = results.year_totals("total_spend", real=True).middle() - np.sum(
            [part for _, _, part in shown + others], axis=0
        )
        hidden = [(UNTOLD, "mid_grey", np.maximum(left, 0.0))] if len(shown) < len(parts) else []
        return [part for part in shown + others + hidden if part[2].any()]
    moved = adding_up(
        {text: part for text, _, part in parts + others}, results.year_totals("total_spend", real=True).middle()
    )
    parts, others = ([(text, colour, moved[text]) for text, colour, _ in some] for some in (parts, others))
    whole = np.sum([part for _, _, part in parts + others], axis=0)
    large = [part for part in parts if (part[2] >= _SMALL * whole).any()]
    small = [part[2] for part in parts if not (part[2] >= _SMALL * whole).any()]
    if small:
        large.append(("Other placements", "dark_grey", np.sum(small, axis=0)))
    return large + [part for part in others if part[2].any()]


@chart("spend_by_placement", title="Spend by placement")
def spend_by_placement(results: Results) -> Chart | None:
    """Draw spend by financial year as bars made up of placements and other costs."""
    if "placement_spend" not in results.measures or not results.financial_years:
        return None
    total = results.year_totals("total_spend", real=True).middle()
    if np.isnan(total).any():
        return None
    parts, years = spend_parts(results), results.financial_years
    told = [part for part in parts if part[0] != UNTOLD]
    if not told:
        return None
    at = np.array([float(words.year_end(year)) for year in years])
    growth = {text: part[-1] - part[0] for text, _, part in parts}
    text, _, most = max(told, key=lambda part: abs(growth[part[0]]))
    if len(years) == 1:
        text, _, most = max(told, key=lambda part: part[2][0])
        subject = text[:1].lower() + text[1:]
        title = f"Of spend in {years[0]} most is on {subject}: {words.money(most[0])}"
    else:
        subject = text[:1].lower() + text[1:]
        drawn = _drawn_part(results, text)
        if way(drawn[:, -1] - drawn[:, 0], float(total[0]), least=0.0) == "unsure":
            ends = headline.between(drawn[:, -1], words.money)
            title = f"Spend on {subject}: {words.money(most[0])} in {years[0]}, and {ends} in {years[-1]}"
            title += f" ({headline.DRAWS})"
        else:
            title = (
                f"The largest {'rise' if growth[text] > 0 else 'fall'} in spend is on {subject}: "
                f"{words.money(most[0])} in {years[0]}, {words.money(most[-1])} in {years[-1]}"
                f"{_ends(drawn[:, -1], quantiles=False)}"
            )
    title += f", {series.prices_words(results)}"
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Spend on children looked after in {results.areas[0]} by placement, "
            f"£ a financial year {series.prices_words(results)}; {_taken(results)}",
            series.footer([results], *_apart(results), money=True),
        )
        axes = sheet.panels[0]
        base = np.zeros(len(years))
        for name, colour_name, part in parts:
            colour = style.readable(style.PALETTE[colour_name], 3.0)
            axes.bar(at, part, bottom=base, width=0.8, color=colour, edgecolor="white", linewidth=0.8, gid=name)
            sheet.label(axes, at[-1] + 0.4, float(base[-1] + part[-1] / 2), f"{name}\n{_at_end(part)}", colour)
            base = base + part
        axes.set_ylim(0, 1.1 * base.max())
        for i in (0, -1) if len(years) > 1 else (0,):
            axes.text(
                at[i],
                base[i],
                words.money(total[i]),
                ha="center",
                va="bottom",
                fontsize=style.BODY,
                fontweight="bold",
                gid="total",
            )
        sheet.years(at[0] - 0.65, at[-1] + 0.65, financial=True)
        sheet.pounds()
        listed = words.listed([f"{name} {words.money(p[0])} to {words.money(p[-1])}" for name, _, p in parts])
        return sheet.finish(
            f"Stacked bar chart of spend by financial year, {years[0]} to {years[-1]}: {listed}. "
            f"In all {words.money(total[0])} to {words.money(total[-1])}."
        )


@chart("extra_spend", title="Extra spend against the start year")
def extra_spend(results: Results) -> Chart | None:
    """Draw spend above the last published year, split into numbers, mix, support, prices and programmes."""
    if "total_spend" not in results.measures or not results.financial_years:
        return None
    total = series.over_years(results, results.extra_spend())
    real = series.over_years(results, results.extra_spend(real=True))
    if np.isnan(total.draws[0]).any():
        return None
    split = {name: figure.middle() for name, figure in results.causes().items()}
    if results.showing.parts_add_up:
        split = adding_up(split, total.middle)
    year, last, since = total.when[-1], float(total.middle[-1]), results.reference_year
    known = {cause[0] for cause in _CAUSES}
    if rest := [part for name, part in split.items() if name not in known]:
        split["rest"] = np.sum(rest, axis=0)
    causes = [
        cause for cause in (*_CAUSES, _REST) if cause[0] in split and np.abs(split[cause[0]]).max() >= _NOTHING_GBP
    ]
    title = _bridge_title(real, total, split, causes, since, series.prices_words(results))
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Spend on children looked after in {results.areas[0]} above {since}, "
            f"£ a financial year in cash, by cause, {_taken(results)}{_whisker_words(total)}; "
            "all but inflation is real",
            series.footer([results], *_apart(results), money=True),
        )
        axes = sheet.panels[0]
        up, down = np.zeros(len(total.at)), np.zeros(len(total.at))
        for name, text, colour_name, _ in causes:
            part, colour = split[name], style.PALETTE[colour_name]
            base = np.where(part >= 0, up, down)
            axes.bar(
                total.at,
                part,
                bottom=base,
                width=0.8,
                color=colour,
                edgecolor="white",
                linewidth=0.8,
                gid=name,
            )
            text = _cause(name, text, part)
            middle = float(base[-1] + part[-1] / 2)
            sheet.label(axes, total.at[-1] + 0.4, middle, f"{text}: {_at_end(part)}", colour)
            up, down = up + np.maximum(part, 0), down + np.minimum(part, 0)
        ink = style.INK
        axes.axhline(0, color=ink, linewidth=1)
        tops, bottoms = [up.max(), total.middle.max()], [0.0, down.min(), total.middle.min()]
        if total.bands():
            low, high = total.bands()[0]
            axes.vlines(total.at, low, high, color=ink, linewidth=1.2, gid="interval")
            tops.append(high.max())
            bottoms.append(low.min())
        axes.plot(
            total.at,
            total.middle,
            marker="D",
            color=ink,
            markersize=5.5,
            linestyle="none",
            markeredgecolor="white",
            gid="total",
        )
        span = max(tops) - min(bottoms)
        axes.set_ylim(min(bottoms) - (0.06 * span if min(bottoms) < 0 else 0), max(tops) + 0.1 * span)
        sheet.label(axes, total.at[-1] + 0.4, last, f"All extra spend: {words.money(last)}", ink, bold=True)
        sheet.years(total.at[0] - 0.6, total.at[-1] + 0.45, financial=True)
        sheet.pounds()
        listed = words.listed(
            [f"{_cause(name, text, split[name]).lower()} {words.money(split[name][-1])}" for name, text, _, _ in causes]
            or ["nothing"]
        )
        return sheet.finish(
            f"Stacked bar chart of spend above {since}. In {year} it is {words.money(last)} a year, "
            f"made up of {listed}."
        )


def _bridge_title(
    real: Course,
    total: Course,
    split: dict[str, Array],
    causes: list[tuple[str, str, str, str]],
    since: str,
    prices: str,
) -> str:
    """Return how far spend is from that of the start year, in real prices first, and what most of it is for."""
    year, cash = total.when[-1], headline.between(total.draws[:, -1], _change, quantiles=total.quantiles)
    found = way(real.draws[:, -1], 0.0, quantiles=real.quantiles, least=0.0)
    last = float(real.middle[-1])
    if found == "unsure":
        ends = headline.between(real.draws[:, -1], _change, quantiles=real.quantiles)
        return f"By {year} spend is {ends} a year against {since} {prices} ({headline.DRAWS}); in cash, {cash}"
    title = f"By {year} spend is {words.money(abs(last))} a year {'above' if last >= 0 else 'below'} {since} {prices}"
    title += _ends(np.abs(real.draws[:, -1]), quantiles=real.quantiles)
    own = {cause: split[cause[0]][-1] for cause in causes if cause[0] != INFLATION}
    if own and last:
        most = max(own, key=lambda cause: own[cause] * np.sign(last))
        if own[most] * last > 0:
            title += f", most of all {most[3]} ({words.money(abs(own[most]))})"
    return f"{title}; in cash, {cash}"


def _ends(values: Array, *, quantiles: bool) -> str:
    """Return where 80% of draws of a figure lie, in brackets after its median; nothing without draws."""
    return f" ({headline.between(values, words.money, quantiles=quantiles)})" if len(values) > 1 else ""


def _change(value: float) -> str:
    return headline.signed(value, words.money)


def _drawn_part(results: Results, text: str) -> Array:
    """Return real spend on a part by its label, each placement by itself: (1 + draw, year)."""
    for name, label, _ in _OTHER_PARTS:
        if label == text:
            return results.year_totals(name, real=True).area()
    spend = results.year_parts("placement_spend", real=True)
    values = spend.area()
    groups = reported_parts(values, results["placement_spend"].placements)
    named = [part for name, part in groups.items() if plural(name) == text]
    drawn: Array = named[0] if named else np.sum(list(groups.values()), axis=0)
    return drawn[:1] if spend.quantiles else drawn  # the difference of quantiles is not that of draws


def _cause(name: str, text: str, part: Array) -> str:
    """Return what a part of extra spend is called, which turns with its sign in the last year."""
    return _FEWER.get(name, text) if part[-1] < 0 else text


def _at_end(part: Array) -> str:
    """Return the money of the last year, or the most there was where nothing is left."""
    last = words.money(float(part[-1]))
    return f"up to {words.money(float(part.max()))}" if last == "£0" and part.max() > 0 else last


def _apart(results: Results) -> list[str]:
    """Return a note where parts need not add up: they are rounded by themselves, or each is a median of draws."""
    if not results.showing.parts_add_up:
        return ["Parts are rounded by themselves, so they need not add up."]
    return ["Parts are medians of draws, moved evenly to add up to the median of the sum."] if results.draws > 1 else []


def adding_up(parts: dict[str, Array], total: Array) -> dict[str, Array]:
    """Move medians of parts in proportion to their size, so that they add up to the median of their sum: (year,)."""
    size = np.sum([np.abs(part) for part in parts.values()], axis=0)
    off = np.divide(total - np.sum(list(parts.values()), axis=0), size, out=np.zeros_like(total), where=size > 0)
    return {name: part + off * np.abs(part) for name, part in parts.items()}


def _taken(results: Results) -> str:
    return f"medians of {results.draws - 1:,} draws" if results.draws > 1 else "central run"


def _whisker_words(total: Course) -> str:
    return "; diamonds: the sum, with 80% of draws" if total.bands() else "; diamonds: the sum"
