"""Charts of value for money: what programmes have cost less what they have saved, year by year."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import net_cost_path
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.outputs.charts.verdicts import (
    REGIMES,
    accounts,
    basis_words,
    break_even,
    payback,
    standing,
    value_notes,
    verdicts,
)
from simulator.results.quantities import Array
from simulator.results.results_protocol import Results

_COLOURS = {True: style.PALETTE["dark_blue"], False: style.PALETTE["orange"]}
_SHORT = {True: "limited", False: "as needed"}
"""The two rules for foster places, by whether they are limited."""


@chart("net_cost", title="Cumulative net cost of the programmes")
def net_cost(results: Results) -> Chart | None:
    """Draw what the programmes have cost less what they have saved, in both regimes, and when they break even."""
    known = accounts(results)
    if not known:
        return None
    stated = known[0]
    paths = [net_cost_path(account) for account in known]
    colours = [_COLOURS[account.package.places_limited] for account in known]
    regimes = [REGIMES[account.package.places_limited] for account in known]
    with style.context():
        sheet = Sheet(
            verdicts(known),
            f"{results.title}. Cost of programmes less what they save in {results.areas[0]}, added up from the start, "
            f"£ {basis_words(results, stated)}{series.fan_words([results], '80%')}",
            series.footer([results], *value_notes(results, known), money=True),
        )
        axes = sheet.panels[0]
        sheet.years(paths[0].at[0] - 0.2, paths[0].at[-1] + 0.3, financial=True)
        axes.axhline(0, color=style.INK, linewidth=1.0, zorder=2, gid="zero")
        shown = []
        for account, path, colour, regime in zip(known, paths, colours, regimes, strict=True):
            lines.draw_projection(axes, path, colour, dashed=False, widest=True)
            shown += [path.middle, *(edge for band in path.bands()[:1] for edge in band)]
            end = _net(float(path.middle[-1]))
            sheet.label(axes, path.at[-1], path.middle[-1], f"{regime[:1].upper()}{regime[1:]}:\n{end}", colour)
            if year := break_even(account):
                at = float(words.year_end(year))
                axes.plot([at], [path.middle[path.when.index(year)]], marker="o", color=colour, gid="break-even")
                told = "\n".join([f"Paid back by {year}", *account.package.payback_caveats])
                sheet.callout(axes, at, float(path.middle[path.when.index(year)]), told, colour)
        low, high = series.lowest(*shown), series.highest(*shown)
        span = (high - low) or 1.0
        axes.set_ylim(low - 0.08 * span, high + 0.12 * span)
        sheet.pounds()
        ends = words.listed(
            [
                f"{_with_ends(path)} with {regime}{f', {paid}' if (paid := payback(account)) else ''}"
                for account, path, regime in zip(known, paths, regimes, strict=True)
            ]
        )
        return sheet.finish(
            f"Line chart of what programmes have cost less what they have saved, {basis_words(results, stated)}. "
            f"By {stated.years[-1]}: {ends}."
        )


@chart("compare_net_cost", scope="comparison", title="Cumulative net cost of programmes, all scenarios")
def compare_net_cost(everything: Sequence[Results]) -> Chart | None:
    """Draw a panel for each scenario with programmes: their cumulative net cost beside none, in both regimes."""
    some = [results for results in everything if results.packages]
    if len(some) < 2:
        return None
    known = [accounts(results) for results in some]
    paths = [[net_cost_path(account) for account in of_one] for of_one in known]
    columns = 2 if len(some) <= series.MANY else 3
    with style.context():
        sheet = Sheet(
            standing(known),
            f"Cost of programmes less what they save in {some[0].areas[0]}, each against itself without them, added "
            f"up from the start, £ {series.prices_words(some[0])}, at present value{series.fan_words(some, '80%')}. "
            "Foster places limited (blue) and found as needed (orange), with what it comes to",
            series.footer(some, money=True),
            count=len(some),
            columns=columns,
            plots_height=1.8 * -(-len(some) // columns),
        )
        begin, finish = (
            pick(path.at[end] for of_one in paths for path in of_one) for pick, end in ((min, 0), (max, -1))
        )
        sheet.years(begin, finish, room=1.2, financial=True, panel_ticks=4)
        said: list[str] = []
        shown: list[Array] = []
        for axes, results, of_one, accounts_ in zip(sheet.panels, some, paths, known, strict=True):
            axes.axhline(0, color=style.INK, linewidth=0.9, zorder=2, gid="zero")
            ends = []
            for path, account in sorted(
                zip(of_one, accounts_, strict=True), key=lambda one: not one[1].package.places_limited
            ):
                limited = account.package.places_limited
                lines.draw_projection(axes, path, _COLOURS[limited], dashed=False, widest=True)
                shown += [path.middle, *(edge for band in path.bands()[:1] for edge in band)]
                ends.append(f"{_SHORT[limited]}: {_with_ends(path)}")
            sheet.panel_title(len(said), "\n".join([results.title, *ends]))
            said.append(f"{results.title}, by {accounts_[0].years[-1]}: {'; '.join(ends)}")
        low, high = series.lowest(*shown), series.highest(*shown)
        span = (high - low) or 1.0
        sheet.panels[0].set_ylim(low - 0.08 * span, high + 0.08 * span)
        sheet.pounds()
        drawn = " Median, with 80% of draws in brackets." if some[0].draws > 1 else ""
        return sheet.finish(
            f"Small line charts of what programmes have cost less what they have saved, at present value, one for each "
            f"scenario, with foster places limited and found as needed.{drawn} {'. '.join(said)}."
        )


def _net(value: float) -> str:
    """Write what programmes have cost less what they have saved, by which of the two it is."""
    return f"net {'cost' if value > 0.0 else 'saving'} {words.money(abs(value))}"


def _with_ends(path: Course) -> str:
    """Write what it comes to, with where 80% of draws end, in brackets; which is a cost is said where they differ."""
    middle = _net(float(path.middle[-1]))
    if not path.bands():
        return middle
    low, high = sorted((float(edge[-1]) for edge in path.bands()[0]), key=abs)
    write = words.money if low * high > 0.0 else lambda value: _net(value).removeprefix("net ")
    ends = dict.fromkeys(write(abs(value) if low * high > 0.0 else value) for value in (low, high))
    return f"{middle} ({' to '.join(ends)})"
