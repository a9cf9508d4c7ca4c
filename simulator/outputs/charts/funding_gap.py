"""Charts of money and the lack of it: spend beside funding, and three gaps told apart with published claims."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.outputs.charts import headline, lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import claims_of, funding_found
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.funded import CLAIMED, THREE
from simulator.results.results_protocol import Results

GAP_WORDS = {
    "overspend": "Overspend: above a budget set anew each year",
    "standstill": "Standing still: above the budget, without programmes",
    "unfunded_plan": "Plan without money: cost of programmes above the money for them",
    "pressure": "Pressure, no gap: spend above that of {year}",
}
"""What the three gaps are called, and growth of spend, which somebody may have taken for one."""

_COLOURS = ("orange", "dark_blue", "dark_pink", "turquoise")


@chart("funding", title="Spend and funding")
def funding(results: Results) -> Chart | None:
    """Draw spend and funding by financial year, in cash, with what lies between them."""
    if results.funded is None or not results.financial_years:
        return None
    spend = series.yearly(results, "total_spend")
    money = series.over_years(results, results.gap("funding"))
    year = spend.when[-1]
    with style.context():
        sheet = Sheet(
            funding_found(results),
            f"{results.title}. Spend on children looked after and programmes in {results.areas[0]}, and the money for "
            f"it, £ a financial year in cash{series.fan_words([results], '80%')}",
            series.footer([results], _budget_words(results), money=True),
        )
        axes = sheet.panels[0]
        sheet.years(spend.at[0] - 0.3, spend.at[-1] + 0.3, financial=True)
        shown = []
        for path, text, colour in ((spend, "Spend", "dark_blue"), (money, "Funding", "turquoise")):
            lines.draw_projection(axes, path, style.PALETTE[colour], dashed=False, widest=True)
            shown += [path.middle, *(edge for band in path.bands()[:1] for edge in band)]
            end = words.money(float(path.middle[-1]))
            sheet.label(axes, path.at[-1], path.middle[-1], f"{text}:\n{end}\nin {year}", style.PALETTE[colour])
        axes.set_ylim(0, 1.12 * series.highest(*shown))
        sheet.pounds()
        parts = words.listed([f"{of.when[-1]} {words.money(float(of.middle[-1]))}" for of in (spend, money)])
        return sheet.finish(f"Line chart of spend and funding by financial year: spend and funding in {parts}.")


@chart("gaps", title="Three gaps and what was said of them")
def gaps(results: Results) -> Chart | None:
    """Draw the three gaps by financial year in cash, each beside published claims of its kind.

    Growth of spend is drawn beside them where somebody published a claim of it.
    """
    if results.funded is None or not results.financial_years:
        return None
    drawn = [name for name in CLAIMED if name in THREE or claims_of(results, name)]
    paths = {name: series.over_years(results, results.gap(name)) for name in drawn}
    year = results.financial_years[0]
    every = [claim for name in drawn for claim in claims_of(results, name)]
    said = words.listed([f"{name.replace('_', ' ')} {_first(paths[name])}" for name in THREE])
    with style.context():
        sheet = Sheet(
            f"Three gaps in {year}: {said}{f' ({headline.DRAWS})' if results.draws > 1 else ''}",
            f"{results.title}. {results.areas[0]}, £ a financial year in cash"
            f"{'; bars: median, whiskers: 80% of draws' if results.draws > 1 else '; central run'}"
            f"{'; dashed: what was said, each of its year and of what it counts' if every else ''}",
            series.footer([results], *_said(results), _budget_words(results), money=True),
            count=len(drawn),
            columns=len(drawn),
        )
        shown = [np.zeros(1)]
        for i, (name, path) in enumerate(paths.items()):
            axes = sheet.panels[i]
            claims = claims_of(results, name)
            dashed = "; ".join(f"{words.money(claim.gbp)}, {claim.label}" for claim in claims)
            sheet.panel_title(i, "\n".join(filter(None, (_called(results, name), dashed and f"Dashed: {dashed}"))))
            colour = style.PALETTE[_COLOURS[i]]
            axes.bar(path.at, path.middle, width=0.7, color=colour, gid=name)
            axes.axhline(0, color=style.INK, linewidth=1.0)
            shown.append(path.middle)
            if path.bands():
                low, high = path.bands()[0]
                axes.vlines(path.at, low, high, color=style.INK, linewidth=1.0, gid="interval")
                shown += [low, high]
            for claim in claims:
                axes.axhline(
                    claim.gbp, color=style.PALETTE["mid_grey"], linewidth=1.6, linestyle=(0, (4, 2)), gid="claim"
                )
                shown.append(np.array([claim.gbp]))
        bottom, top = series.lowest(*shown), series.highest(*shown)
        span = (top - bottom) or 1.0
        sheet.panels[0].set_ylim(bottom - 0.06 * span, top + 0.12 * span)
        sheet.years(path.at[0] - 0.6, path.at[-1] + 0.6, financial=True, panel_ticks=4)
        sheet.pounds()
        alt = words.listed(
            [
                f"{name.replace('_', ' ')} {_first(path)} in {year} and {_last(path)} in {path.when[-1]}"
                for name, path in paths.items()
            ]
        )
        claimed = "".join(f" {one.label} said {words.money(one.gbp)} a year." for one in every)
        return sheet.finish(f"Bar charts of three gaps by financial year: {alt}.{claimed}")


def _said(results: Results) -> Iterator[str]:
    """Yield each claim in words."""
    for name in CLAIMED:
        for claim in claims_of(results, name):
            of, said = _called(results, name).partition(":")[0].lower(), f"{claim.label}, {words.money(claim.gbp)}"
            yield f"Dashed, {of}: {said} ({claim.financial_year}). {claim.note}".strip()


def _called(results: Results, name: str) -> str:
    return GAP_WORDS[name].format(year=results.reference_year)


def _signed(value: float) -> str:
    return signed(value, words.money)


def _first(path: Course) -> str:
    return headline.between(path.draws[:, 0], _signed, quantiles=path.quantiles)


def _last(path: Course) -> str:
    return headline.between(path.draws[:, -1], _signed, quantiles=path.quantiles)


def _budget_words(results: Results) -> str:
    """Say what the budget is and what is counted."""
    assert results.funded is not None
    growth = results.funded.budget_growth
    held = "frozen in real terms" if growth == 0.0 else f"{100 * growth:+g}% a year in real terms"
    return (
        f"Budget: spend of {results.reference_year} less Home Office grants, {held}; lines of funding and grants come "
        "on top. Family support and safeguarding are not counted."
    )
