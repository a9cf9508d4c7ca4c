"""Charts that compare scenarios: children, spend and extra spend of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import compared
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.results_protocol import Results

_HISTORY_YEARS = 10
"""Years of published figures drawn before the first projection."""


@chart("compare_children", scope="comparison", title="Children in care, all scenarios")
def compare_children(everything: Sequence[Results]) -> Chart | None:
    """Draw the number of children in care of all scenarios."""
    if any("children" not in results.measures for results in everything):
        return None
    first, paths = everything[0], [series.stock(results, "children") for results in everything]
    monthly = f"number each month, {series.known_words(first, 'children')}"
    return draw_paths(
        everything, paths, history=series.actual(first, "children"),
        history_name=series.history_name(first, "children"), what="Children looked after",
        unit=monthly if first.showing.monthly else series.AT_YEAR_ENDS,
        of="children in care", write=words.count, when=words.month, financial=False,
    )  # fmt: skip


@chart("compare_spend", scope="comparison", title="Spend, all scenarios")
def compare_spend(everything: Sequence[Results]) -> Chart | None:
    """Draw the total spend of all scenarios by financial year."""
    if any("total_spend" not in results.measures or not results.financial_years for results in everything):
        return None
    paths = [series.yearly(results, "total_spend", real=True) for results in everything]
    return draw_paths(
        everything, paths, history=series.actual(everything[0], "total_spend", real=True),
        what="Spend on children looked after", unit=f"£ a financial year {series.prices_words(everything[0])}",
        of="spend",
        write=words.money, when=str, financial=True,
    )  # fmt: skip


@chart("compare_extra_spend", scope="comparison", title="Extra spend, all scenarios")
def compare_extra_spend(everything: Sequence[Results]) -> Chart | None:
    """Draw spend above each scenario's last published year by financial year."""
    if any("total_spend" not in results.measures or not results.financial_years for results in everything):
        return None
    paths = [series.over_years(results, results.extra_spend(real=True)) for results in everything]
    since = list(dict.fromkeys(results.reference_year for results in everything))
    against = since[0] if len(since) == 1 else "the last published year before each scenario"
    return draw_paths(
        everything, paths, history=None, what=f"Spend above {against}",
        unit=f"£ a financial year {series.prices_words(everything[0])}", of="extra spend",
        write=words.money, when=str, financial=True,
    )  # fmt: skip


def draw_paths(
    everything: Sequence[Results], paths: Sequence[Course], *, history: Course | None, what: str, unit: str,
    of: str, write: Callable[[float], str], when: Callable[[str], str], financial: bool,
    history_name: str = "Published figures",
) -> Chart:  # fmt: skip
    """Draw one quantity of several scenarios: up to four as lines in one panel, more in a panel each.

    Parameters
    ----------
    everything : sequence of Results
        The first is the reference.
    paths : sequence of Course
        One for each scenario.
    history : Course or None
    what, unit, of : str
        The quantity and its unit for the subtitle, and its name within a sentence.
    write, when : callable
        Numbers and dates in words.
    financial : bool
        Whether the axis is of financial years.
    history_name : str
    """
    titles = [results.title for results in everything]
    if history is not None:
        recent = history.at >= min(path.at[0] for path in paths) - _HISTORY_YEARS
        history = Course(history.at[recent], tuple(np.array(history.when)[recent]), history.draws[:, recent])
    many = len(paths) > series.MANY
    # Runs from other dates knew other things: a headline that ranges over them would compare years, not scenarios.
    together = [i for i, results in enumerate(everything) if results.first_month == everything[0].first_month]
    title = compared([titles[i] for i in together], [paths[i] for i in together], len(paths), of, write, when)
    zero_note = ""
    drawn = [path.middle for path in paths] + ([history.middle] if history is not None else [])
    bands = [] if many else [edge for band in paths[0].bands()[:1] for edge in band]
    high, low = series.highest(*drawn, *bands), series.lowest(*drawn, *bands)
    bottom = min(0.0, low - 0.06 * (high - low) if low < 0 else 0.0)
    if low > 0.4 * high:
        step = 10 ** np.floor(np.log10(high)) / 2
        bottom = max(0.0, float(np.floor((low - 0.15 * (high - low)) / step) * step))
        zero_note = f"; the vertical axis starts at {write(bottom)}" if bottom > 0 else ""
    subtitle = f"{what} in {everything[0].areas[0]}, {unit}{zero_note}"
    if many:
        subtitle += f". In each panel: the scenario (blue), {titles[0]} (orange)"
        subtitle += f" and {history_name[:1].lower()}{history_name[1:]} (dark grey)" if history is not None else ""
    else:
        subtitle += series.fan_words(everything[:1]) + (f" of {titles[0]}" if everything[0].draws > 1 else "")
    begin = min([path.at[0] for path in paths] + ([history.at[0]] if history is not None else []))
    finish = max([path.at[-1] for path in paths] + ([history.at[-1]] if history is not None else []))
    with style.context():
        columns = 4 if len(paths) > 9 else 3
        sheet = Sheet(
            title, subtitle, series.footer(everything, money=financial), count=len(paths) if many else 1,
            columns=columns if many else 1, plots_height=1.15 * -(-len(paths) // columns) if many else 3.9,
        )  # fmt: skip
        pad = 0.02 * (finish - begin) + 0.1
        sheet.years(begin - pad, finish + pad, financial=financial, panel_ticks=(2 if financial else 4) if many else 0)
        for i, path in enumerate(paths):
            axes = sheet.panels[i if many else 0]
            colour = style.PALETTE["dark_blue"] if many else style.LINES[i]
            end = f"{write(path.middle[-1])} in {when(path.when[-1])}"
            if history is not None and (many or i == 0):
                lines.draw_history(axes, history)
            if many:
                reference = style.PALETTE["orange"]
                if i:
                    axes.plot(
                        paths[0].at,
                        paths[0].middle,
                        color=reference,
                        linewidth=1.6,
                        zorder=3,
                        gid="reference",
                    )
                else:
                    colour = reference
                axes.plot(path.at, path.middle, color=colour, linewidth=2.4, zorder=4, gid="projection")
                sheet.panel_title(i, f"{titles[i]}\n{end}", colour if not i else style.INK)
            else:
                lines.draw_projection(axes, path, colour, dashed=False, width=2.8 if i == 0 else 2.0, fan=i == 0)
                text = f"{titles[i]}:\n{end}"
                if path.at[-1] > finish - 0.04 * (finish - begin):
                    sheet.label(axes, path.at[-1], path.middle[-1], text, colour, bold=i == 0)
                else:
                    sheet.callout(axes, path.at[-1], path.middle[-1], text, colour)
        first = sheet.panels[0]
        first.set_ylim(bottom, high + 0.1 * (high - bottom))
        for axes in sheet.panels if bottom < 0 else ():
            axes.axhline(0, color=style.INK, linewidth=0.9, zorder=0)
        if history is not None and not many:
            middle = len(history.at) // 3
            sheet.callout(first, history.at[middle], history.middle[middle], history_name, style.HISTORY)
        if write is words.money:
            sheet.pounds()
        else:
            sheet.counts()
        listed = "; ".join(
            f"{text}: {write(path.middle[-1])} in {when(path.when[-1])}"
            for text, path in zip(titles, paths, strict=True)
        )
        kind = "Small line charts, one for each scenario" if many else "Line chart"
        return sheet.finish(f"{kind}: {what[:1].lower() + what[1:]} in {everything[0].areas[0]}. At the end, {listed}.")
